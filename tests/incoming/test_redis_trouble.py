"""Redis in trouble: hanging, losing answers, or behind a client that is not quite one."""

import asyncio
import contextlib
import time
from urllib.parse import urlsplit

from pinelabs_async import RedisReplayStore, WebhookRouter
from tests.incoming.conftest import REDIS, Shop, delivery


class Between:
    """A proxy before Redis that hangs, or ends a connection instead of bringing back the answer to a command."""

    def __init__(self):
        self.hangs, self.loses = False, b""

    async def client(self, reader, writer):
        place = urlsplit(REDIS)
        redis_reader, redis_writer = await asyncio.open_connection(place.hostname, place.port or 6379)
        lost = False

        async def up():
            nonlocal lost
            while data := await reader.read(65536):
                lost = lost or bool(self.loses and self.loses in data)
                if not self.hangs:
                    redis_writer.write(data)
            redis_writer.close()

        async def down():
            while data := await redis_reader.read(65536):
                if lost:
                    break
                writer.write(data)
            writer.close()

        await asyncio.gather(up(), down(), return_exceptions=True)


@contextlib.asynccontextmanager
async def between():
    """Give a proxy before Redis, and a store that goes through it."""
    from redis.asyncio import from_url

    proxy = Between()
    server = await asyncio.start_server(proxy.client, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = from_url(urlsplit(REDIS)._replace(netloc=f"127.0.0.1:{port}").geturl())
    try:
        yield proxy, client
    finally:
        await client.aclose()
        server.close()


async def test_redis_loses_the_answer_to_a_mark(redis_client, redis_prefix):
    """The handler in the background runs, once, though nobody knows whether the event is marked."""
    async with between() as (proxy, client):
        shop = Shop(WebhookRouter, RedisReplayStore(client, prefix=redis_prefix), background=True)
        sent, began = delivery(), time.monotonic()
        proxy.loses = b"done"
        assert (200, "accepted") == await shop.bring(sent)
        assert time.monotonic() - began < 4.6
        proxy.loses = b""
        await shop.wait()
        assert (200, "handled before", 1) == (*await shop.bring(sent), len(shop.runs))


async def test_redis_hangs(redis_client, redis_prefix):
    """The gateway is told within five seconds to come again, and does not come in vain."""
    async with between() as (proxy, client):
        shop = Shop(WebhookRouter, RedisReplayStore(client, prefix=redis_prefix))
        sent, began = delivery(), time.monotonic()
        proxy.hangs = True
        assert (500, "the store failed") == await shop.bring(sent)
        assert time.monotonic() - began < 4.6
        proxy.hangs = False
        assert (200, "handled", 1) == (*await shop.bring(sent), len(shop.runs))


async def test_redis_wrapped_in_something(redis_client, redis_prefix):
    """A client whose execute_command is a plain function that returns an awaitable is awaited."""
    import redis.asyncio

    class Traced(redis.asyncio.Redis):
        def execute_command(self, *args, **options):
            return super().execute_command(*args, **options)

    client = Traced.from_url(REDIS)
    shop, sent = Shop(WebhookRouter, RedisReplayStore(client, prefix=redis_prefix)), delivery()
    assert ["handled", "handled before", "handled before"] == [(await shop.bring(sent))[1] for _ in range(3)]
    assert 1 == len(shop.runs)
    await client.aclose()


async def test_what_redis_does_not_answer(redis_prefix):
    """An answer that Redis never gives, as that of a pipeline, claims nothing."""

    class Pipeline:
        def execute_command(self, *_):
            return self

        set = get = eval = lambda self, *_, **options: self

    assert "claimed" != await RedisReplayStore(Pipeline(), prefix=redis_prefix).claim("msg_1", "one")
