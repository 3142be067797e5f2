"""What both routers share: checking a delivery, claiming its event once, and saying what to answer."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final

import attrs

from pinelabs_async.api.orders import Hint
from pinelabs_async.errors import ConfigurationError, SignatureError
from pinelabs_async.incoming import webhooks
from pinelabs_async.incoming.claims import Claims, shown
from pinelabs_async.incoming.events import Event
from pinelabs_async.incoming.handlers import Handlers, Registered
from pinelabs_async.incoming.replay import MemoryReplayStore, ReplayStore
from pinelabs_async.incoming.watches import Watches
from pinelabs_async.incoming.webhooks import Headers, OneSecret
from pinelabs_async.wire.lifetime import watch_forks

MOST_THREADS: Final = 40
AGAIN: Final = "the gateway will send it again"
NEVER_AGAIN: Final = "nobody will try again"
_log: Final = logging.getLogger("pinelabs")


@attrs.frozen(kw_only=True)
class WebhookAnswer:
    """Hold what to answer the gateway."""

    status: int
    """200: done. 400: not the gateway's. 409: somebody handles it now. 413: too large. 500: send it again."""
    text: str
    """The same in words; nothing of the delivery is in it."""


ACCEPTED: Final = WebhookAnswer(status=200, text="accepted")
_REFUSED: Final = {
    "failed": WebhookAnswer(status=500, text="the store failed"),
    "done": WebhookAnswer(status=200, text="handled before"),
    "running": WebhookAnswer(status=409, text="being handled"),
}


class Deliveries(Handlers):
    """Check deliveries and keep account of their events; a router runs the handlers in between."""

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
        super().__init__()
        self._secret, self._tolerance = secret, tolerance
        self.limit: Final = limit
        """How many bytes a delivery may have."""
        self._claims: Final = Claims(MemoryReplayStore() if store is None else store)
        self._watches: Final = Watches()
        self.after_fork()
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin without what runs: it is the parent's."""

    def watching(self, order_id: str) -> AbstractContextManager[Hint]:
        """Make a hint for ``orders.wait``, given by every event about an order while a ``with`` block runs.

        Open the block before the payer can pay, and wait within it: ``orders.wait(order_id, hint=hint)``.
        The hint wakes who waits in this process, in any of its threads, and says nothing of the order, which
        ``orders.wait`` then reads. An event that another process takes wakes nobody here: the order is read
        at its pace, as without a hint.

        Args:
            order_id: The gateway's id of the order.

        Returns:
            A context manager that gives the hint.
        """
        return self._watches.on(order_id)

    def _check(self, body: bytes, headers: Headers) -> "tuple[Event, Registered] | WebhookAnswer":
        """Return the event of a delivery and its handler, or what to answer at once."""
        if len(body) > self.limit:
            return WebhookAnswer(status=413, text="the delivery is too large")
        try:
            event = webhooks.verify(body, headers, self._secret, tolerance=self._tolerance)
        except SignatureError as error:
            _log.warning("a webhook was refused: %s", error.reason)
            return WebhookAnswer(status=400, text=error.reason)
        self._watches.tell(event)  # one that comes again, too: who is woken only reads
        handler = self._handler_of(event)
        return WebhookAnswer(status=200, text="not asked for") if handler is None else (event, handler)

    async def _claim(self, event: Event, owner: str, *, for_good: bool) -> WebhookAnswer | None:
        """Take an event, or return why it is not to be handled now."""
        taken = await self._claims.take(event.id, owner)
        if taken != "claimed":
            return _REFUSED[taken]
        if for_good:
            await self._finish(event, owner, f"its handler was not begun, and {NEVER_AGAIN}")
        else:
            self._claims.keep(event.id, owner)
        return None

    async def _conclude(self, event: Event, owner: str, *, handled: bool) -> WebhookAnswer:
        """Note how the handler ended."""
        if not handled:
            await self._claims.release(event.id, owner)
            return WebhookAnswer(status=500, text="the handler failed")
        await self._finish(event, owner, "its handler has run, and may run again")
        return WebhookAnswer(status=200, text="handled")

    async def _finish(self, event: Event, owner: str, if_cancelled: str) -> None:
        try:
            await self._claims.finish(event.id, owner)
        except asyncio.CancelledError:
            _log.error(
                "the server stopped while webhook %s was marked as done: %s", shown(event.id), if_cancelled
            )
            raise


def report_lost(event: Event) -> None:
    """Log that the handler of an event which is marked as done was not begun."""
    _log.error("the handler of webhook %s was not begun; %s", shown(event.id), NEVER_AGAIN)


def report_failure(event: Event, otherwise: str) -> None:
    """Log the error that is being handled, and what becomes of its event."""
    _log.exception("the handler of %s failed; %s", shown(event.type) or "an event without a name", otherwise)
