"""Orders and payments as the gateway writes them."""

from datetime import datetime
from typing import Any, Final

from pinelabs_async.sandbox.state import RETRIES, Capture, Json, Merchant, Order, Payment

# Members that have a place of their own among the others.
_PLACED: Final = ("callback_url", "failure_callback_url", "integration_mode", "image_url")


def stamp(at: datetime) -> str:
    """Return a time as the gateway writes it: UTC, milliseconds, `Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def order_json(order: Order, merchant: Merchant) -> Json:
    """Return an order or a refund in its documented shape; members without content are left out."""
    return {"data": _refund(order, merchant) if order.type == "REFUND" else _charge(order, merchant)}


def order_event(order: Order, merchant: Merchant) -> Json:
    """Return the `data` of a webhook about an order or a refund: the order, without the retries."""
    data: Json = order_json(order, merchant)["data"]
    return {name: value for name, value in data.items() if name != "payment_retries_remaining"}


def _charge(order: Order, merchant: Merchant) -> Json:
    shown = order.shown
    return _filled(
        order_id=order.id,
        merchant_order_reference=order.reference,
        type=order.type,
        status=order.status,
        challenge_url=order.challenge_url,
        callback_url=shown.get("callback_url"),
        failure_callback_url=shown.get("failure_callback_url"),
        merchant_id=merchant.credentials.merchant_id,
        order_amount=order.amount.as_json(),
        pre_auth=order.pre_auth,
        **{name: value for name, value in shown.items() if name not in _PLACED},
        payments=[_payment(payment) for payment in order.payments] or None,
        refunds=[_refund_entry(refund) for refund in order.refunds] or None,
        created_at=stamp(order.created_at),
        updated_at=stamp(order.updated_at),
        image_url=shown.get("image_url"),
        integration_mode=shown.get("integration_mode", "SEAMLESS"),
        payment_retries_remaining=order.retries_remaining,
    )


def _refund(refund: Order, merchant: Merchant) -> Json:
    return _filled(
        order_id=refund.id,
        parent_order_id=refund.parent_id,
        merchant_order_reference=refund.reference,
        type=refund.type,
        status=refund.status,
        merchant_id=merchant.credentials.merchant_id,
        order_amount=refund.amount.as_json(),
        **refund.shown,
        payments=[_payment(payment) for payment in refund.payments],
        created_at=stamp(refund.created_at),
        updated_at=stamp(refund.updated_at),
        integration_mode="SEAMLESS",
        payment_retries_remaining=RETRIES,
    )


def _refund_entry(refund: Order) -> Json:
    return {
        "merchant_order_reference": refund.reference,
        "order_id": refund.id,
        "type": refund.type,
        "status": refund.status,
        "order_amount": refund.amount.as_json(),
        "payments": [_payment(payment) for payment in refund.payments],
        "created_at": stamp(refund.created_at),
        "updated_at": stamp(refund.updated_at),
    }


def _payment(payment: Payment) -> Json:
    return _filled(
        id=payment.id,
        merchant_payment_reference=payment.reference,
        parent_payment_id=payment.parent_payment_id,
        status=payment.status,
        payment_amount=payment.amount.as_json(),
        payment_method=payment.method,
        **payment.shown,
        acquirer_data=payment.acquirer_data,
        error_detail={"code": payment.error[0], "message": payment.error[1]} if payment.error else None,
        capture_data=[_capture(capture) for capture in payment.captures] or None,
        created_at=stamp(payment.created_at),
        updated_at=stamp(payment.updated_at),
    )


def _capture(capture: Capture) -> Json:
    return {
        "merchant_capture_reference": capture.reference,
        "capture_amount": capture.amount.as_json(),
        "created_at": stamp(capture.at),
    }


def _filled(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}
