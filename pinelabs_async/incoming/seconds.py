"""Checking settings that are numbers of seconds."""

import sys
from typing import TypeGuard


def is_seconds(value: object) -> TypeGuard[float]:
    """Tell whether a value is a number from 0 on that a float can hold."""
    return (
        isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= sys.float_info.max
    )


def shown(value: object) -> str:
    """Return a setting for an error's message: Python refuses to write out huge numbers."""
    return "a number that large" if isinstance(value, int) and abs(value) > 10**20 else repr(value)
