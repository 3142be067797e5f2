"""What reading proves of a write that is never repeated: the look-ups of ``session.resolve`` and ``recover``.

The call itself ends in ``OutcomeUnknownError`` at once, and nothing here is ever a reason to send it again.

- True: what the write leads to is there. The order *is* cancelled, the plan *is* as it was to be, the reference
  *is* on the order; who brought it about does not matter, for that is what the caller wants to know.
- False: the thing is in a final state that excludes it: the write has had no effect, and cannot have it any more.
- None: all else, also a thing that is as it was before. The write may still be under way at the gateway.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeAlias

from pinelabs_async.errors import NotFoundError
from pinelabs_async.wire.operation import Evidence, Look, Lookup, Operation, absence
from pinelabs_async.wire.shape import Answer

Find: TypeAlias = Callable[[Look, Sequence[str], Any], Awaitable[Answer | None]]
"""Take a way to look, the ids and the body of the lost write; read the thing that it was about."""
Same: TypeAlias = Callable[[Any, Any], bool]
"""Take what was found and the body; tell whether the write shows in it."""


def by_id(read: Operation[Any], field: str) -> Find:
    """Read a thing by the first ids of the write; the last of them comes back in this field."""

    async def find(look: Look, ids: Sequence[str], _body: Any) -> Answer | None:
        own = ids[: len(read.id_names)]
        found: Answer = await look(read, *own)
        return found if getattr(found, field) == own[-1] else None

    return find


def _status(found: Any, _ids: Sequence[str]) -> str | None:
    status: str | None = found.status
    return status


def reaches(
    find: Find,
    states: Collection[str],
    *,
    never: Collection[str] = (),
    gone: str | None = None,
    status: Callable[[Any, Sequence[str]], str | None] = _status,
) -> Lookup:
    """Look whether a thing is in a state that the write leads to.

    Args:
        find: How the thing is read.
        states: Those that the write leads to.
        never: Final ones that exclude it.
        gone: The gateway's code for a thing that is not there, where that is what the write leads to.
        status: Read the status, where it is that of a part.
    """

    async def look_up(look: Look, ids: Sequence[str], body: Any) -> Answer | Evidence:
        try:
            found = await find(look, ids, body)
        except NotFoundError as error:
            is_gone = gone is not None and absence(error, gone) is Evidence.ABSENT
            return Evidence.GONE if is_gone else Evidence.UNCLEAR
        state = None if found is None else status(found, ids)
        if found is not None and state in states:
            return found
        return Evidence.ABSENT if state in never else Evidence.UNCLEAR

    return look_up


def shows(find: Find, same: Same) -> Lookup:
    """Look whether a thing shows what the write does; where it does not, nothing is proved."""

    async def look_up(look: Look, ids: Sequence[str], body: Any) -> Answer | Evidence:
        found = await find(look, ids, body)
        return found if found is not None and same(found, body) else Evidence.UNCLEAR

    return look_up


def equal(*names: str, **others: str) -> Same:
    """Compare the members that a body has with those of the thing, under their own names or others."""
    pairs = [*((name, name) for name in names), *others.items()]

    def same(found: Any, body: Any) -> bool:
        meant = [(getattr(body, ours), getattr(found, theirs)) for ours, theirs in pairs]
        given = [(ours, theirs) for ours, theirs in meant if ours is not None]
        return bool(given) and all(ours == theirs for ours, theirs in given)

    return same
