"""Payouts: their way on the clock, the funding account, and what is refused."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pinelabs_async import DuplicateRequestError, Money, NewPayout, NewSchedule
from pinelabs_async.api.payouts import PayoutFile, PayoutPage
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.gateway.payout_object import Payouts
from pinelabs_async.wire.codec import decode
from tests.sandbox.payout_calls import (
    FULL,
    NEW,
    ROOT,
    balance,
    brief,
    change,
    listed,
    money,
    pay,
    rows,
    send_file,
    statuses,
)
from tests.sandbox.told import events, later, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "payouts"


def example(name):
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


async def test_a_new_payout_has_the_documented_shape(api, box):
    """The documented request is answered with the documented members, the account masked."""
    expected = example("create-imps.response.json")

    status, answer = await api.call("POST", f"{ROOT}/banks", example("create-imps.request.json"))

    assert 201 == status
    assert {name: type(value) for name, value in expected.items()} == {
        name: type(value) for name, value in answer.items()
    }
    assert expected["message"] == answer["message"]
    assert ("*" * 14 + "0000", "SCHEDULED") == (answer["accountNumber"], answer["status"])
    assert set(expected["_links"][0]) == set(answer["_links"][0])
    assert answer["_links"][0]["href"].startswith(box.base_url)
    assert "*******1415" == (await pay(api))["accountNumber"]


async def test_the_account_number_is_nowhere_kept(api, box):
    """Only the end of it is in what is told and what is remembered."""
    await pay(api)

    assert "12345671415" not in json.dumps(await listed(api))
    assert "12345671415" not in repr(box._state)


async def test_a_payout_goes_its_way_on_the_clock(api, box):
    """The money leaves the account at its time, is paid by the bank, and counts as gone once confirmed."""
    payout = await pay(api)
    seen = [(await statuses(api), await balance(api), box.ledger.money_out)]
    for minutes in (5, 1, 1):
        box.clock.advance(minutes=minutes)
        seen.append((await statuses(api), await balance(api), box.ledger.money_out))

    assert [
        ({"po-1": "SCHEDULED"}, FULL, 0),
        ({"po-1": "PROCESSING"}, FULL - 4900, 0),
        ({"po-1": "PROCESSED"}, FULL - 4900, 0),
        ({"po-1": "SUCCESS"}, FULL - 4900, 4900),
    ] == seen
    (item,) = (await listed(api))["payments"]
    assert 12 == len(item["bankTransactionReferenceId"])
    assert item["updatedAt"] > item["scheduledAt"] > item["createdAt"]
    assert payout["scheduledAt"] == item["scheduledAt"]
    created, paid = box.ledger
    assert ("payouts.create", "none", "po-1", 4900) == (
        created.operation,
        created.money,
        created.reference,
        created.amount,
    )
    assert ("bank.pay", "out", "po-1", 4900) == (paid.operation, paid.money, paid.reference, paid.amount)
    assert ("req-1", None) == (created.request_id, paid.request_id)
    assert [] == events(box)


async def test_a_payout_that_fails_brings_its_money_back(api, box):
    """The bank sends it back: the account is whole again and nothing has left the merchant."""
    await pay(api, remarks="sandbox-fails")
    box.clock.advance(minutes=5)
    assert ({"po-1": "PROCESSING"}, FULL - 4900) == (await statuses(api), await balance(api))

    box.clock.advance(minutes=10)

    assert ({"po-1": "FAILED"}, FULL) == (await statuses(api), await balance(api))
    assert (0, 0) == (box.ledger.money_out, box.ledger.count("bank.pay"))


async def test_payouts_wait_for_a_balance_and_go_on_in_turn(api, box):
    """What the account cannot pay is PENDING, until money comes back into it; the longest waiting goes first."""
    await pay(api, "big", FULL, remarks="sandbox-fails")
    box.clock.advance(seconds=1)
    await pay(api, "first", 60_000_000)
    box.clock.advance(seconds=1)
    await pay(api, "second", 50_000_000)
    await pay(api, "third", 40_000_000)
    box.clock.advance(minutes=5)
    assert {"big": "PROCESSING", "first": "PENDING", "second": "PENDING", "third": "PENDING"} == (
        await statuses(api)
    )
    assert 0 == await balance(api)

    await later(api, days=1)

    assert {"big": "FAILED", "first": "SUCCESS", "second": "PENDING", "third": "SUCCESS"} == (
        await statuses(api)
    )
    assert (0, FULL) == (await balance(api), box.ledger.money_out)


async def test_a_deposit_pays_what_waits_once(api, box):
    """Money put into the account is taken by the payout that waits for it, and by that one only once."""
    await pay(api, "all", FULL)
    await pay(api, "more", 300)
    box.clock.advance(minutes=6)
    (merchant,) = box._state.merchants.values()
    merchant.store(Payouts).deposit(100)
    assert ({"all": "PROCESSED", "more": "PENDING"}, 100) == (await statuses(api), await balance(api))
    merchant.store(Payouts).deposit(1000)
    box.clock.advance(hours=0.5)

    assert ({"all": "SUCCESS", "more": "SUCCESS"}, 800) == (await statuses(api), await balance(api))
    assert FULL + 300 == box.ledger.money_out


async def test_a_scheduled_payout_can_be_moved(api, box):
    """It goes at the new time and not at the old one, earlier or later."""
    payout = await pay(api, email="kevin.bob@example.com", phone="9999999999")
    when = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)

    status, answer = await change(api, payout, body={"scheduleAt": when.isoformat()})

    assert (200, "SCHEDULED", f"{when:%Y-%m-%dT%H:%M:%S}Z") == (
        status,
        answer["status"],
        answer["scheduledAt"],
    )
    contact = {"email": "kevin.bob@example.com", "phone": "9999999999"}
    assert {**payout, **contact, "scheduledAt": answer["scheduledAt"]} == answer
    box.clock.advance(minutes=110)
    await api.login()
    assert {"po-1": "SCHEDULED"} == await statuses(api)
    soon = {"scheduleAt": (box.clock.now() + timedelta(seconds=10)).isoformat()}
    assert 200 == (await change(api, payout, body=soon))[0]
    box.clock.advance(seconds=11)
    assert {"po-1": "PROCESSING"} == await statuses(api)
    await later(api, days=1)
    assert ({"po-1": "SUCCESS"}, FULL - 4900) == (await statuses(api), await balance(api))
    assert 2 == box.ledger.count("payouts.reschedule", reference="po-1")
    assert 1 == box.ledger.count("bank.pay")


async def test_a_cancelled_payout_never_goes(api, box):
    """It has no time any more, cannot be revived, and its money stays."""
    payout = await pay(api, mode="UPI", vpa="kevin@ok", accountNumber=None, branchCode=None)

    status, answer = await change(api, payout, "/cancel")

    assert (200, "CANCELLED", "", "kevin@ok") == (
        status,
        answer["status"],
        answer["scheduledAt"],
        answer["vpa"],
    )
    assert {"accountNumber", "branchCode"} & set(answer) == set()
    again = {"scheduleAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await change(api, payout, body=again))
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await change(api, payout, "/cancel"))
    await later(api, days=1)
    assert ({"po-1": "CANCELLED"}, FULL) == (await statuses(api), await balance(api))
    assert (1, 0) == (box.ledger.count("payouts.cancel", reference="po-1"), box.ledger.money_out)


@pytest.mark.parametrize("minutes", [5, 6, 7])
async def test_a_payout_that_has_gone_cannot_be_stopped(api, box, minutes):
    """From the moment that it is with the bank it is neither cancelled nor moved."""
    payout = await pay(api)
    box.clock.advance(minutes=minutes)
    when = {"scheduleAt": (box.clock.now() + timedelta(hours=1)).isoformat()}

    answers = [await change(api, payout, "/cancel"), await change(api, payout, body=when)]

    assert [(400, "OPERATION_NOT_ALLOWED")] * 2 == [brief(answer) for answer in answers]
    assert (0, 0) == (box.ledger.count("payouts.cancel"), box.ledger.count("payouts.reschedule"))


async def test_a_pending_payout_cannot_be_stopped(api, box):
    """Only SCHEDULED is documented to be editable, and the answer says where it stands."""
    await pay(api, "all", FULL)
    payout = await pay(api)
    box.clock.advance(minutes=5)

    status, answer = await change(api, payout, "/cancel")

    assert (400, "the payout is PENDING, not SCHEDULED") == (
        status,
        answer["additional_error_details"]["reason"],
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "scheduleAt is missing"),
        ({"scheduleAt": 5}, "scheduleAt must be a string"),
        ({"scheduleAt": "tomorrow"}, "ISO 8601"),
        ({"scheduleAt": "2999-01-01T00:00:00"}, "time zone"),
        ({"scheduleAt": "2020-01-01T00:00:00Z"}, "in the future"),
    ],
    ids=str,
)
async def test_a_wrong_time_is_refused(api, box, body, message):
    """A payout is moved to a moment to come, and stays as it was otherwise."""
    payout = await pay(api)

    status, answer = await change(api, payout, body=body)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert payout["scheduledAt"] == (await listed(api))["payments"][0]["scheduledAt"]
    assert 0 == box.ledger.count("payouts.reschedule")


async def test_an_unknown_payout_is_not_found(api, box):
    """Nothing has this id, or another merchant's payout has."""
    payout = await pay(api)
    when = {"scheduleAt": "2999-01-01T00:00:00Z"}
    other = box.add_merchant()
    await api.login(other.client_id, other.client_secret)

    for known in (payout, {"paymentReferenceId": "txn-none"}):
        assert 404 == (await change(api, known, "/cancel"))[0]
        assert 404 == (await change(api, known, body=when))[0]
    assert ({}, FULL) == (await statuses(api), await balance(api))


