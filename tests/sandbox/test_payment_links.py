"""Payment links: making, reading, ending and resending them, and what a payer does at their page."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pinelabs_async import Money, from_json
from pinelabs_async.api.payment_links import NewPaymentLink, PaymentLinkStatus
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.wire import call
from tests.sandbox.told import events, later, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
ROOT = "/api/pay/v1/paymentlink"
VARYING = {"payment_link", "payment_link_id", "order_id", "created_at", "updated_at", "expire_by"}


def example(name):
    return json.loads((EXAMPLES / name).read_text())


def brief(answer):
    return answer[0], answer[1]["code"]


def ahead(box, **step):
    return (box.clock.now() + timedelta(**step)).strftime("%Y-%m-%dT%H:%MZ")


async def make(api, reference="link-1", value=50000, **more):
    body = {"merchant_payment_link_reference": reference, "amount": {"value": value, "currency": "INR"}}
    status, answer = await api.call("POST", ROOT, {**body, **more})
    assert 200 == status, answer
    return answer


async def read(api, link):
    status, answer = await api.call("GET", f"{ROOT}/{link['payment_link_id']}")
    assert 200 == status, answer
    return answer


async def end(api, link):
    return await api.call("PUT", f"{ROOT}/{link['payment_link_id']}/cancel")


async def notify(api, link):
    return await api.call("PATCH", f"{ROOT}/{link['payment_link_id']}/notify")


async def opened(api, url):
    async with api.http.get(url) as answer:
        return answer.status, await answer.text()


async def press(api, url, outcome, **fields):
    async with api.http.post(url, data={"outcome": outcome, **fields}) as answer:
        return answer.status, await answer.text()


async def order_of(api, link):
    return await api.get({"order_id": (await read(api, link))["order_id"]})


async def test_a_new_link_is_the_documented_one(api, box):
    """The documented request gets the documented answer, but for ids and times."""
    expected = example("payment-links/create-full.response.json")
    expire_by = ahead(box, days=15)

    status, actual = await api.call(
        "POST", ROOT, {**example("payment-links/create-full.request.json"), "expire_by": expire_by}
    )

    assert 200 == status
    assert set(expected) == set(actual)
    fixed = set(expected) - VARYING
    assert {name: expected[name] for name in fixed} == {name: actual[name] for name in fixed}
    assert expire_by == actual["expire_by"]
    assert actual["payment_link_id"].startswith("pl-v1-")
    assert actual["payment_link"].startswith(box.base_url)
    assert 1 == box.ledger.count("payment_links.create", reference="link_ref")
    assert 0 == box.ledger.money_in


async def test_a_minimal_link_lives_for_a_day(api, box):
    """Without expire_by a link has the life that the vendor's dashboard gives one."""
    _, link = await api.call("POST", ROOT, example("payment-links/create-minimal.request.json"))

    life = datetime.fromisoformat(link["expire_by"]) - datetime.fromisoformat(link["created_at"])

    assert timedelta(hours=24) == life
    assert ("CREATED", None) == (link["status"], link["failure_callback_url"])


async def test_a_link_is_found_by_id_and_by_reference(api):
    """Both look-ups answer what the creation answered, and the order behind it is open."""
    link = await make(api, customer={"email_id": "kevin.bob@example.com"})

    assert link == await read(api, link)
    assert (200, link) == await api.call("GET", f"{ROOT}/ref/link-1")
    order = await order_of(api, link)
    assert ("CREATED", link["amount"]) == (order["status"], order["order_amount"])
    assert {"email_id": "kevin.bob@example.com"} == order["purchase_details"]["customer"]


