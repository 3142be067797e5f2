"""Writing bodies: every documented sample goes through its class and comes out the same."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from pinelabs_async import (
    Address,
    Capture,
    CardDetails,
    CardlessEmiTender,
    CardOption,
    CardTender,
    Credentials,
    Customer,
    Money,
    NewOrder,
    NewPayment,
    NewRefund,
    OtherTender,
    PaymentMethod,
    PurchaseDetails,
    SplitDetail,
    Tender,
    from_json,
    to_json,
)
from pinelabs_async.wire.shape import Body, shape

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
CLASSES = {
    "auth/generate-token": Credentials,
    "orders/capture-order": Capture,
    "orders/create-order": NewOrder,
    "payments/create-payment": NewPayment,
    "refunds/create-refund": NewRefund,
    "split-settlements/create-order": NewOrder,
}


def class_of(name):
    return next((cls for prefix, cls in CLASSES.items() if name.startswith(prefix)), None)


NAMES = [
    name
    for path in sorted(EXAMPLES.glob("*/*.request.json"))
    if class_of(name := path.relative_to(EXAMPLES).as_posix()) is not None
]

INTENDED = {
    # the vendor's own sample has a number where its reference says text
    "orders/create-order-tpv.request.json": {"$.merchant_order_reference": (112345, "112345")},
    # the sample has no reference; without one a lost payment could not be looked up
    "payments/create-payment-card-and-points.request.json": {
        "$.payments[1].merchant_payment_reference": (None, "made")
    },
    "payments/create-payment-card-network-token.request.json": {
        "$.payments[0].merchant_payment_reference": (None, "made")
    },
    "payments/create-payment-card-with-convenience-fee.request.json": {
        "$.payments[0].merchant_payment_reference": (None, "made")
    },
}
"""What comes out otherwise than it went in, and why; everything else is the same to the letter."""


def differences(before, after, path="$"):
    """Yield every place where two JSON values differ, types included."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), f"{path}.{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif before != after or type(before) is not type(after):
        made = before is None and isinstance(after, str) and 36 == len(after)
        yield path, (before, "made" if made else after)


def test_there_are_samples():
    """The table is not empty, and every intended difference belongs to a sample."""
    assert len(NAMES) >= 20
    assert set() == INTENDED.keys() - set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("as_what", ["bytes", "text", "mapping"])
def test_sample_comes_out_the_same(name, as_what):
    """A documented body read and written again is the same JSON, but for the differences listed above."""
    raw = (EXAMPLES / name).read_bytes()
    data = {"bytes": raw, "text": raw.decode(), "mapping": json.loads(raw)}[as_what]
    written = json.loads(to_json(from_json(class_of(name), data)))
    assert INTENDED.get(name, {}) == dict(differences(json.loads(raw), written))


@pytest.mark.parametrize("name", NAMES)
def test_reading_what_was_written_is_the_same_body(name):
    """A body survives the way through JSON and back as an equal object."""
    body = from_json(class_of(name), (EXAMPLES / name).read_bytes())
    assert body == from_json(class_of(name), to_json(body))


def test_tenders_keep_their_own_fields():
    """A tender in a list of its base class is written with everything its own class has."""
    payment = NewPayment(
        payments=[
            CardTender(
                merchant_payment_reference="p-1",
                payment_amount=Money(1500),
                payment_option=CardOption(card_details=CardDetails(card_number="4012", save=False)),
            ),
            OtherTender(
                merchant_payment_reference="p-2",
                payment_amount=Money(3500),
                payment_method="POINTS",
                payment_option={"points_card_details": {"card_last4": "1112"}},
            ),
        ]
    )
    expected = {
        "payments": [
            {
                "merchant_payment_reference": "p-1",
                "payment_amount": {"value": 1500, "currency": "INR"},
                "payment_method": "CARD",
                "payment_option": {"card_details": {"card_number": "4012", "save": False}},
            },
            {
                "merchant_payment_reference": "p-2",
                "payment_amount": {"value": 3500, "currency": "INR"},
                "payment_method": "POINTS",
                "payment_option": {"points_card_details": {"card_last4": "1112"}},
            },
        ]
    }
    assert expected == json.loads(to_json(payment))


def test_a_subclass_deeper_down_keeps_its_fields():
    """A subclass in a field of its base class, and in a list of it, is written whole."""

    @shape
    class Vip(Customer):
        """Be a customer with a rank."""

        rank: int
        """Which."""

    @shape
    class Tall(Address):
        """Be an address with a floor."""

        floor: int
        """Which."""

    @shape
    class Crowd(Body):
        """Hold customers."""

        members: Sequence[Customer]
        """Who."""

    vip = Vip(rank=1, billing_address=Tall(floor=40), extra={"club": "A"})
    written = {"rank": 1, "billing_address": {"floor": 40}, "club": "A"}
    assert {"customer": written} == json.loads(to_json(PurchaseDetails(customer=vip)))
    assert {"members": [written]} == json.loads(to_json(Crowd(members=[vip])))


@pytest.mark.parametrize(
    ("method", "option", "cls"),
    [
        ("CARDLESS_EMI", {"cardless_details": {"registered_mobile_number": "9876543210"}}, CardlessEmiTender),
        ("CARD", {"card_details": {"card_number": "4012"}}, Tender),
        ("UPI", {"upi_details": {"txn_mode": "INTENT"}}, Tender),
        ("CRYPTO", {"wallet": "x"}, OtherTender),
    ],
    ids=["cardless", "card", "upi", "unknown"],
)
def test_tender_is_read_by_its_method(method, option, cls):
    """The method of a tender chooses the class that reads it; unknown methods lose nothing."""
    data = {
        "merchant_payment_reference": "p-1",
        "payment_amount": {"value": 100, "currency": "INR"},
        "payment_method": method,
        "payment_option": option,
    }
    tender = from_json(Tender, data)
    assert isinstance(tender, cls)
    assert data == json.loads(to_json(tender))


def test_fixed_method_must_agree():
    """A tender of another method is not read as a card without a word."""
    with pytest.raises((TypeError, ValueError), match="payment_method"):
        from_json(
            CardTender,
            {
                "payment_method": "UPI",
                "payment_amount": {"value": 1, "currency": "INR"},
                "payment_option": {"card_details": {"card_number": "4"}},
            },
        )


@pytest.mark.parametrize("method", [["CARD"], {"a": 1}, 5, None, True], ids=repr)
def test_a_method_of_another_type_is_refused_by_name(method):
    """A method that is no text is refused with the field's name, whatever its type."""
    data = {"payment_amount": {"value": 1, "currency": "INR"}, "payment_method": method}
    with pytest.raises((TypeError, ValueError), match="payment_method"):
        from_json(NewPayment, {"payments": [data]})


def test_extra_is_sent_as_it_is():
    """Fields that are not modelled yet go out under their own names, at every level."""
    order = NewOrder(
        merchant_order_reference="o-1",
        order_amount=Money(100),
        extra={"new": {"deep": [1, None, "x"]}, "rate": Decimal("1.10")},
        purchase_details=PurchaseDetails(extra={"also": True}),
    )
    written = to_json(order)
    assert {
        "merchant_order_reference": "o-1",
        "order_amount": {"value": 100, "currency": "INR"},
        "purchase_details": {"also": True},
        "new": {"deep": [1, None, "x"]},
        "rate": 1.1,
    } == json.loads(written)
    assert b'"rate":1.10' in written


def test_extra_takes_sdk_objects():
    """Money, times, dates, enums and bodies in extra are written as the gateway wants them."""
    order = NewOrder(
        merchant_order_reference="o-1",
        order_amount=Money(100),
        extra={
            "fee": Money(5),
            "at": datetime(2024, 1, 1, tzinfo=UTC),
            "on": date(2024, 1, 2),
            "by": PaymentMethod.UPI,
            "to": Address(city="Pune"),
            "all": [Money(6), {"x": Money(7)}],
        },
    )
    written = json.loads(to_json(order))
    assert {"value": 5, "currency": "INR"} == written["fee"]
    assert "2024-01-01T00:00:00Z" == written["at"]
    assert "2024-01-02" == written["on"]
    assert "UPI" == written["by"]
    assert {"city": "Pune"} == written["to"]
    assert [{"value": 6, "currency": "INR"}, {"x": {"value": 7, "currency": "INR"}}] == written["all"]


def test_unknown_members_are_kept_in_extra():
    """A member that the class does not know is kept when a body is read."""
    order = from_json(NewOrder, b'{"order_amount":{"value":1,"currency":"INR"},"new_thing":[1.10]}')
    assert {"new_thing": [Decimal("1.10")]} == order.extra


def test_none_is_left_out_and_false_is_not():
    """None means left out; false, zero and empty texts are said."""
    order = NewOrder(merchant_order_reference="o", order_amount=Money(1), pre_auth=False, notes="")
    assert {
        "merchant_order_reference": "o",
        "order_amount": {"value": 1, "currency": "INR"},
        "pre_auth": False,
        "notes": "",
    } == json.loads(to_json(order))


def test_currency_is_always_written():
    """The currency is sent also where it is the default."""
    assert b'{"value":1,"currency":"INR"}' == to_json(Money(1))


def test_money_is_written_to_the_last_paisa():
    """An amount beyond what a float can hold is written digit by digit."""
    assert b'{"value":12345678901234567890123,"currency":"INR"}' == to_json(Money(12345678901234567890123))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (
            datetime(2024, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
            "2024-01-01T00:00:00Z",
        ),
        (datetime(2024, 1, 1, 0, 0, 0, 123456, tzinfo=UTC), "2024-01-01T00:00:00.123456Z"),
    ],
    ids=["India", "microseconds"],
)
def test_times_are_written_in_utc(moment, text):
    """A time of any zone goes out as the same moment in UTC."""
    assert {"updated_at": text} == json.loads(to_json(SplitDetail(updated_at=moment)))


