"""The page on which the payer pays, fails or gives up, and the way back to the merchant."""

from datetime import timedelta
from html import escape
from typing import Final

from pinelabs_async.sandbox.call import Answered, Call, Page, Reply, Route
from pinelabs_async.sandbox.gateway import attempts
from pinelabs_async.sandbox.gateway.attempts import Error
from pinelabs_async.sandbox.gateway.pages import page
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.problems import Refusal
from pinelabs_async.sandbox.signing import sign
from pinelabs_async.sandbox.state import Challenge

QR_LIFETIME: Final = timedelta(seconds=1200)


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
        return page("Choose one", "<p>Choose one of the buttons.</p>", status=400)
    return send_back(challenge, outcome(call, challenge))


def show_qr(call: Call) -> Reply:
    """Show the image for a payer's camera, for as long as the gateway documents: no real code, but its text."""
    challenge = call.state.challenges.get(call.path["token"])
    if challenge is None or challenge.answered:
        raise Refusal("PATH_NOT_FOUND")
    if call.state.clock.now() >= challenge.payments[0].created_at + QR_LIFETIME:
        raise Refusal("PATH_NOT_FOUND")
    link = escape(challenge.order.challenge_url or "")
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="40"><text y="25">{link}</text></svg>'
    )
    return Answered(body=picture.encode(), content_type="image/svg+xml")


def _find(call: Call) -> Challenge | Page:
    challenge = call.state.challenges.get(call.path["token"])
    if challenge is None:
        return page("Not found", "<p>There is no such payment.</p>", status=404)
    if challenge.answered:
        return page("Already answered", "<p>This payment was already answered.</p>", status=409)
    return challenge


def _approve(call: Call, challenge: Challenge) -> Error | None:
    operation = "payer.authorize" if challenge.order.pre_auth else "payer.approve"
    return attempts.decide(call, challenge, operation=operation)


def _decline(call: Call, challenge: Challenge) -> Error | None:
    failure = attempts.error("USER_AUTHENTICATION_FAILED")
    attempts.fail(call, challenge, failure)
    _record(call, challenge, "payer.decline")
    return failure


def _cancel(call: Call, challenge: Challenge) -> Error | None:
    attempts.cancel(call, challenge)
    _record(call, challenge, "payer.cancel")
    return None


def _record(call: Call, challenge: Challenge, operation: str) -> None:
    call.executed(
        operation=operation,
        reference=challenge.order.reference,
        order_id=challenge.order.id,
        amount=challenge.total,
    )


_OUTCOMES: Final = {"approve": _approve, "decline": _decline, "cancel": _cancel}


def _ask(challenge: Challenge) -> Page:
    amount = f"{rupees(challenge.total.value)} {challenge.total.currency}"
    return page(
        "Sandbox payment",
        f"<p>Pay <b>{escape(amount)}</b> for order {escape(challenge.order.reference)}?"
        f"<br><small>{escape(challenge.order.id)}</small></p>\n"
        '<form method="post">\n'
        '<button name="outcome" value="approve">Pay</button>\n'
        '<button name="outcome" value="decline">Fail</button>\n'
        '<button name="outcome" value="cancel">Cancel</button>\n'
        "</form>",
    )


def send_back(challenge: Challenge, error: Error | None) -> Page:
    """Return the form that the payer's browser posts to the merchant."""
    order = challenge.order
    fields = {"order_id": order.id, "status": order.status}
    if error is not None:
        # The order may go on (ATTEMPTED); what the browser brings back is about this attempt.
        fields["status"] = "FAILED"
        fields["error_code"], fields["error_message"] = error
    fields["signature"] = sign(fields, challenge.merchant.credentials.return_url_secret)
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    target = order.shown.get("callback_url") or ""
    if fields["status"] in ("FAILED", "CANCELLED"):
        target = order.shown.get("failure_callback_url") or target
    # Only a web address is followed: any other callback belongs to a mobile app, and could be a script.
    web = target.lower().startswith(("http://", "https://"))
    action = f' action="{escape(target)}"' if web else ""
    script = '<script src="/board/back.js"></script>' if web else f"<p>Back to: {escape(target)}</p>"
    button = '<button type="submit">Back to the shop</button>' if web else ""
    return page("Back to the shop", f'<form method="post"{action}>\n{hidden}\n{button}\n</form>\n{script}')


ROUTES: Final = (
    Route("challenge.show", "GET", "/challenge/{token}", show, secured=False, reads="nothing"),
    Route("challenge.show_qr", "GET", "/challenge/{token}/qr", show_qr, secured=False, reads="nothing"),
    Route("challenge.answer", "POST", "/challenge/{token}", answer, secured=False, reads="form"),
)
