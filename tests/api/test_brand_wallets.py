"""Brand wallets: documented bodies and answers, every call, and nothing private shown."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

import pinelabs_sync.brand_wallets
from pinelabs_async import Customer, Money, Order, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api.brand_wallets import (
    BrandWallets,
    NewWallets,
    TopUpMode,
    WalletCheck,
    WalletLoad,
    WalletOwner,
    WalletTopUp,
)
from pinelabs_async.api.instruments import UpiCollect
from pinelabs_async.api.wallet_object import (
    CreatedWallets,
    WalletBalance,
    WalletBucket,
    WalletEligibility,
    WalletHistoryPage,
    WalletPin,
    WalletTransaction,
)
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "brand-wallet"
BODIES = {
    "add-money-gift-card": WalletTopUp,
    "add-money-upi-collect": WalletTopUp,
    "create-brand-wallet": NewWallets,
    "get-brand-wallet-balance": WalletOwner,
    "load-brand-wallet": WalletLoad,
    "validate-brand-wallet": WalletCheck,
}
ANSWERS = {
    "create-brand-wallet": (CreatedWallets, None),
    "get-brand-wallet-balance": (WalletBalance, None),
    "get-brand-wallet-history": (WalletHistoryPage, "data"),
    "reset-brand-wallet-pin": (WalletPin, None),
    "validate-brand-wallet": (WalletEligibility, None),
}
CALLS = {
    "create": ("/payment-option/create/wallet", "create-brand-wallet"),
    "balance": ("/payment-option/wallet/balance", "get-brand-wallet-balance"),
    "validate": ("/payment-option/wallet/validate", "validate-brand-wallet"),
}
LOADED = {
    "total_balance_amount": {"value": 250000, "currency": "INR"},
    "notes": "Manual load",
    "created_at": "2026-01-05T10:00:00Z",
    "native_currency": "INR",
    "buckets": [{"type": "CASH", "balance": 250000}],
}
JANUARY = {"start_date": date(2026, 1, 1), "end_date": date(2026, 1, 31)}
WALLET = "/payment-option/wallet/customer/cust-bw-001"


def load():
    return from_json(WalletLoad, content(FOLDER, "load-brand-wallet.request.json"))


def top_up(name="add-money-gift-card"):
    return from_json(WalletTopUp, content(FOLDER, f"{name}.request.json"))


@pytest.mark.parametrize("name", BODIES)
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same, and no field of it is unknown."""
    body = from_json(BODIES[name], content(FOLDER, f"{name}.request.json"))
    assert sample(FOLDER, f"{name}.request.json") == json.loads(to_json(body))
    assert body.extra is None


@pytest.mark.parametrize("name", ANSWERS)
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything but empty lists."""
    cls, envelope = ANSWERS[name]
    answer = decode(cls, content(FOLDER, f"{name}.response.json"), envelope=envelope)
    assert () == answer.problems
    whole = without_empty_lists(as_written(sample(FOLDER, f"{name}.response.json")))
    assert (whole[envelope] if envelope else whole) == json.loads(to_json(answer))


def without_empty_lists(value):
    """An answer's empty list is nothing, and nothing is not written."""
    if isinstance(value, dict):
        return {name: without_empty_lists(item) for name, item in value.items() if item != []}
    return [without_empty_lists(item) for item in value] if isinstance(value, list) else value


def test_buckets_are_bare_paisa():
    """A bucket's balance is a number of paisa beside amounts that are money."""
    balance = decode(WalletBalance, content(FOLDER, "get-brand-wallet-balance.response.json"))
    assert (Money(150000), [(WalletBucket.CASH, 100000), (WalletBucket.PROMOTIONAL, 50000)]) == (
        balance.total_balance_amount,
        [(bucket.type, bucket.balance) for bucket in balance.buckets],
    )
    assert datetime(2026, 1, 5, 10, tzinfo=UTC) == balance.created_at


def test_payment_by_upi_has_its_class():
    """The documented collect request is read into its class."""
    assert isinstance(top_up("add-money-upi-collect").payment_option.upi_details, UpiCollect)


@pytest.mark.parametrize("verb", CALLS)
async def test_call(recorder, verb):
    """The body goes to the documented place, and the answer comes back typed."""
    path, name = CALLS[verb]
    recorder.answers(content(FOLDER, f"{name}.response.json"))
    body = from_json(BODIES[name], content(FOLDER, f"{name}.request.json"))
    answer = await getattr(recorder.group(BrandWallets), verb)(body)
    assert ("POST", path, "", sample(FOLDER, f"{name}.request.json")) == call_of(recorder.last)
    assert decode(ANSWERS[name][0], content(FOLDER, f"{name}.response.json")) == answer


async def test_load(recorder):
    """Money is put into the wallet, and the answer says what is in it now."""
    recorder.answers(LOADED)
    balance = await recorder.group(BrandWallets).load(load())
    assert (
        "POST",
        "/payment-option/wallet/load",
        "",
        sample(FOLDER, "load-brand-wallet.request.json"),
    ) == call_of(recorder.last)
    assert () == balance.problems
    assert as_written(LOADED) == json.loads(to_json(balance))


@pytest.mark.parametrize("envelope", ["data", None])
async def test_add_money(recorder, envelope):
    """Money is added, and the order comes back, whether it is wrapped or not: that is not documented."""
    order = {"order_id": "v1-1", "type": "ADD_MONEY", "status": "PROCESSED"}
    recorder.answers({envelope: order} if envelope else order, status=201)
    made = await recorder.group(BrandWallets).add_money(top_up())
    assert (
        "POST",
        "/api/pay/v1/add_money",
        "",
        sample(FOLDER, "add-money-gift-card.request.json"),
    ) == call_of(recorder.last)
    assert isinstance(made, Order)
    assert ("v1-1", "ADD_MONEY", "PROCESSED") == (made.order_id, made.type, made.status)


