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
import inspect
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast, get_args, overload

import attrs

from pinelabs_async.errors import ConfigurationError, SignatureError
from pinelabs_async.incoming import webhooks
from pinelabs_async.incoming.events import (
    CustomerEvent,
    Event,
    OrderEvent,
    RefundEvent,
    SubscriptionEvent,
    TokenEvent,
)
from pinelabs_async.incoming.replay import MemoryReplayStore, ReplayStore
from pinelabs_async.incoming.webhooks import OneSecret
from pinelabs_async.wire.lifetime import watch_forks

E = TypeVar("E")
T = TypeVar("T")
Handler: TypeAlias = Callable[[E], Awaitable[object] | object]
"""Take an event; a plain function runs in a thread."""
Register: TypeAlias = Callable[[Handler[E]], Handler[E]]

OrderName = Literal[
    "ORDER_AUTHORIZED", "ORDER_PROCESSED", "ORDER_CANCELLED", "ORDER_FAILED", "PAYMENT_FAILED"
]
RefundName = Literal["REFUND_PROCESSED", "REFUND_FAILED"]
CustomerName = Literal[
    "CUSTOMER_ACTIVATED", "CUSTOMER_DELETED", "CUSTOMER_SUSPENDED", "CUSTOMER_CREATION_FAILED"
]
TokenName = Literal["TOKEN_ACTIVATED", "TOKEN_DEACTIVATED", "TOKEN_SUSPENDED", "TOKEN_PROVISION_FAILED"]
SubscriptionName = Literal[
    "SUBSCRIPTION_ACTIVATED",
    "SUBSCRIPTION_PENDING",
    "SUBSCRIPTION_PAUSED",
    "SUBSCRIPTION_RESUMED",
    "SUBSCRIPTION_COMPLETED",
    "SUBSCRIPTION_CHARGED",
    "SUBSCRIPTION_HALTED",
    "SUBSCRIPTION_CANCELLED",
    "SUBSCRIPTION_REVOKE_FAILED",
    "SUBSCRIPTION_UPDATED",
    "SUBSCRIPTION_UPDATE_FAILED",
]
_NAMES: Final = frozenset(
    name
    for names in (OrderName, RefundName, CustomerName, TokenName, SubscriptionName)
    for name in get_args(names)
)

_MOST_THREADS: Final = 40
_log: Final = logging.getLogger("pinelabs")


@attrs.frozen(kw_only=True)
class WebhookAnswer:
    """Hold what to answer the gateway."""

    status: int
    """200: done. 400: not the gateway's. 409: somebody handles it now. 413: too large. 500: send it again."""
    text: str
    """The same in words; nothing of the delivery is in it."""


