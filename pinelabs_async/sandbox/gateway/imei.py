"""IMEI validation: blocking a brand's pieces that were sold, and lifting the block."""

from typing import Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway.lenders import PRODUCTS
from pinelabs_async.sandbox.gateway.orders import find
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Json, Order

_MEMBERS: Final = ("product_code", "dealer_code", "state_code", "product_imei")
_PAID: Final = ("PROCESSED", "PARTIALLY_CAPTURED", "PARTIALLY_REFUNDED")


@attrs.frozen
class Block:
    """What a blocked piece was sold with."""

    order: Order
    refunds: int
    """How many refunds the order had by then: a later one may lift the block."""


@attrs.define
class Pieces:
    """What a merchant had blocked, and what was answered."""

    blocked: dict[tuple[str, str], Block] = attrs.field(factory=dict[tuple[str, str], Block])
    """By product code and IMEI."""
    answers: dict[str, Json] = attrs.field(factory=dict[str, Json])
    """By the merchant's reference."""

    def lift_refunded(self) -> None:
        """Lift the blocks that refunds have lifted meanwhile."""
        for key, block in list(self.blocked.items()):
            later = block.order.refunds[block.refunds :]
            if any(_lifts(refund, key, block.order) for refund in later):
                del self.blocked[key]

    def is_of(self, order: Order, piece: Json) -> bool:
        """Tell whether a piece is blocked for an order."""
        block = self.blocked.get(_key(piece))
        return block is not None and block.order is order


def validate_imei(call: Call) -> Answered:
    """Block pieces of a paid order or lift their block, each by itself: some may fail."""
    body = call.body
    reference = checks.required_reference(body, "merchant_product_imei_reference")
    verb = _VERBS.get(checks.required_text(body, "request_type"))
    if verb is None:
        invalid("request_type must be BLOCKING or UNBLOCKED")
    products = checks.objects(body, "products")
    pieces = [_piece(product) for product in products]
    order = find(call, "order_id")
    store = call.merchant.store(Pieces)
    earlier = store.answers.get(reference)
    if earlier is not None:
        if call.state.settings.duplicate_references == "refuse":
            raise Refusal("DUPLICATE_REQUEST")
        return Answered(status=207, body=earlier)
    if order.type == "REFUND" or (body["request_type"] == "BLOCKING" and order.status not in _PAID):
        not_allowed(f"the {order.type} order is {order.status}; pieces are blocked after the payment")
    store.lift_refunded()
    store.answers[reference] = {
        "merchant_product_imei_reference": reference,
        "request_type": body["request_type"],
        "products": [_result(store, order, piece, problem=verb(store, order, piece)) for piece in pieces],
    }
    call.executed(reference=reference, order_id=order.id)
    return Answered(status=207, body=store.answers[reference])


def _piece(product: Json) -> Json:
    return {name: text for name in _MEMBERS if (text := checks.optional_text(product, name)) is not None}


def _key(piece: Json) -> tuple[str, str]:
    return piece.get("product_code", ""), piece.get("product_imei", "")


def _block(store: Pieces, order: Order, piece: Json) -> str | None:
    """Block a piece, or return why not. Each product of an order has one blocked piece at most."""
    problem = _unknown(piece)
    if problem is not None:
        return problem
    code, _ = key = _key(piece)
    if key in store.blocked:
        return "IMEI_ALREADY_BLOCKED"
    if any(held == code and block.order is order for (held, _), block in store.blocked.items()):
        return "PRODUCT_ALREADY_BLOCKED"
    store.blocked[key] = Block(order, len(order.refunds))
    return None


def _unblock(store: Pieces, order: Order, piece: Json) -> str | None:
    """Lift the block of a piece, or return why not."""
    problem = _unknown(piece)
    if problem is not None:
        return problem
    if not store.is_of(order, piece):
        return "IMEI_NOT_BLOCKED"
    del store.blocked[_key(piece)]
    return None


def _unknown(piece: Json) -> str | None:
    product = PRODUCTS.get(piece.get("product_code", ""))
    if product is None:
        return "NOT_A_BRAND_PRODUCT"
    return None if all(piece.get(name) for name in product.brand.imei_wants) else "FIELD_MISSING"


def _result(store: Pieces, order: Order, piece: Json, *, problem: str | None) -> Json:
    """Return a piece as it stands now for this order; what the brand says is empty where all went well."""
    said = {"code": problem, "message": _PROBLEMS[problem]} if problem else {}
    return {
        **piece,
        "product_imei_status": "BLOCKED" if store.is_of(order, piece) else "UNBLOCKED",
        "product_brand_response": said,
    }


def _lifts(refund: Order, key: tuple[str, str], order: Order) -> bool:
    """Tell whether a refund lifts the block of a piece: a full or single-cart one does, others name the piece."""
    if refund.status != "PROCESSED":
        return False
    cart: list[Json] = order.shown.get("purchase_details", {}).get("products") or []
    if order.status == "FULLY_REFUNDED" or len(cart) <= 1:
        return True
    named: list[Json] = refund.shown.get("purchase_details", {}).get("products") or []
    # Both names of the IMEI are documented.
    return any(
        key == (product.get("product_code"), product.get("product_imei") or product.get("imei_number"))
        for product in named
    )


_VERBS: Final = {"BLOCKING": _block, "UNBLOCKED": _unblock}
# What brands answer is unpublished: these codes are the sandbox's own.
_PROBLEMS: Final = {
    "NOT_A_BRAND_PRODUCT": "The product is not sold on an offer of its brand",
    "FIELD_MISSING": "The brand wants more of the piece",
    "IMEI_ALREADY_BLOCKED": "The piece was sold already",
    "PRODUCT_ALREADY_BLOCKED": "The order has a blocked piece of this product already",
    "IMEI_NOT_BLOCKED": "The piece is not blocked for this order",
}

ROUTES: Final = (
    Route(
        "affordability.validate_imei", "POST", "/api/affordability/v1/product/{order_id}/imei", validate_imei
    ),
)
