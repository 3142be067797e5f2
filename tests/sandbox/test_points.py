"""Points: what they are worth for an order, what is left when they were spent, and the look-up of a UPI address."""

import json
from pathlib import Path

import pytest

from pinelabs_async import from_json
from pinelabs_async.api.points import PointsCheck
from tests.sandbox.told import session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "pay-by-points"
PATH = "/payment-option"
SAMPLE = json.loads((EXAMPLES / "check-point-balance.request.json").read_text())
VPA = json.loads((EXAMPLES / "get-payment-option-upi-vpa.request.json").read_text())
CARD = SAMPLE["payment_option"]["points_card_details"]


def inr(value):
    return {"value": value, "currency": "INR"}


def body(value=5000, **card):
    return {
        "payment_option": {"points_card_details": {**CARD, **card}},
        "order_details": {"order_amount": inr(value)},
    }


async def ask(api, value=5000, **card):
    status, answer = await api.call("POST", PATH, body(value, **card))
    assert 200 == status, answer
    return answer


@pytest.mark.parametrize("method", [{}, {"payment_method": "POINTS"}])
async def test_the_documented_card_has_the_documented_points(api, box, method):
    """The published request is answered with the published balance; asking changes nothing."""
    expected = json.loads((EXAMPLES / "check-point-balance.response.json").read_text())

    assert (200, expected) == await api.call("POST", PATH, SAMPLE | method)
    assert 0 == len(box.ledger)


@pytest.mark.parametrize(
    ("value", "points"),
    [(100, 2), (107, 2), (108, 3), (150000, 4200), (33882900, 948721), (100000000, 948722)],
)
async def test_points_pay_a_part_of_the_order(api, value, points):
    """Up to 70 percent, in whole points of 25 paisa, and never more than the card has."""
    answer = await ask(api, value)

    assert (points, inr(points * 25), True) == (
        answer["redeemable_points"],
        answer["redeemable_amount"],
        answer["is_eligible"],
    )


async def test_points_are_spent_and_given_back(api, box):
    """A payment with card and points lowers the balance once it is approved, a refund raises it again."""
    before = (await ask(api, 150000))["balance"]["value"]
    order = await api.order()
    card = {
        "payment_method": "CARD",
        "payment_amount": inr(45000),
        "payment_option": {"card_details": {"card_number": "4012001037141112"}},
    }
    points = {
        "payment_method": "POINTS",
        "payment_amount": inr(105000),
        "payment_option": SAMPLE["payment_option"],
    }

    status, started = await api.attempt(order, card, points)
    assert 200 == status, started
    pending = await ask(api, 150000)
    await box.payer.approve(started["data"]["challenge_url"])
    spent = await ask(api, 150000)
    await api.refund(order, "ref-1", 150000)
    back = await ask(api, 150000)

    balances = [answer["balance"]["value"] for answer in (pending, spent, back)]
    assert [before, before - 105000, before] == balances


async def test_a_card_without_points_is_not_eligible(api):
    """The sandbox's own card has none: everything is zero."""
    expected = {"balance": inr(0), "redeemable_amount": inr(0), "redeemable_points": 0, "is_eligible": False}

    assert expected == await ask(api, card_number="4111111111110001", card_last4="0001")


@pytest.mark.parametrize(
    "card",
    [{"card_last4": "9999"}, {"card_number": "4111111111110002", "card_last4": "0002"}, {"card_last4": "2"}],
)
async def test_a_card_that_takes_no_part_is_refused(api, card):
    """The documented 422: the card is not eligible, or its last digits are another's."""
    status, answer = await api.call("POST", PATH, body(**card))

    assert (422, "INVALID_INSTRUMENT") == (status, answer["code"])


