"""Every kind of operation meets every kind of trouble: nothing is done twice, and every end is the right one.

The sandbox's ledger tells what was carried out; the table of expectations is the one that users read.
"""

import asyncio
import time

import attrs
import pytest

from pinelabs_async import (
    ApiError,
    AuthenticationError,
    NoAnswerError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    PaymentDeclinedError,
    PineLabsError,
    RateLimitError,
    Repeat,
    Session,
)
from pinelabs_async.api import OPERATIONS
from tests.loopback.raw import reset
from tests.loopback.shop import (
    authorized,
    card_payment,
    new_capture,
    new_order,
    new_refund,
    paid,
)


@attrs.frozen
class Act:
    """One call, ready to be made, and what it is about."""

    call: object
    reference: str | None


async def create_order(box, pinelabs):
    body = new_order()
    return Act(lambda on: on.orders.create(body), body.merchant_order_reference)


async def get_order(box, pinelabs):
    order = await pinelabs.orders.create(new_order())
    return Act(lambda on: on.orders.get(order.order_id), None)


async def capture_order(box, pinelabs):
    order, body = await authorized(box, pinelabs), new_capture()
    return Act(lambda on: on.orders.capture(order.order_id, body), body.merchant_capture_reference)


async def cancel_order(box, pinelabs):
    order = await authorized(box, pinelabs)
    return Act(lambda on: on.orders.cancel(order.order_id), None)


async def create_payment(box, pinelabs):
    order, body = await pinelabs.orders.create(new_order()), card_payment()
    [tender] = body.payments
    return Act(lambda on: on.payments.create(order.order_id, body), tender.merchant_payment_reference)


async def create_refund(box, pinelabs):
    order, body = await paid(box, pinelabs), new_refund()
    return Act(lambda on: on.refunds.create(order.order_id, body), body.merchant_order_reference)


ACTS = {
    "orders.create": create_order,
    "orders.get": get_order,
    "orders.capture": capture_order,
    "orders.cancel": cancel_order,
    "payments.create": create_payment,
    "refunds.create": create_refund,
}
WRITES = [name for name in ACTS if name != "orders.get"]
KEYED = ["orders.create", "payments.create", "refunds.create"]
ONCE = ["orders.capture", "orders.cancel"]

# An answer that is lost before the gateway has carried anything out, and one that is lost after that.
LOST = {
    "drop": {"what": "drop"},
    "reset": {"what": "reset"},
    "truncated": {"what": "truncated"},
    "garbage": {"what": "garbage"},
    "empty": {"what": "empty"},
    "html-200": {"what": "html"},
    "html-502": {"what": "html", "status": 502},
    "500": {"what": "status", "status": 500},
    "503": {"what": "status", "status": 503},
    "504": {"what": "status", "status": 504},
    "408": {"what": "status", "status": 408},
    "oversized": {"what": "oversized", "size": 70_000},
}
SLOW = {"slow": {"what": "slow", "delay": 0.4}}


def limited(session, limit=65_536):
    """Make the bound on answers small, so that the oversized one may be, too."""
    session._transport._settings = attrs.evolve(session._transport._settings, answer_limit=limit)
    return session


@pytest.fixture
async def ready(box, pinelabs, request):
    """An operation with all that it needs, and the sandbox forgetful of how that came about."""
    await pinelabs.orders.create(new_order())  # the token is there, whatever the operation needs
    act = await ACTS[request.param](box, pinelabs)
    box.exchanges.clear()
    box.ledger.clear()
    limited(pinelabs)
    return request.param, act


def requests_of(box, operation):
    return sum(exchange.operation == operation for exchange in box.exchanges)


