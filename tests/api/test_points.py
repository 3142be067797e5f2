"""Points: documented bodies and the answer, and the call."""

import json

import pytest

import pinelabs_sync.points
from pinelabs_async import Money, PaymentMethod, from_json, to_json
from pinelabs_async.api.points import Points, PointsBalance, PointsCheck
from pinelabs_async.wire.codec import decode
from tests.api.samples import call_of, content, sample

FOLDER = "pay-by-points"
BODIES = ("check-point-balance.request.json", "get-payment-option-upi-vpa.request.json")
ANSWER = "check-point-balance.response.json"


@pytest.mark.parametrize("name", BODIES)
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same, and no field of it is unknown."""
    check = from_json(PointsCheck, content(FOLDER, name))
    assert sample(FOLDER, name) == json.loads(to_json(check))
    assert (None, None) == (check.extra, check.payment_option.extra)


def test_sample_answer_is_read_whole():
    """The documented answer is read without problems and without losing anything."""
    balance = decode(PointsBalance, content(FOLDER, ANSWER))
    assert () == balance.problems
    assert sample(FOLDER, ANSWER) == json.loads(to_json(balance))


@pytest.mark.parametrize("name", BODIES)
async def test_balance(recorder, name):
    """Points and UPI addresses are asked for at the same place, which has no /api before it."""
    recorder.answers(content(FOLDER, ANSWER))
    balance = await recorder.group(Points).balance(from_json(PointsCheck, content(FOLDER, name)))
    assert ("POST", "/payment-option", "", sample(FOLDER, name)) == call_of(recorder.last)
    assert (Money(23718050), Money(3500), 140) == (
        balance.balance,
        balance.redeemable_amount,
        balance.redeemable_points,
    )


async def test_upi_address(recorder):
    """What is known of an address comes as it is, and is not shown."""
    found = {"upi_payment_option_data": {"vpa": "kevin@bank"}}
    recorder.answers({"payment_method": "UPI", "payment_option_metadata": found})
    answer = await recorder.group(Points).balance(from_json(PointsCheck, content(FOLDER, BODIES[1])))
    assert (PaymentMethod.UPI, found) == (answer.payment_method, answer.payment_option_metadata)
    assert "kevin" not in repr(answer)


@pytest.mark.parametrize("name", BODIES)
def test_repr_shows_nothing_of_the_payer(name):
    """Card and telephone number stay out of what people and log files see."""
    shown = repr(from_json(PointsCheck, content(FOLDER, name)))
    assert [] == [text for text in ("4111111111111112", "1112", "9876543210") if text in shown]


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.points.Points)
    assert twin["balance"].__wrapped__ is vars(Points)["balance"]
