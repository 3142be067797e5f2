"""Every documented answer, damaged in every way: after money has moved the caller gets the object."""

import copy
import json
import pickle
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, get_args, get_origin

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinelabs_async import OPERATIONS, to_json
from pinelabs_async.wire import reading
from pinelabs_async.wire.attempt import Reach
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, read_json
from pinelabs_async.wire.transport import Reply
from tests.api.sample_table import ANSWERS
from tests.api.samples import EXAMPLES
from tests.unit.test_tolerant import ANY_JSON, DROP, bare, changed, paths, written

SAMPLES = {name: json.loads((EXAMPLES / name).read_bytes()) for name in ANSWERS}
CHANGES = {
    "dropped": DROP,
    "null": None,
    "object": {},
    "full object": {"value": "1", "new": [{}]},
    "list": [],
    "list of anything": [None, 1, "x", {"y": []}],
    "empty text": "",
    "text": "BRAND_NEW",
    "digits": "007",
    "zero": 0,
    "negative": -1,
    "huge": 10**30,
    "fraction": 499.99,
    "true": True,
    "false": False,
}
TYPED = {name: op for name, op in OPERATIONS.items() if op.answer is not bytes}


def _places():
    """Share out every place that the documented answers of an operation have, those in lists once."""
    seen = set()
    for name, whole in SAMPLES.items():
        mine = []
        for path in paths(whole):
            place = (ANSWERS[name], *("*" if isinstance(step, int) else step for step in path))
            if place not in seen:
                seen.add(place)
                mine.append(path)
        yield name, mine


PLACES = {name: mine for name, mine in _places() if mine}


def encoded(whole):
    return json.dumps(whole).encode()


def read(operation, body):
    """Read a body as the answer to an operation; None where the operation takes it for a refusal."""
    reply = Reply(reach=Reach.ANSWERED, status=200, body=body, whole=True)
    ending, answer = reading.read(operation, reply, "req-1")
    if operation.refusal is not None and ending.refusal is not None:
        return None
    assert ending.usable, (operation.name, body)
    assert isinstance(answer, operation.answer)
    assert "req-1" == answer.request_id
    return answer


def holds(annotation, value):
    """Tell whether a typed value is what its annotation declares."""
    marked, (kind, nullable) = get_origin(annotation) is Annotated, bare(annotation)
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any or kind is object or (value is None and nullable):
        return True
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(holds(inner[1], item) for item in value.values())
    if origin is not None:
        return isinstance(value, tuple) and all(holds(inner[0], item) for item in value)
    if attrs.has(kind):
        own = [field for field in attrs.fields(type(value)) if field.name != "_received"]
        return isinstance(value, kind) and all(holds(field.type, getattr(value, field.name)) for field in own)
    if kind is datetime and marked:
        return isinstance(value, datetime) and value.utcoffset() is not None
    return isinstance(value, kind) if kind is not int else type(value) is int


@pytest.mark.parametrize("name", PLACES)
def test_one_change(name):
    """With one value dropped, nulled or of another kind, the answer is read, whole in raw, type-true and usable."""
    for path in PLACES[name]:
        for what, value in CHANGES.items():
            body = encoded(changed(SAMPLES[name], path, value))
            told = (written(path), what)
            answer = read(OPERATIONS[ANSWERS[name]], body)
            if answer is None:
                continue
            assert body == answer.received_bytes, told
            assert read_json(body) == answer.raw, told
            assert holds(type(answer), answer), (told, repr(answer))
            assert read_json(to_json(answer)) is not None, told


@pytest.mark.parametrize("name", PLACES)
def test_a_twin_of_a_damaged_answer(name):
    """An answer in which something did not fit is copied and pickled with its raw and its problems."""
    for path in PLACES[name]:
        answer = read(
            OPERATIONS[ANSWERS[name]], encoded(changed(SAMPLES[name], path, CHANGES["list of anything"]))
        )
        if answer is None:
            continue
        for twin in (copy.copy(answer), copy.deepcopy(answer), pickle.loads(pickle.dumps(answer))):
            assert (answer, repr(answer)) == (twin, repr(twin)), written(path)
            assert answer.received_bytes == twin.received_bytes, written(path)
            assert answer.problems == twin.problems, written(path)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_new_member(name):
    """A member that nobody knows yet, in any object, changes nothing and is in raw."""
    operation, whole = OPERATIONS[ANSWERS[name]], SAMPLES[name]
    before = read(operation, encoded(whole))
    places = [path for path in paths(whole) if isinstance(_at(whole, path), dict)]
    for path in [(), *places]:
        made = copy.deepcopy(whole)
        _at(made, path)["brand_new"] = "BRAND_NEW"
        answer = read(operation, encoded(made))
        assert read_json(encoded(made)) == answer.raw, written(path)
        assert before.problems == answer.problems, written(path)


@pytest.mark.parametrize("name", SAMPLES)
def test_unknown_enum_values(name):
    """A value that is not documented stays itself wherever an enum is read, and is no problem."""
    operation, whole = OPERATIONS[ANSWERS[name]], SAMPLES[name]
    before = read(operation, encoded(whole))
    values = {str(value) for value in _enums_of(before)}
    for path in paths(whole):
        if not isinstance(_at(whole, path), str) or _at(whole, path) not in values:
            continue
        answer = read(operation, encoded(changed(whole, path, "BRAND_NEW")))
        assert before.problems == answer.problems, written(path)
        assert all(str(value) in {*values, "BRAND_NEW"} for value in _enums_of(answer)), written(path)
        assert b"BRAND_NEW" in to_json(answer), written(path)


def test_enums_are_among_the_samples():
    """The test above has something to try: most answers hold enums."""
    having = [
        name for name in SAMPLES if list(_enums_of(read(OPERATIONS[ANSWERS[name]], encoded(SAMPLES[name]))))
    ]
    assert 40 < len(having)


@given(st.data())
def test_many_changes(data):
    """However many places of an answer hold whatever JSON, it is read, whole in raw, and type-true."""
    name = data.draw(st.sampled_from(sorted(PLACES)))
    whole = SAMPLES[name]
    for _ in range(data.draw(st.integers(2, 5))):
        places = list(paths(whole))
        if places:
            whole = changed(whole, data.draw(st.sampled_from(places)), data.draw(ANY_JSON))
    answer = read(OPERATIONS[ANSWERS[name]], encoded(whole))
    if answer is not None:
        assert read_json(encoded(whole)) == answer.raw
        assert holds(type(answer), answer)
        assert answer == pickle.loads(pickle.dumps(answer))


@pytest.mark.parametrize("name", sorted(TYPED))
def test_any_object_for_any_operation(name):
    """Any JSON object is an answer to any operation, also to those that no sample shows."""
    operation = TYPED[name]
    inner = ({}, [], None, 1, "x", {"status": {}, "order_id": 7, "data": [1]}, [{"x": 1}, 2])
    for whole in ({}, {"new": 1}, *({operation.envelope or "data": item} for item in inner)):
        answer = read(operation, encoded(whole))
        if answer is not None:
            assert read_json(encoded(whole)) == answer.raw, whole
            assert holds(type(answer), answer), (whole, repr(answer))
            assert issubclass(type(answer), Answer)


def _at(value, path):
    for step in path:
        value = value[step]
    return value


def _enums_of(value):
    """Yield every open enum inside a typed value."""
    if isinstance(value, OpenEnum):
        yield value
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            if field.name != "_received":
                yield from _enums_of(getattr(value, field.name))
    elif isinstance(value, (tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _enums_of(item)
