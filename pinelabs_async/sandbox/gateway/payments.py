"""Create Payment."""

import secrets
import string
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway import attempts
from pinelabs_async.sandbox.gateway.instruments import (
    INSTRUMENTS,
    outcome_of,
    read_instrument,
    shown_option,
)
from pinelabs_async.sandbox.gateway.mandates import Registration
from pinelabs_async.sandbox.gateway.offer_validation import METHODS, instant_discount
from pinelabs_async.sandbox.gateway.orders import find, refuse_cancelled, unless_refused
from pinelabs_async.sandbox.gateway.shapes import order_json
from pinelabs_async.sandbox.gateway.tokens import CardTokens
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.magic import SUCCESS, Outcome
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Amount, Challenge, Json, Merchant, Order, Payment

_SUFFIXES: Final = string.ascii_lowercase + string.ascii_uppercase
# Objects of the request that come back unchanged; none of them holds an instrument's number.
_ECHOED: Final = ("offer_data", "convenience_fee_breakdown", "mandate_info")
# Objects that are taken and not told back.
_TAKEN: Final = ("device_info", "customer_account_details", "risk_validation_details")
_MAX_ENTRIES: Final = 2


@attrs.frozen(kw_only=True)
class _Wanted:
    """One checked entry of the request."""

    reference: str | None
    method: str
    amount: Amount
    fee: int
    discount: int
    member: str
    details: Json
    echoed: Json


def create(call: Call) -> Json:
    """Start an attempt to pay: the money moves once the payer approves it at the challenge."""
    wanted = [_read(call, entry) for entry in checks.objects(call.body, "payments")]
    order = find(call, "order_id")
    if _repeated(call, order, wanted):
        return order_json(unless_refused(call, order), call.merchant)
    _check_order(order, wanted)
    outcomes = [outcome_of(entry.member, entry.details) for entry in wanted]
    refused = next((found.refused for found in outcomes if found.refused is not None), None)
    if refused is not None:
        raise Refusal(refused)
    outcome = next((found for found in outcomes if found != SUCCESS), SUCCESS)
    payments = [(entry.method, entry.amount, entry.reference, _shown(entry)) for entry in wanted]
    asked = start(call, call.merchant, order, payments, outcome=outcome)
    order.challenge_url = _challenge(call, asked, wanted[0])
    call.executed(reference=wanted[0].reference, order_id=order.id, amount=asked.total)
    attempts.expect(call, asked)
    return order_json(order, call.merchant)


def start(
    call: Call,
    merchant: Merchant,
    order: Order,
    wanted: Sequence[tuple[str, Amount, str | None, Json]],
    *,
    outcome: Outcome = SUCCESS,
) -> Challenge:
    """Begin an attempt with a method, amount, reference and shown members for each instrument."""
    now = call.state.clock.now()
    attempts.leave(call.state, order)
    payments: list[Payment] = []
    for method, amount, reference, shown in wanted:
        payment = Payment(
            id=f"{order.id}-{INSTRUMENTS[method].code}-{_SUFFIXES[len(order.payments)]}",
            method=method,
            status="PENDING",
            amount=amount,
            reference=reference,
            shown=shown,
            acquirer_data=dict(attempts.UNKNOWN),
            created_at=now,
            updated_at=now,
        )
        order.payments.append(payment)
        payments.append(payment)
        if reference is not None:
            merchant.payments[reference] = order
    order.status, order.updated_at = "PENDING", now
    order.retries_remaining -= 1
    asked = Challenge(
        token=secrets.token_urlsafe(16), merchant=merchant, order=order, payments=payments, outcome=outcome
    )
    call.state.ask(asked)
    return asked


