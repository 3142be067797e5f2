"""Paths, methods and bodies that no client should send, and what is kept of them."""

import asyncio
import io
import json
from pathlib import Path

import pytest

from pinelabs_async.sandbox.problems import DOCUMENTED
from pinelabs_async.sandbox.routes import ROUTES

DATA = Path(__file__).parents[1] / "data"

TOKEN_BODIES = {
    "not JSON": b"{",
    "nothing": b"",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "NaN": b'{"a": NaN}',
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "deep lists": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a": ' * 500 + b"1" + b"}" * 500,
    "a long number": b'{"a": ' + b"9" * 10_000 + b"}",
}


async def send(api, method, path, body=b"", headers=None):
    sent = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json", **(headers or {})}
    async with api.http.request(method, path, data=body, headers=sent) as answer:
        return answer.status, json.loads(await answer.read())


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api/pay/v1", "/api/pay/v1/orders/", "/api/pay/v1/orders//capture", "/x" * 50]
)
async def test_an_unknown_path_is_not_found(api, path):
    """It has an error body whose code cannot be mistaken for a missing order."""
    status, answer = await api.call("GET", path)

    assert (404, "PATH_NOT_FOUND") == (status, answer["code"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/auth/v1/token"),
        ("DELETE", "/api/pay/v1/orders"),
        ("POST", "/api/pay/v1/orders/x/capture"),
        ("POST", "/api/pay/v1/orders/reference/x"),
    ],
)
async def test_a_wrong_method_is_not_allowed(api, method, path):
    """A known path with another method answers 405."""
    status, answer = await api.call(method, path)

    assert (405, "METHOD_NOT_ALLOWED") == (status, answer["code"])


async def raw(box, text):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(box.base_url.rsplit(":", 1)[1]))
    writer.write(text)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/pay/v1/orders/x%2Fcapture", "ORDER_NOT_FOUND"),  # one segment: an id with a slash
        ("/api/pay/v1/orders/reference%2Ford-1", "ORDER_NOT_FOUND"),
        ("/api/pay/v1/orders/..", "ORDER_NOT_FOUND"),
        ("/api/pay/v1/orders/%2e%2e", "ORDER_NOT_FOUND"),
        ("/api/pay/v1/orders/%00%ff", "ORDER_NOT_FOUND"),
        ("/api/pay/v1/orders%2Ford-1", "PATH_NOT_FOUND"),
        ("/api/pay/v1/refunds/../orders/reference/ord-1", "PATH_NOT_FOUND"),
        ("/api/pay/v1/orders/%72eference/ord-1", "PATH_NOT_FOUND"),
    ],
)
async def test_paths_are_matched_as_they_come(api, box, path, code):
    """Encoded slashes and dots never lead to another operation, and are kept as they came."""
    await api.order()
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.token}\r\nConnection: close\r\n\r\n"

    answer = await raw(box, head.encode())

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert code.encode() in answer
    assert path == box.exchanges[-1].path


async def test_a_segment_is_decoded_once(api, box):
    """An order whose reference was encoded twice is not found, encoded once it is."""
    await api.order("a-b")

    def path(text):
        head = f"GET /api/pay/v1/orders/reference/{text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        return f"{head}Authorization: Bearer {api.token}\r\n\r\n"

    assert b"HTTP/1.1 200" in await raw(box, path("a%2Db").encode())
    assert b"HTTP/1.1 404" in await raw(box, path("a%252Db").encode())


@pytest.mark.parametrize("name", TOKEN_BODIES)
@pytest.mark.parametrize("path", ["/api/auth/v1/token", "/api/pay/v1/orders"])
async def test_a_malformed_body_is_an_invalid_request(api, box, name, path):
    """Whatever is not a JSON object of reasonable depth is refused with 400."""
    status, answer = await send(api, "POST", path, TOKEN_BODIES[name])

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert [] == box.crashes


async def test_a_huge_body_is_refused(api):
    """More than a megabyte is too large."""
    status, answer = await send(api, "POST", "/api/pay/v1/orders", io.BytesIO(b" " * 2_000_000))

    assert (413, "REQUEST_TOO_LARGE") == (status, answer["code"])


