"""Open enums: a value that nobody has documented yet stays itself everywhere."""

import copy
import json
import pickle

import pytest

from pinelabs_async import (
    IntegrationMode,
    Money,
    NewOrder,
    Order,
    OrderStatus,
    OrderType,
    OtherTender,
    PaymentMethod,
    PaymentStatus,
    RefundStatus,
    from_json,
    to_json,
)
from pinelabs_async.wire.codec import decode

ENUMS = [IntegrationMode, OrderStatus, OrderType, PaymentMethod, PaymentStatus, RefundStatus]
VALUES = ["PROCESSED_LATER", "processed", "", "Ω", "a b", "\ud83d\ude00"]

each_enum = pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
each_value = pytest.mark.parametrize("value", VALUES, ids=ascii)


@each_enum
@each_value
def test_unknown_value_stays_itself(enum, value):
    """An unknown value compares, hashes, prints and formats as its own text."""
    member = enum(value)
    assert value == member
    assert value == str(member) == f"{member}" == member.value == member.name
    assert hash(value) == hash(member)
    assert isinstance(member, enum)
    assert not member.is_documented


@each_enum
@each_value
def test_unknown_value_pickles_and_copies(enum, value):
    """An unknown value survives every pickle protocol and both ways to copy."""
    member = enum(value)
    back = [pickle.loads(pickle.dumps(member, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for other in [*back, copy.copy(member), copy.deepcopy(member)]:
        assert value == other
        assert enum is type(other)


@each_enum
def test_known_values_are_singletons(enum):
    """A documented value is the member itself, also out of a pickle."""
    for member in enum:
        assert member is enum(str(member))
        assert member is pickle.loads(pickle.dumps(member))
        assert member.is_documented


@each_enum
def test_unknown_values_are_not_kept(enum):
    """A hostile gateway cannot fill memory with names: the class stays as it was."""
    before = len(enum.__members__), len(enum._value2member_map_)
    for number in range(100):
        enum(f"X{number}")
    assert before == (len(enum.__members__), len(enum._value2member_map_))


@each_enum
@pytest.mark.parametrize("value", [None, 5, True, b"CARD", 1.5, ["CARD"]], ids=repr)
def test_only_texts_are_values(enum, value):
    """What is no text is no value."""
    with pytest.raises(ValueError, match="not a valid"):
        enum(value)


def test_unknown_differs_from_known_and_unknown():
    """Two unknown values are equal only with the same text, and never equal to a known one."""
    assert OrderStatus("X") == OrderStatus("X")
    assert OrderStatus("X") != OrderStatus("Y")
    assert OrderStatus("X") != OrderStatus.CREATED
    assert {OrderStatus("X")} == {"X"}
    assert OrderStatus("X") in {OrderStatus("X"): 1}


def test_repr_of_unknown():
    """The repr shows the class and the text."""
    assert "OrderStatus" in repr(OrderStatus("NEW_ONE"))
    assert "NEW_ONE" in repr(OrderStatus("NEW_ONE"))


@pytest.mark.parametrize("strict", [True, False], ids=["strict pass", "tolerant pass"])
def test_through_an_answer(strict):
    """An unknown status, type and method are read, kept, written and pickled unchanged."""
    data = {
        "order_id": "v1-1" if strict else 1,
        "status": "SLEEPING",
        "type": "GIFT",
        "integration_mode": "TELEPATHY",
        "allowed_payment_methods": ["CARD", "CRYPTO"],
        "payments": [{"id": "p", "status": "DREAMING", "payment_method": "CRYPTO"}],
    }
    order = decode(Order, json.dumps({"data": data}).encode(), envelope="data")
    assert () == order.problems
    assert ("SLEEPING", "GIFT", "TELEPATHY") == (order.status, order.type, order.integration_mode)
    assert OrderStatus is type(order.status)
    assert PaymentStatus is type(order.payments[0].status)
    assert PaymentMethod is type(order.allowed_payment_methods[1])
    assert {**data, "order_id": str(data["order_id"])} == json.loads(to_json(order))
    for other in (pickle.loads(pickle.dumps(order)), copy.copy(order), copy.deepcopy(order)):
        assert order == other
        assert OrderStatus is type(other.status)


def test_through_a_body():
    """An unknown method in a body goes out as it is."""
    order = NewOrder(order_amount=Money(1), allowed_payment_methods=["CRYPTO", PaymentMethod.UPI])
    assert ["CRYPTO", "UPI"] == json.loads(to_json(order))["allowed_payment_methods"]
    assert order == from_json(NewOrder, to_json(order))
    tender = OtherTender(payment_amount=Money(1), payment_method="CRYPTO")
    assert "CRYPTO" == json.loads(to_json(tender))["payment_method"]
    assert PaymentMethod is type(tender.payment_method)
