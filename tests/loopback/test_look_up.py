"""What a look-up proves, and what it does not: a server that answers exactly what a test says."""

import json

import pytest

from pinelabs_async import (
    OPERATIONS,
    DuplicateRequestError,
    Money,
    OutcomeUnknownError,
    RateLimitError,
    from_json,
)
from tests.api.samples import EXAMPLES
from tests.loopback.raw import answer, drop, order_json, refusal, reset, truncated
from tests.loopback.shop import PRICE, card_payment, new_order, new_refund

REFERENCE = "ord-1"
ABSENT = refusal(404, "ORDER_NOT_FOUND")
FOUND = answer(order_json(REFERENCE))
LIST = "/api/pay/v1/orders/reference/ord-1"


async def create(session):
    return await session.orders.create(new_order(merchant_order_reference=REFERENCE))


async def unknown(call):
    with pytest.raises(OutcomeUnknownError) as caught:
        await call
    assert "unknown" == caught.value.outcome
    return caught.value


def methods(raw):
    return [request.method for request in raw.requests]


async def test_found(raw, connect):
    """An order found with the same reference and amount is the answer."""
    raw.script = [drop, FOUND]
    order = await create(connect(raw))
    assert (True, ["POST", "GET"]) == (order.recovered, methods(raw))
    assert LIST == raw.requests[1].target


async def test_sent_again_only_when_absent(raw, connect):
    """Proved absent, it is sent once more: same body, same Request-ID, same key."""
    raw.script = [drop, ABSENT, answer(order_json(REFERENCE))]
    order = await create(connect(raw))
    assert (False, ["POST", "GET", "POST"]) == (order.recovered, methods(raw))
    first, look, again = raw.requests
    assert first.body == again.body
    assert first.headers["request-id"] == again.headers["request-id"]
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]
    assert "idempotency-key" not in look.headers
    assert first.headers["request-id"] == order.request_id


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(refusal(404, None), id="404-without-code"),
        pytest.param(answer(b"<html>", status=404, kind="text/html"), id="404-web-page"),
        pytest.param(refusal(400, "INVALID_REQUEST"), id="400"),
        pytest.param(refusal(403, None), id="403"),
        pytest.param(refusal(500, "INTERNAL_ERROR"), id="500"),
        pytest.param(refusal(429, "API_RATE_LIMIT"), id="429"),
        pytest.param(answer(b"", status=307, headers={"Location": "/elsewhere"}), id="redirect"),
        pytest.param(drop, id="drop"),
        pytest.param(reset, id="reset"),
        pytest.param(truncated(order_json(REFERENCE)), id="truncated"),
        pytest.param(answer(b"[]"), id="list"),
        pytest.param(answer({}), id="empty-object"),
        pytest.param(answer({"data": None}), id="null"),
        pytest.param(answer({"data": {}}), id="empty-data"),
        pytest.param(answer({"data": []}), id="data-list"),
        pytest.param(answer(order_json("ord-2")), id="other-reference"),
        pytest.param(answer(order_json(REFERENCE, 149999)), id="other-amount"),
        pytest.param(answer(order_json(REFERENCE, order_amount=None)), id="no-amount"),
        pytest.param(answer(order_json(REFERENCE, order_amount={"value": "150000"})), id="amount-as-text"),
        pytest.param(
            answer(order_json(REFERENCE, order_amount={"value": 150000, "currency": "USD"})),
            id="other-currency",
        ),
        pytest.param(answer(order_json(REFERENCE, type="REFUND")), id="refund"),
        pytest.param(answer(order_json(REFERENCE, type=None)), id="no-type"),
    ],
)
async def test_no_proof(raw, connect, look):
    """What is neither the same order nor a proof of its absence leaves the outcome unknown; nothing is sent again."""
    raw.script = [drop, look]
    error = await unknown(create(connect(raw)))
    assert (REFERENCE, "orders.create") == (error.reference, error.operation)
    assert error.request_id == raw.requests[0].headers["request-id"]
    assert 1 == methods(raw).count("POST")


async def test_duplicate_of_what_this_call_made(raw, connect):
    """A duplicate refused after this call may have made it is looked up, and found."""
    raw.script = [drop, ABSENT, refusal(422, "DUPLICATE_REQUEST"), FOUND]
    order = await create(connect(raw))
    assert (True, ["POST", "GET", "POST", "GET"]) == (order.recovered, methods(raw))


