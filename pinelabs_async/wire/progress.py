"""How far one call has got."""

import time
from typing import Any, Final

import attrs
from yarl import URL

from pinelabs_async import errors
from pinelabs_async.wire.attempt import Reach
from pinelabs_async.wire.content import Content
from pinelabs_async.wire.download import Download
from pinelabs_async.wire.intent import Intent
from pinelabs_async.wire.operation import Operation
from pinelabs_async.wire.redact import Secret
from pinelabs_async.wire.settings import Options
from pinelabs_async.wire.transport import Request

DISTANCE: Final = tuple(Reach)
"""How far a call can get, nearest first."""


@attrs.define(kw_only=True)
class Progress:
    """Hold the state of one call over its attempts."""

    operation: Operation[Any]
    ids: tuple[str, ...]
    options: Options
    url: URL = attrs.field(repr=False)
    content: Content | None = attrs.field(repr=False)
    body: object = attrs.field(repr=False)
    reference: str | None
    request_id: str
    idempotency_key: str
    ends_at: float
    is_look_up: bool = False
    abandoned: bool = False
    """Whether its caller has gone, so that nothing more is sent."""
    download: Download | None = None
    attempts: int = 0
    request: Request | None = None
    """What is under way at this moment."""
    token: Secret | None = None
    token_renewed: bool = False
    maybe_done: bool = False
    resent: bool = False
    over_budget: bool = False
    """Whether it would have been tried again if this Session had not repeated so many calls already."""
    reach: Reach = Reach.NOT_SENT

    @property
    def time_left(self) -> float:
        """Seconds until the deadline."""
        return self.ends_at - time.monotonic()

    def facts(self) -> dict[str, Any]:
        """Return what every error of this call says."""
        reaches = (self.reach, self.request.reach if self.request is not None else Reach.NOT_SENT)
        return {
            "operation": self.operation.name,
            "request_id": self.request_id,
            "reference": self.reference,
            "ids": dict(zip(self.operation.id_names, self.ids, strict=True)),
            "reached": str(max(reaches, key=DISTANCE.index)),
            "attempts": self.attempts,
            "members": self.operation.trace(self.body),
        }

    @property
    def has_left(self) -> bool:
        """Whether the gateway may have got something of it."""
        return self.maybe_done or (self.request is not None and self.request.reach is not Reach.NOT_SENT)

    def abandon(self) -> bool:
        """Send nothing more; tell whether something has left."""
        self.abandoned = True
        return self.has_left

    def report(self, message: str, *, is_over: bool = False) -> errors.PineLabsError:
        """Make the error that says where the call stands."""
        kind = errors.PineLabsError if is_over else errors.OutcomeUnknownError
        return kind(message, **self.facts())

    @property
    def may_resend(self) -> bool:
        """Whether it may be sent again once it is proved that it was not carried out."""
        more = self.attempts < self.options.max_attempts and self.time_left > 0
        return self.operation.resend and not self.resent and not self.abandoned and more

    def intent(self) -> Intent:
        """Return what the call is meant to do, to be kept."""
        return Intent(
            key=self.idempotency_key,
            operation=self.operation.name,
            ids=dict(zip(self.operation.id_names, self.ids, strict=True)),
            reference=self.reference,
            request_id=self.request_id,
            members=self.operation.trace(self.body),
        )
