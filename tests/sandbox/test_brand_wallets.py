"""Brand wallets: their life, what is in them, and what their history tells."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest

from pinelabs_async import from_json, to_json
from pinelabs_async.api.brand_wallets import NewWallets, WalletCheck, WalletLoad, WalletOwner
from pinelabs_async.api.wallet_object import WalletHistoryPage
from pinelabs_async.wire.codec import decode
from tests.sandbox.exact import exactly
from tests.sandbox.told import events, later, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "brand-wallet"
ROOT = "/payment-option/wallet"
WHO = "cust-bw-001"


def example(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def inr(value):
    return {"value": value, "currency": "INR"}


def brief(answer):
    return answer[0], answer[1]["code"]


async def create(api, *ids, **more):
    customers = [{"customer_id": customer_id} for customer_id in ids or (WHO,)]
    return await api.call("POST", "/payment-option/create/wallet", {"customers": customers, **more})


async def verb(api, name, who=WHO):
    """Call what answers without a body, and return the status and the bytes."""
    headers = {"Authorization": f"Bearer {api.token}"}
    async with api.http.post(f"{ROOT}/customer/{who}/{name}", headers=headers) as answer:
        content = await answer.read()
        return answer.status, json.loads(content) if content else None


async def active(api, who=WHO, **more):
    assert 200 == (await create(api, who, **more))[0]
    assert (200, None) == await verb(api, "activate", who)


async def load(api, value=100000, who=WHO, **more):
    body = {"amount": inr(value), "customer": {"customer_id": who}, "notes": "Manual load", **more}
    return await api.call("POST", f"{ROOT}/load", body)


async def balance(api, who=WHO):
    status, answer = await api.call("POST", f"{ROOT}/balance", {"customers": {"customer_id": who}})
    assert 200 == status, answer
    return answer


async def validate(api, value, who=WHO, **more):
    body = {"amount": inr(value), "customers": {"customer_id": who}, **more}
    return await api.call("POST", f"{ROOT}/validate", body)


async def ask_history(api, who=WHO, **query):
    query = {"start_date": "2000-01-01", "end_date": "2999-12-31", **query}
    params = [
        (name, one)
        for name, value in query.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    headers = {"Authorization": f"Bearer {api.token}"}
    async with api.http.get(f"{ROOT}/customer/{who}/history", params=params, headers=headers) as answer:
        return answer.status, await answer.json()


async def history(api, **query):
    status, answer = await ask_history(api, **query)
    assert 200 == status, answer
    return answer["data"]["transactions"]


async def test_the_documented_wallets_are_made(api, box):
    """The published request gets the published answer, and one execution for all its customers."""
    status, answer = await api.call(
        "POST", "/payment-option/create/wallet", example("create-brand-wallet.request")
    )

    assert (200, example("create-brand-wallet.response")) == (status, answer)
    assert 1 == box.ledger.count("brand_wallets.create")
    assert 0 == (await balance(api))["total_balance_amount"]["value"]


async def test_a_customer_without_an_id_gets_one(api):
    """No member of a customer is required; the id that is made up is told, and leads to the wallet."""
    customers = [
        {"first_name": "Kevin"},
        {"mobile_number": "9876543210", "is_edit_customer_details_allowed": True},
    ]

    status, answer = await api.call("POST", "/payment-option/create/wallet", {"customers": customers})

    assert (200, "INR") == (status, answer["currency_code"])
    for given, made in zip(customers, answer["customers"], strict=True):
        assert re.fullmatch(r"cust-v1-\d{12}-aa-[A-Za-z0-9]{6}", made["customer_id"])
        assert {**given, "customer_id": made["customer_id"]} == made
        assert [] == (await balance(api, made["customer_id"]))["buckets"]


async def test_a_wallet_has_the_documented_life(api, box):
    """Created, activated, deactivated, activated again: each step once, with no body in the answer."""
    await create(api)

    steps = [await verb(api, name) for name in ("activate", "deactivate", "activate")]

    assert [(200, None)] * 3 == steps
    assert (2, 1) == tuple(box.ledger.count(f"brand_wallets.{name}") for name in ("activate", "deactivate"))
    assert [] == events(box)


async def test_impossible_steps_are_refused(api, box):
    """Only what is in use is taken out of use, and the other way round; 422 is not documented for these."""
    await create(api)
    refused = [await verb(api, "deactivate"), await verb(api, "reset")]
    await verb(api, "activate")
    refused.append(await verb(api, "activate"))
    await verb(api, "deactivate")
    refused += [await verb(api, "deactivate"), await verb(api, "reset"), await load(api)]

    assert [(400, "OPERATION_NOT_ALLOWED")] * 6 == [brief(answer) for answer in refused]
    assert "the wallet is CREATED" in refused[0][1]["additional_error_details"]["reason"]
    assert 3 == len(box.ledger)


async def test_a_wallet_that_is_not_in_use_pays_nothing(api):
    """Its validation is refused with the documented 422; its balance can be read."""
    await active(api)
    await load(api)
    await verb(api, "deactivate")

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await validate(api, 100))
    assert inr(100000) == (await balance(api))["total_balance_amount"]


async def test_a_customer_has_one_wallet(api, box):
    """A second one is refused, together with all others of the same request."""
    await create(api)

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await create(api, "cust-2", WHO))
    assert (400, "INVALID_REQUEST") == brief(await create(api, "cust-2", "cust-2"))
    assert 200 == (await create(api, "cust-2"))[0]
    assert 2 == box.ledger.count("brand_wallets.create")


async def test_unknown_customers_are_an_invalid_request(api, box):
    """404 is documented for no wallet call: 400 with the text of an inquiry without a match."""
    await active(api)
    stranger = box.add_merchant()
    await api.login(stranger.client_id, stranger.client_secret)

    answers = [await verb(api, name) for name in ("activate", "deactivate", "reset")]
    answers += [await load(api), await validate(api, 100), await ask_history(api)]
    answers.append(await api.call("POST", f"{ROOT}/balance", {"customers": {"customer_id": WHO}}))

    expected = {"code": "INVALID_REQUEST", "message": "No matching records found for the inquiry"}
    assert [(400, expected)] * 7 == answers


async def test_a_new_pin_is_told_once_and_kept_nowhere(api, box):
    """It has six digits, is another each time, and is not in the sandbox's state."""
    await active(api)

    (status, first), (_, second) = await verb(api, "reset"), await verb(api, "reset")

    expected = example("reset-brand-wallet-pin.response")
    assert (200, set(expected), 3) == (status, set(first), first["pin_attempts_remaining"])
    assert re.fullmatch("[0-9]{6}", first["pin"])
    assert first["pin"] != second["pin"] or first["pin"] != (await verb(api, "reset"))[1]["pin"]
    held = re.sub(r"datetime\.datetime\([^)]*\)", "", repr(box._state.merchants[box.client_id]._stores))
    assert WHO in held
    assert first["pin"] not in re.findall(r"\d+", held)
    assert box.ledger.count("brand_wallets.reset_pin") >= 2