@pytest.mark.parametrize("status", [409, 422])
async def test_duplicate_of_an_earlier_call(raw, connect, status):
    """A duplicate of something that this call did not make is an error, not an answer."""
    raw.script = [refusal(status, "DUPLICATE_REQUEST"), FOUND]
    with pytest.raises(DuplicateRequestError) as caught:
        await create(connect(raw))
    assert ("refused", ["POST"]) == (caught.value.outcome, methods(raw))


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(refusal(400, "INVALID_REQUEST"), id="400"),
        pytest.param(refusal(403, None), id="403"),
        pytest.param(refusal(404, None), id="404"),
        pytest.param(answer(b"", status=302), id="redirect"),
        pytest.param(refusal(429, "PAYMENT_RATE_LIMIT"), id="payment-rate-limit"),
        pytest.param(refusal(401, "UNAUTHORIZED"), id="401"),
        pytest.param(refusal(422, "DUPLICATE_REQUEST"), id="duplicate-not-found"),
        pytest.param(drop, id="drop"),
    ],
)
async def test_no_later_refusal_makes_it_refused(raw, connect, second):
    """Once an attempt may have been carried out, nothing that a later one meets makes the call refused."""

    async def script(peer):
        first = methods(raw).count("POST") == 1
        await (ABSENT if methods(raw)[-1] == "GET" else drop if first else second)(peer)

    raw.script = [script]
    error = await unknown(create(connect(raw)))
    assert "safe" not in str(error)
    assert methods(raw).count("POST") <= 3


async def test_throttled_after_an_attempt_that_may_have_been_carried_out(raw, connect):
    """A throttle on the second sending does not make the call a RateLimitError."""

    async def script(peer):
        posts = methods(raw).count("POST")
        await (
            ABSENT if methods(raw)[-1] == "GET" else drop if posts == 1 else refusal(429, "API_RATE_LIMIT")
        )(peer)

    raw.script = [script]
    await unknown(create(connect(raw)))


async def test_throttled_first_then_lost(raw, connect):
    """Attempts that were throttled prove nothing about the one that was lost."""
    raw.script = [refusal(429, "API_RATE_LIMIT"), drop, FOUND]
    assert (await create(connect(raw))).recovered
    assert ["POST", "POST", "GET"] == methods(raw)


async def test_throttle_without_code(raw, connect):
    """A 429 without a code is a throttle."""
    raw.script = [refusal(429, None), answer(order_json(REFERENCE))]
    assert not (await create(connect(raw))).recovered
    raw.script = [refusal(429, None)]
    with pytest.raises(RateLimitError) as caught:
        await create(connect(raw))
    assert ("refused", None) == (caught.value.outcome, caught.value.code)


async def test_gateway_gone_after_the_loss(raw, connect):
    """When the gateway cannot be reached any more, a lost write stays unknown."""
    pinelabs = connect(raw)
    await pinelabs.orders.get("v1-order")

    async def last(peer):
        raw._server.close()
        peer.close()

    raw.script = [last]
    error = await unknown(create(pinelabs))
    assert ("sent", 1) == (error.reached, error.attempts)


async def test_no_token_for_another_attempt(raw, connect):
    """When no token can be had for the second sending, the call stays unknown."""
    raw.token_script = [*raw.token_script, refusal(401, "UNAUTHORIZED")]

    async def script(peer):
        posts = methods(raw).count("POST")
        await (ABSENT if methods(raw)[-1] == "GET" else drop if posts == 1 else refusal(401, "UNAUTHORIZED"))(
            peer
        )

    raw.script = [script]
    error = await unknown(create(connect(raw)))
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param([], id="no-payments"),
        pytest.param([{"id": "p", "status": "PENDING"}], id="without-reference"),
        pytest.param([{"merchant_payment_reference": "pay-2"}], id="other-reference"),
        pytest.param([{"payment_amount": {"value": 149999, "currency": "INR"}}], id="other-amount"),
        pytest.param([{"payment_amount": {"value": 150000, "currency": "USD"}}], id="other-currency"),
    ],
)
async def test_payment_not_found_is_no_proof(raw, connect, listed):
    """A payment that the order does not show as it was meant is never sent again."""
    whole = {
        "id": "p",
        "status": "PENDING",
        "merchant_payment_reference": "pay-1",
        "payment_amount": {"value": 150000, "currency": "INR"},
    }
    payments = [entry if "id" in entry else {**whole, **entry} for entry in listed]
    raw.script = [drop, answer(order_json(status="PENDING", payments=payments))]
    body = card_payment(merchant_payment_reference="pay-1")
    error = await unknown(connect(raw).payments.create("v1-order", body))
    assert (1, "pay-1") == (methods(raw).count("POST"), error.reference)


async def test_payment_found(raw, connect):
    """A payment with its reference and amount on the order is found; what is gone is named."""
    entry = {
        "id": "p",
        "status": "PENDING",
        "merchant_payment_reference": "pay-1",
        "payment_amount": {"value": 150000, "currency": "INR"},
    }
    raw.script = [drop, answer(order_json(status="PENDING", payments=[entry]))]
    order = await connect(raw).payments.create("v1-order", card_payment(merchant_payment_reference="pay-1"))
    assert (True, None) == (order.recovered, order.challenge_url)
    assert "$.challenge_url" in {problem.path for problem in order.problems}


