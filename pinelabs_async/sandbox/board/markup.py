"""HTML that escapes by default: only what was made here is taken as it is."""

from collections.abc import Iterable
from html import escape


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def fill(template: str, /, **values: object) -> Html:
    """Return a template with its places filled; every value that is no `Html` is escaped."""
    return Html(template.format_map({name: _safe(value) for name, value in values.items()}))


def join(parts: Iterable[object], between: str = "") -> Html:
    """Return parts in a row, escaped where they are no `Html`."""
    return Html(between.join(_safe(part) for part in parts))


def _safe(value: object) -> str:
    return value if isinstance(value, Html) else escape(str(value))
