"""The attempt rules, cell by cell: what the end of one attempt means for the whole call."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinelabs_async import Repeat
from pinelabs_async.wire.attempt import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Ending,
    History,
    Reach,
    Verdict,
    is_throttled,
    judge,
    may_be_done,
    pause,
    read_retry_after,
)

READ, BY_REFERENCE, NEVER = Repeat.READ, Repeat.BY_REFERENCE, Repeat.NEVER
AGAIN, REFUSED, UNKNOWN = Verdict.AGAIN, Verdict.REFUSED, Verdict.UNKNOWN
LOOK_UP, NEW_TOKEN, NOT_SENT = Verdict.LOOK_UP, Verdict.NEW_TOKEN, Verdict.NOT_SENT


def answered(status, code=None):
    return Ending(reach=Reach.ANSWERED, status=status, code=code)


UNSENT = {"not sent": Ending(reach=Reach.NOT_SENT)}
LOST = {
    "partly sent": Ending(reach=Reach.PARTLY_SENT),
    "sent": Ending(reach=Reach.SENT),
    "answer cut off": Ending(reach=Reach.SENT, status=200),
    "200 unreadable": answered(200),
    "201 unreadable": answered(201),
    "204 empty": answered(204),
    "408": answered(408),
    **{str(status): answered(status) for status in (500, 502, 503, 504, 520, 599)},
    "500 with code": answered(500, "INTERNAL_ERROR"),
    "500 unknown error": answered(500, "UNKNOWN_ERROR"),
    "504 timed out": answered(504, "TIMED_OUT"),
    "408 with code": answered(408, "TIMED_OUT"),
}
THROTTLED = {
    "429": answered(429),
    "429 rate limit": answered(429, "API_RATE_LIMIT"),
    "422 rate limit": answered(422, "API_RATE_LIMIT"),
    "400 rate limit": answered(400, "API_RATE_LIMIT"),
}
UNAUTHORIZED = {"401": answered(401), "401 with code": answered(401, "UNAUTHORIZED")}
DUPLICATE = {
    "422 duplicate": answered(422, "DUPLICATE_REQUEST"),
    "409 duplicate": answered(409, "DUPLICATE_REQUEST"),
}
OTHER = {
    **{
        str(status): answered(status)
        for status in (301, 302, 303, 307, 308, 400, 402, 403, 404, 405, 409, 410, 413, 422)
    },
    "400 invalid": answered(400, "INVALID_REQUEST"),
    "404 order": answered(404, "ORDER_NOT_FOUND"),
    "422 not allowed": answered(422, "OPERATION_NOT_ALLOWED"),
    "422 velocity": answered(422, "PAYMENT_RATE_LIMIT"),
    "429 velocity": answered(429, "PAYMENT_RATE_LIMIT"),
    "429 other code": answered(429, "SOMETHING_ELSE"),
    "418 unknown code": answered(418, "TEAPOT"),
}

TABLE = {
    # ending: (attempts left, may be done before) -> READ, BY_REFERENCE, NEVER
    "unsent": (UNSENT, {
        (True, False): (AGAIN, AGAIN, AGAIN),
        (False, False): (NOT_SENT, NOT_SENT, NOT_SENT),
        (True, True): (AGAIN, AGAIN, AGAIN),
        (False, True): (None, LOOK_UP, UNKNOWN),
    }),
    "lost": (LOST, {
        (True, False): (AGAIN, LOOK_UP, UNKNOWN),
        (False, False): (Verdict.NO_ANSWER, LOOK_UP, UNKNOWN),
        (True, True): (AGAIN, LOOK_UP, UNKNOWN),
        (False, True): (None, LOOK_UP, UNKNOWN),
    }),
    "throttled": (THROTTLED, {
        (True, False): (AGAIN, AGAIN, AGAIN),
        (False, False): (REFUSED, REFUSED, REFUSED),
        (True, True): (AGAIN, AGAIN, AGAIN),
        (False, True): (None, LOOK_UP, UNKNOWN),
    }),
    "unauthorized": (UNAUTHORIZED, {
        (True, False): (NEW_TOKEN, NEW_TOKEN, NEW_TOKEN),
        (False, False): (NEW_TOKEN, NEW_TOKEN, NEW_TOKEN),
        (True, True): (NEW_TOKEN, NEW_TOKEN, NEW_TOKEN),
        (False, True): (NEW_TOKEN, NEW_TOKEN, NEW_TOKEN),
    }),
    "duplicate": (DUPLICATE, {
        (True, False): (REFUSED, REFUSED, REFUSED),
        (False, False): (REFUSED, REFUSED, REFUSED),
        (True, True): (None, LOOK_UP, UNKNOWN),
        (False, True): (None, LOOK_UP, UNKNOWN),
    }),
    "other": (OTHER, {
        (True, False): (REFUSED, REFUSED, REFUSED),
        (False, False): (REFUSED, REFUSED, REFUSED),
        (True, True): (None, LOOK_UP, UNKNOWN),
        (False, True): (None, LOOK_UP, UNKNOWN),
    }),
}  # fmt: skip
"""None: a read is never done halfway, so that the cell does not exist."""


def history(*, more=True, maybe_done=False, token_renewed=False):
    return History(
        attempts=1 if more else 3, max_attempts=3, maybe_done=maybe_done, token_renewed=token_renewed
    )


def cells():
    for endings, verdicts in TABLE.values():
        for (name, ending), column in itertools.product(
            endings.items(), enumerate((READ, BY_REFERENCE, NEVER))
        ):
            number, repeat = column
            expected = {
                situation: row[number] for situation, row in verdicts.items() if row[number] is not None
            }
            yield pytest.param(repeat, ending, expected, id=f"{repeat}, {name}")


@pytest.mark.parametrize(("repeat", "ending", "expected"), list(cells()))
def test_cell(repeat, ending, expected):
    """Every cell of the table: the class of the operation, the end of the attempt, and what was before."""
    assert expected == {
        (more, maybe_done): judge(repeat, ending, history(more=more, maybe_done=maybe_done))
        for more, maybe_done in expected
    }


@pytest.mark.parametrize("ending", UNAUTHORIZED.values(), ids=UNAUTHORIZED)
@pytest.mark.parametrize(
    ("repeat", "maybe_done", "verdict"),
    [
        (READ, False, REFUSED),
        (BY_REFERENCE, False, REFUSED),
        (NEVER, False, REFUSED),
        (BY_REFERENCE, True, LOOK_UP),
        (NEVER, True, UNKNOWN),
    ],
)
def test_a_second_401_stops(ending, repeat, maybe_done, verdict):
    """One new token a call: a second 401 is a refusal, unless the call may have been carried out before."""
    assert verdict is judge(repeat, ending, history(maybe_done=maybe_done, token_renewed=True))


@pytest.mark.parametrize("repeat", Repeat)
@pytest.mark.parametrize(
    ("more", "maybe_done", "token_renewed"), list(itertools.product([True, False], repeat=3)), ids=str
)
def test_an_answer_is_handed_out(repeat, more, maybe_done, token_renewed):
    """A usable answer is the answer, whatever was before."""
    ending = Ending(reach=Reach.ANSWERED, status=200, usable=True)
    assert Verdict.ANSWER is judge(
        repeat, ending, history(more=more, maybe_done=maybe_done, token_renewed=token_renewed)
    )


ENDINGS = {**UNSENT, **LOST, **THROTTLED, **UNAUTHORIZED, **DUPLICATE, **OTHER}


@pytest.mark.parametrize("repeat", [BY_REFERENCE, NEVER])
@pytest.mark.parametrize(("more", "token_renewed"), list(itertools.product([True, False], repeat=2)))
def test_what_may_be_done_is_never_called_undone(repeat, more, token_renewed):
    """Once an attempt may have been carried out, nothing makes the call refused or not sent."""
    before = history(more=more, maybe_done=True, token_renewed=token_renewed)
    verdicts = {name: judge(repeat, ending, before) for name, ending in ENDINGS.items()}
    undone = (REFUSED, NOT_SENT, Verdict.NO_ANSWER)
    assert {} == {name: verdict for name, verdict in verdicts.items() if verdict in undone}


def test_a_write_without_reference_is_never_sent_twice():
    """A NEVER operation goes out again only where the last attempt was certainly not carried out."""
    again = {
        name for name, ending in ENDINGS.items() if judge(NEVER, ending, history()) in (AGAIN, NEW_TOKEN)
    }
    assert {*UNSENT, *THROTTLED, *UNAUTHORIZED} == again


def test_may_be_done():
    """Lost attempts may have been carried out, all others were not, and a read never changes anything."""
    for repeat in (BY_REFERENCE, NEVER):
        assert set(LOST) == {name for name, ending in ENDINGS.items() if may_be_done(repeat, ending)}
    assert not any(may_be_done(READ, ending) for ending in ENDINGS.values())


def test_is_throttled():
    """A throttle is API_RATE_LIMIT, or a bare 429; a velocity check of payments is none."""
    assert set(THROTTLED) == {name for name, ending in ENDINGS.items() if is_throttled(ending)}


@given(
    repeat=st.sampled_from(Repeat),
    reach=st.sampled_from(Reach),
    status=st.none() | st.integers(100, 999),
    code=st.none() | st.sampled_from(["API_RATE_LIMIT", "DUPLICATE_REQUEST", "PAYMENT_RATE_LIMIT", "X"]),
    attempts=st.integers(1, 5),
    maybe_done=st.booleans(),
    renewed=st.booleans(),
)
def test_safety_of_any_ending(repeat, reach, status, code, attempts, maybe_done, renewed):
    """Whatever comes: attempts end, lost writes are not resent blindly, and doubt is never called certainty."""
    ending = Ending(reach=reach, status=status, code=code)
    before = History(attempts=attempts, max_attempts=3, maybe_done=maybe_done, token_renewed=renewed)
    verdict = judge(repeat, ending, before)
    assert verdict is not Verdict.ANSWER
    if attempts >= 3:
        assert verdict is not AGAIN
    if may_be_done(repeat, ending):
        assert verdict in (LOOK_UP, UNKNOWN)
    if repeat is not READ and maybe_done:
        assert verdict in (AGAIN, NEW_TOKEN, LOOK_UP, UNKNOWN)
    if repeat is READ:
        assert verdict not in (LOOK_UP, UNKNOWN) or maybe_done
    if verdict is LOOK_UP:
        assert repeat is BY_REFERENCE


@pytest.mark.parametrize("attempts", [1, 2, 3, 4, 5, 6, 10, 100])
def test_pause_is_bounded(attempts):
    """Pauses double from half a second to eight, with full jitter."""
    ceiling = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1))
    drawn = [pause(attempts) for _ in range(500)]
    assert 0 <= min(drawn)
    assert max(drawn) <= ceiling
    assert max(drawn) - min(drawn) > ceiling / 2


def test_pause_of_many_attempts():
    """A caller who allows ten thousand attempts gets a pause for each."""
    assert 0 <= pause(10_000) <= LONGEST_PAUSE


@pytest.mark.parametrize("asked", [0.0, 0.25, 5.0, 60.0, 86_400.0])
def test_pause_heeds_retry_after(asked):
    """The gateway's wish is a minimum."""
    drawn = [pause(3, asked) for _ in range(200)]
    assert asked <= min(drawn)
    assert max(drawn) <= max(asked, 2.0)


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
RETRY_AFTER = {
    "none": (None, None),
    "empty": ("", None),
    "blank": ("  ", None),
    "zero": ("0", 0.0),
    "seconds": ("5", 5.0),
    "seconds with spaces": (" 120 ", 120.0),
    "leading zero": ("007", 7.0),
    "a day at most": ("999999", 86_400.0),
    "many digits": ("9" * 10_000, 86_400.0),
    "negative": ("-5", None),
    "fraction": ("1.5", None),
    "exponent": ("1e3", None),
    "plus": ("+5", None),
    "unit": ("5s", None),
    "words": ("soon", None),
    "other digits": ("५", None),
    "superscript": ("²", None),
    "date": ("Fri, 02 Jan 2026 03:04:35 GMT", 30.0),
    "date, old form": ("Friday, 02-Jan-26 03:05:05 GMT", 60.0),
    "date, asctime": ("Fri Jan  2 03:04:15 2026", 10.0),
    "date in another zone": ("Fri, 02 Jan 2026 08:34:35 +0530", 30.0),
    "date in an unknown zone": ("Fri, 02 Jan 2026 03:04:35 -0000", 30.0),
    "date passed": ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0),
    "date, no such day": ("Fri, 32 Jan 2026 00:00:00 GMT", None),
    "date, no such hour": ("Fri, 02 Jan 2026 25:00:00 GMT", None),
    "date, year too large": ("Fri, 02 Jan 99999 00:00:00 GMT", None),
    "date, hour too large": ("Fri, 02 Jan 2026 99999999999999999999:00:00 GMT", None),
    "date, day too large": ("Fri, 99999999999999999999 Jan 2026 00:00:00 GMT", None),
    "date, zone too large": ("Fri, 02 Jan 2026 00:00:00 +99999999999999999999", None),
    "ISO date": ("2026-01-02T03:04:35Z", None),
    "HTML": ("<html>", None),
    "lone surrogate": ("\udcff", None),
    "comma": (",", None),
}


@pytest.mark.parametrize(("value", "seconds"), RETRY_AFTER.values(), ids=RETRY_AFTER)
def test_retry_after(value, seconds):
    """Seconds and dates are read, anything else is as if it were not there."""
    assert seconds == read_retry_after(value, NOW)


@given(st.text())
def test_any_retry_after(value):
    """Whatever the header holds, reading it never raises and never asks for a negative pause."""
    seconds = read_retry_after(value, NOW)
    assert seconds is None or seconds >= 0


def test_retry_after_without_a_clock():
    """Without a given time the present one counts."""
    assert 0.0 == read_retry_after("Thu, 01 Jan 2015 00:00:00 GMT")
