"""Replay stores: of all who claim a webhook one gets it, until it is released, done, forgotten or left behind."""

import asyncio
import itertools
import math
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from pathlib import Path

import pytest

from pinelabs_async import ConfigurationError, MemoryReplayStore, RedisReplayStore, SQLiteReplayStore
from tests.incoming.conftest import REDIS

ROOT = Path(__file__).parents[2]


async def test_the_life_of_a_claim(make_store):
    """Claimed by one, running for all others, free when it is released, done for good when it is finished."""
    store = make_store()
    assert "claimed" == await store.claim("msg_1", "one")
    assert "running" == await store.claim("msg_1", "two")
    assert "claimed" == await store.claim("msg_2", "two")
    await store.release("msg_1", "one")
    assert "claimed" == await store.claim("msg_1", "two")
    await store.finish("msg_1")
    assert ["done", "done"] == [await store.claim("msg_1", owner) for owner in ("one", "two")]
    assert "running" == await store.claim("msg_2", "one")


async def test_the_owner_may_ask_again(make_store):
    """An owner whose answer was lost on the way is told that the claim is his."""
    store = make_store()
    assert ["claimed", "claimed"] == [await store.claim("msg_1", "one") for _ in range(2)]


async def test_only_the_owner_releases(make_store):
    """A release by somebody else, or of what is done or was never claimed, changes nothing."""
    store = make_store()
    await store.release("msg_1", "one")
    assert "claimed" == await store.claim("msg_1", "one")
    await store.release("msg_1", "two")
    assert "running" == await store.claim("msg_1", "two")
    await store.finish("msg_1")
    await store.release("msg_1", "one")
    assert "done" == await store.claim("msg_1", "two")


async def test_a_claim_left_behind_expires(make_store):
    """After the lease somebody else gets it, and who held it before cannot take it away from him."""
    store = make_store(lease=1)
    assert "claimed" == await store.claim("msg_1", "one")
    assert "running" == await store.claim("msg_1", "two")
    await asyncio.sleep(1.1)
    assert "claimed" == await store.claim("msg_1", "two")
    await store.release("msg_1", "one")
    assert "running" == await store.claim("msg_1", "three")


async def test_what_is_done_is_forgotten_after_its_age(make_store):
    """A store does not grow for ever."""
    store = make_store(age=1)
    await store.claim("msg_1", "one")
    await store.finish("msg_1")
    assert "done" == await store.claim("msg_1", "two")
    await asyncio.sleep(1.1)
    assert "claimed" == await store.claim("msg_1", "two")


@pytest.mark.parametrize(
    "key", ["", "x" * 10_000, "'; DROP TABLE webhooks; --", "ключ\x00é", "a b\r\n"], ids=range(5)
)
async def test_any_text_is_a_key(make_store, key):
    """Whatever an id looks like, it is only itself."""
    store = make_store()
    assert "claimed" == await store.claim(key, "one")
    assert "claimed" == await store.claim(key + "-", "one")
    await store.finish(key)
    assert ("done", "running") == (await store.claim(key, "two"), await store.claim(key + "-", "two"))


async def test_many_tasks_at_once(make_store):
    """Of fifty tasks that claim one key at once one gets it, again and again."""
    store = make_store()
    for key in map(str, range(10)):
        told = await asyncio.gather(*(store.claim(key, f"owner-{number}") for number in range(50)))
        assert {"claimed": 1, "running": 49} == Counter(told)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_many_threads_at_once(kind, tmp_path):
    """The same with threads that have an event loop each, as in a blocking program."""
    store = MemoryReplayStore() if kind == "memory" else SQLiteReplayStore(tmp_path / "webhooks.db")
    told, gate = [], threading.Barrier(8)

    def claim(owner):
        gate.wait()
        told.extend(asyncio.run(store.claim(str(key), owner)) for key in range(40))

    threads = [threading.Thread(target=claim, args=(f"owner-{number}",)) for number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    if kind == "sqlite":
        asyncio.run(store.aclose())
    assert {"claimed": 40, "running": 280} == Counter(told)


@pytest.mark.parametrize("name", ["lease", "age"])
@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, True, "5", None, 10**5000], ids=range(8))
def test_times_that_cannot_be(name, value, tmp_path):
    """A lease or an age that is no number of seconds is refused, and nothing is opened."""
    path = tmp_path / "webhooks.db"
    for make in (MemoryReplayStore, lambda **times: SQLiteReplayStore(path, **times)):
        with pytest.raises(ConfigurationError, match=f"^{name} must be a number of seconds"):
            make(**{name: value})
    assert not path.exists()


# In memory


async def test_memory_is_bounded():
    """The oldest that are done are forgotten first; what runs stays."""
    store = MemoryReplayStore(size=3)
    await store.claim("running", "one")
    for key in "abcde":
        await store.claim(key, "one")
        await store.finish(key)
    assert 3 == len(store._done)
    told = {key: await store.claim(key, "two") for key in ("running", *"abcde")}
    assert {
        "running": "running", "a": "claimed", "b": "claimed", "c": "done", "d": "done", "e": "done",
    } == told  # fmt: skip


