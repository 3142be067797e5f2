"""Generate Checkout Link, and the gateway's own page behind it, on which the payer chooses how to pay."""

import secrets
from collections.abc import Sequence
from html import escape
from typing import Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Page, Reply, Route
from pinelabs_async.sandbox.gateway import attempts, challenge, pages
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.orders import open_order
from pinelabs_async.sandbox.gateway.payments import start
from pinelabs_async.sandbox.gateway.purchase import read_shown
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Json, Merchant, Order

MODES: Final = ("REDIRECT", "IFRAME", "SDK")
_METHODS: Final = tuple(method for method in INSTRUMENTS if method != "CARDLESS_EMI")


@attrs.define
class Checkouts:
    """A merchant's orders that have a page, by its token."""

    by_token: dict[str, Order] = attrs.field(factory=dict[str, Order])


def create(call: Call) -> Json:
    """Open an order with a page to pay it on; no money moves."""
    body, merchant = call.body, call.merchant
    reference = checks.required_reference(body, "merchant_order_reference")
    amount = checks.amount(body, "order_amount")
    pre_auth = checks.flag(body, "pre_auth")
    mode = checks.optional_text(body, "integration_mode") or "REDIRECT"
    if mode not in MODES:
        invalid(f"integration_mode must be one of {', '.join(MODES)}")
    checks.flag(body, "part_payment")
    checks.optional_object(body, "plugin_data")
    shown = read_shown(body, _METHODS)
    links = merchant.store(Checkouts)
    existing = merchant.charges.get(reference)
    if existing:
        token = next((token for token, order in links.by_token.items() if order is existing), None)
        if call.state.settings.duplicate_references == "refuse" or token is None:
            raise Refusal("DUPLICATE_REQUEST")
        return _link(call, existing, token)
    shown["integration_mode"] = mode
    order = open_order(call, reference, amount, pre_auth=pre_auth, shown=shown)
    token = secrets.token_urlsafe(24)
    links.by_token[token] = order
    call.executed(reference=reference, order_id=order.id, amount=amount)
    return _link(call, order, token)


def show(call: Call) -> Reply:
    """Show what is to be paid, and by which methods."""
    found = _find(call)
    if isinstance(found, Page):
        return found
    _, order = found
    amount = f"{rupees(order.amount.value)} {order.amount.currency}"
    options = "\n".join(f'<option value="{method}">{method}</option>' for method in choices(order))
    buttons = "\n".join(
        f'<button name="outcome" value="{value}">{escape(label)}</button>'
        for value, label in pages.BUTTONS.items()
    )
    return pages.page(
        "Sandbox checkout",
        f"<p>Pay <b>{escape(amount)}</b> for order {escape(order.reference)}?"
        f"<br><small>{escape(order.id)}</small></p>\n"
        f'<form method="post">\n<select name="payment_method">\n{options}\n</select>\n{buttons}\n</form>',
    )


def pay(call: Call) -> Reply:
    """Start a payment with the chosen method and, unless its answer is to stay open, do what the payer chose."""
    found = _find(call)
    if isinstance(found, Page):
        return found
    merchant, order = found
    outcome = str(call.body.get("outcome"))
    methods = choices(order)
    method = call.body.get("payment_method", methods[0] if methods else "")
    if outcome not in pages.BUTTONS or method not in methods:
        return pages.says("Choose one", "Choose a method and one of the buttons.", status=400)
    return attempt(call, merchant, order, method, outcome)


def attempt(call: Call, merchant: Merchant, order: Order, method: str, outcome: str) -> Page:
    """Begin a payment of the whole order, and answer it unless that is to stay open."""
    asked = start(call, merchant, order, [(method, order.amount, None, {})])
    order.challenge_url = f"{call.state.base_url}/challenge/{asked.token}"
    call.executed(operation="payer.start", reference=order.reference, order_id=order.id, amount=order.amount)
    if outcome == pages.START:
        return pages.go_on(order.challenge_url)
    return challenge.answer(attrs.evolve(call, path={"token": asked.token}, body={"outcome": outcome}))


def choices(order: Order) -> Sequence[str]:
    """Return the methods that an order can be paid with at a page."""
    allowed: Sequence[str] = order.shown.get("allowed_payment_methods") or _METHODS
    return [method for method in allowed if INSTRUMENTS[method].pre_auth or not order.pre_auth]


def _find(call: Call) -> tuple[Merchant, Order] | Page:
    """Return the order that the page is for and whose it is, or the page that says why it cannot be paid."""
    for merchant in call.state.merchants.values():
        order = merchant.store(Checkouts).by_token.get(call.path["token"])
        if order is None:
            continue
        if attempts.possible(order):
            return merchant, order
        if order.challenge_url is not None:
            return pages.go_on(order.challenge_url, status=409)
        return pages.says("Closed", f"This order is {order.status}.", status=409)
    return pages.says("Not found", "There is no such checkout.", status=404)


def _link(call: Call, order: Order, token: str) -> Json:
    return {
        "token": token,
        "order_id": order.id,
        "redirect_url": f"{call.state.base_url}/checkout/{token}",
        "response_code": 200,
        "response_message": "Order Creation Successful.",
    }


ROUTES: Final = (
    Route("checkout.create", "POST", "/api/checkout/v1/orders", create),
    Route("challenge.show_checkout", "GET", "/checkout/{token}", show, secured=False, reads="nothing"),
    Route("challenge.pay_checkout", "POST", "/checkout/{token}", pay, secured=False, reads="form"),
)
