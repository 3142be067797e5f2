"""One webhook on its way: the three headers that sign it, and the POST."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import aiohttp
import attrs

ANSWER_SECONDS: Final = 5.0
"""How long the gateway waits for the merchant's answer."""
_KEPT_ANSWER: Final = 64 * 1024


@attrs.frozen(kw_only=True)
class Attempt:
    """One POST to the merchant, and what came back."""

    at: datetime
    """By the sandbox's clock, which is the `webhook-timestamp` as well."""
    status: int | None = None
    """None where no complete answer came in time."""
    answer: bytes = attrs.field(default=b"", repr=False)
    """The first 64 KiB of the answer's body."""
    error: str | None = None
    """Why there is no status."""

    @property
    def accepted(self) -> bool:
        """Whether the merchant answered with a 2xx; a redirect is no acceptance."""
        return self.status is not None and 200 <= self.status < 300


def sign(body: bytes, secret: str, *, id: str, timestamp: int) -> dict[str, str]:  # noqa: A002 - the header's own name
    """Return the headers of a delivery; the key is the text of the secret itself, whatever it looks like."""
    signed = f"{id}.{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def http_client() -> aiohttp.ClientSession:
    """Return a client that keeps nothing from one delivery to the next: neither cookies nor connections."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True), cookie_jar=aiohttp.DummyCookieJar()
    )


async def post(
    http: aiohttp.ClientSession,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    at: datetime,
    seconds: float,
) -> Attempt:
    """Send one webhook and return how it went; this never raises for what the merchant's server does."""
    sent = {**headers, "Content-Type": "application/json", "User-Agent": "pinelabs-sandbox"}
    try:
        async with (
            asyncio.timeout(seconds),
            http.post(url, data=body, headers=sent, allow_redirects=False) as answer,
        ):
            return Attempt(at=at, status=answer.status, answer=await _beginning(answer.content))
    except TimeoutError:
        return Attempt(at=at, error=f"no answer within {seconds:g} s")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Attempt(at=at, error=f"{type(error).__name__}: {error}".rstrip(": "))


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    kept = bytearray()
    async for chunk in content.iter_any():
        kept += chunk
        if len(kept) >= _KEPT_ANSWER:
            break
    return bytes(kept[:_KEPT_ANSWER])