async def test_memory_of_claims_left_behind_is_bounded():
    """Claims that nobody ends are forgotten, too, after their lease."""
    store = MemoryReplayStore(size=10, lease=0.01)
    for key in map(str, range(30)):
        await store.claim(key, "one")
    await asyncio.sleep(0.05)
    await store.claim("last", "one")
    assert ["last"] == list(store._running)


@pytest.mark.parametrize("size", [0, -1, True, 2.5, "3"])
def test_sizes_that_cannot_be(size):
    """A size that is no number of keys is refused."""
    with pytest.raises(ConfigurationError, match=r"^size must be"):
        MemoryReplayStore(size=size)


# In a file


async def test_a_file_outlives_the_program(tmp_path):
    """What was done or claimed is so for the next who opens the file."""
    path = tmp_path / "webhooks.db"
    store = SQLiteReplayStore(path)
    for key in ("done", "running"):
        await store.claim(key, "one")
    await store.finish("done")
    await store.aclose()
    again = SQLiteReplayStore(str(path))
    assert ["done", "running"] == [await again.claim(key, "two") for key in ("done", "running")]
    await again.aclose()


def test_a_new_file_that_many_open_at_once(tmp_path):
    """Who comes while another makes the file waits for it: nobody is told that it is locked."""
    told = []

    def claim(path, gate, owner):
        store = SQLiteReplayStore(path)
        gate.wait()
        try:
            told.append(asyncio.run(store.claim("msg_1", owner)))
        except sqlite3.OperationalError as error:
            told.append(str(error))
        store._file.close()

    for number in range(40):
        gate = threading.Barrier(6)
        threads = [
            threading.Thread(target=claim, args=(tmp_path / f"{number}.db", gate, f"owner-{each}"))
            for each in range(6)
        ]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    assert {"claimed": 40, "running": 200} == Counter(told)


async def test_a_file_that_cannot_be_used(tmp_path):
    """It is SQLite's error, each time, and no connection is left open."""
    (tmp_path / "webhooks.db").write_bytes(b"this is no database" * 100)
    store = SQLiteReplayStore(tmp_path / "webhooks.db")
    for _ in range(2):
        with pytest.raises(sqlite3.DatabaseError):
            await store.claim("msg_1", "one")


async def test_a_file_does_not_grow(tmp_path):
    """What is past its time is deleted."""
    store = SQLiteReplayStore(tmp_path / "webhooks.db", lease=0.01, age=0.01)
    for key in map(str, range(20)):
        await store.claim(key, "one")
        await store.finish(key)
    await asyncio.sleep(0.05)
    await store.claim("last", "one")
    await store.aclose()
    with sqlite3.connect(tmp_path / "webhooks.db") as connection:
        rows = connection.execute("SELECT key FROM webhooks").fetchall()
    connection.close()
    assert [("last",)] == rows


# Several processes

PROGRAM = """
import asyncio, os, sys
from pinelabs_async import RedisReplayStore, SQLiteReplayStore

place, prefix, owner, lease = sys.argv[1:]
async def opened():
    if not place.startswith("redis"):
        return SQLiteReplayStore(place, lease=float(lease)), None
    from redis.asyncio import from_url
    client = from_url(place)
    return RedisReplayStore(client, prefix=prefix, lease=float(lease)), client
async def main(work):
    store, client = await opened()
    await work(store)
    await (store.aclose() if client is None else client.aclose())
"""


def start(code, *arguments, lease=60):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM + textwrap.dedent(code), *arguments, str(lease)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(params=["sqlite", "redis"])
def shared(request, tmp_path):
    """Where a store is that processes share, and a store of this process in it."""
    if request.param == "sqlite":
        path = tmp_path / "webhooks.db"
        return (str(path), ""), lambda: SQLiteReplayStore(path)
    client, prefix = request.getfixturevalue("redis_client"), request.getfixturevalue("redis_prefix")
    return (REDIS, prefix), lambda: RedisReplayStore(client, prefix=prefix)


async def close(store):
    if isinstance(store, SQLiteReplayStore):
        await store.aclose()


def test_many_processes_at_once(shared):
    """Processes that begin at one moment with a store that is new: each key goes to one of them."""
    place, _ = shared
    code = """
    sys.stdin.readline()
    async def work(store):
        for key in range(25):
            print(await store.claim(str(key), owner))
            await store.finish(str(key))
    asyncio.run(main(work))
    """
    programs = [start(code, *place, f"owner-{number}") for number in range(4)]
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    told = [program.communicate(timeout=50)[0].split() for program in programs]
    assert [0] * 4 == [program.returncode for program in programs]
    assert 25 == Counter(itertools.chain(*told))["claimed"]
    assert [25] * 4 == [len(one) for one in told]


