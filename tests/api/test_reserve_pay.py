"""UPI Reserve Pay: documented bodies and answers, every call, and that nobody is debited twice."""

import json

import pytest

import pinelabs_sync.reserve_pay
from pinelabs_async import Money, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api import reserve_pay as module
from pinelabs_async.api.presentations import NewPresentation
from pinelabs_async.api.reserve_pay import NewReserve, NewReserveDebit, Reserve, ReservePay
from pinelabs_async.api.subscription_object import SubscriptionStatus
from pinelabs_async.wire import attempt, call
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, names, sample

FOLDER = "upi-reserve-pay"
NEW = sample(FOLDER, "create-sbmd-subscription.request.json")
DEBIT = NewReserveDebit(merchant_presentation_reference="r-1", amount=Money(2500))
SENT_DEBIT = {
    "merchant_presentation_reference": "r-1",
    "amount": {"value": 2500, "currency": "INR"},
    "subscription_id": "s-1",
}


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(attempt, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.01)


def test_sample_body_comes_out_the_same():
    """The documented body read and written again is the same, and no field of it is unknown."""
    body = from_json(NewReserve, content(FOLDER, "create-sbmd-subscription.request.json"))
    assert json.loads(to_json(body)) == NEW
    assert (None, None) == (body.extra, body.plan_details.extra)


@pytest.mark.parametrize("name", names(FOLDER, "response"))
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything."""
    answer = decode(Reserve, content(FOLDER, name))
    assert () == answer.problems
    assert as_written(sample(FOLDER, name)) == json.loads(to_json(answer))


def test_amounts_of_a_reserve_are_bare_numbers():
    """What is blocked, taken and left are paisa without a currency beside them."""
    reserve = decode(Reserve, content(FOLDER, "fetch-sbmd-subscription.response.json"))
    assert (SubscriptionStatus.ACTIVE, 1000000, 200000, 800000) == (
        reserve.status,
        reserve.total_blocked_amount,
        reserve.debited_amount,
        reserve.remaining_balance,
    )


def test_a_debit_needs_a_reference_of_yours():
    """No reference is made up for a debit, so that repeating it cannot become a second one."""
    with pytest.raises(TypeError, match="merchant_presentation_reference"):
        NewReserveDebit(amount=Money(100))


def test_the_reserve_amount_is_no_fraction():
    """The unit of the reserve amount is not known; a fraction of it is refused."""
    with pytest.raises(TypeError, match="reserve_amount must be an int"):
        from_json(NewReserve, {**NEW, "plan_details": {**NEW["plan_details"], "reserve_amount": 100.5}})


CALLS = {
    "create": (
        lambda group: group.create(from_json(NewReserve, NEW)),
        ("POST", "/ps/public/subscriptions/sbmd", "", NEW),
        "create-sbmd-subscription.response.json",
    ),
    "get": (
        lambda group: group.get("s-1"),
        ("GET", "/ps/public/subscriptions/sbmd/s-1", "", None),
        "fetch-sbmd-subscription.response.json",
    ),
}


@pytest.mark.parametrize("verb", CALLS)
async def test_call(recorder, verb):
    """Each call goes out with its method, path and body, and answers the reserve."""
    made, expected, answer = CALLS[verb]
    recorder.answers(content(FOLDER, answer))
    reserve = await made(recorder.group(ReservePay))
    assert expected == call_of(recorder.last)
    assert ("sub_xyz789", ()) == (reserve.subscription_id, reserve.problems)


async def test_debit(recorder):
    """A debit goes to the presentations of the reserve, names it in the body, and has no due date."""
    recorder.answers({"presentation_id": "p-1", "status": "CREATED", **SENT_DEBIT})
    debit = await recorder.group(ReservePay).debit("s-1", DEBIT)
    path = "/ps/api/v1/public/subscriptions/s-1/presentations"
    assert ("POST", path, "", SENT_DEBIT) == call_of(recorder.last)
    assert ("p-1", Money(2500), ()) == (debit.presentation_id, debit.amount, debit.problems)


async def test_a_presentation_is_no_debit_of_a_reserve(recorder):
    """The body of another call is refused by name."""
    presentation = NewPresentation(merchant_presentation_reference="r", amount=Money(100))
    with pytest.raises(TypeError, match=r"reserve_pay\.debit takes a NewReserveDebit"):
        await recorder.group(ReservePay).debit("s-1", presentation)


@pytest.mark.parametrize(
    "ask", [lambda group: group.get("../plans"), lambda group: group.debit("a/b", DEBIT)]
)
async def test_ids_that_change_the_path_are_refused(recorder, ask):
    """An id that would lead elsewhere is refused before anything is sent."""
    with pytest.raises(ValueError, match="path of the request"):
        await ask(recorder.group(ReservePay))
    assert [] == recorder.asked


async def test_lost_debit_is_found(recorder):
    """A debit whose answer is lost is looked up among the presentations, and never sent again."""
    recorder.answers(b"", status=500)
    recorder.answers({"presentation_id": "p-1", **SENT_DEBIT})
    debit = await recorder.group(ReservePay).debit("s-1", DEBIT)
    assert (True, "p-1") == (debit.recovered, debit.presentation_id)
    assert ["POST", "GET"] == [asked.method for asked in recorder.asked]
    assert "/ps/api/v1/public/presentations/reference/r-1" == recorder.last.path


async def test_absent_debit_is_not_sent_again(recorder):
    """A look-up that finds nothing leaves the outcome unknown."""
    recorder.answers(b"", status=500)
    recorder.answers({"code": "NOT_FOUND", "message": "No"}, status=404)
    with pytest.raises(OutcomeUnknownError):
        await recorder.group(ReservePay).debit("s-1", DEBIT)
    assert ["POST", "GET"] == [asked.method for asked in recorder.asked]


async def test_lost_reserve_is_not_repeated(recorder):
    """A reserve whose answer is lost is sent once; the error knows the reference."""
    recorder.answers(b"", status=500)
    with pytest.raises(OutcomeUnknownError) as caught:
        await CALLS["create"][0](recorder.group(ReservePay))
    assert (1, "sub_ref_12345") == (len(recorder.asked), caught.value.reference)


def test_twin():
    """The blocking group has the same calls, and each is an operation."""
    verbs = {name for name in vars(ReservePay) if not name.startswith("_")}
    assert verbs == {name for name in vars(pinelabs_sync.reserve_pay.ReservePay) if name[0] != "_"}
    assert {f"reserve_pay.{verb}" for verb in verbs} == {
        operation.name for operation in vars(module).values() if isinstance(operation, module.Operation)
    }
