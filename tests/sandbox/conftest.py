"""One sandbox per test, and a client that speaks plain HTTP and knows nothing of the SDK."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from pinelabs_async.sandbox import Sandbox

CARD = {"card_details": {"card_number": "4012001037141112", "cvv": "065", "name": "Kevin Bob"}}


class Api:
    """Calls the gateway the way its documentation says."""

    def __init__(self, box, http):
        self.box, self.http, self.token = box, http, None

    async def login(self, client_id=None, client_secret=None):
        body = {
            "client_id": client_id or self.box.client_id,
            "client_secret": client_secret or self.box.client_secret,
            "grant_type": "client_credentials",
        }
        status, answer = await self.call("POST", "/api/auth/v1/token", body, token=None)
        assert 200 == status, answer
        self.token = answer["access_token"]
        return answer

    async def call(self, method, path, body=None, *, token="own", headers=None):
        sent = dict(headers or {})
        token = self.token if token == "own" else token
        if token:
            sent["Authorization"] = f"Bearer {token}"
        async with self.http.request(method, path, json=body, headers=sent, allow_redirects=False) as answer:
            assert "application/json" == answer.content_type, await answer.text()
            return answer.status, await answer.json()

    async def order(self, reference="ord-1", value=150000, **more):
        body = {
            "merchant_order_reference": reference,
            "order_amount": {"value": value, "currency": "INR"},
            "callback_url": "mobileapp/index",
            **more,
        }
        status, answer = await self.call("POST", "/api/pay/v1/orders", body)
        assert 200 == status, answer
        return answer["data"]

    async def pay(self, order, reference="pay-1", method="CARD", option=None, **more):
        entry = {
            "merchant_payment_reference": reference,
            "payment_method": method,
            "payment_amount": order["order_amount"],
            "payment_option": option or CARD,
            **more,
        }
        return await self.attempt(order, entry)

    async def attempt(self, order, *entries):
        path = f"/api/pay/v1/orders/{order['order_id']}/payments"
        return await self.call("POST", path, {"payments": list(entries)})

    async def pending(self, reference="ord-1", value=150000, **more):
        order = await self.order(reference, value, **more)
        status, answer = await self.pay(order, f"pay-{reference}")
        assert 200 == status, answer
        return answer["data"]

    async def paid(self, reference="ord-1", value=150000, **more):
        order = await self.pending(reference, value, **more)
        await self.box.payer.approve(order["challenge_url"])
        return await self.get(order)

    async def get(self, order):
        status, answer = await self.call("GET", f"/api/pay/v1/orders/{order['order_id']}")
        assert 200 == status, answer
        return answer["data"]

    async def put(self, order, verb, body=None):
        return await self.call("PUT", f"/api/pay/v1/orders/{order['order_id']}/{verb}", body)

    async def refund(self, order, reference, value, **more):
        body = {
            "merchant_order_reference": reference,
            "order_amount": {"value": value, "currency": "INR"},
            **more,
        }
        return await self.call("POST", f"/api/pay/v1/refunds/{order['order_id']}", body)


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox() as started:
        yield started


@pytest.fixture
async def stranger(box):
    """A client without a token."""
    async with aiohttp.ClientSession(box.base_url) as http:
        yield Api(box, http)


@pytest.fixture
async def api(stranger):
    """A client with a token."""
    await stranger.login()
    return stranger


@pytest.fixture
async def open_api():
    """Make clients of further sandboxes."""
    sessions = []

    async def opened(box):
        http = aiohttp.ClientSession(box.base_url)
        sessions.append(http)
        client = Api(box, http)
        await client.login()
        return client

    yield opened
    for http in sessions:
        await http.close()
