"""Create, read, list, change and delete plans."""

import json
from pathlib import Path

import pytest

from pinelabs_async import NewPlan, PlanChange, PlanPage, from_json
from pinelabs_async.sandbox import Sandbox
from tests.sandbox.mandate_calls import PLANS, active, brief, moment, money, plan, plan_body, subscription
from tests.sandbox.told import later, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
VARYING = {"plan_id", "plan_name", "merchant_plan_reference", "start_date", "created_at", "modified_at"}
NO_MATCH = json.loads((EXAMPLES / "errors/INVALID_REQUEST-no-records.json").read_text())


def example(name):
    return json.loads((EXAMPLES / name).read_text())


async def test_a_new_plan_is_the_documented_one(api, box):
    """The documented request, its end moved ahead, gets the documented answer but for ids, name and times."""
    end = moment(api, days=300)
    expected = {**example("subscriptions/create-plan.response.json"), "end_date": end}

    status, actual = await api.call(
        "POST", PLANS, {**example("subscriptions/create-plan.request.json"), "end_date": end}
    )

    assert 200 == status
    assert set(expected) == set(actual)
    fixed = set(expected) - VARYING
    assert {name: expected[name] for name in fixed} == {name: actual[name] for name in fixed}
    assert actual["plan_id"].startswith("v1-pla-")
    (done,) = box.ledger
    assert ("plans.create", 100, "none") == (done.operation, done.amount, done.money)


async def test_a_plan_is_found_by_id_and_by_reference(api):
    """Both look-ups answer what the creation answered."""
    made = await plan(api)

    assert (200, made) == await api.call("GET", f"{PLANS}/{made['plan_id']}")
    assert (200, made) == await api.call("GET", f"{PLANS}/reference/plan-1")


async def test_the_older_prefix_leads_to_the_same(api):
    """The vendor's older guide has the paths without `/ps`."""
    made = await plan(api)

    assert (200, made) == await api.call("GET", f"/api/v1/public/plans/{made['plan_id']}")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/reference/nothing", None, 404),
        ("DELETE", "/nothing", None, 404),
        ("PATCH", "/nothing", {"plan_name": "A"}, 400),
    ],
)
async def test_an_unknown_plan_is_refused(api, method, path, body, status):
    """Each operation answers the status that it is documented with, and the published text."""
    assert (status, NO_MATCH) == await api.call(method, f"{PLANS}{path}", body)


async def test_a_plan_is_of_one_merchant(api):
    """Another merchant does not see it."""
    made = await plan(api)
    other = api.box.add_merchant()
    await api.login(other.client_id, other.client_secret)

    assert (404, NO_MATCH) == await api.call("GET", f"{PLANS}/{made['plan_id']}")


@pytest.mark.parametrize("setting", ["refuse", "return"])
async def test_a_repeated_reference_is_refused_or_returned(open_api, setting):
    """Both documented behaviours make one plan."""
    async with Sandbox(duplicate_references=setting) as box:
        api = await open_api(box)
        first = await plan(api)

        status, answer = await api.call("POST", PLANS, plan_body(api, plan_name="Other"))

        if setting == "refuse":
            assert (422, example("errors/DUPLICATE_REQUEST-merchant-reference.json")) == (status, answer)
        else:
            assert (200, first) == (status, answer)
        assert 1 == box.ledger.count("plans.create")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"merchant_plan_reference": None}, "Merchant Plan Reference must not be empty"),
        ({"merchant_plan_reference": "a b"}, "1 to 50"),
        ({"plan_name": None}, "plan_name is missing"),
        ({"plan_name": ""}, "plan_name is missing"),
        ({"plan_name": "x" * 101}, "at most 100"),
        ({"plan_description": "x" * 501}, "at most 500"),
        ({"plan_description": 5}, "plan_description"),
        ({"frequency": None}, "frequency is missing"),
        ({"frequency": "month"}, "frequency must be one of"),
        ({"amount": None}, "amount is missing"),
        ({"amount": money(99)}, "greater than or equal to 100"),
        ({"amount": money(100_000_001)}, "less than or equal to 100000000"),
        ({"amount": money(1_000_001)}, "max_limit_amount"),
        ({"amount": {"value": 10_000, "currency": "USD"}}, "one currency"),
        ({"max_limit_amount": None}, "max_limit_amount is missing"),
        ({"initial_debit_amount": money(1_000_001)}, "max_limit_amount"),
        ({"initial_debit_amount": money(100), "frequency": "OT"}, "initial_debit_amount"),
        ({"trial_period_in_days": -1}, "trial_period_in_days"),
        ({"trial_period_in_days": "1"}, "trial_period_in_days"),
        ({"trial_period_in_days": True}, "trial_period_in_days"),
        ({"trial_period_in_days": 10**12}, "trial_period_in_days"),
        ({"start_date": "soon"}, "start_date must be an ISO 8601 time"),
        ({"start_date": "2031-01-01T00:00:00Z", "end_date": "2030-01-01T00:00:00Z"}, "after start_date"),
        ({"end_date": None}, "end_date is missing"),
        ({"end_date": "2031-01-01T00:00:00"}, "time zone"),
        ({"end_date": "0001-01-01T00:00:00+23:59"}, "end_date must be an ISO 8601 time"),
        ({"end_date": 5}, "end_date"),
        ({"merchant_metadata": {str(n): "x" for n in range(11)}}, "at most 10"),
        ({"merchant_metadata": {"a": "x" * 257}}, "at most 256"),
        ({"auto_debit_ot": "yes"}, "auto_debit_ot"),
        ({"auto_debit_ot": 1}, "auto_debit_ot"),
    ],
)
async def test_a_plan_that_breaks_the_contract_is_refused(api, box, change, message):
    """Nothing is made, and the message names the member."""
    status, answer = await api.call("POST", PLANS, plan_body(api, **change))

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert 0 == len(box.ledger)


