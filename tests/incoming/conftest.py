"""What the tests of incoming webhooks share: deliveries, and every kind of replay store."""

import asyncio
import contextlib
import functools
import json
import os
import socket
import uuid

import pytest

from pinelabs_async import MemoryReplayStore, RedisReplayStore, SQLiteReplayStore, WebhookRouter, webhooks

SECRET = "wh-secret-for-tests-only-0001"
REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")


def delivery(name="ORDER_PROCESSED", *, key=None, **settings):
    """Return body and headers as the gateway sends them."""
    body = json.dumps({"event_type": name, "data": {"order_id": "v1-1", "status": "PROCESSED"}}).encode()
    return body, webhooks.sign(body, SECRET, id=key, **settings)


class Shop:
    """A router of either package, the runs of its handler, and a way to bring it deliveries."""

    def __init__(self, kind, store, *, background=False, does=lambda event: None):
        self.kind, self.runs = kind, []
        self.router = kind(SECRET, store=store)

        @self.router.on("ORDER_PROCESSED", background=background)
        def handler(event):
            self.runs.append(event.id)
            does(event)

    async def bring(self, sent):
        if self.kind is WebhookRouter:
            answer = await self.router.handle(*sent)
        else:
            answer = await asyncio.to_thread(self.router.handle, *sent)
        return answer.status, answer.text

    async def wait(self):
        await (self.router.wait() if self.kind is WebhookRouter else asyncio.to_thread(self.router.wait))


async def raw(base, data, *, hang_up=False):
    """Send bytes over a connection of their own, and return all that comes."""
    reader, writer = await asyncio.open_connection(*base.removeprefix("http://").split(":"))
    writer.write(data)
    await writer.drain()
    if hang_up:
        writer.transport.abort()
        return b""
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.fixture
async def redis_client():
    """A client of a real Redis."""
    redis = pytest.importorskip("redis.asyncio", reason="the extra [redis] is not installed")
    client = redis.from_url(REDIS)
    try:
        await client.ping()
    except redis.ConnectionError:
        await client.aclose()
        pytest.skip("no Redis answers at REDIS_URL, or 127.0.0.1:6379 without one")
    yield client
    await client.aclose()


@pytest.fixture
async def redis_prefix(redis_client):
    """A prefix of this test's own, whose keys are deleted after it."""
    prefix = f"pinelabs-test:{uuid.uuid4().hex}:"
    yield prefix
    async for key in redis_client.scan_iter(f"{prefix}*"):
        await redis_client.delete(key)


@pytest.fixture(params=["memory", "sqlite", "redis"])
def make_store(request, tmp_path):
    """What makes a store of each kind."""
    if request.param == "memory":
        yield MemoryReplayStore
    elif request.param == "sqlite":
        opened = []

        def make(**settings):
            opened.append(SQLiteReplayStore(tmp_path / "webhooks.db", **settings))
            return opened[-1]

        yield make
        for store in opened:
            store._file.close()
    else:
        client, prefix = request.getfixturevalue("redis_client"), request.getfixturevalue("redis_prefix")
        yield functools.partial(RedisReplayStore, client, prefix=prefix)


@pytest.fixture
def closed_port():
    """A loopback address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextlib.asynccontextmanager
async def served(app, *, listening=None, **settings):
    """Run an ASGI application in a real uvicorn, and give its address."""
    uvicorn = pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    with listening or socket.create_server(("127.0.0.1", 0)) as port:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=5, **settings))
        running = asyncio.create_task(server.serve(sockets=[port]))
        while not server.started:
            assert not running.done(), "the server did not start"
            await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{port.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
