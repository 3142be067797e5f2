"""A payout: its way on the clock, the funding account that it is paid from, and how the gateway writes it.

How long each step takes is undocumented, and so is what makes a payout fail: both are the sandbox's own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from pinelabs_async.sandbox.call import Call
from pinelabs_async.sandbox.gateway.attempts import digits
from pinelabs_async.sandbox.state import Amount, Json

OPENING_BALANCE: Final = 100_000_000
"""Paisa in a new funding account."""
SCHEDULED_FOR: Final = timedelta(minutes=5)
"""How long a new payout can be rescheduled and cancelled."""
AT_THE_BANK: Final = timedelta(minutes=1)
"""How long the bank takes to pay, and then to confirm."""
FAILS: Final = "sandbox-fails"
"""The `remarks` of a payout that the bank sends back."""

# The first is published, the others are not.
_MESSAGES: Final[Mapping[str, str]] = {
    "SCHEDULED": "Payment instruction scheduled for execution",
    "PENDING": "Funding account does not have enough balance",
    "PROCESSING": "Payment instruction sent to the bank",
    "PROCESSED": "Payment executed by the bank, confirmation awaited",
    "SUCCESS": "Payment successful",
    "FAILED": "Payment failed at the bank",
    "CANCELLED": "Payment instruction cancelled",
}
STATUSES: Final = tuple(_MESSAGES)
MODES: Final = ("UPI", "IMPS", "NEFT", "RTGS")


@attrs.frozen(kw_only=True)
class Payee:
    """Who is to be paid, how and why, as the request says it."""

    reference: str
    name: str = attrs.field(repr=False)
    amount: Amount
    mode: str
    remarks: str
    account_number: str | None = None
    """Masked: only its end is kept."""
    branch_code: str | None = None
    contact: Json = attrs.field(factory=dict[str, str], repr=False)
    """`vpa`, `email` and `phone`, where given."""


@attrs.define(kw_only=True)
class Payout:
    """One payout."""

    id: str
    request_id: str
    payee: Payee
    status: str = "SCHEDULED"
    scheduled_at: datetime
    bank_reference: str | None = None
    """The bank's own, once it paid."""
    created_at: datetime
    updated_at: datetime


@attrs.define
class Payouts:
    """A merchant's payouts, oldest first, and the account that they are paid from."""

    by_id: dict[str, Payout] = attrs.field(factory=dict[str, Payout])
    by_reference: dict[str, Payout] = attrs.field(factory=dict[str, Payout])
    balance: int = OPENING_BALANCE
    _waiting: list[Callable[[], None]] = attrs.field(factory=list[Callable[[], None]], init=False)

    def keep(self, payout: Payout) -> None:
        """Remember a new payout."""
        self.by_id[payout.id] = self.by_reference[payout.payee.reference] = payout

    def wait(self, act: Callable[[], None]) -> None:
        """Do this once more when money comes in."""
        self._waiting.append(act)

    def deposit(self, paisa: int) -> None:
        """Put money into the account; payouts that waited for it go on, the longest waiting first."""
        self.balance += paisa
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()


def schedule(call: Call, payout: Payout, when: datetime) -> None:
    """Let a payout go at a moment, unless it is cancelled or gets another moment before."""
    payout.scheduled_at = when
    call.state.clock.at(when, lambda: _begin(call, payout, when))


def move(call: Call, payout: Payout, status: str) -> None:
    """Take a payout to another status."""
    payout.status, payout.updated_at = status, call.state.clock.now()


def _begin(call: Call, payout: Payout, when: datetime) -> None:
    if payout.status == "SCHEDULED" and payout.scheduled_at == when:
        _debit(call, payout)


def _debit(call: Call, payout: Payout) -> None:
    """Take the money from the account and hand it to the bank, or wait for it."""
    account, value = call.merchant.store(Payouts), payout.payee.amount.value
    if value > account.balance:
        move(call, payout, "PENDING")
        account.wait(lambda: _debit(call, payout))
        return
    account.balance -= value
    move(call, payout, "PROCESSING")
    _soon(call, lambda: _pay(call, payout))


def _pay(call: Call, payout: Payout) -> None:
    """Let the bank pay, or send the money back."""
    if payout.payee.remarks == FAILS:
        move(call, payout, "FAILED")
        call.merchant.store(Payouts).deposit(payout.payee.amount.value)
        return
    payout.bank_reference = digits(12)
    move(call, payout, "PROCESSED")
    _soon(call, lambda: _confirm(call, payout))


def _confirm(call: Call, payout: Payout) -> None:
    """End it: the payee has the money."""
    move(call, payout, "SUCCESS")
    # The bank's own act, not the merchant's request.
    attrs.evolve(call, request_id=None, idempotency_key=None).executed(
        operation="bank.pay", reference=payout.payee.reference, amount=payout.payee.amount, money="out"
    )


def _soon(call: Call, act: Callable[[], None]) -> None:
    call.state.clock.at(call.state.clock.now() + AT_THE_BANK, act)


def payout_json(payout: Payout, base_url: str) -> Json:
    """Return a payout as the answer to its creation has it."""
    payee = payout.payee
    told = {
        "clientReferenceId": payee.reference,
        "requestReferenceId": payout.request_id,
        "paymentReferenceId": payout.id,
        "payeeName": payee.name,
        "accountNumber": payee.account_number,
        "branchCode": payee.branch_code,
        "amount": payee.amount.as_json(),
        "mode": payee.mode,
        "status": payout.status,
        "message": _MESSAGES[payout.status],
        "scheduledAt": _scheduled(payout),
        "remarks": payee.remarks,
        "_links": [link("status", base_url, f"paymentReferenceId={payout.id}")],
    }
    return {name: value for name, value in told.items() if value is not None}


def listed_json(payout: Payout) -> Json:
    """Return a payout as listings have it; what this bank charges for it is nothing."""
    payee = payout.payee
    told = {
        "clientReferenceId": payee.reference,
        "paymentReferenceId": payout.id,
        "bankTransactionReferenceId": payout.bank_reference,
        "mode": payee.mode,
        "amount": payee.amount.as_json(),
        "accountNumber": payee.account_number,
        "payeeName": payee.name,
        "fees": Amount(0, payee.amount.currency).as_json(),
        "tax": Amount(0, payee.amount.currency).as_json(),
        "remarks": payee.remarks,
        "status": payout.status,
        "message": _MESSAGES[payout.status],
        "createdAt": seconds(payout.created_at),
        "updatedAt": seconds(payout.updated_at),
        "scheduledAt": _scheduled(payout),
    }
    return {name: value for name, value in told.items() if value is not None}


def link(rel: str, base_url: str, query: str) -> Json:
    """Return a link into the list."""
    return {"rel": rel, "href": f"{base_url}/payouts/v3/payments" + (f"?{query}" if query else "")}


def seconds(at: datetime) -> str:
    """Return a time as this group writes it: UTC, whole seconds, `Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def _scheduled(payout: Payout) -> str:
    # Documented: the time of a cancelled payout may be empty.
    return "" if payout.status == "CANCELLED" else seconds(payout.scheduled_at)