async def fails(act, session, kind, operation):
    """Make the call, which must fail with exactly this class, and check the facts that every error has."""
    with pytest.raises(PineLabsError) as caught:
        await act.call(session)
    error = caught.value
    assert kind is type(error), repr(error)
    assert (operation, act.reference) == (error.operation, error.reference)
    assert error.request_id
    assert error.request_id in str(error)
    assert error.__cause__ is None or isinstance(error.__cause__, PineLabsError)
    return error


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
@pytest.mark.parametrize("at", ["before_execute", "after_execute"], ids=["not-done", "done"])
@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_answer_lost_once(box, pinelabs, ready, at, fault):
    """A lost answer is found where it can be found, and reported as unknown where it cannot."""
    operation, act = ready
    box.faults.add(operation=operation, at=at, **fault)
    done = at == "after_execute"
    if operation == "orders.get":
        order = await act.call(pinelabs)
        assert (2, False, 0) == (requests_of(box, operation), order.recovered, len(box.ledger))
        return
    if operation in ONCE:
        error = await fails(act, pinelabs, OutcomeUnknownError, operation)
        assert ("unknown", 1) == (error.outcome, error.attempts)
        assert ("answered" if "status" in fault or fault["what"] in WHOLE else "sent") == error.reached
        assert (1, int(done)) == (requests_of(box, operation), box.ledger.count(operation))
        assert "look" in str(error)
        return
    if done:
        answer = await act.call(pinelabs)
        assert answer.recovered
        assert (1, 1) == (requests_of(box, operation), box.ledger.count(operation))
        return
    if operation == "orders.create":
        order = await act.call(pinelabs)
        assert (act.reference, False) == (order.merchant_order_reference, order.recovered)
        assert (2, 1) == (requests_of(box, operation), box.ledger.count(operation))
        sent = [done.headers["Request-ID"] for done in box.exchanges if done.operation == operation]
        assert 1 == len(set(sent))
        return
    error = await fails(act, pinelabs, OutcomeUnknownError, operation)
    assert ("unknown", 1, 0) == (error.outcome, requests_of(box, operation), box.ledger.count(operation))


WHOLE = {"truncated", "garbage", "empty", "html", "oversized"}


@pytest.mark.parametrize("ready", KEYED, indirect=True)
async def test_recovered_answer_names_what_is_gone(box, pinelabs, ready):
    """A recovered answer says so, is complete but for what no look-up has, and names that."""
    operation, act = ready
    box.faults.add(operation=operation, at="after_execute", what="drop")
    answer = await act.call(pinelabs)
    sent = next(done for done in box.exchanges if done.operation == operation)
    assert (True, sent.headers["Request-ID"]) == (answer.recovered, answer.request_id)
    assert answer.order_id == box.ledger.executions(operation)[0].order_id
    named = {problem.path for problem in answer.problems}
    if operation == "payments.create":
        assert (answer.challenge_url is None) == ("$.challenge_url" in named)
    else:
        assert set() == named
    assert answer.raw["data"]["order_id"] == answer.order_id


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_answer_lost_always(box, pinelabs, ready, fault):
    """An operation that never gets an answer ends in time, and is carried out at most once."""
    operation, act = ready
    box.faults.add(operation=operation, at="after_execute", times=None, **fault)
    if operation in KEYED:
        assert (await act.call(pinelabs)).recovered
    elif operation in ONCE:
        await fails(act, pinelabs, OutcomeUnknownError, operation)
    else:
        error = await fails(act, pinelabs, NoAnswerError, operation)
        assert ("unknown", 3, 3) == (error.outcome, error.attempts, requests_of(box, operation))
        assert "safe to repeat" in str(error)
    assert int(operation in WRITES) == box.ledger.count(operation)


@pytest.mark.parametrize("ready", WRITES, indirect=True)
async def test_nothing_works_at_all(box, pinelabs, ready):
    """When the look-up gets no answer either, a write ends as unknown, and was sent once."""
    operation, act = ready
    box.faults.add(operation="*", at="after_execute", what="drop", times=None)
    error = await fails(act, pinelabs, OutcomeUnknownError, operation)
    assert ("unknown", "sent", 1) == (error.outcome, error.reached, error.attempts)
    assert (1, 1) == (requests_of(box, operation), box.ledger.count(operation))


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_slower_than_one_attempt(box, pinelabs, ready):
    """An answer that comes too late for its attempt is looked for; nothing is carried out twice."""
    operation, act = ready
    box.faults.add(operation=operation, at="after_execute", what="slow", delay=0.4)
    hurried = pinelabs.with_options(timeout=0.15)
    if operation in ONCE:
        await fails(act, hurried, OutcomeUnknownError, operation)
    else:
        assert (operation in KEYED) == (await act.call(hurried)).recovered
    assert int(operation in WRITES) == box.ledger.count(operation)


