"""Authorize Apple Pay Payment and decoupled authorisation: the merchant brings the decrypted card.

Both share one path. How the payment for Apple Pay is made first is unpublished: here with
`WALLET` and the `wallet_code` `APPLE_PAY`.
"""

import re
from collections.abc import Mapping
from typing import Final

from pinelabs_async.sandbox import checks, magic
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway import attempts
from pinelabs_async.sandbox.gateway.cards import look_up
from pinelabs_async.sandbox.gateway.orders import find, refuse_cancelled
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.shapes import order_json
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Challenge, Json, Payment

_LIMITS: Final[Mapping[str, str]] = {
    "pan": "[0-9]{12,19}",
    "cvv": "[0-9]{3,4}",
    "card_holder_name": ".{1,100}",
    "token": r"[A-Za-z0-9./\\_,()'-]{1,50}",
    "expiration_month": "0[1-9]|1[0-2]",
    "expiration_year": "[0-9]{4}",
    "cryptogram": ".{1,50}",
    "cavv": ".{1,50}",
    "eci": ".{1,50}",
}
_KINDS: Final = ("CREDIT", "DEBIT", "PREPAID")
_NETWORKS: Final = ("VISA", "MASTERCARD", "RUPAY", "AMEX")
_AUTHENTICATION: Final = (
    "directory_server_transaction_id",
    "acs_transaction_id",
    "three_ds_server_transaction_id",
    "three_ds_version",
)


def is_decoupled(body: Json) -> bool:
    """Tell whether a body is one of decoupled authorisation: only these have the card itself or its 3-D Secure."""
    card = body.get("decrypted_card_details")
    of_card = isinstance(card, dict) and any(name in card for name in ("pan", "cvv", "card_holder_name"))
    return of_card or "acquirer_payment_details" in body or "authentication_type" in body


def authorize(call: Call) -> Json:
    """Take or block the money of a card whose payer was authenticated elsewhere."""
    card = _card(call, ())
    number = card.get("pan") or card.get("token") or invalid("pan or token is missing")
    details = checks.optional_object(call.body, "acquirer_payment_details") or {}
    for name in _AUTHENTICATION:
        checks.optional_text(details, name)
    checks.optional_text(call.body, "authentication_type")
    asked, payment = _find(call, "payment_id")
    if payment.method != "CARD":
        not_allowed(f"the payment is one of {payment.method}, not of CARD")
    return _decide(call, asked, "card_number" if card.get("pan") else "token", number)


def authorize_apple_pay(call: Call) -> Json:
    """Take the money of a decrypted Apple Pay token."""
    card = _card(call, ("token", "cryptogram"))
    meta = checks.optional_object(card, "card_meta_data")
    if meta is not None:
        _one_of(meta, "card_type", _KINDS)
        _one_of(meta, "network_name", _NETWORKS)
    known = look_up(card["token"])
    network = (meta or {}).get("network_name", known.network)
    if network == "MASTERCARD" and not card.get("cavv"):
        invalid("cavv is missing or empty: MASTERCARD needs it")
    asked, payment = _find(call, "payments_id")
    wallet: Json = payment.shown.get("payment_option", {}).get("wallet_data", {})
    if wallet.get("wallet_code") != "APPLE_PAY":
        not_allowed("the payment is not one of WALLET with the wallet_code APPLE_PAY")
    wallet["wallet_card_data"] = {
        "card_type": (meta or {}).get("card_type", "CREDIT"),
        "network_name": network,
        "issuer_name": known.issuer,
        "card_category": known.category,
        "country_code": known.country,
        "token_txn_type": "NETWORK_TOKEN",
        "save": False,
    }
    return _decide(call, asked, "token", card["token"])


def _card(call: Call, required: tuple[str, ...]) -> Json:
    card = checks.required_object(call.body, "decrypted_card_details")
    for name in ("expiration_month", "expiration_year", *required):
        checks.required_text(card, name)
    for name, limit in _LIMITS.items():
        text = checks.optional_text(card, name)
        if text is not None and not re.fullmatch(limit, text):
            invalid(f"{name} must fit {limit}")
    now = call.state.clock.now()
    if (int(card["expiration_year"]), int(card["expiration_month"])) < (now.year, now.month):
        raise Refusal("CARD_EXPIRED")
    return card


def _one_of(meta: Json, name: str, allowed: tuple[str, ...]) -> None:
    if checks.required_text(meta, name) not in allowed:
        invalid(f"{name} must be one of {', '.join(allowed)}")


def _find(call: Call, name: str) -> tuple[Challenge, Payment]:
    """Return the payment that the path names and its attempt, if it waits for its payer."""
    order = find(call, "order_id")
    payment = next((held for held in order.payments if held.id == call.path[name]), None) or no_match()
    refuse_cancelled(order)
    asked = attempts.with_payment(call, call.merchant, payment.id)
    if payment.status != "PENDING" or asked is None or asked.answered:
        not_allowed(f"the payment is {payment.status}, not waiting for its payer")
    return asked, payment


def _decide(call: Call, asked: Challenge, place: magic.Place, number: str) -> Json:
    """Let the bank decide at once; a card that it declines ends the attempt."""
    outcome = magic.outcome(place, number)
    if outcome.refused is not None:
        raise Refusal(outcome.refused)
    asked.outcome = outcome
    declined = attempts.decide(call, asked, operation=call.operation)
    if declined is not None:
        raise Refusal(declined[0])
    return order_json(asked.order, call.merchant)


_PATH: Final = "/api/pay/v1/orders/{order_id}/payments"
ROUTES: Final = (
    Route("payments.authorize", "POST", f"{_PATH}/{{payment_id}}/authorize", authorize, fits=is_decoupled),
    Route("payments.authorize_apple_pay", "POST", f"{_PATH}/{{payments_id}}/authorize", authorize_apple_pay),
)
