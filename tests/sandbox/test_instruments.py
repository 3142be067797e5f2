"""What each payment method checks: numbers, dates, offers, saved cards; QR codes; discounts."""

import pytest

from tests.sandbox.conftest import CARD
from tests.sandbox.told import events

NUMBER = "4012001037141112"
TOKEN = {"token": "4000000000001091", "token_txn_type": "NETWORK_TOKEN"}
QR = {"upi_details": {"txn_mode": "INTENT", "upi_qr": True}}
EMI = {"card_details": {"card_number": NUMBER}}


def brief(answer):
    return answer[0], answer[1].get("code")


def card(**more):
    return {"card_details": {"card_number": NUMBER, **more}}


def collect(vpa):
    return {"upi_details": {"txn_mode": "COLLECT", "payer": {"vpa": vpa}}}


@pytest.mark.parametrize(
    ("method", "option"),
    [
        ("CARD", card(card_number="40120010371")),
        ("CARD", card(card_number="4012 0010 3714 1112")),
        ("CARD", card(cvv="12345")),
        ("CARD", card(cvv=123)),
        ("CARD", card(expiry_month="13", expiry_year="2099")),
        ("CARD", card(expiry_month="1", expiry_year="2099")),
        ("CARD", card(expiry_month="01", expiry_year="209")),
        ("CARD", card(registered_mobile_number="98-76543210")),
        ("CARD", card(save="yes")),
        ("CARD", card(name="")),
        ("CARD", {"card_token_details": {"token": "x", "token_txn_type": "OTHER_TOKEN"}}),
        ("CARD", {"card_token_details": {"token": "a b", "token_txn_type": "ALT_TOKEN"}}),
        ("CARD", {"card_token_details": {"token_txn_type": "ALT_TOKEN"}}),
        ("CARD", {"card_token_details": {**TOKEN, "last4_digit": "12"}}),
        ("UPI", {"upi_details": {"txn_mode": "SEND"}}),
        ("UPI", {"upi_details": {"txn_mode": "INTENT", "upi_qr": "true"}}),
        ("UPI", {"upi_details": {"txn_mode": "COLLECT"}}),
        ("UPI", collect("kevin")),
        ("UPI", collect("@bank")),
        ("UPI", collect("k" * 256 + "@b")),
        ("NETBANKING", {"netbanking_details": {"pay_code": "NB1531", "txn_mode": "FAX"}}),
        ("BNPL", {"bnpl_details": {"mobile": "919876543210", "bnpl_pay_code": "LAZYPAY"}}),
        ("BNPL", {"bnpl_details": {"mobile": "9876543210", "bnpl_pay_code": "OTHER"}}),
        ("BNPL", {"bnpl_details": {"mobile": "9876543210", "bnpl_pay_code": "SIMPL3"}}),
        (
            "POINTS",
            {
                "points_card_details": {
                    "card_number": NUMBER,
                    "card_last4": "112",
                    "registered_mobile_number": "9876543210",
                }
            },
        ),
        (
            "CARDLESS_EMI",
            {"cardless_details": {"registered_mobile_number": "98", "pan_number": "ABCDE1234F"}},
        ),
        ("CREDIT_EMI", EMI),
        ("DEBIT_EMI", EMI),
    ],
)
async def test_a_wrong_instrument_is_an_invalid_request(api, box, method, option):
    """Every member has its limits; EMI on a card needs the chosen offer, and SIMPL a device."""
    order = await api.order()

    assert (400, "INVALID_REQUEST") == brief(await api.pay(order, method=method, option=option))
    assert 0 == box.ledger.count("payments.create")


@pytest.mark.parametrize("name", ["device_info", "customer_account_details", "risk_validation_details"])
async def test_what_goes_with_an_instrument_is_an_object(api, name):
    """It is taken as one and refused as anything else."""
    order = await api.order()

    assert (400, "INVALID_REQUEST") == brief(await api.pay(order, **{name: "text"}))
    assert 200 == (await api.pay(order, **{name: {"a": "b"}}))[0]


async def test_a_lender_that_needs_the_device_gets_it(api):
    """With a `device_info` SIMPL is paid with."""
    order = await api.order()
    option = {"bnpl_details": {"mobile": "9876543210", "bnpl_pay_code": "SIMPL"}}

    assert 200 == (await api.pay(order, method="BNPL", option=option, device_info={"device_model": "S21"}))[0]


@pytest.mark.parametrize("digits", [2, 4])
async def test_a_card_is_good_until_its_month_ends(api, box, digits):
    """By the sandbox's clock, with years of two and of four digits."""
    now = box.clock.now()
    option = card(expiry_month=f"{now:%m}", expiry_year=f"{now:%Y}"[-digits:])
    first, second = await api.order("ord-1"), await api.order("ord-2")

    assert 200 == (await api.pay(first, "pay-1", option=option))[0]
    box.clock.advance(days=32)
    await api.login()
    status, answer = await api.pay(second, "pay-2", option=option)

    assert (422, {"code": "CARD_EXPIRED", "message": "Payment Instrument has expired"}) == (status, answer)
    assert "CREATED" == (await api.get(second))["status"]


