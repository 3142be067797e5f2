"""Release and Cancel Settlement: what partners get of an order, held back until the merchant decides.

What becomes of the rest after a partial release is undocumented: here it is the merchant's, as after a cancel.
"""

import json
from collections.abc import Sequence
from typing import Final, cast

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.orders import find
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.shapes import order_json, stamp
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Amount, Json, Order


def release(call: Call) -> Json:
    """Let a partner have a part that was held back, or some of it."""
    wanted = _wanted(_read(call))
    order = find(call, "orderId")
    part = _held(call, order)
    if order.status != "PROCESSED":
        not_allowed(f"the order is {order.status}, not PROCESSED")
    amount = Amount(part["amount"]["value"], part["amount"]["currency"])
    if wanted and (wanted.currency != amount.currency or wanted.value > amount.value):
        not_allowed("release_amount is more than the part, or in another currency")
    amount = wanted or amount
    part["release_amount"] = amount.as_json()
    return _decided(call, order, part, "RELEASED", amount)


def cancel(call: Call) -> Json:
    """Keep a part that was held back from its partner, for good."""
    order = find(call, "orderId")
    part = _held(call, order)
    amount = Amount(part["amount"]["value"], part["amount"]["currency"])
    return _decided(call, order, part, "CANCELLED", amount)


def parts(order: Order) -> Sequence[Json]:
    """Return the partners' parts of a charge; those of a refund are no settlements of their own."""
    details: Json = order.shown.get("purchase_details") or {}
    split: Json = details.get("split_info") or {}
    given: Sequence[Json] = split.get("split_details") or ()
    return [part for part in given if order.type == "CHARGE" and "split_settlement_id" in part]


def _held(call: Call, order: Order) -> Json:
    """Return the part that the path names, if it is on hold."""
    named = call.path["settlementId"]
    part = next((part for part in parts(order) if part["split_settlement_id"] == named), None) or no_match()
    if part["status"] != "HOLD":
        not_allowed(f"the split settlement is {part['status']}, not on HOLD")
    return part


def _decided(call: Call, order: Order, part: Json, status: str, amount: Amount) -> Json:
    now = call.state.clock.now()
    part.update(on_hold=False, status=status, updated_at=stamp(now))
    order.updated_at = now
    reference: str | None = part.get("merchant_settlement_reference")
    call.executed(reference=reference, order_id=order.id, amount=amount)
    return order_json(order, call.merchant)


def _read(call: Call) -> Json:
    """Return the body: its one member is optional, and so is the whole."""
    try:
        body: object = json.loads(call.content) if call.content else {}
    except (ValueError, RecursionError):
        invalid("The request body is malformed")
    return cast("Json", body) if isinstance(body, dict) else invalid("The request body must be a JSON object")


def _wanted(body: Json) -> Amount | None:
    if body.get("release_amount") is None:
        return None
    try:
        return checks.amount(body, "release_amount", least=1)
    except Refusal as refusal:
        # 400 is not among the documented statuses of this operation, 422 is.
        raise Refusal(refusal.code, refusal.message, status=422) from refusal


_PATH: Final = "/api/pay/v1/orders/{orderId}/settlementId/{settlementId}"
ROUTES: Final = (
    Route("split_settlements.release", "PATCH", f"{_PATH}/release", release, reads="raw"),
    Route("split_settlements.cancel", "PATCH", f"{_PATH}/cancel", cancel, reads="nothing"),
)