@pytest.mark.parametrize(
    "change",
    [
        {"payment_option": None},
        {"payment_option": {}},
        {"payment_option": {"points_card_details": {**CARD, "card_number": "41"}}},
        {"payment_option": {"points_card_details": {**CARD, "card_number": 4111111111111112}}},
        {"payment_option": {"points_card_details": {**CARD, "card_last4": None}}},
        {"payment_option": {"points_card_details": {**CARD, "registered_mobile_number": "12"}}},
        {"payment_option": {"points_card_details": {**CARD, "registered_mobile_number": None}}},
        {"order_details": None},
        {"order_details": {}},
        {"order_details": {"order_amount": inr(99)}},
        {"order_details": {"order_amount": inr(100000001)}},
        {"payment_method": "CARD"},
        {"payment_method": 1},
        {"payment_method": "UPI"},
        {**VPA, "payment_option": {"upi_details": {}}},
        {**VPA, "payment_option": {"upi_details": {"payer": {"fetch_vpa": True}}}},
        {**VPA, "payment_option": {"upi_details": {"payer": {"phone_number": "9876543210"}}}},
        {
            **VPA,
            "payment_option": {"upi_details": {"payer": {"phone_number": "9876543210", "fetch_vpa": "true"}}},
        },
    ],
)
async def test_a_wrong_question_is_an_invalid_request(api, change):
    """Members that are missing, mistyped or out of range are refused with 400."""
    status, answer = await api.call("POST", PATH, SAMPLE | change)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])


@pytest.mark.parametrize("fetch", [True, False])
async def test_a_upi_address_is_found(api, fetch):
    """The published request finds an address that can be paid with; without the wish, none."""
    payer = {**VPA["payment_option"]["upi_details"]["payer"], "fetch_vpa": fetch}

    status, answer = await api.call(
        "POST", PATH, {**VPA, "payment_option": {"upi_details": {"payer": payer}}}
    )

    found = {"vpa": "success@sandbox"} if fetch else {}
    expected = {"payment_method": "UPI", "payment_option_metadata": {"upi_payment_option_data": found}}
    assert (200, expected) == (status, answer)


async def test_the_sdk_reads_both_answers_whole(box):
    """Points and address leave nothing unread."""
    async with session(box) as pinelabs:
        points = whole(await pinelabs.points.balance(from_json(PointsCheck, SAMPLE)))
        address = whole(await pinelabs.points.balance(from_json(PointsCheck, VPA)))

    assert (140, 3500) == (points.redeemable_points, points.redeemable_amount.value)
    assert "UPI" == address.payment_method


async def pay_with_points(api, value, reference="ord-1", **card):
    order = await api.order(reference, value)
    details = {"points_card_details": {**CARD, **card}}
    return await api.pay(order, f"pay-{reference}", "POINTS", details)


async def end_of(api, value, reference="ord-1", **card):
    """Let the payer agree to pay with points; return how order and payment end."""
    status, answer = await pay_with_points(api, value, reference, **card)
    assert 200 == status, answer
    await api.box.payer.approve(answer["data"]["challenge_url"])
    order = await api.get(answer["data"])
    return order["status"], order["payments"][0].get("error_detail", {}).get("code")


async def test_a_card_without_points_does_not_pay(api, box):
    """The bank declines it once the payer has agreed."""
    ended = await end_of(api, 150000, card_number="4111111111110001", card_last4="0001")

    assert ("ATTEMPTED", "INSUFFICIENT_FUNDS") == ended
    assert 0 == box.ledger.money_in


async def test_points_pay_no_more_than_they_are_worth(api, box):
    """All of them can be spent, once, and a refund makes them good again."""
    worth = (await ask(api))["balance"]["value"]

    too_much = await end_of(api, worth + 1)
    all_of_it = await end_of(api, worth, "ord-2")
    nothing_left = await end_of(api, 100, "ord-3")
    _, spent = await api.call("GET", "/api/pay/v1/orders/reference/ord-2")
    await api.refund(spent["data"], "ref-1", 100)
    again = await end_of(api, 100, "ord-4")

    declined, paid = ("ATTEMPTED", "INSUFFICIENT_FUNDS"), ("PROCESSED", None)
    assert [declined, paid, declined, paid] == [too_much, all_of_it, nothing_left, again]
    assert worth + 100 == box.ledger.money_in


async def test_a_card_that_takes_no_part_cannot_pay(api, box):
    """It is refused as its balance is."""
    status, answer = await pay_with_points(api, 150000, card_number="4111111111110002", card_last4="0002")

    assert (422, "INVALID_INSTRUMENT") == (status, answer["code"])
    assert 0 == box.ledger.count("payments.create")
