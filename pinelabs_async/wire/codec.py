"""The one converter: attrs classes to and from the gateway's JSON.

A body is read and written by cattrs; reading it runs the class's own checks. An answer takes the fast way:
msgspec, compiled for the class, straight from the bytes. Where that refuses, the tolerant pass
(``tolerant.py``) keeps what fits.
"""

import functools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import attrs
import msgspec
from cattrs import Converter
from cattrs.fns import identity
from cattrs.gen import make_dict_unstructure_fn, override

from pinelabs_async.money import Money
from pinelabs_async.wire import tolerant
from pinelabs_async.wire.lifetime import watch_forks
from pinelabs_async.wire.redact import without_frames
from pinelabs_async.wire.shape import (
    Answer,
    Body,
    Problem,
    Received,
    Renamed,
    Shape,
    attach,
    json_name,
    prepare_checks,
    read_json,
)
from pinelabs_async.wire.times import read_time, write_time

T = TypeVar("T")
A = TypeVar("A", bound=Answer)


class _Compiling:
    """Let one thread compile at a time: cattrs compiles hooks on first use and promises nothing to threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin with a lock that no thread of the parent holds."""
        self.lock = threading.RLock()


_compiling = _Compiling()
# Some documented answers are camelCase, wholly or in part: they have one of these.
_CAMEL_TIME = b'"createdAt"'
_CAMEL_AMOUNT = b'"paymentAmount"'
_decoders: dict[tuple[type[Any], str | None], msgspec.json.Decoder[Any] | None] = {}
_writers: dict[type[Any], Callable[[Any], Any]] = {}
_readers: dict[type[Any], Callable[[Any, Any], Any]] = {}


def to_json(obj: object) -> bytes:
    """Write a body, an answer or any part of one as JSON; fields that are ``None`` are left out.

    A time is written in UTC; only answers can hold one without a zone, which is written as it came.

    Raises:
        TypeError: something JSON cannot say.
    """
    plain = _writer_of(obj.__class__)(obj)
    try:
        return _encoder().encode(plain)
    except UnicodeEncodeError:  # an answer may hold half a character; UTF-8 cannot, its escape can
        return _encoder().encode(_escaped(plain))


def _escaped(plain: Any) -> Any:
    """Write texts that UTF-8 cannot say with escapes; in the name of a member there is room for a ``?`` only."""
    if isinstance(plain, dict):
        members = cast("dict[str, Any]", plain)
        return {name.encode(errors="replace").decode(): _escaped(value) for name, value in members.items()}
    if isinstance(plain, (list, tuple)):
        return [_escaped(item) for item in cast("Sequence[Any]", plain)]
    if isinstance(plain, str) and not plain.isascii():
        return msgspec.Raw(json.dumps(plain).encode())
    return plain


def from_json(cls: type[T], data: bytes | str | Mapping[str, Any] | Sequence[Any]) -> T:
    """Read JSON, or a mapping or list that was JSON, into a class of this SDK.

    A body is checked as if you had made it yourself; fields that are not modelled go into ``extra``.
    An answer is read as one from the gateway: what does not fit is listed in its ``problems``.

    Raises:
        ValueError: not JSON, not an object, or a value that the class refuses; the message names the field.
        TypeError: a value of the wrong type; the message names the field.
    """
    try:
        return _from_json(cls, data)
    except (TypeError, ValueError) as error:
        wrong = without_frames(error)
    del data  # a traceback with locals shall not show what was given
    raise wrong


def _from_json(cls: type[T], data: bytes | str | Mapping[str, Any] | Sequence[Any]) -> T:
    if not _is_shape(cls):
        raise TypeError(f"{getattr(cls, '__name__', cls)} is not read from JSON.")
    if issubclass(cls, Answer):
        if not isinstance(data, (bytes, str)):
            data = _encoder().encode(dict(data) if isinstance(data, Mapping) else list(data))
        return decode(cls, data.encode() if isinstance(data, str) else data)
    parsed: Any = read_json(data) if isinstance(data, (bytes, str)) else data
    bare = getattr(cls, "BARE", None)
    if bare is not None and isinstance(parsed, (list, tuple)):
        parsed = {bare: cast("Sequence[Any]", parsed)}
    if isinstance(parsed, Mapping):
        parsed = dict(cast("Mapping[str, Any]", parsed))
    if not isinstance(parsed, dict):
        raise ValueError(f"{cls.__name__} is read from a JSON object, not from {type(parsed).__name__}.")
    return cast("T", _reader_of(cls)(parsed, cls))


def decode(cls: type[A], body: bytes, *, envelope: str | None = None, request_id: str = "") -> A:
    """Read an answer from the gateway: its object is in the member ``envelope``, or is the whole JSON.

    Raises:
        ValueError: the body is no JSON object, so that nothing of it can be kept.
    """
    answer, problems = _decode(cls, body, envelope)
    attach(answer, Received(body, problems, request_id))
    return answer


def _decode(cls: type[A], body: bytes, envelope: str | None) -> tuple[A, tuple[Problem, ...]]:
    if cls is Answer:  # it has no fields, so any JSON fits
        read_json(body)
        return cls(), ()
    key = (cls, envelope)
    decoder = _decoders[key] if key in _decoders else _decoder_of(*key)
    if decoder is None:
        return tolerant.read(cls, read_json(body), envelope)
    if cls.BARE is not None and body.lstrip()[:1] == b"[":
        body = b'{"%s":%s}' % (cls.BARE.encode(), body)
    try:
        decoded = decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return tolerant.read(cls, read_json(body), envelope)
    answer = decoded if envelope is None else decoded.held
    if getattr(answer, "created_at", answer) is None and (_CAMEL_TIME in body or _CAMEL_AMOUNT in body):
        return tolerant.read(cls, read_json(body), envelope)
    return answer, ()


