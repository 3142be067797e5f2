"""The table of operations: what it says of the gateway, and that the methods are what it says."""

import importlib
import inspect
import json
import re
import typing
from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

import pinelabs_async
from pinelabs_async import OPERATIONS, Operation, Repeat, api
from pinelabs_async.wire.shape import Answer, Body

RECORDED = {
    row["call"]: row
    for row in json.loads((Path(__file__).parents[1] / "data" / "operations.json").read_text())
}
HELPERS = {"orders.wait": "orders.get"}
"""Methods that are no operation of the gateway, with the operation that they call."""
FILES = {"challans.download_pdf": bytes}
"""Operations that answer a file instead of JSON."""

UNDECIDABLE = {
    "payments.submit_otp": "its body names the payment only, and no operation finds the order of a payment",
}
"""Operations whose documented look-up cannot tell what became of them, with the reason."""

each = pytest.mark.parametrize("name", sorted(OPERATIONS))


def test_all_are_there():
    """The operations are those recorded from the documentation: none is missing, none is invented."""
    assert 99 == len(RECORDED)
    assert set(RECORDED) == set(OPERATIONS)


def shown(path):
    """Return a path with its places numbered, since the vendor spells their names in several ways."""
    return re.sub(r"\{\w+\}", "{}", path)


def normalised(name):
    """Return a parameter's name as it would be in any spelling: orderId, order_id, payments_id."""
    return re.sub(r"[_s]", "", name.lower())


def method_of(name):
    group, _, verb = name.partition(".")
    return getattr(type(getattr(pinelabs_async.Session("id", "s"), group)), verb, None)


@each
def test_row(name):
    """Method, path, repeat, resend and authorisation are those recorded from the documentation."""
    operation, row = OPERATIONS[name], RECORDED[name]
    assert (row["method"], shown(row["path"])) == (operation.method, shown(operation.path))
    assert row["repeat"] == operation.repeat
    assert bool(row.get("resend")) == operation.resend
    assert (row["auth"] == "bearer") == operation.secured


@each
def test_declaration(name):
    """An operation knows its name, its classes, and how to look up what it can look up."""
    operation = OPERATIONS[name]
    assert name == operation.name
    assert isinstance(operation, Operation)
    assert issubclass(operation.answer, FILES.get(name, Answer))
    assert operation.body is None or attrs.has(operation.body)
    assert operation.method in {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert re.fullmatch(r"(/(\{\w+\}|[A-Za-z0-9_.-]+))+", operation.path)
    assert ("lookup" in RECORDED[name]) == (operation.lookup is not None or name in UNDECIDABLE)
    if operation.repeat is Repeat.BY_REFERENCE:
        assert operation.lookup is not None
    assert not operation.lost or set(operation.lost) <= set(attrs.fields_dict(operation.answer))
    if operation.resend:
        assert operation.repeat is Repeat.BY_REFERENCE


@each
def test_recorded_reference_is_in_the_body(name):
    """Where the documentation names a merchant reference, the body has it and errors will tell it."""
    operation, field = OPERATIONS[name], RECORDED[name].get("reference")
    if field is None or operation.body is None:
        return
    cls = operation.body
    for part in field.replace("[]", "").split(".")[:-1]:
        hint = typing.get_type_hints(cls)[part]
        cls = next(kind for kind in (*typing.get_args(hint), hint) if attrs.has(kind))
    assert normalised(field.rpartition(".")[2]) in map(normalised, attrs.fields_dict(cls))


@each
def test_method(name):
    """The Session's method takes the ids of the path, then the body, and gives the answer."""
    operation = OPERATIONS[name]
    method = method_of(name)
    assert method is not None, f"no method {name}"
    hints = typing.get_type_hints(method, include_extras=False)
    parameters = [parameter for parameter in inspect.signature(method).parameters if parameter != "self"]
    ids = re.findall(r"\{(\w+)\}", operation.path)
    assert [normalised(place) for place in ids] == [normalised(name) for name in parameters[: len(ids)]]
    assert {str} >= {hints[name] for name in parameters[: len(ids)]}
    given = hints["return"]
    assert operation.answer is given or "Pages" in str(given)
    if operation.body is not None and issubclass(operation.body, Body):
        taken = [hints[parameter] for parameter in parameters[len(ids) :]]
        assert any(operation.body in (hint, *typing.get_args(hint)) for hint in taken)


@pytest.mark.parametrize("package", ["pinelabs_async.api", "pinelabs_sync"])
@pytest.mark.parametrize("group", api.GROUPS)
def test_every_method_has_its_operation(package, group):
    """Each public method of a group, in both packages, is an operation or a listed helper, and no operation lacks one."""
    module = importlib.import_module(f"{package}.{group}")
    kind = type(getattr(pinelabs_async.Session("id", "s"), group)).__name__
    methods = {f"{group}.{name}" for name in vars(getattr(module, kind)) if not name.startswith("_")}
    operations = {name for name in OPERATIONS if name.startswith(f"{group}.")}
    assert operations == methods - HELPERS.keys()


def test_undecidable_operations_are_there():
    """The list of what cannot be decided names operations that need it."""
    for name in UNDECIDABLE:
        assert OPERATIONS[name].lookup is None
        assert Repeat.NEVER == OPERATIONS[name].repeat


def test_helpers_are_there():
    """The list of helpers names methods and operations that exist."""
    for helper, operation in HELPERS.items():
        assert method_of(helper) is not None
        assert operation in OPERATIONS


class TestMapping:
    """OPERATIONS as a mapping."""

    def test_is_one(self):
        """It has the parts of a read-only mapping, which agree with each other."""
        assert isinstance(OPERATIONS, Mapping)
        names = list(OPERATIONS)
        assert len(names) == len(OPERATIONS) == len(set(names))
        assert names == list(OPERATIONS.keys())
        assert [OPERATIONS[name] for name in names] == list(OPERATIONS.values())
        assert all(name in OPERATIONS for name in names)

    @pytest.mark.parametrize(
        "name", ["", "orders", "orders.", ".create", "orders.nope", "nope.create", "Orders.create"]
    )
    def test_unknown_name(self, name):
        """A name that is none is a KeyError, and get gives None."""
        with pytest.raises(KeyError) as caught:
            OPERATIONS[name]
        assert (name,) == caught.value.args
        assert OPERATIONS.get(name) is None
        assert name not in OPERATIONS

    def test_a_key_of_another_type(self):
        """A key that is no text is simply not there."""
        for key in (None, 5, b"orders.create", ("orders", "create")):
            assert key not in OPERATIONS
            assert OPERATIONS.get(key) is None

    def test_cannot_be_changed(self):
        """Nobody can put an operation in."""
        with pytest.raises(TypeError):
            OPERATIONS["orders.create"] = None
        with pytest.raises(AttributeError):
            OPERATIONS["orders.create"].path = "/"

    def test_each_declaration_is_made_once(self):
        """The same object is given each time."""
        assert OPERATIONS["orders.create"] is OPERATIONS["orders.create"]

    def test_repr_names_them(self):
        """The repr lists the names."""
        assert "orders.create" in repr(OPERATIONS)
