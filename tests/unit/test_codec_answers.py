"""Reading answers: every documented sample fills its class, and nothing of it is lost."""

import copy
import json
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from pinelabs_async import Money, Order, OrderStatus, Problem, Refund, Token, from_json, to_json
from pinelabs_async.wire import tolerant
from pinelabs_async.wire.codec import decode
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, read_json
from tests.api.round_trip import snake

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"


def class_of(name):
    return Refund if name.startswith("refunds/") else Order


NAMES = [
    path.relative_to(EXAMPLES).as_posix()
    for group in ("orders", "refunds", "payments", "split-settlements")
    for path in sorted((EXAMPLES / group).glob("*.response.json"))
]

INTENDED = {
    # the refund object of an older guide: a parent with a list, no status of its own
    "refunds/create-refund-legacy-guide.response.json": ["$.data.status: missing"],
}
"""Samples that do not fit their class, with what is said of them; all others fit without a word."""


def sample(name):
    return (EXAMPLES / name).read_bytes()


def mismatches(typed, raw, path="$"):
    """Yield every field whose typed value does not say the same as the JSON."""
    raw = {snake(name): value for name, value in raw.items()}
    for field in attrs.fields(type(typed)):
        value, place = getattr(typed, field.name), f"{path}.{field.name}"
        if field.name not in raw:
            if value not in (None, (), "") and not isinstance(value, Money):
                yield f"{place}: {value!r} from nothing"
        else:
            yield from mismatch(value, raw[field.name], place)


def mismatch(value, raw, place):
    if isinstance(value, datetime):
        if raw[:19] != value.isoformat()[:19] or UTC.utcoffset(None) != value.utcoffset():
            yield f"{place}: {value!r} != {raw!r}"
    elif isinstance(value, (list, tuple)):
        if len(value) != len(raw):
            yield f"{place}: {len(value)} items of {len(raw)}"
        for index, (one, other) in enumerate(zip(value, raw, strict=False)):
            yield from mismatch(one, other, f"{place}[{index}]")
    elif attrs.has(type(value)):
        yield from mismatches(value, raw, place)
    elif value != raw and not (isinstance(raw, int) and value == str(raw)):
        yield f"{place}: {value!r} != {raw!r}"


@pytest.mark.parametrize("name", NAMES)
def test_sample_fits_its_class(name):
    """A documented answer is read without problems, and every typed field says what the JSON says."""
    answer = decode(class_of(name), sample(name), envelope="data")
    assert INTENDED.get(name, []) == [str(problem) for problem in answer.problems]
    assert [] == list(mismatches(answer, json.loads(sample(name))["data"]))


@pytest.mark.parametrize("name", NAMES)
def test_sample_is_in_raw(name):
    """The whole answer as it came is in raw, envelope included."""
    answer = decode(class_of(name), sample(name), envelope="data")
    assert json.loads(sample(name), parse_float=Decimal) == answer.raw


@pytest.mark.parametrize("name", NAMES)
def test_both_passes_agree(name):
    """The strict pass and the tolerant pass read the same sample into equal objects."""
    fast = decode(class_of(name), sample(name), envelope="data")
    slow, problems = tolerant.read(class_of(name), read_json(sample(name)), "data")
    assert slow == fast
    assert problems == fast.problems
    assert repr(slow) == repr(fast)


@pytest.mark.parametrize("name", NAMES)
def test_sample_survives_pickle_and_copy(name):
    """An answer comes back from a pickle or a copy with all that came with it."""
    answer = decode(class_of(name), sample(name), envelope="data", request_id="r-1")
    for other in (pickle.loads(pickle.dumps(answer)), copy.copy(answer), copy.deepcopy(answer)):
        assert answer == other
        assert answer.raw == other.raw
        assert answer.problems == other.problems
        assert "r-1" == other.request_id


@pytest.mark.parametrize("name", [name for name in NAMES if name not in INTENDED])
def test_what_is_modelled_is_written_again(name):
    """An answer written as JSON and read again is the same answer."""
    answer = decode(class_of(name), sample(name), envelope="data")
    again = from_json(class_of(name), to_json(answer))
    assert answer == again
    assert () == again.problems


@pytest.mark.parametrize("name", NAMES)
def test_from_json_takes_every_form(name):
    """A mapping, a text and bytes are read into equal answers with the same raw."""
    data = json.loads(sample(name))["data"]
    for form in (data, json.dumps(data), json.dumps(data).encode()):
        answer = from_json(class_of(name), form)
        assert decode(class_of(name), sample(name), envelope="data") == answer
        assert read_json(json.dumps(data)) == answer.raw


def test_every_wire_name_of_a_documented_status_is_known():
    """No sample carries a status, type, mode or method that its enum does not document."""

    def unknown(value):
        if isinstance(value, OpenEnum) and not value.is_documented:
            yield value
        if attrs.has(type(value)):
            for field in attrs.fields(type(value)):
                yield from unknown(getattr(value, field.name))
        if isinstance(value, (list, tuple)):
            for item in value:
                yield from unknown(item)

    found = {
        (name, word)
        for name in NAMES
        for word in unknown(decode(class_of(name), sample(name), envelope="data"))
    }
    assert {("refunds/create-refund-legacy-guide.response.json", "")} == found


