"""Convenience fees: the documented body and answer, and the call."""

import json

import pinelabs_sync.convenience_fees
from pinelabs_async import Money, PaymentMethod, from_json, to_json
from pinelabs_async.api.convenience_fees import CalculatedFees, ConvenienceFees, FeeCheck, FeeType
from pinelabs_async.wire.codec import decode
from tests.api.samples import call_of, content, sample

FOLDER = "convenience-fee"
BODY = "calculate-convenience-fee.request.json"
ANSWER = "calculate-convenience-fee.response.json"


def test_sample_body_comes_out_the_same():
    """The documented body read and written again is the same, and no field of it is unknown."""
    check = from_json(FeeCheck, content(FOLDER, BODY))
    assert sample(FOLDER, BODY) == json.loads(to_json(check))
    assert check.extra is None


def test_sample_answer_is_read_whole():
    """The documented answer is read without problems and without losing anything."""
    fees = decode(CalculatedFees, content(FOLDER, ANSWER))
    assert () == fees.problems
    assert sample(FOLDER, ANSWER) == json.loads(to_json(fees))


async def test_calculate(recorder):
    """The amount goes to the documented place, and one fee for each way to pay comes back."""
    recorder.answers(content(FOLDER, ANSWER))
    check = FeeCheck(amount=Money(10000), payment_method=PaymentMethod.CARD, network_type="VISA")
    (fee,) = (await recorder.group(ConvenienceFees).calculate(check)).data
    assert ("POST", "/api/v1/fees", "", sample(FOLDER, BODY)) == call_of(recorder.last)
    assert (PaymentMethod.CARD, FeeType.PERCENTAGE, Money(10666)) == (
        fee.payment_method,
        fee.fee_type,
        fee.payable_amount,
    )
    assert "Idempotency-Key" not in recorder.last.headers


async def test_unknown_ways_to_reckon_stay_themselves(recorder):
    """Fixed and mixed fees exist, though nobody says how they are called."""
    recorder.answers({"data": [{"payment_method": "BANK_TRANSFER", "fee_type": "FLAT"}]})
    check = FeeCheck(amount=Money(100), payment_method="BANK_TRANSFER")
    (fee,) = (await recorder.group(ConvenienceFees).calculate(check)).data
    assert ("FLAT", False, "BANK_TRANSFER") == (fee.fee_type, fee.fee_type.is_documented, fee.payment_method)


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.convenience_fees.ConvenienceFees)
    assert twin["calculate"].__wrapped__ is vars(ConvenienceFees)["calculate"]
