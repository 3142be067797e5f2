"""The replay store in a file, in trouble: locked, moved away, with a clock that was wrong."""

import asyncio
import contextlib
import sqlite3
import threading
import time

import pytest

from pinelabs_async import SQLiteReplayStore, WebhookRouter
from tests.incoming.conftest import SECRET, delivery


@pytest.fixture
async def store(tmp_path):
    """A store in a file that is there already."""
    store = SQLiteReplayStore(tmp_path / "webhooks.db")
    await store.claim("first", "one")
    yield store
    await store.aclose()


def claimed_until(path, key, ends):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO webhooks VALUES (?, 'dead', ?)", (key, ends))


async def test_a_locked_file_stalls_nothing_else(store, tmp_path):
    """While somebody holds the file, each delivery is answered in time and the process looks up names as before."""
    router = WebhookRouter(SECRET, store=store)
    router.on("ORDER_PROCESSED")(lambda event: None)
    with contextlib.closing(sqlite3.connect(tmp_path / "webhooks.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began, loop = time.monotonic(), asyncio.get_running_loop()
        told = [asyncio.create_task(router.handle(*delivery())) for _ in range(12)]
        await asyncio.sleep(0.1)
        await loop.getaddrinfo("localhost", 80)
        assert time.monotonic() - began < 1
        assert {500} == {(await one).status for one in told}
        assert time.monotonic() - began < 4.6
    assert 200 == (await router.handle(*delivery())).status


async def test_one_thread_of_its_own(tmp_path):
    """The store works in one thread, which begins with the first call and ends with the store."""
    before = set(threading.enumerate())
    store = SQLiteReplayStore(tmp_path / "webhooks.db")
    assert set() == set(threading.enumerate()) - before
    await asyncio.gather(*(store.claim(str(key), "one") for key in range(20)))
    [thread] = set(threading.enumerate()) - before
    await store.aclose()
    await asyncio.to_thread(thread.join, 5)
    assert not thread.is_alive()
    assert "running" == await store.claim("1", "two")  # it is opened again
    await store.aclose()


async def test_a_file_that_came_back(store, tmp_path):
    """After an error the file is opened anew: what the connection could not do the next one can."""
    (tmp_path / "webhooks.db").unlink()
    with pytest.raises(sqlite3.OperationalError):  # SQLite takes it for read-only from now on
        await store.claim("msg_1", "one")
    assert "claimed" == await store.claim("msg_1", "one")
    await store.finish("msg_1")
    assert "done" == await store.claim("msg_1", "two")


async def test_a_clock_that_was_ahead(store, tmp_path):
    """A claim that ends later than any can is of a clock that was wrong: it is free."""
    claimed_until(tmp_path / "webhooks.db", "msg_1", time.time() + 2 * 86_400)
    assert "claimed" == await store.claim("msg_1", "one")
    assert "running" == await store.claim("msg_1", "two")


async def test_a_clock_that_was_set_back_a_little(store, tmp_path):
    """A step that clocks make while a handler runs frees nothing."""
    claimed_until(tmp_path / "webhooks.db", "msg_1", time.time() + store.lease + 20)
    assert "running" == await store.claim("msg_1", "two")


async def test_what_is_done_stays_done(store):
    """What is done is remembered for longer than any claim may last."""
    await store.finish("msg_1")
    assert "done" == await store.claim("msg_1", "two")
