"""Air waybills of import orders: up to five a request, one file each."""

from datetime import date

import pytest

from pinelabs_async import Document, NewAwb, NewAwbs
from pinelabs_async.sandbox.magic import MAGIC
from tests.sandbox.papers import PDF, WRONG_FILES, form, paid_import, post_raw, put, sample
from tests.sandbox.told import session, whole

FAULT = "DOC_AWB_VALIDATION_FAILED"


def brief(answer):
    return answer[0], answer[1].get("code")


def path(order):
    return f"/api/pay/v1/orders/{order['order_id']}/awb"


async def make(api, order, *numbers):
    return await api.call("POST", path(order), [{"awb_number": number} for number in numbers])


async def made(api, order, *numbers):
    status, answer = await make(api, order, *numbers)
    assert 202 == status, answer
    return [record["awb_id"] for record in answer["awb_mappings"]]


async def invoiced(api):
    """Make a paid import order with an invoice."""
    order = await paid_import(api)
    body = sample("capture-invoice.request.json")
    await api.call("POST", f"/api/pay/v1/orders/{order['order_id']}/invoice", body)
    return order


async def test_air_waybills_are_taken_and_told_as_documented(api, box):
    """The published request makes one record for each item, and list and get have the published members."""
    order = await invoiced(api)
    body = sample("create-awb.request.json")

    status, created = await api.call("POST", path(order), body)

    assert (202, 2) == (status, created["total"])
    assert [item["awb_number"] for item in body] == [
        record["awb_number"] for record in created["awb_mappings"]
    ]
    assert (200, created) == await api.call("GET", path(order))
    assert {"order_id", "invoice_id", "invoice_number", "total", "awb_mappings"} == set(created)
    first = created["awb_mappings"][0]
    status, found = await api.call("GET", f"{path(order)}/{first['awb_id']}")
    assert set(sample("get-awb-by-id.response.json")) == set(found)
    assert set(found) - {"order_id", "invoice_id"} == set(first)
    assert (200, "AWB_CAPTURED", "2026-05-22") == (status, found["status"], found["awb_date"])
    assert "tracking_url" not in found
    assert 1 == box.ledger.count("awbs.create", reference=body[0]["awb_number"])


async def test_an_order_may_have_several_requests_and_none(api):
    """Shipments are split: numbers add up, and before the first there is a list of none."""
    order = await paid_import(api)

    assert (200, {"order_id": order["order_id"], "total": 0, "awb_mappings": []}) == await api.call(
        "GET", path(order)
    )
    await made(api, order, "A-1")
    await made(api, order, "A-2", "A-3")
    _, found = await api.call("GET", path(order))
    assert ["A-1", "A-2", "A-3"] == [record["awb_number"] for record in found["awb_mappings"]]


async def test_a_file_is_taken_once(api, box):
    """The answer is the published one, and a second file gets 409."""
    order = await paid_import(api)
    (awb,) = await made(api, order, "A-1")
    upload = f"{path(order)}/{awb}/upload"

    status, answer = await put(api, upload, form(filename="awb.png", content_type="image/png"))

    assert (200, "AWB_UPLOADED", awb) == (status, answer["status"], answer["awb_id"])
    assert set(sample("upload-awb-file.response.json")) == set(answer)
    assert "AWB_UPLOADED" == (await api.call("GET", f"{path(order)}/{awb}"))[1]["status"]
    assert (409, "DUPLICATE_REQUEST") == brief(await put(api, upload, form()))
    assert 1 == box.ledger.count("awbs.upload")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{}", "DOC_INVALID_REQUEST_BODY"),
        (b"[", "DOC_INVALID_REQUEST_BODY"),
        (b"[]", "DOC_EMPTY_AWB_REQUEST"),
        (b"[" + b",".join([b'{"awb_number": "x"}'] * 6) + b"]", "DOC_AWB_MAX_LIMIT_EXCEEDED"),
        (b"[1]", FAULT),
        (b"[{}]", FAULT),
        (b'[{"awb_number": " "}]', FAULT),
        (b'[{"awb_number": 5}]', FAULT),
        (b'[{"awb_number": "x", "awb_date": "22.05.2026"}]', FAULT),
        (b'[{"awb_number": "x", "tracking_url": []}]', FAULT),
        (b'[{"awb_number": "x"}, {"awb_number": "x"}]', "DOC_DUPLICATE_AWB_IN_REQUEST"),
    ],
)
async def test_a_wrong_request_is_refused_as_a_whole(api, box, content, code):
    """Each fault has its documented code, and no record of the request is kept."""
    order = await paid_import(api)

    assert (400, code) == brief(await post_raw(api, path(order), content))
    assert 0 == (await api.call("GET", path(order)))[1]["total"]
    assert 0 == box.ledger.count("awbs.create")


