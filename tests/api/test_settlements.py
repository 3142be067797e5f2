"""Settlements: documented answers to the digit, both calls, and the listing."""

import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl

import attrs
import pytest

import pinelabs_sync.settlements
from pinelabs_async import to_json
from pinelabs_async.api import settlements as module
from pinelabs_async.api.settlements import SettlementDetail, SettlementPage, Settlements
from pinelabs_async.wire.codec import decode
from tests.api.samples import call_of, content, sample

FOLDER = "settlements"
ANSWERS = {"list-trimmed.response.json": SettlementPage, "by-utr.response.json": SettlementDetail}
MARCH = {"start_date": date(2024, 3, 1), "end_date": date(2024, 3, 31)}


def page(count, total, first=0):
    return {
        "data": [{"utr_number": str(first + number)} for number in range(count)],
        "total_settlement_count": total,
    }


@pytest.mark.parametrize("name", ANSWERS)
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything."""
    answer = decode(ANSWERS[name], content(FOLDER, name))
    assert () == answer.problems
    assert sample(FOLDER, name) == json.loads(to_json(answer))


@pytest.mark.parametrize("digits", ["0.1", "0.10", "123456789012345678.99", "0", "-4.5", "1e2"])
def test_amounts_are_decimal_from_the_text(digits):
    """A rupee amount never passes through a float, in neither pass of the decoder."""
    record = f'{{"utr_number": "1", "total_amount": {digits}'
    assert Decimal(digits) == decode(module.Settlement, (record + "}").encode()).total_amount
    tolerant = decode(module.Settlement, (record + ', "bank_name": 5}').encode())
    assert str(Decimal(digits)) == str(tolerant.total_amount)


def test_times_stay_naive():
    """Settlement times say nothing of a zone, and nobody adds one, in neither pass of the decoder."""
    name = "list-trimmed.response.json"
    settled = datetime.fromisoformat("2024-10-09T10:59:46")
    assert settled == decode(SettlementPage, content(FOLDER, name)).data[0].settled_date
    misfit = {**sample(FOLDER, name), "total_settlement_count": "7"}
    answer = decode(SettlementPage, json.dumps(misfit).encode())
    assert ["$.total_settlement_count"] == [problem.path for problem in answer.problems]
    assert settled == answer.data[0].settled_date


def test_a_settlement_can_be_made_with_a_naive_time():
    """What the gateway sends can be made for a test, too."""
    moment = datetime.fromisoformat("2024-10-09T10:59:46")
    assert moment == module.Settlement(utr_number="1", settled_date=moment).settled_date


def test_empty_times_and_amounts_survive():
    """Nothing, null and an empty time are all nothing."""
    record = b'{"utr_number": "1", "settled_date": "", "last_processed_date": null, "programs": null}'
    settlement = decode(module.Settlement, record)
    assert (None, None, (), ()) == (
        settlement.settled_date,
        settlement.last_processed_date,
        settlement.programs,
        settlement.problems,
    )


async def test_list_asks_for_whole_days(recorder):
    """Days become the first and the last second of theirs."""
    recorder.answers(page(1, 1))
    found = [one async for one in recorder.group(Settlements).list(**MARCH)]
    assert ["0"] == [settlement.utr_number for settlement in found]
    assert (
        "GET",
        "/api/settlements/v1/list",
        "start_date=2024-03-01T00%3A00%3A00&end_date=2024-03-31T23%3A59%3A59&page=1&per_page=10",
        None,
    ) == call_of(recorder.last)


async def test_list_takes_moments(recorder):
    """A moment without a zone goes out as it is; the documented parameters come out the same."""
    recorder.answers(page(0, 0))
    start, end = (datetime.fromisoformat(text) for text in ("2024-10-01T00:00", "2024-10-09T23:59:59"))
    assert [] == [one async for one in recorder.group(Settlements).list(start_date=start, end_date=end)]
    assert sample(FOLDER, "list.query.json") == dict(parse_qsl(recorder.last.query))


@pytest.mark.parametrize("name", MARCH)
def test_list_refuses_a_zone(name):
    """Nobody knows in which zone the gateway counts, so that no moment of another zone is turned into it."""
    with pytest.raises(ValueError, match="has a time zone"):
        Settlements(None, None).list(**{**MARCH, name: datetime(2024, 3, 1, tzinfo=UTC)})


@pytest.mark.parametrize(
    ("counts", "total", "calls"),
    [((2, 2, 1), 5, 3), ((2, 1), 3, 2), ((2, 2), 4, 2), ((1,), 1, 1), ((0,), 0, 1), ((2, 2, 1), None, 3)],
    ids=str,
)
async def test_list_turns_pages(recorder, counts, total, calls):
    """Pages are read until one is not full, or until all that were counted are seen."""
    for number, count in enumerate(counts):
        recorder.answers(page(count, total, first=2 * number))
    found = [one async for one in recorder.group(Settlements).list(**MARCH, per_page=2)]
    assert [str(number) for number in range(sum(counts))] == [settlement.utr_number for settlement in found]
    pages = [dict(parse_qsl(asked.query))["page"] for asked in recorder.asked]
    assert [str(number + 1) for number in range(calls)] == pages


async def test_list_stops_where_told(recorder):
    """No more pages are read than were asked for."""
    recorder.answers(page(2, 9))
    found = [one async for one in recorder.group(Settlements).list(**MARCH, per_page=2, max_pages=1)]
    assert (2, 1) == (len(found), len(recorder.asked))


@pytest.mark.parametrize(
    ("paging", "query"),
    [({}, ""), ({"page": 2}, "page=2"), ({"page": 1, "per_page": 10}, "page=1&per_page=10")],
    ids=str,
)
async def test_get(recorder, paging, query):
    """One settlement is read by its UTR, a page of its payments at a time."""
    recorder.answers(sample(FOLDER, "by-utr.response.json"))
    detail = await recorder.group(Settlements).get("410092786849", **paging)
    assert ("GET", "/api/settlements/v1/detail/410092786849", query, None) == call_of(recorder.last)
    assert (Decimal("0.96"), 2, "1") == (
        detail.total_settled_amount,
        len(detail.transactions),
        detail.pagination.current_page,
    )


@pytest.mark.parametrize("utr", ["", "..", "a/b", "a%2Fb", "a?b", "a#b"])
async def test_get_refuses_an_id_that_changes_the_path(recorder, utr):
    """What is no id is refused before anything is sent."""
    with pytest.raises(ValueError, match="utr"):
        await recorder.group(Settlements).get(utr)
    assert [] == recorder.asked


def test_repr_shows_no_account():
    """The bank account stays out of what people and log files see."""
    page = decode(SettlementPage, content(FOLDER, "list-trimmed.response.json"))
    assert "0000" not in repr(page)
    assert "0000" not in repr(attrs.evolve(page.data[0], utr_number="1"))
    assert page == pickle.loads(pickle.dumps(page))


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.settlements.Settlements)
    for name in ("list", "get"):
        assert twin[name].__wrapped__ is vars(Settlements)[name]
