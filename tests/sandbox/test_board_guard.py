"""Whom the sandbox's page serves, and what it never shows."""

import asyncio
import json

import aiohttp
import pytest

from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.board import mask
from pinelabs_sync.sandbox import Sandbox as BlockingSandbox
from tests.sandbox.mandate_calls import plan, subscribe
from tests.sandbox.merchant_server import MerchantServer
from tests.sandbox.visitor import Page, Visitor

EVIL = "<script>alert('x')</script>&\""


@pytest.fixture
def visitor(box, stranger):
    """Someone at the page."""
    return Visitor(box, stranger.http)


async def stolen(visitor):
    """Return the fields of a good form."""
    page = await visitor.look()
    return {"token": page.forms[0].fields["token"], "do": "clock.advance", "hours": "24"}


# Who may press


@pytest.mark.parametrize("token", [None, "", "x", "é" * 43], ids=str)
async def test_a_form_without_the_pages_token_is_refused(box, visitor, token):
    """A page of somebody else does not know what stands in every form, and nothing happens."""
    fields = await stolen(visitor)
    fields = {**fields, "token": token} if token is not None else {**fields, "token": ""}

    status, _, text = await visitor.post(fields)

    assert 403 == status
    assert "not on the sandbox" in text
    assert "Ahead by" not in (await visitor.look()).text


async def test_each_sandbox_has_its_own_token(visitor):
    """What one sandbox put into its forms opens nothing at another."""
    fields = await stolen(visitor)

    async with Sandbox() as other, aiohttp.ClientSession(other.base_url) as http:
        status, _, _ = await Visitor(other, http).post(fields)

    assert 403 == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
async def test_a_form_from_elsewhere_is_refused(visitor, headers):
    """Even with the token a form counts only where the browser says that it was on this page."""
    fields = await stolen(visitor)

    assert 403 == (await visitor.post(fields, **headers))[0]

    assert "Ahead by" not in (await visitor.look()).text


async def test_the_pages_own_form_is_taken(box, visitor):
    """With what a browser says of a form of this page it is done."""
    fields = await stolen(visitor)

    status, _, _ = await visitor.post(fields, Origin=box.base_url, **{"Sec-Fetch-Site": "same-origin"})

    assert 303 == status
    assert "Ahead by" in (await visitor.look()).text


