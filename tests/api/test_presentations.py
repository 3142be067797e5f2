"""Presentations: documented bodies and answers, every call, and that nobody is debited twice."""

import json
from datetime import UTC, datetime

import pytest

import pinelabs_sync.presentations
from pinelabs_async import Money, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api import presentations as module
from pinelabs_async.api.presentation_object import NoticeStatus, Presentation, PresentationStatus
from pinelabs_async.api.presentations import (
    DebitNotice,
    DebitRetry,
    NewDebit,
    NewPresentation,
    PresentationPage,
    Presentations,
)
from pinelabs_async.wire import attempt, call
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "subscriptions"
BODIES = {
    "create-presentation.request.json": NewPresentation,
    "notify.request.json": DebitNotice,
    "create-debit.request.json": NewDebit,
    "create-debit-guide.request.json": NewDebit,
    "merchant-retry.request.json": DebitRetry,
}
UNKNOWN_FIELDS = {
    # the guide's older form of execute; the reference takes the id or reference of what was announced
    "create-debit-guide.request.json": ["amount", "due_date", "subscription_id"],
}
ANSWERS = {
    "create-presentation.response.json": Presentation,
    "notify.response.json": Presentation,
    "create-debit.response.json": Presentation,
    "list-presentations.response.json": PresentationPage,
}
ROOT = "/ps/api/v1/public"
SUBSCRIPTION = "v1-sub-4405071524-aa-qlAtAf"
NEW = sample(FOLDER, "create-presentation.request.json")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(attempt, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.01)


def _body(name):
    return from_json(BODIES[name], content(FOLDER, name))


@pytest.mark.parametrize("name", BODIES)
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same; only what the table names is unknown."""
    body = _body(name)
    written = json.loads(to_json(body))
    expected = sample(FOLDER, name)
    for field in ("due_date",) if name not in UNKNOWN_FIELDS else ():
        if field in expected:
            expected[field] = as_written(expected[field])
    assert expected == written
    assert UNKNOWN_FIELDS.get(name, []) == sorted(body.extra or ())


@pytest.mark.parametrize("name", ANSWERS)
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything."""
    answer = decode(ANSWERS[name], content(FOLDER, name))
    assert () == answer.problems
    assert as_written(sample(FOLDER, name)) == json.loads(to_json(answer))


def test_a_presentation_with_everything():
    """The fields that no sample has are read, too."""
    answer = decode(
        Presentation,
        json.dumps(
            {
                "presentation_id": "p",
                "status": "INITIATED",
                "pdn_status": "NOTIFIED",
                "failure_count": 2,
                "order_id": "v1-1",
            }
        ).encode(),
    )
    assert (PresentationStatus.INITIATED, NoticeStatus.NOTIFIED, 2, "v1-1", ()) == (
        answer.status,
        answer.pdn_status,
        answer.failure_count,
        answer.order_id,
        answer.problems,
    )


@pytest.mark.parametrize("cls", [NewPresentation, DebitNotice])
def test_a_debit_needs_a_reference_of_yours(cls):
    """No reference is made up for a debit, so that repeating it cannot become a second one."""
    fields = {name: value for name, value in NEW.items() if name != "merchant_presentation_reference"}
    with pytest.raises(TypeError, match="merchant_presentation_reference"):
        from_json(cls, fields)


@pytest.mark.parametrize("cls", [NewDebit, DebitRetry])
def test_a_known_debit_is_named(cls):
    """The id or the reference is enough; neither is refused."""
    assert b'{"presentation_id":"p"}' == to_json(cls(presentation_id="p"))
    assert b'{"merchant_presentation_reference":"r"}' == to_json(cls(merchant_presentation_reference="r"))
    with pytest.raises(ValueError, match=f"{cls.__name__} needs presentation_id"):
        cls()


