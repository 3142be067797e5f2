"""Orders whose money is divided among partners, products that come back, and what refunds say of both."""

import json
from pathlib import Path

import pytest

from tests.sandbox.told import events

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
IMEI = "356938035643809"


def sample(name):
    return json.loads((EXAMPLES / name).read_text())["data"]


def brief(answer):
    return answer[0], answer[1].get("code")


def part(partner, value, **more):
    return {"split_merchant_id": partner, "amount": {"value": value, "currency": "INR"}, **more}


def split(*parts, **more):
    return {"split_info": {"split_type": "AMOUNT", "split_details": list(parts), **more}}


def parts_of(order):
    return order["purchase_details"]["split_info"]["split_details"]


async def paid(api):
    given = split(
        part("111370", 100000, on_hold=True), part(111371, 50000, merchant_settlement_reference="s-2")
    )
    return await api.paid(purchase_details=given)


async def test_the_parts_of_an_order_get_ids_and_states(api, box):
    """As the published event shows them: held back or released, partners by text."""
    order = await paid(api)

    first, second = parts_of(order)
    published = sample("webhooks/order-processed--split-settlement.json")
    assert set(parts_of(published)[0]) == set(first)
    assert [f"{order['order_id']}-ss-{letter}" for letter in "ab"] == [
        first["split_settlement_id"],
        second["split_settlement_id"],
    ]
    assert (("111370", "HOLD", True), ("111371", "RELEASED", False)) == (
        (first["split_merchant_id"], first["status"], first["on_hold"]),
        (second["split_merchant_id"], second["status"], second["on_hold"]),
    )
    assert "s-2" == second["merchant_settlement_reference"]
    ((_, data),) = events(box)
    assert [first, second] == parts_of(data)


async def test_the_parts_may_stand_beside_the_details(api):
    """The reference has them there; the answer has them inside."""
    order = await api.order(**split(part("111370", 150000)))

    assert 150000 == parts_of(order)[0]["amount"]["value"]


@pytest.mark.parametrize(
    "given",
    [
        split(),
        split(part("", 100)),
        split(part(None, 100)),
        split(part(True, 100)),
        split(part("1", 0)),
        split(part("1", 100000), part("2", 50001)),
        split(part("1", 100, on_hold="true")),
        split(part("1", 100, merchant_settlement_reference="a b")),
        split(part("1", 100), split_type="PERCENT"),
        split({"split_merchant_id": "1", "amount": {"value": 100, "currency": "USD"}}),
        {"split_info": []},
    ],
)
async def test_wrong_parts_are_an_invalid_request(api, box, given):
    """Partners, amounts, their sum and their currency are checked, inside the details and beside them."""
    body = {"merchant_order_reference": "ord-1", "order_amount": {"value": 150000, "currency": "INR"}}

    for more in (given, {"purchase_details": given}):
        answer = await api.call("POST", "/api/pay/v1/orders", {**body, **more})
        assert (400, "INVALID_REQUEST") == brief(answer)
    assert 0 == len(box.ledger)


async def test_a_refund_names_the_parts_that_it_takes_from(api):
    """The answer has the published members."""
    order = await paid(api)
    taken = parts_of(order)[1]
    wanted = part(
        "111371",
        21000,
        parent_order_split_settlement_id=taken["split_settlement_id"],
        merchant_settlement_reference="ref1",
        status="DO_NOT_RECOVER",
    )

    status, answer = await api.refund(order, "ref-1", 21000, **split(wanted))

    published = sample("refunds/create-refund-split.response.json")
    (told,) = parts_of(answer["data"])
    assert 200 == status
    assert set(parts_of(published)[0]) | {"updated_at"} == set(told)
    assert (taken["split_settlement_id"], "DO_NOT_RECOVER") == (
        told["parent_order_split_settlement_id"],
        told["status"],
    )
    assert f"{answer['data']['order_id']}-ss-a" == told["split_settlement_id"]
    assert answer["data"] == await api.get(answer["data"])


@pytest.mark.parametrize(
    "change",
    [
        {"parent_order_split_settlement_id": None},
        {"parent_order_split_settlement_id": "nothing"},
        {"split_merchant_id": "111370"},
        {"amount": {"value": 50001, "currency": "INR"}},
        {"status": "RECOVER"},
        {"status": 5},
    ],
)
async def test_a_refund_of_wrong_parts_is_an_invalid_request(api, box, change):
    """The part must be one of the order and the partner's, and large enough."""
    order = await paid(api)
    named = parts_of(order)[1]["split_settlement_id"]
    wanted = {**part("111371", 21000, parent_order_split_settlement_id=named), **change}

    assert (400, "INVALID_REQUEST") == brief(await api.refund(order, "ref-1", 60000, **split(wanted)))
    assert (0, "PROCESSED") == (box.ledger.money_out, (await api.get(order))["status"])


async def test_an_order_without_parts_gives_none_back(api):
    """A split refund of it is an invalid request."""
    order = await api.paid()
    wanted = part("1", 100, parent_order_split_settlement_id=f"{order['order_id']}-ss-a")

    assert (400, "INVALID_REQUEST") == brief(await api.refund(order, "ref-1", 100, **split(wanted)))


def product(code="p-1", **more):
    return {"product_code": code, "product_amount": {"value": 50000, "currency": "INR"}, **more}


@pytest.mark.parametrize("name", ["product_imei", "imei_number"])
async def test_a_product_comes_back_with_its_imei(api, box, name):
    """Under both documented names."""
    order = await api.paid(purchase_details={"products": [product("p-1"), product("p-2")]})

    status, _ = await api.refund(order, "ref-1", 50000, products=[product("p-2", **{name: IMEI})])

    assert (200, 50000) == (status, box.ledger.money_out)


@pytest.mark.parametrize(
    "products",
    [
        [],
        {},
        ["p-1"],
        [{}],
        [product("p-9")],
        [product(product_imei=356938035643809)],
        [product(imei_number=[])],
        [{"product_code": "p-1", "product_amount": "50000"}],
    ],
)
async def test_wrong_products_are_an_invalid_request(api, box, products):
    """They must be products of the order."""
    order = await api.paid(purchase_details={"products": [product("p-1"), product("p-2")]})

    assert (400, "INVALID_REQUEST") == brief(await api.refund(order, "ref-1", 50000, products=products))
    assert 0 == box.ledger.money_out


@pytest.mark.parametrize(
    "details",
    [
        {"products": "p-1"},
        {"products": [{"product_code": ""}]},
        {"products": [{"product_code": "p-1", "product_amount": 100}]},
        {"merchant_metadata": {"a": 1}},
        {"merchant_metadata": {"a": "x" * 257}},
        {"merchant_metadata": {str(number): "x" for number in range(11)}},
    ],
)
async def test_wrong_details_are_an_invalid_request(api, details):
    """Products have codes and amounts, and notes are at most ten short texts."""
    body = {"merchant_order_reference": "ord-1", "order_amount": {"value": 150000, "currency": "INR"}}

    answer = await api.call("POST", "/api/pay/v1/orders", {**body, "purchase_details": details})

    assert (400, "INVALID_REQUEST") == brief(answer)
