"""The blocking package in one process: calls, threads, errors, the end of the thread."""

import asyncio
import contextvars
import gc
import logging
import threading
import time
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

import pinelabs_sync
from pinelabs_async.wire import call as way
from pinelabs_sync import (
    ConfigurationError,
    NotFoundError,
    OrderStatus,
    OutcomeUnknownError,
    PineLabsError,
    Repeat,
    WaitError,
)
from pinelabs_sync.bridge import Bridge
from pinelabs_sync.crossing import Crossing
from pinelabs_sync.sandbox import Sandbox
from tests.loopback.raw import after, answer, drop, never, order_json, refusal
from tests.loopback.shop import card_payment, new_capture, new_order, new_refund


def bridge_threads():
    return [thread for thread in threading.enumerate() if thread.name == "pinelabs"]


def ends(thread, seconds=3):
    thread.join(seconds)
    return not thread.is_alive()


def thread_of(session):
    """Return the thread that a Session's calls run on."""
    return session._bridge.run(_here)


async def _here():
    return threading.current_thread()


def test_purchase(box, pinelabs):
    """A whole purchase works with plain calls."""
    order = pinelabs.orders.create(new_order())
    pending = pinelabs.payments.create(order.order_id, card_payment())
    fields = box.payer.approve(pending.challenge_url)
    returned = pinelabs_sync.return_url.verify(fields, box.return_url_secret)
    assert (order.order_id, OrderStatus.PROCESSED) == (returned.order_id, returned.status)
    assert OrderStatus.PROCESSED == pinelabs.orders.wait(order.order_id, deadline=5, every=0.01).status
    refund = pinelabs.refunds.create(order.order_id, new_refund())
    assert order.order_id == refund.parent_order_id
    assert (
        OrderStatus.FULLY_REFUNDED == pinelabs.orders.get_by_reference(order.merchant_order_reference).status
    )
    assert box.ledger.money_in == box.ledger.money_out == 150000


def test_pre_auth(box, pinelabs):
    """Capture and cancel work with plain calls."""
    for act in (
        lambda order_id: pinelabs.orders.capture(order_id, new_capture()),
        pinelabs.orders.cancel,
    ):
        order = pinelabs.orders.create(new_order(pre_auth=True))
        pending = pinelabs.payments.create(order.order_id, card_payment())
        box.payer.approve(pending.challenge_url)
        act(order.order_id)
    assert (1, 1) == (box.ledger.count("orders.capture"), box.ledger.count("orders.cancel"))


def test_request_and_options(server, connect):
    """The escape hatch and with_options are there, too."""
    session = connect().with_options(request_id="mine-1", max_attempts=2)
    assert order_json() == session.request("GET", "/api/thing", params={"a": "b c"}, repeat=Repeat.READ)
    assert ("/api/thing?a=b+c", "mine-1") in {
        (request.target.replace("%20", "+"), request.headers["request-id"]) for request in server.requests
    }
    server.script = [drop]
    with pytest.raises(OutcomeUnknownError):
        session.request("POST", "/api/thing", json={"a": 1})
    assert 2 == len(server.requests)


def test_recovered_answer(box, pinelabs, monkeypatch):
    """A lost answer is found by a look-up, as with the async package."""
    monkeypatch.setattr(way, "LOOK_UP_PAUSE", 0.01)
    box.faults.add(operation="orders.create", at="after_execute", what="drop")
    assert pinelabs.orders.create(new_order()).recovered
    assert 1 == box.ledger.count("orders.create")


def test_many_threads(box, pinelabs):
    """Thirty-two threads share one Session, one token and one thread of the bridge."""
    before = len(bridge_threads())
    with ThreadPoolExecutor(32) as pool:
        orders = list(pool.map(lambda _: pinelabs.orders.create(new_order()), range(200)))
    assert 200 == len({order.order_id for order in orders}) == box.ledger.count("orders.create")
    assert 1 == sum(exchange.operation == "auth.generate_token" for exchange in box.exchanges)
    assert len(bridge_threads()) <= before + 1


