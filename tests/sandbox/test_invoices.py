"""Invoices of import orders: details, file, and the bank that may reject them."""

from datetime import date

import pytest

from pinelabs_async import ConflictError, Document, DuplicateRequestError, NewInvoice
from pinelabs_async.sandbox.magic import MAGIC
from tests.sandbox.papers import MOST, PDF, WRONG_FILES, form, paid_import, post_raw, put, sample
from tests.sandbox.told import session, whole

BODY = {"invoice_number": "INV-1", "invoice_date": "2026-05-20"}


def brief(answer):
    return answer[0], answer[1].get("code")


def path(order):
    return f"/api/pay/v1/orders/{order['order_id']}/invoice"


async def capture(api, order, **change):
    return await api.call("POST", path(order), {**BODY, **change})


async def captured(api, order, **change):
    status, answer = await capture(api, order, **change)
    assert 202 == status, answer
    return f"{path(order)}/{answer['invoiceId']}/upload"


@pytest.mark.parametrize("name", ["capture-invoice", "capture-invoice-supplier"])
async def test_an_invoice_is_taken_and_told_as_documented(api, box, name):
    """Published requests are valid, the answer has the published members, and a read agrees with it."""
    order = await paid_import(api)
    body = sample(f"{name}.request.json")

    status, invoice = await api.call("POST", path(order), body)

    assert 202 == status
    assert set(sample("get-invoice-status.response.json")) == set(invoice)
    assert (body["invoice_number"], body["invoice_date"], body.get("supplier_name")) == (
        invoice["invoiceNumber"],
        invoice["invoiceDate"],
        invoice["supplierName"],
    )
    assert ("INVOICE_CAPTURED", order["order_id"]) == (invoice["status"], invoice["orderId"])
    assert (200, invoice) == await api.call("GET", path(order))
    assert 1 == box.ledger.count("invoices.create", reference=body["invoice_number"])


async def test_a_file_is_taken_once(api, box):
    """The answer has no times, the invoice is INVOICE_UPLOADED, and a second file gets 409."""
    order = await paid_import(api)
    upload = await captured(api, order)

    status, answer = await put(api, upload, form())

    assert (200, "INVOICE_UPLOADED") == (status, answer["status"])
    assert set(sample("get-invoice-status.response.json")) - {"createdAt", "updatedAt"} == set(answer)
    assert "INVOICE_UPLOADED" == (await api.call("GET", path(order)))[1]["status"]
    assert (409, "DUPLICATE_REQUEST") == brief(await put(api, upload, form()))
    assert 1 == box.ledger.count("invoices.upload")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"invoice_number": None}, "DOC_REQUIRED_FIELDS_MISSING"),
        ({"invoice_number": "  "}, "DOC_REQUIRED_FIELDS_MISSING"),
        ({"invoice_date": ""}, "DOC_REQUIRED_FIELDS_MISSING"),
        ({"invoice_date": "20-05-2026"}, "DOC_INVALID_DATE_FORMAT"),
        ({"invoice_date": "20260520"}, "DOC_INVALID_DATE_FORMAT"),
        ({"invoice_date": "2026-02-30"}, "DOC_INVALID_DATE_FORMAT"),
        ({"invoice_number": "x" * 101}, "DOC_INVOICE_VALIDATION_FAILED"),
        ({"supplier_name": "x" * 201}, "DOC_INVOICE_VALIDATION_FAILED"),
        ({"invoice_number": 5}, "DOC_INVOICE_VALIDATION_FAILED"),
        ({"supplier_name": {}}, "DOC_INVOICE_VALIDATION_FAILED"),
    ],
)
async def test_wrong_details_are_refused(api, box, change, code):
    """Each fault has its documented code, and nothing is kept."""
    order = await paid_import(api)

    assert (400, code) == brief(await capture(api, order, **change))
    assert (404, "INVALID_REQUEST") == brief(await api.call("GET", path(order)))
    assert 0 == box.ledger.count("invoices.create")


@pytest.mark.parametrize("content", [b"{", b"", b"[]", b"7", b'{"a": "\xff"}', b"[" * 70 + b"]" * 70])
async def test_a_body_that_is_no_object_is_refused(api, content):
    """The code is that of these operations."""
    order = await paid_import(api)

    assert (400, "DOC_INVALID_REQUEST_BODY") == brief(await post_raw(api, path(order), content))


