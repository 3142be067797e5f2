"""Fixtures for the tests of a program that uses Pine Labs: a sandbox of its own for each test, and a Session on it.

pytest loads this file wherever the package is installed: at its top it imports pytest and nothing else. It lives in
the blocking package, which may use the other; nothing uses it.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    import pinelabs_async
    import pinelabs_async.sandbox
    import pinelabs_sync
    import pinelabs_sync.sandbox

# The imports inside the functions below are late for the sake of every test run that uses none of this.

_MARKERS: Final = (
    "pinelabs_sandbox(**settings): settings of this test's sandbox, such as duplicate_references='return'",
    "pinelabs_fault(operation=, at=, what=, ...): something to go wrong in this test's sandbox, as box.faults.add has it",
    "pinelabs_every_fault(operation=, at=[...], what=[...], ...): this test once for each place and way; all, by default",
    "pinelabs_chance(seed=, share=, ...): what goes wrong with a share of the requests, as box.faults.random has it",
)
_WAY: Final = "_pinelabs_way"
_NOT_AWAITED: Final = (
    "{name} is for tests that pytest-asyncio (0.24 or newer) or anyio run: mark the test with one of them, "
    "or take {blocking} instead"
)
_NOT_ASYNCIO: Final = (
    "{name} needs asyncio, and this test runs on {backend}: let a fixture anyio_backend return 'asyncio'"
)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers; bring the fixtures that pytest-asyncio runs, where it is there."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if any(config.pluginmanager.has_plugin(name) for name in ("asyncio", "pytest_asyncio.plugin")):
        try:
            from pinelabs_sync import pytest_loops  # noqa: PLC0415
        except (ImportError, TypeError):  # an old pytest-asyncio, which may be there for other tests
            return
        config.pluginmanager.register(pytest_loops)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that is to see every fault once for each."""
    marker = metafunc.definition.get_closest_marker("pinelabs_every_fault")
    if marker is None:
        return
    from pinelabs_async.sandbox.faults import ways  # noqa: PLC0415

    each = ways(**marker.kwargs)
    metafunc.fixturenames.append(_WAY)
    metafunc.parametrize(_WAY, each, ids=[f"{way['what']} {way['at']}" for way in each])


@pytest.fixture
def pinelabs_sandbox(request: pytest.FixtureRequest) -> "pinelabs_async.sandbox.Sandbox":
    """Give the test a local Pine Labs of its own, to be awaited."""
    box: pinelabs_async.sandbox.Sandbox = request.getfixturevalue(_awaited(request, "pinelabs_sandbox"))
    return box


@pytest.fixture
def pinelabs_session(request: pytest.FixtureRequest) -> "pinelabs_async.Session":
    """Give the test a Session on its sandbox, to be awaited."""
    session: pinelabs_async.Session = request.getfixturevalue(_awaited(request, "pinelabs_session"))
    return session


@pytest.fixture
def pinelabs_sync_sandbox(request: pytest.FixtureRequest) -> "Iterator[pinelabs_sync.sandbox.Sandbox]":
    """Give the test a local Pine Labs of its own, blocking, on a thread of its own."""
    from pinelabs_sync.sandbox import Sandbox  # noqa: PLC0415

    with Sandbox(**_settings(request)) as box:
        _spoil(request, box.faults)
        yield box


@pytest.fixture
def pinelabs_sync_session(
    pinelabs_sync_sandbox: "pinelabs_sync.sandbox.Sandbox",
) -> "Iterator[pinelabs_sync.Session]":
    """Give the test a blocking Session on its sandbox."""
    from pinelabs_sync import Session  # noqa: PLC0415

    with Session(**_credentials(pinelabs_sync_sandbox)) as session:
        yield session


def sandbox_fixture() -> "Callable[..., AsyncIterator[pinelabs_async.sandbox.Sandbox]]":
    """Make a function that can be a fixture on the loop of whoever runs it."""

    async def started(request: pytest.FixtureRequest) -> "AsyncIterator[pinelabs_async.sandbox.Sandbox]":
        from pinelabs_async.sandbox import Sandbox  # noqa: PLC0415

        async with Sandbox(**_settings(request)) as box:
            _spoil(request, box.faults)
            yield box

    return started


def session_fixture() -> "Callable[..., AsyncIterator[pinelabs_async.Session]]":
    """Make a function that can be a fixture on the loop of whoever runs it."""

    async def opened(
        pinelabs_sandbox: "pinelabs_async.sandbox.Sandbox",
    ) -> "AsyncIterator[pinelabs_async.Session]":
        from pinelabs_async import Session  # noqa: PLC0415

        async with Session(**_credentials(pinelabs_sandbox)) as session:
            yield session

    return opened


anyio_pinelabs_sandbox: Final[Any] = pytest.fixture(name="_anyio_pinelabs_sandbox")(sandbox_fixture())
anyio_pinelabs_session: Final[Any] = pytest.fixture(name="_anyio_pinelabs_session")(session_fixture())


def _awaited(request: pytest.FixtureRequest, name: str) -> str:
    """Return the fixture that lives on the loop which this test runs on."""
    if "anyio_backend" in request.fixturenames:
        backend = request.getfixturevalue("anyio_backend_name")
        if backend != "asyncio":
            pytest.fail(_NOT_ASYNCIO.format(name=name, backend=backend), pytrace=False)
        return f"_anyio_{name}"
    marker = request.node.get_closest_marker("asyncio")
    if marker is None or not request.config.pluginmanager.has_plugin("pinelabs_sync.pytest_loops"):
        blocking = name.replace("pinelabs_", "pinelabs_sync_")
        pytest.fail(_NOT_AWAITED.format(name=name, blocking=blocking), pytrace=False)
    return f"_{marker.kwargs.get('loop_scope') or _usual_loop_scope(request.config)}_{name}"


def _usual_loop_scope(config: pytest.Config) -> str:
    try:
        return str(config.getini("asyncio_default_test_loop_scope"))
    except ValueError:  # pytest-asyncio before 0.26 has no such setting
        return "function"


def _settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker("pinelabs_sandbox")
    return dict(marker.kwargs) if marker else {}


def _spoil(request: pytest.FixtureRequest, faults: "pinelabs_async.sandbox.Faults") -> None:
    for marker in request.node.iter_markers("pinelabs_fault"):
        faults.add(*marker.args, **marker.kwargs)
    for marker in request.node.iter_markers("pinelabs_chance"):
        faults.random(*marker.args, **marker.kwargs)
    run = getattr(request.node, "callspec", None)  # of a parametrized test alone
    if run is not None and _WAY in run.params:
        faults.add(**run.params[_WAY])


def _credentials(box: "pinelabs_async.sandbox.Sandbox | pinelabs_sync.sandbox.Sandbox") -> dict[str, Any]:
    return {
        "client_id": box.client_id,
        "client_secret": box.client_secret,
        "base_url": box.base_url,
        "merchant_id": box.merchant_id,
        "return_url_secret": box.return_url_secret,
        "webhook_secret": box.webhook_secret,
    }
