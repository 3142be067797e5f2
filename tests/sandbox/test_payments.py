"""Create payments, answer challenges, and come back signed."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.signing import sign

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
VECTORS = json.loads((EXAMPLES / "signatures" / "vectors.json").read_text())["return_url"]
# This one names the older member pan_last_digits in place of pan_number.
LEGACY = "create-payment-cardless-emi-with-offer-legacy.request.json"
PAYMENTS = [
    path for path in sorted(EXAMPLES.glob("payments/create-payment*.request.json")) if path.name != LEGACY
]

OPTIONS = {
    "CARD": ("cc", {"card_token_details": {"token": "4000000000001091", "token_txn_type": "ALT_TOKEN"}}),
    "UPI": ("up", {"upi_details": {"txn_mode": "INTENT"}}),
    "NETBANKING": ("nb", {"netbanking_details": {"pay_code": "NB1531"}}),
    "WALLET": ("wa", {"wallet_details": {"wallet_code": "FRW"}}),
    "CREDIT_EMI": ("ce", {"card_details": {"card_number": "4012001037141112"}}),
    "DEBIT_EMI": ("de", {"card_details": {"card_number": "4012001037141112"}}),
    "BNPL": ("bn", {"bnpl_details": {"mobile": "9876543210", "bnpl_pay_code": "LAZYPAY"}}),
    "CARDLESS_EMI": (
        "cle",
        {"cardless_details": {"registered_mobile_number": "9876543210", "pan_number": "ABCDE1234F"}},
    ),
    "POINTS": (
        "pt",
        {
            "points_card_details": {
                "card_number": "4012001037141112",
                "card_last4": "1112",
                "registered_mobile_number": "9876543210",
            }
        },
    ),
}

# EMI on a card is paid back by the offer that was chosen.
MORE = {method: {"offer_data": {"offer_details": {"id": "7"}}} for method in ("CREDIT_EMI", "DEBIT_EMI")}


def lasting(text):
    """Give the cards of a sample an expiry that is not over."""
    return re.sub(r'"expiry_year": "20\d\d"', '"expiry_year": "2099"', text)


def brief(answer):
    return answer[0], answer[1].get("code")


@pytest.mark.parametrize("path", PAYMENTS, ids=lambda path: path.name)
async def test_every_documented_payment_is_accepted_and_tells_no_numbers(api, path):
    """Published sample requests are valid, and no card number, CVV or PAN comes back."""
    text = lasting(path.read_text())
    entries = json.loads(text)["payments"]
    fees = [entry.get("convenience_fee_breakdown", {}) for entry in entries]
    value = sum(entry["payment_amount"]["value"] for entry in entries)
    value -= sum(fee.get("applicable_fee_amount", {}).get("value", 0) for fee in fees)
    order = await api.order(value=value)

    status, answer = await api.attempt(order, *entries)

    assert 200 == status, answer
    told = json.dumps(answer)
    secrets = re.findall(r'"(?:card_number|cvv|pan_number|token|cryptogram)": "([^"]+)"', text)
    assert [] == [
        secret for secret in secrets if f'"{secret}"' in told or (len(secret) > 4 and secret in told)
    ]
    assert told == json.dumps({"data": await api.get(order)})


async def test_a_cardless_payment_has_the_documented_shape(api, box):
    """The documented exchange, but for ids, times and links."""
    expected = json.loads((EXAMPLES / "payments/create-payment-cardless-emi.response.json").read_text())[
        "data"
    ]
    body = json.loads((EXAMPLES / "orders/create-order-cardless-emi.request.json").read_text())
    order = (await api.call("POST", "/api/pay/v1/orders", body))[1]["data"]

    _, answer = await api.pay(order, "pay-1", "CARDLESS_EMI", OPTIONS["CARDLESS_EMI"][1])

    actual = answer["data"]
    assert set(expected) == set(actual)
    assert ("PENDING", 9) == (actual["status"], actual["payment_retries_remaining"])
    assert urlsplit(box.base_url).netloc == urlsplit(actual["challenge_url"]).netloc
    payment, sample = actual["payments"][0], expected["payments"][0]
    assert set(sample) == set(payment)
    assert f"{order['order_id']}-cle-a" == payment["id"]
    assert sample["acquirer_data"] == payment["acquirer_data"]
    assert ("PENDING", "pay-1") == (payment["status"], payment["merchant_payment_reference"])


@pytest.mark.parametrize("method", OPTIONS)
async def test_every_method_is_paid_with_its_own_member(api, box, method):
    """Each documented method works from creation to approval."""
    code, option = OPTIONS[method]
    order = await api.order()

    status, answer = await api.pay(order, method=method, option=option, **MORE.get(method, {}))
    assert (200, f"{order['order_id']}-{code}-a") == (status, answer["data"]["payments"][0]["id"])
    await box.payer.approve(answer["data"]["challenge_url"])

    assert ("PROCESSED", 150000) == ((await api.get(order))["status"], box.ledger.money_in)


@pytest.mark.parametrize("method", OPTIONS)
async def test_every_method_needs_its_own_member(api, box, method):
    """The member of another method, none, or an empty one is an invalid request."""
    order = await api.order()
    (member,) = OPTIONS[method][1]

    for option in ({"other_details": {"a": "b"}}, {member: {}}, {member: "text"}, {"x": 1}):
        answer = await api.pay(order, method=method, option=option)
        assert (400, "INVALID_REQUEST") == brief(answer), option
    assert 0 == box.ledger.count("payments.create")


@pytest.mark.parametrize(
    "change",
    [
        {"payment_method": "CASH"},
        {"payment_method": None},
        {"payment_method": ["CARD"]},
        {"payment_amount": {"value": 149999, "currency": "INR"}},
        {"payment_amount": {"value": 150000, "currency": "USD"}},
        {"payment_amount": {"value": 150000.0, "currency": "INR"}},
        {"payment_option": None},
        {"merchant_payment_reference": "a/b"},
        {"convenience_fee_breakdown": {"applicable_fee_amount": {"value": 1, "currency": "INR"}}},
        {"convenience_fee_breakdown": {"fee_amount": {"value": 1, "currency": "INR"}}},
    ],
)
async def test_a_wrong_payment_is_an_invalid_request(api, box, change):
    """Wrong members and amounts that do not add up are refused, and the order stays as it was."""
    order = await api.order()

    assert (400, "INVALID_REQUEST") == brief(await api.pay(order, **change))
    assert order == await api.get(order)
    assert 0 == box.ledger.count("payments.create")


async def test_payments_must_be_a_list_of_objects(api):
    """Anything else is an invalid request."""
    order = await api.order()
    path = f"/api/pay/v1/orders/{order['order_id']}/payments"

    for payments in (None, [], {}, "x", [1], [None]):
        assert (400, "INVALID_REQUEST") == brief(await api.call("POST", path, {"payments": payments}))


async def test_a_method_that_the_order_does_not_allow_is_refused(api):
    """An order that names methods takes no others."""
    order = await api.order(allowed_payment_methods=["UPI"])

    assert (422, "PAYMENT_METHOD_NOT_ENABLED") == brief(await api.pay(order))


async def test_pre_auth_is_for_cards_and_points(api):
    """Another method on a pre-auth order is not allowed."""
    order = await api.order(pre_auth=True)
    option = OPTIONS["NETBANKING"][1]

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.pay(order, method="NETBANKING", option=option))


async def test_a_second_payment_waits_for_the_first(api):
    """A pending and a paid order take no further payment."""
    order = await api.pending()
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.pay(order, "pay-2"))

    await api.box.payer.approve(order["challenge_url"])
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.pay(order, "pay-2"))
    assert (404, "ORDER_NOT_FOUND") == brief(await api.pay({**order, "order_id": "x"}, "pay-3"))


async def test_a_repeated_payment_reference_is_refused(api, box):
    """The same attempt is not made twice, on whichever order."""
    await api.pending()
    other = await api.order("ord-2")

    assert (422, "DUPLICATE_REQUEST") == brief(await api.pay(other, "pay-ord-1"))
    assert 1 == box.ledger.count("payments.create")


async def test_a_repeated_payment_reference_may_return_the_order(open_api):
    """The other documented behaviour answers the order that holds the payment."""
    async with Sandbox(duplicate_references="return") as box:
        api = await open_api(box)
        order = await api.pending()

        assert (200, {"data": order}) == await api.pay(order, "pay-ord-1")
        assert 1 == box.ledger.count("payments.create")


async def test_a_repeated_payment_reference_never_returns_another_order(open_api):
    """The attempt was made, but not on the order that is asked for."""
    async with Sandbox(duplicate_references="return") as box:
        api = await open_api(box)
        await api.pending()
        other = await api.order("ord-2")

        assert (422, "DUPLICATE_REQUEST") == brief(await api.pay(other, "pay-ord-1"))
        assert other == await api.get(other)


async def test_card_and_points_are_one_attempt(api, box):
    """Two instruments share one challenge, and a refund is spread over both."""
    order = await api.order(value=5000)
    sample = (EXAMPLES / "payments/create-payment-card-and-points.request.json").read_text()
    entries = json.loads(lasting(sample))
    _, answer = await api.attempt(order, *entries["payments"])
    await box.payer.approve(answer["data"]["challenge_url"])

    _, refund = await api.refund(order, "ref-1", 2000)

    assert 9 == answer["data"]["payment_retries_remaining"]
    assert ["PROCESSED"] * 2 == [payment["status"] for payment in (await api.get(order))["payments"]]
    parts = [
        (payment["payment_method"], payment["payment_amount"]["value"])
        for payment in refund["data"]["payments"]
    ]
    assert [("CARD", 1500), ("POINTS", 500)] == parts
    assert (5000, 2000) == (box.ledger.money_in, box.ledger.money_out)


async def test_an_approved_payment_is_processed_and_signed(api, box):
    """Approval moves the money, names the acquirer, and brings back signed fields."""
    order = await api.pending()

    fields = await box.payer.approve(order["challenge_url"])

    assert {"order_id", "status", "signature"} == set(fields)
    assert (order["order_id"], "PROCESSED") == (fields["order_id"], fields["status"])
    assert sign(fields, box.return_url_secret) == fields["signature"]
    paid = await api.get(order)
    assert ("PROCESSED", "PROCESSED") == (paid["status"], paid["payments"][0]["status"])
    assert paid["payments"][0]["acquirer_data"]["acquirer_name"]
    assert "challenge_url" not in paid
    assert 150000 == box.ledger.money_in


async def test_an_approved_pre_auth_payment_is_only_authorized(api, box):
    """Blocked money is not money in."""
    order = await api.pending(pre_auth=True)

    fields = await box.payer.approve(order["challenge_url"])

    assert "AUTHORIZED" == fields["status"] == (await api.get(order))["status"]
    assert 0 == box.ledger.money_in


async def test_a_declined_payment_can_be_tried_again(api, box):
    """A failed attempt stays listed with its error, and the next one may succeed."""
    order = await api.pending()

    fields = await box.payer.decline(order["challenge_url"])

    error = {"code": "USER_AUTHENTICATION_FAILED", "message": "Consumer Authentication required"}
    assert (error["code"], error["message"]) == (fields["error_code"], fields["error_message"])
    assert "FAILED" == fields["status"]
    assert sign(fields, box.return_url_secret) == fields["signature"]
    failed = await api.get(order)
    assert ("ATTEMPTED", error) == (failed["status"], failed["payments"][0]["error_detail"])

    _, answer = await api.pay(order, "pay-2")
    await box.payer.approve(answer["data"]["challenge_url"])
    paid = await api.get(order)
    assert ["FAILED", "PROCESSED"] == [payment["status"] for payment in paid["payments"]]
    assert ("PROCESSED", 8) == (paid["status"], paid["payment_retries_remaining"])
    assert [f"{order['order_id']}-cc-{letter}" for letter in "ab"] == [p["id"] for p in paid["payments"]]


async def test_an_order_fails_when_its_retries_are_used_up(api, box):
    """The tenth failed attempt is the last."""
    order = await api.order()
    for attempt in range(10):
        status, answer = await api.pay(order, f"pay-{attempt}")
        assert (200, 9 - attempt) == (status, answer["data"]["payment_retries_remaining"])
        await box.payer.decline(answer["data"]["challenge_url"])

    assert "FAILED" == (await api.get(order))["status"]
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.pay(order, "pay-10"))


async def test_an_abandoned_payment_cancels_the_order(api, box):
    """The payer's cancel ends payment and order."""
    order = await api.pending()

    fields = await box.payer.abandon(order["challenge_url"])

    assert "CANCELLED" == fields["status"]
    assert sign(fields, box.return_url_secret) == fields["signature"]
    cancelled = await api.get(order)
    assert ("CANCELLED", "CANCELLED") == (cancelled["status"], cancelled["payments"][0]["status"])


