"""A write whose caller gives up: seen through for a moment, reported, and cancelled all the same."""

import asyncio
import contextlib
import logging
import time
from pathlib import Path

import anyio
import pytest

from pinelabs_async import (
    ConfigurationError,
    InvalidRequestError,
    MemoryIntentStore,
    OutcomeUnknownError,
    Session,
)
from pinelabs_async.wire import reading
from tests.loopback.raw import after, answer, never, order_json, refusal
from tests.loopback.shop import new_order, new_refund

GRACE = 0.4


@pytest.fixture
def told(caplog):
    """What the logger said, from warnings on."""
    caplog.set_level(logging.WARNING, "pinelabs")
    return lambda: [record.getMessage() for record in caplog.records]


async def by_cancel(call, moment):
    task = asyncio.create_task(call)
    await moment
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def by_timeout(call, moment):
    async def strike(limit):
        await moment
        limit.reschedule(asyncio.get_running_loop().time())

    async def limited():
        async with asyncio.timeout(None) as limit:
            striking = asyncio.create_task(strike(limit))
            await call
        assert striking.done()

    with pytest.raises(TimeoutError):
        await limited()


async def by_scope(call, moment):
    async def strike():
        await moment
        scope.cancel()

    with anyio.CancelScope() as scope:
        striking = asyncio.create_task(strike())
        await call
    assert striking.done()


async def by_group(call, moment):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(call)
        await moment
        task.cancel()


each_way = pytest.mark.parametrize("give_up", [by_cancel, by_timeout, by_scope, by_group])


@each_way
async def test_an_answer_in_the_grace(raw, connect, told, give_up):
    """The write comes to its end, the log says so, the journal is settled, and the caller is cancelled."""
    raw.script = [after(0.25, answer(order_json()))]
    journal, new = MemoryIntentStore(), new_order()
    await give_up(connect(raw, journal=journal, grace=2).orders.create(new), raw.until_received(1))
    [line] = told()
    assert "orders.create: its caller was cancelled; after that its answer came: it was carried out" in line
    assert new.merchant_order_reference in line
    assert f"request_id={raw.requests[0].headers['request-id']}" in line
    assert () == await journal.pending()
    assert 1 == len(raw.requests)


@each_way
async def test_no_answer_in_the_grace(raw, connect, told, give_up):
    """After the grace the caller goes, the log says that it is unknown, and the intent stays open."""
    raw.script = [never]
    journal, new = MemoryIntentStore(), new_order()
    started = time.monotonic()
    await give_up(connect(raw, journal=journal, grace=GRACE).orders.create(new), raw.until_received(1))
    assert GRACE <= time.monotonic() - started < GRACE + 2
    [line] = told()
    assert "no answer came in the grace" in line
    assert "It may have been carried out" in line
    assert new.merchant_order_reference in line
    assert [new.merchant_order_reference] == [intent.reference for intent in await journal.pending()]


@each_way
async def test_a_refusal_in_the_grace(raw, connect, told, give_up):
    """A refusal is logged as one, and settled: it was not carried out."""
    raw.script = [after(0.25, refusal(422, "OPERATION_NOT_ALLOWED", "not now"))]
    journal = MemoryIntentStore()
    call = connect(raw, journal=journal, grace=2).refunds.create("v1-order", new_refund())
    await give_up(call, raw.until_received(1))
    [line] = told()
    assert "Refused: it was not carried out" in line
    assert () == await journal.pending()


@each_way
async def test_nothing_is_begun_after(raw, connect, give_up):
    """Nobody waits any more: what would have been tried again is not."""
    raw.script = [after(0.25, refusal(429, None, headers={"Retry-After": "0"})), answer(order_json())]
    await give_up(connect(raw, grace=2).orders.create(new_order()), raw.until_received(1))
    await asyncio.sleep(0.1)
    assert 1 == len(raw.requests)


@each_way
async def test_what_has_not_left_is_dropped(raw, connect, told, give_up):
    """A write that still waits for its token is cancelled at once, without a word, and settled as not carried out."""
    raw.token_script = [never]
    journal = MemoryIntentStore()
    started = time.monotonic()
    await give_up(connect(raw, journal=journal, grace=30).orders.create(new_order()), asyncio.sleep(0.1))
    assert time.monotonic() - started < 5
    assert ([], [], ()) == (told(), raw.requests, await journal.pending())


async def test_a_second_cancel_does_not_wait(raw, connect):
    """Whoever insists goes at once."""
    raw.script = [never]
    task = asyncio.create_task(connect(raw, grace=30).orders.create(new_order()))
    await raw.until_received(1)
    task.cancel()
    await asyncio.sleep(0.1)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(task), 5)


async def test_reads_go_at_once(raw, connect, told):
    """A read changes nothing: nobody waits for it."""
    raw.script = [never]
    started = time.monotonic()
    await by_cancel(connect(raw, grace=30).orders.get("v1-order"), raw.until_received(1))
    assert time.monotonic() - started < 5
    assert [] == told()


async def test_the_session_goes_on(raw, connect):
    """After it the Session works, and no grace means none."""
    raw.script = [never, answer(order_json())]
    pinelabs = connect(raw, grace=0)
    started = time.monotonic()
    await by_cancel(pinelabs.orders.create(new_order()), raw.until_received(1))
    assert time.monotonic() - started < 5
    assert "v1-order" == (await pinelabs.orders.create(new_order())).order_id


