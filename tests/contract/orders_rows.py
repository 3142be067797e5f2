"""Tokens, orders, payments and what becomes of them, up to settlements."""

from tests.contract.world import example, money, row
from tests.sandbox.conftest import CARD
from tests.sandbox.settlement_calls import listed, tomorrow
from tests.sandbox.test_authorize import apple
from tests.sandbox.test_authorize import sample as authorize_sample
from tests.sandbox.test_challans import NO_FEE
from tests.sandbox.test_otp import RIGHT, otp
from tests.sandbox.test_split_settlements import paid as paid_split
from tests.sandbox.test_split_settlements import parts_of


@row("auth.generate_token")
async def generate_token(world):
    answer = await world.ask(
        client_id=world.box.client_id,
        client_secret=world.box.client_secret,
        grant_type="client_credentials",
    )
    world.api.token = answer.access_token
    assert "CREATED" == (await world.api.order())["status"]


@row("orders.create")
async def create_order(world):
    answer = await world.ask(
        **{**example("orders/create-order.request.json"), "merchant_order_reference": "ord-1"}
    )
    assert ("ord-1", "CREATED", "CHARGE") == (
        answer.data.merchant_order_reference,
        answer.data.status,
        answer.data.type,
    )
    assert answer.data.order_id == (await world.api.get({"order_id": answer.data.order_id}))["order_id"]


@row("orders.get")
async def get_order(world):
    order = await world.api.paid(value=4200)
    answer = await world.ask(order_id=order["order_id"])
    assert ("PROCESSED", 4200) == (answer.data.status, answer.data.payments[0].payment_amount.value)


@row("orders.get_by_reference")
async def get_order_by_reference(world):
    order = await world.api.order("ord-7")
    answer = await world.ask(merchant_order_reference="ord-7")
    assert (order["order_id"], "CREATED") == (answer.data.order_id, answer.data.status)


async def authorized(world):
    order = await world.api.pending(pre_auth=True)
    await world.box.payer.approve(order["challenge_url"])
    return order["order_id"]


@row("orders.capture")
async def capture(world):
    answer = await world.ask(
        order_id=await authorized(world),
        merchant_capture_reference="cap-1",
        capture_amount=money(100000),
    )
    assert ("PARTIALLY_CAPTURED", 100000) == (answer.data.status, world.box.ledger.money_in)


@row("orders.cancel")
async def cancel(world):
    answer = await world.ask(order_id=await authorized(world))
    assert ("CANCELLED", 0) == (answer.data.status, world.box.ledger.money_in)


@row("payments.create")
async def create_payment(world):
    order = await world.api.order()
    payment = {
        "merchant_payment_reference": "pay-1",
        "payment_method": "CARD",
        "payment_amount": order["order_amount"],
        "payment_option": CARD,
    }
    answer = await world.ask(order_id=order["order_id"], payments=[payment])
    assert ("PENDING", "pay-1") == (answer.data.status, answer.data.payments[0].merchant_payment_reference)
    await world.box.payer.approve(answer.data.challenge_url)
    assert 150000 == world.box.ledger.money_in


@row("payments.card_details")
async def card_details(world):
    answer = await world.ask(**example("card-payments/get-card-details.request.json"))
    (card,) = answer.card_payment_details
    assert "VISA" == card.card_network


@row("payments.authorize_apple_pay")
async def authorize_apple_pay(world):
    order = await apple(world.api)
    answer = await world.ask(
        order_id=order["order_id"],
        payments_id=order["payments"][0]["id"],
        **authorize_sample("apple-pay/authorize-apple-pay-payment.request.json"),
    )
    assert ("PROCESSED", 150000) == (answer.data.status, world.box.ledger.money_in)


@row("payments.authorize")
async def authorize(world):
    order = await world.api.pending()
    body = example("card-payments/decoupled-authorize.request.json")
    status, answer = await world.send((order["order_id"], order["payments"][0]["id"]), body)
    assert (200, "PROCESSED", 150000) == (status, answer["data"]["status"], world.box.ledger.money_in)


