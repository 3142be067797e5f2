"""A raw HTTP server: it reads whole requests, records them, and then does exactly what it is told."""

import asyncio
import contextlib
import json
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from ssl import SSLContext

TOKEN_PATH = "/api/auth/v1/token"


class Received:
    """One complete request."""

    def __init__(self, method, target, headers, body, connection):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.connection = connection

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.method} {self.target} on connection {self.connection}>"


class Peer:
    """The other end of one connection."""

    def __init__(self, reader, writer, closing):
        self.reader, self.writer, self.closing = reader, writer, closing

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Deed = Callable[[Peer], Awaitable[None]]


def response(
    body: bytes | dict | list = b"",
    *,
    status: int = 200,
    kind: str | None = "application/json",
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """Write an HTTP response."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} Some Reason",
        f"Content-Length: {len(content) if length is None else length}",
    ]
    if kind is not None:
        lines.append(f"Content-Type: {kind}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def answer(body: bytes | dict | list = b"", **parts) -> Deed:
    """Answer and keep the connection."""

    async def deed(peer: Peer) -> None:
        await peer.send(response(body, **parts))

    return deed


def refusal(status: int, code: str | None, message: str = "No", **parts) -> Deed:
    """Answer in the gateway's error shape."""
    body = {"message": message} if code is None else {"code": code, "message": message}
    return answer(body, status=status, **parts)


def truncated(body: dict, **parts) -> Deed:
    """Announce a body, send half of it, and close."""

    async def deed(peer: Peer) -> None:
        content = json.dumps(body).encode()
        await peer.send(response(content[: len(content) // 2], length=len(content), **parts))
        peer.close()

    return deed


def dribble(body: dict, *, pause: float, pieces: int, **parts) -> Deed:
    """Answer with a body in pieces, a pause before each."""

    async def deed(peer: Peer) -> None:
        head, _, content = response(body, **parts).partition(b"\r\n\r\n")
        await peer.send(head + b"\r\n\r\n")
        size = len(content) // pieces + 1
        for start in range(0, len(content), size):
            await asyncio.sleep(pause)
            await peer.send(content[start : start + size])

    return deed


def after(seconds: float, deed: Deed) -> Deed:
    """Wait before doing something."""

    async def later(peer: Peer) -> None:
        await asyncio.sleep(seconds)
        await deed(peer)

    return later


def bytes_only(data: bytes) -> Deed:
    """Send these bytes, whatever they mean, and close."""

    async def deed(peer: Peer) -> None:
        await peer.send(data)
        peer.close()

    return deed


async def drop(peer: Peer) -> None:
    """Close the connection without an answer."""
    peer.close()


async def reset(peer: Peer) -> None:
    """Break the connection with a TCP reset."""
    peer.reset()


async def never(peer: Peer) -> None:
    """Hold the connection open and never answer."""
    await peer.closing.wait()


def grant(token: str = "token-1", **more) -> Deed:
    """Answer as the token endpoint does."""
    return answer({"access_token": token, **(more or {"expires_in": 3600})})


def order_json(reference: str = "ord-1", value: int = 150000, **more) -> dict:
    """Return an order as the gateway writes it."""
    return {
        "data": {
            "order_id": "v1-order",
            "merchant_order_reference": reference,
            "type": "CHARGE",
            "status": "CREATED",
            "order_amount": {"value": value, "currency": "INR"},
            **more,
        }
    }


class RawServer:
    """Serve on a free loopback port.

    ``script`` holds what to do with each request in turn; the last entry is repeated. Token calls are kept
    apart: they are in ``token_requests`` and follow ``token_script``. ``fragments`` holds what began and never
    became a whole request. ``greeting``, where it is set, is done
    to a new connection before anything is read.
    """

    def __init__(self, *script: Deed, ssl: SSLContext | None = None) -> None:
        self.script: list[Deed] = list(script) or [answer(order_json())]
        self.token_script: list[Deed] = [grant()]
        self.greeting: Deed | None = None
        self.requests: list[Received] = []
        self.token_requests: list[Received] = []
        self.fragments: list[bytes] = []
        self.connections = 0
        self._ssl = ssl
        self._closing = asyncio.Event()
        self._handlers: set[asyncio.Task[None]] = set()

    @property
    def base_url(self) -> str:
        return f"{'https' if self._ssl else 'http'}://{'localhost' if self._ssl else '127.0.0.1'}:{self.port}"

    async def until_received(self, number: int) -> None:
        """Wait until so many requests have been read."""
        async with asyncio.timeout(5):
            while len(self.requests) < number:  # noqa: ASYNC110  # what it waits for is a list that grows
                await asyncio.sleep(0.001)

    def count(self, method: str) -> int:
        return sum(request.method == method for request in self.requests)

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._ssl, limit=2**22)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._closing.set()
        self._server.close()
        for handler in list(self._handlers):
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    async def _read(self, reader, number):
        try:
            return await _read(reader, number)
        except asyncio.IncompleteReadError as end:
            if end.partial:
                self.fragments.append(end.partial)
            return None

    def _accept(self, reader, writer):
        self.connections += 1
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer, self.connections))
        self._handlers.add(task)
        task.add_done_callback(self._handlers.discard)

    async def _serve(self, reader, writer, number):
        peer = Peer(reader, writer, self._closing)
        try:
            if self.greeting is not None:
                await self.greeting(peer)
            while not writer.is_closing():
                request = await self._read(reader, number)
                if request is None:
                    break
                is_token = request.target.endswith(TOKEN_PATH)
                (self.token_requests if is_token else self.requests).append(request)
                script = self.token_script if is_token else self.script
                deed = script.pop(0) if len(script) > 1 else script[0]
                await deed(peer)
        except ConnectionError:
            pass
        finally:
            writer.close()
            with contextlib.suppress(Exception):
                await writer.wait_closed()


async def _read(reader, number):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = await _read_chunks(reader)
    return Received(method, target, headers, body, number)


async def _read_chunks(reader):
    body = b""
    while size := int((await reader.readline()).strip() or b"0", 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


def free_port_that_refuses():
    """Bind a port without listening on it, so that it refuses connections as long as the socket lives."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder


class LoopThread:
    """An event loop on a thread of its own, with servers that live there."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        return self

    def run(self, coroutine, timeout=20):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout)

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()