async def test_the_answer_says_what_the_number_says(api):
    """Network, issuer, country and one-time passwords of the card, and its last four digits only."""
    order = await api.order()

    _, answer = await api.pay(order, option=card(card_number="5200000000001096", save=True))

    data = answer["data"]["payments"][0]["payment_option"]["card_data"]
    assert ("MASTERCARD", "1096", True, True) == (
        data["network_name"],
        data["last4_digit"],
        data["save"],
        data["is_native_otp_eligible"],
    )


async def test_a_saved_card_is_named_by_its_id(api, box):
    """While its token is ACTIVE; unknown ones and those of others cannot pay."""
    _, customer = await api.call("POST", "/api/v1/customer", {"merchant_customer_reference": "cus-1"})
    wanted = {
        "customer_id": customer["customer_id"],
        "merchant_token_reference": "tok-1",
        "payment_method": "CARD",
        "payment_option": {"encrypted_card_details": "sandbox-suspended"},
    }
    _, token = await api.call("POST", "/api/v1/tokens", wanted)
    order = await api.order()

    def saved(token_id):
        return {"card_token_details": {"token_id": token_id, "token_txn_type": "NETWORK_TOKEN"}}

    assert (422, "INVALID_INSTRUMENT") == brief(await api.pay(order, option=saved("nothing")))
    assert 200 == (await api.pay(order, option=saved(token["token_id"])))[0]
    box.clock.advance(days=2)
    await api.login()
    other = await api.order("ord-2")
    assert (422, "INVALID_INSTRUMENT") == brief(
        await api.pay(other, "pay-2", option=saved(token["token_id"]))
    )


async def image(api, url):
    async with api.http.get(url) as answer:
        return answer.status, answer.content_type, await answer.text()


async def test_a_qr_code_is_shown_for_twenty_minutes(api, box):
    """Its link is in `image_url` beside the deep link, and ends with the payment, too."""
    order = await api.order()
    _, answer = await api.pay(order, method="UPI", option=QR)
    pending = answer["data"]

    assert pending["challenge_url"].startswith("upi://pay?")
    status, kind, picture = await image(api, pending["image_url"])
    assert (200, "image/svg+xml") == (status, kind)
    assert pending["challenge_url"].replace("&", "&amp;") in picture
    box.clock.advance(seconds=1200)
    assert 404 == (await image(api, pending["image_url"]))[0]
    await box.payer.approve(pending["challenge_url"])
    paid = await api.get(order)
    assert ("PROCESSED", False) == (paid["status"], "image_url" in paid)


async def test_a_collect_request_tells_whom_it_asks(api):
    """The answer has the payer's address, as documented; a link has none."""
    first, second = await api.order("collect"), await api.order("intent")
    payer = {"vpa": "kevin.bob@examplebank"}

    _, asked = await api.pay(
        first, method="UPI", option={"upi_details": {"txn_mode": "COLLECT", "payer": payer}}
    )
    _, linked = await api.pay(second, "pay-2", "UPI", {"upi_details": {"txn_mode": "INTENT", "payer": payer}})

    told = [answer["data"]["payments"][0]["payment_option"]["upi_data"] for answer in (asked, linked)]
    assert [{"txn_mode": "COLLECT", "payer": payer}, {"txn_mode": "INTENT"}] == told


async def test_a_qr_code_can_be_withdrawn(api, box):
    """An order that waits at a QR code is cancelled at any time, and then nobody can pay it."""
    order = await api.order()
    _, answer = await api.pay(order, method="UPI", option=QR)

    status, cancelled = await api.put(order, "cancel")

    assert (200, "CANCELLED", "CANCELLED") == (
        status,
        cancelled["data"]["status"],
        cancelled["data"]["payments"][0]["status"],
    )
    assert not {"image_url", "challenge_url"} & set(cancelled["data"])
    assert ["ORDER_CANCELLED"] == [kind for kind, _ in events(box)]
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(answer["data"]["challenge_url"])
    assert 404 == (await image(api, answer["data"]["image_url"]))[0]
    assert (0, 1) == (box.ledger.money_in, box.ledger.count("orders.cancel"))


async def test_other_pending_orders_cannot_be_cancelled(api):
    """Not even those of UPI without a QR code."""
    upi = await api.order("upi")
    await api.pay(upi, "pay-1", "UPI", {"upi_details": {"txn_mode": "INTENT"}})
    pending = await api.pending("pending")

    for order in (upi, pending):
        assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.put(order, "cancel"))


async def test_a_later_cashback_takes_nothing_off(api):
    """The whole order is paid then."""
    order = await api.order()
    discount = {"discount_type": "DEFERRED", "amount": {"value": 5000, "currency": "INR"}}
    offer = {"offer_details": {"id": "7", "tenure": {"discount": discount}}}

    status, _ = await api.pay(order, method="CREDIT_EMI", option=EMI, offer_data=offer)

    assert 200 == status


async def test_two_payments_of_an_order_never_both_pay(api, box):
    """The page of an attempt that failed stays closed when the next one is made."""
    order = await api.pending()
    await box.payer.decline(order["challenge_url"])
    _, answer = await api.pay(order, "pay-2", option=CARD)

    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(order["challenge_url"])
    await box.payer.approve(answer["data"]["challenge_url"])
    assert 150000 == box.ledger.money_in
