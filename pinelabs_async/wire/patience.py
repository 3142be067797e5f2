"""How long each attempt may take: one timer of the event loop for all that are under way.

aiohttp's total timeout makes a timer, a handle and a context for each request, and nearly every one is thrown away
unused; without them a request costs a tenth less. What happens at the end is the same as with `asyncio.timeout`.
"""

import asyncio
import math
from types import TracebackType
from typing import Self


class Patience:
    """Keep the limits of all attempts of one event loop; the timer is set for the one that ends first."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self.limits: dict[Limit, None] = {}
        """Those under way, in the order of their beginning."""
        self.wakes_at: float = math.inf
        """When the timer is set for, by the clock of the event loop.

        It stays when its limit ends early: it costs less to find nothing than to be set anew.
        """

    def wake_at(self, moment: float) -> None:
        """Set the timer."""
        self._stop()
        self._timer = self.loop.call_at(moment, self._look)
        self.wakes_at = moment

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
        now = self.loop.time()
        for limit in [limit for limit in self.limits if limit.ends_at <= now]:
            del self.limits[limit]
            limit.pass_by()
        if self.limits:
            self.wake_at(min(limit.ends_at for limit in self.limits))


class Limit:
    """Cancel what a task does in this context after so many seconds, and make a ``TimeoutError`` of that."""

    __slots__ = ("_cancelling", "_patience", "_task", "ends_at", "has_passed")

    def __init__(self, patience: Patience, seconds: float) -> None:
        self._patience = patience
        self.ends_at: float = patience.loop.time() + seconds
        """By the clock of the event loop."""
        self.has_passed: bool = False

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
        self._patience.limits.pop(self, None)
        # Somebody else may have cancelled the task as well: then that is what counts.
        ours = self.has_passed and self._task.uncancel() <= self._cancelling
        if ours and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error