@pytest.mark.parametrize(("written", "read"), [("true", True), ("false", False), (True, True)])
async def test_the_debit_of_a_one_time_mandate_is_a_flag_or_a_text(api, written, read):
    """The schema has a text, samples a boolean: it comes back as a boolean."""
    assert read == (await plan(api, frequency="OT", auto_debit_ot=written))["auto_debit_ot"]


async def test_a_plan_is_created_active_and_inactive_by_its_dates(api):
    """Its status follows the clock; times are told back in UTC."""
    made = await plan(api, start_date=moment(api, days=1), end_date="2099-01-01T05:30:00+05:30")
    assert ("CREATED", "2099-01-01T00:00:00Z") == (made["status"], made["end_date"])

    await later(api, days=2)
    assert "ACTIVE" == (await api.call("GET", f"{PLANS}/{made['plan_id']}"))[1]["status"]

    _, changed = await api.call("PATCH", f"{PLANS}/{made['plan_id']}", {"end_date": moment(api, days=1)})
    assert "ACTIVE" == changed["status"]
    await later(api, days=2)
    assert "INACTIVE" == (await api.call("GET", f"{PLANS}/{made['plan_id']}"))[1]["status"]


async def test_a_change_is_for_later_subscriptions(api, box):
    """The documented change is made to the plan, and a running subscription keeps its terms."""
    running = await active(api)
    plan_id = running["plan_details"]["plan_id"]
    change = {**example("subscriptions/update-plan.request.json"), "end_date": moment(api, days=90)}

    status, changed = await api.call("PATCH", f"{PLANS}/{plan_id}", change)

    assert 200 == status
    assert change == {name: changed[name] for name in change}
    assert (200, changed) == await api.call("GET", f"{PLANS}/reference/{changed['merchant_plan_reference']}")
    assert money(10_000) == (await subscription(api, running))["plan_details"]["amount"]
    assert 1 == box.ledger.count("plans.update")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"plan_name": ""}, "plan_name"),
        ({"amount": money(1_000_001)}, "max_limit_amount"),
        ({"max_limit_amount": money(9_999)}, "max_limit_amount"),
        ({"trial_period_in_days": 1.5}, "trial_period_in_days"),
        ({"end_date": "2001-01-01T00:00:00Z"}, "after start_date"),
    ],
)
async def test_a_change_that_breaks_the_contract_is_refused(api, box, change, message):
    """The plan stays as it is."""
    made = await plan(api)

    status, answer = await api.call("PATCH", f"{PLANS}/{made['plan_id']}", change)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert (200, made) == await api.call("GET", f"{PLANS}/{made['plan_id']}")
    assert 0 == box.ledger.count("plans.update")


