"""What a write was meant to do: enough to find it by reading, and nothing secret."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import attrs

from pinelabs_async.wire.shape import Answer


@attrs.frozen(kw_only=True)
class Intent:
    """Hold what a write was meant to do: what a look-up compares, and no instrument, person or secret."""

    key: str
    """The ``Idempotency-Key`` of the call: no two writes share one."""
    operation: str
    """The operation's name, e.g. ``refunds.create``."""
    ids: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """The ids that the call was made with, by name."""
    reference: str | None = None
    """Your own reference, where the body carries one."""
    request_id: str | None = None
    """The ``Request-ID`` of the call."""
    members: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    """Members of the body by their JSON names, as JSON: Any, since they may be any."""
    at: datetime = attrs.field(factory=lambda: datetime.now(UTC))
    """When it was made, in UTC."""


@attrs.frozen(kw_only=True)
class Resolution:
    """Say what became of a write, as far as reading can tell."""

    carried_out: bool | None
    """True: it was, or what it leads to is there all the same. False: it surely was not, and may be repeated as it is. None: it cannot be told; do not repeat."""
    found: Answer | None = None
    """What the look-up found: the thing itself, or the object whose state tells; None where it was to go, and is gone."""
    intent: Intent | None = None
    """What was meant."""


class IntentStore(Protocol):
    """Keep intents where a crash does not reach them: recorded before the first byte leaves, settled after.

    The methods may be called at the same time from several tasks and event loops.
    """

    async def record(self, intent: Intent) -> None:
        """Keep an intent durably before this returns; when it raises, nothing is sent."""
        ...

    async def settle(self, key: str, *, carried_out: bool | None) -> None:
        """Note what became of an intent; None leaves it open."""
        ...

    async def pending(self) -> Sequence[Intent]:
        """Return the intents that are open, oldest first."""
        ...
