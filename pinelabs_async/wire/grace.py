"""A write that was already sent when its caller gave up: it is seen through for a moment, and reported."""

import asyncio
import logging
from collections.abc import Coroutine, Generator
from typing import Any, Final, Protocol, TypeVar

from pinelabs_async.errors import PineLabsError

T = TypeVar("T")

_log: Final = logging.getLogger("pinelabs")


class Writing(Protocol):
    """Know how far a write has got."""

    @property
    def has_left(self) -> bool:
        """Whether the gateway may have got something of it."""
        ...

    def abandon(self) -> bool:
        """Hear that nobody waits any more, and tell whether anything has left."""
        ...

    def report(self, message: str, *, is_over: bool = False) -> PineLabsError:
        """Make the error that says where it stands; ``is_over``: it is known to have been carried out."""
        ...


class _Wait:
    """Wait for the task of a write, as a future does in the eyes of asyncio, and decide what a cancellation does to it.

    asyncio hands a cancellation on to what the cancelled task waits for. Where that is not cancelled by it, the
    task hears of its cancellation when the wait is over. So no shield is needed, which makes two more futures and
    another turn of the event loop for each write.
    """

    __slots__ = (
        "_asyncio_future_blocking",
        "_grace",
        "_seconds",
        "_task",
        "_writing",
        "add_done_callback",
        "get_loop",
    )

    def __init__(self, task: asyncio.Task[Any], writing: Writing, seconds: float) -> None:
        self._task = task
        self._writing = writing
        self._seconds = seconds
        self._grace: asyncio.TimerHandle | None = None
        # What asyncio asks a future for, beside its cancelling.
        self.add_done_callback = task.add_done_callback
        self.get_loop = task.get_loop

    def __await__(self) -> Generator[Any, None, None]:
        try:
            if not self._task.done():  # an event loop may begin a task before it hands it out
                self._asyncio_future_blocking = True  # by this asyncio knows what it can wait for
                yield self
        finally:
            if self._grace is not None:
                self._grace.cancel()
            del self  # the traceback of the task's error leads back here

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the write: at once where nothing has left, or when asked again; else at the end of the grace."""
        if self._grace is None and self._writing.abandon():
            self._grace = self.get_loop().call_later(self._seconds, self._task.cancel, msg)
        else:
            self._task.cancel(msg)
        return False


async def see_through(write: Coroutine[Any, Any, T], writing: Writing, seconds: float) -> T:
    """Wait for a write. When the caller is cancelled, let what has left this machine come to its end first.

    Args:
        write: The write.
        writing: How far it has got.
        seconds: How long the caller is kept, at most.
    """
    task = asyncio.get_running_loop().create_task(write)
    try:
        await _Wait(task, writing, seconds)
        return task.result()
    except asyncio.CancelledError as cancelled:  # of the caller, or of every task there is
        raise cancelled from _tell(task, writing)
    except GeneratorExit:
        if writing.has_left:
            _log.warning("%s", writing.report("its event loop was closed before the answer came"))
        raise
    finally:
        del task  # the traceback of its error leads back here


def _tell(task: asyncio.Task[Any], writing: Writing) -> PineLabsError | None:
    """Log how it ended, since its caller gets a cancellation; return the error that says the same."""
    failure = task.exception() if task.done() and not task.cancelled() else asyncio.CancelledError()
    if failure is None:
        message = "its caller was cancelled; after that its answer came: it was carried out"
        _log.warning("%s", writing.report(message, is_over=True))
        return writing.report(message)
    if isinstance(failure, PineLabsError):
        _log.warning("after its caller was cancelled: %s", failure)
        return failure
    ended = "no answer came in the grace after that"
    if not isinstance(failure, asyncio.CancelledError):
        ended = f"it ended with {type(failure).__name__}"
    error = writing.report(f"its caller was cancelled, and {ended}")
    if error.reached == "not sent":
        return None
    _log.warning("%s", error)
    return error
