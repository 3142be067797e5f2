"""Claims on events: no trouble of the store loses an event, or runs its handler twice, in either router."""

import asyncio
import threading
import time
from collections import Counter

import pytest

import pinelabs_sync
from pinelabs_async import MemoryReplayStore, RedisReplayStore, WebhookRouter
from tests.incoming.conftest import REDIS, Shop, delivery


@pytest.fixture(params=[WebhookRouter, pinelabs_sync.WebhookRouter], ids=["async", "blocking"])
def kind(request):
    """The router of each package."""
    return request.param


class Troubled(MemoryReplayStore):
    """A store some of whose steps go wrong some times: before or after they are carried out, or hanging."""

    def __init__(self, step, *, times=1, carried_out=False, hangs=False, **settings):
        super().__init__(**settings)
        self.step, self.times, self.carried_out, self.hangs = step, times, carried_out, hangs

    async def claim(self, key, owner):
        return await self.meddle("claim", super().claim, key, owner)

    async def release(self, key, owner):
        return await self.meddle("release", super().release, key, owner)

    async def finish(self, key):
        return await self.meddle("finish", super().finish, key)

    async def renew(self, key, owner):
        return await self.meddle("renew", super().renew, key, owner)

    async def meddle(self, step, method, *arguments):
        if step != self.step or not self.times:
            return await method(*arguments)
        self.times -= 1
        if self.carried_out:
            await method(*arguments)
        if self.hangs:
            await asyncio.sleep(30)
        raise ConnectionError("the store is away")


class Plain:
    """A store of somebody else's, with the three methods that one must have."""

    lease = "a minute"

    def __init__(self, store):
        self.claim, self.release, self.finish = store.claim, store.release, store.finish


# Marking as done


@pytest.mark.parametrize("carried_out", [False, True], ids=["failed", "answer lost"])
@pytest.mark.parametrize("background", [False, True])
async def test_a_mark_that_is_uncertain(kind, background, carried_out):
    """The handler runs all the same, once; the gateway is thanked; and the mark is tried until it is there."""
    store, sent = Troubled("finish", carried_out=carried_out), delivery(key="msg_1")
    shop = Shop(kind, store, background=background)
    assert 200 == (await shop.bring(sent))[0]
    await shop.wait()
    assert (200, "handled before") == await shop.bring(sent)
    assert (["msg_1"], "done") == (shop.runs, await store.claim("msg_1", "next"))


async def test_a_mark_is_tried_again_while_the_lease_runs(kind):
    """A handler that succeeded does not run again after the lease because the store was away for a moment."""
    store, sent = Troubled("finish", times=3, lease=1.2), delivery()
    shop = Shop(kind, store)
    assert [(200, "handled"), (409, "being handled")] == [await shop.bring(sent) for _ in range(2)]
    await asyncio.sleep(1.5)
    assert (200, "handled before") == await shop.bring(sent)
    assert 1 == len(shop.runs)


async def test_a_mark_that_fails_before_it_is_awaited(kind):
    """A store whose method raises at once, instead of when it is awaited, is a store that failed as any other."""

    class Plainly(MemoryReplayStore):
        def finish(self, key):
            raise ConnectionError("the store is away")

    shop = Shop(kind, Plainly(lease=0.2), background=True)
    assert (200, "accepted") == await shop.bring(delivery())
    await shop.wait()
    assert 1 == len(shop.runs)


async def test_a_mark_that_never_works(kind, caplog):
    """It is given up after the lease; the log tells which event it was."""
    shop = Shop(kind, Troubled("finish", times=1000, lease=0.5), background=True)
    assert (200, "accepted") == await shop.bring(delivery(key="msg_1"))
    began = time.monotonic()
    await shop.wait()
    assert time.monotonic() - began < 2
    assert 1 == len(shop.runs)
    assert (
        "webhook msg_1 was handled, but could not be marked as done: it may be handled again"
        in caplog.messages
    )


