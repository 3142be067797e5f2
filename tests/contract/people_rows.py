"""Customers and their cards, links to pay by, and money that goes out to others."""

from datetime import timedelta

from tests.contract.world import example, money, row
from tests.sandbox.payout_calls import NEW, pay, rows
from tests.sandbox.test_pay_by_links import form
from tests.sandbox.test_payment_links import make as make_link
from tests.sandbox.test_tokens import at_provider, make, make_customer

PHONE = {"country_code": "91", "mobile_number": "9999999999"}


@row("customers.create")
async def create_customer(world):
    given = {**example("customers/create.request.json"), "merchant_customer_reference": "cus-1"}
    answer = await world.ask(**given)
    assert ("cus-1", "INACTIVE", "Kevin") == (
        answer.merchant_customer_reference,
        answer.status,
        answer.first_name,
    )


async def customer(world):
    body = {"merchant_customer_reference": "cus-1", **PHONE}
    status, made = await world.api.call("POST", "/api/v1/customer", body)
    assert 201 == status, made
    return made["customer_id"]


@row("customers.find")
async def find_customer(world):
    made = await customer(world)
    answer = await world.ask(merchant_customer_reference="cus-1", **PHONE)
    assert made == answer.customer_id


@row("customers.get")
async def get_customer(world):
    made = await customer(world)
    answer = await world.ask(customer_id=made)
    assert (made, "cus-1") == (answer.customer_id, answer.merchant_customer_reference)


@row("customers.update")
async def update_customer(world):
    made = await customer(world)
    answer = await world.ask(customer_id=made, status="ACTIVE", last_name="Bob")
    assert ("ACTIVE", "Bob", "9999999999") == (answer.status, answer.last_name, answer.mobile_number)


@row("tokens.create")
async def create_token(world):
    owner = await make_customer(world.api)
    given = {**example("tokens/generate-card-token.request.json"), "customer_id": owner}
    answer = await world.ask(**given)
    assert ("ACTIVE", owner) == (answer.status, answer.customer_id)


async def token(world):
    return await make(world.api, await make_customer(world.api))


@row("tokens.get")
async def get_token(world):
    made = await token(world)
    answer = await world.ask(identifier=made["token_id"])
    assert made["token_id"] == answer.token_id


@row("tokens.create_cryptogram")
async def create_cryptogram(world):
    made = await token(world)
    provider = await at_provider(world.api, made)
    answer = await world.misread(
        # The published sample has numbers here, its own class texts.
        (("token_data", "token_expiry_month"), ("token_data", "token_expiry_year")),
        token_id=made["token_id"],
        merchant_unique_reference="cry-1",
        service_provider_token_id=provider["service_provider_token_id"],
    )
    assert made["token_id"] == answer["token_id"]
    assert answer["token_data"]["cryptogram"]


@row("tokens.delete")
async def delete_token(world):
    made = await token(world)
    answer = await world.ask(token_id=made["token_id"])
    assert made["token_id"] == answer.token_id


@row("customer_tokens.list")
async def list_customer_tokens(world):
    made = await token(world)
    answer = await world.ask(customer_id=made["customer_id"])
    assert [made["token_id"]] == [one.token_id for one in answer.tokens]


@row("customer_tokens.get")
async def get_customer_token(world):
    made = await token(world)
    answer = await world.ask(customer_id=made["customer_id"], token_id=made["token_id"])
    assert made["token_id"] == answer.token_id


@row("customer_tokens.delete")
async def delete_customer_token(world):
    made = await token(world)
    given = example("tokens/delete-customer-token.request.json")
    answer = await world.ask(customer_id=made["customer_id"], token_id=made["token_id"], **given)
    assert made["token_id"] == answer.token_id


@row("payment_links.create")
async def create_link(world):
    given = example("payment-links/create-full.request.json")
    given["expire_by"] = (world.box.clock.now() + timedelta(days=3)).isoformat()
    answer = await world.ask(**given)
    assert ("CREATED", "link_ref", 100) == (
        answer.status,
        answer.merchant_payment_link_reference,
        answer.amount.value,
    )
    await world.box.payer.approve(answer.payment_link)
    assert 100 == world.box.ledger.money_in


