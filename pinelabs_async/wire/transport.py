"""The only I/O: aiohttp, used so that a request leaves at most once and we know how far it got.

Nothing of aiohttp's gets out: every end of an attempt, good or bad, is a `Reply`. A traceback therefore
never runs through frames whose locals hold the token or a card number.
"""

import asyncio
import functools
import io
from collections.abc import AsyncGenerator
from typing import Any, Final

import aiohttp
import attrs
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.wire.attempt import Reach
from pinelabs_async.wire.content import Content
from pinelabs_async.wire.download import Download, UnusableError
from pinelabs_async.wire.lifetime import leave_to_parent, watch_forks
from pinelabs_async.wire.settings import Settings

_NEVER_CONNECTED: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
_PLAIN_SPOKEN: Final = (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)
_PATIENCE: Final = 5.0
"""Seconds to wait for another thread's event loop to close its connections."""
_NEVER_ROUND: Final = 1e9
_CHUNK: Final = 64 * 1024


@attrs.define(kw_only=True, eq=False)
class Request:
    """Hold what one attempt sends, and how far it got; its ``repr`` shows neither headers nor body."""

    method: str
    url: URL = attrs.field(repr=False)
    headers: dict[str, str] = attrs.field(repr=False)
    content: Content | None = attrs.field(default=None, repr=False)
    changes_nothing: bool = False
    timeout: float
    download: Download | None = attrs.field(default=None, repr=False)
    """What takes the body of a good answer, where that is a file."""
    reach: Reach = Reach.NOT_SENT
    """How far the writing got, as long as it is known; where there is no body nothing is known."""


