"""Offers, points and pay later, brand wallets, and orders across the border."""

from tests.contract.world import example, row
from tests.sandbox.papers import form, paid_import
from tests.sandbox.test_affordability import validation
from tests.sandbox.test_awbs import invoiced, made
from tests.sandbox.test_brand_wallets import WHO, active, balance, create, load
from tests.sandbox.test_invoices import BODY, captured
from tests.sandbox.test_top_ups import gift

SUITE = "affordability-suite/create-"


def inr(value):
    return {"value": value, "currency": "INR"}


@row("affordability.discover_offers")
async def discover_offers(world):
    answer = await world.ask(**example(f"{SUITE}offer-discovery-bank-emi.request.json"))
    assert "INDUSIND CC" in [issuer.name for issuer in answer.issuers]


@row("affordability.discover_offers_v2")
async def discover_offers_v2(world):
    body = example(f"{SUITE}offer-discovery-v2.request.json")
    status, answer = await world.send(body=body)
    assert 200 == status
    assert ("ISSUER", "INDUSIND CC") == tuple(answer["entities"][0][name] for name in ("entity_type", "name"))


@row("affordability.discover_cardless_offers")
async def discover_cardless_offers(world):
    given = example(f"{SUITE}cardless-offer-discovery.request.json")
    answer = await world.ask(**{**given, "order_amount": inr(1200000)})
    assert answer.issuers[0].tenures


@row("affordability.down_payment_details")
async def down_payment_details(world):
    answer = await world.ask(**example(f"{SUITE}down-payment-details.request.json"))
    assert 0 == answer.downpayment_details.amount_range.min.value
    assert 25000 == answer.downpayment_details.amount_milestone_list[-1].value


@row("affordability.validate_offer")
async def validate_offer(world):
    wish = await validation(world.api, 3)
    # Its own classes hold these amounts as texts, which the gateway does not take.
    answer = await world.ask(untyped=("order_amount", "payment_amount", "offer_data"), **wish)
    assert "ELIGIBLE" == answer.code


@row("affordability.validate_imei")
async def validate_imei(world):
    order = await world.api.paid()
    given = example(f"{SUITE}imei-validation-blocking.request.json")
    await world.ask(order_id=order["order_id"], **given)
    assert 1 == world.box.ledger.count("affordability.validate_imei", reference="merchant-ref-786")


@row("bnpl.check_eligibility")
async def check_eligibility(world):
    answer = await world.ask(**example("bnpl/check-bnpl-eligibility.request.json"))
    assert answer.txn_eligibility is True


@row("points.balance")
async def points_balance(world):
    answer = await world.ask(**example("pay-by-points/check-point-balance.request.json"))
    assert (True, 5000 * 7 // 10 // 25) == (answer.is_eligible, answer.redeemable_points)


@row("brand_wallets.create")
async def create_wallets(world):
    status, answer = await world.send(body=example("brand-wallet/create-brand-wallet.request.json"))
    assert (200, WHO) == (status, answer["customers"][0]["customer_id"])


@row("brand_wallets.activate")
async def activate_wallet(world):
    await create(world.api)
    assert (200, None) == await world.send(WHO)


@row("brand_wallets.deactivate")
async def deactivate_wallet(world):
    await active(world.api)
    assert (200, None) == await world.send(WHO)


@row("brand_wallets.reset_pin")
async def reset_wallet_pin(world):
    await active(world.api)
    status, answer = await world.send(WHO)
    assert (200, set(example("brand-wallet/reset-brand-wallet-pin.response.json"))) == (status, set(answer))


@row("brand_wallets.load")
async def load_wallet(world):
    await active(world.api)
    status, _ = await world.send(body=example("brand-wallet/load-brand-wallet.request.json"))
    assert (200, 100000) == (status, (await balance(world.api))["total_balance_amount"]["value"])


@row("brand_wallets.balance")
async def wallet_balance(world):
    await active(world.api)
    await load(world.api, 4200)
    status, answer = await world.send(body=example("brand-wallet/get-brand-wallet-balance.request.json"))
    assert (200, 4200) == (status, answer["total_balance_amount"]["value"])


@row("brand_wallets.validate")
async def validate_wallet(world):
    await active(world.api)
    await load(world.api)
    status, answer = await world.send(body=example("brand-wallet/validate-brand-wallet.request.json"))
    assert (200, set(example("brand-wallet/validate-brand-wallet.response.json"))) == (status, set(answer))


@row("brand_wallets.history")
async def wallet_history(world):
    await active(world.api)
    await load(world.api, 4200)
    status, answer = await world.send(WHO, query="?start_date=2000-01-01&end_date=2999-12-31")
    assert (200, 1) == (status, len(answer["data"]["transactions"]))


@row("brand_wallets.add_money")
async def add_money(world):
    await active(world.api)
    status, answer = await world.send(body=gift())
    assert (201, "PROCESSED", 50000) == (
        status,
        answer["data"]["status"],
        (await balance(world.api))["total_balance_amount"]["value"],
    )


@row("international.convert_currency")
async def convert_currency(world):
    answer = await world.ask(**example("international-payments/currency-conversion.request.json"))
    expected = example("international-payments/currency-conversion.response.json")
    assert expected["converted_amount"] == answer.converted_amount


@row("international.compute_tcs")
async def compute_tcs(world):
    order = await paid_import(world.api, kind="LRS")
    body = {
        **example("international-payments/compute-tcs.request.json"),
        "order_id": order["order_id"],
    }
    status, answer = await world.send(body=body)
    assert (200, set(example("international-payments/compute-tcs.response.json"))) == (status, set(answer))


@row("invoices.create")
async def create_invoice(world):
    order = await paid_import(world.api)
    status, answer = await world.send(order["order_id"], BODY)
    assert (202, "INV-1", order["order_id"]) == (status, answer["invoiceNumber"], answer["orderId"])


@row("invoices.get")
async def get_invoice(world):
    order = await paid_import(world.api)
    await captured(world.api, order)
    status, answer = await world.send(order["order_id"])
    assert (200, "INVOICE_CAPTURED") == (status, answer["status"])


@row("invoices.upload")
async def upload_invoice(world):
    order = await paid_import(world.api)
    invoice_id = (await captured(world.api, order)).split("/")[-2]
    status, answer = await world.send((order["order_id"], invoice_id), data=form())
    assert (200, "INVOICE_UPLOADED") == (status, answer["status"])


@row("awbs.create")
async def create_awbs(world):
    order = await invoiced(world.api)
    status, answer = await world.send(
        order["order_id"], example("international-payments/create-awb.request.json")
    )
    assert (202, 2) == (status, answer["total"])


@row("awbs.list")
async def list_awbs(world):
    order = await invoiced(world.api)
    ids = await made(world.api, order, "A-1", "A-2")
    status, answer = await world.send(order["order_id"])
    assert (200, ids) == (status, [one["awb_id"] for one in answer["awb_mappings"]])


@row("awbs.get")
async def get_awb(world):
    order = await invoiced(world.api)
    (awb_id,) = await made(world.api, order, "A-1")
    status, answer = await world.send((order["order_id"], awb_id))
    assert (200, "A-1", "AWB_CAPTURED") == (status, answer["awb_number"], answer["status"])


@row("awbs.upload")
async def upload_awb(world):
    order = await invoiced(world.api)
    (awb_id,) = await made(world.api, order, "A-1")
    status, answer = await world.send((order["order_id"], awb_id), data=form())
    assert (200, "AWB_UPLOADED") == (status, answer["status"])
