"""Where a Session keeps what it is about to do, so that a crash leaves nothing unexplained.

::

    async with Session(client_id, client_secret, journal=SQLiteIntentStore("intents.db")) as pinelabs:
        for resolution in await pinelabs.recover():
            ...
"""

import json
from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from typing import Any, Final

from pinelabs_async.wire.intent import Intent
from pinelabs_async.wire.sqlite_file import SQLiteFile, execute

_SETUP: Final = (
    "PRAGMA synchronous = FULL",  # a commit is on disk, not only with the system
    """
CREATE TABLE IF NOT EXISTS intents (
    key TEXT PRIMARY KEY,
    operation TEXT NOT NULL,
    ids TEXT NOT NULL,
    reference TEXT,
    request_id TEXT,
    members TEXT NOT NULL,
    at TEXT NOT NULL,
    carried_out INTEGER
) WITHOUT ROWID
""",
)
_PENDING: Final = (
    "SELECT key, operation, ids, reference, request_id, members, at FROM intents "
    "WHERE carried_out IS NULL ORDER BY at, key"
)


class MemoryIntentStore:
    """Keep intents in memory: for tests, and for programs that only want to see what is under way."""

    def __init__(self) -> None:
        self._open: dict[str, Intent] = {}

    async def record(self, intent: Intent) -> None:
        """Keep an intent."""
        self._open[intent.key] = intent

    async def settle(self, key: str, *, carried_out: bool | None) -> None:
        """Note what became of an intent; None leaves it open."""
        if carried_out is not None:
            self._open.pop(key, None)

    async def pending(self) -> Sequence[Intent]:
        """Return the intents that are open, oldest first."""
        return tuple(self._open.values())


class SQLiteIntentStore:
    """Keep intents in an SQLite file, which survives a crash of the program and of the machine.

    Several processes may share the file. Settled intents stay in it until ``forget``.

    Args:
        path: The file; it is made when it is not there.

    Raises:
        sqlite3.Error: from its methods, where the file cannot be used.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._file: Final = SQLiteFile(path, _SETUP, patience=10)

    async def record(self, intent: Intent) -> None:
        """Keep an intent; it is on disk when this returns."""
        row = (
            intent.key,
            intent.operation,
            json.dumps(dict(intent.ids)),
            intent.reference,
            intent.request_id,
            json.dumps(dict(intent.members)),
            intent.at.isoformat(),
        )
        await self._file.run(execute, "INSERT INTO intents VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", row)

    async def settle(self, key: str, *, carried_out: bool | None) -> None:
        """Note what became of an intent; None leaves it open."""
        if carried_out is not None:
            await self._file.run(
                execute, "UPDATE intents SET carried_out = ? WHERE key = ?", (int(carried_out), key)
            )

    async def pending(self) -> Sequence[Intent]:
        """Return the intents that are open, oldest first."""
        return tuple(map(_intent, await self._file.run(execute, _PENDING)))

    async def forget(self, before: datetime) -> None:
        """Delete settled intents made before a moment, with a time zone; open ones stay."""
        if before.utcoffset() is None:
            raise ValueError(
                "before is a naive datetime; give it a time zone, e.g. datetime.now(timezone.utc)."
            )
        rows = await self._file.run(execute, "SELECT key, at FROM intents WHERE carried_out IS NOT NULL")
        for key, at in rows:
            if datetime.fromisoformat(at) < before:
                await self._file.run(execute, "DELETE FROM intents WHERE key = ?", (key,))

    async def aclose(self) -> None:
        """Close the file; the next call opens it again."""
        await self._file.aclose()


def _intent(row: Sequence[Any]) -> Intent:
    key, operation, ids, reference, request_id, members, at = row
    return Intent(
        key=key,
        operation=operation,
        ids=json.loads(ids),
        reference=reference,
        request_id=request_id,
        members=json.loads(members),
        at=datetime.fromisoformat(at),
    )
