"""Ways to pay one payment link that get in each other's way: it is paid once, and never after its end."""

import pytest

from tests.sandbox.link_calls import link
from tests.sandbox.test_payment_links import brief, end, order_of, press, read
from tests.sandbox.told import events, later

RIGHT, WRONG = "123456", "654321"


async def submit(api, payment, otp):
    body = {"payment_id": payment["id"], "otp": otp}
    return await api.call("POST", "/api/pay/v1/otp/submit", body)


async def attempted(api, made):
    """Let the payer of a link enter a wrong password on the merchant's own page; return the payment."""
    order = {"order_id": made["order_id"], "order_amount": made["amount"]}
    status, answer = await api.pay(order)
    assert 200 == status, answer
    payment = answer["data"]["payments"][-1]
    await api.call("POST", "/api/pay/v1/otp/generate", {"payment_id": payment["id"]})
    assert 422 == (await submit(api, payment, WRONG))[0]
    return payment


async def test_a_password_does_not_pay_a_cancelled_link(api, box):
    """The link's end is the end of what waited for its payer."""
    made = await link(api)
    payment = await attempted(api, made)
    assert 200 == (await end(api, made))[0]

    answer = await submit(api, payment, RIGHT)

    assert (422, "ORDER_CANCELLED") == brief(answer)
    order = await order_of(api, made)
    assert ("CANCELLED", "FAILED") == (order["status"], order["payments"][0]["status"])
    assert ("CANCELLED", 0) == ((await read(api, made))["status"], box.ledger.money_in)


async def test_a_password_does_not_pay_beside_a_part(api, box):
    """A part that was paid at the page ends the attempt to pay the whole."""
    made = await link(api, part_payment=True)
    payment = await attempted(api, made)
    assert 200 == (await press(api, made["payment_link"], "approve", amount="200"))[0]

    answer = await submit(api, payment, RIGHT)

    assert (422, "ORDER_CANCELLED") == brief(answer)
    found = await read(api, made)
    assert ("PARTIAL_PROCESSED", 30_000) == (found["status"], found["amount_due"]["value"])
    assert 20_000 == box.ledger.money_in


async def test_paying_at_the_page_ends_the_attempt_before(api, box):
    """It stays listed as failed, and its password is refused."""
    made = await link(api)
    payment = await attempted(api, made)
    await box.payer.approve(made["payment_link"])

    answer = await submit(api, payment, RIGHT)

    assert (422, "OPERATION_NOT_ALLOWED") == brief(answer)
    assert ["FAILED", "PROCESSED"] == [paid["status"] for paid in (await order_of(api, made))["payments"]]
    assert 50_000 == box.ledger.money_in


async def test_a_password_does_not_pay_an_expired_link(api, box):
    """What waited for its payer fails with the link's time."""
    made = await link(api)
    payment = await attempted(api, made)
    await later(api, days=2)

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await submit(api, payment, RIGHT))
    failed = (await order_of(api, made))["payments"][0]
    assert ("FAILED", "PAYMENT_EXPIRED") == (failed["status"], failed["error_detail"]["code"])
    assert 0 == box.ledger.money_in


async def test_the_last_attempt_fails_its_order_with_the_link(api, box):
    """When no retry is left the order has failed, and the merchant is told of payment and order."""
    made = await link(api)
    for _ in range(9):
        await box.payer.decline(made["payment_link"])
    await press(api, made["payment_link"], "start")

    await later(api, days=2)

    order = await order_of(api, made)
    assert ("FAILED", 0) == (order["status"], order["payment_retries_remaining"])
    assert ["PAYMENT_FAILED", "ORDER_FAILED"] == [kind for kind, _ in events(box)][-2:]


async def without_retries(api, order, url):
    """Use up all attempts but the last at a page, and let the last wait for its password; return its payment."""
    for _ in range(9):
        await api.box.payer.decline(url)
    return await attempted(api, order)


