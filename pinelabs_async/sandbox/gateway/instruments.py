"""The payment methods: what each needs and what its answers show. One row a method."""

from typing import Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.problems import invalid
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


INSTRUMENTS: Final[dict[str, Instrument]] = {
    "CARD": Instrument("cc", ("card_details", "card_token_details"), "Cyber_Source_AXIS", pre_auth=True),
    "UPI": Instrument("up", ("upi_details",), "SandboxUPI"),
    "NETBANKING": Instrument("nb", ("netbanking_details",), "SandboxNetbanking"),
    "WALLET": Instrument("wa", ("wallet_details",), "SandboxWallet"),
    "POINTS": Instrument("pt", ("points_card_details",), "SandboxPoints", pre_auth=True),
    "CREDIT_EMI": Instrument("ce", ("card_details", "card_token_details"), "SandboxCreditEMI"),
    "DEBIT_EMI": Instrument("de", ("card_details", "card_token_details"), "ICICIDebitEMI"),
    "CARDLESS_EMI": Instrument("cle", ("cardless_details",), "ICICIDebitEMI"),
    "BNPL": Instrument("bn", ("bnpl_details",), "SandboxBNPL"),
}

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "card_details": ("card_number",),
    "card_token_details": ("token", "token_txn_type"),
    "upi_details": ("txn_mode",),
    "netbanking_details": ("pay_code",),
    "wallet_details": ("wallet_code",),
    "points_card_details": ("card_number", "card_last4", "registered_mobile_number"),
    "cardless_details": ("registered_mobile_number", "pan_number"),
    "bnpl_details": ("mobile", "bnpl_pay_code"),
}

# First digit of a card number, where the networks differ by it.
_NETWORKS: Final = {"3": "AMEX", "4": "VISA", "5": "MASTERCARD", "6": "RUPAY"}


def read_instrument(entry: Json, method: str) -> tuple[str, Json]:
    """Return the one member of `payment_option` that belongs to the method, and its name."""
    option = checks.required_object(entry, "payment_option")
    fitting = [name for name in INSTRUMENTS[method].members if option.get(name) is not None]
    if len(fitting) != 1:
        invalid(f"payment_option of {method} needs {' or '.join(INSTRUMENTS[method].members)}")
    name = fitting[0]
    details = checks.required_object(option, name)
    for field in REQUIRED[name]:
        checks.required_text(details, field)
    if name == "upi_details":
        _check_upi(details)
    return name, details


def _check_upi(details: Json) -> None:
    if details["txn_mode"] not in ("COLLECT", "INTENT"):
        invalid("txn_mode must be COLLECT or INTENT")
    if details["txn_mode"] == "COLLECT":
        checks.required_text(checks.required_object(details, "payer"), "vpa")


def shown_option(name: str, details: Json) -> Json | None:
    """Return `payment_option` of the answer: what kind of instrument it was, never its numbers."""
    if name in ("card_details", "card_token_details"):
        return {"card_data": _card_data(details)}
    if name == "upi_details":
        return {"upi_data": {"txn_mode": details["txn_mode"]}}
    if name == "netbanking_details":
        told = ("pay_code", "txn_mode")
        return {"netbanking_data": {field: details[field] for field in told if field in details}}
    if name == "wallet_details":
        return {"wallet_data": {"wallet_code": details["wallet_code"]}}
    return None


def _card_data(details: Json) -> Json:
    number = str(details.get("card_number") or details.get("token"))
    return {
        "card_type": "CREDIT",
        "network_name": _NETWORKS.get(number[0], "VISA"),
        "issuer_name": "NONE",
        "card_category": "CONSUMER",
        "country_code": "IND",
        "token_txn_type": details.get("token_txn_type", "ALT_TOKEN"),
        "last4_digit": str(details.get("last4_digit") or number[-4:]),
        "save": details.get("save") is True,
        "is_native_otp_eligible": False,
    }
