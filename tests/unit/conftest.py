"""What unit tests share: how property tests run, and proof that nothing was sent."""

import socket

import aiohttp
import pytest
from hypothesis import HealthCheck, settings

# Property tests are quick, keep nothing on disk, and pass however busy the machine is.
settings.register_profile(
    "unit",
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("unit")


@pytest.fixture
def nothing_is_opened(request, monkeypatch):
    """Fail when a connection pool is made, but in tests that are marked to call somebody."""

    def refuse(*_, **__):
        pytest.fail("a connection pool was made")

    if "closed_port" not in request.fixturenames:
        monkeypatch.setattr(aiohttp.TCPConnector, "__init__", refuse)


@pytest.fixture
def closed_port():
    """A loopback address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"
