"""Currency conversion, and tax collected at source."""

from datetime import datetime
from decimal import Decimal

import pytest

from pinelabs_async import CurrencyConversion, TcsCheck, from_json
from pinelabs_async.sandbox.gateway.international import financial_year
from pinelabs_async.sandbox.magic import MAGIC
from tests.sandbox.papers import import_of, sample
from tests.sandbox.told import session, whole

LAKH = 10_000_000
CONVERT, TCS = "/api/conversion/mcc", "/api/v1/tcs/compute"


def brief(answer):
    return answer[0], answer[1].get("code")


async def convert(api, source, dest, amount):
    body = {**sample("currency-conversion.request.json"), "source_currency": source, "dest_currency": dest}
    return await api.call("POST", CONVERT, {**body, "transaction_amount": amount})


async def tcs(api, order, value=100000, **more):
    body = {"order_id": order["order_id"], "amount": {"value": value, "currency": "INR"}, **more}
    return await api.call("POST", TCS, body)


async def test_the_published_conversion_is_exact(api, box):
    """Rate and amount to the last digit, and asking again answers the same."""
    request = sample("currency-conversion.request.json")

    answers = [await api.call("POST", CONVERT, request) for _ in range(2)]

    assert [(200, sample("currency-conversion.response.json"))] * 2 == answers
    assert 0 == len(box.ledger)


@pytest.mark.parametrize(
    ("source", "dest", "amount", "expected", "places"),
    [
        ("356", "356", "12345", 12345, 2),
        ("392", "356", "100", 5900, 2),  # 100 yen are 59 rupees
        ("356", "392", "5900", 100, 0),
        ("048", "356", "1000", 23010, 2),  # one dinar has a thousand fils
        ("356", "048", "23010", 1000, 3),
        ("356", "840", "100", 1, 2),
        ("356", "840", "50", 0, 2),
        ("840", "356", "999999999999", 86745315752862, 2),
    ],
)
async def test_amounts_are_converted_in_the_smallest_units(api, source, dest, amount, expected, places):
    """Currencies have none, two or three decimal places; the result is rounded down."""
    status, answer = await convert(api, source, dest, amount)

    assert (200, expected, places) == (status, answer["converted_amount"], answer["converted_exponent"])


@pytest.mark.parametrize(
    "change",
    [
        {"bank_code": ""},
        {"invoice_id": None},
        {"source_currency": "USD"},
        {"source_currency": 840},
        {"dest_currency": "999"},
        {"transaction_amount": 100},
        {"transaction_amount": "1.00"},
        {"transaction_amount": "0"},
        {"transaction_amount": "-5"},
    ],
)
async def test_a_wrong_conversion_is_an_invalid_request(api, change):
    """Every member is needed and a text; currencies are numeric codes."""
    body = {**sample("currency-conversion.request.json"), **change}

    assert (400, "INVALID_REQUEST") == brief(await api.call("POST", CONVERT, body))


async def test_a_declared_payment_is_taxed_as_a_whole(api, box):
    """The answer has the published members, and the tax is twenty per cent."""
    order = await api.order(**import_of("LRS"))

    status, answer = await tcs(api, order, is_tcs_declared=True)

    assert (200, set(sample("compute-tcs.response.json"))) == (status, set(answer))
    assert (True, True, "20", 120000) == (
        answer["tcs_applicable"],
        answer["is_flat_rate"],
        answer["tcs_rate"],
        answer["computed_amount"]["value"],
    )
    assert 1 == len(box.ledger)


async def test_the_first_ten_lakh_of_a_year_are_free(api, box):
    """Beyond them only the part beyond is taxed, rounded down; in April it begins anew."""
    first = await api.paid("first", 9 * LAKH, **import_of("LRS"))
    order = await api.order("second", **import_of("LRS"))

    _, untaxed = await tcs(api, order, LAKH)
    _, taxed = await tcs(api, order, LAKH + 7)
    days = 1
    while box.clock.advance(days=1).month != 4:
        days += 1
    assert days <= 366
    await api.login()
    _, anew = await tcs(api, order, LAKH + 7)

    assert (False, "0", LAKH) == (
        untaxed["tcs_applicable"],
        untaxed["tcs_rate"],
        untaxed["computed_amount"]["value"],
    )
    assert (True, "20", LAKH + 7 + 1) == (
        taxed["tcs_applicable"],
        taxed["tcs_rate"],
        taxed["computed_amount"]["value"],
    )
    assert (False, False) == (anew["tcs_applicable"], anew["is_flat_rate"])
    assert "PROCESSED" == first["status"]


@pytest.mark.parametrize(
    ("day", "year"), [("2026-03-31", 2025), ("2026-04-01", 2026), ("2026-12-31", 2026), ("2027-01-01", 2026)]
)
def test_a_financial_year_begins_in_april(day, year):
    """Its name is the calendar year of that April."""
    assert year == financial_year(datetime.fromisoformat(day))


async def test_only_imports_of_the_right_kind_are_taxed(api):
    """Other imports, other orders and unknown ones are refused."""
    kinds = [row.value for row in MAGIC if row.place == "flow_type"]
    other = [await api.order(kind, **import_of(kind)) for kind in kinds if kind != "LRS"]
    plain = await api.order("plain")

    assert other
    for order in (*other, plain):
        assert (422, "OPERATION_NOT_ALLOWED") == brief(await tcs(api, order))
    assert (404, "ORDER_NOT_FOUND") == brief(await tcs(api, {"order_id": "x"}))


@pytest.mark.parametrize(
    "change",
    [
        {"order_id": None},
        {"order_id": 5},
        {"amount": None},
        {"amount": {"value": 0, "currency": "INR"}},
        {"amount": {"value": 100, "currency": "USD"}},
        {"is_tcs_declared": "yes"},
    ],
)
async def test_a_wrong_question_is_an_invalid_request(api, change):
    """Order, amount in rupees and declaration are checked."""
    order = await api.order(**import_of("LRS"))
    body = {"order_id": order["order_id"], "amount": {"value": 100, "currency": "INR"}, **change}

    assert (400, "INVALID_REQUEST") == brief(await api.call("POST", TCS, body))


async def test_the_sdk_reads_every_answer(api, box):
    """Nothing is left over or misread, and the rate keeps every digit."""
    order = await api.order(**import_of("LRS"))
    check = {**sample("compute-tcs.request.json"), "order_id": order["order_id"]}
    request = from_json(CurrencyConversion, sample("currency-conversion.request.json"))
    async with session(box) as pinelabs:
        converted = await pinelabs.international.convert_currency(request)
        whole(await pinelabs.international.compute_tcs(from_json(TcsCheck, check)))
    assert (Decimal("86.74531575294934"), ()) == (converted.conversion_rate, converted.problems)
    assert set(sample("currency-conversion.response.json")) == set(converted.raw)
