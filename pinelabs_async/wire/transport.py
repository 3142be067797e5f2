"""The only I/O: aiohttp, used so that a request leaves at most once and we know how far it got.

Nothing of aiohttp's gets out: every end of an attempt, good or bad, is a `Reply`. A traceback therefore
never runs through frames whose locals hold the token or a card number.
"""

import asyncio
import functools
import logging
from collections.abc import AsyncGenerator, Coroutine, Mapping
from typing import Any, Final, NamedTuple

import aiohttp
import attrs
from aiohttp import hdrs
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict
from yarl import URL

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.wire.attempt import Reach
from pinelabs_async.wire.content import Content
from pinelabs_async.wire.download import Download, UnusableError
from pinelabs_async.wire.lifetime import leave_to_parent, watch_forks
from pinelabs_async.wire.patience import Limit, NoRoomError, Patience
from pinelabs_async.wire.settings import Settings
from pinelabs_async.wire.version import __version__

_log: Final = logging.getLogger("pinelabs")
_NEVER_CONNECTED: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    NoRoomError,
)
_PLAIN_SPOKEN: Final = (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)
_PATIENCE: Final = 5.0
"""Seconds to wait for connections to be closed."""
_ALWAYS: Final[Mapping[str, str]] = {
    hdrs.ACCEPT: "application/json",
    hdrs.ACCEPT_ENCODING: "identity",
    hdrs.USER_AGENT: f"pinelabs-async/{__version__}",
}
"""What every request says, unless it says something else itself."""
_NEVER_ROUND: Final = 1e9
_CHUNK: Final = 64 * 1024


@attrs.define(eq=False, repr=False)
class Request:
    """Hold what one attempt sends, and how far it got; its ``repr`` shows nothing of it."""

    method: str
    url: URL
    headers: CIMultiDict[str]
    timeout: float
    content: Content | None = None
    changes_nothing: bool = False
    download: Download | None = None
    """What takes the body of a good answer, where that is a file."""
    reach: Reach = Reach.NOT_SENT
    """How far the writing got, as long as it is known; where there is no body nothing is known."""


@attrs.define(eq=False, repr=False)
class Reply:
    """Hold what came of one attempt; its ``repr`` shows nothing of it."""

    reach: Reach
    status: int | None = None
    headers: Any = attrs.field(factory=dict[str, str])
    body: bytes = b""
    whole: bool = False
    """Whether the body arrived completely and within the bound."""
    trouble: str = ""
    """Why there is no whole answer, in words."""


_NOTHING: Final = Content("application/json", b"")


class _Body(aiohttp.Payload):
    """Note on the request how far its writing got, and refuse to be written twice.

    aiohttp sends PUT and DELETE again by itself when a connection breaks. A second write of the same
    body is stopped here, whoever owns the session.
    """

    _autoclose = True  # there is nothing to close

    def __init__(self, request: Request) -> None:
        content = request.content or _NOTHING
        super().__init__(content.data, content_type=content.type)
        self._data = content.data
        self._size = len(content.data)
        self._request = request

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._data.decode(encoding, errors)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        self._start(writer)
        whole = self._data[:content_length]
        for begin in range(
            0, len(whole), _CHUNK
        ):  # in parts, each of which waits until the peer has taken some
            await writer.write(whole[begin : begin + _CHUNK])
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


class _Place(NamedTuple):
    """What belongs to one event loop."""

    pool: aiohttp.ClientSession
    patience: Patience
    guard: AsyncGenerator[None, None] | None
    """Closes what was made here; the caller's own pool is left alone."""


