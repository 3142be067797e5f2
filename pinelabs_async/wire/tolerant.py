"""Read an answer that does not fit its class: keep what fits, name what does not, never raise for a field.

This is the second pass, after the strict one refused. Forms that the documentation shows for the same value
(an id as a number, ``"false"``, an empty or zoneless time) are read without a word. Any other misfit becomes
``None`` or an empty tuple, or an empty text where a text is required, and is listed as a problem.
"""

import enum
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar, Union, cast, get_args, get_origin

import attrs

from pinelabs_async.wire.names import json_name, spellings
from pinelabs_async.wire.quoted import is_quoted, unquote
from pinelabs_async.wire.shape import Body, Problem, Shape, fill
from pinelabs_async.wire.times import read_time

T = TypeVar("T")


class Problems(list[Problem]):
    """Collect what does not fit."""

    keeps_unknown = False
    """Whether parts of the answer keep members that are not modelled."""


_MOST_PROBLEMS: Final = 100
"""After so many problems lists are read no further: an answer must not be able to stop the event loop."""
_NONE: Final = type(None)


class _Misfit(Exception):  # noqa: N818  # never leaves this file
    """The value at this place cannot be kept."""


def read(cls: type[T], parsed: object, envelope: str | None) -> tuple[T, tuple[Problem, ...]]:
    """Read a parsed answer into its class.

    Raises:
        ValueError: the answer is no JSON object, so that nothing of it can be kept.
    """
    if not isinstance(parsed, dict):
        raise ValueError(f"a JSON object was expected, not {type(parsed).__name__}")
    whole = cast("dict[str, Any]", parsed)
    problems = Problems()
    problems.keeps_unknown = issubclass(cls, Shape) and cls.SENT_BACK
    held: object = whole
    path = "$"
    if envelope is not None:
        if envelope in whole:
            held, path = whole[envelope], f"$.{envelope}"
        else:
            problems.append(Problem(f"$.{envelope}", "missing; the answer itself was read in its place"))
    elif "data" in whole and not any(_spelling(name, whole) in whole for name in _names(cls)):
        held, path = whole["data"], "$.data"  # documented of the token: the same answer, in an envelope
    if not isinstance(held, dict):
        problems.append(Problem(path, _expected("an object", held)))
        held = {}
    try:
        answer = _read_object(cls, cast("dict[str, Any]", held), path, problems)
    except _Misfit as misfit:
        raise ValueError(str(misfit)) from None
    return answer, tuple(problems)


def _names(cls: type[Any]) -> list[str]:
    return [json_name(cls, field.name) for field in attrs.fields(cls)]


def _read_object(cls: type[T], value: Mapping[str, Any], path: str, problems: Problems) -> T:
    kept: dict[str, Any] = {}
    if problems.keeps_unknown and issubclass(cls, Body):
        known = _names(cls)
        kept["extra"] = {name: item for name, item in value.items() if name not in known} or None
    for field in attrs.fields(cast("Any", cls)):
        if field.name in kept:
            continue
        name = _spelling(json_name(cls, field.name), value)
        place = f"{path}.{name}"
        if name in value:
            try:
                kept[field.name] = _read(field.type, value[name], place, problems)
                continue
            except _Misfit as misfit:
                problems.append(Problem(place, str(misfit)))
                if field.default not in (None, (), attrs.NOTHING):
                    raise _Misfit(f"{place} did not fit") from None  # its default would be an invention
        elif field.default is attrs.NOTHING:
            problems.append(Problem(place, "missing"))
        if field.default is attrs.NOTHING:
            kept[field.name] = _empty(field.type, place)
    return fill(cls, kept)


def _spelling(name: str, value: Mapping[str, Any]) -> str:
    """Return the name under which a member came."""
    if name in value:
        return name
    return next((other for other in spellings(name) if other in value), name)


def _empty(annotation: Any, place: str) -> Any:
    kind = _bare(annotation)
    if isinstance(kind, type) and issubclass(kind, str):
        return kind("")
    raise _Misfit(f"{place} is required and did not fit")


