"""The attempt rules: what one attempt's end means for the call. Pure: no clock, no socket, no randomness.

The table (rows: how the attempt ended, columns: how the operation may be repeated):

====================================  ==========  ==============================  ==============
the attempt                           READ        BY_REFERENCE                    NEVER
====================================  ==========  ==============================  ==============
was not sent                          again       again                           again
sent, no usable answer; 408, 5xx      again       look it up                      stop: unknown
``API_RATE_LIMIT``, 429 without code  again       again                           again
401                                   new token   new token                       new token
duplicate of what this call may
have carried out before               -           look it up                      -
3xx, any other 4xx                    refused     refused                         refused
====================================  ==========  ==============================  ==============

The rows judge the whole call: once an attempt may have been carried out, nothing that a later one meets makes
the call "not sent" or "refused".
"""

import enum
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from pinelabs_async.errors import AuthenticationError, class_of
from pinelabs_async.wire.operation import Repeat

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 8.0


class Reach(enum.StrEnum):
    """How far an attempt got."""

    NOT_SENT = "not sent"
    PARTLY_SENT = "partly sent"
    SENT = "sent"
    ANSWERED = "answered"


class Verdict(enum.Enum):
    """What to do after an attempt."""

    ANSWER = "hand out the answer"
    AGAIN = "try again after a pause"
    NEW_TOKEN = "get a new token and try once more"  # noqa: S105  # no secret, a verdict
    LOOK_UP = "find out what became of it"
    REFUSED = "stop: the gateway refused"
    NOT_SENT = "stop: nothing was sent"
    NO_ANSWER = "stop: a read without an answer"
    UNKNOWN = "stop: a write that may have been carried out"


class Ending(NamedTuple):
    """Say how one attempt ended."""

    reach: Reach
    status: int | None = None
    code: str | None = None
    whole: bool = True
    """Whether the answer arrived completely."""
    usable: bool = False
    """Whether a 2xx answer could be read."""
    refusal: tuple[str, str] | None = None
    """Code and message of a refusal inside a 2xx answer."""


class History(NamedTuple):
    """Say what the call has been through before and after this attempt."""

    attempts: int
    """Attempts made, this one included."""
    max_attempts: int
    maybe_done: bool = False
    """Whether an earlier attempt may have been carried out."""
    token_renewed: bool = False
    """Whether a 401 has already cost this call a new token."""


def judge(repeat: Repeat, ending: Ending, history: History) -> Verdict:
    """Decide what to do after an attempt; see the table above."""
    more = history.attempts < history.max_attempts
    if ending.usable:
        return Verdict.ANSWER
    if ending.refusal is not None:
        return _stop(repeat, Verdict.REFUSED, history)
    if ending.reach is Reach.NOT_SENT:
        return Verdict.AGAIN if more else _stop(repeat, Verdict.NOT_SENT, history)
    if _may_be_done(ending):
        return _lost(repeat, more=more)
    if _is_about_the_token(ending) and not history.token_renewed:
        return Verdict.NEW_TOKEN
    if is_throttled(ending):
        return Verdict.AGAIN if more else _stop(repeat, Verdict.REFUSED, history)
    if ending.code == "DUPLICATE_REQUEST" and history.maybe_done and repeat is Repeat.BY_REFERENCE:
        return Verdict.LOOK_UP
    return _stop(repeat, Verdict.REFUSED, history)


def may_be_done(repeat: Repeat, ending: Ending) -> bool:
    """Tell whether this attempt may have changed something at the gateway."""
    return repeat is not Repeat.READ and ending.reach is not Reach.NOT_SENT and _may_be_done(ending)


def _may_be_done(ending: Ending) -> bool:
    """A 5xx or 408, an unreadable 2xx, or no answer at all: the request may have been carried out."""
    if ending.refusal is not None:
        return False
    status = ending.status
    return (
        ending.reach is not Reach.ANSWERED or status is None or status == 408 or status >= 500 or status < 300
    )


def _is_about_the_token(ending: Ending) -> bool:
    """A 401, unless its code speaks of the payer: a wrong OTP must not be sent twice."""
    return ending.status == 401 and class_of(401, ending.code) is AuthenticationError


def is_throttled(ending: Ending) -> bool:
    """Tell a throttle, which carries nothing out, from a velocity check of payments, which is a refusal."""
    return ending.code == "API_RATE_LIMIT" or (ending.status == 429 and ending.code is None and ending.whole)


def _lost(repeat: Repeat, *, more: bool) -> Verdict:
    if repeat is Repeat.READ:
        return Verdict.AGAIN if more else Verdict.NO_ANSWER
    return Verdict.LOOK_UP if repeat is Repeat.BY_REFERENCE else Verdict.UNKNOWN


def _stop(repeat: Repeat, verdict: Verdict, history: History) -> Verdict:
    if not history.maybe_done:
        return verdict
    return Verdict.LOOK_UP if repeat is Repeat.BY_REFERENCE else Verdict.UNKNOWN


def pause(attempts: int, retry_after: float | None = None) -> float:
    """Return how long to wait before the next attempt: full jitter, or what the gateway asks for if longer."""
    ceiling = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 16))
    drawn = random.uniform(0, ceiling)  # noqa: S311  # spreads load, guards nothing
    return drawn if retry_after is None else max(drawn, retry_after)


def read_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Read a ``Retry-After`` header, in seconds or as a date; None where there is none or it is ill-formed."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(min(int(value.strip()[:9]), 86_400))
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
