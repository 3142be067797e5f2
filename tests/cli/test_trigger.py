"""`pinelabs trigger`: one signed event, posted to a merchant's server."""

import asyncio
import os
import re
import shlex
import sys
from pathlib import Path

import pytest
from aiohttp import web

from pinelabs_async import OrderEvent, SubscriptionEvent
from tests.sandbox.merchant_server import MerchantServer

ROOT = Path(__file__).parents[2]
SECRET = "a webhook secret"


@pytest.fixture
async def shop():
    """The merchant's server."""
    server = await MerchantServer().start()
    yield server
    await server.close()


async def run(*arguments, secret=SECRET):
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"} | (
        {"PINELABS_WEBHOOK_SECRET": secret} if secret is not None else {}
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", "from pinelabs_sync.cli import main; main()", "trigger"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    out, err = await asyncio.wait_for(process.communicate(), 50)
    return process.returncode, out.decode(), err.decode()


async def test_it_sends_a_signed_event(shop):
    """The handler gets a typed event that verifies, and the command says what it answered."""
    ended, out, err = await run("order_processed", "--to", shop.url)

    [came] = shop.came
    event = came.verified(SECRET)
    assert isinstance(event, OrderEvent)
    assert ("ORDER_PROCESSED", ()) == (event.type, event.data.problems)
    assert (0, f"ORDER_PROCESSED {came.id} to {shop.url}: 200\n", "") == (
        ended,
        out.replace("\r\n", "\n"),
        err,
    )


async def test_secret_merchant_and_id_can_be_given(shop):
    """The same id can be sent again, for another merchant, with a secret on the command line."""
    for _ in range(2):
        given = ("--secret", "other", "--merchant-id", "77", "--id", "msg_1")
        ended, _, err = await run("SUBSCRIPTION_PENDING", "--to", shop.url, *given, secret=None)
        assert (0, "") == (ended, err)

    assert ["msg_1", "msg_1"] == shop.ids
    event = shop.came[0].verified("other")
    assert isinstance(event, SubscriptionEvent)
    assert "77" == event.raw["merchant_id"]


async def test_what_is_not_accepted_ends_in_an_error(shop):
    """A status beside 2xx, a redirect among them, is one clear line and a non-zero status."""
    shop.answers.append(web.Response(status=302, headers={"Location": shop.url}))
    ended, out, err = await run("REFUND_FAILED", "--to", shop.url)

    assert 1 == ended == len(shop.came)
    assert out.rstrip().endswith(": 302")
    assert "pinelabs trigger: no 2xx; the gateway would send it again" == err.rstrip()


@pytest.mark.parametrize(
    ("arguments", "secret", "complaint"),
    [
        (("ORDER_PROCESED", "--to", "http://127.0.0.1:9/"), SECRET, "'ORDER_PROCESED' is not one of"),
        (("ORDER_PROCESSED",), SECRET, "Missing option '--to'"),
        (("ORDER_PROCESSED", "--to", "http://127.0.0.1:9/"), "", "--secret"),
        (("ORDER_PROCESSED", "--to", "file:///etc/passwd"), SECRET, "no 2xx"),
    ],
    ids=["event", "to", "secret", "scheme"],
)
async def test_wrong_arguments_are_named(arguments, secret, complaint):
    """Whatever is wrong, there is no traceback, and the secret is not shown."""
    ended, out, err = await run(*arguments, secret=secret)

    assert 0 != ended
    assert complaint in err
    assert "Traceback" not in err
    assert SECRET not in out + err


@pytest.mark.parametrize("page", ["README.md", "docs/sandbox.md"])
async def test_the_documented_line_works(shop, page, monkeypatch):
    """As it is written, with one's own URL and secret in the places of these two words."""
    monkeypatch.delenv("PINELABS_WEBHOOK_SECRET", raising=False)
    [line] = re.findall(r"`([^`]*pinelabs trigger [^`]*)`", (ROOT / page).read_text(encoding="utf-8"))
    words = shlex.split(line)
    given = dict(word.split("=", 1) for word in words[: words.index("pinelabs")])
    here = {"URL": shop.url, "SECRET": SECRET}
    arguments = [here.get(word, word) for word in words[words.index("trigger") + 1 :]]
    secret = given.get("PINELABS_WEBHOOK_SECRET")

    ended, _, err = await run(*arguments, secret=here.get(secret, secret))

    assert (0, "") == (ended, err)
    [came] = shop.came
    assert "ORDER_PROCESSED" == came.verified(SECRET).type
