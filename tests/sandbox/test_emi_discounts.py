"""What an EMI takes off an order at once: what a lender offers for it, and nothing else."""

import pytest

ROOT = "/api/affordability/v1"
HDFC_CARD = {"card_details": {"card_number": "4012001037141112"}}
OTHER_CARD = {"card_details": {"card_number": "5200000000001096"}}
CARDLESS = {"cardless_details": {"registered_mobile_number": "9876543210", "pan_number": "ABCDE1234F"}}


def inr(value):
    return {"value": value, "currency": "INR"}


def brief(answer):
    return answer[0], answer[1].get("code")


async def offered(api, lender, months, value, **more):
    """Pick an offer of discovery, as `offer_data` has it."""
    status, answer = await api.call("POST", f"{ROOT}/offer/discovery", {"order_amount": inr(value), **more})
    assert 200 == status, answer
    (issuer,) = [found for found in answer["issuers"] if lender == found["name"]]
    (tenure,) = [found for found in issuer["tenures"] if months == found["tenure_value"]]
    told = {name: issuer[name] for name in ("id", "name", "display_name", "issuer_type", "priority")}
    return {"offer_details": {**told, "tenure": tenure}}


async def try_emi(api, order, offer, value, option=HDFC_CARD, method="CREDIT_EMI"):
    return await api.pay(order, method=method, option=option, payment_amount=inr(value), offer_data=offer)


def claiming(offer, **change):
    details = offer["offer_details"]
    return {"offer_details": {**details, "tenure": {**details["tenure"], **change}}}


async def test_the_lenders_discount_is_taken_off(api, box):
    """The payment is less by it than the order, and what was paid is what can go back."""
    offer = await offered(api, "HDFC CC", 3, 1_600_000)
    order = await api.order(value=1_600_000)

    whole = await try_emi(api, order, offer, 1_600_000)
    _, answer = await try_emi(api, order, offer, 1_550_000)
    await box.payer.approve(answer["data"]["challenge_url"])

    assert (400, "INVALID_REQUEST") == brief(whole)
    paid = await api.get(order)
    assert (1_600_000, 1_550_000) == (paid["order_amount"]["value"], box.ledger.money_in)
    assert (422, "AMOUNT_LIMIT_EXCEEDED") == brief(await api.refund(order, "ref-1", 1_550_001))
    assert 200 == (await api.refund(order, "ref-2", 1_550_000))[0]
    assert "FULLY_REFUNDED" == (await api.get(order))["status"]


async def test_a_brand_may_bear_the_interest(api, box):
    """What it takes off a no-cost EMI is the lender's loan less than the price."""
    product = {"product_code": "SKU-001", "product_amount": inr(150_000)}
    offer = await offered(api, "HDFC CC", 3, 150_000, product_details=[product])
    tenure = offer["offer_details"]["tenure"]
    order = await api.order(value=150_000)

    _, answer = await try_emi(api, order, offer, tenure["auth_amount"]["value"])
    await box.payer.approve(answer["data"]["challenge_url"])

    assert "NO_COST" == tenure["emi_type"]
    assert tenure["auth_amount"]["value"] == box.ledger.money_in < 150_000


async def test_what_is_paid_down_is_another_payment(api, box):
    """A card pays it, and the lender's discount is off the rest."""
    offer = await offered(
        api,
        "HDFC CC",
        3,
        2_000_000,
        issuer={"id": "6", "name": "HDFC CC", "issuer_type": "CC_BANK"},
        downpayment_details={"downpayment_amount": inr(400_000)},
    )
    order = await api.order(value=2_000_000)
    down = {"payment_method": "CARD", "payment_amount": inr(400_000), "payment_option": HDFC_CARD}
    rest = {
        "payment_method": "CREDIT_EMI",
        "payment_amount": inr(1_550_000),
        "payment_option": HDFC_CARD,
        "offer_data": offer,
    }

    status, answer = await api.attempt(order, down, rest)
    assert 200 == status, answer
    await box.payer.approve(answer["data"]["challenge_url"])

    assert 1_950_000 == box.ledger.money_in


@pytest.mark.parametrize(
    ("months", "value", "option", "change"),
    [
        (3, 100, HDFC_CARD, {"discount": {"discount_type": "INSTANT", "amount": inr(1_599_900)}}),
        (3, 1_549_999, HDFC_CARD, {"discount": {"discount_type": "INSTANT", "amount": inr(50_001)}}),
        (6, 1_550_000, HDFC_CARD, {"discount": {"discount_type": "INSTANT", "amount": inr(50_000)}}),
        (3, 1_550_000, HDFC_CARD, {"tenure_id": "9"}),
        (3, 1_550_000, HDFC_CARD, {"tenure_id": None}),
        (3, 1_550_000, OTHER_CARD, {}),
    ],
    ids=[
        "made up",
        "a paisa more",
        "another tenure's",
        "no such tenure",
        "of no tenure",
        "another bank's card",
    ],
)
async def test_a_discount_that_nobody_offers_is_refused(api, box, months, value, option, change):
    """Nothing is made of it, and the order waits for its whole amount."""
    offer = await offered(api, "HDFC CC", months, 1_600_000)
    order = await api.order(value=1_600_000)

    answer = await try_emi(api, order, claiming(offer, **change), value, option)

    assert (400, "INVALID_REQUEST") == brief(answer)
    assert ("CREATED", 0) == ((await api.get(order))["status"], box.ledger.count("payments.create"))


async def test_too_small_an_order_has_no_discount(api, box):
    """The lender's is for what costs 10,000 rupees or more."""
    offer = await offered(api, "HDFC CC", 3, 1_600_000)
    order = await api.order(value=900_000)

    assert (400, "INVALID_REQUEST") == brief(await try_emi(api, order, offer, 850_000))
    assert 0 == box.ledger.count("payments.create")


async def test_a_lender_of_cards_lends_to_nobody_without_one(api, box):
    """Its discount is not for a payment without a card."""
    offer = await offered(api, "HDFC CC", 3, 1_600_000)
    order = await api.order(value=1_600_000)

    answer = await try_emi(api, order, offer, 1_550_000, CARDLESS, "CARDLESS_EMI")

    assert (400, "INVALID_REQUEST") == brief(answer)
    assert 0 == box.ledger.count("payments.create")
