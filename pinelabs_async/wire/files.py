"""Files to hand in, and what they become on the wire."""

import mimetypes
import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final, Self

import attrs

from pinelabs_async.wire.content import FORM, Content, form

_LONGEST_NAME: Final = 200


@attrs.frozen
class FilePart:
    """Be a file to hand in: its bytes, its name and its media type. Its ``repr`` shows no bytes."""

    TYPES: ClassVar[Mapping[str, str]] = {}
    """The media types that are taken, by file name ending; none named: any."""
    LIMIT: ClassVar[int] = 5 * 1024 * 1024
    """How many bytes at most."""

    content: bytes = attrs.field(repr=False)
    """The file's bytes."""
    filename: str
    """Its name, without folders."""
    content_type: str = attrs.field(default="", kw_only=True)
    """Its media type; left out: as the name's ending says."""

    def __attrs_post_init__(self) -> None:
        cls = type(self).__name__
        if not isinstance(self.content, (bytes, bytearray)):
            raise TypeError(f"{cls}.content must be bytes, not {type(self.content).__name__}.")
        if not self.content:
            raise ValueError(f"{cls}.content is empty.")
        if len(self.content) > self.LIMIT:
            raise ValueError(f"{cls}.content has {len(self.content)} bytes; at most {self.LIMIT} are taken.")
        object.__setattr__(self, "content", bytes(self.content))
        _check_filename(f"{cls}.filename", self.filename)
        object.__setattr__(self, "content_type", self._find_type())

    def _find_type(self) -> str:
        ending = Path(self.filename).suffix.lower()
        found = self.content_type or self.TYPES.get(ending) or mimetypes.guess_type(self.filename)[0]
        if self.TYPES and found not in self.TYPES.values():
            raise ValueError(
                f"{type(self).__name__} takes {', '.join(dict.fromkeys(self.TYPES.values()))}, "
                f"not {found or 'a file without a known ending'}."
            )
        if found and not (found.isascii() and found.isprintable()):
            raise ValueError(f"{type(self).__name__}.content_type must be printable ASCII text.")
        return found or "application/octet-stream"

    @classmethod
    def read(cls, path: "str | os.PathLike[str]") -> Self:
        """Read a file from disk, at once; its name's ending tells its media type.

        Raises:
            OSError: it cannot be read.
            ValueError: it is empty, too large or of a type that is not taken.
        """
        file = Path(path)
        size = file.stat().st_size
        if size > cls.LIMIT:
            raise ValueError(f"{file.name} has {size} bytes; at most {cls.LIMIT} are taken.")
        return cls(file.read_bytes(), file.name)


def as_multipart(part: FilePart) -> Content:
    """Write a file as the one part, named ``file``, of a multipart form."""
    boundary = os.urandom(16).hex()
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{part.filename}"\r\n'
        f"Content-Type: {part.content_type}\r\n\r\n"
    )
    tail = f"\r\n--{boundary}--\r\n"
    return Content(f"multipart/form-data; boundary={boundary}", head.encode() + part.content + tail.encode())


def as_form_file(part: FilePart) -> Content:
    """Write a file as the one field, named ``file``, of a form."""
    return Content(FORM, form({"file": part.content}))


def _check_filename(where: str, name: object) -> None:
    """Refuse a name that would end its header, or that is a path."""
    if not isinstance(name, str):
        raise TypeError(f"{where} must be a str, not {type(name).__name__}.")
    if not name.strip(" .") or len(name) > _LONGEST_NAME:
        raise ValueError(f"{where} must have 1 to {_LONGEST_NAME} characters.")
    if not name.isprintable() or any(sign in '"/\\' for sign in name):
        raise ValueError(f"{where} must hold no quotes, slashes or control characters, not {name!r}.")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ValueError(
            f"{where} holds half a character (a lone surrogate), which cannot be sent."
        ) from None
