"""A link of the older Pay by Links and the attempts to pay it, and how its status is told."""

import secrets
from typing import Final

import attrs

from pinelabs_async.sandbox.gateway.attempts import digits
from pinelabs_async.sandbox.state import Amount, Json

CANCELLED: Final = -10
FAILED: Final = -7
INITIATED: Final = 1
CAPTURED: Final = 4
DROPPED: Final = 14
# Every inquiry that found its link; what became of the payment is in the parent's status alone.
_QUERY_COMPLETE: Final = 7

ACQUIRER: Final = "SANDBOX"
# The code of the published sample; that of a failure is the sandbox's own.
_ACQUIRER_CODES: Final = {CAPTURED: ("0300", "DEFAULT"), FAILED: ("0399", "DECLINED")}


@attrs.define(kw_only=True)
class OldLink:
    """One link: it is paid in one go or not at all."""

    id: int
    token: str = attrs.field(factory=lambda: secrets.token_urlsafe(8))
    """What its URL ends with."""
    reference: str
    amount: Amount
    mode: int
    """The first of the modes that it may be paid with: that is the one the payer takes."""
    transaction_id: int | None = None
    """Of the latest attempt to pay; None before the first."""
    parent_status: int | None = None

    def start(self) -> None:
        """Begin another attempt to pay."""
        self.transaction_id = int(digits(8))
        self.parent_status = INITIATED


@attrs.define
class OldLinks:
    """A merchant's links at the older gateway."""

    by_id: dict[str, OldLink] = attrs.field(factory=dict[str, OldLink])
    """By the id as a form has it."""
    by_reference: dict[str, OldLink] = attrs.field(factory=dict[str, OldLink])
    by_token: dict[str, OldLink] = attrs.field(factory=dict[str, OldLink])

    def new_id(self) -> int:
        """Return an id that no link has."""
        return next(new for new in iter(lambda: int(digits(7)), None) if str(new) not in self.by_id)

    def keep(self, link: OldLink) -> None:
        """Remember a new link."""
        self.by_id[str(link.id)] = self.by_reference[link.reference] = self.by_token[link.token] = link


def status_json(link: OldLink) -> Json:
    """Return how far a link has come: numbers bare and quoted as in the published sample."""
    told: Json = {
        "REFERENCE_NO": link.reference,
        "AMOUNT": link.amount.value,
        "TXN_STATUS": str(_QUERY_COMPLETE),
        "REFUND_AMOUNT": "0",
    }
    if link.parent_status is None:
        # Which members a link has before a payment was tried is undocumented: none about a payment.
        return told
    code, message = _ACQUIRER_CODES.get(link.parent_status, ("", ""))
    return {
        "PAYMENT_MODE": link.mode,
        "PINE_PG_TRANSACTION_ID": link.transaction_id,
        "ACQUIRER_NAME": ACQUIRER,
        **told,
        "PARENT_TXN_STATUS": str(link.parent_status),
        "ACQUIRER_RESPONSE_CODE": code,
        "ACQUIRER_RESPONSE_MESSAGE": message,
    }
