"""How long each attempt may take, and how many may be under way: one timer of the event loop for all of them.

aiohttp's total timeout makes a timer, a handle and a context for each request, and nearly every one is thrown away
unused; without them a request costs a tenth less. What happens at the end is the same as with `asyncio.timeout`.
Its wait for a free connection makes a timer for each as well, and does not tell whether a read was sent.
"""

import asyncio
import collections
import contextlib
import math
from types import TracebackType
from typing import Self


class Patience:
    """Keep the limits of all attempts of one event loop; the timer is set for the one that ends first.

    Args:
        room: How many may be under way at a time.
    """

    def __init__(self, room: float = math.inf) -> None:
        self.room: float = room
        """How many may be under way at a time."""
        self.waiting: collections.deque[asyncio.Future[None]] = collections.deque()
        """Those for which there is no room yet, in the order of their coming."""
        self.loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self.limits: dict[Limit, None] = {}
        """Those under way or waiting for room, in the order of their coming."""
        self.wakes_at: float = math.inf
        """When the timer is set for, by the clock of the event loop.

        It stays when its limit ends early: it costs less to find nothing than to be set anew.
        """

    def wake_at(self, moment: float) -> None:
        """Set the timer."""
        self._stop()
        self._timer = self.loop.call_at(moment, self._look)
        self.wakes_at = moment

    @property
    def under_way(self) -> int:
        """How many have come and do not wait."""
        return len(self.limits) - len(self.waiting)

    async def turn(self, limit: "Limit") -> None:
        """Wait for room, within a limit; whoever comes first goes first."""
        if self.under_way <= self.room:
            return
        waiter = self.loop.create_future()
        self.waiting.append(waiter)
        limit.waits = True
        try:
            await waiter
        except BaseException:
            with contextlib.suppress(ValueError):  # its turn may have come meanwhile
                self.waiting.remove(waiter)
            raise
        limit.waits = False

    def make_room(self) -> None:
        """Give what an end has freed to the one that has waited longest."""
        if self.under_way < self.room and not self.loop.is_closed():
            waiter = self.waiting.popleft()
            if not waiter.done():  # it has been cancelled, and makes room itself as it ends
                waiter.set_result(None)

    def turn_away(self) -> None:
        """Let those that wait hear that there will be no room for them."""
        while self.waiting:
            waiter = self.waiting.popleft()
            if not waiter.done():
                waiter.set_exception(NoRoomError("the connections were closed"))

    def end(self) -> None:
        """End what is still under way, as if its time were over."""
        self._stop()
        limits, self.limits = list(self.limits), {}
        for limit in limits:
            limit.pass_by()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self.wakes_at = None, math.inf

    def _look(self) -> None:
        self._stop()
        now, next_end = self.loop.time(), math.inf
        for limit in self.limits:
            if limit.has_passed:  # what is done within it is about to end
                continue
            if limit.ends_at <= now:
                limit.pass_by()
            else:
                next_end = min(next_end, limit.ends_at)
        if next_end < math.inf:
            self.wake_at(next_end)


class NoRoomError(TimeoutError):
    """There was no room within the limit, so that nothing has begun."""


class Limit:
    """Cancel what a task does in this context after so many seconds, and make a ``TimeoutError`` of that."""

    __slots__ = ("_cancelling", "_patience", "_task", "ends_at", "has_passed", "waits")

    def __init__(self, patience: Patience, seconds: float) -> None:
        self._patience = patience
        self.ends_at: float = patience.loop.time() + seconds
        """By the clock of the event loop."""
        self.has_passed: bool = False
        self.waits: bool = False
        """Whether it waits for room, so that nothing has begun."""

    @property
    def was_cancelled_within(self) -> bool:
        """Whether anybody, this limit or another, has cancelled the task since it began."""
        return self._task.cancelling() > self._cancelling

    def pass_by(self) -> None:
        """End what is done within it."""
        self.has_passed = True
        self._task.cancel()

    def __enter__(self) -> Self:
        patience = self._patience
        task = asyncio.current_task(patience.loop)  # naming the loop saves looking for it
        if task is None:
            raise RuntimeError("a call of the gateway is made in a task")
        self._task = task
        self._cancelling = task.cancelling()
        patience.limits[self] = None
        if self.ends_at < patience.wakes_at:
            patience.wake_at(self.ends_at)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        patience = self._patience
        patience.limits.pop(self, None)
        if patience.waiting:
            patience.make_room()
        # Somebody else may have cancelled the task as well: then that is what counts.
        ours = self.has_passed and self._task.uncancel() <= self._cancelling
        if ours and isinstance(error, asyncio.CancelledError):
            raise (NoRoomError if self.waits else TimeoutError) from error
