"""Convenience fees: the published sample, and that the parts add up."""

import json
from pathlib import Path

import pytest

from pinelabs_async import FeeCheck, from_json
from tests.sandbox.conftest import CARD
from tests.sandbox.told import session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "convenience-fee"
PATH = "/api/v1/fees"


def sample(name):
    return json.loads((EXAMPLES / name).read_text())


def brief(answer):
    return answer[0], answer[1].get("code")


async def fees(api, value, method="CARD"):
    body = {"amount": {"value": value, "currency": "INR"}, "payment_method": method}
    status, answer = await api.call("POST", PATH, body)
    assert 200 == status, answer
    return answer["data"]


async def test_the_published_fee_is_among_the_answers(api, box):
    """To the paisa, and other ways to pay come with it."""
    (expected,) = sample("calculate-convenience-fee.response.json")["data"]

    status, answer = await api.call("POST", PATH, sample("calculate-convenience-fee.request.json"))

    assert 200 == status
    assert [expected] == [entry for entry in answer["data"] if entry == expected]
    assert {"CARD", "UPI", "NETBANKING", "WALLET", "POINTS"} == {
        entry["payment_method"] for entry in answer["data"]
    }
    assert all("card_type" not in entry["payment_method_metadata"] for entry in answer["data"][5:])
    assert 0 == len(box.ledger)


@pytest.mark.parametrize("value", [100, 101, 9999, 10000, 12345678, 100_000_000])
@pytest.mark.parametrize("method", ["CARD", "UPI", "POINTS", "NETBANKING", "WALLET", "WALLETS"])
async def test_the_parts_of_every_fee_add_up(api, value, method):
    """Fee, tax and additional fee are what applies, up to the maximum; the amount and it are payable."""
    for entry in await fees(api, value, method):
        parts = {name: part["value"] for name, part in entry["convenience_fee_breakdown"].items()}
        whole_fee = parts["fee_amount"] + parts["tax_amount"] + parts["additional_fee_amount"]
        assert parts["applicable_fee_amount"] == min(whole_fee, parts["maximum_fee_amount"])
        assert value == entry["payable_amount"]["value"] - parts["applicable_fee_amount"]
        assert parts["tax_amount"] == (parts["fee_amount"] + parts["additional_fee_amount"]) * 18 // 100


async def test_a_fee_has_a_maximum(api):
    """Of the largest amount no more than it is asked."""
    dearest = (await fees(api, 100_000_000))[0]["convenience_fee_breakdown"]

    assert dearest["applicable_fee_amount"] == dearest["maximum_fee_amount"]


async def test_a_fee_is_paid_on_top(api, box):
    """The merchant gets it with the payment, and gives back no more than the order's amount."""
    order = await api.order(value=10000)
    fee = (await fees(api, 10000))[0]
    entry = {"payment_amount": fee["payable_amount"], "payment_option": CARD, "payment_method": "CARD"}
    breakdown = {"convenience_fee_breakdown": fee["convenience_fee_breakdown"]}
    _, answer = await api.attempt(order, {**entry, **breakdown})

    await box.payer.approve(answer["data"]["challenge_url"])

    paid = await api.get(order)
    assert (10666, 10000) == (box.ledger.money_in, paid["order_amount"]["value"])
    assert fee["convenience_fee_breakdown"] == paid["payments"][0]["convenience_fee_breakdown"]
    assert (422, "AMOUNT_LIMIT_EXCEEDED") == brief(await api.refund(order, "ref-1", 10001))
    assert 200 == (await api.refund(order, "ref-2", 10000))[0]
    assert "FULLY_REFUNDED" == (await api.get(order))["status"]


async def test_a_way_to_pay_may_cost_nothing(api, box):
    """A fee of nought is taken, too."""
    order = await api.order(value=10000)
    fee = next(entry for entry in await fees(api, 10000) if entry["payment_method"] == "UPI")
    assert 0 == fee["convenience_fee_breakdown"]["applicable_fee_amount"]["value"]

    status, _ = await api.pay(
        order,
        method="UPI",
        option={"upi_details": {"txn_mode": "INTENT"}},
        convenience_fee_breakdown=fee["convenience_fee_breakdown"],
    )

    assert 200 == status


@pytest.mark.parametrize(
    "change",
    [
        {"amount": None},
        {"amount": 100},
        {"amount": {"value": 99, "currency": "INR"}},
        {"payment_method": None},
        {"payment_method": "CASH"},
        {"payment_method": ["CARD"]},
        {"network_type": 4},
        {"network_type": "MAESTRO"},
    ],
)
async def test_a_wrong_question_is_an_invalid_request(api, change):
    """Amount, method and network are checked."""
    body = {**sample("calculate-convenience-fee.request.json"), **change}

    assert (400, "INVALID_REQUEST") == brief(await api.call("POST", PATH, body))


async def test_the_sdk_reads_the_answer(box):
    """Nothing is left over or misread."""
    check = from_json(FeeCheck, sample("calculate-convenience-fee.request.json"))
    async with session(box) as pinelabs:
        whole(await pinelabs.convenience_fees.calculate(check))
