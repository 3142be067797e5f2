"""The token store by itself, on a clock that a test sets."""

import asyncio

import pytest

from pinelabs_async import NotSentError
from pinelabs_async.wire.redact import Secret
from pinelabs_async.wire.token import DEFAULT_LIFETIME, Grant, TokenStore


class Source:
    """Gives out numbered tokens and counts fetches, also those at the same time."""

    def __init__(self, lifetime=3600.0):
        self.lifetime, self.now = lifetime, 1000.0
        self.fetches = self.running = self.most = 0
        self.error = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.store = TokenStore(self.fetch, clock=lambda: self.now)

    async def fetch(self):
        self.fetches += 1
        number = self.fetches
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            if self.error is not None:
                raise self.error
            return Grant(Secret(f"token-{number}"), self.lifetime)
        finally:
            self.running -= 1

    async def get(self):
        return (await self.store.get()).reveal()


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_nothing_is_fetched_before_it_is_asked_for():
    """A store that nobody asks does nothing."""
    source = Source()
    await settle()
    assert 0 == source.fetches


async def test_one_fetch_for_many_callers():
    """All callers of one moment wait for one fetch."""
    source = Source()
    assert ["token-1"] * 100 == await asyncio.gather(*(source.get() for _ in range(100)))
    assert 1 == source.fetches


async def test_refreshed_ahead_of_expiry_in_the_background():
    """Near its end the old token is handed out at once while a new one is fetched."""
    source = Source()
    await source.get()
    source.now += 3600 - 301
    assert ("token-1", 1) == (await source.get(), source.fetches)
    source.now += 2
    source.gate.clear()
    assert ["token-1"] * 10 == [await source.get() for _ in range(10)]
    await settle()
    assert 2 == source.fetches
    source.gate.set()
    await settle()
    assert ("token-2", 2, 1) == (await source.get(), source.fetches, source.most)


async def test_failed_refresh_leaves_the_old_token_in_use():
    """While the old token works, a refresh that fails is nobody's error; it is tried again, but not at every call."""
    source = Source()
    await source.get()
    source.now += 3400
    source.error = NotSentError("down")
    for _ in range(50):
        assert "token-1" == await source.get()
        await settle()
    assert 2 == source.fetches
    source.error = None
    source.now += 11
    await source.get()
    await settle()
    assert 3 == source.fetches
    assert await source.get() == f"token-{source.fetches}"
    assert 1 == source.most


async def test_expired_token_is_waited_for():
    """A token past its end is not handed out; callers wait for the new one."""
    source = Source()
    await source.get()
    source.now += 3600
    assert "token-2" == await source.get()


async def test_token_is_not_used_in_its_last_moment():
    """A token that would expire on its way is not handed out."""
    source = Source()
    await source.get()
    source.now += 3595
    assert "token-2" == await source.get()


@pytest.mark.parametrize("lifetime", [1.0, 10.0, 60.0, 3600.0, 86400.0])
async def test_short_and_long_lifetimes(lifetime):
    """A token is used at least most of its life, whatever that is, and never beyond it."""
    source = Source(lifetime)
    await source.get()
    source.now += lifetime * 0.75
    assert ("token-1", 1) == (await source.get(), source.fetches)
    source.now += lifetime * 0.26
    assert "token-2" == await source.get()


@pytest.mark.parametrize("lifetime", [0.0, -1.0, -86400.0])
async def test_expired_on_arrival(lifetime):
    """A token that is said to have expired already is used for a while: a wrong clock must not cause a storm."""
    source = Source(lifetime)
    for _ in range(50):
        assert "token-1" == await source.get()
    assert 1 == source.fetches


async def test_without_expiry():
    """A token that does not say when it expires is used for a cautious while."""
    source = Source(None)
    await source.get()
    source.now += DEFAULT_LIFETIME * 0.5
    assert "token-1" == await source.get()
    source.now += DEFAULT_LIFETIME
    assert "token-2" == await source.get()


async def test_invalidated_by_value():
    """Only the token that was refused is forgotten, never its successor."""
    source = Source()
    first = await source.store.get()
    source.store.invalidate(first)
    assert "token-2" == await source.get()
    source.store.invalidate(first)
    assert ("token-2", 2) == (await source.get(), source.fetches)


async def test_invalidated_during_a_refresh():
    """A token that is refused while its successor is fetched costs no second fetch."""
    source = Source()
    first = await source.store.get()
    source.now += 3400
    source.gate.clear()
    await source.store.get()
    await settle()
    source.store.invalidate(first)
    waiting = [asyncio.create_task(source.get()) for _ in range(5)]
    await settle()
    source.gate.set()
    assert ["token-2"] * 5 == await asyncio.gather(*waiting)
    assert (2, 1) == (source.fetches, source.most)


async def test_error_reaches_every_waiter_once():
    """A fetch that fails is one fetch, and everyone who waited for it learns why."""
    source = Source()
    source.error = NotSentError("down")
    came = await asyncio.gather(*(source.store.get() for _ in range(20)))
    assert ({"down"}, 1) == ({error.message for error in came}, source.fetches)


async def test_fault_of_ours_hangs_nobody():
    """An unforeseen exception in the fetch reaches every waiter, and the next caller fetches again."""
    source = Source()
    source.error = KeyError("surprise")
    came = await asyncio.gather(*(source.store.get() for _ in range(3)), return_exceptions=True)
    assert [KeyError] * 3 == [type(error) for error in came]
    source.error = None
    assert "token-2" == await source.get()


async def test_cancelled_waiter_leaves_the_fetch():
    """A waiter that is cancelled, even the first one, takes nothing from the others."""
    source = Source()
    source.gate.clear()
    first = asyncio.create_task(source.get())
    await settle()
    second = asyncio.create_task(source.get())
    await settle()
    first.cancel()
    await settle()
    assert first.cancelled()
    source.gate.set()
    assert ("token-1", 1) == (await second, source.fetches)


async def test_close_stops_the_fetch():
    """Closing cancels the fetch under way."""
    source = Source()
    source.gate.clear()
    waiting = asyncio.create_task(source.get())
    await settle()
    await source.store.aclose()
    assert 0 == source.running
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await source.store.aclose()
