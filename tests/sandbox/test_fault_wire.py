"""What each fault looks like on the wire, seen over bare sockets."""

import asyncio
import contextlib
import json
from types import SimpleNamespace
from typing import get_args

import aiohttp
import pytest

from pinelabs_async.sandbox import Faults, damage
from pinelabs_async.sandbox.faults import At, What, ways

BODY = b'{"merchant_order_reference": "ord-1", "order_amount": {"value": 1500, "currency": "INR"}}'
TOKEN = "/api/auth/v1/token"
ORDERS = "/api/pay/v1/orders"


def port(box):
    return int(box.base_url.rpartition(":")[2])


def head(api):
    lines = (
        f"POST {ORDERS} HTTP/1.1",
        "Host: sandbox",
        f"Authorization: Bearer {api.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
    )
    return "\r\n".join((*lines, "", "")).encode()


@contextlib.asynccontextmanager
async def wire(box):
    reader, writer = await asyncio.open_connection("127.0.0.1", port(box))
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def read_end(reader):
    """Read until the connection ends; how it ended, and what came before."""
    try:
        return await reader.read(), "closed"
    except ConnectionError:
        return b"", "reset"


async def answer(reader):
    """Read one answer by its announced length."""
    top = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line[15:]) for line in top.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    return int(top.split()[1]), await reader.readexactly(length)


@pytest.mark.parametrize(
    "what", ["drop", "reset", "status", "html", "garbage", "empty", "redirect", "truncated"]
)
async def test_before_the_body_is_read_it_happens_without_the_body(api, box, what):
    """The head alone, without a byte of the body, is struck; nothing is carried out."""
    box.faults.add(operation="orders.create", at="before_read", what=what)

    async with wire(box) as (reader, writer):
        writer.write(head(api))
        if what in ("drop", "reset", "truncated"):
            got, ended = await read_end(reader)
            assert {"drop": "closed", "reset": "reset", "truncated": "closed"}[what] == ended
            assert (what == "truncated") == bool(got)
        else:
            status, _ = await answer(reader)
            assert {"status": 503, "redirect": 307}.get(what, 200) == status

    struck = box.exchanges[-1]
    assert ("orders.create", what, b"", False) == (
        struck.operation,
        struck.fault,
        struck.body,
        struck.executed,
    )
    assert 0 == box.ledger.count("orders.create")


async def test_a_slow_one_before_reading_goes_on_with_the_body(api, box):
    """It waits, then reads what came meanwhile."""
    box.faults.add(operation="orders.create", at="before_read", what="slow", delay=0.05)

    async with wire(box) as (reader, writer):
        writer.write(head(api) + BODY)
        status, _ = await answer(reader)

    assert (200, BODY, 1) == (status, box.exchanges[-1].body, box.ledger.count("orders.create"))


@pytest.mark.parametrize(("at", "struck"), [("before_read", True), ("before_execute", False)])
async def test_before_reading_two_operations_on_one_path_are_one(api, box, at, struck):
    """The body tells them apart, once it is read."""
    box.faults.add(operation="payments.authorize_apple_pay", at=at, what="status")

    status, _ = await api.call("POST", f"{ORDERS}/x/payments/y/authorize", {"authentication_type": "3DS"})

    assert (struck, int(struck)) == (status == 503, box.faults.hits)


@pytest.mark.parametrize("at", ["before_read", "before_execute", "after_execute"])
async def test_a_dribbled_answer_is_the_right_one_in_single_bytes(api, box, at, monkeypatch):
    """Head and body leave byte by byte, with a wait between two; the whole is what would have come at once."""
    leave, waits = asyncio.Semaphore(0), []

    async def wait(seconds):
        waits.append(seconds)
        await leave.acquire()

    monkeypatch.setattr(damage, "asyncio", SimpleNamespace(sleep=wait))
    box.faults.add(operation="orders.create", at=at, what="dribble", delay=0.5, headers={"X-Pace": "slow"})

    got = b""
    async with wire(box) as (reader, writer):
        writer.write(head(api) + BODY)
        while piece := await reader.read(100):
            assert 1 == len(piece)
            got += piece
            leave.release()

    top, _, body = got.partition(b"\r\n\r\n")
    assert b"HTTP/1.1 200" == top[:12]
    assert {b"X-Pace: slow", b"Content-Length: %d" % len(body)} <= set(top.split(b"\r\n"))
    assert "ord-1" == json.loads(body)["data"]["merchant_order_reference"]
    assert (200, body) == (box.exchanges[-1].status, box.exchanges[-1].answer)
    assert [0.5] * len(got) == waits
    assert 1 == box.ledger.count("orders.create")


async def test_a_refusal_dribbles_too(api, box):
    """Whatever the right answer is, it comes slowly."""
    box.faults.add(operation="orders.get", what="dribble")

    status, body = await api.call("GET", f"{ORDERS}/x")

    assert (404, "ORDER_NOT_FOUND") == (status, body["code"])
    assert "dribble" == box.exchanges[-1].fault


