"""Fixtures of the tests that speak over loopback sockets."""

import pytest

from pinelabs_async import Session
from pinelabs_async.wire import attempt, call
from tests.loopback.raw import RawServer


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    """Pause for milliseconds where the SDK pauses for half a second or more."""
    monkeypatch.setattr(attempt, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.01)


@pytest.fixture
async def raw():
    """A server that does what it is told and records what it reads."""
    async with RawServer() as server:
        yield server


@pytest.fixture
async def elsewhere():
    """Another such server, where a redirect leads."""
    async with RawServer() as server:
        yield server


@pytest.fixture
async def connect():
    """Make Sessions on any server and close them at the end."""
    made = []

    def make(server, **settings):
        session = Session("client", "s3cret-of-the-client", base_url=server.base_url, **settings)
        made.append(session)
        return session

    yield make
    for session in made:
        await session.aclose()
