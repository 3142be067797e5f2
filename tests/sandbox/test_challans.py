"""E-challans: an account to transfer to, its PDF, and the transfer."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from pinelabs_async import NewChallan, from_json
from pinelabs_async.sandbox.gateway.pdf import one_page
from tests.sandbox.told import events, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "e-challans"
NO_FEE = {"convenience_fee_breakdown": {}}


def sample(name):
    return json.loads((EXAMPLES / name).read_text())


def brief(answer):
    return answer[0], answer[1].get("code")


def path(order):
    return f"/api/pay/v1/order/{order['order_id']}/challan"


async def make(api, order, body=None):
    return await api.call("POST", path(order), NO_FEE if body is None else body)


async def made(api, order, body=None):
    status, answer = await make(api, order, body)
    assert 200 == status, answer
    return answer


def parsed(content):
    """Read a PDF by its table of objects, as a reader does: its objects and the text of its page."""
    (start,) = re.findall(rb"startxref\n(\d+)\n%%EOF\n$", content)
    table = content[int(start) :]
    head = re.match(rb"xref\n0 (\d+)\n0000000000 65535 f \n", table)
    count = int(head[1])
    rows = table[head.end() :][: 20 * (count - 1)]
    objects = []
    for number in range(1, count):
        row = re.fullmatch(rb"(\d{10}) 00000 n \n", rows[20 * (number - 1) : 20 * number])
        held = content[int(row[1]) :]
        assert held.startswith(b"%d 0 obj\n" % number)
        objects.append(held[: held.index(b"\nendobj\n")])
    assert f"/Size {count} /Root 1 0 R".encode() in table
    stream = re.search(rb"<< /Length (\d+) >>\nstream\n", objects[3])
    length, text = int(stream[1]), objects[3][stream.end() :]
    assert b"\nendstream" == text[length:]
    shown = re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", text[:length])
    return objects, [re.sub(rb"\\(.)", rb"\1", line).decode("latin-1") for line in shown]


async def test_a_challan_is_the_documented_one(api, box):
    """The published request gets the published members, fee included in what is due, good for seven days."""
    expected = sample("create-challan.response.json")
    order = await api.order(value=1_000_000)

    challan = await made(api, order, sample("create-challan.request.json"))

    assert set(expected) == set(challan)
    assert {name: type(value) for name, value in expected.items()} == {
        name: type(value) for name, value in challan.items()
    }
    assert (expected["amount_due"], order["order_id"]) == (challan["amount_due"], challan["order_id"])
    assert re.fullmatch(r"v1-cha-\d{12}-aa-[A-Za-z]{6}", challan["challan_id"])
    made_on = date.fromisoformat(challan["created_date"][:10])
    assert 7 == (date.fromisoformat(challan["expiry_date"]) - made_on).days
    assert (200, challan) == await api.call("GET", path(order))
    assert (1, 0) == (box.ledger.count("challans.create"), box.ledger.money_in)


async def test_without_a_fee_the_order_amount_is_due(api):
    """An empty breakdown stands for no fee."""
    order = await api.order()

    assert 150000 == (await made(api, order))["amount_due"]


async def test_the_transfer_pays_the_order(api, box):
    """All of it at once, fee included; the merchant is told, and the order can be refunded without the fee."""
    order = await api.order(value=1_000_000)
    await made(api, order, sample("create-challan.request.json"))

    await box.payer.transfer(order["order_id"])

    assert ("PROCESSED", 1_001_180) == ((await api.get(order))["status"], box.ledger.money_in)
    ((kind, data),) = events(box)
    assert ("ORDER_PROCESSED", order["order_id"]) == (kind, data["order_id"])
    assert 1 == box.ledger.count("payer.transfer", reference="ord-1")
    assert (422, "AMOUNT_LIMIT_EXCEEDED") == brief(await api.refund(order, "ref-1", 1_000_001))
    assert 200 == (await api.refund(order, "ref-2", 1_000_000))[0]


async def test_a_transfer_cannot_be_blocked(api, box):
    """Orders with pre_auth are for cards and points: they have no challan."""
    order = await api.order(pre_auth=True)

    assert (400, "INVALID_REQUEST") == brief(await make(api, order))
    assert 0 == box.ledger.count("challans.create")


async def test_a_transfer_is_returned_where_it_does_not_fit(api, box):
    """To a paid order, to one that is being paid, after the last day, and without a challan."""
    paid, late, pending = [await api.order(name) for name in ("paid", "late", "pending")]
    for order in (paid, late, pending):
        await made(api, order)
    await box.payer.transfer(paid["order_id"])
    await api.pay(pending, "pay-1")

    for order in (paid, pending):
        with pytest.raises(RuntimeError, match="409"):
            await box.payer.transfer(order["order_id"])
    with pytest.raises(RuntimeError, match="404"):
        await box.payer.transfer("nothing")
    box.clock.advance(days=8)
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.transfer(late["order_id"])
    assert (150000, 1) == (box.ledger.money_in, box.ledger.count("payer.transfer"))


async def test_a_transfer_ends_a_payment_that_still_waited(api, box):
    """An order that was paid by transfer is not paid again by the password of its card."""
    order = await api.pending()
    payment = {"payment_id": order["payments"][0]["id"]}
    await api.call("POST", "/api/pay/v1/otp/generate", payment)
    await api.call("POST", "/api/pay/v1/otp/submit", {**payment, "otp": "000000"})
    await made(api, order)

    await box.payer.transfer(order["order_id"])

    late = await api.call("POST", "/api/pay/v1/otp/submit", {**payment, "otp": "123456"})
    assert (422, "OPERATION_NOT_ALLOWED") == brief(late)
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(order["challenge_url"])
    done = await api.get(order)
    assert ("PROCESSED", "FAILED", 150000) == (
        done["status"],
        done["payments"][0]["status"],
        box.ledger.money_in,
    )


async def test_a_challan_is_good_on_its_last_day(api, box):
    """Until that day ends."""
    order = await api.order()
    await made(api, order)
    box.clock.advance(days=7)

    await box.payer.transfer(order["order_id"])

    assert 150000 == box.ledger.money_in


async def test_an_order_has_one_challan_at_a_time(api, box):
    """A second one only once the first has expired, and then that one is told."""
    order = await api.order()
    first = await made(api, order)
    assert (400, "INVALID_REQUEST") == brief(await make(api, order))

    box.clock.advance(days=8)
    await api.login()
    second = await made(api, order)

    assert first["challan_id"] != second["challan_id"]
    assert (200, second) == await api.call("GET", path(order))
    assert 2 == box.ledger.count("challans.create")


async def test_only_an_unpaid_order_gets_a_challan(api):
    """Paid, pending and unknown orders, and those of others, are refused with the one documented status."""
    paid, pending, new = await api.paid("paid"), await api.pending("pending"), await api.order("new")
    other = api.box.add_merchant()

    for order in (paid, pending, {"order_id": "x"}):
        assert (400, "INVALID_REQUEST") == brief(await make(api, order))
    for order in (paid, {"order_id": "x"}):
        assert (400, "INVALID_REQUEST") == brief(await api.call("GET", path(order)))
        assert (400, "INVALID_REQUEST") == brief(await api.call("GET", f"{path(order)}/pdf"))
    await api.login(other.client_id, other.client_secret)
    assert (400, "INVALID_REQUEST") == brief(await make(api, new))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"convenience_fee_breakdown": None},
        {"convenience_fee_breakdown": []},
        {"convenience_fee_breakdown": {"fee_amount": 5}},
        {"convenience_fee_breakdown": {"applicable_fee_amount": {"value": -1, "currency": "INR"}}},
        {"convenience_fee_breakdown": {"applicable_fee_amount": {"value": 1.5, "currency": "INR"}}},
        {"convenience_fee_breakdown": {"applicable_fee_amount": {"value": 1, "currency": "USD"}}},
    ],
)
async def test_a_wrong_challan_is_an_invalid_request(api, box, body):
    """The breakdown is needed, be it empty, and its amounts are amounts."""
    order = await api.order()

    assert (400, "INVALID_REQUEST") == brief(await make(api, order, body))
    assert 0 == box.ledger.count("challans.create")


async def test_the_pdf_shows_the_challan(api):
    """It is a PDF of one page that its own table of objects leads through."""
    order = await api.order(value=12_345_678)
    challan = await made(api, order)
    headers = {"Authorization": f"Bearer {api.token}"}
    async with api.http.get(f"{path(order)}/pdf", headers=headers) as answer:
        kind, content = answer.content_type, await answer.read()

    assert ("application/pdf", True) == (kind, content.startswith(b"%PDF-1.4\n"))
    objects, lines = parsed(content)
    assert b"/Type /Pages /Kids [3 0 R] /Count 1" in objects[1]
    assert "Sandbox e-challan" == lines[0]
    assert "amount due: 123,456.78 INR" in lines
    for name in ("challan_id", "order_id", "virtual_account_id", "account_ifsc", "expiry_date"):
        assert f"{name.replace('_', ' ')}: {challan[name]}" in lines


def test_a_page_takes_any_text():
    """Brackets and backslashes are escaped, and what the font lacks becomes a question mark."""
    _, lines = parsed(one_page("A (b) \\ c", ["ünï", "₹ 5", "line\nbreak", "", "endobj"]))

    assert ["A (b) \\ c", "ünï", "? 5", "line break", "", "endobj"] == lines


async def test_the_sdk_reads_every_answer(api, box):
    """Nothing is left over or misread, and the PDF comes as it was sent."""
    order = await api.order(value=1_000_000)
    async with session(box) as pinelabs:
        body = from_json(NewChallan, sample("create-challan.request.json"))
        new = await pinelabs.challans.create(order["order_id"], body)
        found = await pinelabs.challans.get(order["order_id"])
        download = await pinelabs.challans.download_pdf(order["order_id"])
    assert whole(new) == whole(found)
    assert download.startswith(b"%PDF-1.4\n")


def test_the_blocking_sandbox_has_a_payer_who_transfers():
    """The same in plain functions."""
    from pinelabs_sync import Money, NewOrder, Session
    from pinelabs_sync.sandbox import Sandbox

    with Sandbox() as box, Session(box.client_id, box.client_secret, base_url=box.base_url) as pinelabs:
        order = pinelabs.orders.create(NewOrder(order_amount=Money(150000)))
        pinelabs.challans.create(order.order_id, NewChallan())
        box.payer.transfer(order.order_id)
        assert ("PROCESSED", 150000) == (pinelabs.orders.get(order.order_id).status, box.ledger.money_in)
