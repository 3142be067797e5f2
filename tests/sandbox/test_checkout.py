"""The gateway's own payment page: its link, and what a payer does there."""

import json
from pathlib import Path

import pytest

from pinelabs_async import NewCheckout, from_json
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.signing import sign
from tests.sandbox.told import events, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "checkout"
PATH = "/api/checkout/v1/orders"


def sample(name):
    return json.loads((EXAMPLES / name).read_text())


def brief(answer):
    return answer[0], answer[1].get("code")


async def make(api, reference="ord-1", value=50000, **more):
    body = {
        "merchant_order_reference": reference,
        "order_amount": {"value": value, "currency": "INR"},
        **more,
    }
    return await api.call("POST", PATH, body)


async def made(api, *given, **more):
    status, answer = await make(api, *given, **more)
    assert 200 == status, answer
    return answer


async def press(api, url, **fields):
    async with api.http.post(url, data=fields) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("mode", ["redirect", "iframe", "default-mode"])
async def test_a_link_is_the_documented_one(api, box, mode):
    """Published requests get the published answer, and the order behind it is a new one of that mode."""
    request = sample(f"generate-checkout-link-{mode}.request.json")
    expected = sample("generate-checkout-link.response.json")

    status, answer = await api.call("POST", PATH, request)

    assert (200, set(expected)) == (status, set(answer))
    for name in ("response_code", "response_message"):
        assert expected[name] == answer[name]
    assert answer["redirect_url"].startswith(box.base_url)
    assert answer["redirect_url"].endswith(answer["token"])
    order = await api.get(answer)
    assert ("CREATED", request["order_amount"]) == (order["status"], order["order_amount"])
    assert {"iframe": "IFRAME"}.get(mode, "REDIRECT") == order["integration_mode"]
    assert (1, 0) == (box.ledger.count("checkout.create"), box.ledger.money_in)


@pytest.mark.parametrize("mode", ["REDIRECT", "IFRAME", "SDK"])
async def test_every_mode_has_a_page_that_can_be_paid_on(api, box, mode):
    """The payer comes back with signed fields, and the merchant is told."""
    link = await made(api, integration_mode=mode)

    fields = await box.payer.approve(link["redirect_url"])

    order = await api.get(link)
    assert ("PROCESSED", mode, 50000) == (order["status"], order["integration_mode"], box.ledger.money_in)
    assert (link["order_id"], "PROCESSED") == (fields["order_id"], fields["status"])
    assert sign(fields, box.return_url_secret) == fields["signature"]
    assert ["ORDER_PROCESSED"] == [kind for kind, _ in events(box)]
    assert ["checkout.create", "payer.start", "payer.approve"] == [done.operation for done in box.ledger]


async def test_a_page_offers_what_the_order_allows(api, box):
    """The payer chooses one of the methods; any other is refused and starts nothing."""
    link = await made(api, allowed_payment_methods=["UPI", "NETBANKING"])
    async with api.http.get(link["redirect_url"]) as page:
        shown = await page.text()

    assert ("UPI" in shown, "NETBANKING" in shown, "WALLET" in shown) == (True, True, False)
    assert "500.00 INR" in shown
    assert 400 == (await press(api, link["redirect_url"], outcome="approve", payment_method="CARD"))[0]
    assert 400 == (await press(api, link["redirect_url"], outcome="x"))[0]
    assert "payments" not in await api.get(link)
    assert 200 == (await press(api, link["redirect_url"], outcome="approve", payment_method="NETBANKING"))[0]
    assert "NETBANKING" == (await api.get(link))["payments"][0]["payment_method"]


async def test_money_may_only_be_blocked(api, box):
    """With pre_auth the page offers cards and points, and the order waits for its capture."""
    link = await made(api, pre_auth=True)
    async with api.http.get(link["redirect_url"]) as page:
        assert "UPI" not in await page.text()

    await box.payer.approve(link["redirect_url"])

    assert ("AUTHORIZED", 0) == ((await api.get(link))["status"], box.ledger.money_in)
    status, answer = await api.put(link, "capture", {"merchant_capture_reference": "cap-1"})
    assert (200, "PROCESSED", 50000) == (status, answer["data"]["status"], box.ledger.money_in)