def _read(call: Call, entry: Json) -> _Wanted:
    # The reference is named as required, yet published samples leave it out: it stays optional.
    reference = checks.optional_reference(entry, "merchant_payment_reference")
    method = entry.get("payment_method")
    if not isinstance(method, str) or method not in INSTRUMENTS:
        invalid("Payment method is missing/invalid")
    amount = checks.amount(entry, "payment_amount")
    member, details = read_instrument(entry, method, call.state.clock.now())
    _check_saved(call, details)
    for name in _TAKEN:
        checks.optional_object(entry, name)
    echoed: Json = {
        name: given for name in _ECHOED if (given := checks.optional_object(entry, name)) is not None
    }
    fees = echoed.get("convenience_fee_breakdown")
    fee = checks.amount(fees, "applicable_fee_amount", least=0).value if fees else 0
    if fee >= amount.value:
        invalid("applicable_fee_amount must be less than payment_amount")
    if INSTRUMENTS[method].offer and "offer_data" not in echoed:
        invalid("offer_data is missing")
    # Lenders make offers for EMI alone.
    discount = instant_discount(entry, amount.value - fee, amount.currency) if method in METHODS else 0
    return _Wanted(
        reference=reference,
        method=method,
        amount=amount,
        fee=fee,
        discount=discount,
        member=member,
        details=details,
        echoed=echoed,
    )


def _check_saved(call: Call, details: Json) -> None:
    """Refuse a saved card that is named by its id alone and cannot pay."""
    if details.get("token_id") and not details.get("token"):
        saved = call.merchant.store(CardTokens).by_id.get(details["token_id"])
        if saved is None or saved.status != "ACTIVE":
            raise Refusal("INVALID_INSTRUMENT")


def _repeated(call: Call, order: Order, wanted: Sequence[_Wanted]) -> bool:
    """Tell whether the order holds such a payment already; refuse one that another order holds."""
    known = call.merchant.payments
    held = [known[entry.reference] for entry in wanted if entry.reference in known]
    if any(other is not order for other in held):
        raise Refusal("DUPLICATE_REQUEST")
    return bool(held)


def _check_order(order: Order, wanted: Sequence[_Wanted]) -> None:
    references = [entry.reference for entry in wanted if entry.reference is not None]
    if len(wanted) > _MAX_ENTRIES or len(references) != len(set(references)):
        invalid("payments takes at most two entries, each with its own merchant_payment_reference")
    refuse_cancelled(order)
    if not attempts.possible(order):
        not_allowed(f"the {order.type} order is {order.status}; a payment needs CREATED or ATTEMPTED")
    allowed: list[Any] = order.shown.get("allowed_payment_methods") or list(INSTRUMENTS)
    if any(entry.method not in allowed for entry in wanted):
        raise Refusal("PAYMENT_METHOD_NOT_ENABLED")
    if isinstance(order, Registration):
        _check_mandate(wanted)
    if order.pre_auth and not all(INSTRUMENTS[entry.method].pre_auth for entry in wanted):
        not_allowed("pre_auth is for CARD and POINTS only")
    if any(entry.amount.currency != order.amount.currency for entry in wanted):
        invalid("payment_amount must be in the currency of the order")
    if sum(entry.amount.value - entry.fee + entry.discount for entry in wanted) != order.amount.value:
        invalid("the payment amounts, less convenience fees, must add up to the order amount")


def _check_mandate(wanted: Sequence[_Wanted]) -> None:
    infos: list[Json] = [entry.echoed.get("mandate_info") or {} for entry in wanted]
    if len(infos) != 1 or infos[0].get("request_type") != "CREATE_MANDATE":
        invalid("a mandate takes one payment, with mandate_info and the request_type CREATE_MANDATE")


def _shown(entry: _Wanted) -> Json:
    option = shown_option(entry.member, entry.details)
    return {**({"payment_option": option} if option else {}), **entry.echoed}


def _challenge(call: Call, asked: Challenge, first: _Wanted) -> str | None:
    """Return the link to the page that the payer decides on, where the method has one."""
    if first.method != "UPI":
        return f"{call.state.base_url}/challenge/{asked.token}"
    # The order id names the challenge, too, for the payer's UPI app: a collect request has no link.
    call.state.challenges[asked.order.id] = asked
    if first.details["txn_mode"] == "COLLECT":
        return None
    if first.details.get("upi_qr") is True:
        asked.order.shown["image_url"] = f"{call.state.base_url}/challenge/{asked.token}/qr"
    kind = "mandate" if "mandate_info" in first.echoed else "pay"
    amount = rupees(asked.total.value).replace(",", "")
    return (
        f"upi://{kind}?pa=sandbox@examplebank&pn=Sandbox&tr={asked.token}"
        f"&am={amount}&cu={asked.order.amount.currency}&tn={quote(f'Payment for {asked.order.id}')}"
    )


ROUTES: Final = (Route("payments.create", "POST", "/api/pay/v1/orders/{order_id}/payments", create),)
