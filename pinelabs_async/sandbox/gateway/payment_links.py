"""Create, Get, Cancel and Resend Payment Link."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, cast

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.link_object import Link, Links, cancel_order, link_json
from pinelabs_async.sandbox.gateway.link_payment import expire
from pinelabs_async.sandbox.gateway.people import metadata, no_match, read_person
from pinelabs_async.sandbox.gateway.shapes import stamp
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Json

METHODS: Final = ("CARD", "UPI", "POINTS", "NETBANKING", "WALLET", "CREDIT_EMI", "DEBIT_EMI", "BNPL")
# Of links made by the API none is documented; this is what the vendor's dashboard gives a link.
LIFETIME: Final = timedelta(hours=24)
LONGEST_LIFETIME: Final = timedelta(days=180)


def create(call: Call) -> Json:
    """Make a link and send it to the customer; no money moves until they pay at it."""
    body, merchant, state = call.body, call.merchant, call.state
    reference = checks.required_reference(body, "merchant_payment_link_reference")
    amount = checks.amount(body, "amount")
    now = state.clock.now()
    expire_by, expire_at = _expiry(body, now)
    pre_auth = _text_flag(body, "pre_auth")
    shown = {"expire_by": expire_by, **_shown(body), "pre_auth": pre_auth}
    in_parts = checks.flag(body, "part_payment")
    urls = {name: checks.optional_text(body, name) for name in ("callback_url", "failure_callback_url")}
    links = merchant.store(Links)
    existing = links.by_reference.get(reference)
    if existing is not None:
        if state.settings.duplicate_references == "refuse":
            raise Refusal("DUPLICATE_REQUEST")
        return link_json(existing, state)
    link = Link(
        id=f"pl-{state.new_order_id()}",
        reference=reference,
        amount=amount,
        in_parts=in_parts,
        pre_auth=pre_auth,
        shown={**shown, "failure_callback_url": urls["failure_callback_url"]},
        order_shown=_order_shown(shown, urls),
        expire_at=expire_at,
        created_at=now,
        changed_at=now,
    )
    link.open_order(state, merchant, amount)
    links.keep(link)
    state.clock.at(expire_at, lambda: expire(state, link))
    call.executed(reference=reference, order_id=link.order.id, amount=amount)
    return link_json(link, state)


def get(call: Call) -> Json:
    """Return a link by the gateway's id."""
    return link_json(_find(call), call.state)


def get_by_reference(call: Call) -> Json:
    """Return a link by the merchant's reference."""
    held = call.merchant.store(Links).by_reference
    return link_json(held.get(call.path["merchant_payment_link_reference"]) or no_match(), call.state)


def cancel(call: Call) -> Json:
    """End a link that nobody has opened; the order behind it ends with it."""
    link = _require_created(call)
    link.ended, link.changed_at = "CANCELLED", call.state.clock.now()
    call.executed(reference=link.reference, order_id=link.order.id, amount=link.amount)
    cancel_order(link.order, call.state, call.merchant)
    return link_json(link, call.state)


def notify(call: Call) -> Json:
    """Send a link to the customer once more."""
    link = _require_created(call)
    call.executed(reference=link.reference, order_id=link.order.id)
    return link_json(link, call.state)


def _find(call: Call) -> Link:
    return call.merchant.store(Links).get(call.path["payment_link_id"])


def _require_created(call: Call) -> Link:
    # The reference pages state no rule; the vendor's MCP server says that both work on CREATED only.
    link = _find(call)
    if link.status != "CREATED":
        not_allowed(f"the payment link is {link.status}, not CREATED")
    return link


def _expiry(body: Json, now: datetime) -> tuple[str, datetime]:
    """Return until when the link can be paid, as it was written and as a time."""
    text = checks.optional_text(body, "expire_by")
    if text is None:
        at = now + LIFETIME
        return stamp(at), at
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        invalid("expire_by must be an ISO 8601 time")
    if at.tzinfo is None:
        invalid("expire_by must have a time zone")
    if not now < at <= now + LONGEST_LIFETIME:
        invalid("expire_by must be in the future and at most 180 days ahead")
    return text, at


