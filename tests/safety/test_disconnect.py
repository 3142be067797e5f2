"""A browser hangs up while a web handler takes money: nothing is carried out twice, and nothing goes unrecorded."""

import asyncio
import contextlib
import logging

import anyio
import pytest

from pinelabs_async import MemoryIntentStore, Session, SQLiteIntentStore
from tests.incoming.conftest import served
from tests.loopback.shop import new_order, new_refund, paid

WHY = "the extra [fastapi] is not installed"
applications = pytest.importorskip("starlette.applications", reason=WHY)
middlewares = pytest.importorskip("starlette.middleware.base", reason=WHY)
responses = pytest.importorskip("starlette.responses", reason=WHY)
routing = pytest.importorskip("starlette.routing", reason=WHY)
fastapi = pytest.importorskip("fastapi", reason=WHY)

SLOW, TOO_SLOW = 0.2, 0.6
"""Seconds that the gateway takes, in real time: less and more than a caller is given."""


class Shop:
    """A handler that makes one write, and how that ended."""

    def __init__(self, write):
        self.write = write
        self.end = asyncio.get_running_loop().create_future()

    async def handle(self):
        try:
            answer = await self.write()
        except BaseException as error:
            self.end.set_result(error)
            raise
        self.end.set_result(answer)
        return answer

    async def route(self, request):
        await self.handle()
        return responses.JSONResponse({"paid": True})


class CancelByTask:
    """Be the middleware that many copy: a handler in a task of its own, cancelled when the connection ends."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        messages = asyncio.Queue()
        handling = asyncio.create_task(self.app(scope, messages.get, send))

        async def listen():
            while (message := await receive())["type"] != "http.disconnect":
                messages.put_nowait(message)
            handling.cancel()

        listening = asyncio.create_task(listen())
        await asyncio.wait((handling,))
        listening.cancel()
        await asyncio.wait((listening,))
        return None if handling.cancelled() else handling.result()


class CancelByScope:
    """Do the same with a task group, whose cancelled scope cancels again at every await."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        into, out_of = anyio.create_memory_object_stream(10)

        async def listen():
            while (message := await receive())["type"] != "http.disconnect":
                into.send_nowait(message)
            group.cancel_scope.cancel()

        async with into, out_of, anyio.create_task_group() as group:
            group.start_soon(listen)
            await self.app(scope, out_of.receive, send)
            group.cancel_scope.cancel()
        return None


async def pass_on(request, call_next):
    """Do nothing, in a task group of its own."""
    return await call_next(request)


def in_starlette(shop):
    return applications.Starlette(routes=[routing.Route("/pay", shop.route, methods=["POST"])])


def in_middlewares(shop):
    app = in_starlette(shop)
    for _ in range(2):
        app.add_middleware(middlewares.BaseHTTPMiddleware, dispatch=pass_on)
    return app


def in_fastapi(shop):
    app = fastapi.FastAPI()

    @app.post("/pay")
    async def pay():
        return await shop.handle()

    return app


def with_task(shop):
    return CancelByTask(in_starlette(shop))


def with_scope(shop):
    return CancelByScope(in_fastapi(shop))


def with_scope_and_middlewares(shop):
    return CancelByScope(in_middlewares(shop))


def while_streaming(shop):
    async def parts():
        yield "wait..."
        await shop.handle()
        yield "done"

    async def stream(request):
        return responses.StreamingResponse(parts())

    return applications.Starlette(routes=[routing.Route("/pay", stream, methods=["POST"])])


GOES_ON = [in_starlette, in_middlewares, in_fastapi]
CANCELS = [with_task, with_scope, with_scope_and_middlewares, while_streaming]
each_way = pytest.mark.parametrize("make", [*GOES_ON, *CANCELS], ids=lambda make: make.__name__)
each_write = pytest.mark.parametrize("operation", ["orders.create", "refunds.create"])
each_moment = pytest.mark.parametrize("at", ["before_execute", "after_execute"])


@pytest.fixture
async def in_file(tmp_path):
    """A journal that survives a crash."""
    store = SQLiteIntentStore(tmp_path / "intents.db")
    yield store
    await store.aclose()


@pytest.fixture
def in_memory():
    """A journal for the life of the process."""
    return MemoryIntentStore()


