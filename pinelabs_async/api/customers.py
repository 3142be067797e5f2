"""Customers: who pays, stored at the gateway, for subscriptions and saved cards."""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from pinelabs_async.api.common import Address, FailureReason, Private, Timestamp, new_reference
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.look_up import by_id, shows
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


class CustomerStatus(OpenEnum):
    """Say whether a customer's saved tokens can be used."""

    INACTIVE = "INACTIVE"
    """Made, and not active yet."""
    ACTIVE = "ACTIVE"
    """Verified: saved tokens can be used."""
    SUSPENDED = "SUSPENDED"
    """Blocked for now."""
    DELETED = "DELETED"
    """Removed for good."""


@shape
class NewCustomer(Body):
    """Hold a customer to be stored: your reference names them, or country code and mobile number do.

    Source: https://www.pinelabs.com/docs/online-payments/api/customers/create-customer
    """

    merchant_customer_reference: str = attrs.field(factory=new_reference)
    """Your own reference, 1 to 50 letters, digits, ``-`` or ``_``; a random UUID when left out."""
    first_name: Private | None = None
    """First name, 1 to 50 characters."""
    last_name: Private | None = None
    """Last name, 1 to 50 characters."""
    country_code: str | None = None
    """Telephone country code, at most 5 characters, best without plus; left out: India."""
    mobile_number: Private | None = None
    """Mobile number, 10 to 20 digits."""
    email_id: Private | None = None
    """E-mail address, at most 50 characters."""
    billing_address: Address | None = None
    """Where the bill goes."""
    shipping_address: Address | None = None
    """Where the goods go."""
    gstin: Private | None = None
    """GST identification number."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes, returned as they are: at most 10 pairs of 256 characters."""


@shape
class CustomerChange(Body):
    """Hold what to change of a customer; what is left out stays.

    Source: https://www.pinelabs.com/docs/online-payments/api/customers/update-customer
    """

    merchant_customer_reference: str | None = None
    """New reference of yours."""
    first_name: Private | None = None
    """New first name, 1 to 50 characters."""
    last_name: Private | None = None
    """New last name, 1 to 50 characters."""
    country_code: str | None = None
    """New telephone country code; only together with ``mobile_number``."""
    mobile_number: Private | None = None
    """New mobile number, 10 to 20 digits; only together with ``country_code``."""
    email_id: Private | None = None
    """New e-mail address, at most 50 characters."""
    billing_address: Address | None = None
    """New billing address."""
    shipping_address: Address | None = None
    """New shipping address."""
    status: CustomerStatus | str | None = None
    """New status; ``DELETED`` removes the customer for good."""


@shape
class StoredCustomer(Answer):
    """Hold a customer as the gateway keeps them.

    Source: https://www.pinelabs.com/docs/online-payments/api/customers/customer-object
    """

    customer_id: str
    """The gateway's id of the customer, e.g. ``cust-v1-0811030624-aa-RBDgpR``."""
    status: CustomerStatus
    """Whether saved tokens can be used."""
    merchant_customer_reference: str | None = None
    """Your reference of the customer; empty when there is none."""
    first_name: Private | None = None
    """First name."""
    last_name: Private | None = None
    """Last name."""
    country_code: str | None = None
    """Telephone country code."""
    mobile_number: Private | None = None
    """Mobile number."""
    email_id: Private | None = None
    """E-mail address."""
    billing_address: Address | None = None
    """Where the bill goes."""
    shipping_address: Address | None = None
    """Where the goods go."""
    gstin: Private | None = None
    """GST identification number; empty when there is none."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes."""
    status_reason: str | None = None
    """Why the customer has that status; in webhooks only."""
    failure_reason: FailureReason | None = None
    """Why storing the customer failed; in webhooks only."""
    created_at: Timestamp | None = None
    """When the customer was stored."""
    updated_at: Timestamp | None = None
    """When the customer changed last."""


