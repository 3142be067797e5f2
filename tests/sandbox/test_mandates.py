"""How a mandate is approved, debited by the calendar, and ended."""

from datetime import UTC, datetime, timedelta

import pytest

from pinelabs_async.sandbox.gateway.debits import DEBIT_FAILS, DEBIT_FAILS_ONCE, NOTICE_FAILS
from pinelabs_async.sandbox.gateway.mandates import nth_due
from pinelabs_async.sandbox.gateway.plan_object import FREQUENCIES
from tests.sandbox.mandate_calls import (
    SUBSCRIPTIONS,
    act,
    active,
    listed,
    moment,
    money,
    plan,
    register,
    standing,
    subscribe,
    subscription,
)
from tests.sandbox.told import events, later

RECURRING = {"frequency": "Day", "initial_debit_amount": money(11_000)}


def told(box):
    return [kind for kind, _ in events(box) if kind.startswith("SUBSCRIPTION_")]


def total(box, operation):
    return [done.amount for done in box.ledger.executions(operation)]


async def test_an_approval_takes_the_initial_debit_alone(api, box):
    """The order is for the most that a debit may be; what reaches the merchant is the initial debit."""
    made = await subscribe(api, of=await plan(api, **RECURRING))
    assert money(1_000_000) == made["order_amount"]
    order = await register(api, made)
    assert order["challenge_url"].startswith("upi://mandate?")
    assert {"request_type": "CREATE_MANDATE"} == order["payments"][0]["mandate_info"]

    await box.payer.approve(order["challenge_url"])

    assert ("ACTIVE", "UPI") == (
        (found := await subscription(api, made))["status"],
        found["payment_mode"],
    )
    paid = await api.get(order)
    assert ("PROCESSED", money(11_000)) == (paid["status"], paid["payments"][0]["payment_amount"])
    assert (11_000, 0) == (box.ledger.money_in, box.ledger.money_out)
    assert ["SUBSCRIPTION_PENDING", "SUBSCRIPTION_ACTIVATED"] == told(box)
    assert (422, "AMOUNT_LIMIT_EXCEEDED") == (
        (refused := await api.refund(order, "ref-1", 11_001))[0],
        refused[1]["code"],
    )


async def test_two_rupees_are_taken_and_given_back_where_nothing_else_is(api, box):
    """The guide says so of plans without an initial debit."""
    made = await active(api)

    order = await api.get(made)
    assert ("FULLY_REFUNDED", money(200)) == (order["status"], order["refunds"][0]["order_amount"])
    assert (200, 200, 1) == (box.ledger.money_in, box.ledger.money_out, box.ledger.count("bank.refund"))


async def test_a_collect_request_is_approved_in_the_app(api, box):
    """It has no link; a payer with a magic address agrees by themselves."""
    made = await subscribe(api)
    order = await register(api, made, "COLLECT", "success@sandbox")
    assert "challenge_url" not in order

    await later(api, minutes=1)

    assert "ACTIVE" == await standing(api, made)


async def test_the_page_of_a_redirect_leads_to_the_approval(api, box):
    """The payer comes back with the signed fields of the order."""
    made = await subscribe(api, integration_mode="REDIRECT", callback_url="app/back")

    back = await box.payer.approve(made["redirect_url"])

    assert (made["order_id"], "PROCESSED") == (back["order_id"], back["status"])
    assert "ACTIVE" == await standing(api, made)


async def test_a_declined_mandate_is_inactive_and_can_be_tried_again(api, box):
    """No money moves; the order takes another payment."""
    made = await subscribe(api)
    order = await register(api, made)

    await box.payer.decline(order["challenge_url"])
    assert ("INACTIVE", "ATTEMPTED") == (await standing(api, made), (await api.get(order))["status"])
    assert 0 == box.ledger.money_in

    again = await register(api, made, reference="again")
    assert "CREATED" == await standing(api, made)
    await box.payer.approve(again["challenge_url"])
    assert "ACTIVE" == await standing(api, made)


