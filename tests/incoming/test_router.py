"""The router: each event to its handler once, and the answer that makes the gateway do the right thing."""

import asyncio
import contextvars
import functools
import itertools
import logging
import os
import signal
import threading
import time
import warnings
from collections import Counter

import pytest

from pinelabs_async import (
    ConfigurationError,
    CustomerEvent,
    MemoryReplayStore,
    OrderEvent,
    RefundEvent,
    Secret,
    SubscriptionEvent,
    TokenEvent,
    UnknownEvent,
    WebhookRouter,
    webhooks,
)
from tests.incoming.conftest import SECRET, delivery


class Handler:
    """Counts its runs, and does in each what it was told."""

    def __init__(self, does=lambda event: None):
        self.events, self.does = [], does

    async def __call__(self, event):
        self.events.append(event)
        result = self.does(event)
        if result is not None:
            await result


def routed(handler, *, background=False, **settings):
    router = WebhookRouter(SECRET, **settings)
    router.on("ORDER_PROCESSED", background=background)(handler)
    return router


async def status(router, sent):
    return (await router.handle(*sent)).status


# Which handler


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ORDER_PROCESSED", OrderEvent), ("PAYMENT_FAILED", OrderEvent), ("REFUND_PROCESSED", RefundEvent),
        ("CUSTOMER_ACTIVATED", CustomerEvent), ("TOKEN_ACTIVATED", TokenEvent),
        ("SUBSCRIPTION_CHARGED", SubscriptionEvent),
    ],
)  # fmt: skip
async def test_each_event_to_its_handler(name, kind):
    """The handler of a name gets the event in its class, and no other handler does."""
    router, mine, others = WebhookRouter(SECRET), Handler(), Handler()
    router.on(name)(mine)
    router.otherwise(others)
    answer = await router.handle(*delivery(name))
    assert (200, "handled") == (answer.status, answer.text)
    assert ([kind], []) == ([type(event) for event in mine.events], others.events)


async def test_one_handler_for_several_names():
    """Names of one kind share a handler, and the decorator leaves the function as it is."""
    router, told = WebhookRouter(SECRET), []

    @router.on("ORDER_FAILED", "ORDER_CANCELLED")
    def over(event):
        told.append(event.type)

    assert [200, 200] == [
        await status(router, delivery(name)) for name in ("ORDER_FAILED", "ORDER_CANCELLED")
    ]
    assert ["ORDER_FAILED", "ORDER_CANCELLED"] == told


async def test_all_others():
    """What has no handler goes to the one for all others: unknown names, and bodies that are no JSON."""
    router, others = WebhookRouter(SECRET), Handler()
    assert others is router.otherwise(others)
    for body in (b'{"event_type":"NOVELTY"}', b"no JSON", b"\xff\xfe", b"", delivery()[0]):
        assert 200 == await status(router, (body, webhooks.sign(body, SECRET)))
    assert [UnknownEvent] * 4 + [OrderEvent] == [type(event) for event in others.events]


async def test_nobody_asked_for_it():
    """Without any handler an event is answered with 200, so that it does not come for a day, and not stored."""
    store = MemoryReplayStore()
    answer = await WebhookRouter(SECRET, store=store).handle(*delivery())
    assert (200, "not asked for", 0) == (answer.status, answer.text, len(store._done))


def plain(event):
    seen.append((event.type, threading.current_thread() is threading.main_thread()))


async def awaited(event):
    plain(event)


def gives_a_coroutine(event):
    return awaited(event)


class Callable:
    async def __call__(self, event):
        plain(event)

    async def method(self, event):
        plain(event)

    def plain_method(self, event):
        plain(event)


seen = []


@pytest.mark.parametrize(
    ("handler", "on_the_loop"),
    [
        (plain, False),
        (awaited, True),
        (Callable(), True),
        (Callable().method, True),
        (Callable().plain_method, False),
        (functools.partial(awaited), True),
        (functools.partial(plain), False),
        (gives_a_coroutine, True),
    ],
    ids=["plain", "async", "object", "method", "plain method", "partial", "plain partial", "lambda"],
)
async def test_what_a_handler_may_be(handler, on_the_loop):
    """Anything that can be called: what is awaited runs on the loop, what is not in a thread."""
    seen.clear()
    assert 200 == await status(routed(handler), delivery())
    assert [("ORDER_PROCESSED", on_the_loop)] == seen


@pytest.mark.parametrize("background", [False, True])
async def test_context_of_the_request(background):
    """A handler in a thread sees the context variables of the request, as tracing needs."""
    trace, found = contextvars.ContextVar("trace", default=""), []
    router = routed(lambda event: found.append(trace.get()), background=background)
    trace.set("request-1")
    await router.handle(*delivery())
    await router.wait()
    assert ["request-1"] == found


