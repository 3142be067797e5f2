"""What is settled: all that was paid and refunded in this sandbox, on the next day, to the paisa."""

from decimal import Decimal

import pytest

from tests.sandbox.settlement_calls import detail, listed, money, settled, tomorrow
from tests.sandbox.told import later


@pytest.fixture(autouse=True)
async def at_noon(box, api):
    """Start each test at noon, so that no midnight falls into it."""
    await tomorrow(api)


async def test_a_detail_adds_up(api, box):
    """What was paid, less fee, tax, refunds and partners' parts, is what was settled; each figure is told."""
    await api.paid("a", 12345)
    await api.refund(await api.paid("b", 99999), "ref-1", 10001)
    parts = [
        {"split_merchant_id": "200001", "amount": money(700), "on_hold": True},
        {"split_merchant_id": "200002", "amount": money(300), "on_hold": False},
    ]
    await api.paid(
        "c",
        5000,
        purchase_details={"split_info": {"split_type": "AMOUNT", "split_details": parts}},
    )
    await tomorrow(api)

    one = await settled(api)

    figures = {name: one[name] for name in one if isinstance(one[name], int | Decimal) and one[name]}
    # Fees 2.47 + 20.00 + 1.00, taxes 0.44 + 3.60 + 0.18.
    assert {
        "total_transaction_count": 3,
        "actual_transaction_amount": Decimal("1173.44"),
        "total_mdr_amount": Decimal("23.47"),
        "total_gst_amount": Decimal("4.22"),
        "total_transaction_amount": Decimal("1145.75"),
        "total_refund": Decimal("100.01"),
        "split_fund_amount": 10,
        "total_settled_amount": Decimal("1035.74"),
    } == figures
    assert [Decimal("2.91"), Decimal("23.6"), Decimal("1.18")] == [
        transaction["total_deduction_amount"] for transaction in one["transactions"]
    ]
    assert one["total_transaction_amount"] == sum(
        transaction["settled_amount"] for transaction in one["transactions"]
    )
    record = (await listed(api))["data"][0]
    assert one["total_settled_amount"] == record["total_amount"]
    assert record["actual_transaction_amount"] - record["total_deduction_amount"] == record["total_amount"]