async def test_a_challenge_is_answered_once(api, box):
    """A second answer, and a page opened again, get 409 and change nothing."""
    order = await api.pending()
    await box.payer.approve(order["challenge_url"])

    with pytest.raises(RuntimeError, match="409"):
        await box.payer.decline(order["challenge_url"])
    async with api.http.post(order["challenge_url"], data={"outcome": "decline"}) as answer:
        assert (409, "text/html") == (answer.status, answer.content_type)
    assert "PROCESSED" == (await api.get(order))["status"]


async def test_the_page_escapes_what_it_shows(api):
    """The amount is in rupees, and a callback cannot bring its own markup or script."""
    order = await api.pending(value=12345678, callback_url='javascript:alert("<b>")')
    async with api.http.get(order["challenge_url"]) as answer:
        assert "123,456.78 INR" in await answer.text()

    async with api.http.post(order["challenge_url"], data={"outcome": "approve"}) as answer:
        page = await answer.text()

    assert "<b>" not in page
    assert "<script>" not in page
    assert "action=" not in page


async def test_an_unknown_challenge_or_outcome_is_refused(api):
    """Pages answer with a status that says so."""
    order = await api.pending()
    for url, form, status in (("/challenge/x", {}, 404), (order["challenge_url"], {"outcome": "x"}, 400)):
        async with api.http.post(url, data=form) as answer:
            assert status == answer.status
    assert "PENDING" == (await api.get(order))["status"]


