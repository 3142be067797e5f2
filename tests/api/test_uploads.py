"""Files that are handed in: invoices, air waybills and payouts in bulk."""

import warnings

import pytest

import pinelabs_sync.awbs
import pinelabs_sync.invoices
import pinelabs_sync.payouts
from pinelabs_async import (
    AwbStatus,
    ConflictError,
    Document,
    InvoiceStatus,
    OutcomeUnknownError,
    PayoutFile,
)
from pinelabs_async.api import payouts
from pinelabs_async.wire.files import as_multipart
from tests.api.samples import content
from tests.unit.test_content import Content, parts_of

FOLDER = "international-payments"
PDF = Document(b"%PDF-1.4 \x00\xff", "invoice.pdf")
INVOICE = content(FOLDER, "get-invoice-status.response.json")
AWB = content(FOLDER, "upload-awb-file.response.json")
BATCH = {
    "requestReferenceId": "req-1",
    "status": "SCHEDULED",
    "message": "accepted",
    "_links": [{"rel": "self", "href": "https://x"}],
}


def sent(asked):
    return Content(asked.headers["Content-Type"], asked.content)


async def test_invoice(recorder):
    """An invoice's file is PUT as one multipart part, named file."""
    recorder.answers(INVOICE)
    invoice = await recorder.session.invoices.upload("v1-1", "inv-1", PDF)
    assert ("PUT", "/api/pay/v1/orders/v1-1/invoice/inv-1/upload") == (
        recorder.last.method,
        recorder.last.path,
    )
    assert [("file", "invoice.pdf", "application/pdf", PDF.content)] == await parts_of(sent(recorder.last))
    assert (InvoiceStatus.INVOICE_UPLOADED, ()) == (invoice.status, invoice.problems)


async def test_awb(recorder):
    """An air waybill's file too."""
    recorder.answers(AWB)
    awb = await recorder.session.awbs.upload("v1-1", "awb-1", PDF)
    assert ("PUT", "/api/pay/v1/orders/v1-1/awb/awb-1/upload") == (recorder.last.method, recorder.last.path)
    assert [("file", "invoice.pdf", "application/pdf", PDF.content)] == await parts_of(sent(recorder.last))
    assert (AwbStatus.AWB_UPLOADED, ()) == (awb.status, awb.problems)


async def test_bulk(recorder):
    """A file of payouts goes out as the documented form field, and the request comes back."""
    recorder.answers(BATCH)
    batch = await recorder.session.payouts.create_bulk(PayoutFile(b"a,b\n1,2\n", "payouts.csv"))
    assert ("POST", "/payouts/v3/payments/banks/file") == (recorder.last.method, recorder.last.path)
    assert ("application/x-www-form-urlencoded", b"file=a%2Cb%0A1%2C2%0A") == (
        recorder.last.headers["Content-Type"],
        recorder.last.content,
    )
    assert ("req-1", "SCHEDULED", "accepted", "self", ()) == (
        batch.request_reference_id,
        batch.status,
        batch.message,
        batch.links[0].rel,
        batch.problems,
    )


@pytest.mark.parametrize(
    ("group", "verb", "ids"),
    [
        ("invoices", "upload", ("v1-1", "i")),
        ("awbs", "upload", ("v1-1", "a")),
        ("payouts", "create_bulk", ()),
    ],
)
async def test_sent_once(recorder, group, verb, ids):
    """A lost answer is never followed by a second upload; a refusal says that nothing happened."""
    file = PDF if ids else PayoutFile(b"1", "p.csv")
    recorder.answers(b"", status=503)
    call = getattr(getattr(recorder.session, group), verb)
    with pytest.raises(OutcomeUnknownError):
        await call(*ids, file)
    assert 1 == len(recorder.asked)
    recorder._answers.clear()
    recorder.answers({"message": "already uploaded"}, status=409)
    with pytest.raises(ConflictError, match="already uploaded"):
        await call(*ids, file)
    with pytest.raises(TypeError, match=r"takes a \w+, not bytes"):
        await call(*ids, b"%PDF-")
    assert 2 == len(recorder.asked)


def test_the_encoding_of_bulk_payouts_stands_alone():
    """One function writes it, and the operation uses that very one."""
    assert payouts.encode_bulk is payouts.CREATE_BULK.write
    assert payouts.encode_bulk is not as_multipart


@pytest.mark.parametrize(
    "method",
    [
        pinelabs_sync.awbs.Awbs.upload,
        pinelabs_sync.invoices.Invoices.upload,
        pinelabs_sync.payouts.Payouts.create_bulk,
    ],
)
def test_blocking_twins(method):
    """Each has its blocking twin."""
    assert method.__wrapped__.__name__ == method.__name__


async def test_a_large_file(recorder):
    """A file of 5 MiB goes out whole, and without a word of warning."""
    large = Document(b"%PDF-" + bytes(5 * 1024 * 1024 - 5), "large.pdf")
    recorder.answers(INVOICE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await recorder.session.invoices.upload("v1-1", "inv-1", large)
    assert [("file", "large.pdf", "application/pdf", large.content)] == await parts_of(sent(recorder.last))
