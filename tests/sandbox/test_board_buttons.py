"""The buttons of the sandbox's page: each does what the gateway, a payer or time would do."""

import asyncio

import pytest

from tests.sandbox.link_calls import link, old_link
from tests.sandbox.mandate_calls import plan, register, subscribe, subscription
from tests.sandbox.merchant_server import MerchantServer
from tests.sandbox.payout_calls import FULL, pay
from tests.sandbox.test_reserve_pay import reserve
from tests.sandbox.visitor import Visitor

EVIL = "<script>alert('x')</script>&\""


@pytest.fixture
def visitor(box, stranger):
    """Someone at the page."""
    return Visitor(box, stranger.http)


@pytest.mark.parametrize(
    ("do", "status", "operation", "money"),
    [("order.pay", "PROCESSED", "payer.approve", 150_000), ("order.fail", "ATTEMPTED", "payer.decline", 0)],
)
@pytest.mark.parametrize("begun", [False, True], ids=["new", "begun"])
async def test_pay_and_fail(api, box, visitor, begun, do, status, operation, money):
    """The payer's answer is that of the challenge, whether a payment was begun or not."""
    order = await (api.pending() if begun else api.order())

    said = await visitor.note(do, "ord-1")

    assert f"Order ord-1 is {status}." == said
    assert status == (await api.get(order))["status"]
    assert ([order["order_id"]], money) == (
        [done.order_id for done in box.ledger.executions(operation)],
        box.ledger.money_in,
    )


async def test_pay_what_waits_in_an_app(api, box, visitor):
    """A UPI collect request has no page of its own, and is answered all the same."""
    order = await api.order()
    option = {"upi_details": {"txn_mode": "COLLECT", "payer": {"vpa": "kevin@sandbox"}}}
    await api.pay(order, method="UPI", option=option)

    assert "Order ord-1 is PROCESSED." == await visitor.note("order.pay", "ord-1")
    assert 150_000 == box.ledger.money_in


async def test_expire_an_order(api, box, visitor):
    """The payer's time is over: the payment has failed, the order can be paid again."""
    order = await api.pending()

    await visitor.press("order.expire", "ord-1")

    found = await api.get(order)
    assert ("ATTEMPTED", "FAILED", "PAYMENT_EXPIRED") == (
        found["status"],
        found["payments"][0]["status"],
        found["payments"][0]["error_detail"]["code"],
    )
    assert "PAYMENT_EXPIRED" in (await visitor.look()).row("payments", "pay-ord-1")[5]
    assert "Order ord-1 is PROCESSED." == await visitor.note("order.pay", "ord-1")
    assert 150_000 == box.ledger.money_in


async def test_open_leads_to_the_payers_page(api, box, visitor):
    """An order that has no page gets an attempt, and its payer the page to answer it on."""
    order = await api.order()

    page = await visitor.press("order.open", "ord-1")

    assert page.startswith("/challenge/")
    assert "PENDING" == (await api.get(order))["status"]
    assert page in (await visitor.look()).links
    assert [("outcome", "approve"), ("outcome", "decline"), ("outcome", "cancel")] == (
        (await visitor.look(page)).forms[0].buttons
    )


@pytest.mark.parametrize(("do", "status"), [("order.capture", "PROCESSED"), ("order.cancel", "CANCELLED")])
async def test_blocked_money(api, box, visitor, do, status):
    """What a payer had blocked is taken or let go by the operations themselves."""
    await api.paid(pre_auth=True)
    assert "AUTHORIZED" == (await visitor.look()).row("orders", "ord-1")[3]

    await visitor.press(do, "ord-1")

    name = do.replace("order.", "orders.")
    assert (status, 1) == ((await visitor.look()).row("orders", "ord-1")[3], box.ledger.count(name))


async def test_refund(api, box, visitor):
    """A refund goes the operation's way: the ledger has it, and what is left is offered next."""
    order = await api.paid()

    await visitor.press("order.refund", "ord-1", amount="1000.5")
    [form] = [form for form in (await visitor.look()).forms if "amount" in form.fields and form.row]
    await visitor.press("order.refund", "ord-1")

    assert "499.50" == form.fields["amount"]
    assert [100_050, 49_950] == [done.amount for done in box.ledger.executions("refunds.create")]
    assert (150_000, "FULLY_REFUNDED") == (box.ledger.money_out, (await api.get(order))["status"])


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("1500.01", "AMOUNT_LIMIT_EXCEEDED: the refunds would exceed the captured amount"),
        ("0.50", "greater than or equal to 100"),
        ("-5", "write an amount in rupees"),
        ("1e3", "write an amount in rupees"),
        ("", "write an amount in rupees"),
        (EVIL, "write an amount in rupees"),
    ],
)
async def test_a_refused_refund_says_why(api, box, visitor, amount, reason):
    """The operation's own refusal is shown, and nothing was done."""
    await api.paid()
    before = len(box.ledger)

    said = await visitor.note("order.refund", "ord-1", amount=amount)

    assert said.startswith("Refused: ")
    assert reason in said
    assert before == len(box.ledger)


