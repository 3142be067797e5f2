"""One-time passwords on the merchant's own page."""

import json
from pathlib import Path

import pytest

from pinelabs_async import NewOtp, Otp
from tests.sandbox.told import events, session, whole

SAMPLES = Path(__file__).parents[1] / "data" / "examples" / "card-payments"
RIGHT, WRONG = "123456", "654321"
BNPL = {"bnpl_details": {"mobile": "9876543210", "bnpl_pay_code": "LAZYPAY"}}


def sample(name):
    return json.loads((SAMPLES / name).read_text())


def brief(answer):
    return answer[0], answer[1].get("code")


async def otp(api, verb, order, **more):
    body = {"payment_id": order["payments"][-1]["id"], **more}
    return await api.call("POST", f"/api/pay/v1/otp/{verb}", body)


async def test_answers_are_the_documented_ones(api, box):
    """Generate, resend and submit answer as published, and the order is paid."""
    order = await api.pending()

    assert (200, sample("generate-otp.response.json")) == await otp(api, "generate", order)
    box.clock.advance(seconds=180)
    assert (200, sample("resend-otp.response.json")) == await otp(api, "resend", order)
    assert (200, sample("submit-otp.response.json")) == await otp(api, "submit", order, otp=RIGHT)

    assert ("PROCESSED", 150000) == ((await api.get(order))["status"], box.ledger.money_in)
    assert ["ORDER_PROCESSED"] == [kind for kind, _ in events(box)]
    assert [1, 1, 1] == [
        box.ledger.count(f"payments.{verb}") for verb in ("generate_otp", "resend_otp", "submit_otp")
    ]


async def test_a_password_blocks_money_that_is_to_be_captured(api, box):
    """With pre_auth the right password authorizes only."""
    order = await api.pending(pre_auth=True)
    await otp(api, "generate", order)

    await otp(api, "submit", order, otp=RIGHT)

    assert ("AUTHORIZED", 0) == ((await api.get(order))["status"], box.ledger.money_in)


async def test_a_wrong_password_can_be_followed_by_the_right_one(api, box):
    """The order is ATTEMPTED, the refusal says what may follow, and the right one still pays."""
    order = await api.pending()
    await otp(api, "generate", order)
    box.clock.advance(seconds=60)

    status, answer = await otp(api, "submit", order, otp=WRONG)

    assert (422, "USER_AUTHENTICATION_FAILED") == (status, answer["code"])
    assert (["SUBMIT_OTP", "RESEND_OTP"], {"resend_after": "120"}) == (answer["next"], answer["meta_data"])
    attempted = await api.get(order)
    assert ("ATTEMPTED", "PENDING") == (attempted["status"], attempted["payments"][0]["status"])
    assert [] == events(box)
    await otp(api, "submit", order, otp=RIGHT)
    assert ("PROCESSED", 150000) == ((await api.get(order))["status"], box.ledger.money_in)


async def test_the_third_wrong_password_fails_the_order(api, box):
    """Then nothing more can be tried, and the merchant is told once of payment and order."""
    order = await api.pending()
    await otp(api, "generate", order)

    answers = [await otp(api, "submit", order, otp=WRONG) for _ in range(3)]

    assert [(422, "USER_AUTHENTICATION_FAILED")] * 3 == [brief(answer) for answer in answers]
    assert ["NONE"] == answers[-1][1]["next"]
    failed = await api.get(order)
    assert ("FAILED", "FAILED") == (failed["status"], failed["payments"][0]["status"])
    assert ["PAYMENT_FAILED", "ORDER_FAILED"] == [kind for kind, _ in events(box)]
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await otp(api, "submit", order, otp=RIGHT))
    assert (0, 0) == (box.ledger.money_in, box.ledger.count("payments.submit_otp"))


