"""Once all days have passed, what was settled and what it cost is what came in less what went out."""

from decimal import Decimal

import pytest

from tests.sandbox.settlement_calls import detail, listed, money, settled, tomorrow
from tests.sandbox.test_challans import made
from tests.sandbox.told import later

FEE = {"convenience_fee_breakdown": {"applicable_fee_amount": money(1_180)}}


@pytest.fixture(autouse=True)
async def at_noon(box, api):
    """Start each test at noon, so that no midnight falls into it."""
    await tomorrow(api)


async def by_card(api, reference):
    return await api.paid(reference, 150_001)


async def by_upi(api, reference):
    order = await api.order(reference, 77_777)
    option = {"upi_details": {"txn_mode": "INTENT"}}
    _, answer = await api.pay(order, f"pay-{reference}", "UPI", option)
    await api.box.payer.approve(answer["data"]["challenge_url"])
    return order


async def by_capture(api, reference):
    order = await api.paid(reference, 99_999, pre_auth=True)
    body = {"merchant_capture_reference": "cap-1", "capture_amount": money(50_001)}
    assert 200 == (await api.put(order, "capture", body))[0]
    return order


async def by_transfer(api, reference):
    order = await api.order(reference, 1_000_000)
    await made(api, order, FEE)
    await api.box.payer.transfer(order["order_id"])
    return order


WAYS = {"card": by_card, "upi": by_upi, "capture": by_capture, "transfer": by_transfer}


@pytest.mark.parametrize("cleared", [False, True], ids=["", "ledger cleared"])
async def test_all_money_is_settled(api, box, cleared):
    """Cards, UPI, captures and bank transfers, each refunded in part at once, days later, fully, and not at all."""
    for name, pay in WAYS.items():
        for when in ("never", "at once", "later"):
            order = await pay(api, f"{name}-{when}".replace(" ", "-"))
            if when == "at once":
                assert 200 == (await api.refund(order, f"{name}-1", 10_007))[0]
            if when == "later":
                await tomorrow(api, days=2)
                whole = (await api.get(order))["order_amount"]["value"]
                assert 200 == (await api.refund(order, f"{name}-2", min(50_001, whole)))[0]
    waiting = await by_transfer(api, "waiting")
    assert 200 == (await api.refund(waiting, "ref-late", 777_711))[0]
    await later(api, minutes=11)
    await api.paid("last", 10_000_000)
    in_and_out = box.ledger.money_in - box.ledger.money_out
    if cleared:
        box.ledger.clear()
    await tomorrow(api, days=3)

    details = [await detail(api, one["utr_number"]) for one in (await listed(api))["data"]]

    fees = sum(one["total_mdr_amount"] + one["total_gst_amount"] for one in details)
    net = sum(one["total_settled_amount"] for one in details)
    assert Decimal(in_and_out) / 100 == net + fees


async def test_a_transfer_is_settled_on_the_day_after_it(api):
    """With its fee, as a payment of its own method; a refund of a later day comes with that day's settlement."""
    order = await by_transfer(api, "ord-1")
    await tomorrow(api)

    one = await settled(api)

    # 10011.80 - 200.24 - 36.04
    assert (1, Decimal("10011.8"), Decimal("9775.52")) == (
        one["total_transaction_count"],
        one["actual_transaction_amount"],
        one["total_settled_amount"],
    )
    (told,) = one["transactions"]
    assert ["BANK_TRANSFER"] == one["programs"] == [told["program"]]
    assert told["transaction_id"].startswith(order["order_id"])

    await api.refund(order, "ref-1", 1_000_000)
    await api.paid("ord-2", 2_000_000)
    await tomorrow(api)
    newest, oldest = (await listed(api))["data"]
    assert one == await detail(api, oldest["utr_number"])
    assert 10_000 == (await detail(api, newest["utr_number"]))["total_refund"]