async def test_a_crashed_process_leaves_a_claim_that_expires(shared):
    """Killed while its handler runs: for the lease nobody else handles it, and then the next one does."""
    place, make = shared
    code = """
    async def work(store):
        print(await store.claim("msg_1", owner), flush=True)
        sys.stdin.readline()
    asyncio.run(main(work))
    """
    program = start(code, *place, "one", lease=1)
    assert "claimed\n" == await asyncio.to_thread(program.stdout.readline)
    program.kill()
    program.communicate(timeout=10)
    store = make()
    assert "running" == await store.claim("msg_1", "two")
    await asyncio.sleep(1.1)
    assert "claimed" == await store.claim("msg_1", "two")
    await close(store)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_fork(kind, tmp_path):
    """A child that was forked while a thread of its parent held the store goes on with a store that works."""
    code = f"""
    import threading, warnings
    warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads
    from pinelabs_async import MemoryReplayStore
    store = MemoryReplayStore() if {kind!r} == "memory" else SQLiteReplayStore(place)
    def claim(key):
        return asyncio.run(store.claim(key, str(os.getpid())))
    print(claim("parent"), flush=True)
    getattr(store, "_file", store)._lock.acquire()
    child = os.fork()
    if child == 0:
        print(claim("child"), claim("parent"), flush=True)
        asyncio.run(store.finish("parent"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    getattr(store, "_file", store)._lock.release()
    print(claim("parent"), claim("child"))
    if {kind!r} == "sqlite":
        asyncio.run(store.aclose())
    """
    program = start(code, str(tmp_path / "webhooks.db"), "", "")
    out, _ = program.communicate(timeout=30)
    expected = {
        "memory": ["claimed", "claimed", "running", "claimed", "claimed"],  # each has a memory of its own
        "sqlite": ["claimed", "claimed", "running", "done", "running"],
    }
    assert (0, expected[kind]) == (program.returncode, out.split())


# In Redis


async def test_redis_with_decoded_answers(redis_client, redis_prefix):
    """A client that gives texts instead of bytes works the same."""
    from redis.asyncio import from_url

    client = from_url(REDIS, decode_responses=True)
    store = RedisReplayStore(client, prefix=redis_prefix)
    assert ["claimed", "claimed"] == [await store.claim("msg_1", "one") for _ in range(2)]
    assert "running" == await store.claim("msg_1", "two")
    await store.release("msg_1", "one")
    assert "claimed" == await store.claim("msg_1", "two")
    await store.finish("msg_1")
    assert "done" == await store.claim("msg_1", "one")
    await client.aclose()


async def test_redis_forgets_by_itself(redis_client, redis_prefix):
    """Every key has its end: the lease while it runs, the age when it is done."""
    store = RedisReplayStore(redis_client, prefix=redis_prefix, lease=50, age=5000)
    await store.claim("msg_1", "one")
    assert 49_000 < await redis_client.pttl(redis_prefix + "msg_1") <= 50_000
    await store.finish("msg_1")
    assert 4_999_000 < await redis_client.pttl(redis_prefix + "msg_1") <= 5_000_000


async def test_redis_of_the_blocking_kind(redis_prefix):
    """A blocking client works in threads: of fifty at once one gets the claim, and the loop goes on meanwhile."""
    redis = pytest.importorskip("redis", reason="the extra [redis] is not installed")
    with redis.from_url(REDIS) as client:
        store = RedisReplayStore(client, prefix=redis_prefix)
        told = await asyncio.gather(*(store.claim("msg_1", f"owner-{number}") for number in range(50)))
        assert {"claimed": 1, "running": 49} == Counter(told)
        owner = f"owner-{told.index('claimed')}"
        await store.release("msg_1", "another")
        assert "claimed" == await store.claim("msg_1", owner)
        await store.release("msg_1", owner)
        assert "claimed" == await store.claim("msg_1", "next")
        await store.finish("msg_1")
        assert "done" == await store.claim("msg_1", "next")
        blocked = redis.from_url(REDIS)
        waiting = asyncio.create_task(RedisReplayStore(blocked)._do(blocked.blpop, f"{redis_prefix}list", 20))
        await asyncio.sleep(0.01)  # it would be over if the command blocked the loop
        assert not waiting.done()
        client.rpush(f"{redis_prefix}list", "go on")
        await waiting
        blocked.close()


@pytest.mark.parametrize("client", [None, "redis://127.0.0.1", object()], ids=["none", "url", "object"])
def test_what_is_no_redis(client):
    """It is refused at once, with the names of the right ones."""
    with pytest.raises(ConfigurationError, match=r"must be a redis\.asyncio\.Redis or a redis\.Redis, not"):
        RedisReplayStore(client)


async def test_redis_that_is_not_there(closed_port):
    """It is Redis' own error."""
    redis = pytest.importorskip("redis.asyncio", reason="the extra [redis] is not installed")
    client = redis.from_url(closed_port.replace("http", "redis"), retry=None)
    with pytest.raises(redis.ConnectionError):
        await RedisReplayStore(client).claim("msg_1", "one")
    await client.aclose()
