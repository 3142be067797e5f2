"""Create, List, Reschedule and Cancel Payouts, Bulk Payouts, Balance of the funding account.

Whether a merchant has payouts at all (403) is not played: everyone has.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway.payout_object import (
    MODES,
    SCHEDULED_FOR,
    STATUSES,
    Payee,
    Payout,
    Payouts,
    link,
    listed_json,
    move,
    payout_json,
    schedule,
)
from pinelabs_async.sandbox.gateway.payout_request import read_file, read_payee
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.query import check_span, moment, parameters, whole
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Amount, Json

# How long the gateway takes to read a file is undocumented: this is the sandbox's own.
READ_AFTER: Final = timedelta(minutes=1)
_PAGE: Final = 10
_LONGEST_PAGE: Final = 20
_CHOICES: Final = {"mode": MODES, "status": STATUSES}


def create(call: Call) -> Answered:
    """Schedule a payout: the money leaves the funding account in five minutes."""
    payee = read_payee(call.body)
    existing = call.merchant.store(Payouts).by_reference.get(payee.reference)
    if existing is not None:
        if call.state.settings.duplicate_references == "refuse":
            # The status is documented, its body is not: this is the general code for a repeated reference.
            raise Refusal("DUPLICATE_REQUEST", status=409)
        return Answered(body=payout_json(existing, call.state.base_url), status=201)
    payout = _open(call, payee, _request_id())
    call.executed(reference=payee.reference, amount=payee.amount)
    return Answered(body=payout_json(payout, call.state.base_url), status=201)


def create_bulk(call: Call) -> Json:
    """Take in a file of payouts, to be read in a minute; `read_file` says what it looks like."""
    payees = read_file(checks.required_text(call.body, "file"))
    request_id = _request_id()
    call.state.clock.at(call.state.clock.now() + READ_AFTER, lambda: _open_all(call, payees, request_id))
    call.executed(amount=Amount(sum(payee.amount.value for payee in payees), "INR"))
    return {
        "requestReferenceId": request_id,
        "status": "SCHEDULED",
        "message": "File accepted for processing",
        "_links": [link("status", call.state.base_url, f"requestReferenceId={request_id}")],
    }


def list_all(call: Call) -> Json:
    """List the payouts that the filters let through, oldest first."""
    query = parameters(call)
    page, count = whole(query, "page", 1), whole(query, "count", _PAGE, most=_LONGEST_PAGE)
    found = _filtered(call, query)
    last = -(-len(found) // count)
    return {
        "payments": [listed_json(payout) for payout in found[(page - 1) * count : page * count]],
        "totalRecords": len(found),
        # What it is on the last page is undocumented: it is left out.
        **({"nextPage": page + 1} if page < last else {}),
        "totalPages": last,
        "_links": [link("self", call.state.base_url, call.query)],
    }


def balance(call: Call) -> Json:
    """Return what is in the funding account."""
    return {
        "accountNumber": f"*******{call.merchant.credentials.merchant_id[-4:]}",
        "branchCode": "SBOX0000001",
        "balance": Amount(call.merchant.store(Payouts).balance, "INR").as_json(),
    }


def reschedule(call: Call) -> Json:
    """Let a payout that has not gone go at another time."""
    text = checks.required_text(call.body, "scheduleAt")
    when = _aware(moment({"scheduleAt": text}, "scheduleAt"), "scheduleAt")
    payout = _scheduled(call)
    if when is None or when <= call.state.clock.now():
        invalid("scheduleAt must be in the future")
    move(call, payout, "SCHEDULED")
    schedule(call, payout, when)
    return _changed(call, payout)


def cancel(call: Call) -> Json:
    """End a payout that has not gone, for good."""
    payout = _scheduled(call)
    move(call, payout, "CANCELLED")
    return _changed(call, payout)


def _changed(call: Call, payout: Payout) -> Json:
    call.executed(reference=payout.payee.reference, amount=payout.payee.amount)
    return {**payout_json(payout, call.state.base_url), **payout.payee.contact}


def _request_id() -> str:
    return f"req-{secrets.token_hex(16)}"


def _open(call: Call, payee: Payee, request_id: str) -> Payout:
    now = call.state.clock.now()
    payout = Payout(
        id=f"txn-{secrets.token_hex(16)}",
        request_id=request_id,
        payee=payee,
        scheduled_at=now,
        created_at=now,
        updated_at=now,
    )
    call.merchant.store(Payouts).keep(payout)
    schedule(call, payout, now + SCHEDULED_FOR)
    return payout


def _open_all(call: Call, payees: Sequence[Payee], request_id: str) -> None:
    """Schedule the payouts of a file; a reference that is taken creates nothing new."""
    for payee in payees:
        if payee.reference not in call.merchant.store(Payouts).by_reference:
            _open(call, payee, request_id)


def _scheduled(call: Call) -> Payout:
    """Return the payout that the path names, if it has not gone yet."""
    payout = call.merchant.store(Payouts).by_id.get(call.path["paymentReferenceId"]) or no_match()
    if payout.status != "SCHEDULED":
        # 400 is documented for both operations, 409 and 422 are not; no body is.
        reason = f"the payout is {payout.status}, not SCHEDULED"
        raise Refusal("OPERATION_NOT_ALLOWED", status=400, details={"source": "INTERNAL", "reason": reason})
    return payout


def _filtered(call: Call, query: Mapping[str, str]) -> Sequence[Payout]:
    for name, choices in _CHOICES.items():
        if query.get(name, choices[0]) not in choices:
            invalid(f"{name} must be one of {', '.join(choices)}")
    start, end = (_aware(moment(query, name), name) for name in ("dateFrom", "dateTo"))
    if start and end:
        check_span(start, end)
    return [
        payout
        for payout in call.merchant.store(Payouts).by_id.values()
        if all(query.get(name, value) == value for name, value in _keys(payout).items())
        and (start is None or start <= payout.created_at)
        and (end is None or payout.created_at <= end)
    ]


def _keys(payout: Payout) -> Mapping[str, str | None]:
    """Return what a payout can be found by."""
    return {
        "paymentReferenceId": payout.id,
        "clientReferenceId": payout.payee.reference,
        "requestReferenceId": payout.request_id,
        "bankTransactionReferenceId": payout.bank_reference,
        "mode": payout.payee.mode,
        "status": payout.status,
    }


def _aware(at: datetime | None, name: str) -> datetime | None:
    if at is not None and at.tzinfo is None:
        invalid(f"{name} must have a time zone")
    return at


_PATH: Final = "/payouts/v3/payments"
ROUTES: Final = (
    Route("payouts.list", "GET", _PATH, list_all, reads="nothing"),
    Route("payouts.create", "POST", f"{_PATH}/banks", create),
    Route("payouts.create_bulk", "POST", f"{_PATH}/banks/file", create_bulk, reads="form"),
    Route("payouts.reschedule", "PUT", f"{_PATH}/banks/{{paymentReferenceId}}", reschedule),
    Route("payouts.cancel", "PUT", f"{_PATH}/banks/{{paymentReferenceId}}/cancel", cancel, reads="nothing"),
    Route("payouts.balance", "GET", f"{_PATH}/funding-account", balance, reads="nothing"),
)
