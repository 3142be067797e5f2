"""Adding money to a brand wallet: from gift cards, by UPI, once, and by nobody who has not paid."""

import json
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pinelabs_async import OrderStatus, from_json
from pinelabs_async.api.brand_wallets import WalletTopUp
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.gateway.top_ups import GIFT_CARDS
from tests.sandbox.test_brand_wallets import WHO, active, balance, brief, history, inr, verb
from tests.sandbox.told import events, later, session, whole_data

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
PATH = "/api/pay/v1/add_money"
CARD = "6006000000000050"


def example(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def gift(number=CARD, pin=None, reference="gc-1", **more):
    details = {"gift_card_number": number, "pin": pin or GIFT_CARDS[number].pin}
    return {
        **example("brand-wallet/add-money-gift-card.request"),
        "merchant_order_reference": reference,
        "payment_option": {"gift_card_details": details},
        **more,
    }


def upi(vpa=None, value=100000, reference="upi-1", **more):
    details = {"txn_mode": "COLLECT", "payer": {"vpa": vpa}} if vpa else {"txn_mode": "INTENT"}
    return {
        **example("brand-wallet/add-money-upi-collect.request"),
        "merchant_order_reference": reference,
        "amount": inr(value),
        "payment_option": {"upi_details": details},
        **more,
    }


async def add(api, body):
    status, answer = await api.call("POST", PATH, body)
    assert 201 == status, answer
    return answer["data"]


async def total(api):
    return (await balance(api))["total_balance_amount"]["value"]


async def child_of(api, parent):
    path = f"/api/pay/v1/orders/reference/{parent['order_id']}-charge"
    status, answer = await api.call("GET", path)
    assert 200 == status, answer
    return answer["data"]


async def test_a_gift_card_is_in_the_wallet_at_once(api, box):
    """The order is PROCESSED in the first answer, with nothing of the card, and can be read again."""
    await active(api)

    order = await add(api, gift())

    assert ("ADD_MONEY", "PROCESSED", "gc-1", inr(50000)) == (
        order["type"],
        order["status"],
        order["merchant_order_reference"],
        order["order_amount"],
    )
    assert 50000 == await total(api)
    assert order == await api.get(order)
    assert (200, {"data": order}) == await api.call("GET", "/api/pay/v1/orders/reference/gc-1")
    (done,) = box.ledger.executions("brand_wallets.add_money", reference="gc-1")
    # The card was paid for when it was bought.
    assert (order["order_id"], 50000, "none") == (done.order_id, done.amount, done.money)
    assert CARD not in json.dumps([order, await history(api)])


async def test_a_gift_card_is_spent_in_parts_but_not_beyond_what_it_holds(api):
    """Parts come off it; what is more than the rest is refused, and an empty card has nothing to give."""
    await active(api)

    await add(api, gift(amount=inr(20000)))
    too_much = await api.call("POST", PATH, gift(amount=inr(30001), reference="gc-2"))
    rest = await add(api, gift(reference="gc-3"))
    empty = await api.call("POST", PATH, gift(reference="gc-4"))

    assert [(422, "INSUFFICIENT_FUNDS")] * 2 == [brief(too_much), brief(empty)]
    assert inr(30000) == rest["order_amount"]
    assert 50000 == await total(api)


@pytest.mark.parametrize("card", [{"number": "6006999999999999", "pin": "111111"}, {"pin": "000000"}])
async def test_an_unknown_gift_card_and_a_wrong_pin_are_refused_alike(api, box, card):
    """Nothing is made of them, and the reference stays free."""
    await active(api)

    assert (422, "INVALID_INSTRUMENT") == brief(await api.call("POST", PATH, gift(**card)))
    assert (0, 0) == (await total(api), box.ledger.count("brand_wallets.add_money"))
    assert "PROCESSED" == (await add(api, gift()))["status"]


async def test_by_upi_link_the_money_comes_when_the_customer_has_paid(api, box):
    """Until then the parent order is PENDING and the wallet empty; its child holds the payment."""
    await active(api)

    parent = await add(api, upi())
    before, waiting = await total(api), await child_of(api, parent)
    await box.payer.approve(parent["challenge_url"])

    assert (0, "PENDING", "PENDING") == (before, parent["status"], waiting["status"])
    assert {"am": ["1000.00"], "cu": ["INR"]} == {
        name: value
        for name, value in parse_qs(urlsplit(parent["challenge_url"]).query).items()
        if name in ("am", "cu")
    }
    assert ("CHARGE", parent["order_id"]) == (waiting["type"], waiting["parent_order_id"])
    paid, child = await api.get(parent), await child_of(api, parent)
    assert ("PROCESSED", "PROCESSED", 100000) == (paid["status"], child["status"], await total(api))
    assert "challenge_url" not in paid
    assert ["UPI"] == [payment["payment_method"] for payment in child["payments"]]
    assert [("COMPLETED", 1000.0)] == [
        (change["transaction_status"], change["transaction_amount"]) for change in await history(api)
    ]
    assert (1, 100000) == (box.ledger.count("brand_wallets.add_money"), box.ledger.money_in)
    assert [child["order_id"]] == [data["order_id"] for _, data in events(box, "ORDER_PROCESSED")]


async def test_a_collect_request_is_answered_by_order_id(api, box):
    """There is no link: the payer's UPI app knows the parent order."""
    await active(api)

    parent = await add(api, upi("customer@examplebank"))
    await box.payer.approve(parent["order_id"])

    assert "challenge_url" not in parent
    assert ("PROCESSED", 100000) == ((await api.get(parent))["status"], await total(api))


@pytest.mark.parametrize(
    ("outcome", "status", "refused"),
    [("decline", "FAILED", "OPERATION_NOT_ALLOWED"), ("abandon", "CANCELLED", "ORDER_CANCELLED")],
)
async def test_without_a_payment_there_is_no_money(api, box, outcome, status, refused):
    """The parent order ends as its only attempt does, and the history tells of a failure."""
    await active(api)
    parent = await add(api, upi())

    await getattr(box.payer, outcome)(parent["challenge_url"])

    assert status == (await api.get(parent))["status"] == (await child_of(api, parent))["status"]
    assert (0, 0) == (await total(api), box.ledger.money_in)
    ((told, amount),) = [
        (change["transaction_status"], change["account_balance"]) for change in await history(api)
    ]
    assert ("FAILED", 0.0) == (told, amount)
    again = await api.pay(
        await child_of(api, parent), "pay-2", "UPI", {"upi_details": {"txn_mode": "INTENT"}}
    )
    assert (422, refused) == brief(again)


async def test_the_sandboxs_payers_answer_by_themselves(api, box):
    """Money comes, or not, as time passes."""
    await active(api)
    good = await add(api, upi("success@sandbox"))
    bad = await add(api, upi("declined@sandbox", reference="upi-2"))

    await later(api, seconds=6)

    assert ("PROCESSED", "FAILED") == ((await api.get(good))["status"], (await api.get(bad))["status"])
    assert 100000 == await total(api)


async def test_money_that_was_paid_comes_into_a_wallet_that_was_deactivated_meanwhile(api, box):
    """Nothing that a customer has paid is lost."""
    await active(api)
    parent = await add(api, upi())
    await verb(api, "deactivate")

    await box.payer.approve(parent["challenge_url"])

    assert 100000 == await total(api)


async def test_what_is_in_a_wallet_is_not_refunded(api, box):
    """Neither the payment nor the order it belongs to: no call is documented that takes from a wallet."""
    await active(api)
    parent = await add(api, upi())
    await box.payer.approve(parent["challenge_url"])

    answers = [
        await api.refund(order, f"ref-{order['order_id']}"[:50], 100000)
        for order in (await child_of(api, parent), parent)
    ]

    assert [(422, "OPERATION_NOT_ALLOWED")] * 2 == [brief(answer) for answer in answers]
    assert (100000, 0) == (await total(api), box.ledger.money_out)


@pytest.mark.parametrize("setting", ["refuse", "return"])
@pytest.mark.parametrize("make", [gift, upi])
async def test_a_repeated_reference_adds_nothing(open_api, setting, make):
    """It is refused, or answered with the order that it made."""
    async with Sandbox(duplicate_references=setting) as box:
        api = await open_api(box)
        await active(api)
        order = await add(api, make(amount=inr(10000)))

        status, answer = await api.call("POST", PATH, make(amount=inr(20000)))

        if setting == "refuse":
            expected = (422, example("errors/DUPLICATE_REQUEST-merchant-reference"))
        else:
            expected = (201, {"data": order})
        assert expected == (status, answer)
        assert 1 == box.ledger.count("brand_wallets.add_money")
        assert (10000 if make is gift else 0) == await total(api)


async def test_a_wallet_that_is_not_in_use_takes_nothing(api, box):
    """No order is made for it; an unknown customer is an invalid request."""
    await active(api)
    await verb(api, "deactivate")

    answers = [await api.call("POST", PATH, body) for body in (gift(), upi())]
    unknown = await api.call("POST", PATH, gift(customer={"customer_id": "nobody"}))

    assert [(422, "OPERATION_NOT_ALLOWED")] * 2 == [brief(answer) for answer in answers]
    assert (400, "INVALID_REQUEST") == brief(unknown)
    assert (0, {}) == (box.ledger.count("brand_wallets.add_money"), box._state.challenges)


@pytest.mark.parametrize(
    ("make", "change"),
    [
        *(
            (make, change)
            for make in (gift, upi)
            for change in (
                {"merchant_order_reference": None},
                {"merchant_order_reference": "a b"},
                {"mode": None},
                {"mode": "CARD"},
                {"mode": ["CASH"]},
                {"amount": inr(99)},
                {"amount": inr(100000001)},
                {"amount": {"value": 1000, "currency": "USD"}},
                {"payment_option": None},
                {"payment_option": {}},
                {"customer": None},
                {"customer": {}},
                {"merchant_metadata": "x"},
                {"merchant_metadata": {"a": 1}},
            )
        ),
        (gift, {"mode": "CASH"}),
        (upi, {"mode": "GIFT_CARD"}),
        (gift, {"payment_option": {"gift_card_details": {"pin": "111111"}}}),
        (gift, {"payment_option": {"gift_card_details": {"gift_card_number": CARD, "pin": "1234"}}}),
        (gift, {"payment_option": {"gift_card_details": {"gift_card_number": CARD, "pin": 111111}}}),
        (upi, {"amount": None}),
        (upi, {"payment_option": {"upi_details": {}}}),
        (upi, {"payment_option": {"upi_details": {"txn_mode": "QR"}}}),
        (upi, {"payment_option": {"upi_details": {"txn_mode": "COLLECT"}}}),
        (upi, {"payment_option": {"upi_details": {"txn_mode": "COLLECT", "payer": {"vpa": "nobody"}}}}),
    ],
)
async def test_a_wrong_top_up_is_an_invalid_request(api, box, make, change):
    """Members that are missing, mistyped, out of range or of the other mode are refused with 400."""
    await active(api)

    assert (400, "INVALID_REQUEST") == brief(await api.call("POST", PATH, make() | change))
    assert 0 == box.ledger.count("brand_wallets.add_money")


async def test_what_is_written_with_the_order_is_told_back(api):
    """The merchant's own notes are in the answer."""
    await active(api)

    order = await add(api, gift(merchant_metadata={"channel": "app"}))

    assert {"merchant_metadata": {"channel": "app"}} == order["purchase_details"]


async def test_the_sdk_reads_both_orders_whole(api, box):
    """Gift card and UPI link answer the SDK with what it has a field for, and the history tells both."""
    await active(api)
    async with session(box) as pinelabs:
        wallets = pinelabs.brand_wallets
        done = whole_data(await wallets.add_money(from_json(WalletTopUp, gift())))
        open_one = whole_data(await wallets.add_money(from_json(WalletTopUp, upi())))
        await box.payer.approve(open_one.challenge_url)
        paid = whole_data(await pinelabs.orders.get(open_one.order_id))
        always = {"start_date": date(2000, 1, 1), "end_date": date(2999, 12, 31)}
        changes = [change async for change in wallets.history(WHO, **always)]

    assert (OrderStatus.PROCESSED, OrderStatus.PENDING, OrderStatus.PROCESSED) == (
        done.status,
        open_one.status,
        paid.status,
    )
    assert [1500, 500] == [change.account_balance for change in changes]
