"""Programs that end, are interrupted, or forget to close: each runs in a process of its own."""

import threading
import time
from pathlib import Path

import pytest

from tests.loopback.raw import after, answer, never, order_json

SYNC = """
from pinelabs_sync import Session, PineLabsError, ConfigurationError
def connect(**settings):
    return Session("client", "s3cret-of-the-client", base_url=BASE, **settings)
"""
ASYNC = """
from pinelabs_async import Session, PineLabsError
"""


def test_script(run, server):
    """A plain script makes a call, closes, and ends without a word on stderr."""
    script = run(
        SYNC
        + """
with connect() as pinelabs:
    say(pinelabs.orders.get("v1-order").order_id)
say("END")
""",
        "-W",
        "error",
    )
    status, errors, seconds = script.end()
    assert (0, "", ["v1-order", "END"]) == (status, errors, script.said)
    assert seconds < 2


def test_async_script(run, server):
    """The same with the async package."""
    script = run(
        ASYNC
        + """
async def main():
    async with Session("client", "s3cret", base_url=BASE) as pinelabs:
        say((await pinelabs.orders.get("v1-order")).order_id)
asyncio.run(main())
say("END")
""",
        "-W",
        "error",
    )
    status, errors, seconds = script.end()
    assert (0, "", ["v1-order", "END"]) == (status, errors, script.said)
    assert seconds < 2


FORGETFUL = {
    "global": 'pinelabs = connect()  # made here\npinelabs.orders.get("v1-order")\n',
    "local": 'def main():\n    pinelabs = connect()  # made here\n    pinelabs.orders.get("v1-order")\nmain()\n',
    "referred-to-by-itself": 'pinelabs = connect()  # made here\npinelabs.me = pinelabs\npinelabs.orders.get("v1-order")\n',
    "from-a-thread": (
        "pinelabs = connect()  # made here\n"
        'thread = threading.Thread(target=pinelabs.orders.get, args=("v1-order",))\nthread.start()\nthread.join()\n'
    ),
    "options-twin": 'pinelabs = connect().with_options(timeout=5)  # made here\npinelabs.orders.get("v1-order")\n',
}


def made_at(script):
    """Return the place that a warning has to name: that of the constructor, or of the line that called it."""
    path = script.process.args[-2]
    lines = Path(path).read_text().splitlines()
    marked = [
        number for number, line in enumerate(lines, 1) if "made here" in line or "return Session(" in line
    ]
    return [f"{path}:{number}" for number in marked]


@pytest.mark.parametrize("body", FORGETFUL.values(), ids=FORGETFUL)
def test_forgotten_close(run, body):
    """A script that forgets close ends at once, with status 0, and is told where the Session was made."""
    script = run(SYNC + body + 'say("END")\n')
    status, errors, seconds = script.end()
    assert (0, ["END"]) == (status, script.said), errors
    assert seconds < 2
    assert "was never closed" in errors
    assert any(place in errors for place in made_at(script)), errors
    assert "s3cret" not in errors
    assert "Traceback" not in errors, errors


ASYNC_FORGETFUL = {
    "local": (
        'async def main():\n    pinelabs = Session("client", "s3cret", base_url=BASE)  # made here\n'
        '    await pinelabs.orders.get("v1-order")\nasyncio.run(main())\n'
    ),
    "global": (
        'pinelabs = Session("client", "s3cret", base_url=BASE)  # made here\nasync def main():\n'
        '    await pinelabs.orders.get("v1-order")\nasyncio.run(main())\n'
    ),
    "two-runs": (
        'pinelabs = Session("client", "s3cret", base_url=BASE)  # made here\nasync def main():\n'
        '    await pinelabs.orders.get("v1-order")\nasyncio.run(main())\nasyncio.run(main())\n'
    ),
}


@pytest.mark.parametrize("body", ASYNC_FORGETFUL.values(), ids=ASYNC_FORGETFUL)
def test_forgotten_aclose(run, body):
    """An async script that forgets aclose ends at once, and does not pass in silence."""
    script = run(ASYNC + body + 'say("END")\n')
    status, errors, seconds = script.end()
    assert (0, ["END"]) == (status, script.said), errors
    assert seconds < 2
    assert "was never closed" in errors
    assert any(place in errors for place in made_at(script)), errors
    assert "Traceback" not in errors, errors


def test_two_runs_of_one_session(run):
    """One async Session used in two asyncio.run and closed in the last leaves nothing to complain about."""
    script = run(
        ASYNC
        + """
pinelabs = Session("client", "s3cret", base_url=BASE)
async def once():
    say((await pinelabs.orders.get("v1-order")).order_id)
async def last():
    await once()
    await pinelabs.aclose()
asyncio.run(once())
asyncio.run(last())
say("END")
"""
    )
    status, errors, _ = script.end()
    assert (0, "", ["v1-order", "v1-order", "END"]) == (status, errors, script.said)


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        pytest.param("sys.exit(3)", 3, id="sys.exit"),
        pytest.param("raise RuntimeError('mine')", 1, id="exception"),
        pytest.param("os._exit(4)", 4, id="os._exit"),
    ],
)
def test_status_of_the_program_is_its_own(run, ending, expected):
    """A Session left open changes nothing about how a program ends."""
    script = run(SYNC + f'pinelabs = connect()\npinelabs.orders.get("v1-order")\nsay("END")\n{ending}\n')
    status, _, seconds = script.end()
    assert expected == status
    assert seconds < 2


