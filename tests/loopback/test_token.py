"""The access token: fetched once, shared, refreshed ahead, renewed after a 401."""

import asyncio
import gc
import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from pinelabs_async import (
    AuthenticationError,
    NotSentError,
    PineLabsError,
    RateLimitError,
    Session,
)
from pinelabs_async.sandbox import Sandbox
from tests.loopback.raw import (
    LoopThread,
    RawServer,
    after,
    answer,
    bytes_only,
    drop,
    free_port_that_refuses,
    grant,
    never,
    order_json,
    refusal,
    reset,
)
from tests.loopback.shop import new_order

SECRET = "s3cret-of-the-client"


def token_calls(box):
    return sum(exchange.operation == "auth.generate_token" for exchange in box.exchanges)


async def test_thousand_first_calls_fetch_one_token(box, pinelabs):
    """A thousand concurrent first calls cost one token call."""
    order = await pinelabs.orders.create(new_order())
    box.reset()
    pinelabs._caller.tokens._held = None
    fault = box.faults.add(operation="auth.generate_token", what="slow", delay=0.1)
    results = await asyncio.gather(
        *(pinelabs.orders.get(order.order_id) for _ in range(1000)), return_exceptions=True
    )
    assert {"NotFoundError"} == {type(result).__name__ for result in results}
    assert (1, 1) == (fault.hits, len(box._state.tokens))


async def test_token_call_says_who_calls(raw, connect):
    """The token call carries the credentials in its body, and neither a token nor a key."""
    await connect(raw).orders.get("v1-order")
    [request] = raw.token_requests
    assert {
        "client_id": "client",
        "client_secret": SECRET,
        "grant_type": "client_credentials",
    } == request.json
    assert not {"authorization", "idempotency-key", "merchant-id"} & set(request.headers)
    assert {"request-id", "request-timestamp"} <= set(request.headers)
    assert "Bearer token-1" == raw.requests[0].headers["authorization"]


@pytest.mark.parametrize("form", ["expires_in", "expires_at"])
async def test_both_forms_of_expiry(form):
    """Both documented forms of expiry are understood: the token is used again until then."""
    async with (
        Sandbox(token_expiry=form) as box,
        Session(box.client_id, box.client_secret, base_url=box.base_url) as pinelabs,
    ):
        await pinelabs.orders.create(new_order())
        await pinelabs.orders.create(new_order())
        assert 1 == token_calls(box)
        held = pinelabs._caller.tokens._held
        assert 3580 < held.unusable_at - time.monotonic() <= 3600


@pytest.mark.parametrize(
    "expiry",
    [
        pytest.param({"expires_in": 0}, id="expires_in-zero"),
        pytest.param({"expires_in": -60}, id="expires_in-negative"),
        pytest.param({"expires_at": "2001-01-01T00:00:00Z"}, id="expires_at-past"),
        pytest.param({"expires_at": (datetime.now(UTC) - timedelta(hours=5)).isoformat()}, id="clock-ahead"),
        pytest.param({"expires_at": "soon"}, id="expires_at-unreadable"),
        pytest.param({"expires_in": "an hour"}, id="expires_in-unreadable"),
        pytest.param({"token_type": "Bearer"}, id="none"),
    ],
)
async def test_odd_expiry_causes_no_storm(raw, connect, expiry):
    """A token without an expiry, or expired on arrival, is used all the same and not fetched for each call."""
    raw.token_script = [grant(**expiry)]
    pinelabs = connect(raw)
    for _ in range(3):
        await asyncio.gather(*(pinelabs.orders.get("v1-order") for _ in range(20)))
    assert (60, 1) == (len(raw.requests), len(raw.token_requests))


@pytest.mark.parametrize("lifetime", ["3600", 3600.0], ids=["text", "fraction"])
async def test_expires_in_written_otherwise(raw, connect, lifetime):
    """Seconds written as text or with a fraction do not stop the token from being used."""
    raw.token_script = [grant(expires_in=lifetime)]
    pinelabs = connect(raw)
    await pinelabs.orders.get("v1-order")
    await pinelabs.orders.get("v1-order")
    assert 1 == len(raw.token_requests)


