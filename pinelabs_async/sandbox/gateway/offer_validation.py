"""Offer validation: whether an offer that was picked from discovery is still the one that was made."""

from typing import Final, NoReturn, cast

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.affordability import card_number, read_cardless, read_purchase, read_token
from pinelabs_async.sandbox.gateway.lenders import LENDERS, MONTHS, Lender, issued_by
from pinelabs_async.sandbox.gateway.offers import tenure_json
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Amount, Json

METHODS: Final = ("CREDIT_EMI", "DEBIT_EMI", "CARDLESS_EMI")
_OPTIONS: Final = ("card_details", "cardless_details", "card_token_details", "upi_details")
_ISSUER: Final = ("name", "issuer_type", "priority")
_TENURE: Final = (
    "tenure_id",
    "name",
    "tenure_type",
    "issuer_offer_parameters",
    "interest_rate_percentage",
    "emi_type",
)


def validate_offer(call: Call) -> Json:
    """Tell that an offer holds, or refuse with what is wrong with it."""
    body = call.body
    method = checks.required_text(body, "payment_method")
    if method not in METHODS:
        invalid("Payment method is missing/invalid")
    order_amount, payment_amount = checks.amount(body, "order_amount"), checks.amount(body, "payment_amount")
    lender, tenure = _offer(body)
    _check_payer(body, method, lender)
    expected = _made(lender, tenure, order_amount)
    for name, value in expected.items():
        if name in tenure and not _agree(tenure[name], value):
            _refuse(f"tenure.{name}", "it is not what offer discovery answers for this order amount")
    if payment_amount.as_json() != expected["auth_amount"]:
        _refuse("payment_amount", "it is not the auth_amount of the offer")
    return {"code": "ELIGIBLE", "message": "Offer is Eligible"}


def instant_discount(entry: Json, paid: int, currency: str) -> int:
    """Return the paisa that the chosen offer takes off a payment at once, or refuse one that nobody makes."""
    offer = checks.optional_object(entry.get("offer_data") or {}, "offer_details") or {}
    claimed = checks.optional_object(offer, "tenure") or {}
    discount = checks.optional_object(claimed, "discount") or {}
    if discount.get("discount_type") != "INSTANT" or discount.get("amount") is None:
        return 0
    off = checks.amount(discount, "amount", least=1).value
    lender, tenure = _offer(entry)
    _check_instrument(entry["payment_option"], lender)
    down = checks.optional_object(tenure, "downpayment_details")
    before = paid + off + (checks.amount(down, "downpayment_amount", least=1).value if down else 0)
    bought = Amount(before, currency)
    if _made(lender, tenure, bought)["auth_amount"] != Amount(paid, currency).as_json():
        _refuse("tenure.discount", "it is not what the lender offers for this payment")
    return off


def _check_instrument(option: Json, lender: Lender) -> None:
    """Refuse an instrument that the lender does not lend on; tokens do not tell whose card it is."""
    if option.get("cardless_details") is not None and not lender.cardless:
        _refuse("payment_option.cardless_details", "this lender needs a card")
    card: Json = option.get("card_details") or {}
    if card and not issued_by(lender, card_number(card)):
        _refuse("payment_option.card_details.card_number", "the card is not of this lender")


def _offer(body: Json) -> tuple[Lender, Json]:
    """Return the lender and the tenure that were picked, with the members that a request needs."""
    offer = checks.required_object(checks.required_object(body, "offer_data"), "offer_details")
    lender_id = checks.required_text(offer, "id")
    for name in ("name", "issuer_type"):
        checks.required_text(offer, name)
    lender = next((lender for lender in LENDERS if lender.id == lender_id), None)
    if lender is None:
        _refuse("offer_details.id", "there is no such lender")
    for name in _ISSUER:
        # Types of the priority differ between the vendor's own sources: number and text.
        if str(offer.get(name)) != str(getattr(lender, name)):
            _refuse(f"offer_details.{name}", "it is not the lender's")
    tenure = checks.required_object(offer, "tenure")
    for name in _TENURE:
        if tenure.get(name) in (None, ""):
            invalid(f"{name} is missing or empty")
    return lender, tenure


def _check_payer(body: Json, method: str, lender: Lender) -> None:
    """Refuse a payer whom this lender does not lend to."""
    option = checks.required_object(body, "payment_option")
    given = [name for name in _OPTIONS if option.get(name) is not None]
    if len(given) != 1 or (given[0] == "cardless_details") != (method == "CARDLESS_EMI"):
        invalid(f"payment_option does not fit {method}")
    details = checks.required_object(option, given[0])
    if given[0] == "upi_details":
        checks.required_text(details, "txn_mode")
        checks.required_text(checks.required_object(details, "payer"), "phone_number")
    elif given[0] == "cardless_details":
        if not lender.cardless:
            _refuse("payment_option.cardless_details", "this lender needs a card")
        if not read_cardless(details, lender.issuer_data.get("pan_number_last_digit_count")):
            _refuse("payment_option.cardless_details", "nobody lends to this payer without a card")
    elif not read_token(option, body):
        if not issued_by(lender, card_number(details)):
            _refuse("payment_option.card_details.card_number", "the card is not of this lender")
        if method == "DEBIT_EMI":
            checks.required_text(details, "registered_mobile_number")


def _made(lender: Lender, tenure: Json, order_amount: Amount) -> Json:
    """Return the tenure that discovery would answer for the same purchase, as far as a tenure tells of it."""
    tenure_id = str(tenure["tenure_id"])
    if tenure_id not in MONTHS:
        _refuse("tenure.tenure_id", "the lender has no such tenure")
    bought: Json = {"order_amount": order_amount.as_json()}
    for name, origin in (
        ("product_details", "details"),
        ("downpayment_details", "downpayment_details"),
        ("cart_coupon_discount_amount", "cart_coupon_discount_amount"),
    ):
        if tenure.get(origin):
            bought[name] = tenure[origin]
    return tenure_json(lender, tenure_id, read_purchase(bought))


def _agree(given: object, made: object) -> bool:
    """Tell whether what was sent is what was made; members that were left out do not matter."""
    if isinstance(given, dict) and isinstance(made, dict):
        sent, known = cast("Json", given), cast("Json", made)
        return all(_agree(sent[name], known[name]) for name in sent.keys() & known.keys())
    if isinstance(given, list) and isinstance(made, list):
        ours, theirs = cast("list[object]", made), cast("list[object]", given)
        return len(ours) == len(theirs) and all(map(_agree, theirs, ours))
    return given == made


def _refuse(field: str, reason: str) -> NoReturn:
    # What the vendor calls the steps is undocumented.
    details = {"source": "INTERNAL", "step": "OFFER_VALIDATION", "field": field, "reason": reason}
    raise Refusal("INVALID_REQUEST", "The offer is not valid", details=details)


ROUTES: Final = (
    Route("affordability.validate_offer", "POST", "/api/affordability/v1/offer/validate", validate_offer),
)
