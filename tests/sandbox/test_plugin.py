"""The pytest plugin, as a user's tests see it: in a pytest of their own, under pytest-asyncio and under anyio."""

import importlib
import os
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AWAITED = """
    import contextlib

    import pytest

    from pinelabs_async import Money, NewOrder, NewRefund, OutcomeUnknownError, PineLabsError

    {mark}

    async def test_order(pinelabs_session, pinelabs_sandbox):
        order = await pinelabs_session.orders.create(NewOrder(order_amount=Money(150000)))
        assert "CREATED" == order.status
        assert [order.order_id] == [done.order_id for done in pinelabs_sandbox.ledger]

    async def test_every_test_has_a_sandbox_of_its_own(pinelabs_sandbox):
        assert 0 == len(pinelabs_sandbox.ledger) == len(pinelabs_sandbox.exchanges)

    @pytest.mark.pinelabs_fault(operation="orders.create", at="after_execute", what="drop")
    async def test_a_lost_answer(pinelabs_session, pinelabs_sandbox):
        order = await pinelabs_session.orders.create(NewOrder(order_amount=Money(150000)))
        assert (True, 1) == (order.recovered, pinelabs_sandbox.ledger.count("orders.create"))
        assert 1 == pinelabs_sandbox.faults.hits

    FAULT = pytest.mark.pinelabs_fault

    @pytest.mark.parametrize("at", [
        pytest.param(at, marks=FAULT(operation="orders.create", at=at, what="status", status=500, times=None))
        for at in ("before_execute", "after_execute")
    ])
    async def test_it_can_be_parametrized(pinelabs_session, pinelabs_sandbox, at):
        session = pinelabs_session.with_options(max_attempts=1, on_unknown="raise")
        with pytest.raises(OutcomeUnknownError):
            await session.orders.create(NewOrder(order_amount=Money(150000)))
        assert (at == "after_execute") == pinelabs_sandbox.ledger.count("orders.create")

    @pytest.mark.pinelabs_every_fault(operation="orders.create", size=1000)
    async def test_whatever_goes_wrong_there_is_one_order_at_most(pinelabs_session, pinelabs_sandbox):
        session = pinelabs_session.with_options(max_attempts=1, on_unknown="raise")
        with contextlib.suppress(PineLabsError):
            await session.orders.create(NewOrder(order_amount=Money(150000)))
        assert pinelabs_sandbox.ledger.count("orders.create") <= 1 == pinelabs_sandbox.faults.hits

    @pytest.mark.pinelabs_every_fault(at=["before_read"], what=["drop", "reset"])
    async def test_some_of_them(pinelabs_sandbox):
        assert 1 == len(pinelabs_sandbox.faults)

    @pytest.mark.pinelabs_chance(seed=1, share=1, what=["status"], at=["before_read"])
    async def test_by_chance(pinelabs_session, pinelabs_sandbox):
        with pytest.raises(PineLabsError):
            await pinelabs_session.orders.get("v1-x")
        assert "status" == pinelabs_sandbox.exchanges[-1].fault

    @pytest.mark.pinelabs_sandbox(token_lifetime=60, webhook_url="http://127.0.0.1:9/")
    async def test_settings(pinelabs_session, pinelabs_sandbox):
        await pinelabs_session.orders.create(NewOrder(order_amount=Money(150000)))
        assert b'"expires_in": 60' in pinelabs_sandbox.exchanges[0].answer
        assert "http://127.0.0.1:9/" == pinelabs_sandbox.webhooks.url

    async def test_webhooks_verify(pinelabs_session, pinelabs_sandbox):
        assert pinelabs_sandbox.webhook_secret == pinelabs_session.webhook_secret.reveal()
"""
BLOCKING = """
    import pytest

    from pinelabs_sync import Money, NewOrder

    def test_order(pinelabs_sync_session, pinelabs_sync_sandbox):
        order = pinelabs_sync_session.orders.create(NewOrder(order_amount=Money(150000)))
        assert [order.order_id] == [done.order_id for done in pinelabs_sync_sandbox.ledger]

    @pytest.mark.pinelabs_fault(operation="orders.create", at="after_execute", what="drop")
    def test_a_lost_answer(pinelabs_sync_session, pinelabs_sync_sandbox):
        order = pinelabs_sync_session.orders.create(NewOrder(order_amount=Money(150000)))
        assert (True, 1) == (order.recovered, pinelabs_sync_sandbox.ledger.count("orders.create"))

    @pytest.mark.pinelabs_sandbox(duplicate_references="return")
    def test_settings(pinelabs_sync_session):
        new = NewOrder(order_amount=Money(150000))
        made = {pinelabs_sync_session.orders.create(new).order_id for _ in range(2)}
        assert 1 == len(made)

    @pytest.mark.pinelabs_every_fault(what=["drop", "status"])
    def test_some_of_them(pinelabs_sync_sandbox):
        assert 1 == len(pinelabs_sync_sandbox.faults)
"""
ANYIO = """pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend():
        return "asyncio"
"""
LOOPS = "-oasyncio_default_fixture_loop_scope=function"
ASYNCIO = ["-p", "pytest_asyncio.plugin", LOOPS]
RUNS = {
    "asyncio, strict": ("pytestmark = pytest.mark.asyncio", ["-p", "asyncio", LOOPS]),
    "asyncio, auto": ("", [*ASYNCIO, "--asyncio-mode=auto"]),
    "asyncio, one loop a module": ("pytestmark = pytest.mark.asyncio(loop_scope='module')", ASYNCIO),
    "asyncio, one loop for all": (
        "pytestmark = pytest.mark.asyncio",
        [*ASYNCIO, "-oasyncio_default_test_loop_scope=session"],
    ),
    "anyio": (ANYIO, ["-p", "anyio.pytest_plugin"]),
    "anyio beside asyncio": (ANYIO, ["-p", "anyio.pytest_plugin", *ASYNCIO]),
}