# Once


async def test_fifty_at_once(make_store):
    """Fifty deliveries of one event at once run the handler once; the others are told to come again, or thanked."""
    gate = asyncio.Event()
    handler = Handler(lambda event: gate.wait())
    router = routed(handler, store=make_store())
    sent = delivery()
    told = [asyncio.create_task(router.handle(*sent)) for _ in range(50)]
    others = [await one for one in itertools.islice(asyncio.as_completed(told), 49)]
    gate.set()
    assert {409: 49} == Counter(answer.status for answer in others)
    assert {200: 1, 409: 49} == Counter([(await task).status for task in told])
    answer = await router.handle(*sent)
    assert (200, "handled before", 1) == (answer.status, answer.text, len(handler.events))


async def test_other_events_are_not_held_up(make_store):
    """Fifty different events are handled at the same time, in threads too."""
    handler = Handler(lambda event: asyncio.sleep(0.01))
    router = routed(handler, store=make_store())
    router.on("ORDER_FAILED")(lambda event: time.sleep(0.01))
    sent = [delivery(name) for name in ("ORDER_PROCESSED", "ORDER_FAILED") for _ in range(50)]
    told = await asyncio.gather(*(router.handle(*one) for one in sent))
    assert ({200: 100}, 50) == (Counter(answer.status for answer in told), len(handler.events))


async def test_two_routers_share_a_store(make_store):
    """Two processes, each with a router: what one handles the other does not."""
    handler, store = Handler(lambda event: asyncio.sleep(0.05)), make_store()
    another = store if isinstance(store, MemoryReplayStore) else make_store()
    first, second = routed(handler, store=store), routed(handler, store=another)
    sent = delivery()
    told = await asyncio.gather(*(router.handle(*sent) for router in (first, second)))
    assert ({200, 409}, 1) == ({answer.status for answer in told}, len(handler.events))
    assert [200, 200] == [await status(router, sent) for router in (first, second)]
    assert 1 == len(handler.events)


def fails_with(error):
    def plain(event):
        raise error

    async def awaited(event):
        raise error

    return plain, awaited


@pytest.mark.parametrize("which", [0, 1], ids=["plain", "async"])
@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        StopIteration(),
        StopAsyncIteration(),
        TimeoutError(),
        asyncio.CancelledError(),
        OSError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_handler_that_fails(make_store, error, which, caplog):
    """Whatever it raises: 500, the claim is given back, and the gateway's next try is handled."""
    store, sent = make_store(), delivery()
    answer = await routed(fails_with(error)[which], store=store).handle(*sent)
    assert (500, "the handler failed") == (answer.status, answer.text)
    assert "the handler of ORDER_PROCESSED failed; the gateway will send it again" in caplog.messages
    handler = Handler()
    assert [200, 200] == [await status(routed(handler, store=store), sent) for _ in range(2)]
    assert 1 == len(handler.events)


@pytest.mark.parametrize("kind", ["plain", "async"])
async def test_the_gateway_hangs_up(make_store, kind):
    """A delivery whose request is cancelled is handled to its end all the same, and once."""
    began, gate, ended, loop = asyncio.Event(), threading.Event(), [], asyncio.get_running_loop()

    async def awaited(event):
        began.set()
        await asyncio.to_thread(gate.wait)
        ended.append(event)

    def plain(event):
        loop.call_soon_threadsafe(began.set)
        gate.wait()
        ended.append(event)

    router, sent = routed(awaited if kind == "async" else plain, store=make_store()), delivery()
    request = asyncio.create_task(router.handle(*sent))
    await began.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert 409 == await status(router, sent)
    gate.set()
    await router.wait()
    assert (200, 1) == (await status(router, sent), len(ended))


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_the_server_stops(kind):
    """When the loop ends, what can be stopped is, and gives its claim back; a thread is waited for."""
    store, sent, ended = MemoryReplayStore(), delivery(), []

    async def awaited(event):
        await asyncio.sleep(30)
        ended.append(event)

    def plain(event):
        time.sleep(0.6)
        ended.append(event)

    async def server():
        router = routed(awaited if kind == "async" else plain, store=store)
        request = asyncio.create_task(router.handle(*sent))
        await asyncio.sleep(0.1)
        assert not request.done()

    asyncio.run(server())
    expected = {"async": (0, "claimed"), "plain": (1, "done")}
    assert expected[kind] == (len(ended), asyncio.run(store.claim(sent[1]["webhook-id"], "next")))