@pytest.mark.parametrize(("given", "sent"), [(True, "true"), (False, "false"), ("true", "true")])
def test_flag_as_a_text(given, sent):
    """Execute wants a text where notify wants a boolean; a boolean is good for both."""
    assert (
        sent
        == json.loads(to_json(NewDebit(presentation_id="p", is_merchant_retry=given)))["is_merchant_retry"]
    )


@pytest.mark.parametrize("given", ["yes", "", 1, {}])
def test_no_flag(given):
    """What is neither true nor false is refused."""
    with pytest.raises((TypeError, ValueError), match="is_merchant_retry must be"):
        NewDebit(presentation_id="p", is_merchant_retry=given)


CALLS = {
    "create": (
        lambda group: group.create(SUBSCRIPTION, _body("create-presentation.request.json")),
        ("POST", f"{ROOT}/subscriptions/{SUBSCRIPTION}/presentations", "", as_written(NEW)),
    ),
    "get": (lambda group: group.get("p-1"), ("GET", f"{ROOT}/presentations/p-1", "", None)),
    "get_by_reference": (
        lambda group: group.get_by_reference("r-1"),
        ("GET", f"{ROOT}/presentations/reference/r-1", "", None),
    ),
    "notify": (
        lambda group: group.notify(_body("notify.request.json")),
        ("POST", f"{ROOT}/subscriptions/notify", "", as_written(sample(FOLDER, "notify.request.json"))),
    ),
    "execute": (
        lambda group: group.execute(_body("create-debit.request.json")),
        ("POST", f"{ROOT}/subscriptions/execute", "", sample(FOLDER, "create-debit.request.json")),
    ),
    "retry": (
        lambda group: group.retry(_body("merchant-retry.request.json")),
        ("POST", "/ps/api/v1/mandate/merchant-retry", "", sample(FOLDER, "merchant-retry.request.json")),
    ),
}


@pytest.mark.parametrize("verb", CALLS)
async def test_call(recorder, verb):
    """Each call goes out with its method, path and body, and answers the presentation."""
    made, expected = CALLS[verb]
    recorder.answers(content(FOLDER, "create-presentation.response.json"))
    presentation = await made(recorder.group(Presentations))
    assert expected == call_of(recorder.last)
    assert ("v1-bil-250612063111-aa-FJIBcB", ()) == (presentation.presentation_id, presentation.problems)


@pytest.mark.parametrize(("status", "content"), [(200, b'{"anything": 1}'), (200, b""), (204, b"")])
async def test_delete(recorder, status, content):
    """A deletion sends no body and keeps whatever comes back, also nothing."""
    recorder.answers(content, status=status)
    deleted = await recorder.group(Presentations).delete("p-1")
    assert ("DELETE", f"{ROOT}/presentations/p-1", "", None) == call_of(recorder.last)
    assert (json.loads(content) if content else {}) == deleted.raw


async def test_the_body_says_who_pays(recorder):
    """The subscription of the call goes into the body; another one there is refused, and so is a dict."""
    recorder.answers(content(FOLDER, "create-presentation.response.json"))
    group = recorder.group(Presentations)
    debit = NewPresentation(merchant_presentation_reference="r", amount=Money(100))
    await group.create("s-1", debit)
    assert {
        "merchant_presentation_reference": "r",
        "amount": {"value": 100, "currency": "INR"},
        "subscription_id": "s-1",
    } == recorder.last.body
    assert debit.subscription_id is None
    with pytest.raises(ValueError, match="names subscription"):
        await group.create("s-2", _body("create-presentation.request.json"))
    with pytest.raises(TypeError, match=r"presentations\.create takes a NewPresentation"):
        await group.create("s-2", NEW)
    assert 1 == len(recorder.asked)


