"""Plans, subscriptions, their debits, and reserved money."""

from datetime import timedelta

from pinelabs_async.sandbox.gateway.debits import DEBIT_FAILS_ONCE
from tests.contract.world import example, money, row
from tests.sandbox.mandate_calls import (
    act,
    active,
    customer,
    debit,
    executed,
    notify,
    plan,
    plan_body,
    present,
    standing,
    subscribe,
    subscription,
    subscription_body,
)
from tests.sandbox.test_reserve_pay import blocked
from tests.sandbox.told import later


@row("plans.create")
async def create_plan(world):
    answer = await world.ask(**plan_body(world.api))
    assert ("plan-1", "ACTIVE", 10_000) == (
        answer.merchant_plan_reference,
        answer.status,
        answer.amount.value,
    )


@row("plans.get")
async def get_plan(world):
    made = await plan(world.api)
    answer = await world.ask(plan_id=made["plan_id"])
    assert "plan-1" == answer.merchant_plan_reference


@row("plans.get_by_reference")
async def get_plan_by_reference(world):
    made = await plan(world.api, "plan-7")
    answer = await world.ask(merchant_plan_reference="plan-7")
    assert made["plan_id"] == answer.plan_id


@row("plans.list")
async def list_plans(world):
    ids = {(await plan(world.api, f"plan-{number}"))["plan_id"] for number in range(3)}
    answer = await world.ask(frequency="AS", size=10, page=0)
    assert ids == {one.plan_id for one in answer.plans}


@row("plans.update")
async def update_plan(world):
    made = await plan(world.api)
    answer = await world.ask(plan_id=made["plan_id"], plan_name="Another")
    assert (made["plan_id"], "Another") == (answer.plan_id, answer.plan_name)


@row("plans.delete")
async def delete_plan(world):
    made = await plan(world.api)
    await world.ask(plan_id=made["plan_id"])
    assert 1 == world.box.ledger.count("plans.delete")


@row("subscriptions.create")
async def create_subscription(world):
    answer = await world.ask(**await subscription_body(world.api))
    assert ("sub-1", "CREATED") == (answer.merchant_subscription_reference, answer.status)


@row("subscriptions.get")
async def get_subscription(world):
    made = await subscribe(world.api)
    answer = await world.ask(subscription_id=made["subscription_id"])
    assert "sub-1" == answer.merchant_subscription_reference


@row("subscriptions.get_by_reference")
async def get_subscription_by_reference(world):
    made = await subscribe(world.api, "sub-7")
    answer = await world.ask(merchant_subscription_reference="sub-7")
    assert made["subscription_id"] == answer.subscription_id


@row("subscriptions.list")
async def list_subscriptions(world):
    made = await active(world.api)
    await subscribe(world.api, "sub-2")
    answer = await world.ask(status="ACTIVE", size=10, page=0)
    assert [made["subscription_id"]] == [one.subscription_id for one in answer.subscriptions]


@row("subscriptions.update")
async def update_subscription(world):
    made = await active(world.api)
    until = world.box.clock.now().replace(microsecond=0) + timedelta(days=40)
    answer = await world.ask(
        subscription_id=made["subscription_id"], new_end_date=until, reason="A shorter one"
    )
    assert "UPDATING" == answer.status
    await later(world.api, minutes=30)
    found = await subscription(world.api, made)
    assert ("ACTIVE", f"{until:%Y-%m-%dT%H:%M:%S}") == (found["status"], found["end_date"][:19])


@row("subscriptions.pause")
async def pause_subscription(world):
    made = await active(world.api)
    await world.ask(subscription_id=made["subscription_id"])
    assert "PAUSED" == await standing(world.api, made)


@row("subscriptions.resume")
async def resume_subscription(world):
    made = await active(world.api)
    await act(world.api, made, "pause")
    await world.ask(subscription_id=made["subscription_id"])
    await later(world.api, minutes=30)
    assert "RESUMED" == await standing(world.api, made)


