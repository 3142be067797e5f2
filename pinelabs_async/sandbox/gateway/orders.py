"""Create Order, Get Order, Capture Order, Cancel Order."""

from typing import Final, cast

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.shapes import order_json
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Amount, Capture, Json, Order

_TEXTS: Final = ("callback_url", "failure_callback_url", "notes")
# The bank account of third-party validation is taken but not told back.
_PURCHASE_DETAILS: Final = ("customer", "merchant_metadata", "products", "cart_details", "split_info")


def create(call: Call) -> Json:
    """Open an order; no money moves."""
    body, merchant = call.body, call.merchant
    reference = checks.required_reference(body, "merchant_order_reference")
    amount = checks.amount(body, "order_amount")
    pre_auth = checks.flag(body, "pre_auth")
    shown = _shown(body)
    existing = merchant.charges.get(reference)
    if existing:
        return order_json(unless_refused(call, existing), merchant)
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
    merchant.orders[order.id] = merchant.charges[reference] = order
    call.executed(reference=reference, order_id=order.id, amount=amount)
    return order_json(order, merchant)


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
    """Take the blocked money, or a part of it; the rest goes back to the payer."""
    reference = checks.required_reference(call.body, "merchant_capture_reference")
    part = call.body.get("capture_amount") is not None
    wanted = checks.amount(call.body, "capture_amount") if part else None
    order = find(call, "order_id")
    _require_authorized(order)
    amount = wanted or order.amount
    if amount.currency != order.amount.currency or amount.value > order.amount.value:
        not_allowed("capture_amount is more than the authorised amount, or in another currency")
    now = call.state.clock.now()
    held = [payment for payment in order.payments if payment.status == "AUTHORIZED"]
    parts = allot(amount.value, [payment.amount.value for payment in held])
    for payment, value in zip(held, parts, strict=True):
        payment.status, payment.updated_at = "PROCESSED", now
        payment.captures.append(Capture(reference=reference, amount=Amount(value, amount.currency), at=now))
    order.status, order.captured, order.updated_at = "PROCESSED", amount.value, now
    call.executed(reference=reference, order_id=order.id, amount=amount, money="in")
    return order_json(order, call.merchant)


def cancel(call: Call) -> Json:
    """Give blocked money back to the payer."""
    order = find(call, "order_id")
    if order.status == "CANCELLED":
        raise Refusal("ORDER_CANCELLED")
    _require_authorized(order)
    now = call.state.clock.now()
    for payment in order.payments:
        if payment.status == "AUTHORIZED":
            payment.status, payment.updated_at = "CANCELLED", now
    order.status, order.updated_at = "CANCELLED", now
    call.executed(reference=order.reference, order_id=order.id, amount=order.amount)
    return order_json(order, call.merchant)


def find(call: Call, name: str) -> Order:
    """Return the caller's order that the path names, or refuse."""
    order = call.merchant.orders.get(call.path[name])
    if order is None:
        raise Refusal("ORDER_NOT_FOUND")
    return order


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


def _require_authorized(order: Order) -> None:
    if not order.pre_auth:
        not_allowed("the order was not created with pre_auth")
    if order.status != "AUTHORIZED":
        not_allowed(f"the order is {order.status}, not AUTHORIZED")


def _shown(body: Json) -> Json:
    """Return the members of a new order that its answers tell back."""
    shown: Json = {name: text for name in _TEXTS if (text := checks.optional_text(body, name)) is not None}
    methods = _allowed_methods(body)
    if methods is not None:
        shown["allowed_payment_methods"] = methods
    if "cart_coupon_discount_amount" in body:
        discount = checks.amount(body, "cart_coupon_discount_amount", least=1)
        shown["cart_coupon_discount_amount"] = discount.as_json()
    if "is_mcc_transaction" in body:
        shown["is_mcc_transaction"] = body["is_mcc_transaction"] in (True, "true")
    details = _purchase_details(body)
    if details is not None:
        shown["purchase_details"] = details
    return shown


def _allowed_methods(body: Json) -> list[str] | None:
    methods = body.get("allowed_payment_methods")
    if methods is None:
        return None
    if not isinstance(methods, list):
        invalid("Payment method is missing/invalid")
    named = cast("list[object]", methods)
    if not all(isinstance(method, str) and method in INSTRUMENTS for method in named):
        invalid("Payment method is missing/invalid")
    return cast("list[str]", named)


def _purchase_details(body: Json) -> Json | None:
    details = checks.optional_object(body, "purchase_details")
    split_info = checks.optional_object(body, "split_info")
    if details is None and split_info is None:
        return None
    given = details or {}
    told: Json = {name: given[name] for name in _PURCHASE_DETAILS if name in given}
    customer = checks.optional_object(given, "customer")
    if customer is not None:
        told["customer"] = {"is_edit_customer_details_allowed": False, **customer}
    if split_info is not None:
        told["split_info"] = split_info
    return told


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
