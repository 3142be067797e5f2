"""The access token: one for a Session, fetched once however many calls wait for it.

The store may be used from several event loops. Its state is behind a thread lock that is never held over
an await; a fetch in flight is one future that all callers wait for, whichever loop they are on.
"""

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from pinelabs_async.errors import PineLabsError
from pinelabs_async.wire.lifetime import watch_forks
from pinelabs_async.wire.redact import Secret

DEFAULT_LIFETIME = 3000.0
"""Seconds to use a token that does not say when it expires."""
RETRY_REFRESH = 10.0
"""Seconds to leave a failed refresh alone while the old token still works."""
SHORTEST_LIFETIME = 60.0
"""Seconds to use a token that says it has expired already: then a clock is wrong, and a 401 will tell."""


class Grant(NamedTuple):
    """Hold a token and the seconds it may be used for, None when the gateway did not say."""

    token: Secret
    lifetime: float | None


class _Held(NamedTuple):
    token: Secret
    refresh_at: float
    unusable_at: float


class TokenStore:
    """Hand out the token; fetch a new one ahead of expiry, in the background while the old one still works."""

    def __init__(
        self, fetch: Callable[[], Awaitable[Grant]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._fetching: concurrent.futures.Future[_Held | PineLabsError] | None = None
        self._fetched_on: asyncio.AbstractEventLoop
        self._tasks: set[asyncio.Task[None]] = set()
        watch_forks(self)

    def after_fork(self) -> None:
        """Keep the token, and wait for no fetch that runs in the parent."""
        self._lock = threading.Lock()
        self._fetching = None
        self._tasks = set()

    def current(self) -> Secret | None:
        """Return the token if there is one that works, without waiting; start a fetch when it grows old."""
        held, now = self._held, self._clock()
        if held is None or now >= held.unusable_at:
            return None
        if now >= held.refresh_at:
            self._start()
        return held.token

    async def get(self) -> Secret | PineLabsError:
        """Return a token that works, or the error for which there is none; wait only while there is none.

        A caller that is cancelled leaves the fetch running for the others.
        """
        while True:
            token = self.current()
            if token is not None:
                return token
            waiter = asyncio.wrap_future(self._start())
            await asyncio.wait((waiter,))  # unlike `await waiter`, it leaves the future alone when cancelled
            if waiter.cancelled():
                continue
            came = waiter.result()
            return came.token if isinstance(came, _Held) else came

    def invalidate(self, token: Secret) -> None:
        """Forget this token, unless a newer one has taken its place already."""
        with self._lock:
            if self._held is not None and self._held.token == token:
                self._held = None

    def _start(self) -> "concurrent.futures.Future[_Held | PineLabsError]":
        with self._lock:
            if self._fetching is not None and self._fetched_on.is_running():
                return self._fetching
            self._fetched_on = asyncio.get_running_loop()
            fetching: concurrent.futures.Future[_Held | PineLabsError] = concurrent.futures.Future()
            self._fetching = fetching
        task = self._fetched_on.create_task(self._run(fetching), name="pinelabs token")
        self._tasks.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(lambda task: self._over(task, fetching))
        return fetching

    def _over(
        self, task: asyncio.Task[None], fetching: "concurrent.futures.Future[_Held | PineLabsError]"
    ) -> None:
        self._tasks.discard(task)
        if not fetching.done():  # it was cancelled before its first step
            self._end(None)
            fetching.cancel()

    async def _run(self, fetching: "concurrent.futures.Future[_Held | PineLabsError]") -> None:
        try:
            held = self._hold(await self._fetch())
        except PineLabsError as error:
            self._end(None)
            fetching.set_result(error)
        except Exception as error:  # noqa: BLE001  # a fault of ours: every waiter shall see it, none shall hang
            self._end(None)
            fetching.set_exception(error)
        except BaseException:
            self._end(None)
            fetching.cancel()  # this event loop is going away: waiters on others start anew
            raise
        else:
            self._end(held)
            fetching.set_result(held)

    def _end(self, held: _Held | None) -> None:
        with self._lock:
            self._fetching = None
            if held is None and self._held is not None:  # it still works; do not ask again at every call
                held = self._held._replace(refresh_at=self._clock() + RETRY_REFRESH)
            self._held = held

    def _hold(self, grant: Grant) -> _Held:
        lifetime = DEFAULT_LIFETIME if grant.lifetime is None else grant.lifetime
        if lifetime <= 0:
            lifetime = SHORTEST_LIFETIME
        expiry = self._clock() + lifetime
        return _Held(grant.token, expiry - min(300.0, 0.2 * lifetime), expiry - min(10.0, 0.05 * lifetime))

    async def aclose(self) -> None:
        """Stop a fetch that runs on this event loop."""
        here = asyncio.get_running_loop()
        tasks = [task for task in self._tasks if task.get_loop() is here]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
