"""Settlements as they are read: shape, pages, dates, refusals."""

import json
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pinelabs_async import to_json
from pinelabs_async.api.settlements import SettlementPage
from pinelabs_async.sandbox.gateway.settlements import in_rupees
from pinelabs_async.wire.codec import decode
from tests.sandbox.settlement_calls import ask, detail, listed, settled, tomorrow
from tests.sandbox.told import later, session

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "settlements"


def example(name):
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
async def at_noon(box, api):
    """Start each test at noon, so that no midnight falls into it."""
    await tomorrow(api)


async def test_a_payment_is_settled_on_the_next_day(api, box):
    """It is there from eleven in the morning, and not before, less 2 % and 18 % tax on these."""
    order = await api.paid(value=150000)
    await tomorrow(api, 10)
    assert [] == (await listed(api))["data"]

    await later(api, hours=1)

    answer = await listed(api)
    (record,) = answer["data"]
    day = box.clock.now().date()
    assert {
        "total_amount": Decimal("1464.6"),
        "actual_transaction_amount": 1500,
        "total_deduction_amount": Decimal("35.4"),
        "total_transactions_count": 1,
        "last_processed_date": f"{day}T07:00:00",
        "settled_date": f"{day}T11:00:00",
        "programs": ["CARD"],
        "system": "PG",
    } == {name: record[name] for name in record if not name.startswith(("bank", "utr"))}
    assert (1, 1, Decimal("1464.6")) == (
        answer["total_settlement_count"],
        answer["total_transactions_count"],
        answer["total_settlement_amount"],
    )
    (transaction,) = (await detail(api, record["utr_number"]))["transactions"]
    assert order["payments"][0]["id"] == transaction["transaction_id"]
    assert (f"{day - timedelta(days=1)}T00:00:00", "CARD", False) == tuple(
        transaction[name] for name in ("transaction_date", "program", "is_emi")
    )


async def test_answers_have_the_documented_members(api):
    """List, detail and their parts have the members of the published samples, of the same types."""
    await api.paid()
    await tomorrow(api)
    page = await listed(api)
    one = await detail(api, page["data"][0]["utr_number"])

    for sample, answer in (
        (example("list-trimmed.response.json"), page),
        (example("by-utr.response.json"), one),
    ):
        assert set(sample) == set(answer)
        for name in ("data", "transactions"):
            if name in sample:
                assert set(sample[name][0]) == set(answer[name][0])
        texts = {name for name, value in sample.items() if isinstance(value, str)}
        assert texts == {name for name, value in answer.items() if isinstance(value, str)}
    assert {"total_pages": 1, "current_page": "1"} == one["pagination"]
    assert len(example("by-utr.response.json")["utr_number"]) == len(one["utr_number"])


async def test_the_list_has_pages_newest_first(api):
    """Totals are those of all pages; beyond the last page there is nothing."""
    for number in range(5):
        await api.paid(f"ord-{number}", 10000 + number)
        await tomorrow(api)

    pages = [await listed(api, page=page, per_page=2) for page in (1, 2, 3, 4)]

    dates = [record["settled_date"] for page in pages for record in page["data"]]
    assert sorted(dates, reverse=True) == dates
    assert [2, 2, 1, 0] == [len(page["data"]) for page in pages]
    assert {(5, 5)} == {(page["total_settlement_count"], page["total_transactions_count"]) for page in pages}
    total = sum(record["total_amount"] for page in pages for record in page["data"])
    assert {total} == {page["total_settlement_amount"] for page in pages}


async def test_a_detail_has_pages_of_payments(api):
    """The figures are those of all pages; the number of the page is a text."""
    for number in range(3):
        await api.paid(f"ord-{number}", 10000)
    await tomorrow(api)
    utr = (await listed(api))["data"][0]["utr_number"]

    pages = [await detail(api, utr, f"page={page}&per_page=2") for page in (1, 2, 3)]

    assert [2, 1, 0] == [len(page["transactions"]) for page in pages]
    assert [{"total_pages": 2, "current_page": text} for text in "123"] == [
        page["pagination"] for page in pages
    ]
    assert {(3, 300)} == {
        (page["total_transaction_count"], page["actual_transaction_amount"]) for page in pages
    }


async def test_dates_are_those_of_the_transfer(api):
    """A day without an hour means all of it; a moment is taken to the second."""
    await api.paid()
    await tomorrow(api)
    day = f"{api.box.clock.now():%Y-%m-%d}"
    before = f"{api.box.clock.now() - timedelta(days=1):%Y-%m-%d}"

    async def count(start, end):
        status, answer = await ask(api, f"/list?start_date={start}&end_date={end}")
        assert 200 == status, answer
        return answer["total_settlement_count"]

    assert [1, 1, 0, 0, 0] == [
        await count(day, day),
        await count(f"{day}T11:00:00", f"{day}T11:00:00"),
        await count(f"{day}T11:00:01", day),
        await count(day, f"{day}T10:59:59"),
        await count(before, before),
    ]