NOT_BODIES = {
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"5",
    "null": b"null",
    "no JSON": b"{",
    "nothing": b"",
    "NaN": b'{"merchant_capture_reference":"c","x":NaN}',
    "Infinity": b'{"merchant_capture_reference":"c","x":-Infinity}',
    "too deep": b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("data", NOT_BODIES.values(), ids=NOT_BODIES)
def test_what_is_no_body_is_refused(data):
    """Anything but a JSON object is refused with ValueError."""
    with pytest.raises(ValueError, match=r"."):
        from_json(Capture, data)


def cart(quantity):
    return {"purchase_details": {"cart_details": {"cart_items": [{"item_quantity": quantity}]}}}


WRONG_BODIES = {
    "amount as number": ({"order_amount": 1500}, "amount"),
    "amount as text": ({"order_amount": "1500"}, "amount"),
    "amount without value": ({"order_amount": {"currency": "INR"}}, "amount"),
    "amount with a fraction": ({"order_amount": {"value": 499.99, "currency": "INR"}}, r"Money\.value"),
    "amount in text": ({"order_amount": {"value": "500", "currency": "INR"}}, r"Money\.value"),
    "amount true": ({"order_amount": {"value": True, "currency": "INR"}}, r"Money\.value"),
    "amount negative": ({"order_amount": {"value": -1, "currency": "INR"}}, r"Money\.value"),
    "amount zero": ({"order_amount": {"value": 0, "currency": "INR"}}, r"NewOrder\.order_amount"),
    "amount without currency, null": ({"order_amount": {"value": 1, "currency": None}}, r"Money\.currency"),
    "amount with another member": ({"order_amount": {"value": 1, "x": 1}}, "x"),
    "pre_auth as text": ({"pre_auth": "false"}, r"NewOrder\.pre_auth"),
    "notes true": ({"notes": True}, r"NewOrder\.notes"),
    "notes fraction": ({"notes": 1.5}, r"NewOrder\.notes"),
    "methods as text": ({"allowed_payment_methods": "CARD"}, r"allowed_payment_methods"),
    "methods as object": ({"allowed_payment_methods": {"CARD": 1}}, r"allowed_payment_methods"),
    "details as list": ({"purchase_details": []}, "PurchaseDetails"),
    "products as object": ({"purchase_details": {"products": {"product_code": "x"}}}, "."),
    "deep": ({"purchase_details": {"customer": {"first_name": 1.5}}}, r"Customer\.first_name"),
    "metadata": ({"purchase_details": {"merchant_metadata": {"a": 1.5}}}, r"merchant_metadata\['a'\]"),
    "time": (
        {"purchase_details": {"split_info": {"split_details": [{"updated_at": "tomorrow"}]}}},
        "tomorrow",
    ),
    "quantity as fraction": (cart(499.99), r"CartItem\.item_quantity"),
    "quantity as words": (cart("five"), r"CartItem\.item_quantity"),
    "quantity true": (cart(True), r"CartItem\.item_quantity"),
    "amount missing": ({"order_amount": None}, "order_amount"),
}


@pytest.mark.parametrize(("change", "message"), WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_body_read_is_checked_as_one_made(change, message):
    """A body from JSON goes through the constructor's checks, and the refusal says where."""
    data = {"merchant_order_reference": "o-1", "order_amount": {"value": 100, "currency": "INR"}, **change}
    with pytest.raises((TypeError, ValueError), match=message):
        from_json(NewOrder, json.dumps(data))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"order_amount": 1500}, "order_amount"),
        ({"order_amount": {"value": 1, "x": 1}}, "order_amount"),
        ({"purchase_details": []}, "purchase_details"),
        ({"purchase_details": {"products": ["x"]}}, "products"),
        ({"purchase_details": {"split_info": {"split_details": [{"updated_at": "tomorrow"}]}}}, "updated_at"),
    ],
    ids=["amount", "member of an amount", "object", "list", "time"],
)
def test_refusal_names_the_field(change, field):
    """As documented, the refusal of a body read from JSON names the field, also where no object was made."""
    data = {"order_amount": {"value": 100, "currency": "INR"}, **change}
    with pytest.raises((TypeError, ValueError), match=field):
        from_json(NewOrder, data)


