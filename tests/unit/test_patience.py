"""The limits of attempts: one timer for all, and cancelling is told from being late."""

import asyncio
import time

import pytest

from pinelabs_async.wire.patience import Limit, NoRoomError, Patience


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


class Room:
    """Attempts that last until they are let go, where there is room for some of them."""

    def __init__(self, room):
        self.patience = Patience(room)
        self.begun, self.gates = [], {}

    async def attempt(self, name, seconds=9):
        with Limit(self.patience, seconds) as limit:
            await self.patience.turn(limit)
            self.begun.append(name)
            self.gates[name] = asyncio.Event()
            await self.gates[name].wait()

    def start(self, *names, seconds=9):
        return [asyncio.create_task(self.attempt(name, seconds)) for name in names]


async def turns():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_in_turn():
    """Never more than there is room for; whoever came first goes first."""
    room = Room(2)
    tasks = room.start("a", "b", "c", "d")
    await turns()
    assert ["a", "b"] == room.begun
    room.gates["b"].set()
    await turns()
    assert ["a", "b", "c"] == room.begun
    [late] = room.start("e")
    await turns()
    for name in ("a", "c", "d", "e"):
        room.gates[name].set()
        await turns()
    assert ["a", "b", "c", "d", "e"] == room.begun
    await asyncio.gather(*tasks, late)
    assert ({}, 0) == (room.patience.limits, len(room.patience.waiting))


async def test_one_that_is_cancelled_while_it_waits():
    """It takes nobody's place, and what is under way is left alone."""
    room = Room(1)
    a, b, c, d = room.start("a", "b", "c", "d")
    await turns()
    c.cancel()
    await turns()
    [e] = room.start("e")
    await turns()
    assert (["a"], True) == (room.begun, c.cancelled())
    for name in ("a", "b", "d", "e"):
        room.gates[name].set()
        await turns()
    assert ["a", "b", "d", "e"] == room.begun
    await asyncio.gather(a, b, d, e)


@pytest.mark.parametrize("cancelled_first", [False, True])
async def test_one_that_is_cancelled_as_its_turn_comes(cancelled_first):
    """In the same step of the event loop: the next one goes."""
    room = Room(1)
    a, b, c = room.start("a", "b", "c")
    await turns()
    if cancelled_first:
        b.cancel()
        room.gates["a"].set()
    else:
        room.gates["a"].set()
        await asyncio.sleep(0)  # a ends in the next step, and b is called
        b.cancel()
    await turns()
    assert (["a", "c"], True) == (room.begun, b.cancelled())
    room.gates["c"].set()
    await asyncio.gather(a, c)
    assert ({}, 0) == (room.patience.limits, len(room.patience.waiting))


async def test_no_room_in_time():
    """It is told from one that was too late under way."""
    room = Room(1)
    a, b = room.start("a", "b", seconds=0.1)
    ended = await asyncio.gather(a, b, return_exceptions=True)
    assert [TimeoutError, NoRoomError] == [type(error) for error in ended]
    assert ["a"] == room.begun


async def test_too_late_after_its_turn():
    """What has waited, and has begun, is late as any other."""
    room = Room(1)
    a, b = room.start("a", "b", seconds=0.2)
    await turns()
    room.gates["a"].set()
    await a
    with pytest.raises(TimeoutError) as caught:
        await b
    assert (["a", "b"], TimeoutError) == (room.begun, type(caught.value))


async def test_what_has_passed_is_cancelled_once():
    """It may tidy up while others come to their ends."""
    patience, tidy = Patience(), []

    async def run():
        with Limit(patience, 0.05):
            try:
                await asyncio.sleep(9)
            finally:
                await asyncio.sleep(0.2)
                tidy.append(True)

    ended = await asyncio.gather(run(), within(patience, 0.1, 9), return_exceptions=True)
    assert ([True], [TimeoutError, TimeoutError]) == (tidy, [type(error) for error in ended])


async def test_turned_away():
    """Who waits when the connections are closed hears of it, and only they."""
    room = Room(1)
    a, b, c = room.start("a", "b", "c")
    await turns()
    b.cancel()
    room.patience.turn_away()
    await turns()
    assert (False, True, "the connections were closed") == (a.done(), b.cancelled(), str(c.exception()))
    room.gates["a"].set()
    await a


async def started(room):
    tasks = room.start("a", "b")
    await turns()
    return tasks


def test_an_event_loop_that_is_closed_under_them():
    """Nobody is called on it any more, and what is thrown away there hears of nothing else."""
    loop = asyncio.new_event_loop()
    room = loop.run_until_complete(made())
    a, b = loop.run_until_complete(started(room))
    loop.close()
    for task in (a, b):
        task._log_destroy_pending = False
        task.get_coro().close()
    assert (["a"], {}) == (room.begun, room.patience.limits)


async def made():
    return Room(1)