@contextlib.asynccontextmanager
async def shop_of(box, operation, journal, grace):
    """A shop whose Session has a journal; yields it with the reference of its one write."""
    async with Session(
        box.client_id, box.client_secret, base_url=box.base_url, journal=journal, grace=grace
    ) as session:
        if operation == "orders.create":
            body = new_order()
            shop = Shop(lambda: session.orders.create(body))
        else:
            order = await paid(box, session)
            body = new_refund()
            shop = Shop(lambda: session.refunds.create(order.order_id, body))
        yield session, shop, body.merchant_order_reference


async def hang_up_at(fault, base, shop):
    """Ask for the payment, hang up once the gateway is at work on it, and wait for the end of the write."""
    _, writer = await asyncio.open_connection(*base.removeprefix("http://").split(":"))
    writer.write(b"POST /pay HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()
    async with asyncio.timeout(20):
        while not fault.hits:  # noqa: ASYNC110  # the sandbox offers no event
            await asyncio.sleep(0.005)
        assert not shop.end.done()
        writer.transport.abort()
        return await asyncio.shield(shop.end)


def lines(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "pinelabs"]


@pytest.fixture(autouse=True)
async def _nothing_left(caplog):
    """After the test no task is left that was not there before, and no loop complained of one."""
    caplog.set_level(logging.WARNING)
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    # The sandbox's end of a connection that was left goes on by itself, as a gateway's does.
    assert [] == [task for task in left if not task.get_coro().__qualname__.startswith("RequestHandler.")]
    assert [] == [record.getMessage() for record in caplog.records if record.name == "asyncio"]


@each_way
@each_write
@each_moment
async def test_the_answer_comes_in_time(box, in_memory, caplog, make, operation, at):
    """The write comes to its end once: the handler has its answer, or the log the line, and the journal is settled."""
    async with shop_of(box, operation, in_memory, grace=10) as (session, shop, reference):
        async with served(make(shop)) as base:
            fault = box.faults.add(operation=operation, at=at, what="slow", delay=SLOW)
            end = await hang_up_at(fault, base, shop)
        assert 1 == box.ledger.count(operation, reference=reference)
        assert () == tuple(await in_memory.pending())
        assert () == tuple(await session.recover(older_than=0))
    if make in GOES_ON:
        assert (reference, []) == (end.merchant_order_reference, lines(caplog))
    else:
        assert isinstance(end, asyncio.CancelledError)
        (line,) = lines(caplog)
        assert "its caller was cancelled; after that its answer came: it was carried out" in line
        assert reference in line


@pytest.mark.parametrize("make", [with_task, with_scope_and_middlewares, while_streaming])
@each_write
@each_moment
async def test_the_answer_comes_too_late(box, in_file, caplog, make, operation, at):
    """The log names what is unknown, the journal keeps it open, and recover() says what the ledger says."""
    async with shop_of(box, operation, in_file, grace=0.05) as (session, shop, reference):
        async with served(make(shop)) as base:
            fault = box.faults.add(operation=operation, at=at, what="slow", delay=TOO_SLOW)
            end = await hang_up_at(fault, base, shop)
            await executed(box, operation, reference)
        assert isinstance(end, asyncio.CancelledError)
        (line,) = lines(caplog)
        assert "no answer came in the grace" in line
        assert "It may have been carried out" in line
        assert reference in line
        assert [reference] == [intent.reference for intent in await in_file.pending()]
        (told,) = await session.recover(older_than=0)
        assert (True, reference) == (told.carried_out, told.intent.reference)
        assert () == tuple(await in_file.pending())
    assert 1 == box.ledger.count(operation, reference=reference)


async def executed(box, operation, reference):
    """Wait until the gateway has carried the write out, whether or not anybody listens any more."""
    async with asyncio.timeout(10):
        while not box.ledger.count(operation, reference=reference):  # noqa: ASYNC110  # the same
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("make", CANCELS, ids=lambda make: make.__name__)
@each_write
async def test_it_never_left(box, in_memory, caplog, make, operation):
    """A write that waits for its token is dropped without a word, and the journal knows that nothing was done."""
    async with shop_of(box, operation, in_memory, grace=10) as (session, shop, reference):
        if (token := session._caller.tokens.current()) is not None:
            session._caller.tokens.invalidate(token)
        async with served(make(shop)) as base:
            fault = box.faults.add(operation="auth.generate_token", what="slow", delay=SLOW)
            end = await hang_up_at(fault, base, shop)
        assert isinstance(end, asyncio.CancelledError)
        assert ([], ()) == (lines(caplog), tuple(await in_memory.pending()))
        assert () == tuple(await session.recover(older_than=0))
    assert 0 == box.ledger.count(operation, reference=reference)
