"""The fixtures of the loopback tests serve here too."""

from tests.loopback.conftest import _short_pauses, connect, raw

__all__ = ["_short_pauses", "connect", "raw"]
