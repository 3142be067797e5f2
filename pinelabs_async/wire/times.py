"""Points in time as the gateway writes them, and as it wants them."""

import contextlib
import re
from datetime import UTC, datetime, timedelta

_FORM = r"(?ai)(?P<minute>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2})(?P<second>:\d{2})?(?:\.(?P<fraction>\d{1,9}))?(?P<zone>Z|[+-]\d{2}:?\d{2})?"


def read_time(text: object, *, zoneless: str = "+00:00") -> datetime:
    """Read an ISO 8601 time with 0 to 9 fractional digits, without seconds or without a zone.

    A time without a zone gets the given one; with ``zoneless=""`` it stays naive. It is rounded to the microsecond.

    Raises:
        ValueError: the text is no such time.
        TypeError: it is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"a time is written as a text, not as {type(text).__name__}")
    found = re.fullmatch(_FORM, text)
    if found is None:
        raise ValueError(f"{text!r} is no ISO 8601 time")
    nanoseconds = int((found["fraction"] or "").ljust(9, "0"))
    zone = (found["zone"] or zoneless).upper().replace("Z", "+00:00")
    second = datetime.fromisoformat(f"{found['minute'].upper()}{found['second'] or ':00'}{zone}")
    try:
        return second + timedelta(microseconds=(nanoseconds + 500) // 1000)
    except OverflowError:  # the last moment of the year 9999, which cannot be rounded up
        return second.replace(microsecond=999_999)


def write_time(moment: datetime) -> str:
    """Write an aware time in UTC, with as many digits as it needs: none, three or six.

    Raises:
        ValueError: the time is naive, so that nobody knows which moment it means.
    """
    if moment.utcoffset() is None:
        raise ValueError(
            "a naive datetime cannot be sent; give it a time zone, e.g. datetime.now(timezone.utc)."
        )
    digits = (
        "microseconds" if moment.microsecond % 1000 else "milliseconds" if moment.microsecond else "seconds"
    )
    with contextlib.suppress(OverflowError):  # at the edge of the calendar its own zone must do
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec=digits).replace("+00:00", "Z")
