"""Attrs classes to and from the gateway's JSON.

A body is read and written by cattrs (``converter.py``, imported when it is needed); reading it runs the
class's own checks. An answer takes the fast way: msgspec, compiled for the class, straight from the bytes.
One whose JSON has names of its own is renamed on the way (``renaming.py``). Where the fast way refuses, the
tolerant pass (``tolerant.py``) keeps what fits.
"""

import functools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, cast, get_args, get_origin

import attrs
import msgspec

from pinelabs_async.wire import tolerant
from pinelabs_async.wire.lifetime import watch_forks
from pinelabs_async.wire.names import Renamed, json_name
from pinelabs_async.wire.redact import without_frames
from pinelabs_async.wire.shape import (
    Answer,
    Problem,
    Received,
    attach,
    is_shape,
    is_tuple,
    parse_float,
    prepare_checks,
    read_json,
)

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
A = TypeVar("A", bound=Answer)

# Some documented answers are camelCase, wholly or in part: they have one of these.
_CAMEL_TIME = b'"createdAt"'
_CAMEL_AMOUNT = b'"paymentAmount"'
_Reader = Callable[[bytes], tuple[Any, tuple[Problem, ...]]]
_readers: dict[tuple[type[Any], str | None], _Reader] = {}
_body_readers: dict[type[Any], Callable[[Any, Any], Any]] = {}
_writers: dict[type[Any], Callable[[Any], Any]] = {}


class _Compiling:
    """Let one thread compile at a time: cattrs compiles hooks on first use and promises nothing to threads."""

    def __init__(self) -> None:
        self.lock: AbstractContextManager[Any] = threading.RLock()
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin with a lock that no thread of the parent holds."""
        self.lock = threading.RLock()


_compiling: Final = _Compiling()


@functools.cache
def _converter() -> "Converter":
    from pinelabs_async.wire.converter import make_converter  # noqa: PLC0415  # it imports cattrs

    return make_converter(_writer_of)


def _body_reader_of(cls: type[Any]) -> Callable[[Any, Any], Any]:
    """Return what makes an object of a class of parsed JSON, and runs the class's checks."""
    made = _body_readers.get(cls)
    if made is None:
        with _compiling.lock:
            made = _body_readers[cls] = _converter().get_structure_hook(cls)
    return made


def _writer_of(cls: type[Any]) -> Callable[[Any], Any]:
    """Return what turns an object of a class into what JSON can say."""
    made = _writers.get(cls)
    if made is None:
        with _compiling.lock:
            made = _writers[cls] = _converter().get_unstructure_hook(cls)
    return made


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
    if not is_shape(cls):
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
    return cast("T", _body_reader_of(cls)(parsed, cls))


def decode(cls: type[A], body: bytes, *, envelope: str | None = None, request_id: str = "") -> A:
    """Read an answer from the gateway: its object is in the member ``envelope``, or is the whole JSON.

    Raises:
        ValueError: the body is no JSON object, so that nothing of it can be kept.
    """
    read = _readers.get((cls, envelope)) or _compile(cls, envelope)
    answer: A
    answer, problems = read(body)
    attach(answer, Received(body, problems, request_id))
    return answer


def _compile(cls: type[Answer], envelope: str | None) -> _Reader:
    reader = _readers[cls, envelope] = _reader_for(cls, envelope)
    return reader


def _reader_for(cls: type[Answer], envelope: str | None) -> _Reader:
    """Make what reads an answer; all that is known of its class is asked here, once."""

    def patiently(body: bytes) -> tuple[Any, tuple[Problem, ...]]:
        return tolerant.read(cls, read_json(body), envelope)

    def barely(body: bytes) -> tuple[Any, tuple[Problem, ...]]:
        read_json(body)  # there are no fields, so any JSON fits
        return cls(), ()

    if cls is Answer:
        return barely
    if cls.SENT_BACK:  # the fast way keeps no members that are not modelled
        return patiently
    if issubclass(cls, Renamed):
        return _renaming_reader_for(cls, envelope, patiently)
    with _compiling.lock:
        whole: Any = cls if envelope is None else _wrap(cls, envelope)
        decode = msgspec.json.Decoder(whole, float_hook=parse_float).decode
    bare = None if cls.BARE is None else cls.BARE.encode()
    may_be_camel = "created_at" in attrs.fields_dict(cls)

    def swiftly(body: bytes) -> tuple[Any, tuple[Problem, ...]]:
        if bare is not None and body.lstrip()[:1] == b"[":
            body = b'{"%s":%s}' % (bare, body)
        try:
            decoded = decode(body)
        except Exception:  # noqa: BLE001  # whatever this way meets, the patient one decides
            return patiently(body)
        answer = decoded if envelope is None else decoded.held
        if may_be_camel and answer.created_at is None and (_CAMEL_TIME in body or _CAMEL_AMOUNT in body):
            return patiently(body)
        return answer, ()

    return swiftly


def _renaming_reader_for(cls: type[Answer], envelope: str | None, patiently: _Reader) -> _Reader:
    from pinelabs_async.wire.renaming import renaming_of  # noqa: PLC0415  # few answers need it

    rename = renaming_of(cls)
    with _compiling.lock:
        parse = msgspec.json.Decoder(float_hook=parse_float).decode
        msgspec.json.Decoder(cls)  # for all that read the class, it is compiled once

    def swiftly(body: bytes) -> tuple[Any, tuple[Problem, ...]]:
        try:
            held = parse(body)
            if envelope is not None and isinstance(held, dict):
                held = cast("dict[str, Any]", held).get(envelope)
            renamed = rename(held)
            answer = msgspec.convert(renamed, cls) if renamed else None
        except Exception:  # noqa: BLE001  # whatever this way meets, the patient one decides
            answer = None
        return patiently(body) if answer is None else (answer, ())

    return swiftly


def _wrap(cls: type[Any], envelope: str) -> type[Any]:
    return msgspec.defstruct("Envelope", [("held", cls)], rename={"held": envelope})


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
    if is_tuple(annotation):
        return tuple(_recall(kinds[0], item) for item in value or ())
    if value is None:
        return None
    if kinds:
        return _recall(kinds[0], value)
    if is_shape(annotation):
        return recall(annotation, value)
    return _body_reader_of(annotation)(value, annotation)


def prepare_writing(cls: type[Any]) -> None:
    """Compile what making and writing an object of a class needs."""
    _writer_of(cls)
    prepare_checks(cls)


def prepare_reading(cls: type[Any], envelope: str | None = None) -> None:
    """Compile what reading an object of a class needs."""
    if not issubclass(cls, Answer):
        _body_reader_of(cls)
    elif (cls, envelope) not in _readers:
        _compile(cls, envelope)


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
