"""Payouts: every documented body and answer, the calls, the look-up of a lost one, and the listing."""

import json
from datetime import UTC, datetime

import pytest

from pinelabs_async import (
    ConflictError,
    Money,
    NewPayout,
    NewSchedule,
    OutcomeUnknownError,
    from_json,
    to_json,
)
from pinelabs_async.api.payouts import FundingAccount, Payout, PayoutPage, Payouts
from pinelabs_async.wire import call
from pinelabs_async.wire.codec import decode

from .samples import as_written, call_of, content, sample

MADE = sample("payouts", "create-imps.response.json")
LISTED = {"clientReferenceId": "po-1", "paymentReferenceId": "txn-1", "status": "SUCCESS"}
AMOUNT = {"value": 4900, "currency": "INR"}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """Look up at once."""
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0)


def new_payout():
    return NewPayout(
        client_reference_id="po-1",
        payee_name="Kevin Bob",
        amount=Money(4900),
        mode="UPI",
        remarks="x",
        vpa="k@ok",
    )


@pytest.mark.parametrize(
    ("cls", "name"),
    [(NewPayout, "create-imps.request.json"), (NewSchedule, "update-scheduled.request.json")],
    ids=["create", "reschedule"],
)
def test_sample_body_comes_out_the_same(cls, name):
    """A documented body read and written again is the same, camelCase names included."""
    body = from_json(cls, content("payouts", name))
    assert as_written(sample("payouts", name)) == json.loads(to_json(body))
    assert body.extra is None


def test_sample_answer_is_read_whole():
    """The documented answer is read without problems and without losing anything."""
    payout = decode(Payout, content("payouts", "create-imps.response.json"))
    assert () == payout.problems
    assert as_written(MADE) == json.loads(to_json(payout))
    assert ("Kevin" in repr(payout), "1415" in repr(payout)) == (False, False)


def test_empty_time_of_a_cancelled_payout():
    """A cancelled payout has an empty time, which is documented and no problem."""
    payout = decode(Payout, json.dumps(MADE | {"scheduledAt": "", "status": "CANCELLED"}).encode())
    assert (None, ()) == (payout.scheduled_at, payout.problems)


def test_extra_is_checked_by_its_json_name():
    """A modelled field cannot be given in extra under its JSON name."""
    with pytest.raises(ValueError, match="scheduleAt"):
        NewSchedule(schedule_at=datetime.now(UTC), extra={"scheduleAt": "x"})


async def test_calls(recorder):
    """Each operation asks for the right thing."""
    payouts = recorder.group(Payouts)
    recorder.answers(MADE)
    await payouts.create(new_payout())
    body = {
        "clientReferenceId": "po-1",
        "payeeName": "Kevin Bob",
        "amount": AMOUNT,
        "mode": "UPI",
        "remarks": "x",
        "vpa": "k@ok",
    }
    assert ("POST", "/payouts/v3/payments/banks", "", body) == call_of(recorder.last)
    await payouts.reschedule("txn-1", NewSchedule(schedule_at=datetime(2025, 7, 5, 16, 5, tzinfo=UTC)))
    assert (
        "PUT",
        "/payouts/v3/payments/banks/txn-1",
        "",
        {"scheduleAt": "2025-07-05T16:05:00Z"},
    ) == call_of(recorder.last)
    await payouts.cancel("txn-1")
    assert ("PUT", "/payouts/v3/payments/banks/txn-1/cancel", "", None) == call_of(recorder.last)


async def test_balance(recorder):
    """The funding account is read."""
    recorder.answers({"accountNumber": "0000", "branchCode": "SBIN0", "balance": AMOUNT})
    account = await recorder.group(Payouts).balance()
    assert (FundingAccount, Money(4900), ()) == (type(account), account.balance, account.problems)
    assert ("GET", "/payouts/v3/payments/funding-account", "", None) == call_of(recorder.last)


async def test_listing_follows_the_next_page_to_the_last(recorder):
    """Pages are asked for as the gateway names them, and no further than the last; filters go along."""
    payment = LISTED | {"amount": AMOUNT}
    recorder.answers({"payments": [payment], "nextPage": 2, "totalPages": 2, "totalRecords": 2})
    recorder.answers(
        {"payments": [payment | {"paymentReferenceId": "txn-2"}], "nextPage": 3, "totalPages": 2}
    )
    listed = recorder.group(Payouts).list(status="SUCCESS", date_from=datetime(2025, 7, 15, tzinfo=UTC))
    assert ["txn-1", "txn-2"] == [payout.payment_reference_id async for payout in listed]
    filters = "status=SUCCESS&dateFrom=2025-07-15T00%3A00%3A00Z"
    assert [f"{filters}&page=1&count=10", f"{filters}&page=2&count=10"] == [
        asked.query for asked in recorder.asked
    ]


@pytest.mark.parametrize(
    ("page", "sent", "recovered"),
    [
        pytest.param({"payments": [LISTED | {"amount": AMOUNT}]}, 1, True, id="found"),
        pytest.param({"payments": []}, 2, False, id="absent"),
    ],
)
async def test_lost_payout_is_looked_up(recorder, page, sent, recovered):
    """A payout whose answer is lost is found in the list, or sent again when the list proves it absent."""
    recorder.answers(b"<html>", status=503)
    recorder.answers(page)
    recorder.answers(MADE)
    payout = await recorder.group(Payouts).create(new_payout())
    assert recovered == payout.recovered
    assert sent == [asked.method for asked in recorder.asked].count("POST")
    assert "clientReferenceId=po-1&page=1&count=10" == recorder.asked[1].query
    assert 1 == len({asked.body["clientReferenceId"] for asked in recorder.asked if asked.body})


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({}, id="no-list"),
        pytest.param({"payments": None}, id="null"),
        pytest.param({"payments": [LISTED | {"amount": {"value": 1, "currency": "INR"}}]}, id="other-amount"),
        pytest.param(
            {"payments": [LISTED | {"clientReferenceId": "po-2", "amount": AMOUNT}]}, id="filter-ignored"
        ),
        pytest.param({"payments": [LISTED | {"amount": AMOUNT}] * 2}, id="two-of-them"),
    ],
)
async def test_lost_payout_that_cannot_be_decided(recorder, page):
    """A list that neither shows the payout nor proves it absent leaves the outcome unknown; nothing is sent again."""
    recorder.answers(b"<html>", status=503)
    recorder.answers(page)
    with pytest.raises(OutcomeUnknownError) as caught:
        await recorder.group(Payouts).create(new_payout())
    assert "po-1" == caught.value.reference
    assert 1 == [asked.method for asked in recorder.asked].count("POST")


async def test_repeated_reference(recorder):
    """A 409 is a refusal: no second payout was made."""
    recorder.answers({"code": "DUPLICATE", "message": "exists"}, status=409)
    with pytest.raises(ConflictError) as caught:
        await recorder.group(Payouts).create(new_payout())
    assert "refused" == caught.value.outcome


def test_page_is_read_whole():
    """A page of payouts comes out as it went in."""
    page = {
        "payments": [MADE],
        "totalRecords": 1,
        "nextPage": 1,
        "totalPages": 1,
        "_links": [{"rel": "self"}],
    }
    read = decode(PayoutPage, json.dumps(page).encode())
    assert () == read.problems
    assert as_written(page) == json.loads(to_json(read))
