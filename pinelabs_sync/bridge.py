"""All that makes this package blocking: one event loop on a thread of its own, and a way to call into it."""

import asyncio
import functools
import logging
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Concatenate, Final, Generic, ParamSpec, Protocol, TypeVar, cast, overload

import anyio
from anyio.from_thread import BlockingPortal

from pinelabs_async.errors import ConfigurationError, OutcomeUnknownError, PineLabsError
from pinelabs_async.wire.lifetime import watch_forks
from pinelabs_async.wire.shape import Answer, summary
from pinelabs_sync.crossing import Crossing, Crossings

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")

_log: Final = logging.getLogger("pinelabs")


class Job(functools.partial[T]):
    """Be a call to make, whose ``repr`` does not show what it is given."""

    def __repr__(self) -> str:
        return "<a call of the Session>"


class Bridge:
    """Run coroutines on an event loop that lives on a daemon thread, and wait for them.

    The thread starts with the first call. It ends with ``close``, with the last reference to the bridge,
    or with the interpreter, whichever comes first; a forgotten ``close`` never keeps a process alive.
    After a fork the child gets a thread and connections of its own: nothing of the parent's is touched.

    Args:
        last: The coroutine function that closes what the calls have opened.
        forgotten: What to do after the thread has ended without ``close``.
        patience: Seconds that a cancelled call may take to come to its end.
    """

    def __init__(
        self, last: Callable[[], Awaitable[None]], forgotten: Callable[[], None], patience: float = 1.0
    ) -> None:
        self._patience = patience
        self._last = last
        self._forgotten = forgotten
        self._lock = threading.Lock()
        self._crossings: Crossings | None = None
        self._finalizer: weakref.finalize[..., Bridge] | None = None
        self._closed = False
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin without a thread: threads stay with the parent."""
        self._lock = threading.Lock()
        self._crossings = None

    def run(self, function: Callable[..., Awaitable[R]], *args: Any, **kwargs: Any) -> R:
        """Run a coroutine function and return its result, or raise its error.

        Ctrl-C, or any other exception in the waiting thread, cancels the coroutine and waits for its end:
        a write that has left is seen through for a moment. A second Ctrl-C does not wait.
        """
        crossings = self._crossings or self._start()
        if crossings.is_here:
            raise RuntimeError("a blocking call cannot be made on the event loop that carries it out")
        crossing = Crossing(Job(function, *args, **kwargs))
        del args, kwargs  # a traceback with locals shall not show them
        try:
            crossings.send(crossing)
            crossing.wait()
        except BaseException:
            if not crossing.is_over:
                crossings.cancel(crossing)
                crossing.wait(self._patience)
            _tell(crossing)
            raise
        finally:
            crossings.close(crossing)
        error, crossing.error = crossing.error, None
        if error is None:
            return cast("R", crossing.result)
        try:
            raise _told(error, crossing)
        finally:
            del error  # its traceback holds this frame

    def close(self) -> None:
        """Close what was opened and end the thread; a second call does nothing."""
        with self._lock:
            self._closed = True
            self._crossings = None
        detached = self._finalizer and self._finalizer.detach()
        if detached:
            _end(*detached[2][:4])

    def _start(self) -> Crossings:
        with self._lock:
            if self._closed:
                raise _closed()
            if self._crossings is None:
                ready: Future[tuple[BlockingPortal, Crossings]] = Future()
                thread = threading.Thread(target=_serve, args=(ready,), name="pinelabs", daemon=True)
                thread.start()
                portal, self._crossings = ready.result()
                # It runs at exit, too, while the thread still lives: a generator would be closed too late.
                self._finalizer = weakref.finalize(
                    self, _end, portal, thread, os.getpid(), self._last, self._forgotten
                )
            return self._crossings


def _closed() -> ConfigurationError:
    return ConfigurationError("this Session is closed; make a new one.")


def _told(error: BaseException, crossing: Crossing) -> BaseException:
    """Say what a crossing that was cancelled on the other side means; any other error is itself."""
    if not isinstance(error, asyncio.CancelledError):
        return error
    if not crossing.has_begun:
        return _closed()
    if isinstance(error.__cause__, PineLabsError):  # the write itself knows how far it got
        return error.__cause__
    return OutcomeUnknownError(
        "the Session was closed while the call ran. A write may have been carried out: "
        "look it up before you repeat it"
    )


def _tell(crossing: Crossing) -> None:
    """Log what came although its thread waits no more: nobody else will hear of it."""
    if isinstance(crossing.error, PineLabsError):
        _log.warning("after its caller was interrupted: %s", crossing.error)
    elif isinstance(crossing.result, Answer):
        _log.warning("as its caller was interrupted the answer came: %s", summary(crossing.result))


_endings: set[asyncio.Task[None]] = set()


def _serve(ready: "Future[tuple[BlockingPortal, Crossings]]") -> None:
    crossings: Crossings | None = None

    async def serve() -> None:
        nonlocal crossings
        async with BlockingPortal() as portal:
            crossings = Crossings()
            ready.set_result((portal, crossings))
            await portal.sleep_until_stopped()

    try:
        anyio.run(serve)
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)
    finally:
        if crossings is not None:
            crossings.end()


def _end(
    portal: BlockingPortal,
    thread: threading.Thread,
    pid: int,
    last: Callable[[], Awaitable[None]],
    forgotten: Callable[[], None] | None = None,
) -> None:
    if pid != os.getpid() or not thread.is_alive():
        return
    if (
        threading.current_thread() is thread
    ):  # the collector may run here, and a thread cannot wait for itself
        ending = asyncio.get_running_loop().create_task(_close_and_stop(portal, last))
        _endings.add(ending)  # the loop itself keeps only a weak reference
        ending.add_done_callback(_endings.discard)
    else:
        try:
            portal.call(_close_and_stop, portal, last)
        finally:
            thread.join(timeout=5)
    if forgotten is not None:
        forgotten()


async def _close_and_stop(portal: BlockingPortal, last: Callable[[], Awaitable[None]]) -> None:
    try:
        await last()
    finally:
        await portal.stop(cancel_remaining=True)


class Resource(Generic[T]):
    """Be a group of operations of a blocking Session."""

    __slots__ = ("_bridge", "_twin")

    def __init__(self, bridge: Bridge, twin: T) -> None:
        self._bridge = bridge
        self._twin = twin


class Blocking(Protocol[P, R_co]):
    """Describe to type checkers what ``blocking`` makes: a method that binds and keeps its parameters."""

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> "Blocking[P, R_co]": ...
    @overload
    def __get__(self, instance: Resource[Any], owner: type[Any]) -> "Callable[P, R_co]": ...


def blocking(coroutine: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]) -> Blocking[P, R]:
    """Make the blocking method of an endpoint: same name, parameters and docstring."""

    @functools.wraps(coroutine)
    def call(self: Resource[Any], *args: Any, **kwargs: Any) -> R:
        job = Job(coroutine, self._twin, *args, **kwargs)  # pyright: ignore[reportPrivateUsage]
        del args, kwargs  # a traceback with locals shall not show them
        return self._bridge.run(job)  # pyright: ignore[reportPrivateUsage]

    return cast("Blocking[P, R]", call)