async def test_a_repeated_reference_is_a_conflict(api, box):
    """By default the second payout with a reference is refused with the documented status, and not made."""
    await pay(api)

    again = await api.call("POST", f"{ROOT}/banks", NEW)

    assert (409, "DUPLICATE_REQUEST") == brief(again)
    await later(api, hours=1)
    assert (1, FULL - 4900) == (box.ledger.count("payouts.create"), await balance(api))


async def test_a_repeated_reference_may_return_the_payout(open_api):
    """The other documented behaviour answers the payout that is there, as it stands, and makes none."""
    async with Sandbox(duplicate_references="return") as box:
        api = await open_api(box)
        payout = await pay(api)
        box.clock.advance(minutes=5)

        again = await pay(api, value=99_000, payeeName="Someone Else")

        assert {**payout, "status": "PROCESSING", "message": again["message"]} == again
        assert 1 == box.ledger.count("payouts.create")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"clientReferenceId": None}, "clientReferenceId is missing"),
        ({"clientReferenceId": ""}, "clientReferenceId is missing"),
        ({"clientReferenceId": "a b"}, "clientReferenceId is ill-formed"),
        ({"clientReferenceId": "x" * 41}, "clientReferenceId is ill-formed"),
        ({"clientReferenceId": 7}, "clientReferenceId must be a string"),
        ({"payeeName": None}, "payeeName is missing"),
        ({"payeeName": "Kevin 2"}, "payeeName is ill-formed"),
        ({"payeeName": "x" * 41}, "payeeName is ill-formed"),
        ({"mode": None}, "mode is missing"),
        ({"mode": "CASH"}, "mode is ill-formed"),
        ({"remarks": ""}, "remarks is missing"),
        ({"remarks": "what?"}, "remarks is ill-formed"),
        ({"remarks": "x" * 51}, "remarks is ill-formed"),
        ({"accountNumber": None}, "accountNumber is missing"),
        ({"accountNumber": "12345678"}, "accountNumber is ill-formed"),
        ({"accountNumber": "1" * 19}, "accountNumber is ill-formed"),
        ({"accountNumber": 12345671415}, "accountNumber must be a string"),
        ({"branchCode": None}, "branchCode is missing"),
        ({"branchCode": "SBIN1011123"}, "branchCode is ill-formed"),
        ({"mode": "UPI"}, "vpa is missing"),
        ({"email": "kevin"}, "email is ill-formed"),
        ({"phone": "999999999"}, "phone is ill-formed"),
        ({"amount": None}, "amount is missing"),
        ({"amount": money(99)}, "greater than or equal to 100"),
        ({"amount": money(FULL + 1)}, "less than or equal to 100000000"),
        ({"amount": money("4900")}, "Integer"),
        ({"amount": {"value": 4900, "currency": "USD"}}, "INR"),
    ],
    ids=str,
)
async def test_a_wrong_payout_is_an_invalid_request(api, box, body, message):
    """Members that break the contract are refused and named, and nothing is made."""
    status, answer = await api.call("POST", f"{ROOT}/banks", NEW | body)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert (0, {}) == (box.ledger.count(), await statuses(api))