async def find_customer(look: Look, _ids: Sequence[str], body: NewCustomer) -> StoredCustomer | Evidence:
    """Find a customer who may have been stored, where the body has all that finding needs.

    Absence is never proved: how soon a stored customer can be found is not documented.
    """
    query = {
        "country_code": body.country_code,
        "mobile_number": body.mobile_number,
        "merchant_customer_reference": body.merchant_customer_reference,
    }
    if not all(query.values()):
        return Evidence.UNCLEAR
    found = await look(FIND, query=query)
    same = (
        found.merchant_customer_reference == body.merchant_customer_reference
        and found.mobile_number == body.mobile_number
    )
    return found if same else Evidence.UNCLEAR


def _is_removed(customer: StoredCustomer, change: CustomerChange) -> bool:
    """Tell whether a customer was removed as meant; of other changes most is private, and so is not kept."""
    return customer.status == change.status == CustomerStatus.DELETED


FIND: Final = Operation(
    name="customers.find",
    method="GET",
    path="/api/v1/customer",
    repeat=Repeat.READ,
    answer=StoredCustomer,
    envelope=None,
)
GET: Final = Operation(
    name="customers.get",
    method="GET",
    path="/api/v1/customer/{customer_id}",
    repeat=Repeat.READ,
    answer=StoredCustomer,
    envelope=None,
)
CREATE: Final = Operation(
    name="customers.create",
    method="POST",
    path="/api/v1/customer",
    repeat=Repeat.BY_REFERENCE,
    body=NewCustomer,
    answer=StoredCustomer,
    envelope=None,
    reference=lambda customer: customer.merchant_customer_reference or None,
    lookup=find_customer,
)
UPDATE: Final = Operation(
    name="customers.update",
    method="PATCH",
    path="/api/v1/customer/{customer_id}",
    repeat=Repeat.NEVER,
    body=CustomerChange,
    answer=StoredCustomer,
    envelope=None,
    lookup=shows(by_id(GET, "customer_id"), _is_removed),
    intent=("status",),
)


class Customers(Resource):
    """Store customers and find them."""

    async def create(self, customer: NewCustomer) -> StoredCustomer:
        """Store a customer. No money moves.

        It is sent once. If the answer is lost and the body has country code, mobile number and reference,
        the customer is looked up by them. What the gateway does when the reference or the mobile number is stored already is not documented.

        Args:
            customer: Who it is.

        Returns:
            The customer, status ``INACTIVE``.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            OutcomeUnknownError: the customer may be stored; ``customers.find`` reads them.

        Source: https://www.pinelabs.com/docs/online-payments/api/customers/create-customer
        """
        return await self._send(CREATE, body=customer)

    async def get(self, customer_id: str) -> StoredCustomer:
        """Read a customer by the gateway's id. No money moves.

        Args:
            customer_id: E.g. ``cust-v1-0811030624-aa-RBDgpR``.

        Returns:
            The customer.

        Raises:
            NotFoundError: there is no such customer.

        Source: https://www.pinelabs.com/docs/online-payments/api/customers/get-customer-by-id
        """
        return await self._send(GET, customer_id)

    async def find(
        self, *, country_code: str, mobile_number: str, merchant_customer_reference: str
    ) -> StoredCustomer:
        """Find a customer by mobile number and your own reference together. No money moves.

        Args:
            country_code: Telephone country code, as it was stored.
            mobile_number: Mobile number, as it was stored.
            merchant_customer_reference: Your reference of the customer.

        Returns:
            The customer.

        Raises:
            NotFoundError: there is no such customer.

        Source: https://www.pinelabs.com/docs/online-payments/api/customers/get-customer-details
        """
        query = {
            "country_code": country_code,
            "mobile_number": mobile_number,
            "merchant_customer_reference": merchant_customer_reference,
        }
        call = self._send(FIND, query=query)
        del mobile_number, query  # a traceback with locals shall not show the number
        return await call

    async def update(self, customer_id: str, change: CustomerChange) -> StoredCustomer:
        """Change a customer; with status ``DELETED``, remove them. No money moves.

        It is sent once. If the answer is lost, read the customer.

        Args:
            customer_id: The gateway's id of the customer.
            change: What changes; what is left out stays.

        Returns:
            The customer as they are now.

        Raises:
            NotFoundError: there is no such customer.
            OutcomeUnknownError: the customer may have changed; read them.

        Source: https://www.pinelabs.com/docs/online-payments/api/customers/update-customer
        """
        return await self._send(UPDATE, customer_id, body=change)
