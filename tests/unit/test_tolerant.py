"""Answers that do not fit: whatever the gateway changes, the caller gets the object and is told what is off."""

import copy
import json
import types
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinelabs_async import Money, Order, OrderStatus, Refund
from pinelabs_async.wire import tolerant
from pinelabs_async.wire.codec import decode
from pinelabs_async.wire.shape import read_json
from tests.api.round_trip import snake

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
SAMPLES = {
    path.relative_to(EXAMPLES).as_posix(): json.loads(path.read_bytes())
    for group in ("orders", "refunds", "payments", "split-settlements")
    for path in sorted((EXAMPLES / group).glob("*.response.json"))
    if "legacy" not in path.name
}
DROP = object()
CHANGES = {
    "dropped": DROP,
    "null": None,
    "object": {},
    "list": [],
    "empty text": "",
    "text": "x",
    "zero": 0,
    "fraction": 1.5,
    "true": True,
}


def class_of(name):
    return Refund if name.startswith("refunds/") else Order


def written(path):
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def paths(value, path=()):
    """Yield the path of every value below this one."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in steps:
        yield (*path, step)
        yield from paths(item, (*path, step))


def changed(whole, path, value):
    """Return a copy of a JSON value with one place in it dropped or replaced."""
    made = copy.deepcopy(whole)
    place = made
    for step in path[:-1]:
        place = place[step]
    if value is DROP:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made


def _places():
    """Share out every place that any sample of a class has, each to one sample, places in lists once."""
    seen = set()
    for name, whole in SAMPLES.items():
        mine = []
        for path in paths(whole["data"], ("data",)):
            place = (class_of(name), *("*" if isinstance(step, int) else step for step in path))
            if place not in seen:
                seen.add(place)
                mine.append(path)
        yield name, mine


PLACES = {name: mine for name, mine in _places() if mine}


def every_change(name):
    """Yield each place of a sample with each change."""
    for path in PLACES[name]:
        for what, value in CHANGES.items():
            if not (value is DROP and isinstance(path[-1], int)):
                yield path, what, changed(SAMPLES[name], path, value)


def encoded(whole):
    return json.dumps(whole).encode()


# --- an independent reading of the annotations -------------------------------------------------------------


def bare(annotation):
    """Take Annotated and None off; say whether None was there."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        return bare(members[0])[0], len(members) < len(get_args(annotation))
    return annotation, False


def field_of(cls, path):
    """Find the annotation and default at a path below a class; (Any, None) where nothing is modelled."""
    annotation, default = cls, attrs.NOTHING
    for spelled in path:
        step = snake(spelled) if isinstance(spelled, str) else spelled
        kind, _ = bare(annotation)
        origin = get_origin(kind)
        if origin is not None and issubclass(origin, Mapping):
            annotation, default = get_args(kind)[1], None
        elif origin is not None and issubclass(origin, Sequence) and isinstance(step, int):
            annotation, default = get_args(kind)[0], attrs.NOTHING
        elif isinstance(kind, type) and attrs.has(kind) and step in attrs.fields_dict(kind):
            annotation, default = attrs.fields_dict(kind)[step].type, attrs.fields_dict(kind)[step].default
        else:
            return Any, None
    return annotation, default


def fits(annotation, value):
    """Tell whether a value is read without a word, by the documented rules."""
    kind, nullable = bare(annotation)
    origin = get_origin(kind)
    if kind is Any:
        return True
    if value is None:
        return nullable or (origin is not None and issubclass(origin, Sequence))
    if origin is not None:
        return isinstance(value, dict if issubclass(origin, Mapping) else list)
    if attrs.has(kind):
        required = [field for field in attrs.fields(kind) if field.default is attrs.NOTHING]
        return isinstance(value, dict) and not required
    if issubclass(kind, str):
        return isinstance(value, (str, int)) and value is not True
    if kind is datetime:
        return value == "" and nullable
    return {bool: value is True, int: value == 0 and value is not True}.get(
        kind, kind is Decimal and value in (0, 1.5) and value is not True
    )


def conforms(annotation, value):
    """Tell whether a typed value is what its annotation declares."""
    kind, nullable = bare(annotation)
    origin = get_origin(kind)
    if kind is Any or (value is None and nullable):
        return True
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            conforms(get_args(kind)[1], item) for item in value.values()
        )
    if origin is not None:
        return isinstance(value, (tuple, list)) and all(conforms(get_args(kind)[0], item) for item in value)
    if attrs.has(kind):
        return type(value) is kind and all(
            field.name == "_received" or conforms(field.type, getattr(value, field.name))
            for field in attrs.fields(kind)
        )
    if kind is datetime:
        return isinstance(value, datetime) and value.utcoffset() is not None
    if kind is int:
        return type(value) is int
    return isinstance(value, kind)