async def test_only_paid_import_orders_have_an_invoice_and_only_one(api):
    """Unknown, other, unpaid orders and those with an invoice are refused with 422."""
    other = await api.paid("other")
    unpaid = await api.order("unpaid", purchase_details={"merchant_metadata": {"flow_type": "PA_CB"}})
    done = await paid_import(api, "done", "LRS")
    await captured(api, done)

    answers = [await capture(api, order) for order in ({"order_id": "x"}, other, unpaid, done)]

    codes = [
        "ORDER_NOT_FOUND",
        "ORDER_IS_NOT_PA_CB",
        "ORDER_IS_NOT_IN_PROCESSED_STATE",
        "ORDER_INVOICE_ALREADY_CAPTURED",
    ]
    assert [(422, code) for code in codes] == [brief(answer) for answer in answers]


@pytest.mark.parametrize(
    "row", [row for row in MAGIC if row.place == "invoice_number"], ids=lambda r: r.value
)
async def test_a_bank_may_reject_an_invoice(api, box, row):
    """Some time after the upload, and then there is no other one for the order."""
    order = await paid_import(api)
    upload = await captured(api, order, invoice_number=row.value)
    await put(api, upload, form())
    assert "INVOICE_UPLOADED" == (await api.call("GET", path(order)))[1]["status"]

    box.clock.advance(seconds=row.outcome.after.total_seconds() + 1)

    assert "INVOICE_REJECTED" == (await api.call("GET", path(order)))[1]["status"]
    assert (422, "ORDER_INVOICE_ALREADY_REJECTED") == brief(await capture(api, order))
    assert (409, "DUPLICATE_REQUEST") == brief(await put(api, upload, form()))


async def test_unknown_invoices_are_not_found(api):
    """A read gets 404, an upload 422 as documented, also to another order's invoice."""
    order, other = await paid_import(api), await paid_import(api, "ord-2")
    upload = await captured(api, order)
    stray = upload.replace(order["order_id"], other["order_id"])

    assert (404, "INVALID_REQUEST") == brief(await api.call("GET", path(other)))
    assert (422, "INVALID_REQUEST") == brief(await put(api, stray, form()))
    assert (422, "INVALID_REQUEST") == brief(await put(api, f"{path(order)}/nothing/upload", form()))


async def test_another_merchant_sees_nothing_of_it(api):
    """An invoice belongs to its merchant."""
    order = await paid_import(api)
    await captured(api, order)
    other = api.box.add_merchant()
    await api.login(other.client_id, other.client_secret)

    assert (404, "INVALID_REQUEST") == brief(await api.call("GET", path(order)))


@pytest.mark.parametrize("fault", WRONG_FILES)
async def test_a_wrong_file_is_refused(api, box, fault):
    """Each fault has its documented code, and the invoice still waits for its file."""
    make_file, code = WRONG_FILES[fault]
    order = await paid_import(api)
    upload = await captured(api, order)

    assert (400, code) == brief(await put(api, upload, make_file()))
    assert "INVOICE_CAPTURED" == (await api.call("GET", path(order)))[1]["status"]
    assert 0 == box.ledger.count("invoices.upload")


@pytest.mark.parametrize("content_type", ["application/pdf", "image/jpeg", "image/jpg", "image/png"])
async def test_files_of_the_documented_kinds_are_taken(api, content_type):
    """At their largest, too: five binary megabytes to the byte."""
    order = await paid_import(api)
    upload = await captured(api, order)
    content = PDF + b"\r\n" * 10
    content += b"\x00" * (MOST - len(content))

    assert 200 == (await put(api, upload, form(content, content_type=content_type)))[0]


async def test_the_sdk_reads_every_answer(api, box):
    """Nothing is left over or misread, and a second file is an error that says so."""
    order = await paid_import(api)
    async with session(box) as pinelabs:
        made = await pinelabs.invoices.create(
            order["order_id"], NewInvoice(invoice_number="INV-1", invoice_date=date(2026, 5, 20))
        )
        file = Document(PDF, "invoice.pdf")
        assert () == made.problems
        whole(await pinelabs.invoices.upload(order["order_id"], made.invoice_id, file))
        found = await pinelabs.invoices.get(order["order_id"])
        with pytest.raises((ConflictError, DuplicateRequestError)) as caught:
            await pinelabs.invoices.upload(order["order_id"], made.invoice_id, file)
    assert (409, (), "INVOICE_UPLOADED") == (caught.value.status, found.problems, found.status)


async def test_an_upload_without_end_or_measure_is_refused(api):
    """A cut off form has no file, and more than eight binary megabytes are not read at all."""
    order = await paid_import(api)
    upload = await captured(api, order)
    headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "multipart/form-data; boundary=b"}
    head = b'--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: application/pdf\r\n\r\n'
    async with api.http.put(upload, data=head + PDF, headers=headers) as answer:
        cut = answer.status, (await answer.json())["code"]

    assert (400, "DOC_FILE_MISSING") == cut
    assert (413, "REQUEST_TOO_LARGE") == brief(await put(api, upload, form(b"x" * (8 * 1024 * 1024))))