async def test_after_the_lease_the_next_try_is_handled():
    """Where a store cannot renew, another process may take over; a late failure takes nothing from that one."""
    gates = [asyncio.Event(), asyncio.Event()]

    async def slow(event):
        gate = gates[len(runs)]
        runs.append(event)
        await gate.wait()
        if gate is gates[0]:
            raise ValueError("late")

    class Unrenewed(MemoryReplayStore):
        renew = None

    runs, sent, store = [], delivery(), Unrenewed(lease=0.2)
    one, another, third = (routed(slow, store=store) for _ in range(3))
    first = asyncio.create_task(one.handle(*sent))
    await asyncio.sleep(0.3)
    store.lease = 60
    second = asyncio.create_task(another.handle(*sent))
    await asyncio.sleep(0.05)
    gates[0].set()
    assert 500 == (await first).status
    assert [409, 409] == [await status(router, sent) for router in (one, third)]
    gates[1].set()
    assert (200, 2) == ((await second).status, len(runs))


# In the background


@pytest.mark.parametrize("kind", ["plain", "async"])
async def test_background(make_store, kind):
    """Answered first, handled after, once; who stops the server can wait for it."""
    gate, loop = asyncio.Event(), asyncio.get_running_loop()
    handler = Handler(lambda event: gate.wait())

    def plain(event):
        asyncio.run_coroutine_threadsafe(handler(event), loop).result()

    router, sent = (
        routed(handler if kind == "async" else plain, background=True, store=make_store()),
        delivery(),
    )
    answers = [await router.handle(*sent) for _ in range(2)]
    assert [(200, "accepted"), (200, "handled before")] == [(one.status, one.text) for one in answers]
    waiting = asyncio.create_task(router.wait())
    await asyncio.sleep(0.02)
    assert not waiting.done()
    gate.set()
    await waiting
    assert 1 == len(handler.events)


async def test_background_is_at_most_once(caplog):
    """A handler that fails in the background is not tried again; the log says so."""
    handler = Handler(fails_with(ValueError("x"))[1])
    router, sent = routed(handler, background=True), delivery()
    assert 200 == await status(router, sent)
    await router.wait()
    assert (200, 1) == (await status(router, sent), len(handler.events))
    assert "the handler of ORDER_PROCESSED failed; nobody will try again" in caplog.messages


def test_background_when_the_server_stops(caplog):
    """Who does not wait loses what runs in the background; the log says so."""

    async def server():
        await routed(Handler(lambda event: asyncio.sleep(30)), background=True).handle(*delivery())
        await asyncio.sleep(0)

    asyncio.run(server())
    assert "the handler of ORDER_PROCESSED failed; nobody will try again" in caplog.messages


# What is not handled


class BrokenStore(MemoryReplayStore):
    def __init__(self, step):
        super().__init__(lease=1)
        self.step = step

    async def claim(self, key, owner):
        return await self.broken("claim") or await super().claim(key, owner)

    async def release(self, key, owner):
        return await self.broken("release") or await super().release(key, owner)

    async def finish(self, key):
        return await self.broken("finish") or await super().finish(key)

    async def broken(self, step):
        if step == self.step:
            raise OSError("the store is not there")


@pytest.mark.parametrize(
    ("step", "background", "does", "expected", "again"),
    [
        ("claim", False, None, 500, 500),  # nothing was done: the gateway is to come again
        ("finish", False, None, 200, 409),  # it was done: it is not to come again
        ("release", False, ValueError("x"), 500, 409),  # until the lease
        ("finish", True, None, 200, 409),  # it may be marked, so that only this process can handle it
    ],
)  # fmt: skip
async def test_a_store_that_fails(step, background, does, expected, again, caplog):
    """Whatever the store cannot do, no handler runs twice, and nothing is said to be done that is not."""
    handler = Handler(fails_with(does)[1] if does else lambda event: None)
    router, sent = routed(handler, background=background, store=BrokenStore(step)), delivery()
    assert [expected, again] == [await status(router, sent) for _ in range(2)]
    await router.wait()
    assert (0 if step == "claim" else 1) == len(handler.events)
    assert any("the replay store failed" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (lambda body, headers: (body + b" ", headers), (400, "signature_mismatch")),
        (lambda body, headers: (body, webhooks.sign(body, "another")), (400, "signature_mismatch")),
        (lambda body, headers: (b"", headers), (400, "signature_mismatch")),
        (lambda body, headers: (body, {}), (400, "missing_header")),
        (
            lambda body, headers: (body, {**headers, "webhook-id": [headers["webhook-id"]] * 2}),
            (400, "duplicate_header"),
        ),
        (
            lambda body, headers: (body, webhooks.sign(body, SECRET, timestamp=time.time() - 301)),
            (400, "timestamp_too_old"),
        ),
        (
            lambda body, headers: (body, webhooks.sign(body, SECRET, timestamp=time.time() + 310)),
            (400, "timestamp_too_new"),
        ),
        (lambda body, headers: (b"x" * 1001, headers), (413, "the delivery is too large")),
    ],
    ids=["changed", "key", "empty", "headers", "twice", "old", "new", "large"],
)  # fmt: skip
async def test_bad_deliveries(sent, expected, caplog):
    """Each is refused with its status before any handler or store sees it, and no log tells what was in it."""
    handler, store = Handler(), BrokenStore("claim")
    caplog.set_level(logging.DEBUG)
    answer = await routed(handler, store=store, limit=1000).handle(*sent(*delivery()))
    assert (expected, []) == ((answer.status, answer.text), handler.events)
    assert not any("v1-1" in text or "ORDER_PROCESSED" in text for text in caplog.messages)


