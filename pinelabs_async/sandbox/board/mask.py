"""Keeping secrets off the page: what a request or an answer held, without what opens or pays for anything."""

import json
import re
from collections.abc import Mapping
from typing import Final, cast
from urllib.parse import parse_qsl

MASK: Final = "•••"
# Compared without case, `_` and `-`: `card_number`, `cardNumber` and `CARD-NUMBER` are one name.
_NAMES: Final = """
    accesscode accountnumber authorization cavv cryptogram cvc expirationmonth expirationyear expirydate
    expirymonth expiryyear pan pannumber passcode pin securitycode
"""
_ENDINGS: Final = ("secret", "password", "token", "otp", "cvv", "cardnumber", "accesscode", "signature")
# Headers are shown by permission, since anything may stand in one that nobody has heard of.
_HEADERS: Final = """
    accept accept-encoding accept-language connection content-length content-type host idempotency-key
    request-id request-timestamp retry-after transfer-encoding user-agent webhook-id webhook-timestamp
"""
_SECRET_NAMES: Final = frozenset(_NAMES.split())
_SHOWN_HEADERS: Final = frozenset(_HEADERS.split())
# The gateway's ids begin with `v1-` and a time of twelve digits.
_LIKE_A_CARD: Final = re.compile(r"(?<![0-9])(?!(?<=v)1-)(?:[0-9][ -]?){12,18}[0-9](?![0-9])")


def headers(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the headers, all but the harmless ones without their value."""
    return [
        (name, numbers(value) if name.lower() in _SHOWN_HEADERS else MASK) for name, value in given.items()
    ]


def query(given: str) -> str:
    """Return a query without its secrets."""
    return numbers("&".join(f"{name}={value}" for name, value in _masked_form(given)))


def body(given: bytes, content_type: str) -> str:
    """Return a body without its secrets; of one that has no members, only how long it is."""
    if not given:
        return ""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            return numbers("\n".join(f"{name}={value}" for name, value in _masked_form(given.decode())))
        return numbers(json.dumps(_masked(json.loads(given)), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return f"({len(given):,} bytes that are no JSON)"


def numbers(text: str) -> str:
    """Return a text without what has the check digit of a card number, whatever it is called."""
    return _LIKE_A_CARD.sub(lambda found: MASK if _is_card(found[0]) else found[0], text)


def _masked_form(given: str) -> list[tuple[str, str]]:
    fields = parse_qsl(given, keep_blank_values=True)
    return [(name, str(_member(name, value))) for name, value in fields]


def _masked(value: object) -> object:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {name: _member(name, held) for name, held in members.items()}
    if isinstance(value, list):
        return [_masked(held) for held in cast("list[object]", value)]
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        return _masked_text(value)
    return value


def _masked_text(text: str) -> str:
    """Return JSON that stands in a text, as in a member of a form, without its secrets."""
    try:
        return json.dumps(_masked(json.loads(text)), ensure_ascii=False)
    except ValueError:
        return text


def _member(name: str, held: object) -> object:
    # What is empty says something and gives nothing away.
    if _is_secret(name) and held not in (None, "", [], {}):
        return MASK
    return _masked(held)


def _is_secret(name: str) -> bool:
    plain = re.sub("[-_]", "", name).lower()
    return plain in _SECRET_NAMES or plain.endswith(_ENDINGS)


def _is_card(text: str) -> bool:
    """Tell whether the last digit checks the others, by Luhn's formula."""
    digits = [int(digit) for digit in text if digit.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0
