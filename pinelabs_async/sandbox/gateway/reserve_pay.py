"""Create and Get Reserve, Debit, and the page on which the payer approves that money is blocked.

No event is documented for reserves, and nothing of what becomes of one but its life: the states are
those of subscriptions. In what `expire_after` counts is not published; minutes here.
"""

from datetime import timedelta
from html import escape
from typing import Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Page, Reply, Route
from pinelabs_async.sandbox.gateway import attempts, customers, debits, pages, presentations
from pinelabs_async.sandbox.gateway.attempts import Error
from pinelabs_async.sandbox.gateway.challenge import send_back
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.mandate_request import PREFIX, new_id, one_of, optional_count, refusing
from pinelabs_async.sandbox.gateway.orders import open_order
from pinelabs_async.sandbox.gateway.people import metadata, no_match
from pinelabs_async.sandbox.gateway.presentation_object import Presentation, debit_json
from pinelabs_async.sandbox.gateway.reserve_object import Reserve, Reserves, created_json, reserve_json
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Amount, Challenge, Json, Order, Payment

EXPIRES: Final = timedelta(minutes=30)
_KIND: Final = "sbm"
_CURRENCIES: Final = ("INR", "USD")
_MOST_DAYS: Final = 3_650
_MOST_MINUTES: Final = 525_600
_BUTTONS: Final = {"approve": "Approve", "decline": "Fail", "cancel": "Cancel"}


def create(call: Call) -> Json:
    """Ask a customer to have money blocked; nothing is until they approve."""
    body, merchant, now = call.body, call.merchant, call.state.clock.now()
    reference = checks.required_reference(body, "merchant_subscription_reference")
    terms = _terms(checks.required_object(body, "plan_details"))
    callback = checks.optional_text(body, "callback_url")
    minutes = optional_count(body, "expire_after", least=1, most=_MOST_MINUTES)
    checks.flag(body, "terms_accepted")
    metadata(body)
    customer = customers.known(merchant, checks.required_text(body, "customer_id"))
    if customer is None or customer.gone:
        no_match()
    reserves = merchant.store(Reserves)
    existing = reserves.by_reference.get(reference)
    if existing is not None:
        if call.state.settings.duplicate_references == "refuse":
            raise Refusal("DUPLICATE_REQUEST")
        return created_json(existing, call.state.base_url)
    reserve_id = new_id(call, _KIND)
    order = _open(call, reserve_id, Amount(terms["reserve_amount"], terms["currency"]), callback)
    reserve = Reserve(
        id=reserve_id,
        call=call,
        reference=reference,
        customer_id=customer.id,
        terms=terms,
        start=now,
        # A published sample has 0 days: the shortest life is one day.
        end=now + timedelta(days=max(1, terms["validity_days"])),
        expires=now + (timedelta(minutes=minutes) if minutes else EXPIRES),
        order=order,
    )
    reserves.keep(reserve)
    call.state.clock.at(reserve.expires, lambda: _expire(reserve))
    call.state.clock.at(reserve.end, lambda: _end(reserve))
    call.executed(reference=reference, order_id=order.id, amount=order.amount)
    return created_json(reserve, call.state.base_url)


def get(call: Call) -> Json:
    """Return a reserve: what is blocked, taken and left."""
    return reserve_json(call.merchant.store(Reserves).get(call.path["reserve_pay_sub_id"]))


def debit(call: Call) -> Reply:
    """Take a part of the blocked money; the payer gets no notice."""
    reserve_id = call.path["reserve_pay_sub_id"]
    reserve = call.merchant.store(Reserves).by_id.get(reserve_id)
    if reserve is None:
        # Both debits share a path, and the due date of the other is optional.
        other = attrs.evolve(call, operation="presentations.create", path={"subscription_id": reserve_id})
        return presentations.create(other)
    reference = checks.required_reference(call.body, "merchant_presentation_reference")
    amount = checks.amount(call.body, "amount")
    if checks.optional_text(call.body, "subscription_id") not in (None, reserve_id):
        invalid("subscription_id of the body and of the path differ")
    existing = presentations.repeated(call, reference)
    if existing is not None:
        return Answered(status=201, body=debit_json(existing))
    _check(reserve, amount)
    presentation = Presentation(
        id=new_id(call, "bil"),
        reference=reference,
        mandate=reserve,
        amount=amount,
        due=call.state.clock.now(),
        notice=None,
    )
    presentations.keep(call, presentation)
    debits.debit(presentation)
    return Answered(status=201, body=debit_json(presentation))


def show(call: Call) -> Page:
    """Show what is to be blocked, and three buttons."""
    reserve = _asked(call)
    if isinstance(reserve, Page):
        return reserve
    amount = reserve.order.amount
    buttons = "\n".join(
        f'<button name="outcome" value="{value}">{label}</button>' for value, label in _BUTTONS.items()
    )
    return pages.page(
        "Sandbox reserve",
        f"<p>Block <b>{escape(f'{rupees(amount.value)} {amount.currency}')}</b>"
        f" for {escape(reserve.terms['description'])}?</p>\n"
        f'<form method="post">\n{buttons}\n</form>',
    )


