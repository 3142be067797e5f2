"""Who gives what of a refund: no partner more than their part, no instrument more than it paid of the order."""

import pytest

from tests.sandbox.settlement_calls import money
from tests.sandbox.test_splits import brief, part, parts_of, split
from tests.sandbox.told import later

FEE = 10_000
WITH_FEE = {
    "convenience_fee_breakdown": {
        "fee_amount": money(8_000),
        "tax_amount": money(1_500),
        "additional_fee_amount": money(500),
        "maximum_fee_amount": money(1_500_000),
        "applicable_fee_amount": money(FEE),
    }
}


async def shared(api, value=60_000):
    """Make a paid order of 100000 with one partner; return it, and what takes paisa back from their part."""
    order = await api.paid(value=100_000, purchase_details=split(part("1", value)))
    (held,) = parts_of(order)

    def taken(paisa, **more):
        return part("1", paisa, parent_order_split_settlement_id=held["split_settlement_id"], **more)

    return order, taken


async def test_refunds_together_recover_no_more_than_a_part(api, box):
    """What an earlier refund took from a partner is gone; what is left can still be taken."""
    order, taken = await shared(api)

    answers = [
        await api.refund(order, f"ref-{number}", value, **split(taken(value)))
        for number, value in enumerate((50_000, 50_000, 10_001, 10_000))
    ]

    assert [200, 400, 400, 200] == [status for status, _ in answers]
    assert 60_000 == box.ledger.money_out


async def test_one_refund_recovers_no_more_than_a_part(api):
    """Two entries of one part count together."""
    order, taken = await shared(api)

    both = await api.refund(order, "ref-1", 100_000, **split(taken(50_000), taken(10_001)))

    assert (400, "INVALID_REQUEST") == brief(both)
    assert 200 == (await api.refund(order, "ref-2", 100_000, **split(taken(50_000), taken(10_000))))[0]


async def test_what_was_not_recovered_can_be(api):
    """A refund that waits has its share; one that failed has none, nor has one that said DO_NOT_RECOVER."""
    order = await api.paid(value=3_000_000, purchase_details=split(part("1", 1_000_000)))
    (held,) = parts_of(order)

    async def refund(reference, value, **more):
        taken = part("1", value, parent_order_split_settlement_id=held["split_settlement_id"], **more)
        return (await api.refund(order, reference, value, **split(taken)))[0]

    spared = await refund("ref-1", 1_000_000, status="DO_NOT_RECOVER")
    failing = await refund("ref-2", 777_712)
    meanwhile = await refund("ref-3", 1_000_000)
    await later(api, minutes=11)

    assert (200, 200, 400, 200) == (spared, failing, meanwhile, await refund("ref-4", 1_000_000))


async def test_a_fee_is_not_given_back(api, box):
    """Of a card that paid 70000 and a fee of 10000, and points that paid 30000, each gets what it paid of the order."""
    order = await api.order(value=100_000)
    card = {
        "merchant_payment_reference": "pay-1",
        "payment_method": "CARD",
        "payment_amount": money(70_000 + FEE),
        "payment_option": {"card_details": {"card_number": "4012001037141112"}},
        **WITH_FEE,
    }
    points = {
        "merchant_payment_reference": "pay-2",
        "payment_method": "POINTS",
        "payment_amount": money(30_000),
        "payment_option": {
            "points_card_details": {
                "card_number": "4111111111111112",
                "card_last4": "1112",
                "registered_mobile_number": "9876543210",
            }
        },
    }
    status, answer = await api.attempt(order, card, points)
    assert 200 == status, answer
    await box.payer.approve(answer["data"]["challenge_url"])

    _, refund = await api.refund(order, "ref-1", 100_000)

    assert [("CARD", 70_000), ("POINTS", 30_000)] == [
        (payment["payment_method"], payment["payment_amount"]["value"])
        for payment in refund["data"]["payments"]
    ]


@pytest.mark.parametrize("captured", [100_000, 50_000])
async def test_of_a_captured_order_the_fee_stays(api, captured):
    """Whatever was captured, no instrument gives back more than it paid of the order."""
    order = await api.order(value=100_000, pre_auth=True)
    with_fee = {**order, "order_amount": money(100_000 + FEE)}
    status, answer = await api.pay(with_fee, **WITH_FEE)
    assert 200 == status, answer
    await api.box.payer.approve(answer["data"]["challenge_url"])
    body = {"merchant_capture_reference": "cap-1"}
    if captured < 100_000:
        body["capture_amount"] = money(captured)
    status, answer = await api.put(order, "capture", body)
    assert 200 == status, answer

    _, refund = await api.refund(order, "ref-1", captured)

    assert [captured] == [payment["payment_amount"]["value"] for payment in refund["data"]["payments"]]


async def test_a_cancelled_order_gives_nothing_back(api):
    """It changes no further, and the answer says so."""
    order = await api.paid(pre_auth=True)
    assert 200 == (await api.put(order, "cancel"))[0]

    assert (422, "ORDER_CANCELLED") == brief(await api.refund(order, "ref-1", 100))
