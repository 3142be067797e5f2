"""How long each attempt may take: one timer of the event loop for all that are under way.

aiohttp's total timeout makes a timer, a handle and a context for each request, and nearly every one is thrown away
unused; without them a request costs a tenth less. What happens at the end is the same as with `asyncio.timeout`.
"""

import asyncio
from types import TracebackType
from typing import Self


class Patience:
    """Keep the limits of all attempts of one event loop; the timer is set for the one that ends first."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits: dict[Limit, None] = {}  # in the order of their beginning
        self._timer: asyncio.TimerHandle | None = None

    def limit(self, seconds: float) -> "Limit":
        """Return a context that lasts no longer than so many seconds, from now on."""
        return Limit(self, self._loop.time() + seconds)

    def add(self, limit: "Limit") -> None:
        """Watch over a limit."""
        self._limits[limit] = None
        if self._timer is None or limit.ends_at < self._timer.when():
            self._wake(limit.ends_at)

    def remove(self, limit: "Limit") -> None:
        """Watch over it no longer; the timer stays, for it costs less to find nothing than to be set anew."""
        self._limits.pop(limit, None)

    def end(self) -> None:
        """End what is still under way, as if its time were over."""
        self._stop()
        limits, self._limits = list(self._limits), {}
        for limit in limits:
            limit.pass_by()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self, moment: float) -> None:
        self._stop()
        self._timer = self._loop.call_at(moment, self._look)

    def _look(self) -> None:
        self._timer = None
        now = self._loop.time()
        for limit in [limit for limit in self._limits if limit.ends_at <= now]:
            del self._limits[limit]
            limit.pass_by()
        if self._limits:
            self._wake(min(limit.ends_at for limit in self._limits))


class Limit:
    """Cancel what a task does in this context when its time is over, and make a ``TimeoutError`` of that."""

    __slots__ = ("_cancelling", "_patience", "_task", "ends_at", "has_passed")

    def __init__(self, patience: Patience, ends_at: float) -> None:
        self._patience = patience
        self.ends_at: float = ends_at
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
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a call of the gateway is made in a task")
        self._task = task
        self._cancelling = task.cancelling()
        self._patience.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._patience.remove(self)
        # Somebody else may have cancelled the task as well: then that is what counts.
        ours = self.has_passed and self._task.uncancel() <= self._cancelling
        if ours and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error
