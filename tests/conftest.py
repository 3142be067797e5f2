"""What tests share: one sandbox and one Session on it for each test, on loopback only."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pinelabs_async import Session
from pinelabs_async.sandbox import Sandbox


@pytest.fixture
def data() -> Path:
    """The folder of recorded payloads and other files that tests read."""
    return Path(__file__).parent / "data"


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    """A sandbox of this test's own."""
    async with Sandbox() as started:
        yield started


@pytest.fixture
async def pinelabs(box: Sandbox) -> AsyncIterator[Session]:
    """A Session on the sandbox."""
    async with Session(box.client_id, box.client_secret, base_url=box.base_url, deadline=20) as session:
        yield session


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where a test was skipped and PINELABS_NO_SKIPS says that none may be."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PINELABS_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