def test_end_during_a_call_of_a_daemon_thread(run, server):
    """A program may end while a daemon thread of its is still in a call."""
    server.script = [never]
    script = run(
        SYNC
        + """
pinelabs = connect()
def work():
    try:
        pinelabs.orders.get("v1-order")
    except BaseException:
        pass
threading.Thread(target=work, daemon=True).start()
time.sleep(0.5)
say("END")
"""
    )
    status, errors, seconds = script.end()
    assert 0 == status, errors
    assert seconds < 3


def test_dropped_session_ends_its_thread(run):
    """A Session that is dropped in a running program ends its thread."""
    script = run(
        SYNC
        + """
pinelabs = connect()
pinelabs.orders.get("v1-order")
say(sum(thread.name == "pinelabs" for thread in threading.enumerate()))
del pinelabs
gc.collect()
time.sleep(0.2)
say(sum(thread.name == "pinelabs" for thread in threading.enumerate()))
"""
    )
    status, errors, _ = script.end()
    assert (0, ["1", "0"]) == (status, script.said)
    assert "was never closed" in errors


# Ctrl-C


@pytest.fixture
def watched(server):
    """Let the server hold a call, and tell when it came and when its caller was gone."""
    came, gone = threading.Event(), threading.Event()

    async def hold(peer):
        came.set()
        try:
            await peer.reader.read()
        finally:
            gone.set()

    async def again(peer):
        await (answer(order_json()) if came.is_set() else hold)(peer)

    server.script = [again]
    return came, gone


@pytest.mark.parametrize(
    ("call", "grace"),
    [('orders.get("v1-order")', 2), ('orders.cancel("v1-order")', 0.3)],
    ids=["read", "write"],
)
def test_ctrl_c(run, watched, call, grace):
    """Ctrl-C ends a slow read at once and a write after its grace, the request with it, and the Session still works."""
    came, gone = watched
    script = run(
        SYNC
        + f"""
pinelabs = connect(grace={grace})
try:
    pinelabs.{call}
except KeyboardInterrupt:
    say("INTERRUPTED")
time.sleep(0.7)
say(pinelabs.orders.get("v1-order").order_id)
pinelabs.close()
say("END")
"""
    )
    assert came.wait(10)
    time.sleep(0.1)
    pressed = time.monotonic()
    script.interrupt()
    assert script.wait_for("INTERRUPTED") - pressed < 1
    assert gone.wait(0.5), "the request went on"
    status, errors, _ = script.end()
    assert (0, ["INTERRUPTED", "v1-order", "END"]) == (status, script.said), errors


def test_ctrl_c_ends_the_program(run, watched):
    """A program that does not catch Ctrl-C ends with it, promptly."""
    came, _ = watched
    script = run(SYNC + 'with connect() as pinelabs:\n    pinelabs.orders.get("v1-order")\n')
    assert came.wait(10)
    time.sleep(0.1)
    pressed = time.monotonic()
    script.interrupt()
    status, errors, _ = script.end()
    assert time.monotonic() - pressed < 2
    assert status != 0
    assert "KeyboardInterrupt" in errors
    assert "never closed" not in errors


def test_ctrl_c_of_a_write_is_not_silent(run, watched):
    """After Ctrl-C in the middle of a write, something names the call whose outcome is not known."""
    came, _ = watched
    script = run(
        SYNC
        + """
import pinelabs_sync
pinelabs = connect()
try:
    pinelabs.orders.capture("v1-order", pinelabs_sync.Capture(merchant_capture_reference="cap-77"))
except BaseException as error:
    say(repr(error))
pinelabs.close()
"""
    )
    assert came.wait(10)
    time.sleep(0.1)
    script.interrupt()
    _, errors, _ = script.end()
    told = errors + " ".join(script.said)
    assert "orders.capture" in told
    assert "cap-77" in told


def test_ctrl_c_async(run, watched):
    """Ctrl-C ends an async program in a slow call, promptly."""
    came, gone = watched
    script = run(
        ASYNC
        + """
async def main():
    async with Session("client", "s3cret", base_url=BASE) as pinelabs:
        await pinelabs.orders.get("v1-order")
asyncio.run(main())
"""
    )
    assert came.wait(10)
    time.sleep(0.1)
    pressed = time.monotonic()
    script.interrupt()
    status, errors, _ = script.end()
    assert time.monotonic() - pressed < 2
    assert status != 0
    assert "KeyboardInterrupt" in errors
    assert gone.wait(1)


def test_sigterm(run, server):
    """A program that is told to end does so, open Session or not."""
    server.script = [after(0, answer(order_json()))]
    script = run(
        SYNC + 'pinelabs = connect()\npinelabs.orders.get("v1-order")\nsay("READY")\ntime.sleep(30)\n'
    )
    script.wait_for("READY")
    told = time.monotonic()
    script.process.terminate()
    status, _, _ = script.end()
    assert time.monotonic() - told < 2
    assert status != 0
