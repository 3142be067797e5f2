"""An SQLite file that several tasks, threads and processes share."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import PathLike, fspath
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from pinelabs_async.wire.lifetime import leave_to_parent, watch_forks

P = ParamSpec("P")
T = TypeVar("T")


class SQLiteFile:
    """Work on a file in one thread of its own, so that one which somebody holds keeps nothing else waiting.

    It is opened by the first use, and anew after what failed: it may be there again.

    Args:
        path: The file; it is made when it is not there.
        setup: Statements to begin every connection with, such as those that make the tables.
        patience: Seconds to wait for another process that holds the file.
    """

    def __init__(self, path: str | PathLike[str], setup: Sequence[str], *, patience: float) -> None:
        self._path: Final = fspath(path)
        self._setup: Final = setup
        self._patience: Final = patience
        self._lock, self._thread = threading.Lock(), _one_thread()
        self._connection: sqlite3.Connection | None = None
        watch_forks(self)

    def after_fork(self) -> None:
        """Open the file anew: SQLite's connections do not survive a fork."""
        leave_to_parent(self._connection)
        self._lock, self._thread, self._connection = threading.Lock(), _one_thread(), None

    async def run(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do something with the connection, in one transaction."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._transact(lambda connection: work(connection, *args, **kwargs))
        )

    async def aclose(self) -> None:
        """Close the file and end the thread; the next use begins anew."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self.close)
        ended, self._thread = self._thread, _one_thread()
        ended.shutdown(wait=False)

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            connection = self._open()
            try:
                with connection:
                    return work(connection)
            except sqlite3.Error:
                connection.close()
                self._connection = None
                raise

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self._path, timeout=self._patience, check_same_thread=False)
            try:
                for statement in self._setup:
                    connection.execute(statement)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def execute(connection: sqlite3.Connection, statement: str, values: Sequence[Any] = ()) -> Sequence[Any]:
    """Carry a statement out and return its rows; Any is what SQLite keeps."""
    return connection.execute(statement, values).fetchall()


def change(connection: sqlite3.Connection, statement: str, values: Sequence[Any] = ()) -> int:
    """Carry a statement out and return how many rows it has changed."""
    return connection.execute(statement, values).rowcount


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="pinelabs-sqlite")
