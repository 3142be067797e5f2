"""What the gateway tells the merchant by webhook."""

import json
import secrets
import string
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import attrs

from pinelabs_async.sandbox.clock import Clock

_LETTERS: Final = string.ascii_letters + string.digits


@attrs.frozen(kw_only=True)
class Event:
    """One thing told."""

    id: str
    """Its `webhook-id`, the same however often it is sent."""
    type: str
    merchant_id: str
    body: bytes = attrs.field(repr=False)
    """As it was when it happened, whatever changes afterwards."""
    at: datetime


class Outbox:
    """Keeps the events of one sandbox, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: list[Event] = []
        self.told: Callable[[Event], None] | None = None
        """Called with each event as it happens."""

    def tell(self, merchant_id: str, event_type: str, data: dict[str, Any], /, **beside: Any) -> Event:
        """Note that something happened; ``beside`` are members that stand next to ``data``."""
        event = Event(
            id="msg_" + "".join(secrets.choice(_LETTERS) for _ in range(27)),
            type=event_type,
            merchant_id=merchant_id,
            body=json.dumps({"event_type": event_type, **beside, "data": data}).encode(),
            at=self._clock.now(),
        )
        self._events.append(event)
        if self.told is not None:
            self.told(event)
        return event

    def clear(self) -> None:
        """Forget everything."""
        self._events.clear()

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)
