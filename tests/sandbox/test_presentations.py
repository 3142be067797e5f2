"""Ask for debits, announce and execute them, try them again, read and delete them."""

import json
from pathlib import Path

import pytest

from pinelabs_async import (
    DebitNotice,
    DebitRetry,
    NewDebit,
    NewPresentation,
    PresentationPage,
    from_json,
)
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.gateway.debits import DEBIT_FAILS_ONCE
from tests.sandbox.mandate_calls import (
    PRESENTATIONS,
    RETRY,
    SUBSCRIPTIONS,
    act,
    active,
    brief,
    debit,
    execute,
    executed,
    listed,
    moment,
    money,
    notify,
    plan,
    present,
    register,
    standing,
    subscribe,
)
from tests.sandbox.told import events, later, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"


def example(name):
    return json.loads((EXAMPLES / name).read_text())


NO_MATCH = example("errors/INVALID_REQUEST-no-records.json")
DUPLICATE = example("errors/DUPLICATE_REQUEST-merchant-reference.json")


async def test_a_new_presentation_is_the_documented_one(api, box):
    """The documented request for an active subscription gets the documented answer; no money moves yet."""
    made = await active(api)
    in_before = box.ledger.money_in
    asked = {
        **example("subscriptions/create-presentation.request.json"),
        "subscription_id": made["subscription_id"],
        "due_date": moment(api, days=2),
    }
    expected = example("subscriptions/create-presentation.response.json")

    status, actual = await api.call("POST", f"{SUBSCRIPTIONS}/{made['subscription_id']}/presentations", asked)

    assert 200 == status
    assert set(expected) == set(actual)
    assert asked == {name: actual[name] for name in asked}
    assert "CREATED" == actual["status"]
    assert actual["presentation_id"].startswith("v1-bil-")
    (done,) = box.ledger.executions("presentations.create")
    assert ("1234567890", 100, "none") == (done.reference, done.amount, done.money)
    assert in_before == box.ledger.money_in


async def test_the_payer_is_told_a_day_before_the_debit(api, box):
    """The notice leaves a day ahead, the money is taken when it is due, and the bank takes its time."""
    made = await active(api)
    await present(api, made, due_date=moment(api, days=3))

    await later(api, days=1, hours=23)
    assert ("CREATED", "CREATED") == ((found := await debit(api))["status"], found["pdn_status"])
    await later(api, minutes=56)
    assert ("CREATED", "INITIATED") == ((found := await debit(api))["status"], found["pdn_status"])
    await later(api, minutes=5)
    assert ("CREATED", "NOTIFIED") == ((found := await debit(api))["status"], found["pdn_status"])
    await later(api, days=1)
    assert "PENDING" == (await debit(api))["status"]
    assert "order_id" in await debit(api)
    await later(api, minutes=10)

    found = await debit(api)
    assert ("COMPLETED", 0) == (found["status"], found["failure_count"])
    (done,) = box.ledger.executions("bank.debit")
    assert ("deb-1", 10_000, "in", found["order_id"]) == (
        done.reference,
        done.amount,
        done.money,
        done.order_id,
    )
    assert "SUBSCRIPTION_CHARGED" == events(box)[-1][0]
    assert "ACTIVE" == await standing(api, made)


@pytest.mark.parametrize("due", [{}, {"due_date": "2022-09-21T17:32:28Z"}])
async def test_a_debit_never_comes_sooner_than_a_day_after_its_notice(api, due):
    """Without a due date, or with one that has passed, the promised day is kept all the same."""
    made = await active(api)
    await present(api, made, **due)

    await later(api, hours=24)
    assert ("CREATED", "NOTIFIED") == ((found := await debit(api))["status"], found["pdn_status"])
    await later(api, minutes=6)

    assert "PENDING" == (await debit(api))["status"]


async def test_a_debit_is_found_by_id_by_reference_and_in_the_list(api):
    """All three answer the same, with the members of the published list."""
    made = await active(api)
    _, asked = await present(api, made)
    found = await debit(api)
    expected = example("subscriptions/list-presentations.response.json")

    status, answer = await api.call("GET", f"{SUBSCRIPTIONS}/{made['subscription_id']}/presentations")

    assert (200, found) == await api.call("GET", f"{PRESENTATIONS}/{asked['presentation_id']}")
    assert (200, [found]) == (status, answer["presentations"])
    assert set(expected) == set(answer)
    more = {"status", "pdn_status", "failure_count"}
    assert set(expected["presentations"][0]) | more == set(found)


