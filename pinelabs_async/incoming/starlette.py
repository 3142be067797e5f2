"""Webhooks in Starlette, or in anything else that speaks ASGI; nothing needs to be installed for it.

::

    app = Starlette(routes=[Route("/webhooks/pinelabs", webhook_app(router))])
"""

from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    MutableMapping,
)
from typing import Any, Final, TypeAlias

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.incoming.deliveries import WebhookAnswer
from pinelabs_async.incoming.router import WebhookRouter

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_TOO_LARGE: Final = WebhookAnswer(status=413, text="the delivery is too large")
_ONLY_POST: Final = WebhookAnswer(status=405, text="only POST is taken here")


class InterruptedBodyError(Exception):
    """Tell that the sender hung up before its body was there."""


class TooLargeError(Exception):
    """Tell that a body has more bytes than are taken."""


class WebhookApp:
    """Be an ASGI application that takes deliveries at any path; ``webhook_app`` makes one."""

    def __init__(self, router: WebhookRouter) -> None:
        check_router(router)
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            raise NotImplementedError(f"webhooks come by HTTP, not by {scope['type']}")
        try:
            answer = await self._answer(scope, receive)
        except InterruptedBodyError:
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        if answer is _ONLY_POST:
            headers.append((b"allow", b"POST"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.text.encode()})

    async def _answer(self, scope: Scope, receive: Receive) -> WebhookAnswer:
        if scope["method"] != "POST":
            return _ONLY_POST
        headers = headers_of(scope["headers"])
        try:
            body = await read_body(_chunks(receive), headers, self._router.limit)
        except TooLargeError:
            return _TOO_LARGE
        return await self._router.handle(body, headers)


def webhook_app(router: WebhookRouter) -> WebhookApp:
    """Make the endpoint that hands deliveries to a router. No money moves.

    Give it a route of its own, as ``app.router.routes.append(Route("/webhooks/pinelabs", webhook_app(router)))``.
    Under ``app.mount`` the URL that you give to Pine Labs must end with a slash: without it Starlette answers
    with a redirect, which is no 2xx.

    Args:
        router: Checks deliveries and has the handlers. A body is read up to its ``limit``, and no further.

    Returns:
        An ASGI application.

    Raises:
        ConfigurationError: the router is that of ``pinelabs_sync``.
    """
    return WebhookApp(router)


def check_router(router: object) -> None:
    """Refuse what is no router for an event loop."""
    if not isinstance(router, WebhookRouter):
        raise ConfigurationError("router must be a WebhookRouter of pinelabs_async: the blocking one blocks.")


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> Mapping[str, list[str]]:
    """Return headers by name, each with every value that it came with."""
    headers: dict[str, list[str]] = {}
    for name, value in pairs:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return headers


async def read_body(chunks: AsyncIterable[bytes], headers: Mapping[str, list[str]], limit: int) -> bytes:
    """Read a body up to a limit: what says that it is larger is not read, and what is larger not kept."""
    said = headers.get("content-length", ["0"])[0]
    if said.isdecimal() and int(said[:20]) > limit:
        raise TooLargeError
    body = bytearray()
    async for chunk in chunks:
        if len(body) + len(chunk) > limit:
            raise TooLargeError
        body += chunk
    return bytes(body)


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise InterruptedBodyError
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return
