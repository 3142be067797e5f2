"""What goes wrong on purpose, before and after the operation is carried out."""

import json
import time

import aiohttp
import pytest

PLACES = pytest.mark.parametrize("place", [("before_execute", 0), ("after_execute", 1)], ids=lambda p: p[0])
BODY = {"merchant_order_reference": "ord-1", "order_amount": {"value": 1500, "currency": "INR"}}


async def post(api):
    headers = {"Authorization": f"Bearer {api.token}"}
    async with api.http.post(
        "/api/pay/v1/orders", json=BODY, headers=headers, allow_redirects=False
    ) as answer:
        return answer, await answer.read()


async def there(api, box, made):
    """The ledger and the gateway's own look-up agree on whether the order was made."""
    assert made == box.ledger.count("orders.create", reference="ord-1")
    status, _ = await api.call("GET", "/api/pay/v1/orders/reference/ord-1")
    assert (200 if made else 404) == status


@PLACES
@pytest.mark.parametrize("what", ["drop", "reset"])
async def test_a_connection_can_end_without_an_answer(api, box, what, place):
    """Closing and resetting look like a lost connection to the client."""
    at, made = place
    box.faults.add(operation="orders.create", at=at, what=what)

    with pytest.raises(
        (aiohttp.ServerDisconnectedError, ConnectionResetError, aiohttp.ClientOSError)
    ) as seen:
        await post(api)

    if what == "reset":
        assert isinstance(seen.value, ConnectionResetError | aiohttp.ClientOSError)
    assert (1, None) == (box.faults.hits, box.exchanges[-1].status)
    assert made == box.exchanges[-1].executed
    await there(api, box, made)


@PLACES
async def test_an_answer_can_be_cut_off(api, box, place):
    """The announced length is not reached."""
    at, made = place
    box.faults.add(operation="orders.create", at=at, what="truncated")

    with pytest.raises(aiohttp.ClientPayloadError):
        await post(api)

    await there(api, box, made)


@PLACES
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"what": "status"}, (503, "application/json")),
        ({"what": "status", "status": 500}, (500, "application/json")),
        ({"what": "html"}, (200, "text/html")),
        ({"what": "html", "status": 502}, (502, "text/html")),
        ({"what": "garbage"}, (200, "application/json")),
        ({"what": "empty"}, (200, "application/json")),
        ({"what": "redirect"}, (307, "application/json")),
    ],
    ids=str,
)
async def test_an_answer_can_be_a_wrong_one(api, box, fault, expected, place):
    """Errors, web pages, garbage, nothing and redirects take the place of the answer."""
    at, made = place
    box.faults.add(operation="orders.create", at=at, **fault)

    answer, body = await post(api)

    assert expected == (answer.status, answer.content_type)
    if fault["what"] == "status":
        assert {"code", "message"} == set(json.loads(body))
    elif fault["what"] == "redirect":
        assert "/elsewhere" == answer.headers["Location"]
    elif fault["what"] == "empty":
        assert b"" == body
    else:
        with pytest.raises(ValueError):
            json.loads(body)
    await there(api, box, made)


@PLACES
async def test_an_answer_can_be_too_long(api, box, place):
    """An oversized body has just the asked number of bytes, and is JSON."""
    at, made = place
    box.faults.add(operation="orders.create", at=at, what="oversized", size=3_000_000)

    _, body = await post(api)

    assert 3_000_000 == len(body)
    assert "padding" in json.loads(body)["data"]
    await there(api, box, made)


@PLACES
async def test_an_answer_can_be_slow(api, box, place):
    """A slow answer is the right one, later."""
    at, _ = place
    box.faults.add(operation="orders.create", at=at, what="slow", delay=0.1)
    started = time.perf_counter()

    answer, body = await post(api)

    assert 200 == answer.status
    assert "ord-1" == json.loads(body)["data"]["merchant_order_reference"]
    assert time.perf_counter() - started >= 0.1
    await there(api, box, 1)


async def test_a_client_that_gives_up_does_not_undo_a_slow_write(api, box):
    """The gateway goes on without the client, as a real one does."""
    box.faults.add(operation="orders.create", at="after_execute", what="slow", delay=0.2)

    with pytest.raises(TimeoutError):
        async with api.http.post(
            "/api/pay/v1/orders",
            json=BODY,
            headers={"Authorization": f"Bearer {api.token}"},
            timeout=aiohttp.ClientTimeout(total=0.05),
        ):
            pass

    await there(api, box, 1)


async def test_a_fault_tells_its_code_message_and_headers(api, box):
    """What is asked for arrives, and Retry-After with it."""
    box.faults.add(
        operation="orders.create",
        what="status",
        status=429,
        retry_after=2,
        headers={"X-Gateway": "sandbox"},
    )
    answer, body = await post(api)
    assert ("2", "sandbox") == (answer.headers["Retry-After"], answer.headers["X-Gateway"])
    assert "API_RATE_LIMIT" == json.loads(body)["code"]

    box.faults.add(operation="orders.create", what="status", status=422, code="CARD_LOST", message="lost")
    _, body = await post(api)
    assert {"code": "CARD_LOST", "message": "lost"} == json.loads(body)


async def test_a_fault_happens_so_often_and_only_where_it_is_asked_for(api, box):
    """Two strikes, of one operation, in the order of adding; then all is well."""
    box.faults.add(operation="orders.create", what="status", times=2)
    box.faults.add(operation="orders.create", what="empty", status=500)

    assert 404 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]
    assert [503, 503, 500, 200] == [(await post(api))[0].status for _ in range(4)]
    assert (3, 0) == (box.faults.hits, len(box.faults))


async def test_a_fault_can_last_until_it_is_cleared(api, box):
    """times=None goes on, for every operation, until clear."""
    fault = box.faults.add(what="status", times=None)

    assert [503] * 5 == [(await post(api))[0].status for _ in range(5)]
    assert 5 == fault.hits
    box.faults.clear()
    assert 200 == (await post(api))[0].status


async def test_the_token_endpoint_can_fail_and_the_payer_is_left_alone(stranger, box):
    """A star covers the token endpoint, and not the pages of the payer."""
    box.faults.add(what="status", times=None)

    assert 503 == (await stranger.call("POST", "/api/auth/v1/token", {}))[0]
    async with stranger.http.get("/challenge/x") as page:
        assert 404 == page.status


async def test_a_refused_request_is_not_struck_after_it_was_carried_out(api, box):
    """What was refused was not carried out, so an after-fault waits for the next."""
    box.faults.add(operation="orders.get", at="after_execute", what="drop")

    assert 404 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]
    assert 0 == box.faults.hits


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"what": "explode"}, "what"),
        ({"at": "sometimes"}, "at"),
        ({"operation": "orders.burn"}, "operation"),
        ({"times": 0}, "times"),
        ({"status": 42}, "status"),
        ({"delay": -1}, "delay"),
        ({"what": "slow"}, "delay"),
        ({"what": "oversized", "size": 3}, "size"),
    ],
    ids=str,
)
async def test_a_wrong_fault_is_refused_at_once(box, wrong, name):
    """The error names the argument."""
    with pytest.raises(ValueError, match=f"^{name} is"):
        box.faults.add(**{"what": "drop", **wrong})

    assert 0 == len(box.faults)
