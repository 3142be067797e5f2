"""Values that decide how something ends: pay with them to see a payment succeed, fail or wait.

The vendor publishes four test cards and, in a sample, one one-time password. All others are the
sandbox's own and mean nothing to the real gateway. Every other value succeeds.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, Literal, TypeAlias

import attrs

Place: TypeAlias = Literal[
    "card_number",
    "token",
    "vpa",
    "otp",
    "payment_amount",
    "refund_amount",
    "invoice_number",
    "awb_number",
    "flow_type",
]

_MINUTES: Final = timedelta(minutes=10)
_AT_ONCE: Final = timedelta(seconds=5)


@attrs.frozen(kw_only=True)
class Outcome:
    """How something ends, and when."""

    refused: str | None = None
    """The code with which Create Payment itself is refused; nothing is made."""
    declined: str | None = None
    """The code with which the bank declines once the payer has agreed."""
    after: timedelta = timedelta()
    """How long the bank takes to answer; until then all is pending."""
    payer: timedelta | None = None
    """When the payer agrees in their app without being asked; None where they wait for it."""
    rejected: bool = False
    """Whether the bank rejects a document that was handed in."""


SUCCESS: Final = Outcome()


@attrs.frozen
class Magic:
    """One value and what it stands for."""

    place: Place
    """The field that it is a value of."""
    value: str
    """Amounts are in paisa."""
    outcome: Outcome
    documented: bool = False
    """Whether the vendor publishes it; else it is the sandbox's own."""


MAGIC: Final[Sequence[Magic]] = (
    # Visa with CVV 065, Mastercard with 123, Visa issued abroad with 123, Visa token with 123; any future expiry.
    Magic("card_number", "4012001037141112", SUCCESS, documented=True),
    Magic("card_number", "5200000000001096", SUCCESS, documented=True),
    Magic("card_number", "4242424242424242", SUCCESS, documented=True),
    Magic("token", "4000000000001091", SUCCESS, documented=True),
    Magic("card_number", "4000000000000069", Outcome(refused="CARD_EXPIRED")),
    Magic("card_number", "4000000000000127", Outcome(refused="CARD_VERIFICATION_FAILED")),
    Magic("card_number", "4000000000000101", Outcome(refused="CARD_NOT_ENROLLED")),
    Magic("card_number", "4000000000000002", Outcome(declined="PAYMENT_DECLINED")),
    Magic("card_number", "4000000000009995", Outcome(declined="INSUFFICIENT_FUNDS")),
    Magic("card_number", "4000000000009987", Outcome(declined="CARD_LOST")),
    Magic("card_number", "4000000000009979", Outcome(declined="CARD_STOLEN")),
    Magic("card_number", "4000000000003220", Outcome(declined="USER_AUTHENTICATION_FAILED")),
    Magic("card_number", "4000000000000077", Outcome(after=_MINUTES)),
    Magic("card_number", "4000000000000085", Outcome(after=_MINUTES, declined="PAYMENT_DECLINED")),
    Magic("token", "4000000000000002", Outcome(declined="PAYMENT_DECLINED")),
    Magic("token", "4000000000000077", Outcome(after=_MINUTES)),
    # A UPI collect request has no page: these payers answer by themselves, every other one waits for the test.
    Magic("vpa", "success@sandbox", Outcome(payer=_AT_ONCE)),
    Magic("vpa", "declined@sandbox", Outcome(payer=_AT_ONCE, declined="PAYMENT_DECLINED")),
    Magic("vpa", "insufficient@sandbox", Outcome(payer=_AT_ONCE, declined="INSUFFICIENT_FUNDS")),
    Magic("vpa", "pending@sandbox", Outcome(payer=_AT_ONCE, after=_MINUTES)),
    Magic("vpa", "expired@sandbox", Outcome(payer=timedelta(minutes=5), declined="PAYMENT_EXPIRED")),
    Magic("otp", "123456", SUCCESS, documented=True),
    # What is paid in all, with any method: INR 7,777.01 and so on.
    Magic("payment_amount", "777701", Outcome(declined="PAYMENT_DECLINED")),
    Magic("payment_amount", "777702", Outcome(declined="INSUFFICIENT_FUNDS")),
    Magic("payment_amount", "777703", Outcome(declined="USER_AUTHENTICATION_FAILED")),
    Magic("payment_amount", "777704", Outcome(after=_MINUTES)),
    Magic("payment_amount", "777705", Outcome(after=_MINUTES, declined="PAYMENT_DECLINED")),
    Magic("refund_amount", "777711", Outcome(after=_MINUTES)),
    Magic("refund_amount", "777712", Outcome(after=_MINUTES, declined="PAYMENT_DECLINED")),
    # The bank looks at an uploaded document and rejects it.
    Magic("invoice_number", "SANDBOX-REJECTED", Outcome(after=_MINUTES, rejected=True)),
    Magic("awb_number", "SANDBOX-REJECTED", Outcome(after=_MINUTES, rejected=True)),
    # How an order becomes one for imports is unpublished: here by `flow_type` of its merchant_metadata.
    Magic("flow_type", "LRS", SUCCESS),
    Magic("flow_type", "PA_CB", SUCCESS),
)

_OUTCOMES: Final[Mapping[tuple[str, str], Outcome]] = {
    (magic.place, magic.value): magic.outcome for magic in MAGIC
}


def outcome(place: Place, value: object) -> Outcome:
    """Return what a value stands for; most stand for success."""
    return _OUTCOMES.get((place, str(value)), SUCCESS)


def is_magic(place: Place, value: object) -> bool:
    """Tell whether a value is in the table."""
    return (place, str(value)) in _OUTCOMES
