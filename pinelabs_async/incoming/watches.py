"""Waking whoever waits for an order when a webhook about it arrives."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Generator

from pinelabs_async.incoming.events import Event, OrderEvent, RefundEvent
from pinelabs_async.wire.lifetime import watch_forks


class Watch:
    """Be a hint that is given in one thread or event loop and waited for in others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given = False
        self._wakers: set[Callable[[], None]] = set()

    def give(self) -> None:
        """Wake all who wait."""
        with self._lock:
            self._given = True
            for wake in self._wakers:
                wake()

    def clear(self) -> None:
        """Forget that there was a hint."""
        with self._lock:
            self._given = False

    async def wait(self) -> None:
        """Wait for a hint; one that was given since ``clear`` counts."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # that loop has ended, and nobody waits there any more
                loop.call_soon_threadsafe(woken.set)

        with self._lock:
            if self._given:
                return
            self._wakers.add(wake)
        try:
            await woken.wait()
        finally:
            with self._lock:
                self._wakers.discard(wake)


class Watches:
    """Know who waits for which order."""

    def __init__(self) -> None:
        self._of_order: dict[str, set[Watch]] = {}
        self.after_fork()
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin with nobody who waits: they are in the parent."""
        self._lock = threading.Lock()
        self._of_order.clear()

    @contextlib.contextmanager
    def on(self, order_id: str) -> Generator[Watch]:
        """Watch an order for the length of a block."""
        watch = Watch()
        with self._lock:
            self._of_order.setdefault(order_id, set()).add(watch)
        try:
            yield watch
        finally:
            with self._lock:
                left = self._of_order.get(order_id, set())
                left.discard(watch)
                if not left:
                    self._of_order.pop(order_id, None)

    def tell(self, event: Event) -> None:
        """Wake who waits for the order that an event is about, or for the one that a refund is of."""
        if not isinstance(event, (OrderEvent, RefundEvent)):
            return
        about = {event.data.order_id, getattr(event.data, "parent_order_id", None)}
        with self._lock:
            told = [watch for order_id in about if order_id for watch in self._of_order.get(order_id, ())]
        for watch in told:
            watch.give()