async def test_a_payer_who_gives_up_cancels_the_mandate(api, box):
    """The guide has a status for it."""
    made = await subscribe(api)
    order = await register(api, made)

    await box.payer.abandon(order["challenge_url"])

    assert "CANCELLED_BY_CUSTOMER_DURING_MANDATE_CREATION" == await standing(api, made)
    assert 422 == (await api.pay(made, "again", "UPI", {"upi_details": {"txn_mode": "INTENT"}}))[0]


async def test_a_registration_without_an_answer_expires_after_four_hours(api, box):
    """Its payment fails, and its page is closed."""
    made = await subscribe(api)
    order = await register(api, made)

    await later(api, hours=3, minutes=59)
    assert "CREATED" == await standing(api, made)
    await later(api, minutes=1)

    assert ("EXPIRED", "FAILED") == (await standing(api, made), (await api.get(order))["status"])
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(order["challenge_url"])
    assert 0 == box.ledger.money_in


async def test_an_answered_registration_does_not_expire(api, box):
    """The four hours count for the attempt that waited."""
    made = await active(api)
    declined = await subscribe(api, "sub-2")
    await box.payer.decline((await register(api, declined))["challenge_url"])

    await later(api, hours=5)

    assert ("ACTIVE", "INACTIVE") == (await standing(api, made), await standing(api, declined))


async def test_each_attempt_has_its_own_four_hours(api, box):
    """One that was declined does not end the next one."""
    made = await subscribe(api)
    await box.payer.decline((await register(api, made))["challenge_url"])
    await later(api, hours=3)
    again = await register(api, made, reference="again")
    await later(api, hours=2)
    assert "CREATED" == await standing(api, made)

    await box.payer.approve(again["challenge_url"])

    assert "ACTIVE" == await standing(api, made)


async def test_a_trial_ends_by_itself(api, box):
    """Until then nothing is debited, and it is not called active."""
    made = await active(api, plan_more={**RECURRING, "trial_period_in_days": 3})
    assert ("TRIAL", ["SUBSCRIPTION_PENDING"]) == (made["status"], told(box))

    await later(api, days=2, hours=23)
    assert "TRIAL" == await standing(api, made)
    await later(api, hours=1)

    assert "ACTIVE" == await standing(api, made)
    assert "SUBSCRIPTION_ACTIVATED" == told(box)[-1]
    assert [] == total(box, "bank.debit")
    await later(api, minutes=15)
    assert [10_000] == total(box, "bank.debit")


async def test_a_pause_outlasts_the_trial(api):
    """Resumed before its end it is in its trial again, after it not."""
    early = await active(api, plan_more={"trial_period_in_days": 3})
    late = await active(api, "sub-2", plan_more={"trial_period_in_days": 3})
    for made in (early, late):
        await act(api, made, "pause")
    await act(api, early, "resume")
    await later(api, days=4)
    assert "PAUSED" == await standing(api, late)
    await act(api, late, "resume")
    await later(api, minutes=5)

    assert ("ACTIVE", "RESUMED") == (await standing(api, early), await standing(api, late))


async def test_a_resumption_registers_nothing(api):
    """What was paused before its approval is as inactive as before."""
    made = await subscribe(api)
    await api.box.payer.decline((await register(api, made))["challenge_url"])
    assert 200 == (await act(api, made, "pause"))[0]
    await act(api, made, "resume")

    await later(api, minutes=5)

    assert "INACTIVE" == await standing(api, made)


async def test_recurring_debits_happen_by_themselves(api, box):
    """Each day the payer has a notice, a day before the money is taken; the merchant calls nothing."""
    made = await active(api, quantity=2, plan_more=RECURRING)

    await later(api, minutes=6)
    (first,) = await listed(api, made)
    assert ("CREATED", "NOTIFIED", money(20_000), 0) == (
        first["status"],
        first["pdn_status"],
        first["amount"],
        first["failure_count"],
    )
    assert "order_id" not in first
    await later(api, days=1, minutes=10)
    assert ["COMPLETED", "CREATED"] == [debit["status"] for debit in await listed(api, made)]
    assert [20_000] == total(box, "bank.debit")
    assert "SUBSCRIPTION_CHARGED" == told(box)[-1]
    await later(api, days=9)

    debits = await listed(api, made)
    days = {debit["due_date"][:10] for debit in debits}
    assert ([20_000] * 10, 11, 11) == (total(box, "bank.debit"), len(debits), len(days))
    assert 11_000 + 10 * 20_000 == box.ledger.money_in