async def test_a_upi_intent_is_a_deep_link_and_a_collect_has_none(api, box):
    """UPI goes through the payer's app: by link, or by a request that waits there."""
    first, second = await api.order("intent"), await api.order("collect", 200)
    collect = {"upi_details": {"txn_mode": "COLLECT", "payer": {"vpa": "kevin.bob@examplebank"}}}

    _, intent = await api.pay(first, "pay-1", "UPI", OPTIONS["UPI"][1])
    _, waiting = await api.pay(second, "pay-2", "UPI", collect)

    assert intent["data"]["challenge_url"].startswith("upi://pay?")
    assert "am=1500.00&cu=INR" in intent["data"]["challenge_url"]
    assert "challenge_url" not in waiting["data"]
    await box.payer.approve(intent["data"]["challenge_url"])
    await box.payer.decline(second["order_id"])
    assert ["PROCESSED", "ATTEMPTED"] == [(await api.get(order))["status"] for order in (first, second)]


@pytest.fixture
async def shop():
    """A merchant's return URL that keeps what browsers post to it."""
    received = []

    async def take(request):
        received.append((request.path, request.content_type, dict(await request.post())))
        return web.Response(text="thank you")

    runner = web.ServerRunner(web.Server(take), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", received
    await runner.cleanup()


@pytest.mark.parametrize(
    ("act", "path"), [("approve", "/done"), ("decline", "/failed"), ("abandon", "/failed")]
)
async def test_the_browser_posts_the_fields_to_the_shop(api, box, shop, act, path):
    """Success goes to the callback, everything else to the failure callback, as a form."""
    url, received = shop
    order = await api.pending(callback_url=f"{url}/done?a=1&b=2", failure_callback_url=f"{url}/failed")

    fields = await getattr(box.payer, act)(order["challenge_url"])

    assert [(path, "application/x-www-form-urlencoded", fields)] == received


@pytest.mark.parametrize(
    "vector", [vector for vector in VECTORS if vector["expected"]["valid"]], ids=lambda v: v["id"]
)
def test_signatures_agree_with_the_vectors(vector):
    """The gateway's side of the signature is the documented one."""
    fields = vector["params"]
    if vector["id"] == "s-return-url-08":  # this sender leaves empty fields out of the signed text
        fields = {name: value for name, value in fields.items() if value}

    assert fields["signature"].upper() == sign(fields, vector["secret_hex"])