async def test_expired_token_is_renewed_by_the_call_that_meets_it(box, pinelabs):
    """A token that the gateway no longer knows costs one 401 and one token call, not an error."""
    await pinelabs.orders.create(new_order())
    box.clock.advance(hours=2)
    order = await pinelabs.orders.create(new_order())
    assert (2, 2) == (token_calls(box), box.ledger.count("orders.create"))
    statuses = [done.status for done in box.exchanges if done.operation == "orders.create"]
    assert [200, 401, 200] == statuses
    assert order.status == "CREATED"


async def test_revoked_under_load(box, pinelabs):
    """Two hundred calls that meet a revoked token cost few token calls and lose nothing."""
    await pinelabs.orders.create(new_order())
    running = [asyncio.create_task(pinelabs.orders.create(new_order())) for _ in range(100)]
    await asyncio.sleep(0.01)
    box.revoke_tokens()
    running += [asyncio.create_task(pinelabs.orders.create(new_order())) for _ in range(100)]
    await asyncio.gather(*running)
    assert 201 == box.ledger.count("orders.create")
    assert token_calls(box) <= 3


async def test_second_401_is_an_error(box, pinelabs):
    """A fresh token that is refused, too, ends the call; nothing is tried a third time."""
    fault = box.faults.add(operation="orders.create", what="status", status=401, times=None)
    with pytest.raises(AuthenticationError) as caught:
        await pinelabs.orders.create(new_order(merchant_order_reference="ord-401"))
    error = caught.value
    assert (2, 2, 2) == (fault.hits, token_calls(box), error.attempts)
    assert (401, "UNAUTHORIZED", "refused", "answered") == (
        error.status,
        error.code,
        error.outcome,
        error.reached,
    )
    assert ("orders.create", "ord-401") == (error.operation, error.reference)
    assert error.request_id == box.exchanges[-1].headers["Request-ID"]


async def test_401_with_one_attempt_still_renews(box, pinelabs):
    """The new token after a 401 is not one of the attempts that max_attempts counts."""
    box.faults.add(operation="orders.create", what="status", status=401)
    await pinelabs.with_options(max_attempts=1).orders.create(new_order())
    assert 1 == box.ledger.count("orders.create")


async def test_late_401_of_an_old_token_leaves_the_new_one(raw, connect):
    """A 401 for a token that has been replaced already does not throw the new one away."""
    raw.token_script = [grant("token-1"), grant("token-2"), grant("token-3")]

    async def judge(peer):
        old = raw.requests[-1].headers["authorization"] == "Bearer token-1"
        first = len(raw.requests) == 1
        deed = refusal(401, "UNAUTHORIZED") if old else answer(order_json())
        await (after(0.1, deed) if old and not first else deed)(peer)

    raw.script = [judge]
    pinelabs = connect(raw)
    await asyncio.gather(*(pinelabs.orders.get("v1-order") for _ in range(5)))
    assert 2 == len(raw.token_requests)


async def test_cancelled_caller_leaves_the_fetch_to_the_others(box, pinelabs):
    """Cancelling the caller that started the fetch harms nobody else."""
    box.faults.add(operation="auth.generate_token", what="slow", delay=0.1)
    first = asyncio.create_task(pinelabs.orders.create(new_order()))
    await asyncio.sleep(0.02)
    others = [asyncio.create_task(pinelabs.orders.create(new_order())) for _ in range(5)]
    await asyncio.sleep(0.02)
    first.cancel()
    done = await asyncio.gather(*others)
    assert ["CREATED"] * 5 == [order.status for order in done]
    assert first.cancelled()
    assert (1, 5) == (token_calls(box), box.ledger.count("orders.create"))