async def test_the_balance_is_the_documented_one(api, box):
    """Loads into two buckets give the published balance, but for the time of the wallet's creation."""
    expected = example("get-brand-wallet-balance.response")
    await active(api)
    await load(api, 100000, bucket="CASH")
    await load(api, 50000, bucket="PROMOTIONAL")

    status, answer = await api.call("POST", f"{ROOT}/balance", example("get-brand-wallet-balance.request"))

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer["created_at"])
    assert (200, {**expected, "created_at": answer["created_at"]}) == (status, answer)


async def test_what_is_loaded_is_there_each_time(api, box):
    """There is no reference: the same request loads twice, and both are executions with money going out."""
    await active(api)
    body = example("load-brand-wallet.request")

    status, first = await api.call("POST", f"{ROOT}/load", body)
    _, second = await api.call("POST", f"{ROOT}/load", body, headers={"Idempotency-Key": "same"})

    members = {"total_balance_amount", "notes", "created_at", "native_currency", "buckets"}
    assert (200, members, "Manual load") == (status, set(first), first["notes"])
    assert (inr(100000), inr(200000)) == (first["total_balance_amount"], second["total_balance_amount"])
    assert (2, 200000) == (box.ledger.count("brand_wallets.load"), box.ledger.money_out)


async def test_a_load_without_a_bucket_is_cash(api):
    """The default is undocumented; here it is the first of the two."""
    await active(api)

    _, answer = await load(api)

    assert [("CASH", 100000)] == [(bucket["type"], bucket["balance"]) for bucket in answer["buckets"]]


