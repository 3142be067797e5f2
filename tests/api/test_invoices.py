"""Invoices: documented bodies and the answer, and every call."""

import json
from datetime import UTC, date, datetime

import pytest

import pinelabs_sync.invoices
from pinelabs_async import NotFoundError, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api.invoices import Invoice, Invoices, InvoiceStatus, NewInvoice
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "international-payments"
BODIES = ("capture-invoice.request.json", "capture-invoice-supplier.request.json")
ANSWER = "get-invoice-status.response.json"
PATH = "/api/pay/v1/orders/v1-1/invoice"
NEW = NewInvoice(invoice_number="I/1", invoice_date=date(2026, 5, 20))


@pytest.mark.parametrize("name", BODIES)
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same, and no field of it is unknown."""
    body = from_json(NewInvoice, content(FOLDER, name))
    assert sample(FOLDER, name) == json.loads(to_json(body))
    assert body.extra is None


def test_sample_answer_is_read_whole():
    """The documented answer is read without problems and without losing anything but its null."""
    invoice = decode(Invoice, content(FOLDER, ANSWER))
    assert () == invoice.problems
    assert as_written(sample(FOLDER, ANSWER)) == json.loads(to_json(invoice))


def test_values_of_the_sample():
    """Names that are camelCase in JSON are snake_case here; dates and times are what they say."""
    invoice = decode(Invoice, content(FOLDER, ANSWER))
    assert Invoice(
        invoice_id="inv-260520225359-ab-XyZ123",
        order_id="v1-260520225359-aa-LHy288",
        invoice_number="v1-260520225359-aa-LHy288-IN",
        invoice_date=date(2026, 5, 20),
        status=InvoiceStatus.INVOICE_UPLOADED,
        created_at=datetime(2026, 5, 20, 22, 53, 59, tzinfo=UTC),
        updated_at=datetime(2026, 5, 20, 23, 1, 15, tzinfo=UTC),
    ) == (invoice)


async def test_create(recorder):
    """An invoice is handed in under the order's path, with its date as the gateway wants it."""
    recorder.answers(content(FOLDER, ANSWER), status=202)
    invoice = await recorder.group(Invoices).create("v1-1", NEW)
    assert ("POST", PATH, "", {"invoice_number": "I/1", "invoice_date": "2026-05-20"}) == call_of(
        recorder.last
    )
    assert "inv-260520225359-ab-XyZ123" == invoice.invoice_id


async def test_create_with_an_answer_nobody_knows(recorder):
    """Whatever JSON object answers, the invoice is handed in: what is missing is said, the rest is in raw."""
    recorder.answers({"accepted": True}, status=202)
    invoice = await recorder.group(Invoices).create("v1-1", NEW)
    assert ({"accepted": True}, "", ["$.invoiceId"]) == (
        invoice.raw,
        invoice.invoice_id,
        [problem.path for problem in invoice.problems],
    )


async def test_get(recorder):
    """An invoice is read by the order's id."""
    recorder.answers(content(FOLDER, ANSWER))
    invoice = await recorder.group(Invoices).get("v1-1")
    assert ("GET", PATH, "", None) == call_of(recorder.last)
    assert InvoiceStatus.INVOICE_UPLOADED == invoice.status


async def test_lost_answers_are_not_repeated(recorder):
    """Nothing tells whether it was carried out: it is sent once, and the error says so."""
    recorder.answers({}, status=503)
    with pytest.raises(OutcomeUnknownError):
        await recorder.group(Invoices).create("v1-1", NEW)
    assert 1 == len(recorder.asked)


async def test_no_order(recorder):
    """The documented code says that there is no such order, whatever its status."""
    recorder.answers({"code": "ORDER_NOT_FOUND", "message": "no such order"}, status=422)
    with pytest.raises(NotFoundError):
        await recorder.group(Invoices).create("v1-1", NEW)


@pytest.mark.parametrize("order_id", ["", "..", "a/b", "a%2Fb", "a?b"])
async def test_ids_that_change_the_path_are_refused(recorder, order_id):
    """What is no id is refused before anything is sent."""
    group = recorder.group(Invoices)
    for call in (group.create(order_id, NEW), group.get(order_id)):
        with pytest.raises(ValueError, match="order_id"):
            await call
    assert [] == recorder.asked


@pytest.mark.parametrize("day", ["2026-05-20", datetime(2026, 5, 20, tzinfo=UTC), 5], ids=repr)
def test_a_date_is_a_date(day):
    """The gateway refuses other forms of a date, so that none can be given."""
    with pytest.raises(TypeError, match="invoice_date must be a date"):
        NewInvoice(invoice_number="1", invoice_date=day)


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.invoices.Invoices)
    for name in ("create", "get"):
        assert twin[name].__wrapped__ is vars(Invoices)[name]