async def test_a_password_expires_and_a_new_one_is_good_again(api, box):
    """After ten minutes the right one is refused, until it was sent again."""
    order = await api.pending()
    await otp(api, "generate", order)
    box.clock.advance(minutes=10)

    status, answer = await otp(api, "submit", order, otp=RIGHT)

    assert (422, "USER_AUTHENTICATION_REQUIRED") == (status, answer["code"])
    assert ("0", "PENDING") == (answer["meta_data"]["resend_after"], (await api.get(order))["status"])
    assert 200 == (await otp(api, "resend", order))[0]
    assert 200 == (await otp(api, "submit", order, otp=RIGHT))[0]


async def test_sending_again_has_a_wait_and_a_limit(api, box):
    """Not before the announced seconds, and three times in all."""
    order = await api.pending()
    await otp(api, "generate", order)
    early = await otp(api, "resend", order)
    for _ in range(2):
        box.clock.advance(seconds=180)
        last = await otp(api, "resend", order)
    box.clock.advance(seconds=180)
    over = await otp(api, "resend", order)

    assert [(422, "OPERATION_NOT_ALLOWED")] * 2 == [brief(early), brief(over)]
    assert (["SUBMIT_OTP", "RESEND_OTP"], "180") == (
        early[1]["next"],
        early[1]["meta_data"]["resend_after"],
    )
    assert ["SUBMIT_OTP"] == last[1]["next"] == over[1]["next"]
    assert 2 == box.ledger.count("payments.resend_otp")


async def test_a_lender_sends_its_password_at_once(api, box):
    """Buy now, pay later needs no generating: submit and resend are enough."""
    order = await api.order()
    _, answer = await api.pay(order, method="BNPL", option=BNPL)
    pending = answer["data"]

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await otp(api, "generate", pending))
    assert (200, {"status": "SUCCESS"}) == await otp(api, "submit", pending, otp=RIGHT)
    assert ("PROCESSED", 150000) == ((await api.get(order))["status"], box.ledger.money_in)


@pytest.mark.parametrize(
    ("method", "option"),
    [
        ("NETBANKING", {"netbanking_details": {"pay_code": "NB1531"}}),
        ("CARD", {"card_details": {"card_number": "4242424242424242"}}),
        ("CARD", {"card_details": {"card_number": "340000000000009"}}),
    ],
    ids=["netbanking", "foreign card", "amex"],
)
async def test_other_payments_take_no_password(api, method, option):
    """They are not eligible, as `is_native_otp_eligible` says of cards."""
    order = await api.order()
    _, answer = await api.pay(order, method=method, option=option)
    card = answer["data"]["payments"][0]["payment_option"].get("card_data", {})

    assert not card.get("is_native_otp_eligible")
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await otp(api, "generate", answer["data"]))


async def test_a_password_is_for_a_payment_that_waits(api, box):
    """None is submitted before it was generated, twice generated, or used on a paid or failed payment."""
    order = await api.pending()
    submitted = await otp(api, "submit", order, otp=RIGHT)
    resent = await otp(api, "resend", order)
    await otp(api, "generate", order)
    again = await otp(api, "generate", order)
    await box.payer.approve(order["challenge_url"])
    paid = [await otp(api, "submit", order, otp=RIGHT), await otp(api, "resend", order)]
    declined = await api.pending("ord-2")
    await box.payer.decline(declined["challenge_url"])

    refused = [submitted, resent, again, *paid, await otp(api, "generate", declined)]
    assert [(422, "OPERATION_NOT_ALLOWED")] * 6 == [brief(answer) for answer in refused]
    assert 150000 == box.ledger.money_in


async def test_the_page_is_closed_once_the_password_paid(api, box):
    """No payer can pay a second time at the challenge."""
    order = await api.pending()
    await otp(api, "generate", order)
    await otp(api, "submit", order, otp=RIGHT)

    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(order["challenge_url"])
    assert 150000 == box.ledger.money_in


