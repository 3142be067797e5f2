"""Blocking what was sold on a brand's offer: by whom, when, once, and until it is given back."""

import json
from pathlib import Path

import pytest

from pinelabs_async import from_json
from pinelabs_async.api.imei import ImeiStatus, ImeiValidation
from pinelabs_async.sandbox import Sandbox
from tests.sandbox.told import later, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
SAMPLE = json.loads(
    (EXAMPLES / "affordability-suite" / "create-imei-validation-blocking.request.json").read_text()
)
PIECE = SAMPLE["products"][0]
OTHER = {**PIECE, "product_imei": "SN-2"}
APPLE = {**PIECE, "product_code": "SKU-001"}


def path(order):
    return f"/api/affordability/v1/product/{order['order_id']}/imei"


async def ask(api, order, *pieces, verb="BLOCKING", reference="imei-1"):
    body = {
        "merchant_product_imei_reference": reference,
        "request_type": verb,
        "products": list(pieces or (PIECE,)),
    }
    return await api.call("POST", path(order), body)


def outcome(answer):
    """Say of each piece where it stands and what the brand said."""
    status, body = answer
    assert 207 == status, body
    return [
        (piece["product_imei_status"], piece["product_brand_response"].get("code"))
        for piece in body["products"]
    ]


async def test_the_documented_request_blocks_a_piece(api, box):
    """Its answer is 207 with the request's members, what became of the piece, and nothing from the brand."""
    order = await api.paid()

    status, answer = await api.call("POST", path(order), SAMPLE)

    result = {**PIECE, "product_imei_status": "BLOCKED", "product_brand_response": {}}
    assert (207, {**SAMPLE, "products": [result]}) == (status, answer)
    (done,) = box.ledger.executions("affordability.validate_imei", reference="merchant-ref-786")
    assert (order["order_id"], None, "none") == (done.order_id, done.amount, done.money)


async def test_a_block_is_lifted_and_set_again(api, box):
    """UNBLOCKED frees the piece; then it can be blocked once more."""
    order = await api.paid()

    answers = [
        await ask(api, order),
        await ask(api, order, verb="UNBLOCKED", reference="imei-2"),
        await ask(api, order, verb="UNBLOCKED", reference="imei-3"),
        await ask(api, order, reference="imei-4"),
    ]

    expected = [("BLOCKED", None), ("UNBLOCKED", None), ("UNBLOCKED", "IMEI_NOT_BLOCKED"), ("BLOCKED", None)]
    assert expected == [outcome(answer)[0] for answer in answers]
    assert 4 == box.ledger.count("affordability.validate_imei")


async def test_a_batch_holds_both_outcomes(api):
    """Each piece stands for itself: one is blocked, the others are not, each with the brand's reason."""
    order = await api.paid()
    vivo = {"product_code": "sandbox-vivo", "product_imei": "V1", "dealer_code": "D1"}
    batch = (
        PIECE,
        OTHER,
        APPLE,
        {"product_code": "no-brand", "product_imei": "1"},
        {"product_code": "xyz"},
        vivo,
    )

    answer = await ask(api, order, *batch)

    assert [
        ("BLOCKED", None),
        ("UNBLOCKED", "PRODUCT_ALREADY_BLOCKED"),
        ("BLOCKED", None),
        ("UNBLOCKED", "NOT_A_BRAND_PRODUCT"),
        ("UNBLOCKED", "FIELD_MISSING"),
        ("UNBLOCKED", "FIELD_MISSING"),
    ] == outcome(answer)
    assert all(piece["product_brand_response"].get("message") for piece in answer[1]["products"][3:])


async def test_vivo_wants_all_four_members(api):
    """With dealer and state a piece of this brand is blocked."""
    order = await api.paid()
    vivo = {"product_code": "sandbox-vivo", "product_imei": "V1", "dealer_code": "D1", "state_code": "KA"}

    assert [("BLOCKED", None)] == outcome(await ask(api, order, vivo))


async def test_a_piece_is_sold_once(api):
    """Blocked with one order, it cannot be blocked or freed with another; it is not blocked for that one."""
    first, second = await api.paid(), await api.paid("ord-2")
    await ask(api, first)

    blocked = await ask(api, second, reference="imei-2")
    freed = await ask(api, second, verb="UNBLOCKED", reference="imei-3")

    assert [("UNBLOCKED", "IMEI_ALREADY_BLOCKED")] == outcome(blocked)
    assert [("UNBLOCKED", "IMEI_NOT_BLOCKED")] == outcome(freed)
    assert [("BLOCKED", "IMEI_ALREADY_BLOCKED")] == outcome(await ask(api, first, reference="imei-4"))


@pytest.mark.parametrize("verb", ["BLOCKING", "UNBLOCKED"])
async def test_pieces_are_blocked_after_the_payment(api, box, verb):
    """An order that is not paid has none to block, and none to free."""
    order = await api.order()

    status, answer = await ask(api, order, verb=verb)

    if verb == "BLOCKING":
        assert (422, "OPERATION_NOT_ALLOWED") == (status, answer["code"])
        assert 0 == box.ledger.count("affordability.validate_imei")
    else:
        assert [("UNBLOCKED", "IMEI_NOT_BLOCKED")] == outcome((status, answer))


async def test_a_refund_is_no_order_to_block_with(api):
    """Its id is refused with 422, an unknown one and another merchant's with 404."""
    order = await api.paid()
    _, refund = await api.refund(order, "ref-1", 1000)

    assert 422 == (await ask(api, refund["data"]))[0]
    assert (404, "ORDER_NOT_FOUND") == (
        (answer := await ask(api, {"order_id": "v1-none"}))[0],
        answer[1]["code"],
    )
    stranger = api.box.add_merchant()
    await api.login(stranger.client_id, stranger.client_secret)
    assert 404 == (await ask(api, order))[0]