async def test_the_newest_debits_come_first_where_asked(api):
    """The documented order `cycleId,desc` turns the list around; a page may hold one."""
    made = await active(api)
    for number in range(3):
        await present(api, made, f"deb-{number}")
    path = f"{SUBSCRIPTIONS}/{made['subscription_id']}/presentations"

    _, answer = await api.call("GET", f"{path}?size=2&page=0&sort=cycleId,desc")

    references = [entry["merchant_presentation_reference"] for entry in answer["presentations"]]
    assert ["deb-2", "deb-1"] == references
    assert f"{api.box.base_url}{path}?size=2&page=1&sort=cycleId,desc" == answer["links"]["next"]["href"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"{PRESENTATIONS}/nothing", None, 404),
        ("GET", f"{PRESENTATIONS}/reference/nothing", None, 400),
        ("DELETE", f"{PRESENTATIONS}/nothing", None, 404),
        ("GET", f"{SUBSCRIPTIONS}/nothing/presentations", None, 400),
        ("POST", f"{SUBSCRIPTIONS}/execute", {"presentation_id": "nothing"}, 400),
        ("POST", f"{SUBSCRIPTIONS}/execute", {"merchant_presentation_reference": "nothing"}, 400),
        ("POST", RETRY, {"presentation_id": "nothing"}, 400),
    ],
)
async def test_what_is_unknown_is_refused(api, method, path, body, status):
    """Each operation answers the status that it is documented with, and the published text."""
    assert (status, NO_MATCH) == await api.call(method, path, body)


async def test_an_unknown_subscription_cannot_be_debited(api):
    """Creating answers 404, announcing the 400 that it is documented with."""
    unknown = {"subscription_id": "v1-sub-nothing"}

    assert (404, NO_MATCH) == await present(api, unknown)
    assert (400, NO_MATCH) == await notify(api, unknown)


async def test_a_debit_is_of_one_merchant(api):
    """Another merchant neither sees nor executes it."""
    made = await active(api)
    await notify(api, made)
    await later(api, minutes=6)
    other = api.box.add_merchant()
    await api.login(other.client_id, other.client_secret)

    assert (400, NO_MATCH) == await api.call("GET", f"{PRESENTATIONS}/reference/deb-1")
    assert (400, NO_MATCH) == await execute(api)
    assert (404, NO_MATCH) == await present(api, made, "deb-2")


@pytest.mark.parametrize("setting", ["refuse", "return"])
@pytest.mark.parametrize("ask", [present, notify])
async def test_a_repeated_reference_is_refused_or_returned(open_api, setting, ask):
    """Both documented behaviours make one debit; the reference is one for both operations."""
    async with Sandbox(duplicate_references=setting) as box:
        api = await open_api(box)
        made = await active(api)
        _, first = await ask(api, made)

        status, answer = await ask(api, made, value=20_000)

        if setting == "refuse":
            assert (400 if ask is notify else 422, DUPLICATE) == (status, answer)
        else:
            # Where the notice stands may have changed meanwhile.
            same = set(first) - {"status", "pdn_status"}
            assert (200, {name: first[name] for name in same}) == (
                status,
                {name: answer[name] for name in same},
            )
        assert 1 == len(await listed(api, made))
        assert 1 == box.ledger.count(reference="deb-1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"merchant_presentation_reference": None}, "must not be empty"),
        ({"merchant_presentation_reference": "a b"}, "1 to 50"),
        ({"amount": None}, "amount is missing"),
        ({"amount": money(99)}, "greater than or equal to 100"),
        ({"amount": {"value": "100", "currency": "INR"}}, "Integer"),
        ({"amount": {"value": 10_000, "currency": "USD"}}, "currency of the plan"),
        ({"due_date": "tomorrow"}, "due_date"),
        ({"due_date": 5}, "due_date"),
        ({"subscription_id": 5}, "subscription_id"),
    ],
)
@pytest.mark.parametrize("ask", [present, notify])
async def test_a_debit_that_breaks_the_contract_is_refused(api, box, ask, change, message):
    """Nothing is made, and the message names the member."""
    made = await active(api)

    status, answer = await ask(api, made, **change)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert [] == await listed(api, made)


async def test_the_body_must_not_name_another_subscription(api):
    """The id stands in the path as well."""
    made, other = await active(api), await active(api, "sub-2")

    answer = await present(api, made, subscription_id=other["subscription_id"])

    assert (400, "INVALID_REQUEST") == brief(answer)


async def test_a_notice_needs_its_due_date(api):
    """It is required there, and a flag about retries must be a boolean."""
    made = await active(api)

    assert "due_date is missing" in (await notify(api, made, due_date=None))[1]["message"]
    assert "is_merchant_retry" in (await notify(api, made, is_merchant_retry="true"))[1]["message"]


@pytest.mark.parametrize(("ask", "status"), [(present, 422), (notify, 400)])
async def test_no_debit_is_more_than_the_mandate_allows(api, ask, status):
    """The ceiling itself is allowed."""
    made = await active(api)

    assert (status, "AMOUNT_LIMIT_EXCEEDED") == brief(await ask(api, made, value=1_000_001))
    assert 200 == (await ask(api, made, value=1_000_000))[0]


