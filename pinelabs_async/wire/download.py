"""A file from the gateway, taken as it comes: into memory, or into a file that appears only when it is whole."""

import asyncio
import os
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from pinelabs_async.errors import ConfigurationError

_LIMIT: Final = 64 * 1024 * 1024
_HEAD: Final = 1024


class UnusableError(Exception):
    """The answer cannot be taken; the text says why."""


class Download:
    """Collect the bytes of one answer over its attempts; used as a context, it leaves nothing half written."""

    def __init__(self, to: "str | PathLike[str] | None", *, mark: bytes, kind: str) -> None:
        self._target: Final = None if to is None else Path(to)
        self._mark: Final = mark
        self.kind: Final = kind
        """What is expected, in words."""
        self._part: Path | None = None
        self._file: IO[Any] | None = None
        self._chunks: list[bytes] = []
        self._head = b""
        self.size: int = 0
        """How many bytes have come."""

    @property
    def is_right(self) -> bool:
        """Whether what came begins like the kind of file that is expected."""
        return self._mark in self._head

    async def restart(self) -> None:
        """Begin anew, for another attempt."""
        self._chunks, self._head, self.size = [], b"", 0
        if self._target is not None:
            await asyncio.to_thread(self._rewind, self._target)

    def _rewind(self, target: Path) -> None:
        try:
            if target.is_dir():
                raise IsADirectoryError("it is a folder")
            if self._file is None:
                part = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
                self._file = part.open("xb")
                self._part = part
            self._file.seek(0)
            self._file.truncate()
        except OSError as error:
            raise self._unwritable(target, error) from None

    async def write(self, chunk: bytes) -> None:
        """Take what came next.

        Raises:
            UnusableError: it is too much, or it cannot be written.
        """
        self.size += len(chunk)
        if self.size > _LIMIT:
            raise UnusableError(f"the answer is larger than {_LIMIT} bytes")
        if len(self._head) < _HEAD:
            self._head = (self._head + chunk)[:_HEAD]
        if self._file is None:
            self._chunks.append(chunk)
            return
        try:
            await asyncio.to_thread(self._file.write, chunk)
        except OSError as error:
            raise UnusableError(f"it could not be written to the file ({_reason(error)})") from None

    async def keep(self) -> bytes:
        """Let the file appear under its name, whole; without one, return the bytes."""
        if self._target is not None:
            await asyncio.to_thread(self._publish, self._target)
        return b"".join(self._chunks)

    def _publish(self, target: Path) -> None:
        assert self._file is not None  # an attempt came before
        assert self._part is not None
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(target)
        except OSError as error:
            raise self._unwritable(target, error) from None
        self._part = None

    def _unwritable(self, target: Path, error: OSError) -> ConfigurationError:
        return ConfigurationError(f"the {self.kind} cannot be written to {target}: {_reason(error)}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
