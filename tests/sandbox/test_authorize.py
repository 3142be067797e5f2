"""Cards that the merchant brings itself: look-up, decoupled authorisation and Apple Pay."""

import json
from pathlib import Path

import pytest

from pinelabs_async import (
    ApplePayAuthorization,
    CardAuthorization,
    CardQuery,
    PaymentDeclinedError,
    from_json,
)
from tests.sandbox.told import events, session, whole, whole_data

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
APPLE = {"wallet_details": {"wallet_code": "APPLE_PAY"}}
LOOKUP = "/api/pay/v1/getCardDetails"


def sample(name):
    return json.loads((EXAMPLES / name).read_text())


DECOUPLED = sample("card-payments/decoupled-authorize.request.json")
TOKEN = sample("apple-pay/authorize-apple-pay-payment.request.json")


def brief(answer):
    return answer[0], answer[1].get("code")


def changed(body, **change):
    """Change members of the card in a body; None takes one out."""
    card = {**body["decrypted_card_details"], **change}
    card = {name: value for name, value in card.items() if value is not None}
    return {**body, "decrypted_card_details": card}


async def authorize(api, order, body, payment=None):
    named = payment or order["payments"][-1]["id"]
    path = f"/api/pay/v1/orders/{order['order_id']}/payments/{named}/authorize"
    return await api.call("POST", path, body)


async def apple(api, reference="ord-1"):
    order = await api.order(reference)
    status, answer = await api.pay(order, f"pay-{reference}", "WALLET", APPLE)
    assert 200 == status, answer
    return answer["data"]


async def test_a_card_is_looked_up_as_documented(api, box):
    """The published request gets the published answer, and nothing of it is kept."""
    request = sample("card-payments/get-card-details.request.json")

    assert (200, sample("card-payments/get-card-details.response.json")) == await api.call(
        "POST", LOOKUP, request
    )
    assert 0 == len(box.ledger)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("4242424242424242", ("VISA", True, False, "USA", "USD")),
        ("5200000000001096", ("MASTERCARD", False, True, "IND", "INR")),
        ("6000000000000007", ("RUPAY", False, False, "IND", "INR")),
        ("340000000000009", ("AMEX", False, False, "IND", "INR")),
        ("990000000000009", ("VISA", False, True, "IND", "INR")),
    ],
)
async def test_a_number_says_what_a_card_can_do(api, number, expected):
    """Network, country and one-time passwords go by the number, in the order of the list."""
    names = ("card_network", "is_international_card", "is_native_otp_supported", "country_code", "currency")
    cards = [
        {"payment_identifier": identifier, "payment_reference_type": "CARD"}
        for identifier in (number, "4012001037141112")
    ]

    _, answer = await api.call("POST", LOOKUP, {"card_details": cards})

    first, second = answer["card_payment_details"]
    assert expected == tuple(first[name] for name in names)
    assert "INTL HDQTRS-CENTER OWNED" == second["card_issuer"]
    assert number not in json.dumps(answer)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"card_details": []},
        {"card_details": {"payment_identifier": "4012001037141112"}},
        {"card_details": [{"payment_identifier": "401", "payment_reference_type": "CARD"}]},
        {"card_details": [{"payment_identifier": "40120010371411x2", "payment_reference_type": "CARD"}]},
        {"card_details": [{"payment_identifier": 4012001037141112, "payment_reference_type": "CARD"}]},
        {"card_details": [{"payment_identifier": "4012001037141112", "payment_reference_type": "ALT_TOKEN"}]},
        {"card_details": [{"payment_identifier": "4012001037141112"}]},
        *(
            {**sample("card-payments/get-card-details.request.json"), "amount": amount}
            for amount in ("99", "100000001", "1.00", "", 100)
        ),
    ],
)
async def test_a_wrong_look_up_is_an_invalid_request(api, body):
    """Numbers, kinds and amounts are checked."""
    assert (400, "INVALID_REQUEST") == brief(await api.call("POST", LOOKUP, body))


