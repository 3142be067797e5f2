"""A Session, its connections or its event loop end while calls are under way: each call ends, and says how."""

import asyncio
import gc
import logging
import socket
import time

import aiohttp
import pytest
from yarl import URL

import pinelabs_sync
from pinelabs_async import ConfigurationError, NotSentError, OutcomeUnknownError, PineLabsError, Session
from pinelabs_async.wire import transport
from tests.loopback.raw import RawServer, after, answer, never, order_json, refusal
from tests.loopback.shop import card_payment, new_order


async def ended(*tasks):
    """Wait for tasks, not for long, and return what became of them."""
    await asyncio.wait(tasks, timeout=5)
    assert all(task.done() for task in tasks)
    return [task.cancelled() or type(task.exception()) for task in tasks]


@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
async def test_who_waits_for_a_connection(raw, connect, write):
    """Nobody is told of a cancellation that nobody asked for: what was under way, and what had not begun, says so."""
    raw.script = [never]
    session = connect(raw, pool_size=1)

    def call():
        return asyncio.create_task(
            session.orders.create(new_order()) if write else session.orders.get("v1-order")
        )

    first = call()
    await raw.until_received(1)
    second = call()
    await asyncio.sleep(0.05)
    await session.aclose()
    assert [OutcomeUnknownError if write else ConfigurationError, ConfigurationError] == await ended(
        first, second
    )
    assert 1 == len(raw.requests)


@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
async def test_who_waits_for_a_connection_was_not_sent(raw, connect, write):
    """With one attempt only, the error tells of the wait itself."""
    raw.script = [never]
    session = connect(raw, pool_size=1, max_attempts=1)
    first = asyncio.create_task(session.orders.get("v1-order"))
    await raw.until_received(1)
    call = session.orders.create(new_order()) if write else session.orders.get("v1-order")
    second = asyncio.create_task(call)
    await asyncio.sleep(0.05)
    await session.aclose()
    await ended(first, second)
    error = second.exception()
    assert (NotSentError, "not sent") == (type(error), error.reached)
    assert "the connections were closed" in str(error)
    assert 1 == len(raw.requests)


async def test_a_pool_of_ones_own_that_is_closed(raw, connect):
    """The same where the caller closes the connections that it lent."""
    raw.script = [never]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as http:
        session = connect(raw, http=http)
        first = asyncio.create_task(session.orders.get("v1-order"))
        await raw.until_received(1)
        second = asyncio.create_task(session.orders.create(new_order()))
        await asyncio.sleep(0.05)
        await http.close()
        assert [ConfigurationError, ConfigurationError] == await ended(first, second)


async def test_what_another_thread_opened_as_it_closed(raw, connect):
    """It is not used: what is closed makes no more calls."""
    raw.script = [answer(order_json())]
    async with aiohttp.ClientSession() as http:
        session = connect(raw, http=http)
        await session.orders.get("v1-order")
        opened = session._transport._places
        await session.aclose()
        session._transport._places = opened
        with pytest.raises(ConfigurationError, match="closed"):
            await session.orders.get("v1-order")
    assert 1 == len(raw.requests)


@pytest.fixture
def deaf():
    """A server that never takes anything off its connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


async def test_a_peer_that_takes_nothing(raw, connect, deaf, monkeypatch):
    """Closing does not wait for it for ever, and the call ends by its deadline."""
    monkeypatch.setattr(transport, "_PATIENCE", 0.5)
    raw.script = [answer(order_json())]
    session = connect(raw, deadline=1.5, timeout=1.5)
    await session.orders.get("v1-order")  # now it has a token
    session._caller._host = URL(deaf)
    call = asyncio.create_task(session.request("POST", "/api/x", json={"a": "x" * 20_000_000}))
    await asyncio.sleep(0.3)
    started = time.monotonic()
    await asyncio.wait_for(session.aclose(), 5)
    assert [OutcomeUnknownError] == await ended(call)
    assert time.monotonic() - started < 4


async def test_connections_that_cannot_be_closed(raw, connect, monkeypatch, caplog):
    """An aiohttp that waits for what a peer does not take is left to it after a while; the log tells of it."""
    monkeypatch.setattr(transport, "_PATIENCE", 0.2)
    raw.script = [answer(order_json())]
    session = connect(raw)
    await session.orders.get("v1-order")
    close = aiohttp.ClientSession.close

    async def close_late(pool):
        await close(pool)
        await asyncio.Event().wait()

    monkeypatch.setattr(aiohttp.ClientSession, "close", close_late)
    await asyncio.wait_for(session.aclose(), 5)
    assert "connections that could not be closed" in caplog.text


def test_an_event_loop_that_is_closed(caplog):
    """A write whose event loop is closed under it is in the log, by its reference; one that has not left is not."""
    loop = asyncio.new_event_loop()
    new = new_order()

    async def begin():
        raw = await RawServer().__aenter__()
        raw.script = [never]
        session = Session("client", "s3cret-of-the-client", base_url=raw.base_url)
        task = asyncio.create_task(session.orders.create(new))
        await raw.until_received(1)
        return raw, session, task

    raw, session, task = loop.run_until_complete(begin())
    caplog.clear()
    task._log_destroy_pending = False  # as for a program that stops its loop in the middle of things
    for one in asyncio.all_tasks(loop):
        one._log_destroy_pending = False
    write = task
    write.get_coro().close()
    [line] = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "its event loop was closed before the answer came" in line
    assert new.merchant_order_reference in line

    async def end():
        task.cancel()
        await asyncio.wait((task,), timeout=1)
        await session.aclose()
        await raw.__aexit__(None, None, None)

    loop.run_until_complete(end())
    loop.close()


async def test_a_blocking_session_that_is_closed(raw):
    """The error of a write that was cut off by close() names it, so that it can be looked up."""
    raw.script = [never]
    session = pinelabs_sync.Session("client", "s3cret-of-the-client", base_url=raw.base_url, grace=0.1)
    new = new_order()
    call = asyncio.create_task(asyncio.to_thread(session.orders.create, new))
    await raw.until_received(1)
    await asyncio.to_thread(session.close)
    with pytest.raises(OutcomeUnknownError) as caught:
        await asyncio.wait_for(call, 5)
    assert ("orders.create", new.merchant_order_reference) == (
        caught.value.operation,
        caught.value.reference,
    )
    assert raw.requests[0].headers["request-id"] == caught.value.request_id


async def test_nothing_is_kept_of_a_refused_write(raw, connect):
    """What a refused write held, a card number among it, is gone with its error, without a collector of cycles."""
    raw.script = [refusal(422, "INVALID_REQUEST")] * 2
    session = connect(raw)
    gc.collect()
    gc.disable()
    try:
        for _ in range(2):
            with pytest.raises(PineLabsError):
                await session.payments.create("v1-order", card_payment())
        await asyncio.sleep(0)  # the event loop itself holds what it is at
        kept = [one for one in gc.get_objects() if type(one).__name__ == "Progress"]
    finally:
        gc.enable()
    assert [] == kept


async def test_a_401_after_the_caller_has_gone(raw, connect, caplog):
    """Nobody waits any more: no new token is fetched, and nothing is sent again."""
    raw.script = [after(0.2, refusal(401, "INVALID_TOKEN")), answer(order_json())]
    call = asyncio.create_task(connect(raw, grace=2).orders.create(new_order()))
    await raw.until_received(1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert 1 == len(raw.requests)
    assert 1 == len(raw.token_requests)
    assert "Refused: it was not carried out" in caplog.text
