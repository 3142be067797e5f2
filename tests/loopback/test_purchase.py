"""A purchase from end to end, as the vendor's guide for cardless EMI tells it, and pre-authorised orders."""

import json
import re

import pytest
from aiohttp import web

from pinelabs_async import (
    Money,
    NewOrder,
    OrderStatus,
    PaymentStatus,
    RefundStatus,
    SignatureError,
    from_json,
    return_url,
)
from tests.loopback.shop import (
    PRICE,
    authorized,
    card_payment,
    emi_payment,
    new_capture,
    new_order,
    new_refund,
    reference,
)

WRITES = {"orders.create", "payments.create", "refunds.create", "orders.capture", "orders.cancel"}


@pytest.fixture
async def return_site():
    """A merchant's web site that the payer's browser is sent back to."""
    received = []

    async def take(request):
        received.append((request.content_type, await request.post()))
        return web.Response(text="Thank you")

    app = web.Application()
    app.router.add_post("/return", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/return", received
    await runner.cleanup()


@pytest.fixture
def documented(data):
    """The whole documented body of a cardless EMI order."""
    return json.loads((data / "examples/orders/create-order-cardless-emi.request.json").read_bytes())


async def test_guide_from_order_to_refund(box, pinelabs, return_site, documented):
    """The documented cardless EMI purchase goes through, is verified at its return, and is refunded."""
    site, received = return_site
    ref = reference("emi")
    body = from_json(NewOrder, {**documented, "merchant_order_reference": ref, "callback_url": site})

    order = await pinelabs.orders.create(body)
    assert (OrderStatus.CREATED, ref, PRICE) == (
        order.status,
        order.merchant_order_reference,
        order.order_amount,
    )

    pending = await pinelabs.payments.create(order.order_id, emi_payment())
    assert OrderStatus.PENDING == pending.status
    assert pending.challenge_url.startswith(box.base_url)

    await box.payer.approve(pending.challenge_url)
    [(kind, fields)] = received
    assert "application/x-www-form-urlencoded" == kind
    returned = return_url.verify(fields, box.return_url_secret)
    assert (order.order_id, OrderStatus.PROCESSED) == (returned.order_id, returned.status)

    done = await pinelabs.orders.wait(order.order_id, until=OrderStatus.PROCESSED, deadline=5, every=0.01)
    assert [PaymentStatus.PROCESSED] == [payment.status for payment in done.payments]

    refund = await pinelabs.refunds.create(order.order_id, new_refund())
    assert (RefundStatus.PROCESSED, order.order_id) == (refund.status, refund.parent_order_id)
    assert OrderStatus.FULLY_REFUNDED == (await pinelabs.orders.get(order.order_id)).status
    assert (PRICE.value, PRICE.value) == (box.ledger.money_in, box.ledger.money_out)
    assert ["orders.create", "payments.create", "payer.approve", "refunds.create"] == [
        done.operation for done in box.ledger
    ]


async def test_documented_body_goes_out_unchanged(box, pinelabs, documented):
    """What the documented body says is what the gateway receives, field by field."""
    body = {**documented, "merchant_order_reference": reference("emi")}
    await pinelabs.orders.create(from_json(NewOrder, body))
    assert body == json.loads(box.exchanges[-1].body)


async def test_return_is_refused_when_a_field_was_changed(box, pinelabs, return_site):
    """A return whose status somebody has changed is not believed."""
    site, received = return_site
    order = await pinelabs.orders.create(new_order(callback_url=site))
    pending = await pinelabs.payments.create(order.order_id, card_payment())
    await box.payer.decline(pending.challenge_url)
    [(_, fields)] = received
    assert OrderStatus.FAILED == return_url.verify(fields, box.return_url_secret).status
    with pytest.raises(SignatureError) as caught:
        return_url.verify({**fields, "status": "PROCESSED"}, box.return_url_secret)
    assert "signature_mismatch" == caught.value.reason


async def test_failure_goes_to_its_own_return_url(box, pinelabs, return_site):
    """A payer who gives up is sent to the URL for failures, and the order is cancelled."""
    site, received = return_site
    order = await pinelabs.orders.create(
        new_order(callback_url="https://shop.example/never", failure_callback_url=site)
    )
    pending = await pinelabs.payments.create(order.order_id, card_payment())
    await box.payer.abandon(pending.challenge_url)
    [(_, fields)] = received
    assert OrderStatus.CANCELLED == return_url.verify(fields, box.return_url_secret).status
    assert 0 == box.ledger.money_in


async def test_pre_auth_order_is_cancelled(box, pinelabs):
    """Blocked money is given back by a cancel, and none was ever received."""
    order = await authorized(box, pinelabs)
    waited = await pinelabs.orders.wait(order.order_id, deadline=5, every=0.01)
    assert OrderStatus.AUTHORIZED == waited.status
    cancelled = await pinelabs.orders.cancel(order.order_id)
    assert OrderStatus.CANCELLED == cancelled.status
    assert (0, 0) == (box.ledger.money_in, box.ledger.money_out)


async def test_pre_auth_order_is_captured(box, pinelabs):
    """A capture takes the blocked money once, and says under which reference."""
    order = await authorized(box, pinelabs)
    assert 0 == box.ledger.money_in
    capture = new_capture()
    captured = await pinelabs.orders.capture(order.order_id, capture)
    assert OrderStatus.PROCESSED == captured.status
    [entry] = captured.payments[0].capture_data
    assert (capture.merchant_capture_reference, PRICE) == (
        entry.merchant_capture_reference,
        entry.capture_amount,
    )
    assert PRICE.value == box.ledger.money_in


async def test_partial_capture_and_partial_refunds_add_up(box, pinelabs):
    """A part is captured and given back in two steps; the ledger knows each paisa."""
    order = await authorized(box, pinelabs)
    await pinelabs.orders.capture(order.order_id, new_capture(capture_amount=Money(100000)))
    await pinelabs.refunds.create(order.order_id, new_refund(40000))
    await pinelabs.refunds.create(order.order_id, new_refund(60000))
    assert (100000, 100000) == (box.ledger.money_in, box.ledger.money_out)


async def test_headers_on_the_wire(box, pinelabs):
    """Every call carries id and time, writes a key as well, and the token call no token."""
    order = await authorized(box, pinelabs)
    await pinelabs.orders.get(order.order_id)
    await pinelabs.orders.capture(order.order_id, new_capture())
    await pinelabs.refunds.create(order.order_id, new_refund())
    calls = [exchange for exchange in box.exchanges if not exchange.operation.startswith("challenge.")]
    for exchange in calls:
        sent = exchange.headers
        assert re.fullmatch(r"[0-9a-f-]{36}", sent["Request-ID"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", sent["Request-Timestamp"])
        expected = sent["Request-ID"] if exchange.operation in WRITES else None
        assert expected == sent.get("Idempotency-Key"), exchange.operation
        assert (exchange.operation != "auth.generate_token") == ("Authorization" in sent)
        assert (exchange.body != b"") == (sent.get("Content-Type") == "application/json"), exchange.operation
    assert len(calls) == len({exchange.headers["Request-ID"] for exchange in calls})


async def test_request_id_is_the_same_over_attempts(box, pinelabs):
    """All attempts of one call carry one Request-ID, and the answer knows it."""
    box.faults.add(operation="orders.create", what="status", status=429, times=2)
    order = await pinelabs.orders.create(new_order())
    ids = [done.headers["Request-ID"] for done in box.exchanges if done.operation == "orders.create"]
    assert [order.request_id] * 3 == ids


async def test_request_id_of_the_caller_is_sent(box, pinelabs):
    """A Request-ID given by the caller goes out as it is; two writes under it have keys of their own."""
    mine = pinelabs.with_options(request_id="checkout-77")
    keys = set()
    for _ in range(2):
        await mine.orders.create(new_order())
        sent = box.exchanges[-1].headers
        assert "checkout-77" == sent["Request-ID"]
        keys.add(sent["Idempotency-Key"])
    assert 2 == len(keys - {"checkout-77"})


@pytest.mark.parametrize("given", [None, "111643"], ids=["without", "with"])
async def test_merchant_id_header(box, given):
    """Merchant-ID is sent where it was given, never on the token call."""
    from pinelabs_async import Session

    async with Session(
        box.client_id, box.client_secret, base_url=box.base_url, merchant_id=given
    ) as pinelabs:
        await pinelabs.orders.create(new_order())
    assert [None, given] == [exchange.headers.get("Merchant-ID") for exchange in box.exchanges]
