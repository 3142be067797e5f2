"""Bodies and answers as objects: what their constructors refuse, what they keep, what they show."""

import inspect
import pickle
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import attrs
import pytest

from pinelabs_async import (
    OPERATIONS,
    Address,
    Capture,
    CardDetails,
    CardOption,
    CardTender,
    CartItem,
    Credentials,
    Customer,
    Money,
    NewOrder,
    NewPayment,
    NewRefund,
    Order,
    OrderStatus,
    OtherTender,
    PaymentMethod,
    Product,
    PurchaseDetails,
    Secret,
    SplitDetail,
)
from pinelabs_async.wire.checks import check_of
from pinelabs_async.wire.shape import Body, parts_of, shape

RUPEE = Money(100)
MOMENT = datetime(2024, 1, 1, 12, 30, tzinfo=UTC)
NAIVE = MOMENT.replace(tzinfo=None)
CARD = CardOption(card_details=CardDetails(card_number="4012001037141112"))

WRONG_TYPES = {
    "money as int": (lambda: NewOrder(order_amount=1500), r"NewOrder\.order_amount must be Money, not int"),
    "money as float": (
        lambda: NewOrder(order_amount=15.0),
        r"NewOrder\.order_amount must be Money, not float",
    ),
    "money as dict": (
        lambda: NewOrder(order_amount={"value": 1}),
        r"NewOrder\.order_amount must be Money, not dict",
    ),
    "money as None": (
        lambda: NewOrder(order_amount=None),
        r"NewOrder\.order_amount must be Money, not NoneType",
    ),
    "text as int": (lambda: NewOrder(order_amount=RUPEE, notes=5), r"NewOrder\.notes must be a str, not int"),
    "text as bytes": (
        lambda: NewOrder(order_amount=RUPEE, notes=b"x"),
        r"NewOrder\.notes must be a str, not bytes",
    ),
    "bool as text": (
        lambda: NewOrder(order_amount=RUPEE, pre_auth="false"),
        r"NewOrder\.pre_auth must be True or False, not str",
    ),
    "bool as int": (
        lambda: NewOrder(order_amount=RUPEE, pre_auth=0),
        r"NewOrder\.pre_auth must be True or False, not int",
    ),
    "int as bool": (
        lambda: CartItem(item_quantity=True),
        r"CartItem\.item_quantity must be an int, not bool",
    ),
    "int as float": (
        lambda: CartItem(item_original_unit_price=499.99),
        r"CartItem\.item_original_unit_price must be an int, not float",
    ),
    "list as text": (
        lambda: NewOrder(order_amount=RUPEE, allowed_payment_methods="CARD"),
        r"NewOrder\.allowed_payment_methods must be a list or tuple, not str",
    ),
    "list item": (
        lambda: NewOrder(order_amount=RUPEE, allowed_payment_methods=["CARD", 5]),
        r"NewOrder\.allowed_payment_methods\[1\] must be a str, not int",
    ),
    "object as dict": (
        lambda: NewOrder(order_amount=RUPEE, purchase_details={"customer": {}}),
        r"NewOrder\.purchase_details must be PurchaseDetails, not dict",
    ),
    "object of another class": (
        lambda: PurchaseDetails(customer=Address()),
        r"PurchaseDetails\.customer must be Customer, not Address",
    ),
    "mapping as list": (
        lambda: PurchaseDetails(merchant_metadata=[("a", "b")]),
        r"PurchaseDetails\.merchant_metadata must be a mapping, not list",
    ),
    "mapping value": (
        lambda: PurchaseDetails(merchant_metadata={"a": 1}),
        r"PurchaseDetails\.merchant_metadata\['a'\] must be a str, not int",
    ),
    "mapping key": (
        lambda: PurchaseDetails(merchant_metadata={1: "a"}),
        r"PurchaseDetails\.merchant_metadata key must be a str, not int",
    ),
    "time as text": (
        lambda: SplitDetail(updated_at="2024-01-01T00:00:00Z"),
        r"SplitDetail\.updated_at must be a datetime, not str",
    ),
    "enum as int": (
        lambda: OtherTender(payment_amount=RUPEE, payment_method=5),
        r"OtherTender\.payment_method must be a str, not int",
    ),
    "tender of no tender class": (
        lambda: NewPayment(payments=[CARD]),
        r"NewPayment\.payments\[0\] must be Tender, not CardOption",
    ),
    "status of an answer": (
        lambda: Order(order_id="v1-1", status=5),
        r"Order\.status must be a str, not int",
    ),
    "extra as list": (
        lambda: NewOrder(order_amount=RUPEE, extra=["a"]),
        r"NewOrder\.extra must be a mapping, not list",
    ),
}


