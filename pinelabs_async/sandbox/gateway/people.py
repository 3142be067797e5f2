"""Who pays: the members of a customer, wherever one is described, and the merchant's own notes."""

import re
from collections.abc import Mapping
from typing import Final, NoReturn, cast

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Json

_MAX_PAIRS: Final = 10
_MAX_NOTE: Final = 256

LIMITS: Final[Mapping[str, str]] = {
    "merchant_customer_reference": r"[A-Za-z0-9_-]{1,50}",
    "first_name": r".{1,50}",
    "last_name": r".{1,50}",
    "customer_id": r".{1,50}",
    # Published as digits with and without a leading plus.
    "country_code": r"[+0-9]{1,5}",
    "mobile_number": r"[0-9]{10,20}",
    "email_id": r".{1,50}",
    "gstin": r".*",
}
_ADDRESS: Final[Mapping[str, str]] = {
    "address1": r".{1,100}",
    "address2": r".{1,100}",
    "address3": r".{1,100}",
    "pincode": r"[0-9]{6,10}",
    "city": r".{1,50}",
    "state": r".{1,50}",
    "country": r".{1,50}",
    "full_name": r".*",
    "adddress_type": r".*",
    "address_category": r".*",
}


def read_person(given: Json, limits: Mapping[str, str] = LIMITS) -> Json:
    """Return the members of a customer that the request has, each within its limits."""
    told = _texts(given, limits)
    for name in ("billing_address", "shipping_address"):
        address = checks.optional_object(given, name)
        if address is not None:
            told[name] = _texts(address, _ADDRESS)
    return told


def _texts(given: Json, limits: Mapping[str, str]) -> Json:
    """Return the texts that are there; an empty one stands for an absent one and is told back."""
    told: Json = {}
    for name, limit in limits.items():
        text = checks.optional_text(given, name)
        if text is None:
            continue
        if text and not re.fullmatch(limit, text, re.DOTALL):
            invalid(f"{name} must fit {limit}")
        told[name] = text
    return told


def metadata(body: Json, *, longest: int | None = _MAX_NOTE) -> Json | None:
    """Return the merchant's own notes: text by text, at most ten pairs."""
    given = checks.optional_object(body, "merchant_metadata")
    if given is None:
        return None
    if len(given) > _MAX_PAIRS:
        invalid(f"merchant_metadata takes at most {_MAX_PAIRS} pairs")
    for name, value in cast("dict[str, object]", given).items():
        if not isinstance(value, str):
            invalid("merchant_metadata must hold strings only")
        if longest is not None and max(len(name), len(value)) > longest:
            invalid(f"merchant_metadata takes at most {longest} characters a key or value")
    return given


def no_match(*, status: int = 404) -> NoReturn:
    """Refuse because nothing has this id.

    404 is documented for most look-ups, its code for orders only. This is the one text that is
    published for an inquiry without a match.
    """
    raise Refusal("INVALID_REQUEST", status=status)