async def test_an_unknown_link_is_not_found(api, box):
    """Every operation answers 404 with the published text, also across merchants."""
    expected = (404, example("errors/INVALID_REQUEST-no-records.json"))
    mine = await make(api)
    other = box.add_merchant()
    await api.login(other.client_id, other.client_secret)

    for link_id in ("pl-v1-none", mine["payment_link_id"]):
        assert expected == await api.call("GET", f"{ROOT}/{link_id}")
        assert expected == await end(api, {"payment_link_id": link_id})
        assert expected == await notify(api, {"payment_link_id": link_id})
    assert expected == await api.call("GET", f"{ROOT}/ref/link-1")


@pytest.mark.parametrize("setting", ["refuse", "return"])
async def test_a_repeated_reference_is_refused_or_returned(open_api, setting):
    """Both documented behaviours make no second link."""
    async with Sandbox(duplicate_references=setting) as box:
        api = await open_api(box)
        link = await make(api)
        again = {
            "merchant_payment_link_reference": "link-1",
            "amount": {"value": 100, "currency": "INR"},
        }

        answer = await api.call("POST", ROOT, again)

        if setting == "refuse":
            assert (422, example("errors/DUPLICATE_REQUEST-merchant-reference.json")) == answer
        else:
            assert (200, link) == answer
        assert 1 == box.ledger.count("payment_links.create")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": None}, "amount"),
        ({"amount": {"value": 99, "currency": "INR"}}, "greater than or equal to 100"),
        ({"amount": {"value": 100000001, "currency": "INR"}}, "less than or equal to 100000000"),
        ({"amount": {"value": 1.5, "currency": "INR"}}, "Integer"),
        ({"merchant_payment_link_reference": None}, "must not be empty"),
        ({"merchant_payment_link_reference": "a b"}, "1 to 50"),
        ({"description": 5}, "description"),
        ({"expire_by": "tomorrow"}, "ISO 8601"),
        ({"expire_by": "2999-01-01T00:00"}, "time zone"),
        ({"expire_by": "2020-01-01T00:00Z"}, "in the future"),
        ({"expire_by": (datetime.now(UTC) + timedelta(days=181)).isoformat()}, "180 days"),
        ({"allowed_payment_methods": "CARD,UPI"}, "Payment method"),
        ({"allowed_payment_methods": ["CASH"]}, "Payment method"),
        ({"allowed_payment_methods": []}, "Payment method"),
        ({"allowed_payment_methods": [{}]}, "Payment method"),
        ({"pre_auth": True}, "pre_auth"),
        ({"pre_auth": "yes"}, "pre_auth"),
        ({"is_mcc_transaction": False}, "is_mcc_transaction"),
        ({"part_payment": "true"}, "part_payment"),
        ({"callback_url": 1}, "callback_url"),
        ({"customer": "Kevin"}, "customer"),
        ({"customer": {"mobile_number": "123"}}, "mobile_number"),
        ({"product_details": {}}, "product_details"),
        ({"product_details": [{"product_amount": {"value": -1, "currency": "INR"}}]}, "Integer"),
        ({"cart_details": {"items": []}}, "items"),
        ({"cart_coupon_discount_amount": {"value": "0"}}, "Integer"),
        ({"split_info": {"split_type": "PERCENT"}}, "split_type"),
        ({"split_info": {"split_type": "AMOUNT", "split_details": []}}, "split_details"),
        ({"account_details": {"bank_details": {}}}, "account_number"),
        ({"merchant_metadata": {"a": 1}}, "merchant_metadata"),
    ],
)
async def test_a_wrong_link_is_an_invalid_request(api, box, change, message):
    """Members that break the contract are refused and named, and nothing is made."""
    body = {"merchant_payment_link_reference": "link-1", "amount": {"value": 500, "currency": "INR"}}

    status, answer = await api.call("POST", ROOT, body | change)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert 0 == box.ledger.count()


