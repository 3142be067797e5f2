"""The transport: a request leaves once, goes where it should, and leaves nothing open."""

import asyncio
import gc
import json
import ssl
import warnings

import aiohttp
import attrs
import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_writer import StreamWriter

from pinelabs_async import (
    ConfigurationError,
    NoAnswerError,
    NotSentError,
    OutcomeUnknownError,
    PineLabsError,
    Repeat,
    Session,
)
from pinelabs_async.wire import transport
from pinelabs_async.wire.content import Content
from pinelabs_async.wire.settings import Settings
from tests.loopback.raw import RawServer, after, answer, bytes_only, dribble, drop, never, order_json, reset
from tests.loopback.shop import card_payment, new_capture, new_order, new_refund

SECRET = "s3cret-of-the-client"


@pytest.fixture(params=["own-pool", "users-session"])
async def session_on(request, raw):
    """A Session on the raw server, with its own pool or on the user's aiohttp.ClientSession."""
    if request.param == "own-pool":
        async with Session("client", SECRET, base_url=raw.base_url) as session:
            yield session
        return
    async with aiohttp.ClientSession() as http:
        async with Session("client", SECRET, base_url=raw.base_url, http=http) as session:
            yield session
        assert not http.closed


def pool_of(session):
    """Return the one connection pool that a Session has made."""
    [pool] = [place.pool for place in session._transport._places.values()]
    return pool


# aiohttp sends PUT and DELETE (and GET) again by itself when a connection breaks


@pytest.mark.parametrize("warm", [False, True], ids=["fresh-connection", "reused-connection"])
@pytest.mark.parametrize("body", [None, {"a": 1}], ids=["no-body", "body"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("deed", [drop, reset], ids=["drop", "reset"])
async def test_one_request_for_each_write(raw, session_on, method, body, warm, deed):
    """A server that reads the whole request and hangs up gets it exactly once, and the outcome is unknown."""
    if warm:
        await session_on.request("GET", "/warm", repeat=Repeat.READ)
    before = raw.connections
    raw.script = [deed]
    with pytest.raises(OutcomeUnknownError) as caught:
        await session_on.request(method, "/api/thing", json=body)
    await asyncio.sleep(0.02)
    assert (1, []) == (raw.count(method), raw.fragments)
    assert ("sent", 1) == (caught.value.reached, caught.value.attempts)
    if warm and session_on._settings.http is None:
        assert before == raw.connections


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda on: on.orders.create(new_order()), id="orders.create"),
        pytest.param(lambda on: on.orders.capture("v1-order", new_capture()), id="orders.capture"),
        pytest.param(lambda on: on.orders.cancel("v1-order"), id="orders.cancel"),
        pytest.param(lambda on: on.payments.create("v1-order", card_payment()), id="payments.create"),
        pytest.param(lambda on: on.refunds.create("v1-order", new_refund()), id="refunds.create"),
    ],
)
async def test_one_request_for_each_operation(raw, session_on, call):
    """The same holds for the operations themselves."""
    raw.script = [drop]
    with pytest.raises(OutcomeUnknownError):
        await call(session_on.with_options(on_unknown="raise"))
    await asyncio.sleep(0.02)
    assert 1 == len(raw.requests)


async def test_read_is_tried_as_often_as_allowed(raw, session_on):
    """A read that gets no answer is sent three times at most, by this SDK and by nobody else."""
    raw.script = [drop]
    with pytest.raises(NoAnswerError):
        await session_on.with_options(max_attempts=2).orders.get("v1-order")
    if session_on._settings.http is None:
        assert 2 == len(raw.requests)
    else:
        assert len(raw.requests) <= 4  # the user's own session may repeat a read; it changes nothing


async def test_switch_that_stops_aiohttp_from_sending_again(raw):
    """aiohttp still has the switch that is turned off here; if this fails, look for what replaced it."""
    async with aiohttp.ClientSession() as plain:
        assert plain._retry_connection is True
    async with Session("client", SECRET, base_url=raw.base_url) as session:
        await session.orders.get("v1-order")
        assert pool_of(session)._retry_connection is False