@pytest.mark.parametrize(
    ("pre_auth", "status", "money"), [(False, "PROCESSED", 150000), (True, "AUTHORIZED", 0)]
)
async def test_a_card_authenticated_elsewhere_is_authorised_at_once(api, box, pre_auth, status, money):
    """The published request pays, or blocks, without a payer, and tells no number."""
    order = await api.pending(pre_auth=pre_auth)

    code, answer = await authorize(api, order, DECOUPLED)

    done = answer["data"]
    assert (200, status, status) == (code, done["status"], done["payments"][0]["status"])
    assert done == await api.get(order)
    assert "challenge_url" not in done
    assert (money, 1) == (box.ledger.money_in, box.ledger.count("payments.authorize"))
    assert [f"ORDER_{status}"] == [kind for kind, _ in events(box)]
    card = DECOUPLED["decrypted_card_details"]
    assert not [name for name in ("pan", "token", "cryptogram", "cavv") if card[name] in json.dumps(answer)]
    with pytest.raises(RuntimeError, match="409"):
        await box.payer.approve(order["challenge_url"])


async def test_apple_pay_is_authorised_at_once(api, box):
    """The published request pays, and the answer has the card behind the wallet, without its token."""
    order = await apple(api)

    status, answer = await authorize(api, order, TOKEN)

    payment = answer["data"]["payments"][0]
    assert (200, "PROCESSED", "WALLET") == (status, payment["status"], payment["payment_method"])
    wallet = payment["payment_option"]["wallet_data"]
    documented = {
        *("card_type", "network_name", "issuer_name", "card_category", "country_code"),
        *("token_txn_type", "save", "card_holder_name", "bin_min", "bin_max"),
    }
    assert ("APPLE_PAY", "DEBIT", "VISA") == (
        wallet["wallet_code"],
        wallet["wallet_card_data"]["card_type"],
        wallet["wallet_card_data"]["network_name"],
    )
    assert set(wallet["wallet_card_data"]) <= documented
    assert TOKEN["decrypted_card_details"]["token"] not in json.dumps(answer)
    assert (150000, 1) == (box.ledger.money_in, box.ledger.count("payments.authorize_apple_pay"))


async def test_the_two_bodies_are_told_apart(api, box):
    """The card itself or its 3-D Secure make it decoupled; a token alone is Apple Pay's."""
    card = changed(TOKEN, pan="4012001037141112")
    bodies = [card, {**TOKEN, "authentication_type": "3ds"}, {**TOKEN, "acquirer_payment_details": {}}, TOKEN]
    for number, body in enumerate(bodies):
        order = await api.pending(f"ord-{number}")
        await authorize(api, order, body)

    asked = [exchange.operation for exchange in box.exchanges if exchange.path.endswith("/authorize")]
    assert ["payments.authorize"] * 3 + ["payments.authorize_apple_pay"] == asked


@pytest.mark.parametrize("number", ["4000000000000002", "4000000000009995"])
async def test_a_card_that_the_bank_declines_ends_the_attempt(api, box, number):
    """The answer is the decline, and the order can be tried again."""
    order = await api.pending()

    status, answer = await authorize(api, order, changed(DECOUPLED, pan=number))

    failed = await api.get(order)
    assert (422, failed["payments"][0]["error_detail"]["code"]) == (status, answer["code"])
    assert ("ATTEMPTED", 0, 0) == (
        failed["status"],
        box.ledger.money_in,
        box.ledger.count("payments.authorize"),
    )
    assert ["PAYMENT_FAILED"] == [kind for kind, _ in events(box)]


async def test_an_expired_card_is_refused_and_the_payment_still_waits(api, box):
    """By its date, or by the magic number for it."""
    order = await api.pending()

    for change in ({"expiration_year": "2020"}, {"pan": "4000000000000069"}):
        assert (422, "CARD_EXPIRED") == brief(await authorize(api, order, changed(DECOUPLED, **change)))
    assert order == await api.get(order)


