"""Buy now, pay later: the documented body and answer, and the call."""

import json
from datetime import date

import pinelabs_sync.bnpl
from pinelabs_async import from_json, to_json
from pinelabs_async.api.bnpl import Bnpl, BnplCheck, BnplEligibility
from pinelabs_async.wire.codec import decode
from tests.api.samples import call_of, content, sample

FOLDER = "bnpl"
BODY = "check-bnpl-eligibility.request.json"
ANSWER = "check-bnpl-eligibility.response.json"


def test_sample_body_comes_out_the_same():
    """The documented body read and written again is the same, and no field of it is unknown."""
    check = from_json(BnplCheck, content(FOLDER, BODY))
    assert sample(FOLDER, BODY) == json.loads(to_json(check))
    assert (None, None) == (check.extra, check.device_info.extra)


def test_sample_answer_is_read_whole():
    """The documented answer is read without problems and without losing anything."""
    eligibility = decode(BnplEligibility, content(FOLDER, ANSWER))
    assert () == eligibility.problems
    assert sample(FOLDER, ANSWER) == json.loads(to_json(eligibility))
    assert date(2025, 6, 30) == eligibility.metadata.installments[0].due_date


async def test_check_eligibility(recorder):
    """The question goes to the documented place."""
    recorder.answers(content(FOLDER, ANSWER))
    check = from_json(BnplCheck, content(FOLDER, BODY))
    assert (await recorder.group(Bnpl).check_eligibility(check)).txn_eligibility is True
    assert ("POST", "/api/payment-option/eligibility/bnpl", "", sample(FOLDER, BODY)) == call_of(
        recorder.last
    )


def test_repr_shows_nothing_of_the_payer():
    """Number, address and e-mail stay out of what people and log files see."""
    check = from_json(BnplCheck, {**sample(FOLDER, BODY), "email": "kevin@example.com"})
    shown = repr(check)
    assert [] == [text for text in ("9876543210", "kevin@example.com", "10.10.10.10") if text in shown]


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.bnpl.Bnpl)
    assert twin["check_eligibility"].__wrapped__ is vars(Bnpl)["check_eligibility"]
