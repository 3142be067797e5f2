"""What the points of a card are worth; the same call finds a payer's UPI address."""

import re
from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Json, Merchant

# All three are read off the published sample: 140 points for 35 of 50 rupees, on a card worth 237,180.50.
PAISA_A_POINT: Final = 25
MOST_PERCENT: Final = 70
WORTH: Final = 23_718_050
# The sandbox's own, by the last four digits of the card: one that has no points, one that takes no part.
NO_POINTS: Final = "0001"
NOT_ELIGIBLE: Final = "0002"


def balance(call: Call) -> Json:
    """Tell what points can pay of an order, or a payer's UPI address."""
    method = checks.optional_text(call.body, "payment_method") or "POINTS"
    option = checks.required_object(call.body, "payment_option")
    if method == "UPI":
        return _vpa(checks.required_object(option, "upi_details"))
    if method != "POINTS":
        invalid("Payment method is missing/invalid")
    card = checks.required_object(option, "points_card_details")
    amount = checks.amount(checks.required_object(call.body, "order_details"), "order_amount")
    worth = _worth(call.merchant, card)
    points = min(worth, amount.value * MOST_PERCENT // 100) // PAISA_A_POINT
    return {
        "balance": {"value": worth, "currency": amount.currency},
        "redeemable_amount": {"value": points * PAISA_A_POINT, "currency": amount.currency},
        "redeemable_points": points,
        "is_eligible": points > 0,
    }


def _worth(merchant: Merchant, card: Json) -> int:
    """Return what the points of a card are worth; the cards of a merchant's payers share one account."""
    number, last4 = checks.required_text(card, "card_number"), checks.required_text(card, "card_last4")
    mobile = checks.required_text(card, "registered_mobile_number")
    if not re.fullmatch("[0-9]{12,19}", number) or not re.fullmatch(r"\+?[0-9]{9,20}", mobile):
        invalid("card_number must have 12 to 19 digits, registered_mobile_number 9 to 20")
    if not number.endswith(last4) or len(last4) != 4 or last4 == NOT_ELIGIBLE:
        raise Refusal("INVALID_INSTRUMENT")
    return 0 if last4 == NO_POINTS else left(merchant)


def left(merchant: Merchant) -> int:
    """Return what the points are still worth: less what was paid with them, but for what refunds gave back."""
    redeemed = sum(
        -payment.amount.value if order.type == "REFUND" else payment.amount.value
        for order in merchant.orders.values()
        for payment in order.payments
        if payment.method == "POINTS" and payment.status in ("PROCESSED", "AUTHORIZED")
    )
    return max(0, WORTH - redeemed)


def _vpa(details: Json) -> Json:
    payer = checks.required_object(details, "payer")
    checks.required_text(payer, "phone_number")
    if not isinstance(payer.get("fetch_vpa"), bool):
        invalid("fetch_vpa must be a boolean")
    # What these data hold is unpublished: the member is the sandbox's own.
    found = {"vpa": "success@sandbox"} if payer["fetch_vpa"] else {}
    return {"payment_method": "UPI", "payment_option_metadata": {"upi_payment_option_data": found}}


ROUTES: Final = (Route("points.balance", "POST", "/payment-option", balance),)
