"""Create Refund."""

import secrets
from datetime import datetime
from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.orders import allot, find, unless_refused
from pinelabs_async.sandbox.gateway.shapes import order_json
from pinelabs_async.sandbox.problems import Refusal, not_allowed
from pinelabs_async.sandbox.state import Amount, Json, Order, Payment


def create(call: Call) -> Json:
    """Give money back to the instruments that it came from."""
    body, merchant = call.body, call.merchant
    reference = checks.required_reference(body, "merchant_order_reference")
    amount = checks.amount(body, "order_amount")
    shown = _shown(body)
    parent = find(call, "order_id")
    existing = merchant.refunds.get(reference)
    if existing:
        return order_json(unless_refused(call, existing), merchant)
    _check_parent(parent, amount)
    now = call.state.clock.now()
    details = dict(shown)
    customer = parent.shown.get("purchase_details", {}).get("customer")
    if customer is not None:
        details = {"customer": customer, **details}
    refund = Order(
        id=call.state.new_order_id(),
        reference=reference,
        type="REFUND",
        status="PROCESSED",
        amount=amount,
        shown={"purchase_details": details},
        parent_id=parent.id,
        created_at=now,
        updated_at=now,
    )
    refund.payments.extend(_payments(parent, refund, now))
    parent.refunds.append(refund)
    parent.status = "FULLY_REFUNDED" if parent.refunded == parent.captured else "PARTIALLY_REFUNDED"
    parent.updated_at = now
    merchant.orders[refund.id] = merchant.refunds[reference] = refund
    call.executed(reference=reference, order_id=refund.id, amount=amount, money="out")
    return order_json(refund, merchant)


def _shown(body: Json) -> Json:
    names = ("merchant_metadata", "split_info")
    return {name: given for name in names if (given := checks.optional_object(body, name)) is not None}


def _check_parent(parent: Order, amount: Amount) -> None:
    if parent.type == "REFUND" or parent.status not in ("PROCESSED", "PARTIALLY_REFUNDED"):
        not_allowed(f"the {parent.type} order is {parent.status}; a refund needs a PROCESSED charge")
    if amount.currency != parent.amount.currency:
        not_allowed("the refund is not in the currency of the order")
    if parent.refunded + amount.value > parent.captured:
        raise Refusal(
            "AMOUNT_LIMIT_EXCEEDED",
            details={"source": "INTERNAL", "reason": "the refunds would exceed the captured amount"},
        )


def _payments(parent: Order, refund: Order, now: datetime) -> list[Payment]:
    """Return one entry for each instrument that takes a part of the refund back."""
    paid = [payment for payment in parent.payments if payment.status == "PROCESSED"]
    parts = allot(refund.amount.value, [_room(parent, payment) for payment in paid])
    return [
        Payment(
            id=f"{refund.id}-{INSTRUMENTS[payment.method].code}-{suffix}",
            parent_payment_id=payment.id,
            method=payment.method,
            status="PROCESSED",
            amount=Amount(part, refund.amount.currency),
            acquirer_data={
                **payment.acquirer_data,
                "approval_code": "",
                "acquirer_reference": digits(22),
                "rrn": "",
            },
            created_at=now,
            updated_at=now,
        )
        for suffix, payment, part in zip("abcdef", paid, parts, strict=False)
        if part
    ]


def _room(parent: Order, payment: Payment) -> int:
    """Return the paisa of a payment that have not been given back yet."""
    taken = sum(capture.amount.value for capture in payment.captures) if payment.captures else None
    given_back = sum(
        entry.amount.value
        for refund in parent.refunds
        for entry in refund.payments
        if entry.parent_payment_id == payment.id
    )
    return (payment.amount.value if taken is None else taken) - given_back


def digits(count: int) -> str:
    """Return a made-up number of an acquirer."""
    return str(10 ** (count - 1) + secrets.randbelow(9 * 10 ** (count - 1)))


ROUTES: Final = (Route("refunds.create", "POST", "/api/pay/v1/refunds/{order_id}", create),)