@row("payment_links.get")
async def get_link(world):
    link = await make_link(world.api)
    answer = await world.ask(payment_link_id=link["payment_link_id"])
    assert link["payment_link"] == answer.payment_link


@row("payment_links.get_by_reference")
async def get_link_by_reference(world):
    link = await make_link(world.api, "link-7")
    answer = await world.ask(merchant_payment_link_reference="link-7")
    assert link["payment_link_id"] == answer.payment_link_id


@row("payment_links.cancel")
async def cancel_link(world):
    link = await make_link(world.api)
    answer = await world.ask(payment_link_id=link["payment_link_id"])
    assert "CANCELLED" == answer.status


@row("payment_links.notify")
async def notify_link(world):
    link = await make_link(world.api)
    answer = await world.ask(payment_link_id=link["payment_link_id"])
    assert ("CREATED", link["payment_link_id"]) == (answer.status, answer.payment_link_id)


def old_form(world, name, **more):
    """Build a form of the older gateway with the merchant's own credentials."""
    own = {"MERCHANT_ID": world.box.merchant_id, "MERCHANT_ACCESS_CODE": world.box.access_code}
    return {**form(f"{name}.request.form"), **own, **more}


async def old_link(world):
    sent = old_form(world, "create")
    async with world.api.http.post("/api/PaymentURL/CreatePaymentURL", data=sent) as answer:
        return await answer.json()


@row("pay_by_links.create")
async def create_old_link(world):
    status, answer = await world.send(data=old_form(world, "create"))
    assert (200, 1) == (status, answer["RESPONSE_CODE"])
    assert set(example("payment-links-legacy/create.response.json")) == set(answer)


@row("pay_by_links.status")
async def old_status(world):
    await old_link(world)
    status, answer = await world.send(data=old_form(world, "get-status", REFERENCE_NO="pl_644123"))
    assert (200, 1, 20000) == (status, answer["RESPONSE_CODE"], answer["AMOUNT"])


@row("pay_by_links.resend")
async def resend_old_link(world):
    link = await old_link(world)
    sent = old_form(world, "resend", PAYMENT_LINK_ID=str(link["PAYMENT_LINK_ID"]))
    status, answer = await world.send(data=sent)
    assert (200, 1) == (status, answer["RESPONSE_CODE"])


@row("payouts.create")
async def create_payout(world):
    answer = await world.ask(
        client_reference_id="po-1",
        payee_name="Kevin Bob",
        amount=money(4900),
        mode="IMPS",
        remarks="Refund payment",
        account_number=NEW["accountNumber"],
        branch_code=NEW["branchCode"],
    )
    assert ("po-1", "SCHEDULED", 4900) == (answer.client_reference_id, answer.status, answer.amount.value)


@row("payouts.create_bulk")
async def create_payouts(world):
    lines = [f"po-{number},Kevin Bob,100,IMPS,r,12345671415,SBIN0011123," for number in (1, 2)]
    # Of bytes it makes base64, which the documented form field does not hold; a text it leaves alone.
    answer = await world.ask(untyped=("file",), file=rows(*lines))
    assert "SCHEDULED" == answer.status


@row("payouts.list")
async def list_payouts(world):
    payout = await pay(world.api)
    answer = await world.ask(client_reference_id="po-1", page="1", count="10")
    assert [payout["paymentReferenceId"]] == [one.payment_reference_id for one in answer.payments]


@row("payouts.balance")
async def balance(world):
    answer = await world.ask()
    assert 100_000_000 == answer.balance.value


@row("payouts.reschedule")
async def reschedule(world):
    payout = await pay(world.api)
    when = world.box.clock.now().replace(microsecond=0) + timedelta(hours=1)
    answer = await world.ask(payment_reference_id=payout["paymentReferenceId"], schedule_at=when)
    assert ("SCHEDULED", when) == (answer.status, answer.scheduled_at)


@row("payouts.cancel")
async def cancel_payout(world):
    payout = await pay(world.api)
    answer = await world.misread(
        # Documented as an empty text once cancelled; its own class insists on a time.
        (("scheduledAt",),),
        payment_reference_id=payout["paymentReferenceId"],
    )
    assert (payout["paymentReferenceId"], "CANCELLED") == (answer["paymentReferenceId"], answer["status"])
