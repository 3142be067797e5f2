"""Whole numbers and truths that the gateway also writes as text."""

import re
from typing import Annotated, Any, Final, get_args, get_origin

_DIGITS: Final = r"-?[0-9]{1,19}"


class Quoted:
    """Mark a whole number, or a truth, that the gateway also writes as text: ``Annotated[int, Quoted()]``."""


def is_quoted(annotation: Any) -> bool:
    """Tell whether an annotation has that mark."""
    return get_origin(annotation) is Annotated and any(type(mark) is Quoted for mark in get_args(annotation))


def unquote(annotation: Any, value: Any) -> Any:
    """Return what a text stands for under such an annotation; anything else as it is."""
    if not isinstance(value, str):
        return value
    if get_args(annotation)[0] is bool:
        return {"true": True, "false": False}.get(value.lower(), value)
    return int(value) if re.fullmatch(_DIGITS, value) else value