async def test_settlements_are_payments_less_refunds_and_fees(api, box):
    """Over many days with odd amounts the sum is exact, and the ledger says the same."""
    values = [101, 333, 12_345, 99_999_999, 4_999, 777, 50_001, 100, 1_000_000, 65_537]
    for number, value in enumerate(values):
        order = await api.paid(f"ord-{number}", value)
        if number % 3 == 0:
            await api.refund(order, f"ref-{number}", max(100, value // 7))
        if number % 2:
            await tomorrow(api)
    await tomorrow(api)

    answer = await listed(api)
    details = [await detail(api, record["utr_number"]) for record in answer["data"]]

    fees = sum(one["total_mdr_amount"] + one["total_gst_amount"] for one in details)
    expected = Decimal(box.ledger.money_in - box.ledger.money_out) / 100 - fees
    assert expected == answer["total_settlement_amount"]
    assert expected == sum(record["total_amount"] for record in answer["data"])
    assert Decimal(sum(values)) / 100 == sum(one["actual_transaction_amount"] for one in details)
    assert len(values) == sum(one["total_transaction_count"] for one in details)
    paid = [transaction["transaction_id"] for one in details for transaction in one["transactions"]]
    assert len(values) == len(set(paid))


async def test_a_refund_does_not_change_what_was_settled(api, box):
    """It is taken from the settlement of its own day; an earlier one stays as it was told."""
    order = await api.paid(value=150000)
    await tomorrow(api)
    before = await settled(api)
    await api.paid("ord-2", 200000)
    await api.refund(order, "ref-1", 150000)
    await tomorrow(api)

    newest, oldest = (await listed(api))["data"]

    assert before == await detail(api, oldest["utr_number"])
    # 2000.00 - 40.00 - 7.20 - 1500.00
    assert Decimal("452.8") == newest["total_amount"]
    assert 1500 == (await detail(api, newest["utr_number"]))["total_refund"]


async def test_a_day_that_costs_money_waits_for_the_next(api):
    """No settlement takes money from the merchant: refunds wait until payments cover them."""
    order = await api.paid(value=10000)
    await api.refund(order, "ref-1", 10000)
    await tomorrow(api)
    assert [] == (await listed(api))["data"]
    await api.paid("ord-2", 10000)
    await tomorrow(api)

    one = await settled(api)

    # Twice 100.00 - 2.00 - 0.36, once - 100.00
    assert (2, 100, Decimal("95.28")) == (
        one["total_transaction_count"],
        one["total_refund"],
        one["total_settled_amount"],
    )


async def test_a_capture_is_settled_and_a_block_is_not(api):
    """Blocked money is nobody's yet; of a captured order the captured part counts, on the day of its capture."""
    await api.paid("blocked", pre_auth=True)
    order = await api.paid("captured", 150000, pre_auth=True)
    await tomorrow(api)
    assert [] == (await listed(api))["data"]
    body = {"merchant_capture_reference": "cap-1", "capture_amount": money(100000)}
    assert 200 == (await api.put(order, "capture", body))[0]
    await tomorrow(api)

    one = await settled(api)

    assert (1, 1000) == (one["total_transaction_count"], one["actual_transaction_amount"])


async def test_one_settlement_covers_all_methods_of_a_day(api, box):
    """It names them, each payment says its own, and which are in instalments."""
    await api.paid("card", 10000)
    order = await api.order("emi", 10000)
    option = {"cardless_details": {"registered_mobile_number": "9999999999", "pan_number": "ABCDE1234F"}}
    status, answer = await api.pay(order, "pay-emi", "CARDLESS_EMI", option)
    assert 200 == status, answer
    await box.payer.approve(answer["data"]["challenge_url"])
    await tomorrow(api)

    one = await settled(api)

    assert ["CARD", "CARDLESS_EMI"] == one["programs"]
    assert [("CARD", False), ("CARDLESS_EMI", True)] == [
        (transaction["program"], transaction["is_emi"]) for transaction in one["transactions"]
    ]


async def test_what_nobody_paid_is_not_settled(api, box):
    """New, pending and declined orders bring nothing, nor do dollars, and no other merchant's money does."""
    await api.paid("dollars", order_amount={"value": 150000, "currency": "USD"})
    await api.order("new")
    await api.pending("pending")
    declined = await api.pending("declined")
    await box.payer.decline(declined["challenge_url"])
    other = box.add_merchant()
    await api.login(other.client_id, other.client_secret)
    await api.paid("theirs")
    await api.login()
    await tomorrow(api)

    assert {
        "data": [],
        "total_settlement_count": 0,
        "total_transactions_count": 0,
        "total_settlement_amount": 0,
    } == await listed(api)


async def test_partners_get_what_is_released_and_the_merchant_the_rest(api):
    """A part is out of the settlement of the payment; cancelled, or left by a release, it comes with a later one."""
    parts = [{"split_merchant_id": "1", "amount": money(20000), "on_hold": True} for _ in range(3)]
    order = await api.paid(
        value=100000,
        purchase_details={"split_info": {"split_type": "AMOUNT", "split_details": parts}},
    )
    await tomorrow(api)
    # 1000.00 - 20.00 - 3.60 - 600.00
    one = await settled(api)
    assert (600, Decimal("376.4")) == (one["split_fund_amount"], one["total_settled_amount"])
    held = order["purchase_details"]["split_info"]["split_details"]
    root = f"/api/pay/v1/orders/{order['order_id']}/settlementId"
    for part, verb, body in (
        (held[0], "release", {"release_amount": money(15000)}),
        (held[1], "cancel", None),
        (held[2], "release", None),
    ):
        status, answer = await api.call("PATCH", f"{root}/{part['split_settlement_id']}/{verb}", body)
        assert 200 == status, answer
    await tomorrow(api)

    newest, oldest = (await listed(api))["data"]

    # 50.00 that were not released and 200.00 that were cancelled
    assert (Decimal("376.4"), 250) == (oldest["total_amount"], newest["total_amount"])
    one = await detail(api, newest["utr_number"])
    assert (-250, 0, []) == (one["split_fund_amount"], one["total_transaction_count"], one["transactions"])


async def test_partners_get_no_more_than_was_captured(api):
    """Of a partial capture the parts are served in their order, as far as it goes."""
    parts = [{"split_merchant_id": "1", "amount": money(40000)} for _ in range(2)]
    order = await api.paid(
        value=100000,
        pre_auth=True,
        purchase_details={"split_info": {"split_type": "AMOUNT", "split_details": parts}},
    )
    await api.paid("other", 100000)
    body = {"merchant_capture_reference": "cap-1", "capture_amount": money(50000)}
    await api.put(order, "capture", body)
    await tomorrow(api)

    assert 500 == (await settled(api))["split_fund_amount"]


async def test_a_part_cancelled_before_the_payment_never_leaves_the_merchant(api, box):
    """Nothing is settled on the day of the cancel, and all of the payment with the payment."""
    parts = [{"split_merchant_id": "1", "amount": money(20000), "on_hold": True}]
    split = {"split_info": {"split_type": "AMOUNT", "split_details": parts}}
    order = await api.pending(value=100000, purchase_details=split)
    (part,) = order["purchase_details"]["split_info"]["split_details"]
    path = f"/api/pay/v1/orders/{order['order_id']}/settlementId/{part['split_settlement_id']}/cancel"
    assert 200 == (await api.call("PATCH", path))[0]
    await tomorrow(api)
    await box.payer.approve(order["challenge_url"])
    await tomorrow(api)

    one = await settled(api)

    assert (0, Decimal("976.4")) == (one["split_fund_amount"], one["total_settled_amount"])


@pytest.mark.parametrize(
    ("status", "held", "recovered"),
    [("", False, 150), ("DO_NOT_RECOVER", False, 0), ("", True, 0)],
    ids=["recovered", "not recovered", "still held"],
)
async def test_refunds_recover_from_partners_what_these_have(api, status, held, recovered):
    """A refund is the merchant's, but for the parts that come back from a partner who was paid."""
    parts = [{"split_merchant_id": "1", "amount": money(20000), "on_hold": held}]
    split = {"split_info": {"split_type": "AMOUNT", "split_details": parts}}
    order = await api.paid(value=100000, purchase_details=split)
    (part,) = order["purchase_details"]["split_info"]["split_details"]
    entry = {
        "split_merchant_id": "1",
        "parent_order_split_settlement_id": part["split_settlement_id"],
        "amount": money(15000),
        "status": status,
    }
    answer = await api.refund(
        order, "ref-1", 50000, split_info={"split_type": "AMOUNT", "split_details": [entry]}
    )
    assert 200 == answer[0], answer
    await tomorrow(api)

    one = await settled(api)

    # 1000.00 - 20.00 - 3.60 - 500.00 - 200.00
    assert (500, 200 - recovered, Decimal("276.4") + recovered) == (
        one["total_refund"],
        one["split_fund_amount"],
        one["total_settled_amount"],
    )


async def test_refunds_recover_no_more_than_a_partner_got(api):
    """Of a part released in part only that comes back, whatever refunds name."""
    parts = [{"split_merchant_id": "1", "amount": money(20000), "on_hold": True}]
    split = {"split_info": {"split_type": "AMOUNT", "split_details": parts}}
    order = await api.paid(value=100000, purchase_details=split)
    (part,) = order["purchase_details"]["split_info"]["split_details"]
    path = f"/api/pay/v1/orders/{order['order_id']}/settlementId/{part['split_settlement_id']}/release"
    assert 200 == (await api.call("PATCH", path, {"release_amount": money(5000)}))[0]
    for reference in ("ref-1", "ref-2"):
        entry = {
            "split_merchant_id": "1",
            "parent_order_split_settlement_id": part["split_settlement_id"],
            "amount": money(4000),
        }
        split_info = {"split_type": "AMOUNT", "split_details": [entry]}
        assert 200 == (await api.refund(order, reference, 10000, split_info=split_info))[0]
    await tomorrow(api)

    one = await settled(api)

    # 1000.00 - 20.00 - 3.60 - 200.00: the partner has nothing left.
    assert (0, Decimal("776.4")) == (one["split_fund_amount"], one["total_settled_amount"])


@pytest.mark.parametrize(("amount", "refunded"), [(777711, 1), (777712, 0)], ids=["late", "failed"])
async def test_a_refund_counts_once_the_bank_has_made_it(api, amount, refunded):
    """A pending refund is taken from the settlement of the day on which it is processed, a failed one from none."""
    await tomorrow(api, 23)
    await later(api, minutes=55)
    order = await api.paid(value=2 * amount)
    assert 200 == (await api.refund(order, "ref-1", amount))[0]
    await tomorrow(api)
    await api.paid("ord-2", 2 * amount)
    await tomorrow(api)

    newest, oldest = (await listed(api))["data"]

    assert [Decimal(amount * refunded) / 100, 0] == [
        (await detail(api, record["utr_number"]))["total_refund"] for record in (newest, oldest)
    ]
