"""Reading a request body: every helper returns the right type or refuses with INVALID_REQUEST."""

import re
from collections.abc import Sequence
from typing import Final, cast

from pinelabs_async.sandbox.problems import invalid
from pinelabs_async.sandbox.state import Amount, Json

MIN_AMOUNT: Final = 100
MAX_AMOUNT: Final = 100_000_000
MAX_DEPTH: Final = 64
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,50}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


def too_deep(value: object) -> bool:
    """Tell whether JSON is nested deeper than any documented body, and than is safe to write back."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: object) -> Sequence[object]:
    if isinstance(node, dict):
        return list(cast("Json", node).values())
    return cast("list[object]", node) if isinstance(node, list) else []


def optional_object(body: Json, name: str) -> Json | None:
    """Return a member that is an object, None where it is missing or null."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        invalid(f"{name} must be an object")
    return cast("Json", value)


def required_object(body: Json, name: str) -> Json:
    """Return a member that is an object."""
    value = optional_object(body, name)
    return invalid(f"{name} is missing") if value is None else value


def objects(body: Json, name: str) -> list[Json]:
    """Return a member that is a list of one or more objects."""
    value = body.get(name)
    if not isinstance(value, list) or not value:
        invalid(f"{name} must be a list with at least one entry")
    if not all(isinstance(entry, dict) for entry in cast("list[object]", value)):
        invalid(f"{name} must hold objects only")
    return cast("list[Json]", value)


def optional_text(body: Json, name: str) -> str | None:
    """Return a member that is a string, None where it is missing or null."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        invalid(f"{name} must be a string")
    return value


def required_text(body: Json, name: str) -> str:
    """Return a member that is a string of one or more characters."""
    return optional_text(body, name) or invalid(f"{name} is missing or empty")


def flag(body: Json, name: str) -> bool:
    """Return a member that is a boolean, False where it is missing or null."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        invalid(f"{name} must be a boolean")
    return bool(value)


def optional_reference(body: Json, name: str) -> str | None:
    """Return a merchant's reference, None where it is missing or null."""
    value = body.get(name)
    if value is None:
        return None
    # Documented samples send references of digits as JSON numbers and get them back as strings.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    label = name.replace("_", " ").title()
    if not isinstance(value, str):
        invalid(f"{label} must be a string")
    if not value:
        invalid(f"{label} must not be empty")
    if not _REFERENCE.fullmatch(value):
        invalid(f"{label} must have 1 to 50 characters out of A-Z, a-z, 0-9, - and _")
    return value


def required_reference(body: Json, name: str) -> str:
    """Return a merchant's reference."""
    found = optional_reference(body, name)
    return invalid(f"{name.replace('_', ' ').title()} must not be empty") if found is None else found


def amount(body: Json, name: str, *, least: int = MIN_AMOUNT) -> Amount:
    """Return an amount between INR 1 and 10 lakh, in paisa."""
    given = required_object(body, name)
    value = given.get("value")
    if not isinstance(value, int) or isinstance(value, bool) or value < min(1, least):
        invalid("Amount must be an Integer value greater than or equal to 1")
    if value < least:
        invalid(f"Amount must be an Integer value greater than or equal to {least}")
    if value > MAX_AMOUNT:
        invalid(f"Amount must be an Integer value less than or equal to {MAX_AMOUNT}")
    currency = required_text(given, "currency")
    if not _CURRENCY.fullmatch(currency):
        invalid("currency must be a three-letter ISO 4217 code")
    return Amount(value, currency)