def trace(body: object, names: Sequence[str]) -> dict[str, Any]:
    """Return some members of a body as JSON; ``payments.payment_amount`` is that of each of the payments."""
    whole = msgspec.json.decode(to_json(body))
    bare = getattr(body, "BARE", None)
    if bare is not None:
        whole = {bare: whole}
    kept: dict[str, Any] = {}
    for name in names:
        _keep_member(whole, kept, name.split("."))
    return kept


def _keep_member(source: Mapping[str, Any], kept: dict[str, Any], path: Sequence[str]) -> None:
    name, *rest = path
    value = source.get(name)
    if value is None:
        return
    if not rest:
        kept[name] = value
        return
    items: list[dict[str, Any]] = kept.setdefault(name, [{} for _ in value])
    for item, part in zip(value, items, strict=True):
        _keep_member(item, part, rest)


def recall(cls: type[T], members: Mapping[str, Any]) -> T:
    """Make a body again of what ``trace`` kept of it; everything else is None, or an empty tuple."""
    made = object.__new__(cls)
    for field in attrs.fields(cast("Any", cls)):
        value = members.get(json_name(cls, field.name))
        object.__setattr__(made, field.name, _recall(field.type, value))
    return made


def _recall(annotation: Any, value: Any) -> Any:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    if _is_tuple(annotation):
        return tuple(_recall(kinds[0], item) for item in value or ())
    if value is None:
        return None
    if kinds:
        return _recall(kinds[0], value)
    if _is_shape(annotation):
        return recall(annotation, value)
    return _converter().get_structure_hook(annotation)(value, annotation)


def prepare(cls: type[Any], envelope: str | None = None) -> None:
    """Compile what making, reading and writing a class needs."""
    _writer_of(cls)
    prepare_checks(cls)
    if not issubclass(cls, Answer):
        _reader_of(cls)
    else:
        _decoder_of(cls, envelope)


@functools.cache
def _encoder() -> msgspec.json.Encoder:
    return msgspec.json.Encoder(decimal_format="number", enc_hook=_plain)


def _plain(value: Any) -> Any:
    """Take texts and numbers of classes of their own, as frameworks make them, for what they hold."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    raise TypeError(f"JSON has nothing for {type(value).__name__}.")


def _decoder_of(cls: type[Any], envelope: str | None) -> msgspec.json.Decoder[Any] | None:
    """Compile the fast way for a class; None where it has none: it knows no other names, and no extra members."""
    if (cls, envelope) in _decoders:
        return _decoders[cls, envelope]
    decoder = None
    if not issubclass(cls, Renamed) and not cls.SENT_BACK:
        with _compiling.lock:
            whole = cls if envelope is None else _wrap(cls, envelope)
            decoder = msgspec.json.Decoder(whole, float_hook=Decimal)
    _decoders[cls, envelope] = decoder
    return decoder


def _wrap(cls: type[Any], envelope: str) -> type[Any]:
    return msgspec.defstruct("Envelope", [("held", cls)], rename={"held": envelope})


def _writer_of(cls: type[Any]) -> Callable[[Any], Any]:
    writer = _writers.get(cls)
    if writer is None:
        with _compiling.lock:
            writer = _writers[cls] = _converter().get_unstructure_hook(cls)
    return writer


def _reader_of(cls: type[Any]) -> Callable[[Any, Any], Any]:
    reader = _readers.get(cls)
    if reader is None:
        with _compiling.lock:
            reader = _readers[cls] = _converter().get_structure_hook(cls)
    return reader


@functools.cache
def _converter() -> Converter:
    converter = Converter(prefer_attrib_converters=False, detailed_validation=False)
    for plain in (int, bool, float, Decimal):
        converter.register_structure_hook(plain, _keep)
    converter.register_structure_hook_func(_is_plain, _keep)
    converter.register_structure_hook_func(
        tolerant.is_quoted, lambda value, kind: tolerant.unquote(kind, value)
    )
    converter.register_structure_hook_factory(_is_tuple, functools.partial(_make_tuple_reader, converter))
    converter.register_structure_hook(str, _read_text)
    converter.register_structure_hook(datetime, lambda value, _: read_time(value))
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    converter.register_structure_hook(Money, _read_money)
    converter.register_structure_hook_factory(_is_shape, functools.partial(_make_reader, converter))
    converter.register_unstructure_hook(datetime, _write_moment)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook_factory(_is_shape, functools.partial(_make_writer, converter))
    converter.register_unstructure_hook_factory(
        _member_of_optional, functools.partial(_make_optional_writer, converter)
    )
    converter.register_unstructure_hook_factory(_is_json, _make_no_writer)
    return converter


def _is_shape(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Shape)


def _is_tuple(cls: Any) -> bool:
    return get_origin(cls) is tuple


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
    if _is_tuple(annotation) or isinstance(annotation, UnionType) or get_origin(annotation) is Union:
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


def _make_optional_writer(converter: Converter, annotation: Any) -> Callable[[Any], Any]:
    write: Callable[[Any], Any] = converter.get_unstructure_hook(_member_of_optional(annotation))
    return write


def _make_no_writer(_: Any) -> Callable[[Any], Any]:
    return cast("Callable[[Any], Any]", identity)  # cattrs knows it, and writes no call of it


def _make_writer(converter: Converter, cls: type[Any]) -> Callable[[Any], Any]:
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
            return _writer_of(obj.__class__)(obj)
        written: dict[str, Any] = write_fields(obj)
        if takes_extra and cls.BARE is not None:
            return written[cls.BARE]
        if takes_extra and obj.extra:
            written.update(converter.unstructure(obj.extra))
        return written

    return write
