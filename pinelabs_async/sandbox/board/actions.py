"""What the buttons do: each through what the gateway itself uses, so that its rules and its ledger hold."""

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import attrs

from pinelabs_async.sandbox.board import payer_pages
from pinelabs_async.sandbox.board.desk import Desk
from pinelabs_async.sandbox.call import Call
from pinelabs_async.sandbox.delivery import merchant_with
from pinelabs_async.sandbox.gateway import attempts, orders, pages, refunds
from pinelabs_async.sandbox.gateway.link_object import OPEN, Link, Links
from pinelabs_async.sandbox.gateway.link_payment import expire
from pinelabs_async.sandbox.gateway.pay_by_link_object import OldLinks
from pinelabs_async.sandbox.gateway.payout_object import Payouts
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.magic import Outcome
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Amount, Json, Merchant, Order

_SPANS: Final = {"1": "1 hour", "24": "1 day", "168": "7 days"}
"""How far the clock can be moved at a time, by its hours."""


@attrs.frozen(kw_only=True)
class Done:
    """What a button did, and where to look at it."""

    text: str
    at: str
    """The path of a page, or the id of a list."""


Fields: TypeAlias = Mapping[str, str]


def act(desk: Desk, fields: Fields) -> Done:
    """Do what a form asks for, or raise a Refusal."""
    action = _ACTIONS.get(fields.get("do", ""))
    return invalid("there is no such button") if action is None else action(desk, fields)


def _pay(desk: Desk, fields: Fields) -> Done:
    return _answer(desk, fields, "approve")


def _fail(desk: Desk, fields: Fields) -> Done:
    return _answer(desk, fields, "decline")


def _answer(desk: Desk, fields: Fields, outcome: str) -> Done:
    owner, order = _order(desk, fields)
    page = payer_pages.of_attempt(desk.state, owner, order)
    if page is None:
        payer_pages.begin(desk.state, owner, order, outcome)
    else:
        payer_pages.answer(desk.state, page, outcome)
    return _about(order)


def _open(desk: Desk, fields: Fields) -> Done:
    owner, order = _order(desk, fields)
    payer_pages.begin(desk.state, owner, order, pages.START)
    return Done(text="", at=payer_pages.of_attempt(desk.state, owner, order) or "/")


def _expire(desk: Desk, fields: Fields) -> Done:
    """Let the payer's time run out, the way that a slow UPI payer ends."""
    owner, order = _order(desk, fields)
    asked = payer_pages.waiting(desk.state, owner, order)
    if asked is None:
        not_allowed(f"the order is {order.status}: no payer is being waited for")
    asked.outcome = Outcome(declined="PAYMENT_EXPIRED")
    call = Call(operation="challenge.answer", state=desk.state, caller=None, path={}, body={})
    attempts.decide(call, asked, operation="payer.approve")
    return _about(order)


def _capture(desk: Desk, fields: Fields) -> Done:
    owner, order = _order(desk, fields)
    orders.capture(_call(desk, owner, "orders.capture", order, {"merchant_capture_reference": _reference()}))
    return _about(order)


def _cancel(desk: Desk, fields: Fields) -> Done:
    owner, order = _order(desk, fields)
    orders.cancel(_call(desk, owner, "orders.cancel", order, {}))
    return _about(order)


def _refund(desk: Desk, fields: Fields) -> Done:
    owner, order = _order(desk, fields)
    amount = Amount(_paisa(fields), order.amount.currency)
    body = {"merchant_order_reference": _reference(), "order_amount": amount.as_json()}
    refunds.create(_call(desk, owner, "refunds.create", order, body))
    return Done(text=f"{rupees(amount.value)} of order {order.reference} go back.", at="refunds")


def _pay_link(desk: Desk, fields: Fields) -> Done:
    return _answer_link(desk, fields, "approve")


def _fail_link(desk: Desk, fields: Fields) -> Done:
    return _answer_link(desk, fields, "decline")