async def test_a_validation_says_how_much_can_be_paid(api, box):
    """Within the balance it is the published answer, beyond it redemption is not allowed; nothing is blocked."""
    await active(api)
    await load(api, 150000)

    published = await api.call("POST", f"{ROOT}/validate", example("validate-brand-wallet.request"))
    _, all_of_it = await validate(api, 150000)
    _, too_much = await validate(api, 150001)

    assert (200, example("validate-brand-wallet.response")) == published
    assert (True, inr(150000)) == (all_of_it["redemption_allowed"], all_of_it["eligible_amount"])
    assert {
        "eligible_amount": inr(150000),
        "total_balance_amount": inr(150000),
        "redemption_allowed": False,
    } == too_much
    assert 3 == len(box.ledger)


async def test_the_history_tells_rupees_newest_first(api, box):
    """Each load is a completed credit, in decimal rupees, with what was in the wallet then."""
    await active(api)
    await load(api, 123456)
    box.clock.advance(minutes=1)
    await load(api, 100, notes="One rupee")

    newest, oldest = await history(api)

    assert ("One rupee", 1.0, 1235.56) == (
        newest["reason"],
        newest["transaction_amount"],
        newest["account_balance"],
    )
    assert (1234.56, 1234.56, "CREDIT", "COMPLETED", "INR") == tuple(
        oldest[name]
        for name in (
            "transaction_amount",
            "account_balance",
            "transaction_type",
            "transaction_status",
            "currency_code",
        )
    )
    assert newest["transaction_id"] - 1 == oldest["transaction_id"]
    assert newest["transaction_date_time"] > oldest["transaction_date_time"]
    assert {
        "transaction_id",
        "transaction_date_time",
        "transaction_type",
        "transaction_status",
        "transaction_amount",
        "account_balance",
        "currency_code",
        "outlet_name",
        "merchant_name",
        "reason",
        "response_message",
    } == set(newest)


async def test_a_history_without_changes_is_the_documented_one(api):
    """The published answer is an empty list."""
    await active(api)

    assert (200, example("get-brand-wallet-history.response")) == await ask_history(
        api, **example("get-brand-wallet-history.query")
    )


async def test_the_history_comes_in_pages(api):
    """Ten changes a page, none twice, and an empty one at the end."""
    await active(api)
    for value in range(100, 125):
        await load(api, value)

    pages = [await history(api, page=str(page)) for page in (1, 2, 3, 4)]

    assert [10, 10, 5, 0] == [len(page) for page in pages]
    ids = [change["transaction_id"] for page in pages for change in page]
    assert sorted(set(ids), reverse=True) == ids


async def test_the_history_is_narrowed_by_day_and_kind(api, box):
    """Both days belong to it; kinds are repeated parameters."""
    await active(api)
    days = []
    for _ in range(3):
        await later(api, days=1)
        await load(api)
        days.append(box.clock.now().date().isoformat())

    assert 3 == len(await history(api, start_date=days[0], end_date=days[2]))
    assert 1 == len(await history(api, start_date=days[1], end_date=days[1]))
    assert 2 == len(await history(api, end_date=days[1]))
    assert 3 == len(await history(api, transaction_type=["DEBIT", "CREDIT"]))
    assert [] == await history(api, transaction_type=["DEBIT"])


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": ""},
        {"start_date": "2026-13-01"},
        {"start_date": "01.01.2026"},
        {"start_date": "20260101"},
        {"end_date": "2026-1-1"},
        {"start_date": "2026-02-01", "end_date": "2026-01-31"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "1.5"},
    ],
)
async def test_a_wrong_history_is_an_invalid_request(api, query):
    """Days that are none, or the wrong way round, and pages before the first are refused with 400."""
    await active(api)

    assert (400, "INVALID_REQUEST") == brief(await ask_history(api, **query))