async def test_guard_alone_stops_a_second_sending(raw):
    """Also with the switch on, a body is written once: the second line of defence."""
    async with Session("client", SECRET, base_url=raw.base_url) as session:
        await session.orders.get("v1-order")
        pool_of(session)._retry_connection = True
        raw.script = [drop]
        for method in ("PUT", "DELETE"):
            with pytest.raises(OutcomeUnknownError):
                await session.request(method, "/api/thing")
    await asyncio.sleep(0.02)
    assert (1, 1) == (raw.count("PUT"), raw.count("DELETE"))


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_kept_connection_found_closed_is_not_unknown(raw, method):
    """A kept connection that turns out to be closed before a byte was written loses no write."""
    async with Session("client", SECRET, base_url=raw.base_url) as session:
        await session.orders.get("v1-order")
        kept = pool_of(session)._connector._conns
        for held in kept.values():
            for protocol, _ in held:
                protocol.transport.close()
        await session.request(method, "/api/thing", json={"a": 1})
        assert 1 == raw.count(method)


async def test_body_that_was_not_written_is_not_sent():
    """A write that finds its connection closing has sent nothing, and says so."""
    protocol = BaseProtocol(asyncio.get_running_loop())
    request = transport.Request(
        method="PUT",
        url=transport.URL("http://127.0.0.1/"),
        headers={},
        content=Content("application/json", b"{}"),
        timeout=1,
    )
    body = transport._Body(request)
    with pytest.raises(aiohttp.ClientConnectionResetError):
        await body.write_with_length(StreamWriter(protocol, asyncio.get_running_loop()), 2)
    assert transport.Reach.NOT_SENT is request.reach


async def test_stale_connections_lose_no_write():
    """A gateway that closes idle connections early costs no read, and never a second write."""
    async with RawServer(closing_answer(order_json())) as raw:
        async with Session("client", SECRET, base_url=raw.base_url) as session:
            unknown = 0
            for _ in range(30):
                try:
                    await session.request("POST", "/api/thing", json={"a": 1})
                except OutcomeUnknownError:
                    unknown += 1
        assert raw.count("POST") <= 30
        assert raw.count("POST") >= 30 - unknown


def closing_answer(body):
    """Answer as if the connection stayed open, and close it."""

    async def deed(peer):
        await answer(body)(peer)
        peer.close()

    return deed


# Hygiene


async def test_no_cookies_are_kept(raw):
    """A cookie that the gateway sets is not sent back: the next call may be another merchant's."""
    raw.script = [answer(order_json(), headers={"Set-Cookie": "sid=merchantA; Path=/"})]
    url = f"http://localhost:{raw.port}"  # aiohttp keeps no cookies of bare addresses anyway
    async with Session("client", SECRET, base_url=url) as session:
        await session.orders.get("v1-order")
        await session.orders.get("v1-order")
    assert [None, None] == [request.headers.get("cookie") for request in raw.requests]


async def test_connections_are_kept(raw, connect):
    """Calls one after the other use one connection."""
    session = connect(raw)
    for _ in range(5):
        await session.orders.get("v1-order")
    await session.orders.create(new_order())
    assert 1 == raw.connections


async def test_body_is_sent_with_its_length(raw, connect):
    """Bodies are never chunked, and a write without a body has none."""
    session = connect(raw)
    await session.orders.create(new_order())
    await session.orders.cancel("v1-order")
    await session.orders.get("v1-order")
    created, cancelled, read = raw.requests
    assert str(len(created.body)) == created.headers["content-length"]
    assert "application/json" == created.headers["content-type"]
    assert ("0", b"") == (cancelled.headers.get("content-length", "0"), cancelled.body)
    assert cancelled.headers.get("content-type") in (None, "application/json")
    assert (None, None) == (read.headers.get("content-length"), read.headers.get("content-type"))
    assert all("transfer-encoding" not in request.headers for request in raw.requests)


async def test_users_session_is_used_and_left_open(raw):
    """The user's own aiohttp.ClientSession makes the calls, with its own headers, and stays open."""
    async with aiohttp.ClientSession(headers={"X-Mine": "yes"}) as http:
        async with Session("client", SECRET, base_url=raw.base_url, http=http) as session:
            await session.orders.get("v1-order")
        assert not http.closed
        assert "yes" == raw.requests[0].headers["x-mine"]
        with pytest.raises(ConfigurationError):
            await session.orders.get("v1-order")


async def test_users_session_says_what_every_request_says(raw):
    """What the SDK says of itself goes before what a user's session says, and what a call says before both."""
    async with aiohttp.ClientSession(headers={"User-Agent": "shop/1", "Accept": "text/html"}) as http:
        session = Session("client", SECRET, base_url=raw.base_url, http=http)
        await session.orders.get("v1-order")
        await session.with_options(headers={"user-agent": "shop/2"}).orders.get("v1-order")
    first, second = (request.headers for request in raw.requests)
    assert "application/json" == first["accept"] == second["accept"]
    assert "identity" == first["accept-encoding"] == second["accept-encoding"]
    assert first["user-agent"].startswith("pinelabs-async/")
    assert "shop/2" == second["user-agent"]


