"""UPI Reserve Pay: one approval blocks an amount, and several debits take it bit by bit."""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from pinelabs_async.api import subscriptions
from pinelabs_async.api.common import Reference, Timestamp, new_reference
from pinelabs_async.api.presentation_object import Presentation
from pinelabs_async.api.presentations import MandateDebit, find_presentation, say_who_pays
from pinelabs_async.api.subscription_object import Subscription, SubscriptionStatus
from pinelabs_async.wire.look_up import equal, shows
from pinelabs_async.wire.operation import Look, Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


@shape
class ReservePlan(Body):
    """Hold how much to block, and for how long."""

    reserve_amount: int
    """How much. The vendor does not state the unit: try it out in UAT before real money depends on it."""
    currency: str = "INR"
    """``INR`` or ``USD``."""
    validity_days: int
    """For how many days."""
    description: str
    """What for."""


@shape
class NewReserve(Body):
    """Hold a reserve to be made. The payer's money is blocked once they have approved it.

    Source: https://www.pinelabs.com/docs/online-payments/api/upi-reserve-pay/create-sbmd-subscription
    """

    merchant_subscription_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each reserve; a random UUID when left out."""
    customer_id: str
    """The gateway's id of the customer who will pay; ``customers.create`` makes one."""
    plan_details: ReservePlan
    """How much to block, and for how long."""
    callback_url: str | None = None
    """Where the customer's browser is sent back to."""
    expire_after: int | None = None
    """When the request for approval expires; the unit is not documented."""
    terms_accepted: bool | None = None
    """Whether the customer has accepted the terms."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes: at most 10 pairs of 256 characters."""


@shape
class NewReserveDebit(MandateDebit):
    """Hold a debit of blocked money; it has no due date.

    Source: https://www.pinelabs.com/docs/online-payments/api/upi-reserve-pay/create-reserve-pay-debit
    """


@shape
class Reserve(Answer):
    """Hold a reserve: money that is blocked for you and not yours until you debit it.

    Source: https://www.pinelabs.com/docs/online-payments/api/upi-reserve-pay/fetch-sbmd-subscription-by-id
    """

    subscription_id: str
    """The gateway's id of the reserve."""
    status: SubscriptionStatus
    """How far it has come; the values are those of subscriptions, as far as known."""
    order_id: str | None = None
    """The order that registers it."""
    customer_id: str | None = None
    """The gateway's id of the customer who pays."""
    start_date: Timestamp | None = None
    """When it begins."""
    end_date: Timestamp | None = None
    """When what is left is the payer's again."""
    plan_details: ReservePlan | None = None
    """How much and for how long; answers of ``create`` only."""
    expires_at: Timestamp | None = None
    """Until when the customer may approve; answers of ``create`` only."""
    redirect_url: str | None = None
    """The page where the customer approves; answers of ``create`` only."""
    currency: str | None = None
    """ISO 4217 code of the amounts; answers of ``get`` only."""
    total_blocked_amount: int | None = None
    """What was blocked, in paisa; answers of ``get`` only."""
    debited_amount: int | None = None
    """What was taken of it, in paisa; answers of ``get`` only."""
    remaining_balance: int | None = None
    """What can still be taken, in paisa; answers of ``get`` only."""


async def _read_reserve(look: Look, _ids: Sequence[str], body: NewReserve) -> Subscription:
    """Read a reserve by its reference, as the mandate that it is."""
    return await look(subscriptions.GET_BY_REFERENCE, body.merchant_subscription_reference)


GET: Final = Operation(
    name="reserve_pay.get",
    method="GET",
    path="/ps/public/subscriptions/sbmd/{reserve_pay_sub_id}",
    repeat=Repeat.READ,
    answer=Reserve,
    envelope=None,
)
CREATE: Final = Operation(
    name="reserve_pay.create",
    method="POST",
    path="/ps/public/subscriptions/sbmd",
    repeat=Repeat.NEVER,
    body=NewReserve,
    answer=Reserve,
    envelope=None,
    reference=lambda reserve: reserve.merchant_subscription_reference,
    lookup=shows(_read_reserve, equal("merchant_subscription_reference", "customer_id")),
    intent=("merchant_subscription_reference", "customer_id"),
)
DEBIT: Final = Operation(
    name="reserve_pay.debit",
    method="POST",
    path="/ps/api/v1/public/subscriptions/{reserve_pay_sub_id}/presentations",
    repeat=Repeat.BY_REFERENCE,
    body=NewReserveDebit,
    answer=Presentation,
    envelope=None,
    reference=lambda debit: debit.merchant_presentation_reference,
    lookup=find_presentation,
    intent=("merchant_presentation_reference", "amount"),
)


class ReservePay(Resource):
    """Block money by UPI and take it bit by bit."""

    async def create(self, reserve: NewReserve) -> Reserve:
        """Ask a customer to have money blocked. Nothing is blocked until they approve; nothing moves to you.

        It is sent once. If the answer is lost, look it up with ``subscriptions.get_by_reference``, which
        the vendor does not promise to know reserves.

        Args:
            reserve: Who pays, how much and for how long.

        Returns:
            The reserve: send the customer to its ``redirect_url``.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            OutcomeUnknownError: it may exist; the customer could be asked twice.

        Source: https://www.pinelabs.com/docs/online-payments/api/upi-reserve-pay/create-sbmd-subscription
        """
        return await self._send(CREATE, body=reserve)

    async def get(self, reserve_pay_sub_id: str) -> Reserve:
        """Read a reserve: what is blocked, taken and left. No money moves.

        Args:
            reserve_pay_sub_id: The ``subscription_id`` of the reserve.

        Returns:
            The reserve, amounts in paisa.

        Raises:
            NotFoundError: there is no such reserve.

        Source: https://www.pinelabs.com/docs/online-payments/api/upi-reserve-pay/fetch-sbmd-subscription-by-id
        """
        return await self._send(GET, reserve_pay_sub_id)

    async def debit(self, reserve_pay_sub_id: str, debit: NewReserveDebit) -> Presentation:
        """Take part of the blocked money: it moves from the payer to you.

        It is sent once. If the answer is lost, the debit is looked up by its reference.

        Args:
            reserve_pay_sub_id: The ``subscription_id`` of the reserve.
            debit: Your reference, and the amount in paisa.

        Returns:
            The debit; follow it by webhook or ``presentations.get``.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            DuplicateRequestError: the reference was used before; no second debit was made.
            OutcomeUnknownError: the money may be taken; look it up before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/upi-reserve-pay/create-reserve-pay-debit
        """
        return await self._send(DEBIT, reserve_pay_sub_id, body=say_who_pays(reserve_pay_sub_id, debit))
