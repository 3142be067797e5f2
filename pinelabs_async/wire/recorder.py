"""What a write was meant to do is kept before it leaves, until it is known what became of it."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from pinelabs_async import errors
from pinelabs_async.wire.intent import Intent, IntentStore
from pinelabs_async.wire.progress import Progress

_log: Final = logging.getLogger("pinelabs")
SETTLE_TIME: Final = 1.0
"""Seconds that a journal gets at least to note how a write ended, whatever the grace is."""


class Recorder:
    """Keep the writes of a Session in its journal.

    Args:
        journal: Where they are kept.
        grace: Seconds that it gets to note how a write ended.
    """

    def __init__(self, journal: IntentStore, grace: float) -> None:
        self.journal: Final = journal
        self.under_way: Final[set[str]] = set()
        """Keys of the writes that are in the journal and not at their end."""
        self._patience = max(grace, SETTLE_TIME)

    async def keep(self, carry_out: Callable[[Progress], Awaitable[Any]], call: Progress) -> Any:
        """Record what a write means to do, carry it out, and note what became of it."""
        try:
            async with asyncio.timeout(max(0.0, call.time_left)):
                await self.journal.record(_intent_of(call))
        except Exception as error:
            raise errors.NotSentError(
                f"the intent could not be recorded ({type(error).__name__}: {error}), so nothing was sent",
                **call.facts(),
            ) from error
        key = call.idempotency_key
        self.under_way.add(key)
        try:
            answer = await carry_out(call)
        except errors.PineLabsError as error:
            await self.settle(key, None if error.outcome == "unknown" else False)
            raise
        except asyncio.CancelledError:
            await self.settle(key, None if call.has_left else False)
            raise
        else:
            call.is_done = True
            # The answer is there, and shall not be lost for a cancellation.
            with contextlib.suppress(asyncio.CancelledError):
                await self.settle(key, carried_out=True)
            return answer
        finally:
            self.under_way.discard(key)

    async def settle(self, key: str, carried_out: bool | None) -> None:
        """Note what became of a write; a store that fails or hangs here must not hide its result."""
        try:
            async with asyncio.timeout(self._patience):
                await self.journal.settle(key, carried_out=carried_out)
        except Exception as error:  # noqa: BLE001  # any store may fail in any way
            _log.warning(
                "an intent could not be settled: %s; recover() will look it up", type(error).__name__
            )


def _intent_of(call: Progress) -> Intent:
    return Intent(
        key=call.idempotency_key,
        operation=call.operation.name,
        ids=dict(zip(call.operation.id_names, call.ids, strict=True)),
        reference=call.reference,
        request_id=call.request_id,
        members=call.operation.trace(call.body),
    )
