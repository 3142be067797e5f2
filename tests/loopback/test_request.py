"""The escape hatch: operations that have no method, under the same rules."""

import pytest

from pinelabs_async import (
    AuthenticationError,
    ConfigurationError,
    NoAnswerError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    Repeat,
)
from tests.loopback.raw import answer, drop, order_json, refusal

PATH = "/api/pay/v1/things"


async def test_returns_the_whole_json(raw, connect):
    """The answer comes as it is, envelope included."""
    raw.script = [answer({"data": {"a": 1}, "more": [1, 2]})]
    assert {"data": {"a": 1}, "more": [1, 2]} == await connect(raw).request("GET", PATH, repeat=Repeat.READ)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_methods_and_headers(raw, connect, method):
    """Every method goes out with token, id and time; without READ it carries a key."""
    await connect(raw).request(method, PATH, json=None if method == "GET" else {"a": 1})
    [request] = raw.requests
    assert (method, PATH) == (request.method, request.target)
    assert "Bearer token-1" == request.headers["authorization"]
    assert request.headers["request-id"] == request.headers["idempotency-key"]
    assert request.headers["request-timestamp"]
    assert method == "GET" or {"a": 1} == request.json


async def test_read_is_tried_again(raw, connect):
    """What is declared a READ is tried again."""
    raw.script = [drop, refusal(503, None), answer({"a": 1})]
    assert {"a": 1} == await connect(raw).request("POST", PATH, json={"find": "x"}, repeat=Repeat.READ)
    assert 3 == len(raw.requests)
    assert 1 == len({request.headers["request-id"] for request in raw.requests})
    assert [{"find": "x"}] * 3 == [request.json for request in raw.requests]
    raw.script = [drop]
    with pytest.raises(NoAnswerError) as caught:
        await connect(raw).request("GET", PATH, repeat=Repeat.READ)
    assert f"GET {PATH}" == caught.value.operation


@pytest.mark.parametrize(
    "trouble", [drop, refusal(503, None), refusal(408, None)], ids=["drop", "503", "408"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_anything_else_is_sent_once(raw, connect, method, trouble):
    """Without READ a call is sent once, a GET too, and a lost answer is unknown."""
    raw.script = [trouble, answer({})]
    with pytest.raises(OutcomeUnknownError) as caught:
        await connect(raw).request(method, PATH)
    assert (1, f"{method} {PATH}") == (len(raw.requests), caught.value.operation)


async def test_throttle_is_waited_out_for_writes_too(raw, connect):
    """A throttled write was not carried out, so it is tried again."""
    raw.script = [refusal(429, "API_RATE_LIMIT"), answer({"a": 1})]
    assert {"a": 1} == await connect(raw).request("POST", PATH)
    raw.script = [refusal(429, "API_RATE_LIMIT")]
    with pytest.raises(RateLimitError):
        await connect(raw).request("POST", PATH)


async def test_errors_are_those_of_operations(raw, connect):
    """A refusal is the same typed error as everywhere."""
    raw.script = [refusal(404, "ORDER_NOT_FOUND", "No such thing")]
    with pytest.raises(NotFoundError) as caught:
        await connect(raw).request("GET", PATH)
    assert ("No such thing", 404) == (caught.value.message, caught.value.status)
    raw.script = [refusal(401, "UNAUTHORIZED")]
    with pytest.raises(AuthenticationError):
        await connect(raw).request("GET", PATH)


@pytest.mark.parametrize(
    ("params", "target"),
    [
        pytest.param({"a": "1", "b": "2"}, f"{PATH}?a=1&b=2", id="plain"),
        pytest.param({"a": "x&y=z"}, f"{PATH}?a=x%26y%3Dz", id="ampersand"),
        pytest.param({"a b": "c d"}, f"{PATH}?a+b=c+d", id="space"),
        pytest.param({"a": "ü/?#%"}, f"{PATH}?a=%C3%BC%2F%3F%23%25", id="marks"),
        pytest.param({"a": "1\r\nX: y"}, f"{PATH}?a=1%0D%0AX%3A+y", id="line-break"),
        pytest.param(
            {"a": "2026-01-01T00:00:00+05:30"}, f"{PATH}?a=2026-01-01T00%3A00%3A00%2B05%3A30", id="plus"
        ),
        pytest.param({}, PATH, id="none"),
        pytest.param(None, PATH, id="left-out"),
    ],
)
async def test_params_are_encoded(raw, connect, params, target):
    """The query is encoded once and reaches the gateway as it was meant."""
    await connect(raw).request("GET", PATH, params=params)
    assert target == raw.requests[0].target


async def test_quoted_path_stays_as_it_is(raw, connect):
    """A path that is quoted already is neither unquoted nor quoted again."""
    await connect(raw).request("GET", f"{PATH}/a%20b%2Fc%C3%BC")
    assert f"{PATH}/a%20b%2Fc%C3%BC" == raw.requests[0].target


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/api", "http://127.0.0.1/api", "//evil.example/api", "///x", "api/pay", "", " ", "/a b",
        "/a/../b", "/..", "/.", "/a/./b", "/a/%2e%2e/b", "/a/%2E%2e/b", "/a/.%2e/b", "/%2e", "/a?b=c", "/a?", "/a#b", "/a\\b",
        "/a\r\nX: y", "/a\0", "/ü", "/a%zz", "/a%", "/a\n", "/a%2", None, 5, b"/a",
    ],
)  # fmt: skip
async def test_paths_that_would_lead_elsewhere(raw, connect, path):
    """Only a plain path on the Session's own host is taken; nothing is sent otherwise."""
    with pytest.raises(ConfigurationError) as caught:
        await connect(raw).request("GET", path)
    assert ("not_sent", 0) == (caught.value.outcome, raw.connections)
    assert "path" in str(caught.value)