async def test_a_debit_has_an_order_that_can_be_refunded(api, box):
    """The presentation shows it."""
    made = await active(api, plan_more=RECURRING)
    await later(api, days=1, minutes=20)
    order = await api.get((await listed(api, made))[0])
    assert ("PROCESSED", money(10_000), "PROCESSED") == (
        order["status"],
        order["order_amount"],
        order["payments"][0]["status"],
    )

    await api.refund(order, "ref-1", 4_000)
    assert "PARTIALLY_REFUNDED" == (await listed(api, made))[0]["status"]
    await api.refund(order, "ref-2", 6_000)
    assert "REFUNDED" == (await listed(api, made))[0]["status"]


async def test_nothing_is_debited_while_paused(api, box):
    """A debit that falls due in a pause is missed for good; later ones happen."""
    made = await active(api, plan_more=RECURRING)
    await later(api, minutes=6)
    await act(api, made, "pause")
    assert [("PAUSED", "PAUSED")] == [
        (debit["status"], debit["pdn_status"]) for debit in await listed(api, made)
    ]
    await later(api, days=3)
    assert ["PAUSED"] == [debit["status"] for debit in await listed(api, made)]
    await act(api, made, "resume")
    await later(api, days=3)

    assert 0 < len(total(box, "bank.debit")) < 4
    assert "PAUSED" == (await listed(api, made))[0]["status"]


async def test_debits_end_with_the_subscription(api, box):
    """At its end it is completed, and what was announced is cancelled."""
    made = await active(api, plan_more=RECURRING, end_date=moment(api, days=3, minutes=1))

    await later(api, days=10)

    assert "COMPLETED" == await standing(api, made)
    assert ["COMPLETED", "COMPLETED"] == [debit["status"] for debit in await listed(api, made)]
    assert "SUBSCRIPTION_COMPLETED" == told(box)[-1]


@pytest.mark.parametrize("before", ["CREATED", "PAUSED"])
async def test_what_is_not_live_expires_at_its_end(api, box, before):
    """No debit is possible any more, nor an approval."""
    made = await (subscribe if before == "CREATED" else active)(api)
    if before == "PAUSED":
        await act(api, made, "pause")

    await later(api, days=51)

    assert "EXPIRED" == await standing(api, made)
    assert 422 == (await api.pay(made, "again", "UPI", {"upi_details": {"txn_mode": "INTENT"}}))[0]


async def test_a_failed_debit_is_tried_again_by_the_gateway(api, box):
    """Once is enough here: the subscription comes back."""
    made = await active(api, plan_more={**RECURRING, "frequency": "Week", "amount": money(DEBIT_FAILS_ONCE)})

    await later(api, days=1, minutes=20)
    (debit,) = await listed(api, made)
    assert ("DEBIT_FAILED", "FAILED", 1) == (
        await standing(api, made),
        debit["status"],
        debit["failure_count"],
    )
    assert "FAILED" == (await api.get(debit))["status"]
    await later(api, days=1, minutes=10)

    (debit,) = await listed(api, made)
    assert ("ACTIVE", "COMPLETED", 1) == (await standing(api, made), debit["status"], debit["failure_count"])
    assert [DEBIT_FAILS_ONCE] == total(box, "bank.debit")
    assert ["FAILED", "PROCESSED"] == [paid["status"] for paid in (await api.get(debit))["payments"]]


