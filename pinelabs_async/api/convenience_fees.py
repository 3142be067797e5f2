"""Convenience fees: what the payer pays on top of the order's amount."""

from typing import Final

from pinelabs_async.api.common import Amount, PaymentMethod
from pinelabs_async.api.offers import ConvenienceFeeBreakdown
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


class FeeType(OpenEnum):
    """Say how a convenience fee is reckoned; there are more ways than the one documented."""

    PERCENTAGE = "PERCENTAGE"
    """A part of the amount."""


@shape
class FeeCheck(Body):
    """Hold an amount whose convenience fee is to be reckoned.

    Source: https://www.pinelabs.com/docs/online-payments/api/convenience-fee/calculate-convenience-fee
    """

    amount: Amount
    """What is to be paid, in paisa, without fee."""
    payment_method: PaymentMethod | str
    """How it is to be paid."""
    network_type: str | None = None
    """For cards: the network, e.g. ``VISA``."""


@shape
class FeeMetadata(Answer):
    """Hold which cards a convenience fee is for."""

    network_type: str | None = None
    """``VISA``, ``MASTERCARD``, ``UNKNOWN`` ..."""
    card_type: str | None = None
    """``CREDIT`` or ``DEBIT``; cards only."""


@shape
class ConvenienceFee(Answer):
    """Hold the convenience fee of one way to pay.

    Source: https://www.pinelabs.com/docs/online-payments/api/convenience-fee/calculate-convenience-fee
    """

    payment_method: PaymentMethod | None = None
    """The way to pay."""
    fee_type: FeeType | None = None
    """How the fee is reckoned."""
    amount: Money | None = None
    """The amount without fee, in paisa."""
    convenience_fee_breakdown: ConvenienceFeeBreakdown | None = None
    """The parts of the fee: hand it on with the payment or the e-challan."""
    payable_amount: Money | None = None
    """What the payer pays in all, in paisa: the ``payment_amount`` of the payment."""
    payment_method_metadata: FeeMetadata | None = None
    """Which cards it is for."""


@shape
class CalculatedFees(Answer):
    """Hold the convenience fees of an amount, one for each way to pay and kind of card.

    Source: https://www.pinelabs.com/docs/online-payments/api/convenience-fee/calculate-convenience-fee
    """

    data: tuple[ConvenienceFee, ...] = ()
    """The fees, those of other ways to pay too."""


CALCULATE: Final = Operation(
    name="convenience_fees.calculate",
    method="POST",
    path="/api/v1/fees",
    repeat=Repeat.READ,
    body=FeeCheck,
    answer=CalculatedFees,
    envelope=None,
)


class ConvenienceFees(Resource):
    """Reckon what payers pay on top."""

    async def calculate(self, check: FeeCheck) -> CalculatedFees:
        """Calculate the convenience fees of an amount. No money moves.

        Args:
            check: The amount in paisa, and how it is to be paid.

        Returns:
            The fees in paisa, one for each way to pay and kind of card: choose the one that fits.

        Raises:
            InvalidRequestError: fees are not set up for you, or a field is out of range.

        Source: https://www.pinelabs.com/docs/online-payments/api/convenience-fee/calculate-convenience-fee
        """
        return await self._send(CALCULATE, body=check)