@row("subscriptions.cancel")
async def cancel_subscription(world):
    made = await active(world.api)
    await world.ask(subscription_id=made["subscription_id"])
    await later(world.api, minutes=30)
    assert "CANCELLED" == await standing(world.api, made)


@row("presentations.create")
async def create_presentation(world):
    made = await active(world.api)
    answer = await world.ask(
        subscription_id=made["subscription_id"],
        due_date=world.box.clock.now() + timedelta(days=2),
        amount=money(10_000),
        merchant_presentation_reference="deb-1",
    )
    assert ("CREATED", 10_000) == (answer.status, answer.amount.value)


@row("presentations.get")
async def get_presentation(world):
    _, made = await present(world.api, await active(world.api))
    answer = await world.ask(presentation_id=made["presentation_id"])
    assert "deb-1" == answer.merchant_presentation_reference


@row("presentations.get_by_reference")
async def get_presentation_by_reference(world):
    _, made = await present(world.api, await active(world.api), "deb-7")
    answer = await world.ask(merchant_presentation_reference="deb-7")
    assert made["presentation_id"] == answer.presentation_id


@row("presentations.list")
async def list_presentations(world):
    made = await active(world.api)
    _, wished = await present(world.api, made)
    answer = await world.ask(subscription_id=made["subscription_id"], size="10", page="0")
    assert wished["presentation_id"] in [one.presentation_id for one in answer.presentations]


@row("presentations.delete")
async def delete_presentation(world):
    _, made = await present(world.api, await active(world.api))
    await world.ask(presentation_id=made["presentation_id"])
    assert 1 == world.box.ledger.count("presentations.delete")


@row("presentations.notify")
async def notify_debit(world):
    made = await active(world.api)
    answer = await world.ask(
        subscription_id=made["subscription_id"],
        due_date=world.box.clock.now() + timedelta(days=1),
        amount=money(10_000),
        merchant_presentation_reference="deb-1",
    )
    assert ("CREATED", "deb-1") == (answer.status, answer.merchant_presentation_reference)


@row("presentations.execute")
async def execute_debit(world):
    await notify(world.api, await active(world.api))
    await later(world.api, minutes=6)
    before = world.box.ledger.money_in
    answer = await world.ask(merchant_presentation_reference="deb-1")
    assert "PENDING" == answer.status
    await later(world.api, minutes=10)
    assert ("COMPLETED", 10_000) == (
        (await debit(world.api))["status"],
        world.box.ledger.money_in - before,
    )


@row("presentations.retry")
async def retry_debit(world):
    made = await active(world.api)
    await executed(world.api, made, value=DEBIT_FAILS_ONCE, is_merchant_retry=True)
    await later(world.api, minutes=10)
    assert 1 == (await debit(world.api))["failure_count"]
    answer = await world.ask(merchant_presentation_reference="deb-1")
    assert "PENDING" == answer.status
    await later(world.api, minutes=10)
    assert "COMPLETED" == (await debit(world.api))["status"]


@row("reserve_pay.create")
async def create_reserve(world):
    asked = {
        **example("upi-reserve-pay/create-sbmd-subscription.request.json"),
        "customer_id": await customer(world.api),
    }
    status, answer = await world.send(body=asked)
    assert (200, "CREATED") == (status, answer["status"])


@row("reserve_pay.get")
async def get_reserve(world):
    made = await blocked(world.api)
    status, answer = await world.send(made["subscription_id"])
    assert (200, "ACTIVE", 1_000_000) == (status, answer["status"], answer["remaining_balance"])


@row("reserve_pay.debit")
async def debit_reserve(world):
    made = await blocked(world.api)
    wish = {
        "subscription_id": made["subscription_id"],
        "amount": money(5000),
        "merchant_presentation_reference": "deb-1",
    }
    status, answer = await world.send(made["subscription_id"], wish)
    assert (201, "deb-1") == (status, answer["merchant_presentation_reference"])
