"""How much work a call is, counted and not timed: a way that grew longer is found without a clock."""

import asyncio
import sys
import tracemalloc

import aiohttp
import pytest

from pinelabs_async import OPERATIONS
from pinelabs_async.wire import codec, headers, tolerant
from tests.loopback.raw import answer, order_json
from tests.loopback.shop import new_order


class Steps:
    """Note the Python functions of this SDK that are entered; a coroutine that goes on is not entered again."""

    def __init__(self):
        self.names, self._frames = [], set()

    def __enter__(self):
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _note(self, frame, event, _):
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith("pinelabs_async") and frame not in self._frames:
            self._frames.add(frame)
            self.names.append(f"{name.removeprefix('pinelabs_async.')}: {frame.f_code.co_qualname}")


async def steps_of(call):
    """Return what a call enters once everything is compiled and connected."""
    for _ in range(3):
        await call()
    with Steps() as steps:
        await call()
    return steps.names


def is_of_a_client(thing):
    """Tell whether code of the SDK is run by it, or a timer of aiohttp's; aiohttp may write a body in a task."""
    thing = getattr(thing, "__func__", thing)
    code = getattr(thing, "cr_code", getattr(thing, "__code__", None))
    return code is not None and any(name in code.co_filename for name in ("pinelabs_async", "helpers.py"))


async def counted(monkeypatch, call):
    """Return how many tasks and timers of the event loop a call makes once everything is connected."""
    for _ in range(3):
        await call()
    loop, made = asyncio.get_running_loop(), {"create_task": 0, "call_at": 0}
    for name in made:
        original = getattr(loop, name)

        def count(*args, name=name, original=original, **more):
            made[name] += any(map(is_of_a_client, args))
            return original(*args, **more)

        monkeypatch.setattr(loop, name, count)
    await call()
    return tuple(made.values())


@pytest.fixture
def _one_millisecond(monkeypatch):
    """Let all calls begin in the same one: what is written of the time is kept for so long."""
    monkeypatch.setattr(headers.time, "time_ns", lambda: 1_800_000_000_000_000_000)


@pytest.mark.usefixtures("_one_millisecond")
async def test_a_read(raw, connect):
    """A read that goes well takes few steps."""
    raw.script = [answer(order_json())]
    pinelabs = connect(raw)
    names = await steps_of(lambda: pinelabs.orders.get("v1-order"))
    assert len(names) <= 29, "\n".join(names)


@pytest.mark.usefixtures("_one_millisecond")
async def test_a_write(raw, connect):
    """A write takes those that write its body and see it through, and no more."""
    raw.script = [answer(order_json())]
    pinelabs, order = connect(raw), new_order()
    names = await steps_of(lambda: pinelabs.orders.create(order))
    assert len(names) <= 42, "\n".join(names)


async def test_tasks_and_timers(raw, connect, monkeypatch):
    """A read makes no task, a write one; neither makes a timer."""
    raw.script = [answer(order_json())]
    pinelabs, order = connect(raw), new_order()
    with monkeypatch.context() as patch:
        assert (0, 0) == await counted(patch, lambda: pinelabs.orders.get("v1-order"))
    with monkeypatch.context() as patch:
        assert (1, 0) == await counted(patch, lambda: pinelabs.orders.create(order))


async def test_waiting_for_a_connection(raw, connect, monkeypatch):
    """Those that wait for one make no timer each, as aiohttp's own wait does."""
    raw.script = [answer(order_json())]
    pinelabs = connect(raw, pool_size=3)
    await pinelabs.orders.get("v1-order")
    loop, timers = asyncio.get_running_loop(), []
    original = loop.call_at
    monkeypatch.setattr(loop, "call_at", lambda *args, **kw: (timers.append(args), original(*args, **kw))[1])
    await asyncio.gather(*(pinelabs.orders.get("v1-order") for _ in range(50)))
    assert len(timers) < 10, timers  # some for the connections themselves
    assert raw.connections <= 3


async def test_an_answer_that_is_there_is_taken(raw, connect, monkeypatch):
    """A body that came with its headers is not waited for again, in aiohttp's six steps."""
    raw.script = [answer(order_json())]
    pinelabs = connect(raw, max_attempts=1)
    await pinelabs.orders.get("v1-order")
    for name in ("read", "readany", "iter_chunked"):
        monkeypatch.setattr(aiohttp.StreamReader, name, None)
    assert "v1-order" == (await pinelabs.orders.get("v1-order")).order_id


def test_an_answer_is_read_once(data, monkeypatch):
    """An order goes through the compiled decoder alone: nothing parses it again, nothing runs for each field."""
    body = (data / "examples/orders/get-order-cardless-emi.response.json").read_bytes()
    operation = OPERATIONS["orders.get"]
    codec.decode(operation.answer, body, envelope="data")
    monkeypatch.delattr(tolerant, "read")
    with Steps() as steps:
        order = codec.decode(operation.answer, body, envelope="data")
    assert () == order.problems
    assert len(steps.names) <= 4, "\n".join(steps.names)


def test_what_an_order_lacks_costs_nothing(data):
    """A field that is not in the answer is in the class and not in the object, so that nothing is set for it."""
    body = (data / "examples/orders/get-order-cardless-emi.response.json").read_bytes()
    order = codec.decode(OPERATIONS["orders.get"].answer, body, envelope="data")
    assert order.image_url is None
    assert "image_url" not in vars(order)
    assert "order_id" in vars(order)
    assert "split_info" not in vars(order.purchase_details)  # no slot either, which says so by an exception


def test_what_an_order_lacks_takes_no_room(data):
    """A dict has room for the fields of its class alone, and not for the thirty that CPython begins with."""
    body = (data / "examples/orders/get-order-cardless-emi.response.json").read_bytes()
    codec.decode(OPERATIONS["orders.get"].answer, body, envelope="data")
    tracemalloc.start()
    try:
        orders = [codec.decode(OPERATIONS["orders.get"].answer, body, envelope="data") for _ in range(200)]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken / len(orders) < 5000
