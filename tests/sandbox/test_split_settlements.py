"""Release and cancel what partners get of an order."""

import json
from pathlib import Path

import pytest

from pinelabs_async import Money, to_json
from pinelabs_async.api.split_settlements import Release
from tests.api.samples import as_written
from tests.sandbox.told import events, session

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "split-settlements"
UNKNOWN = "v1-1-ss-a"


def example(name):
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def money(value):
    return {"value": value, "currency": "INR"}


def split(*parts):
    details = [
        {"split_merchant_id": str(200001 + place), "amount": money(value), "on_hold": held}
        for place, (value, held) in enumerate(parts)
    ]
    return {"split_info": {"split_type": "AMOUNT", "split_details": details}}


async def paid(api, *parts, reference="ord-1"):
    return await api.paid(reference, 50000, purchase_details=split(*parts))


def parts_of(order):
    return order["purchase_details"]["split_info"]["split_details"]


async def decide(api, order, verb, body=None, *, place=0):
    part = parts_of(order)[place]["split_settlement_id"]
    path = f"/api/pay/v1/orders/{order['order_id']}/settlementId/{part}/{verb}"
    return await api.call("PATCH", path, body)


def brief(answer):
    return answer[0], answer[1]["code"]


async def test_a_released_part_has_the_documented_members(api):
    """The answer is the order; the part in it has what the published sample has."""
    order = await paid(api, (30000, True), (20000, False))
    sample = example("release.response.json")["data"]

    status, answer = await decide(api, order, "release", {"release_amount": money(30000)})

    released, other = parts_of(answer["data"])
    assert (200, order["order_id"]) == (status, answer["data"]["order_id"])
    assert set(parts_of(sample)[0]) == set(released)
    assert set(parts_of(sample)[4]) == set(other)
    assert {"data": await api.get(order)} == answer
    assert set(sample) - {"notes", "allowed_payment_methods"} == set(answer["data"]) - {"callback_url"}


@pytest.mark.parametrize(
    ("body", "released"),
    [(None, 30000), ({}, 30000), ({"release_amount": None}, 30000), ({"release_amount": money(1)}, 1)],
    ids=["no body", "empty body", "null", "a part"],
)
async def test_a_held_part_is_released_whole_or_in_part(api, box, body, released):
    """It is released once, with the amount that was; the other parts stay as they are."""
    order = await paid(api, (30000, True), (20000, True))
    before = parts_of(order)
    box.clock.advance(minutes=1)

    status, answer = await decide(api, order, "release", body)

    part, other = parts_of(answer["data"])
    assert (200, "RELEASED", False) == (status, part["status"], part["on_hold"])
    assert money(released) == part["release_amount"]
    assert before[0]["updated_at"] < part["updated_at"]
    assert before[1] == other
    assert order["updated_at"] < answer["data"]["updated_at"]
    (done,) = box.ledger.executions("split_settlements.release")
    assert (order["order_id"], released, "none") == (done.order_id, done.amount, done.money)
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await decide(api, order, "release", body))
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await decide(api, order, "cancel"))
    assert 1 == box.ledger.count("split_settlements.release")


async def test_a_held_part_is_cancelled(api, box):
    """It is no longer on hold, and can be neither released nor cancelled again."""
    order = await paid(api, (30000, True), (20000, True))
    told = len(events(box))

    status, answer = await decide(api, order, "cancel", place=1)

    other, part = parts_of(answer["data"])
    assert (200, "CANCELLED", False) == (status, part["status"], part["on_hold"])
    assert "release_amount" not in part
    assert ("HOLD", "PROCESSED") == (other["status"], answer["data"]["status"])
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await decide(api, order, "cancel", place=1))
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await decide(api, order, "release", place=1))
    (done,) = box.ledger.executions("split_settlements.cancel")
    assert (order["order_id"], 20000, "none") == (done.order_id, done.amount, done.money)
    assert told == len(events(box))


async def test_a_part_that_was_never_held_is_released_already(api, box):
    """There is nothing to release or to cancel, and the reason says so."""
    order = await paid(api, (30000, True), (20000, False))

    answers = [await decide(api, order, verb, place=1) for verb in ("release", "cancel")]

    assert [(422, "OPERATION_NOT_ALLOWED")] * 2 == [brief(answer) for answer in answers]
    assert {"the split settlement is RELEASED, not on HOLD"} == {
        answer["additional_error_details"]["reason"] for _, answer in answers
    }
    assert 0 == box.ledger.count("split_settlements.release") + box.ledger.count("split_settlements.cancel")


