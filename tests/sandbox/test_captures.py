"""What a capture takes: never more than the payer let the merchant block, and the fee with all of it."""

import pytest

from tests.sandbox.told import events


def inr(value):
    return {"value": value, "currency": "INR"}


def brief(answer):
    return answer[0], answer[1].get("code")


FEE = {
    "fee_amount": inr(8_000),
    "tax_amount": inr(1_500),
    "additional_fee_amount": inr(500),
    "maximum_fee_amount": inr(1_500_000),
    "applicable_fee_amount": inr(10_000),
}
DISCOUNT = {"discount_type": "INSTANT", "amount": inr(99_900)}
OFFER = {"offer_details": {"id": "6", "tenure": {"tenure_id": "1", "discount": DISCOUNT}}}
CAPTURE = {"merchant_capture_reference": "cap-1"}


async def authorized_with_fee(api):
    order = await api.order(value=100_000, pre_auth=True)
    status, answer = await api.pay(order, payment_amount=inr(110_000), convenience_fee_breakdown=FEE)
    assert 200 == status, answer
    await api.box.payer.approve(answer["data"]["challenge_url"])
    return order


async def test_no_discount_makes_a_card_payment_less_than_its_order(api, box):
    """Offers are for EMI: what a merchant writes into `offer_data` of a card takes nothing off."""
    order = await api.order(value=100_000, pre_auth=True)

    answer = await api.pay(order, payment_amount=inr(100), offer_data=OFFER)

    assert (400, "INVALID_REQUEST") == brief(answer)
    assert ("CREATED", 0) == ((await api.get(order))["status"], box.ledger.count("payments.create"))


async def test_a_full_capture_takes_the_fee_as_well(api, box):
    """As a payment without pre_auth does; the fee is no part of what can go back."""
    order = await authorized_with_fee(api)

    _, answer = await api.put(order, "capture", CAPTURE)

    assert ("PROCESSED", inr(110_000)) == (
        answer["data"]["status"],
        answer["data"]["payments"][0]["capture_data"][0]["capture_amount"],
    )
    assert 110_000 == box.ledger.money_in
    assert (422, "AMOUNT_LIMIT_EXCEEDED") == brief(await api.refund(order, "ref-1", 100_001))
    assert 200 == (await api.refund(order, "ref-2", 100_000))[0]
    assert "FULLY_REFUNDED" == (await api.get(order))["status"]


@pytest.mark.parametrize(
    ("asked", "status", "money"), [(100_000, "PROCESSED", 110_000), (40_000, "PARTIALLY_CAPTURED", 40_000)]
)
async def test_a_part_of_the_order_is_taken_without_the_fee(api, box, asked, status, money):
    """The fee is for the whole order: it comes with all of it alone."""
    order = await authorized_with_fee(api)

    _, answer = await api.put(order, "capture", {**CAPTURE, "capture_amount": inr(asked)})

    assert (status, money) == (answer["data"]["status"], box.ledger.money_in)
    assert (422, "AMOUNT_LIMIT_EXCEEDED") == brief(await api.refund(order, "ref-1", asked + 1))
    assert 200 == (await api.refund(order, "ref-2", asked))[0]


async def test_a_fee_cannot_be_captured_as_a_part_of_the_order(api, box):
    """What can be asked for is the order's amount; the fee comes by itself."""
    order = await authorized_with_fee(api)

    answer = await api.put(order, "capture", {**CAPTURE, "capture_amount": inr(100_001)})

    assert (422, "OPERATION_NOT_ALLOWED") == brief(answer)
    assert 0 == box.ledger.money_in


async def test_a_fee_is_less_than_its_payment(api, box):
    """One entry cannot have a fee that another entry pays."""
    order = await api.order(value=100_000)
    card = {"payment_method": "CARD", "payment_option": {"card_details": {"card_number": "4012001037141112"}}}

    answer = await api.attempt(
        order,
        {**card, "payment_amount": inr(100_000)},
        {**card, "payment_amount": inr(10_000), "convenience_fee_breakdown": FEE},
    )

    assert (400, "INVALID_REQUEST") == brief(answer)
    assert 0 == box.ledger.count("payments.create")


async def test_a_cancelled_order_is_neither_captured_nor_paid(api, box):
    """The documented code says why."""
    order = await api.paid(pre_auth=True)
    await api.put(order, "cancel")

    answers = [
        await api.put(order, "cancel"),
        await api.put(order, "capture", CAPTURE),
        await api.pay(order, "pay-2"),
    ]

    assert [(422, "ORDER_CANCELLED")] * 3 == [brief(answer) for answer in answers]
    assert (0, 1) == (box.ledger.money_in, len(events(box, "ORDER_CANCELLED")))
