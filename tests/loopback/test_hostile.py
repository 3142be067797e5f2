"""What a broken or hostile gateway may send, and what must not come of it."""

import asyncio
import logging
import traceback

import pytest

from pinelabs_async import (
    ApiError,
    Capture,
    Money,
    NewOrder,
    NewRefund,
    NotSentError,
    Otp,
    OutcomeUnknownError,
    RateLimitError,
    Session,
)
from tests.loopback.raw import after, answer, bytes_only, drop, grant, never, order_json, refusal

HUGE = b"1e99999999999999999999"


async def test_number_beyond_any_number(raw, connect):
    """A number that no Decimal can hold is no reason to lose an answer: it stays a text in raw."""
    raw.script = [answer(b'{"data":{"order_id":7,"status":"CREATED","new":%s}}' % HUGE)]
    order = await connect(raw).orders.create(NewOrder(order_amount=Money(100)))
    assert ("7", HUGE.decode()) == (order.order_id, order.raw["data"]["new"])


async def test_number_beyond_any_number_in_a_refusal(raw, connect):
    """A refusal is read in spite of it."""
    raw.script = [answer(b'{"code":"INVALID_REQUEST","message":"No","n":%s}' % HUGE, status=400)]
    with pytest.raises(ApiError) as caught:
        await connect(raw).orders.get("v1-order")
    assert "INVALID_REQUEST" == caught.value.code


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(refusal(404, "ROUTE_NOT_FOUND"), id="no-such-path"),
        pytest.param(refusal(404, "PATH_NOT_FOUND"), id="wrong-path"),
        pytest.param(refusal(404, None), id="without-code"),
        pytest.param(answer(b"<html>", status=404), id="html"),
        pytest.param(answer(b'{"data":{"order_amount":{"value":%s}}}' % HUGE), id="huge-number"),
    ],
)
async def test_what_proves_no_absence(raw, connect, found):
    """Only ORDER_NOT_FOUND proves that an order is absent; anything else leaves the outcome unknown, sent once."""
    raw.script = [refusal(500, "INTERNAL_ERROR"), found]
    with pytest.raises(OutcomeUnknownError):
        await connect(raw).orders.create(NewOrder(order_amount=Money(100)))
    assert 1 == [request.method for request in raw.requests].count("POST")


async def test_token_that_lives_for_ever(raw, connect):
    """An absurd lifetime is cut, and no call fails for it."""
    raw.token_script = [answer(b'{"access_token":"t","expires_in":1%s}' % (b"0" * 400))]
    raw.script = [answer(order_json())]
    assert "v1-order" == (await connect(raw).orders.get("v1-order")).order_id


async def test_no_token_in_the_traceback_of_a_timeout(raw, connect):
    """A call that its caller gives up leaves no frame behind whose locals hold the token."""
    raw.token_script = [grant("TOKEN-CANARY")]
    raw.script = [never]
    session = connect(raw)
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(0.3):
            await session.orders.create(NewOrder(order_amount=Money(100)))
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "TOKEN-CANARY" not in shown


async def test_no_proxy_password_in_errors():
    """An error of the proxy says nothing of its password."""
    refused = await asyncio.start_server(_refuse_tunnels, "127.0.0.1", 0)
    port = refused.sockets[0].getsockname()[1]
    async with (
        refused,
        Session("id", "s", proxy=f"http://user:PROXY-CANARY@127.0.0.1:{port}", max_attempts=1) as session,
    ):
        with pytest.raises(NotSentError) as caught:
            await session.orders.get("v1-order")
    assert "PROXY-CANARY" not in str(caught.value) + repr(caught.value.__dict__)


async def _refuse_tunnels(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()
    writer.close()


async def test_cancelled_write_says_how_far_it_got(raw, connect, caplog):
    """The record of a cancelled write names the reach it had when it was cancelled."""
    raw.script = [never]
    session = connect(raw)
    with caplog.at_level(logging.WARNING, "pinelabs"), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await session.orders.capture("v1-order", Capture(merchant_capture_reference="cap-1"))
    assert "reached=sent" in caplog.text


async def test_wrong_otp_is_not_sent_twice(raw, connect):
    """A 401 whose code speaks of the payer is a refusal, not a reason for a new token."""
    raw.script = [refusal(401, "USER_AUTHENTICATION_FAILED")]
    with pytest.raises(ApiError):
        await connect(raw).payments.submit_otp(Otp(payment_id="p-1", otp="123456"))
    assert (1, 1) == (len(raw.requests), len(raw.token_requests))


async def test_throttle_that_was_cut_off(raw, connect):
    """A 429 whose body did not arrive may be a velocity check, which is not repeated."""
    raw.script = [bytes_only(b'HTTP/1.1 429 No\r\nContent-Length: 900\r\n\r\n{"code":"PAYMENT_RATE_LIMIT"')]
    with pytest.raises(RateLimitError):
        await connect(raw).orders.cancel("v1-order")
    assert 1 == len(raw.requests)


async def test_refund_found_in_a_list_shows_what_came(raw, connect):
    """A refund that a look-up finds on its order has the order's answer as raw."""
    entry = {
        "order_id": "v1-refund",
        "merchant_order_reference": "rf-1",
        "type": "REFUND",
        "status": "PROCESSED",
        "order_amount": {"value": 100, "currency": "INR"},
    }
    raw.script = [drop, refusal(404, "ORDER_NOT_FOUND"), answer(order_json(refunds=[entry]))]
    refund = await connect(raw).refunds.create(
        "v1-order", NewRefund(merchant_order_reference="rf-1", order_amount=Money(100))
    )
    assert (True, "v1-refund") == (refund.recovered, refund.raw["data"]["refunds"][0]["order_id"])


async def test_fetch_of_an_idle_loop_blocks_nobody(raw):
    """A token fetch that an idle event loop left half done is taken over by the loop that runs."""
    raw.token_script = [after(30, grant()), grant()]
    raw.script = [answer(order_json())]
    session = Session("id", "s", base_url=raw.base_url, deadline=5)

    def start_and_stop():
        loop = asyncio.new_event_loop()

        async def give_up():
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.orders.get("v1-order"), 0.3)

        loop.run_until_complete(give_up())
        return loop

    idle = await asyncio.to_thread(start_and_stop)
    assert "v1-order" == (await session.orders.get("v1-order")).order_id

    async def cancel_rest():
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await session._transport._places.pop(idle).guard.aclose()

    def finish():
        idle.run_until_complete(cancel_rest())
        idle.run_until_complete(idle.shutdown_asyncgens())
        idle.close()

    await asyncio.to_thread(finish)
    await session.aclose()