def test_threads_wait_at_the_same_time(server, connect):
    """Calls of several threads run side by side, not one after the other."""
    session = connect()
    session.orders.get("v1-order")
    server.script = [after(0.2, answer(order_json()))]
    started = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: session.orders.get("v1-order"), range(16)))
    assert time.monotonic() - started < 1.5


def test_first_calls_of_many_threads_start_one_bridge(server, connect):
    """Threads that make the first call at the same moment get one loop thread between them."""
    session = connect()
    start = threading.Barrier(16)

    def work(_):
        start.wait()
        session.orders.get("v1-order")
        return thread_of(session).ident

    with ThreadPoolExecutor(16) as pool:
        assert 1 == len(set(pool.map(work, range(16))))
    assert 1 == len(server.token_requests)


# Closing


def test_call_after_close(server, connect, recwarn):
    """A call after close is refused in words, and no coroutine is left un-awaited."""
    session = connect()
    session.orders.get("v1-order")
    thread = thread_of(session)
    session.close()
    session.close()
    for call in (
        lambda: session.orders.get("v1-order"),
        lambda: session.with_options(timeout=1).orders.get("v1-order"),
        lambda: session.request("GET", "/api/thing"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            call()
        assert "closed" in str(caught.value)
    gc.collect()
    assert [] == [str(warning.message) for warning in recwarn]
    assert ends(thread)
    assert 1 == len(server.requests)


def test_close_without_a_call(connect):
    """A Session that made no call starts no thread and closes at once."""
    before = bridge_threads()
    session = connect()
    assert before == bridge_threads()
    session.close()
    with pytest.raises(ConfigurationError):
        session.orders.get("v1-order")
    assert before == bridge_threads()


def test_close_of_an_options_twin(server, connect):
    """Closing what with_options made closes nothing: the connections are not its own."""
    session = connect()
    session.orders.get("v1-order")
    with session.with_options(timeout=5) as other:
        other.orders.get("v1-order")
    session.orders.get("v1-order")
    assert 3 == len(server.requests)


def test_close_ends_the_calls_of_other_threads(server, connect):
    """A call that another thread makes while the Session is closed ends soon, with an error of this SDK."""
    session = connect()
    session.orders.get("v1-order")
    server.script = [never]
    outcomes = []

    def work(call):
        try:
            call()
        except BaseException as error:  # noqa: BLE001  # whatever it is, the test judges it
            outcomes.append(error)

    calls = (lambda: session.orders.get("v1-order"), lambda: session.orders.cancel("v1-order"))
    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    while len(server.requests) < 3:
        time.sleep(0.01)
    started = time.monotonic()
    session.close()
    assert all(ends(thread) for thread in threads)
    assert time.monotonic() - started < 3
    assert [True, True] == [isinstance(error, PineLabsError) for error in outcomes], outcomes
    assert {"unknown"} == {error.outcome for error in outcomes}


def test_dropped_without_close(server, caplog):
    """A Session that is dropped ends its thread and says where it was made."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        session = pinelabs_sync.Session("client", "s3cret", base_url=server.base_url)
        session.orders.get("v1-order")
        thread = thread_of(session)
        del session
        gc.collect()
    assert ends(thread)
    ours = [str(warning.message) for warning in caught]
    assert 1 == len(ours), ours
    assert __file__ in ours[0]
    assert "never closed" in ours[0]
    assert "session.close()" in ours[0]
    assert ["pinelabs"] == [record.name for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.filterwarnings("ignore:.*never closed:ResourceWarning")
def test_dropped_on_its_own_thread(server, monkeypatch):
    """A collection that runs on the loop's own thread ends that thread and waits for nothing."""
    unraisable = []
    monkeypatch.setattr("sys.unraisablehook", lambda args: unraisable.append(args.exc_value))
    session = pinelabs_sync.Session("client", "s3cret", base_url=server.base_url)
    session.orders.get("v1-order")
    thread = thread_of(session)
    loop = session._bridge._crossings.loop
    session.cycle = session
    gc.collect()

    async def collect():
        await asyncio.sleep(0.05)
        gc.collect()

    done = asyncio.run_coroutine_threadsafe(collect(), loop)
    del session
    done.result(5)
    assert (True, []) == (ends(thread), unraisable)


@pytest.mark.filterwarnings("ignore:.*never closed:ResourceWarning")
def test_options_twin_keeps_the_session_alive(server):
    """What with_options made works after the Session it came from was dropped."""
    other = pinelabs_sync.Session("client", "s3cret", base_url=server.base_url).with_options(timeout=5)
    gc.collect()
    assert "v1-order" == other.orders.get("v1-order").order_id
    thread = thread_of(other)
    del other
    gc.collect()
    assert ends(thread)


# Errors and interruptions


def test_error_arrives_as_itself(box, pinelabs):
    """The async error reaches the caller unchanged, with its facts."""
    with pytest.raises(NotFoundError) as caught:
        pinelabs.orders.get("v1-000000000000-aa-000000")
    assert ("ORDER_NOT_FOUND", 404, "orders.get") == (
        caught.value.code,
        caught.value.status,
        caught.value.operation,
    )
    with pytest.raises(WaitError):
        pinelabs.orders.wait(pinelabs.orders.create(new_order()).order_id, deadline=0.05, every=0.01)


def test_traceback_is_short(pinelabs):
    """Few frames of the machinery stand between the caller's line and the error."""
    with pytest.raises(NotFoundError) as caught:
        pinelabs.orders.get("v1-000000000000-aa-000000")
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert __file__ == frames[0].filename
    assert len(frames) <= 12, [f"{frame.filename}:{frame.name}" for frame in frames]
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "stray", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=lambda e: type(e).__name__
)
def test_stray_exception_does_not_end_the_thread(server, connect, stray):
    """A SystemExit and the like inside a coroutine reaches its caller and nobody else."""
    session = connect()
    session.orders.get("v1-order")
    server.script = [after(0.2, answer(order_json()))]

    async def leave():
        raise stray

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(session.orders.get, "v1-order")
        with pytest.raises(type(stray)):
            session._bridge.run(leave)
        assert "v1-order" == other.result(5).order_id
    assert "v1-order" == session.orders.get("v1-order").order_id


def test_wrong_arguments_are_the_callers(connect):
    """A missing or unknown argument is a TypeError on the caller's line."""
    session = connect()
    with pytest.raises(TypeError):
        session.orders.get()
    with pytest.raises(TypeError):
        session.orders.get("v1-order", nonsense=1)


def test_context_variables_are_seen(server, connect, monkeypatch):
    """The caller's context variables are visible to what runs on the loop: tracing works."""
    trace = contextvars.ContextVar("trace", default="nothing")
    seen = []
    session = connect()
    original = session._twin._caller.call

    async def spy(*args, **kwargs):
        seen.append(trace.get())
        return await original(*args, **kwargs)

    monkeypatch.setattr(session._twin._caller, "call", spy)
    trace.set("checkout")
    session.orders.get("v1-order")
    contextvars.copy_context().run(lambda: (trace.set("refund"), session.orders.get("v1-order")))
    assert ["checkout", "refund"] == seen[:1] + seen[-1:]


async def test_inside_a_running_loop(server, connect):
    """Called where a loop runs, as in a notebook, it works and blocks that loop."""
    session = connect()
    assert "v1-order" == session.orders.get("v1-order").order_id
    assert "v1-order" == (await asyncio.to_thread(session.orders.get, "v1-order")).order_id


def test_called_on_its_own_loop(connect, recwarn):
    """Called from the bridge's own thread it refuses instead of waiting for itself."""
    session = connect()
    session.orders.get("v1-order")

    async def inside():
        session.orders.get("v1-order")

    started = time.monotonic()
    with pytest.raises((RuntimeError, PineLabsError)):
        session._bridge.run(inside)
    assert time.monotonic() - started < 2
    gc.collect()
    assert [] == [str(warning.message) for warning in recwarn]


def test_bridge_by_itself():
    """The bridge runs any coroutine function, hands on arguments and closes once."""
    closed = []

    async def last():
        closed.append(1)

    async def add(one, *, two):
        await asyncio.sleep(0)
        return one + two

    bridge = Bridge(last, lambda: closed.append("forgotten"))
    assert 5 == bridge.run(add, 2, two=3)
    bridge.close()
    bridge.close()
    assert [1] == closed


def test_error_on_closing_reaches_the_caller():
    """What goes wrong while closing is raised by close, and the thread ends all the same."""

    async def last():
        raise OSError("no")

    bridge = Bridge(last, lambda: None)
    thread = bridge.run(_here)
    with pytest.raises(OSError, match="no"):
        bridge.close()
    assert ends(thread)


def test_coroutine_is_cancelled_when_the_waiting_thread_is_interrupted(connect, monkeypatch):
    """An exception in the waiting thread, such as Ctrl-C, cancels the coroutine at once."""
    session = connect()
    cancelled = threading.Event()
    running = threading.Event()

    async def slow():
        running.set()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    wait = Crossing.wait

    def interrupted(crossing, seconds=-1):
        if seconds < 0:
            running.wait(5)
            raise KeyboardInterrupt
        wait(crossing, seconds)

    with monkeypatch.context() as patch:
        patch.setattr(Crossing, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            session._bridge.run(slow)
    assert cancelled.wait(3)
    assert "v1-order" == session.orders.get("v1-order").order_id


@pytest.mark.parametrize(
    ("end", "line"),
    [
        (answer(order_json()), "the answer came: Order order_id=v1-order"),
        (refusal(422, "INVALID_REQUEST"), "Refused: it was not carried out"),
    ],
)
def test_interrupted_as_the_answer_comes(server, connect, caplog, end, line):
    """Ctrl-C after the end of a call and before its return: it does not wait, and the log says what came."""
    server.script = [answer(order_json()), end]
    session = connect()
    session.orders.get("v1-order")
    wait = Crossing.wait

    def interrupted(crossing, seconds=-1):
        wait(crossing, seconds)
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Crossing, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            session.orders.create(new_order())
    assert time.monotonic() - started < 1
    assert line in caplog.text
    assert "request_id=" in caplog.text


# The blocking sandbox


def test_sandbox_twin(box, pinelabs):
    """The blocking sandbox has ledger, faults, clock, exchanges, reset and revocation."""
    pinelabs.orders.create(new_order())
    assert (1, 2) == (box.ledger.count("orders.create"), len(box.exchanges))
    box.revoke_tokens()
    pinelabs.orders.create(new_order())
    box.clock.advance(hours=2)
    pinelabs.orders.create(new_order())
    assert 3 == sum(exchange.operation == "auth.generate_token" for exchange in box.exchanges)
    box.faults.add(operation="orders.create", what="status", status=400)
    with pytest.raises(PineLabsError):
        pinelabs.orders.create(new_order())
    box.reset()
    assert (0, 0) == (len(box.ledger), len(box.exchanges))
    assert all((box.client_id, box.client_secret, box.merchant_id, box.webhook_secret, box.return_url_secret))


def test_sandbox_ends_its_thread():
    """The blocking sandbox starts and stops, and its thread is gone."""
    box = Sandbox().start()
    thread = box._bridge.run(_here)
    assert box.base_url in repr(box)
    box.close()
    box.close()
    assert ends(thread)


def test_sandbox_raises_its_own_crashes():
    """A bug of the sandbox comes out when it is closed."""
    with pytest.raises(ExceptionGroup), Sandbox() as box:
        box._box.crashes.append(KeyError("surprise"))


def test_async_session_on_the_blocking_sandbox(box):
    """An async Session can talk to the blocking sandbox."""
    import pinelabs_async

    async def main():
        async with pinelabs_async.Session(box.client_id, box.client_secret, base_url=box.base_url) as session:
            return await session.orders.create(new_order())

    assert "CREATED" == asyncio.run(main()).status
