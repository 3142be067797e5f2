"""How cattrs reads and writes the parts of a body: hooks for each class, compiled on first use.

It is imported with the first body that a program names: one that only reads does without cattrs.
"""

import functools
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.fns import identity
from cattrs.gen import make_dict_unstructure_fn, override

from pinelabs_async.money import Money
from pinelabs_async.wire.names import json_name
from pinelabs_async.wire.quoted import is_quoted, unquote
from pinelabs_async.wire.shape import Body, is_shape, is_tuple
from pinelabs_async.wire.times import read_time, write_time

Writer = Callable[[Any], Any]
"""What turns an object into what JSON can say."""


def make_converter(writer_of: Callable[[type[Any]], Writer]) -> Converter:
    """Make the converter.

    Args:
        writer_of: What knows the writer of each class.
    """
    made = Converter(prefer_attrib_converters=False, detailed_validation=False)
    for plain in (int, bool, float, Decimal):
        made.register_structure_hook(plain, _keep)
    made.register_structure_hook_func(_is_plain, _keep)
    made.register_structure_hook_func(is_quoted, lambda value, kind: unquote(kind, value))
    made.register_structure_hook_factory(is_tuple, functools.partial(_make_tuple_reader, made))
    made.register_structure_hook(str, _read_text)
    made.register_structure_hook(datetime, lambda value, _: read_time(value))
    made.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    made.register_structure_hook(Money, _read_money)
    made.register_structure_hook_factory(is_shape, functools.partial(_make_reader, made))
    made.register_unstructure_hook(datetime, _write_moment)
    made.register_unstructure_hook(date, date.isoformat)
    made.register_unstructure_hook_factory(is_shape, functools.partial(_make_writer, made, writer_of))
    made.register_unstructure_hook_factory(
        _member_of_optional, functools.partial(_make_optional_writer, made)
    )
    made.register_unstructure_hook_factory(_is_json, _make_no_writer)
    return made


def _is_plain(cls: Any) -> bool:
    """Tell whether a value is left to the check of the field that receives it."""
    if cls in (Any, object) or set(get_args(cls)) - {type(None)} == {bool, str}:
        return True
    if isinstance(cls, type) and issubclass(cls, StrEnum):
        return True
    members = get_args(cls)
    return StrEnum in {base for member in members if isinstance(member, type) for base in member.__mro__}


def _is_json(annotation: Any) -> bool:
    """Tell whether the encoder writes such values by itself."""
    if get_origin(annotation) is Annotated:
        return _is_json(get_args(annotation)[0])
    if isinstance(annotation, type) and not get_args(annotation):
        return issubclass(annotation, (str, int, Decimal))
    if is_tuple(annotation) or isinstance(annotation, UnionType) or get_origin(annotation) is Union:
        return all(kind in (type(None), ...) or _is_json(kind) for kind in get_args(annotation))
    return False


def _member_of_optional(annotation: Any) -> Any:
    """Return what is there where it is not ``None``, which is left out before anything is written."""
    if not isinstance(annotation, UnionType) and get_origin(annotation) is not Union:
        return None
    members = [kind for kind in get_args(annotation) if kind is not type(None)]
    return members[0] if len(members) == 1 else None


def _keep(value: Any, _: Any) -> Any:
    return value


def _write_moment(value: datetime) -> str:
    # Only answers hold naive times, as they came; a body refuses them.
    return value.isoformat() if value.utcoffset() is None else write_time(value)


def _read_text(value: Any, _: Any) -> Any:
    # References are numbers in some of the vendor's own samples; as a text nothing of them is lost.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _read_money(value: Any, _: Any) -> Money:
    if not isinstance(value, Mapping) or "value" not in value:
        raise TypeError(f"an amount is an object with value and currency, not {type(value).__name__}.")  # pyright: ignore[reportUnknownArgumentType]  # any JSON
    members = cast("Mapping[str, Any]", value)
    unknown = sorted(set(members) - {"value", "currency"})
    if unknown:
        raise ValueError(f"an amount has value and currency, and no {', '.join(unknown)}.")
    return Money(**members)


def _make_tuple_reader(converter: Converter, cls: Any) -> Callable[[Any, Any], Any]:
    kind = get_args(cls)[0]
    read = converter.get_structure_hook(kind)

    def read_all(value: Any, _: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            return value  # the check of the field says what is wrong with it
        return tuple(read(item, kind) for item in cast("list[Any]", value))

    return read_all


def _make_reader(converter: Converter, cls: type[Any]) -> Callable[[Any, Any], Any]:
    fields = {json_name(cls, field.name): field for field in attrs.fields(cls) if field.name != "extra"}
    hooks = {name: converter.get_structure_hook(field.type) for name, field in fields.items()}
    takes_extra = issubclass(cls, Body)
    class_for = getattr(cls, "class_for", None)

    def read(value: Any, _: Any) -> Any:
        if not isinstance(value, Mapping):
            raise TypeError(f"{cls.__name__} is read from an object, not from {type(value).__name__}.")
        if class_for is not None and (chosen := class_for(value)) is not cls:
            return converter.structure(value, chosen)
        known: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, item in cast("Mapping[str, Any]", value).items():
            field = fields.get(name)
            if field is None:
                extra[name] = item
            elif field.init and item is not None:
                known[field.name] = _read_field(f"{cls.__name__}.{name}", item, hooks[name], field.type)
            elif not field.init and item != field.default:
                raise ValueError(f"{cls.__name__}.{name} is always {field.default}, not {item!r}.")
        if extra and takes_extra:
            known["extra"] = extra
        return cls(**known)

    return read


def _read_field(where: str, item: Any, hook: Callable[[Any, Any], Any], annotation: Any) -> Any:
    try:
        return hook(item, annotation)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{where}: {error}") from None


def _make_optional_writer(converter: Converter, annotation: Any) -> Writer:
    write: Writer = converter.get_unstructure_hook(_member_of_optional(annotation))
    return write


def _make_no_writer(_: Any) -> Writer:
    return cast("Writer", identity)  # cattrs knows it, and writes no call of it


def _make_writer(converter: Converter, writer_of: Callable[[type[Any]], Writer], cls: type[Any]) -> Writer:
    changes = {
        field.name: override(omit_if_default=field.default in (None, ()), rename=json_name(cls, field.name))
        for field in attrs.fields(cls)
    }
    takes_extra = issubclass(cls, Body)
    if takes_extra:
        changes["extra"] = override(omit=True)
    make = cast("Any", make_dict_unstructure_fn)  # it takes field names as keywords beside its own
    write_fields = make(cls, converter, _cattrs_include_init_false=True, **changes)

    def write(obj: Any) -> Any:
        if type(obj) is not cls:  # declared as its base class: what it really is has more fields
            return writer_of(obj.__class__)(obj)
        written: dict[str, Any] = write_fields(obj)
        if takes_extra and cls.BARE is not None:
            return written[cls.BARE]
        if takes_extra and obj.extra:
            written.update(converter.unstructure(obj.extra))
        return written

    return write
