"""Create Refund."""

import string
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from pinelabs_async.sandbox import checks, magic
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.attempts import digits as digits  # noqa: PLC0414  # others import it from here
from pinelabs_async.sandbox.gateway.attempts import of_fee
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.orders import allot, find, refuse_cancelled, unless_refused
from pinelabs_async.sandbox.gateway.people import metadata
from pinelabs_async.sandbox.gateway.purchase import split_parts
from pinelabs_async.sandbox.gateway.shapes import order_event, order_json, stamp
from pinelabs_async.sandbox.magic import Outcome
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Amount, Json, Order, Payment

_PAID: Final = ("PROCESSED", "PARTIALLY_CAPTURED", "PARTIALLY_REFUNDED")


def create(call: Call) -> Json:
    """Give money back to the instruments that it came from."""
    body, merchant = call.body, call.merchant
    reference = checks.required_reference(body, "merchant_order_reference")
    amount = checks.amount(body, "order_amount")
    notes = metadata(body)
    checks.optional_object(body, "split_info")
    parent = find(call, "order_id")
    existing = merchant.refunds.get(reference)
    if existing:
        return order_json(unless_refused(call, existing), merchant)
    _check_parent(parent, amount)
    _check_products(body, parent)
    outcome = magic.outcome("refund_amount", amount.value)
    now = call.state.clock.now()
    refund = Order(
        id=call.state.new_order_id(),
        reference=reference,
        type="REFUND",
        status="PENDING" if outcome.after else "PROCESSED",
        amount=amount,
        pre_auth=parent.pre_auth,
        parent_id=parent.id,
        created_at=now,
        updated_at=now,
    )
    refund.shown = _shown(body, notes, parent, refund)
    refund.payments.extend(_payments(parent, refund, now))
    parent.refunds.append(refund)
    merchant.orders[refund.id] = merchant.refunds[reference] = refund
    if outcome.after:
        call.executed(reference=reference, order_id=refund.id, amount=amount)
        _wait(call, parent, refund, outcome)
    else:
        call.executed(reference=reference, order_id=refund.id, amount=amount, money="out")
        _processed(call, parent, refund)
    return order_json(refund, merchant)


def _wait(call: Call, parent: Order, refund: Order, outcome: Outcome) -> None:
    """Let the bank answer later."""
    later = attrs.evolve(call, request_id=None, idempotency_key=None)

    def answer() -> None:
        refund.updated_at = call.state.clock.now()
        if outcome.declined is None:
            _end(refund, "PROCESSED")
            later.executed(
                operation="bank.refund",
                reference=refund.reference,
                order_id=refund.id,
                amount=refund.amount,
                money="out",
            )
            _processed(later, parent, refund)
            return
        _end(refund, "FAILED")
        _tell(later, "REFUND_FAILED", parent, refund)

    call.state.clock.at(call.state.clock.now() + outcome.after, answer)


def _end(refund: Order, status: str) -> None:
    refund.status = status
    for payment in refund.payments:
        payment.status, payment.updated_at = status, refund.updated_at


def _processed(call: Call, parent: Order, refund: Order) -> None:
    """Show on the order that money went back: refunds that wait or failed do not count yet."""
    back = sum(other.amount.value for other in parent.refunds if other.status == "PROCESSED")
    parent.status = "FULLY_REFUNDED" if back == parent.captured else "PARTIALLY_REFUNDED"
    parent.updated_at = refund.updated_at
    _tell(call, "REFUND_PROCESSED", parent, refund)


def _tell(call: Call, event: str, parent: Order, refund: Order) -> None:
    notes = parent.shown.get("notes")
    beside = {"pre_auth": refund.pre_auth, **({"notes": notes} if notes is not None else {})}
    call.tell(event, {**order_event(refund, call.merchant), **beside})


def _shown(body: Json, notes: Json | None, parent: Order, refund: Order) -> Json:
    """Return `purchase_details` of the answer."""
    details: Json = {}
    customer = parent.shown.get("purchase_details", {}).get("customer")
    if customer is not None:
        details["customer"] = customer
    if notes is not None:
        details["merchant_metadata"] = notes
    if body.get("split_info") is not None:
        details["split_info"] = _split(body["split_info"], parent, refund)
    return {"purchase_details": details}


