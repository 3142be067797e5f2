"""All that makes this package blocking: one event loop on a thread of its own, and a way to call into it."""

import asyncio
import functools
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast, overload

import anyio
from anyio.from_thread import BlockingPortal

from pinelabs_async.errors import ConfigurationError, OutcomeUnknownError
from pinelabs_async.wire.lifetime import watch_forks

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


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
        self._portal: BlockingPortal | None = None
        self._finalizer: weakref.finalize[..., Bridge] | None = None
        self._closed = False
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin without a thread: threads stay with the parent."""
        self._lock = threading.Lock()
        self._portal = None

    def run(self, function: Callable[..., Awaitable[R]], *args: Any, **kwargs: Any) -> R:
        """Run a coroutine function and return its result, or raise its error.

        Ctrl-C, or any other exception in the waiting thread, cancels the coroutine and waits for its end:
        a write that has left is seen through for a moment. A second Ctrl-C does not wait.
        """
        portal = self._portal or self._start()
        abandoned, ended = threading.Event(), threading.Event()
        future: Future[Any] | None = None
        try:
            # It waits for the loop, which may be busy: Ctrl-C can come before there is a future to cancel.
            future = portal.start_task_soon(
                _guarded, functools.partial(function, *args, **kwargs), abandoned, ended
            )
            result, stray = future.result()
        except CancelledError:
            raise OutcomeUnknownError(
                "the Session was closed while the call ran. A write may have been carried out: "
                "look it up before you repeat it"
            ) from None
        except BaseException:
            abandoned.set()
            if future is not None:
                future.cancel()
                ended.wait(self._patience)
            elif self._closed:
                raise ConfigurationError("this Session is closed; make a new one.") from None
            raise
        if stray is not None:
            raise stray
        return cast("R", result)

    def close(self) -> None:
        """Close what was opened and end the thread; a second call does nothing."""
        with self._lock:
            self._closed = True
            portal, self._portal = self._portal, None
        detached = self._finalizer and self._finalizer.detach()
        if portal is not None and detached:
            _end(*detached[2][:4])

    def _start(self) -> BlockingPortal:
        with self._lock:
            if self._closed:
                raise ConfigurationError("this Session is closed; make a new one.")
            if self._portal is None:
                ready: Future[BlockingPortal] = Future()
                thread = threading.Thread(target=_serve, args=(ready,), name="pinelabs", daemon=True)
                thread.start()
                self._portal = ready.result()
                # It runs at exit, too, while the thread still lives: a generator would be closed too late.
                self._finalizer = weakref.finalize(
                    self, _end, self._portal, thread, os.getpid(), self._last, self._forgotten
                )
            return self._portal


_endings: set[asyncio.Task[None]] = set()


def _serve(ready: "Future[BlockingPortal]") -> None:
    async def serve() -> None:
        async with BlockingPortal() as portal:
            ready.set_result(portal)
            await portal.sleep_until_stopped()

    try:
        anyio.run(serve)
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)


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


async def _guarded(
    function: Callable[[], Awaitable[R]], abandoned: threading.Event, ended: threading.Event
) -> tuple[R | None, BaseException | None]:
    """Turn SystemExit and the like into a result: raised in a task they would end the thread for everyone."""
    if abandoned.is_set():  # nobody waits for it any more, and nothing has been sent yet
        return None, None
    try:
        return await function(), None
    except Exception:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit) as stray:
        return None, stray
    finally:
        ended.set()


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
        return self._bridge.run(coroutine, self._twin, *args, **kwargs)  # pyright: ignore[reportPrivateUsage]

    return cast("Blocking[P, R]", call)
