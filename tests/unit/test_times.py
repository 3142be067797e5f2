"""Times: the forms the gateway writes, and the one it wants."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinelabs_async.wire.times import read_time, write_time

INDIA = timezone(timedelta(hours=5, minutes=30))


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


READ = {
    "2024-07-19T11:13:21.523Z": utc(2024, 7, 19, 11, 13, 21, 523000),
    "2024-07-19T11:13:21.523516426Z": utc(2024, 7, 19, 11, 13, 21, 523516),
    "2024-07-19T11:13:21.999999999Z": utc(2024, 7, 19, 11, 13, 22),
    "2024-07-19T11:13:21.1234565Z": utc(2024, 7, 19, 11, 13, 21, 123457),
    "2024-07-19T11:13:21.123456499Z": utc(2024, 7, 19, 11, 13, 21, 123456),
    "2024-07-19T11:13:21.5Z": utc(2024, 7, 19, 11, 13, 21, 500000),
    "2024-07-19T11:13:21Z": utc(2024, 7, 19, 11, 13, 21),
    "2024-07-19T11:13Z": utc(2024, 7, 19, 11, 13),
    "2024-07-19T11:13": utc(2024, 7, 19, 11, 13),
    "2024-07-19T11:13:21": utc(2024, 7, 19, 11, 13, 21),
    "2024-07-19 11:13:21": utc(2024, 7, 19, 11, 13, 21),
    "2024-07-19t11:13:21z": utc(2024, 7, 19, 11, 13, 21),
    "2024-07-19T11:13:21.523+00:00": utc(2024, 7, 19, 11, 13, 21, 523000),
    "2024-07-19T16:43:21+05:30": utc(2024, 7, 19, 11, 13, 21),
    "2024-07-19T16:43:21+0530": utc(2024, 7, 19, 11, 13, 21),
    "2024-07-19T06:13:21-05:00": utc(2024, 7, 19, 11, 13, 21),
    "2024-02-29T23:59:59.000001Z": utc(2024, 2, 29, 23, 59, 59, 1),
    "0001-01-01T00:00:00Z": utc(1, 1, 1),
    "9999-12-31T23:59:59.999999999Z": utc(9999, 12, 31, 23, 59, 59, 999999),
}


@pytest.mark.parametrize(("text", "moment"), READ.items(), ids=READ)
def test_read(text, moment):
    """Every documented form is read as the same moment, always with a zone."""
    assert moment == read_time(text)
    assert read_time(text).utcoffset() is not None


def test_read_keeps_the_zone():
    """The zone stays as it came."""
    assert timedelta(hours=5, minutes=30) == read_time("2024-07-19T16:43:21+05:30").utcoffset()


REFUSED = [
    "",
    " ",
    "2024-07-19",
    "11:13:21Z",
    "2024-07-19T11Z",
    "2024-07-19T11:13:21.Z",
    "2024-07-19T11:13:21.0123456789Z",
    "2024-04-30T08:01:321Z",
    "2024-13-01T00:00:00Z",
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2024-07-19T25:00:00Z",
    "2024-07-19T24:00:01Z",
    "2024-07-19T11:60:00Z",
    "2024-07-19T11:13:60Z",
    "2024-07-19T11:13:21+25:00",
    "2024-07-19T11:13:21+05",
    "2024-07-19T11:13:21 IST",
    "2024-07-19T11:13:21ZZ",
    " 2024-07-19T11:13:21Z",
    "2024-07-19T11:13:21Z\n",
    "20240719T111321Z",
    "2024-200T11:13:21Z",
    "2024-W29-5T11:13:21Z",
    "0000-01-01T00:00:00Z",
    "+2024-07-19T11:13:21Z",
    "1721387601",
    "२०२४-०७-१९T११:१३:२१Z",
    "2024-07-19T11:13:21.\u0665Z",
    "now",
    "\ud800",
    "9" * 100_000,
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:40]))
def test_no_time(text):
    """What is no time of such a form is a ValueError, never a guess."""
    with pytest.raises(ValueError, match=r"."):
        read_time(text)


@pytest.mark.parametrize("value", [None, 1721387601, 1.5, True, b"2024-07-19T11:13:21Z", [], {}], ids=repr)
def test_no_text(value):
    """What is no text is a TypeError."""
    with pytest.raises(TypeError, match="a time is written as a text"):
        read_time(value)


@given(st.text())
def test_any_text(text):
    """Any text is read or refused with ValueError, nothing else."""
    with contextlib.suppress(ValueError):
        assert read_time(text).utcoffset() is not None


WRITTEN = {
    "whole second": (utc(2024, 7, 19, 11, 13, 21), "2024-07-19T11:13:21Z"),
    "milliseconds": (utc(2024, 7, 19, 11, 13, 21, 523000), "2024-07-19T11:13:21.523Z"),
    "microseconds": (utc(2024, 7, 19, 11, 13, 21, 523001), "2024-07-19T11:13:21.523001Z"),
    "India": (datetime(2024, 7, 19, 16, 43, 21, tzinfo=INDIA), "2024-07-19T11:13:21Z"),
    "year of three digits": (utc(800, 1, 1), "0800-01-01T00:00:00Z"),
}


@pytest.mark.parametrize(("moment", "text"), WRITTEN.values(), ids=WRITTEN)
def test_write(moment, text):
    """A time is written in UTC, with the digits that it needs: the official SDK and the samples write whole seconds without any."""
    assert text == write_time(moment)


def test_a_naive_time_is_not_written():
    """Nobody knows which moment a naive time means."""
    with pytest.raises(ValueError, match=r"naive datetime cannot be sent; give it a time zone, e\.g\."):
        write_time(utc(2024, 7, 19).replace(tzinfo=None))


@given(
    st.datetimes(
        min_value=utc(1, 1, 3).replace(tzinfo=None),
        max_value=utc(9999, 12, 29).replace(tzinfo=None),
        timezones=st.timezones() | st.just(UTC) | st.just(INDIA),
    )
)
def test_there_and_back(moment):
    """Any moment of any zone survives being written and read."""
    assert moment.astimezone(UTC) == read_time(write_time(moment))
