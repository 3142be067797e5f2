"""EMI offers: discovery by card, without a card and in its second version, and what may be paid down."""

import re
from collections.abc import Mapping
from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.lenders import LENDERS, PRODUCTS, Lender, issued_by
from pinelabs_async.sandbox.gateway.offers import Item, Purchase, issuer_json
from pinelabs_async.sandbox.problems import invalid, not_allowed
from pinelabs_async.sandbox.state import Json

# The sandbox's own: nobody lends to this mobile number without a card.
NO_LOAN: Final = "9000000000"
# How much of an order may be paid down, in hundredths: the last is the most. Undocumented.
_STEPS: Final = (10, 20, 30, 40, 50)
_DOWN_PAYMENT_METHODS: Final = ("CARD", "UPI", "POINTS", "NETBANKING", "WALLET")


def discover_offers(call: Call) -> Json:
    """Tell the EMI offers of every lender on cards, or of the card's own."""
    return {"issuers": _issuers(call)}


def discover_offers_v2(call: Call) -> Json:
    """Tell the same offers by entity: that there are entities is documented, their members are made up."""
    issuers = [{"entity_type": "ISSUER", **issuer} for issuer in _issuers(call)]
    return {"entities": [*issuers, {"entity_type": "UPI", "offers": []}]}


def discover_cardless_offers(call: Call) -> Json:
    """Tell the EMI offers that a payer has without a card."""
    purchase = read_purchase(call.body)
    option = checks.required_object(call.body, "payment_option")
    if not read_cardless(checks.required_object(option, "cardless_details")):
        not_allowed("no lender offers this payer a loan without a card")
    return {"issuers": [issuer_json(lender, purchase) for lender in LENDERS if lender.cardless]}


def down_payment_details(call: Call) -> Json:
    """Tell how much of an order may be paid down, and how."""
    purchase = read_purchase(call.body)
    _bin(checks.optional_object(call.body, "issuer") or {}, "[0-9]{6,8}")
    # Whole rupees, at most half, and at least one rupee is left to be lent.
    steps = [purchase.price * step // 100 // 100 * 100 for step in _STEPS]
    milestones = sorted({step for step in steps if 0 < step <= purchase.price - checks.MIN_AMOUNT})
    return {
        "downpayment_details": {
            "amount_range": {
                "min": purchase.money(0),
                "max": purchase.money(max(milestones, default=0)),
            },
            "amount_milestone_list": [purchase.money(step) for step in milestones],
            "allowed_payment_methods": list(_DOWN_PAYMENT_METHODS),
        }
    }


def read_purchase(body: Json, *, code_required: bool = False) -> Purchase:
    """Return what is bought, with its down payment if the body has one."""
    order_amount = checks.amount(body, "order_amount")
    products = checks.objects(body, "product_details") if body.get("product_details") is not None else []
    items = [_item(product, order_amount.value, required=code_required) for product in products]
    given = checks.optional_object(body, "downpayment_details")
    down = checks.amount(given, "downpayment_amount", least=1).value if given is not None else 0
    if down >= order_amount.value:
        invalid("downpayment_amount must be less than order_amount")
    return Purchase(
        order_amount=order_amount,
        items=tuple(item for item in items if item is not None),
        down_payment=down,
        cart_coupon=_coupon(body, "cart_coupon_discount_amount"),
    )


def read_cardless(details: Json, digits: int | None = None) -> bool:
    """Tell whether somebody lends to the payer without a card; refuse one who is not described."""
    mobile = checks.required_text(details, "registered_mobile_number")
    if not re.fullmatch(r"\+?[0-9]{9,20}", mobile):
        invalid("registered_mobile_number must have 9 to 20 digits")
    pan = checks.required_text(details, "pan_number")
    if digits is not None and len(pan) != digits:
        invalid(f"pan_number must be the last {digits} characters of the PAN")
    return not mobile.endswith(NO_LOAN)


def read_token(option: Json, body: Json) -> bool:
    """Tell whether there is a card token or a saved card, and refuse one that is not whole."""
    token = checks.optional_object(option, "card_token_details")
    if token is None:
        return False
    if (checks.optional_text(token, "token") or "") == "":
        checks.required_text(token, "token_id")
        checks.required_text(checks.required_object(body, "customer_details"), "customer_id")
    return True


def card_number(details: Json) -> str:
    """Return the number of a card."""
    number = checks.required_text(details, "card_number")
    return (
        number if re.fullmatch("[0-9]{12,19}", number) else invalid("card_number must have 12 to 19 digits")
    )


def _issuers(call: Call) -> list[Json]:
    body = call.body
    purchase = read_purchase(body, code_required=True)
    issuer = checks.optional_object(body, "issuer") or {}
    first = _bin(issuer, "[0-9]{8}")
    names = ("id", "name", "issuer_type")
    read = checks.required_text if purchase.down_payment else checks.optional_text
    wanted = {name: read(issuer, name) for name in names}
    option = checks.optional_object(body, "payment_options") or {}
    card = checks.optional_object(option, "card_details")
    numbers = [number for number in (first, card_number(card) if card is not None else None) if number]
    read_token(option, body)
    return [
        issuer_json(lender, purchase)
        for lender in LENDERS
        if lender.bins and all(issued_by(lender, number) for number in numbers) and _is(lender, wanted)
    ]


def _is(lender: Lender, wanted: Mapping[str, str | None]) -> bool:
    return all(value in (None, getattr(lender, name)) for name, value in wanted.items())


def _bin(issuer: Json, limit: str) -> str | None:
    first = checks.optional_text(issuer, "bin")
    if first is not None and not re.fullmatch(limit, first):
        invalid(f"bin must fit {limit}")
    return first


def _item(given: Json, whole: int, *, required: bool) -> Item | None:
    """Return a product that is sold on an offer of its brand."""
    code = (checks.required_text if required else checks.optional_text)(given, "product_code")
    checks.optional_text(given, "product_name")
    quantity = given.get("product_quantity")
    if quantity is not None and (type(quantity) is not int or quantity < 1):
        invalid("product_quantity must be a whole number from 1")
    amount = checks.amount(given, "product_amount", least=1).value if given.get("product_amount") else whole
    coupon = _coupon(given, "product_coupon_discount_amount")
    product = PRODUCTS.get(code or "")
    return Item(product=product, amount=amount, coupon=coupon) if product else None


def _coupon(body: Json, name: str) -> int | None:
    """Return a coupon's amount; other groups' samples have coupons of 0, below the general least amount."""
    given = checks.optional_object(body, name)
    if given is None:
        return None
    return 0 if given.get("value") == 0 else checks.amount(body, name, least=1).value


_ROOT: Final = "/api/affordability"
ROUTES: Final = (
    Route("affordability.discover_offers", "POST", f"{_ROOT}/v1/offer/discovery", discover_offers),
    Route("affordability.discover_offers_v2", "POST", f"{_ROOT}/v2/offer/discovery", discover_offers_v2),
    Route(
        "affordability.discover_cardless_offers",
        "POST",
        f"{_ROOT}/v1/offer/discovery/cardless",
        discover_cardless_offers,
    ),
    Route(
        "affordability.down_payment_details",
        "POST",
        f"{_ROOT}/v1/offer/downpayment/details",
        down_payment_details,
    ),
)
