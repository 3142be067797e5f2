"""How far one call has got."""

import logging
import time
from typing import Any, Final

import attrs
from yarl import URL

from pinelabs_async import errors
from pinelabs_async.wire.attempt import Reach
from pinelabs_async.wire.content import Content
from pinelabs_async.wire.download import Download
from pinelabs_async.wire.operation import Operation
from pinelabs_async.wire.redact import Secret
from pinelabs_async.wire.settings import Options
from pinelabs_async.wire.transport import Reply, Request

_log: Final = logging.getLogger("pinelabs")
DISTANCE: Final = tuple(Reach)
"""How far a call can get, nearest first."""


@attrs.define(eq=False, repr=False, slots=False, auto_attribs=False)
class Progress:
    """Hold the state of one call over its attempts; what may change stands in the class until it does."""

    operation: Operation[Any] = attrs.field()
    ids: tuple[str, ...] = attrs.field()
    options: Options = attrs.field()
    url: URL = attrs.field()
    content: Content | None = attrs.field()
    body: object = attrs.field()
    reference: str | None = attrs.field()
    request_id: str = attrs.field()
    idempotency_key: str = attrs.field()
    ends_at: float = attrs.field()
    is_look_up: bool = False
    abandoned: bool = False
    """Whether its caller has gone, so that nothing more is sent."""
    download: Download | None = None
    attempts: int = 0
    began: float = 0
    """When the last of them did, on the monotonic clock."""
    request: Request | None = None
    """What is under way at this moment."""
    token: Secret | None = None
    token_renewed: bool = False
    maybe_done: bool = False
    is_done: bool = False
    """Whether its answer is there, so that only what follows it is under way."""
    resent: bool = False
    over_budget: bool = False
    """Whether it would have been tried again if this Session had not repeated so many calls already."""
    reach: Reach = Reach.NOT_SENT
    status: int | None = None
    """Of the last answer that came."""

    @property
    def time_left(self) -> float:
        """Seconds until the deadline."""
        return self.ends_at - time.monotonic()

    def begin_attempt(self) -> float:
        """Count another attempt; return the seconds until the deadline."""
        self.attempts += 1
        self.began = time.monotonic()
        return self.ends_at - self.began

    def end_attempt(self, reply: Reply) -> None:
        """Log how an attempt ended, and note how far it got: the one that got furthest counts."""
        self.request = None
        self.status = reply.status or self.status
        if reply.reach is Reach.ANSWERED:  # the furthest there is
            self.reach = Reach.ANSWERED
        else:
            self.reach = max(self.reach, reply.reach, key=DISTANCE.index)
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug(
                "%s %s -> %s, attempt %d, %.0f ms, Request-ID %s",
                self.operation.method,
                self.operation.path,
                reply.status or reply.reach,
                self.attempts,
                (time.monotonic() - self.began) * 1000,
                self.request_id,
            )

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
        return (
            self.maybe_done
            or self.is_done
            or (self.request is not None and self.request.reach is not Reach.NOT_SENT)
        )

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