async def test_the_balance_has_the_documented_members(api):
    """The funding account is told with its number masked."""
    status, answer = await api.call("GET", f"{ROOT}/funding-account")

    assert (200, {"accountNumber", "branchCode", "balance"}) == (status, set(answer))
    assert money(FULL) == answer["balance"]
    assert answer["accountNumber"].startswith("***")


async def test_reset_forgets_payouts(api, box):
    """After a reset the account is full again, the reference is free and nothing old goes on."""
    await pay(api)
    await send_file(api, rows("po-2,Kevin Bob,300,UPI,salary,,,kevin@ok"))
    box.reset()
    await api.login()

    box.clock.advance(minutes=30)

    assert ({}, FULL, 0) == (await statuses(api), await balance(api), box.ledger.count())
    await pay(api)


async def test_the_sdk_reads_every_answer(box):
    """Each operation called through a Session gives a typed answer without problems, nothing unmodelled."""
    new = NewPayout(
        client_reference_id="po-1",
        payee_name="Kevin Bob",
        amount=Money(4900),
        mode="UPI",
        remarks="salary",
        vpa="kevin@ok",
        email="kevin.bob@example.com",
        phone="9999999999",
    )
    async with session(box) as pinelabs:
        payouts = pinelabs.payouts
        payout = whole(await payouts.create(new))
        later_on = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
        moved = whole(
            await payouts.reschedule(payout.payment_reference_id, NewSchedule(schedule_at=later_on))
        )
        assert ("SCHEDULED", later_on) == (moved.status, moved.scheduled_at)
        cancelled = await payouts.cancel(payout.payment_reference_id)
        # Its empty time is read as none, and not written back.
        assert ("CANCELLED", "", None, ()) == (
            cancelled.status,
            cancelled.raw["scheduledAt"],
            cancelled.scheduled_at,
            cancelled.problems,
        )
        text = rows("po-2,Kevin Bob,300,UPI,salary,,,kevin@ok", "po-3,Kevin Bob,200,UPI,salary,,,kevin@ok")
        batch = whole(await payouts.create_bulk(PayoutFile(text.encode(), "payouts.csv")))
        box.clock.advance(minutes=20)
        found = payouts.list(request_reference_id=batch.request_reference_id, count=1)
        assert [("po-2", "SUCCESS", Money(0)), ("po-3", "SUCCESS", Money(0))] == [
            (payout.client_reference_id, payout.status, payout.fees) async for payout in found
        ]
        first, last = [whole(decode(PayoutPage, exchange.answer)) for exchange in list(box.exchanges)[-2:]]
        assert (2, 2, 2, None) == (first.next_page, first.total_pages, last.total_pages, last.next_page)
        assert Money(FULL - 500) == whole(await payouts.balance()).balance


@pytest.mark.parametrize(("at", "carried_out"), [("before_execute", 0), ("after_execute", 1)])
async def test_a_lost_payout_is_made_once(box, at, carried_out):
    """Whether the answer or the request is lost, the SDK's look-up in the list leaves one payout."""
    new = NewPayout(
        client_reference_id="po-1",
        payee_name="Kevin Bob",
        amount=Money(4900),
        mode="UPI",
        remarks="salary",
        vpa="kevin@ok",
    )
    async with session(box) as pinelabs:
        await pinelabs.payouts.balance()
        box.faults.add(operation="payouts.create", at=at, what="drop")

        payout = await pinelabs.payouts.create(new)

        assert bool(carried_out) == payout.recovered
        assert 1 == box.ledger.count("payouts.create", reference="po-1")
        with pytest.raises(DuplicateRequestError):
            await pinelabs.payouts.create(new)
