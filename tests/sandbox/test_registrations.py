"""What the order of a mandate is paid with: one UPI payment that asks for the mandate, and nothing else."""

import pytest

from tests.sandbox.mandate_calls import brief, money, plan, register, standing, subscribe

INITIAL = {"frequency": "Day", "initial_debit_amount": money(11_000)}
INTENT = {"upi_details": {"txn_mode": "INTENT"}}


def entry(reference, value, **more):
    return {
        "merchant_payment_reference": reference,
        "payment_method": "UPI",
        "payment_amount": money(value),
        "payment_option": INTENT,
        "mandate_info": {"request_type": "CREATE_MANDATE"},
        **more,
    }


async def test_a_bank_transfer_approves_no_mandate(api, box):
    """Only UPI works for subscriptions: their order has no challan."""
    made = await subscribe(api)

    path = f"/api/pay/v1/order/{made['order_id']}/challan"
    answer = await api.call("POST", path, {"convenience_fee_breakdown": {}})

    assert (400, "INVALID_REQUEST") == brief(answer)
    assert ("CREATED", 0) == (await standing(api, made), box.ledger.count("challans.create"))


@pytest.mark.parametrize("info", [None, {}, {"request_type": "REVOKE"}])
async def test_a_payment_that_asks_for_no_mandate_is_refused(api, box, info):
    """The payment of a mandate has `mandate_info`; without it the payer would not be asked for one."""
    made = await subscribe(api)

    answer = await api.attempt(made, entry("pay-1", 1_000_000, mandate_info=info))

    assert (400, "INVALID_REQUEST") == brief(answer)
    assert ("CREATED", 0) == (await standing(api, made), box.ledger.count("payments.create"))


async def test_a_mandate_is_approved_by_one_payment(api, box):
    """Two entries would each take the initial debit."""
    made = await subscribe(api, of=await plan(api, **INITIAL))

    answer = await api.attempt(made, entry("pay-1", 400_000), entry("pay-2", 600_000))

    assert (400, "INVALID_REQUEST") == brief(answer)
    assert 0 == box.ledger.count("payments.create")


async def test_a_failed_attempt_keeps_the_amount_that_it_was_for(api, box):
    """Only the payment that is approved is charged with the initial debit."""
    made = await subscribe(api, of=await plan(api, **INITIAL))
    await box.payer.decline((await register(api, made))["challenge_url"])
    again = await register(api, made, reference="again")

    await box.payer.approve(again["challenge_url"])

    paid = (await api.get(made))["payments"]
    assert [("FAILED", money(1_000_000)), ("PROCESSED", money(11_000))] == [
        (payment["status"], payment["payment_amount"]) for payment in paid
    ]
    assert 11_000 == box.ledger.money_in
