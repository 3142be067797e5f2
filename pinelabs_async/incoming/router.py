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
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast, get_args, overload

import anyio.to_thread
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

E = TypeVar("E")
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

    The gateway waits five seconds for a 2xx and tries again later otherwise. A handler that takes longer
    runs with ``background=True``: then it is answered first and handled after, at most once; if the process
    ends in between, nobody handles it, and only reading the order tells what it said.

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
        self._running: set[asyncio.Task[None]] = set()

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
        """
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
        handler, background = self._handlers.get(event.type, self._otherwise or (_drop, False))
        claim = await self._store.claim(event.id)
        if claim == "done":
            return WebhookAnswer(status=200, text="handled before")
        if claim == "running":
            return WebhookAnswer(status=409, text="being handled")
        if background:
            await self._store.finish(event.id)
            self._begin(handler, event)
            return WebhookAnswer(status=200, text="accepted")
        return await self._run_once(handler, event)

    async def wait(self) -> None:
        """Wait until the handlers in the background are done, as before a server stops."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def _run_once(self, handler: Handler[Any], event: Event) -> WebhookAnswer:
        finished = False
        try:
            await _call(handler, event)
            finished = True
        except Exception:  # noqa: BLE001  # whatever a handler raises, the gateway is to send the event again
            _log.exception("the handler of %s failed; the gateway will send it again", _shown(event.type))
            return WebhookAnswer(status=500, text="the handler failed")
        finally:  # also when it is cancelled: the next try is to get through
            with anyio.CancelScope(shield=True):
                await (self._store.finish if finished else self._store.release)(event.id)
        return WebhookAnswer(status=200, text="handled")

    def _begin(self, handler: Handler[Any], event: Event) -> None:
        async def run() -> None:
            try:
                await _call(handler, event)
            except Exception:  # noqa: BLE001  # nobody else is there to hear of it
                _log.exception(
                    "the background handler of %s failed; nobody will try again", _shown(event.type)
                )

        task = asyncio.get_running_loop().create_task(run())
        self._running.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._running.discard)


async def _call(handler: Handler[Any], event: Event) -> None:
    if any(inspect.iscoroutinefunction(function) for function in (handler, type(handler).__call__)):
        await cast("Awaitable[object]", handler(event))
        return
    result = await anyio.to_thread.run_sync(handler, event)
    if inspect.isawaitable(result):
        await result


async def _drop(_event: Event) -> None:
    """Handle an event that nobody wants."""


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in name[:60]) or "an event without a name"
