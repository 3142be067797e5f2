"""Create Payment."""

import secrets
import string
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS, read_instrument, shown_option
from pinelabs_async.sandbox.gateway.orders import find, unless_refused
from pinelabs_async.sandbox.gateway.shapes import order_json
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Amount, Challenge, Json, Order, Payment

_SUFFIXES: Final = string.ascii_lowercase + string.ascii_uppercase
# Objects of the request that come back unchanged; none of them holds an instrument's number.
_ECHOED: Final = ("offer_data", "convenience_fee_breakdown", "mandate_info")
_MAX_ENTRIES: Final = 2


@attrs.frozen(kw_only=True)
class _Wanted:
    """One checked entry of the request."""

    reference: str | None
    method: str
    amount: Amount
    fee: int
    member: str
    details: Json
    echoed: Json


def create(call: Call) -> Json:
    """Start an attempt to pay: the money moves once the payer approves it at the challenge."""
    wanted = [_read(entry) for entry in checks.objects(call.body, "payments")]
    order = find(call, "order_id")
    existing = _existing(call, wanted)
    if existing:
        return order_json(unless_refused(call, existing), call.merchant)
    _check_order(order, wanted)
    now = call.state.clock.now()
    payments: list[Payment] = []
    for entry in wanted:
        payment = Payment(
            id=f"{order.id}-{INSTRUMENTS[entry.method].code}-{_SUFFIXES[len(order.payments)]}",
            method=entry.method,
            status="PENDING",
            amount=entry.amount,
            reference=entry.reference,
            shown=_shown(entry),
            acquirer_data={"approval_code": "", "acquirer_reference": "", "rrn": "", "is_aggregator": True},
            created_at=now,
            updated_at=now,
        )
        order.payments.append(payment)
        payments.append(payment)
        if entry.reference is not None:
            call.merchant.payments[entry.reference] = order
    order.status, order.updated_at = "PENDING", now
    order.retries_remaining -= 1
    order.challenge_url = _challenge(call, order, payments, wanted[0])
    total = Amount(sum(entry.amount.value for entry in wanted), order.amount.currency)
    call.executed(reference=wanted[0].reference, order_id=order.id, amount=total)
    return order_json(order, call.merchant)


def _read(entry: Json) -> _Wanted:
    # The reference is named as required, yet published samples leave it out: it stays optional.
    reference = checks.optional_reference(entry, "merchant_payment_reference")
    method = entry.get("payment_method")
    if not isinstance(method, str) or method not in INSTRUMENTS:
        invalid("Payment method is missing/invalid")
    amount = checks.amount(entry, "payment_amount")
    member, details = read_instrument(entry, method)
    echoed: Json = {
        name: given for name in _ECHOED if (given := checks.optional_object(entry, name)) is not None
    }
    fees = echoed.get("convenience_fee_breakdown")
    fee = checks.amount(fees, "applicable_fee_amount", least=1) if fees else None
    return _Wanted(
        reference=reference,
        method=method,
        amount=amount,
        fee=fee.value if fee else 0,
        member=member,
        details=details,
        echoed=echoed,
    )


def _existing(call: Call, wanted: Sequence[_Wanted]) -> Order | None:
    held = [call.merchant.payments.get(entry.reference) for entry in wanted if entry.reference]
    return next((order for order in held if order is not None), None)


def _check_order(order: Order, wanted: Sequence[_Wanted]) -> None:
    references = [entry.reference for entry in wanted if entry.reference is not None]
    if len(wanted) > _MAX_ENTRIES or len(references) != len(set(references)):
        invalid("payments takes at most two entries, each with its own merchant_payment_reference")
    if order.status not in ("CREATED", "ATTEMPTED") or order.retries_remaining < 1:
        not_allowed(f"the {order.type} order is {order.status}; a payment needs CREATED or ATTEMPTED")
    allowed: list[Any] = order.shown.get("allowed_payment_methods") or list(INSTRUMENTS)
    if any(entry.method not in allowed for entry in wanted):
        raise Refusal("PAYMENT_METHOD_NOT_ENABLED")
    if order.pre_auth and not all(INSTRUMENTS[entry.method].pre_auth for entry in wanted):
        not_allowed("pre_auth is for CARD and POINTS only")
    if any(entry.amount.currency != order.amount.currency for entry in wanted):
        invalid("payment_amount must be in the currency of the order")
    if sum(entry.amount.value - entry.fee for entry in wanted) != order.amount.value:
        invalid("the payment amounts, less convenience fees, must add up to the order amount")


def _shown(entry: _Wanted) -> Json:
    option = shown_option(entry.member, entry.details)
    return {**({"payment_option": option} if option else {}), **entry.echoed}


def _challenge(call: Call, order: Order, payments: list[Payment], first: _Wanted) -> str | None:
    """Open the page that the payer decides on and return the link to it, where the method has one."""
    challenge = Challenge(
        token=secrets.token_urlsafe(16), merchant=call.merchant, order=order, payments=payments
    )
    call.state.challenges[challenge.token] = challenge
    if first.method != "UPI":
        return f"{call.state.base_url}/challenge/{challenge.token}"
    # The order id names the challenge, too, for the payer's UPI app: a collect request has no link.
    call.state.challenges[order.id] = challenge
    if first.details["txn_mode"] == "COLLECT":
        return None
    kind = "mandate" if "mandate_info" in first.echoed else "pay"
    amount = rupees(challenge.total.value).replace(",", "")
    return (
        f"upi://{kind}?pa=sandbox@examplebank&pn=Sandbox&tr={challenge.token}"
        f"&am={amount}&cu={order.amount.currency}&tn={quote(f'Payment for {order.id}')}"
    )


ROUTES: Final = (Route("payments.create", "POST", "/api/pay/v1/orders/{order_id}/payments", create),)