@pytest.mark.parametrize(
    ("amount", "stands", "notice"),
    [(DEBIT_FAILS, "FAILED", "NOTIFIED"), (NOTICE_FAILS, "FAILED", "PDN_FAILED")],
)
async def test_after_three_retries_it_halts(api, box, amount, stands, notice):
    """Both the debit and the notice before it are tried again three times; no money moves."""
    made = await active(api, plan_more={**RECURRING, "frequency": "Week", "amount": money(amount)})

    await later(api, days=3)
    assert "HALTED" != await standing(api, made)
    await later(api, days=2)

    (debit,) = await listed(api, made)
    assert ("HALTED", stands, notice, 4) == (
        await standing(api, made),
        debit["status"],
        debit["pdn_status"],
        debit["failure_count"],
    )
    assert [] == total(box, "bank.debit")
    halted = events(box, "SUBSCRIPTION_HALTED")
    # The published sample prints this status where the text speaks of HALTED.
    assert ["INACTIVE"] == [data["subscription"]["status"] for _, data in halted]
    await later(api, days=7)
    assert 1 == len(await listed(api, made))
    assert 200 == (await act(api, made, "resume"))[0]


async def test_a_one_time_mandate_debits_itself_where_the_plan_says_so(api, box):
    """`auto_debit_ot`: one debit, and it is completed."""
    made = await active(api, plan_more={"frequency": "OT", "auto_debit_ot": True})

    await later(api, days=1, minutes=20)
    assert ("COMPLETED", [10_000]) == (await standing(api, made), total(box, "bank.debit"))
    await later(api, days=40)

    assert [10_000] == total(box, "bank.debit")
    assert ["SUBSCRIPTION_CHARGED", "SUBSCRIPTION_COMPLETED"] == told(box)[-2:]


@pytest.mark.parametrize("frequency", ["AS", "OT", "Not Applicable"])
async def test_other_mandates_wait_for_the_merchant(api, box, frequency):
    """Nothing is debited by itself."""
    made = await active(api, plan_more={"frequency": frequency})

    await later(api, days=40)

    assert ([], []) == (await listed(api, made), total(box, "bank.debit"))


async def test_another_plan_debits_by_its_own_calendar(api, box):
    """What was scheduled under the older terms does not happen."""
    made = await active(api, plan_more=RECURRING)
    weekly = await plan(api, "weekly", frequency="Week", amount=money(50_000))
    await later(api, minutes=6)
    body = {"reason": "Switching", "new_plan_id": weekly["plan_id"]}
    assert 200 == (await api.call("PATCH", f"{SUBSCRIPTIONS}/{made['subscription_id']}", body))[0]

    await later(api, days=8, hours=2)

    # The one of the older plan was announced before the change.
    assert [10_000, 50_000, 50_000] == total(box, "bank.debit")


@pytest.mark.parametrize(
    ("frequency", "due"),
    [
        ("Day", ["2027-01-31", "2027-02-01", "2027-02-02"]),
        ("Week", ["2027-01-31", "2027-02-07", "2027-02-14"]),
        ("Month", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ("Bi-Monthly", ["2027-01-31", "2027-03-31", "2027-05-31"]),
        ("Quarterly", ["2027-01-31", "2027-04-30", "2027-07-31"]),
        ("Half-Yearly", ["2027-01-31", "2027-07-31", "2028-01-31"]),
        ("Year", ["2027-01-31", "2028-01-31", "2029-01-31"]),
    ],
)
def test_periods_follow_the_calendar(frequency, due):
    """A short month's last day stands for the missing one, and the day comes back."""
    first = datetime(2027, 1, 31, tzinfo=UTC)

    assert due == [f"{nth_due(first, FREQUENCIES[frequency], times):%Y-%m-%d}" for times in range(3)]


async def test_a_reset_forgets_what_was_to_come(api, box):
    """No debit of a forgotten subscription happens."""
    await active(api, plan_more=RECURRING)
    box.reset()

    box.clock.advance(days=5)

    assert 0 == len(box.ledger)
    assert timedelta(days=4) < box.clock.now() - datetime.now(UTC)