CREATE = {"customers": [{"customer_id": "cust-2"}]}
LOAD = {"amount": inr(1000), "customer": {"customer_id": WHO}, "notes": "x"}
CHECK = {"amount": inr(1000), "customers": {"customer_id": WHO}}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/payment-option/create/wallet", CREATE | change)
        for change in (
            {"customers": None},
            {"customers": []},
            {"customers": {"customer_id": "cust-2"}},
            {"customers": ["cust-2"]},
            {"customers": [{"customer_id": 2}]},
            {"customers": [{"email_id": "x" * 51}]},
            {"customers": [{"billing_address": "x"}]},
            {"customers": [{"is_edit_customer_details_allowed": "yes"}]},
            {"currency_code": "rupee"},
            {"currency_code": 356},
            {"notes": 1},
        )
    ]
    + [
        (f"{ROOT}/load", LOAD | change)
        for change in (
            {"amount": None},
            {"amount": inr(99)},
            {"amount": inr(100000001)},
            {"amount": inr(1000.0)},
            {"amount": {"value": 1000, "currency": "USD"}},
            {"customer": None},
            {"customer": {}},
            {"customer": [{"customer_id": WHO}]},
            {"notes": None},
            {"notes": ""},
            {"bucket": "CAHS"},
            {"bucket": 1},
        )
    ]
    + [
        (f"{ROOT}/validate", CHECK | change)
        for change in (
            {"amount": None},
            {"amount": inr(0)},
            {"amount": {"value": 1000, "currency": "USD"}},
            {"customers": None},
            {"customers": [{"customer_id": WHO}]},
            {"notes": []},
        )
    ]
    + [
        (f"{ROOT}/balance", body)
        for body in (
            {},
            {"customers": [{"customer_id": WHO}]},
            {"customers": {"customer_id": 1}},
            {"customers": {"customer_id": WHO}, "notes": 5},
        )
    ],
)
async def test_a_wrong_wallet_call_is_an_invalid_request(api, box, path, body):
    """Members that are missing, mistyped or out of range are refused with 400, and nothing happens."""
    await active(api)
    before = len(box.ledger)

    assert (400, "INVALID_REQUEST") == brief(await api.call("POST", path, body))
    assert before == len(box.ledger)


async def test_wallets_are_the_merchants_own_and_forgotten_on_reset(api, box):
    """Another merchant may have a wallet for the same customer; a reset leaves none."""
    await active(api)
    await load(api)
    stranger = box.add_merchant()
    await api.login(stranger.client_id, stranger.client_secret)
    await active(api)
    assert inr(0) == (await balance(api))["total_balance_amount"]
    box.reset()
    await api.login()

    assert 200 == (await create(api))[0]
    assert [] == (await balance(api))["buckets"]


async def test_the_sdk_reads_wallets_whole(box):
    """Every operation but the adding of money answers the SDK with what it has a field for."""
    owner = from_json(WalletOwner, example("get-brand-wallet-balance.request"))
    async with session(box) as pinelabs:
        wallets = pinelabs.brand_wallets
        made = whole(await wallets.create(from_json(NewWallets, example("create-brand-wallet.request"))))
        activated = await wallets.activate(WHO)
        loaded = exactly(await wallets.load(from_json(WalletLoad, example("load-brand-wallet.request"))))
        read = exactly(await wallets.balance(owner))
        checked = whole(
            await wallets.validate(from_json(WalletCheck, example("validate-brand-wallet.request")))
        )
        pin = whole(await wallets.reset_pin(WHO))
        always = {"start_date": date(2000, 1, 1), "end_date": date(2999, 12, 31)}
        (change,) = [change async for change in wallets.history(WHO, **always)]
        gone = await wallets.deactivate(WHO)

    assert ((), (), True) == (activated.problems, gone.problems, checked.redemption_allowed)
    assert made.customers[0].customer_id == WHO
    assert loaded.total_balance_amount == read.total_balance_amount
    assert 6 == len(pin.pin)
    # Each page is fetched behind the listing, which hands on its changes only.
    answers = [done.answer for done in box.exchanges if "brand_wallets.history" == done.operation]
    page = decode(WalletHistoryPage, answers[0], envelope="data")
    sent = page.raw["data"]["transactions"][0]
    assert ((), (change,), Decimal(1000)) == (page.problems, page.transactions, change.transaction_amount)
    # A number on the wire and a text in the SDK, as all ids.
    expected = {**sent, "transaction_id": str(sent["transaction_id"])}
    assert expected == json.loads(to_json(change), parse_float=Decimal)


async def test_a_body_is_not_read_where_none_is_documented(api):
    """Whatever is sent to activate is ignored."""
    await create(api)
    headers = {"Authorization": f"Bearer {api.token}"}

    async with aiohttp.ClientSession(api.box.base_url) as http:
        answer = await http.post(f"{ROOT}/customer/{WHO}/activate", data=b"{", headers=headers)

    assert 200 == answer.status
