"""What is known of a card by its number: the payment answers' `card_data`, and Get Card Details."""

import re
from collections.abc import Mapping
from typing import Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.problems import invalid
from pinelabs_async.sandbox.state import Json

_IDENTIFIER: Final = re.compile(r"[0-9]{12,19}")
_KINDS: Final = ("CARD", "ALT_TOKEN_TXN", "NETWORK_TOKEN_TXN", "ISSUER_TOKEN_TXN")


@attrs.frozen(kw_only=True)
class Card:
    """What the first digits of a card say."""

    network: str
    issuer: str = "NONE"
    category: str = "CONSUMER"
    country: str = "IND"
    currency: str = "INR"
    native_otp: bool = False
    """Whether its bank takes a one-time password from the merchant's own page."""

    @property
    def international(self) -> bool:
        """Whether it was issued abroad."""
        return self.country != "IND"


# Published: the look-up of the first, and that the second was issued abroad.
_CARDS: Final[Mapping[str, Card]] = {
    "4012001037141112": Card(
        network="VISA", issuer="INTL HDQTRS-CENTER OWNED", category="NONE", native_otp=True
    ),
    "4242424242424242": Card(network="VISA", country="USA", currency="USD"),
}
# By the first digit, where the networks differ by it.
_NETWORKS: Final[Mapping[str, Card]] = {
    "3": Card(network="AMEX"),
    "4": Card(network="VISA", native_otp=True),
    "5": Card(network="MASTERCARD", native_otp=True),
    "6": Card(network="RUPAY"),
}


def look_up(number: str) -> Card:
    """Return what is known of a card or token number."""
    return _CARDS.get(number) or _NETWORKS.get(number[:1], _NETWORKS["4"])


def card_details(call: Call) -> Json:
    """Tell what each card of a list can do."""
    amount = checks.optional_text(call.body, "amount")
    if amount is not None and not (
        re.fullmatch("[0-9]{1,9}", amount) and checks.MIN_AMOUNT <= int(amount) <= checks.MAX_AMOUNT
    ):
        invalid(f"amount must be a text of digits from {checks.MIN_AMOUNT} to {checks.MAX_AMOUNT}")
    return {"card_payment_details": [_details(entry) for entry in checks.objects(call.body, "card_details")]}


def _details(entry: Json) -> Json:
    number = checks.required_text(entry, "payment_identifier")
    if not _IDENTIFIER.fullmatch(number):
        invalid("payment_identifier must have 12 to 19 digits")
    if checks.required_text(entry, "payment_reference_type") not in _KINDS:
        invalid(f"payment_reference_type must be one of {', '.join(_KINDS)}")
    card = look_up(number)
    return {
        "card_network": card.network,
        "card_issuer": card.issuer,
        "card_type": "CREDIT",
        "card_category": card.category,
        "is_international_card": card.international,
        "is_native_otp_supported": card.native_otp,
        "country_code": card.country,
        "currency": card.currency,
        "is_currency_supported": True,
    }


ROUTES: Final = (Route("payments.card_details", "POST", "/api/pay/v1/getCardDetails", card_details),)
