"""Block money by UPI and take it bit by bit."""

import json
from pathlib import Path

import pytest

from pinelabs_async import NewReserve, NewReserveDebit, from_json
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.gateway.debits import DEBIT_FAILS_ONCE
from tests.sandbox.mandate_calls import (
    RESERVES,
    SUBSCRIPTIONS,
    active,
    brief,
    customer,
    debit,
    money,
    present,
)
from tests.sandbox.told import events, later, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"


def example(name):
    return json.loads((EXAMPLES / name).read_text())


NO_MATCH = example("errors/INVALID_REQUEST-no-records.json")


async def body(api, reference="res-1", value=1_000_000, days=5, **more):
    return {
        "merchant_subscription_reference": reference,
        "customer_id": await customer(api, f"cus-{reference}"),
        "plan_details": {
            "reserve_amount": value,
            "currency": "INR",
            "validity_days": days,
            "description": "A taxi",
        },
        **more,
    }


async def reserve(api, reference="res-1", value=1_000_000, days=5, **more):
    status, answer = await api.call("POST", RESERVES, await body(api, reference, value, days, **more))
    assert 200 == status, answer
    return answer


async def blocked(api, reference="res-1", value=1_000_000, **more):
    """Make a reserve that the payer has approved."""
    made = await reserve(api, reference, value, **more)
    await api.box.payer.approve(made["redirect_url"])
    return made


async def read(api, made):
    status, answer = await api.call("GET", f"{RESERVES}/{made['subscription_id']}")
    assert 200 == status, answer
    return answer


async def balance(api, made):
    found = await read(api, made)
    return found["total_blocked_amount"], found["debited_amount"], found["remaining_balance"]


async def test_a_new_reserve_is_the_documented_one(api, box):
    """The documented request, for a customer of today, gets the members of the field table; nothing is blocked."""
    asked = {
        **example("upi-reserve-pay/create-sbmd-subscription.request.json"),
        "customer_id": await customer(api),
    }
    expected = example("upi-reserve-pay/create-sbmd-subscription.response.json")

    status, actual = await api.call("POST", RESERVES, asked)

    assert 200 == status
    assert set(expected) == set(actual)
    assert ("CREATED", asked["customer_id"], expected["plan_details"]) == (
        actual["status"],
        actual["customer_id"],
        actual["plan_details"],
    )
    assert (0, 0, 0) == await balance(api, actual)
    (done,) = box.ledger.executions("reserve_pay.create")
    assert ("sub_ref_12345", 10_000, "none") == (done.reference, done.amount, done.money)


async def test_an_approval_blocks_the_money(api, box):
    """Nothing reaches the merchant; the payer comes back with signed fields; no event is documented."""
    made = await reserve(api, callback_url="app/back")

    back = await box.payer.approve(made["redirect_url"])

    assert (made["order_id"], "AUTHORIZED") == (back["order_id"], back["status"])
    found = await read(api, made)
    more = {"order_id", "customer_id", "start_date", "end_date", "currency"}
    assert set(example("upi-reserve-pay/fetch-sbmd-subscription.response.json")) | more == set(found)
    assert ("ACTIVE", "INR") == (found["status"], found["currency"])
    assert (1_000_000, 0, 1_000_000) == await balance(api, made)
    assert (0, 1) == (box.ledger.money_in, box.ledger.count("payer.authorize"))
    assert [] == events(box)


async def test_the_order_of_a_reserve_cannot_be_paid_or_captured(api):
    """Its money is taken by debits alone."""
    waiting, made = await reserve(api, "res-2"), await blocked(api)
    for order in (waiting, made):
        paying = {**order, "order_amount": money(1_000_000)}
        answer = await api.pay(paying, order["order_id"], "UPI", {"upi_details": {"txn_mode": "INTENT"}})
        assert (422, "OPERATION_NOT_ALLOWED") == brief(answer)
        capture = await api.put(order, "capture", {"merchant_capture_reference": "cap-1"})
        assert (422, "OPERATION_NOT_ALLOWED") == brief(capture)
        assert 422 == (await api.put(order, "cancel"))[0]


@pytest.mark.parametrize(
    ("walk", "status", "order_status"),
    [
        ("decline", "INACTIVE", "FAILED"),
        ("abandon", "CANCELLED_BY_CUSTOMER_DURING_MANDATE_CREATION", "CANCELLED"),
    ],
)
async def test_without_approval_nothing_is_blocked(api, box, walk, status, order_status):
    """The page is closed afterwards, and no debit is possible."""
    made = await reserve(api)

    await getattr(box.payer, walk)(made["redirect_url"])

    assert status == (await read(api, made))["status"]
    assert order_status == (await api.get(made))["status"]
    assert (0, 0, 0) == await balance(api, made)
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await present(api, made))
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(made["redirect_url"])