async def test_only_a_processed_order_is_released(api, box):
    """Before the payer has paid, and after a refund, a release is not allowed; a cancel needs a held part only."""
    new = await api.order("new", 50000, purchase_details=split((30000, True), (20000, True)))
    given_back = await paid(api, (30000, True), reference="refunded")
    await api.refund(given_back, "ref-1", 100)

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await decide(api, new, "release"))
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await decide(api, given_back, "release"))
    assert 0 == box.ledger.count("split_settlements.release")
    assert (200, "CANCELLED") == (
        (await decide(api, new, "cancel"))[0],
        parts_of(await api.get(new))[0]["status"],
    )


@pytest.mark.parametrize(
    "body",
    [
        {"release_amount": 5},
        {"release_amount": money(0)},
        {"release_amount": money("5")},
        {"release_amount": {"value": 5}},
        {"release_amount": money(30001)},
        {"release_amount": {"value": 5, "currency": "USD"}},
    ],
    ids=str,
)
async def test_a_wrong_amount_is_refused(api, body):
    """What is no amount, or more than the part, is refused with the documented status, and nothing changes."""
    order = await paid(api, (30000, True))

    status, _ = await decide(api, order, "release", body)

    assert (422, "HOLD") == (status, parts_of(await api.get(order))[0]["status"])


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff", b"[" * 100_000], ids=str)
async def test_a_malformed_body_is_refused(api, box, body):
    """A release that cannot be read releases nothing."""
    order = await paid(api, (30000, True))
    part = parts_of(order)[0]["split_settlement_id"]
    path = f"/api/pay/v1/orders/{order['order_id']}/settlementId/{part}/release"
    headers = {"Authorization": f"Bearer {api.token}"}

    async with api.http.patch(path, data=body, headers=headers) as answer:
        assert (400, "INVALID_REQUEST") == (answer.status, (await answer.json())["code"])

    assert 0 == box.ledger.count("split_settlements.release")


@pytest.mark.parametrize("verb", ["release", "cancel"])
async def test_what_a_refund_takes_from_a_partner_is_no_settlement(api, verb):
    """The parts of a refund have ids of the same form, which lead nowhere."""
    order = await paid(api, (30000, False))
    entry = {
        "split_merchant_id": "200001",
        "parent_order_split_settlement_id": parts_of(order)[0]["split_settlement_id"],
        "amount": money(100),
    }
    split_info = {"split_type": "AMOUNT", "split_details": [entry]}
    _, answer = await api.refund(order, "ref-1", 100, split_info=split_info)

    assert (404, "INVALID_REQUEST") == brief(await decide(api, answer["data"], verb))


@pytest.mark.parametrize("verb", ["release", "cancel"])
async def test_an_unknown_order_or_part_is_not_found(api, box, verb):
    """Each has the documented 404; another merchant's order is unknown, too."""
    order, plain = await paid(api, (30000, True)), await api.paid("plain")
    part = parts_of(order)[0]["split_settlement_id"]

    def path(order_id, part_id):
        return f"/api/pay/v1/orders/{order_id}/settlementId/{part_id}/{verb}"

    assert (404, "ORDER_NOT_FOUND") == brief(await api.call("PATCH", path("v1-1", part)))
    assert (404, "INVALID_REQUEST") == brief(await api.call("PATCH", path(order["order_id"], UNKNOWN)))
    assert (404, "INVALID_REQUEST") == brief(await api.call("PATCH", path(plain["order_id"], part)))
    other = box.add_merchant()
    await api.login(other.client_id, other.client_secret)
    assert (404, "ORDER_NOT_FOUND") == brief(await api.call("PATCH", path(order["order_id"], part)))


async def test_the_sdk_reads_both_answers(api, box):
    """Each operation called through a Session gives an order without problems, nothing unmodelled."""
    order = await paid(api, (30000, True), (20000, True))
    first, second = (part["split_settlement_id"] for part in parts_of(order))

    async with session(box) as pinelabs:
        splits = pinelabs.split_settlements
        released = await splits.release(order["order_id"], first, Release(release_amount=Money(1)))
        cancelled = await splits.cancel(order["order_id"], second)

    for answer in (released, cancelled):
        assert () == answer.problems
        assert as_written(answer.raw["data"]) == json.loads(to_json(answer))
    parts = cancelled.purchase_details.split_info.split_details
    assert ["RELEASED", "CANCELLED"] == [part.status for part in parts]
    assert [Money(1), None] == [part.release_amount for part in parts]
