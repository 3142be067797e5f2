"""Reading the query of a listing."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

from pinelabs_async.sandbox.call import Call
from pinelabs_async.sandbox.problems import invalid

MAX_DAYS: Final = 60
"""How far apart the dates of a filter may be."""
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


def parameters(call: Call) -> dict[str, str]:
    """Return the parameters that have a value."""
    return dict(parse_qsl(call.query))


def whole(query: Mapping[str, str], name: str, default: int, *, most: int | None = None) -> int:
    """Return a parameter that counts from 1."""
    text = query.get(name)
    if text is None:
        return default
    value = int(text) if _NUMBER.fullmatch(text) else 0
    if value < 1 or (most is not None and value > most):
        invalid(f"{name} must be a whole number from 1" + (f" to {most}" if most else ""))
    return value


def moment(query: Mapping[str, str], name: str) -> datetime | None:
    """Return a parameter that is a time, with a zone or without, as it was given."""
    text = query.get(name)
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        invalid(f"{name} must be an ISO 8601 time")


def check_span(start: datetime, end: datetime) -> None:
    """Refuse dates that are the wrong way round or too far apart."""
    if end < start:
        invalid("the end of the dates must not be before their start")
    if (end.date() - start.date()).days > MAX_DAYS:
        invalid(f"the dates must be at most {MAX_DAYS} days apart")