async def test_a_number_is_taken_once(api):
    """Not again for the same order, nor for another."""
    first, second = await paid_import(api), await paid_import(api, "ord-2")
    await made(api, first, "A-1")

    for order in (first, second):
        assert (400, "DOC_DUPLICATE_AWB_NUMBER") == brief(await make(api, order, "A-9", "A-1"))
    assert 0 == (await api.call("GET", path(second)))[1]["total"]


async def test_only_paid_import_orders_have_air_waybills(api):
    """Unknown, other and unpaid orders are refused with 422; a list of an unknown one with 400."""
    other = await api.paid("other")
    unpaid = await api.order("unpaid", purchase_details={"merchant_metadata": {"flow_type": "PA_CB"}})
    nothing = {"order_id": "x"}

    answers = [await make(api, order, "A-1") for order in (nothing, other, unpaid)]

    codes = ["ORDER_NOT_FOUND", "ORDER_IS_NOT_PA_CB", "ORDER_IS_NOT_IN_PROCESSED_STATE"]
    assert [(422, code) for code in codes] == [brief(answer) for answer in answers]
    assert (400, "INVALID_REQUEST") == brief(await api.call("GET", path(nothing)))


async def test_unknown_air_waybills_are_not_found(api):
    """Reads and uploads get 404, also for an air waybill of another order."""
    order, other = await paid_import(api), await paid_import(api, "ord-2")
    (awb,) = await made(api, order, "A-1")

    for stray in (f"{path(order)}/nothing", f"{path(other)}/{awb}"):
        assert (404, "INVALID_REQUEST") == brief(await api.call("GET", stray))
        assert (404, "INVALID_REQUEST") == brief(await put(api, f"{stray}/upload", form()))


@pytest.mark.parametrize("fault", WRONG_FILES)
async def test_a_wrong_file_is_refused(api, fault):
    """Each fault has its documented code, and the air waybill still waits for its file."""
    make_file, code = WRONG_FILES[fault]
    order = await paid_import(api)
    (awb,) = await made(api, order, "A-1")

    assert (400, code) == brief(await put(api, f"{path(order)}/{awb}/upload", make_file()))
    assert "AWB_CAPTURED" == (await api.call("GET", f"{path(order)}/{awb}"))[1]["status"]


@pytest.mark.parametrize(
    "row", [row for row in MAGIC if row.place == "awb_number"], ids=lambda row: row.value
)
async def test_a_bank_may_reject_an_air_waybill(api, box, row):
    """Some time after the upload."""
    order = await paid_import(api)
    (awb,) = await made(api, order, row.value)
    await put(api, f"{path(order)}/{awb}/upload", form())

    box.clock.advance(seconds=row.outcome.after.total_seconds() + 1)

    assert "AWB_REJECTED" == (await api.call("GET", f"{path(order)}/{awb}"))[1]["status"]


async def test_the_sdk_reads_every_answer(api, box):
    """Nothing is left over or misread."""
    order = await invoiced(api)
    wanted = NewAwbs(awbs=[NewAwb(awb_number="A-1", awb_date=date(2026, 5, 22), tracking_url="https://x")])
    async with session(box) as pinelabs:
        (new,) = whole(await pinelabs.awbs.create(order["order_id"], wanted)).awb_mappings
        whole(await pinelabs.awbs.list(order["order_id"]))
        file = Document(PDF, "awb.pdf")
        whole(await pinelabs.awbs.upload(order["order_id"], new.awb_id, file))
        assert "AWB_UPLOADED" == whole(await pinelabs.awbs.get(order["order_id"], new.awb_id)).status