async def test_a_link_goes_on_after_the_last_retry_of_its_order(api, box):
    """The page opens another order, and the one before it is over."""
    made = await link(api)
    payment = await without_retries(api, made, made["payment_link"])

    await box.payer.approve(made["payment_link"])

    before = await api.get(made)
    assert ("CANCELLED", 0) == (before["status"], before["payment_retries_remaining"])
    assert (422, "ORDER_CANCELLED") == brief(await submit(api, payment, RIGHT))
    found = await read(api, made)
    assert "PROCESSED" == found["status"]
    assert made["order_id"] != found["order_id"]
    assert 50_000 == box.ledger.money_in


async def test_a_checkout_takes_no_attempt_beyond_the_last(api, box):
    """Its page is closed; the password that was asked for still pays."""
    body = {"merchant_order_reference": "ord-1", "order_amount": {"value": 50_000, "currency": "INR"}}
    _, made = await api.call("POST", "/api/checkout/v1/orders", body)
    order = {"order_id": made["order_id"], "amount": body["order_amount"]}
    payment = await without_retries(api, order, made["redirect_url"])

    assert 409 == (await press(api, made["redirect_url"], "approve"))[0]
    assert 0 == (await api.get(order))["payment_retries_remaining"]
    assert 200 == (await submit(api, payment, RIGHT))[0]
    assert 50_000 == box.ledger.money_in


async def authorized(api, **more):
    made = await link(api, pre_auth="true", **more)
    await api.box.payer.approve(made["payment_link"])
    return made


async def test_blocked_money_has_not_paid_a_link(api, box):
    """Until the merchant captures it the payment is under way, and nobody can pay beside it."""
    made = await authorized(api)

    found = await read(api, made)

    assert ("PAYMENT_INITIATED", made["amount"]) == (found["status"], found["amount_due"])
    assert 409 == (await press(api, made["payment_link"], "approve"))[0]
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await end(api, made))
    await api.put(made, "capture", {"merchant_capture_reference": "cap-1"})
    assert ("PROCESSED", 0) == ((found := await read(api, made))["status"], found["amount_due"]["value"])


async def test_a_link_ends_with_the_money_that_the_merchant_gave_back(api, box):
    """Cancelling the authorised order is calling the sale off: nothing was paid, and nothing can be."""
    made = await authorized(api)
    await api.put(made, "cancel")

    found = await read(api, made)

    assert ("CANCELLED", made["amount"]) == (found["status"], found["amount_due"])
    assert 409 == (await press(api, made["payment_link"], "approve"))[0]
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await end(api, made))
    assert (422, "ORDER_CANCELLED") == brief(await api.pay({**made, "order_amount": made["amount"]}))
    assert 0 == box.ledger.money_in


async def test_a_part_that_was_captured_is_a_part_of_the_link(api, box):
    """What the payer got back is due again, and no more than that can be paid."""
    made = await authorized(api)
    part = {"value": 20_000, "currency": "INR"}
    await api.put(made, "capture", {"merchant_capture_reference": "cap-1", "capture_amount": part})

    found = await read(api, made)

    assert ("PARTIAL_PROCESSED", 30_000) == (found["status"], found["amount_due"]["value"])
    await box.payer.approve(made["payment_link"])
    assert "AUTHORIZED" == (await order_of(api, made))["status"]
    assert 30_000 == (await order_of(api, made))["order_amount"]["value"]


async def test_blocked_money_can_be_captured_after_the_links_time(api, box):
    """The payer was in time; only what was not blocked by then is over."""
    made = await authorized(api)
    await later(api, days=2)
    assert "PAYMENT_INITIATED" == (await read(api, made))["status"]

    await api.put(made, "capture", {"merchant_capture_reference": "cap-1"})

    assert ("PROCESSED", 50_000) == ((await read(api, made))["status"], box.ledger.money_in)


@pytest.mark.parametrize(("verb", "status"), [("cancel", "EXPIRED"), ("capture", "EXPIRED")])
async def test_what_is_given_back_after_the_links_time_is_not_due_again(api, box, verb, status):
    """Its time is over: whatever is left of it cannot be paid."""
    made = await authorized(api)
    await later(api, days=2)
    part = {"value": 20_000, "currency": "INR"}
    await api.put(made, verb, {"merchant_capture_reference": "cap-1", "capture_amount": part})

    assert status == (await read(api, made))["status"]
    assert 409 == (await press(api, made["payment_link"], "approve"))[0]