async def test_what_is_taken_and_not_told_back(api):
    """The answer has no callback_url, part_payment or cart, and the account as it was sent."""
    account = {"bank_details": {"account_number": "0123456789", "bank_name": "HDFC"}}
    link = await make(
        api,
        callback_url="https://shop.example/back",
        failure_callback_url="https://shop.example/failed",
        part_payment=True,
        cart_details={"items": [{"product_code": "xyz", "product_amount": {"value": 1, "currency": "INR"}}]},
        account_details=account,
    )

    assert {"callback_url", "part_payment", "cart_details"}.isdisjoint(link)
    assert (account, "https://shop.example/failed") == (link["account_details"], link["failure_callback_url"])
    assert "0123456789" not in json.dumps(await order_of(api, link))


async def test_a_link_is_cancelled_once_and_its_order_with_it(api, box):
    """A cancelled link cannot be paid, sent or cancelled again, and the merchant hears of its order."""
    link = await make(api)

    status, ended = await end(api, link)

    assert (200, "CANCELLED") == (status, ended["status"])
    assert {**link, "status": "CANCELLED", "updated_at": ended["updated_at"]} == ended
    assert [(422, "OPERATION_NOT_ALLOWED")] * 2 == [
        brief(await end(api, link)),
        brief(await notify(api, link)),
    ]
    assert 409 == (await press(api, link["payment_link"], "approve"))[0]
    ((kind, data),) = events(box)
    sample = example("webhooks/order-cancelled.json")["data"]
    assert ("ORDER_CANCELLED", "CANCELLED", link["order_id"]) == (kind, data["status"], data["order_id"])
    assert set(data) <= set(sample) | {"payment_retries_remaining"}
    assert (1, 0) == (box.ledger.count("payment_links.cancel", reference="link-1"), box.ledger.money_in)


async def test_a_link_is_sent_again(api, box):
    """Each reminder is an execution and changes nothing of the link."""
    link = await make(api)

    answers = [await notify(api, link) for _ in range(2)]

    assert [(200, link)] * 2 == answers
    assert 2 == box.ledger.count("payment_links.notify", reference="link-1")


async def test_an_opened_link_is_clicked_and_cannot_be_cancelled(api, box):
    """Once the payer has seen the page, cancel and resend are refused as documented."""
    link = await make(api)

    status, page = await opened(api, link["payment_link"])

    assert 200 == status
    assert "500.00 INR" in page
    assert "CLICKED" == (await read(api, link))["status"]
    assert [(422, "OPERATION_NOT_ALLOWED")] * 2 == [
        brief(await end(api, link)),
        brief(await notify(api, link)),
    ]
    assert [] == [done for done in box.ledger if done.operation != "payment_links.create"]


async def test_a_paid_link_is_processed_and_takes_no_second_payment(api, box):
    """The payer pays at the link's page: the order behind it is paid, the money is in, once."""
    link = await make(api, callback_url="mobileapp/index")
    box.clock.advance(seconds=1)

    back = await box.payer.approve(link["payment_link"])
    again = await press(api, link["payment_link"], "approve")

    paid = await read(api, link)
    order = await order_of(api, link)
    nothing = {"value": 0, "currency": "INR"}
    assert ("PROCESSED", nothing, link["order_id"]) == (paid["status"], paid["amount_due"], paid["order_id"])
    assert ("PROCESSED", link["order_id"]) == (order["status"], back["order_id"])
    assert ["PROCESSED"] == [payment["status"] for payment in order["payments"]]
    assert (409, 50000) == (again[0], box.ledger.money_in)
    made = ["payment_links.create", "payer.start", "payer.approve"]
    assert made == [done.operation for done in box.ledger]
    assert link["updated_at"] < paid["updated_at"]
    assert [(422, "OPERATION_NOT_ALLOWED")] * 2 == [
        brief(await end(api, link)),
        brief(await notify(api, link)),
    ]


async def test_a_paid_link_tells_of_its_order(api, box):
    """There is no event of links: the order's is told, once, in the state it is in."""
    link = await make(api)

    await box.payer.approve(link["payment_link"])

    ((kind, data),) = events(box)
    assert ("ORDER_PROCESSED", "PROCESSED", link["order_id"]) == (kind, data["status"], data["order_id"])


