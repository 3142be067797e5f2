"""Refunds, one or several, never more than was paid."""

import asyncio

import pytest

from pinelabs_async.sandbox import Sandbox


def brief(answer):
    return answer[0], answer[1].get("code")


async def test_a_refund_is_an_order_of_its_own(api, box):
    """It has the documented members, its own id, and names parent order and payment."""
    customer = {"first_name": "Kevin", "country_code": "91"}
    order = await api.paid(purchase_details={"customer": customer})

    status, answer = await api.refund(order, "ref-1", 40000, merchant_metadata={"key1": "DD"})

    refund = answer["data"]
    assert 200 == status
    assert order["order_id"] == refund["parent_order_id"] != refund["order_id"]
    assert ("REFUND", "PROCESSED", "ref-1") == (
        refund["type"],
        refund["status"],
        refund["merchant_order_reference"],
    )
    assert {"value": 40000, "currency": "INR"} == refund["order_amount"]
    assert {"key1": "DD"} == refund["purchase_details"]["merchant_metadata"]
    assert "Kevin" == refund["purchase_details"]["customer"]["first_name"]
    assert order["payments"][0]["id"] == refund["payments"][0]["parent_payment_id"]
    assert refund == await api.get(refund)
    assert (200, {"data": refund}) == await api.call("GET", "/api/pay/v1/orders/reference/ref-1")
    assert (150000, 40000) == (box.ledger.money_in, box.ledger.money_out)


async def test_refunds_show_on_the_order_until_all_is_given_back(api, box):
    """Parts make it PARTIALLY_REFUNDED, the last paisa FULLY_REFUNDED, and then no more."""
    order = await api.paid()
    assert "refunds" not in order

    await api.refund(order, "ref-1", 100000)
    assert "PARTIALLY_REFUNDED" == (await api.get(order))["status"]
    assert (422, "AMOUNT_LIMIT_EXCEEDED") == brief(await api.refund(order, "ref-2", 50001))
    await api.refund(order, "ref-3", 50000)

    done = await api.get(order)
    assert "FULLY_REFUNDED" == done["status"]
    assert [("ref-1", 100000), ("ref-3", 50000)] == [
        (refund["merchant_order_reference"], refund["order_amount"]["value"]) for refund in done["refunds"]
    ]
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.refund(order, "ref-4", 100))
    assert box.ledger.money_in == box.ledger.money_out == 150000


async def test_a_partly_captured_order_gives_back_what_was_captured(api):
    """The limit is the captured amount, not the authorised one."""
    order = await api.paid(pre_auth=True)
    body = {
        "merchant_capture_reference": "cap-1",
        "capture_amount": {"value": 60000, "currency": "INR"},
    }
    await api.put(order, "capture", body)

    assert (422, "AMOUNT_LIMIT_EXCEEDED") == brief(await api.refund(order, "ref-1", 60001))
    assert 200 == (await api.refund(order, "ref-2", 60000))[0]
    assert "FULLY_REFUNDED" == (await api.get(order))["status"]


async def test_only_paid_charges_are_refunded(api):
    """New, pending and authorised orders, refunds and unknown orders are refused."""
    new, pending = await api.order("new"), await api.pending("pending")
    blocked = await api.paid("blocked", pre_auth=True)
    refund = (await api.refund(await api.paid("paid"), "ref-1", 1000))[1]["data"]

    for order in (new, pending, blocked, refund):
        assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.refund(order, "ref-x", 1000))
    assert (404, "ORDER_NOT_FOUND") == brief(await api.refund({"order_id": "x"}, "ref-x", 1000))


@pytest.mark.parametrize(
    "change",
    [
        {"merchant_order_reference": None},
        {"merchant_order_reference": "a b"},
        {"order_amount": None},
        {"order_amount": {"value": 99, "currency": "INR"}},
        {"order_amount": {"value": 10.5, "currency": "INR"}},
        {"merchant_metadata": "text"},
    ],
)
async def test_a_wrong_refund_is_an_invalid_request(api, box, change):
    """Reference and amount are needed, and nothing is given back without them."""
    order = await api.paid()

    assert (400, "INVALID_REQUEST") == brief(await api.refund(order, "ref-1", 1000, **change))
    assert 0 == box.ledger.money_out


async def test_a_repeated_refund_reference_is_refused(api, box):
    """The second refund with a reference is a duplicate; a charge may have the same reference."""
    order = await api.paid()
    assert 200 == (await api.refund(order, "ord-1", 1000))[0]

    assert (422, "DUPLICATE_REQUEST") == brief(await api.refund(order, "ord-1", 1000))
    assert 1000 == box.ledger.money_out
    _, found = await api.call("GET", "/api/pay/v1/orders/reference/ord-1")
    assert "CHARGE" == found["data"]["type"]


async def test_a_repeated_refund_reference_may_return_the_refund(open_api):
    """The other documented behaviour answers the existing refund, also once all is given back."""
    async with Sandbox(duplicate_references="return") as box:
        api = await open_api(box)
        order = await api.paid()
        first = await api.refund(order, "ref-1", 150000)

        assert first == await api.refund(order, "ref-1", 150000)
        assert 150000 == box.ledger.money_out


async def test_concurrent_refunds_never_exceed_the_payment(api, box):
    """Of twenty refunds at once only those that fit are carried out."""
    order = await api.paid(value=1000)

    answers = await asyncio.gather(*(api.refund(order, f"ref-{number}", 300) for number in range(20)))

    assert 3 == sum(status == 200 for status, _ in answers)
    assert 900 == box.ledger.money_out
