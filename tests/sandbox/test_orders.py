"""Create, get, capture and cancel orders."""

import json
import re
from pathlib import Path

import pytest

from pinelabs_async.sandbox import Sandbox
from tests.sandbox.told import events

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
VARYING = ("order_id", "merchant_order_reference", "merchant_id", "created_at", "updated_at")


def example(name):
    return json.loads((EXAMPLES / name).read_text())


async def test_a_new_order_has_the_documented_shape(api, box):
    """The documented request gets the documented answer, but for ids and times."""
    expected = example("orders/create-order-cardless-emi.response.json")["data"]

    status, answer = await api.call(
        "POST", "/api/pay/v1/orders", example("orders/create-order-cardless-emi.request.json")
    )

    actual = answer["data"]
    assert 200 == status
    assert set(expected) == set(actual)
    fixed = set(expected) - set(VARYING)
    assert {name: expected[name] for name in fixed} == {name: actual[name] for name in fixed}
    assert "112345" == actual["merchant_order_reference"]
    assert box.merchant_id == actual["merchant_id"]
    assert re.fullmatch(r"v1-\d{12}-aa-[A-Za-z0-9]{6}", actual["order_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", actual["created_at"])


@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.glob("orders/create-order*.request.json")), ids=lambda path: path.name
)
async def test_every_documented_order_is_accepted(api, path):
    """Published sample requests are valid."""
    status, answer = await api.call("POST", "/api/pay/v1/orders", json.loads(path.read_text()))

    assert 200 == status, answer


async def test_a_numeric_reference_comes_back_as_text_and_the_bank_account_not_at_all(api):
    """The sample of third-party validation sends a number and is not told its account."""
    _, answer = await api.call("POST", "/api/pay/v1/orders", example("orders/create-order-tpv.request.json"))

    assert "112345" == answer["data"]["merchant_order_reference"]
    assert "account_details" not in answer["data"]["purchase_details"]


async def test_an_order_is_found_by_id_and_by_reference(api):
    """Both look-ups answer what the creation answered."""
    order = await api.order(notes="order1", something_new={"a": 1})

    assert order == await api.get(order)
    assert (200, {"data": order}) == await api.call("GET", "/api/pay/v1/orders/reference/ord-1")


@pytest.mark.parametrize("path", ["/api/pay/v1/orders/nothing", "/api/pay/v1/orders/reference/nothing"])
async def test_an_unknown_order_is_not_found(api, path):
    """Both look-ups answer the documented 404."""
    expected = {
        "code": "ORDER_NOT_FOUND",
        "message": "No order with specified order-id exists in the system",
    }

    assert (404, expected) == await api.call("GET", path)


async def test_a_repeated_reference_is_refused(api, box):
    """By default the second order with a reference is a duplicate, and is not made."""
    await api.order()
    body = {"merchant_order_reference": "ord-1", "order_amount": {"value": 100, "currency": "INR"}}

    assert (422, example("errors/DUPLICATE_REQUEST-merchant-reference.json")) == await api.call(
        "POST", "/api/pay/v1/orders", body
    )
    assert 1 == box.ledger.count("orders.create", reference="ord-1")


async def test_a_repeated_reference_may_return_the_order(open_api):
    """The other documented behaviour answers the existing order and makes none."""
    async with Sandbox(duplicate_references="return") as box:
        api = await open_api(box)
        order = await api.order()

        assert order == await api.order(value=200)
        assert 1 == box.ledger.count("orders.create")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"order_amount": {"value": 0, "currency": "INR"}}, "greater than or equal to 1"),
        ({"order_amount": {"value": 99, "currency": "INR"}}, "greater than or equal to 100"),
        ({"order_amount": {"value": 100000001, "currency": "INR"}}, "less than or equal to 100000000"),
        ({"order_amount": {"value": 1500.0, "currency": "INR"}}, "Integer"),
        ({"order_amount": {"value": "1500", "currency": "INR"}}, "Integer"),
        ({"order_amount": {"value": True, "currency": "INR"}}, "Integer"),
        ({"order_amount": {"value": 1500}}, "currency"),
        ({"order_amount": {"value": 1500, "currency": "rupee"}}, "currency"),
        ({"order_amount": {"value": 1500, "currency": 356}}, "currency"),
        ({"order_amount": 1500}, "order_amount"),
        ({"order_amount": None}, "order_amount"),
        ({"merchant_order_reference": None}, "Merchant Order Reference must not be empty"),
        ({"merchant_order_reference": ""}, "Merchant Order Reference must not be empty"),
        ({"merchant_order_reference": "x" * 51}, "1 to 50"),
        ({"merchant_order_reference": "a b"}, "1 to 50"),
        ({"merchant_order_reference": "ünï"}, "1 to 50"),
        ({"merchant_order_reference": True}, "string"),
        ({"merchant_order_reference": ["a"]}, "string"),
        ({"pre_auth": "true"}, "pre_auth"),
        ({"callback_url": 5}, "callback_url"),
        ({"notes": {}}, "notes"),
        ({"allowed_payment_methods": ["CARD", "CASH"]}, "Payment method is missing/invalid"),
        ({"allowed_payment_methods": "CARD"}, "Payment method is missing/invalid"),
        ({"allowed_payment_methods": [["CARD"]]}, "Payment method is missing/invalid"),
        ({"purchase_details": []}, "purchase_details"),
        ({"purchase_details": {"customer": "Kevin"}}, "customer"),
    ],
)
async def test_a_wrong_order_is_an_invalid_request(api, box, change, message):
    """Members that break the contract are refused and named, and nothing is made."""
    body = {"merchant_order_reference": "ord-1", "order_amount": {"value": 1500, "currency": "INR"}}

    status, answer = await api.call("POST", "/api/pay/v1/orders", body | change)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert 0 == box.ledger.count()


