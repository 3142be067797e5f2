"""The budget of repetitions: a failing gateway is not buried under its own retries."""

import pytest

from pinelabs_async import NoAnswerError, Order, RateLimitError
from pinelabs_async.wire.budget import FLOOR, Budget
from tests.loopback.raw import RawServer, answer, drop, order_json, refusal
from tests.loopback.shop import new_order


def test_floor_and_share():
    """Ten repetitions are always there; a call earns a tenth of one; credit is never hoarded beyond ten."""
    budget = Budget()
    assert 10 == sum(budget.spend() for _ in range(1000))
    for _ in range(20):
        budget.earn()
    assert [True, True, False] == [budget.spend() for _ in range(3)]
    for _ in range(100_000):
        budget.earn()
    assert FLOOR == sum(budget.spend() for _ in range(1000))


@pytest.mark.parametrize(
    "trouble", [drop, refusal(503, None), refusal(429, None)], ids=["drop", "503", "429"]
)
async def test_a_failing_gateway_sees_little_more_than_the_calls(raw, connect, trouble):
    """Of 200 reads against a gateway that always fails it sees 200 and at most 30 more."""
    raw.script = [trouble]
    pinelabs = connect(raw)
    messages = []
    for _ in range(200):
        with pytest.raises((NoAnswerError, RateLimitError)) as caught:
            await pinelabs.orders.get("v1-order")
        messages.append(str(caught.value))
    assert 200 < len(raw.requests) <= 200 + 10 + 200 // 10
    assert "too many calls of this Session fail just now" in messages[-1]
    assert "too many calls" not in messages[0]


async def test_it_recovers(raw, connect):
    """Calls that go well earn repetitions again."""
    raw.script = [drop]
    pinelabs = connect(raw)
    for _ in range(30):
        with pytest.raises(NoAnswerError):
            await pinelabs.orders.get("v1-order")
    raw.script = [answer(order_json())]
    for _ in range(20):
        await pinelabs.orders.get("v1-order")
    raw.script = [drop, answer(order_json())]
    assert isinstance(await pinelabs.orders.get("v1-order"), Order)


async def test_look_ups_are_outside(raw, connect):
    """A Session whose budget is spent still looks a lost write up, as often as it takes."""
    raw.script = [drop]
    pinelabs = connect(raw)
    for _ in range(30):
        with pytest.raises(NoAnswerError):
            await pinelabs.orders.get("v1-order")
    new = new_order()
    found = answer(order_json(new.merchant_order_reference, new.order_amount.value))
    raw.script = [drop, drop, drop, found]
    assert (await pinelabs.orders.create(new)).recovered


async def test_sessions_have_their_own(raw, connect):
    """One Session's failures do not cost another its repetitions; with_options shares one budget."""
    raw.script = [drop]
    first, other = connect(raw), connect(raw)
    for _ in range(30):
        with pytest.raises(NoAnswerError):
            await first.orders.get("v1-order")
    async with RawServer(drop, answer(order_json())) as server:
        assert server
    raw.script = [drop, answer(order_json())]
    assert isinstance(await other.orders.get("v1-order"), Order)
    raw.script = [drop, answer(order_json())]
    with pytest.raises(NoAnswerError):
        await first.with_options(timeout=5).orders.get("v1-order")
