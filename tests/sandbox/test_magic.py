"""Every magic value ends as its row says."""

from datetime import timedelta
from typing import get_args

import pytest

from pinelabs_async.sandbox import magic
from pinelabs_async.sandbox.magic import MAGIC
from tests.sandbox.told import events

WALLET = {"wallet_details": {"wallet_code": "FRW"}}
# The rows of the others are walked by the tests of invoices, air waybills and TCS.
ELSEWHERE = {"invoice_number", "awb_number", "flow_type"}


def rows(*places):
    """List the rows of some fields as parameters."""
    return pytest.mark.parametrize(
        "row",
        [row for row in MAGIC if row.place in places],
        ids=lambda row: f"{row.place}-{row.value}",
    )


def brief(answer):
    return answer[0], answer[1].get("code")


async def ends(api, order, outcome):
    """Check that an attempt that its payer agreed to goes the way of its outcome."""
    box = api.box
    if outcome.after:
        waiting = await api.get(order)
        assert ("PENDING", "PENDING", 0) == (
            waiting["status"],
            waiting["payments"][0]["status"],
            box.ledger.money_in,
        )
        box.clock.advance(seconds=outcome.after.total_seconds() - 2)
        assert "PENDING" == (await api.get(order))["status"]
        box.clock.advance(seconds=3)
    done, value = await api.get(order), order["order_amount"]["value"]
    ((kind, data),) = events(box)
    assert done["status"] == data["status"]
    if outcome.declined is None:
        assert ("PROCESSED", "ORDER_PROCESSED", value) == (done["status"], kind, box.ledger.money_in)
        return
    assert ("ATTEMPTED", "PAYMENT_FAILED", 0) == (done["status"], kind, box.ledger.money_in)
    assert ("FAILED", outcome.declined) == (
        done["payments"][0]["status"],
        done["payments"][0]["error_detail"]["code"],
    )
    assert 1 == box.ledger.count("bank.decline")


@rows("card_number", "token")
async def test_a_card_ends_as_its_row_says(api, box, row):
    """It is refused at once, or approved, declined or left waiting once the payer agrees."""
    order = await api.order()
    option = {
        "card_number": {"card_details": {"card_number": row.value}},
        "token": {"card_token_details": {"token": row.value, "token_txn_type": "NETWORK_TOKEN"}},
    }[row.place]

    status, answer = await api.pay(order, option=option)

    if row.outcome.refused:
        assert (422, row.outcome.refused) == (status, answer["code"])
        assert (order, 1) == (await api.get(order), len(box.ledger))
        return
    fields = await box.payer.approve(answer["data"]["challenge_url"])
    now = {True: "PENDING", False: "FAILED" if row.outcome.declined else "PROCESSED"}
    assert now[bool(row.outcome.after)] == fields["status"]
    assert (None if row.outcome.after else row.outcome.declined) == fields.get("error_code")
    await ends(api, order, row.outcome)


@rows("vpa")
async def test_a_upi_payer_answers_by_themselves(api, box, row):
    """Nobody opens a page: the payer's app answers after its time, not before."""
    order = await api.order()
    option = {"upi_details": {"txn_mode": "COLLECT", "payer": {"vpa": row.value}}}

    status, answer = await api.pay(order, method="UPI", option=option)

    assert (200, "PENDING") == (status, answer["data"]["status"])
    box.clock.advance(seconds=row.outcome.payer.total_seconds() - 1)
    assert ("PENDING", []) == ((await api.get(order))["status"], events(box))
    box.clock.advance(seconds=2)
    await ends(api, order, row.outcome)


@rows("payment_amount")
async def test_an_amount_decides_with_any_method(api, box, row):
    """What is paid in all counts, whatever it is paid with."""
    order = await api.order(value=int(row.value))
    _, answer = await api.pay(order, method="WALLET", option=WALLET)

    await box.payer.approve(answer["data"]["challenge_url"])

    await ends(api, order, row.outcome)


@rows("refund_amount")
async def test_a_refund_waits_and_ends_as_its_row_says(api, box, row):
    """It is PENDING, holds its room meanwhile, and shows on the order only when the money went back."""
    value = int(row.value)
    order = await api.paid(value=value + 1000)

    status, answer = await api.refund(order, "ref-1", value)

    refund = answer["data"]
    assert (200, "PENDING", "PENDING") == (status, refund["status"], refund["payments"][0]["status"])
    assert ("PROCESSED", 0) == ((await api.get(order))["status"], box.ledger.money_out)
    assert (422, "AMOUNT_LIMIT_EXCEEDED") == brief(await api.refund(order, "ref-2", value))
    box.clock.advance(seconds=row.outcome.after.total_seconds() + 1)
    failed = row.outcome.declined is not None
    done = await api.get(refund)
    assert ["FAILED" if failed else "PROCESSED"] * 2 == [done["status"], done["payments"][0]["status"]]
    assert ("PROCESSED" if failed else "PARTIALLY_REFUNDED", 0 if failed else value) == (
        (await api.get(order))["status"],
        box.ledger.money_out,
    )
    kind, data = events(box)[-1]
    assert ("REFUND_FAILED" if failed else "REFUND_PROCESSED", refund["order_id"]) == (kind, data["order_id"])
    rest = await api.refund(order, "ref-3", value + 1000 if failed else 1000)
    assert (200, "FULLY_REFUNDED") == (rest[0], (await api.get(order))["status"])
    assert rest[1]["data"]["order_amount"] == rest[1]["data"]["payments"][0]["payment_amount"]