def _answer_link(desk: Desk, fields: Fields, outcome: str) -> Done:
    if "old_link" in fields:
        old = _owner(desk, fields).store(OldLinks).by_id.get(fields["old_link"])
        if old is None:
            invalid("there is no such link")
        payer_pages.answer(desk.state, f"/old-link/{old.token}", outcome)
        return Done(text=f"Payment link {old.reference} was answered.", at="old-links")
    _, link = _link(desk, fields)
    payer_pages.answer(desk.state, f"/link/{link.token}", outcome)
    return Done(text=f"Payment link {link.reference} is {link.status}.", at="links")


def _expire_link(desk: Desk, fields: Fields) -> Done:
    _, link = _link(desk, fields)
    if link.status not in (*OPEN, "PAYMENT_INITIATED"):
        not_allowed(f"the payment link is {link.status}")
    expire(desk.state, link)
    return Done(text=f"Payment link {link.reference} is {link.status}.", at="links")


def _advance(desk: Desk, fields: Fields) -> Done:
    hours = fields.get("hours", "")
    if hours not in _SPANS:
        invalid(f"hours must be one of {', '.join(_SPANS)}")
    desk.state.clock.advance(hours=int(hours))
    return Done(text=f"The clock moved {_SPANS[hours]} forward.", at="")


def _top_up(desk: Desk, fields: Fields) -> Done:
    paisa = _paisa(fields)
    _owner(desk, fields).store(Payouts).deposit(paisa)
    return Done(text=f"{rupees(paisa)} came into the funding account.", at="payouts")


def _retry(desk: Desk, fields: Fields) -> Done:
    held = desk.deliveries().get(fields.get("event", ""), [])
    place = fields.get("place", "")
    if place not in map(str, range(len(held))):
        invalid("there is no such delivery")
    try:
        desk.webhooks.retry(held[int(place)])
    except ValueError as error:
        not_allowed(str(error))
    return Done(text=f"{held[int(place)].type} is sent once more.", at="webhooks")


def _about(order: Order) -> Done:
    return Done(text=f"Order {order.reference} is {order.status}.", at="orders")


def _call(desk: Desk, owner: Merchant, operation: str, order: Order, body: Json) -> Call:
    path = {"order_id": order.id}
    return Call(operation=operation, state=desk.state, caller=owner, path=path, body=body)


def _owner(desk: Desk, fields: Fields) -> Merchant:
    try:
        return merchant_with(desk.state, fields.get("merchant", ""))
    except ValueError as error:
        invalid(str(error))


def _order(desk: Desk, fields: Fields) -> tuple[Merchant, Order]:
    owner = _owner(desk, fields)
    order = owner.orders.get(fields.get("order", ""))
    if order is None:
        raise Refusal("ORDER_NOT_FOUND")
    return owner, order


def _link(desk: Desk, fields: Fields) -> tuple[Merchant, Link]:
    owner = _owner(desk, fields)
    return owner, owner.store(Links).get(fields.get("link", ""))


def _reference() -> str:
    return f"page-{secrets.token_hex(8)}"


def _paisa(fields: Fields) -> int:
    """Return an amount that was written in rupees."""
    written = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?", fields.get("amount", "").strip())
    paisa = int(written[1]) * 100 + int((written[2] or "").ljust(2, "0")) if written else 0
    return paisa or invalid("write an amount in rupees, such as 1500 or 1500.50")


_ACTIONS: Final[Mapping[str, Callable[[Desk, Fields], Done]]] = {
    "order.open": _open,
    "order.pay": _pay,
    "order.fail": _fail,
    "order.expire": _expire,
    "order.capture": _capture,
    "order.cancel": _cancel,
    "order.refund": _refund,
    "link.pay": _pay_link,
    "link.fail": _fail_link,
    "link.expire": _expire_link,
    "clock.advance": _advance,
    "payouts.top_up": _top_up,
    "webhook.retry": _retry,
}