@row("payments.generate_otp")
async def generate_otp(world):
    order = await world.api.pending()
    answer = await world.ask(payment_id=order["payments"][0]["id"])
    assert ["SUBMIT_OTP", "RESEND_OTP"] == answer.next


@row("payments.resend_otp")
async def resend_otp(world):
    order = await world.api.pending()
    await otp(world.api, "generate", order)
    world.box.clock.advance(seconds=180)
    answer = await world.ask(payment_id=order["payments"][0]["id"])
    assert ["SUBMIT_OTP", "RESEND_OTP"] == answer.next


@row("payments.submit_otp")
async def submit_otp(world):
    order = await world.api.pending()
    await otp(world.api, "generate", order)
    answer = await world.ask(payment_id=order["payments"][0]["id"], otp=RIGHT)
    assert ("SUCCESS", 150000) == (answer.status, world.box.ledger.money_in)


@row("refunds.create")
async def create_refund(world):
    order = await world.api.paid()
    answer = await world.ask(
        order_id=order["order_id"], merchant_order_reference="ref-1", order_amount=money(50000)
    )
    assert ("REFUND", 50000, order["order_id"]) == (
        answer.data.type,
        answer.data.order_amount.value,
        answer.data.parent_order_id,
    )
    assert 50000 == world.box.ledger.money_out


@row("checkout.create")
async def create_checkout(world):
    answer = await world.ask(merchant_order_reference="ord-1", order_amount=money(5000))
    await world.box.payer.approve(answer.redirect_url)
    assert 5000 == world.box.ledger.money_in


@row("convenience_fees.calculate")
async def calculate_fees(world):
    answer = await world.ask(amount=money(10000), payment_method="CARD")
    fee = answer.data[0]
    applicable = fee.convenience_fee_breakdown.applicable_fee_amount.value
    assert 10000 + applicable == fee.payable_amount.value


@row("challans.create")
async def create_challan(world):
    order = await world.api.order(value=1_000_000)
    answer = await world.ask(order_id=order["order_id"], **example("e-challans/create-challan.request.json"))
    assert (order["order_id"], 1_001_180) == (answer.order_id, answer.amount_due)


async def with_challan(world):
    order = await world.api.order()
    path = f"/api/pay/v1/order/{order['order_id']}/challan"
    status, challan = await world.api.call("POST", path, NO_FEE)
    assert 200 == status, challan
    return challan


@row("challans.get")
async def get_challan(world):
    challan = await with_challan(world)
    answer = await world.ask(order_id=challan["order_id"])
    assert challan["challan_id"] == answer.challan_id


@row("challans.download_pdf")
async def download_challan(world):
    challan = await with_challan(world)
    answer = await world.ask(order_id=challan["order_id"])
    assert (b"%PDF-", b"%%EOF") == (answer[:5], answer.strip()[-5:])


@row("settlements.list")
async def list_settlements(world):
    await tomorrow(world.api)
    await world.api.paid(value=150000)
    await tomorrow(world.api)
    today = world.box.clock.now()
    answer = await world.ask(
        start_date=f"{today:%Y-%m-%d}", end_date=f"{today:%Y-%m-%d}", page="1", per_page="10"
    )
    (settled,) = answer.data
    assert 1500 == settled.actual_transaction_amount


@row("settlements.get")
async def get_settlement(world):
    await tomorrow(world.api)
    order = await world.api.paid()
    await tomorrow(world.api)
    (settled,) = (await listed(world.api))["data"]
    answer = await world.ask(utr=settled["utr_number"])
    (transaction,) = answer.transactions
    assert order["payments"][0]["id"] == transaction.transaction_id


async def held_part(world):
    order = await paid_split(world.api, (30000, True), (20000, False))
    return {"order_id": order["order_id"], "settlement_id": parts_of(order)[0]["split_settlement_id"]}


@row("split_settlements.release")
async def release(world):
    ids = await held_part(world)
    answer = await world.ask(**ids, release_amount=money(30000))
    assert ids["order_id"] == answer.data.order_id


@row("split_settlements.cancel")
async def cancel_settlement(world):
    ids = await held_part(world)
    answer = await world.ask(**ids)
    assert ids["order_id"] == answer.data.order_id
