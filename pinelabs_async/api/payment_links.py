"""Payment links: a short URL that a customer pays at. Create, read, cancel and send them again."""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from pinelabs_async.api.common import (
    AccountDetails,
    Amount,
    Customer,
    PaymentMethod,
    Product,
    Reference,
    SplitInfo,
    TextFlag,
    Timestamp,
    new_reference,
)
from pinelabs_async.errors import NotFoundError
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.look_up import by_id, reaches
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat, absence
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


class PaymentLinkStatus(OpenEnum):
    """Say how far a payment link has come.

    Source: https://www.pinelabs.com/docs/online-payments/payment-lifecycle/payment-links
    """

    CREATED = "CREATED"
    """Accepted and sent to the customer."""
    CLICKED = "CLICKED"
    """Opened; nothing paid yet."""
    PAYMENT_INITIATED = "PAYMENT_INITIATED"
    """A payment is under way; the bank has not answered."""
    PARTIAL_PROCESSED = "PARTIAL_PROCESSED"
    """A part was paid; ``amount_due`` is what is left."""
    PROCESSED = "PROCESSED"
    """Paid."""
    EXPIRED = "EXPIRED"
    """Not paid in time."""
    CANCELLED = "CANCELLED"
    """Cancelled by you."""


@shape
class LinkCart(Body):
    """Hold the cart that the payment page shows."""

    items: Sequence[Product] | None = None
    """The lines of the cart."""


@shape
class NewPaymentLink(Body):
    """Hold a payment link to be made. No money moves until the customer pays at it.

    Source: https://www.pinelabs.com/docs/online-payments/api/payment-links/create-payment-link
    """

    merchant_payment_link_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each link; a random UUID when left out."""
    amount: Amount
    """What is to be paid, in paisa: 100 to 100,000,000."""
    customer: Customer | None = None
    """Who pays; give an e-mail address or a mobile number, to which the link is sent."""
    description: str | None = None
    """What it is for."""
    expire_by: Timestamp | None = None
    """Until when it can be paid, at most 180 days ahead."""
    allowed_payment_methods: Sequence[PaymentMethod | str] | None = None
    """How it may be paid; each must be enabled for you. Left out: all that are."""
    pre_auth: TextFlag | None = None
    """True only blocks the money until ``orders.capture``. It goes out as ``"true"``."""
    is_mcc_transaction: TextFlag | None = None
    """True for payments in another currency, which fail without it. It goes out as ``"true"``."""
    part_payment: bool | None = None
    """Whether it may be paid in parts."""
    callback_url: str | None = None
    """Where the customer's browser is sent back to."""
    failure_callback_url: str | None = None
    """Where it is sent after a failure, if elsewhere."""
    product_details: Sequence[Product] | None = None
    """What is bought."""
    cart_details: LinkCart | None = None
    """The cart that the payment page shows."""
    cart_coupon_discount_amount: Money | None = None
    """A discount on the cart, in paisa; may be zero."""
    split_info: SplitInfo | None = None
    """How the money is divided among partners."""
    account_details: AccountDetails | None = None
    """The only bank account that may pay (third-party validation)."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes, returned as they are: at most 10 pairs of 256 characters."""


@shape
class PaymentLink(Answer):
    """Hold a payment link. Deliver on ``PROCESSED``, never because a browser came back.

    Source: https://www.pinelabs.com/docs/online-payments/api/payment-links/get-payment-link-by-id
    """

    payment_link_id: str
    """The gateway's id of the link, e.g. ``pl-v1-250306082755-aa-uT0noy``."""
    status: PaymentLinkStatus
    """How far it has come."""
    payment_link: str | None = None
    """The short URL to hand to the customer."""
    merchant_payment_link_reference: str | None = None
    """Your reference of the link."""
    amount: Money | None = None
    """What is to be paid, in paisa."""
    amount_due: Money | None = None
    """What is left of it, in paisa."""
    order_id: str | None = None
    """The order behind it: ``orders.get`` shows the payments."""
    description: str | None = None
    """What it is for."""
    expire_by: Timestamp | None = None
    """Until when it can be paid."""
    allowed_payment_methods: tuple[PaymentMethod, ...] = ()
    """How it may be paid."""
    pre_auth: bool | None = None
    """Whether a payment only blocks the money until you capture it."""
    is_mcc_transaction: bool | None = None
    """Whether it is paid in another currency."""
    failure_callback_url: str | None = None
    """Where the customer comes back to after a failure."""
    customer: Customer | None = None
    """Who pays."""
    product_details: tuple[Product, ...] = ()
    """What is bought."""
    cart_coupon_discount_amount: Money | None = None
    """A discount on the cart, in paisa."""
    split_info: SplitInfo | None = None
    """How the money is divided among partners."""
    account_details: AccountDetails | None = None
    """The only bank account that may pay."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes."""
    created_at: Timestamp | None = None
    """When it was made."""
    updated_at: Timestamp | None = None
    """When it changed last."""