@pytest.mark.parametrize(("act", "order_status"), [("decline", "ATTEMPTED"), ("abandon", "CANCELLED")])
async def test_a_payer_may_try_again(api, box, act, order_status):
    """After a failed or abandoned attempt the link can still be paid, once."""
    link = await make(api)

    await getattr(box.payer, act)(link["payment_link"])
    between = await read(api, link)
    first = await order_of(api, link)
    await box.payer.approve(link["payment_link"])

    assert ("CLICKED", link["amount"], order_status) == (
        between["status"],
        between["amount_due"],
        first["status"],
    )
    assert 9 == first["payment_retries_remaining"]
    paid = await read(api, link)
    assert "PROCESSED" == paid["status"]
    # A cancelled order stays cancelled: the second attempt has one of its own.
    assert (act == "abandon") == (paid["order_id"] != link["order_id"])
    assert 50000 == box.ledger.money_in


async def test_a_payment_under_way_blocks_the_link_until_it_is_answered(api, box):
    """Between start and the bank's answer the link is PAYMENT_INITIATED and no second payment starts."""
    link = await make(api)

    status, page = await press(api, link["payment_link"], "start")
    pending = await order_of(api, link)
    again = await press(api, link["payment_link"], "approve")

    assert 200 == status
    assert pending["challenge_url"] in page
    assert ("PENDING", "PAYMENT_INITIATED") == (pending["status"], (await read(api, link))["status"])
    assert (409, True) == (again[0], pending["challenge_url"] in again[1])
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await end(api, link))
    await box.payer.approve(pending["challenge_url"])
    assert "PROCESSED" == (await read(api, link))["status"]
    assert 50000 == box.ledger.money_in


async def test_a_link_is_paid_in_parts(api, box):
    """Each part is an order of its own; amount_due goes down until nothing is left."""
    link = await make(api, part_payment=True)
    seen = []

    for part in ("200.00", "50", "250.00"):
        status, _ = await press(api, link["payment_link"], "approve", amount=part)
        assert 200 == status
        now = await read(api, link)
        seen.append((now["status"], now["amount_due"]["value"], now["order_id"]))

    assert [("PARTIAL_PROCESSED", 30000), ("PARTIAL_PROCESSED", 25000), ("PROCESSED", 0)] == [
        (status, due) for status, due, _ in seen
    ]
    assert 3 == len({order_id for _, _, order_id in seen})
    assert [20000, 5000, 25000] == [done.amount for done in box.ledger.executions("payer.approve")]
    assert 50000 == box.ledger.money_in
    # The order that was open for the whole is closed: its money cannot be taken as well.
    assert "CANCELLED" == (await api.get(link))["status"]


@pytest.mark.parametrize(
    "part", ["500.01", "0.99", "0", "-5", "1.5", "1e2", "NaN", "", "\u0665\u0660", "9" * 30]
)
async def test_a_part_is_at_least_a_rupee_and_at_most_what_is_due(api, box, part):
    """Any other amount starts nothing."""
    link = await make(api, part_payment=True)

    status, _ = await press(api, link["payment_link"], "approve", amount=part)

    assert (400, 0) == (status, box.ledger.count("payer.start"))


async def test_a_link_that_is_not_for_parts_is_paid_in_full(api, box):
    """The payer cannot choose another amount at it."""
    link = await make(api)

    await press(api, link["payment_link"], "approve", amount="1.00")

    assert (50000, "PROCESSED") == (box.ledger.money_in, (await read(api, link))["status"])


