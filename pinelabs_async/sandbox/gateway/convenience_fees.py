"""Calculate Convenience Fee: what the payer pays on top, by method, network and kind of card.

The rates are the sandbox's own, but for Visa credit cards: those of the published sample.
"""

from collections.abc import Sequence
from typing import Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.problems import invalid
from pinelabs_async.sandbox.state import Amount, Json

MAXIMUM: Final = 1_500_000
# The page writes WALLETS, everything else WALLET.
_METHODS: Final = ("CARD", "UPI", "POINTS", "NETBANKING", "WALLET", "WALLETS")
_NETWORKS: Final = ("VISA", "MASTERCARD", "RUPAY", "AMEX", "DINERS", "UNKNOWN")


@attrs.frozen
class Rate:
    """What one way to pay costs, in hundredths of a per cent."""

    method: str
    network: str
    card_type: str | None
    fee: int
    additional: int


RATES: Final[Sequence[Rate]] = (
    Rate("CARD", "VISA", "CREDIT", 360, 205),
    Rate("CARD", "VISA", "DEBIT", 100, 0),
    Rate("CARD", "MASTERCARD", "CREDIT", 360, 205),
    Rate("CARD", "MASTERCARD", "DEBIT", 100, 0),
    Rate("CARD", "UNKNOWN", "CREDIT", 400, 205),
    Rate("NETBANKING", "UNKNOWN", None, 200, 0),
    Rate("UPI", "UNKNOWN", None, 0, 0),
    Rate("WALLET", "UNKNOWN", None, 200, 0),
    Rate("POINTS", "UNKNOWN", None, 150, 0),
)


def calculate(call: Call) -> Json:
    """Tell the fee of every way to pay; the one that was asked for is among them."""
    amount = checks.amount(call.body, "amount")
    if checks.required_text(call.body, "payment_method") not in _METHODS:
        invalid("Payment method is missing/invalid")
    network = checks.optional_text(call.body, "network_type")
    if network is not None and network.upper() not in _NETWORKS:
        invalid(f"network_type must be one of {', '.join(_NETWORKS)}")
    return {"data": [_fee(rate, amount) for rate in RATES]}


def _fee(rate: Rate, amount: Amount) -> Json:
    fee, additional = (amount.value * part // 10_000 for part in (rate.fee, rate.additional))
    # 18 % GST on both, rounded down as in the sample.
    tax = (fee + additional) * 18 // 100
    applicable = min(fee + tax + additional, MAXIMUM)
    parts = {
        "fee_amount": fee,
        "tax_amount": tax,
        "additional_fee_amount": additional,
        "maximum_fee_amount": MAXIMUM,
        "applicable_fee_amount": applicable,
    }
    return {
        "payment_method": rate.method,
        "fee_type": "PERCENTAGE",
        "amount": amount.as_json(),
        "convenience_fee_breakdown": {
            name: Amount(value, amount.currency).as_json() for name, value in parts.items()
        },
        "payable_amount": Amount(amount.value + applicable, amount.currency).as_json(),
        "payment_method_metadata": {
            "network_type": rate.network,
            **({"card_type": rate.card_type} if rate.card_type else {}),
        },
    }


ROUTES: Final = (Route("convenience_fees.calculate", "POST", "/api/v1/fees", calculate),)
