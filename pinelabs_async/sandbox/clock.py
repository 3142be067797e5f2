"""The sandbox's time: the real one plus what the test added to it, and what is due at which moment of it."""

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time that records are stamped with, and lets happen what becomes due."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        """Let something happen at a moment: in the order of their moments, each at its own time."""
        heapq.heappush(self._due, (when, next(self._order), act))

    def advance(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> datetime:
        """Move the time forward and return the new time; what became due meanwhile has happened, nothing sleeps."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta():
            raise ValueError("the clock only moves forward")
        target = self._offset + step
        while self._due and self._due[0][0] <= datetime.now(UTC) + target:
            when, _, act = heapq.heappop(self._due)
            self._offset = max(self._offset, when - datetime.now(UTC))
            act()
        self._offset = target
        return self.now()

    def catch_up(self) -> None:
        """Let happen what the passing of real time made due."""
        if self._due:
            self.advance()

    def reset(self) -> None:
        """Return to the real time and forget what was due."""
        self._offset = timedelta()
        self._due.clear()

    def __repr__(self) -> str:
        return f"<Clock {self.now().isoformat(timespec='seconds')}>"
