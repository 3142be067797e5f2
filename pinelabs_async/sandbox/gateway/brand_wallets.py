"""Brand wallets: create, activate, deactivate, reset PIN, balance, validate, load, history."""

import re
import secrets
from datetime import date
from typing import Final
from urllib.parse import parse_qs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway.people import read_person
from pinelabs_async.sandbox.gateway.wallet_object import (
    BUCKETS,
    PIN_ATTEMPTS,
    Wallet,
    Wallets,
    change_json,
    require_active,
    wallet_json,
    wrong_state,
)
from pinelabs_async.sandbox.problems import invalid, not_allowed
from pinelabs_async.sandbox.state import Json

# How long a page is is undocumented.
PAGE_SIZE: Final = 10


def create(call: Call) -> Json:
    """Make a wallet for each customer, or for none of them."""
    body, store = call.body, call.merchant.store(Wallets)
    customers = [_customer(call, given) for given in checks.objects(body, "customers")]
    currency = checks.optional_text(body, "currency_code") or "INR"
    if not re.fullmatch("[A-Z]{3}", currency):
        invalid("currency_code must be a three-letter ISO 4217 code")
    notes = _notes(body)
    ids = [customer["customer_id"] for customer in customers]
    if len(ids) != len(set(ids)):
        invalid("customers must not name a customer twice")
    if any(customer_id in store.by_customer for customer_id in ids):
        not_allowed("a customer has a wallet already")
    now = call.state.clock.now()
    for customer in customers:
        wallet = Wallet(customer=customer, currency=currency, created_at=now)
        store.by_customer[customer["customer_id"]] = wallet
    call.executed()
    return {"currency_code": currency, "customers": customers, **notes}


def activate(call: Call) -> Answered:
    """Put a wallet into use."""
    wallet = _of_path(call)
    if wallet.status == "ACTIVE":
        wrong_state(wallet, "it cannot be activated again", status=400)
    wallet.status = "ACTIVE"
    call.executed()
    return Answered()


def deactivate(call: Call) -> Answered:
    """Take a wallet out of use; what is in it stays there."""
    wallet = require_active(_of_path(call), status=400)
    wallet.status = "INACTIVE"
    call.executed()
    return Answered()


def reset_pin(call: Call) -> Json:
    """Give a wallet a new PIN, which is told once and kept nowhere: no documented call takes it."""
    require_active(_of_path(call), status=400)
    call.executed()
    return {"pin": f"{secrets.randbelow(10**6):06d}", "pin_attempts_remaining": PIN_ATTEMPTS}


def balance(call: Call) -> Json:
    """Tell what is in a wallet, in whatever state it is."""
    wallet = _of_body(call, "customers")
    _notes(call.body)
    return {**wallet_json(wallet), "number_of_pin_attempts_allowed": PIN_ATTEMPTS}


def validate(call: Call) -> Json:
    """Tell whether an amount may be paid from a wallet; nothing is blocked."""
    amount, notes = checks.amount(call.body, "amount"), _notes(call.body)
    wallet = require_active(_of_body(call, "customers"))
    held, wanted = wallet.balance, wallet.in_currency(amount)
    return {
        "eligible_amount": {"value": min(held.value, wanted.value), "currency": held.currency},
        "total_balance_amount": held.as_json(),
        "redemption_allowed": wanted.value <= held.value,
        **notes,
    }


def load(call: Call) -> Json:
    """Put the merchant's money into a wallet; there is no reference, so that a repeat loads again."""
    amount = checks.amount(call.body, "amount")
    checks.required_text(call.body, "notes")
    # The default is undocumented.
    bucket = checks.optional_text(call.body, "bucket") or BUCKETS[0]
    if bucket not in BUCKETS:
        invalid(f"bucket must be one of {', '.join(BUCKETS)}")
    wallet = require_active(_of_body(call, "customer"), status=400)
    loaded, now = wallet.in_currency(amount), call.state.clock.now()
    call.merchant.store(Wallets).credit(wallet, bucket, loaded.value, now, call.body["notes"])
    call.executed(amount=loaded, money="out")
    return {**wallet_json(wallet), **_notes(call.body)}


def history(call: Call) -> Json:
    """Tell what changed in a wallet, newest first; days are those of UTC, as the times in the answer."""
    query = parse_qs(call.query)
    start, end = _day(query, "start_date"), _day(query, "end_date")
    if end < start:
        invalid("end_date must not be before start_date")
    page = query.get("page", ["1"])[0]
    if not re.fullmatch("[1-9][0-9]{0,8}", page):
        invalid("page must be a whole number from 1")
    wallet, types = _of_path(call), query.get("transaction_type")
    fitting = [
        change
        for change in reversed(wallet.changes)
        if start <= change.at.date() <= end and (types is None or change.type in types)
    ]
    first = (int(page) - 1) * PAGE_SIZE
    merchant_id = call.merchant.credentials.merchant_id
    shown = fitting[first : first + PAGE_SIZE]
    return {"data": {"transactions": [change_json(change, wallet, merchant_id) for change in shown]}}


def _customer(call: Call, given: Json) -> Json:
    """Return a customer as it is told back; one without an id gets one."""
    told = read_person(given)
    if given.get("is_edit_customer_details_allowed") is not None:
        name = "is_edit_customer_details_allowed"
        told[name] = checks.flag(given, name)
    return {**told, "customer_id": told.get("customer_id") or f"cust-{call.state.new_order_id()}"}


def _of_body(call: Call, name: str) -> Wallet:
    customer = checks.required_object(call.body, name)
    return call.merchant.store(Wallets).get(checks.required_text(customer, "customer_id"))


def _of_path(call: Call) -> Wallet:
    return call.merchant.store(Wallets).get(call.path["customer_id"])


def _notes(body: Json) -> Json:
    notes = checks.optional_text(body, "notes")
    return {} if notes is None else {"notes": notes}


def _day(query: dict[str, list[str]], name: str) -> date:
    text = query.get(name, [""])[0]
    try:
        # The parser takes other forms of ISO 8601, too.
        return date.fromisoformat(text) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else _no_day(name)
    except ValueError:
        return _no_day(name)


def _no_day(name: str) -> date:
    invalid(f"{name} must be a day written as YYYY-MM-DD")


_ROOT: Final = "/payment-option/wallet"
_OF_CUSTOMER: Final = f"{_ROOT}/customer/{{customer_id}}"
ROUTES: Final = (
    Route("brand_wallets.create", "POST", "/payment-option/create/wallet", create),
    Route("brand_wallets.activate", "POST", f"{_OF_CUSTOMER}/activate", activate, reads="nothing"),
    Route("brand_wallets.deactivate", "POST", f"{_OF_CUSTOMER}/deactivate", deactivate, reads="nothing"),
    Route("brand_wallets.reset_pin", "POST", f"{_OF_CUSTOMER}/reset", reset_pin, reads="nothing"),
    Route("brand_wallets.history", "GET", f"{_OF_CUSTOMER}/history", history, reads="nothing"),
    Route("brand_wallets.balance", "POST", f"{_ROOT}/balance", balance),
    Route("brand_wallets.validate", "POST", f"{_ROOT}/validate", validate),
    Route("brand_wallets.load", "POST", f"{_ROOT}/load", load),
)
