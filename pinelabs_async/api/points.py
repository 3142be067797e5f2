"""Points of a card: what they are worth for an order. The same call finds a payer's UPI address."""

from typing import Annotated, Final

from pinelabs_async.api.common import Amount, Json, PaymentMethod, Private
from pinelabs_async.api.instruments import PointsCardDetails
from pinelabs_async.money import Money
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.redact import Hidden
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


@shape
class VpaPayer(Body):
    """Hold whose UPI address to find."""

    phone_number: Private
    """The payer's mobile number."""
    fetch_vpa: bool = True
    """Whether to find the address."""


@shape
class VpaDetails(Body):
    """Hold a question for a UPI address."""

    payer: VpaPayer
    """Whose."""


@shape
class PointsCheckOption(Body):
    """Hold what is asked for: the points of a card, or a UPI address. One of the two."""

    points_card_details: PointsCardDetails | None = None
    """The card whose points to count."""
    upi_details: VpaDetails | None = None
    """The payer whose UPI address to find."""


@shape
class PointsCheckOrder(Body):
    """Hold what the points are to pay."""

    order_amount: Amount
    """The amount of the order, in paisa."""


@shape
class PointsCheck(Body):
    """Hold a question for the points of a card, or for a payer's UPI address.

    Source: https://www.pinelabs.com/docs/online-payments/api/payment-option/get-payment-option
    """

    payment_option: PointsCheckOption
    """The card, or the payer."""
    order_details: PointsCheckOrder | None = None
    """What the points are to pay; needed for points."""
    payment_method: PaymentMethod | str | None = None
    """``UPI`` for an address; ``POINTS``, or left out, for points."""


@shape
class PointsBalance(Answer):
    """Hold what the points of a card are worth, or what is known of a UPI address.

    Source: https://www.pinelabs.com/docs/online-payments/api/payment-option/get-payment-option
    """

    balance: Money | None = None
    """What all points of the card are worth, in paisa."""
    redeemable_amount: Money | None = None
    """How much of the order they can pay, in paisa: the ``payment_amount`` of the points."""
    redeemable_points: int | None = None
    """How many points that takes."""
    is_eligible: bool | None = None
    """Whether the card can pay with points; only True is a yes."""
    payment_method: PaymentMethod | None = None
    """``UPI`` for an address."""
    payment_option_metadata: Annotated[Json, Hidden()] | None = None
    """What was found of the address, in ``upi_payment_option_data``; its fields are not documented."""


BALANCE: Final = Operation(
    name="points.balance",
    method="POST",
    path="/payment-option",
    repeat=Repeat.READ,
    body=PointsCheck,
    answer=PointsBalance,
    envelope=None,
)


class Points(Resource):
    """Ask what points are worth."""

    async def balance(self, check: PointsCheck) -> PointsBalance:
        """Ask what the points of a card are worth for an order, or for a payer's UPI address. No money moves.

        The payer must agree before you redeem points.

        Args:
            check: The card and the order's amount in paisa, or the payer's mobile number.

        Returns:
            The worth of the points in paisa, or what is known of the address.

        Raises:
            InvalidRequestError: the card has no points, or is not valid.

        Source: https://www.pinelabs.com/docs/online-payments/api/payment-option/get-payment-option
        """
        return await self._send(BALANCE, body=check)
