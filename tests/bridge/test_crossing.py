"""The way over and back: nothing that waits is left behind."""

import asyncio
import sys
import threading

import pytest

from pinelabs_sync.crossing import Crossing, Crossings


async def forever():
    await asyncio.Event().wait()


@pytest.fixture
def loop():
    """An event loop on a thread of its own, and the crossings that it takes."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join()
    for task in asyncio.all_tasks(made):
        task.cancel()
    made.run_until_complete(asyncio.sleep(0))
    made.close()


def test_cancelled_between_beginning_and_first_step(crossings, loop):
    """A coroutine that is cancelled before its first step is over, and its thread does not wait."""
    crossing, begun = Crossing(forever), []

    def both():
        crossing.begin(loop)
        begun.append(crossing.has_begun)
        crossings.cancel(crossing)
        crossing.cancel()

    loop.call_soon_threadsafe(both)
    crossing.wait(5)
    assert [True] == begun
    assert isinstance(crossing.error, asyncio.CancelledError)


async def here():
    return Crossings()


@pytest.fixture
def crossings(loop):
    return asyncio.run_coroutine_threadsafe(here(), loop).result(5)


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
def test_an_event_loop_that_has_ended(told):
    """What is sent to it does not begin, and its thread does not wait."""
    crossings = asyncio.run(here())
    if told:
        crossings.end()
    crossing = Crossing(forever)
    crossings.send(crossing)
    crossing.wait(5)
    assert (False, asyncio.CancelledError) == (crossing.has_begun, type(crossing.error))


def test_what_runs_when_the_loop_ends_is_lost(crossings, loop):
    """A coroutine that its loop left where it was frees the thread that waits for it, once."""
    crossing = Crossing(forever)
    crossings.send(crossing)
    while not crossing.has_begun:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(5)
    crossings.end()
    crossing.wait(5)
    assert isinstance(crossing.error, asyncio.CancelledError)
    assert not crossing._over.acquire(blocking=False)


def test_interrupted_while_it_is_sent(crossings, loop):
    """Ctrl-C between any two lines of the sending of one call stops no other call."""
    for line in range(1, 6):

        def interrupt(frame, event, _, seen=[], line=line):  # noqa: B006  # one list for each line
            if frame.f_code is not Crossings.send.__code__:
                return None
            seen += [event] * (event == "line")
            if len(seen) == line:
                sys.settrace(None)
                raise KeyboardInterrupt
            return interrupt

        first, second = Crossing(here), Crossing(here)
        sys.settrace(interrupt)
        try:
            crossings.send(first)
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(None)
        crossings.send(second)
        second.wait(5)
        assert second.is_over


def test_a_loop_that_ends_as_the_result_comes(crossings):
    """What is over already keeps its result."""
    crossing = Crossing(here)
    crossings.send(crossing)
    crossing.wait(5)
    crossing.lose()
    assert (True, None) == (isinstance(crossing.result, Crossings), crossing.error)


def test_abandoned_before_it_began(crossings, loop):
    """What nobody waits for any more does not begin."""
    busy = threading.Event()
    loop.call_soon_threadsafe(busy.wait)
    crossing = Crossing(forever)
    crossings.send(crossing)
    crossings.cancel(crossing)
    busy.set()
    crossing.wait(5)
    assert (False, None) == (crossing.has_begun, crossing.error)
