"""Create Order, Get Order, Capture Order, Cancel Order."""

from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.attempts import close, of_fee
from pinelabs_async.sandbox.gateway.purchase import open_splits, read_shown
from pinelabs_async.sandbox.gateway.shapes import order_event, order_json
from pinelabs_async.sandbox.problems import Refusal, not_allowed
from pinelabs_async.sandbox.state import Amount, Capture, Json, Order


def create(call: Call) -> Json:
    """Open an order; no money moves."""
    reference = checks.required_reference(call.body, "merchant_order_reference")
    amount = checks.amount(call.body, "order_amount")
    pre_auth = checks.flag(call.body, "pre_auth")
    shown = read_shown(call.body)
    existing = call.merchant.charges.get(reference)
    if existing:
        return order_json(unless_refused(call, existing), call.merchant)
    order = open_order(call, reference, amount, pre_auth=pre_auth, shown=shown)
    call.executed(reference=reference, order_id=order.id, amount=amount)
    return order_json(order, call.merchant)


def open_order(call: Call, reference: str, amount: Amount, *, pre_auth: bool, shown: Json) -> Order:
    """Make an order that waits for its first payment."""
    now = call.state.clock.now()
    order = Order(
        id=call.state.new_order_id(),
        reference=reference,
        status="CREATED",
        amount=amount,
        pre_auth=pre_auth,
        shown=shown,
        created_at=now,
        updated_at=now,
    )
    open_splits(order, now)
    call.merchant.orders[order.id] = call.merchant.charges[reference] = order
    return order


def get(call: Call) -> Json:
    """Return an order or a refund by its id."""
    return order_json(find(call, "order_id"), call.merchant)


def get_by_reference(call: Call) -> Json:
    """Return the charge order with a merchant's reference, else the refund with it."""
    merchant, reference = call.merchant, call.path["merchant_order_reference"]
    order = merchant.charges.get(reference) or merchant.refunds.get(reference)
    if order is None:
        raise Refusal("ORDER_NOT_FOUND")
    return order_json(order, merchant)


def capture(call: Call) -> Json:
    """Take the blocked money with its convenience fee, or a part of it without; the rest goes back to the payer."""
    reference = checks.required_reference(call.body, "merchant_capture_reference")
    part = call.body.get("capture_amount") is not None
    wanted = checks.amount(call.body, "capture_amount") if part else None
    order = find(call, "order_id")
    _require_authorized(order)
    held = [payment for payment in order.payments if payment.status == "AUTHORIZED"]
    rooms = [payment.amount.value - of_fee(payment) for payment in held]
    amount = wanted or Amount(sum(rooms), order.amount.currency)
    if amount.currency != order.amount.currency or amount.value > sum(rooms):
        not_allowed("capture_amount is more than the authorised amount, or in another currency")
    now = call.state.clock.now()
    # The fee was worked out for the whole order: it is taken with all of it, and not with a part.
    whole = amount.value == sum(rooms)
    parts = [payment.amount.value for payment in held] if whole else allot(amount.value, rooms)
    for payment, value in zip(held, parts, strict=True):
        payment.status, payment.updated_at = "PROCESSED", now
        payment.captures.append(Capture(reference=reference, amount=Amount(value, amount.currency), at=now))
    # A part is documented by a sample of the webhook only; Capture Order itself has none of a part.
    order.status = "PROCESSED" if whole else "PARTIALLY_CAPTURED"
    order.captured, order.updated_at = amount.value, now
    taken = Amount(sum(parts), amount.currency)
    call.executed(reference=reference, order_id=order.id, amount=taken, money="in")
    call.tell("ORDER_PROCESSED", order_event(order, call.merchant))
    return order_json(order, call.merchant)


def cancel(call: Call) -> Json:
    """Give blocked money back to the payer, or withdraw a QR code that nobody has paid."""
    order = find(call, "order_id")
    if not _waits_at_qr_code(order):
        _require_authorized(order)
    now = call.state.clock.now()
    for payment in order.payments:
        if payment.status in ("AUTHORIZED", "PENDING"):
            payment.status, payment.updated_at = "CANCELLED", now
    close(call.state, order)
    order.status, order.updated_at, order.challenge_url = "CANCELLED", now, None
    call.executed(reference=order.reference, order_id=order.id, amount=order.amount)
    call.tell("ORDER_CANCELLED", order_event(order, call.merchant))
    return order_json(order, call.merchant)


def find(call: Call, name: str) -> Order:
    """Return the caller's order that the path names, or refuse."""
    order = call.merchant.orders.get(call.path[name])
    if order is None:
        raise Refusal("ORDER_NOT_FOUND")
    return order


def refuse_cancelled(order: Order) -> None:
    """Refuse to change an order that was cancelled."""
    if order.status == "CANCELLED":
        raise Refusal("ORDER_CANCELLED")


def unless_refused(call: Call, existing: Order) -> Order:
    """Return what a repeated reference already made, where this gateway returns it, or refuse."""
    if call.state.settings.duplicate_references == "refuse":
        raise Refusal("DUPLICATE_REQUEST")
    return existing


def allot(amount: int, rooms: list[int]) -> list[int]:
    """Spread paisa over instruments in order, none beyond its room."""
    parts: list[int] = []
    for room in rooms:
        parts.append(min(amount, room))
        amount -= parts[-1]
    return parts


def _waits_at_qr_code(order: Order) -> bool:
    """Tell whether its payer has a UPI QR code: these orders can be cancelled at any time."""
    return "image_url" in order.shown


def _require_authorized(order: Order) -> None:
    refuse_cancelled(order)
    if not order.pre_auth:
        not_allowed("the order was not created with pre_auth")
    if order.status != "AUTHORIZED":
        not_allowed(f"the order is {order.status}, not AUTHORIZED")


ROUTES: Final = (
    Route("orders.create", "POST", "/api/pay/v1/orders", create),
    Route("orders.get", "GET", "/api/pay/v1/orders/{order_id}", get, reads="nothing"),
    Route(
        "orders.get_by_reference",
        "GET",
        "/api/pay/v1/orders/reference/{merchant_order_reference}",
        get_by_reference,
        reads="nothing",
    ),
    Route("orders.capture", "PUT", "/api/pay/v1/orders/{order_id}/capture", capture),
    Route("orders.cancel", "PUT", "/api/pay/v1/orders/{order_id}/cancel", cancel, reads="nothing"),
)
