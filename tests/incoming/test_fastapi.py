"""FastAPI: the payer's return as a dependency, one Session a worker, and answers that handlers return."""

import asyncio
import inspect
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl

import aiohttp
import pytest

import pinelabs_sync
from pinelabs_async import (
    ConfigurationError,
    Money,
    NewOrder,
    Order,
    Payment,
    ReturnedOrder,
    Session,
    Settlement,
    WebhookRouter,
    from_json,
    return_url,
    to_json,
)
from pinelabs_async.wire.shape import Answer
from tests.incoming.conftest import SECRET, delivery, served

WHY = "the extra [fastapi] is not installed"
fastapi = pytest.importorskip("fastapi", reason=WHY)
pydantic = pytest.importorskip("pydantic", reason=WHY)
ours = pytest.importorskip("pinelabs_async.incoming.fastapi", reason=WHY)


KEY = "00112233445566778899aabbccddeeff"
FIELDS = {"order_id": "v1-1", "status": "PROCESSED", "note": "a b&c=ü"}
SAMPLE = Path(__file__).parents[1] / "data" / "examples" / "webhooks" / "order-processed.json"


@pytest.fixture
async def http():
    """A browser."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as client:
        yield client


def returning():
    app = fastapi.FastAPI()

    @app.post("/return")
    async def back(
        returned: Annotated[ReturnedOrder, fastapi.Depends(ours.returned_order(KEY))],
    ) -> dict[str, str]:
        return {"order": returned.order_id, "note": returned.fields["note"]}

    return app


async def test_the_payer_returns(http):
    """A form that the gateway signed reaches the handler, whatever is in it."""
    async with served(returning()) as base:
        sent = {**FIELDS, "signature": return_url.sign(FIELDS, KEY)}
        async with http.post(base + "/return", data=sent) as answer:
            assert {"order": "v1-1", "note": "a b&c=ü"} == await answer.json()


async def test_the_body_is_still_there(http):
    """What a dependency has read the handler, and another dependency, can read again."""
    app, sent = fastapi.FastAPI(), {**FIELDS, "signature": return_url.sign(FIELDS, KEY)}

    @app.post("/return")
    async def back(
        request: fastapi.Request,
        returned: Annotated[ReturnedOrder, fastapi.Depends(ours.returned_order(KEY))],
        again: Annotated[ReturnedOrder, fastapi.Depends(ours.returned_order(KEY))],
    ) -> list[str]:
        return [returned.order_id, again.order_id, (await request.body()).decode()]

    @app.post("/event")
    async def told(
        request: fastapi.Request, event: Annotated[object, fastapi.Depends(ours.verified_event(SECRET))]
    ) -> list[str]:
        return [event.type, (await request.json())["event_type"]]

    async with served(app) as base:
        async with http.post(base + "/return", data=sent) as answer:
            [*orders, body] = await answer.json()
        body_sent, headers = delivery()
        async with http.post(base + "/event", data=body_sent, headers=headers) as answer:
            assert ["ORDER_PROCESSED"] * 2 == await answer.json()
    assert (["v1-1"] * 2, sent) == (orders, dict(parse_qsl(body)))


FORM = "application/x-www-form-urlencoded"
SIGNATURE = return_url.sign({"order_id": "v1-1", "status": "PROCESSED"}, KEY)
GOOD = f"order_id=v1-1&status=PROCESSED&signature={SIGNATURE}"


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (GOOD.replace("v1-1", "v1-2"), FORM, (400, "signature_mismatch")),
        (GOOD.replace("signature", "sign"), FORM, (400, "missing_signature")),
        ("", FORM, (400, "missing_signature")),
        (GOOD + "&status=FAILED", FORM, (400, "duplicate_field")),
        (GOOD + "&more=%FF", FORM, (400, "malformed_field")),
        (GOOD + "&more=ü", FORM, (400, "malformed_field")),
        (GOOD + "".join(f"&a{number}=1" for number in range(100)), FORM, (400, "malformed_field")),
        (GOOD, "application/json", (400, "malformed_field")),
        (GOOD, "multipart/form-data; boundary=x", (400, "malformed_field")),
        (GOOD, "", (400, "malformed_field")),
        (GOOD + "&more=" + "x" * 65536, FORM, (413, "the body is too large")),
    ],
)
async def test_returns_that_are_refused(http, body, kind, expected):
    """What nobody signed, or what is no plain form, is a 400, a huge one a 413; the handler does not run."""
    async with served(returning()) as base:
        headers = {"content-type": kind} if kind else {}
        async with http.post(
            base + "/return", data=body.encode(), headers=headers, skip_auto_headers=["content-type"]
        ) as answer:
            assert expected == (answer.status, (await answer.json())["detail"])
        sent = {**FIELDS, "signature": return_url.sign(FIELDS, KEY)}
        assert 200 == (await http.post(base + "/return", data=sent)).status


def test_secrets_that_cannot_be():
    """A missing or ill-formed secret is told where the program starts, not when the first payer returns."""
    for secret in ("", "no hex", None):
        with pytest.raises(ConfigurationError):
            ours.returned_order(secret)
    for settings in ({"secret": ""}, {"secret": None}, {"secret": SECRET, "tolerance": -1}):
        with pytest.raises(ConfigurationError):
            ours.verified_event(**settings)


# One Session a worker


async def test_lifespan(box, http):
    """The Session is made where the worker starts, is given to handlers, and is closed where it stops."""
    made = []

    def make():
        made.append(Session(box.client_id, box.client_secret, base_url=box.base_url))
        return made[-1]

    app = fastapi.FastAPI(lifespan=ours.session_lifespan(make))

    @app.post("/orders")
    async def create(
        pinelabs: Annotated[Session, fastapi.Depends(ours.current_session)], request: fastapi.Request
    ) -> Order:
        assert pinelabs is request.state.pinelabs is app.state.pinelabs
        return await pinelabs.orders.create(NewOrder(order_amount=Money(50_000)))

    assert [] == made
    async with served(app, lifespan="on") as base:
        answers = await asyncio.gather(*(http.post(base + "/orders") for _ in range(5)))
        orders = [from_json(Order, await answer.read()) for answer in answers]
        assert [Money(50_000)] * 5 == [order.order_amount for order in orders]
        assert 1 == len(made)
        assert made[0]._transport.is_open
    assert not made[0]._transport.is_open
    with pytest.raises(ConfigurationError):
        await made[0].orders.get("v1-1")


COLD = """
import asyncio, fastapi, sys
from pinelabs_async import Session
from pinelabs_async.incoming.fastapi import session_lifespan