def test_the_server_stops_while_an_event_is_marked(caplog):
    """Its handler does not run, and the gateway may not come again: the log tells which event it was."""

    async def server():
        shop = Shop(WebhookRouter, Troubled("finish", carried_out=True, hangs=True), background=True)
        request = asyncio.create_task(shop.bring(delivery(key="msg_1")))
        await asyncio.sleep(0.05)
        assert not request.done()

    asyncio.run(server())
    assert any("webhook msg_1" in text and "nobody will try again" in text for text in caplog.messages)


async def test_the_server_stops_before_the_handler_begins(monkeypatch, caplog):
    """A handler in the background that is cancelled before its first step is in the log, too."""
    shop = Shop(WebhookRouter, None, background=True)
    begin = shop.router._begin

    def stopped(coroutine):
        task = begin(coroutine)
        if coroutine.__name__ == "_run":
            task.cancel()
        return task

    monkeypatch.setattr(shop.router, "_begin", stopped)
    assert (200, "accepted") == await shop.bring(delivery(key="msg_1"))
    await shop.wait()
    await asyncio.sleep(0)
    assert [] == shop.runs
    assert "the handler of webhook msg_1 was not begun; nobody will try again" in caplog.messages


# Longer than the lease


@pytest.fixture
def blocking_client():
    """A blocking client of a real Redis."""
    import redis

    with redis.from_url(REDIS) as client:
        yield client


async def test_a_slow_handler_keeps_its_claim(kind, make_store, request):
    """While it runs nobody else handles its event, in no process, however long it takes."""
    gate, sent, store = threading.Event(), delivery(), make_store(lease=0.6)
    if kind is not WebhookRouter and isinstance(store, RedisReplayStore):
        blocking = request.getfixturevalue("blocking_client")  # an asynchronous one is of one event loop
        store = RedisReplayStore(blocking, prefix=store._prefix, lease=0.6)
    slow = Shop(kind, store, does=lambda event: gate.wait(20))
    other = Shop(kind, store)
    first = asyncio.create_task(slow.bring(sent))
    await asyncio.sleep(1.5)
    told = [await shop.bring(sent) for shop in (slow, other)]
    gate.set()
    assert [(409, "being handled")] * 2 == told
    assert (200, "handled") == await first
    assert (200, "handled before", 1) == (*await other.bring(sent), len(slow.runs + other.runs))


async def test_a_claim_is_renewed_after_trouble(kind):
    """A renewal that fails is tried again in time."""
    gate, sent, store = threading.Event(), delivery(), Troubled("renew", lease=0.6)
    slow = Shop(kind, store, does=lambda event: gate.wait(20))
    request = asyncio.create_task(slow.bring(sent))
    await asyncio.sleep(1)
    told = await store.claim(sent[1]["webhook-id"], "another")
    gate.set()
    assert ("running", 200) == (told, (await request)[0])
    assert 0 == store.times


async def test_a_store_that_cannot_renew(kind):
    """A store of somebody else's works as before, and the router runs nothing twice in one process."""
    gate, sent = threading.Event(), delivery()
    shop = Shop(kind, Plain(MemoryReplayStore(lease=0.2)), does=lambda event: gate.wait(20))
    request = asyncio.create_task(shop.bring(sent))
    await asyncio.sleep(0.5)
    told = await shop.bring(sent)
    gate.set()
    assert [(409, "being handled"), (200, "handled")] == [told, await request]
    assert (200, "handled before", 1) == (*await shop.bring(sent), len(shop.runs))


async def test_a_queue_longer_than_the_lease():
    """Handlers that wait for a thread keep their claims."""
    store = MemoryReplayStore(lease=0.6)
    shop = Shop(WebhookRouter, store, does=lambda event: time.sleep(0.5))
    other = Shop(WebhookRouter, store)
    sent = [delivery() for _ in range(120)]
    first = [asyncio.create_task(shop.bring(one)) for one in sent]
    await asyncio.sleep(1.2)
    again = await asyncio.gather(*(other.bring(one) for one in sent[-30:]))
    assert {409: 30} == Counter(status for status, _ in again)
    assert {200: 120} == Counter(status for status, _ in await asyncio.gather(*first))
    assert [] == other.runs


