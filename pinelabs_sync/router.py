"""Webhooks to handlers in Flask, Django and whatever else gives each request a thread.

::

    router = WebhookRouter(webhook_secret, store=SQLiteReplayStore("webhooks.db"))

    @router.on("ORDER_PROCESSED")
    def paid(event: OrderEvent) -> None:
        order = pinelabs.orders.get(event.data.order_id)  # the event may be old
        ...

    answer = router.handle(request.get_data(), request.headers)
"""

import asyncio
import concurrent.futures
import contextvars
import inspect
import secrets
from collections.abc import Awaitable, Sequence
from typing import Any

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
from pinelabs_async.incoming.handlers import Handler
from pinelabs_async.incoming.replay import ReplayStore
from pinelabs_async.incoming.webhooks import Headers, OneSecret
from pinelabs_sync.bridge import Bridge


class WebhookRouter(Deliveries):
    """Check deliveries, hand each event to its handler once, and say what to answer.

    The gateway waits five seconds for a 2xx and tries again later otherwise. A handler runs in the thread
    of its request, with its context and its database connection. With ``background=True`` it is answered
    first and handled after, in a thread of the router's own, at most once; if the process ends in between,
    nobody handles it, and only reading the order tells what it said.

    Handlers run once for each event, unless the process ends, or loses its store for longer than the store's
    lease, while one runs: then the gateway's next try runs it again. A coroutine function runs on an event
    loop that lives on a thread, as the calls of a blocking Session do; the store, too.

    Args:
        secret: The webhook secret, or several while you change it.
        store: Where to remember what is handled; in memory when left out, which is right for one process only.
        tolerance: How many seconds a delivery's timestamp may be off; None skips this check.
        limit: How many bytes a delivery may have.

    Raises:
        ConfigurationError: a setting that cannot work.
    """

    def __init__(
        self,
        secret: OneSecret | Sequence[OneSecret],
        *,
        store: ReplayStore | None = None,
        tolerance: float | None = 300,
        limit: int = 1024 * 1024,
    ) -> None:
        super().__init__(secret, store=store, tolerance=tolerance, limit=limit)
        self._bridge = Bridge(_nothing, lambda: None)

    def after_fork(self) -> None:
        """Begin without threads: those that run are the parent's."""
        self._running: set[concurrent.futures.Future[bool]] = set()
        self._threads = concurrent.futures.ThreadPoolExecutor(
            MOST_THREADS, thread_name_prefix="pinelabs-webhooks"
        )

    def handle(self, body: bytes, headers: Headers) -> WebhookAnswer:
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
        event, handler = found
        owner = secrets.token_hex(8)
        try:
            refused = self._bridge.run(self._claim, event, owner, for_good=handler.background)
        except BaseException:  # the server ends this thread, and the claim may have been made
            if handler.background:
                report_lost(event)
            self._bridge.run(self._conclude, event, owner, handled=False)
            raise
        if refused is not None:
            return refused
        if handler.background:
            self._begin(handler.function, event)
            return ACCEPTED
        handled = False
        try:
            handled = self._run(handler.function, event, AGAIN)
        finally:  # also when the server ends this thread with SystemExit
            answer = self._bridge.run(self._conclude, event, owner, handled=handled)
        return answer

    def wait(self) -> None:
        """Wait until the handlers that run are done, those in the background too, as before a server stops."""
        while self._running:
            concurrent.futures.wait(set(self._running))
        if self._claims.is_marking:
            self._bridge.run(self._claims.wait)

    def _begin(self, handler: Handler[Any], event: Event) -> None:
        context = contextvars.copy_context()
        future = self._threads.submit(context.run, self._run, handler, event, NEVER_AGAIN)
        self._running.add(future)
        future.add_done_callback(self._running.discard)

    def _run(self, handler: Handler[Any], event: Event, otherwise: str) -> bool:
        """Tell whether the handler came to its end."""
        try:
            result = handler(event)
            if inspect.isawaitable(result):
                self._bridge.run(_awaited, result)
        except BaseException as error:
            report_failure(event, otherwise)
            if not isinstance(error, (Exception, asyncio.CancelledError)):
                raise
            return False
        return True


async def _awaited(result: Awaitable[object]) -> object:
    return await result


async def _nothing() -> None:
    """Have nothing to close."""