async def test_a_deleted_plan_is_gone_and_its_subscriptions_go_on(api, box):
    """Deleting has no body; a second time there is nothing to delete."""
    running = await active(api)
    path = f"{PLANS}/{running['plan_details']['plan_id']}"

    assert (200, None) == await api.call("DELETE", path)

    assert (404, NO_MATCH) == await api.call("GET", path)
    assert (404, NO_MATCH) == await api.call("DELETE", path)
    assert running == await subscription(api, running)
    assert 1 == box.ledger.count("plans.delete")


async def test_a_listing_has_the_documented_shape(api):
    """Pages count from 0 in links and from 1 in the answer; the last one has no next."""
    for number in range(5):
        await plan(api, f"plan-{number}")
    expected = example("subscriptions/list-plans.response.json")

    _, first = await api.call("GET", f"{PLANS}?size=2")
    _, last = await api.call("GET", f"{PLANS}?size=2&page=2")

    assert set(expected) == set(first)
    assert set(expected["links"]) == set(first["links"])
    assert {"size": 2, "total_elements": 5, "total_pages": 3, "number": 1} == first["page"]
    assert ["plan-0", "plan-1"] == [entry["merchant_plan_reference"] for entry in first["plans"]]
    assert set(expected["plans"][0]) - set(first["plans"][0]) == {
        "plan_description",
        "trial_period_in_days",
        "merchant_metadata",
    }
    assert f"{api.box.base_url}{PLANS}?size=2&page=1&sort=id,asc" == first["links"]["next"]["href"]
    assert (None, ["plan-4"], 3) == (
        last["links"]["next"],
        [entry["merchant_plan_reference"] for entry in last["plans"]],
        last["page"]["number"],
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["a", "b", "c"]),
        ("sort=id,desc", ["c", "b", "a"]),
        ("sort=frequency,asc", ["b", "c", "a"]),
        ("frequency=Month", ["b"]),
        ("amount=20000", ["b"]),
        ("amount=20000&amount_range=isMore", ["c"]),
        ("amount=20000&amount_range=isLess", ["a"]),
        ("amount=20000&amount_range=is%20Equal", ["b"]),
        ("plan_id={b}", ["b"]),
        ("start_date=2040-01-01T00:00:00Z", ["c"]),
        ("end_date=2040-01-01T00:00:00Z", ["a", "b"]),
        ("size=2&page=5", []),
    ],
)
async def test_a_listing_is_filtered_and_ordered(api, query, found):
    """Each documented parameter does what it says."""
    dates = {"start_date": "2041-01-01T00:00:00Z", "end_date": "2042-01-01T00:00:00Z"}
    await plan(api, "a", frequency="Week")
    second = await plan(api, "b", frequency="Month", amount=money(20_000))
    await plan(api, "c", frequency="OT", amount=money(30_000), **dates)

    status, answer = await api.call("GET", f"{PLANS}?{query.replace('{b}', second['plan_id'])}")

    assert 200 == status
    assert found == [entry["merchant_plan_reference"] for entry in answer["plans"]]


@pytest.mark.parametrize(
    "query",
    ["size=0", "size=x", "page=-1", "sort=name,asc", "sort=id,up", "amount=x", "amount_range=most"],
)
async def test_a_listing_refuses_what_it_does_not_know(api, query):
    """A wrong parameter is invalid and not ignored."""
    assert (400, "INVALID_REQUEST") == brief(await api.call("GET", f"{PLANS}?{query}"))


async def test_the_sdk_reads_every_answer(box):
    """All six operations end in whole objects, and the pages in all plans."""
    sample = json.loads((EXAMPLES / "subscriptions/create-plan.request.json").read_text())
    async with session(box) as pinelabs:
        made = whole(
            await pinelabs.plans.create(from_json(NewPlan, {**sample, "end_date": "2099-01-01T00:00:00Z"}))
        )
        again = from_json(
            NewPlan, {**sample, "merchant_plan_reference": "other", "end_date": "2099-01-01T00:00:00Z"}
        )
        await pinelabs.plans.create(again)

        assert made == whole(await pinelabs.plans.get(made.plan_id))
        assert made == whole(await pinelabs.plans.get_by_reference(made.merchant_plan_reference))
        assert [made.merchant_plan_reference, "other"] == [
            found.merchant_plan_reference async for found in pinelabs.plans.list(size=1)
        ]
        whole(from_json(PlanPage, box.exchanges[-1].answer))
        changed = whole(await pinelabs.plans.update(made.plan_id, PlanChange(plan_name="New")))
        assert "New" == changed.plan_name
        await pinelabs.plans.delete(made.plan_id)
        assert 1 == box.ledger.count("plans.delete")
