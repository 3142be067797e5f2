"""What is public is explained: every class, field and call."""

import ast
import functools
import importlib
import inspect
import itertools
import textwrap
import typing
from pathlib import Path

import attrs
import pytest

import pinelabs_async
import pinelabs_sync
from pinelabs_async import OPERATIONS, api
from pinelabs_async.wire.enums import OpenEnum

TWINNED = {"Pages", "Session"}
"""Classes that are another one in either package, with a docstring of its own."""
ENDPOINTS = {
    name: vars(type(getattr(pinelabs_async.Session("id", "s"), name.partition(".")[0])))[
        name.partition(".")[2]
    ]
    for name in OPERATIONS
}


def reachable():
    """Yield every class that the public names, the groups and their calls lead to."""
    todo = [
        value
        for value in (getattr(pinelabs_async, name) for name in pinelabs_async.__all__)
        if isinstance(value, type)
    ]
    todo += [type(getattr(pinelabs_async.Session("id", "s"), group)) for group in api.GROUPS]
    todo += [
        cls
        for operation in OPERATIONS.values()
        for cls in (operation.body, operation.answer)
        if cls is not None
    ]
    seen = set()
    while todo:
        cls = todo.pop()
        if cls in seen or not cls.__module__.startswith("pinelabs"):
            continue
        seen.add(cls)
        todo += [base for base in cls.__bases__ if base.__module__.startswith("pinelabs")]
        if attrs.has(cls):
            todo += [kind for field in attrs.fields(cls) for kind in kinds(field.type)]
    return sorted(seen, key=lambda cls: (cls.__module__, cls.__qualname__))


def kinds(annotation):
    members = typing.get_args(annotation)
    if members:
        for member in members:
            yield from kinds(member)
    elif isinstance(annotation, type):
        yield annotation


@functools.cache
def tree_of(module):
    return ast.parse(Path(importlib.import_module(module).__file__).read_text())


def fields_of(cls):
    """Return the fields that a class declares itself, each with the docstring below it."""
    body = next(
        node.body
        for node in ast.walk(tree_of(cls.__module__))
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__
    )
    found = {}
    for statement, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            if not name.startswith("_") and "ClassVar" not in ast.unparse(statement.annotation):
                text = (
                    below.value.value
                    if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
                    else None
                )
                found[name] = text
    return found


def set_in_init(cls):
    """Return the attributes that the constructor sets and explains below, as an exception does."""
    inside = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0].body
    found = set()
    for function in inside:
        if isinstance(function, ast.FunctionDef) and function.name == "__init__":
            for statement, below in itertools.pairwise(function.body):
                if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
                    found |= {target.attr for target in targets if isinstance(target, ast.Attribute)}
    return found


CLASSES = reachable()
each_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: f"{cls.__module__}.{cls.__qualname__}")
each_endpoint = pytest.mark.parametrize("name", sorted(ENDPOINTS))


def test_there_are_classes():
    """The walk finds bodies, answers, parts of them, errors and groups."""
    names = {cls.__name__ for cls in CLASSES}
    assert {
        "NewOrder",
        "Order",
        "Payment",
        "PaidWith",
        "Orders",
        "ApiError",
        "Money",
        "Body",
        "Answer",
    } <= names


@each_class
def test_class(cls):
    """Every class begins with one sentence that says what it is for."""
    doc = cls.__dict__.get("__doc__")
    assert doc
    first = doc.strip().splitlines()[0] if "\n\n" not in doc.strip() else doc.strip().split("\n\n")[0]
    assert first[0].isupper()
    assert first.rstrip().endswith((".", "?", "```"))


@each_class
def test_fields(cls):
    """Every field has a docstring below it that ends like a sentence; one declared again has it above."""
    fields = fields_of(cls)
    above = {name for base in cls.__mro__[1:] if base in CLASSES for name in fields_of(base)} | set_in_init(
        cls
    )
    assert [] == [name for name, text in fields.items() if not text and name not in above]
    fields = {name: text for name, text in fields.items() if text}
    assert [] == [name for name, text in fields.items() if not text.rstrip().endswith((".", "!", "?", "..."))]