async def test_half_a_year_can_be_read(api):
    """Older settlements are gone, from the list and by their number."""
    await api.paid()
    await tomorrow(api)
    record = (await listed(api))["data"][0]
    await later(api, days=182)
    now = api.box.clock.now()
    query = (
        f"/list?start_date={now - timedelta(days=183):%Y-%m-%d}&end_date={now - timedelta(days=150):%Y-%m-%d}"
    )
    assert [record] == (await ask(api, query))[1]["data"]

    await later(api, days=1)

    assert [] == (await ask(api, query))[1]["data"]
    assert 400 == (await ask(api, f"/detail/{record['utr_number']}"))[0]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "start_date=2024-10-01",
        "end_date=2024-10-01",
        "start_date=2024-10-01&end_date=today",
        "start_date=2024-10-01T00:00:00Z&end_date=2024-10-02",
        "start_date=2024-10-02&end_date=2024-10-01",
        "start_date=2024-10-01&end_date=2024-12-01",
        "start_date=2024-10-01&end_date=2024-10-02&page=0",
        "start_date=2024-10-01&end_date=2024-10-02&page=two",
        "start_date=2024-10-01&end_date=2024-10-02&per_page=11",
        "start_date=2024-10-01&end_date=2024-10-02&per_page=0",
    ],
)
async def test_a_wrong_query_is_an_invalid_request(api, query):
    """Dates are needed, without a zone and at most 60 days apart, and pages count from 1 and have up to 10."""
    status, answer = await ask(api, f"/list?{query}")

    assert (400, "INVALID_REQUEST") == (status, answer["code"])


@pytest.mark.parametrize(
    "query",
    ["start_date=2024-10-01&end_date=2024-11-30T23:59:59", "start_date=2024-10-01&end_date=2024-10-01"],
)
async def test_sixty_days_are_not_too_many(api, query):
    """The last day of the longest span counts as a whole."""
    assert 200 == (await ask(api, f"/list?{query}"))[0]


async def test_an_unknown_utr_is_refused_with_the_published_text(api, box):
    """Nothing has this number, or another merchant's settlement has."""
    expected = {"code": "INVALID_REQUEST", "message": "No matching records found for the inquiry"}
    await api.paid()
    await tomorrow(api)
    (record,) = (await listed(api))["data"]
    other = box.add_merchant()
    await api.login(other.client_id, other.client_secret)

    for utr in ("000000000000", record["utr_number"]):
        assert (400, expected) == await ask(api, f"/detail/{utr}")


async def test_reading_is_no_execution(api, box):
    """Neither call changes anything, and a settlement is nothing new for the merchant's books."""
    await api.paid()
    before = len(box.ledger)
    await tomorrow(api)

    await settled(api)

    assert (before, 150000) == (len(box.ledger), box.ledger.money_in)


@pytest.mark.parametrize(
    ("paisa", "text"),
    [
        (0, "0"),
        (100, "1"),
        (1, "0.01"),
        (10, "0.1"),
        (1999, "19.99"),
        (-250, "-2.5"),
        (99_999_999_999_999, None),
    ],
    ids=str,
)
def test_rupees_are_written_to_the_digit(paisa, text):
    """A number of rupees has at most two decimals and no noise, however large it is."""
    written = json.dumps(in_rupees(paisa))

    assert Decimal(paisa) / 100 == Decimal(written)
    assert text in (None, written)


async def test_the_sdk_reads_both_answers(api, box):
    """Each operation called through a Session gives a typed answer to the digit, nothing unmodelled."""
    await api.paid(value=12345)
    await tomorrow(api)
    day = box.clock.now().date()

    async with session(box) as pinelabs:
        (settlement,) = [one async for one in pinelabs.settlements.list(start_date=day, end_date=day)]
        page = decode(SettlementPage, box.exchanges[-1].answer)
        one = await pinelabs.settlements.get(settlement.utr_number)

    for answer in (page, one):
        assert () == answer.problems
        assert answer.raw == json.loads(to_json(answer), parse_float=Decimal)
    assert (Decimal("120.54"), Decimal("2.91")) == (
        settlement.total_amount,
        settlement.total_deduction_amount,
    )
    assert Decimal("120.54") == one.total_settled_amount
    assert datetime.combine(day, time(11)) == settlement.settled_date