async def test_a_strange_name_in_the_log(caplog):
    """A failing handler's log record is one line, whatever the event's name is."""
    body = b'{"event_type":"X\\nCRITICAL forged\\u001b[31m"}'
    router = WebhookRouter(SECRET)
    router.otherwise(fails_with(ValueError("x"))[0])
    assert 500 == await status(router, (body, webhooks.sign(body, SECRET)))
    assert ["the handler of X CRITICAL forged [31m failed; the gateway will send it again"] == caplog.messages


# Settings


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "there is no event ''"),
        (("ORDER_PROCESED",), "Did you mean 'ORDER_PROCESSED'?"),
        (("order_processed",), "Did you mean 'ORDER_PROCESSED'?"),
        (("ORDER_FAILED", "ORDER_PAID"), "there is no event 'ORDER_PAID'"),
        (("REFUND_FAILED",), "REFUND_FAILED has a handler already"),
    ],
)
def test_names_that_cannot_be(names, message):
    """A name that no event has, or that is taken, is refused where the program starts."""
    router = WebhookRouter(SECRET)
    router.on("REFUND_FAILED")(plain)
    with pytest.raises(ConfigurationError) as caught:
        router.on(*names)
    assert message in str(caught.value)


def test_one_handler_of_all_others():
    """A second one would silently replace the first."""
    router = WebhookRouter(SECRET)
    router.otherwise(plain)
    with pytest.raises(ConfigurationError):
        router.otherwise(plain)


@pytest.mark.parametrize(
    "settings",
    [
        {"secret": ""},
        {"secret": None},
        {"secret": []},
        {"tolerance": -1},
        {"limit": 0},
        {"limit": True},
        {"limit": "1"},
    ],
    ids=str,
)
def test_settings_that_cannot_be(settings):
    """A secret, tolerance or limit that cannot work is refused where the router is made."""
    with pytest.raises(ConfigurationError):
        WebhookRouter(**{"secret": SECRET, **settings})


async def test_several_secrets():
    """While the secret is changed, deliveries signed with either are taken."""
    router = WebhookRouter([Secret("old"), "new"])
    body, _ = delivery()
    assert [200, 200, 400] == [
        await status(router, (body, webhooks.sign(body, secret))) for secret in ("old", "new", "other")
    ]


async def test_what_is_not_bytes():
    """A framework's parsed body is a mistake of the program, told as such."""
    with pytest.raises(TypeError, match="raw bytes"):
        await WebhookRouter(SECRET).handle(delivery()[0].decode(), {})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
async def test_fork():
    """A child takes deliveries with threads of its own, and does not wait for its parent's handlers."""
    gate = asyncio.Event()
    router = routed(Handler(lambda event: gate.wait()), background=True)
    router.on("ORDER_FAILED")(lambda event: None)
    assert [200, 200] == [
        await status(router, delivery(name)) for name in ("ORDER_PROCESSED", "ORDER_FAILED")
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads, since Python 3.12
        child = os.fork()
    if child == 0:
        code = 1
        signal.alarm(10)  # a child that hangs is ended
        try:
            asyncio.events._set_running_loop(None)
            asyncio.run(asyncio.wait_for(in_child(router), 5))
            code = 0
        finally:
            os._exit(code)
    gate.set()
    _, ended = await asyncio.to_thread(os.waitpid, child, 0)
    await router.wait()
    assert 0 == ended


async def in_child(router):
    assert 200 == await status(router, delivery("ORDER_FAILED"))
    await router.wait()
