"""Announce debits, execute them, and try failed ones again."""

import json
from pathlib import Path

import pytest

from pinelabs_async.sandbox.gateway.debits import DEBIT_FAILS, DEBIT_FAILS_ONCE, NOTICE_FAILS
from tests.sandbox.mandate_calls import (
    RETRY,
    SUBSCRIPTIONS,
    act,
    active,
    brief,
    debit,
    execute,
    executed,
    notify,
    present,
    retry,
    standing,
)
from tests.sandbox.told import events, later

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"


def example(name):
    return json.loads((EXAMPLES / name).read_text())


async def test_a_notice_is_the_documented_one(api, box):
    """The documented request gets the documented members, and the state of the notice besides."""
    made = await active(api)
    asked = {
        **example("subscriptions/notify.request.json"),
        "subscription_id": made["subscription_id"],
    }
    expected = example("subscriptions/notify.response.json")

    status, actual = await api.call("POST", f"{SUBSCRIPTIONS}/notify", asked)

    assert 200 == status
    assert set(expected) | {"pdn_status"} == set(actual)
    assert asked == {name: actual[name] for name in asked}
    assert ("CREATED", "CREATED") == (actual["status"], actual["pdn_status"])
    assert 1 == box.ledger.count("presentations.notify")


async def test_a_notice_alone_takes_no_money(api, box):
    """The debit waits for its execution, however long."""
    made = await active(api)
    await notify(api, made)
    money_in = box.ledger.money_in

    await later(api, days=30)

    assert ("CREATED", "NOTIFIED") == ((found := await debit(api))["status"], found["pdn_status"])
    assert money_in == box.ledger.money_in


@pytest.mark.parametrize("names", ["both", "id", "reference", "guide"])
async def test_a_delivered_debit_is_executed_once(api, box, names):
    """By its id, its reference, both, or the body of the guide; the bank answers later."""
    made = await active(api)
    _, announced = await notify(api, made)
    await later(api, minutes=6)
    sample = example("subscriptions/create-debit.request.json")
    sample["presentation_id"] = announced["presentation_id"]
    sample["merchant_presentation_reference"] = "deb-1"
    guide = {
        **example("subscriptions/create-debit-guide.request.json"),
        "merchant_presentation_reference": "deb-1",
    }
    body = {
        "both": sample,
        "id": {"presentation_id": announced["presentation_id"]},
        "reference": {"merchant_presentation_reference": "deb-1"},
        "guide": guide,
    }[names]

    status, answer = await api.call("POST", f"{SUBSCRIPTIONS}/execute", body)

    assert (200, "PENDING") == (status, answer["status"])
    assert set(example("subscriptions/create-debit.response.json")) == set(answer)
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await execute(api))
    await later(api, minutes=10)
    assert "COMPLETED" == (await debit(api))["status"]
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await execute(api))
    assert (1, 1) == (box.ledger.count("presentations.execute"), box.ledger.count("bank.debit"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "presentation_id or merchant_presentation_reference is required"),
        ({"presentation_id": 5}, "presentation_id"),
        ({"merchant_presentation_reference": "a b"}, "1 to 50"),
        ({"merchant_presentation_reference": "deb-1", "is_merchant_retry": True}, "is_merchant_retry"),
        ({"merchant_presentation_reference": "deb-1", "is_merchant_retry": "yes"}, "is_merchant_retry"),
    ],
)
async def test_an_execution_that_breaks_the_contract_is_refused(api, body, message):
    """Unlike in the notice, the flag about retries is a text."""
    made = await active(api)
    await notify(api, made)
    await later(api, minutes=6)

    status, answer = await api.call("POST", f"{SUBSCRIPTIONS}/execute", body)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert "CREATED" == (await debit(api))["status"]


async def test_two_ids_must_be_of_one_debit(api):
    """Else it is not known which money to take."""
    made = await active(api)
    _, first = await notify(api, made)
    await notify(api, made, "deb-2")
    await later(api, minutes=6)

    answer = await execute(api, "deb-2", presentation_id=first["presentation_id"])

    assert (400, "INVALID_REQUEST") == brief(answer)


async def test_an_execution_waits_for_the_delivery(api):
    """Before it, and for a debit that the gateway drives, there is nothing to execute."""
    made = await active(api)
    await notify(api, made)
    await present(api, made, "deb-2")

    assert (400, "OPERATION_NOT_ALLOWED") == brief(await execute(api))
    await later(api, minutes=6)
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await execute(api, "deb-2"))
    assert 200 == (await execute(api))[0]


async def test_an_execution_needs_a_live_mandate(api, box):
    """Announced before a pause, it is refused during it."""
    made = await active(api)
    await notify(api, made)
    await later(api, minutes=6)
    await act(api, made, "pause")

    assert (400, "OPERATION_NOT_ALLOWED") == brief(await execute(api))
    assert 0 == box.ledger.count("presentations.execute")


async def test_a_notice_that_fails_halts_the_subscription(api, box):
    """It is tried again three times; then nothing can be executed."""
    made = await active(api)
    await notify(api, made, value=NOTICE_FAILS)

    await later(api, minutes=6)
    assert ("CREATED", "FAILED") == ((found := await debit(api))["status"], found["pdn_status"])
    await later(api, days=4)

    assert ("FAILED", "PDN_FAILED") == ((found := await debit(api))["status"], found["pdn_status"])
    assert "HALTED" == await standing(api, made)
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await execute(api))
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await retry(api))


