"""One cell of the matrix: one operation, one thing that goes wrong, one package."""

import asyncio
import contextlib

import aiohttp
import attrs

import pinelabs_sync
from pinelabs_async import (
    OPERATIONS,
    LegacyCredentials,
    NoAnswerError,
    OutcomeUnknownError,
    PineLabsError,
    Repeat,
    Session,
)
from pinelabs_async.sandbox import Sandbox
from tests.faults.reach import Ask, reach
from tests.faults.troubles import NO_ANSWER, NOT_SENT, OTHER_READS, REFUSED, RESULT, UNKNOWN
from tests.sandbox.conftest import Api

READS = [name for name, operation in OPERATIONS.items() if operation.repeat is Repeat.READ]
WARM_UP = Ask("payouts.balance")


class Gate:
    """Hold what is slow until the call that it belongs to has ended, however long that takes."""

    def __init__(self):
        self._held = []

    def hold(self, faults):
        """Close the way for these faults until the returned event is set."""
        ended = asyncio.Event()
        self._held += [(fault, ended) for fault in faults if fault.what == "slow"]
        return ended

    async def wait(self, fault):
        """Wait in the place of `damage.wait`."""
        for held, ended in self._held:
            if held is fault:
                await ended.wait()


@attrs.frozen
class Outcome:
    """Hold what a call came to, on both sides of the wire."""

    ask: Ask
    answer: object
    error: BaseException | None
    executed: list[str]
    """The operations that the ledger shows since the call began."""
    request_ids: set[str | None]
    """Those that came in with the operation."""
    struck: list[int]
    """How often each fault did; only the first one has to."""

    @property
    def ending(self):
        """Return how the call ended, in one word of the table."""
        error = self.error
        if error is None:
            return RESULT
        if not isinstance(error, PineLabsError):
            return f"foreign {type(error).__name__}"
        if isinstance(error, OutcomeUnknownError):
            return UNKNOWN
        if isinstance(error, NoAnswerError):
            return NO_ANSWER
        return {"not_sent": NOT_SENT, "refused": REFUSED}.get(error.outcome, f"other {type(error).__name__}")


@contextlib.asynccontextmanager
async def awaited(*given, **settings):
    """Make a Session; yield a way to call on it."""
    async with Session(*given, **settings) as session:

        async def call(ask, **options):
            called = ask.of(session.with_options(**options))
            return [item async for item in called] if hasattr(called, "by_page") else await called

        yield call


@contextlib.asynccontextmanager
async def blocking(*given, **settings):
    """Make a blocking Session; yield a way to call on it from another thread."""
    session = pinelabs_sync.Session(*given, **settings)

    def call(ask, options):
        called = ask.of(session.with_options(**options))
        return list(called) if hasattr(called, "by_page") else called

    try:
        yield lambda ask, **options: asyncio.to_thread(call, ask, options)
    finally:
        await asyncio.to_thread(session.close)


PACKAGES = {"async": awaited, "sync": blocking}


async def run(name, trouble, package, gate):
    """Bring about what the operation needs, let it go wrong, call it, and tell what came of it."""
    async with Sandbox() as box:
        async with aiohttp.ClientSession(box.base_url) as http:
            api = Api(box, http)
            await api.login()
            ask = await reach(name, api)
        done = len(box.ledger)
        credentials = LegacyCredentials(box.merchant_id, box.access_code)
        async with PACKAGES[package](
            box.client_id, box.client_secret, base_url=box.base_url, legacy=credentials, deadline=20
        ) as call:
            if trouble.has_token or trouble.is_slow:
                await _warm_up(box, call)
            asked = len(box.exchanges)
            faults = [box.faults.add(**fault) for fault in _spelt_out(name, trouble.faults)]
            ended = gate.hold(faults)
            answer, error = None, None
            try:
                async with _reachable(box, trouble):
                    answer = await call(ask, **trouble.options)
            except Exception as caught:  # noqa: BLE001  # whatever comes out, the matrix judges it
                error = caught
            finally:
                ended.set()
    # Closed, the sandbox has come to the end of all that it had begun.
    return Outcome(
        ask=ask,
        answer=answer,
        error=error,
        executed=[execution.operation for execution in list(box.ledger)[done:]],
        request_ids={
            exchange.headers.get("Request-ID")
            for exchange in list(box.exchanges)[asked:]
            if exchange.operation == name
        },
        struck=[fault.hits for fault in faults],
    )


async def _warm_up(box, call):
    """Let the Session have a token, and no connection: an answer that is dribbled ends with its own."""
    box.faults.add(operation=WARM_UP.name, at="after_execute", what="dribble")
    await call(WARM_UP)


def _spelt_out(name, faults):
    """Yield each fault with the operation that it is for."""
    for fault in faults:
        if fault.get("operation") == OTHER_READS:
            yield from ({**fault, "operation": read} for read in READS if read != name)
        else:
            yield {"operation": name, **fault}


def _reachable(box, trouble):
    return contextlib.nullcontext() if trouble.is_reachable else box.unreachable()


def complaints(trouble, outcome):
    """Yield what is wrong with an outcome."""
    name = outcome.ask.name
    operation = OPERATIONS[name]
    is_read = operation.repeat is Repeat.READ
    count = len(outcome.executed)
    expected = trouble.ending(operation)
    if outcome.ending != expected:
        yield f"ended with {outcome.ending}, not {expected}"
    if set(outcome.executed) - {name}:
        yield f"carried out something else: {outcome.executed}"
    if count > 1 and not is_read:
        yield f"carried out {count} times"
    if trouble.is_carried_out and not is_read and not count:
        yield "not carried out, though the fault leaves it to be"
    if outcome.ending in (NOT_SENT, REFUSED) and count:
        yield f"called {outcome.ending}, and carried out"
    if outcome.ending == RESULT and not is_read and count != 1:
        yield f"has a result, and was carried out {count} times"
    if outcome.ending == (UNKNOWN if is_read else NO_ANSWER):
        yield f"a {operation.repeat} ended with {outcome.ending}"
    if outcome.ending == RESULT and not _is_answer(operation, outcome.answer):
        yield f"its result is a {type(outcome.answer).__name__}"
    if outcome.struck[:1] == [0]:
        yield "did not meet its fault"
    if isinstance(outcome.error, PineLabsError):
        yield from _misinformation(operation, outcome)


def _is_answer(operation, answer):
    # The items of a listing are of many classes; that there are some is the row's doing.
    return bool(answer) if isinstance(answer, list) else isinstance(answer, operation.answer)


def _misinformation(operation, outcome):
    error, ask = outcome.error, outcome.ask
    facts = {
        "operation": (ask.name, error.operation),
        "reference": (ask.reference or error.reference, error.reference),
        "ids": (dict(zip(operation.id_names, ask.ids, strict=True)), dict(error.ids)),
    }
    for fact, (expected, told) in facts.items():
        if expected != told:
            yield f"its {fact} is {told!r}, not {expected!r}"
    sent = set() if operation.legacy else outcome.request_ids  # the older gateway knows no such header
    if not error.request_id or sent - {error.request_id}:
        yield f"its request_id is {error.request_id!r}, and {sent} came"
