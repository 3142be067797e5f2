"""The recorded samples, and what they look like once they were read and written again."""

import contextlib
import json
from datetime import datetime
from pathlib import Path

import msgspec

from pinelabs_async.wire.times import read_time, write_time

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"


def names(folder, kind):
    """Name the samples of a folder, e.g. of kind ``request``."""
    return sorted(path.name for path in (EXAMPLES / folder).glob(f"*.{kind}.json"))


def content(folder, name):
    """Read a sample as bytes."""
    return (EXAMPLES / folder / name).read_bytes()


def sample(folder, name):
    """Read a sample as JSON."""
    return json.loads(content(folder, name))


def as_written(value):
    """Say what a value looks like when the SDK writes it: times in UTC, no nulls."""
    if isinstance(value, dict):
        return {name: as_written(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [as_written(item) for item in value]
    return _time_as_written(value) if isinstance(value, str) else value


def _time_as_written(text):
    try:
        moment = read_time(text)
    except ValueError:
        return text
    with contextlib.suppress(msgspec.ValidationError):  # a time without seconds is the tolerant pass's
        moment = msgspec.convert(text, datetime)  # it rounds digits beyond the microsecond
    return write_time(moment)


def call_of(asked):
    """Say what a request asked for, but for its headers."""
    return asked.method, asked.path, asked.query, asked.body