@pytest.mark.parametrize("verb", ["activate", "deactivate"])
@pytest.mark.parametrize("body", [b"", b"{}", b'{"status": "ACTIVE"}'])
async def test_activate_and_deactivate(recorder, verb, body):
    """No body is documented: none, an empty object and any other are all an answer."""
    recorder.answers(body)
    answer = await getattr(recorder.group(BrandWallets), verb)("cust-bw-001")
    assert ("POST", f"{WALLET}/{verb}", "", None) == call_of(recorder.last)
    assert json.loads(body or b"{}") == (answer.raw or {})


async def test_reset_pin(recorder):
    """The new PIN comes back, and is not shown."""
    recorder.answers({"pin": "918273", "pin_attempts_remaining": 3})
    pin = await recorder.group(BrandWallets).reset_pin("cust-bw-001")
    assert ("POST", f"{WALLET}/reset", "", None) == call_of(recorder.last)
    assert ("918273", 3) == (pin.pin, pin.pin_attempts_remaining)
    assert "918273" not in repr(pin)


def history_page(*ids):
    return {"data": {"transactions": [{"transaction_id": number} for number in ids]}}


async def test_history(recorder):
    """Pages are read until one is empty; the documented parameters come out the same."""
    for page in (history_page(1, 2), history_page(3), history_page()):
        recorder.answers(page)
    listed = recorder.group(BrandWallets).history(
        "cust-bw-001", **JANUARY, transaction_type=["CREDIT", "DEBIT"]
    )
    assert ["1", "2", "3"] == [change.transaction_id async for change in listed]
    assert [("GET", f"{WALLET}/history")] * 3 == [(asked.method, asked.path) for asked in recorder.asked]
    documented = sample(FOLDER, "get-brand-wallet-history.query.json")
    assert [
        ("start_date", documented["start_date"]),
        ("end_date", documented["end_date"]),
        ("page", str(documented["page"])),
        *(("transaction_type", kind) for kind in documented["transaction_type"]),
    ] == parse_qsl(recorder.asked[0].query)
    assert ["1", "2", "3"] == [dict(parse_qsl(asked.query))["page"] for asked in recorder.asked]


async def test_history_stops_where_told(recorder):
    """No more pages are read than were asked for, and no filter is sent that was not given."""
    recorder.answers(history_page(1))
    listed = recorder.group(BrandWallets).history("cust-bw-001", **JANUARY, max_pages=1)
    assert ["1"] == [change.transaction_id async for change in listed]
    assert "start_date=2026-01-01&end_date=2026-01-31&page=1" == recorder.last.query


def test_history_is_in_rupees():
    """Amounts of the history are decimal rupees, from the text, though a number stands for the id."""
    text = b'{"transaction_id": 7, "transaction_amount": 10.10, "account_balance": 0.30}'
    change = decode(WalletTransaction, text)
    assert ("7", "10.10", Decimal("0.30"), ()) == (
        change.transaction_id,
        str(change.transaction_amount),
        change.account_balance,
        change.problems,
    )


@pytest.mark.parametrize("verb", ["activate", "deactivate", "reset_pin", "load", "add_money", "create"])
async def test_lost_answers_are_not_repeated(recorder, verb):
    """No reference protects a wallet: a write is sent once, and the error says so."""
    given = {
        "load": load(),
        "add_money": top_up(),
        "create": NewWallets(customers=[Customer(customer_id="c")]),
    }
    recorder.answers({"code": "INTERNAL_ERROR"}, status=500)
    with pytest.raises(OutcomeUnknownError) as caught:
        await getattr(recorder.group(BrandWallets), verb)(given.get(verb, "cust-bw-001"))
    assert 1 == len(recorder.asked)
    assert ("ADD-GC-001" if verb == "add_money" else None) == caught.value.reference


@pytest.mark.parametrize("customer_id", ["", "..", "a/b", "a%2Fb", "a?b", "a#b"])
async def test_ids_that_change_the_path_are_refused(recorder, customer_id):
    """What is no id is refused before anything is sent."""
    group = recorder.group(BrandWallets)
    history = anext(aiter(group.history(customer_id, **JANUARY)))
    for call in (
        group.activate(customer_id),
        group.deactivate(customer_id),
        group.reset_pin(customer_id),
        history,
    ):
        with pytest.raises(ValueError, match="customer_id"):
            await call
    assert [] == recorder.asked


@pytest.mark.parametrize("name", BODIES)
def test_repr_shows_nothing_private(name):
    """Card numbers, PINs, addresses and telephone numbers stay out of what people and log files see."""
    shown = repr(from_json(BODIES[name], content(FOLDER, f"{name}.request.json")))
    private = (
        "gift-card-number",
        "gift-card-pin",
        "customer@examplebank",
        "9876543210",
        "kevin",
        "Kevin",
        "Bob",
    )
    assert [] == [text for text in private if text in shown]


def test_references_are_made_once():
    """A reference that is left out is made with the body, so that repeating the body repeats the same intent."""
    fields = sample(FOLDER, "add-money-gift-card.request.json")
    del fields["merchant_order_reference"]
    first, second = from_json(WalletTopUp, fields), from_json(WalletTopUp, fields)
    assert 36 == len(first.merchant_order_reference)
    assert first.merchant_order_reference != second.merchant_order_reference
    assert TopUpMode.GIFT_CARD == first.mode


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.brand_wallets.BrandWallets)
    names = {name for name in vars(BrandWallets) if not name.startswith("_")}
    assert names == {name for name in twin if not name.startswith("_")}
    for name in names:
        assert twin[name].__wrapped__ is vars(BrandWallets)[name]