async def find_payment_link(look: Look, _ids: Sequence[str], body: NewPaymentLink) -> PaymentLink | Evidence:
    """Find a payment link whose making may have been carried out; only the same link counts."""
    try:
        found = await look(GET_BY_REFERENCE, body.merchant_payment_link_reference)
    except NotFoundError as error:
        return absence(error, "PAYMENT_LINK_NOT_FOUND")
    same = (
        found.merchant_payment_link_reference == body.merchant_payment_link_reference
        and found.amount == body.amount
    )
    return found if same else Evidence.UNCLEAR


GET: Final = Operation(
    name="payment_links.get",
    method="GET",
    path="/api/pay/v1/paymentlink/{payment_link_id}",
    repeat=Repeat.READ,
    answer=PaymentLink,
    envelope=None,
)
GET_BY_REFERENCE: Final = Operation(
    name="payment_links.get_by_reference",
    method="GET",
    path="/api/pay/v1/paymentlink/ref/{merchant_payment_link_reference}",
    repeat=Repeat.READ,
    answer=PaymentLink,
    envelope=None,
)
CREATE: Final = Operation(
    name="payment_links.create",
    method="POST",
    path="/api/pay/v1/paymentlink",
    repeat=Repeat.BY_REFERENCE,
    body=NewPaymentLink,
    answer=PaymentLink,
    envelope=None,
    reference=lambda link: link.merchant_payment_link_reference,
    lookup=find_payment_link,
    intent=("merchant_payment_link_reference", "amount"),
    resend=True,
)
CANCEL: Final = Operation(
    name="payment_links.cancel",
    method="PUT",
    path="/api/pay/v1/paymentlink/{payment_link_id}/cancel",
    repeat=Repeat.NEVER,
    answer=PaymentLink,
    envelope=None,
    lookup=reaches(
        by_id(GET, "payment_link_id"),
        {PaymentLinkStatus.CANCELLED},
        never={PaymentLinkStatus.PROCESSED, PaymentLinkStatus.EXPIRED},
    ),
)
NOTIFY: Final = Operation(
    name="payment_links.notify",
    method="PATCH",
    path="/api/pay/v1/paymentlink/{payment_link_id}/notify",
    repeat=Repeat.NEVER,
    answer=PaymentLink,
    envelope=None,
)


class PaymentLinks(Resource):
    """Make payment links and follow them."""

    async def create(self, link: NewPaymentLink) -> PaymentLink:
        """Create a payment link, and send it to the customer. No money moves until they pay at it.

        If the answer is lost, the link is looked up by its reference, and sent again only when the gateway
        says that it does not exist.

        Args:
            link: What is to be paid, and by whom; amounts in paisa.

        Returns:
            The link, status ``CREATED``; ``payment_link`` is the URL.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            DuplicateRequestError: the reference was used before; ``payment_links.get_by_reference`` reads it.
            OutcomeUnknownError: it may exist, and be payable; look it up before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/payment-links/create-payment-link
        """
        return await self._send(CREATE, body=link)

    async def get(self, payment_link_id: str) -> PaymentLink:
        """Read a payment link by the gateway's id. No money moves.

        Args:
            payment_link_id: E.g. ``pl-v1-250306082755-aa-uT0noy``.

        Returns:
            The link.

        Raises:
            NotFoundError: there is no such link.

        Source: https://www.pinelabs.com/docs/online-payments/api/payment-links/get-payment-link-by-id
        """
        return await self._send(GET, payment_link_id)

    async def get_by_reference(self, merchant_payment_link_reference: str) -> PaymentLink:
        """Read a payment link by your own reference. No money moves.

        Args:
            merchant_payment_link_reference: The reference it was created with.

        Returns:
            The link.

        Raises:
            NotFoundError: no link has that reference.

        Source: https://www.pinelabs.com/docs/online-payments/api/payment-links/get-payment-link-by-merchant-reference
        """
        return await self._send(GET_BY_REFERENCE, merchant_payment_link_reference)

    async def cancel(self, payment_link_id: str) -> PaymentLink:
        """Cancel a payment link: nobody can pay at it any more. Money received already stays with you.

        It is sent once. If the answer is lost, read the link.

        Args:
            payment_link_id: The gateway's id of the link.

        Returns:
            The link, status ``CANCELLED``.

        Raises:
            ConflictError: its status does not allow it.
            OutcomeUnknownError: it may still be payable; read the link.

        Source: https://www.pinelabs.com/docs/online-payments/api/payment-links/cancel-payment-link
        """
        return await self._send(CANCEL, payment_link_id)

    async def notify(self, payment_link_id: str) -> PaymentLink:
        """Send a payment link to the customer once more. No money moves.

        It is sent once. If the answer is lost, the customer may have got the message.

        Args:
            payment_link_id: The gateway's id of the link.

        Returns:
            The link.

        Raises:
            ConflictError: its status does not allow it.
            OutcomeUnknownError: the message may be on its way; another one does no harm to the money.

        Source: https://www.pinelabs.com/docs/online-payments/api/payment-links/resend-payment-link-notification
        """
        return await self._send(NOTIFY, payment_link_id)