async def test_the_order_behind_a_link_can_be_paid_through_the_orders_api(api, box):
    """The link follows its order, whoever started the payment."""
    link = await make(api)
    status, answer = await api.pay({"order_id": link["order_id"], "order_amount": link["amount"]})
    between = (await read(api, link))["status"]
    box.clock.advance(seconds=1)

    await box.payer.approve(answer["data"]["challenge_url"])

    assert (200, "PAYMENT_INITIATED") == (status, between)
    paid = await read(api, link)
    assert ("PROCESSED", 0) == (paid["status"], paid["amount_due"]["value"])
    assert link["updated_at"] < paid["updated_at"]


async def test_a_refund_does_not_open_a_link_again(api, box):
    """The money goes back through the order; the link stays paid."""
    link = await make(api)
    await box.payer.approve(link["payment_link"])

    status, _ = await api.refund({"order_id": link["order_id"]}, "ref-1", 50000)

    assert (200, "PROCESSED") == (status, (await read(api, link))["status"])
    assert (50000, 50000) == (box.ledger.money_in, box.ledger.money_out)


async def test_a_link_with_pre_auth_blocks_the_money(api, box):
    """Paying authorises the order; capture takes the money; cancelling the order ends the link."""
    first = await make(api, pre_auth="true", allowed_payment_methods=["UPI", "CARD"])
    second = await make(api, "link-2", pre_auth="true")
    for link in (first, second):
        await box.payer.approve(link["payment_link"])

    order = await order_of(api, first)
    assert ("AUTHORIZED", "CARD", 0) == (
        order["status"],
        order["payments"][0]["payment_method"],
        box.ledger.money_in,
    )
    await api.put(first, "capture", {"merchant_capture_reference": "cap-1"})
    await api.put(second, "cancel")
    assert 50000 == box.ledger.money_in
    assert ["PROCESSED", "CANCELLED"] == [(await read(api, link))["status"] for link in (first, second)]
    assert 409 == (await press(api, second["payment_link"], "approve"))[0]


async def test_a_link_expires_by_the_clock(api, box):
    """At its time an unpaid link is EXPIRED, and cannot be paid, sent or cancelled."""
    link = await make(api, expire_by=ahead(box, minutes=10))

    box.clock.advance(minutes=8)
    before = (await read(api, link))["status"]
    box.clock.advance(minutes=3)
    after = await read(api, link)

    assert ("CREATED", "EXPIRED") == (before, after["status"])
    assert link["amount_due"] == after["amount_due"]
    assert link["updated_at"] < after["updated_at"]
    assert 409 == (await press(api, link["payment_link"], "approve"))[0]
    assert [(422, "OPERATION_NOT_ALLOWED")] * 2 == [
        brief(await end(api, link)),
        brief(await notify(api, link)),
    ]
    assert [] == events(box)


@pytest.mark.parametrize("act", ["pay", "cancel"])
async def test_an_ended_link_does_not_expire(api, box, act):
    """What becomes due looks at the link as it is by then."""
    link = await make(api)
    if act == "pay":
        await box.payer.approve(link["payment_link"])
    else:
        await end(api, link)
    before = await read(api, link)

    await later(api, days=2)

    assert before == await read(api, link)


async def test_a_part_paid_link_expires_with_what_is_due(api):
    """The part that was paid stays paid."""
    link = await make(api, part_payment=True)
    await press(api, link["payment_link"], "approve", amount="200.00")

    await later(api, days=2)

    ended = await read(api, link)
    assert ("EXPIRED", 30000) == (ended["status"], ended["amount_due"]["value"])


async def test_a_payment_under_way_expires_with_its_link(api, box):
    """The open attempt fails with PAYMENT_EXPIRED as published, is told of, and cannot be approved any more."""
    link = await make(api)
    await press(api, link["payment_link"], "start")
    challenge_url = (await order_of(api, link))["challenge_url"]

    await later(api, days=2)

    order = await order_of(api, link)
    sample = example("webhooks/payment-failed--link-expired.json")
    ((kind, data),) = events(box)
    assert (sample["event_type"], sample["data"]["status"]) == (kind, data["status"])
    assert sample["data"]["payments"][0]["error_detail"] == data["payments"][0]["error_detail"]
    assert ("EXPIRED", "ATTEMPTED", "FAILED") == (
        (await read(api, link))["status"],
        order["status"],
        order["payments"][0]["status"],
    )
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(challenge_url)
    assert 0 == box.ledger.money_in


