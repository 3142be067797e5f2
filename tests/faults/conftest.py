"""What the fault matrix needs: pauses of a millisecond, and answers that wait for the end of their call."""

import pytest

from pinelabs_async.sandbox import damage
from pinelabs_async.wire import attempt, call
from tests.faults.cell import Gate

read_retry_after = attempt.read_retry_after


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    """Pause for a millisecond where the SDK pauses for half a second, and for ten where the gateway says one second."""

    def hundredth(value, now=None):
        seconds = read_retry_after(value, now)
        return None if seconds is None else seconds / 100

    monkeypatch.setattr(attempt, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.001)
    monkeypatch.setattr(attempt, "read_retry_after", hundredth)


@pytest.fixture
def gate(monkeypatch):
    """Let slow answers wait for the end of their call instead of for a time."""
    opened = Gate()
    monkeypatch.setattr(damage, "wait", opened.wait)
    return opened
