"""The same call through the official SDK and through this one: what leaves for the gateway is the same."""

import contextlib
import inspect
import json
import re
from datetime import datetime
from urllib.parse import parse_qsl

import attrs
import pydantic
import pytest
from aiohttp import web
from pinelabs import AsyncPinelabsApi

from pinelabs_async import OPERATIONS, PayoutFile, Session, from_json
from tests.differential.rows import INTENDED, QUERIES, SHARED, UNTYPED, rows

ROWS = list(rows())
FILE = b"account,amount\n1,2\n"


@attrs.frozen(kw_only=True)
class Asked:
    """What left for the gateway."""

    method: str
    path: str
    query: list
    body: object


class Recorder:
    """A gateway that answers next to nothing and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    async def handle(self, request):
        content = await request.read()
        path, _, query = request.raw_path.partition("?")
        is_json = request.content_type == "application/json" and content
        self.asked.append(
            Asked(
                method=request.method,
                path=path,
                query=sorted(parse_qsl(query, keep_blank_values=True)),
                body=json.loads(content) if is_json else content,
            )
        )
        if path.endswith("/pdf"):
            return web.Response(body=b"%PDF-1.4")
        if path.endswith("/auth/v1/token"):
            return web.json_response({"access_token": "t", "expires_in": 3600})
        return web.json_response({})

    def last(self, *, without_tokens):
        kept = [asked for asked in self.asked if not (without_tokens and asked.path.endswith("/token"))]
        self.asked.clear()
        assert 1 == len(kept), kept
        return kept[0]


@pytest.fixture
async def recorder():
    recorder = Recorder()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", recorder.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    recorder.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield recorder
    await runner.cleanup()


def ids_of(row):
    """Return an id for each place in the path; a body that names the subscription too has the last word."""
    named = row.body.get("subscription_id") if isinstance(row.body, dict) else None
    places = re.findall(r"\{(\w+)\}", OPERATIONS[row.name].path)
    return [named if named and place == "subscription_id" else f"{place}-1" for place in places]


async def ask_ours(recorder, row):
    """Make the call through this SDK."""
    operation = OPERATIONS[row.name]
    group, _, verb = row.name.partition(".")
    given = list(ids_of(row))
    if row.name == "payouts.create_bulk":
        given.append(PayoutFile(FILE, "payouts.csv"))
    elif operation.body is not None:
        given.append(from_json(operation.body, row.body))
    async with Session("id", "secret", base_url=recorder.base_url) as pinelabs:
        called = getattr(getattr(pinelabs, group), verb)(*given, **QUERIES.get(row.name, {}))
        if inspect.isawaitable(called):
            await called
        else:
            assert [] == [item async for item in called]
    return recorder.last(without_tokens=row.name != "auth.generate_token")


async def ask_theirs(recorder, row):
    """Make the call through the official SDK, each argument read into its own classes."""
    group, _, verb = SHARED[row.name].partition(".")
    client = AsyncPinelabsApi(base_url=recorder.base_url, token="t", request_id="r")
    method = getattr(getattr(client, group), verb)
    parameters = inspect.signature(method, eval_str=True).parameters
    given = dict(zip((name for name in parameters if name != "request_options"), ids_of(row), strict=False))
    given |= QUERIES.get(row.name, {})
    if row.name == "payouts.create_bulk":
        given["file"] = FILE
    refused = False
    for member, value in (row.body or {}).items():
        name = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", member)
        if name not in parameters or name in given:
            continue
        try:
            given[name] = pydantic.TypeAdapter(parameters[name].annotation).validate_python(value)
        except pydantic.ValidationError:
            given[name], refused = value, True
    assert refused == (str(row) in UNTYPED)
    with contextlib.suppress(Exception):  # what it makes of an answer that says next to nothing
        called = method(**given)
        if inspect.isawaitable(called):
            await called
        else:
            assert b"%PDF-1.4" == b"".join([chunk async for chunk in called])
    await client._client_wrapper.httpx_client.httpx_client.aclose()
    return recorder.last(without_tokens=row.name != "auth.generate_token")


def is_same_moment(one, other):
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return False


def differences(theirs, ours, place):
    """Yield every place where the two differ."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in theirs | ours:
            yield from differences(theirs.get(name), ours.get(name), f"{place}.{name}")
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for index, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(one, other, f"{place}[{index}]")
    elif type(theirs) is not type(ours) or (theirs != ours and not is_same_moment(theirs, ours)):
        yield place


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_same_request(recorder, row):
    """Method, path, query and body are the same, but for what is intended."""
    ours, theirs = await ask_ours(recorder, row), await ask_theirs(recorder, row)
    assert (theirs.method, theirs.path) == (ours.method, ours.path)
    assert len(dict(ours.query)) == len(ours.query)
    found = {
        *differences(dict(theirs.query), dict(ours.query), "?"),
        *differences(theirs.body, ours.body, "$"),
    }
    assert set() == found - set(INTENDED.get(row.name, {}))


def test_every_shared_operation_is_compared():
    """The table has a call for each of the 74 methods of the official SDK, and for no operation that it lacks."""
    assert set(SHARED) == {row.name for row in ROWS}
    assert 74 == len(set(SHARED.values()))


@pytest.mark.parametrize("name", INTENDED)
async def test_intended_differences_still_exist(recorder, name):
    """What is listed as intended does differ; a line that no longer says anything fails."""
    found = set()
    for row in (row for row in ROWS if row.name == name):
        ours, theirs = await ask_ours(recorder, row), await ask_theirs(recorder, row)
        found |= {
            *differences(dict(theirs.query), dict(ours.query), "?"),
            *differences(theirs.body, ours.body, "$"),
        }
    assert found == set(INTENDED[name])


def test_untyped_rows_exist():
    """Every body that is listed as refused by the official SDK's classes is one of the rows."""
    assert set(UNTYPED) <= {str(row) for row in ROWS}
