"""Buy now, pay later: who may, how much, and in which parts."""

import calendar
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from pinelabs_async import from_json
from pinelabs_async.api.bnpl import BnplCheck
from tests.sandbox.told import session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "bnpl"
PATH = "/api/payment-option/eligibility/bnpl"
SAMPLE = json.loads((EXAMPLES / "check-bnpl-eligibility.request.json").read_text())


def inr(value):
    return {"value": value, "currency": "INR"}


async def ask(api, **changes):
    status, answer = await api.call("POST", PATH, SAMPLE | changes)
    assert 200 == status, answer
    return answer


async def test_the_documented_request_is_answered(api, box):
    """Lazypay has a limit and no instalments; asking changes nothing."""
    answer = await ask(api)

    assert {"txn_eligibility": True, "metadata": {"credit_limit_available_in_paise": "1000000"}} == answer
    assert 0 == len(box.ledger)


async def test_three_parts_are_the_documented_ones(api, box):
    """The published instalments of 34 rupees: the odd paisa first, today, in 21 days, and a month later."""
    expected = json.loads((EXAMPLES / "check-bnpl-eligibility.response.json").read_text())

    answer = await ask(api, pay_code="SIMPL3")

    assert (set(expected), set(expected["metadata"])) == (set(answer), set(answer["metadata"]))
    parts = answer["metadata"]["installments"]
    assert [set(part) for part in expected["metadata"]["installments"]] == [set(part) for part in parts]
    assert [(1, 1134), (2, 1133), (3, 1133)] == [
        (part["serial_no"], part["amount_in_paise"]) for part in parts
    ]
    first, second, third = (date.fromisoformat(part["due_date"]) for part in parts)
    assert (box.clock.now().date(), timedelta(days=21)) == (first, second - first)
    assert 28 <= (third - second).days <= 31


@pytest.mark.parametrize("day", [1, 28, 29, 30, 31])
async def test_the_third_part_is_a_month_after_the_second(api, box, day):
    """On the same day of the month, or on the last one of a shorter month."""
    today = box.clock.now().date()
    box.clock.advance(days=next(days for days in range(62) if day == (today + timedelta(days=days + 21)).day))
    await api.login()

    parts = (await ask(api, pay_code="SIMPL3"))["metadata"]["installments"]

    second, third = (date.fromisoformat(part["due_date"]) for part in parts[1:])
    assert (day, second.year * 12 + second.month + 1) == (second.day, third.year * 12 + third.month)
    shorter = calendar.monthrange(third.year, third.month)[1]
    assert min(day, shorter) == third.day


@pytest.mark.parametrize("value", [100, 101, 102, 999999, 1000000])
async def test_the_parts_add_up(api, value):
    """Together they are the amount, and differ by a paisa at most."""
    parts = (await ask(api, pay_code="SIMPL3", amount=inr(value)))["metadata"]["installments"]

    amounts = [part["amount_in_paise"] for part in parts]
    assert (value, sorted(amounts, reverse=True)) == (sum(amounts), amounts)
    assert max(amounts) - min(amounts) <= 1


async def test_beyond_the_limit_nobody_may(api):
    """One paisa above the limit is refused in the answer, without instalments."""
    expected = {"txn_eligibility": False, "metadata": {"credit_limit_available_in_paise": "1000000"}}

    assert expected == await ask(api, pay_code="SIMPL3", amount=inr(1000001))


async def test_some_payers_have_no_credit(api):
    """The sandbox's own mobile number has a limit of 0."""
    expected = {"txn_eligibility": False, "metadata": {"credit_limit_available_in_paise": "0"}}

    assert expected == await ask(api, mobile="9000000000")


@pytest.mark.parametrize(
    "change",
    [
        {"mobile": None},
        {"mobile": "987654321"},
        {"mobile": "+919876543210"},
        {"mobile": 9876543210},
        {"pay_code": None},
        {"pay_code": "PAYLATER"},
        {"pay_code": ["LAZYPAY"]},
        {"amount": None},
        {"amount": inr(99)},
        {"amount": inr(100000001)},
        {"amount": inr("3400")},
        {"device_info": "x"},
        {"device_info": {"device_model": 1}},
        {"device_info": {"operating_system": "BEOS"}},
        {"pay_code": "SIMPL", "device_info": None},
        {"pay_code": "SIMPL3", "device_info": None},
        {"email": "a b@example.com"},
        {"email": "x" * 51},
        {"email": 5},
    ],
)
async def test_a_wrong_question_is_an_invalid_request(api, change):
    """Members that are missing, mistyped or out of range are refused with 400."""
    status, answer = await api.call("POST", PATH, SAMPLE | change)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])


async def test_the_sdk_reads_eligibility_whole(box):
    """Both answers leave nothing unread."""
    async with session(box) as pinelabs:
        yes = whole(
            await pinelabs.bnpl.check_eligibility(from_json(BnplCheck, SAMPLE | {"pay_code": "SIMPL3"}))
        )
        no = whole(
            await pinelabs.bnpl.check_eligibility(from_json(BnplCheck, SAMPLE | {"mobile": "9000000000"}))
        )

    assert (True, 3, False) == (yes.txn_eligibility, len(yes.metadata.installments), no.txn_eligibility)