async def test_a_client_that_leaves_a_dribbled_answer_harms_nothing(api, box, monkeypatch):
    """The bytes that nobody waits for are not sent, and the sandbox goes on."""
    box.faults.add(operation="orders.create", what="dribble", delay=0.001)

    async with wire(box) as (reader, writer):
        writer.write(head(api) + BODY)
        await reader.readexactly(5)
        writer.transport.abort()

    assert 200 == (await api.call("GET", f"{ORDERS}/reference/ord-1"))[0]


async def test_a_status_401_is_the_documented_one_and_leaves_the_token(api, box):
    """It is said once, and the token is as good as before."""
    box.faults.add(operation="orders.get", what="status", status=401)

    first, second = [await api.call("GET", f"{ORDERS}/x") for _ in range(2)]

    assert (401, {"code": "UNAUTHORIZED", "message": "Unauthorized"}) == first
    assert 404 == second[0]


@pytest.mark.parametrize("at", ["before_read", "before_execute"])
async def test_a_token_can_end_in_mid_flight(api, box, at):
    """The request that carried it and all later ones are refused, until a new one is fetched."""
    box.faults.add(at=at, what="revoke")
    await api.login()  # carries no token, so nothing happens to it
    assert 0 == box.faults.hits

    statuses = [(await api.call("GET", f"{ORDERS}/x"))[0] for _ in range(2)]
    await api.login()
    statuses.append((await api.call("GET", f"{ORDERS}/x"))[0])

    assert [401, 401, 404] == statuses
    assert 1 == box.faults.hits


async def test_a_token_can_end_after_it_was_used(api, box):
    """What was carried out is answered; the next call needs a new token; those of others go on."""
    old = api.token
    await api.login()
    box.faults.add(operation="orders.create", at="after_execute", what="revoke")

    await api.order("ord-1")

    assert 401 == (await api.call("GET", f"{ORDERS}/x"))[0]
    assert 404 == (await api.call("GET", f"{ORDERS}/x", token=old))[0]


@pytest.mark.parametrize("at", ["before_read", "before_execute", "after_execute"])
@pytest.mark.parametrize("what", [what for what in get_args(What) if what != "revoke"])
async def test_the_token_endpoint_can_fail_in_every_way(stranger, box, what, at):
    """No token is given out for a request that was struck before, and the next one gets one."""
    box.faults.add(operation="auth.generate_token", at=at, what=what, delay=0.001, size=1000)
    login = {
        "grant_type": "client_credentials",
        "client_id": box.client_id,
        "client_secret": box.client_secret,
    }

    try:
        async with stranger.http.post(TOKEN, json=login, allow_redirects=False) as answered:
            got = (answered.status, b"access_token" in await answered.read())
    except aiohttp.ClientError:
        got = None

    expected = {
        "drop": None,
        "reset": None,
        "truncated": None,
        "status": (503, False),
        "redirect": (307, False),
    }
    right = (200, what in ("slow", "dribble"))
    assert expected.get(what, right) == got
    given_out = what in ("slow", "dribble") or at == "after_execute"
    assert (1, int(given_out)) == (box.faults.hits, len(box._state.tokens))
    await stranger.login()


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [(None, None), (2, "2"), ("Sat, 21 Nov 2026 10:00:00 GMT", "Sat, 21 Nov 2026 10:00:00 GMT")],
    ids=str,
)
async def test_a_rate_limit_says_when_to_come_back_or_not(api, box, retry_after, expected):
    """Retry-After is absent, in seconds, or an HTTP date."""
    box.faults.add(operation="orders.get", what="status", status=429, retry_after=retry_after)

    async with api.http.get(f"{ORDERS}/x", headers={"Authorization": f"Bearer {api.token}"}) as limited:
        assert (429, expected) == (limited.status, limited.headers.get("Retry-After"))
        assert "API_RATE_LIMIT" == (await limited.json())["code"]


async def test_what_goes_on_can_be_struck_later(api, box):
    """A slow request whose token ends is refused, and one that dribbles can be dropped at its end."""
    box.faults.add(operation="orders.create", at="before_read", what="slow", delay=0.001)
    box.faults.add(operation="orders.create", at="before_execute", what="revoke")
    with pytest.raises(AssertionError):
        await api.order("ord-1")
    assert (401, 2) == (box.exchanges[-1].status, box.faults.hits)
    await api.login()
    box.faults.add(operation="orders.create", at="before_read", what="dribble")
    box.faults.add(operation="orders.create", at="after_execute", what="drop")

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await api.order("ord-2")

    assert (True, "drop", 4) == (box.exchanges[-1].executed, box.exchanges[-1].fault, box.faults.hits)


def test_every_way_is_every_way_that_there_is():
    """A token cannot end where a request carries none."""
    assert len(get_args(At)) * len(get_args(What)) == len(ways()) == len(ways(operation="orders.get"))
    assert {"revoke"} == set(get_args(What)) - {way["what"] for way in ways(operation="auth.generate_token")}
    for way in ways(operation="auth.generate_token", times=2):
        assert 2 == Faults().add(**way).times


def test_a_token_ends_where_one_is_carried():
    """Elsewhere the fault is refused at once."""
    with pytest.raises(ValueError, match=r"^operation is 'auth\.generate_token': it carries no"):
        Faults().add(operation="auth.generate_token", what="revoke")