async def test_pages_say_what_is_wrong(api, box):
    """An unknown link and an unknown choice are errors that start nothing."""
    link = await make(api)

    assert 404 == (await opened(api, "/link/nothing"))[0]
    assert 404 == (await press(api, "/link/nothing", "approve"))[0]
    assert 400 == (await press(api, link["payment_link"], "steal"))[0]
    assert 0 == box.ledger.count("payer.start")


async def test_a_link_whose_order_was_paid_by_transfer_is_paid(api, box):
    """Its order can have a challan; then nothing is due, nobody pays it again, and it cannot be cancelled."""
    link = await make(api)
    path = f"/api/pay/v1/order/{link['order_id']}/challan"
    assert 200 == (await api.call("POST", path, {"convenience_fee_breakdown": {}}))[0]

    await box.payer.transfer(link["order_id"])

    assert "PROCESSED" == (await read(api, link))["status"]
    assert 409 == (await press(api, link["payment_link"], "approve"))[0]
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await end(api, link))
    assert ("PROCESSED", 50000) == ((await order_of(api, link))["status"], box.ledger.money_in)


async def test_a_hostile_description_is_harmless_on_the_page(api):
    """What the merchant wrote is text on the page, never markup."""
    link = await make(api, description="<script>alert(1)</script>")

    _, page = await opened(api, link["payment_link"])

    assert "&lt;script&gt;alert" in page
    assert "<script" not in page


async def test_random_members_never_crash_it(api, box):
    """Every wrong-typed member is answered with a link or a client error."""
    values = [None, True, 7, -1, 1.5, "", "x", [], [1], [{}], {}, {"a": {}}, {"value": 0}, "\ud800"]
    sample = example("payment-links/create-full.request.json")
    names = [*sample, "part_payment", "cart_details", "account_details", "callback_url"]
    for name in names:
        for number, value in enumerate(values):
            body = {
                "amount": {"value": 500, "currency": "INR"},
                "merchant_payment_link_reference": f"{name}-{number}",
                name: value,
            }
            status, _ = await api.call("POST", ROOT, body)
            assert status < 500
    assert [] == box.crashes


async def test_the_sdk_finds_a_link_whose_answer_was_lost(box, monkeypatch):
    """A link that was made before the connection broke is found by its reference, and made once."""
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.01)
    box.faults.add(operation="payment_links.create", at="after_execute", what="drop")

    async with session(box) as pinelabs:
        link = await pinelabs.payment_links.create(NewPaymentLink(amount=Money(500)))

    assert (True, Money(500)) == (link.recovered, link.amount_due)
    assert 1 == box.ledger.count("payment_links.create")


async def test_the_sdk_reads_links_whole(api, box):
    """Every operation answers the SDK with what it has a field for."""
    body = {**example("payment-links/create-full.request.json"), "expire_by": ahead(box, days=1)}
    async with session(box) as pinelabs:
        new = whole(await pinelabs.payment_links.create(from_json(NewPaymentLink, json.dumps(body).encode())))
        sent = whole(await pinelabs.payment_links.notify(new.payment_link_id))
        await box.payer.decline(new.payment_link)
        await box.payer.approve(new.payment_link)
        paid = whole(await pinelabs.payment_links.get(new.payment_link_id))
        found = whole(await pinelabs.payment_links.get_by_reference("link_ref"))
        other = await make(api, "link-2")
        ended = whole(await pinelabs.payment_links.cancel(other["payment_link_id"]))

    assert new == sent
    assert paid == found
    assert (PaymentLinkStatus.PROCESSED, PaymentLinkStatus.CANCELLED) == (paid.status, ended.status)
