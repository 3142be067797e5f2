"""The same call through the official SDK and through this one: what leaves for the gateway is the same."""

import base64
import inspect
import json
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from pinelabs_async import OPERATIONS, PayoutFile, Session, from_json
from tests.api.round_trip import parts_of
from tests.differential import official
from tests.differential.intended import INTENDED, REFUSED, UNMODELLED
from tests.differential.rows import EVERYTHING, SHARED, rows_of

FORM = "application/x-www-form-urlencoded"
NOTHING = object()


class Recorder:
    """A gateway that answers next to nothing and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    async def handle(self, request):
        content = await request.read()
        path, _, query = request.raw_path.partition("?")
        asked = {"method": request.method, "path": path, "?": once(parse_qsl(query, keep_blank_values=True))}
        if "Authorization" in request.headers:
            asked["authorization"] = request.headers["Authorization"]
        if content:
            asked |= {"content type": request.content_type, "$": read(request.content_type, content)}
        self.asked.append(asked)
        if path.endswith("/pdf"):
            return web.Response(body=b"%PDF-1.4")
        if path.endswith("/token"):
            return web.json_response({"access_token": "t", "expires_in": 3600})
        return web.json_response({})

    def take(self, operation):
        """Return the one request of an operation, without those for a token that come before it."""
        of_tokens = operation == "auth.generate_token"
        (asked,) = (each for each in self.asked if of_tokens or not each["path"].endswith("/auth/v1/token"))
        self.asked.clear()
        return asked


def once(pairs):
    assert len(dict(pairs)) == len(pairs), f"a name is sent twice: {pairs}"
    return dict(pairs)


def read(content_type, content):
    if content_type == FORM:
        return once(parse_qsl(content.decode(), strict_parsing=True))
    assert "application/json" == content_type
    return json.loads(content, parse_float=Decimal)


@pytest.fixture
async def recorder():
    recorder = Recorder()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", recorder.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    recorder.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield recorder
    await runner.cleanup()


def body_of(row):
    """Read a row's body as a user of this SDK would give it."""
    kind = OPERATIONS[row.name].body
    return (
        PayoutFile(row.body["file"], "payouts.csv")
        if kind is PayoutFile
        else from_json(kind, json.dumps(row.body))
    )


async def ask_ours(recorder, row):
    """Make the call through this SDK."""
    group, _, verb = row.name.partition(".")
    given = [*row.ids, body_of(row)] if row.body else row.ids
    async with Session("id", "secret", base_url=recorder.base_url) as pinelabs:
        called = getattr(getattr(pinelabs, group), verb)(*given, **row.query)
        if inspect.isawaitable(called):
            await called
        else:
            assert [] == [item async for item in called]
    return recorder.take(row.name)


async def ask_theirs(recorder, row):
    """Make the call through the official SDK."""
    refused = await official.call(recorder.base_url, SHARED[row.name], row.ids, row.query, row.body)
    assert (str(row) in REFUSED) == bool(refused), (str(row), refused)
    return recorder.take(row.name)


def differences(theirs, ours, place=""):
    """Yield what differs and where, as ``intended`` spells it; ``!`` is a value that changed."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in theirs | ours:
            there = f"{place}.{name}" if place else name
            yield from differences(theirs.get(name, NOTHING), ours.get(name, NOTHING), there)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for one, other in zip(theirs, ours, strict=True):
            yield from differences(one, other, f"{place}[]")
    elif theirs is NOTHING or ours is NOTHING:
        yield f"{'+' if theirs is NOTHING else '-'} {place}"
    elif type(theirs) is not type(ours) or theirs != ours:
        yield f"{'~' if is_same(theirs, ours) else '!'} {place}"


def is_same(theirs, ours):
    """Tell whether the one is a number and the other its digits, or the one is the other in base64."""
    if not isinstance(ours, str):
        return False
    return (type(theirs) is int and str(theirs) == ours) or theirs == base64.b64encode(ours.encode()).decode()


@pytest.mark.parametrize("name", SHARED)
async def test_same_request(recorder, name):
    """Method, path, query, token and body are the same; what is listed as different is, and nothing else."""
    found = {}
    for row in rows_of(name):
        ours, theirs = await ask_ours(recorder, row), await ask_theirs(recorder, row)
        found |= {each: str(row) for each in differences(theirs, ours)}
    assert set(INTENDED.get(name, {})) == set(found), found


def test_every_field_is_modelled():
    """Whatever field the official SDK declares is one of ours: none goes out unseen as ``extra``, but for what is listed."""
    passed = {}
    for name in SHARED:
        row = rows_of(name)[-1]
        for part in parts_of(body_of(row)) if EVERYTHING == row.sample else ():
            for member in getattr(part, "extra", None) or {}:
                passed.setdefault(name, set()).add(member)
    assert {name: set(members) for name, members in UNMODELLED.items()} == passed


def test_every_method_is_compared():
    """The calls are exactly those of the official SDK, all 74."""
    assert official.methods() == set(SHARED.values())
    assert 74 == len(official.methods())


@pytest.mark.parametrize("table", [INTENDED, UNMODELLED, REFUSED], ids=["intended", "unmodelled", "refused"])
def test_tables_speak_of_calls_that_are_made(table):
    """No table has a line for what is never asked."""
    asked = {*SHARED, *(str(row) for name in SHARED for row in rows_of(name))}
    assert set() == set(table) - asked


@pytest.mark.parametrize(
    ("theirs", "ours", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {}, ["- a"]),
        ({}, {"a": None}, ["+ a"]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ["! a.b[]"]),
        ({"a": [1]}, {"a": [1, 2]}, ["! a"]),
        ({"a": 1}, {"a": True}, ["! a"]),
        ({"a": 1}, {"a": "1"}, ["~ a"]),
        ({"a": "1"}, {"a": 1}, ["! a"]),
        ({"a": "2026-12-01T10:00:00Z"}, {"a": "2026-12-01T10:00:00.000Z"}, ["! a"]),
        ({"a": "eA=="}, {"a": "x"}, ["~ a"]),
    ],
    ids=str,
)
def test_differences(theirs, ours, told):
    """What differs is told by its place, and a value that changed is never taken for another form of it."""
    assert told == list(differences(theirs, ours))