def answer(call: Call) -> Page:
    """Do what the payer chose and send the browser back with signed fields."""
    reserve = _asked(call)
    if isinstance(reserve, Page):
        return reserve
    outcome = call.body.get("outcome")
    if outcome not in _ANSWERS:
        return pages.says("Choose one", "Choose one of the buttons.", status=400)
    reserve.status, paid, operation, error = _ANSWERS[outcome]
    reserve.approved = reserve.live
    _close(reserve, paid, error)
    order = reserve.order
    call.executed(operation=operation, reference=order.reference, order_id=order.id, amount=order.amount)
    asked = Challenge(
        token=reserve.token, merchant=reserve.merchant, order=order, payments=order.payments, answered=True
    )
    return send_back(asked, error)


_DECLINED: Final = attempts.error("USER_AUTHENTICATION_FAILED")
# What the payer chose: where the reserve and its order come to, the act in the ledger, and what went wrong.
_ANSWERS: Final[dict[str, tuple[str, str, str, Error | None]]] = {
    "approve": ("ACTIVE", "AUTHORIZED", "payer.authorize", None),
    "decline": ("INACTIVE", "FAILED", "payer.decline", _DECLINED),
    "cancel": ("CANCELLED_BY_CUSTOMER_DURING_MANDATE_CREATION", "CANCELLED", "payer.cancel", None),
}


def _terms(given: Json) -> Json:
    """Return how much is to be blocked, and for how long."""
    amount = optional_count(given, "reserve_amount", least=1, most=checks.MAX_AMOUNT)
    days = optional_count(given, "validity_days", least=0, most=_MOST_DAYS)
    if amount is None or days is None:
        invalid("reserve_amount and validity_days are required")
    return {
        "reserve_amount": amount,
        "currency": one_of(checks.required_text(given, "currency"), "currency", _CURRENCIES),
        "validity_days": days,
        "description": checks.required_text(given, "description"),
    }


def _open(call: Call, reserve_id: str, amount: Amount, callback: str | None) -> Order:
    """Make the order whose payment waits at the page, so that nobody can pay it elsewhere."""
    shown: Json = {"allowed_payment_methods": ["UPI"], "integration_mode": "REDIRECT"}
    if callback is not None:
        shown["callback_url"] = callback
    order = open_order(call, reserve_id, amount, pre_auth=False, shown=shown)
    order.status = "PENDING"
    order.payments.append(
        Payment(
            id=f"{order.id}-{INSTRUMENTS['UPI'].code}-a",
            method="UPI",
            status="PENDING",
            amount=amount,
            acquirer_data=dict(attempts.UNKNOWN),
            created_at=order.created_at,
            updated_at=order.created_at,
        )
    )
    return order


def _check(reserve: Reserve, amount: Amount) -> None:
    """Refuse a debit that the reserve does not hold."""
    if not reserve.live:
        not_allowed(f"the reserve is {reserve.status}, not ACTIVE")
    if amount.currency != reserve.order.amount.currency:
        invalid("amount must be in the currency of the reserve")
    if amount.value > reserve.left:
        raise Refusal(
            "AMOUNT_LIMIT_EXCEEDED",
            details={"source": "INTERNAL", "reason": "the debit is more than what is left of the reserve"},
        )


def _expire(reserve: Reserve) -> None:
    if reserve.status == "CREATED":
        reserve.status = "EXPIRED"
        _close(reserve, "FAILED", attempts.error("PAYMENT_EXPIRED"))


def _end(reserve: Reserve) -> None:
    if reserve.live:
        reserve.status = "EXPIRED"


def _close(reserve: Reserve, status: str, error: Error | None) -> None:
    """Let the order and its payment stand where the payer, or the time, has brought them."""
    order, now = reserve.order, reserve.call.state.clock.now()
    order.status, order.updated_at = status, now
    for payment in order.payments:
        payment.status, payment.error, payment.updated_at = status, error, now


def _asked(call: Call) -> Reserve | Page:
    """Return the reserve that the page is for, or the page that says why it cannot be approved."""
    for merchant in call.state.merchants.values():
        for reserve in merchant.store(Reserves).by_id.values():
            if reserve.token == call.path["token"] and reserve.status == "CREATED":
                return reserve
            if reserve.token == call.path["token"]:
                return pages.says("Closed", f"This reserve is {reserve.status}.", status=409)
    return pages.says("Not found", "There is no such reserve.", status=404)


def _of_reserve(body: Json) -> bool:
    """Tell whether a debit is meant for a reserve: by the id, where the body names one, else by having no date."""
    named = body.get("subscription_id")
    return named.startswith(f"v1-{_KIND}-") if isinstance(named, str) else "due_date" not in body


_PATH: Final = "/ps/public/subscriptions/sbmd"
ROUTES: Final = (
    Route("reserve_pay.create", "POST", _PATH, refusing(create, 400)),
    Route("reserve_pay.get", "GET", f"{_PATH}/{{reserve_pay_sub_id}}", refusing(get, 400), reads="nothing"),
    Route(
        "reserve_pay.debit",
        "POST",
        f"{PREFIX}/subscriptions/{{reserve_pay_sub_id}}/presentations",
        debit,
        fits=_of_reserve,
    ),
    Route("challenge.show_reserve", "GET", "/reserve/{token}", show, secured=False, reads="nothing"),
    Route("challenge.answer_reserve", "POST", "/reserve/{token}", answer, secured=False, reads="form"),
)
