"""Query parameters as the gateway wants them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast
from urllib.parse import urlencode

from pinelabs_async.wire.times import write_time

Query = Mapping[str, object]
"""Parameters by name: texts, numbers, booleans, times, and lists of them; None is left out."""


def encode_query(query: Query) -> str:
    """Write parameters for a URL, quoted; a list repeats its name.

    Raises:
        TypeError: a value of another type; the message names the parameter.
        ValueError: a datetime without a time zone.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if value is None:
            continue
        several = cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else (value,)
        pairs.extend((name, _write(name, item)) for item in several)
    return urlencode(pairs)


def _write(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, datetime):
        return write_time(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{name} must be a text, a number or a time, not {type(value).__name__}.")
