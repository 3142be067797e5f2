"""What goes wrong by chance goes wrong the same way again, under the same seed."""

import contextlib
import uuid

import aiohttp
import pytest

from pinelabs_async.sandbox import Sandbox

REQUESTS = 60


async def strikes(api, requests=REQUESTS, currency="INR"):
    """Send some orders; what each was struck by."""
    body = {"order_amount": {"value": 1500, "currency": currency}}
    for _ in range(requests):
        body["merchant_order_reference"] = str(uuid.uuid4())
        with contextlib.suppress(aiohttp.ClientError):
            await api.call("POST", "/api/pay/v1/orders", body)
    return [exchange.fault for exchange in list(api.box.exchanges)[-requests:]]


async def test_a_seed_strikes_the_same_requests_in_the_same_way(open_api):
    """In two sandboxes one seed does one thing, and another seed another."""
    seen = []
    for seed in (7, 7, 8):
        async with Sandbox() as box:
            api = await open_api(box)
            chance = box.faults.random(seed=seed, share=0.3)
            seen.append(await strikes(api))
            assert chance.hits == box.faults.hits == sum(fault is not None for fault in seen[-1])

    assert seen[0] == seen[1] != seen[2]
    assert len(set(seen[0])) > 3


async def test_a_reset_seed_begins_anew(api, box):
    """Cleared and given again, a seed does again what it did."""
    seen = []
    for _ in range(2):
        box.faults.clear()
        box.faults.random(seed="monday", what=["status", "empty"], at=["before_read", "before_execute"])
        seen.append(await strikes(api))

    assert seen[0] == seen[1]
    assert {None, "status", "empty"} == set(seen[0])


async def test_a_request_of_another_operation_takes_nothing_of_the_seed(api, box):
    """Which orders are struck does not depend on what else goes on between them."""
    seen = []
    for between in (False, True):
        box.faults.clear()
        box.faults.random(seed=1, what=["status"], operations=["orders.create"])
        drawn = []
        for _ in range(30):
            drawn += await strikes(api, 1)
            if between:
                assert 404 == (await api.call("GET", "/api/pay/v1/orders/reference/x"))[0]
        seen.append(drawn)

    assert seen[0] == seen[1]
    assert "status" in seen[0]


@pytest.mark.parametrize(("share", "struck"), [(0, 0), (1, REQUESTS)])
async def test_the_share_is_of_the_requests(api, box, share, struck):
    """None of them is struck, or all: once each, at one of the places."""
    box.faults.random(seed=1, share=share, what=["status"], at=["before_read", "before_execute"])

    seen = await strikes(api)

    assert (struck, struck) == (sum(fault is not None for fault in seen), box.faults.hits)


async def test_what_is_drawn_for_after_execution_misses_a_refusal(api, box):
    """Nothing is carried out of a request that is refused."""
    box.faults.random(seed=1, share=1, what=["status"], at=["after_execute"])

    assert [None] * 5 == await strikes(api, 5, currency="?")
    assert ["status"] * 5 == await strikes(api, 5)


async def test_an_added_fault_goes_before_chance(api, box):
    """What a test asks for happens."""
    box.faults.random(seed=1, share=1, what=["drop"], at=["before_execute"])
    box.faults.add(operation="orders.create", what="status", status=500)

    assert ["status", "drop"] == await strikes(api, 2)


async def test_chance_leaves_the_payer_alone_until_it_is_cleared(api, box):
    """The pages of the payer are no operations of the gateway; unknown paths neither."""
    box.faults.random(seed=1, share=1, what=["status"], at=["before_read"])
    assert 1 == len(box.faults)

    for path in ("/challenge/x", "/nowhere"):
        async with api.http.get(path) as page:
            assert 404 == page.status
    box.faults.clear()

    assert [None] == await strikes(api, 1)
    assert 0 == len(box.faults)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"share": 1.1}, "share"),
        ({"share": -0.1}, "share"),
        ({"what": []}, "what"),
        ({"what": "drop"}, "what"),
        ({"what": ["explode"]}, "what"),
        ({"at": []}, "at"),
        ({"at": "before_read"}, "at"),
        ({"at": ["sometimes"]}, "at"),
        ({"operations": ["orders.burn"]}, "operations"),
        ({"operations": "orders.create"}, "operations"),
        ({"delay": -1}, "delay"),
        ({"delay": 0, "what": ["slow"]}, "delay"),
    ],
    ids=str,
)
async def test_a_wrong_chance_is_refused_at_once(box, wrong, name):
    """The error names the argument, and nothing is struck later."""
    with pytest.raises(ValueError, match=f"^{name} is"):
        box.faults.random(seed=1, **wrong)

    assert 0 == len(box.faults)
