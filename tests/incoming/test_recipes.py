"""The recipes for Flask and Django: a real server in a process of its own, told by the sandbox."""

import asyncio
import contextlib
import json
import os
import re
import sqlite3
import sys
import time
from pathlib import Path

import aiohttp
import attrs
import pytest

from pinelabs_async import return_url, webhooks
from tests.incoming.conftest import raw

ROOT = Path(__file__).parents[2]
SERVE = """
import os, socketserver, sys
from importlib.util import module_from_spec, spec_from_file_location
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass

server = make_server("127.0.0.1", 0, None, Server, Quiet)
os.environ["SHOP_ADDRESS"] = f"http://127.0.0.1:{server.server_port}"
spec = spec_from_file_location("recipe", sys.argv[1])
sys.modules["recipe"] = recipe = module_from_spec(spec)
spec.loader.exec_module(recipe)
server.set_app(recipe.application)
print(os.environ["SHOP_ADDRESS"], flush=True)
server.serve_forever()
"""


@attrs.frozen
class Running:
    """A recipe that runs, and someone's HTTP client."""

    address: str
    folder: Path
    http: aiohttp.ClientSession

    async def buy(self):
        """Press the button of the front page, where the recipe has one, with its hidden fields."""
        async with self.http.get(self.address) as front:
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', await front.text()))
        return await self.post("/buy", fields)

    async def post(self, path, data=None, headers=None):
        async with self.http.post(
            self.address + path, data=data, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers.get("location", ""), await answer.text()

    @property
    def shipped(self):
        with contextlib.closing(sqlite3.connect(self.folder / "shop.db")) as db:
            try:
                return [row for (row,) in db.execute("SELECT order_id FROM shipped")]
            except sqlite3.OperationalError:
                return []


@pytest.fixture(params=["flask", "django"])
async def recipe(request, box, tmp_path):
    """A recipe, run as it stands."""
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SERVE,
        str(ROOT / "examples" / f"{request.param}_shop.py"),
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PINELABS_CLIENT_ID": box.client_id,
            "PINELABS_CLIENT_SECRET": box.client_secret,
            "PINELABS_BASE_URL": box.base_url,
            "PINELABS_WEBHOOK_SECRET": box.webhook_secret,
            "PINELABS_RETURN_URL_SECRET": box.return_url_secret,
        },
        stdout=asyncio.subprocess.PIPE,
    )
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address without a name, too
    try:
        async with asyncio.timeout(30), aiohttp.ClientSession(cookie_jar=jar) as http:
            address = (await program.stdout.readline()).decode().strip()
            box.webhooks.url = f"{address}/webhooks/pinelabs"
            yield Running(address, tmp_path, http)
    finally:
        program.kill()
        await program.communicate()


async def buy(recipe, box, outcome="approve"):
    """Pay on the gateway's page, and return the fields that the browser brings back."""
    status, page, _ = await recipe.buy()
    assert 303 == status
    async with recipe.http.post(page, data={"outcome": outcome, "payment_method": "UPI"}) as answer:
        assert 200 == answer.status
    await box.webhooks.delivered()
    [event] = [one for one in box.webhooks.events if one.type.startswith(("ORDER", "PAYMENT"))][-1:]
    order_id = json.loads(event.body)["data"]["order_id"]
    fields = {"order_id": order_id, "status": "PROCESSED" if outcome == "approve" else "FAILED"}
    return order_id, {**fields, "signature": return_url.sign(fields, box.return_url_secret)}


async def test_bought(recipe, box):
    """A paid order is shipped once: by its webhook, though it comes again and the browser comes back."""
    order_id, fields = await buy(recipe, box)
    assert [order_id] == recipe.shipped
    box.webhooks.fault("duplicated")
    box.webhooks.send("ORDER_PROCESSED", order_id=order_id)
    await box.webhooks.delivered()
    assert (200, "Thank you!") == (await recipe.post("/return", fields))[::2]
    assert [order_id] == recipe.shipped
    assert {"delivered"} == {one.status for one in box.webhooks.deliveries}


async def test_not_paid(recipe, box):
    """A payment that failed is not shipped, and the payer is told."""
    _, fields = await buy(recipe, box, outcome="decline")
    assert (200, "This was not paid.") == (await recipe.post("/return", fields))[::2]
    assert [] == recipe.shipped


async def test_bad_requests(recipe, box):
    """What nobody signed, is stale or too large is refused with its status, and the next event gets through."""
    body = b'{"event_type":"NOVELTY"}'
    headers = webhooks.sign(body, box.webhook_secret)
    stale = webhooks.sign(body, box.webhook_secret, timestamp=time.time() - 400)
    cases = [
        (body, webhooks.sign(body, "another"), 400),
        (body, stale, 400),
        (body, {}, 400),
        (b"", headers, 400),
        (body, [*headers.items(), ("webhook-id", headers["webhook-id"])], 400),
        (body, headers, 200),
    ]
    for sent, with_headers, expected in cases:
        assert expected == (await recipe.post("/webhooks/pinelabs", sent, with_headers))[0]
    head = f"POST /webhooks/pinelabs HTTP/1.0\r\nHost: x\r\nContent-Length: {1024 * 1024 + 1}\r\n\r\n"
    assert b"413" == (await raw(recipe.address, head.encode())).split(b" ")[1]
    assert 200 == (await recipe.post("/webhooks/pinelabs", body, headers))[0]
    assert 400 == (await recipe.post("/return", {"order_id": "v1-1", "status": "PROCESSED"}))[0]


@pytest.mark.parametrize("recipe", ["django"], indirect=True)
async def test_another_site_presses_the_button(recipe, box):
    """Django's own check stands where the payer's browser has a token: a foreign form makes no order."""
    assert 403 == (await recipe.post("/buy"))[0]
    assert () == box.ledger.executions("checkout.create")