@pytest.mark.parametrize(("ask", "status"), [(present, 422), (notify, 400)])
async def test_only_live_mandates_of_the_merchant_are_debited(api, ask, status):
    """Not before the approval, not in the trial, not while paused, not by the calendar's frequencies."""
    new = await subscribe(api, "sub-1")
    trial = await active(api, "sub-2", plan_more={"trial_period_in_days": 5})
    paused = await active(api, "sub-3")
    await act(api, paused, "pause")
    daily = await active(api, "sub-4", plan_more={"frequency": "Day"})

    for number, made in enumerate((new, trial, paused, daily)):
        answer = await ask(api, made, f"deb-{number}")
        assert (status, "OPERATION_NOT_ALLOWED") == brief(answer), number


@pytest.mark.parametrize("ask", [present, notify])
async def test_a_one_time_mandate_has_one_debit(api, box, ask):
    """A second one waits for nothing; a deleted one makes room."""
    made = await active(api, plan_more={"frequency": "OT"})
    _, first = await ask(api, made)
    assert "OPERATION_NOT_ALLOWED" == (await ask(api, made, "deb-2"))[1]["code"]
    await api.call("DELETE", f"{PRESENTATIONS}/{first['presentation_id']}")
    assert 200 == (await ask(api, made, "deb-2"))[0]

    if ask is notify:
        await later(api, minutes=6)
        await execute(api, "deb-2")
    await later(api, days=2)

    assert ("COMPLETED", 1) == (await standing(api, made), box.ledger.count("bank.debit"))
    assert "OPERATION_NOT_ALLOWED" == (await ask(api, made, "deb-3"))[1]["code"]


async def test_a_deleted_debit_is_cancelled(api, box):
    """It can still be read, is never taken, and cannot be deleted twice."""
    made = await active(api)
    _, asked = await present(api, made)
    path = f"{PRESENTATIONS}/{asked['presentation_id']}"

    assert (200, None) == await api.call("DELETE", path)

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.call("DELETE", path))
    await later(api, days=3)
    assert ("CANCELLED", "CANCELLED") == ((found := await debit(api))["status"], found["pdn_status"])
    assert (1, 0) == (box.ledger.count("presentations.delete"), box.ledger.count("bank.debit"))


async def test_what_the_bank_was_asked_for_cannot_be_deleted(api):
    """Money may be on its way."""
    made = await active(api)
    answer = await executed(api, made)

    refused = await api.call("DELETE", f"{PRESENTATIONS}/{answer['presentation_id']}")

    assert (422, "OPERATION_NOT_ALLOWED") == brief(refused)
    assert "PENDING" == (await debit(api))["status"]


async def test_the_older_prefix_leads_to_the_same(api):
    """Debits and retries are there, too."""
    made = await active(api)
    await present(api, made)

    assert (200, await debit(api)) == await api.call("GET", "/api/v1/public/presentations/reference/deb-1")
    assert (400, NO_MATCH) == await api.call(
        "POST", "/api/v1/mandate/merchant-retry", {"presentation_id": "nothing"}
    )


@pytest.mark.parametrize("prefix", ["/ps/api/v1/public", "/api/v1/public"])
async def test_the_sdk_reads_every_answer(api, box, prefix):
    """All eight operations end in whole objects, with both prefixes."""
    made = await active(api)
    sample = example("subscriptions/create-presentation.request.json")
    ids = {"subscription_id": made["subscription_id"]}
    notice = {**example("subscriptions/notify.request.json"), **ids, "amount": money(DEBIT_FAILS_ONCE)}
    notice = {**notice, "merchant_presentation_reference": "deb-2", "is_merchant_retry": True}
    async with session(box, subscriptions_prefix=prefix) as pinelabs:
        debits = pinelabs.presentations
        asked = whole(
            await debits.create(made["subscription_id"], from_json(NewPresentation, {**sample, **ids}))
        )
        found = whole(await debits.get(asked.presentation_id))
        assert found == whole(await debits.get_by_reference("1234567890"))
        assert [found] == [entry async for entry in debits.list(made["subscription_id"])]
        whole(from_json(PresentationPage, box.exchanges[-1].answer))
        await debits.delete(asked.presentation_id)
        whole(await debits.notify(from_json(DebitNotice, notice)))
        box.clock.advance(minutes=6)
        name = {"merchant_presentation_reference": "deb-2"}
        assert "PENDING" == whole(await debits.execute(NewDebit(**name, is_merchant_retry=True))).status
        box.clock.advance(minutes=10)
        assert "PENDING" == whole(await debits.retry(DebitRetry(**name))).status
        box.clock.advance(minutes=10)
        done = whole(await debits.get_by_reference("deb-2"))
        assert ("COMPLETED", 1) == (done.status, done.failure_count)


async def test_a_plan_that_changed_debits_by_the_older_terms(api):
    """The ceiling of a running mandate is the one that was approved."""
    of = await plan(api)
    made = await subscribe(api, of=of)
    await api.box.payer.approve((await register(api, made))["challenge_url"])
    await api.call("PATCH", f"/ps/api/v1/public/plans/{of['plan_id']}", {"max_limit_amount": money(20_000)})

    assert 200 == (await present(api, made, value=1_000_000))[0]