@pytest.mark.parametrize("name", ["expires-in", "expires_at"])
def test_token_samples(name):
    """Both documented forms of a token answer are read."""
    file = (
        "auth/generate-token-expires-in.response.json"
        if name == "expires-in"
        else "auth/generate-token.response.json"
    )
    token = decode(Token, sample(file))
    assert () == token.problems
    assert "example.access.token" == token.access_token
    expected = (
        (3600, None) if name == "expires-in" else (None, datetime(2024, 6, 28, 13, 26, 6, 909140, tzinfo=UTC))
    )
    assert expected == (token.expires_in, token.expires_at)


def order(**more):
    return {"order_id": "v1-1", "status": "CREATED", **more}


def read(whole, envelope="data"):
    return decode(Order, whole if isinstance(whole, bytes) else json.dumps(whole).encode(), envelope=envelope)


def test_unknown_members_are_in_raw():
    """A member that the class does not have is no problem, and reachable in raw."""
    answer = read({"data": order(brand_new={"a": [1]}), "meta": 7})
    assert () == answer.problems
    assert {"a": [1]} == answer.raw["data"]["brand_new"]
    assert 7 == answer.raw["meta"]


def test_raw_keeps_digits():
    """A fraction in raw is a Decimal with every digit."""
    answer = read(b'{"data":{"order_id":"v1","status":"CREATED","rate":1.10}}')
    assert "1.10" == str(answer.raw["data"]["rate"])


@pytest.mark.parametrize("broken", [False, True], ids=["strict pass", "tolerant pass"])
def test_fractions_are_exact_decimals(broken):
    """A rate and a fraction in a part without a class are Decimals, never floats, in both passes."""
    payment = b'{"id":"p","status":"PENDING","conversion_rate":83.123456789012345678901,"additional_detail":{"rate":16.10}}'
    answer = read(
        b'{"data":{"order_id":"v1","status":"CREATED","notes":%s,"payments":[%s]}}'
        % (b"[]" if broken else b'"x"', payment)
    )
    assert Decimal("83.123456789012345678901") == answer.payments[0].conversion_rate
    assert (Decimal, "16.10") == (
        type(answer.payments[0].additional_detail["rate"]),
        str(answer.payments[0].additional_detail["rate"]),
    )


def test_sequences_are_tuples():
    """A list in an answer is a tuple at every depth, so that a frozen answer is frozen."""
    answer = read({"data": order(purchase_details={"products": [{"product_code": "a"}]})})
    assert tuple is type(answer.payments)
    assert tuple is type(answer.purchase_details.products)


def test_bom_is_skipped():
    """A byte order mark before the JSON does not lose the answer."""
    assert "v1-1" == read(b"\xef\xbb\xbf" + json.dumps({"data": order()}).encode()).order_id


def test_broken_utf8_does_not_lose_the_answer():
    """A stray byte in a text costs a character, not the order."""
    answer = read(b'{"data":{"order_id":"v1-1","status":"CREATED","notes":"caf\xe9"}}')
    assert ("v1-1", "caf\ufffd") == (answer.order_id, answer.notes)
    assert "caf\ufffd" == answer.raw["data"]["notes"]


def test_lone_surrogate_does_not_lose_the_answer():
    """Half a character in escaped form is read like any other text."""
    answer = read(b'{"data":{"order_id":"v1-1","status":"CREATED","notes":"a\\ud800"}}')
    assert "v1-1" == answer.order_id
    assert "v1-1" == answer.raw["data"]["order_id"]
    assert () == answer.problems
    assert {"order_id": "v1-1", "status": "CREATED", "notes": "a\ud800"} == json.loads(to_json(answer))