def test_every_place_is_tried():
    """The places shared out are many, and those of an order's payment are among them."""
    assert sum(map(len, PLACES.values())) > 120
    tried = {
        tuple("*" if isinstance(step, int) else step for step in path)
        for mine in PLACES.values()
        for path in mine
    }
    assert ("data", "payments", "*", "capture_data", "*", "capture_amount", "value") in tried


def test_the_oracle_itself():
    """The annotations are read as they are written."""
    assert (Money, True) == bare(field_of(Order, ("order_amount",))[0])
    assert (int, False) == bare(field_of(Order, ("order_amount", "value"))[0])
    assert (datetime, True) == bare(field_of(Order, ("payments", 0, "created_at"))[0])
    assert Any is field_of(Order, ("payments", 0, "additional_detail", "x"))[0]
    assert not conforms(int, True)
    assert not conforms(tuple[OrderStatus, ...], ("CREATED",))


# --- every change of every sample --------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
def test_any_change_is_survived(name):
    """With one value dropped, nulled, or of any other type, the answer is read, complete in raw, and type-true."""
    cls = class_of(name)
    for path, what, whole in every_change(name):
        answer = decode(cls, encoded(whole), envelope="data")
        assert read_json(encoded(whole)) == answer.raw, (written(path), what)
        assert conforms(cls, answer), (written(path), what, repr(answer))


@pytest.mark.parametrize("name", PLACES)
def test_a_misfit_is_listed_at_its_path(name):
    """A change that does not fit is listed where it is; one that fits says nothing."""
    for path, what, whole in every_change(name):
        annotation, default = field_of(class_of(name), path[1:])
        silent = default is not attrs.NOTHING if what == "dropped" else fits(annotation, CHANGES[what])
        listed = [
            problem.path for problem in decode(class_of(name), encoded(whole), envelope="data").problems
        ]
        here = written(path)
        if silent:
            assert [] == listed, (here, what)
        else:
            assert any(place.startswith(here) for place in listed), (here, what, listed)
            assert all(place.startswith(here) or here.startswith(place) for place in listed), (
                here,
                what,
                listed,
            )


@pytest.mark.parametrize("name", PLACES)
def test_the_rest_stays_as_it_was(name):
    """A misfit at one place changes nothing at any other."""
    cls = class_of(name)
    before, _ = tolerant.read(cls, SAMPLES[name], "data")
    for path, what, whole in every_change(name):
        after, _ = tolerant.read(cls, whole, "data")
        for field in attrs.fields(cls):
            if field.name != snake(path[1]):
                assert getattr(before, field.name) == getattr(after, field.name), (written(path), what)


@pytest.mark.parametrize("name", PLACES)
def test_a_new_member_anywhere_is_no_problem(name):
    """A member that nobody knows, in any object, is silent and in raw."""
    objects = [(), *(path for path in paths(SAMPLES[name]) if isinstance(_at(SAMPLES[name], path), dict))]
    for path in objects:
        whole = copy.deepcopy(SAMPLES[name])
        _at(whole, path)["brand_new"] = {"x": [1, None]}
        answer = decode(class_of(name), encoded(whole), envelope="data")
        inside = field_of(class_of(name), (*path[1:], "brand_new"))[0] is Any or not path
        assert not inside or () == answer.problems, written(path)
        assert {"x": [1, None]} == _at(answer.raw, path)["brand_new"]


def _at(value, path):
    for step in path:
        value = value[step]
    return value


@pytest.mark.parametrize("name", PLACES)
def test_both_passes_agree_on_every_change(name):
    """What the strict pass takes, the tolerant pass reads into an equal object without a word."""
    cls = class_of(name)
    for path, what, whole in every_change(name):
        answer = decode(cls, encoded(whole), envelope="data")
        again, problems = tolerant.read(cls, read_json(encoded(whole)), "data")
        assert answer.problems == problems, (written(path), what)
        assert answer == again, (written(path), what)


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["false", "TRUE", "", "2024-01-01T00:00Z", "CARD", "PROCESSED", "1e5"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text() | st.sampled_from([f.name for f in attrs.fields(Order)]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.data())
def test_any_number_of_changes(data):
    """However many places of a sample hold whatever JSON, the answer is read, complete in raw, and type-true."""
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    whole = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(list(paths(whole)) or [("data",)]))
        whole = changed(whole, path, data.draw(ANY_JSON)) if whole else {"data": None}
    answer = decode(class_of(name), encoded(whole), envelope="data")
    assert read_json(encoded(whole)) == answer.raw
    assert conforms(class_of(name), answer)


@given(st.dictionaries(st.text() | st.sampled_from([f.name for f in attrs.fields(Order)]), ANY_JSON))
def test_any_object_is_an_order_of_sorts(whole):
    """Any JSON object at all is read as an order, with what is missing listed."""
    answer = decode(Order, encoded(whole))
    assert conforms(Order, answer)
    assert read_json(encoded(whole)) == answer.raw
