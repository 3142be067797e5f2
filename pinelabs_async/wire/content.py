"""What a body becomes on the wire: JSON or a form."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_plus

import attrs
import msgspec

from pinelabs_async.wire import codec

FORM: Final = "application/x-www-form-urlencoded"


@attrs.define(eq=False, repr=False)  # each write has one, and a frozen one takes twice the time to make
class Content:
    """Hold a body as it is sent; its ``repr`` shows nothing of it."""

    type: str
    """The media type."""
    data: bytes
    """The bytes."""


def as_json(body: Any) -> Content:
    """Write a body as JSON."""
    return Content("application/json", codec.to_json(body))


def as_form(body: Any) -> Content:
    """Write a body's members as the fields of a form."""
    members: dict[str, Any] = msgspec.json.decode(codec.to_json(body))
    return Content(FORM, form({name: str(value) for name, value in members.items()}))


def form(fields: Mapping[str, str | bytes]) -> bytes:
    """Write the fields of a form."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields.items()).encode()
