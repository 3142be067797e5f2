"""Webhooks over a real server: what comes is answered as documented, and the server is as well as before."""

import asyncio
import io
import time

import aiohttp
import pytest

import pinelabs_sync
from pinelabs_async import (
    ConfigurationError,
    MemoryReplayStore,
    OrderEvent,
    UnknownEvent,
    WebhookRouter,
    webhooks,
)
from pinelabs_async.incoming.starlette import webhook_app
from tests.incoming.conftest import SECRET, delivery, raw, served

WHY = "the extra [fastapi] is not installed"
starlette = pytest.importorskip("starlette.applications", reason=WHY)
routing = pytest.importorskip("starlette.routing", reason=WHY)
fastapi = pytest.importorskip("fastapi", reason=WHY)
ours = pytest.importorskip("pinelabs_async.incoming.fastapi", reason=WHY)

LIMIT = 1024 * 1024
PATH = "/webhooks/pinelabs"


class Shop:
    """An application that takes webhooks, and what it was told."""

    def __init__(self):
        self.events = []
        self.router = WebhookRouter(SECRET, store=MemoryReplayStore(), limit=LIMIT)
        self.router.on("ORDER_PROCESSED")(self.take)
        self.router.on("ORDER_FAILED")(self.fail)
        self.router.otherwise(self.take)

    async def take(self, event):
        self.events.append(event)

    async def fail(self, event):
        raise ValueError("a bug of the shop")


def in_starlette(shop):
    return starlette.Starlette(routes=[routing.Route(PATH, webhook_app(shop.router))])


def mounted(shop):
    return starlette.Starlette(routes=[routing.Mount("/webhooks", webhook_app(shop.router))])


def in_fastapi(shop):
    app = fastapi.FastAPI()
    app.router.routes.append(routing.Route(PATH, webhook_app(shop.router)))
    return app


def alone(shop):
    return webhook_app(shop.router)


def by_dependency(shop):
    app = fastapi.FastAPI()
    event = fastapi.Depends(ours.verified_event(SECRET, limit=LIMIT))

    @app.post(PATH)
    async def take(event=event):
        await shop.take(event)

    return app


EVERY_WAY = [in_starlette, mounted, in_fastapi, alone, by_dependency]
WITH_A_ROUTER = EVERY_WAY[:-1]
each_way = pytest.mark.parametrize("make", EVERY_WAY, ids=lambda make: make.__name__)


