"""What the merchant is told of orders, payments and refunds, when, and how the SDK reads the same objects."""

import json
from pathlib import Path

import pytest

from pinelabs_async import (
    Capture,
    CardDetails,
    CardOption,
    CardTender,
    Money,
    NewOrder,
    NewPayment,
    NewRefund,
    SplitDetail,
    SplitInfo,
    from_json,
)
from pinelabs_async.api.common import PurchaseDetails
from tests.sandbox.told import events, session, whole_data

WEBHOOKS = Path(__file__).parents[1] / "data" / "examples" / "webhooks"
CUSTOMER = {"purchase_details": {"customer": {"first_name": "Kevin"}, "merchant_metadata": {"key1": "DD"}}}
SHOWN = {"callback_url": "app/done", "failure_callback_url": "app/failed", "notes": "x"}


def sample(name):
    return json.loads((WEBHOOKS / name).read_text())


def kinds(box):
    return [kind for kind, _ in events(box)]


async def test_nothing_is_told_of_an_order_that_only_waits(api, box):
    """Making an order and a payment is no event."""
    await api.pending()

    assert [] == events(box)


@pytest.mark.parametrize(
    ("act", "name"),
    [
        ("approve", "order-authorized.json"),
        ("decline", "payment-failed.json"),
        ("abandon", "order-cancelled.json"),
    ],
)
async def test_an_answered_attempt_is_told_as_published(api, box, act, name):
    """Event, members of the order and of its payment are the published ones."""
    order = await api.pending(pre_auth=True, **CUSTOMER, **SHOWN)

    await getattr(box.payer, act)(order["challenge_url"])

    expected = sample(name)
    ((kind, data),) = events(box)
    assert (expected["event_type"], order["order_id"]) == (kind, data["order_id"])
    assert set(expected["data"]) == set(data)
    assert set(expected["data"]["payments"][0]) == set(data["payments"][0])
    now = await api.get(order)
    assert data == {name: value for name, value in now.items() if name != "payment_retries_remaining"}


async def test_the_last_failure_is_told_of_the_order_too(api, box):
    """Nine times of the payment alone, the tenth time of both."""
    order = await api.order()
    for attempt in range(10):
        _, answer = await api.pay(order, f"pay-{attempt}")
        await box.payer.decline(answer["data"]["challenge_url"])

    assert ["PAYMENT_FAILED"] * 10 + ["ORDER_FAILED"] == kinds(box)
    statuses = [data["status"] for _, data in events(box)]
    assert ["ATTEMPTED"] * 9 + ["FAILED"] * 2 == statuses


async def test_a_capture_and_a_cancel_are_told_once(api, box):
    """And a refused one is not."""
    first, second = await api.paid("a", pre_auth=True), await api.paid("b", pre_auth=True)
    for order, verb in ((first, "capture"), (second, "cancel")):
        for _ in range(2):
            await api.put(order, verb, {"merchant_capture_reference": "cap-1"})

    assert ["ORDER_AUTHORIZED"] * 2 + ["ORDER_PROCESSED", "ORDER_CANCELLED"] == kinds(box)


async def test_a_part_that_was_captured_is_told_as_published(api, box):
    """The status is the one of the published event."""
    order = await api.paid(pre_auth=True, **SHOWN)
    amount = {"value": 100000, "currency": "INR"}
    await api.put(order, "capture", {"merchant_capture_reference": "cap-1", "capture_amount": amount})

    expected = sample("order-processed--partial-capture.json")
    kind, data = events(box)[-1]
    assert (expected["event_type"], expected["data"]["status"]) == (kind, data["status"])
    assert set(expected["data"]) == set(data)
    assert set(expected["data"]["payments"][0]) == set(data["payments"][0])


async def test_a_refund_is_told_as_published(api, box):
    """The refund itself, with the notes of its order; a refused one is not told."""
    order = await api.paid(**CUSTOMER, **SHOWN)
    await api.refund(order, "ref-1", 1000, merchant_metadata={"key1": "DD"})
    await api.refund(order, "ref-2", 150000)

    expected = sample("refund-processed.json")
    assert ["ORDER_PROCESSED", "REFUND_PROCESSED"] == kinds(box)
    data = events(box)[-1][1]
    assert set(expected["data"]) == set(data)
    assert (order["order_id"], "x", False) == (data["parent_order_id"], data["notes"], data["pre_auth"])


async def test_the_sdk_reads_every_state_of_an_order(box):
    """From making to refund nothing is left over or misread, whichever way it is read."""
    parts = [SplitDetail(split_merchant_id="111370", amount=Money(1000), on_hold=True)]
    details = PurchaseDetails(split_info=SplitInfo(split_type="AMOUNT", split_details=parts))
    card = CardOption(card_details=CardDetails(card_number="4012001037141112", cvv="065"))

    async def authorized(pinelabs):
        new = NewOrder(order_amount=Money(150000), pre_auth=True, purchase_details=details, notes="x")
        order = whole_data(await pinelabs.orders.create(new))
        payment = NewPayment(payments=[CardTender(payment_amount=Money(150000), payment_option=card)])
        pending = whole_data(await pinelabs.payments.create(order.order_id, payment))
        await box.payer.approve(pending.challenge_url)
        return whole_data(await pinelabs.orders.get(order.order_id))

    async with session(box) as pinelabs:
        order, other = await authorized(pinelabs), await authorized(pinelabs)
        whole_data(await pinelabs.orders.cancel(other.order_id))
        capture = Capture(merchant_capture_reference="cap-1", capture_amount=Money(100000))
        taken = whole_data(await pinelabs.orders.capture(order.order_id, capture))
        assert "PARTIALLY_CAPTURED" == taken.status
        share = {
            "split_merchant_id": "111370",
            "amount": {"value": 500, "currency": "INR"},
            "parent_order_split_settlement_id": f"{order.order_id}-ss-a",
        }
        body = {
            "merchant_order_reference": "ref-1",
            "order_amount": {"value": 500, "currency": "INR"},
            "split_info": {"split_type": "AMOUNT", "split_details": [share]},
        }
        whole_data(await pinelabs.refunds.create(order.order_id, from_json(NewRefund, body)))
        found = whole_data(await pinelabs.orders.get_by_reference(order.merchant_order_reference))
    assert ("PARTIALLY_REFUNDED", 500) == (found.status, box.ledger.money_out)
