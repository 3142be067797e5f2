"""What invoices and air waybills share: their orders, their JSON, their files, and the bank that looks at them."""

import json
import re
from collections.abc import Callable
from datetime import date
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Any, Final, cast

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call
from pinelabs_async.sandbox.gateway.international import flow_type
from pinelabs_async.sandbox.magic import Outcome
from pinelabs_async.sandbox.problems import Refusal
from pinelabs_async.sandbox.state import Json, Order

MAX_FILE: Final = 5 * 1024 * 1024
TYPES: Final = ("application/pdf", "image/jpeg", "image/jpg", "image/png")
_DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_json(content: bytes) -> object:
    """Return JSON of any kind, or refuse with the code that these operations have for what is none."""
    try:
        parsed: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refusal("DOC_INVALID_REQUEST_BODY") from error
    if checks.too_deep(parsed):
        raise Refusal("DOC_INVALID_REQUEST_BODY")
    return cast("object", parsed)


def text(given: Json, name: str, longest: int, code: str) -> str | None:
    """Return a member that is a text of some length, None where it is missing, null or blank."""
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise Refusal(code, f"{name} must be a string")
    if value is not None and len(value) > longest:
        raise Refusal(code, f"{name} takes at most {longest} characters")
    return value.strip() or None if value else None


def is_date(written: str) -> bool:
    """Tell whether a text is a day, written as YYYY-MM-DD."""
    if not _DATE.fullmatch(written):
        return False
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def import_order(call: Call) -> Order:
    """Return the paid import order that the path names, or refuse with a code of these operations."""
    order = call.merchant.orders.get(call.path["orderId"])
    if order is None:
        raise Refusal("ORDER_NOT_FOUND", status=422)
    if flow_type(order) is None:
        raise Refusal(
            "ORDER_IS_NOT_PA_CB",
            details={"source": "INTERNAL", "reason": "merchant_metadata.flow_type is neither PA_CB nor LRS"},
        )
    if order.status != "PROCESSED":
        raise Refusal("ORDER_IS_NOT_IN_PROCESSED_STATE")
    return order


def check_file(call: Call) -> None:
    """Refuse an upload that has no file of the right size and kind; nothing of the file is kept."""
    head = _headers(f"Content-Type: {call.content_type}".encode())
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/form-data" or not boundary:
        raise Refusal("DOC_MULTIPART_CONTENT_TYPE_REQUIRED")
    kind, content = _part(call.content, boundary, "file")
    if kind not in TYPES:
        raise Refusal("DOC_INVALID_FILE_TYPE")
    if len(content) > MAX_FILE:
        raise Refusal("DOC_FILE_TOO_LARGE")


def already_uploaded() -> Refusal:
    """Return the refusal of a second file; 409 is documented, its code is not."""
    return Refusal("DUPLICATE_REQUEST", "The request has already been processed", status=409)


def look_at(call: Call, outcome: Outcome, reject: Callable[[], None]) -> None:
    """Let the bank look at a document that was uploaded, and reject one that is meant to be."""
    if outcome.rejected:
        call.state.clock.at(call.state.clock.now() + outcome.after, reject)


def _part(content: bytes, boundary: str, name: str) -> tuple[str, bytes]:
    """Return media type and content of the part with a name."""
    for section in (b"\r\n" + content).split(b"\r\n--" + boundary.encode())[1:-1]:
        raw, _, body = section.partition(b"\r\n\r\n")
        head = _headers(raw.lstrip(b"\r\n"))
        if head.get_param("name", header="Content-Disposition") == name:
            return head.get_content_type(), body
    raise Refusal("DOC_FILE_MISSING")


def _headers(raw: bytes) -> Message:
    return BytesHeaderParser().parsebytes(raw)
