"""Checks of what your code puts into a body, compiled from the field's annotation.

They refuse what could never be right (a float as money, a naive time, text that cannot be sent) and leave
the gateway's own limits to the gateway, which knows them better.
"""

import enum
import math
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Protocol, Union, cast, get_args, get_origin, runtime_checkable

Check = Callable[[Any, str], Any]
"""Take a value and its name; return the value to keep, or raise TypeError or ValueError with the name in it."""


@runtime_checkable
class Rule(Protocol):
    """Be a mark in an annotation that also refuses values: ``Annotated[str, Rule]``."""

    def __call__(self, value: Any, where: str) -> Any:
        """Return the value, or raise ``ValueError`` that begins with ``where``."""


def check_of(annotation: Any, *, optional: bool = False) -> Check:
    """Build the check for an annotation; ``optional`` lets None pass, which means: left out."""
    check, nullable = _check_of(annotation)
    if not (optional or nullable):
        return check
    return lambda value, where: None if value is None else check(value, where)


def _check_of(annotation: Any) -> tuple[Check, bool]:
    origin = get_origin(annotation)
    if origin is Annotated:
        origin = annotation.__origin__
        check, nullable = (_check_time, False) if origin is datetime else _check_of(origin)
        rules = [mark for mark in annotation.__metadata__ if isinstance(mark, Rule)]
        return _with_rules(check, rules), nullable
    if origin in (Union, types.UnionType):
        return _check_of_union(get_args(annotation))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return _check_mapping(check_of(get_args(annotation)[1])), False
    if origin is not None and isinstance(origin, type) and issubclass(origin, Sequence):
        return _check_sequence(check_of(get_args(annotation)[0])), False
    if annotation is Any or annotation is object:
        return check_json, True
    return _check_of_class(annotation), False


def _with_rules(check: Check, rules: Sequence[Rule]) -> Check:
    if not rules:
        return check

    def check_with_rules(value: Any, where: str) -> Any:
        value = check(value, where)
        for rule in rules:
            value = rule(value, where)
        return value

    return check_with_rules


def _check_of_union(members: tuple[Any, ...]) -> tuple[Check, bool]:
    kinds = [member for member in members if member is not type(None)]
    nullable = len(kinds) < len(members)
    enums = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, enum.StrEnum)]
    if enums:  # `Status | str`: a text becomes the enum's member, known or not
        return _check_of_class(enums[0]), nullable
    if len(kinds) == 1:
        return check_of(kinds[0]), nullable
    return _check_instance(tuple(get_origin(kind) or kind for kind in kinds)), nullable


def _check_of_class(cls: type[Any]) -> Check:
    if cls in _PLAIN:
        return _PLAIN[cls]
    if issubclass(cls, enum.StrEnum):
        return lambda value, where: cls(_check_text(value, where))
    return _check_instance((cls,))


def _check_instance(kinds: tuple[Any, ...]) -> Check:
    names = " or ".join(kind.__name__ for kind in kinds)
    hint: str = next((kind.HINT for kind in kinds if hasattr(kind, "HINT")), "")

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, kinds):
            raise TypeError(f"{where} must be {names}, not {_name(value)}.{hint and ' ' + hint}")
        return value

    return check


def _check_sequence(check_item: Check) -> Check:
    def check(value: Any, where: str) -> Any:
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"{where} must be a list or tuple, not {_name(value)}.")
        items = cast("Sequence[Any]", value)
        return tuple(check_item(item, f"{where}[{index}]") for index, item in enumerate(items))

    return check


def _check_mapping(check_value: Check) -> Check:
    def check(value: Any, where: str) -> Any:
        if not isinstance(value, Mapping):
            raise TypeError(f"{where} must be a mapping, not {_name(value)}.")
        items = cast("Mapping[object, Any]", value)
        return {
            _check_text(key, f"{where} key"): check_value(item, f"{where}[{key!r}]")
            for key, item in items.items()
        }

    return check


def _check_text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{where} must be a str, not {_name(value)}.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(
                f"{where} holds half a character (a lone surrogate), which cannot be sent."
            ) from None
    return value


def _check_int(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{where} must be an int, not {_name(value)}.")
    return value


def _check_bool(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{where} must be True or False, not {_name(value)}.")
    return value


def _check_decimal(value: Any, where: str) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, Decimal):
        raise TypeError(f"{where} must be a Decimal, not {_name(value)}.")
    if not value.is_finite():
        raise ValueError(f"{where} must be a finite number, not {value}.")
    return value


def _check_time(value: Any, where: str) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"{where} must be a datetime, not {_name(value)}.")
    if value.utcoffset() is None:
        raise ValueError(
            f"{where} is a naive datetime; give it a time zone, e.g. datetime.now(timezone.utc)."
        )
    return value


def _check_date(value: Any, where: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"{where} must be a date, not {_name(value)}.")
    return value


def check_json(value: Any, where: str) -> Any:
    """Check a value of no declared type: anything JSON can say, and datetimes with a zone."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return _check_text(value, where)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where} must be a finite number, not {value}.")
        return value
    if isinstance(value, datetime):
        return _check_time(value, where)
    if isinstance(value, Mapping):
        return _check_mapping(check_json)(value, where)
    if isinstance(value, (list, tuple)):
        return list(_check_sequence(check_json)(value, where))
    if isinstance(value, Decimal):
        return _check_decimal(value, where)
    if isinstance(value, date) or hasattr(value, "__attrs_attrs__"):
        return value
    raise TypeError(f"{where} cannot be written as JSON: {_name(value)}.")


def _name(value: object) -> str:
    return type(value).__name__


_PLAIN: Mapping[type[Any], Check] = {
    str: _check_text,
    int: _check_int,
    bool: _check_bool,
    Decimal: _check_decimal,
    datetime: _check_instance((datetime,)),  # a bare one may be naive, as settlements have it
    date: _check_date,
}