@pytest.mark.parametrize(
    "change",
    [
        {"expiration_month": None},
        {"expiration_year": None},
        {"expiration_month": "13"},
        {"expiration_year": "31"},
        {"pan": "401200103714"[:11]},
        {"pan": 4012001037141112},
        {"cvv": "1"},
        {"pan": None, "token": None},
        {"cryptogram": []},
    ],
)
async def test_a_wrong_card_is_an_invalid_request(api, change):
    """Members of the card are checked one by one."""
    order = await api.pending()

    assert (400, "INVALID_REQUEST") == brief(await authorize(api, order, changed(DECOUPLED, **change)))


@pytest.mark.parametrize(
    "change",
    [
        {"token": None},
        {"cryptogram": None},
        {"card_meta_data": "VISA"},
        {"card_meta_data": {"card_type": "DEBIT"}},
        {"card_meta_data": {"card_type": "CHEQUE", "network_name": "VISA"}},
        {"card_meta_data": {"card_type": "DEBIT", "network_name": "MASTERCARD"}, "cavv": None},
    ],
)
async def test_a_wrong_apple_pay_token_is_an_invalid_request(api, change):
    """What the reference names as required is required, the proof of a Mastercard too."""
    order = await apple(api)

    assert (400, "INVALID_REQUEST") == brief(await authorize(api, order, changed(TOKEN, **change)))


@pytest.mark.parametrize("body", [{}, {"decrypted_card_details": None}, {"decrypted_card_details": []}])
async def test_a_card_is_needed(api, body):
    """Without one it is an invalid request, whichever operation is meant."""
    order = await api.pending()

    for more in ({}, {"authentication_type": "3ds"}):
        assert (400, "INVALID_REQUEST") == brief(await authorize(api, order, {**body, **more}))


async def test_only_a_waiting_payment_of_the_right_method_is_authorised(api, box):
    """Paid ones, other methods, unknown payments and orders, and payments of another order are refused."""
    card, wallet, other = await api.pending("card"), await apple(api, "wallet"), await api.pending("other")
    paid = await api.paid("paid")

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await authorize(api, paid, DECOUPLED))
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await authorize(api, wallet, DECOUPLED))
    assert (422, "OPERATION_NOT_ALLOWED") == brief(await authorize(api, card, TOKEN))
    stray = other["payments"][0]["id"]
    for payment in ("nothing", stray):
        assert (404, "INVALID_REQUEST") == brief(await authorize(api, card, DECOUPLED, payment))
    unknown = {**card, "order_id": "x"}
    assert (404, "ORDER_NOT_FOUND") == brief(await authorize(api, unknown, DECOUPLED))
    assert 0 == box.ledger.count("payments.authorize")


async def test_the_sdk_reads_every_answer(api, box):
    """Nothing is left over or misread, and a decline is one."""
    card, wallet, poor = await api.pending("card"), await apple(api, "wallet"), await api.pending("poor")

    def ids(order):
        return order["order_id"], order["payments"][0]["id"]

    async with session(box) as pinelabs:
        query = from_json(CardQuery, sample("card-payments/get-card-details.request.json"))
        whole(await pinelabs.payments.card_details(query))
        whole_data(await pinelabs.payments.authorize(*ids(card), from_json(CardAuthorization, DECOUPLED)))
        token = from_json(ApplePayAuthorization, TOKEN)
        whole_data(await pinelabs.payments.authorize_apple_pay(*ids(wallet), token))
        body = from_json(CardAuthorization, changed(DECOUPLED, pan="4000000000009995"))
        with pytest.raises(PaymentDeclinedError) as caught:
            await pinelabs.payments.authorize(*ids(poor), body)
    assert ("INSUFFICIENT_FUNDS", 300000) == (caught.value.code, box.ledger.money_in)