def test_a_list_is_not_read_from_a_text_or_object():
    """A text where a list belongs is not cut into letters, nor an object into its keys."""
    for wrong in ("CARD", {"CARD": 1}):
        with pytest.raises((TypeError, ValueError)):
            from_json(NewOrder, {"order_amount": {"value": 1}, "allowed_payment_methods": wrong})


def test_decimals_of_a_body_are_exact():
    """A fraction in a part without a class keeps its digits there and back."""
    raw = b'{"payments":[{"merchant_payment_reference":"p","payment_amount":{"value":1,"currency":"INR"},"offer_data":{"rate":16.10},"payment_method":"UPI"}]}'
    written = to_json(from_json(NewPayment, raw))
    assert b"16.10" in written


@pytest.mark.parametrize("obj", [object(), 5.5j], ids=["object", "complex"])
def test_what_is_no_json_is_refused(obj):
    """Something JSON cannot say is a TypeError."""
    with pytest.raises(TypeError):
        to_json(obj)


@pytest.mark.parametrize("cls", [dict, str, int], ids=lambda cls: cls.__name__)
def test_reading_into_another_class_is_refused(cls):
    """from_json reads the SDK's own classes only."""
    with pytest.raises((TypeError, ValueError)):
        from_json(cls, b"[]")