async def main():
    def make():
        assert "pinelabs_async.api.settlements" in sys.modules
        return Session("id", "secret", base_url="http://127.0.0.1:1")
    assert "pinelabs_async.api.settlements" not in sys.modules
    async with session_lifespan(make)(fastapi.FastAPI()):
        print("open")
asyncio.run(main())
"""


def test_lifespan_prepares():
    """What a first call would import and compile is there before the worker takes requests."""
    done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=False)
    assert ("open\n", "") == (done.stdout, done.stderr)


async def test_lifespan_waits_for_the_background(box):
    """Handlers in the background end, with a Session that works, before it is closed."""
    gate, found = asyncio.Event(), []
    session = Session(box.client_id, box.client_secret, base_url=box.base_url)
    router = WebhookRouter(SECRET)

    @router.on("ORDER_PROCESSED", background=True)
    async def ship(event):
        await gate.wait()
        found.append(await session.orders.create(NewOrder(order_amount=Money(50_000))))

    async with ours.session_lifespan(lambda: session, router)(fastapi.FastAPI()):
        assert 200 == (await router.handle(*delivery())).status
        asyncio.get_running_loop().call_later(0.1, gate.set)
    assert 1 == len(found)
    assert not session._transport.is_open


async def test_lifespan_does_not_wait_for_ever(box, monkeypatch, caplog):
    """A handler that never ends keeps no server from stopping; the log says so."""
    monkeypatch.setattr(ours, "_PATIENCE", 0.05)
    router = WebhookRouter(SECRET)
    router.on("ORDER_PROCESSED", background=True)(lambda event: asyncio.sleep(30))
    session = Session(box.client_id, box.client_secret, base_url=box.base_url)
    async with ours.session_lifespan(lambda: session, router)(fastapi.FastAPI()):
        await router.handle(*delivery())
    assert "the server stops while handlers of webhooks still run" in caplog.messages
    for task in set(router._running):
        task.cancel()
    await router.wait()


@pytest.mark.parametrize("router", [pinelabs_sync.WebhookRouter(SECRET), None, "router"], ids=range(3))
def test_what_is_no_router(router):
    """It is refused where the program starts, not where the server stops."""
    with pytest.raises(ConfigurationError, match="must be a WebhookRouter of pinelabs_async"):
        ours.session_lifespan(lambda: None, WebhookRouter(SECRET), router)


async def test_lifespan_within_another(box):
    """It is entered in a lifespan of your own, and an error of yours closes the Session."""
    session = Session(box.client_id, box.client_secret, base_url=box.base_url)

    async def mine():
        async with ours.session_lifespan(lambda: session)(fastapi.FastAPI()) as state:
            await state["pinelabs"].orders.create(NewOrder(order_amount=Money(50_000)))
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await mine()
    assert not session._transport.is_open


# Answers


@pytest.fixture
def order():
    """A documented order, read from the documented answer."""
    return from_json(Order, json.dumps(json.loads(SAMPLE.read_bytes())["data"]))


async def test_answers_are_returned(order, http):
    """Alone, in lists, optional and within models of the shop's own: the JSON is the SDK's."""
    app = fastapi.FastAPI()

    class Receipt(pydantic.BaseModel):
        number: int
        order: Order
        payments: list[Payment]

    def give(answer):
        return lambda: answer

    wanted = json.loads(to_json(order))
    cases = {
        "order": (Order, order, wanted),
        "orders": (list[Order], [order, order], [wanted, wanted]),
        "none": (Order | None, None, None),
        "some": (Order | None, order, wanted),
        "receipt": (
            Receipt,
            Receipt(number=1, order=order, payments=order.payments),
            {"number": 1, "order": wanted, "payments": wanted["payments"]},
        ),
    }
    for path, (model, answer, _) in cases.items():
        app.get(f"/{path}", response_model=model)(give(answer))
    async with served(app) as base:
        for path, (*_, expected) in cases.items():
            async with http.get(f"{base}/{path}") as answer:
                assert (200, expected) == (answer.status, await answer.json())
        async with http.get(f"{base}/openapi.json") as answer:
            schema = await answer.json()
    told = schema["paths"]["/order"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert "#/components/schemas/Order" == told["$ref"]
    told = schema["components"]["schemas"]["Order"]
    assert ("Order", "object") == (told["title"], told["type"])
    assert "merchant_order_reference" in told["properties"]


def every_answer(cls=Answer):
    for kind in cls.__subclasses__():
        if kind.__module__.startswith("pinelabs_async") and hasattr(kind, "__attrs_attrs__"):
            yield kind
        yield from every_answer(kind)


def test_every_answer_has_a_schema():
    """Each class of answer makes a type adapter and a JSON schema."""
    from pinelabs_async import preload

    preload()
    kinds = set(every_answer())
    assert len(kinds) > 50
    assert {kind.__name__ for kind in kinds} == {
        pydantic.TypeAdapter(kind).json_schema()["title"] for kind in kinds
    }


def test_answers_are_read(order):
    """A model takes an answer as it is, its JSON, or what its JSON says; money and times come back exactly."""
    adapter = pydantic.TypeAdapter(Order)
    assert order is adapter.validate_python(order)
    text = adapter.dump_json(order)
    assert json.loads(to_json(order)) == json.loads(text)
    assert order == adapter.validate_json(text) == adapter.validate_python(json.loads(text))
    assert order == adapter.validate_python(adapter.dump_python(order))


def test_decimals_stay_numbers():
    """Rupees with a fraction are JSON numbers as the gateway's, digit by digit."""
    settlement = from_json(Settlement, b'{"actual_transaction_amount":1234567.10}')
    text = pydantic.TypeAdapter(Settlement).dump_json(settlement)
    assert json.loads(to_json(settlement), parse_float=Decimal) == json.loads(text, parse_float=Decimal)


@pytest.mark.parametrize("given", [5, None, b"no JSON", "[]", [1], object()])
def test_what_is_no_answer(given):
    """It is pydantic's own error, as for any other type."""
    with pytest.raises(pydantic.ValidationError):
        pydantic.TypeAdapter(Order).validate_python(given)


def test_pydantic_is_not_imported():
    """Using answers imports no pydantic; a model of the program's own does."""
    code = (
        "import sys; from pinelabs_async import *; from pinelabs_async import preload; preload(); "
        "from_json(Order, b'{}'); assert not {'pydantic', 'pydantic_core', 'fastapi'} & set(sys.modules)"
    )
    root = str(Path(inspect.getfile(Session)).parents[1])
    subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=30, env={**os.environ, "PYTHONPATH": root}
    )