@pytest.mark.parametrize(("make", "message"), WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_wrong_type_names_class_and_field(make, message):
    """A value of the wrong type is refused with the class, the field, and what came."""
    with pytest.raises(TypeError, match=message):
        make()


def test_wrong_money_says_how_to_make_it():
    """Whoever passes a number as money is told what to write."""
    with pytest.raises(TypeError, match=r"Money\.from_rupees"):
        NewOrder(order_amount=1500)


@pytest.mark.parametrize(
    ("cls", "typo", "meant"),
    [
        (NewOrder, "order_ammount", "order_amount"),
        (NewOrder, "callbackurl", "callback_url"),
        (NewRefund, "merchant_order_ref", "merchant_order_reference"),
        (Address, "address_type", "adddress_type"),
        (Customer, "mobile_no", "mobile_number"),
    ],
)
def test_typo(cls, typo, meant):
    """A misspelt field is refused with the field that was probably meant."""
    with pytest.raises(TypeError, match=f"{cls.__name__} has no field '{typo}'; did you mean '{meant}'"):
        cls(**{typo: "x"})


def test_unknown_field_lists_the_fields():
    """A field that looks like none is refused with the list of those there are."""
    with pytest.raises(
        TypeError, match=r"Capture has no field 'zzzz'; its fields are .*merchant_capture_reference"
    ):
        Capture(zzzz=1)


def test_a_fixed_field_is_no_parameter():
    """The method of a card tender cannot be changed."""
    with pytest.raises(TypeError, match="CardTender has no field 'payment_method'"):
        CardTender(payment_amount=RUPEE, payment_option=CARD, payment_method="UPI")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (NewOrder, r"NewOrder needs order_amount\."),
        (NewRefund, r"NewRefund needs merchant_order_reference, order_amount\."),
        (Capture, r"Capture needs merchant_capture_reference\."),
        (Credentials, r"Credentials needs client_id, client_secret\."),
        (NewPayment, r"NewPayment needs payments\."),
    ],
    ids=["order", "refund", "capture", "credentials", "payment"],
)
def test_missing_fields_are_named(make, message):
    """All required fields that are missing are named at once."""
    with pytest.raises(TypeError, match=message):
        make()


def test_keyword_only():
    """A body takes no positional values, so that none can land in the wrong field."""
    with pytest.raises(TypeError):
        Capture("cap-1")


def test_lists_become_tuples():
    """A list that is changed later does not change the body."""
    methods = ["CARD"]
    order = NewOrder(order_amount=RUPEE, allowed_payment_methods=methods)
    methods.append("UPI")
    assert (PaymentMethod.CARD,) == order.allowed_payment_methods


def test_mappings_are_copied():
    """A mapping that is changed later does not change the body, and any mapping will do."""
    notes = OrderedDict(a="b")
    details = PurchaseDetails(merchant_metadata=notes)
    notes["c"] = "d"
    assert {"a": "b"} == details.merchant_metadata


def test_extra_is_copied_deeply():
    """A nested list or mapping in extra that is changed later does not change the body."""
    inner = {"list": [1]}
    order = NewOrder(order_amount=RUPEE, extra={"inner": inner})
    inner["list"].append(2)
    inner["more"] = True
    assert {"inner": {"list": [1]}} == order.extra


