"""The page on which the payer pays, fails or gives up, and the way back to the merchant."""

from html import escape
from typing import Final

from pinelabs_async.sandbox.call import Call, Page, Route
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.refunds import digits
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.signing import sign
from pinelabs_async.sandbox.state import Challenge

_FAILURE: Final = ("USER_AUTHENTICATION_FAILED", "Consumer Authentication required")


def show(call: Call) -> Page:
    """Show what is to be paid, and three buttons."""
    challenge = _find(call)
    return challenge if isinstance(challenge, Page) else _ask(challenge)


def answer(call: Call) -> Page:
    """Do what the payer chose and send the browser back with signed fields."""
    challenge = _find(call)
    if isinstance(challenge, Page):
        return challenge
    outcome = _OUTCOMES.get(str(call.body.get("outcome")))
    if outcome is None:
        return _page("Choose one", "<p>Choose one of the buttons.</p>", status=400)
    challenge.answered = True
    operation = outcome(challenge, call)
    call.executed(
        operation=operation,
        reference=challenge.order.reference,
        order_id=challenge.order.id,
        amount=challenge.total,
        money="in" if operation == "payer.approve" else "none",
    )
    return _send_back(challenge, operation)


def _find(call: Call) -> Challenge | Page:
    challenge = call.state.challenges.get(call.path["token"])
    if challenge is None:
        return _page("Not found", "<p>There is no such payment.</p>", status=404)
    if challenge.answered:
        return _page("Already answered", "<p>This payment was already answered.</p>", status=409)
    return challenge


def _approve(challenge: Challenge, call: Call) -> str:
    order, now = challenge.order, call.state.clock.now()
    status = "AUTHORIZED" if order.pre_auth else "PROCESSED"
    for payment in challenge.payments:
        payment.status, payment.updated_at = status, now
        payment.acquirer_data = {
            "approval_code": digits(6),
            "acquirer_reference": digits(22),
            "rrn": digits(12),
            "is_aggregator": True,
            "acquirer_name": INSTRUMENTS[payment.method].acquirer,
        }
    order.status, order.updated_at, order.challenge_url = status, now, None
    if order.pre_auth:
        return "payer.authorize"
    order.captured = order.amount.value
    return "payer.approve"


def _decline(challenge: Challenge, call: Call) -> str:
    _end_attempt(challenge, call, "FAILED", "ATTEMPTED" if challenge.order.retries_remaining else "FAILED")
    for payment in challenge.payments:
        payment.error = _FAILURE
    return "payer.decline"


def _cancel(challenge: Challenge, call: Call) -> str:
    _end_attempt(challenge, call, "CANCELLED", "CANCELLED")
    return "payer.cancel"


def _end_attempt(challenge: Challenge, call: Call, payment_status: str, order_status: str) -> None:
    now = call.state.clock.now()
    for payment in challenge.payments:
        payment.status, payment.updated_at = payment_status, now
    order = challenge.order
    order.status, order.updated_at, order.challenge_url = order_status, now, None


_OUTCOMES: Final = {"approve": _approve, "decline": _decline, "cancel": _cancel}


def _ask(challenge: Challenge) -> Page:
    amount = f"{rupees(challenge.total.value)} {challenge.total.currency}"
    return _page(
        "Sandbox payment",
        f"<p>Pay <b>{escape(amount)}</b> for order {escape(challenge.order.reference)}"
        f" ({escape(challenge.order.id)})?</p>\n"
        '<form method="post">\n'
        '<button name="outcome" value="approve">Pay</button>\n'
        '<button name="outcome" value="decline">Fail</button>\n'
        '<button name="outcome" value="cancel">Cancel</button>\n'
        "</form>",
    )


def _send_back(challenge: Challenge, operation: str) -> Page:
    """Return the form that the payer's browser posts to the merchant."""
    order = challenge.order
    fields = {"order_id": order.id, "status": order.status}
    if operation == "payer.decline":
        # The order may go on (ATTEMPTED); what the browser brings back is about this attempt.
        fields["status"] = "FAILED"
        fields["error_code"], fields["error_message"] = _FAILURE
    fields["signature"] = sign(fields, challenge.merchant.credentials.return_url_secret)
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    target = order.shown.get("callback_url") or ""
    if operation in ("payer.decline", "payer.cancel"):
        target = order.shown.get("failure_callback_url") or target
    # Only a web address is followed: any other callback belongs to a mobile app, and could be a script.
    web = target.lower().startswith(("http://", "https://"))
    action = f' action="{escape(target)}"' if web else ""
    script = "<script>document.forms[0].submit()</script>" if web else f"<p>Back to: {escape(target)}</p>"
    button = '<button type="submit">Back to the shop</button>' if web else ""
    return _page("Back to the shop", f'<form method="post"{action}>\n{hidden}\n{button}\n</form>\n{script}')


def _page(title: str, content: str, *, status: int = 200) -> Page:
    return Page(
        status=status,
        html=f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<h1>{escape(title)}</h1>\n{content}\n</html>\n",
    )


ROUTES: Final = (
    Route("challenge.show", "GET", "/challenge/{token}", show, secured=False, reads="nothing"),
    Route("challenge.answer", "POST", "/challenge/{token}", answer, secured=False, reads="form"),
)
