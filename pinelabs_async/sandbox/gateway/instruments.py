"""The payment methods: what each needs and what its answers show. One row a method."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from pinelabs_async.sandbox import checks, magic
from pinelabs_async.sandbox.gateway import points
from pinelabs_async.sandbox.gateway.cards import look_up
from pinelabs_async.sandbox.magic import SUCCESS, Outcome
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Json


@attrs.frozen
class Instrument:
    """How one payment method is paid with."""

    code: str
    """The part of a payment id that names the method."""
    members: tuple[str, ...]
    """The members of `payment_option` that fit; exactly one of them must be there."""
    acquirer: str
    """`acquirer_name` of an approved payment."""
    pre_auth: bool = False
    """Whether the money can be blocked first and captured later."""
    offer: bool = False
    """Whether it needs the offer that it is paid back by."""


INSTRUMENTS: Final[dict[str, Instrument]] = {
    "CARD": Instrument("cc", ("card_details", "card_token_details"), "Cyber_Source_AXIS", pre_auth=True),
    "UPI": Instrument("up", ("upi_details",), "SandboxUPI"),
    "NETBANKING": Instrument("nb", ("netbanking_details",), "SandboxNetbanking"),
    "WALLET": Instrument("wa", ("wallet_details",), "SandboxWallet"),
    "POINTS": Instrument("pt", ("points_card_details",), "SandboxPoints", pre_auth=True),
    "CREDIT_EMI": Instrument("ce", ("card_details", "card_token_details"), "SandboxCreditEMI", offer=True),
    "DEBIT_EMI": Instrument("de", ("card_details", "card_token_details"), "ICICIDebitEMI", offer=True),
    "CARDLESS_EMI": Instrument("cle", ("cardless_details",), "ICICIDebitEMI"),
    "BNPL": Instrument("bn", ("bnpl_details",), "SandboxBNPL"),
}

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "card_details": ("card_number",),
    "card_token_details": ("token_txn_type",),
    "upi_details": ("txn_mode",),
    "netbanking_details": ("pay_code",),
    "wallet_details": ("wallet_code",),
    "points_card_details": ("card_number", "card_last4", "registered_mobile_number"),
    "cardless_details": ("registered_mobile_number", "pan_number"),
    "bnpl_details": ("mobile", "bnpl_pay_code"),
}

_MOBILE: Final = r"\+?[0-9]{9,20}"
_MONTH: Final = "0[1-9]|1[0-2]"
_YEAR: Final = "[0-9]{2}|[0-9]{4}"
# The older table of card numbers allows 23 digits, the newer one 19.
_CARD_NUMBER: Final = "[0-9]{12,23}"
LIMITS: Final[Mapping[str, Mapping[str, str]]] = {
    "card_details": {
        "card_number": _CARD_NUMBER,
        "name": ".{1,100}",
        "cvv": "[0-9]{3,4}",
        "expiry_month": _MONTH,
        "expiry_year": _YEAR,
        "registered_mobile_number": _MOBILE,
    },
    "card_token_details": {
        "token": r"[A-Za-z0-9./\\_,()'-]{1,50}",
        "token_txn_type": "ALT_TOKEN|NETWORK_TOKEN|ISSUER_TOKEN",
        "cryptogram": ".{1,50}",
        "last4_digit": "[0-9]{4}",
        "name": ".{1,100}",
        "cvv": "[0-9]{3,4}",
        "expiry_month": _MONTH,
        "expiry_year": _YEAR,
        "registered_mobile_number": _MOBILE,
        "token_id": ".{1,50}",
    },
    "upi_details": {"txn_mode": "COLLECT|INTENT"},
    "netbanking_details": {"txn_mode": "REDIRECT|QR|INTENT", "registered_mobile_number": _MOBILE},
    "wallet_details": {},
    "points_card_details": {
        "card_number": _CARD_NUMBER,
        "card_last4": "[0-9]{4}",
        "registered_mobile_number": _MOBILE,
    },
    "cardless_details": {"registered_mobile_number": _MOBILE},
    "bnpl_details": {"mobile": "[0-9]{10}", "bnpl_pay_code": "LAZYPAY|SIMPL|SIMPL3"},
}
_VPA: Final = re.compile(r"[^@\s]+@[^@\s]+")
# Which of the magic values a member of `payment_option` may hold.
_PLACES: Final[Mapping[str, magic.Place]] = {"card_details": "card_number", "card_token_details": "token"}
# By the last four digits of the card.
_POINTS: Final[Mapping[str, Outcome]] = {
    points.NO_POINTS: Outcome(declined="INSUFFICIENT_FUNDS"),
    points.NOT_ELIGIBLE: Outcome(refused="INVALID_INSTRUMENT"),
}


def read_instrument(entry: Json, method: str, now: datetime) -> tuple[str, Json]:
    """Return the one member of `payment_option` that belongs to the method, and its name."""
    option = checks.required_object(entry, "payment_option")
    fitting = [name for name in INSTRUMENTS[method].members if option.get(name) is not None]
    if len(fitting) != 1:
        invalid(f"payment_option of {method} needs {' or '.join(INSTRUMENTS[method].members)}")
    name = fitting[0]
    details = checks.required_object(option, name)
    for field in REQUIRED[name]:
        checks.required_text(details, field)
    for field, limit in LIMITS[name].items():
        text = checks.optional_text(details, field)
        if text is not None and not re.fullmatch(limit, text):
            invalid(f"{field} of {name} must fit {limit}")
    for flag in ("save", "upi_qr"):
        checks.flag(details, flag)
    if name == "card_token_details" and not details.get("token") and not details.get("token_id"):
        invalid("token is missing or empty")
    if name == "upi_details" and details["txn_mode"] == "COLLECT":
        _check_payer(details)
    if str(details.get("bnpl_pay_code")).startswith("SIMPL"):
        checks.required_object(entry, "device_info")
    _check_expiry(details, now)
    return name, details


def _check_payer(details: Json) -> None:
    vpa = checks.required_text(checks.required_object(details, "payer"), "vpa")
    if not 2 <= len(vpa) <= 256 or not _VPA.fullmatch(vpa):
        invalid("vpa must have 2 to 256 characters, a name and a handle with @ between them")


def _check_expiry(details: Json, now: datetime) -> None:
    """Refuse a card after the last day of its month."""
    year, month = details.get("expiry_year"), details.get("expiry_month")
    if not year or not month:
        return
    full = year if len(year) == 4 else f"20{year}"
    if (int(full), int(month)) < (now.year, now.month):
        raise Refusal("CARD_EXPIRED")


def outcome_of(name: str, details: Json) -> Outcome:
    """Return how a payment with this instrument ends."""
    if name in _PLACES:
        return magic.outcome(_PLACES[name], details.get(_PLACES[name]))
    if name == "upi_details" and details["txn_mode"] == "COLLECT":
        return magic.outcome("vpa", details["payer"]["vpa"])
    if name == "points_card_details":
        return _POINTS.get(details["card_number"][-4:], SUCCESS)
    return SUCCESS


def shown_option(name: str, details: Json) -> Json | None:
    """Return `payment_option` of the answer: what kind of instrument it was, never a card's number."""
    if name in ("card_details", "card_token_details"):
        return {"card_data": _card_data(details)}
    if name == "upi_details":
        collect = details["txn_mode"] == "COLLECT"
        payer = {"payer": {"vpa": details["payer"]["vpa"]}} if collect else {}
        return {"upi_data": {"txn_mode": details["txn_mode"], **payer}}
    if name == "netbanking_details":
        told = ("pay_code", "txn_mode", "registered_mobile_number")
        return {"netbanking_data": {field: details[field] for field in told if field in details}}
    if name == "wallet_details":
        return {"wallet_data": {"wallet_code": details["wallet_code"]}}
    return None


def _card_data(details: Json) -> Json:
    # A saved card that is named by its id alone shows nothing of its number.
    number = str(details.get("card_number") or details.get("token") or "")
    card = look_up(number)
    return {
        "card_type": "CREDIT",
        "network_name": card.network,
        "issuer_name": card.issuer,
        "card_category": card.category,
        "country_code": card.country,
        "token_txn_type": details.get("token_txn_type", "ALT_TOKEN"),
        "last4_digit": str(details.get("last4_digit") or number[-4:]),
        "save": details.get("save") is True,
        "is_native_otp_eligible": card.native_otp,
    }