EXTRA = {
    "naive datetime": (NAIVE, ValueError, r"extra\['x'\] is a naive datetime"),
    "NaN": (float("nan"), ValueError, r"extra\['x'\] must be a finite number"),
    "Infinity": (float("inf"), ValueError, r"extra\['x'\] must be a finite number"),
    "Decimal NaN": (Decimal("NaN"), ValueError, r"extra\['x'\] must be a finite number"),
    "Decimal Infinity": (Decimal("-Infinity"), ValueError, r"extra\['x'\] must be a finite number"),
    "lone surrogate": ("\ud800", ValueError, r"extra\['x'\] holds half a character"),
    "deep lone surrogate": (
        {"a": ["\udfff"]},
        ValueError,
        r"extra\['x'\]\['a'\]\[0\] holds half a character",
    ),
    "key with a lone surrogate": ({"\ud800": 1}, ValueError, "half a character"),
    "deep NaN": ([{"a": float("nan")}], ValueError, r"extra\['x'\]\[0\]\['a'\] must be a finite number"),
    "set": ({1}, TypeError, r"extra\['x'\] cannot be written as JSON: set"),
    "bytes": (b"x", TypeError, r"extra\['x'\] cannot be written as JSON: bytes"),
    "object": (object(), TypeError, r"extra\['x'\] cannot be written as JSON: object"),
    "function": (print, TypeError, r"extra\['x'\] cannot be written as JSON"),
    "Secret": (Secret("s3cret"), TypeError, r"extra\['x'\] cannot be written as JSON: Secret"),
    "key that is no text": ({1: 2}, TypeError, r"extra\['x'\] key must be a str, not int"),
}


@pytest.mark.parametrize(("value", "error", "message"), EXTRA.values(), ids=EXTRA)
def test_extra_refuses(value, error, message):
    """What JSON cannot say is refused when the body is made, not when it is sent."""
    with pytest.raises(error, match=message):
        NewOrder(order_amount=RUPEE, extra={"x": value})


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, 10**30, 1.5, "text", "नमस्ते", Decimal("1.10"), MOMENT, date(2024, 1, 1),
        {"a": {"b": None}}, Money(5), PaymentMethod.CARD, Address(city="Pune"),
    ],
    ids=repr,
)  # fmt: skip
def test_extra_takes(value):
    """Everything JSON can say passes, and so do the SDK's own shapes."""
    assert {"x": value} == NewOrder(order_amount=RUPEE, extra={"x": value}).extra


def test_extra_holds_no_modelled_field():
    """A field that is modelled cannot be given a second time in extra, past its checks."""
    with pytest.raises((TypeError, ValueError), match="order_amount"):
        NewOrder(order_amount=RUPEE, extra={"order_amount": {"value": 99999, "currency": "INR"}})


@pytest.mark.parametrize(
    "make",
    [
        lambda: NewOrder(order_amount=RUPEE, notes="a\ud800"),
        lambda: PurchaseDetails(merchant_metadata={"a": "\udc00"}),
        lambda: Customer(first_name="\ud83d"),
    ],
    ids=["text", "mapping", "private text"],
)
def test_lone_surrogate_is_refused(make):
    """Half a character cannot be sent and is refused at once."""
    with pytest.raises(ValueError, match="half a character"):
        make()


GOOD_REFERENCES = ["a", "A-b_9", "x" * 50, "00000000-0000-0000-0000-000000000000", "-", "_"]
BAD_REFERENCES = ["", "x" * 51, "a b", "a/b", "a.b", "é", "अ", "a\n", "a%20", "\u0661", "a\x00", "a#", "😀"]


def references():
    yield (
        "order",
        lambda text: NewOrder(order_amount=RUPEE, merchant_order_reference=text).merchant_order_reference,
    )
    yield (
        "refund",
        lambda text: NewRefund(order_amount=RUPEE, merchant_order_reference=text).merchant_order_reference,
    )
    yield "capture", lambda text: Capture(merchant_capture_reference=text).merchant_capture_reference
    yield (
        "card",
        lambda text: (
            CardTender(
                payment_amount=RUPEE, payment_option=CARD, merchant_payment_reference=text
            ).merchant_payment_reference
        ),
    )
    yield (
        "other",
        lambda text: (
            OtherTender(
                payment_amount=RUPEE, payment_method="UPI", merchant_payment_reference=text
            ).merchant_payment_reference
        ),
    )


