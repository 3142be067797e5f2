"""Values of another form: those that lose nothing are read without a word, all others become nothing, aloud."""

import json
import time
from datetime import datetime

import msgspec
import pytest

from pinelabs_async import Money, Order, Payout, Token
from pinelabs_async.wire import codec
from pinelabs_async.wire.codec import decode
from pinelabs_async.wire.enums import OpenEnum


def encoded(whole):
    return json.dumps(whole).encode()


def read(**fields):
    return decode(
        Order, encoded({"data": {"order_id": "v1-1", "status": "CREATED", **fields}}), envelope="data"
    )


def moment(text):
    return datetime.fromisoformat(text)


LOSSLESS = {
    "pre_auth false": ("pre_auth", "false", False),
    "pre_auth true": ("pre_auth", "true", True),
    "pre_auth False": ("pre_auth", "False", False),
    "pre_auth TRUE": ("pre_auth", "TRUE", True),
    "integer id": ("order_id", 123456, "123456"),
    "zero as id": ("order_id", 0, "0"),
    "huge integer id": ("merchant_id", 10**30, str(10**30)),
    "integer reference": ("merchant_order_reference", 112345, "112345"),
    "negative integer": ("notes", -5, "-5"),
    "integer with zeros at the end": ("payment_retries_remaining", 10.0, 10),
    "empty time": ("created_at", "", None),
    "null time": ("created_at", None, None),
    "null list": ("payments", None, ()),
    "null methods": ("allowed_payment_methods", None, ()),
    "empty object": ("purchase_details", {}, None),
    "time without zone": ("created_at", "2024-07-19T11:13:21.523", moment("2024-07-19T11:13:21.523+00:00")),
    "time without seconds": ("created_at", "2024-07-19T11:13Z", moment("2024-07-19T11:13:00+00:00")),
    "time without seconds and zone": ("created_at", "2024-07-19T11:13", moment("2024-07-19T11:13:00+00:00")),
    "time with a blank": ("created_at", "2024-07-19 11:13:21Z", moment("2024-07-19T11:13:21+00:00")),
    "time in India": ("created_at", "2024-07-19T11:13:21+05:30", moment("2024-07-19T11:13:21+05:30")),
    "time in India without colon": (
        "created_at",
        "2024-07-19T11:13:21+0530",
        moment("2024-07-19T11:13:21+05:30"),
    ),
    **{
        f"time with {digits} digits": (
            "created_at",
            f"2024-07-19T11:13:21{'.' if digits else ''}{'987654321'[:digits]}Z",
            moment(f"2024-07-19T11:13:21.{'987654321'[: min(digits, 6)]:0<6}+00:00"),
        )
        for digits in range(10)
    },
}


@pytest.mark.parametrize("among_misfits", [False, True], ids=["alone", "among misfits"])
@pytest.mark.parametrize(("field", "value", "expected"), LOSSLESS.values(), ids=LOSSLESS)
def test_lossless_forms_are_silent(field, value, expected, among_misfits):
    """A documented form of the same value is converted without a word, whichever pass reads it."""
    other = {"callback_url": ["misfit"]} if among_misfits else {}
    answer = read(**{field: value}, **other)
    assert ["$.data.callback_url"] * among_misfits == [problem.path for problem in answer.problems]
    if expected is None and value == {}:
        assert repr(getattr(answer, field)) == "PurchaseDetails()"
    else:
        assert expected == getattr(answer, field)
        assert type(expected) is type(getattr(answer, field))


LOSSY = {
    "499.99 is not 499": ("payment_retries_remaining", 499.99, None),
    "-0.5 is not 0": ("payment_retries_remaining", -0.5, None),
    "1e400 is no count": ("payment_retries_remaining", 1e300, None),
    "text is no count": ("payment_retries_remaining", "10", None),
    "true is no count": ("payment_retries_remaining", True, None),
    "499.99 is no id": ("order_id", 499.99, ""),
    "true is no id": ("order_id", True, ""),
    "null is no id": ("order_id", None, ""),
    "an object is no id": ("order_id", {"a": 1}, ""),
    "a list is no id": ("order_id", ["v1"], ""),
    "null is no status": ("status", None, ""),
    "an object is no status": ("status", {}, ""),
    "1 is not true": ("pre_auth", 1, None),
    "0 is not false": ("pre_auth", 0, None),
    "no is not false": ("pre_auth", "no", None),
    "empty is not false": ("pre_auth", "", None),
    "an object is no list": ("payments", {"0": {}}, ()),
    "a text is no list": ("allowed_payment_methods", "CARD", ()),
    "a list is no amount": ("order_amount", [1500], None),
    "a number is no amount": ("order_amount", 1500, None),
    "a date is no time": ("created_at", "2024-07-19", None),
    "a number is no time": ("created_at", 1721387601, None),
    "no time": ("created_at", "2024-04-30T08:01:321Z", None),
    "no month": ("created_at", "2024-13-30T08:01:32Z", None),
    "other digits": ("created_at", "२०२४-०७-१९T११:१३:२१Z", None),
}


@pytest.mark.parametrize(("field", "value", "expected"), LOSSY.values(), ids=LOSSY)
def test_nothing_is_coerced(field, value, expected):
    """A value that would have to be cut or invented becomes nothing and is listed."""
    answer = read(**{field: value})
    assert [f"$.data.{field}"] == [problem.path for problem in answer.problems]
    assert expected == getattr(answer, field)
    assert value == json.loads(json.dumps(answer.raw["data"][field], default=float))


