"""E-challans: the documented body and answers, and both calls."""

import json
from datetime import UTC, date, datetime

import pytest

import pinelabs_sync.challans
from pinelabs_async import Money, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api.challans import Challan, Challans, NewChallan
from pinelabs_async.api.offers import ConvenienceFeeBreakdown
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "e-challans"
BODY = "create-challan.request.json"
ANSWER = "create-challan.response.json"
PATH = "/api/pay/v1/order/v1-1/challan"


def test_sample_body_comes_out_the_same():
    """The documented body read and written again is the same, and no field of it is unknown."""
    body = from_json(NewChallan, content(FOLDER, BODY))
    assert sample(FOLDER, BODY) == json.loads(to_json(body))
    assert (None, None) == (body.extra, body.convenience_fee_breakdown.extra)


@pytest.mark.parametrize("given", [b"{}", b'{"convenience_fee_breakdown": {}}'])
def test_no_fee_is_an_empty_object(given):
    """Without a fee, the gateway wants the empty object, so that it is never dropped."""
    assert (
        b'{"convenience_fee_breakdown":{}}' == to_json(NewChallan()) == to_json(from_json(NewChallan, given))
    )


@pytest.mark.parametrize("name", [ANSWER, "get-challan.response.json"])
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything."""
    challan = decode(Challan, content(FOLDER, name))
    assert () == challan.problems
    assert as_written(sample(FOLDER, name)) == json.loads(to_json(challan))


def test_values_of_the_sample():
    """The amount is bare paisa, the expiry a day, the making a moment."""
    challan = decode(Challan, content(FOLDER, ANSWER))
    assert (1001180, date(2025, 9, 19), datetime(2025, 9, 12, 5, 38, 48, 260000, UTC)) == (
        challan.amount_due,
        challan.expiry_date,
        challan.created_date,
    )


@pytest.mark.parametrize("expiry", ["", None])
def test_a_day_survives_the_tolerant_pass(expiry):
    """A misfit elsewhere costs no date, and an empty one is none."""
    fields = {**sample(FOLDER, ANSWER), "amount_due": "1001180"}
    assert date(2025, 9, 19) == decode(Challan, json.dumps(fields).encode()).expiry_date
    challan = decode(Challan, json.dumps({**fields, "expiry_date": expiry}).encode())
    assert (None, ["$.amount_due"]) == (challan.expiry_date, [problem.path for problem in challan.problems])


async def test_create(recorder):
    """An e-challan is made under the order's singular path."""
    recorder.answers(content(FOLDER, ANSWER))
    fee = ConvenienceFeeBreakdown(fee_amount=Money(1000))
    challan = await recorder.group(Challans).create("v1-1", NewChallan(convenience_fee_breakdown=fee))
    body = {"convenience_fee_breakdown": {"fee_amount": {"value": 1000, "currency": "INR"}}}
    assert ("POST", PATH, "", body) == call_of(recorder.last)
    assert "v1-cha-250912053848-aa-xrldQX" == challan.challan_id


async def test_get(recorder):
    """An e-challan is read by the order's id."""
    recorder.answers(content(FOLDER, ANSWER))
    challan = await recorder.group(Challans).get("v1-1")
    assert ("GET", PATH, "", None) == call_of(recorder.last)
    assert "v1-cha-250912053848-aa-xrldQX" == challan.challan_id


async def test_lost_answers_are_not_repeated(recorder):
    """Nothing tells whether it was carried out: it is sent once, and the error says so."""
    recorder.answers({}, status=503)
    with pytest.raises(OutcomeUnknownError):
        await recorder.group(Challans).create("v1-1", NewChallan())
    assert 1 == len(recorder.asked)


@pytest.mark.parametrize("order_id", ["", "..", "a/b", "a%2Fb", "a?b"])
async def test_ids_that_change_the_path_are_refused(recorder, order_id):
    """What is no id is refused before anything is sent."""
    group = recorder.group(Challans)
    for call in (group.create(order_id, NewChallan()), group.get(order_id)):
        with pytest.raises(ValueError, match="order_id"):
            await call
    assert [] == recorder.asked


def test_repr_shows_no_account():
    """The account to transfer to stays out of what people and log files see."""
    assert "PINEMFGEPXDRCSOKYO7SUQS8" not in repr(decode(Challan, content(FOLDER, ANSWER)))


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.challans.Challans)
    for name in ("create", "get"):
        assert twin[name].__wrapped__ is vars(Challans)[name]
