"""Plans: documented bodies and answers, every call, the look-up of a lost plan, and the listing."""

import json
import pickle
from datetime import UTC, datetime

import pytest

import pinelabs_sync.plans
from pinelabs_async import InvalidRequestError, Money, NotFoundError, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api import plans as module
from pinelabs_async.api.plan_object import Frequency, Plan, PlanStatus
from pinelabs_async.api.plans import AmountRange, NewPlan, PlanChange, PlanPage, Plans
from pinelabs_async.wire import attempt, call
from pinelabs_async.wire.codec import decode
from pinelabs_async.wire.pages import Place, by_links
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "subscriptions"
BODIES = {"create-plan.request.json": NewPlan, "update-plan.request.json": PlanChange}
ANSWERS = {"create-plan.response.json": Plan, "list-plans.response.json": PlanPage}
ROOT = "/ps/api/v1/public/plans"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(attempt, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.01)


def _new_plan(**changes):
    return from_json(NewPlan, {**sample(FOLDER, "create-plan.request.json"), **changes})


def _found(plan, **changes):
    return {
        "plan_id": "v1-pla-1",
        "status": "ACTIVE",
        **{
            name: sample(FOLDER, "create-plan.request.json")[name]
            for name in ("frequency", "amount", "max_limit_amount")
        },
        "merchant_plan_reference": plan.merchant_plan_reference,
        **changes,
    }


@pytest.mark.parametrize("name", BODIES)
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same, and no field of it is unknown."""
    body = from_json(BODIES[name], content(FOLDER, name))
    assert as_written(sample(FOLDER, name)) == json.loads(to_json(body))
    assert body.extra is None


@pytest.mark.parametrize("name", ANSWERS)
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything."""
    answer = decode(ANSWERS[name], content(FOLDER, name))
    assert () == answer.problems
    assert as_written(sample(FOLDER, name)) == json.loads(to_json(answer))


def test_values_of_a_sample():
    """Amounts, times and enums of the documented plan are what they say."""
    plan = decode(Plan, content(FOLDER, "create-plan.response.json"))
    assert (PlanStatus.ACTIVE, Frequency.MONTH) == (plan.status, plan.frequency)
    assert (Money(100), Money(210), Money(110)) == (
        plan.amount,
        plan.max_limit_amount,
        plan.initial_debit_amount,
    )
    assert datetime(2025, 6, 12, 6, 16, 39, 927105, tzinfo=UTC) == plan.start_date


def test_auto_debit_as_a_text():
    """The gateway's schema has a text where its samples have a boolean; both are read."""
    assert (
        decode(Plan, b'{"plan_id": "p", "status": "ACTIVE", "auto_debit_ot": "false"}').auto_debit_ot is False
    )


def test_a_reference_is_made_with_the_body():
    """Two plans have two references; one plan keeps its own."""
    fields = {
        "plan_name": "x",
        "frequency": "AS",
        "amount": Money(100),
        "max_limit_amount": Money(100),
        "end_date": datetime(2030, 1, 1, tzinfo=UTC),
    }
    assert NewPlan(**fields).merchant_plan_reference != NewPlan(**fields).merchant_plan_reference


CALLS = {
    "create": (
        lambda plans: plans.create(_new_plan()),
        ("POST", ROOT, "", as_written(sample(FOLDER, "create-plan.request.json"))),
    ),
    "get": (lambda plans: plans.get("p-1"), ("GET", f"{ROOT}/p-1", "", None)),
    "get_by_reference": (
        lambda plans: plans.get_by_reference("r-1"),
        ("GET", f"{ROOT}/reference/r-1", "", None),
    ),
    "update": (
        lambda plans: plans.update("p-1", PlanChange(plan_name="New")),
        ("PATCH", f"{ROOT}/p-1", "", {"plan_name": "New"}),
    ),
}


@pytest.mark.parametrize("verb", CALLS)
async def test_call(recorder, verb):
    """Each call goes out with its method, path and body, and answers the plan."""
    made, expected = CALLS[verb]
    recorder.answers(content(FOLDER, "create-plan.response.json"))
    plan = await made(recorder.group(Plans))
    assert expected == call_of(recorder.last)
    assert ("v1-pla-250612061639-aa-666Zge", ()) == (plan.plan_id, plan.problems)


@pytest.mark.parametrize(
    ("status", "content"), [(200, b'{"anything": 1}'), (200, b"{}"), (200, b""), (204, b"")]
)
async def test_delete(recorder, status, content):
    """A deletion sends no body and keeps whatever comes back, also nothing."""
    recorder.answers(content, status=status)
    deleted = await recorder.group(Plans).delete("p-1")
    assert ("DELETE", f"{ROOT}/p-1", "", None) == call_of(recorder.last)
    assert (json.loads(content) if content else {}) == deleted.raw


@pytest.mark.parametrize(
    "ask",
    [
        lambda plans: plans.get("../orders"),
        lambda plans: plans.get_by_reference("a/b"),
        lambda plans: plans.update("a?b", PlanChange()),
        lambda plans: plans.delete("."),
    ],
)
async def test_ids_that_change_the_path_are_refused(recorder, ask):
    """An id that would lead elsewhere is refused before anything is sent."""
    with pytest.raises(ValueError, match="path of the request"):
        await ask(recorder.group(Plans))
    assert [] == recorder.asked


