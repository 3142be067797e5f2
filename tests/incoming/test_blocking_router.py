"""The blocking router: the same account of events, its handlers in the threads of the requests."""

import asyncio
import contextvars
import gc
import inspect
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import pinelabs_async
from pinelabs_sync import (
    ConfigurationError,
    MemoryReplayStore,
    RedisReplayStore,
    SQLiteReplayStore,
    WebhookRouter,
    webhooks,
)
from tests.incoming.conftest import REDIS, SECRET, delivery

ROOT = Path(__file__).parents[2]


def routed(handler, *, background=False, **settings):
    router = WebhookRouter(SECRET, **settings)
    router.on("ORDER_PROCESSED", background=background)(handler)
    return router


@pytest.fixture(params=["memory", "sqlite", "redis"])
def make_router(request, tmp_path):
    """What makes a router with a store of each kind; all that it makes share what is remembered."""
    if request.param == "memory":
        store = MemoryReplayStore()
        yield lambda handler, **settings: routed(handler, store=store, **settings)
    elif request.param == "sqlite":
        store = SQLiteReplayStore(tmp_path / "webhooks.db")
        yield lambda handler, **settings: routed(handler, store=store, **settings)
        store._file.close()
    else:
        prefix = request.getfixturevalue("redis_prefix")
        import redis

        with redis.from_url(REDIS) as client:
            store = RedisReplayStore(client, prefix=prefix)
            yield lambda handler, **settings: routed(handler, store=store, **settings)


def at_once(count, function):
    """Call a function in many threads that begin together."""
    gate = threading.Barrier(count)

    def begin(_):
        gate.wait()
        return function()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(begin, range(count)))


def test_fifty_at_once(make_router):
    """Fifty threads bring one event: it is handled once; those who come meanwhile get a 409."""
    refused, told, events = threading.Semaphore(0), [], []

    def handler(event):
        events.append(event)
        for _ in range(49):
            assert refused.acquire(timeout=20)

    router, sent = make_router(handler), delivery()

    def bring():
        answer = router.handle(*sent)
        told.append((answer.status, answer.text))
        refused.release()

    at_once(50, bring)
    assert {(200, "handled"): 1, (409, "being handled"): 49} == Counter(told)
    answer = router.handle(*sent)
    assert (200, "handled before", 1) == (answer.status, answer.text, len(events))


def test_two_routers_share_a_store(make_router):
    """What one process handled the other does not."""
    events, sent = [], delivery()
    texts = [make_router(events.append).handle(*sent).text for _ in range(2)]
    assert (["handled", "handled before"], 1) == (texts, len(events))


@pytest.mark.parametrize(
    "error", [ValueError("x"), asyncio.CancelledError(), StopIteration(), OSError()], ids=repr
)
@pytest.mark.parametrize("kind", ["plain", "async"])
def test_a_handler_that_fails(make_router, error, kind, caplog):
    """Whatever it raises: 500, the claim is given back, and the gateway's next try is handled."""

    def plain(event):
        raise error

    async def awaited(event):
        raise error

    sent, events = delivery(), []
    answer = make_router(plain if kind == "plain" else awaited).handle(*sent)
    assert (500, "the handler failed") == (answer.status, answer.text)
    assert "the handler of ORDER_PROCESSED failed; the gateway will send it again" in caplog.messages
    assert [200, 200] == [make_router(events.append).handle(*sent).status for _ in range(2)]
    assert 1 == len(events)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_the_server_ends_the_thread(error, caplog):
    """A worker that is told to stop stops, and leaves no claim behind."""
    store, sent, events = MemoryReplayStore(), delivery(), []

    def stopped(event):
        raise error

    with pytest.raises(error):
        routed(stopped, store=store).handle(*sent)
    assert "the handler of ORDER_PROCESSED failed; the gateway will send it again" in caplog.messages
    assert (200, 1) == (routed(events.append, store=store).handle(*sent).status, len(events))


