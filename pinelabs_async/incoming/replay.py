"""Handling each webhook once: who has claimed a ``webhook-id``, and who is done with it.

The gateway sends again what was not answered with a 2xx, under the same id, for more than a day.
"""

import sqlite3
import threading
import time
from collections import OrderedDict
from os import PathLike
from typing import Final, Literal, Protocol

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.incoming.seconds import is_seconds, shown
from pinelabs_async.wire.lifetime import watch_forks
from pinelabs_async.wire.sqlite_file import SQLiteFile, change

Claim = Literal["claimed", "running", "done"]
"""``claimed``: it is yours. ``running``: somebody else handles it now. ``done``: it was handled before."""

LEASE: Final = 60.0
"""Seconds after which a claim of a handler that never ended, as in a crash, is free again."""
AGE: Final = 3 * 86_400.0
"""Seconds to remember what is done: the gateway tries for about 28 hours."""
_BUSY_SECONDS: Final = 2.0


class ReplayStore(Protocol):
    """Remember which webhooks are handled. Every process that answers webhooks must share one.

    The methods may be called at the same time from several tasks, threads and processes: of two owners that
    claim the same key at once exactly one gets ``claimed``. A claim that is neither released nor finished,
    as after a crash, is free again after a lease.

    A store may also have a float ``lease``, in seconds, and a method ``renew`` as ``RenewableReplayStore``
    describes. Where it has none, its lease must be longer than the slowest handler takes.
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


class RenewableReplayStore(ReplayStore, Protocol):
    """Be a store whose claims last for as long as their handlers run, as all stores of the SDK do."""

    @property
    def lease(self) -> float:
        """Seconds that a claim lasts, from when it was made or renewed; it is renewed three times as often."""
        ...

    async def renew(self, key: str, owner: str) -> bool:
        """Let the lease of a claim begin anew, and tell whether the key is still this owner's.

        It changes nothing where the key is done, free, or somebody else's.
        """
        ...


def check_times(lease: float, age: float) -> None:
    """Refuse settings of a store that are no seconds."""
    for name, value in (("lease", lease), ("age", age)):
        if not is_seconds(value) or not value:
            raise ConfigurationError(f"{name} must be a number of seconds above zero, not {shown(value)}.")


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
        self.lease: Final = lease
        """Seconds that a claim lasts, from when it was made or renewed."""
        self._size, self._age = size, age
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
            self._running[key] = (owner, now + self.lease)
            return "claimed"

    async def renew(self, key: str, owner: str) -> bool:
        """Let a claim's lease begin anew, and tell whether it is still this owner's."""
        with self._lock:
            mine = self._running.get(key, ("", 0.0))[0] == owner
            if mine:
                self._running[key] = (owner, time.monotonic() + self.lease)
            return mine

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

    It works in one thread of its own, so that a file which somebody holds keeps nothing else waiting.

    Args:
        path: The file; it is made when it is not there.
        lease: Seconds after which the claim of a handler that never ended is free again; the same in all
            processes.
        age: Seconds to remember what is done.

    Raises:
        ConfigurationError: a setting that cannot work.
        sqlite3.Error: from its methods, where the file cannot be used.
    """

    def __init__(self, path: str | PathLike[str], *, lease: float = LEASE, age: float = AGE) -> None:
        check_times(lease, age)
        self.lease: Final = lease
        """Seconds that a claim lasts, from when it was made or renewed."""
        self._age: Final = age
        self._file: Final = SQLiteFile(path, _TABLES, patience=_BUSY_SECONDS)

    async def claim(self, key: str, owner: str) -> Claim:
        """Take a key before its handler runs."""
        return await self._file.run(self._claim, key, owner)

    async def renew(self, key: str, owner: str) -> bool:
        """Let a claim's lease begin anew, and tell whether it is still this owner's."""
        statement = "UPDATE webhooks SET ends = ? WHERE key = ? AND owner = ?"
        return await self._file.run(change, statement, (time.time() + self.lease, key, owner)) == 1

    async def release(self, key: str, owner: str) -> None:
        """Give a key back."""
        await self._file.run(change, "DELETE FROM webhooks WHERE key = ? AND owner = ?", (key, owner))

    async def finish(self, key: str) -> None:
        """Mark a key as done."""
        values = (key, time.time() + self._age)
        await self._file.run(change, "REPLACE INTO webhooks VALUES (?, NULL, ?)", values)

    async def aclose(self) -> None:
        """Close the file and end the thread; the next call begins anew."""
        await self._file.aclose()

    def _claim(self, connection: sqlite3.Connection, key: str, owner: str) -> Claim:
        now = time.time()
        connection.execute("BEGIN IMMEDIATE")  # of two processes one waits here
        # A claim that ends later than any can was made by a clock that was ahead. Twice the lease, since
        # clocks are also set back by a little, while handlers run.
        connection.execute(
            "DELETE FROM webhooks WHERE ends <= ? OR (ends > ? AND owner IS NOT NULL)",
            (now, now + 2 * self.lease),
        )
        row = connection.execute("SELECT owner FROM webhooks WHERE key = ?", (key,)).fetchone()
        if row not in (None, (owner,)):
            return "running" if row[0] else "done"
        connection.execute("REPLACE INTO webhooks VALUES (?, ?, ?)", (key, owner, now + self.lease))
        return "claimed"
