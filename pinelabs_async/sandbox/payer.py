"""The payer, played over real HTTP: opens the challenge, chooses, and is sent back to the shop."""

from html.parser import HTMLParser
from typing import Final
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import aiohttp
import attrs

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)


@attrs.define
class _Form:
    action: str | None
    fields: dict[str, str] = attrs.field(factory=dict[str, str])
    buttons: dict[str, str] = attrs.field(factory=dict[str, str])
    """Button name by button value."""


class _Forms(HTMLParser):
    """Collects the forms of a page the way a browser would see them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[_Form] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(_Form(named.get("action")))
        elif tag == "input" and self.found:
            self.found[-1].fields[named["name"]] = named.get("value", "")
        elif tag == "button" and self.found and "name" in named:
            self.found[-1].buttons[named.get("value", "")] = named["name"]


class Payer:
    """Plays the browser of someone who pays.

    Each walk takes the `challenge_url` of an order: a web address, or the `upi://` link of a UPI
    intent. A UPI collect request has no link; its order id takes the link's place. A page that
    answers with an error, the shop's return URL among them, is a RuntimeError.
    """

    def __init__(self) -> None:
        self.base_url = ""

    async def approve(self, challenge_url: str | None) -> dict[str, str]:
        """Pay, and return the fields that the browser posted back to the shop."""
        return await self._walk(challenge_url, "approve")

    async def decline(self, challenge_url: str | None) -> dict[str, str]:
        """Fail the bank's check, and return the fields that the browser posted back to the shop."""
        return await self._walk(challenge_url, "decline")

    async def abandon(self, challenge_url: str | None) -> dict[str, str]:
        """Press cancel, and return the fields that the browser posted back to the shop."""
        return await self._walk(challenge_url, "cancel")

    async def transfer(self, order_id: str) -> None:
        """Pay an order by bank transfer: what its e-challan asks for, fee included."""
        async with aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as browser:
            await _fetch(browser, "POST", f"{self.base_url}/transfer/{quote(order_id, safe='')}", {})

    async def _walk(self, challenge_url: str | None, outcome: str) -> dict[str, str]:
        if challenge_url is None:
            raise ValueError("this order has no challenge_url: its payment needs no step of the payer")
        page_url = self._page_url(challenge_url)
        async with aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as browser:
            form = await _first_form(browser, "GET", page_url, {})
            if outcome not in form.buttons:
                raise RuntimeError(f"{page_url} has no button to {outcome}")
            chosen = {**form.fields, form.buttons[outcome]: outcome}
            back = await _first_form(browser, "POST", urljoin(page_url, form.action or ""), chosen)
            if urlsplit(back.action or "").scheme in ("http", "https"):
                await _fetch(browser, "POST", str(back.action), back.fields)
        return back.fields

    def _page_url(self, challenge_url: str) -> str:
        parts = urlsplit(challenge_url)
        if parts.scheme in ("http", "https"):
            return challenge_url
        name = parse_qs(parts.query)["tr"][0] if parts.scheme == "upi" else challenge_url
        return f"{self.base_url}/challenge/{name}"


async def _first_form(browser: aiohttp.ClientSession, method: str, url: str, fields: dict[str, str]) -> _Form:
    forms = _Forms(await _fetch(browser, method, url, fields)).found
    if not forms:
        raise RuntimeError(f"{url} showed no form")
    return forms[0]


async def _fetch(browser: aiohttp.ClientSession, method: str, url: str, fields: dict[str, str]) -> str:
    data = fields if method == "POST" else None
    async with browser.request(method, url, data=data, allow_redirects=False) as answer:
        page = await answer.text(errors="replace")
        if answer.status >= 400:
            raise RuntimeError(f"{method} {url} answered {answer.status}")
        return page
