"""Generate, Submit and Resend OTP: the payer's one-time password on the merchant's own page.

How long a password is good for, how often it may be tried and sent is unpublished: here ten
minutes, three times and three times. The one that is right stands in `magic`.
"""

from datetime import datetime, timedelta
from typing import Final, NoReturn

import attrs

from pinelabs_async.sandbox import checks, magic
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway import attempts
from pinelabs_async.sandbox.gateway.orders import refuse_cancelled
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.problems import DOCUMENTED, Refusal, not_allowed
from pinelabs_async.sandbox.state import Challenge, Json, Payment

LIFETIME: Final = timedelta(minutes=10)
RESEND_AFTER: Final = timedelta(seconds=180)
MAX_TRIES: Final = 3
MAX_SENDS: Final = 3
# With these the payer gets a password when the payment is made; a card's must be asked for.
_SENT_AT_ONCE: Final = ("BNPL", "WALLET")


@attrs.define
class Sent:
    """The password of one payment: when it was sent last, how often, and how often it was tried."""

    at: datetime
    sends: int = 1
    tries: int = 0


@attrs.define
class Passwords:
    """What a merchant's payers were sent, by payment id."""

    by_payment: dict[str, Sent] = attrs.field(factory=dict[str, Sent])


def generate(call: Call) -> Json:
    """Send the payer of a card payment a password."""
    asked, payment = _find(call)
    sent = call.merchant.store(Passwords).by_payment
    if payment.method in _SENT_AT_ONCE or payment.id in sent:
        not_allowed("a password was sent already: submit it, or have it sent again")
    sent[payment.id] = Sent(call.state.clock.now())
    _record(call, asked)
    return _next(call, sent[payment.id])


def submit(call: Call) -> Json:
    """Give the bank the payer's password: a right one pays, and after too many wrong ones the order has failed."""
    password = checks.required_text(call.body, "otp")
    asked, payment = _find(call)
    sent = _sent(call, payment)
    if call.state.clock.now() >= sent.at + LIFETIME:
        _refuse(call, sent, "USER_AUTHENTICATION_REQUIRED", "The OTP has expired")
    if not magic.is_magic("otp", password):
        sent.tries += 1
        if sent.tries >= MAX_TRIES:
            attempts.fail(call, asked, attempts.error("USER_AUTHENTICATION_FAILED"), final=True)
            raise Refusal("USER_AUTHENTICATION_FAILED", "The OTP is wrong", beside={"next": ["NONE"]})
        asked.order.status, asked.order.updated_at = "ATTEMPTED", call.state.clock.now()
        _refuse(call, sent, "USER_AUTHENTICATION_FAILED", "The OTP is wrong")
    declined = attempts.decide(call, asked, operation=call.operation)
    if declined is not None:
        raise Refusal(declined[0], beside={"next": ["NONE"]})
    return {"status": "SUCCESS"}


def resend(call: Call) -> Json:
    """Send the payer another password in place of the last one."""
    asked, payment = _find(call)
    sent, now = _sent(call, payment), call.state.clock.now()
    if sent.sends >= MAX_SENDS:
        _refuse(call, sent, "OPERATION_NOT_ALLOWED", "The OTP cannot be sent again: the limit is reached")
    if now < sent.at + RESEND_AFTER:
        _refuse(call, sent, "OPERATION_NOT_ALLOWED", "The OTP cannot be sent again yet")
    sent.at, sent.sends = now, sent.sends + 1
    _record(call, asked)
    return {"status": "SUCCESS", **_next(call, sent)}


def _find(call: Call) -> tuple[Challenge, Payment]:
    """Return the payment that the body names and its attempt, if it can use a password."""
    payment_id = checks.required_text(call.body, "payment_id")
    # 404 is not among the documented statuses of these operations.
    asked = attempts.with_payment(call, call.merchant, payment_id) or no_match(status=400)
    payment = next(payment for payment in asked.payments if payment.id == payment_id)
    refuse_cancelled(asked.order)
    if payment.status != "PENDING" or asked.answered:
        not_allowed(f"the payment is {payment.status}, not waiting for its payer")
    card: Json = payment.shown.get("payment_option", {}).get("card_data", {})
    if payment.method not in _SENT_AT_ONCE and not (
        payment.method == "CARD" and card.get("is_native_otp_eligible")
    ):
        not_allowed("the payment cannot use a password: its payer goes to the challenge_url")
    return asked, payment


def _sent(call: Call, payment: Payment) -> Sent:
    sent = call.merchant.store(Passwords).by_payment
    if payment.method in _SENT_AT_ONCE:
        sent.setdefault(payment.id, Sent(payment.created_at))
    if payment.id not in sent:
        not_allowed("no password was generated for the payment")
    return sent[payment.id]


def _next(call: Call, sent: Sent) -> Json:
    """Return what may follow."""
    wait = sent.at + RESEND_AFTER - call.state.clock.now()
    again = ["RESEND_OTP"] if sent.sends < MAX_SENDS else []
    return {
        "next": ["SUBMIT_OTP", *again],
        "meta_data": {"resend_after": str(max(round(wait.total_seconds()), 0))},
    }


def _refuse(call: Call, sent: Sent, code: str, message: str) -> NoReturn:
    """Refuse and say what may follow; no code of these refusals is published."""
    raise Refusal(code, message, status=DOCUMENTED[code][0], beside=_next(call, sent))


def _record(call: Call, asked: Challenge) -> None:
    call.executed(reference=asked.order.reference, order_id=asked.order.id)


ROUTES: Final = (
    Route("payments.generate_otp", "POST", "/api/pay/v1/otp/generate", generate),
    Route("payments.submit_otp", "POST", "/api/pay/v1/otp/submit", submit),
    Route("payments.resend_otp", "POST", "/api/pay/v1/otp/resend", resend),
)
