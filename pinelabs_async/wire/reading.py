"""What a reply of the gateway says: an answer, a refusal, or nothing that can be relied on.

Nothing here raises: money may have moved before the reply came.
"""

import functools
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar, cast

import attrs

from pinelabs_async.wire import codec
from pinelabs_async.wire.attempt import Ending, Reach
from pinelabs_async.wire.download import Download
from pinelabs_async.wire.operation import Operation
from pinelabs_async.wire.shape import Answer, read_json
from pinelabs_async.wire.transport import Reply

T = TypeVar("T", bound=Answer)

_log: Final = logging.getLogger("pinelabs")
_CODES: Final = ("code", "error_code", "RESPONSE_CODE")
_MESSAGES: Final = ("message", "error_message", "response_message", "RESPONSE_MESSAGE")


def read(operation: Operation[T], reply: Reply, request_id: str) -> tuple[Ending, T | None]:
    """Read a reply: an answer, or the code of a refusal, or neither."""
    status = reply.status
    if status is None or not reply.whole:
        return _ending(reply), None
    if not 200 <= status < 300:
        return _ending(reply, code=read_refusal(reply)[0]), None
    body, envelope = reply.body, operation.envelope
    if not body and (operation.may_be_empty or (operation.envelope is None and status == 204)):
        body, envelope = b"{}", None
    try:
        answer = codec.decode(operation.answer, body, envelope=envelope, request_id=request_id)
        refusal = operation.refusal and operation.refusal(answer)
    except Exception as error:  # noqa: BLE001  # money may have moved: nothing that was answered may raise here
        if not isinstance(error, ValueError):
            _log.warning("%s: its answer could not be read: %s", operation.name, type(error).__name__)
        return _ending(reply), None
    if refusal:
        return _ending(reply, refusal=refusal), None
    return _success(status), answer


@functools.cache
def _success(status: int) -> Ending:
    return Ending(reach=Reach.ANSWERED, status=status, usable=True)


def _ending(
    reply: Reply, *, code: str | None = None, refusal: tuple[str, str] | None = None, usable: bool = False
) -> Ending:
    return Ending(
        reach=reply.reach, status=reply.status, code=code, whole=reply.whole, usable=usable, refusal=refusal
    )


def read_file(reply: Reply, download: Download) -> tuple[Reply, Ending, None]:
    """Judge a reply whose body went into a download: the kind of file that is expected, or no answer."""
    if reply.status is None or not reply.whole:
        return reply, _ending(reply), None
    if not 200 <= reply.status < 300:
        return reply, _ending(reply, code=read_refusal(reply)[0]), None
    if not download.is_right:
        trouble = f"the {download.size} bytes of {_kind_of(reply)} that came are no {download.kind}"
        return attrs.evolve(reply, trouble=trouble), _ending(reply), None
    return reply, _ending(reply, usable=True), None


def read_refusal(reply: Reply) -> tuple[str | None, str, dict[str, str]]:
    """Read the code, message and details of an answer that is no success; any of them may be missing."""
    if reply.status is None:
        return None, reply.trouble, {}
    fallback = _describe(reply)
    try:
        body = read_json(reply.body)
    except ValueError:
        body = None
    if not isinstance(body, dict) or reply.status < 300:
        return None, fallback, {}
    fields = cast("dict[str, Any]", body)
    fallback = f"the gateway answered {reply.status} and gave no reason"
    code, message = _first(fields, _CODES), _first(fields, _MESSAGES)
    details = fields.get("additional_error_details") or fields.get("additionalErrorPayload")
    known = {**_texts(details), **_texts(fields.get("meta_data")), **_texts({"next": fields.get("next")})}
    return (
        str(code) if isinstance(code, str) or type(code) is int else None,
        message if isinstance(message, str) else fallback,
        known,
    )


def _texts(details: Any) -> dict[str, str]:
    """Return the members that are texts, or lists of them."""
    found = cast("dict[str, Any]", details) if isinstance(details, dict) else {}
    texts: dict[str, str] = {}
    for name, item in found.items():
        if isinstance(item, list):
            texts[name] = ",".join(str(part) for part in cast("list[object]", item))
        elif isinstance(item, str):
            texts[name] = item
    return texts


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((fields[name] for name in names if fields.get(name)), None)


def _describe(reply: Reply) -> str:
    """Say in words what came in place of a proper answer, without repeating any of it."""
    if reply.status is not None and 300 <= reply.status < 400:
        return f"the gateway answered a redirect ({reply.status}), which is never followed; check base_url"
    if reply.trouble:
        return f"the gateway answered {reply.status}, but {reply.trouble}"
    return f"the gateway answered {reply.status} with {len(reply.body)} bytes of {_kind_of(reply)}, which are no answer of its"


def _kind_of(reply: Reply) -> str:
    return str(reply.headers.get("Content-Type", "no content type")).split(";")[0][:60]