def test_the_loop_may_end_meanwhile(told):
    """A program that ends in the grace ends, and no task is left behind that nobody asked for its error."""

    async def main():
        from tests.loopback.raw import RawServer

        async with RawServer(never) as server:
            session = Session("id", "secret", base_url=server.base_url, grace=0.2)
            task = asyncio.create_task(session.orders.create(new_order()))
            await server.until_received(1)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await session.aclose()

    asyncio.run(main())
    assert 1 == len(told())


@pytest.mark.parametrize("grace", [-1, "2", None, True, float("nan"), float("inf")])
def test_a_grace_that_cannot_be(grace):
    """It is a number of seconds from 0 on."""
    with pytest.raises(ConfigurationError, match="grace"):
        Session("id", "secret", grace=grace)


async def test_the_deadline_is_no_cancelling(raw, connect, told):
    """A timeout inside the write is not taken for its caller's going: it ends as unknown, at once, and is not put off."""
    raw.script = [never]
    with pytest.raises(OutcomeUnknownError) as caught:
        await asyncio.wait_for(connect(raw, grace=30, deadline=1.5, timeout=1).orders.cancel("v1-order"), 5)
    assert (1, "sent", []) == (caught.value.attempts, caught.value.reached, told())


async def test_its_own_task_is_cancelled(raw, connect, told):
    """Where its inner task is cancelled, as by a program that cancels all there are, the log says what was under way."""
    raw.script = [never]
    call = asyncio.create_task(connect(raw, grace=0.2).orders.create(new_order()))
    await raw.until_received(1)
    [inner] = [task for task in asyncio.all_tasks() if "Caller._carry_out" == task.get_coro().__qualname__]
    inner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert 1 == len(told())


def sdk_tasks(before):
    """Return the tasks that the SDK has made since, and none of the server's."""
    new = asyncio.all_tasks() - before
    return {
        task for task in new if "/pinelabs_async/" in Path(task.get_coro().cr_code.co_filename).as_posix()
    }


@pytest.mark.parametrize("everyone", [False, True], ids=["the caller", "every task"])
@pytest.mark.parametrize("steps", range(30))
async def test_cancelled_at_every_step(raw, connect, steps, everyone):
    """Wherever in its way a write is when it is cancelled, its caller hears of it, and soon."""
    raw.script = [never]
    session = connect(raw, grace=0.2)
    before = asyncio.all_tasks()
    task = asyncio.create_task(session.orders.create(new_order()))
    for _ in range(steps):
        await asyncio.sleep(0)
    for one in sdk_tasks(before) | {task} if everyone else (task,):
        one.cancel()
    await asyncio.wait((task,), timeout=5)
    assert task.done()
    assert task.cancelled()
    assert len(raw.requests) <= 1


async def test_the_token_of_a_cancelled_call(raw, connect):
    """Where the fetch of the token was cancelled before it began, the next call fetches one."""
    session = connect(raw)
    before = asyncio.all_tasks()
    first = asyncio.create_task(session.orders.get("v1-order"))
    for _ in range(3):  # the call's first step makes the task, which has not had its own then
        if "pinelabs token" in {task.get_name() for task in asyncio.all_tasks()}:
            break
        await asyncio.sleep(0)
    for task in sdk_tasks(before) | {first}:
        task.cancel()
    await asyncio.wait((first,), timeout=5)
    assert first.cancelled()
    raw.script = [answer(order_json())]
    async with asyncio.timeout(5):
        await session.orders.get("v1-order")


def python_task(loop, coro, **more):
    return asyncio.tasks._PyTask(coro, loop=loop, **more)


KINDS = {
    "C": lambda loop: loop.set_task_factory(None),
    "Python": lambda loop: loop.set_task_factory(python_task),
    "debugged": lambda loop: loop.set_debug(True),
    "eager": lambda loop: loop.set_task_factory(getattr(asyncio, "eager_task_factory", None)),  # Python 3.12
}
"""The ways in which a program's tasks may wait for what is no future of asyncio's own."""


@pytest.mark.parametrize("kind", KINDS)
async def test_whatever_tasks_are_made_of(raw, connect, told, kind):
    """A write's answer, its refusal and its being seen through reach a caller in any kind of task."""
    KINDS[kind](asyncio.get_running_loop())
    raw.script = [answer(order_json()), refusal(422, "INVALID_REQUEST"), never]
    session = connect(raw, grace=0.2)

    async def create():
        return await session.orders.create(new_order())

    assert "v1-order" == (await asyncio.create_task(create())).order_id
    with pytest.raises(InvalidRequestError):
        await asyncio.create_task(create())
    call = asyncio.create_task(create())
    await raw.until_received(3)
    began = time.monotonic()
    call.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await call
    assert time.monotonic() - began >= 0.19
    assert isinstance(caught.value.__cause__, OutcomeUnknownError)
    assert 1 == len(told())


async def test_a_fault_after_the_caller_has_gone(raw, connect, told, monkeypatch):
    """Whatever ends a write that was seen through, the log says which write it was and what that means for the money."""

    def read(*_):
        raise RuntimeError("a fault of ours")

    raw.script = [after(0.2, answer(order_json()))]
    session, new = connect(raw, grace=5), new_order()
    await session._caller.tokens.get()
    monkeypatch.setattr(reading, "read", read)
    call = asyncio.create_task(session.orders.create(new))
    await raw.until_received(1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await call
    [line] = told()
    assert "RuntimeError" in line
    assert new.merchant_order_reference in line
    assert "may have been carried out" in line
    assert isinstance(caught.value.__cause__, OutcomeUnknownError)