@pytest.mark.parametrize("trouble", [None, "status"], ids=["token-comes", "token-fails"])
async def test_all_callers_cancelled(box, pinelabs, caplog, trouble):
    """When every caller is gone, the fetch ends in silence, and the next call works."""
    box.faults.add(operation="auth.generate_token", what="slow", delay=0.05)
    if trouble:
        box.faults.add(operation="auth.generate_token", what=trouble, status=401, times=1)
    reported = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    callers = [asyncio.create_task(pinelabs.orders.create(new_order())) for _ in range(5)]
    await asyncio.sleep(0.02)
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    await asyncio.sleep(0.15)
    gc.collect()
    assert [] == reported
    assert [] == [record for record in caplog.records if record.name == "asyncio"]
    box.faults.clear()
    assert "CREATED" == (await pinelabs.orders.create(new_order())).status


async def test_wrong_credentials(raw, connect):
    """A hundred callers with wrong credentials get an error each, for one token call."""
    raw.token_script = [after(0.05, refusal(401, "UNAUTHORIZED", "Unauthorized"))]
    pinelabs = connect(raw)
    results = await asyncio.gather(
        *(pinelabs.orders.create(new_order()) for _ in range(100)), return_exceptions=True
    )
    assert {AuthenticationError} == {type(result) for result in results}
    assert (100, 100) == (len(set(map(id, results))), len({error.request_id for error in results}))
    assert (1, 0) == (len(raw.token_requests), len(raw.requests))
    for error in results[:3]:
        assert raw.base_url in str(error)
        assert "UAT and production" in str(error)
        assert SECRET not in str(error) + repr(error) + repr(vars(error))
        assert ("not_sent", "not sent", 401, "orders.create") == (
            error.outcome,
            error.reached,
            error.status,
            error.operation,
        )


@pytest.mark.parametrize("status", [400, 401, 403, 422])
async def test_refused_credentials_are_not_tried_again(raw, connect, status):
    """The token call's refusals are an AuthenticationError at once."""
    raw.token_script = [refusal(status, "INVALID_REQUEST" if status != 401 else "UNAUTHORIZED")]
    with pytest.raises(AuthenticationError) as caught:
        await connect(raw).orders.create(new_order())
    assert ("not_sent", status, 1) == (caught.value.outcome, caught.value.status, len(raw.token_requests))


@pytest.mark.parametrize(
    ("deed", "error", "tries"),
    [
        pytest.param(refusal(500, "INTERNAL_ERROR"), NotSentError, 3, id="500"),
        pytest.param(refusal(503, None), NotSentError, 3, id="503"),
        pytest.param(answer(b"<html>", status=502, kind="text/html"), NotSentError, 3, id="html-502"),
        pytest.param(answer(b"<html>", kind="text/html"), NotSentError, 3, id="html-200"),
        pytest.param(answer(b""), NotSentError, 3, id="empty"),
        pytest.param(answer({}), NotSentError, 1, id="no-token"),
        pytest.param(answer({"access_token": ""}), NotSentError, 1, id="empty-token"),
        pytest.param(answer({"access_token": None}), NotSentError, 1, id="null-token"),
        pytest.param(answer([1]), NotSentError, 3, id="list"),
        pytest.param(refusal(404, None), NotSentError, 1, id="404"),
        pytest.param(refusal(405, "METHOD_NOT_ALLOWED"), NotSentError, 1, id="405"),
        pytest.param(refusal(429, "API_RATE_LIMIT"), RateLimitError, 3, id="429"),
        pytest.param(refusal(429, None), RateLimitError, 3, id="429-without-code"),
        pytest.param(drop, NotSentError, 3, id="drop"),
        pytest.param(reset, NotSentError, 3, id="reset"),
        pytest.param(bytes_only(b"HTTP/9 nonsense\r\n\r\n"), NotSentError, 3, id="no-http"),
    ],
)
async def test_token_endpoint_in_trouble(raw, connect, deed, error, tries):
    """Whatever the token endpoint does, the error is typed and says that nothing was sent."""
    raw.token_script = [deed]
    with pytest.raises(error) as caught:
        await connect(raw).orders.create(new_order(merchant_order_reference="ord-9"))
    assert ("not_sent", "not sent", "orders.create", "ord-9") == (
        caught.value.outcome,
        caught.value.reached,
        caught.value.operation,
        caught.value.reference,
    )
    assert (tries, 0) == (len(raw.token_requests), len(raw.requests))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_token_call_is_not_redirected(raw, elsewhere, connect, status):
    """The secret is not sent on to where a redirect leads."""
    raw.token_script = [
        answer(b"", status=status, headers={"Location": f"{elsewhere.base_url}/api/auth/v1/token"})
    ]
    with pytest.raises(NotSentError) as caught:
        await connect(raw).orders.create(new_order())
    assert "not_sent" == caught.value.outcome
    assert (1, 0) == (len(raw.token_requests), elsewhere.connections)


