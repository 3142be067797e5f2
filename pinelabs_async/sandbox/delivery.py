"""Brings events to the merchants: one after the other, and again by the documented schedule."""

import asyncio
import contextlib
import time
from collections import defaultdict, deque
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal

import aiohttp
import attrs

from pinelabs_async.sandbox.outbox import Event
from pinelabs_async.sandbox.posting import ANSWER_SECONDS, Attempt, http_client, post, sign
from pinelabs_async.sandbox.state import Merchant, State

# The page on webhook retries says so; another page speaks of three tries, five seconds apart.
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
"""How long the gateway waits after each attempt that failed; then it gives up."""
_TICK_SECONDS: Final = 0.25


@attrs.define(kw_only=True, eq=False)
class Delivery:
    """An event on its way to one merchant."""

    event: Event
    url: str
    fault: str | None = None
    """What goes wrong with it on purpose."""
    due: datetime | None = None
    """When it is sent next, by the sandbox's clock; None while it is held back, and once it is over."""
    attempts: list[Attempt] = attrs.field(factory=list[Attempt])
    """Every POST so far, oldest first."""

    @property
    def id(self) -> str:
        """The `webhook-id`: that of the event, the same in every attempt."""
        return self.event.id

    @property
    def type(self) -> str:
        """The event's name."""
        return self.event.type

    @property
    def status(self) -> Literal["waiting", "delivered", "failed", "lost"]:
        """How far it got: `failed` once the last attempt was in vain, `lost` where it was never to be sent."""
        if self.fault == "lost":
            return "lost"
        if self.attempts and self.attempts[-1].accepted:
            return "delivered"
        return "failed" if len(self.attempts) > len(WAITS) else "waiting"


class Courier:
    """Sends what is due: for each merchant one at a time, in the order in which it became due."""

    def __init__(self, state: State, crashed: Callable[[Exception], None]) -> None:
        self.answer_seconds = ANSWER_SECONDS
        self._state = state
        self._clock = state.clock
        self._crashed = crashed
        self._lanes: dict[str, deque[Delivery]] = defaultdict(deque)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._http: aiohttp.ClientSession | None = None
        self._ticker: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to send."""
        self._loop, self._http = asyncio.get_running_loop(), http_client()
        self._ticker = self._loop.create_task(self._keep_time())

    async def aclose(self) -> None:
        """Stop, also in the middle of an attempt."""
        tasks = [*self._workers.values(), *([self._ticker] if self._ticker else [])]
        self.clear()
        http, self._http, self._loop = self._http, None, None
        if self._ticker is not None:
            self._ticker.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if http is not None:
            await http.close()

    def clear(self) -> None:
        """Forget what waits, and break off what is being sent."""
        for worker in self._workers.values():
            worker.cancel()
        self._workers.clear()
        self._lanes.clear()

    def take(self, delivery: Delivery, due: datetime) -> None:
        """Send it at a moment, which may have passed already."""
        delivery.due = due
        if due <= self._clock.now():
            self._line_up(delivery, due)
        else:
            self._clock.at(due, partial(self._line_up, delivery, due))

    async def idle(self) -> None:
        """Wait until all that is due by now was attempted."""
        self._clock.catch_up()
        while busy := [worker for worker in self._workers.values() if not worker.done()]:
            await asyncio.wait(busy)

    def _line_up(self, delivery: Delivery, due: datetime) -> None:
        if self._loop is None or self._http is None:  # closed meanwhile
            return
        if delivery.due != due:  # sent meanwhile, because someone asked for it
            return
        merchant_id = delivery.event.merchant_id
        lane = self._lanes[merchant_id]
        lane.append(delivery)
        worker = self._workers.get(merchant_id)
        if worker is None or worker.done():
            # Named, since a clock may be moved while the loop does not run, between two steps of a test.
            self._workers[merchant_id] = self._loop.create_task(self._work(self._http, lane))

    async def _work(self, http: aiohttp.ClientSession, lane: deque[Delivery]) -> None:
        with self._no_crash():
            while lane:
                await self._attempt(http, lane.popleft())

    async def _attempt(self, http: aiohttp.ClientSession, delivery: Delivery) -> None:
        """Send it once, signed anew, and plan the next attempt where this one failed."""
        event, now, began = delivery.event, self._clock.now(), time.monotonic()
        headers = sign(
            event.body,
            merchant_with(self._state, event.merchant_id).credentials.webhook_secret,
            id=event.id,
            timestamp=int(now.timestamp()),
        )
        attempt = await post(http, delivery.url, event.body, headers, at=now, seconds=self.answer_seconds)
        delivery.attempts.append(attempt)
        was_due, delivery.due = delivery.due or now, None
        if delivery.status == "waiting":
            # From when it was due, not from when a clock that jumped let it happen: a jump over the whole
            # schedule makes every attempt of it.
            took = timedelta(seconds=time.monotonic() - began)
            self.take(delivery, was_due + took + WAITS[len(delivery.attempts) - 1])

    async def _keep_time(self) -> None:
        """Let happen what the passing of real time makes due, also while nobody asks."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            with self._no_crash():
                self._clock.catch_up()

    @contextlib.contextmanager
    def _no_crash(self) -> Generator[None]:
        try:
            yield
        except Exception as crash:  # noqa: BLE001 - kept, and raised when the sandbox closes
            self._crashed(crash)


def merchant_with(state: State, merchant_id: str) -> Merchant:
    """Return the merchant that has an id, or raise ValueError."""
    for merchant in state.merchants.values():
        if merchant.credentials.merchant_id == merchant_id:
            return merchant
    raise ValueError(f"there is no merchant {merchant_id!r}")
