"""The texts that an operator reads at night: each alone says whether the money moved, and what to look up."""

import pytest

from pinelabs_async import Capture, Money, NewOrder, NewRefund, PineLabsError
from tests.loopback.raw import answer, drop, refusal


async def text_of(call):
    with pytest.raises(PineLabsError) as caught:
        await call
    return str(caught.value)


async def test_unknown_outcome_names_what_to_look_up(raw, connect):
    """The order's id is in the line, and on the error, of a cancel or capture whose answer was lost."""
    raw.script = [drop]
    session = connect(raw)
    assert "order_id=v1-order" in await text_of(session.orders.cancel("v1-order"))
    with pytest.raises(PineLabsError) as caught:
        await session.orders.capture("v1-order", Capture(merchant_capture_reference="cap-1"))
    assert {"order_id": "v1-order"} == caught.value.ids
    assert "reference=cap-1 order_id=v1-order" in str(caught.value)


async def test_refusal_says_that_nothing_was_done(raw, connect):
    """A refusal says so in words, and a duplicate what to do."""
    raw.script = [refusal(422, "OPERATION_NOT_ALLOWED", "required precondition has failed")]
    session = connect(raw)
    assert "required precondition has failed. Refused: it was not carried out [" in await text_of(
        session.orders.cancel("v1-order")
    )
    raw.script = [refusal(422, "DUPLICATE_REQUEST", "Duplicate Merchant Reference ID received")]
    refund = NewRefund(merchant_order_reference="rf-1", order_amount=Money(100))
    assert "This reference was used before: look it up" in await text_of(
        session.refunds.create("v1-order", refund)
    )


async def test_token_trouble_does_not_speak_of_a_read(raw, connect):
    """A write that got no token says that it is safe to repeat, and nothing of the token call being a read."""
    raw.token_script = [refusal(500, "INTERNAL_ERROR")]
    text = await text_of(connect(raw, max_attempts=1).orders.create(NewOrder(order_amount=Money(100))))
    assert "Nothing was carried out, and it is safe to repeat" in text
    assert "read" not in text


async def test_refusal_without_a_reason(raw, connect):
    """An error body with a code and no message is not called something else."""
    raw.script = [answer({"code": "API_RATE_LIMIT"}, status=429)]
    text = await text_of(connect(raw, max_attempts=1).orders.get("v1-order"))
    assert "the gateway answered 429 and gave no reason" in text


async def test_wait_says_why_it_could_not_read(raw, connect):
    """A wait that never read the order names the trouble."""
    raw.script = [answer(b"<html>", status=502)]
    text = await text_of(connect(raw, max_attempts=1).orders.wait("v1-order", deadline=0.2, every=0.05))
    assert "it could not be read" in text
    assert "502" in text
