"""What an operation of the gateway is: one declaration that the calls, the tests and the docs all read."""

import enum
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar
from urllib.parse import quote

import attrs

from pinelabs_async.errors import ApiError
from pinelabs_async.wire import codec
from pinelabs_async.wire.content import Content, as_json
from pinelabs_async.wire.query import Query
from pinelabs_async.wire.shape import Answer

T = TypeVar("T", bound=Answer)
T_co = TypeVar("T_co", covariant=True)

_PLACE = re.compile(r"\{(\w+)\}")
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,50}")
_LONGEST_ID: Final = 256  # the gateway's ids and references end at 50 characters
_CHANGES_PATHS: Final = frozenset("/\\%?#;")


class Repeat(enum.StrEnum):
    """How an operation may be repeated when its answer is lost."""

    READ = "READ"
    """It changes nothing: again."""
    BY_REFERENCE = "BY_REFERENCE"
    """It carries a merchant reference that can be looked up."""
    NEVER = "NEVER"
    """Nothing proves that it was not carried out: never again by itself."""


class Evidence(enum.Enum):
    """What a look-up says of a write whose answer was lost, when it does not find the thing itself."""

    ABSENT = "absent"
    """The gateway answered, and there is no such object, or it shows that the write was not carried out."""
    GONE = "gone"
    """The gateway answered that there is no such object, and that is what the write leads to."""
    UNCLEAR = "unclear"
    """It cannot be told: no answer, or an object that is not the one meant."""


class Look(Protocol):
    """Call a READ operation while a write is being resolved."""

    def __call__(
        self, operation: "Operation[T]", *ids: str, query: Query | None = None, body: object = None
    ) -> Awaitable[T]:
        """Return its answer, or raise as a call does."""
        ...


Lookup = Callable[[Look, Sequence[str], Any], Awaitable[Answer | Evidence]]
"""Take a way to look, the ids and the body of the lost write; tell what became of it."""


@attrs.frozen(kw_only=True, eq=False)
class Operation(Generic[T_co]):
    """Declare an operation: how it is called, how it may be repeated, what it takes and answers."""

    name: str
    """Group and verb, e.g. ``orders.create``: the name under which a Session offers it."""
    method: str
    """The HTTP method."""
    path: str
    """The whole path from the host on, ids in braces."""
    repeat: Repeat
    """What may be done when its answer is lost."""
    body: type[Any] | None = None
    """The class of the whole JSON body, or of the form or file that is sent in its place; None where there is none."""
    write: Callable[[Any], Content] = as_json
    """Turn the body into what is sent."""
    answer: type[T_co]
    """The class of the answer, its envelope taken off; ``bytes`` where it is a file."""
    envelope: str | None = "data"
    """The member of the JSON that holds the answer, or None when the JSON is the answer."""
    secured: bool = True
    """Whether the call carries the access token."""
    legacy: bool = False
    """Whether it belongs to the older gateway, with its own hosts and credentials."""
    reference: Callable[[Any], str | None] = attrs.field(default=lambda _: None)
    """Read the merchant reference out of the body."""
    lookup: Lookup | None = None
    """Tell what became of a lost write, by reading only; where the write is never repeated, for resolve alone."""
    intent: Sequence[str] = ()
    """Members of the body that the look-up compares, none of them private: kept on errors and in journals."""
    resend: bool = False
    """Whether it may be sent again once the look-up has proved that it was not carried out."""
    may_be_empty: bool = False
    """Whether a 2xx without a body is a proper answer, as of a delete."""
    refusal: Callable[[Any], tuple[str, str] | None] | None = None
    """Read code and message out of an answer that is a refusal in spite of its 2xx status."""
    lost: Sequence[str] = ()
    """Fields of the answer that a look-up cannot give back."""
    id_names: Sequence[str] = attrs.field(init=False)
    """The names of the ids in the path."""
    literals: Sequence[str] = attrs.field(init=False)
    """What stands in the path before, between and after its ids."""

    def __attrs_post_init__(self) -> None:
        parts = _PLACE.split(self.path)
        object.__setattr__(self, "id_names", tuple(parts[1::2]))
        object.__setattr__(self, "literals", tuple(parts[::2]))

    def __repr__(self) -> str:
        return f"<Operation {self.name}: {self.method} {self.path}, {self.repeat}>"

    def trace(self, body: Any) -> Mapping[str, Any]:
        """Return those members of a body, as JSON."""
        return codec.trace(body, self.intent) if self.intent and body is not None else {}

    def path_for(self, ids: Sequence[str]) -> str:
        """Put ids into the path, quoted.

        Raises:
            TypeError: an id is no text.
            ValueError: an id is empty or would lead to another path; the message names it.
        """
        names = self.id_names
        if len(names) != len(ids):
            raise TypeError(f"{self.name} takes {len(names)} ids ({', '.join(names)}), not {len(ids)}.")
        path = self.literals[0]
        for place, name in enumerate(names):
            path += quote_id(name, ids[place]) + self.literals[place + 1]
        return path


def absence(error: ApiError, code: str) -> Evidence:
    """Say what a refused look-up proves: the gateway's own word that there is no such thing proves its absence.

    That is the code of this very thing, or a 404 with the code that the gateway gives where nothing matches.
    Any other 404 may come from a proxy, or from a gateway that does not know the path.
    """
    nothing_matches = error.status == 404 and error.code == "INVALID_REQUEST"
    return Evidence.ABSENT if error.code == code or nothing_matches else Evidence.UNCLEAR


def quote_id(name: str, value: object) -> str:
    """Quote an id for a path, refusing one that could reach another path.

    Servers and proxies differ in when they decode ``%2F`` and ``..``, so quoting them is not enough.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}.")
    if _PLAIN_ID.fullmatch(value):  # what the gateway's ids look like
        return value
    if not value.strip():
        raise ValueError(f"{name} must not be empty.")
    if len(value) > _LONGEST_ID:
        raise ValueError(f"{name} is {len(value)} characters long; the gateway's ids have at most 50.")
    if value in (".", "..") or any(sign in _CHANGES_PATHS or not sign.isprintable() for sign in value):
        raise ValueError(f"{name} {value!r} is no id: it would change the path of the request.")
    return quote(value, safe="")