each_reference = pytest.mark.parametrize(
    "make", [make for _, make in references()], ids=[name for name, _ in references()]
)


@each_reference
@pytest.mark.parametrize("text", GOOD_REFERENCES)
def test_reference_is_kept(make, text):
    """One to fifty letters, digits, dashes and underscores are a reference."""
    assert text == make(text)


@each_reference
@pytest.mark.parametrize("text", BAD_REFERENCES, ids=ascii)
def test_reference_is_refused(make, text):
    """A reference of other characters or another length is refused, and named."""
    with pytest.raises(ValueError, match=r"merchant_\w+_reference must be 1 to 50 letters"):
        make(text)


@each_reference
def test_reference_is_a_text(make):
    """A number is no reference."""
    with pytest.raises(TypeError, match=r"merchant_\w+_reference must be a str, not int"):
        make(5)


def test_a_huge_reference_is_not_printed_whole():
    """The refusal shows the beginning of a reference, not megabytes of it."""
    with pytest.raises(ValueError, match="1 to 50") as caught:
        Capture(merchant_capture_reference="x" * 1_000_000)
    assert len(str(caught.value)) < 300


def test_references_are_made_once_an_object():
    """A reference left out is made with the object, so that sending it twice repeats the same intent."""
    one, two = NewOrder(order_amount=RUPEE), NewOrder(order_amount=RUPEE)
    assert one.merchant_order_reference == one.merchant_order_reference
    assert one.merchant_order_reference != two.merchant_order_reference
    assert 36 == len(one.merchant_order_reference)


def zero_amounts():
    yield "NewOrder.order_amount", lambda: NewOrder(order_amount=Money(0))
    yield "NewRefund.order_amount", lambda: NewRefund(merchant_order_reference="r", order_amount=Money(0))
    yield "Capture.capture_amount", lambda: Capture(merchant_capture_reference="c", capture_amount=Money(0))
    yield "CardTender.payment_amount", lambda: CardTender(payment_amount=Money(0), payment_option=CARD)
    yield "OtherTender.payment_amount", lambda: OtherTender(payment_amount=Money(0), payment_method="UPI")


@pytest.mark.parametrize(("where", "make"), list(zero_amounts()), ids=[name for name, _ in zero_amounts()])
def test_zero_is_no_amount_to_move(where, make):
    """Nothing cannot be ordered, refunded, captured or paid."""
    with pytest.raises(ValueError, match=f"{where} must be more than nothing"):
        make()


def test_zero_may_be_a_price():
    """A product may cost nothing."""
    assert Money(0) == Product(product_code="gift", product_amount=Money(0)).product_amount


def test_enum_fields_take_texts():
    """A text becomes the enum's member, documented or not."""
    order = NewOrder(order_amount=RUPEE, allowed_payment_methods=["CARD", "CRYPTO"])
    assert order.allowed_payment_methods is not None
    assert order.allowed_payment_methods[0] is PaymentMethod.CARD
    assert "CRYPTO" == order.allowed_payment_methods[1]
    assert [PaymentMethod, PaymentMethod] == [type(method) for method in order.allowed_payment_methods]
    assert OrderStatus.PROCESSED is Order(order_id="v1", status="PROCESSED").status


class TestFrozen:
    """Nothing changes after it was made."""

    @pytest.mark.parametrize(
        "made", [NewOrder(order_amount=RUPEE), Order(order_id="v1", status="CREATED")], ids=["body", "answer"]
    )
    @pytest.mark.parametrize("name", ["order_amount", "something_else"])
    def test_no_assignment(self, made, name):
        """Assigning raises."""
        with pytest.raises(AttributeError):
            setattr(made, name, Money(5))

    def test_no_deletion(self):
        """Deleting raises."""
        order = NewOrder(order_amount=RUPEE)
        with pytest.raises(AttributeError):
            del order.order_amount

    def test_evolve_checks_again(self):
        """A changed copy goes through the same checks and keeps the reference."""
        order = NewOrder(order_amount=RUPEE)
        assert order.merchant_order_reference == attrs.evolve(order, notes="x").merchant_order_reference
        with pytest.raises(TypeError, match=r"NewOrder\.notes"):
            attrs.evolve(order, notes=5)