@pytest.mark.parametrize("at", ["before_execute", "after_execute"], ids=["not-done", "done"])
@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_slower_than_the_deadline(box, pinelabs, ready, at):
    """At the deadline the call ends, soon, and does not claim to know."""
    operation, act = ready
    box.faults.add(operation="*", at=at, what="slow", delay=0.6, times=None)
    started = time.monotonic()
    kind = NoAnswerError if operation == "orders.get" else OutcomeUnknownError
    error = await fails(act, pinelabs.with_options(deadline=0.2), kind, operation)
    assert 0.15 < time.monotonic() - started < 1
    assert ("unknown", "sent") == (error.outcome, error.reached)
    assert box.ledger.count(operation) <= 1


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 429, "retry_after": 0},
        {"status": 429, "retry_after": "soon"},
        {"status": 422, "code": "API_RATE_LIMIT"},
    ],
    ids=["429", "retry-after-zero", "retry-after-unreadable", "code-on-422"],
)
@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_throttled(box, pinelabs, ready, fault):
    """A throttle is waited out, whatever the operation: nothing was carried out."""
    operation, act = ready
    box.faults.add(operation=operation, what="status", times=2, **fault)
    answer = await act.call(pinelabs)
    assert (3, False) == (requests_of(box, operation), answer.recovered)
    assert int(operation in WRITES) == box.ledger.count(operation)


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_throttled_for_ever(box, pinelabs, ready):
    """A throttle that does not end is a refusal: nothing was carried out."""
    operation, act = ready
    box.faults.add(operation=operation, what="status", status=429, times=None)
    error = await fails(act, pinelabs, RateLimitError, operation)
    assert ("refused", "answered", 429, "API_RATE_LIMIT", 3) == (
        error.outcome,
        error.reached,
        error.status,
        error.code,
        error.attempts,
    )
    assert 0 == box.ledger.count(operation)


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_throttled_beyond_the_deadline(box, pinelabs, ready):
    """A Retry-After that the deadline has no room for is not slept through."""
    operation, act = ready
    box.faults.add(operation=operation, what="status", status=429, retry_after=60)
    started = time.monotonic()
    await fails(act, pinelabs, RateLimitError, operation)
    assert time.monotonic() - started < 1
    assert (1, 0) == (requests_of(box, operation), box.ledger.count(operation))


async def test_retry_after_is_kept(box, pinelabs):
    """A Retry-After in seconds is waited for."""
    box.faults.add(operation="orders.create", what="status", status=429, retry_after=1)
    started = time.monotonic()
    await pinelabs.orders.create(new_order())
    assert 1 <= time.monotonic() - started < 3


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_velocity_check_is_no_throttle(box, pinelabs, ready):
    """PAYMENT_RATE_LIMIT is a refusal of this payment: it is not tried again."""
    operation, act = ready
    box.faults.add(operation=operation, what="status", status=429, code="PAYMENT_RATE_LIMIT")
    error = await fails(act, pinelabs, PaymentDeclinedError, operation)
    assert ("refused", 1, 0) == (error.outcome, requests_of(box, operation), box.ledger.count(operation))


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_401_on_the_way(box, pinelabs, ready):
    """A token that is refused on the way is renewed, and the call goes through once."""
    operation, act = ready
    box.faults.add(operation=operation, what="status", status=401)
    answer = await act.call(pinelabs)
    assert (2, 1, False) == (
        requests_of(box, operation),
        requests_of(box, "auth.generate_token"),
        answer.recovered,
    )
    assert int(operation in WRITES) == box.ledger.count(operation)


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_401_for_ever(box, pinelabs, ready):
    """A second 401 is an AuthenticationError, and nothing was carried out."""
    operation, act = ready
    box.faults.add(operation=operation, what="status", status=401, times=None)
    error = await fails(act, pinelabs, AuthenticationError, operation)
    assert ("refused", 401, 2) == (error.outcome, error.status, requests_of(box, operation))
    assert 0 == box.ledger.count(operation)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_redirect(box, pinelabs, ready, elsewhere, status):
    """A redirect is never followed; it is an error that says so."""
    operation, act = ready
    box.faults.add(
        operation=operation, what="redirect", status=status, location=f"{elsewhere.base_url}/api", times=None
    )
    error = await fails(act, pinelabs, ApiError, operation)
    assert ("refused", status, 1) == (error.outcome, error.status, requests_of(box, operation))
    assert "redirect" in str(error)
    assert (0, 0) == (elsewhere.connections, box.ledger.count(operation))


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_web_page_404(box, pinelabs, ready):
    """A web page with status 404 is a refusal without a code."""
    operation, act = ready
    box.faults.add(operation=operation, what="html", status=404)
    error = await fails(act, pinelabs, NotFoundError, operation)
    assert ("refused", None, 404) == (error.outcome, error.code, error.status)
    assert (1, 0) == (requests_of(box, operation), box.ledger.count(operation))
    assert "<html" not in str(error)


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_refused_connection(box, pinelabs, ready):
    """A gateway that is gone is not-sent for every operation: safe to repeat."""
    operation, act = ready
    await box.aclose()
    await asyncio.sleep(0.02)  # the client notices that its connections are closed
    error = await fails(act, pinelabs, NotSentError, operation)
    assert ("not_sent", "not sent", 3) == (error.outcome, error.reached, error.attempts)
    assert 0 == len(box.ledger)


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_not_resolved_when_told_so(box, pinelabs, ready):
    """With on_unknown="raise" nothing is looked up: the caller wants to do that."""
    operation, act = ready
    box.faults.add(operation=operation, at="after_execute", what="drop")
    session = pinelabs.with_options(on_unknown="raise")
    if operation == "orders.get":
        assert (await act.call(session)).order_id
        return
    await fails(act, session, OutcomeUnknownError, operation)
    assert (1, 1) == (len(box.exchanges), box.ledger.count(operation))