async def test_a_failed_attempt_can_be_followed_by_another(api, box):
    """The page stays open while the order has attempts left, and is closed once it is paid."""
    link = await made(api)

    fields = await box.payer.decline(link["redirect_url"])
    assert ("FAILED", "ATTEMPTED") == (fields["status"], (await api.get(link))["status"])
    await box.payer.approve(link["redirect_url"])

    assert ("PROCESSED", 50000) == ((await api.get(link))["status"], box.ledger.money_in)
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(link["redirect_url"])


async def test_a_payer_who_gives_up_ends_the_order(api, box):
    """The page is closed then."""
    link = await made(api)

    fields = await box.payer.abandon(link["redirect_url"])

    assert "CANCELLED" == fields["status"] == (await api.get(link))["status"]
    assert ["ORDER_CANCELLED"] == [kind for kind, _ in events(box)]
    assert 409 == (await press(api, link["redirect_url"], outcome="approve"))[0]


async def test_an_answer_may_stay_open(api, box):
    """The order is PENDING then, the page points to where the payment goes on, and takes no second one."""
    link = await made(api)

    status, page = await press(api, link["redirect_url"], outcome="start")

    order = await api.get(link)
    assert (200, "PENDING") == (status, order["status"])
    assert order["challenge_url"] in page
    status, page = await press(api, link["redirect_url"], outcome="approve")
    assert (409, True) == (status, order["challenge_url"] in page)
    await box.payer.approve(order["challenge_url"])
    assert ("PROCESSED", 50000) == ((await api.get(link))["status"], box.ledger.money_in)


async def test_a_page_escapes_what_it_shows(api):
    """Nothing that the merchant writes becomes markup."""
    link = await made(api, callback_url='javascript:"<b>"', notes="<b>")
    _, page = await press(api, link["redirect_url"], outcome="approve")

    assert "<b>" not in page
    assert "action=" not in page


async def test_an_unknown_page_is_not_found(api):
    """For looking and for paying."""
    async with api.http.get("/checkout/nothing") as answer:
        assert 404 == answer.status
    assert 404 == (await press(api, "/checkout/nothing", outcome="approve"))[0]


async def test_a_repeated_reference_is_refused(api, box):
    """Checkouts and orders share their references."""
    link = await made(api)
    await api.order("ord-2")

    assert (422, "DUPLICATE_REQUEST") == brief(await make(api))
    assert (422, "DUPLICATE_REQUEST") == brief(await make(api, "ord-2"))
    status, found = await api.call("GET", "/api/pay/v1/orders/reference/ord-1")
    assert (200, link["order_id"]) == (status, found["data"]["order_id"])
    assert 1 == box.ledger.count("checkout.create")


async def test_a_repeated_reference_may_return_the_link(open_api):
    """The other documented behaviour answers the existing link; an order without one has none to answer."""
    async with Sandbox(duplicate_references="return") as box:
        api = await open_api(box)
        link = await made(api)
        await api.order("ord-2")

        assert link == await made(api, value=100)
        assert (422, "DUPLICATE_REQUEST") == brief(await make(api, "ord-2"))
        assert 1 == box.ledger.count("checkout.create")


@pytest.mark.parametrize(
    "change",
    [
        {"merchant_order_reference": None},
        {"merchant_order_reference": "a b"},
        {"order_amount": None},
        {"order_amount": {"value": 99, "currency": "INR"}},
        {"order_amount": {"value": 100000001, "currency": "INR"}},
        {"integration_mode": "POPUP"},
        {"integration_mode": 1},
        {"allowed_payment_methods": ["CARDLESS_EMI"]},
        {"pre_auth": "true"},
        {"part_payment": "yes"},
        {"plugin_data": []},
        {"purchase_details": {"products": [{}]}},
        {"purchase_details": {"product": [{"product_code": "x", "product_amount": "100"}]}},
    ],
)
async def test_a_wrong_checkout_is_an_invalid_request(api, box, change):
    """Members are checked as those of orders are, and nothing is made."""
    assert (400, "INVALID_REQUEST") == brief(await make(api, **change))
    assert 0 == len(box.ledger)


async def test_the_sdk_reads_the_answer(box):
    """Nothing is left over or misread."""
    request = from_json(NewCheckout, sample("generate-checkout-link-iframe.request.json"))
    async with session(box) as pinelabs:
        link = whole(await pinelabs.checkout.create(request))
        order = await pinelabs.orders.get(link.order_id)
    assert ("IFRAME", ()) == (order.integration_mode, order.problems)