@pytest.mark.parametrize(
    "value",
    [499.99, "500", True, None, {}, [], -0.01],
    ids=repr,
)
def test_an_amount_is_whole_or_nothing(value):
    """An amount whose value is not a whole number is no amount, never a rounded one."""
    answer = read(order_amount={"value": value, "currency": "INR"})
    assert answer.order_amount is None
    assert "$.data.order_amount.value" in [problem.path for problem in answer.problems]


@pytest.mark.parametrize("value", [0, 1, 500, 10**30], ids=repr)
def test_whole_amounts_are_kept(value):
    """Any whole number is kept, also one beyond 64 bits."""
    assert Money(value) == read(order_amount={"value": value, "currency": "INR"}).order_amount


@pytest.mark.parametrize("currency", [None, 356, True, ["INR"], {}], ids=repr)
def test_a_currency_is_never_invented(currency):
    """An amount whose currency does not fit is not called rupees without a word."""
    answer = read(order_amount={"value": 500, "currency": currency})
    if currency == 356:
        assert "356" == answer.order_amount.currency
    else:
        assert "$.data.order_amount.currency" in [problem.path for problem in answer.problems]
        assert answer.order_amount is None or "INR" != answer.order_amount.currency


def test_problems_do_not_repeat_the_value():
    """A value in the wrong place may be a card number: it is in raw, not in problems."""
    answer = read(notes={"card": "4012001037141112"}, payment_retries_remaining="4012001037141112")
    assert 2 == len(answer.problems)
    assert "4012" not in repr(answer.problems)


def test_a_required_part_that_is_missing_takes_its_object_with_it():
    """A product without a code cannot keep its declared type, so that it keeps its place with an empty code."""
    answer = read(purchase_details={"products": [{}, {"product_code": "b"}]})
    assert ["$.data.purchase_details.products[0].product_code"] == [
        problem.path for problem in answer.problems
    ]
    assert ["", "b"] == [product.product_code for product in answer.purchase_details.products]


def test_items_that_do_not_fit_are_left_out():
    """A null or a text among payments is listed, and the other payments stay."""
    answer = read(payments=[None, {"id": "p", "status": "PENDING"}, "x"])
    assert ["$.data.payments[0]", "$.data.payments[2]"] == [problem.path for problem in answer.problems]
    assert ["p"] == [payment.id for payment in answer.payments]


def test_recursive_data_of_any_size():
    """A hundred thousand broken payments are a hundred problems: an answer cannot stop the event loop."""
    started = time.perf_counter()
    answer = read(payments=[{"id": [], "status": "PENDING"}] * 100_000)
    assert time.perf_counter() - started < 5
    assert 101 == len(answer.problems)
    assert "too much does not fit" in str(answer.problems[-1])
    assert 100 == len(answer.payments)
    assert 100_000 == len(answer.raw["data"]["payments"])


@pytest.mark.parametrize("value", [None, "", 5, "a text", [], {}], ids=repr)
def test_a_token_is_read_whatever_its_expiry(value):
    """An expiry that cannot be read does not lose the token."""
    for field in ("expires_in", "expires_at"):
        token = decode(Token, encoded({"access_token": "t", field: value}))
        assert "t" == token.access_token


def test_empty_status_is_still_an_open_enum():
    """A status that is missing is an empty member, so that comparing it works."""
    answer = decode(Order, b'{"data":{"order_id":"v1"}}', envelope="data")
    assert isinstance(answer.status, OpenEnum)
    assert "" == answer.status
    assert ["$.data.status: missing"] == [str(problem) for problem in answer.problems]


@pytest.mark.parametrize("digits", ["1e999999999999999999999999", "-1E-9999999999999999999999", "9" * 5000])
def test_a_number_beyond_any(digits):
    """A number that nothing can hold, in what is not modelled, costs nothing of the answer around it."""
    number = "a number"
    payment = {"id": "p-1", "status": "PROCESSED", "additional_detail": {"deep": number}}
    whole = {"data": {"order_id": "v1-1", "status": "PROCESSED", "payments": [payment], "new": number}}
    order = decode(Order, encoded(whole).replace(b'"a number"', digits.encode()), envelope="data")
    assert ("PROCESSED", ()) == (order.status, order.problems)
    assert digits == str(order.payments[0].additional_detail["deep"]) == str(order.raw["data"]["new"])
    whole = {"paymentReferenceId": "t-1", "status": "SUCCESS", "amount": {"value": 100, "new": number}}
    payout = decode(Payout, encoded(whole).replace(b'"a number"', digits.encode()))
    assert ("SUCCESS", Money(100), ()) == (payout.status, payout.amount, payout.problems)


class Unforeseen:
    """A decoder that raises what nobody thought of."""

    def __init__(self, *_, **__):
        pass

    def decode(self, _):
        raise RuntimeError("unforeseen")


@pytest.mark.parametrize(
    ("cls", "fields"),
    [(Order, {"order_id": "v1-1"}), (Payout, {"paymentReferenceId": "t-1"})],
    ids=["by attributes", "renamed"],
)
def test_whatever_the_fast_way_meets(cls, fields, monkeypatch):
    """An error that nobody foresaw there loses no answer: the tolerant pass reads it."""
    monkeypatch.setattr(msgspec.json, "Decoder", Unforeseen)
    answer, problems = codec._reader_for(cls, None)(encoded({**fields, "status": "PROCESSED"}))
    assert ("PROCESSED", ()) == (answer.status, problems)
