"""The page at the sandbox's root: what it shows."""

import json
import re

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.link_calls import link, old_link
from tests.sandbox.mandate_calls import active, present
from tests.sandbox.merchant_server import MerchantServer
from tests.sandbox.payout_calls import pay
from tests.sandbox.test_reserve_pay import reserve
from tests.sandbox.visitor import Visitor


@pytest.fixture
def visitor(box, stranger):
    """Someone at the page."""
    return Visitor(box, stranger.http)


async def test_an_empty_sandbox_has_every_list(visitor):
    """Before anything has happened each list says so, and there is no button but those of clock and account."""
    page = await visitor.look()

    assert [] == [row for rows in page.rows.values() for row in rows]
    assert 11 == page.text.count("None yet.")
    assert ["clock.advance", "payouts.top_up"] == [
        form.fields.get("do") or form.buttons[0][1] for form in page.forms
    ]


async def test_every_list_shows_its_thing(api, box, visitor):
    """One of each kind is found in its list, with its references, amounts and states."""
    order = await api.paid("ord-shown", 123_456)
    await api.refund(order, "ref-shown", 23_400)
    await link(api, "link-shown", 60_050)
    await old_link(api, "old-shown")
    mandate = await active(api, "sub-shown")
    await present(api, mandate, "pre-shown")
    await reserve(api, "res-shown")
    await pay(api, "po-shown", 4_900)

    page = await visitor.look()

    assert ["₹ 1,234.56", "PARTIALLY_REFUNDED"] == page.row("orders", "ord-shown")[2:4]
    assert ["CARD", "₹ 1,234.56", "PROCESSED", ""] == page.row("payments", "pay-ord-shown")[2:]
    assert [order["order_id"], "₹ 234.00", "PROCESSED"] == page.row("refunds", "ref-shown")[2:]
    assert ["₹ 600.50", "₹ 600.50"] == page.row("links", "link-shown")[2:4]
    assert ["₹ 700.00", "CREATED"] == page.row("old-links", "old-shown")[1:3]
    assert ["Plan", "ACTIVE"] == [page.row("subscriptions", "sub-shown")[place] for place in (2, 5)]
    assert ["A taxi", "CREATED"] == [page.row("subscriptions", "res-shown")[place] for place in (2, 5)]
    assert [mandate["subscription_id"], "CREATED"] == [
        page.row("presentations", "pre-shown")[place] for place in (2, 6)
    ]
    assert ["Kevin Bob", "₹ 49.00", "IMPS", "SCHEDULED"] == [
        page.row("payouts", "po-shown")[place] for place in (2, 3, 4, 6)
    ]
    assert "no URL" in page.row("webhooks", "SUBSCRIPTION_ACTIVATED")[3]
    assert ["refunds.create", "200", "yes", ""] == page.row("requests", "/api/pay/v1/refunds/")[4:]
    assert ["₹ 234.00", "out"] == page.row("ledger", "ref-shown")[4:]
    assert f"₹ {box.ledger.money_out / 100:,.2f}" in page.text
    assert 123_456 <= box.ledger.money_in
    assert f"₹ {box.ledger.money_in / 100:,.2f}" in page.text


async def test_webhooks_show_how_far_they_got(api, box, visitor):
    """A delivery shows its attempts and when it is sent next; its page has each attempt and the body."""
    server = await MerchantServer().start()
    box.webhooks.url = server.url
    server.answers.extend([500])
    await api.paid()
    await box.webhooks.delivered()

    page = await visitor.look()
    told = page.row("webhooks", "ORDER_PROCESSED")

    assert [box.merchant_id, server.url, "1", "waiting"] == [told[place] for place in (2, 3, 4, 6)]
    [event] = [event for event in box.webhooks.events if event.type == "ORDER_PROCESSED"]
    one = await visitor.look(f"/board/events/{event.id}")
    assert json.loads(event.body)["data"]["order_id"] in one.text
    assert [server.url, "500"] == one.rows[""][0][1:]
    await server.close()


async def test_the_newest_come_first_and_the_rest_is_counted(api, visitor):
    """Of many orders fifty are shown, and the page says of how many."""
    for count in range(52):
        await api.order(f"ord-{count:02d}")

    page = await visitor.look()

    shown = [re.search(r"ord-\d\d", row[1])[0] for row in page.list("orders")]
    assert [f"ord-{count:02d}" for count in range(51, 1, -1)] == shown
    assert "newest 50 of 52" in page.text


async def test_several_merchants_are_told_apart(api, box, open_api, visitor):
    """With a second merchant each row says whose it is, and each has its own buttons."""
    other = box.add_merchant()
    second = Api(box, api.http)
    await second.login(other.client_id, other.client_secret)
    await api.order("ord-same")
    await second.order("ord-same")

    page = await visitor.look()

    assert {box.merchant_id, other.merchant_id} == {row[0] for row in page.list("orders")}
    await visitor.press("order.pay", other.merchant_id)
    page = await visitor.look()
    assert {box.merchant_id: "CREATED", other.merchant_id: "PROCESSED"} == {
        row[0]: row[4] for row in page.list("orders")
    }


async def test_fragments_are_what_the_page_shows(api, visitor):
    """What the script asks for every second is the inside of every element that it replaces."""
    await api.paid()
    _, headers, text = await visitor.fetch("/board/lists")
    page = await visitor.look()

    assert "application/json; charset=utf-8" == headers["Content-Type"]
    parts = json.loads(text)
    assert set(re.findall(r'id="([\w-]+)" data-live', page.html)) == set(parts)
    for name in set(parts) - {"figures"}:
        assert parts[name].strip() in page.html, name


async def test_looking_leaves_no_trace(api, box, visitor):
    """Requests of the page are neither exchanges nor executions, and no fault strikes them."""
    await api.order()
    box.faults.add(what="drop", times=None)
    before = (len(box.exchanges), len(box.ledger), box.faults.hits)

    await visitor.look()
    for path in ("/board/lists", "/board/style.css", "/board/nothing"):
        await visitor.fetch(path)

    assert before == (len(box.exchanges), len(box.ledger), box.faults.hits)
