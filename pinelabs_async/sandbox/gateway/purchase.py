"""Who buys what and who gets how much: the parts of an order, a checkout or a refund that are told back."""

import string
from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.people import metadata
from pinelabs_async.sandbox.gateway.shapes import stamp
from pinelabs_async.sandbox.problems import invalid
from pinelabs_async.sandbox.state import Amount, Json, Order

_TEXTS: Final = ("callback_url", "failure_callback_url", "notes")
# The bank account of third-party validation is taken but not told back.
_DETAILS: Final = ("customer", "merchant_metadata", "products", "product", "cart_details", "split_info")


def read_shown(body: Json, methods: Sequence[str] = tuple(INSTRUMENTS)) -> Json:
    """Return the members of a new order that its answers tell back."""
    shown: Json = {name: text for name in _TEXTS if (text := checks.optional_text(body, name)) is not None}
    allowed = _allowed_methods(body, methods)
    if allowed is not None:
        shown["allowed_payment_methods"] = allowed
    for name in ("cart_coupon_discount_amount", "base_amount"):
        if body.get(name) is not None:
            shown[name] = checks.amount(body, name, least=1).as_json()
    if "is_mcc_transaction" in body:
        shown["is_mcc_transaction"] = body["is_mcc_transaction"] in (True, "true")
    details = _purchase_details(body)
    if details is not None:
        shown["purchase_details"] = details
    return shown


def split_parts(split: Json, total: Amount) -> list[Json]:
    """Return the checked parts of a `split_info`, which together are at most the whole."""
    if split.get("split_type") != "AMOUNT":
        invalid("split_type must be AMOUNT")
    parts = checks.objects(split, "split_details")
    if len(parts) > len(string.ascii_letters):
        invalid(f"split_details takes at most {len(string.ascii_letters)} entries")
    told: list[Json] = []
    for part in parts:
        partner = part.get("split_merchant_id")
        # Published samples have the partner's id as text and as number.
        if not (isinstance(partner, str) and partner) and type(partner) is not int:
            invalid("split_merchant_id is missing or empty")
        reference = checks.optional_reference(part, "merchant_settlement_reference")
        named = {"merchant_settlement_reference": reference} if reference is not None else {}
        told.append(
            {
                "split_merchant_id": str(partner),
                **named,
                "amount": checks.amount(part, "amount", least=1).as_json(),
            }
        )
    if any(part["amount"]["currency"] != total.currency for part in told):
        invalid("split_details must be in the currency of the order")
    if sum(part["amount"]["value"] for part in told) > total.value:
        invalid("split_details must not add up to more than the whole amount")
    return told


def open_splits(order: Order, now: datetime) -> None:
    """Give the parts of a split order their ids and states."""
    split: Json | None = order.shown.get("purchase_details", {}).get("split_info")
    if split is None:
        return
    parts = split_parts(split, order.amount)
    for letter, given, part in zip(string.ascii_letters, split["split_details"], parts, strict=False):
        held = checks.flag(given, "on_hold")
        part.update(
            split_settlement_id=f"{order.id}-ss-{letter}",
            on_hold=held,
            status="HOLD" if held else "RELEASED",
            updated_at=stamp(now),
        )
    order.shown["purchase_details"]["split_info"] = {"split_type": "AMOUNT", "split_details": parts}


def _allowed_methods(body: Json, known: Sequence[str]) -> list[str] | None:
    methods = body.get("allowed_payment_methods")
    if methods is None:
        return None
    if not isinstance(methods, list):
        invalid("Payment method is missing/invalid")
    named = cast("list[object]", methods)
    if not all(isinstance(method, str) and method in known for method in named):
        invalid("Payment method is missing/invalid")
    return cast("list[str]", named)


def _purchase_details(body: Json) -> Json | None:
    details = checks.optional_object(body, "purchase_details")
    given = details or {}
    # The reference has the split beside the details, samples have it inside them, as answers do.
    split = checks.optional_object(given, "split_info") or checks.optional_object(body, "split_info")
    if details is None and split is None:
        return None
    metadata(given)
    told: Json = {name: given[name] for name in _DETAILS if name in given}
    customer = checks.optional_object(given, "customer")
    if customer is not None:
        told["customer"] = {"is_edit_customer_details_allowed": False, **customer}
    for name in ("products", "product"):
        if given.get(name) is not None:
            _check_products(given, name)
    if split is not None:
        told["split_info"] = split
    return told


def _check_products(given: Json, name: str) -> None:
    for product in checks.objects(given, name):
        checks.required_text(product, "product_code")
        if product.get("product_amount") is not None:
            checks.amount(product, "product_amount", least=1)