@pytest.fixture
async def http():
    """A client of the gateway's kind."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as client:
        yield client


async def post(http, base, body, headers):
    data = io.BytesIO(body) if isinstance(body, bytes) else body
    async with http.post(base + PATH, data=data, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


def doubled(name):
    body, headers = delivery()
    return body, [*headers.items(), (name, headers[name])]


def without(name):
    body, headers = delivery()
    return body, {key: value for key, value in headers.items() if key != name}


def signed(body):
    return body, webhooks.sign(body, SECRET)


async def endless():
    for _ in range(10 * 16):
        yield b"x" * 64 * 1024


BAD = {
    "wrong key": (
        lambda: (delivery()[0], webhooks.sign(delivery()[0], "another key")),
        400,
        "signature_mismatch",
    ),
    "changed": (lambda: (b"[]", delivery()[1]), 400, "signature_mismatch"),
    "stale": (lambda: delivery(timestamp=time.time() - 400), 400, "timestamp_too_old"),
    "from the future": (lambda: delivery(timestamp=time.time() + 400), 400, "timestamp_too_new"),
    "empty": (lambda: (b"", delivery()[1]), 400, "signature_mismatch"),
    "10 MB": (lambda: (b"x" * 10 * LIMIT, delivery()[1]), 413, "too large"),
    "10 MB in chunks": (lambda: (endless(), delivery()[1]), 413, "too large"),
    "one byte too large": (lambda: signed(b"x" * (LIMIT + 1)), 413, "too large"),
    "no headers": (lambda: (delivery()[0], {}), 400, "missing_header"),
    **{
        f"without {name}": (lambda name=name: without(name), 400, "missing_header")
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    },
    **{
        f"{name} twice": (lambda name=name: doubled(name), 400, "duplicate_header")
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    },
    "no time": (
        lambda: (delivery()[0], {**delivery()[1], "webhook-timestamp": "now"}),
        400,
        "timestamp_invalid",
    ),
}
GOOD = {
    "event": (delivery, "ORDER_PROCESSED"),
    "unknown event": (lambda: signed(b'{"event_type":"NOVELTY"}'), "NOVELTY"),
    "not JSON": (lambda: signed(b"this is no JSON"), ""),
    "not UTF-8": (lambda: signed(b"\xff\xfe\x00\xd8"), ""),
    "signed and empty": (lambda: signed(b""), ""),
    "of the largest size": (lambda: signed(b"x" * LIMIT), ""),
}


@each_way
async def test_bad_deliveries(make, http, caplog):
    """One after the other over one server: each its status, no handler runs, and a good one gets through after it."""
    shop = Shop()
    async with served(make(shop)) as base:
        for name, (sent, status, reason) in BAD.items():
            came, text = await post(http, base, *sent())
            assert (name, status) == (name, came)
            assert reason in text, name
            assert [] == shop.events, name
            assert (200, 1) == ((await post(http, base, *delivery()))[0], len(shop.events))
            shop.events.clear()
    assert [] == [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@each_way
async def test_good_deliveries(make, http):
    """What is signed arrives, also what nobody knows yet."""
    shop = Shop()
    async with served(make(shop)) as base:
        for name, (sent, event) in GOOD.items():
            assert (name, 200) == (name, (await post(http, base, *sent()))[0])
            assert (name, event) == (name, shop.events[-1].type)
    assert [OrderEvent] + [UnknownEvent] * (len(GOOD) - 1) == [type(event) for event in shop.events]


@pytest.mark.parametrize("make", WITH_A_ROUTER, ids=lambda make: make.__name__)
async def test_replays_and_failures(make, http, caplog):
    """A delivery that comes again is thanked and not handled; a handler's failure is a 500, each time anew."""
    shop = Shop()
    async with served(make(shop)) as base:
        sent = delivery()
        assert [200] * 3 == [(await post(http, base, *sent))[0] for _ in range(3)]
        assert 1 == len(shop.events)
        sent = delivery("ORDER_FAILED")
        assert [500, 500] == [(await post(http, base, *sent))[0] for _ in range(2)]
    assert 2 == sum(
        "ValueError: a bug of the shop" in record.exc_text for record in caplog.records if record.exc_info
    )


@pytest.mark.parametrize("make", WITH_A_ROUTER, ids=lambda make: make.__name__)
async def test_other_methods(make, http):
    """Only POST is taken; the answer to others names it, and costs nothing to read."""
    async with served(make(Shop())) as base:
        for method in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS"):
            async with http.request(method, base + PATH) as answer:
                assert (method, 405, "POST") == (method, answer.status, answer.headers["allow"])


def test_the_blocking_router_is_refused():
    """It would stop the event loop: that is told where the program starts."""
    with pytest.raises(ConfigurationError, match="pinelabs_async"):
        webhook_app(pinelabs_sync.WebhookRouter(SECRET))


