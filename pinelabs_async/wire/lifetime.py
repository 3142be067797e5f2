"""What happens to sessions that nobody closes, and to those of a process that forks."""

import logging
import os
import warnings
import weakref
from typing import Any, Final, Protocol

_log: Final = logging.getLogger("pinelabs")


class Heir(Protocol):
    """Be something that a forked child inherits and must not use as it is."""

    def after_fork(self) -> None:
        """Forget the parent's locks, threads and connections, in the child, without touching them."""


_heirs: "weakref.WeakSet[Any]" = weakref.WeakSet()


def watch_forks(heir: Heir) -> None:
    """Have ``after_fork`` called in every child that is forked from now on."""
    _heirs.add(heir)


def leave_to_parent(inherited: object) -> None:
    """Keep what belongs to the parent from ever being finalised in this child.

    A connection that is closed here is taken out of the epoll set, which both processes share: the parent
    would never read from it again, and its next payment would wait for an answer that is there already.
    """
    import ctypes  # noqa: PLC0415  # in forked children only

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(inherited))


def report_unclosed(what: str, made_at: str, remedy: str) -> None:
    """Say aloud that a session was never closed: a warning for developers, a log record for operators."""
    message = f"{what}, made at {made_at}, was never closed: use {remedy}"
    _log.warning("%s", message)
    warnings.warn(message, ResourceWarning, stacklevel=3)


def _after_fork() -> None:
    for heir in list(_heirs):
        heir.after_fork()


if hasattr(os, "register_at_fork"):  # there is no fork on Windows
    os.register_at_fork(after_in_child=_after_fork)