@pytest.mark.parametrize("value", [150000, 1000], ids=["full", "partial"])
async def test_a_refund_of_a_single_cart_frees_the_piece(api, value):
    """It need not be named; afterwards it is sold again, with this order or another."""
    first, second = await api.paid(), await api.paid("ord-2")
    await ask(api, first)
    await api.refund(first, "ref-1", value)

    sold = await ask(api, second, reference="imei-2")

    assert [("BLOCKED", None)] == outcome(sold)


async def test_a_refund_before_the_block_does_not_lift_it(api):
    """Only what is refunded afterwards frees a piece."""
    first, second = await api.paid(), await api.paid("ord-2")
    await api.refund(first, "ref-1", 1000)
    await ask(api, first)

    assert [("UNBLOCKED", "IMEI_ALREADY_BLOCKED")] == outcome(await ask(api, second, reference="imei-2"))


async def test_a_refund_that_waits_frees_nothing_yet(api):
    """The block is lifted once the bank has carried the refund out."""
    first, second = await api.paid("ord-1", 1000000), await api.paid("ord-2")
    await ask(api, first)
    await api.refund(first, "ref-1", 777711)

    before = await ask(api, second, reference="imei-2")
    await later(api, minutes=11)
    after = await ask(api, second, reference="imei-3")

    assert [[("UNBLOCKED", "IMEI_ALREADY_BLOCKED")], [("BLOCKED", None)]] == [outcome(before), outcome(after)]


async def test_a_partial_refund_of_a_larger_cart_frees_none_that_it_does_not_name(api):
    """The pieces of several products stay blocked, until all of the order is refunded."""
    amount = {"value": 75000, "currency": "INR"}
    bought = [{"product_code": code, "product_amount": amount} for code in ("xyz", "SKU-001")]
    order = await api.paid("ord-1", purchase_details={"products": bought})
    other = await api.paid("ord-2")
    await ask(api, order, PIECE, APPLE)
    await api.refund(order, "ref-1", 75000)
    before = await ask(api, other, PIECE, APPLE, reference="imei-2")
    await api.refund(order, "ref-2", 75000)

    after = await ask(api, other, PIECE, APPLE, reference="imei-3")

    assert [("UNBLOCKED", "IMEI_ALREADY_BLOCKED")] * 2 == outcome(before)
    assert [("BLOCKED", None)] * 2 == outcome(after)


@pytest.mark.parametrize("name", ["product_imei", "imei_number"])
async def test_a_partial_refund_of_a_larger_cart_frees_the_piece_that_it_names(api, box, name):
    """By either of the documented members; the other pieces stay blocked."""
    amount = {"value": 75000, "currency": "INR"}
    bought = [{"product_code": code, "product_amount": amount} for code in ("xyz", "SKU-001")]
    order = await api.paid("ord-1", purchase_details={"products": bought})
    other = await api.paid("ord-2")
    await ask(api, order, PIECE, APPLE)
    named = [{"product_code": "xyz", name: PIECE["product_imei"]}]
    _, refund = await api.refund(order, "ref-1", 75000, products=named)
    held = box._state.merchants[box.client_id].orders[refund["data"]["order_id"]]
    held.shown["purchase_details"]["products"] = named

    answer = await ask(api, other, PIECE, APPLE, reference="imei-2")

    assert [("BLOCKED", None), ("UNBLOCKED", "IMEI_ALREADY_BLOCKED")] == outcome(answer)


@pytest.mark.parametrize("setting", ["refuse", "return"])
async def test_a_repeated_reference_is_refused_or_returned(open_api, setting):
    """Nothing is blocked twice: the earlier result comes back, or the documented refusal."""
    async with Sandbox(duplicate_references=setting) as box:
        api = await open_api(box)
        order = await api.paid()
        first = await ask(api, order)

        second = await ask(api, order, APPLE)

        if setting == "refuse":
            duplicate = json.loads(
                (EXAMPLES / "errors" / "DUPLICATE_REQUEST-merchant-reference.json").read_text()
            )
            assert (422, duplicate) == second
        else:
            assert first == second
        assert 1 == box.ledger.count("affordability.validate_imei")


@pytest.mark.parametrize(
    "change",
    [
        {"merchant_product_imei_reference": None},
        {"merchant_product_imei_reference": "a b"},
        {"request_type": None},
        {"request_type": "BLOCK"},
        {"request_type": "UNBLOCK"},
        {"request_type": ["BLOCKING"]},
        {"products": None},
        {"products": []},
        {"products": ["x"]},
        {"products": [{"product_imei": 1}]},
    ],
)
async def test_a_wrong_request_is_an_invalid_request(api, box, change):
    """Members that are missing or mistyped, and the words of the prose, are refused with 400."""
    order = await api.paid()

    status, answer = await api.call("POST", path(order), SAMPLE | change)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert 0 == box.ledger.count("affordability.validate_imei")


async def test_the_sdk_reads_both_outcomes_whole(api, box):
    """A batch of a blocked and a failed piece leaves nothing unread."""
    order = await api.paid()
    batch = from_json(ImeiValidation, {**SAMPLE, "products": [PIECE, {"product_code": "no-brand"}]})
    async with session(box) as pinelabs:
        answer = whole(await pinelabs.affordability.validate_imei(order["order_id"], batch))

    assert [ImeiStatus.BLOCKED, ImeiStatus.UNBLOCKED] == [
        piece.product_imei_status for piece in answer.products
    ]
    assert "NOT_A_BRAND_PRODUCT" == answer.products[1].product_brand_response.code
