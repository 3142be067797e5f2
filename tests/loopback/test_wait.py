"""Waiting for an order's status."""

import asyncio
import time

import pytest

from pinelabs_async import AuthenticationError, NotFoundError, OrderStatus, PineLabsError, WaitError
from tests.loopback.raw import answer, drop, never, order_json, refusal
from tests.loopback.shop import authorized, new_order, paid, pending

FAST = {"deadline": 5, "every": 0.01}


@pytest.mark.parametrize(
    "until",
    [
        pytest.param(None, id="left-out"),
        pytest.param(OrderStatus.PROCESSED, id="status"),
        pytest.param("PROCESSED", id="text"),
        pytest.param(["PROCESSED", OrderStatus.FAILED], id="list"),
        pytest.param({OrderStatus.PROCESSED}, id="set"),
    ],
)
async def test_until_forms(box, pinelabs, until):
    """A status may be given as a member, as text, or several in any collection."""
    order = await paid(box, pinelabs)
    assert OrderStatus.PROCESSED == (await pinelabs.orders.wait(order.order_id, until=until, **FAST)).status


async def test_waits_until_the_payer_has_paid(box, pinelabs):
    """The wait ends soon after the payer has paid, not before."""
    order = await pending(pinelabs)
    waiting = asyncio.create_task(pinelabs.orders.wait(order.order_id, **FAST))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await box.payer.approve(order.challenge_url)
    assert OrderStatus.PROCESSED == (await waiting).status


async def test_attempted_is_not_the_end(box, pinelabs):
    """After a failed attempt the wait goes on, for the payer may try again."""
    order = await pending(pinelabs)
    await box.payer.decline(order.challenge_url)
    with pytest.raises(WaitError) as caught:
        await pinelabs.orders.wait(order.order_id, deadline=0.1, every=0.01)
    assert (True, OrderStatus.ATTEMPTED) == (caught.value.timed_out, caught.value.last.status)


async def test_ended_otherwise(box, pinelabs):
    """An order that ended in another status ends the wait at once and is on the error."""
    order = await authorized(box, pinelabs)
    await pinelabs.orders.cancel(order.order_id)
    started = time.monotonic()
    with pytest.raises(WaitError) as caught:
        await pinelabs.orders.wait(order.order_id, until="PROCESSED", deadline=5)
    assert time.monotonic() - started < 1
    assert (False, OrderStatus.CANCELLED, "orders.wait") == (
        caught.value.timed_out,
        caught.value.last.status,
        caught.value.operation,
    )
    assert order.order_id in str(caught.value)


async def test_deadline(pinelabs):
    """At the deadline the wait ends with what was seen last."""
    order = await pinelabs.orders.create(new_order())
    started = time.monotonic()
    with pytest.raises(WaitError) as caught:
        await pinelabs.orders.wait(order.order_id, deadline=0.2, every=0.02)
    assert 0.15 < time.monotonic() - started < 2
    assert (True, OrderStatus.CREATED) == (caught.value.timed_out, caught.value.last.status)


async def test_deadline_holds_when_the_gateway_is_silent(raw, connect):
    """A gateway that never answers does not hold the wait beyond its deadline."""
    raw.script = [never]
    started = time.monotonic()
    with pytest.raises(WaitError) as caught:
        await connect(raw).orders.wait("v1-order", deadline=0.3, every=0.02)
    assert time.monotonic() - started < 2
    assert (True, None) == (caught.value.timed_out, caught.value.last)


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param({"what": "drop"}, id="drop"),
        pytest.param({"what": "reset"}, id="reset"),
        pytest.param({"what": "status", "status": 503}, id="503"),
        pytest.param({"what": "status", "status": 429}, id="429"),
        pytest.param({"what": "html", "status": 502}, id="html"),
        pytest.param({"what": "garbage"}, id="garbage"),
    ],
)
async def test_transient_failures_on_the_way(box, pinelabs, trouble):
    """Reads that fail more often than one call tries are tried again."""
    order = await paid(box, pinelabs)
    fault = box.faults.add(operation="orders.get", times=5, **trouble)
    assert OrderStatus.PROCESSED == (await pinelabs.orders.wait(order.order_id, **FAST)).status
    assert 5 == fault.hits


async def test_unknown_order_ends_the_wait(pinelabs):
    """An order that does not exist is not waited for."""
    with pytest.raises(NotFoundError) as caught:
        await pinelabs.orders.wait("v1-000000000000-aa-000000", deadline=5)
    assert "ORDER_NOT_FOUND" == caught.value.code


async def test_refused_token_ends_the_wait(raw, connect):
    """Credentials that are not accepted end the wait at once."""
    raw.token_script = [refusal(401, "UNAUTHORIZED")]
    with pytest.raises(AuthenticationError):
        await connect(raw).orders.wait("v1-order", deadline=5)
    assert 0 == len(raw.requests)


async def test_last_read_counts_even_if_later_ones_fail(raw, connect):
    """At the deadline the error carries the last read that came through."""
    raw.script = [answer(order_json(status="PENDING")), drop]
    with pytest.raises(WaitError) as caught:
        await connect(raw, max_attempts=1).orders.wait("v1-order", deadline=0.2, every=0.01)
    assert OrderStatus.PENDING == caught.value.last.status


async def test_unknown_status_is_waited_through(raw, connect):
    """A status that nobody has documented does not end the wait."""
    raw.script = [answer(order_json(status="BRAND_NEW")), answer(order_json(status="PROCESSED"))]
    order = await connect(raw).orders.wait("v1-order", **FAST)
    assert OrderStatus.PROCESSED == order.status


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"until": "PAID"}, ValueError, id="no-such-status"),
        pytest.param({"until": []}, (TypeError, ValueError), id="no-status"),
        pytest.param({"until": [1]}, (TypeError, ValueError), id="number-as-status"),
        pytest.param({"until": 5}, (TypeError, ValueError), id="number"),
        pytest.param({"deadline": 0}, ValueError, id="no-time"),
        pytest.param({"deadline": -1}, ValueError, id="negative"),
        pytest.param({"deadline": float("nan")}, ValueError, id="nan"),
        pytest.param({"deadline": float("inf")}, ValueError, id="for-ever"),
        pytest.param({"deadline": "5"}, (TypeError, ValueError), id="text-as-deadline"),
        pytest.param({"deadline": True}, (TypeError, ValueError), id="bool"),
        pytest.param({"every": 0}, ValueError, id="no-pause"),
        pytest.param({"every": None}, (TypeError, ValueError), id="none-as-pause"),
    ],
)
async def test_bad_arguments_before_anything_is_sent(raw, connect, arguments, error):
    """A wait that cannot work is refused before the token is fetched, in words."""
    with pytest.raises(error) as caught:
        await connect(raw).orders.wait("v1-order", **arguments)
    assert next(iter(arguments)) in str(caught.value)
    assert ([], []) == (raw.requests, raw.token_requests)


@pytest.mark.parametrize("order_id", ["", "..", "a/b", None], ids=["empty", "dots", "slash", "none"])
async def test_bad_order_id_before_anything_is_sent(raw, connect, order_id):
    """An id that is no id is refused before the token is fetched."""
    with pytest.raises((TypeError, ValueError)) as caught:
        await connect(raw).orders.wait(order_id, deadline=1)
    assert not isinstance(caught.value, PineLabsError) or caught.value.outcome == "not_sent"
    assert ([], []) == (raw.requests, raw.token_requests)