@pytest.mark.parametrize("path", ["/", "/board/lists", "/board/act", "/board/requests/1"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[", "", "10.0.0.1", "a b"])
async def test_a_strangers_name_that_leads_here_is_refused(visitor, host, path):
    """A host name that was pointed at loopback gets neither lists nor buttons: that is DNS rebinding."""
    status, _, text = await visitor.fetch(path, headers={"Host": host})

    assert 403 == status
    assert "token" not in text


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1", "[::1]:80", "127.0.0.2:80"])
async def test_every_local_name_is_served(visitor, host):
    """Also through a tunnel, whose port is another one."""
    assert 200 == (await visitor.fetch("/", headers={"Host": host}))[0]


# How it answers


@pytest.mark.parametrize(
    "path", ["/", "/board/lists", "/board/style.css", "/board/live.js", "/board/back.js"]
)
async def test_head_and_headers(visitor, path):
    """HEAD answers like GET without a body; nothing is kept, guessed, framed or fetched from elsewhere."""
    status, head, text = await visitor.fetch(path, method="HEAD")
    _, full, body = await visitor.fetch(path)

    assert (200, "") == (status, text)
    assert full["Content-Type"] == head["Content-Type"]
    assert str(len(body.encode())) == full["Content-Length"] == head["Content-Length"]
    for name in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert name in head["Content-Security-Policy"]
    assert "unsafe" not in head["Content-Security-Policy"]
    assert ("nosniff", "no-store", "same-origin", "same-origin") == tuple(
        head[name]
        for name in (
            "X-Content-Type-Options",
            "Cache-Control",
            "Referrer-Policy",
            "Cross-Origin-Resource-Policy",
        )
    )


@pytest.mark.parametrize(
    "path",
    [
        "/board/",
        "/board/nothing",
        "/board/lists/x",
        "/board/front.py",
        "/board/requests/1000",
        "/board/requests/",
        "/board/events/msg_none",
        "/board/..%2Fdesk.py",
    ],
)
async def test_unknown_pages_are_not_found(visitor, path):
    """They answer with a page that says so, and no file of the package gets out."""
    status, headers, text = await visitor.fetch(path)

    assert (404, "text/html; charset=utf-8") == (status, headers["Content-Type"])
    assert "There is no such page" in text


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/board/lists", "GET, HEAD"),
        ("GET", "/board/act", "POST"),
        ("OPTIONS", "/board/act", "POST"),
    ],
)
async def test_other_methods(visitor, method, path, allow):
    """They are refused, and the right ones are named."""
    status, headers, _ = await visitor.fetch(path, method=method)

    assert 405 == status
    assert set(allow.split(", ")) == set(headers["Allow"].replace(",", " ").split())


async def test_forms_that_are_none(visitor):
    """JSON is no form, and neither is a book."""
    fields = await stolen(visitor)

    assert 415 == (await visitor.fetch("/board/act", method="POST", json=fields))[0]
    assert 413 == (await visitor.post({**fields, "amount": "1" * 20_000}))[0]


async def test_a_crash_is_told_and_kept(box, visitor, monkeypatch):
    """A bug of the page is a page that says so, and is raised when the sandbox closes."""
    monkeypatch.setattr("pinelabs_async.sandbox.board.page.whole", lambda *_: 1 / 0)

    assert 500 == (await visitor.fetch())[0]

    assert [ZeroDivisionError] == [type(crash) for crash in box.crashes]
    box.crashes.clear()


def test_the_blocking_sandbox_has_it_too():
    """The page is at the root of a sandbox that runs in its own thread."""
    import urllib.request

    with BlockingSandbox() as box, urllib.request.urlopen(box.base_url) as answer:
        page = Page(answer.read().decode())

    assert "Pine Labs sandbox" in page.text


# What it never shows


async def test_what_strangers_wrote_is_text(api, box, visitor):
    """Names, paths, queries, headers and bodies come back as they were written, never as HTML."""
    order = await api.paid()
    await subscribe(api, of=await plan(api, plan_name=EVIL))
    await api.call("GET", f"/{EVIL}?{EVIL}={EVIL}", headers={"User-Agent": EVIL})
    await api.call("POST", "/api/pay/v1/orders", {"merchant_order_reference": EVIL, EVIL: EVIL})
    box.webhooks.send(f"ORDER_{EVIL}", {EVIL: EVIL, "order": order["order_id"]})

    pages = [await visitor.look()]
    pages += [await visitor.look(path) for path in pages[0].links if path.startswith("/board/")]

    assert [1] + [0] * (len(pages) - 1) == [page.tags.count("script") for page in pages]
    assert len(pages) > 10
    assert EVIL == pages[0].list("subscriptions")[0][2]
    assert 4 <= sum("alert(" in page.text for page in pages)
    parts = json.loads((await visitor.fetch("/board/lists"))[2])
    assert not any("<script" in part for part in parts.values())


async def test_what_is_no_text_is_shown_all_the_same(api, box, visitor):
    """Bytes that are no UTF-8 in a path and halves of characters in a body break no page."""
    await api.call("POST", "/api/pay/v1/orders", {"merchant_order_reference": "\ud800", "\udfff": 1})
    host, port = box.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"GET /\xff\xfe?\xff=\xff HTTP/1.1\r\nHost: x\r\nUser-Agent: \xff\r\nConnection: close\r\n\r\n"
    )
    await reader.read()
    writer.close()
    await writer.wait_closed()

    page = await visitor.look()
    for path in page.links:
        if path.startswith("/board/"):
            await visitor.look(path)
    json.loads((await visitor.fetch("/board/lists"))[2])
    assert [] == box.crashes


CANARIES = {
    "client_secret": "canary-secret",
    "access_token": "canary-token",
    "card_number": "4012001037141112",
    "cvv": "965",
    "cryptogram": "canary-cryptogram",
    "cavv": "canary-cavv",
    "otp": "847261",
    "expiry_month": "canary-month",
    "account_number": "canary-account",
    "pin": "847262",
    "pan": "canary-pan",
}


@pytest.mark.parametrize("name", CANARIES)
@pytest.mark.parametrize("written", [str.lower, str.upper, lambda name: name.replace("_", "-"), "camel"])
def test_a_canary_of_each_is_masked(name, written):
    """A secret is left out of JSON, however deep, and of forms and queries, by its name in any spelling."""
    canary = CANARIES[name]
    spelt = name.title().replace("_", "") if written == "camel" else written(name)
    nested = {"data": [{"payment": {spelt: canary, "status": "shown"}}], "number": 5}

    given = [
        mask.body(json.dumps(nested).encode(), "application/json"),
        mask.body(json.dumps({spelt: {"inner": canary}, "is": "shown"}).encode(), ""),
        mask.body(json.dumps({spelt: [canary], "is": "shown"}).encode(), ""),
        mask.body(f"{spelt}={canary}&is=shown".encode(), "application/x-www-form-urlencoded; charset=utf-8"),
        mask.query(f"{spelt}={canary}&is=shown"),
    ]

    for text in given:
        assert canary not in text
        assert "shown" in text
        assert mask.MASK in text