@pytest.mark.parametrize("verb", ["get", "cancel"])
async def test_users_session_that_is_closed(raw, verb):
    """A user's session that was closed is a typed error that says that nothing was sent."""
    async with aiohttp.ClientSession() as http:
        session = Session("client", SECRET, base_url=raw.base_url, http=http)
        await session.orders.get("v1-order")
    with pytest.raises(PineLabsError) as caught:
        await getattr(session.orders, verb)("v1-order")
    assert ("not_sent", 1) == (caught.value.outcome, len(raw.requests))


async def test_users_session_that_raises_for_status(raw):
    """A user's session with raise_for_status and redirects on changes no rule of this SDK."""
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        session = Session("client", SECRET, base_url=raw.base_url, http=http)
        raw.script = [answer({"code": "ORDER_NOT_FOUND", "message": "No"}, status=404)]
        with pytest.raises(PineLabsError) as caught:
            await session.orders.get("v1-order")
    assert "ORDER_NOT_FOUND" == caught.value.code


@pytest.mark.parametrize("kind", ["text/plain", "text/html", None], ids=["plain", "html", "none"])
async def test_content_type_does_not_matter(raw, connect, kind):
    """JSON is read whatever its content type says."""
    raw.script = [answer(order_json(), kind=kind)]
    assert "v1-order" == (await connect(raw).orders.get("v1-order")).order_id


async def test_answer_in_pieces(raw, connect):
    """An answer that trickles in is put together."""
    raw.script = [dribble(order_json(), pause=0.005, pieces=20)]
    assert "v1-order" == (await connect(raw).orders.get("v1-order")).order_id


async def test_trickle_does_not_outlast_the_timeout(raw, connect):
    """Bytes that keep trickling do not hold an attempt beyond its timeout."""
    raw.script = [dribble(order_json(), pause=0.1, pieces=100)]
    with pytest.raises(OutcomeUnknownError) as caught:
        await connect(raw, timeout=0.3).orders.cancel("v1-order")
    assert "answered" == caught.value.reached


async def test_endless_answer_is_cut_off(raw, connect):
    """An answer larger than the bound is not read to its end."""
    session = connect(raw, max_attempts=1)
    session._transport._settings = attrs.evolve(session._settings, answer_limit=1000)
    sent = []

    async def flood(peer):
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n{")
        while True:
            await peer.send(b" " * 65536)
            sent.append(1)

    raw.script = [flood]
    with pytest.raises(NoAnswerError) as caught:
        await session.orders.get("v1-order")
    assert "larger" in str(caught.value)
    assert len(sent) < 1000


@pytest.mark.parametrize(
    "way", [answer, lambda body: dribble(body, pause=0.01, pieces=4)], ids=["whole", "in parts"]
)
async def test_the_bound_is_exact(raw, connect, way):
    """However an answer comes, as many bytes as the bound says are taken, and no more."""
    body = json.dumps(order_json(notes="n" * 5000)).encode()
    raw.script = [way(body), way(body), way(body)]
    session = connect(raw, max_attempts=1)
    await session.orders.get("v1-order")
    session._transport._settings = attrs.evolve(session._settings, answer_limit=len(body))
    assert "v1-order" == (await session.orders.get("v1-order")).order_id
    session._transport._settings = attrs.evolve(session._settings, answer_limit=len(body) - 1)
    with pytest.raises(NoAnswerError, match=f"larger than {len(body) - 1} bytes"):
        await session.orders.get("v1-order")


async def test_compressed_bomb_is_cut_off(raw, connect):
    """A small compressed answer that unpacks to many bytes is cut off, too."""
    import gzip

    session = connect(raw, max_attempts=1)
    session._transport._settings = attrs.evolve(session._settings, answer_limit=100_000)
    raw.script = [answer(gzip.compress(b"x" * 50_000_000), headers={"Content-Encoding": "gzip"})]
    with pytest.raises(NoAnswerError):
        await session.orders.get("v1-order")


# Pool


async def test_pool_size(raw, connect):
    """No more connections are open at a time than pool_size says."""
    raw.script = [after(0.01, answer(order_json()))]
    session = connect(raw, pool_size=3)
    await asyncio.gather(*(session.orders.get("v1-order") for _ in range(30)))
    assert raw.connections <= 3


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda on: on.orders.create(new_order()), id="by-reference"),
        pytest.param(lambda on: on.orders.cancel("v1-order"), id="never"),
        pytest.param(lambda on: on.orders.get("v1-order"), id="read"),
    ],
)
async def test_wait_for_a_free_connection_is_not_sent(raw, connect, call):
    """A call that got no connection in time was not sent, and says so."""
    session = connect(raw, pool_size=1)
    await session.orders.get("v1-order")
    raw.script = [never]
    holder = asyncio.create_task(session.with_options(timeout=5).request("POST", "/api/hold"))
    await asyncio.sleep(0.05)
    with pytest.raises(NotSentError) as caught:
        await call(session.with_options(timeout=0.5, max_attempts=2))
    assert ("not_sent", "not sent", 2) == (caught.value.outcome, caught.value.reached, caught.value.attempts)
    assert "no connection came free in time; see pool_size" in str(caught.value)
    holder.cancel()
    await asyncio.gather(holder, return_exceptions=True)
    assert ["GET", "POST"] == [request.method for request in raw.requests]