async def test_debits_take_the_money_bit_by_bit(api, box):
    """The bank answers each a while later; the payer gets no notice, and the last one ends the reserve."""
    made = await blocked(api)

    status, answer = await present(api, made, value=400_000)
    assert (201, "PENDING") == (status, answer["status"])
    assert set(example("subscriptions/create-presentation.response.json")) == set(answer)
    assert (1_000_000, 0, 1_000_000) == await balance(api, made)
    await later(api, minutes=10)

    assert (1_000_000, 400_000, 600_000) == await balance(api, made)
    found = await debit(api)
    assert ("COMPLETED", False) == (found["status"], "pdn_status" in found)
    await present(api, made, "deb-2", 600_000)
    await later(api, minutes=10)
    assert ("COMPLETED", 1_000_000) == (
        (await read(api, made))["status"],
        (await read(api, made))["debited_amount"],
    )
    assert [400_000, 600_000] == [done.amount for done in box.ledger.executions("bank.debit")]
    assert 1_000_000 == box.ledger.money_in
    assert 2 == box.ledger.count("reserve_pay.debit")
    assert 0 == box.ledger.count("presentations.create")


async def test_no_debit_takes_more_than_is_left(api, box):
    """What the bank was asked for and has not answered counts as taken."""
    made = await blocked(api)
    await present(api, made, value=900_000)

    assert (422, "AMOUNT_LIMIT_EXCEEDED") == brief(await present(api, made, "deb-2", 100_001))
    assert 201 == (await present(api, made, "deb-3", 100_000))[0]


async def test_a_debit_that_fails_leaves_the_money_in_the_reserve(api, box):
    """Nobody tries it again."""
    made = await blocked(api)
    await present(api, made, value=DEBIT_FAILS_ONCE)

    await later(api, days=2)

    assert ("FAILED", 1) == ((found := await debit(api))["status"], found["failure_count"])
    assert (1_000_000, 0, 1_000_000) == await balance(api, made)
    assert 0 == box.ledger.money_in


async def test_a_reserve_ends_after_its_days(api):
    """What is left is the payer's again; none at all means one day, as in a published sample."""
    made, short = await blocked(api), await blocked(api, "res-2", days=0)
    await later(api, hours=23)
    assert "ACTIVE" == (await read(api, short))["status"]
    await later(api, hours=1)
    assert ("ACTIVE", "EXPIRED") == ((await read(api, made))["status"], (await read(api, short))["status"])

    await later(api, days=4)

    assert ("EXPIRED", 0) == ((await read(api, made))["status"], (await read(api, made))["remaining_balance"])
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await present(api, made))


@pytest.mark.parametrize(("more", "minutes"), [({}, 30), ({"expire_after": 5}, 5)])
async def test_a_request_for_approval_expires(api, more, minutes):
    """Its page is closed then, and its order failed."""
    made = await reserve(api, **more)

    await later(api, minutes=minutes - 1)
    assert "CREATED" == (await read(api, made))["status"]
    await later(api, minutes=1)

    assert ("EXPIRED", "FAILED") == ((await read(api, made))["status"], (await api.get(made))["status"])
    with pytest.raises(RuntimeError, match="409"):
        await api.box.payer.approve(made["redirect_url"])


async def test_an_unknown_reserve_is_refused(api):
    """400 is the documented status; its page is a page that says so."""
    other = await active(api)

    assert (400, NO_MATCH) == await api.call("GET", f"{RESERVES}/nothing")
    assert (400, NO_MATCH) == await api.call("GET", f"{RESERVES}/{other['subscription_id']}")
    async with api.http.get("/reserve/nothing") as answer:
        assert (404, True) == (answer.status, "no such reserve" in await answer.text())


async def test_a_page_wants_one_of_its_buttons(api):
    """Anything else changes nothing."""
    made = await reserve(api)

    async with api.http.post(made["redirect_url"], data={"outcome": "steal"}) as answer:
        assert 400 == answer.status

    assert "CREATED" == (await read(api, made))["status"]


async def test_a_description_cannot_become_markup(api):
    """The page shows it as text."""
    asked = await body(api)
    asked["plan_details"]["description"] = "<script>alert(1)</script>"
    _, made = await api.call("POST", RESERVES, asked)

    async with api.http.get(made["redirect_url"]) as answer:
        page = await answer.text()

    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("setting", ["refuse", "return"])
