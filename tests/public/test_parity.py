"""The blocking package is the asynchronous one, blocking: nothing missing, nothing else, no word different."""

import functools
import importlib
import inspect
import pkgutil

import pytest

import pinelabs_async
import pinelabs_sync
from pinelabs_async import api
from pinelabs_async.wire.resource import Resource as AsyncResource
from pinelabs_sync.bridge import Resource

CLOSING = {"aclose", "close"}


def public(cls):
    """Return the public names that a class defines itself."""
    return {name for name in vars(cls) if not name.startswith("_")}


def twins():
    """Yield each blocking class of operations with the asynchronous one that it is declared for."""
    for found in pkgutil.iter_modules(pinelabs_sync.__path__, "pinelabs_sync."):
        if not found.ispkg:
            for cls in vars(importlib.import_module(found.name)).values():
                ours = isinstance(cls, type) and issubclass(cls, Resource) and cls.__module__ == found.name
                if ours and cls is not Resource:
                    yield cls, cls.__orig_bases__[0].__args__[0]


TWINS = list(twins())
METHODS = [
    pytest.param(cls, twin, name, id=f"{cls.__module__}.{cls.__name__}.{name}")
    for cls, twin in TWINS
    for name in sorted(public(twin) & public(cls))
    if inspect.isfunction(vars(twin)[name])
]

each_twin = pytest.mark.parametrize(
    ("cls", "twin"), TWINS, ids=[f"{cls.__module__}.{cls.__name__}" for cls, _ in TWINS]
)


def test_every_group_has_a_twin():
    """For each group of the asynchronous Session there is a blocking class, in a file of the same name."""
    one, other = pinelabs_async.Session("id", "s"), pinelabs_sync.Session("id", "s")
    found = {name: type(getattr(other, name)) for name in api.GROUPS}
    twins_of = dict(TWINS)
    assert {name: type(getattr(one, name)) for name in api.GROUPS} == {
        name: twins_of[cls] for name, cls in found.items()
    }
    assert {name: f"pinelabs_sync.{name}" for name in api.GROUPS} == {
        name: cls.__module__ for name, cls in found.items()
    }
    assert dict(api.GROUPS) == {name: type(getattr(one, name)).__module__ for name in api.GROUPS}


@each_twin
def test_same_public_names(cls, twin):
    """The blocking class has the methods of its twin and no others."""
    if issubclass(twin, AsyncResource):
        assert public(twin) == public(cls)
    else:
        assert public(cls) <= public(twin)
        assert public(cls)


@each_twin
def test_same_class_name_and_docstring(cls, twin):
    """Both classes have one name; a group of operations also has one docstring."""
    assert twin.__name__ == cls.__name__
    if issubclass(twin, AsyncResource):
        assert twin.__doc__ == cls.__doc__


@pytest.mark.parametrize(("cls", "twin", "name"), METHODS)
def test_method(cls, twin, name):
    """A blocking method wraps the very coroutine of its twin: same name, parameters, annotations and docstring."""
    blocking, original = vars(cls)[name], vars(twin)[name]
    assert original is blocking.__wrapped__
    assert inspect.signature(original) == inspect.signature(blocking)
    assert original.__name__ == blocking.__name__
    assert original.__doc__ == blocking.__doc__
    assert original.__doc__
    assert not inspect.iscoroutinefunction(blocking)


def test_there_are_methods():
    """The tables are not empty."""
    assert len(TWINS) >= len(api.GROUPS)
    assert len(METHODS) >= 10


class TestSession:
    """Both Sessions."""

    one, other = pinelabs_async.Session, pinelabs_sync.Session

    def test_same_public_names(self):
        """They differ in the name of closing alone."""
        assert public(self.one) - CLOSING == public(self.other) - CLOSING
        assert {"aclose"} == public(self.one) & CLOSING
        assert {"close"} == public(self.other) & CLOSING

    @pytest.mark.parametrize("name", sorted(public(pinelabs_async.Session) - CLOSING))
    def test_same_docstring(self, name):
        """Methods, properties and groups say the same."""
        doc = inspect.getdoc(inspect.getattr_static(self.one, name))
        assert doc
        assert doc == inspect.getdoc(inspect.getattr_static(self.other, name))

    @pytest.mark.parametrize("name", sorted(public(pinelabs_async.Session) - CLOSING))
    def test_same_signature(self, name):
        """Methods take the same parameters, with the same defaults and annotations."""
        one, other = (inspect.getattr_static(cls, name) for cls in (self.one, self.other))
        assert type(one) is type(other)
        if inspect.isfunction(one):
            parameters = (inspect.signature(function).parameters for function in (one, other))
            assert list(next(parameters).values()) == list(next(parameters).values())

    def test_same_constructor(self):
        """They take the same settings; an aiohttp session of the caller's only fits the asynchronous one."""
        ours = dict(inspect.signature(self.one).parameters)
        del ours["http"]
        assert list(ours.values()) == list(inspect.signature(self.other).parameters.values())

    def test_settings_are_described_alike(self):
        """Every setting has the same line in both docstrings, and none is missing."""

        def described(cls):
            lines = inspect.getdoc(cls).partition("Args:")[2].partition("Raises:")[0].strip().splitlines()
            return {line.split(":")[0].strip(): line.strip() for line in lines}

        ours, theirs = described(self.one), described(self.other)
        assert list(inspect.signature(self.one).parameters) == list(ours)
        del ours["http"]
        assert ours == theirs

    @pytest.mark.parametrize("cls", [one, other], ids=["async", "sync"])
    def test_groups(self, cls):
        """The groups of a Session are those of the API."""
        members = inspect.getmembers_static(cls)
        groups = {name for name, value in members if isinstance(value, functools.cached_property)}
        assert set(api.GROUPS) == groups

    @pytest.mark.parametrize("cls", [one, other], ids=["async", "sync"])
    def test_groups_are_made_once(self, cls):
        """A group is made on first use and kept."""
        session = cls("id", "s")
        for name in api.GROUPS:
            assert getattr(session, name) is getattr(session, name)


def test_sandbox_has_the_same_names():
    """The blocking sandbox offers what the asynchronous one does, apart from closing."""
    from pinelabs_async.sandbox import Sandbox as One
    from pinelabs_sync.sandbox import Sandbox as Other

    attributes = {name for name in vars(One()) if not name.startswith("_")}
    offered = public(Other) | {name for name in vars(Other()) if not name.startswith("_")}
    assert (public(One) | attributes) - CLOSING == offered - CLOSING
    assert list(inspect.signature(One).parameters.values()) == list(
        inspect.signature(Other).parameters.values()
    )