async def test_the_merchant_tries_a_failed_debit_again(api, box):
    """Where they said so nobody else does; three more failures halt the subscription."""
    made = await active(api)
    await executed(api, made, value=DEBIT_FAILS, is_merchant_retry=True)
    await later(api, days=5)
    assert ("DEBIT_FAILED", 1) == (await standing(api, made), (await debit(api))["failure_count"])

    for failures in (2, 3, 4):
        status, answer = await retry(api)
        assert (200, "PENDING") == (status, answer["status"])
        assert (400, "OPERATION_NOT_ALLOWED") == brief(await retry(api))
        await later(api, minutes=10)
        assert failures == (await debit(api))["failure_count"]

    assert "HALTED" == await standing(api, made)
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await retry(api))
    assert (3, 0) == (box.ledger.count("presentations.retry"), box.ledger.count("bank.debit"))
    assert "SUBSCRIPTION_HALTED" == events(box)[-1][0]


async def test_a_retry_may_succeed(api, box):
    """The documented request does it; the subscription is active again."""
    made = await active(api)
    answer = await executed(api, made, value=DEBIT_FAILS_ONCE, is_merchant_retry=True)
    await later(api, minutes=10)
    assert "DEBIT_FAILED" == await standing(api, made)
    body = {"presentation_id": answer["presentation_id"], "merchant_presentation_reference": "deb-1"}
    assert set(example("subscriptions/merchant-retry.request.json")) == set(body)

    assert 200 == (await api.call("POST", RETRY, body))[0]
    await later(api, minutes=10)

    assert ("COMPLETED", "ACTIVE") == ((await debit(api))["status"], await standing(api, made))
    assert (1, DEBIT_FAILS_ONCE) == (
        box.ledger.count("bank.debit"),
        box.ledger.executions("bank.debit")[0].amount,
    )


@pytest.mark.parametrize(("said", "tried"), [("true", "merchant"), ("false", "gateway"), (None, "merchant")])
async def test_the_execution_may_say_who_tries_again(api, said, tried):
    """Its text has the last word over the flag of the notice; left out, the notice's holds."""
    made = await active(api)
    await notify(api, made, value=DEBIT_FAILS_ONCE, is_merchant_retry=True)
    await later(api, minutes=6)
    assert 200 == (await execute(api, **({} if said is None else {"is_merchant_retry": said})))[0]

    await later(api, days=2)

    assert ("COMPLETED" if tried == "gateway" else "FAILED") == (await debit(api))["status"]
    assert (200 if tried == "merchant" else 400) == (await retry(api))[0]


async def test_only_a_failed_debit_is_tried_again(api):
    """Not one that waits for the bank, and not one that the gateway tries."""
    made = await active(api)
    await executed(api, made, is_merchant_retry=True)
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await retry(api))
    await later(api, minutes=10)
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await retry(api))
    await executed(api, made, "deb-2", DEBIT_FAILS)
    await later(api, minutes=10)

    assert "DEBIT_FAILED" == await standing(api, made)
    assert (400, "OPERATION_NOT_ALLOWED") == brief(await retry(api, "deb-2"))


async def test_a_cancelled_subscription_takes_no_retry(api, box):
    """Not of the merchant, and not of the gateway."""
    mine, theirs = await active(api), await active(api, "sub-2")
    await executed(api, mine, value=DEBIT_FAILS_ONCE, is_merchant_retry=True)
    await executed(api, theirs, "deb-2", DEBIT_FAILS_ONCE)
    await later(api, minutes=10)
    for made in (mine, theirs):
        assert 200 == (await act(api, made, "cancel"))[0]

    assert (400, "OPERATION_NOT_ALLOWED") == brief(await retry(api))
    await later(api, days=3)

    assert 0 == box.ledger.count("bank.debit")


@pytest.mark.parametrize("ask", [present, executed])
async def test_a_new_debit_brings_a_halted_subscription_back(api, ask):
    """The guide allows it, with a new date; once it succeeds the subscription is active."""
    made = await active(api)
    await executed(api, made, value=DEBIT_FAILS)
    await later(api, days=4)
    assert "HALTED" == await standing(api, made)

    await ask(api, made, "deb-2")
    await later(api, days=2)

    assert ("COMPLETED", "ACTIVE") == ((await debit(api, "deb-2"))["status"], await standing(api, made))


async def test_a_failure_during_a_pause_does_not_end_the_pause(api):
    """Nor is it tried again meanwhile."""
    made = await active(api)
    await executed(api, made, value=DEBIT_FAILS)
    await act(api, made, "pause")

    await later(api, days=3)

    assert ("PAUSED", 1) == (await standing(api, made), (await debit(api))["failure_count"])


async def test_money_under_way_arrives_after_a_cancellation(api, box):
    """The bank was asked already; the subscription stays cancelled."""
    made = await active(api)
    await executed(api, made)
    await act(api, made, "cancel")

    await later(api, minutes=10)

    assert ("COMPLETED", "CANCELLED") == ((await debit(api))["status"], await standing(api, made))
    assert 1 == box.ledger.count("bank.debit")


async def test_a_retry_is_still_possible_after_another_debit_succeeds(api, box):
    """The subscription is active again once the debit that waits for the merchant's retry is over, too."""
    made = await active(api)
    for reference, value in (("deb-1", DEBIT_FAILS_ONCE), ("deb-2", 6_000)):
        assert 200 == (await notify(api, made, reference, value, is_merchant_retry=True))[0]
    await later(api, minutes=6)
    for reference in ("deb-1", "deb-2"):
        assert 200 == (await execute(api, reference))[0]
    await later(api, minutes=10)
    found = [(await debit(api, reference))["status"] for reference in ("deb-1", "deb-2")]
    assert (["FAILED", "COMPLETED"], "DEBIT_FAILED") == (found, await standing(api, made))

    status, answer = await retry(api)
    await later(api, minutes=10)

    assert 200 == status, answer
    assert ("COMPLETED", "ACTIVE") == ((await debit(api))["status"], await standing(api, made))
    assert 2 == box.ledger.count("bank.debit")