# Proxy


class Proxy(RawServer):
    """A proxy on loopback that answers plain requests itself and passes CONNECT tunnels on."""

    async def _serve(self, reader, writer, number):
        first = await reader.readuntil(b"\r\n\r\n")
        line = first.split(b"\r\n", 1)[0].decode()
        self.lines.append(line)
        if not line.startswith("CONNECT"):
            host, _, port = line.split(" ")[1].split("/")[2].partition(":")
            far = await asyncio.open_connection(host, int(port))
            far[1].write(first)
        else:
            host, _, port = line.split(" ")[1].partition(":")
            far = await asyncio.open_connection("127.0.0.1", int(port))
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(_copy(reader, far[1]), _copy(far[0], writer), return_exceptions=True)


async def _copy(source, target):
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    finally:
        target.close()


@pytest.fixture
async def proxy():
    server = Proxy()
    server.lines = []
    async with server:
        yield server


async def test_proxy_is_used(raw, proxy, connect):
    """With the proxy setting, every call goes to the proxy, the token call too."""
    await connect(raw, proxy=proxy.base_url).orders.get("v1-order")
    assert f"POST {raw.base_url}/api/auth/v1/token HTTP/1.1" == proxy.lines[0]
    assert (1, 1) == (len(raw.token_requests), len(raw.requests))