def test_an_asynchronous_store(redis_prefix):
    """A store that needs one event loop for all its life has it: the router's own."""
    from redis.asyncio import from_url

    client, events, sent = from_url(REDIS), [], delivery()
    router = routed(events.append, store=RedisReplayStore(client, prefix=redis_prefix))
    assert ["handled"] + ["handled before"] * 4 == [router.handle(*sent).text for _ in range(5)]
    router._bridge.run(client.aclose)


def test_in_the_thread_of_the_request():
    """A plain handler has the thread, the context and so the database connection of its request."""
    trace, found = contextvars.ContextVar("trace", default=""), []
    router = routed(lambda event: found.append((threading.get_ident(), trace.get())))
    trace.set("request-1")
    assert 200 == router.handle(*delivery()).status
    assert [(threading.get_ident(), "request-1")] == found


def test_a_coroutine_function():
    """It is awaited to its end, and sees the context of the request."""
    trace, found = contextvars.ContextVar("trace", default=""), []

    async def handler(event):
        await asyncio.sleep(0)
        found.append((event.type, trace.get()))

    trace.set("request-1")
    assert "handled" == routed(handler).handle(*delivery()).text
    assert [("ORDER_PROCESSED", "request-1")] == found


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_background(make_router, kind):
    """Answered first, handled after, once, with the context of the request; who stops the server can wait for it."""
    gate, found = threading.Event(), []
    trace = contextvars.ContextVar("trace", default="")

    def plain(event):
        assert gate.wait(20)
        found.append(trace.get())

    async def awaited(event):
        await asyncio.to_thread(plain, event)

    router, sent = make_router(plain if kind == "plain" else awaited, background=True), delivery()
    trace.set("request-1")
    assert ["accepted", "handled before"] == [router.handle(*sent).text for _ in range(2)]
    waiting = threading.Thread(target=router.wait)
    waiting.start()
    assert waiting.is_alive()
    assert [] == found
    gate.set()
    waiting.join(20)
    assert ["request-1"] == found


def test_background_is_at_most_once(caplog):
    """A handler that fails in the background is not tried again; the log says so."""

    def fails(event):
        raise ValueError("x")

    router, sent = routed(fails, background=True), delivery()
    assert ["accepted", "handled before"] == [router.handle(*sent).text for _ in range(2)]
    router.wait()
    assert "the handler of ORDER_PROCESSED failed; nobody will try again" in caplog.messages


class BrokenStore(MemoryReplayStore):
    def __init__(self, step):
        super().__init__(lease=1)

        async def broken(*_):
            raise OSError("the store is not there")

        setattr(self, step, broken)


@pytest.mark.parametrize(
    ("step", "background", "runs", "statuses"),
    [
        ("claim", False, 0, [500, 500]),  # nothing was done: the gateway is to come again
        ("finish", False, 1, [200, 409]),  # it was done: it is not to come again
        ("finish", True, 1, [200, 409]),  # it may be marked, so that only this process can handle it
    ],
)
def test_a_store_that_fails(step, background, runs, statuses):
    """Whatever the store cannot do, no handler runs twice, and nothing is said to be done that is not."""
    events, sent = [], delivery()
    router = routed(events.append, background=background, store=BrokenStore(step))
    assert statuses == [router.handle(*sent).status for _ in range(2)]
    router.wait()
    assert runs == len(events)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (lambda body, headers: (body + b" ", headers), (400, "signature_mismatch")),
        (lambda body, headers: (body, webhooks.sign(body, "another")), (400, "signature_mismatch")),
        (lambda body, headers: (body, {}), (400, "missing_header")),
        (
            lambda body, headers: (body, webhooks.sign(body, SECRET, timestamp=time.time() - 310)),
            (400, "timestamp_too_old"),
        ),
        (lambda body, headers: (b"x" * 1001, headers), (413, "the delivery is too large")),
    ],
    ids=["changed", "key", "headers", "old", "large"],
)
def test_bad_deliveries(sent, expected):
    """Each is refused with its status before any handler or store sees it; no thread is started for it."""
    events, before = [], set(threading.enumerate())
    router = routed(events.append, store=BrokenStore("claim"), limit=1000)
    answer = router.handle(*sent(*delivery()))
    assert (expected, []) == ((answer.status, answer.text), events)
    assert set() == set(threading.enumerate()) - before


