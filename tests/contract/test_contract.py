"""The sandbox is understood by clients that know nothing of this SDK: the official one, and plain HTTP."""

import pytest
from pinelabs.core.api_error import ApiError
from pinelabs.core.parse_error import ParsingError

from tests.contract import mandates_rows, offers_rows, orders_rows, people_rows
from tests.contract.world import BEYOND, OPERATIONS, PLAIN, ROWS, World, money

MODULES = (mandates_rows, offers_rows, orders_rows, people_rows)


def test_every_operation_has_its_row():
    """All 99 are in the table: 74 for the official SDK, one for each of its methods, and 25 for plain HTTP."""
    assert set(OPERATIONS) == set(ROWS)
    official = {entry["sdk_method"] for entry in OPERATIONS.values() if entry["in_official_sdk"]}
    asked = [OPERATIONS[name]["sdk_method"] for name in ROWS if name not in PLAIN]
    assert (official, 74) == (set(asked), len(asked))
    assert (99, 25) == (len(ROWS), len(PLAIN))


@pytest.mark.parametrize("name", ROWS)
async def test_operation(api, name):
    """The operation does what its row says, by the client that the row is for, and answers in known members."""
    world = World(name, api)

    await ROWS[name](world)

    carried_out = [
        exchange for exchange in api.box.exchanges if name == exchange.operation and exchange.executed
    ]
    by_official = [exchange for exchange in carried_out if "X-Fern-Language" in exchange.headers]
    assert (True, name not in PLAIN) == (bool(carried_out), bool(by_official))
    assert BEYOND.get(name, set()) == world.unnamed


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"order_amount": money(99)}, (400, "INVALID_REQUEST")),
        ({"merchant_order_reference": "a b"}, (400, "INVALID_REQUEST")),
        ({"merchant_order_reference": "taken"}, (422, "DUPLICATE_REQUEST")),
    ],
    ids=["amount", "reference", "duplicate"],
)
async def test_a_refusal_is_understood(api, given, expected):
    """The official SDK raises its own error for it, with the documented code in the body."""
    await api.order("taken")

    with pytest.raises(ApiError) as refused:
        await World("orders.create", api).ask(
            **{"merchant_order_reference": "ord-1", "order_amount": money(1000), **given}
        )

    assert expected == (refused.value.status_code, refused.value.body["code"])
    assert 1 == api.box.ledger.count("orders.create")


async def test_a_token_that_is_none_is_refused(api):
    """Without a valid token the official SDK gets its documented 401."""
    api.token = "nobody"

    with pytest.raises(ApiError) as refused:
        await World("orders.get", api).ask(order_id="v1-1")

    assert (401, "UNAUTHORIZED") == (refused.value.status_code, refused.value.body.code)


async def test_an_order_that_is_not_there_is_not_found(api):
    """The official SDK gets the documented 404."""
    with pytest.raises(ApiError) as refused:
        await World("orders.get", api).ask(order_id="v1-1")

    assert (404, "ORDER_NOT_FOUND") == (refused.value.status_code, refused.value.body.code)


async def test_an_answer_of_the_wrong_types_would_be_seen(api, monkeypatch):
    """The official SDK's classes do check: an amount that is a text is not read."""
    order = await api.order()
    held = next(iter(api.box._state.merchants.values())).orders[order["order_id"]]
    monkeypatch.setattr(type(held.amount), "as_json", lambda amount: {"value": "much", "currency": "INR"})

    with pytest.raises(ParsingError):
        await World("orders.get", api).ask(order_id=order["order_id"])
