"""A caller that gives up: nothing is done twice, and nothing is half done in silence."""

import asyncio
import logging

import pytest

from pinelabs_async import PineLabsError
from tests.loopback.raw import after, answer, order_json
from tests.loopback.shop import authorized, new_capture, new_order


async def test_cancelled_read_leaves_the_session_usable(box, pinelabs):
    """After a cancelled call the next one works."""
    order = await pinelabs.orders.create(new_order())
    box.faults.add(operation="orders.get", what="slow", delay=0.2)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pinelabs.orders.get(order.order_id), 0.05)
    assert order.order_id == (await pinelabs.orders.get(order.order_id)).order_id


async def test_cancelled_write_is_not_silent(box, pinelabs, caplog):
    """A write that was already sent when its caller was cancelled is finished or reported."""
    order = await authorized(box, pinelabs)
    capture = new_capture()
    box.faults.add(operation="orders.capture", at="after_execute", what="slow", delay=0.2)
    with caplog.at_level(logging.WARNING, "pinelabs"):
        call = asyncio.create_task(pinelabs.orders.capture(order.order_id, capture))
        async with asyncio.timeout(5):
            while not box.ledger.count("orders.capture"):  # noqa: ASYNC110  # what it waits for is a count that grows
                await asyncio.sleep(0.001)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "orders.capture" in told
    assert capture.merchant_capture_reference in told
    assert 1 == box.ledger.count("orders.capture")


async def test_cancelled_before_sending_reports_nothing(raw, connect, caplog):
    """A write that never left is cancelled without alarm."""
    raw.token_script = [after(0.2, raw.token_script[0])]
    with caplog.at_level(logging.WARNING, "pinelabs"), pytest.raises(TimeoutError):
        await asyncio.wait_for(connect(raw).orders.create(new_order()), 0.05)
    assert ([], []) == (raw.requests, caplog.records)


async def test_cancelled_write_is_not_sent_again(raw, connect):
    """Cancelling during the pause before another attempt sends nothing more."""
    raw.script = [answer(b"{}", status=429, headers={"Retry-After": "5"}), answer(order_json())]
    call = asyncio.create_task(connect(raw).orders.create(new_order()))
    await raw.until_received(1)
    await asyncio.sleep(0.1)  # the refusal arrives, and the pause begins
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.sleep(0.05)
    assert 1 == len(raw.requests)


async def test_cancelled_caller_is_really_cancelled(raw, connect):
    """CancelledError is not swallowed or turned into something else."""
    raw.script = [after(0.5, answer(order_json()))]
    call = asyncio.create_task(connect(raw).orders.get("v1-order"))
    await raw.until_received(1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert call.cancelled()


async def test_close_during_calls(raw, connect):
    """Closing the Session while calls are under way ends each of them with an error of this SDK."""
    raw.script = [after(5, answer(order_json()))]
    pinelabs = connect(raw)
    calls = [
        asyncio.create_task(pinelabs.orders.get("v1-order")),
        asyncio.create_task(pinelabs.orders.create(new_order())),
        asyncio.create_task(pinelabs.orders.capture("v1-order", new_capture())),
    ]
    await raw.until_received(3)
    await pinelabs.aclose()
    errors = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 3)
    assert all(isinstance(error, PineLabsError) for error in errors), errors
    assert ["unknown", "unknown"] == [error.outcome for error in errors[1:]]
    assert 3 == len(raw.requests)