def test_lone_surrogates_everywhere():
    """An answer with half characters can be written, as the key of a member as well; everything else stays."""
    metadata = {"a\udc00": "b\ud800", "c": "\u20b9 \U0001f600"}
    amount = {"value": 150000, "currency": "INR"}
    details = {"merchant_metadata": metadata}
    answer = read(json.dumps({"data": order(purchase_details=details, order_amount=amount)}).encode())
    written = json.loads(to_json(answer))
    assert {"a?": "b\ud800", "c": "\u20b9 \U0001f600"} == written["purchase_details"]["merchant_metadata"]
    assert amount == written["order_amount"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+05:30", "9999-12-31T23:59:59-05:30"])
def test_times_at_the_edge_of_the_calendar(moment):
    """A time that has none in UTC is written in its own zone."""
    answer = read(json.dumps({"data": order(created_at=moment)}).encode())
    assert moment == json.loads(to_json(answer))["created_at"]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_an_answer_that_says_nothing(copied):
    """An answer without fields is copied and pickled with what was received."""
    answer = copied(decode(Answer, b'{"new": 1}', request_id="req-1"))
    assert (Answer, {"new": 1}, "req-1") == (type(answer), answer.raw, answer.request_id)


def test_a_number_of_five_thousand_digits_does_not_lose_the_answer():
    """A number longer than Python turns into an int is a misfit like any other."""
    body = b'{"data":{"order_id":"v1-1","status":"CREATED","payment_retries_remaining":%s}}' % (b"9" * 5000)
    assert "v1-1" == read(body).order_id


def test_raw_with_a_number_of_five_thousand_digits():
    """A huge number in a field that is not modelled does not make raw unreachable."""
    answer = read(b'{"data":{"order_id":"v1-1","status":"CREATED","x":%s}}' % (b"9" * 5000))
    assert "v1-1" == answer.raw["data"]["order_id"]


def test_duplicate_members():
    """Of a member that comes twice the last counts, in both passes."""
    fast = read(b'{"data":{"order_id":"a","status":"CREATED","order_id":"b"}}')
    slow = read(b'{"data":{"order_id":"a","status":"CREATED","order_id":"b","notes":[]}}')
    assert ("b", "b") == (fast.order_id, slow.order_id)


NO_OBJECTS = {
    "nothing": b"",
    "cut off": b'{"data":{"order_id":"v1',
    "HTML": b"<html>",
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"1",
    "true": b"true",
    "null": b"null",
    "NaN": b'{"data":{"order_id":"v1","status":"X","payments":NaN}}',
    "two objects": b"{}{}",
    "deeply nested": b'{"data":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
}


@pytest.mark.parametrize("body", NO_OBJECTS.values(), ids=NO_OBJECTS)
def test_what_is_no_json_object_is_refused(body):
    """Only what is no JSON object at all raises, and only ValueError."""
    with pytest.raises(ValueError, match=r"."):
        read(body)


WRONG_ENVELOPES = {
    "missing": ({"order_id": "v1-1", "status": "CREATED"}, "v1-1", ["$.data"]),
    "null": ({"data": None}, "", ["$.data", "$.data.order_id", "$.data.status"]),
    "a list": ({"data": [order()]}, "", ["$.data", "$.data.order_id", "$.data.status"]),
    "a text": ({"data": "x"}, "", ["$.data", "$.data.order_id", "$.data.status"]),
    "empty": ({"data": {}}, "", ["$.data.order_id", "$.data.status"]),
    "nothing at all": ({}, "", ["$.data", "$.order_id", "$.status"]),
}


@pytest.mark.parametrize(("whole", "order_id", "places"), WRONG_ENVELOPES.values(), ids=WRONG_ENVELOPES)
def test_wrong_envelope(whole, order_id, places):
    """An envelope that is missing or wrong is a problem, and what can be kept is kept."""
    answer = read(whole)
    assert order_id == answer.order_id
    assert sorted(places) == sorted(problem.path for problem in answer.problems)
    assert whole == answer.raw


def test_an_answer_made_by_hand_has_no_raw():
    """An object that was not received has an empty raw and no problems."""
    made = Order(order_id="v1", status="CREATED")
    assert ({}, (), "", False) == (made.raw, made.problems, made.request_id, made.recovered)


def test_raw_is_fresh_each_time():
    """Changing what raw gives does not change the answer."""
    answer = read({"data": order()})
    answer.raw["data"]["order_id"] = "changed"
    assert "v1-1" == answer.raw["data"]["order_id"]


def test_received_is_no_part_of_equality_repr_and_json():
    """What came with an answer does not make it another answer."""
    one, other = read({"data": order(x=1)}), read({"data": order(x=2), "meta": 1})
    assert one == other
    assert repr(one) == repr(other)
    assert {"order_id": "v1-1", "status": "CREATED"} == json.loads(to_json(one))
    assert {"_received", "raw", "problems"}.isdisjoint(attrs.asdict(one))


def test_problem_reads_as_one_line():
    """A problem prints as its path and what was expected, without the value."""
    answer = read({"data": order(notes=["4012001037141112"])})
    assert (Problem("$.data.notes", "expected a text, got a list"),) == answer.problems
    assert "$.data.notes: expected a text, got a list" == str(answer.problems[0])


def test_from_json_reads_an_answer_without_envelope():
    """from_json takes the object itself, as a mapping, a text or bytes."""
    for data in (order(), json.dumps(order()), json.dumps(order()).encode()):
        assert OrderStatus.CREATED is from_json(Order, data).status


def test_gateway_values_are_not_refused():
    """Rules for what you send do not apply to what the gateway answers."""
    answer = read(
        {
            "data": order(
                merchant_order_reference="a reference with spaces / and slashes " * 5,
                order_amount={"value": 0, "currency": "INR"},
                purchase_details={"split_info": {"split_details": [{"merchant_settlement_reference": ""}]}},
            )
        }
    )
    assert () == answer.problems
    assert Money(0) == answer.order_amount