async def test_merchants_do_not_see_each_other(api, box, open_api):
    """The same reference is free for another merchant, whose orders stay its own."""
    mine = await api.order()
    other = await open_api(box)
    credentials = box.add_merchant()
    await other.login(credentials.client_id, credentials.client_secret)

    theirs = await other.order()

    assert mine["order_id"] != theirs["order_id"]
    assert credentials.merchant_id == theirs["merchant_id"]
    assert 404 == (await api.call("GET", f"/api/pay/v1/orders/{theirs['order_id']}"))[0]


@pytest.mark.parametrize(
    ("wanted", "taken", "expected"),
    [
        (None, 150000, "PROCESSED"),
        (150000, 150000, "PROCESSED"),
        (100000, 100000, "PARTIALLY_CAPTURED"),
    ],
)
async def test_capture_takes_all_or_a_part(api, box, wanted, taken, expected):
    """A capture moves the blocked money, all of it unless a part is named, and tells the order's state."""
    order = await api.paid(pre_auth=True)
    assert ("AUTHORIZED", 0) == (order["status"], box.ledger.money_in)
    body = {"merchant_capture_reference": "cap-1"}
    if wanted:
        body["capture_amount"] = {"value": wanted, "currency": "INR"}

    status, answer = await api.put(order, "capture", body)

    captured = answer["data"]
    assert (200, expected) == (status, captured["status"])
    assert [("ORDER_AUTHORIZED", "AUTHORIZED"), ("ORDER_PROCESSED", expected)] == [
        (kind, data["status"]) for kind, data in events(box)
    ]
    assert "PROCESSED" == captured["payments"][0]["status"]
    (capture,) = captured["payments"][0]["capture_data"]
    assert {"value": taken, "currency": "INR"} == capture["capture_amount"]
    assert "cap-1" == capture["merchant_capture_reference"]
    assert taken == box.ledger.money_in
    assert captured == await api.get(order)


async def test_capture_is_refused_where_there_is_nothing_to_take(api, box):
    """Orders without pre_auth, not authorised, or captured before cannot be captured."""
    body = {"merchant_capture_reference": "cap-1"}
    plain = await api.paid("plain")
    new = await api.order("new", pre_auth=True)
    done = await api.paid("done", pre_auth=True)
    await api.put(done, "capture", body)

    answers = [await api.put(order, "capture", body) for order in (plain, new, done)]

    assert [(422, "OPERATION_NOT_ALLOWED")] * 3 == [(status, body["code"]) for status, body in answers]
    assert 1 == box.ledger.count("orders.capture")


async def test_capture_needs_a_reference_and_at_most_the_authorised_amount(api, box):
    """A capture without reference is invalid, one above the authorised amount not allowed."""
    order = await api.paid(pre_auth=True)
    more = {
        "merchant_capture_reference": "cap-1",
        "capture_amount": {"value": 150001, "currency": "INR"},
    }

    assert 400 == (await api.put(order, "capture", {}))[0]
    assert (422, "OPERATION_NOT_ALLOWED") == _brief(await api.put(order, "capture", more))
    assert 0 == box.ledger.count("orders.capture")


async def test_cancel_lifts_the_block_once(api, box):
    """An authorised order can be cancelled, and not twice, and then not captured."""
    order = await api.paid(pre_auth=True)

    status, answer = await api.put(order, "cancel")

    assert (200, "CANCELLED") == (status, answer["data"]["status"])
    assert "CANCELLED" == answer["data"]["payments"][0]["status"]
    assert (422, "ORDER_CANCELLED") == _brief(await api.put(order, "cancel"))
    capture = {"merchant_capture_reference": "cap-1"}
    assert (422, "ORDER_CANCELLED") == _brief(await api.put(order, "capture", capture))
    assert (1, 0) == (box.ledger.count("orders.cancel"), box.ledger.money_in)


async def test_cancel_is_refused_without_a_blocked_amount(api):
    """Orders without pre_auth or without a payment cannot be cancelled, unknown ones not be found."""
    plain, new = await api.paid("plain"), await api.order("new", pre_auth=True)

    assert (422, "OPERATION_NOT_ALLOWED") == _brief(await api.put(plain, "cancel"))
    assert (422, "OPERATION_NOT_ALLOWED") == _brief(await api.put(new, "cancel"))
    assert (404, "ORDER_NOT_FOUND") == _brief(await api.put({"order_id": "x"}, "cancel"))


def _brief(answer):
    return answer[0], answer[1]["code"]