@rows("otp")
async def test_the_right_password_pays(api, box, row):
    """The published one-time password is the right one."""
    order = await api.pending()
    payment = order["payments"][0]["id"]
    await api.call("POST", "/api/pay/v1/otp/generate", {"payment_id": payment})

    answer = await api.call("POST", "/api/pay/v1/otp/submit", {"payment_id": payment, "otp": row.value})

    assert (200, {"status": "SUCCESS"}) == answer
    await ends(api, order, row.outcome)


async def test_a_payment_that_ended_meanwhile_is_left_alone(api, box):
    """What is due looks at the attempt as it is by then."""
    order = await api.order()
    option = {"upi_details": {"txn_mode": "COLLECT", "payer": {"vpa": "success@sandbox"}}}
    await api.pay(order, method="UPI", option=option)
    await box.payer.decline(order["order_id"])

    box.clock.advance(minutes=1)

    assert ("ATTEMPTED", 0) == ((await api.get(order))["status"], box.ledger.money_in)


async def test_a_payer_agrees_once(api, box):
    """Who has agreed on the page does not agree again in the app."""
    order = await api.order()
    option = {"upi_details": {"txn_mode": "COLLECT", "payer": {"vpa": "pending@sandbox"}}}
    await api.pay(order, method="UPI", option=option)
    await box.payer.approve(order["order_id"])

    box.clock.advance(minutes=20)

    assert ("PROCESSED", 150000) == ((await api.get(order))["status"], box.ledger.money_in)
    assert (1, 1) == (box.ledger.count("payer.approve"), box.ledger.count("bank.approve"))


async def test_a_bank_does_not_take_what_ended_while_it_thought(api, box):
    """A link that expires ends its payment, and the late answer changes nothing."""
    expire_by = (box.clock.now() + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {
        "merchant_payment_link_reference": "link-1",
        "amount": {"value": 777704, "currency": "INR"},
        "expire_by": expire_by,
    }
    status, link = await api.call("POST", "/api/pay/v1/paymentlink", body)
    assert 200 == status, link
    await box.payer.approve(link["payment_link"])
    assert "PENDING" == (await api.get(link))["status"]

    box.clock.advance(minutes=20)

    assert ("ATTEMPTED", 0) == ((await api.get(link))["status"], box.ledger.money_in)
    assert ["PAYMENT_FAILED"] == [kind for kind, _ in events(box)]


async def test_nobody_decides_while_the_bank_thinks(api, box):
    """Neither a password nor a card of the merchant's own pays a second time."""
    order = await api.pending(value=777704)
    payment = {"payment_id": order["payments"][0]["id"]}
    await api.call("POST", "/api/pay/v1/otp/generate", payment)
    await box.payer.approve(order["challenge_url"])
    path = f"/api/pay/v1/orders/{order['order_id']}/payments/{payment['payment_id']}/authorize"
    card = {"pan": "4012001037141112", "expiration_month": "12", "expiration_year": "2099"}

    answers = [
        await api.call("POST", "/api/pay/v1/otp/submit", {**payment, "otp": "123456"}),
        await api.call("POST", path, {"decrypted_card_details": card}),
        await api.pay(order, "pay-2"),
    ]

    assert [(422, "OPERATION_NOT_ALLOWED")] * 3 == [brief(answer) for answer in answers]
    box.clock.advance(minutes=20)
    assert ("PROCESSED", 777704) == ((await api.get(order))["status"], box.ledger.money_in)


def test_every_place_is_walked_and_no_value_stands_twice():
    """A new field or a second row for a value shows here."""
    walked = {"card_number", "token", "vpa", "payment_amount", "refund_amount", "otp"}

    assert set(get_args(magic.Place)) == walked | ELSEWHERE == {row.place for row in MAGIC}
    assert len(MAGIC) == len({(row.place, row.value) for row in MAGIC})
    assert 5 == sum(row.documented for row in MAGIC)
    assert all(timedelta() <= row.outcome.after < timedelta(hours=1) for row in MAGIC)
