"""What bodies and answers are: frozen attrs classes that check themselves when your code makes one.

The checks are compiled from the annotations, once a class, on first use. They run in ``__init__`` only:
the decoder fills an answer without it, so that nothing the gateway sends is refused after money moved.
"""

import functools
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import GenericAlias, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    TypeGuard,
    TypeVar,
    Union,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
)

import attrs

from pinelabs_async.wire.checks import Check, check_of
from pinelabs_async.wire.layout import is_often_partial, keep_defaults_in_class
from pinelabs_async.wire.names import json_name
from pinelabs_async.wire.redact import MASK, Hidden, without_frames

T = TypeVar("T")


class Shape:
    """Be the base of every body and answer: keyword-only, frozen, ``None`` and secrets not shown."""

    __slots__ = ()
    __attrs_attrs__: ClassVar[Any] = ()
    BARE: ClassVar[str | None] = None
    """The field whose list alone is the JSON, where the gateway takes or answers a bare list."""
    SENT_BACK: ClassVar[bool] = False
    """Whether parts of the answer are sent back as they came: they keep in ``extra`` what is not modelled."""

    # One for all: compiling a pair of these for each class took a third of the time that their import takes.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Shape) or other.__class__ is not self.__class__:
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, field.name) for field in self.__attrs_attrs__])

    def __repr__(self) -> str:
        shown: list[str] = []
        for field in self.__attrs_attrs__:
            value = getattr(self, field.name)
            if value is None or value == ():
                continue
            shown.append(f"{field.name}={MASK if is_hidden(field.type) else repr(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(attrs.field,))
def shape(cls: type[T]) -> type[T]:
    """Turn a class into a frozen, keyword-only attrs class whose constructor checks what it is given.

    A field annotated ``Sequence[X]`` takes a list or a tuple and holds a tuple, decoded or made.
    """
    cls.__annotations__ = {name: _immutable(kind) for name, kind in inspect.get_annotations(cls).items()}
    partial = is_often_partial(cls.__annotations__.values())
    made = attrs.define(cls, frozen=True, kw_only=True, slots=not partial, init=False, eq=False, repr=False)
    if partial:
        keep_defaults_in_class(made)
    _give_door(made)
    return made


def _immutable(annotation: Any) -> Any:
    if isinstance(annotation, type):
        return annotation
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Sequence:
        return GenericAlias(tuple, (members[0], ...))
    if origin in (Union, UnionType):
        made = tuple(map(_immutable, members))
        return annotation if made == members else Union[made]  # noqa: UP007  # made of a tuple, not written out
    return annotation


def is_shape(cls: object) -> TypeGuard[type[Shape]]:
    """Tell whether it is a class of a body, an answer or a part of one."""
    return isinstance(cls, type) and issubclass(cls, Shape)


def is_tuple(annotation: object) -> bool:
    """Tell whether it is a tuple of something."""
    return get_origin(annotation) is tuple


def is_hidden(annotation: object) -> bool:
    """Tell whether a field so annotated keeps its value out of ``repr``."""
    if get_origin(annotation) is Annotated:
        return any(isinstance(mark, Hidden) for mark in get_args(annotation)[1:])
    return any(is_hidden(member) for member in get_args(annotation))


def private_texts(value: object, *, hidden: bool = False) -> Iterator[str]:
    """Yield what must not be seen of a body: the texts and numbers of its hidden fields."""
    if isinstance(value, Shape):
        for field in value.__attrs_attrs__:
            yield from private_texts(getattr(value, field.name), hidden=hidden or is_hidden(field.type))
    elif isinstance(value, Mapping):
        for item in cast("Mapping[str, object]", value).values():
            yield from private_texts(item, hidden=hidden)
    elif isinstance(value, (tuple, list)):
        for item in cast("Sequence[object]", value):
            yield from private_texts(item, hidden=hidden)
    elif hidden and isinstance(value, (str, int)) and not isinstance(value, bool):
        yield str(value)


def _give_door(cls: type[Any]) -> None:
    fill: Callable[..., None] = cls.__attrs_init__

    @functools.wraps(fill)
    def __init__(self: Any, **fields: Any) -> None:  # noqa: N807  # it becomes the class's own
        wrong = _fill(cls, self, fill, fields)
        if wrong is not None:
            del self, fields  # a half-made object has no repr, and what was given shall not be seen
            raise wrong

    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    __init__.__name__ = "__init__"
    type.__setattr__(cls, "__init__", __init__)


def _fill(
    cls: type[Any], made: Any, fill: Callable[..., None], fields: Mapping[str, Any]
) -> TypeError | ValueError | None:
    """Fill an object and check it; return what is wrong, since a traceback from here would hold what was given."""
    try:
        fill(made, **fields)
    except TypeError as error:
        return TypeError(_explain(cls, fields, error))
    try:
        for name, check in _checks(cls):
            given = getattr(made, name)
            kept = check(given, f"{cls.__name__}.{name}")
            if kept is not given:
                object.__setattr__(made, name, kept)
        if fields.get("extra"):
            _refuse_modelled(cls, fields["extra"])
    except (TypeError, ValueError) as error:
        return without_frames(error)
    return None


def _refuse_modelled(cls: type[Any], extra: Mapping[str, Any]) -> None:
    modelled = sorted({json_name(cls, field.name) for field in attrs.fields(cls)} & set(extra))
    if modelled:
        raise ValueError(
            f"{cls.__name__}.extra holds {', '.join(modelled)}, which {cls.__name__} has as a field."
        )


_compiled: dict[type[Any], tuple[tuple[str, Check], ...]] = {}


def parts_of(annotation: Any, found: set[type[Any]] | None = None) -> set[type[Any]]:
    """Return the shapes that an annotation speaks of, what they may hold and may be in their place."""
    found = set() if found is None else found
    for member in get_args(annotation):
        parts_of(member, found)
    if not isinstance(annotation, type) or not issubclass(annotation, Shape) or annotation in found:
        return found
    if attrs.has(annotation):
        found.add(annotation)
        for field in attrs.fields(annotation):
            parts_of(field.type, found)
    for kind in annotation.__subclasses__():
        parts_of(kind, found)
    return found


def prepare_checks(cls: type[Any]) -> None:
    """Compile a class's checks ahead of its first object."""
    _checks(cls)


def _checks(cls: type[Any]) -> tuple[tuple[str, Check], ...]:
    checks = _compiled.get(cls)
    if checks is None:
        checks = _compiled[cls] = tuple(
            (field.name, check_of(field.type, optional=field.default is None)) for field in attrs.fields(cls)
        )
    return checks


def _explain(cls: type[Any], fields: Mapping[str, object], error: TypeError) -> str:
    known = [field.alias for field in attrs.fields(cls) if field.init]
    for name in fields:
        if name not in known:
            from difflib import get_close_matches  # noqa: PLC0415  # most programs make no such mistake

            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"its fields are {', '.join(known)}."
            return f"{cls.__name__} has no field {name!r}; {hint}"
    required = [f.alias for f in attrs.fields(cls) if f.init and f.default is attrs.NOTHING]
    missing = [name for name in required if name not in fields]
    return f"{cls.__name__} needs {', '.join(missing)}." if missing else str(error)


@shape
class Body(Shape):
    """Be a body, or a part of one, that may also carry fields which are not modelled yet."""

    extra: Annotated[Mapping[str, Any], Hidden()] | None = None
    """Fields to send as they are, by their names in JSON. A modelled field cannot be given here."""


@attrs.frozen
class Problem:
    """Say what in an answer did not fit its class; the value itself is in ``raw``."""

    path: str
    """Where in the answer, e.g. ``$.data.order_amount``."""
    message: str
    """What was expected there and what came."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@attrs.define(eq=False, repr=False)  # each answer has one, and a frozen one takes twice the time to make
class Received:
    """Keep what came with an answer."""

    body: bytes
    problems: tuple[Problem, ...] = ()
    request_id: str = ""
    recovered: bool = False


_NOTHING_RECEIVED = Received(b"{}")


class Answer(Shape):
    """Be an answer of the gateway: typed fields, and the JSON as it came in ``raw``."""

    __slots__ = ("_received",)
    _received: Received

    @property
    def raw(self) -> Any:
        """The whole answer as it came, envelope included; numbers with a fraction are ``Decimal``.

        Any, since the gateway may send any JSON. A part of an answer, or an object that you made
        yourself, was not received: its ``raw`` is an empty dict.
        """
        return read_json(self._get_received().body)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What did not fit the class and was left out; empty when everything did."""
        return self._get_received().problems

    @property
    def request_id(self) -> str:
        """The Request-ID of the call that brought this answer: give it to Pine Labs support."""
        return self._get_received().request_id

    @property
    def recovered(self) -> bool:
        """Whether the answer was lost at first and then found by a look-up."""
        return self._get_received().recovered

    @property
    def received_bytes(self) -> bytes:
        """The answer's bytes as they came."""
        return self._get_received().body

    def _get_received(self) -> Received:
        return getattr(self, "_received", _NOTHING_RECEIVED)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        values = {field.name: getattr(self, field.name) for field in self.__attrs_attrs__}
        return _rebuild, (type(self), values, self._get_received())

    # pydantic calls these by name, and only where an answer is in an annotation of its own: FastAPI's handlers
    # return answers and take them in. Any is what it gives and wants; it is not imported otherwise.
    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415  # only those who use it have it

        from pinelabs_async.wire.codec import from_json, to_json  # noqa: PLC0415  # it imports this module

        def validate(given: Any) -> Any:
            if isinstance(given, cls):
                return given
            try:
                return from_json(cls, given)
            except TypeError as error:
                raise ValueError(str(error)) from None  # what pydantic reports as the caller's mistake

        return core_schema.no_info_plain_validator_function(
            validate,
            ref=f"{cls.__module__}.{cls.__qualname__}:{id(cls)}",  # one entry in an OpenAPI document
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda answer: json.loads(to_json(answer))
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        if cls.BARE is not None:
            return {"title": cls.__name__, "type": "array", "items": {}}
        fields: dict[str, Any] = {json_name(cls, field.name): {} for field in cls.__attrs_attrs__}
        return {"title": cls.__name__, "type": "object", "properties": fields}


def attach(answer: Answer, received: Received) -> None:
    """Give an answer what came with it."""
    object.__setattr__(answer, "_received", received)


def adopt(part: T, whole: Answer) -> T:
    """Let a part of an answer, found in it by a look-up, show what the whole was received as."""
    object.__setattr__(part, "_received", whole._get_received())  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # of the same family
    return part


def summary(answer: Answer) -> str:
    """Name an answer for the log: its class, its ids and references, and no other value of it."""
    fields = getattr(type(answer), "__attrs_attrs__", ())
    shown = {
        field.name: getattr(answer, field.name)
        for field in fields
        if field.name.endswith(("_id", "_reference")) and not is_hidden(field.type)
    }
    named = "".join(f" {name}={value}" for name, value in shown.items() if value)
    return f"{type(answer).__name__}{named} request_id={answer.request_id}"


def fill(cls: type[T], values: Mapping[str, Any]) -> T:
    """Make an object without its checks: what the gateway sent stays as it came."""
    made: Any = cls.__new__(cls)
    if not hasattr(cls, "__attrs_init__"):  # an answer that says nothing but that it was done
        return cast("T", made)
    known = {
        field.alias: values[field.name] for field in attrs.fields(cast("Any", cls)) if field.name in values
    }
    made.__attrs_init__(**known)
    return cast("T", made)


def read_json(text: bytes | str) -> Any:
    """Parse JSON without losing digits; raise ``ValueError`` for what is not JSON, NaN and Infinity included."""
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig", errors="replace")
    try:
        return json.loads(
            text, parse_float=parse_float, parse_int=_parse_int, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None  # the library's own error holds the whole text
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def parse_float(digits: str) -> Decimal | str:
    """Return a number with a fraction or an exponent without losing digits; as a text, where no number can hold it."""
    try:
        return Decimal(digits)
    except ArithmeticError:  # an exponent beyond any number; the text stays, since an answer must not be lost
        return digits


def _parse_int(digits: str) -> int | Decimal:
    try:
        return int(digits)
    except ValueError:  # longer than Python turns into an int; no digit is lost
        return Decimal(digits)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _rebuild(cls: type[Answer], values: Mapping[str, Any], received: Received) -> Answer:
    answer = fill(cls, values)
    if received is not _NOTHING_RECEIVED:
        attach(answer, received)
    return answer
