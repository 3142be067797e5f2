"""Spans of OpenTelemetry: one a call, under the caller's own, with no more than the log tells."""

import asyncio
import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import pinelabs_sync
from pinelabs_async import (
    ConfigurationError,
    InvalidRequestError,
    Money,
    NewOrder,
    NewRefund,
    NotFoundError,
    OutcomeUnknownError,
    Session,
)


class Watched:
    """A tracer, and what its spans told when they ended."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = provider.get_tracer("tests")

    @property
    def spans(self):
        return {span.name: span for span in self.exporter.get_finished_spans()}


@pytest.fixture
def watched():
    return Watched()


def session_on(box, tracer, kind=Session, **settings):
    return kind(
        box.client_id, box.client_secret, base_url=box.base_url, tracer=tracer, deadline=20, **settings
    )


def order():
    return NewOrder(order_amount=Money(150000))


async def test_a_call_is_a_span(box, watched):
    """A call is a client's span under the caller's own; the token that it waited for is another, under it."""
    async with session_on(box, watched.tracer) as session:
        with watched.tracer.start_as_current_span("checkout"):
            made = await session.orders.create(order())
    create, token, checkout = (
        watched.spans[name] for name in ("orders.create", "auth.generate_token", "checkout")
    )
    assert SpanKind.CLIENT is create.kind
    assert StatusCode.UNSET is create.status.status_code
    assert checkout.context.span_id == create.parent.span_id
    assert create.context.span_id == token.parent.span_id
    assert {
        "http.request.method": "POST",
        "url.template": "/api/pay/v1/orders",
        "server.address": "127.0.0.1",
        "pinelabs.request_id": box.exchanges[-1].headers["Request-ID"],
        "pinelabs.attempts": 1,
        "pinelabs.outcome": "carried_out",
        "http.response.status_code": 200,
    } == dict(create.attributes)
    assert made.order_id


async def test_blocking(box, watched):
    """A blocking call's span is under that of the thread which made it."""

    def shop():
        with (
            session_on(box, watched.tracer, pinelabs_sync.Session) as session,
            watched.tracer.start_as_current_span("checkout"),
        ):
            session.orders.create(order())

    await asyncio.to_thread(shop)
    assert watched.spans["checkout"].context.span_id == watched.spans["orders.create"].parent.span_id


async def test_refused(box, watched):
    """A refusal is an error with its class and what it means for the money, and nothing of what it says."""
    async with session_on(box, watched.tracer) as session:
        with pytest.raises(NotFoundError):
            await session.orders.get("v1-nothing-of-that-name")
    span = watched.spans["orders.get"]
    assert (StatusCode.ERROR, None) == (span.status.status_code, span.status.description)
    assert "NotFoundError" == span.attributes["error.type"]
    assert "refused" == span.attributes["pinelabs.outcome"]
    assert 404 == span.attributes["http.response.status_code"]
    assert () == span.events
    assert "nothing-of-that-name" not in repr(span.to_json())


async def test_lost(box, watched):
    """Where an answer was lost the span says unknown; what the call looked up is under it."""
    async with session_on(box, watched.tracer) as session:
        box.faults.add(operation="refunds.create", at="before_execute", what="drop")
        made = await session.orders.create(order())
        body = NewRefund(merchant_order_reference="refund-1", order_amount=Money(100))
        with pytest.raises(OutcomeUnknownError):
            await session.with_options(on_unknown="raise").refunds.create(made.order_id, body)
    span = watched.spans["refunds.create"]
    assert "OutcomeUnknownError" == span.attributes["error.type"]
    assert "unknown" == span.attributes["pinelabs.outcome"]
    assert "http.response.status_code" not in span.attributes


async def test_recovered(box, watched):
    """The look-up of a lost write is a span under it."""
    async with session_on(box, watched.tracer) as session:
        box.faults.add(operation="orders.create", at="after_execute", what="drop")
        assert (await session.orders.create(order())).recovered
    create, look_up = watched.spans["orders.create"], watched.spans["orders.get_by_reference"]
    assert create.context.span_id == look_up.parent.span_id
    assert "carried_out" == create.attributes["pinelabs.outcome"]


@pytest.mark.parametrize(("at", "outcome"), [("after_execute", "unknown"), (None, "not_sent")])
async def test_cancelled(box, watched, at, outcome):
    """A caller that gives up ends the span; what it says of the money is what is known."""
    async with session_on(box, watched.tracer, grace=0.01) as session:
        await session.orders.create(order())
        watched.exporter.clear()
        if at:
            box.faults.add(operation="orders.create", at=at, what="slow", delay=2)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await session.orders.create(order())
        else:
            task = asyncio.create_task(session.orders.create(order()))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    assert outcome == watched.spans["orders.create"].attributes["pinelabs.outcome"]
    assert "CancelledError" == watched.spans["orders.create"].attributes["error.type"]


async def test_download(box, watched):
    """A file's download is a span as well."""
    async with session_on(box, watched.tracer) as session:
        with pytest.raises(InvalidRequestError):
            await session.challans.download_pdf("v1-challan")
    assert 400 == watched.spans["challans.download_pdf"].attributes["http.response.status_code"]


class Broken:
    """A span that cannot be begun, or not ended, or cannot be told anything."""

    def __init__(self, fails):
        self.fails = fails

    def __getattr__(self, name):
        def do(*_, **__):
            if name.strip("_") == self.fails:
                raise ValueError(self.fails)
            return self

        return do

    def __enter__(self):
        return self.__getattr__("__enter__")()

    def __exit__(self, *_):
        self.__getattr__("__exit__")()


@pytest.mark.parametrize("fails", ["start_as_current_span", "enter", "exit", "set_attribute", "set_status"])
async def test_a_tracer_that_fails(box, caplog, fails):
    """A tracer that fails costs nobody an order, nor the reason why there is none; the log tells of it."""
    async with session_on(box, Broken(fails)) as session:
        made = await session.orders.create(order())
        with pytest.raises(NotFoundError):
            await session.orders.get("v1-nothing")
    assert made.order_id
    assert 1 == box.ledger.count("orders.create")
    told = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert {"a span could not be written: ValueError"} == set(told)


@pytest.mark.parametrize("kind", [Session, pinelabs_sync.Session])
def test_no_tracer(kind):
    """What is no tracer is refused, with the name of what is."""
    with pytest.raises(ConfigurationError, match=r"opentelemetry\.trace\.get_tracer"):
        kind("id", "secret", tracer=TracerProvider())