def _read(annotation: Any, value: Any, path: str, problems: Problems) -> Any:
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Annotated:  # a datetime so marked needs a zone; a bare one (settlements) stays as it comes
        if members[0] is datetime:
            return _read_moment(value)
        return _read(
            members[0], unquote(annotation, value) if is_quoted(annotation) else value, path, problems
        )
    if origin in (Union, types.UnionType):
        return _read_union(members, value, path, problems)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _read_mapping(members[1], value, path, problems)
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return _read_sequence(members[0], value, path, problems)
    if annotation is Any or annotation is object:
        return value
    if attrs.has(annotation):
        if not isinstance(value, Mapping):
            raise _Misfit(_expected("an object", value))
        return _read_object(cast("type[Any]", annotation), cast("Mapping[str, Any]", value), path, problems)
    return _read_plain(annotation, value)


def _read_union(members: tuple[Any, ...], value: Any, path: str, problems: Problems) -> Any:
    if value is None and _NONE in members:
        return None
    kinds = [member for member in members if member is not _NONE]
    if value == "" and {date, datetime} & {_bare(kind) for kind in kinds}:
        return None
    return _read(kinds[0], value, path, problems)


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _read_mapping(kind: Any, value: Any, path: str, problems: Problems) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _Misfit(_expected("an object", value))
    kept: dict[str, Any] = {}
    for key, item in cast("Mapping[str, Any]", value).items():
        if len(problems) >= _MOST_PROBLEMS:
            break
        try:
            kept[key] = _read(kind, item, f"{path}.{key}", problems)
        except _Misfit as misfit:
            problems.append(Problem(f"{path}.{key}", str(misfit)))
    return kept


def _read_sequence(kind: Any, value: Any, path: str, problems: Problems) -> tuple[Any, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _Misfit(_expected("a list", value))
    kept: list[Any] = []
    for index, item in enumerate(cast("list[object]", value)):
        if len(problems) >= _MOST_PROBLEMS:
            problems.append(Problem(f"{path}[{index}]", "the rest was not read: too much does not fit"))
            break
        try:
            kept.append(_read(kind, item, f"{path}[{index}]", problems))
        except _Misfit as misfit:
            problems.append(Problem(f"{path}[{index}]", str(misfit)))
    return tuple(kept)


def _read_plain(kind: type[Any], value: Any) -> Any:
    for known, reader in _PLAIN.items():
        if issubclass(kind, known):
            return reader(kind, value)
    raise _Misfit(f"no reader for {kind.__name__}")


def _read_text(kind: type[Any], value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # documented: ids come as numbers too
    if not isinstance(value, str):
        raise _Misfit(_expected("a text", value))
    return kind(value)


def _read_bool(_: type[Any], value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"  # documented: pre_auth comes as "false" too
    if not isinstance(value, bool):
        raise _Misfit(_expected("true or false", value))
    return value


def _read_int(_: type[Any], value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _Misfit(_expected("a whole number", value))
    if isinstance(value, Decimal) and (abs(value.adjusted()) > 20 or value != value.to_integral_value()):
        raise _Misfit(_expected("a whole number", value))
    return int(value)


def _read_decimal(_: type[Any], value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _Misfit(_expected("a number", value))
    return Decimal(value)


def _read_float(_: type[Any], value: Any) -> float:
    return float(_read_decimal(Decimal, value))


def _read_date(_: type[Any], value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Misfit(_expected("an ISO 8601 date", value)) from None


def _read_bare_time(_: type[Any], value: Any) -> datetime:
    return _read_moment(value, zoneless="")


def _read_moment(value: Any, *, zoneless: str = "+00:00") -> datetime:
    try:
        return read_time(value, zoneless=zoneless)
    except (TypeError, ValueError):
        raise _Misfit(_expected("an ISO 8601 time", value)) from None


def _expected(what: str, value: object) -> str:
    # The value itself is not shown: it may be a card number in the wrong place. It is in `raw`.
    return f"expected {what}, got {_JSON_NAMES.get(type(value), type(value).__name__)}"


_JSON_NAMES: Final[Mapping[type[Any], str]] = {
    str: "a text",
    int: "a number",
    Decimal: "a fraction",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    _NONE: "null",
}

_PLAIN: Final[Mapping[type[Any], Callable[[type[Any], Any], Any]]] = {
    enum.StrEnum: _read_text,
    str: _read_text,
    bool: _read_bool,
    int: _read_int,
    Decimal: _read_decimal,
    float: _read_float,
    datetime: _read_bare_time,
    date: _read_date,
}