def refund_json(**more):
    return order_json(
        "rfd-1",
        **{
            "order_id": "v1-refund",
            "parent_order_id": "v1-order",
            "type": "REFUND",
            "status": "PROCESSED",
            **more,
        },
    )


async def test_refund_found_by_reference(raw, connect):
    """A refund of the same order with the same reference and amount is the answer."""
    raw.script = [drop, answer(refund_json())]
    refund = await connect(raw).refunds.create("v1-order", new_refund(merchant_order_reference="rfd-1"))
    assert (True, "v1-refund") == (refund.recovered, refund.order_id)


@pytest.mark.parametrize(
    "by_reference",
    [
        pytest.param(answer(order_json("rfd-1")), id="the-charge"),
        pytest.param(answer(refund_json(parent_order_id="v1-other")), id="of-another-order"),
        pytest.param(answer(refund_json(order_amount={"value": 100, "currency": "INR"})), id="other-amount"),
        pytest.param(refusal(404, "ORDER_NOT_FOUND"), id="404"),
    ],
)
@pytest.mark.parametrize("listed", [0, 1, 2])
async def test_refund_looked_for_on_its_order(raw, connect, by_reference, listed):
    """Where the reference leads elsewhere the refund is looked for on its order, and only one that fits counts."""
    entries = [refund_json(order_id=f"v1-refund-{number}")["data"] for number in range(listed)]
    raw.script = [drop, by_reference, answer(order_json(refunds=entries))]
    call = connect(raw).refunds.create("v1-order", new_refund(merchant_order_reference="rfd-1"))
    if listed == 1:
        refund = await call
        assert (True, "v1-refund-0") == (refund.recovered, refund.order_id)
    else:
        await unknown(call)
    assert 1 == methods(raw).count("POST")


async def test_refund_is_never_sent_again(raw, connect):
    """Even a refund that no look-up knows is not sent again: absence is no proof there."""
    raw.script = [drop, ABSENT]
    await unknown(connect(raw).refunds.create("v1-order", new_refund()))
    assert 1 == methods(raw).count("POST")


async def test_refund_look_up_gets_no_answer(raw, connect):
    """A look-up by reference that fails does not end the search: the order is read."""

    async def script(peer):
        entry = refund_json()["data"]
        target = raw.requests[-1].target
        look = drop if "/reference/" in target else answer(order_json(refunds=[entry]))
        await (drop if methods(raw)[-1] == "POST" else look)(peer)

    raw.script = [script]
    refund = await connect(raw).refunds.create("v1-order", new_refund(merchant_order_reference="rfd-1"))
    assert (True, "v1-refund") == (refund.recovered, refund.order_id)


async def test_same_body_again_is_the_same_intent(box, pinelabs):
    """Calling again with the same object, without a reference given, does not make a second order."""
    from pinelabs_async import NewOrder

    body = NewOrder(order_amount=PRICE)
    await pinelabs.orders.create(body)
    with pytest.raises(DuplicateRequestError):
        await pinelabs.orders.create(body)
    assert 1 == box.ledger.count("orders.create")


async def test_existing_order_of_another_amount_is_not_taken(box, pinelabs):
    """A reference used before for another amount is neither the answer nor a proof."""
    earlier = new_order(order_amount=Money(99900))
    await pinelabs.orders.create(earlier)
    box.faults.add(operation="orders.create", what="drop")
    ref = earlier.merchant_order_reference
    await unknown(pinelabs.orders.create(new_order(merchant_order_reference=ref)))
    assert 1 == box.ledger.count("orders.create")


async def test_resend_carries_fresh_timestamp(raw, connect):
    """Each attempt carries its own time."""
    raw.script = [drop, ABSENT, answer(order_json(REFERENCE))]
    await create(connect(raw))
    stamps = [request.headers["request-timestamp"] for request in raw.requests]
    assert stamps == sorted(stamps)
    assert json.loads(raw.requests[0].body)["merchant_order_reference"] == REFERENCE


@pytest.mark.parametrize(
    ("group", "sample"),
    [("plans", "subscriptions/create-plan"), ("payment_links", "payment-links/create-minimal")],
)
@pytest.mark.parametrize("at", ["before_execute", "after_execute"])
async def test_plans_and_links_are_made_once(box, pinelabs, group, sample, at):
    """A lost plan or link is found, or sent again where the gateway says that nothing matches; there is one of it."""
    operation = OPERATIONS[f"{group}.create"]
    fields = json.loads((EXAMPLES / f"{sample}.request.json").read_text())
    fields |= {name: "2030-01-01T00:00:00Z" for name in ("end_date", "expire_by") if name in fields}
    fields.pop("start_date", None)
    body = from_json(operation.body, fields)
    box.faults.add(operation=operation.name, at=at, what="drop")
    made = await getattr(pinelabs, group).create(body)
    assert (at == "after_execute") == made.recovered
    assert 1 == box.ledger.count(operation.name, reference=operation.reference(body))