async def test_only_the_owner_renews(make_store):
    """A claim is renewed for its owner; nobody else's, and nothing that is done, free or released."""
    store = make_store(lease=1)
    assert await store.renew("msg_1", "one") is False
    await store.claim("msg_1", "one")
    assert [True, False] == [await store.renew("msg_1", owner) for owner in ("one", "two")]
    await asyncio.sleep(0.6)
    assert await store.renew("msg_1", "one") is True
    await asyncio.sleep(0.6)
    assert "running" == await store.claim("msg_1", "two")
    await store.finish("msg_1")
    assert await store.renew("msg_1", "one") is False
    assert "done" == await store.claim("msg_1", "two")
    await store.claim("msg_2", "one")
    await store.release("msg_2", "one")
    assert await store.renew("msg_2", "one") is False
    assert "claimed" == await store.claim("msg_2", "two")


async def test_nothing_is_kept(kind):
    """What ran, well or not, leaves nothing behind in the router."""

    def fails(event):
        raise ValueError("x")

    for does in (fails, lambda event: None):
        shop = Shop(kind, None, does=does)
        for _ in range(20):
            await shop.bring(delivery())
        claims = shop.router._claims
        assert [0, 0, 0] == [len(held) for held in (claims._here, claims._keepers, claims._marking)]


def test_the_thread_is_ended_while_it_claims():
    """A claim whose request was ended in that moment is given back, and not renewed for ever."""
    store, sent = MemoryReplayStore(), delivery()
    shop = Shop(pinelabs_sync.WebhookRouter, store)
    run = shop.router._bridge.run

    def ended(function, *args, **settings):
        shop.router._bridge.run = run
        run(function, *args, **settings)
        raise SystemExit

    shop.router._bridge.run = ended
    with pytest.raises(SystemExit):
        shop.router.handle(*sent)
    assert (200, 1) == (shop.router.handle(*sent).status, len(shop.runs))


# Stores that fail open, or hang


@pytest.mark.parametrize("answer", [False, None, True, "CLAIMED", "", 1, object(), ["claimed"]], ids=range(8))
async def test_what_is_no_answer_to_a_claim(kind, answer, caplog):
    """Anything but the three answers is a store that failed: no handler runs."""

    class Odd(MemoryReplayStore):
        async def claim(self, key, owner):
            return answer

    shop = Shop(kind, Odd())
    assert (500, "the store failed", []) == (*await shop.bring(delivery()), shop.runs)
    assert any("the replay store answered a claim with" in text for text in caplog.messages)


@pytest.mark.parametrize("step", ["claim", "finish", "release"])
async def test_a_store_that_hangs(kind, step):
    """The gateway is answered within its five seconds, whatever step hangs."""

    def fails(event):
        raise ValueError("x")

    store = Troubled(step, hangs=True)
    shop = Shop(kind, store, does=fails if step == "release" else lambda event: None)
    began = time.monotonic()
    expected = {"claim": "the store failed", "finish": "handled", "release": "the handler failed"}
    assert expected[step] == (await shop.bring(delivery()))[1]
    assert time.monotonic() - began < 4.6
    await shop.wait()


async def test_a_claim_that_went_through_unseen(kind):
    """After the lease the gateway's next try is handled."""
    sent = delivery()
    shop = Shop(kind, Troubled("claim", carried_out=True, lease=1))
    assert [500, 409] == [(await shop.bring(sent))[0] for _ in range(2)]
    await asyncio.sleep(1.1)
    assert (200, "handled", 1) == (*await shop.bring(sent), len(shop.runs))
