"""Orders, payments and refunds, with what can be done to each order now."""

from collections.abc import Iterator, Mapping
from typing import Final

from pinelabs_async.sandbox.board import payer_pages
from pinelabs_async.sandbox.board.desk import Desk, amount_field, button
from pinelabs_async.sandbox.board.markup import Html, fill
from pinelabs_async.sandbox.board.section import Section, badge, link, listed, money, named, newest, time
from pinelabs_async.sandbox.state import Merchant, Order, Payment

_REFUNDABLE: Final = ("PROCESSED", "PARTIALLY_CAPTURED", "PARTIALLY_REFUNDED")


def orders(desk: Desk) -> Section:
    """List the orders, each with what can be done to it now."""
    held = [(owner, order) for owner, order in _orders(desk) if order.type != "REFUND"]
    shown, total = newest(held, lambda place: place[1].created_at)
    pages = {owner.credentials.merchant_id: payer_pages.checkouts(owner) for owner in desk.merchants}
    return listed(
        desk,
        "orders",
        "Orders",
        heads=("Time", "Order", "Amount", "Status", "Payer", ""),
        rows=[
            (
                owner,
                time(order.created_at),
                named(order.id, order.reference),
                money(order.amount),
                badge(order.status),
                _payer(desk, owner, order, pages[owner.credentials.merchant_id]),
                _form(desk, owner, order),
            )
            for owner, order in shown
        ],
        total=total,
    )


def payments(desk: Desk) -> Section:
    """List the attempts to pay, instrument by instrument."""
    held = [
        (owner, payment)
        for owner, order in _orders(desk)
        if order.type != "REFUND"
        for payment in order.payments
    ]
    shown, total = newest(held, lambda place: place[1].created_at)
    return listed(
        desk,
        "payments",
        "Payments",
        heads=("Time", "Payment", "Method", "Amount", "Status", "Error"),
        rows=[
            (
                owner,
                time(payment.created_at),
                named(payment.id, payment.reference or ""),
                payment.method,
                money(payment.amount),
                badge(payment.status),
                _error(payment),
            )
            for owner, payment in shown
        ],
        total=total,
    )


def refunds(desk: Desk) -> Section:
    """List the refunds."""
    held = [(owner, order) for owner, order in _orders(desk) if order.type == "REFUND"]
    shown, total = newest(held, lambda place: place[1].created_at)
    return listed(
        desk,
        "refunds",
        "Refunds",
        heads=("Time", "Refund", "Of order", "Amount", "Status"),
        rows=[
            (
                owner,
                time(refund.created_at),
                named(refund.id, refund.reference),
                fill("<code>{id}</code>", id=refund.parent_id or ""),
                money(refund.amount),
                badge(refund.status),
            )
            for owner, refund in shown
        ],
        total=total,
    )


def _payer(desk: Desk, owner: Merchant, order: Order, pages: Mapping[str, str]) -> Html:
    """Return the way to the page that the payer of an order sees now."""
    if order.status == "PENDING":
        page = payer_pages.of_attempt(desk.state, owner, order)
        return link(page, "Open page") if page else Html("")
    if order.type != "CHARGE" or order.status not in payer_pages.UNPAID:
        return Html("")
    if order.id in pages:
        return link(pages[order.id], "Open page")
    return desk.form(_fields(owner, order), button("order.open", "Open page"))


def _form(desk: Desk, owner: Merchant, order: Order) -> Html:
    """Return the buttons for what can be done to an order now."""
    labels: dict[str, str] = {}
    if order.type != "CHARGE":
        return Html("")
    if order.status in payer_pages.UNPAID:
        labels = {"order.pay": "Pay", "order.fail": "Fail"}
    elif payer_pages.of_attempt(desk.state, owner, order):
        labels = {"order.pay": "Pay", "order.fail": "Fail", "order.expire": "Expire"}
    elif order.status == "AUTHORIZED":
        labels = {"order.capture": "Capture", "order.cancel": "Cancel"}
    elif order.status in _REFUNDABLE and order.captured > order.refunded:
        left = order.captured - order.refunded
        return desk.form(_fields(owner, order), amount_field(left), button("order.refund", "Refund"))
    return desk.buttons(_fields(owner, order), labels)


def _fields(owner: Merchant, order: Order) -> Mapping[str, str]:
    return {"merchant": owner.credentials.merchant_id, "order": order.id}


def _orders(desk: Desk) -> Iterator[tuple[Merchant, Order]]:
    for owner in desk.merchants:
        for order in owner.orders.values():
            yield owner, order


def _error(payment: Payment) -> str:
    return " ".join(payment.error) if payment.error else ""