@pytest.mark.parametrize("method", ["get", "HEAD", "TRACE", "CONNECT", "", "GET /x", "GET\r\n", None, 5])
async def test_methods_that_are_none(raw, connect, method):
    """Anything but the five methods is refused before anything is sent."""
    with pytest.raises(ConfigurationError) as caught:
        await connect(raw).request(method, PATH)
    assert ("not_sent", 0) == (caught.value.outcome, raw.connections)


@pytest.mark.parametrize("repeat", [Repeat.BY_REFERENCE, "BY_REFERENCE", "ALWAYS", None, 1, True, ["READ"]])
async def test_repeats_that_are_none(raw, connect, repeat):
    """Only READ and NEVER are possible without a look-up."""
    with pytest.raises(ConfigurationError):
        await connect(raw).request("POST", PATH, repeat=repeat)
    assert 0 == raw.connections


@pytest.mark.parametrize(
    "json", [{"a": object()}, {"a": float("nan")}, {"a": float("inf")}], ids=["object", "nan", "infinity"]
)
async def test_json_that_cannot_be_sent(raw, connect, json):
    """A body that is no JSON is refused before anything is sent."""
    with pytest.raises((TypeError, ValueError)):
        await connect(raw).request("POST", PATH, json=json)
    assert 0 == raw.connections


@pytest.mark.parametrize("params", ["a=1", [("a", "1")], {"a": 1}, {"a": None}, {1: "a"}], ids=repr)
async def test_params_that_are_none(raw, connect, params):
    """Params are a mapping of texts; anything else is either refused, or sent as that very text, never as None."""
    try:
        await connect(raw).request("GET", PATH, params=params)
    except (TypeError, ValueError):
        assert 0 == raw.connections
    else:
        assert "None" not in raw.requests[0].target


@pytest.mark.parametrize("body", [[1, 2], [], [{"a": 1}]], ids=["numbers", "empty", "objects"])
async def test_answer_may_be_a_list(raw, connect, body):
    """A JSON list is an answer like any other: it may be anything."""
    raw.script = [answer(body)]
    assert body == await connect(raw).request("POST", PATH)


async def test_answer_may_be_empty_when_the_status_says_so(raw, connect):
    """A 204 has no body and is a success."""
    raw.script = [answer(b"", status=204, kind=None)]
    await connect(raw).request("DELETE", PATH)
    assert 1 == len(raw.requests)


async def test_amounts_keep_their_digits(raw, connect):
    """Numbers with a fraction arrive as Decimal."""
    from decimal import Decimal

    raw.script = [answer(b'{"amount": 10.10}')]
    assert {"amount": Decimal("10.10")} == await connect(raw).request("GET", PATH)


async def test_options_hold_for_requests_too(raw, connect):
    """with_options is honoured: id and headers of the caller."""
    raw.script = [answer(order_json())]
    session = connect(raw).with_options(request_id="mine-1", headers={"X-Mine": "yes"})
    await session.request("GET", PATH, repeat=Repeat.READ)
    sent = raw.requests[0].headers
    assert ("mine-1", "yes", None) == (sent["request-id"], sent["x-mine"], sent.get("idempotency-key"))
