"""Webhooks, the payer's return and one Session a worker in FastAPI: needs the extra ``[fastapi]``.

::

    app = FastAPI(lifespan=session_lifespan(lambda: Session.from_env(), router))
    app.router.routes.append(Route("/webhooks/pinelabs", webhook_app(router)))  # starlette.routing.Route

    @app.post("/return")
    async def back(
        returned: Annotated[ReturnedOrder, Depends(returned_order(return_url_secret))],
        pinelabs: Annotated[Session, Depends(current_session)],
    ) -> Order:
        return await pinelabs.orders.get(returned.order_id)
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import HTTPException, Request
from fastapi.requests import HTTPConnection
from starlette.requests import ClientDisconnect

from pinelabs_async.api import preload
from pinelabs_async.errors import SignatureError
from pinelabs_async.incoming import return_url, webhooks
from pinelabs_async.incoming.events import Event
from pinelabs_async.incoming.return_url import ReturnedOrder
from pinelabs_async.incoming.router import WebhookRouter
from pinelabs_async.incoming.starlette import TooLargeError, check_router, headers_of, read_body, webhook_app
from pinelabs_async.incoming.webhooks import OneSecret
from pinelabs_async.wire.redact import Secret

__all__ = ["current_session", "returned_order", "session_lifespan", "verified_event", "webhook_app"]

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 100
_PATIENCE: Final = 25.0
"""Seconds that handlers in the background may take when the server stops."""

_log: Final = logging.getLogger("pinelabs")


def verified_event(
    secret: OneSecret | Sequence[OneSecret], *, tolerance: float | None = 300, limit: int = 1024 * 1024
) -> Callable[[Request], Awaitable[Event]]:
    """Make a dependency that gives the event of a webhook whose signature was right. No money moves.

    It does not tell whether the event is new: ``webhook_app`` with a ``WebhookRouter`` handles each once.

    Args:
        secret: The webhook secret, or several while you change it.
        tolerance: How many seconds a delivery's timestamp may be off; None skips this check.
        limit: How many bytes a delivery may have.

    Returns:
        For ``Depends``. What it refuses is answered with 400 or 413; the handler does not run.

    Raises:
        ConfigurationError: the secret or the tolerance cannot be used.
    """
    webhooks.check_settings(secret, tolerance)

    async def give(request: Request) -> Event:
        body, headers = await _read(request, limit)
        try:
            return webhooks.verify(body, headers, secret, tolerance=tolerance)
        except SignatureError as error:
            raise _refused("webhook", error) from None

    return give


def returned_order(
    secret: str | Secret, *, limit: int = 64 * 1024
) -> Callable[[Request], Awaitable[ReturnedOrder]]:
    """Make a dependency that gives what a payer brings back, if its signature is right. No money moves.

    The payer's browser posts it to your ``callback_url``; read the order before you ship.

    Args:
        secret: The return URL secret from Pine Labs: hexadecimal text.
        limit: How many bytes the form may have.

    Returns:
        For ``Depends``. What it refuses is answered with 400 or 413; the handler does not run.

    Raises:
        ConfigurationError: the secret is empty or not hexadecimal.
    """
    return_url.hex_key("the return URL secret", secret)

    async def give(request: Request) -> ReturnedOrder:
        body, headers = await _read(request, limit)
        try:
            return return_url.verify(_fields(body, headers), secret)
        except SignatureError as error:
            raise _refused("return", error) from None

    return give


def session_lifespan(
    make: Callable[[], AbstractAsyncContextManager[Any]], *routers: WebhookRouter
) -> Callable[[Any], AbstractAsyncContextManager[dict[str, Any]]]:
    """Make the lifespan of an application with one Session in each worker.

    It is opened where the worker starts, after ``preload()``: that takes some tenths of a second, which no request
    has to wait for. Where the worker stops, handlers in the background may end first, and then the Session is
    closed. ``current_session`` gives it to handlers; those of webhooks, which see no request, find it as
    ``app.state.pinelabs``.

    Args:
        make: Makes the Session, of any type that can be entered: it is called in the worker.
        routers: Whose handlers to wait for.

    Returns:
        For ``FastAPI(lifespan=...)``. To do more, enter it in a lifespan of your own and yield what it gives.

    Raises:
        ConfigurationError: a router is that of ``pinelabs_sync``, or none.
    """
    for router in routers:
        check_router(router)

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncGenerator[dict[str, Any]]:
        preload()
        async with make() as session:
            app.state.pinelabs = session
            try:
                yield {"pinelabs": session}
            finally:
                await _finish(routers)

    return lifespan


def current_session(connection: HTTPConnection) -> Any:
    """Give the Session of this worker, for ``Depends``: Any, since your annotation says which it is."""
    return connection.state.pinelabs


async def _finish(routers: Sequence[WebhookRouter]) -> None:
    waiting = [asyncio.ensure_future(router.wait()) for router in routers]
    if not waiting:
        return
    _, late = await asyncio.wait(waiting, timeout=_PATIENCE)
    for one in late:
        one.cancel()
        _log.warning("the server stops while handlers of webhooks still run")


async def _read(request: Request, limit: int) -> tuple[bytes, Mapping[str, list[str]]]:
    headers = headers_of(request.headers.raw)
    try:
        body = await read_body(request.stream(), headers, limit)
    except TooLargeError:
        raise HTTPException(413, "the body is too large") from None
    except ClientDisconnect:
        raise HTTPException(400, "the body is not complete") from None
    # Where Starlette itself keeps what was read, so that the handler and other dependencies can read it, too.
    request._body = body  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return body, headers


def _fields(body: bytes, headers: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    """Read a form, every value of it: a field that came twice must be seen."""
    wrong = SignatureError("the return is no form", reason="malformed_field")
    if headers.get("content-type", [""])[0].partition(";")[0].strip().lower() != _FORM:
        raise wrong
    try:
        text = body.decode("ascii")
        return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise wrong from None


def _refused(what: str, error: SignatureError) -> HTTPException:
    _log.warning("a %s was refused: %s", what, error.reason)
    return HTTPException(400, error.reason)
