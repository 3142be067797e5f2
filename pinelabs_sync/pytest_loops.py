"""The fixtures that pytest-asyncio runs: one of each for each loop that it may run a test on."""

from typing import Any, Final

import pytest_asyncio

from pinelabs_sync.pytest_plugin import sandbox_fixture, session_fixture

LOOP_SCOPES: Final = ("function", "class", "module", "package", "session")
FIXTURES: Final[dict[str, Any]] = {
    f"{scope}_{name}": pytest_asyncio.fixture(loop_scope=scope, name=f"_{scope}_{name}")(make())
    for scope in LOOP_SCOPES
    for name, make in (("pinelabs_sandbox", sandbox_fixture), ("pinelabs_session", session_fixture))
}

globals().update(FIXTURES)  # pytest looks for fixtures among a module's names
