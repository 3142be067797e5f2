"""Payments across borders: currency conversion, and tax collected at source (TCS)."""

from decimal import Decimal
from typing import Final

from pinelabs_async.api.common import Amount
from pinelabs_async.money import Money
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


@shape
class CurrencyConversion(Body):
    """Hold an amount to be converted.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/currency-conversion
    """

    bank_code: str
    """The bank that converts, e.g. ``AXIS``."""
    invoice_id: str
    """Your own reference of the question, unique."""
    source_currency: str
    """Three digits of ISO 4217, e.g. ``840`` for US dollars."""
    dest_currency: str
    """Three digits of ISO 4217, e.g. ``356`` for rupees."""
    transaction_amount: str
    """The amount in the smallest unit of the source currency, as a text."""


@shape
class ConvertedAmount(Answer):
    """Hold what an amount is in another currency.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/currency-conversion
    """

    source_currency: str | None = None
    """Three digits of ISO 4217."""
    dest_currency: str | None = None
    """Three digits of ISO 4217."""
    invoice_id: str | None = None
    """Your reference of the question."""
    conversion_rate: Decimal | None = None
    """How much of the destination currency one unit of the source currency is."""
    converted_amount: int | None = None
    """The amount in the smallest unit of the destination currency."""
    transaction_amount: str | None = None
    """The amount that was to be converted."""
    converted_exponent: int | None = None
    """How many decimal places the destination currency has."""


@shape
class TcsCheck(Body):
    """Hold an order whose tax collected at source (TCS) is to be computed.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/compute-tcs
    """

    order_id: str
    """Your own order across borders, for imports of flow type LRS only."""
    amount: Amount
    """What to tax, in paisa; rupees only."""
    is_tcs_declared: bool | None = None
    """True taxes the whole amount, whatever was paid this year; the gateway takes False when it is left out."""


@shape
class Tcs(Answer):
    """Hold the tax collected at source (TCS) on an amount; the tax is the difference of the two amounts.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/compute-tcs
    """

    tcs_applicable: bool | None = None
    """Whether there is a tax."""
    tcs_rate: str | None = None
    """Per cent, as a text."""
    original_amount: Money | None = None
    """The amount without the tax, in paisa."""
    computed_amount: Money | None = None
    """The amount with the tax, in paisa; the same where no tax applies."""
    slab_id: str | None = None
    """Which tax slab applies."""
    is_flat_rate: bool | None = None
    """Whether that slab has one rate, and no threshold."""


CONVERT_CURRENCY: Final = Operation(
    name="international.convert_currency",
    method="POST",
    path="/api/conversion/mcc",
    repeat=Repeat.READ,
    body=CurrencyConversion,
    answer=ConvertedAmount,
    envelope=None,
)
COMPUTE_TCS: Final = Operation(
    name="international.compute_tcs",
    method="POST",
    path="/api/v1/tcs/compute",
    repeat=Repeat.READ,
    body=TcsCheck,
    answer=Tcs,
    envelope=None,
)


class International(Resource):
    """Compute what payments across borders cost."""

    async def convert_currency(self, conversion: CurrencyConversion) -> ConvertedAmount:
        """Convert an amount into another currency. No money moves.

        Args:
            conversion: The amount, in the smallest unit of its currency, and both currencies.

        Returns:
            The amount in the smallest unit of the other currency, and the rate.

        Raises:
            InvalidRequestError: a currency or bank is not known.

        Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/currency-conversion
        """
        return await self._send(CONVERT_CURRENCY, body=conversion)

    async def compute_tcs(self, check: TcsCheck) -> Tcs:
        """Compute the tax collected at source on an import order. No money moves.

        Args:
            check: The order, and the amount in paisa.

        Returns:
            The amount with the tax, in paisa.

        Raises:
            InvalidRequestError: the order is not one for imports of flow type LRS.

        Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/compute-tcs
        """
        return await self._send(COMPUTE_TCS, body=check)