def run(folder, code, *arguments):
    """Run pytest on one file of tests, with no other plugins than those given."""
    (folder / "test_shop.py").write_text(textwrap.dedent(code), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--strict-markers"),
            *("-p", "no:cacheprovider", "-p", "pinelabs_sync.pytest_plugin", *arguments),
        ],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        encoding="utf-8",
        timeout=50,
    )


@pytest.mark.parametrize(("mark", "arguments"), RUNS.values(), ids=RUNS)
def test_the_awaited_fixtures(tmp_path, mark, arguments):
    """They work on whatever loop the test runs on, with no warning and nothing left open."""
    ended = run(tmp_path, AWAITED.replace("{mark}", mark), *arguments)

    assert (0, True) == (ended.returncode, "46 passed" in ended.stdout), ended.stdout + ended.stderr


def test_the_blocking_fixtures(tmp_path):
    """They need no other plugin."""
    ended = run(tmp_path, BLOCKING)

    assert (0, True) == (ended.returncode, "9 passed" in ended.stdout), ended.stdout + ended.stderr


def test_what_is_wrong_is_said(tmp_path):
    """An awaited fixture in a plain test, and a fault that there is not, are errors that name the way out."""
    code = """
        import pytest

        def test_plain(pinelabs_session):
            pass

        @pytest.mark.pinelabs_fault(operation="orders.creat", what="drop")
        def test_typo(pinelabs_sync_sandbox):
            pass

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["trio"])
        async def test_trio(pinelabs_sandbox):
            pass
    """
    ended = run(tmp_path, code, "-p", "anyio.pytest_plugin", *ASYNCIO)

    assert "3 errors" in ended.stdout, ended.stdout + ended.stderr
    assert "take pinelabs_sync_session instead" in ended.stdout
    assert "orders.creat" in ended.stdout
    assert "pinelabs_sandbox needs asyncio, and this test runs on trio" in ended.stdout


def test_a_bug_of_the_sandbox_fails_the_test(tmp_path):
    """What crashed inside comes out when the fixture ends."""
    code = """
        import pytest

        @pytest.mark.asyncio
        async def test_it(pinelabs_sandbox):
            pinelabs_sandbox.crashes.append(ZeroDivisionError("a bug"))
    """
    ended = run(tmp_path, code, *ASYNCIO)

    assert "1 passed, 1 error" in ended.stdout, ended.stdout + ended.stderr
    assert "ZeroDivisionError: a bug" in ended.stdout


def test_it_costs_nothing_where_it_is_not_used():
    """Loading the plugin imports none of what the sandbox and the Session are made of."""
    script = (
        "import sys, pytest; before = set(sys.modules); import pinelabs_sync.pytest_plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=30
    )

    assert "" == ended.stderr
    assert ["pinelabs_async", "pinelabs_sync", "pinelabs_sync.pytest_plugin"] == ended.stdout.split()


def test_pytest_finds_it():
    """The entry point that pytest looks for names the plugin."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert {"pinelabs": "pinelabs_sync.pytest_plugin"} == project["entry-points"]["pytest11"]
    assert callable(importlib.import_module("pinelabs_sync.pytest_plugin").pytest_configure)