async def test_refused_connection():
    """A gateway that is not there is a NotSentError in words."""
    with free_port_that_refuses() as holder:
        url = f"http://127.0.0.1:{holder.getsockname()[1]}"
        async with Session("client", SECRET, base_url=url) as pinelabs:
            with pytest.raises(NotSentError) as caught:
                await pinelabs.orders.create(new_order())
    assert ("not_sent", "not sent") == (caught.value.outcome, caught.value.reached)


async def test_deadline_covers_the_token(raw, connect):
    """A token endpoint that never answers does not hold a call beyond its deadline."""
    raw.token_script = [never]
    started = time.monotonic()
    with pytest.raises(NotSentError) as caught:
        await connect(raw, deadline=0.2).orders.create(new_order())
    assert time.monotonic() - started < 1.5
    assert "not_sent" == caught.value.outcome


async def test_timeout_holds_for_the_token_too(raw, connect):
    """A token call that hangs is given up after the Session's timeout and tried again within the deadline."""
    raw.token_script = [never, grant()]
    order = await connect(raw, timeout=0.2, deadline=3).orders.get("v1-order")
    assert ("v1-order", 2) == (order.order_id, len(raw.token_requests))


async def test_failed_fetch_is_not_remembered(raw, connect):
    """The call after a failed fetch fetches again."""
    raw.token_script = [refusal(401, "UNAUTHORIZED"), grant()]
    pinelabs = connect(raw)
    with pytest.raises(AuthenticationError):
        await pinelabs.orders.get("v1-order")
    assert "v1-order" == (await pinelabs.orders.get("v1-order")).order_id


async def test_own_token_of_generate_token_is_not_the_sessions(box, pinelabs):
    """Trying credentials out leaves the Session's own token alone."""
    from pinelabs_async import Credentials

    await pinelabs.orders.create(new_order())
    held = pinelabs._caller.tokens._held
    token = await pinelabs.auth.generate_token(
        Credentials(client_id=box.client_id, client_secret=box.client_secret)
    )
    assert token.access_token
    assert held is pinelabs._caller.tokens._held
    with pytest.raises(AuthenticationError):
        await pinelabs.auth.generate_token(Credentials(client_id=box.client_id, client_secret="wrong"))


def test_credentials_are_sent_as_any_body_is():
    """What is written without cattrs for the sake of a cold start is what cattrs would write."""
    from pinelabs_async import OPERATIONS, Credentials, to_json

    given = Credentials(client_id="idé", client_secret='quo"ted', extra={"scope": ["a", 1]})
    content = OPERATIONS["auth.generate_token"].write(given)
    assert "application/json" == content.type
    assert json.loads(to_json(given)) == json.loads(content.data)


async def test_close_ends_a_fetch_under_way(raw, connect, caplog):
    """Closing the Session while the token is being fetched ends the fetch without noise."""
    raw.token_script = [never]
    pinelabs = connect(raw, deadline=5)
    caller = asyncio.create_task(pinelabs.orders.get("v1-order"))
    await asyncio.sleep(0.05)
    started = time.monotonic()
    await pinelabs.aclose()
    assert time.monotonic() - started < 1
    with pytest.raises(PineLabsError) as caught:
        await asyncio.wait_for(caller, 2)
    assert "not_sent" == caught.value.outcome
    assert [] == [record for record in caplog.records if record.levelno >= logging.ERROR]


