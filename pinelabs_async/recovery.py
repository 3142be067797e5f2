"""Finding out by reading what became of a write: of the one an error speaks of, or of those a crash left open."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pinelabs_async.errors import ApiError, AuthenticationError, ConfigurationError, PineLabsError
from pinelabs_async.wire.call import Caller
from pinelabs_async.wire.intent import Intent, Resolution
from pinelabs_async.wire.operation import Repeat
from pinelabs_async.wire.settings import Options

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
    journal = caller.settings.journal
    if journal is None:
        raise ConfigurationError(
            'this Session has no journal: Session(..., journal=SQLiteIntentStore("intents.db")).'
        )
    age = options.deadline + caller.settings.grace if older_than is None else older_than
    made_before = datetime.now(UTC) - timedelta(seconds=age)
    found: dict[str, Resolution] = {}
    for intent in await journal.pending():
        if intent.at <= made_before and intent.key not in caller.under_way:
            found[intent.key] = await _look_among_others(caller, options, intent)
    for key, resolution in found.items():  # only now: a read that fails must not swallow what others told
        await caller.settle(journal, key, resolution.carried_out)
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
    return await caller.resolve(intent, operation, options)