@each_class
def test_methods(cls):
    """Every public method and property of a class has a docstring."""
    missing = [
        name
        for name, value in vars(cls).items()
        if not name.startswith("_")
        and (
            inspect.isfunction(value)
            or isinstance(value, (property, classmethod, staticmethod, functools.cached_property))
        )
        and not inspect.getdoc(value)
    ]
    assert [] == missing


@pytest.mark.parametrize(
    "cls", [cls for cls in CLASSES if cls.__name__ not in TWINNED], ids=lambda cls: cls.__qualname__
)
def test_shared_docstrings_do_not_await(cls):
    """Both packages share these docstrings, so that none of them says await."""
    texts = [cls.__dict__["__doc__"], *fields_of(cls).values()]
    texts += [value.__doc__ for value in vars(cls).values() if inspect.isfunction(value)]
    assert [] == [text for text in texts if text and ("await" in text or "async " in text)]


@each_endpoint
def test_endpoint(name):
    """Every call says what happens to the money, what it takes and gives, and where that is documented."""
    method = ENDPOINTS[name]
    doc = inspect.getdoc(method)
    assert doc
    assert "Source: https://" in doc
    assert "money" in doc.lower()
    assert "await" not in doc
    assert "Returns:" in doc or "Yields:" in doc
    assert doc.split("\n")[0].endswith(".")
    for parameter in inspect.signature(method).parameters:
        assert parameter == "self" or f"    {parameter}:" in doc, parameter


@each_endpoint
def test_a_write_says_what_an_unknown_outcome_means(name):
    """Every call that may leave its outcome unknown says what to do then."""
    if OPERATIONS[name].repeat != "READ":
        assert "OutcomeUnknownError:" in inspect.getdoc(ENDPOINTS[name])


@each_endpoint
def test_documented_errors_exist(name):
    """The errors that a call's docstring names are errors of the SDK."""
    raised = inspect.getdoc(ENDPOINTS[name]).partition("Raises:")[2].partition("\n\n")[0]
    named = {
        line.split(":")[0].strip()
        for line in raised.splitlines()
        if line.startswith("    ") and line[4] != " "
    }
    assert named <= {*pinelabs_async.__all__, "ValueError", "TypeError"}


@pytest.mark.parametrize(
    "cls", [cls for cls in CLASSES if issubclass(cls, OpenEnum)], ids=lambda cls: cls.__name__
)
def test_enum_members_are_their_values(cls):
    """A documented value is found under its own name, unless it is no word: ``AS``, ``isMore``."""
    words = [member for member in cls if member.value.replace("_", "").isupper() and len(member.value) > 2]
    assert [] == [member for member in words if member.name != member.value]


@pytest.mark.parametrize("session", [pinelabs_async.Session, pinelabs_sync.Session], ids=["async", "sync"])
def test_session(session):
    """Everything public of a Session has a docstring, its constructor's settings included."""
    for name, value in vars(session).items():
        if not name.startswith("_"):
            assert inspect.getdoc(value), name
    for parameter in inspect.signature(session).parameters:
        assert f"\n    {parameter}:" in inspect.getdoc(session), parameter


@pytest.mark.parametrize(
    "function",
    [
        pinelabs_async.from_json,
        pinelabs_async.to_json,
        pinelabs_async.return_url.verify,
        pinelabs_async.return_url.sign,
    ],
    ids=lambda f: f.__name__,
)
def test_functions(function):
    """Public functions say what they do and raise."""
    assert "Raises:" in inspect.getdoc(function)


def test_modules():
    """Every module begins by saying what it is."""
    root = Path(pinelabs_async.__file__).parents[1]
    files = [
        path for package in ("pinelabs_async", "pinelabs_sync") for path in (root / package).rglob("*.py")
    ]
    assert [] == [path.name for path in files if not ast.get_docstring(ast.parse(path.read_text()))]