async def test_what_is_no_http(http, caplog):
    """A websocket is refused as the protocol has it, and is no error of the server's."""
    pytest.importorskip("wsproto", reason="no library for websockets is installed")
    async with served(alone(Shop()), ws="wsproto") as base:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(base + PATH)
        assert 405 == (await http.get(base + PATH)).status
    assert [] == [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@each_way
async def test_a_sender_that_hangs_up(make, http, caplog):
    """Half a body reaches no handler and leaves no error behind."""
    shop = Shop()
    body, headers = delivery()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode()
    async with served(make(shop)) as base:
        for _ in range(5):
            await raw(base, head + body[:10], hang_up=True)
        assert 200 == (await post(http, base, *delivery()))[0]
        assert 1 == len(shop.events)
    assert [] == [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@each_way
@pytest.mark.parametrize("length", ["abc", "-5", "9" * 5000])
async def test_lengths_that_cannot_be(make, length, http):
    """A content-length that is none is refused by the server or by us; it goes on."""
    shop = Shop()
    async with served(make(shop)) as base:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        answer = await raw(base, head.encode() + b"{}")
        assert answer.split(b" ")[1] in (b"400", b"413")
        assert 200 == (await post(http, base, *delivery()))[0]


async def test_the_memory_stays(http):
    """Of a body that is too large no more than the limit is kept, however it comes."""
    import tracemalloc

    shop = Shop()
    async with served(in_starlette(shop)) as base:
        await post(http, base, *delivery())
        tracemalloc.start()
        for _ in range(3):
            assert 413 == (await post(http, base, endless(), delivery()[1]))[0]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 4 * LIMIT


async def test_fifty_at_once_over_http(http):
    """Fifty deliveries of one event over fifty connections: one is handled."""
    shop = Shop()
    gate = asyncio.Event()

    async def slow(event):
        shop.events.append(event)
        await gate.wait()

    shop.router.on("REFUND_PROCESSED")(slow)
    sent = delivery("REFUND_PROCESSED")
    async with served(in_fastapi(shop)) as base:
        told = [asyncio.create_task(post(http, base, *sent)) for _ in range(50)]
        for number, one in enumerate(asyncio.as_completed(told), 1):
            assert (200 if number == 50 else 409) == (await one)[0]
            if number == 49:
                gate.set()
        assert (200, "handled before") == await post(http, base, *sent)
    assert 1 == len(shop.events)


async def test_the_sandbox_delivers(box):
    """What the sandbox tells of a purchase arrives: in order, each once, also when it is told twice."""
    shop = Shop()
    async with served(in_fastapi(shop)) as base:
        shop.router._secret = box.webhook_secret
        box.webhooks.url = base + PATH
        box.webhooks.fault("duplicated")
        box.webhooks.send("ORDER_AUTHORIZED")
        box.webhooks.send("ORDER_PROCESSED")
        await box.webhooks.delivered()
    assert ["delivered"] * 3 == [one.status for one in box.webhooks.deliveries]
    assert ["ORDER_AUTHORIZED", "ORDER_PROCESSED"] == [event.type for event in shop.events]
    assert [b"handled", b"handled before", b"handled"] == [
        one.attempts[0].answer for one in box.webhooks.deliveries
    ]


async def test_the_gateway_does_not_wait(http, box):
    """A handler that takes longer than the gateway waits is answered first, if it runs in the background."""
    shop, gate = Shop(), asyncio.Event()

    async def slow(event):
        await gate.wait()
        shop.events.append(event)

    shop.router.on("REFUND_PROCESSED", background=True)(slow)
    shop.router._secret = box.webhook_secret
    async with served(in_fastapi(shop)) as base:
        box.webhooks.url = base + PATH
        box.webhooks.send("REFUND_PROCESSED")
        await box.webhooks.delivered()
        [told] = box.webhooks.deliveries
        assert ("delivered", [b"accepted"]) == (told.status, [attempt.answer for attempt in told.attempts])
        assert [] == shop.events
        gate.set()
        await shop.router.wait()
    assert 1 == len(shop.events)


async def test_the_gateway_comes_again(http, box):
    """A handler that it did not wait for is not stopped: a try meanwhile gets a 409, a later one how it ended."""
    shop, gate = Shop(), asyncio.Event()

    async def slow(event):
        shop.events.append(event)
        await gate.wait()

    shop.router.on("REFUND_PROCESSED")(slow)
    shop.router._secret, shop.router._tolerance = box.webhook_secret, None  # the sandbox's clock is ahead
    box.webhooks.answer_seconds = 0.3
    async with served(in_fastapi(shop)) as base:
        box.webhooks.url = base + PATH
        box.webhooks.send("REFUND_PROCESSED")
        await box.webhooks.delivered()
        box.clock.advance(seconds=6)
        await box.webhooks.delivered()
        gate.set()
        await shop.router.wait()
        box.clock.advance(minutes=6)
        await box.webhooks.delivered()
    [told] = box.webhooks.deliveries
    assert [None, 409, 200] == [attempt.status for attempt in told.attempts]
    assert b"handled before" == told.attempts[-1].answer
    assert 1 == len(shop.events)
