"""What goes wrong in the matrix, and how a call may end then."""

import attrs

from pinelabs_async import Repeat

RESULT, NOT_SENT, REFUSED, UNKNOWN, NO_ANSWER = "result", "not sent", "refused", "unknown", "no answer"
HURRY = {"timeout": 0.25, "deadline": 0.25}
"""No time for more than one attempt."""
IMPATIENT = {"timeout": 0.25}
"""Time for further attempts and for a look-up after one that had no answer."""


@attrs.frozen
class Trouble:
    """Say what goes wrong, and how calls end: by how far the operation may be repeated."""

    name: str
    faults: tuple[dict[str, object], ...]
    """Arguments of `Faults.add`, for the operation itself where they name none."""
    read: str
    resent: str
    """By reference, and sent again where it is proved absent."""
    looked_up: str
    """By reference, and never sent again."""
    never: str
    tokenless: str | None = None
    """Where the operation carries no access token, if that matters; empty where it cannot happen."""
    options: dict[str, float] = attrs.field(factory=dict, kw_only=True)
    has_token: bool = attrs.field(default=False, kw_only=True)
    """Whether the Session has its token before it happens; else its call is its first."""
    is_reachable: bool = attrs.field(default=True, kw_only=True)

    @property
    def is_slow(self):
        """Tell whether it takes its time in any case; then the time is for the call alone."""
        return bool(self.options)

    @property
    def is_carried_out(self):
        """Tell whether the operation is carried out before it goes wrong, or is so when that has passed."""
        return any(fault["at"] == "after_execute" or fault["what"] == "slow" for fault in self.faults)

    def ending(self, operation):
        """Return how a call of an operation ends; empty where this cannot happen to it."""
        if self.tokenless is not None and not operation.secured:
            return self.tokenless
        if operation.repeat is Repeat.BY_REFERENCE:
            return self.resent if operation.resend else self.looked_up
        return self.read if operation.repeat is Repeat.READ else self.never


def _before(what, **more):
    return {"at": "before_execute", "what": what, **more}


def _after(what, **more):
    return {"at": "after_execute", "what": what, **more}


def _head(what, **more):
    return {"at": "before_read", "what": what, **more}


def _token(what, **more):
    return _before(what, operation="auth.generate_token", **more)


THROTTLED = _before("status", status=429)
TOKEN_ENDED = _before("status", status=401)
ALL, OTHER_READS = "*", "every read but itself"
_LOOK_UPS_LOST = _before("drop", times=None, operation=OTHER_READS)
_LOOK_UPS_ASTRAY = _before("html", status=404, times=None, operation=OTHER_READS)

# Of a read, by reference and sent again, by reference and looked up only, never.
_ALL_WELL = (RESULT, RESULT, RESULT, RESULT)
_NOT_DONE = (RESULT, RESULT, UNKNOWN, UNKNOWN)
_DONE = (RESULT, RESULT, RESULT, UNKNOWN)
_NEVER_DONE = (NO_ANSWER, UNKNOWN, UNKNOWN, UNKNOWN)
_DONE_IN_SILENCE = (NO_ANSWER, RESULT, RESULT, UNKNOWN)
_REFUSED = (REFUSED, REFUSED, REFUSED, REFUSED)
_NOT_SENT = (NOT_SENT, NOT_SENT, NOT_SENT, NOT_SENT)
_NOT_FOUND = (RESULT, UNKNOWN, UNKNOWN, UNKNOWN)
_TOKEN_LOST = (NO_ANSWER, NOT_SENT, NOT_SENT, NOT_SENT)
_LOST_THEN_REFUSED = (REFUSED, UNKNOWN, UNKNOWN, UNKNOWN)