@attrs.frozen(kw_only=True)
class Reply:
    """Hold what came of one attempt; its ``repr`` does not show the body."""

    reach: Reach
    status: int | None = None
    headers: Any = attrs.field(factory=dict[str, str], repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    whole: bool = False
    """Whether the body arrived completely and within the bound."""
    trouble: str = ""
    """Why there is no whole answer, in words."""


_NOTHING: Final = Content("application/json", b"")


class _Body(aiohttp.BytesIOPayload):
    """Note on the request how far its writing got, and refuse to be written twice.

    aiohttp sends PUT and DELETE again by itself when a connection breaks. A second write of the same
    body is stopped here, whoever owns the session.
    """

    def __init__(self, request: Request) -> None:
        content = request.content or _NOTHING
        super().__init__(io.BytesIO(content.data), content_type=content.type)
        self._request = request

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        self._start(writer)
        await super().write_with_length(writer, content_length)
        self._finish()

    async def write(self, writer: AbstractStreamWriter) -> None:
        await self.write_with_length(writer, None)

    def _start(self, writer: AbstractStreamWriter) -> None:
        if self._request.reach is not Reach.NOT_SENT:
            raise RuntimeError("this request has already been sent once")
        if not _is_closed(writer):  # then aiohttp raises before it writes a byte
            self._request.reach = Reach.PARTLY_SENT

    def _finish(self) -> None:
        self._request.reach = Reach.SENT


def _is_closed(writer: AbstractStreamWriter) -> bool:
    if not isinstance(writer, aiohttp.http.StreamWriter):
        return False
    transport = writer.transport
    return transport is None or transport.is_closing()


class Transport:
    """Send requests over one connection pool per event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pools: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
        self._guards: dict[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = {}
        self._opened = False
        self._closed = False
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin without connections: those that are open are the parent's."""
        if self._pools:
            leave_to_parent((self._pools, self._guards))
            self._pools, self._guards = {}, {}
        self._opened = False

    @property
    def is_open(self) -> bool:
        """Whether connections were made that nobody has closed with ``aclose``."""
        return self._opened and not self._closed

    async def send(self, request: Request) -> Reply:
        """Make one attempt and say what came of it."""
        pool = await self._pool()
        body = None if request.changes_nothing and request.content is None else _Body(request)
        try:
            async with pool.request(
                request.method,
                request.url,
                headers=request.headers,
                data=body,
                allow_redirects=False,
                raise_for_status=False,
                timeout=_timeout(request.timeout),
                proxy=self._settings.proxy,
                ssl=self._settings.ssl or True,
            ) as response:
                return await self._read(response, request.download)
        except asyncio.CancelledError as error:
            cancelled = error.args
        except Exception as error:  # noqa: BLE001  # whatever a library raises here ended an attempt
            return Reply(reach=_reach_of(request, body, error), trouble=_describe(error))
        # A new one, since the frames of the old one's traceback hold the token; the args are the canceller's.
        raise asyncio.CancelledError(*cancelled)

    async def _read(self, response: aiohttp.ClientResponse, download: Download | None) -> Reply:
        body, trouble = b"", ""
        try:
            if download is not None and 200 <= response.status < 300:
                async for chunk in response.content.iter_chunked(_CHUNK):
                    await download.write(chunk)
            else:
                body = await _read_bounded(response, self._settings.answer_limit)
        except UnusableError as error:
            trouble = str(error)
            response.close()
        except Exception as error:  # noqa: BLE001  # the status has arrived, so this is no longer an unknown end
            trouble = _describe(error)
        return Reply(
            reach=Reach.ANSWERED,
            status=response.status,
            headers=response.headers,
            body=body,
            whole=not trouble,
            trouble=trouble,
        )

    async def _pool(self) -> aiohttp.ClientSession:
        if self._closed:
            raise ConfigurationError("this Session is closed; make a new one.")
        given = self._settings.http
        if given is not None:
            if given.closed:
                raise ConfigurationError("the aiohttp.ClientSession given as http is closed.")
            return given
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None or pool.closed:
            self._forget_dead_loops()
            self._opened = True
            pool = self._pools[loop] = _make_pool(self._settings)
            guard = self._guards[loop] = _close_with_loop(pool)
            await anext(guard)
        return pool

    def _forget_dead_loops(self) -> None:
        for loop in list(self._pools):  # a copy: another thread's loop may come at the same time
            if loop.is_closed():
                self._pools.pop(loop, None)
                self._guards.pop(loop, None)

    async def aclose(self) -> None:
        """Close the connections that were made here; those of the caller's own session are left alone."""
        self._closed = True
        here = asyncio.get_running_loop()
        guards, self._guards, self._pools = self._guards, {}, {}
        for loop, guard in guards.items():
            if loop is here:
                await guard.aclose()
            elif loop.is_running():
                closing = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(guard.aclose(), loop))
                await asyncio.wait((closing,), timeout=_PATIENCE)  # that loop may stop at any moment


async def _close_with_loop(pool: aiohttp.ClientSession) -> AsyncGenerator[None, None]:
    """Close the pool when this generator is closed: by ``aclose``, or by ``asyncio.run`` at its end.

    A Session may live longer than its event loop; its connections may not.
    """
    try:
        yield
    finally:
        await pool.close()


async def _read_bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    length = response.content_length
    if length is not None and length <= limit and "Content-Encoding" not in response.headers:
        return await response.read()
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise UnusableError(f"the answer is larger than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


@functools.lru_cache(maxsize=64)
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    # The wait for a connection ends a moment before the whole, so that the two can be told apart.
    return aiohttp.ClientTimeout(total=seconds, connect=seconds - min(0.05, seconds / 10))


def _make_pool(settings: Settings) -> aiohttp.ClientSession:
    pool = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=settings.pool_size,
            keepalive_timeout=settings.keepalive,
            timeout_ceil_threshold=_NEVER_ROUND,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=settings.trust_env,
    )
    if hasattr(pool, "_retry_connection"):  # there is no public switch: aio-libs/aiohttp#10790
        pool._retry_connection = False  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return pool


def _reach_of(request: Request, body: _Body | None, error: Exception) -> Reach:
    if body is not None:
        return request.reach
    return Reach.NOT_SENT if isinstance(error, _NEVER_CONNECTED) else Reach.SENT


def _describe(error: Exception) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "no answer in time"
    # Other errors' texts may hold URLs, and those a proxy's password.
    text = str(error) if isinstance(error, _PLAIN_SPOKEN) else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