@pytest.mark.parametrize(
    "ask",
    [
        lambda group: group.create(
            "../plans", NewPresentation(merchant_presentation_reference="r", amount=Money(1))
        ),
        lambda group: group.get("a/b"),
        lambda group: group.get_by_reference("a?b"),
        lambda group: group.delete("."),
        lambda group: anext(group.list("../plans").__aiter__()),
    ],
)
async def test_ids_that_change_the_path_are_refused(recorder, ask):
    """An id that would lead elsewhere is refused before anything is sent."""
    with pytest.raises(ValueError, match="path of the request"):
        await ask(recorder.group(Presentations))
    assert [] == recorder.asked


async def test_listing(recorder):
    """The parameters of the sample go out, without its page; the sample's template ends the loop."""
    recorder.answers(content(FOLDER, "list-presentations.response.json"))
    query = sample(FOLDER, "list-presentations.query.json")
    listed = recorder.group(Presentations).list(SUBSCRIPTION, size=int(query["size"]), sort=query["sort"])
    assert ["1234567890"] == [each.merchant_presentation_reference async for each in listed]
    path = f"{ROOT}/subscriptions/{SUBSCRIPTION}/presentations"
    assert [("GET", path, "sort=cycleId%2Cdesc&size=10", None)] == [call_of(each) for each in recorder.asked]


def _found(**changes):
    return {"presentation_id": "p-1", "status": "CREATED", **NEW, **changes}


async def test_lost_debit_is_found(recorder):
    """A debit whose answer is lost is looked up by its reference, and never sent again."""
    recorder.answers(b"", status=500)
    recorder.answers(_found())
    presentation = await CALLS["create"][0](recorder.group(Presentations))
    assert (True, "p-1", datetime(2022, 9, 21, 17, 32, 28, tzinfo=UTC)) == (
        presentation.recovered,
        presentation.presentation_id,
        presentation.due_date,
    )
    assert ["POST", "GET"] == [asked.method for asked in recorder.asked]


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"value": 101, "currency": "INR"}},
        {"subscription_id": "another"},
        {"subscription_id": None},
        {"merchant_presentation_reference": "another"},
    ],
)
async def test_another_debit_is_no_answer(recorder, change):
    """A debit of another amount or subscription leaves the outcome unknown."""
    recorder.answers(b"", status=500)
    recorder.answers(_found(**change))
    with pytest.raises(OutcomeUnknownError):
        await CALLS["create"][0](recorder.group(Presentations))


async def test_absent_debit_is_not_sent_again(recorder):
    """That the gateway knows no such debit yet does not prove that there will be none."""
    recorder.answers(b"", status=500)
    recorder.answers({"code": "NOT_FOUND", "message": "No"}, status=404)
    with pytest.raises(OutcomeUnknownError) as caught:
        await CALLS["create"][0](recorder.group(Presentations))
    assert NEW["merchant_presentation_reference"] == caught.value.reference
    assert ["POST", "GET"] == [asked.method for asked in recorder.asked]


@pytest.mark.parametrize("verb", ["notify", "execute", "retry"])
async def test_lost_answer_is_not_repeated(recorder, verb):
    """What takes money without a look-up is sent once; the error knows the reference."""
    recorder.answers(b"", status=504)
    with pytest.raises(OutcomeUnknownError) as caught:
        await CALLS[verb][0](recorder.group(Presentations))
    assert (1, "1234567890") == (len(recorder.asked), caught.value.reference)


async def test_lost_answer_of_a_debit_named_by_id(recorder):
    """A retry that was named by its id has no reference to report."""
    recorder.answers(b"", status=504)
    with pytest.raises(OutcomeUnknownError) as caught:
        await recorder.group(Presentations).retry(DebitRetry(presentation_id="p-1"))
    assert caught.value.reference is None


def test_twin():
    """The blocking group has the same calls, and each is an operation."""
    verbs = {name for name in vars(Presentations) if not name.startswith("_")}
    assert verbs == {name for name in vars(pinelabs_sync.presentations.Presentations) if name[0] != "_"}
    assert {f"presentations.{verb}" for verb in verbs} == {
        operation.name for operation in vars(module).values() if isinstance(operation, module.Operation)
    }
