"""Pause, resume, cancel and change subscriptions."""

import pytest

from pinelabs_async.sandbox.gateway.subscriptions import REFUSED
from tests.sandbox.mandate_calls import (
    SUBSCRIPTIONS,
    act,
    active,
    brief,
    listed,
    moment,
    money,
    plan,
    present,
    register,
    standing,
    subscribe,
    subscription,
)
from tests.sandbox.told import events, later


async def change(api, made, **changes):
    body = {"reason": "Switching", **changes}
    return await api.call("PATCH", f"{SUBSCRIPTIONS}/{made['subscription_id']}", body)


def of_subscriptions(box):
    """Name the events about subscriptions, with the status that each tells."""
    return [
        (kind.removeprefix("SUBSCRIPTION_"), data["subscription"]["status"])
        for kind, data in events(box)
        if kind.startswith("SUBSCRIPTION_")
    ]


async def test_pausing_and_resuming(api, box):
    """A pause holds at once, a resumption when the bank has agreed, and each is told."""
    made = await active(api)

    status, paused = await act(api, made, "pause")
    assert (200, "PAUSED") == (status, paused["status"])
    status, resuming = await act(api, made, "resume")
    assert (200, "RESUMING") == (status, resuming["status"])
    assert set(made) == set(resuming)
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await present(api, made))
    await later(api, minutes=5)

    assert "RESUMED" == await standing(api, made)
    assert [("PAUSED", "PAUSED"), ("RESUMED", "RESUMED")] == of_subscriptions(box)[-2:]
    assert 200 == (await present(api, made))[0]
    assert (1, 1) == (box.ledger.count("subscriptions.pause"), box.ledger.count("subscriptions.resume"))


@pytest.mark.parametrize(
    ("verb", "before", "status"),
    [
        ("pause", "CREATED", 422),
        ("pause", "PAUSED", 422),
        ("pause", "CANCELLED", 422),
        ("resume", "ACTIVE", 422),
        ("resume", "CREATED", 422),
        ("resume", "CANCELLED", 422),
        ("cancel", "CANCELLED", 400),
        ("cancel", "CANCELLING", 400),
        ("update", "CREATED", 422),
        ("update", "PAUSED", 422),
        ("update", "CANCELLED", 422),
    ],
)
async def test_an_impossible_step_is_refused(api, box, verb, before, status):
    """Nothing changes, and the reason says where the subscription stands."""
    made = await (subscribe if before == "CREATED" else active)(api)
    if before in ("CANCELLING", "CANCELLED"):
        await act(api, made, "cancel")
    if before == "CANCELLED":
        await later(api, minutes=5)
    if before == "PAUSED":
        await act(api, made, "pause")
    assert before == await standing(api, made)
    count = len(box.ledger)

    answer = await (change(api, made) if verb == "update" else act(api, made, verb))

    assert (status, "OPERATION_NOT_ALLOWED") == brief(answer)
    assert before in answer[1]["additional_error_details"]["reason"]
    assert (before, count) == (await standing(api, made), len(box.ledger))


async def test_cancelling_revokes_the_mandate_for_good(api, box):
    """The bank confirms a while later; debits that no bank was asked for end at once."""
    made = await active(api)
    await present(api, made)

    status, answer = await act(api, made, "cancel")
    assert (200, "CANCELLING") == (status, answer["status"])
    assert ["CANCELLED"] == [debit["status"] for debit in await listed(api, made)]
    await later(api, minutes=5)

    assert "CANCELLED" == await standing(api, made)
    assert ("CANCELLED", "CANCELLED") == of_subscriptions(box)[-1]
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await present(api, made, "deb-2"))
    await later(api, days=60)
    assert "CANCELLED" == await standing(api, made)
    assert 1 == box.ledger.count("subscriptions.cancel")


async def test_cancelling_before_the_approval_closes_the_order(api, box):
    """No bank has to agree, and nobody can approve it any more."""
    made = await subscribe(api)
    order = await register(api, made)

    assert "CANCELLED" == (await act(api, made, "cancel"))[1]["status"]

    assert "CANCELLED" == (await api.get(order))["status"]
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(order["challenge_url"])
    assert "CANCELLED" == await standing(api, made)


async def test_a_change_waits_for_consent(api, box):
    """The new plan and the new end hold once the payer agrees; the status comes back."""
    made = await active(api)
    other = await plan(api, "other", amount=money(20_000))
    end = moment(api, days=20)

    status, answer = await change(api, made, new_plan_id=other["plan_id"], new_end_date=end)
    assert (200, "UPDATING", made["end_date"]) == (status, answer["status"], answer["end_date"])
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await change(api, made, new_end_date=end))
    await later(api, minutes=5)

    found = await subscription(api, made)
    assert ("ACTIVE", end, other["plan_id"]) == (
        found["status"],
        found["end_date"],
        found["plan_details"]["plan_id"],
    )
    assert ("UPDATED", "ACTIVE") == of_subscriptions(box)[-1]
    await later(api, days=21)
    assert "COMPLETED" == await standing(api, made)
    assert 1 == box.ledger.count("subscriptions.update")


async def test_a_later_end_holds_instead_of_the_older_one(api):
    """When the older end comes nothing ends."""
    made = await active(api)
    await change(api, made, new_end_date=moment(api, days=80))

    await later(api, days=60)
    assert "ACTIVE" == await standing(api, made)
    await later(api, days=21)

    assert "COMPLETED" == await standing(api, made)


async def test_a_cancellation_overtakes_a_resumption(api, box):
    """What waited for the bank does not happen any more."""
    made = await active(api)
    await act(api, made, "pause")
    await act(api, made, "resume")
    await act(api, made, "cancel")

    await later(api, minutes=6)

    assert "CANCELLED" == await standing(api, made)
    assert [("PAUSED", "PAUSED"), ("CANCELLED", "CANCELLED")] == of_subscriptions(box)[-2:]


async def test_a_refused_change_leaves_all_as_it_was(api, box):
    """A reason of the sandbox's own is one that the payer refuses."""
    made = await active(api)

    await change(api, made, new_end_date=moment(api, days=20), reason=REFUSED)
    await later(api, minutes=5)

    found = await subscription(api, made)
    assert ("ACTIVE", made["end_date"]) == (found["status"], found["end_date"])
    assert ("UPDATE_FAILED", "ACTIVE") == of_subscriptions(box)[-1]


async def test_a_change_of_nothing_needs_no_consent(api):
    """The schema asks for the reason only."""
    made = await active(api)

    assert (200, made) == await change(api, made)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reason": None}, 400),
        ({"reason": "x" * 501}, 400),
        ({"new_plan_id": "nothing"}, 404),
        ({"new_plan_id": "x" * 51}, 400),
        ({"new_plan_id": 5}, 400),
        ({"new_end_date": "never"}, 400),
        ({"new_end_date": "2020-01-01T00:00:00Z"}, 400),
    ],
)
async def test_a_change_that_breaks_the_contract_is_refused(api, box, changes, status):
    """Nothing changes."""
    made = await active(api)

    assert (status, "INVALID_REQUEST") == brief(await change(api, made, **changes))
    assert made == await subscription(api, made)
    assert 0 == box.ledger.count("subscriptions.update")
