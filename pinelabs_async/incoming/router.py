"""Webhooks to handlers: each event once, typed, and the right HTTP answer for the gateway.

::

    router = WebhookRouter(webhook_secret, store=SQLiteReplayStore("webhooks.db"))

    @router.on("ORDER_PROCESSED")
    async def paid(event: OrderEvent) -> None:
        order = await pinelabs.orders.get(event.data.order_id)  # the event may be old
        ...

    answer = await router.handle(body, headers)   # in any framework
"""

import asyncio
import contextlib
import contextvars
import functools
import inspect
import secrets
from collections.abc import Awaitable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from pinelabs_async.incoming.deliveries import (
    ACCEPTED,
    AGAIN,
    MOST_THREADS,
    NEVER_AGAIN,
    Deliveries,
    WebhookAnswer,
    report_failure,
    report_lost,
)
from pinelabs_async.incoming.events import Event
from pinelabs_async.incoming.handlers import Handler, Registered
from pinelabs_async.incoming.webhooks import Headers

T = TypeVar("T")


class WebhookRouter(Deliveries):
    """Check deliveries, hand each event to its handler once, and say what to answer.

    The gateway waits five seconds for a 2xx and tries again later otherwise. A handler that takes longer is
    not stopped when the gateway hangs up: the next try is answered with how it ended. With
    ``background=True`` it is answered first and handled after, at most once; if the process ends in between,
    nobody handles it, and only reading the order tells what it said.

    Handlers run once for each event, unless the process ends, or loses its store for longer than the store's
    lease, while one runs: then the gateway's next try runs it again. A plain function runs in a thread.

    Args:
        secret: The webhook secret, or several while you change it.
        store: Where to remember what is handled; in memory when left out, which is right for one process only.
        tolerance: How many seconds a delivery's timestamp may be off; None skips this check.
        limit: How many bytes a delivery may have.

    Raises:
        ConfigurationError: a setting that cannot work.
    """

    def after_fork(self) -> None:
        """Begin without tasks and threads: those that run are the parent's."""
        self._running: set[asyncio.Task[Any]] = set()
        self._threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="pinelabs-webhooks")

    async def handle(self, body: bytes, headers: Headers) -> WebhookAnswer:
        """Check a delivery, run its handler if it has not run yet, and return what to answer.

        Args:
            body: The raw bytes of the request.
            headers: Its headers, names in any case, as any framework gives them.

        Returns:
            The status and a text; nothing is raised for what is delivered.
        """
        found = self._check(body, headers)
        if isinstance(found, WebhookAnswer):
            return found
        # A task of its own: the handler is not cut short, and its end is noted, when the gateway hangs up.
        return await asyncio.shield(self._begin(self._handle_once(*found)))

    async def wait(self) -> None:
        """Wait until the handlers that run are done, those in the background too, as before a server stops."""
        while self._running:
            await asyncio.wait(set(self._running))
        await self._claims.wait()

    async def _handle_once(self, event: Event, handler: Registered) -> WebhookAnswer:
        owner = secrets.token_hex(8)
        refused = await self._claim(event, owner, for_good=handler.background)
        if refused is not None:
            return refused
        if handler.background:
            running = self._begin(self._run(handler.function, event, NEVER_AGAIN))
            # One that is cancelled before its first step cannot say so itself.
            running.add_done_callback(functools.partial(_report_unbegun, event))
            return ACCEPTED
        handled = False
        try:
            handled = await self._run(handler.function, event, AGAIN)
        finally:  # also when the handler ends the server with SystemExit
            answer = await self._conclude(event, owner, handled=handled)
        return answer

    async def _run(self, handler: Handler[Any], event: Event, otherwise: str) -> bool:
        """Tell whether the handler came to its end."""
        try:
            if any(inspect.iscoroutinefunction(function) for function in (handler, type(handler).__call__)):
                await cast("Awaitable[object]", handler(event))
            elif inspect.isawaitable(result := await self._in_thread(handler, event)):
                await result
        except (Exception, asyncio.CancelledError):  # noqa: BLE001  # whatever it raises; the loop's end, too
            report_failure(event, otherwise)
            return False
        return True

    async def _in_thread(self, handler: Handler[Any], event: Event) -> object:
        context = contextvars.copy_context()
        future = asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: context.run(_attempt, handler, event)
        )
        while not future.done():  # a thread cannot be stopped: how it ends is what counts
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([future])
        result, error = future.result()
        if error is not None:
            raise error
        return result

    def _begin(self, coroutine: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.get_running_loop().create_task(coroutine)
        self._running.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._running.discard)
        return task


def _report_unbegun(event: Event, ended: "asyncio.Task[bool]") -> None:
    if ended.cancelled():
        report_lost(event)


def _attempt(handler: Handler[Any], event: Event) -> tuple[object, Exception | None]:
    """Return the error instead of raising it: no future of asyncio takes a StopIteration."""
    try:
        return handler(event), None
    except Exception as error:  # noqa: BLE001  # it is raised again where it was waited for
        return None, error
