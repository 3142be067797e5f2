"""A write that was already sent when its caller gave up: it is seen through for a moment, and reported."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

import anyio

from pinelabs_async.errors import PineLabsError

T = TypeVar("T")

_log: Final = logging.getLogger("pinelabs")


class Report(Protocol):
    """Make the error that says where a write stands."""

    def __call__(self, message: str, *, is_over: bool = False) -> PineLabsError:
        """``is_over``: it is known to have been carried out."""
        ...


async def see_through(
    write: Coroutine[Any, Any, T], abandon: Callable[[], bool], report: Report, seconds: float
) -> T:
    """Wait for a write. When the caller is cancelled, let what has left this machine come to its end first.

    Args:
        write: The write.
        abandon: Tell the write that nobody waits any more; it returns whether anything has left.
        report: Make the error that says where the write stands, for the log.
        seconds: How long the caller is kept, at most.
    """
    task = asyncio.get_running_loop().create_task(write)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done() and not abandon():
            task.cancel()
        with anyio.CancelScope(shield=True):  # frameworks on anyio cancel again and again
            await _end(task, seconds)
        _tell(task, report)
        raise


async def _end(task: "asyncio.Task[Any]", seconds: float) -> None:
    try:
        await asyncio.wait((task,), timeout=seconds)
    finally:
        task.cancel()
        await asyncio.wait((task,), timeout=1)


def _tell(task: "asyncio.Task[Any]", report: Report) -> None:
    """Log how it ended: nobody else will hear of it."""
    if not task.done():
        _log.warning("%s", report("its caller was cancelled, and it still runs"))
    elif task.cancelled():
        error = report("its caller was cancelled, and no answer came in the grace after that")
        if error.reached != "not sent":
            _log.warning("%s", error)
    elif (failure := task.exception()) is None:
        message = "its caller was cancelled; after that its answer came: it was carried out"
        _log.warning("%s", report(message, is_over=True))
    elif isinstance(failure, PineLabsError):
        _log.warning("after its caller was cancelled: %s", failure)
    else:
        _log.warning("after its caller was cancelled it ended with %s", type(failure).__name__)
