"""The limits of attempts: one timer for all, and cancelling is told from being late."""

import asyncio
import time

import pytest

from pinelabs_async.wire.patience import Limit, Patience


async def within(patience, seconds, lasting):
    with Limit(patience, seconds):
        await asyncio.sleep(lasting)


async def test_in_time():
    """What ends in time is left alone, and nothing is kept of it."""
    patience = Patience()
    await within(patience, 5, 0)
    assert {} == patience.limits


async def test_each_at_its_time():
    """Limits end in their own order, whatever the order they came in; nothing else is touched."""
    patience, order = Patience(), []

    async def run(name, seconds, lasting):
        try:
            await within(patience, seconds, lasting)
            order.append(name)
        except TimeoutError:
            order.append(f"{name} late")

    started = time.monotonic()
    await asyncio.gather(
        run("c", 0.3, 9), run("a", 0.1, 9), run("b", 0.2, 9), run("in time", 9, 0), run("d", 0.3, 9)
    )
    assert ["in time", "a late", "b late", "c late", "d late"] == order
    assert 0.3 <= time.monotonic() - started < 3
    assert {} == patience.limits


async def test_one_timer(monkeypatch):
    """A thousand attempts with the same patience set the timer once."""
    loop, patience, set_timers = asyncio.get_running_loop(), Patience(), []
    original = loop.call_at
    monkeypatch.setattr(loop, "call_at", lambda *args, **kw: (set_timers.append(1), original(*args, **kw))[1])
    await asyncio.gather(*(within_now(patience) for _ in range(1000)))
    assert [1] == set_timers
    patience.end()


async def within_now(patience):
    with Limit(patience, 30):
        await asyncio.wait((asyncio.ensure_future(nothing()),))


async def nothing():
    pass


async def test_cancelled_by_somebody_else():
    """A cancellation stays one, and is not taken for lateness."""
    task = asyncio.create_task(within(Patience(), 9, 9))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_late_and_cancelled():
    """When both come together, the caller's cancellation counts."""
    patience = Patience()
    task = asyncio.create_task(within(patience, 9, 9))
    await asyncio.sleep(0)
    [limit] = patience.limits
    limit.pass_by()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_late_within_a_timeout_of_the_callers():
    """The inner limit ends what is in it, and the caller's own timeout goes on."""
    async with asyncio.timeout(5) as outer:
        with pytest.raises(TimeoutError):
            await within(Patience(), 0.05, 9)
        await asyncio.sleep(0)
    assert not outer.expired()
    assert 0 == asyncio.current_task().cancelling()


async def test_twice():
    """One limit may be waited for in several parts; its end stays where it was."""
    patience = Patience()
    limit = Limit(patience, 0.1)
    with limit:
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError), limit:
        await asyncio.sleep(9)


async def test_over_before_it_began():
    """What begins too late ends at its first wait."""
    with pytest.raises(TimeoutError):
        await within(Patience(), -1, 9)