def _split(split: Json, parent: Order, refund: Order) -> Json:
    """Return what partners give back: each part names the part of the order that it takes from."""
    given: Json = parent.shown.get("purchase_details", {}).get("split_info") or {}
    held: list[Json] = given.get("split_details") or []
    known = {str(part.get("split_settlement_id")): part for part in held}
    rooms = {named: part["amount"]["value"] - _recovered(parent, named) for named, part in known.items()}
    parts = split_parts(split, refund.amount)
    for letter, entry, part in zip(string.ascii_letters, split["split_details"], parts, strict=False):
        taken = known.get(checks.required_text(entry, "parent_order_split_settlement_id"))
        if taken is None or taken["split_merchant_id"] != part["split_merchant_id"]:
            invalid("parent_order_split_settlement_id is not a part of the order of this partner")
        status = checks.optional_text(entry, "status") or ""
        if status not in ("", "DO_NOT_RECOVER"):
            invalid("status of split_details must be DO_NOT_RECOVER or left out")
        named, value = taken["split_settlement_id"], part["amount"]["value"]
        if value > (taken["amount"]["value"] if status else rooms[named]):
            invalid("a part of split_details is more than what is left of the part of the order")
        rooms[named] -= 0 if status else value
        part.update(
            parent_order_split_settlement_id=named,
            split_settlement_id=f"{refund.id}-ss-{letter}",
            status=status,
            updated_at=stamp(refund.created_at),
        )
    return {"split_type": "AMOUNT", "split_details": parts}


def _recovered(parent: Order, named: str) -> int:
    """Return the paisa that refunds have taken back from a partner's part, or are about to."""
    return sum(
        entry["amount"]["value"]
        for refund in parent.refunds
        if refund.status != "FAILED"
        for entry in recoveries(refund)
        if entry.get("parent_order_split_settlement_id") == named
    )


def recoveries(refund: Order) -> Sequence[Json]:
    """Return the entries of a refund that take something back from a partner."""
    split: Json = refund.shown.get("purchase_details", {}).get("split_info") or {}
    entries: Sequence[Json] = split.get("split_details") or ()
    return [entry for entry in entries if entry.get("status") != "DO_NOT_RECOVER"]


def _check_parent(parent: Order, amount: Amount) -> None:
    refuse_cancelled(parent)
    if parent.type == "REFUND" or parent.status not in _PAID:
        not_allowed(f"the {parent.type} order is {parent.status}; a refund needs a PROCESSED charge")
    # That money is in a wallet by now, and giving it back from there is documented for the dashboard alone.
    if parent.type == "ADD_MONEY" or "parent_order_id" in parent.shown:
        not_allowed("the order has filled a wallet")
    if amount.currency != parent.amount.currency:
        not_allowed("the refund is not in the currency of the order")
    if parent.refunded + amount.value > parent.captured:
        raise Refusal(
            "AMOUNT_LIMIT_EXCEEDED",
            details={"source": "INTERNAL", "reason": "the refunds would exceed the captured amount"},
        )


def _check_products(body: Json, parent: Order) -> None:
    """Refuse products that the order does not have; an IMEI may be given under both documented names."""
    if body.get("products") is None:
        return
    bought: list[Json] = parent.shown.get("purchase_details", {}).get("products") or []
    codes = [product.get("product_code") for product in bought]
    for product in checks.objects(body, "products"):
        if checks.required_text(product, "product_code") not in codes:
            invalid("product_code is not one of the order")
        if product.get("product_amount") is not None:
            checks.amount(product, "product_amount", least=1)
        for name in ("product_imei", "imei_number"):
            checks.optional_text(product, name)


def _payments(parent: Order, refund: Order, now: datetime) -> list[Payment]:
    """Return one entry for each instrument that takes a part of the refund back."""
    paid = [payment for payment in parent.payments if payment.status == "PROCESSED"]
    parts = allot(refund.amount.value, [_room(parent, payment) for payment in paid])
    return [
        Payment(
            id=f"{refund.id}-{INSTRUMENTS[payment.method].code}-{suffix}",
            parent_payment_id=payment.id,
            method=payment.method,
            status=refund.status,
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
    """Return the paisa that a payment paid of the order and that have not been given back yet.

    The convenience fee is documented to stay with the merchant.
    """
    paid = payment.amount.value - of_fee(payment)
    captured = sum(capture.amount.value for capture in payment.captures)
    given_back = sum(
        entry.amount.value
        for refund in parent.refunds
        if refund.status != "FAILED"
        for entry in refund.payments
        if entry.parent_payment_id == payment.id
    )
    return (min(captured, paid) if payment.captures else paid) - given_back


ROUTES: Final = (Route("refunds.create", "POST", "/api/pay/v1/refunds/{order_id}", create),)
