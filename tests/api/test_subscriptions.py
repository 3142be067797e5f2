"""Subscriptions: documented bodies and answers, every call, both modes, and the look-up of a lost one."""

import json
from datetime import UTC, datetime

import pytest

import pinelabs_sync.subscriptions
from pinelabs_async import IntegrationMode, Money, Order, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api import subscriptions as module
from pinelabs_async.api.payments import NewPayment
from pinelabs_async.api.subscription_object import PayerAccount, Subscription, SubscriptionStatus
from pinelabs_async.api.subscriptions import NewSubscription, SubscriptionChange, Subscriptions
from pinelabs_async.wire import attempt, call
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "subscriptions"
BODIES = {
    "create-subscription-redirect.request.json": NewSubscription,
    "update-subscription.request.json": SubscriptionChange,
    "create-payment-mandate-intent.request.json": NewPayment,
}
ANSWERS = {
    "create-subscription-redirect.response.json": (Subscription, None),
    "get-subscription.response.json": (Subscription, None),
    "create-payment-mandate-intent.response.json": (Order, "data"),
}
ROOT = "/ps/api/v1/public/subscriptions"
NEW = sample(FOLDER, "create-subscription-redirect.request.json")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(attempt, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.01)


def _found(**changes):
    return {
        "subscription_id": "v1-sub-1",
        "order_id": "v1-ord-1",
        "status": "CREATED",
        "merchant_subscription_reference": NEW["merchant_subscription_reference"],
        "customer_id": NEW["customer_id"],
        "plan_details": {"plan_id": NEW["plan_id"], "status": "ACTIVE"},
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
    """A documented answer is read without problems and without losing anything but nulls."""
    cls, envelope = ANSWERS[name]
    answer = decode(cls, content(FOLDER, name), envelope=envelope)
    whole = sample(FOLDER, name)
    assert () == answer.problems
    assert as_written(whole[envelope] if envelope else whole) == json.loads(to_json(answer))


def test_every_status_is_documented():
    """A status keeps its text, also one that no list has."""
    assert {name: name for name in SubscriptionStatus.__members__} == {
        name: str(status) for name, status in SubscriptionStatus.__members__.items()
    }
    answer = decode(Subscription, b'{"subscription_id": "s", "status": "DEBIT SCHEDULED"}')
    assert ("DEBIT SCHEDULED", False, ()) == (
        answer.status,
        answer.status.is_documented,
        answer.problems,
    )


def test_payment_mode_of_an_old_record():
    """A list, as older records have it, is left out and named as a problem."""
    answer = decode(Subscription, b'{"subscription_id": "s", "status": "ACTIVE", "payment_mode": ["UPI"]}')
    assert (None, ["$.payment_mode"]) == (
        answer.payment_mode,
        [problem.path for problem in answer.problems],
    )


def test_private_values_are_not_shown():
    """The account of the payer stays out of repr, in a body and in an answer."""
    body = from_json(
        NewSubscription, {**NEW, "bank_account": {"account_number": "123454321", "name": "Kevin"}}
    )
    answer = decode(Subscription, content(FOLDER, "get-subscription.response.json"))
    shown = f"{body!r} {answer!r}"
    assert [] == [
        value for value in ("123454321", "Kevin", "000000000000000", "Test Customer") if value in shown
    ]
    assert "PayerAccount(" in shown


def test_a_reference_is_made_with_the_body():
    """A subscription without a reference of yours gets a random one."""
    fields = {name: value for name, value in NEW.items() if name != "merchant_subscription_reference"}
    first, second = from_json(NewSubscription, fields), from_json(NewSubscription, fields)
    assert first.merchant_subscription_reference != second.merchant_subscription_reference


@pytest.mark.parametrize("field", ["plan_id", "customer_id", "start_date", "end_date", "integration_mode"])
def test_required(field):
    """Without plan, customer, dates and mode there is no subscription; the message names what is missing."""
    with pytest.raises(TypeError, match=field):
        from_json(NewSubscription, {name: value for name, value in NEW.items() if name != field})


CALLS = {
    "create": (
        lambda group: group.create(from_json(NewSubscription, NEW)),
        ("POST", ROOT, "", as_written(NEW)),
    ),
    "get": (lambda group: group.get("s-1"), ("GET", f"{ROOT}/s-1", "", None)),
    "get_by_reference": (
        lambda group: group.get_by_reference("r-1"),
        ("GET", f"{ROOT}/reference/r-1", "", None),
    ),
    "update": (
        lambda group: group.update("s-1", SubscriptionChange(reason="why")),
        ("PATCH", f"{ROOT}/s-1", "", {"reason": "why"}),
    ),
    "pause": (lambda group: group.pause("s-1"), ("POST", f"{ROOT}/s-1/pause", "", None)),
    "resume": (lambda group: group.resume("s-1"), ("POST", f"{ROOT}/s-1/resume", "", None)),
    "cancel": (lambda group: group.cancel("s-1"), ("POST", f"{ROOT}/s-1/cancel", "", None)),
}


@pytest.mark.parametrize("verb", CALLS)
async def test_call(recorder, verb):
    """Each call goes out with its method, path and body, and answers the subscription."""
    made, expected = CALLS[verb]
    recorder.answers(content(FOLDER, "create-subscription-redirect.response.json"))
    subscription = await made(recorder.group(Subscriptions))
    assert expected == call_of(recorder.last)
    assert ("v1-sub-250612062122-aa-3HLXL5", ()) == (subscription.subscription_id, subscription.problems)


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
async def test_call_that_answers_nothing(recorder, verb):
    """A change of status whose answer has no body was carried out; the answer says what it lacks."""
    recorder.answers(b"")
    subscription = await CALLS[verb][0](recorder.group(Subscriptions))
    assert ("", ["$.subscription_id", "$.status"]) == (
        subscription.subscription_id,
        [problem.path for problem in subscription.problems],
    )


async def test_redirect_mode(recorder):
    """With REDIRECT the answer says where to send the customer, and what the order asks for."""
    recorder.answers(content(FOLDER, "create-subscription-redirect.response.json"))
    subscription = await recorder.group(Subscriptions).create(from_json(NewSubscription, NEW))
    assert subscription.redirect_url.startswith("https://api.pluralonline.com/")
    assert ("v1-250612062122-aa-UZyPbu", Money(210)) == (subscription.order_id, subscription.order_amount)


async def test_seamless_mode(recorder):
    """With SEAMLESS the order of the answer is what to pay next, and the account goes out with the body."""
    recorder.answers(_found(order_amount={"value": 210, "currency": "INR"}))
    new = NewSubscription(
        plan_id="p-1",
        customer_id="c-1",
        start_date=datetime(2025, 6, 12, tzinfo=UTC),
        end_date=datetime(2025, 6, 21, tzinfo=UTC),
        integration_mode=IntegrationMode.SEAMLESS,
        is_tpv_enabled=True,
        bank_account=PayerAccount(account_number="1", name="Kevin Bob", ifsc="HDFC0000001"),
    )
    subscription = await recorder.group(Subscriptions).create(new)
    assert ("v1-ord-1", None, Money(210)) == (
        subscription.order_id,
        subscription.redirect_url,
        subscription.order_amount,
    )
    assert {
        "merchant_subscription_reference": new.merchant_subscription_reference,
        "plan_id": "p-1",
        "customer_id": "c-1",
        "start_date": "2025-06-12T00:00:00Z",
        "end_date": "2025-06-21T00:00:00Z",
        "integration_mode": "SEAMLESS",
        "is_tpv_enabled": True,
        "bank_account": {"account_number": "1", "name": "Kevin Bob", "ifsc": "HDFC0000001"},
    } == recorder.last.body


@pytest.mark.parametrize(
    "ask",
    [
        lambda group: group.get("../plans"),
        lambda group: group.get_by_reference("a/b"),
        lambda group: group.update("a?b", SubscriptionChange(reason="x")),
        lambda group: group.pause("a#b"),
        lambda group: group.resume("."),
        lambda group: group.cancel("a%2Fb"),
    ],
)
async def test_ids_that_change_the_path_are_refused(recorder, ask):
    """An id that would lead elsewhere is refused before anything is sent."""
    with pytest.raises(ValueError, match="path of the request"):
        await ask(recorder.group(Subscriptions))
    assert [] == recorder.asked


async def test_listing(recorder):
    """Every filter goes out under its name, without a page number."""
    recorder.answers({"subscriptions": [_found()]})
    listed = recorder.group(Subscriptions).list(
        plan_id="p-1",
        status=SubscriptionStatus.ACTIVE,
        amount=100,
        amount_range="isEqual",
        start_date=datetime(2022, 2, 1, tzinfo=UTC),
        end_date=datetime(2026, 2, 1, tzinfo=UTC),
        frequency="OT",
        sort="id,asc",
        size=10,
    )
    assert ["v1-sub-1"] == [subscription.subscription_id async for subscription in listed]
    asked = (
        "plan_id=p-1&status=ACTIVE&amount=100&amount_range=isEqual&start_date=2022-02-01T00%3A00%3A00Z"
        "&end_date=2026-02-01T00%3A00%3A00Z&frequency=OT&sort=id%2Casc&size=10"
    )
    assert [("GET", ROOT, asked, None)] == [call_of(each) for each in recorder.asked]


async def test_lost_subscription_is_found(recorder):
    """A subscription whose answer is lost is looked up; the page that is gone is named."""
    recorder.answers(b"", status=500)
    recorder.answers(_found())
    subscription = await recorder.group(Subscriptions).create(from_json(NewSubscription, NEW))
    assert (True, "v1-sub-1", ["$.redirect_url"]) == (
        subscription.recovered,
        subscription.subscription_id,
        [problem.path for problem in subscription.problems],
    )
    assert f"{ROOT}/reference/{NEW['merchant_subscription_reference']}" == recorder.last.path


@pytest.mark.parametrize(
    "change",
    [
        {"customer_id": "another"},
        {"plan_details": {"plan_id": "another", "status": "ACTIVE"}},
        {"plan_details": None},
        {"merchant_subscription_reference": "another"},
    ],
)
async def test_another_subscription_is_no_answer(recorder, change):
    """A subscription of another plan or customer leaves the outcome unknown."""
    recorder.answers(b"", status=500)
    recorder.answers(_found(**change))
    with pytest.raises(OutcomeUnknownError):
        await recorder.group(Subscriptions).create(from_json(NewSubscription, NEW))
    assert 1 == [asked.method for asked in recorder.asked].count("POST")


async def test_absent_subscription_is_sent_again(recorder):
    """A subscription that is proved absent is sent once more, with the same reference."""
    recorder.answers(b"", status=500)
    recorder.answers({"code": "SUBSCRIPTION_NOT_FOUND", "message": "No"}, status=404)
    recorder.answers(_found())
    assert (
        "v1-sub-1"
        == (await recorder.group(Subscriptions).create(from_json(NewSubscription, NEW))).subscription_id
    )
    assert ["POST", "GET", "POST"] == [asked.method for asked in recorder.asked]
    assert recorder.asked[0].body == recorder.asked[2].body


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_what_proves_nothing(recorder, status):
    """A look-up that fails without saying that nothing is there does not lead to a second one."""
    recorder.answers(b"", status=500)
    recorder.answers(b"{}", status=status)
    with pytest.raises(OutcomeUnknownError):
        await recorder.group(Subscriptions).create(from_json(NewSubscription, NEW))
    assert 1 == [asked.method for asked in recorder.asked].count("POST")


@pytest.mark.parametrize("verb", ["update", "pause", "resume", "cancel"])
async def test_lost_change_is_not_repeated(recorder, verb):
    """A change whose answer is lost is sent once."""
    recorder.answers(b"", status=504)
    with pytest.raises(OutcomeUnknownError):
        await CALLS[verb][0](recorder.group(Subscriptions))
    assert 1 == len(recorder.asked)


def test_twin():
    """The blocking group has the same calls, and each is an operation."""
    verbs = {name for name in vars(Subscriptions) if not name.startswith("_")}
    assert verbs == {name for name in vars(pinelabs_sync.subscriptions.Subscriptions) if name[0] != "_"}
    assert {f"subscriptions.{verb}" for verb in verbs} == {
        operation.name for operation in vars(module).values() if isinstance(operation, module.Operation)
    }
