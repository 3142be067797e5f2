"""Split settlements: the documented body and answer, and both calls."""

import json

import pytest

import pinelabs_sync.split_settlements
from pinelabs_async import Money, Order, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api.split_settlements import Release, SplitSettlements
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "split-settlements"
ANSWER = sample(FOLDER, "release.response.json")
PATH = "/api/pay/v1/orders/v1-1/settlementId/v1-1-ss-b"


def test_sample_body_comes_out_the_same():
    """The documented body read and written again is the same, and no field of it is unknown."""
    release = from_json(Release, content(FOLDER, "release.request.json"))
    assert sample(FOLDER, "release.request.json") == json.loads(to_json(release))
    assert release.extra is None


def test_sample_answer_is_read_whole():
    """The documented answer is an order, read without problems and without losing anything."""
    order = decode(Order, content(FOLDER, "release.response.json"), envelope="data")
    assert () == order.problems
    assert as_written(ANSWER["data"]) == json.loads(to_json(order))


def test_released_amount():
    """The part says how much of it was released."""
    order = decode(Order, content(FOLDER, "release.response.json"), envelope="data")
    parts = order.purchase_details.split_info.split_details
    assert [Money(10000), None, None, None, None] == [part.release_amount for part in parts]


@pytest.mark.parametrize(
    ("release", "body"),
    [
        (Release(), {}),
        (Release(release_amount=Money(1)), {"release_amount": {"value": 1, "currency": "INR"}}),
    ],
    ids=["all", "part"],
)
async def test_release(recorder, release, body):
    """A part is released, all of it or an amount."""
    recorder.answers(ANSWER)
    order = await recorder.group(SplitSettlements).release("v1-1", "v1-1-ss-b", release)
    assert ("PATCH", f"{PATH}/release", "", body) == call_of(recorder.last)
    assert "v1-250513055632-aa-rjIIWX" == order.order_id


async def test_cancel(recorder):
    """A part is cancelled, without a body."""
    recorder.answers(ANSWER)
    order = await recorder.group(SplitSettlements).cancel("v1-1", "v1-1-ss-b")
    assert ("PATCH", f"{PATH}/cancel", "", None) == call_of(recorder.last)
    assert "v1-250513055632-aa-rjIIWX" == order.order_id


@pytest.mark.parametrize("verb", ["release", "cancel"])
async def test_lost_answers_are_not_repeated(recorder, verb):
    """Nothing tells whether it was carried out: it is sent once, and the error says so."""
    recorder.answers({"code": "INTERNAL_ERROR"}, status=500)
    body = [Release()] if verb == "release" else []
    with pytest.raises(OutcomeUnknownError):
        await getattr(recorder.group(SplitSettlements), verb)("v1-1", "v1-1-ss-b", *body)
    assert 1 == len(recorder.asked)


@pytest.mark.parametrize(
    "ids", [("..", "s"), ("o", ".."), ("o", "s/release"), ("", "s"), ("o", "s?x")], ids=str
)
async def test_ids_that_change_the_path_are_refused(recorder, ids):
    """What is no id is refused before anything is sent."""
    group = recorder.group(SplitSettlements)
    for call in (group.release(*ids, Release()), group.cancel(*ids)):
        with pytest.raises(ValueError, match="_id"):
            await call
    assert [] == recorder.asked


@pytest.mark.parametrize("amount", [Money(0), 100, "100", 1.0], ids=repr)
def test_amount_that_can_never_be_right(amount):
    """Nothing is not released, and a number is no money."""
    with pytest.raises((TypeError, ValueError), match="release_amount"):
        Release(release_amount=amount)


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.split_settlements.SplitSettlements)
    for name in ("release", "cancel"):
        assert twin[name].__wrapped__ is vars(SplitSettlements)[name]