async def test_a_new_attempt_ends_the_one_whose_password_was_wrong(api, box):
    """After a wrong password another payment may be made, and then only that one can be paid."""
    order = await api.pending()
    await otp(api, "generate", order)
    await otp(api, "submit", order, otp=WRONG)

    status, answer = await api.pay(order, "pay-2")

    assert (200, ["FAILED", "PENDING"]) == (status, [p["status"] for p in answer["data"]["payments"]])
    old = {"payments": answer["data"]["payments"][:1]}
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await otp(api, "submit", old, otp=RIGHT))
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(order["challenge_url"])
    await box.payer.approve(answer["data"]["challenge_url"])
    assert ("PROCESSED", 150000) == ((await api.get(order))["status"], box.ledger.money_in)


@pytest.mark.parametrize("verb", ["generate", "submit", "resend"])
async def test_a_payment_must_be_named_and_known(api, verb):
    """Missing, mistyped and unknown ids are invalid, another merchant's are unknown."""
    order = await api.pending()
    mine = order["payments"][0]["id"]
    stranger = api.box.add_merchant()

    for body in ({}, {"payment_id": ""}, {"payment_id": 5}, {"payment_id": "v1-x-cc-a"}):
        answer = await api.call("POST", f"/api/pay/v1/otp/{verb}", {"otp": RIGHT, **body})
        assert (400, "INVALID_REQUEST") == brief(answer)
    await api.login(stranger.client_id, stranger.client_secret)
    answer = await api.call("POST", f"/api/pay/v1/otp/{verb}", {"otp": RIGHT, "payment_id": mine})
    assert (400, "INVALID_REQUEST") == brief(answer)


@pytest.mark.parametrize("wrong", [None, "", 123456, ["123456"]])
async def test_a_password_is_a_text(api, wrong):
    """A number is refused: its leading zeros would be lost."""
    order = await api.pending()
    await otp(api, "generate", order)

    assert (400, "INVALID_REQUEST") == brief(await otp(api, "submit", order, otp=wrong))


async def test_a_bank_may_decline_after_the_right_password(api, box):
    """The refusal has the bank's code, and the payment carries it."""
    order = await api.order()
    _, answer = await api.pay(order, option={"card_details": {"card_number": "4000000000009995"}})
    await otp(api, "generate", answer["data"])

    declined = await otp(api, "submit", answer["data"], otp=RIGHT)

    assert (422, "INSUFFICIENT_FUNDS") == brief(declined)
    assert "INSUFFICIENT_FUNDS" == (await api.get(order))["payments"][0]["error_detail"]["code"]
    assert 0 == box.ledger.money_in


async def test_the_sdk_reads_every_answer(api, box):
    """Nothing is left over or misread, and a wrong password is an error of the caller's."""
    from pinelabs_async import ApiError

    order = await api.pending()
    payment = order["payments"][0]["id"]
    async with session(box) as pinelabs:
        whole(await pinelabs.payments.generate_otp(NewOtp(payment_id=payment)))
        with pytest.raises(ApiError) as caught:
            await pinelabs.payments.submit_otp(Otp(payment_id=payment, otp=WRONG))
        box.clock.advance(seconds=180)
        whole(await pinelabs.payments.resend_otp(NewOtp(payment_id=payment)))
        whole(await pinelabs.payments.submit_otp(Otp(payment_id=payment, otp=RIGHT)))
    assert ("USER_AUTHENTICATION_FAILED", "refused") == (caught.value.code, caught.value.outcome)
    assert 150000 == box.ledger.money_in


async def test_a_card_of_the_gateways_own_page_has_no_password(api):
    """Its details were never the merchant's: the payer stays on that page."""
    body = {"merchant_order_reference": "ord-1", "order_amount": {"value": 50000, "currency": "INR"}}
    _, link = await api.call("POST", "/api/checkout/v1/orders", body)
    started = {"outcome": "start", "payment_method": "CARD"}
    async with api.http.post(link["redirect_url"], data=started) as answer:
        assert 200 == answer.status

    order = await api.get(link)

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await otp(api, "generate", order))
