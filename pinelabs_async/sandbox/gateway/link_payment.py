"""The page behind a payment link, on which the payer pays all or a part, and the end of a link's time."""

import re
from typing import Final

import attrs

from pinelabs_async.sandbox.call import Call, Page, Reply, Route
from pinelabs_async.sandbox.checks import MIN_AMOUNT
from pinelabs_async.sandbox.gateway import attempts, challenge, pages
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.link_object import OPEN, Link, Links
from pinelabs_async.sandbox.gateway.payments import start
from pinelabs_async.sandbox.state import Amount, Challenge, Merchant, Order, State


def show(call: Call) -> Reply:
    """Show what is due; from now on the link is CLICKED."""
    found = _find(call)
    if isinstance(found, Page):
        return found
    _, link = found
    if link.status == "CREATED":
        link.clicked, link.changed_at = True, call.state.clock.now()
    return pages.ask(link.due, link.shown.get("description") or link.reference, in_parts=link.in_parts)


def pay(call: Call) -> Reply:
    """Start a payment and, unless its answer is to stay open, do at once what the payer chose."""
    found = _find(call)
    if isinstance(found, Page):
        return found
    merchant, link = found
    outcome = call.body.get("outcome")
    if outcome not in pages.BUTTONS:
        return pages.says("Choose one", "Choose one of the buttons.", status=400)
    amount = _part(link, call.body["amount"]) if link.in_parts and "amount" in call.body else link.due
    if amount is None:
        return pages.says("Wrong amount", "Pay at least 1 rupee and at most what is due.", status=400)
    link.clicked = True
    asked = _start(call, link.open_order(call.state, merchant, amount), merchant, link)
    if outcome == pages.START:
        return pages.go_on(str(asked.order.challenge_url))
    return challenge.answer(attrs.evolve(call, path={"token": asked.token}))


def expire(state: State, link: Link) -> None:
    """End a link whose time has come, and a payment whose answer is still open."""
    if link.ended is not None or link.due.value == 0:
        return
    link.ended, link.changed_at = "EXPIRED", state.clock.now()
    asked = next(reversed(state.asked.get(link.order.id, ())), None)
    if asked is not None and asked.payments[0].status == "PENDING":
        call = Call(operation="bank.decline", state=state, caller=None, path={}, body={})
        attempts.fail(call, asked, attempts.error("PAYMENT_EXPIRED"))


def _find(call: Call) -> tuple[Merchant, Link] | Page:
    """Return the link that the path names and whose it is, or the page that says why it cannot be paid."""
    for merchant in call.state.merchants.values():
        link = merchant.store(Links).by_token.get(call.path["token"])
        if link is None:
            continue
        if link.status in OPEN:
            return merchant, link
        if link.order.challenge_url is not None:
            return pages.go_on(link.order.challenge_url, status=409)
        return pages.says("Closed", f"This payment link is {link.status}.", status=409)
    return pages.says("Not found", "There is no such payment link.", status=404)


def _part(link: Link, rupees: str) -> Amount | None:
    """Return the part that the payer wrote down, in rupees, where it is one that can be paid."""
    written = re.fullmatch(r"([0-9]{1,7})(?:\.([0-9]{2}))?", rupees)
    paisa = int(written[1]) * 100 + int(written[2] or 0) if written else 0
    due = link.due
    return Amount(paisa, due.currency) if min(MIN_AMOUNT, due.value) <= paisa <= due.value else None


def _start(call: Call, order: Order, merchant: Merchant, link: Link) -> Challenge:
    """Begin an attempt to pay an order of the link, with the first method that it allows."""
    allowed: list[str] = link.shown.get("allowed_payment_methods") or ["CARD"]
    method = next((name for name in allowed if INSTRUMENTS[name].pre_auth or not link.pre_auth), allowed[0])
    asked = start(call, merchant, order, [(method, order.amount, None, {})])
    order.challenge_url = f"{call.state.base_url}/challenge/{asked.token}"
    call.executed(operation="payer.start", reference=order.reference, order_id=order.id, amount=order.amount)
    return asked


ROUTES: Final = (
    Route("challenge.show_link", "GET", "/link/{token}", show, secured=False, reads="nothing"),
    Route("challenge.pay_link", "POST", "/link/{token}", pay, secured=False, reads="form"),
)
