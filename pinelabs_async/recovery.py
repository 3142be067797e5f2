"""Finding out by reading what became of a write: of the one an error speaks of, or of those a crash left open."""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pinelabs_async.errors import (
    ApiError,
    AuthenticationError,
    ConfigurationError,
    InvalidRequestError,
    NotFoundError,
    PineLabsError,
)
from pinelabs_async.wire import codec
from pinelabs_async.wire.call import Caller
from pinelabs_async.wire.intent import Intent, Resolution
from pinelabs_async.wire.operation import Evidence, Operation, Repeat
from pinelabs_async.wire.settings import Options
from pinelabs_async.wire.shape import Body

_log: Final = logging.getLogger("pinelabs")


async def resolve(caller: Caller, options: Options, error: PineLabsError) -> Resolution:
    """Find out what became of the call that an error speaks of."""
    intent = Intent(
        key=error.request_id or "",
        operation=error.operation or "",
        ids=error.ids,
        reference=error.reference,
        request_id=error.request_id,
        members=error.members,
    )
    if error.outcome != "unknown":
        return Resolution(carried_out=False, intent=intent)
    return await _look(caller, options, intent)


async def recover(caller: Caller, options: Options, older_than: float | None) -> Sequence[Resolution]:
    """Find out what became of the writes that are open in the journal, and settle what was found out."""
    recorder = caller.recorder
    if recorder is None:
        raise ConfigurationError(
            'this Session has no journal: Session(..., journal=SQLiteIntentStore("intents.db")).'
        )
    age = options.deadline + caller.settings.grace if older_than is None else older_than
    made_before = datetime.now(UTC) - timedelta(seconds=age)
    found: dict[str, Resolution] = {}
    for intent in await recorder.journal.pending():
        if intent.at <= made_before and intent.key not in recorder.under_way:
            found[intent.key] = await _look_among_others(caller, options, intent)
    for key, resolution in found.items():  # only now: a read that fails must not swallow what others told
        await recorder.settle(key, resolution.carried_out)
    return tuple(found.values())


async def _look_among_others(caller: Caller, options: Options, intent: Intent) -> Resolution:
    """Look one up; what the gateway refuses to tell stays open, and keeps nobody from looking for the others."""
    try:
        return await _look(caller, options, intent)
    except AuthenticationError:
        raise
    except ApiError as error:
        _log.info("%s: its look-up was refused with %s", intent.operation, type(error).__name__)
        return Resolution(carried_out=None, intent=intent)


async def _look(caller: Caller, options: Options, intent: Intent) -> Resolution:
    from pinelabs_async.api import OPERATIONS  # noqa: PLC0415  # it imports every group it is asked for

    operation = OPERATIONS.get(intent.operation)
    if operation is None:
        return Resolution(carried_out=None, intent=intent)
    if operation.repeat is Repeat.READ:  # there was nothing to carry out
        return Resolution(carried_out=False, intent=intent)
    return await _read(caller, options, intent, operation)


async def _read(caller: Caller, options: Options, intent: Intent, operation: Operation[Any]) -> Resolution:
    """Find out by reading what became of a write."""
    if operation.lookup is None or (operation.intent and not intent.members):
        return Resolution(carried_out=None, intent=intent)
    ids = tuple(intent.ids.get(name, "") for name in operation.id_names)
    kind, meant = operation.body, None
    if kind is not None and issubclass(kind, Body):  # of a file nothing is kept
        meant = codec.recall(kind, intent.members)
    ends_at = time.monotonic() + options.deadline
    try:
        found = await caller.read_up(operation.lookup, ids, meant, options, ends_at)
    except (InvalidRequestError, NotFoundError, ConfigurationError):
        # The gateway knows no such thing, which here is no proof; or this Session cannot ask for it.
        found = Evidence.UNCLEAR
    if found is Evidence.ABSENT:
        return Resolution(carried_out=False, intent=intent)
    if found is Evidence.UNCLEAR:
        return Resolution(carried_out=None, intent=intent)
    if found is Evidence.GONE:
        return Resolution(carried_out=True, intent=intent)
    return Resolution(carried_out=True, found=found, intent=intent)