def test_a_store_in_use_by_a_dead_process_expires(tmp_path):
    """What a killed process had claimed is handled after the lease."""
    path, sent, events = tmp_path / "webhooks.db", delivery(key="msg_1"), []
    code = (
        "import asyncio, os, sys; from pinelabs_sync import SQLiteReplayStore\n"
        "asyncio.run(SQLiteReplayStore(sys.argv[1], lease=1).claim('msg_1', 'one')); os._exit(9)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, path],
        check=False,
        timeout=30,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert 9 == ended.returncode
    store = SQLiteReplayStore(path)
    router, statuses, until = routed(events.append, store=store), [], time.monotonic() + 20
    while 200 not in statuses and time.monotonic() < until:
        statuses.append(router.handle(*sent).status)
    assert {409: len(statuses) - 1, 200: 1} == Counter(statuses)
    assert 1 == len(events)
    store._file.close()


def test_the_thread_ends_with_the_router():
    """A router needs no closing: its event loop ends with it."""
    before, router = set(threading.enumerate()), routed(lambda event: None)
    router.handle(*delivery())
    [thread] = [one for one in set(threading.enumerate()) - before if one.name == "pinelabs"]
    del router
    gc.collect()
    thread.join(10)
    assert not thread.is_alive()


def test_at_exit():
    """A program that ends handles what runs in the background first, and ends without a word."""
    code = """
import threading, time
from pinelabs_sync import WebhookRouter, webhooks
router, gate = WebhookRouter("secret"), threading.Event()

@router.on("ORDER_PROCESSED", background=True)
def paid(event):
    gate.wait()
    print("shipped", flush=True)

body = b'{"event_type":"ORDER_PROCESSED"}'
print(router.handle(body, webhooks.sign(body, "secret")).text, flush=True)
threading.Timer(0.2, gate.set).start()
"""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True, text=True, check=False, timeout=30,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (0, "accepted\nshipped\n", "") == (ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_fork():
    """A child takes deliveries with threads of its own, as the workers of a server that loads first."""
    code = """
import os, sys
from pinelabs_sync import WebhookRouter, webhooks
router = WebhookRouter("secret")
seen = []
router.on("ORDER_PROCESSED")(seen.append)
router.on("ORDER_FAILED", background=True)(seen.append)

def bring():
    for name in (b"ORDER_PROCESSED", b"ORDER_FAILED"):
        body = b'{"event_type":"%s"}' % name
        assert 200 == router.handle(body, webhooks.sign(body, "secret")).status
    router.wait()

bring()
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads
child = os.fork()
bring()
if child == 0:
    os._exit(0 if len(seen) == 4 else 1)
sys.exit(os.waitpid(child, 0)[1] or len(seen) != 4)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=False, timeout=30,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (0, "") == (ended.returncode, ended.stderr)


def test_settings_that_cannot_be():
    """They are refused where the router is made, as in the asynchronous package."""
    for settings in ({"secret": ""}, {"secret": SECRET, "tolerance": -1}, {"secret": SECRET, "limit": 0}):
        with pytest.raises(ConfigurationError):
            WebhookRouter(**settings)


def test_the_same_names_and_words():
    """Both routers have the same methods, settings and docstrings."""
    one, other = pinelabs_async.WebhookRouter, WebhookRouter
    names = {name for name in dir(one) if not name.startswith("_")}
    assert names == {name for name in dir(other) if not name.startswith("_")}
    for name in {"handle", "wait", "on", "otherwise", "watching"}:
        assert inspect.getdoc(getattr(one, name)) == inspect.getdoc(getattr(other, name))
        assert inspect.signature(getattr(one, name)) == inspect.signature(getattr(other, name))
    assert inspect.signature(one) == inspect.signature(other)
    assert inspect.getdoc(one).partition("Args:")[2] == inspect.getdoc(other).partition("Args:")[2]
