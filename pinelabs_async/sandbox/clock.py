"""The sandbox's time: the real one plus what the test added to it."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time that tokens expire by and records are stamped with."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> datetime:
        """Move the time forward and return the new time; nothing sleeps."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta():
            raise ValueError("the clock only moves forward")
        self._offset += step
        return self.now()

    def reset(self) -> None:
        """Return to the real time."""
        self._offset = timedelta()

    def __repr__(self) -> str:
        return f"<Clock {self.now().isoformat(timespec='seconds')}>"
