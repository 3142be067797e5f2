"""The way over: coroutines from waiting threads to an event loop, and what became of them back.

anyio's portal and asyncio's own hand-over make several futures and conditions for each call, which cost more
than all else that a blocking call does here. One lock a call is enough.
"""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Awaitable, Callable
from typing import Any


class Crossing:
    """Be one coroutine on its way to the event loop and back; the thread that made it waits."""

    __slots__ = (
        "_context",
        "_function",
        "_over",
        "_running",
        "_task",
        "abandoned",
        "error",
        "is_over",
        "result",
    )

    def __init__(self, function: Callable[[], Awaitable[Any]]) -> None:
        self._function = function
        self._context = contextvars.copy_context()
        self._task: asyncio.Task[None] | None = None
        self._running = False
        self._over = threading.Lock()
        self._over.acquire()
        self.abandoned: bool = False
        """Whether nobody waits for it any more: then it does not begin."""
        self.is_over: bool = False
        """Whether it has come to its end, with a result or an error."""
        self.result: Any = None
        self.error: BaseException | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the coroutine was started."""
        return self._task is not None

    def wait(self, seconds: float = -1) -> None:
        """Block the thread until it is over, or for so many seconds."""
        self._over.acquire(timeout=seconds)

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the coroutine; on the event loop."""
        if self.abandoned:
            self._end()
        else:
            self._task = loop.create_task(self._run(), context=self._context)

    def cancel(self) -> None:
        """Cancel the coroutine; on the event loop."""
        if self._task is not None and self._running:  # else it sees in its first step that nobody waits
            self._task.cancel()

    def lose(self) -> None:
        """End it as cancelled: its event loop is no more."""
        if not self.is_over:
            self.error = asyncio.CancelledError()
            self._end()

    async def _run(self) -> None:
        self._running = True
        try:
            if self.abandoned:
                raise asyncio.CancelledError  # noqa: TRY301  # as if it had been cancelled here
            self.result = await self._function()
        except BaseException as error:  # noqa: BLE001  # raised in a task, SystemExit would end the thread for everyone
            self.error = error
        finally:
            self._end()

    def _end(self) -> None:
        self.is_over = True
        with contextlib.suppress(RuntimeError):  # it has ended already: a coroutine may outlive its loop
            self._over.release()


class Crossings:
    """Bring crossings to the event loop that runs on the thread which makes this."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._open: set[Crossing] = set()
        self._ended = False

    @property
    def is_here(self) -> bool:
        """Whether this is the event loop's own thread, which cannot wait for itself."""
        return threading.get_ident() == self._thread

    def send(self, crossing: Crossing) -> None:
        """Let it begin soon.

        Each wakes the event loop for itself: Ctrl-C may come between any two steps of this thread, so that no note
        of the loop being awake already could be relied upon.
        """
        self._open.add(crossing)
        self._wake(crossing.begin, self.loop)
        if self._ended:  # nobody will see it any more
            crossing.lose()

    def cancel(self, crossing: Crossing) -> None:
        """Cancel it if it has begun, and never let it begin otherwise."""
        crossing.abandoned = True
        self._wake(crossing.cancel)

    def close(self, crossing: Crossing) -> None:
        """Forget one that is over."""
        self._open.discard(crossing)

    def end(self) -> None:
        """End what is still open: the event loop has stopped."""
        self._ended = True
        while self._open:
            self._open.pop().lose()

    def _wake(self, callback: Callable[..., None], *arguments: asyncio.AbstractEventLoop) -> None:
        try:
            self.loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:  # it is closed, and `end` runs or has run
            self._ended = True
