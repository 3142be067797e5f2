"""How each fault looks on the wire."""

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Callable
from typing import Final

import attrs
from aiohttp import web

from pinelabs_async.sandbox.faults import Fault
from pinelabs_async.sandbox.problems import error_body

_PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_LINGER_NOT: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_SAMPLE: Final = b'{"data": {"order_id": "v1-000000000000-aa-000000", "status": "CREATED"}}'


@attrs.frozen(kw_only=True)
class Answer:
    """What is sent back, before it becomes an aiohttp response."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = attrs.field(factory=dict[str, str])

    def response(self) -> web.Response:
        """Return it as an aiohttp response."""
        return web.Response(
            status=self.status,
            body=self.body,
            headers={"Content-Type": self.content_type, **self.headers},
        )


def replaced(fault: Fault) -> Answer | None:
    """Return the answer that a fault gives instead of the right one; None where it gives none."""
    make = _ANSWERS.get(fault.what)
    return attrs.evolve(make(fault), headers=fault.headers) if make else None


def hang_up(request: web.BaseRequest, fault: Fault, right: Answer | None) -> None:
    """End the connection the way that the fault says; what may come after it is not sent."""
    transport = request.transport
    if transport is None:
        return
    if fault.what == "truncated":
        transport.write(_half(fault, right))
    if fault.what == "reset":
        connection: socket.socket | None = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        transport.abort()
    transport.close()


async def wait(fault: Fault) -> None:
    """Wait as long as the fault says."""
    if fault.delay:
        await asyncio.sleep(fault.delay)


async def dribble(request: web.BaseRequest, fault: Fault, right: Answer) -> web.Response:
    """Send the right answer byte by byte, and close the connection; return what aiohttp then drops."""
    transport = request.transport
    answer = attrs.evolve(right, headers=right.headers | fault.headers)
    for byte in _head(answer) + answer.body:
        if transport is None or transport.is_closing():
            break
        transport.write(bytes((byte,)))
        await asyncio.sleep(fault.delay)
    if transport is not None:
        transport.close()
    return web.Response()


def _head(answer: Answer) -> bytes:
    """Write the head of an answer after which the connection is closed."""
    head = [
        f"HTTP/1.1 {answer.status} Sandbox",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {len(answer.body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    return "\r\n".join([*head, "", ""]).encode()


def _half(fault: Fault, right: Answer | None) -> bytes:
    body = right.body if right and right.body else _SAMPLE
    whole = Answer(status=fault.status, body=body, headers=fault.headers)
    return _head(whole) + body[: len(body) // 2]


def _error(fault: Fault) -> Answer:
    body = json.dumps(error_body(fault.code, fault.message)).encode()
    return Answer(status=fault.status, body=body)


def _oversized(fault: Fault) -> Answer:
    head, tail = b'{"data": {"padding": "', b'"}}'
    return Answer(status=fault.status, body=head + b"x" * (fault.size - len(head) - len(tail)) + tail)


_ANSWERS: Final[dict[str, Callable[[Fault], Answer]]] = {
    "status": _error,
    "html": lambda fault: Answer(
        status=fault.status, body=_PAGE.encode(), content_type="text/html; charset=utf-8"
    ),
    "garbage": lambda fault: Answer(status=fault.status, body=b"\x00\xff not JSON {"),
    "empty": lambda fault: Answer(status=fault.status),
    "redirect": lambda fault: Answer(status=fault.status),
    "oversized": _oversized,
}
