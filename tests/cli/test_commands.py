"""The commands, as a user runs them: in a process of their own."""

import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

PINELABS = [sys.executable, "-W", "error", "-c", "from pinelabs_sync.cli import main; main()"]
UTF8 = {**os.environ, "PYTHONIOENCODING": "utf-8"}


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PINELABS, *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**UTF8, **changes},
        timeout=50,
    )


def test_demo_walks_both_packages_and_ends_with_the_ledger():
    """The demo exits 0 and prints every step of both walks, with amounts in rupees, ids and the ledger."""
    ended = run("demo")

    assert (0, "") == (ended.returncode, ended.stderr)
    awaited, blocking = ended.stdout.split("pinelabs_sync ")
    for walk in (awaited, blocking):
        assert re.search(r"POST  /api/auth/v1/token  200", walk)
        assert re.search(r"POST  /api/pay/v1/orders/v1-\d+-aa-\w+/payments  200", walk)
        assert re.search(r"-> PROCESSED  ₹1500\.00  v1-\d+-aa-\w+", walk)
        assert re.search(r"-> PROCESSED  ₹500\.00  v1-\d+-aa-\w+", walk)
        assert re.search(r"PUT   /api/pay/v1/orders/v1-\d+-aa-\w+/cancel  200", walk)
        assert "signature verified" in walk
        assert "in 1,500.00, out 500.00" in walk


def test_demo_survives_a_console_without_a_rupee_sign():
    """A console that knows only ASCII gets a question mark instead of a traceback."""
    ended = run("demo", PYTHONIOENCODING="ascii")

    assert (0, "") == (ended.returncode, ended.stderr)
    assert "?1500.00" in ended.stdout


@pytest.mark.parametrize(
    ("sabotage", "complaint"),
    [
        pytest.param(
            "import pinelabs_sync.cli.demo as d; d.PART = d.Money(1)", "the ledger shows", id="wrong-ledger"
        ),
        pytest.param(
            "import pinelabs_async.incoming.return_url as r; r._digest = lambda *_: 'no'",
            "the signature of the return does not match",
            id="wrong-signature",
        ),
        pytest.param(
            "import socket; socket.create_server = lambda *_: 1 / 0", "ZeroDivisionError", id="unforeseen"
        ),
    ],
)
def test_demo_fails_with_one_clear_line(sabotage: str, complaint: str):
    """A demo that goes wrong exits non-zero and says why in one line, without a traceback."""
    if "ledger" in complaint:
        sabotage = (
            "import pinelabs_sync.cli.demo as d; refund = d.part_refund; d.PRICE = d.PRICE; "
            "d.part_refund = lambda: d.NewRefund(merchant_order_reference='x', order_amount=d.Money(100))"
        )
    ended = subprocess.run(
        [sys.executable, "-c", f"{sabotage}\nfrom pinelabs_sync.cli import main\nmain()", "demo"],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=UTF8,
        timeout=50,
    )

    assert ended.returncode != 0
    assert 1 == len(ended.stderr.splitlines())
    assert ended.stderr.startswith("pinelabs demo failed: ")
    assert complaint in ended.stderr


def test_sandbox_prints_export_lines_and_serves_until_it_is_stopped():
    """`pinelabs sandbox` answers at the address it prints, and ends with status 0 on SIGINT."""
    with subprocess.Popen(
        [*PINELABS, "sandbox"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=UTF8
    ) as process:
        assert process.stdout is not None
        exports = dict(
            re.fullmatch(r"export (\w+)=(\S+)\n", process.stdout.readline()).groups()  # type: ignore[union-attr]
            for _ in range(8)
        )
        script = (
            "from pinelabs_sync import *\n"
            "with Session.from_env() as pinelabs: print(pinelabs.orders.create(NewOrder(order_amount=Money(100))).status)"
        )
        made = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, **exports},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(timeout=10)

    assert ("CREATED", "") == (made.stdout.strip(), made.stderr)
    assert set(exports) == {
        "PINELABS_BASE_URL",
        "PINELABS_CLIENT_ID",
        "PINELABS_CLIENT_SECRET",
        "PINELABS_ENV",
        "PINELABS_MERCHANT_ID",
        "PINELABS_ACCESS_CODE",
        "PINELABS_RETURN_URL_SECRET",
        "PINELABS_WEBHOOK_SECRET",
    }


def test_sandbox_says_when_its_port_is_taken():
    """A port in use is one clear line and a non-zero status."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("sandbox", "--port", str(port))

    assert 1 == ended.returncode
    assert 1 == len(ended.stderr.splitlines())
    assert ended.stderr.startswith(f"pinelabs sandbox: port {port} cannot be used: Address already in use")


def test_command_names_its_extra_when_that_is_not_installed():
    """Without click and rich the command says what to install."""
    hide = "import sys; sys.modules['click'] = None"
    ended = subprocess.run(
        [sys.executable, "-c", f"{hide}\nfrom pinelabs_sync.cli import main\nmain()", "demo"],
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
    )

    assert (1, "pinelabs: the command needs its extra: pip install 'pinelabs-async[cli]'\n") == (
        ended.returncode,
        ended.stderr,
    )


def test_sandbox_answers_plain_http(monkeypatch: pytest.MonkeyPatch):
    """Any HTTP client gets a JSON error from an unknown path: the sandbox is for every language."""
    from pinelabs_sync.sandbox import Sandbox

    with Sandbox() as box, pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{box.base_url}/nowhere", timeout=5)

    with refused.value as answer:
        assert 404 == answer.status
        assert "application/json" == answer.headers.get_content_type()