@pytest.mark.parametrize(
    "text",
    [
        '{"note": "pay with 4012001037141112 please"}',
        '{"note": "4012 0010 3714 1112"}',
        '{"note": "4012-0010-3714-1112"}',
        '{"4012001037141112": 1}',
        '{"note": 4012001037141112}',
        '{"note": "{\\"cvv\\": \\"065\\", \\"x\\": \\"4012001037141112\\"}"}',
    ],
)
def test_a_card_number_is_known_by_its_digits(text):
    """Whatever it is called and however it is written, it is left out."""
    shown = mask.body(text.encode(), "application/json")

    assert "1112" not in shown
    assert mask.MASK in shown


@pytest.mark.parametrize(
    "text",
    [
        "v1-261121093106-aa-xYz123",
        "v1-261121125907-aa-xYz123",
        "150000",
        "v1-4405071524-aa-4012",
        "9876543210",
    ],
)
def test_other_numbers_are_shown(text):
    """Ids, amounts and phone numbers have no check digit of a card, or are too short."""
    assert text in mask.body(json.dumps({"id": text}).encode(), "")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"client_secret": "canary', "application/json"),
        (b"client_secret canary", "text/plain"),
        (b'--x\r\nname="otp"\r\n\r\ncanary\r\n--x--', "multipart/form-data; boundary=x"),
        (b"\xff\xfecanary", "application/x-www-form-urlencoded"),
        (b"[" * 100_000 + b'"canary"', "application/json"),
    ],
)
def test_what_has_no_members_is_counted_alone(body, content_type):
    """Of what cannot be read member by member only the length is told."""
    assert f"({len(body):,} bytes that are no JSON)" == mask.body(body, content_type)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"note": json.dumps([{"cvv": "965"}])}), "application/json"),
        (json.dumps({"note": json.dumps({"is": json.dumps({"cvv": "965"})})}), ""),
        ('note={"cvv": "965"}', "application/x-www-form-urlencoded"),
    ],
)
def test_json_in_a_text_is_masked(body, content_type):
    """JSON that was put into a text is looked through as well."""
    shown = mask.body(body.encode(), content_type)

    assert "965" not in shown
    assert "cvv" in shown


async def test_no_page_shows_a_secret(api, box, visitor):
    """In the token request, its answer, a payment, a password and a webhook nothing secret is to be seen."""
    server = await MerchantServer().start()
    box.webhooks.url = server.url
    order = await api.pending()
    payment = (await api.get(order))["payments"][0]["id"]
    await api.call("POST", "/api/pay/v1/otp/generate", {"payment_id": payment})
    await api.call("POST", "/api/pay/v1/otp/submit", {"payment_id": payment, "otp": "847261"})
    await api.call("GET", f"/x?otp=847261&card={CANARIES['card_number']}")
    await box.webhooks.delivered()

    page = await visitor.look()
    texts = [page.html] + [
        (await visitor.fetch(path))[2] for path in page.links if path.startswith("/board/")
    ]

    assert any("client_credentials" in text for text in texts)
    assert any("Authorization: •••" in text for text in texts)
    for secret in (
        box.client_secret,
        box.webhook_secret,
        box.return_url_secret,
        box.access_code,
        api.token,
        "847261",
        "4012001037141112",
        '"065"',
        "&quot;065&quot;",
    ):
        assert not any(secret in text for text in texts), secret
    await server.close()


async def test_payer_pages_run_nothing_inline(api, box, visitor):
    """They look like the rest, take nothing from elsewhere, and what brings the payer back is a script of their own."""
    order = await api.pending("ord-1", callback_url="https://shop.example/return")
    _, made = await api.call(
        "POST",
        "/api/checkout/v1/orders",
        {"merchant_order_reference": "ord-2", "order_amount": {"value": 100, "currency": "INR"}},
    )

    for url in (order["challenge_url"], made["redirect_url"], f"{box.base_url}/link/none"):
        _, headers, html = await visitor.fetch(url)
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'none'; style-src 'self'; script-src"
        )
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert 'href="/board/style.css"' in html
        assert "<script" not in html
    _, _, html = await visitor.fetch(order["challenge_url"], method="POST", data={"outcome": "approve"})
    assert '<script src="/board/back.js"></script>' in html
    assert 'action="https://shop.example/return"' in html
