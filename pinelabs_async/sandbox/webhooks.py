"""The merchant's webhooks: where they go, what goes wrong with them, and what became of each."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args
from urllib.parse import urlsplit

import attrs

from pinelabs_async.sandbox.delivery import Courier, Delivery, merchant_with
from pinelabs_async.sandbox.event_samples import SAMPLES, beside, sample
from pinelabs_async.sandbox.gateway.shapes import order_event
from pinelabs_async.sandbox.outbox import Event
from pinelabs_async.sandbox.state import Credentials, Json, State

WebhookFault: TypeAlias = Literal[
    "lost",  # it never comes
    "late",  # it comes after a while of the sandbox's clock
    "duplicated",  # it comes twice, under the same id
    "reordered",  # it comes after the merchant's next event
]


@attrs.define(kw_only=True)
class _Fault:
    what: WebhookFault
    event: str
    times: int | None
    seconds: float
    share: float
    draws: Random = attrs.field(repr=False)

    def strikes(self, event: Event) -> bool:
        """Tell whether it is this event's turn, and count it."""
        if self.times == 0 or self.event not in ("*", event.type):
            return False
        if self.draws.random() >= self.share:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Webhooks:
    """Posts what happens to the merchants' servers: signed, and again until they answer with a 2xx.

    Nothing is sent to a merchant without a URL. Of each event the body is as it was when it happened.
    Events of one merchant are sent one after the other, in order, unless a fault or a retry comes between:
    the gateway itself promises no order.
    """

    def __init__(self, state: State, courier: Courier) -> None:
        self._urls: dict[str, str] = {}
        self._state = state
        self._courier = courier
        self._deliveries: list[Delivery] = []
        self._held: dict[str, list[Delivery]] = defaultdict(list)
        self._faults: list[_Fault] = []
        state.outbox.told = self._told

    @property
    def url(self) -> str:
        """Where the first merchant's webhooks go; empty for nowhere."""
        return self._urls.get(self._first.merchant_id, "")

    @url.setter
    def url(self, url: str) -> None:
        self.point(self._first.merchant_id, url)

    @property
    def urls(self) -> Mapping[str, str]:
        """Where each merchant's webhooks go, by merchant id."""
        return MappingProxyType(self._urls)

    @property
    def answer_seconds(self) -> float:
        """How long, in real time, the merchant's server has to answer with a 2xx: five seconds, as documented."""
        return self._courier.answer_seconds

    @answer_seconds.setter
    def answer_seconds(self, seconds: float) -> None:
        if seconds <= 0:
            raise ValueError(f"answer_seconds is {seconds!r}, no time at all")
        self._courier.answer_seconds = seconds

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything told so far, oldest first, whether there was a URL to send it to or not."""
        return tuple(self._state.outbox)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What was to be sent so far, oldest first, with every attempt; a duplicated event is there twice."""
        return tuple(self._deliveries)

    def point(self, merchant_id: str, url: str) -> None:
        """Send a merchant's webhooks from now on to a URL; an empty one for nowhere.

        Raises:
            ValueError: It is no http or https URL.
        """
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError(f"the webhook URL is {url!r}, no http or https URL")
        self._urls[merchant_id] = url

    def fault(
        self,
        what: WebhookFault,
        *,
        event: str = "*",
        times: int | None = 1,
        seconds: float = 60,
        share: float = 1,
        seed: int | str = 0,
    ) -> None:
        """Let something go wrong with the next events.

        Args:
            what: `lost`: it never comes. `late`: it comes after a while. `duplicated`: it comes twice, under
                the same id. `reordered`: it comes after the merchant's next event.
            event: The event's name, or `*` for any.
            times: How many events are struck; None for all.
            seconds: By the sandbox's clock, how long a `late` one takes.
            share: How many of the events, from 0 to 1; give it with `times=None`.
            seed: What the choice of them follows from: the same one strikes the same ones again.

        Raises:
            ValueError: An argument is out of its range; the text names it.
        """
        rules = {
            f"what is {what!r}, not one of {', '.join(get_args(WebhookFault))}": what
            in get_args(WebhookFault),
            f"event is {event!r}: no such event": event == "*" or event in SAMPLES,
            f"times is {times!r}, not a number from 1 on": times is None or times >= 1,
            f"seconds is {seconds!r}, no time at all": seconds > 0,
            f"share is {share!r}, not from 0 to 1": 0 <= share <= 1,
        }
        for complaint, holds in rules.items():
            if not holds:
                raise ValueError(complaint)
        draws = Random(seed)  # noqa: S311  # to be repeated, not to be secret
        fault = _Fault(what=what, event=event, times=times, seconds=seconds, share=share, draws=draws)
        self._faults.append(fault)

    def send(
        self,
        event_type: str,
        data: Json | None = None,
        *,
        order_id: str | None = None,
        merchant: Credentials | None = None,
    ) -> Event:
        """Send an event that the sandbox did not bring about by itself, and return it.

        Args:
            event_type: A documented event; any name where `data` is given.
            data: Its `data`; else a sample of the documented shape, about things that the sandbox does not have.
            order_id: An order or refund of the sandbox, to be the event's `data` as it is now.
            merchant: Whose event; the first merchant's when left out.

        Raises:
            ValueError: There is no such event, order or merchant.
        """
        owner = merchant_with(self._state, (merchant or self._first).merchant_id)
        owner_id = owner.credentials.merchant_id
        if order_id is not None:
            if order_id not in owner.orders:
                raise ValueError(f"order_id is {order_id!r}: merchant {owner_id} has no such order")
            data = order_event(owner.orders[order_id], owner)
        if data is None and event_type not in SAMPLES:
            raise ValueError(f"event_type is {event_type!r}: no such event")
        told = sample(event_type, merchant_id=owner_id, at=self._state.clock.now()) if data is None else data
        more = beside(
            event_type, merchant_id=owner_id, event_id=f"v1-event-{len(self._state.outbox) + 1:03d}"
        )
        return self._state.outbox.tell(owner_id, event_type, told, **more)

    def can_retry(self, delivery: Delivery) -> bool:
        """Tell whether a delivery waits for its next attempt, or had its last one in vain."""
        if delivery.due is None:
            return delivery.status == "failed"
        return delivery.due > self._state.clock.now()

    def retry(self, delivery: Delivery) -> None:
        """Send once more, now, what was not accepted; where this fails, the schedule goes on from here.

        Raises:
            ValueError: It was delivered, it is lost, or it is on its way.
        """
        if not self.can_retry(delivery):
            raise ValueError(f"{delivery.type} {delivery.id} is {delivery.status} and cannot be sent now")
        self._courier.take(delivery, self._state.clock.now())

    async def delivered(self) -> None:
        """Wait until every delivery that is due by now was attempted, whatever became of it."""
        await self._courier.idle()

    def clear(self) -> None:
        """Forget deliveries and faults, and send nothing of what was due; the URLs stay."""
        self._courier.clear()
        self._deliveries.clear()
        self._held.clear()
        self._faults.clear()

    def _told(self, event: Event) -> None:
        """Send an event, in the way that the first fault that fits has for it."""
        url = self._urls.get(event.merchant_id)
        if not url:
            return
        fault = next((fault for fault in self._faults if fault.strikes(event)), None)
        what = fault.what if fault else None
        new = [Delivery(event=event, url=url, fault=what) for _ in range(2 if what == "duplicated" else 1)]
        self._deliveries += new
        if what == "lost":
            return
        if what == "reordered":
            self._held[event.merchant_id] += new
            return
        due = event.at + timedelta(seconds=fault.seconds if fault and what == "late" else 0)
        for delivery in (*new, *self._held.pop(event.merchant_id, ())):
            self._courier.take(delivery, due)

    @property
    def _first(self) -> Credentials:
        return next(iter(self._state.merchants.values())).credentials