async def test_a_lone_surrogate_goes_in_and_out(api, box):
    """Text that cannot be written as UTF-8 comes back escaped, also through the payer's page."""
    order = await api.pending(notes="\ud800", callback_url="app/\ud800")

    await box.payer.approve(order["challenge_url"])

    assert "\ud800" == (await api.get(order))["notes"]


@pytest.mark.parametrize(
    "request_text",
    [
        b"POST /api/pay/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST /api/pay/v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /api/pay/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"nonsense\r\n\r\n",
    ],
    ids=["cut off", "bad chunk", "bad gzip", "not HTTP"],
)
async def test_a_broken_request_is_no_bug_of_the_sandbox(api, box, request_text):
    """A request that breaks HTTP is refused or dropped, and the next one is served."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(box.base_url.rsplit(":", 1)[1]))
    writer.write(request_text)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert answer == b"" or b"HTTP/1.0 400" in answer or b"HTTP/1.1 400" in answer
    assert [] == box.crashes
    assert 404 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]


async def test_random_bodies_never_crash_it(api, box):
    """Every operation refuses any wrong-typed member with a client error."""
    values = [None, True, 7, -1, 1.5, "", "x", [], [1], {}, {"a": {}}, {"value": 500}, [{}], [[]], "INR"]
    names = ["merchant_order_reference", "order_amount", "payments", "purchase_details", "capture_amount"]
    order = await api.order()
    for route in ROUTES:
        if route.reads != "json":
            continue
        path = route.path.replace("{order_id}", order["order_id"])
        for name in names:
            for value in values:
                status, _ = await api.call(route.method, path, {name: value})
                assert 400 <= status < 500
        entry = {"payment_method": "CARD", "payment_amount": {"value": 150000, "currency": "INR"}}
        for member in ("payment_option", "offer_data", "merchant_payment_reference", "payment_amount"):
            for value in values:
                status, _ = await api.call(route.method, path, {"payments": [{**entry, member: value}]})
                assert 400 <= status < 500
    assert [] == box.crashes


async def test_exchanges_keep_what_came_and_what_went(api, box):
    """The last requests are there with operation, path, body and answer, secrets not in their text."""
    headers = {"Request-ID": "req-1", "Idempotency-Key": "idem-1"}
    body = {"merchant_order_reference": "ord-9", "order_amount": {"value": 100, "currency": "INR"}}
    _, answer = await api.call("POST", "/api/pay/v1/orders?x=%41", body, headers=headers)

    login, create = list(box.exchanges)[-2:]
    assert ("auth.generate_token", "orders.create") == (login.operation, create.operation)
    assert ("/api/pay/v1/orders", "x=A", 200) == (
        create.path,
        create.query.replace("%41", "A"),
        create.status,
    )
    assert "req-1" == create.headers["request-id"]
    assert (body, answer) == (json.loads(create.body), json.loads(create.answer))
    assert api.token not in repr(create)
    assert box.client_secret not in repr(login)
    (done,) = box.ledger
    assert ("req-1", "idem-1", "ord-9", 100) == (
        done.request_id,
        done.idempotency_key,
        done.reference,
        done.amount,
    )


def test_routes_are_the_documented_ones():
    """Every operation has the documented name, method and path."""
    operations = json.loads((DATA / "operations.json").read_text())
    documented = {(row["call"], row["method"], row["path"]) for row in operations}

    offered = {
        (route.operation, route.method, route.path)
        for route in ROUTES
        if not route.operation.startswith("challenge.")
    }

    assert set() == offered - documented


@pytest.mark.parametrize("path", sorted(DATA.glob("examples/errors/*.json")), ids=lambda path: path.stem)
def test_error_texts_are_the_documented_ones(path):
    """Each code has a published text."""
    code = path.stem.partition("-")[0]
    if path.stem == "index" or code not in DOCUMENTED:
        return
    published = {
        json.loads(other.read_text())["message"]
        for other in path.parent.glob("*.json")
        if other.stem.partition("-")[0] == code
    }

    assert DOCUMENTED[code][1] in published


def test_the_sandbox_knows_nothing_of_the_sdk():
    """No module of the sandbox imports from the package around it."""
    import pinelabs_async.sandbox as package

    for path in Path(package.__path__[0]).rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "pinelabs_async" in line and "import" in line:
                assert line.startswith("from pinelabs_async.sandbox"), (path, line)
