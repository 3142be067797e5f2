"""Who may press the buttons of the payer's pages: the payer, and no web page that they happen to look at."""

import pytest

from tests.sandbox.test_challans import made

FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Host": "evil.example"},
]


async def challenge(api):
    order = await api.pending()
    return order, order["challenge_url"]


async def checkout(api):
    body = {"merchant_order_reference": "ord-1", "order_amount": {"value": 150000, "currency": "INR"}}
    _, answer = await api.call("POST", "/api/checkout/v1/orders", body)
    return answer, answer["redirect_url"]


async def link(api):
    body = {
        "merchant_payment_link_reference": "lin-1",
        "amount": {"value": 150000, "currency": "INR"},
    }
    _, answer = await api.call("POST", "/api/pay/v1/paymentlink", body)
    return answer, answer["payment_link"]


async def transfer(api):
    order = await api.order()
    await made(api, order)
    return order, f"/transfer/{order['order_id']}"


async def press(api, page, **headers):
    async with api.http.post(page, data={"outcome": "approve"}, headers=headers) as answer:
        return answer.status, answer.content_type, await answer.text()


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("page", [challenge, checkout, link, transfer])
async def test_a_foreign_page_pays_nothing(api, box, page, headers):
    """A form that the browser says is of another site, or that came by a stranger's name, is refused."""
    order, url = await page(api)

    status, kind, text = await press(api, url, **headers)

    assert (403, "text/html", 0) == (status, kind, box.ledger.money_in)
    assert "This button was not on the sandbox" in text
    assert "PROCESSED" != (await api.get(order))["status"]
    assert not box.exchanges[-2].executed


@pytest.mark.parametrize("page", [challenge, checkout, link, transfer])
@pytest.mark.parametrize("browser", [True, False], ids=["browser", "plain client"])
async def test_the_page_itself_pays(api, box, page, browser):
    """With what a browser says of the page's own form it is done, and for a client that says nothing."""
    order, url = await page(api)
    said = {"Origin": box.base_url, "Sec-Fetch-Site": "same-origin"} if browser else {}

    status, _, text = await press(api, url, **said)

    assert 200 == status, text
    assert ("PROCESSED", 150000) == ((await api.get(order))["status"], box.ledger.money_in)


async def test_a_page_can_be_looked_at_from_everywhere(api):
    """Shops lead their payers here."""
    _, url = await challenge(api)

    async with api.http.get(url, headers={"Sec-Fetch-Site": "cross-site", "Origin": "null"}) as answer:
        assert 200 == answer.status
