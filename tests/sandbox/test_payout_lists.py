"""Many payouts: the listing with its pages and filters, and files of payouts."""

import pytest

from tests.sandbox.payout_calls import ROOT, brief, listed, money, pay, rows, send_file, statuses
from tests.sandbox.told import later


async def test_listed_payouts_have_the_documented_members(api, box):
    """An item has what is documented for items, and no more; the bank's number comes once it paid."""
    await pay(api)
    early = (await listed(api))["payments"][0]
    box.clock.advance(minutes=8)

    (item,) = (await listed(api))["payments"]

    assert {"bankTransactionReferenceId"} == set(item) - set(early)
    assert {
        *("clientReferenceId", "paymentReferenceId", "bankTransactionReferenceId", "mode", "amount"),
        *("accountNumber", "payeeName", "fees", "tax", "remarks", "status", "message"),
        *("createdAt", "updatedAt", "scheduledAt"),
    } == set(item)
    assert (money(0), money(0)) == (item["fees"], item["tax"])


async def test_the_list_has_pages(api):
    """Oldest first, the next page named until the last; beyond it there is nothing."""
    for number in range(5):
        await pay(api, f"po-{number}")

    pages = [await listed(api, f"page={page}&count=2") for page in (1, 2, 3, 4)]

    names = [[item["clientReferenceId"] for item in page["payments"]] for page in pages]
    assert [["po-0", "po-1"], ["po-2", "po-3"], ["po-4"], []] == names
    assert [2, 3, None, None] == [page.get("nextPage") for page in pages]
    assert {(5, 3)} == {(page["totalRecords"], page["totalPages"]) for page in pages}


async def test_the_list_has_filters(api, box):
    """Each filter lets through what has this value, and several together what has all of them."""
    first = await pay(api, "po-1")
    box.clock.advance(minutes=7)
    middle = f"{box.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    box.clock.advance(minutes=1)
    second = await pay(api, "po-2", mode="NEFT")
    paid = (await listed(api))["payments"][0]["bankTransactionReferenceId"]

    found = {
        query: [item["clientReferenceId"] for item in (await listed(api, query))["payments"]]
        for query in (
            f"paymentReferenceId={first['paymentReferenceId']}",
            "clientReferenceId=po-2",
            f"requestReferenceId={second['requestReferenceId']}",
            f"bankTransactionReferenceId={paid}",
            "mode=NEFT",
            "status=SUCCESS",
            f"dateFrom={middle}",
            f"dateTo={middle}",
            f"dateFrom=2024-01-01T00:00:00Z&dateTo={'2024-03-01T00:00:00Z'}",
            "clientReferenceId=po-1&mode=NEFT",
            "status=&clientReferenceId=po-1",
        )
    }

    assert [
        ["po-1"],
        ["po-2"],
        ["po-2"],
        ["po-1"],
        ["po-2"],
        ["po-1"],
        ["po-2"],
        ["po-1"],
        [],
        [],
        ["po-1"],
    ] == list(found.values())


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "page=-1",
        "page=1.5",
        "count=0",
        "count=21",
        "mode=CASH",
        "status=DONE",
        "dateFrom=yesterday",
        "dateFrom=2025-07-15T10:26:06",
        "dateFrom=2025-07-15T00:00:00Z&dateTo=2025-07-14T00:00:00Z",
        "dateFrom=2025-01-01T00:00:00Z&dateTo=2025-03-03T00:00:00Z",
    ],
)
async def test_a_wrong_filter_is_an_invalid_request(api, query):
    """A filter that cannot be meant is refused and never taken for one that finds nothing."""
    assert (400, "INVALID_REQUEST") == brief(await api.call("GET", f"{ROOT}?{query}"))


async def test_a_file_is_read_later_and_paid_by_row(api, box):
    """Its payouts come in a minute, under the request's id, and then go their way; money moves once a row."""
    text = rows(
        "po-1,Kevin Bob,4900,IMPS,salary,12345671415,SBIN0011123,",
        "po-2,Kevin Sam,300,UPI,salary,,,kevin@ok",
    )

    status, answer = await send_file(api, text)

    assert (200, "SCHEDULED") == (status, answer["status"])
    assert {"requestReferenceId", "status", "message", "_links"} == set(answer)
    assert {} == await statuses(api)
    box.clock.advance(minutes=1)
    await pay(api, "po-3")
    found = await listed(api, f"requestReferenceId={answer['requestReferenceId']}")
    assert ["po-1", "po-2"] == [item["clientReferenceId"] for item in found["payments"]]
    box.clock.advance(minutes=7)
    assert {"SUCCESS"} == set((await statuses(api)).values())
    assert (10100, 5200) == (box.ledger.money_out, box.ledger.executions("payouts.create_bulk")[0].amount)
    assert 1 == box.ledger.count("payouts.create_bulk")


async def test_a_file_pays_no_reference_twice(api, box):
    """A row whose reference is taken, in the file or before it, creates nothing new."""
    await pay(api, "po-1")
    row = "po-{},Kevin Bob,300,UPI,salary,,,kevin@ok"

    assert 200 == (await send_file(api, rows(*(row.format(number) for number in (1, 2, 2)))))[0]
    await later(api, hours=2)

    assert {"po-1": "SUCCESS", "po-2": "SUCCESS"} == await statuses(api)
    assert 4900 + 300 == box.ledger.money_out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "file is missing"),
        (rows(), "at least one row"),
        (rows("x", header="name"), "header"),
        (rows('"po-1'), "not CSV"),
        (rows("po-1,Kevin Bob,49.00,IMPS,salary,12345671415,SBIN0011123,"), "row 1: amount is missing"),
        (rows("po-1,Kevin Bob,99,UPI,salary,,,kevin@ok"), "row 1: Amount must be"),
        (rows("po-1,Kevin Bob,4900,UPI,salary,,,k@ok", "po-2,Kevin Bob"), "row 2: mode is missing"),
        (rows("po-1,Kevin Bob,4900,UPI,salary,,,k@ok,more"), "row 1: more cells"),
    ],
    ids=["empty", "no rows", "other columns", "open quote", "rupees", "too little", "short row", "long row"],
)
async def test_a_wrong_file_is_refused_whole(api, box, text, message):
    """The first wrong row is named, and none is paid."""
    status, answer = await send_file(api, text)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    await later(api, hours=1)
    assert (0, {}) == (box.ledger.count(), await statuses(api))


async def test_a_file_may_come_from_a_spreadsheet(api, box):
    """A byte order mark, columns in another order and columns left out make no difference."""
    header = "\ufeffamount,clientReferenceId,mode,payeeName,remarks,vpa"

    assert 200 == (await send_file(api, rows("300,po-1,UPI,Kevin Bob,salary,kevin@ok", header=header)))[0]
    box.clock.advance(minutes=2)

    assert {"po-1": "SCHEDULED"} == await statuses(api)


async def test_a_file_must_be_a_form_field(api):
    """A body without the field named file holds no file."""
    assert (400, "INVALID_REQUEST") == brief(await api.call("POST", f"{ROOT}/banks/file", {"file": rows()}))