TROUBLES = (
    Trouble("nothing", (), *_ALL_WELL),
    Trouble("refused connection", (), *_NOT_SENT, is_reachable=False, has_token=True),
    Trouble("refused connection, no token yet", (), *_NOT_SENT, is_reachable=False),
    Trouble("reset before the body is read", (_head("reset"),), *_NOT_DONE),
    Trouble("reset before the body is read, always", (_head("reset", times=None),), *_NEVER_DONE),
    Trouble("drop before executing", (_before("drop"),), *_NOT_DONE),
    Trouble("drop before executing, always", (_before("drop", times=None),), *_NEVER_DONE),
    Trouble("drop after executing", (_after("drop"),), *_DONE),
    Trouble("drop after executing, always", (_after("drop", times=None),), *_DONE_IN_SILENCE),
    Trouble("reset after executing", (_after("reset"),), *_DONE),
    Trouble("truncated before executing", (_before("truncated"),), *_NOT_DONE),
    Trouble("truncated after executing", (_after("truncated"),), *_DONE),
    Trouble("garbage before executing", (_before("garbage"),), *_NOT_DONE),
    Trouble("garbage after executing", (_after("garbage"),), *_DONE),
    Trouble("503 before executing", (_before("status", status=503),), *_NOT_DONE),
    Trouble("503 before executing, always", (_before("status", status=503, times=None),), *_NEVER_DONE),
    Trouble("503 after executing", (_after("status", status=503),), *_DONE),
    Trouble("503 after executing, always", (_after("status", status=503, times=None),), *_DONE_IN_SILENCE),
    Trouble("502 with a web page", (_before("html", status=502),), *_NOT_DONE),
    Trouble("429", (THROTTLED,), *_ALL_WELL),
    Trouble("429, always", ({**THROTTLED, "times": None},), *_REFUSED),
    Trouble("429 without a code", (_before("html", status=429),), *_ALL_WELL),
    Trouble("429, Retry-After a second", ({**THROTTLED, "retry_after": 1},), *_ALL_WELL),
    Trouble("429, Retry-After a day", ({**THROTTLED, "retry_after": 86_400},), *_REFUSED),
    Trouble("too many payments", ({**THROTTLED, "code": "PAYMENT_RATE_LIMIT"},), *_REFUSED),
    Trouble("401", (TOKEN_ENDED,), *_ALL_WELL, REFUSED),
    Trouble("401, always", ({**TOKEN_ENDED, "times": None},), *_REFUSED),
    Trouble("token revoked", (_before("revoke"),), *_ALL_WELL, ""),
    Trouble("token revoked, always", (_before("revoke", times=None),), *_REFUSED, ""),
    Trouble("token dropped", (_token("drop"),), *_ALL_WELL, ""),
    Trouble("token dropped, always", (_token("drop", times=None),), *_NOT_SENT, ""),
    Trouble("token refused", (_token("status", status=401),), *_NOT_SENT, ""),
    Trouble("token throttled, always", (_token("status", status=429, times=None),), *_NOT_SENT, ""),
    Trouble(
        "401, and no new token", (TOKEN_ENDED, _token("drop", times=None)), *_TOKEN_LOST, "", has_token=True
    ),
    Trouble(
        "lost, then 401, and no new token",
        (_head("drop"), TOKEN_ENDED, _token("drop", times=None)),
        *_NEVER_DONE,
        "",
        has_token=True,
    ),
    Trouble("307", (_before("redirect"),), *_REFUSED),
    Trouble("all is dropped", (_before("drop", times=None, operation=ALL),), *_NEVER_DONE, has_token=True),
    Trouble("lost, and what looks it up too", (_head("drop"), _LOOK_UPS_LOST), *_NOT_FOUND, has_token=True),
    Trouble(
        "lost after executing, and what looks it up too",
        (_after("drop"), _LOOK_UPS_LOST),
        *_NOT_FOUND,
        has_token=True,
    ),
    Trouble("lost, and a stranger says 404", (_head("drop"), _LOOK_UPS_ASTRAY), *_NOT_FOUND, has_token=True),
    Trouble("lost, then 429", (_head("drop"), {**THROTTLED, "times": None}), *_LOST_THEN_REFUSED),
    Trouble("lost, then 401", (_head("drop"), {**TOKEN_ENDED, "times": None}), *_LOST_THEN_REFUSED),
    Trouble("dribbled answer", (_after("dribble"),), *_ALL_WELL),
    Trouble("dribbled too slowly", (_after("dribble", delay=0.02),), *_NEVER_DONE, options=HURRY),
    Trouble("too slow, before executing", (_before("slow", delay=1),), *_NEVER_DONE, options=HURRY),
    Trouble("too slow, after executing", (_after("slow", delay=1),), *_NEVER_DONE, options=HURRY),
    Trouble(
        "slow once, before executing",
        (_before("slow", delay=1),),
        *_NOT_DONE,
        options=IMPATIENT,
    ),
    Trouble("slow once, after executing", (_after("slow", delay=1),), *_DONE, options=IMPATIENT),
)
"""Slow is until the call has ended; see `Gate`."""
