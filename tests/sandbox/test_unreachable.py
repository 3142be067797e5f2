"""The gateway goes down and comes back on the same port, with everything it knew."""

import asyncio
import socket
from http.client import HTTPConnection
from types import SimpleNamespace

import aiohttp
import pytest

from pinelabs_async.sandbox import Sandbox, damage
from pinelabs_sync.sandbox import Sandbox as BlockingSandbox


def address(box):
    return "127.0.0.1", int(box.base_url.rpartition(":")[2])


def knock(box):
    """Send a whole request: a connection that is closed before the sandbox has taken it is never closed by asyncio."""
    http = HTTPConnection(*address(box), timeout=5)
    http.request("GET", "/nowhere")
    assert 404 == http.getresponse().status
    http.close()


async def test_connections_are_refused_meanwhile(api, box):
    """The system refuses them, it is no answer of the sandbox; afterwards all is as it was."""
    order = await api.order()
    before = (box.base_url, len(box.exchanges))

    async with box.unreachable():
        for _ in range(3):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(*address(box))
        with pytest.raises(aiohttp.ClientConnectorError):
            await api.get(order)

    assert before == (box.base_url, len(box.exchanges))
    assert "CREATED" == (await api.get(order))["status"]


async def test_idle_connections_end(box):
    """A connection that was kept alive reads its end before the gateway counts as unreachable."""
    reader, writer = await asyncio.open_connection(*address(box))
    writer.write(b"GET /nowhere HTTP/1.1\r\nHost: sandbox\r\n\r\n")
    await reader.readuntil(b"}")

    async with box.unreachable():
        assert b"" == await reader.read()
    writer.close()
    await writer.wait_closed()


async def _for_ever(struck):
    struck.set()
    await asyncio.Event().wait()


async def test_what_is_being_answered_is_lost(api, box, monkeypatch):
    """A client that waits loses its connection; what was carried out stays carried out."""
    box.faults.add(operation="orders.create", at="after_execute", what="slow", delay=30)
    struck = asyncio.Event()
    monkeypatch.setattr(damage, "asyncio", SimpleNamespace(sleep=lambda _: _for_ever(struck)))
    waiting = asyncio.ensure_future(api.order())
    await struck.wait()

    async with box.unreachable():
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await waiting

    assert 1 == box.ledger.count("orders.create")
    assert 200 == (await api.call("GET", "/api/pay/v1/orders/reference/ord-1"))[0]


async def test_nobody_is_given_the_port_meanwhile(api, box):
    """It is held, so that the sandbox can come back on it."""
    async with box.unreachable():
        with socket.socket() as other, pytest.raises(OSError):
            other.bind(address(box))

    assert 404 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]


async def test_it_comes_back_after_an_error(api, box):
    """An error inside the block comes through, and the gateway answers again."""
    with pytest.raises(KeyError):
        async with box.unreachable():
            raise KeyError

    assert 404 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]


async def test_down_is_down_once():
    """Not before the start, not twice; closing in between closes for good."""
    box = Sandbox()
    with pytest.raises(RuntimeError, match="not started"):
        async with box.unreachable():
            pass
    await box.start()
    async with box.unreachable():
        with pytest.raises(RuntimeError, match="unreachable already"):
            async with box.unreachable():
                pass
        with pytest.raises(RuntimeError, match="already started"):
            await box.start()
        await box.aclose()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address(box))


def test_the_blocking_twin_goes_down_too():
    """The same from a plain test."""
    with BlockingSandbox() as box:
        knock(box)
        with box.unreachable(), pytest.raises(ConnectionRefusedError):
            knock(box)
        knock(box)
