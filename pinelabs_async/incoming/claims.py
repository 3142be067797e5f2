"""Claims on events in a store that may fail, hang, or do as it was told and lose the answer."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Literal

from pinelabs_async.incoming.replay import LEASE, Claim, ReplayStore
from pinelabs_async.incoming.seconds import is_seconds
from pinelabs_async.wire.lifetime import watch_forks

# Together they leave a moment of the five seconds after which the gateway takes a delivery for failed.
_CLAIM_SECONDS: Final = 3.0
_END_SECONDS: Final = 1.5
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_ANSWERS: Final[tuple[Claim, ...]] = ("claimed", "running", "done")
_log: Final = logging.getLogger("pinelabs")


class Claims:
    """Hold the claims on the events that run in this process, from the delivery until their end is noted."""

    def __init__(self, store: ReplayStore) -> None:
        self._store: Final = store
        # A store of somebody else's may have neither, or something else of that name.
        self._renew: Callable[[str, str], Awaitable[bool]] | None = getattr(store, "renew", None)
        lease: object = getattr(store, "lease", None)
        self._lease: float = lease if is_seconds(lease) and lease else LEASE
        self.after_fork()
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin without claims: what runs is the parent's."""
        self._here: dict[str, str] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._marking: set[asyncio.Task[None]] = set()

    @property
    def is_marking(self) -> bool:
        """Whether an event is still to be marked as done."""
        return bool(self._marking)

    async def wait(self) -> None:
        """Wait until every event is marked as done, or given up."""
        while self._marking:
            await asyncio.wait(set(self._marking))

    async def take(self, key: str, owner: str) -> Claim | Literal["failed"]:
        """Claim an event, unless it runs in this process: then whatever became of its lease."""
        if self._here.setdefault(key, owner) != owner:
            return "running"
        taken: Claim | Literal["failed"] = "failed"
        try:
            taken = await self._ask(key, owner)
        finally:
            if taken != "claimed":  # a claim that went through unseen is free after its lease
                self._leave(key, owner)
        return taken

    def keep(self, key: str, owner: str) -> None:
        """Renew a claim until its event is finished or released."""
        if self._renew is not None:
            self._keepers[owner] = _begin(self._keep(self._renew, key, owner))

    async def release(self, key: str, owner: str) -> None:
        """Give an event back; where the store fails, its lease does."""
        self._stop_keeping(owner)
        try:
            await _done(self._store.release, key, owner)
        finally:
            self._leave(key, owner)

    async def finish(self, key: str, owner: str) -> None:
        """Mark an event as done, now or, where the store fails, soon: it counts as handled all the same.

        Whether a mark that failed was set nobody knows, so that its handler must run in this process or never.
        """
        self._stop_keeping(owner)
        marked = True
        try:
            marked = await _done(self._store.finish, key)
        finally:
            if marked:  # or cancelled
                self._leave(key, owner)
        if not marked:
            marking = _begin(self._finish_later(key, owner))
            self._marking.add(marking)
            marking.add_done_callback(self._marking.discard)

    async def _ask(self, key: str, owner: str) -> Claim | Literal["failed"]:
        try:
            async with asyncio.timeout(_CLAIM_SECONDS):
                answer: object = await self._store.claim(key, owner)
        except Exception:  # noqa: BLE001  # of any store; nothing has been done yet
            _log.exception("the replay store failed; the gateway will send the event again")
            return "failed"
        for known in _ANSWERS:
            if answer == known:
                return known
        _log.error(
            "the replay store answered a claim with a %s that is none of %s; the gateway will send the event again",
            type(answer).__name__,
            ", ".join(_ANSWERS),
        )
        return "failed"

    async def _keep(self, renew: Callable[[str, str], Awaitable[bool]], key: str, owner: str) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            try:
                async with asyncio.timeout(_CLAIM_SECONDS):
                    mine: object = await renew(key, owner)
            except Exception:  # noqa: BLE001  # of any store; it is tried again before the lease is over
                _log.exception("the replay store failed: the claim on webhook %s is not renewed", shown(key))
                continue
            if mine is False:
                _log.warning("the claim on webhook %s was lost: it may be handled twice", shown(key))
                return

    async def _finish_later(self, key: str, owner: str) -> None:
        ends, pause, marked = time.monotonic() + self._lease, _FIRST_PAUSE, False
        try:
            while not marked and time.monotonic() + pause < ends:
                await asyncio.sleep(pause)
                marked = await _done(self._store.finish, key, level=logging.DEBUG)  # once aloud is enough
                pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            self._leave(key, owner)
            if not marked:
                _log.error(
                    "webhook %s was handled, but could not be marked as done: it may be handled again",
                    shown(key),
                )

    def _stop_keeping(self, owner: str) -> None:
        keeper = self._keepers.pop(owner, None)
        if keeper is not None:
            keeper.cancel()

    def _leave(self, key: str, owner: str) -> None:
        if self._here.get(key) == owner:
            del self._here[key]


def shown(text: str) -> str:
    """Return a text of a delivery for the log: short, and on one line."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:60])


async def _done(step: Callable[..., Awaitable[None]], *args: str, level: int = logging.ERROR) -> bool:
    """Tell whether the store did as it was told, in time."""
    try:
        async with asyncio.timeout(_END_SECONDS):
            await step(*args)
    except Exception:  # noqa: BLE001  # of any store
        _log.log(level, "the replay store failed", exc_info=True)
        return False
    return True


def _begin(coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    return asyncio.get_running_loop().create_task(coroutine)