# Several event loops


@pytest.fixture
def far():
    """A raw server on another thread, so that tests may run event loops of their own."""
    with LoopThread() as thread:
        server = RawServer()
        thread.run(server.__aenter__())
        yield server
        thread.run(server.__aexit__())


def test_two_loops_in_two_threads(far):
    """Two event loops in two threads share one token, and each has connections of its own."""
    far.token_script = [after(0.1, grant())]
    pinelabs = Session("client", SECRET, base_url=far.base_url)
    start = threading.Barrier(2)

    with LoopThread() as one, LoopThread() as two:

        async def calls():
            start.wait()
            return await asyncio.gather(*(pinelabs.orders.get("v1-order") for _ in range(20)))

        futures = [asyncio.run_coroutine_threadsafe(calls(), thread.loop) for thread in (one, two)]
        results = [order for future in futures for order in future.result(20)]
        one.run(pinelabs.aclose())
    assert 40 == len(results)
    assert (40, 1) == (len(far.requests), len(far.token_requests))


def test_fetch_of_a_loop_that_ends_is_taken_over(far):
    """When the loop that fetches the token goes away, a caller on another loop fetches it anew."""
    far.token_script = [never, grant()]
    pinelabs = Session("client", SECRET, base_url=far.base_url, deadline=10)

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pinelabs.orders.get("v1-order"), 0.3)
        await pinelabs._transport._places.pop(asyncio.get_running_loop()).pool.close()

    with LoopThread() as other:
        ending = threading.Thread(target=asyncio.run, args=(give_up(),))
        ending.start()
        time.sleep(0.1)
        started = time.monotonic()
        order = other.run(pinelabs.orders.get("v1-order"))
        assert time.monotonic() - started < 3
        ending.join(5)
        other.run(pinelabs.aclose())
    assert "v1-order" == order.order_id


def test_fetch_of_a_loop_that_was_abandoned(far):
    """A loop that was closed with the fetch half done does not block later calls on another one."""
    far.token_script = [never, grant()]
    pinelabs = Session("client", SECRET, base_url=far.base_url, deadline=3)

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pinelabs.orders.get("v1-order"), 0.1)
        await pinelabs._transport._places.pop(asyncio.get_running_loop()).pool.close()

    loop = asyncio.new_event_loop()
    loop.run_until_complete(give_up())
    tasks = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in tasks:
        task._log_destroy_pending = False
    loop.close()

    async def again():
        try:
            return await pinelabs.orders.get("v1-order")
        finally:
            await pinelabs.aclose()

    assert "v1-order" == asyncio.run(again()).order_id


# That nothing is left open is held by the bridge's tests, in a process of its own.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_two_asyncio_runs(far):
    """One Session works in one asyncio.run after the other, with one token."""
    pinelabs = Session("client", SECRET, base_url=far.base_url)

    async def once():
        return (await pinelabs.orders.get("v1-order")).order_id

    async def last():
        try:
            return await once()
        finally:
            await pinelabs.aclose()

    assert "v1-order" == asyncio.run(once())
    gc.collect()
    assert "v1-order" == asyncio.run(last())
    gc.collect()
    assert (2, 1) == (len(far.requests), len(far.token_requests))


def test_many_loops_that_come_and_go(far):
    """Threads that each run one event loop after the other share a Session without harm."""
    pinelabs = Session("client", SECRET, base_url=far.base_url)

    async def once():
        return (await pinelabs.orders.get("v1-order")).order_id

    def work(_):
        return [asyncio.run(once()) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        found = [order_id for ids in pool.map(work, range(8)) for order_id in ids]
    assert ["v1-order"] * 64 == found
    assert 1 == len(far.token_requests)
    asyncio.run(pinelabs.aclose())