async def test_a_button_of_yesterday_is_refused(api, box, visitor):
    """What cannot be done any more is refused by the rules of the gateway, and the page says so."""
    order = await api.pending()
    page = await visitor.look()
    [stale] = [form for form in page.forms if ("do", "order.expire") in form.buttons]
    await box.payer.approve(order["challenge_url"])

    for do in ("order.pay", "order.fail", "order.expire", "order.open", "order.capture", "order.cancel"):
        _, headers, _ = await visitor.post({**stale.fields, "do": do})
        said = (await visitor.look(headers["Location"])).note
        assert said.startswith("Refused: OPERATION_NOT_ALLOWED"), do
    assert (150_000, 1) == (box.ledger.money_in, box.ledger.count("payer.approve"))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"do": "order.delete"},
        {"do": "order.pay"},
        {"do": "order.pay", "merchant": "first", "order": "v1-none"},
        {"do": "link.pay", "merchant": "first", "link": "pl-none"},
        {"do": "link.pay", "merchant": "first", "old_link": "1"},
        {"do": "clock.advance", "hours": "-1"},
        {"do": "webhook.retry", "event": "msg_none", "place": "0"},
    ],
    ids=str,
)
async def test_forms_that_nobody_was_given_are_refused(box, visitor, fields):
    """A form about what does not exist does nothing, and the page says so."""
    page = await visitor.look()
    filled = {"token": page.forms[0].fields["token"], **fields}
    if "merchant" in filled:
        filled["merchant"] = box.merchant_id

    _, headers, _ = await visitor.post(filled)

    assert (await visitor.look(headers["Location"])).note.startswith("Refused: ")
    assert 0 == len(box.ledger)


@pytest.mark.parametrize(
    ("do", "status", "money"), [("link.pay", "PROCESSED", 50_000), ("link.fail", "CLICKED", 0)]
)
async def test_pay_links(api, box, visitor, do, status, money):
    """The payer of a link answers at its page."""
    made = await link(api)

    assert f"Payment link link-1 is {status}." == await visitor.note(do, "link-1")

    _, found = await api.call("GET", f"/api/pay/v1/paymentlink/{made['payment_link_id']}")
    assert (status, money) == (found["status"], box.ledger.money_in)


async def test_a_link_is_paid_once(box, api, visitor):
    """The buttons of a page that was loaded before the link was paid are refused."""
    await link(api)
    stale = next(form for form in (await visitor.look()).forms if "link" in form.fields).fields
    await visitor.press("link.pay", "link-1")

    for do in ("link.pay", "link.fail", "link.expire"):
        _, headers, _ = await visitor.post({**stale, "do": do})
        assert (await visitor.look(headers["Location"])).note.startswith("Refused: OPERATION_NOT_ALLOWED"), do
    assert 50_000 == box.ledger.money_in


async def test_expire_a_link(api, visitor):
    """A link's time is over before its time, and it cannot be paid any more."""
    made = await link(api)
    await visitor.press("link.expire", "link-1")

    _, found = await api.call("GET", f"/api/pay/v1/paymentlink/{made['payment_link_id']}")
    assert "EXPIRED" == found["status"]
    assert [] == [form for form in (await visitor.look()).forms if "link" in form.fields]
    page = await visitor.fetch(made["payment_link"])
    assert 409 == page[0]


async def test_pay_an_older_link(api, box, visitor):
    """A link of the older gateway is paid as at its page."""
    await old_link(api)
    await visitor.press("link.fail", "old-1")
    assert "declined" == (await visitor.look()).row("old-links", "old-1")[2]

    await visitor.press("link.pay", "old-1")

    assert ("paid", 70_000) == ((await visitor.look()).row("old-links", "old-1")[2], box.ledger.money_in)


async def test_approve_a_subscription(api, visitor):
    """The order of a subscription is paid like any other, and the mandate lives."""
    made = await subscribe(api, of=await plan(api))
    await register(api, made)

    await visitor.press("order.pay", made["order_id"])

    assert "ACTIVE" == (await subscription(api, made))["status"]