class WebhookRouter:
    """Check deliveries, hand each event to its handler once, and say what to answer.

    The gateway waits five seconds for a 2xx and tries again later otherwise. A handler that takes longer is
    not stopped when the gateway hangs up: the next try is answered with how it ended. With
    ``background=True`` it is answered first and handled after, at most once; if the process ends in between,
    nobody handles it, and only reading the order tells what it said.

    Handlers run once for each event, unless one takes longer than the store's lease or the process ends
    while it runs: then the gateway's next try runs it again.

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
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise ConfigurationError(f"limit must be a number of bytes above zero, not {limit!r}.")
        webhooks.check_settings(secret, tolerance)
        self._secret, self._tolerance = secret, tolerance
        self.limit: Final = limit
        """How many bytes a delivery may have."""
        self._store: ReplayStore = MemoryReplayStore() if store is None else store
        self._handlers: dict[str, tuple[Handler[Any], bool]] = {}
        self._otherwise: tuple[Handler[Any], bool] | None = None
        self.after_fork()
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin without tasks and threads: those that run are the parent's."""
        self._running: set[asyncio.Task[Any]] = set()
        self._threads = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="pinelabs-webhooks")

    @overload
    def on(self, *names: OrderName, background: bool = ...) -> Register[OrderEvent]: ...
    @overload
    def on(self, *names: RefundName, background: bool = ...) -> Register[RefundEvent]: ...
    @overload
    def on(self, *names: CustomerName, background: bool = ...) -> Register[CustomerEvent]: ...
    @overload
    def on(self, *names: TokenName, background: bool = ...) -> Register[TokenEvent]: ...
    @overload
    def on(self, *names: SubscriptionName, background: bool = ...) -> Register[SubscriptionEvent]: ...
    def on(self, *names: str, background: bool = False) -> Register[Any]:
        """Register the handler of some events.

        Args:
            names: The events' names.
            background: Answer first and handle after, at most once.

        Raises:
            ConfigurationError: a name that no event has, or that has a handler already.
        """
        for name in names or ("",):
            if name not in _NAMES:
                close = webhooks.closest(name, _NAMES)
                raise ConfigurationError(f"there is no event {name!r}.{close}")
            if name in self._handlers:
                raise ConfigurationError(f"{name} has a handler already.")

        def register(handler: Handler[Any]) -> Handler[Any]:
            for name in names:
                self._handlers[name] = (handler, background)
            return handler

        return register

    def otherwise(self, handler: Handler[Event]) -> Handler[Event]:
        """Register the handler of every event that has no other, unknown ones among them.

        Without one they are answered with 200 and dropped: the gateway would send them again for a day.

        Raises:
            ConfigurationError: there is one already.
        """
        if self._otherwise is not None:
            raise ConfigurationError("there is a handler of all other events already.")
        self._otherwise = (handler, False)
        return handler

    async def handle(self, body: bytes, headers: Mapping[str, Any]) -> WebhookAnswer:
        """Check a delivery, run its handler if it has not run yet, and return what to answer.

        Args:
            body: The raw bytes of the request.
            headers: Its headers, names in any case. Any, since frameworks differ.

        Returns:
            The status and a text; nothing is raised for what is delivered.
        """
        if len(body) > self.limit:
            return WebhookAnswer(status=413, text="the delivery is too large")
        try:
            event = webhooks.verify(body, headers, self._secret, tolerance=self._tolerance)
        except SignatureError as error:
            _log.warning("a webhook was refused: %s", error.reason)
            return WebhookAnswer(status=400, text=error.reason)
        found = self._handlers.get(event.type, self._otherwise)
        if found is None:
            return WebhookAnswer(status=200, text="not asked for")
        # A task of its own: the handler is not cut short, and its end is noted, when the gateway hangs up.
        return await asyncio.shield(self._begin(self._handle_once(event, *found)))

    async def wait(self) -> None:
        """Wait until the handlers that run are done, those in the background too, as before a server stops."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def _handle_once(self, event: Event, handler: Handler[Any], background: bool) -> WebhookAnswer:
        owner = secrets.token_hex(8)
        try:
            claim = await self._store.claim(event.id, owner)
        except Exception:  # noqa: BLE001  # of any store; nothing has been done yet
            _log.exception("the replay store failed; the gateway will send the event again")
            return WebhookAnswer(status=500, text="the store failed")
        if claim == "done":
            return WebhookAnswer(status=200, text="handled before")
        if claim == "running":
            return WebhookAnswer(status=409, text="being handled")
        if background:
            if not await _done(self._store.finish(event.id)):
                return WebhookAnswer(status=500, text="the store failed")
            _ = self._begin(self._run(handler, event, "nobody will try again"))
            return WebhookAnswer(status=200, text="accepted")
        if not await self._run(handler, event, "the gateway will send it again"):
            await _done(self._store.release(event.id, owner))  # else the lease frees it
            return WebhookAnswer(status=500, text="the handler failed")
        await _done(self._store.finish(event.id))  # a 2xx in any case, so that it does not come again
        return WebhookAnswer(status=200, text="handled")

    async def _run(self, handler: Handler[Any], event: Event, otherwise: str) -> bool:
        """Tell whether the handler came to its end."""
        try:
            if any(inspect.iscoroutinefunction(function) for function in (handler, type(handler).__call__)):
                await cast("Awaitable[object]", handler(event))
            elif inspect.isawaitable(result := await self._in_thread(handler, event)):
                await result
        except (Exception, asyncio.CancelledError):  # noqa: BLE001  # whatever it raises; the loop's end, too
            _log.exception("the handler of %s failed; %s", _shown(event.type), otherwise)
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


def _attempt(handler: Handler[Any], event: Event) -> tuple[object, Exception | None]:
    """Return the error instead of raising it: no future of asyncio takes a StopIteration."""
    try:
        return handler(event), None
    except Exception as error:  # noqa: BLE001  # it is raised again where it was waited for
        return None, error


async def _done(step: Awaitable[None]) -> bool:
    """Tell whether the store did as it was told."""
    try:
        await step
    except Exception:  # noqa: BLE001  # of any store
        _log.exception("the replay store failed")
        return False
    return True


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in name[:60]) or "an event without a name"