async def test_proxy_environment_is_ignored_unless_asked_for(raw, proxy, connect, monkeypatch):
    """HTTP_PROXY counts with trust_env only."""
    monkeypatch.setenv("http_proxy", proxy.base_url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    await connect(raw).orders.get("v1-order")
    assert [] == proxy.lines
    await connect(raw, trust_env=True).orders.get("v1-order")
    assert proxy.lines


async def test_proxy_that_is_not_there(raw, connect):
    """A proxy that refuses connections means that nothing was sent."""
    from tests.loopback.raw import free_port_that_refuses

    with free_port_that_refuses() as holder:
        session = connect(raw, proxy=f"http://127.0.0.1:{holder.getsockname()[1]}")
        with pytest.raises(NotSentError):
            await session.orders.create(new_order())
    assert 0 == raw.connections


# TLS


@pytest.fixture
async def tls(data):
    """A server with a certificate that nobody has signed."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(data / "tls/localhost.pem", data / "tls/localhost.key")
    async with RawServer(ssl=context) as server:
        yield server


@pytest.fixture
def trusting(data):
    """A context that trusts that certificate."""
    return ssl.create_default_context(cafile=data / "tls/localhost.pem")


@pytest.mark.filterwarnings("ignore:.*:ResourceWarning")
async def test_unknown_certificate_is_refused(tls, connect):
    """A certificate that is not trusted is refused by default, and nothing was sent."""
    with pytest.raises(NotSentError) as caught:
        await connect(tls, max_attempts=1).orders.create(new_order())
    assert "not_sent" == caught.value.outcome
    assert ([], []) == (tls.requests, tls.token_requests)


async def test_private_ca_is_trusted_when_given(tls, connect, trusting):
    """With a context that trusts the certificate, calls go through."""
    session = connect(tls, ssl=trusting)
    assert "v1-order" == (await session.orders.get("v1-order")).order_id


async def test_certificate_of_another_host_is_refused(tls, trusting):
    """A trusted certificate for another name is refused."""
    url = tls.base_url.replace("localhost", "127.0.0.2")
    async with Session("client", SECRET, base_url=url, ssl=trusting, max_attempts=1) as session:
        with pytest.raises(NotSentError):
            await session.orders.get("v1-order")
    assert [] == tls.token_requests


async def test_tls_through_a_proxy(tls, proxy, connect, trusting):
    """Through a proxy, TLS goes to the gateway itself: the proxy sees a tunnel and no secret."""
    session = connect(tls, ssl=trusting, proxy=proxy.base_url)
    await session.orders.get("v1-order")
    assert [f"CONNECT localhost:{tls.port} HTTP/1.1"] == list(dict.fromkeys(proxy.lines))


async def test_http_where_tls_is_expected(raw):
    """A server that speaks plain HTTP on the TLS port gets no request."""
    raw.greeting = bytes_only(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    url = raw.base_url.replace("http:", "https:")
    async with Session("client", SECRET, base_url=url, max_attempts=1) as session:
        with pytest.raises(NotSentError):
            await session.orders.create(new_order())
    assert ([], []) == (raw.requests, raw.token_requests)


# Closing


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
async def test_close_leaves_nothing_open(raw, tls, trusting, secure):
    """After aclose there is no open connection and no ResourceWarning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        session = Session("client", SECRET, base_url=(tls if secure else raw).base_url, ssl=trusting)
        await asyncio.gather(*(session.orders.get("v1-order") for _ in range(5)))
        await session.aclose()
        await session.aclose()
        with pytest.raises(ConfigurationError):
            await session.orders.get("v1-order")
        del session
        gc.collect()
    assert [] == [str(warning.message) for warning in caught if issubclass(warning.category, ResourceWarning)]


async def test_unused_session_needs_no_closing(raw):
    """A Session that made no call is dropped without a word."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Session("client", SECRET, base_url=raw.base_url)
        gc.collect()
    assert [] == [str(warning.message) for warning in caught]


async def test_forgotten_session_says_where_it_was_made(raw, caplog):
    """A Session dropped without aclose warns, and names the line that made it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        session = Session("client", SECRET, base_url=raw.base_url)
        await session.orders.get("v1-order")
        pools = [place.pool for place in session._transport._places.values()]
        del session
        gc.collect()
    ours = [str(warning.message) for warning in caught if "was never closed" in str(warning.message)]
    assert 1 == len(ours)
    assert __file__ in ours[0]
    assert SECRET not in ours[0]
    assert any("was never closed" in record.getMessage() for record in caplog.records)
    for pool in pools:
        await pool.close()


# Paths


STRANGE = [
    "a b",
    "ü",
    "a&b=c",
    "a+b",
    "a,b",
    "a:b",
    "a@b",
    "~",
    "a'b",
    'a"b',
    "{x}",
    "日本",
    "a|b",
    "$1",
    "a=b",
    "*",
]


@pytest.mark.parametrize("order_id", STRANGE)
async def test_strange_ids_stay_in_their_segment(raw, connect, order_id):
    """An id with odd characters reaches the gateway as one quoted segment of the right path."""
    from urllib.parse import unquote

    await connect(raw).orders.get(order_id)
    target = raw.requests[0].target
    head, _, last = target.rpartition("/")
    assert ("/api/pay/v1/orders", order_id) == (head, unquote(last))
    assert target.isascii()
    assert not set(target) & set(' "<>?#{}|')


@pytest.mark.parametrize(
    "order_id",
    [
        "", " ", ".", "..", "../x", "..%2f", "a/b", "a\\b", "/", "%2e%2e", "%2E.", "a?b", "a#b", "a%b", "a\nb", "a\r\nb",
        "a\0b", "a\tb", "\u2028", "\ud800", "x" * 300, "a/../b", "?x=1", "#", "\x7f",
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["get", "get_by_reference", "cancel"])
async def test_ids_that_would_lead_elsewhere(raw, connect, order_id, verb):
    """An id that could change the path is refused before anything is sent."""
    with pytest.raises((ValueError, TypeError)):
        await getattr(connect(raw).orders, verb)(order_id)
    assert 0 == raw.connections


def test_request_and_reply_show_no_secret():
    """The transport's own objects show neither headers nor bodies."""
    request = transport.Request(
        method="POST",
        url=transport.URL("http://127.0.0.1/"),
        headers={"Authorization": "Bearer token-1"},
        content=Content("application/json", b"4012001037141112"),
        timeout=1,
    )
    reply = transport.Reply(reach=transport.Reach.SENT, body=b"4012001037141112")
    shown = (
        repr(request)
        + repr(reply)
        + repr(Settings(client_id="c", client_secret=transport_secret(), base_url="https://x"))
    )
    assert not [secret for secret in ("token-1", "4012001037141112", SECRET) if secret in shown]


def transport_secret():
    from pinelabs_async.wire.redact import Secret

    return Secret(SECRET)