def _text_flag(body: Json, name: str) -> bool:
    """Return a flag that requests write as a text and answers as a boolean."""
    value = checks.optional_text(body, name)
    if value not in (None, "true", "false"):
        invalid(f'{name} must be "true" or "false"')
    return value == "true"


def _shown(body: Json) -> Json:
    """Return the members of a new link that its answers tell back."""
    shown: Json = {"is_mcc_transaction": _text_flag(body, "is_mcc_transaction")}
    for name, read in _READERS.items():
        value = read(body, name)
        if value is not None:
            shown[name] = value
    notes = metadata(body)
    if notes is not None:
        shown["merchant_metadata"] = notes
    # Taken, and not told back.
    cart = checks.optional_object(body, "cart_details")
    if cart is not None:
        _products(cart, "items")
    return shown


def _methods(body: Json, name: str) -> list[str] | None:
    methods = body.get(name)
    if methods is None:
        return None
    if not isinstance(methods, list) or not methods:
        invalid("Payment method is missing/invalid")
    if not all(isinstance(method, str) and method in METHODS for method in cast("list[object]", methods)):
        invalid("Payment method is missing/invalid")
    return cast("list[str]", methods)


def _customer(body: Json, name: str) -> Json | None:
    customer = checks.optional_object(body, name)
    return None if customer is None else read_person(customer)


def _products(body: Json, name: str) -> list[Json] | None:
    if body.get(name) is None:
        return None
    products = checks.objects(body, name)
    for product in products:
        checks.optional_text(product, "product_code")
        _discount(product, "product_amount")
        _discount(product, "product_coupon_discount_amount")
    return products


def _discount(body: Json, name: str) -> Json | None:
    """Return an amount that may be nothing, as it was given."""
    given = checks.optional_object(body, name)
    if given is not None and given.get("value") != 0:
        checks.amount(body, name, least=1)
    return given


def _splits(body: Json, name: str) -> Json | None:
    given = checks.optional_object(body, name)
    if given is not None:
        if given.get("split_type") != "AMOUNT":
            invalid("split_type must be AMOUNT")
        for part in checks.objects(given, "split_details"):
            checks.amount(part, "amount", least=1)
            checks.flag(part, "on_hold")
    return given


def _account(body: Json, name: str) -> Json | None:
    given = checks.optional_object(body, name)
    if given is not None:
        bank = checks.required_object(given, "bank_details")
        checks.required_text(bank, "account_number")
    return given


_READERS: Final[Mapping[str, Callable[[Json, str], object]]] = {
    "description": checks.optional_text,
    "allowed_payment_methods": _methods,
    "customer": _customer,
    "product_details": _products,
    "split_info": _splits,
    "account_details": _account,
    "cart_coupon_discount_amount": _discount,
}


def _order_shown(shown: Json, urls: Mapping[str, str | None]) -> Json:
    """Return what the orders behind a link tell back of it."""
    details = {name: shown[name] for name in ("customer", "merchant_metadata", "split_info") if name in shown}
    told = {name: url for name, url in urls.items() if url is not None}
    if "allowed_payment_methods" in shown:
        told["allowed_payment_methods"] = shown["allowed_payment_methods"]
    return {**told, "purchase_details": details} if details else told


_PATH: Final = "/api/pay/v1/paymentlink"
ROUTES: Final = (
    Route("payment_links.create", "POST", _PATH, create),
    Route("payment_links.get", "GET", f"{_PATH}/{{payment_link_id}}", get, reads="nothing"),
    Route(
        "payment_links.get_by_reference",
        "GET",
        f"{_PATH}/ref/{{merchant_payment_link_reference}}",
        get_by_reference,
        reads="nothing",
    ),
    Route("payment_links.cancel", "PUT", f"{_PATH}/{{payment_link_id}}/cancel", cancel, reads="nothing"),
    Route("payment_links.notify", "PATCH", f"{_PATH}/{{payment_link_id}}/notify", notify, reads="nothing"),
)
