"""Handling each webhook once: who has claimed a ``webhook-id``, and who is done with it.

The gateway sends again what was not answered with a 2xx, under the same id, for more than a day.
"""

import asyncio
import math
import sqlite3
import threading
import time
from collections import OrderedDict
from os import PathLike, fspath
from typing import Any, Final, Literal, Protocol

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.wire.lifetime import leave_to_parent, watch_forks

Claim = Literal["claimed", "running", "done"]
"""``claimed``: it is yours. ``running``: somebody else handles it now. ``done``: it was handled before."""

LEASE: Final = 60.0
"""Seconds after which a claim of a handler that never ended, as in a crash, is free again."""
AGE: Final = 3 * 86_400.0
"""Seconds to remember what is done: the gateway tries for about 28 hours."""


class ReplayStore(Protocol):
    """Remember which webhooks are handled. Every process that answers webhooks must share one.

    The methods may be called at the same time from several tasks, threads and processes: of two owners that
    claim the same key at once exactly one gets ``claimed``. A claim that is neither released nor finished,
    as after a crash, is free again after a lease, which must be longer than the slowest handler takes.
    """

    async def claim(self, key: str, owner: str) -> Claim:
        """Take a key before its handler runs; ``owner`` is a random text, new for each delivery."""
        ...

    async def release(self, key: str, owner: str) -> None:
        """Give a key back, because its handler failed: the gateway's next try is to get through.

        It does nothing where the key is done, or somebody else's by now.
        """
        ...

    async def finish(self, key: str) -> None:
        """Mark a key as done."""
        ...


def check_times(lease: float, age: float) -> None:
    """Refuse settings of a store that are no seconds."""
    for name, value in (("lease", lease), ("age", age)):
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not math.isfinite(value)
            or value <= 0
        ):
            raise ConfigurationError(f"{name} must be a number of seconds above zero, not {value!r}.")


class MemoryReplayStore:
    """Remember in memory: for tests, and for a service of one process that may forget when it restarts.

    Args:
        size: How many keys at most; the oldest that are done are forgotten first.
        lease: Seconds after which the claim of a handler that never ended is free again.
        age: Seconds to remember what is done.

    Raises:
        ConfigurationError: a setting that cannot work.
    """

    def __init__(self, *, size: int = 100_000, lease: float = LEASE, age: float = AGE) -> None:
        check_times(lease, age)
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ConfigurationError(f"size must be an int of at least 1, not {size!r}.")
        self._size, self._lease, self._age = size, lease, age
        self._running: dict[str, tuple[str, float]] = {}
        self._done: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin with a free lock: a thread of the parent may have held it."""
        self._lock = threading.Lock()

    async def claim(self, key: str, owner: str) -> Claim:
        """Take a key before its handler runs."""
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            if key in self._done:
                return "done"
            holder, ends = self._running.get(key, (owner, now))
            if holder != owner and ends > now:
                return "running"
            self._running[key] = (owner, now + self._lease)
            return "claimed"

    async def release(self, key: str, owner: str) -> None:
        """Give a key back."""
        with self._lock:
            if self._running.get(key, ("", 0.0))[0] == owner:
                del self._running[key]

    async def finish(self, key: str) -> None:
        """Mark a key as done."""
        now = time.monotonic()
        with self._lock:
            self._running.pop(key, None)
            self._done[key] = now + self._age
            self._done.move_to_end(key)
            self._forget(now)

    def _forget(self, now: float) -> None:
        while self._done and (len(self._done) > self._size or next(iter(self._done.values())) <= now):
            self._done.popitem(last=False)
        if len(self._running) > self._size:
            self._running = {key: claim for key, claim in self._running.items() if claim[1] > now}


_TABLES: Final = (
    # No owner: it is done.
    "CREATE TABLE IF NOT EXISTS webhooks (key TEXT PRIMARY KEY, owner TEXT, ends REAL NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS webhooks_ends ON webhooks (ends)",
)


class SQLiteReplayStore:
    """Remember in an SQLite file, which the processes of one machine share and a crash does not reach.

    Args:
        path: The file; it is made when it is not there.
        lease: Seconds after which the claim of a handler that never ended is free again.
        age: Seconds to remember what is done.

    Raises:
        ConfigurationError: a setting that cannot work.
        sqlite3.Error: from its methods, where the file cannot be used.
    """

    def __init__(self, path: str | PathLike[str], *, lease: float = LEASE, age: float = AGE) -> None:
        check_times(lease, age)
        self._path, self._lease, self._age = fspath(path), lease, age
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        watch_forks(self)

    def after_fork(self) -> None:
        """Open the file anew: SQLite's connections do not survive a fork."""
        leave_to_parent(self._connection)
        self._lock, self._connection = threading.Lock(), None

    async def claim(self, key: str, owner: str) -> Claim:
        """Take a key before its handler runs."""
        return await asyncio.to_thread(self._claim, key, owner)

    async def release(self, key: str, owner: str) -> None:
        """Give a key back."""
        await asyncio.to_thread(self._write, "DELETE FROM webhooks WHERE key = ? AND owner = ?", (key, owner))

    async def finish(self, key: str) -> None:
        """Mark a key as done."""
        await asyncio.to_thread(
            self._write, "REPLACE INTO webhooks VALUES (?, NULL, ?)", (key, time.time() + self._age)
        )

    async def aclose(self) -> None:
        """Close the file; the next call opens it again."""
        await asyncio.to_thread(self._close)

    def _claim(self, key: str, owner: str) -> Claim:
        now = time.time()
        with self._lock:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")  # of two processes one waits here
            with connection:
                connection.execute("DELETE FROM webhooks WHERE ends <= ?", (now,))
                row = connection.execute("SELECT owner FROM webhooks WHERE key = ?", (key,)).fetchone()
                if row not in (None, (owner,)):
                    return "running" if row[0] else "done"
                connection.execute("REPLACE INTO webhooks VALUES (?, ?, ?)", (key, owner, now + self._lease))
        return "claimed"

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        with self._lock, self._open() as connection:
            connection.execute(statement, values)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
            try:
                for statement in _TABLES:
                    connection.execute(statement)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