class Safe(str):
    """A text as Django's templates and forms hand it out."""

    __slots__ = ()

    def __str__(self):
        return "not asked"


class Paisa(int):
    """A number of a class of its own."""

    def __int__(self):
        return 7


def test_texts_and_numbers_of_other_classes():
    """They are written as what they hold."""
    made = NewOrder(
        merchant_order_reference=Safe("ref-1"),
        order_amount=Money(Paisa(100)),
        notes=Safe("\u00e9"),
        extra={Safe("a"): Safe("b")},
    )
    assert {
        "merchant_order_reference": "ref-1",
        "order_amount": {"value": 100, "currency": "INR"},
        "notes": "\u00e9",
        "a": "b",
    } == json.loads(to_json(made))


def test_fields_are_written_without_a_call_each():
    """What the encoder writes by itself is taken as it is: nothing of this SDK or of cattrs runs for it."""
    made = NewOrder(
        merchant_order_reference="ref-1",
        order_amount=Money(100),
        notes="n",
        pre_auth=True,
        allowed_payment_methods=["CARD", "NEW", PaymentMethod.UPI],
        callback_url="https://example.com",
    )
    to_json(made)
    entered: list[str] = []
    sys.setprofile(lambda frame, event, _: entered.append(frame.f_code.co_name) if event == "call" else None)
    written = to_json(made)
    sys.setprofile(None)
    assert ["CARD", "NEW", "UPI"] == json.loads(written)["allowed_payment_methods"]
    assert len(entered) < 10, entered