def test_equality_and_hash():
    """Bodies are equal by value; those without mappings can be keys."""
    assert Capture(merchant_capture_reference="c") == Capture(merchant_capture_reference="c")
    assert 1 == len({Capture(merchant_capture_reference="c"), Capture(merchant_capture_reference="c")})
    assert Capture(merchant_capture_reference="c") != Capture(merchant_capture_reference="d")


def test_pickle_of_a_body():
    """A body pickles, so that a job queue can carry it."""
    order = NewOrder(
        order_amount=RUPEE,
        allowed_payment_methods=["CRYPTO"],
        extra={"a": [1]},
        purchase_details=PurchaseDetails(),
    )
    assert order == pickle.loads(pickle.dumps(order))


def test_docstring_and_name_of_the_constructor():
    """Help on a class shows its fields as keyword parameters."""
    parameters = inspect.signature(NewOrder).parameters
    assert ["merchant_order_reference", "order_amount"] == [
        name for name in parameters if name in {"merchant_order_reference", "order_amount"}
    ]
    assert {inspect.Parameter.KEYWORD_ONLY} == {parameter.kind for parameter in parameters.values()}
    assert "NewOrder.__init__" == NewOrder.__init__.__qualname__


def test_subclass_inherits_the_checks():
    """A class made from a body is checked as well, its own fields too."""

    @shape
    class Special(Capture):
        """Be a capture with a weight."""

        weight: Decimal
        """Its weight."""

    assert Decimal(3) == Special(merchant_capture_reference="c", weight=3).weight
    with pytest.raises(TypeError, match=r"Special\.weight must be a Decimal, not float"):
        Special(merchant_capture_reference="c", weight=0.5)
    with pytest.raises(ValueError, match=r"Special\.merchant_capture_reference"):
        Special(merchant_capture_reference="", weight=3)


def test_a_body_may_be_a_subclass():
    """A field takes an object of a subclass of its class."""

    @shape
    class Vip(Customer):
        """Be a customer with a rank."""

        rank: int = 1
        """Which."""

    assert 2 == PurchaseDetails(customer=Vip(rank=2)).customer.rank


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (date, MOMENT),
        (date, "2024-01-01"),
        (Decimal, 0.5),
        (Decimal, "0.5"),
        (Decimal, True),
        (datetime, date(2024, 1, 1)),
        (int, Decimal(1)),
        (int, "1"),
        (bool, "true"),
        (bool, None),
        (str, None),
    ],
    ids=str,
)
def test_plain_checks_refuse(annotation, value):
    """Values that are nearly right are refused rather than converted."""
    with pytest.raises(TypeError, match=r"X\.y must be"):
        check_of(annotation)(value, "X.y")


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("sNaN")], ids=str)
def test_decimals_are_finite(value):
    """A decimal that is no number is refused."""
    with pytest.raises(ValueError, match="finite"):
        check_of(Decimal)(value, "X.y")


def test_a_time_needs_a_zone():
    """A naive time is refused; one with any zone is kept as it is."""
    with pytest.raises(ValueError, match=r"SplitDetail\.updated_at is a naive datetime"):
        SplitDetail(updated_at=NAIVE)
    moment = datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert moment is SplitDetail(updated_at=moment).updated_at


def test_body_is_the_only_base_with_extra():
    """An answer takes no extra fields: what it did not model is in raw."""
    assert "extra" in {field.name for field in attrs.fields(Body)}
    assert "extra" not in {field.name for field in attrs.fields(Order)}


def test_what_is_required_is_in_no_class():
    """No class holds a value for a field that it requires: the decoder would take that for the answer's own."""
    answers = {part for operation in OPERATIONS.values() for part in parts_of(operation.answer)}
    required = [
        (cls, field.name) for cls in answers for field in attrs.fields(cls) if field.default is attrs.NOTHING
    ]
    assert required
    assert [] == [
        (cls, name)
        for cls, name in required
        if hasattr(cls, name) and not inspect.ismemberdescriptor(getattr(cls, name))
    ]