async def test_listing(recorder):
    """Filters go out as the gateway wants them, without a page number; the sample's template ends the loop."""
    recorder.answers(content(FOLDER, "list-plans.response.json"))
    query = sample(FOLDER, "list-plans.query.json")
    listed = recorder.group(Plans).list(
        plan_id=query["plan_id"],
        start_date=datetime(2022, 2, 1, 17, 32, 28, tzinfo=UTC),
        end_date=datetime(2026, 10, 21, 12, 2, 28, tzinfo=UTC),
        amount=query["amount"],
        amount_range=AmountRange.MORE,
        frequency=Frequency.MONTH,
        size=query["size"],
        sort=query["sort"],
    )
    assert ["Monthly Plan"] == [plan.plan_name async for plan in listed]
    asked = (
        "plan_id=v1-plan-4405071524-aa-qlAtAf&start_date=2022-02-01T17%3A32%3A28Z"
        "&end_date=2026-10-21T12%3A02%3A28Z&amount=100&amount_range=isMore&frequency=Month"
        "&sort=id%2Casc&size=10"
    )
    assert [("GET", ROOT, asked, None)] == [call_of(each) for each in recorder.asked]


def _page(number, following, *plan_ids):
    href = "https://elsewhere.example/x /{{resource}}/?size=1&page={}".format
    return {
        "links": {"self": {"href": href(number)}, "next": following and {"href": href(following)}},
        "page": {"size": 1, "total_elements": 2, "total_pages": 2, "number": number},
        "plans": [{"plan_id": plan_id, "status": "ACTIVE"} for plan_id in plan_ids],
    }


async def test_listing_of_several_pages(recorder):
    """The next page is asked for by the number in its link, of the same host."""
    recorder.answers(_page(0, 1, "a"))
    recorder.answers(_page(1, None, "b"))
    assert ["a", "b"] == [plan.plan_id async for plan in recorder.group(Plans).list(size=1)]
    assert ["size=1", "size=1&page=1"] == [asked.query for asked in recorder.asked]


async def test_listing_stops_where_told(recorder):
    """No more than max_pages pages are read."""
    recorder.answers(_page(0, 1, "a"))
    assert ["a"] == [plan.plan_id async for plan in recorder.group(Plans).list(max_pages=1)]
    assert 1 == len(recorder.asked)


def test_page_is_what_the_turn_reads():
    """The page class has what the turn by links looks at."""
    page = from_json(PlanPage, _page(0, 1, "a"))
    assert {"page": 1} == by_links(page, Place(query={}, items=1, seen=1))


def test_links_survive_a_misfit_and_pickling():
    """A page that does not fit keeps its links, and pickles."""
    page = from_json(PlanPage, {**_page(0, 1, "a"), "page": "none"})
    assert ["$.page"] == [problem.path for problem in page.problems]
    assert page.links.self.href.endswith("page=0")
    assert page == pickle.loads(pickle.dumps(page))


async def test_lost_plan_is_found(recorder):
    """A plan whose answer is lost is looked up by its reference and handed out as recovered."""
    new = _new_plan()
    recorder.answers(b"", status=500)
    recorder.answers(_found(new))
    plan = await recorder.group(Plans).create(new)
    assert (True, "v1-pla-1") == (plan.recovered, plan.plan_id)
    assert ["POST", "GET"] == [asked.method for asked in recorder.asked]
    assert f"{ROOT}/reference/{new.merchant_plan_reference}" == recorder.last.path


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"value": 101, "currency": "INR"}},
        {"max_limit_amount": {"value": 210, "currency": "USD"}},
        {"frequency": "Day"},
        {"merchant_plan_reference": "another"},
    ],
)
async def test_another_plan_is_no_answer(recorder, change):
    """A plan that differs from the one meant leaves the outcome unknown."""
    new = _new_plan()
    recorder.answers(b"", status=500)
    recorder.answers(_found(new, **change))
    with pytest.raises(OutcomeUnknownError):
        await recorder.group(Plans).create(new)


async def test_absent_plan_is_sent_again(recorder):
    """A plan that is proved absent is sent once more, with the same reference and Request-ID."""
    new = _new_plan()
    recorder.answers(b"", status=500)
    recorder.answers({"code": "PLAN_NOT_FOUND", "message": "No"}, status=404)
    recorder.answers(_found(new))
    assert "v1-pla-1" == (await recorder.group(Plans).create(new)).plan_id
    first, _, second = recorder.asked
    assert call_of(first) == call_of(second)
    assert first.headers["Request-ID"] == second.headers["Request-ID"]


async def test_a_404_without_a_code_proves_nothing(recorder):
    """A plan is not sent again because a proxy knows nothing."""
    recorder.answers(b"", status=500)
    recorder.answers(b"not here", status=404)
    with pytest.raises(OutcomeUnknownError):
        await recorder.group(Plans).create(_new_plan())
    assert ["POST", "GET"] == [asked.method for asked in recorder.asked]


@pytest.mark.parametrize("status", [500, 504])
async def test_lost_change_is_not_repeated(recorder, status):
    """A change whose answer is lost is sent once."""
    recorder.answers(b"", status=status)
    with pytest.raises(OutcomeUnknownError):
        await recorder.group(Plans).update("p-1", PlanChange(plan_name="x"))
    assert 1 == len(recorder.asked)


@pytest.mark.parametrize(("status", "error"), [(404, NotFoundError), (400, InvalidRequestError)])
async def test_refusals(recorder, status, error):
    """What the gateway refuses is the error of its status."""
    recorder.answers({"code": "X", "message": "No"}, status=status)
    with pytest.raises(error):
        await recorder.group(Plans).get("p-1")


def test_twin():
    """The blocking group has the same calls."""
    assert {name for name in vars(Plans) if not name.startswith("_")} == {
        name for name in vars(pinelabs_sync.plans.Plans) if not name.startswith("_")
    }
    assert {
        "plans.create",
        "plans.get",
        "plans.get_by_reference",
        "plans.list",
        "plans.update",
        "plans.delete",
    } == {operation.name for operation in vars(module).values() if isinstance(operation, module.Operation)}