@pytest.mark.parametrize("ready", ACTS, indirect=True)
async def test_only_one_attempt(box, pinelabs, ready):
    """With max_attempts=1 a read is not repeated."""
    operation, act = ready
    box.faults.add(operation=operation, at="after_execute", what="drop")
    session = pinelabs.with_options(max_attempts=1)
    if operation == "orders.get":
        await fails(act, session, NoAnswerError, operation)
    elif operation in ONCE:
        await fails(act, session, OutcomeUnknownError, operation)
    else:
        assert (await act.call(session)).recovered
    assert 1 == requests_of(box, operation)


async def test_every_kind_of_operation_is_covered():
    """The matrix has operations of each kind of repetition, as they are declared."""
    kinds = {name: OPERATIONS[name].repeat for name in ACTS}
    assert {
        **dict.fromkeys(KEYED, Repeat.BY_REFERENCE),
        **dict.fromkeys(ONCE, Repeat.NEVER),
        "orders.get": Repeat.READ,
    } == kinds


async def test_connection_broken_before_anything_was_read(raw, connect):
    """A reset right after the connection was made: a read is tried again, a write is not trusted."""
    pinelabs = connect(raw)
    await pinelabs.orders.get("v1-order")
    [pool] = [place.pool for place in pinelabs._transport._places.values()]
    await pool.close()
    raw.greeting = reset
    with pytest.raises((NoAnswerError, NotSentError)) as caught:
        await pinelabs.orders.get("v1-order")
    assert caught.value.attempts == 3
    for act in (
        lambda: pinelabs.orders.create(new_order()),
        lambda: pinelabs.orders.capture("v1-order", new_capture()),
        lambda: pinelabs.orders.cancel("v1-order"),
        lambda: pinelabs.payments.create("v1-order", card_payment()),
        lambda: pinelabs.refunds.create("v1-order", new_refund()),
    ):
        with pytest.raises((OutcomeUnknownError, NotSentError)):
            await act()
    assert 1 == len(raw.requests)


async def test_errors_hold_no_card_number(box, pinelabs):
    """Whatever goes wrong, neither card number nor token is in the error."""
    order = await pinelabs.orders.create(new_order())
    box.faults.add(operation="*", at="after_execute", what="drop", times=None)
    with pytest.raises(OutcomeUnknownError) as caught:
        await pinelabs.payments.create(order.order_id, card_payment())
    told = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert "4012001037141112" not in told
    assert all(token not in told for token in box._state.tokens)


async def test_two_sessions_do_not_mix(box):
    """Two merchants' sessions keep their tokens and orders apart."""
    other = box.add_merchant()
    async with (
        Session(box.client_id, box.client_secret, base_url=box.base_url) as first,
        Session(other.client_id, other.client_secret, base_url=box.base_url) as second,
    ):
        order = await first.orders.create(new_order())
        with pytest.raises(NotFoundError):
            await second.orders.get(order.order_id)
