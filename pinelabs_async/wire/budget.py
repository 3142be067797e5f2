"""How much a Session may repeat: a failing gateway must not be buried under its own retries."""

from typing import Final

FLOOR: Final = 10.0
"""Repetitions that are always allowed: a quiet program may try again, too."""
SHARE: Final = 0.1
"""Repetitions that each call earns."""


class Budget:
    """Count repetitions against calls: over any stretch at most the floor and a tenth of the calls."""

    def __init__(self) -> None:
        self._left = FLOOR

    def earn(self) -> None:
        """Note a call."""
        if self._left < FLOOR:
            self._left = min(FLOOR, self._left + SHARE)

    def spend(self) -> bool:
        """Take a repetition if there is one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