async def test_approve_a_reserve(api, visitor):
    """The order of a reserve is answered at its own page."""
    made = await reserve(api)

    await visitor.press("order.pay", made["order_id"])

    assert "ACTIVE" == (await visitor.look()).row("subscriptions", "res-1")[5]


@pytest.mark.parametrize(("hours", "text"), [("1", "1 hour"), ("24", "1 day"), ("168", "7 days")])
async def test_advance_the_clock(api, box, visitor, hours, text):
    """The clock moves as far as the button says, and what became due has happened."""
    await pay(api)
    before = box.clock.now()

    where = await visitor.press(hours, name="hours")

    assert f"The clock moved {text} forward." == (await visitor.look(where)).note
    assert int(hours) == round((box.clock.now() - before).total_seconds()) // 3600
    page = await visitor.look()
    assert "SUCCESS" == page.row("payouts", "po-1")[6]
    assert "Ahead by" in page.text


async def test_top_up(api, box, visitor):
    """Money comes into the account of the merchant that was chosen, and a payout that waited goes on."""
    other = box.add_merchant()
    await pay(api, value=FULL)
    await pay(api, "po-2", 100)
    box.clock.advance(minutes=10)
    assert "PENDING" == (await visitor.look()).row("payouts", "po-2")[7]
    page = await visitor.look()
    forms = {form.fields["merchant"]: form for form in page.forms if ("do", "payouts.top_up") in form.buttons}

    await visitor.post({**forms[other.merchant_id].fields, "do": "payouts.top_up"})
    assert "PENDING" == (await visitor.look()).row("payouts", "po-2")[7]
    await visitor.post({**forms[box.merchant_id].fields, "do": "payouts.top_up", "amount": "1.00"})

    assert "PROCESSING" == (await visitor.look()).row("payouts", "po-2")[7]
    assert "₹ 1,010,000.00" in (await visitor.look()).text


async def test_retry_a_webhook(api, box, visitor):
    """What was not accepted is sent at once, and not a second time when its turn would have come."""
    server = await MerchantServer().start()
    box.webhooks.url = server.url
    server.answers.extend([500])
    await api.paid()
    await box.webhooks.delivered()

    assert "ORDER_PROCESSED is sent once more." == await visitor.note("webhook.retry", "ORDER_PROCESSED")
    await box.webhooks.delivered()
    box.clock.advance(days=2)
    await box.webhooks.delivered()

    assert [500, 200] == [attempt.status for one in box.webhooks.deliveries for attempt in one.attempts]
    page = await visitor.look()
    assert "delivered" == page.row("webhooks", "ORDER_PROCESSED")[6]
    assert not any(("do", "webhook.retry") in form.buttons for form in page.forms)
    with pytest.raises(ValueError, match="is delivered and cannot be sent now"):
        box.webhooks.retry(box.webhooks.deliveries[0])
    await server.close()


async def test_what_is_on_its_way_is_not_sent_twice(api, box, visitor):
    """While an attempt is under way there is no button for another, and who asks all the same is refused."""
    server = await MerchantServer().start()
    box.webhooks.url = server.url
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def then():
        arrived.set()
        await go_on.wait()

    server.then = then
    await api.paid()
    await arrived.wait()
    page = await visitor.look()
    [event] = [event for event in box.webhooks.events if event.type == "ORDER_PROCESSED"]

    fields = {"token": page.forms[0].fields["token"], "do": "webhook.retry", "event": event.id, "place": "0"}
    _, headers, _ = await visitor.post(fields)
    go_on.set()
    await box.webhooks.delivered()

    assert not any(("do", "webhook.retry") in form.buttons for form in page.forms)
    assert "is waiting and cannot be sent now" in (await visitor.look(headers["Location"])).note
    assert [200] == [attempt.status for one in box.webhooks.deliveries for attempt in one.attempts]
    await server.close()


async def test_retry_what_was_given_up(api, box, visitor):
    """After the last attempt of the schedule one more can be asked for, however often."""
    server = await MerchantServer().start()
    box.webhooks.url = server.url
    server.answers.extend([500] * 10)
    await api.paid()
    for _ in range(8):
        await box.webhooks.delivered()
        box.clock.advance(hours=11)
    assert "failed" == (await visitor.look()).row("webhooks", "ORDER_PROCESSED")[6]

    for _ in range(3):
        await visitor.press("webhook.retry", "ORDER_PROCESSED")
        await box.webhooks.delivered()

    assert [500] * 10 + [200] == [attempt.status for attempt in box.webhooks.deliveries[0].attempts]
    assert "delivered" == (await visitor.look()).row("webhooks", "ORDER_PROCESSED")[6]
    await server.close()
