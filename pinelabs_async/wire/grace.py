"""A write that was already sent when its caller gave up: it is seen through for a moment, and reported."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final, Protocol, TypeVar, cast

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


class _End(asyncio.Future[None]):
    """Be what the caller waits for: the end of its write, and never cancelled itself.

    asyncio hands a cancellation on to what the cancelled task waits for. Where that is not cancelled by it, the
    task hears of its cancellation when the wait is over. So no shield is needed, which makes another future and
    another turn of the event loop for each write.
    """

    def __init__(self, write: Coroutine[Any, Any, Any], writing: Writing, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(loop=loop)
        self._writing = writing
        self._seconds = seconds
        self._grace: asyncio.TimerHandle | None = None
        self._answer: Any = None
        self._error: BaseException | None = None
        self._write = write
        self._task: asyncio.Task[None] | None = None
        self._task = loop.create_task(self._run())
        self._task.add_done_callback(self._never_begun)

    async def _run(self) -> None:
        if self._task is not None:  # a loop may begin a task before it hands it out
            self._task.remove_done_callback(self._never_begun)
        try:
            self._answer = await self._write
        except GeneratorExit:  # the event loop was closed under it, and with it whoever waits
            if self._writing.has_left:
                _log.warning("%s", self._writing.report("its event loop was closed before the answer came"))
            raise
        except BaseException as error:  # noqa: BLE001  # it goes to the caller, or into the log
            self._error = error
        self.set_result(None)
        if self._grace is not None:
            self._grace.cancel()

    def _never_begun(self, _: asyncio.Task[None]) -> None:
        """End as cancelled where the task was, before its first step."""
        if not self.done():
            self._write.close()
            self._error = asyncio.CancelledError()
            self.set_result(None)

    def take(self) -> tuple[Any, BaseException | None]:
        """Return answer and error, once: an error's traceback leads back here, and must not be held as well."""
        taken = self._answer, self._error
        self._answer = self._error = None
        return taken

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the write: at once where nothing has left, or when asked again; else at the end of the grace."""
        task = self._task
        assert task is not None  # nobody waits for this before it is made
        if self._grace is None and self._writing.abandon():
            self._grace = self.get_loop().call_later(self._seconds, task.cancel, msg)
        else:
            task.cancel(msg)
        return False


async def see_through(write: Coroutine[Any, Any, T], writing: Writing, seconds: float) -> T:
    """Wait for a write. When the caller is cancelled, let what has left this machine come to its end first.

    Args:
        write: The write.
        writing: How far it has got.
        seconds: How long the caller is kept, at most.
    """
    end = _End(write, writing, seconds)
    try:
        await end
    except asyncio.CancelledError as cancelled:
        _, error = end.take()
        raise cancelled from _tell(error, writing)
    answer, error = end.take()
    if error is None:
        return cast("T", answer)
    try:
        if isinstance(error, asyncio.CancelledError):  # somebody cancelled every task there is
            raise error from _tell(error, writing)
        raise error
    finally:
        del error, end  # its traceback holds this frame


def _tell(failure: BaseException | None, writing: Writing) -> PineLabsError | None:
    """Log how it ended, since its caller gets a cancellation; return the error that says the same."""
    if failure is None:
        message = "its caller was cancelled; after that its answer came: it was carried out"
        _log.warning("%s", writing.report(message, is_over=True))
        return writing.report(message)
    if isinstance(failure, asyncio.CancelledError):
        error = writing.report("its caller was cancelled, and no answer came in the grace after that")
        if error.reached == "not sent":
            return None
        _log.warning("%s", error)
        return error
    if isinstance(failure, PineLabsError):
        _log.warning("after its caller was cancelled: %s", failure)
        return failure
    _log.warning("after its caller was cancelled it ended with %s", type(failure).__name__)
    return None