class Transport:
    """Send requests over one connection pool per event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places: dict[asyncio.AbstractEventLoop, _Place] = {}
        self._opened = False
        self._closed = False
        watch_forks(self)

    def after_fork(self) -> None:
        """Begin without connections: those that are open are the parent's."""
        if self._places:
            leave_to_parent(self._places)
            self._places = {}
        self._opened = False

    @property
    def is_open(self) -> bool:
        """Whether connections were made that nobody has closed with ``aclose``."""
        return self._opened and not self._closed

    async def send(self, request: Request) -> Reply:
        """Make one attempt and say what came of it."""
        if request.download is not None:
            await request.download.restart()
        place = self._places.get(asyncio.get_running_loop())
        if place is None or place.pool.closed or self._closed:
            place = await self._open()
        pool, patience, guard = place
        body = None if request.changes_nothing and request.content is None else _Body(request)
        response = None
        limit = Limit(patience, request.timeout)
        try:
            with limit:
                if len(patience.limits) > patience.room:  # else there is nothing to await
                    await patience.turn(limit)
                response = await pool.request(
                    request.method,
                    request.url,
                    headers=request.headers if guard else _completed(request.headers),
                    data=body,
                    allow_redirects=False,
                    raise_for_status=False,
                    timeout=_timeout(request.timeout),
                    proxy=self._settings.proxy,
                    ssl=self._settings.ssl or True,
                )
                if request.download is None and response.content.is_eof():  # all of it came with its headers
                    answer = response.content.read_nowait()
                    _bound(len(answer), self._settings.answer_limit)
                else:
                    answer = await _answer_of(response, request.download, self._settings.answer_limit)
            # By position, which takes half the time.
            return Reply(Reach.ANSWERED, response.status, response.headers, answer, True)
        except asyncio.CancelledError as error:
            if (
                not limit.was_cancelled_within
            ):  # a pool that is closed cancels what waits for a connection of it
                return Reply(reach=_reach_of(request, body, error), trouble="the connections were closed")
            cancelled = error.args
        except Exception as error:  # noqa: BLE001  # whatever a library raises here ended an attempt
            if response is not None:  # the status has arrived, so this is no unknown end
                return Reply(
                    Reach.ANSWERED, response.status, headers=response.headers, trouble=_describe(error)
                )
            return Reply(reach=_reach_of(request, body, error), trouble=_describe(error))
        finally:
            if (
                response is not None and not response.closed
            ):  # at its body's end it has given its connection back
                response.close()
        # A new one, since the frames of the old one's traceback hold the token; the args are the canceller's.
        raise asyncio.CancelledError(*cancelled)

    async def _open(self) -> _Place:
        """Make what belongs to this event loop."""
        if self._closed:
            raise ConfigurationError("this Session is closed; make a new one.")
        if self._settings.http is not None and self._settings.http.closed:
            raise ConfigurationError("the aiohttp.ClientSession given as http is closed.")
        self._forget_dead_loops()
        if self._settings.http is not None:  # it has a limit of its own
            place = _Place(self._settings.http, Patience(), None)
        else:
            self._opened = True
            pool, patience = _make_pool(self._settings), Patience(self._settings.pool_size)
            place = _Place(pool, patience, _close_with_loop(pool, patience))
        self._places[asyncio.get_running_loop()] = place
        if place.guard is not None:
            await anext(place.guard)
        return place

    def _forget_dead_loops(self) -> None:
        for loop in list(self._places):  # a copy: another thread's loop may come at the same time
            if loop.is_closed():
                self._places.pop(loop, None)

    async def aclose(self) -> None:
        """Close the connections that were made here; those of the caller's own session are left alone."""
        self._closed = True
        here = asyncio.get_running_loop()
        places, self._places = self._places, {}
        for loop, place in places.items():
            if place.guard is None:
                continue
            if loop is here:
                await place.guard.aclose()
            elif loop.is_running():
                closing = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(place.guard.aclose(), loop))
                await asyncio.wait((closing,), timeout=_PATIENCE)  # that loop may stop at any moment


async def _close_with_loop(pool: aiohttp.ClientSession, patience: Patience) -> AsyncGenerator[None, None]:
    """Close the pool when this generator is closed: by ``aclose``, or by ``asyncio.run`` at its end.

    A Session may live longer than its event loop; its connections may not.
    """
    try:
        yield
    finally:
        patience.turn_away()
        try:
            async with asyncio.timeout(_PATIENCE):  # it waits for what a peer does not take off a connection
                await pool.close()
        except TimeoutError:
            _log.warning("connections that could not be closed in %g seconds were left", _PATIENCE)
        patience.end()


def _completed(headers: CIMultiDict[str]) -> CIMultiDict[str]:
    """Add what a pool that was given does not say by itself."""
    completed = CIMultiDict(_ALWAYS)
    completed.update(headers)
    return completed


def _answer_of(
    response: aiohttp.ClientResponse, download: Download | None, limit: int
) -> Coroutine[Any, Any, bytes]:
    if download is not None and 200 <= response.status < 300:
        return _read_into(download, response)
    return _read_bounded(response, limit)


async def _read_into(download: Download, response: aiohttp.ClientResponse) -> bytes:
    async for chunk in response.content.iter_chunked(_CHUNK):
        await download.write(chunk)
    return b""


async def _read_bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(_CHUNK):
        size += len(chunk)
        _bound(size, limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _bound(size: int, limit: int) -> None:
    if size > limit:
        raise UnusableError(f"the answer is larger than {limit} bytes")


@functools.lru_cache(maxsize=64)
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    # The whole has its limit from us. The making of a connection, and the wait for one of a pool that
    # was given, end a moment before, so that they can be told apart.
    return aiohttp.ClientTimeout(total=None, connect=seconds - min(0.05, seconds / 10))


def _make_pool(settings: Settings) -> aiohttp.ClientSession:
    pool = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=settings.pool_size,
            keepalive_timeout=settings.keepalive,
            timeout_ceil_threshold=_NEVER_ROUND,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=_ALWAYS,
        trust_env=settings.trust_env,
    )
    if hasattr(pool, "_retry_connection"):  # there is no public switch: aio-libs/aiohttp#10790
        pool._retry_connection = False  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return pool


def _reach_of(request: Request, body: _Body | None, error: BaseException) -> Reach:
    if body is not None:
        return request.reach
    return Reach.NOT_SENT if isinstance(error, _NEVER_CONNECTED) else Reach.SENT


def _describe(error: Exception) -> str:
    if isinstance(error, UnusableError):
        return str(error)
    if isinstance(error, NoRoomError):
        return str(error) or "no connection came free in time; see pool_size"
    if isinstance(error, asyncio.TimeoutError):
        return "no answer in time"
    # Other errors' texts may hold URLs, and those a proxy's password.
    text = str(error) if isinstance(error, _PLAIN_SPOKEN) else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