async def test_a_repeated_reference_is_refused_or_returned(open_api, setting):
    """Both documented behaviours make one reserve, and one debit."""
    async with Sandbox(duplicate_references=setting) as box:
        api = await open_api(box)
        asked = await body(api)
        _, first = await api.call("POST", RESERVES, asked)
        again = await api.call("POST", RESERVES, asked)
        await box.payer.approve(first["redirect_url"])
        _, taken = await present(api, first)
        repeated = await present(api, first, value=20_000)

        duplicate = example("errors/DUPLICATE_REQUEST-merchant-reference.json")
        expected = (
            [(400, duplicate), (422, duplicate)] if setting == "refuse" else [(200, first), (201, taken)]
        )
        assert expected == [again, repeated]
        assert (1, 1) == (box.ledger.count("reserve_pay.create"), box.ledger.count("reserve_pay.debit"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"merchant_subscription_reference": None}, "must not be empty"),
        ({"customer_id": None}, "customer_id is missing"),
        ({"customer_id": "cust-nobody"}, "No matching records"),
        ({"plan_details": None}, "plan_details is missing"),
        ({"reserve_amount": None}, "reserve_amount and validity_days"),
        ({"reserve_amount": 0}, "reserve_amount"),
        ({"reserve_amount": 10.5}, "reserve_amount"),
        ({"reserve_amount": 100_000_001}, "reserve_amount"),
        ({"currency": "EUR"}, "currency must be one of INR, USD"),
        ({"validity_days": -1}, "validity_days"),
        ({"validity_days": None}, "reserve_amount and validity_days"),
        ({"description": None}, "description is missing"),
        ({"callback_url": 5}, "callback_url"),
        ({"expire_after": 0}, "expire_after"),
        ({"terms_accepted": "yes"}, "terms_accepted"),
        ({"merchant_metadata": {"a": 1}}, "merchant_metadata"),
    ],
)
async def test_a_reserve_that_breaks_the_contract_is_refused(api, box, change, message):
    """Nothing is made, and the message names the member."""
    asked = await body(api)
    for name, value in change.items():
        (asked["plan_details"] if name in asked["plan_details"] else asked)[name] = value

    status, answer = await api.call("POST", RESERVES, asked)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert 0 == box.ledger.count("reserve_pay.create")


@pytest.mark.parametrize(
    "change",
    [
        {"merchant_presentation_reference": None},
        {"amount": None},
        {"amount": money(99)},
        {"amount": {"value": 10_000, "currency": "USD"}},
    ],
)
async def test_a_debit_that_breaks_the_contract_is_refused(api, box, change):
    """Nothing is taken."""
    made = await blocked(api)

    assert (400, "INVALID_REQUEST") == brief(await present(api, made, **change))
    assert 0 == box.ledger.count("reserve_pay.debit")


async def test_the_two_debits_of_one_path_are_told_apart(api, box):
    """By the id, with and without it in the body; a debit of a subscription may lack its date as well."""
    made, other = await blocked(api), await active(api)
    bare = {"amount": money(10_000)}
    for number, of in enumerate((made, other)):
        path = f"{SUBSCRIPTIONS}/{of['subscription_id']}/presentations"
        for more in ({}, {"subscription_id": of["subscription_id"]}):
            reference = f"deb-{number}-{len(more)}"
            answer = await api.call(
                "POST", path, {**bare, **more, "merchant_presentation_reference": reference}
            )
            assert (201 if of is made else 200) == answer[0], answer

    assert (2, 2) == (box.ledger.count("reserve_pay.debit"), box.ledger.count("presentations.create"))


async def test_a_reserve_is_of_one_merchant(api):
    """Another merchant neither sees nor debits it."""
    made = await blocked(api)
    other = api.box.add_merchant()
    await api.login(other.client_id, other.client_secret)

    assert (400, NO_MATCH) == await api.call("GET", f"{RESERVES}/{made['subscription_id']}")
    assert (404, NO_MATCH) == await present(api, made)


async def test_the_sdk_reads_every_answer(api, box):
    """All three operations end in whole objects, and so does the look-up of a debit."""
    async with session(box) as pinelabs:
        made = whole(await pinelabs.reserve_pay.create(from_json(NewReserve, await body(api))))
        assert made.redirect_url is not None
        await box.payer.approve(made.redirect_url)

        found = whole(await pinelabs.reserve_pay.get(made.subscription_id))
        assert ("ACTIVE", 1_000_000) == (found.status, found.remaining_balance)
        new = from_json(NewReserveDebit, {"merchant_presentation_reference": "d", "amount": money(10_000)})
        taken = whole(await pinelabs.reserve_pay.debit(made.subscription_id, new))
        box.clock.advance(minutes=10)
        done = whole(await pinelabs.presentations.get(taken.presentation_id))
        assert "COMPLETED" == done.status
