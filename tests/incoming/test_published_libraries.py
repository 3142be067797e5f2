"""Against ``standardwebhooks`` and ``svix``: both read what we sign and refuse what we refuse, apart from what is said here."""

import base64
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import standardwebhooks
import svix.webhooks

from pinelabs_async import SignatureError, webhooks

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
VECTORS = json.loads((EXAMPLES / "signatures" / "vectors.json").read_text(encoding="utf-8"))["webhook"]
SAMPLES = sorted((EXAMPLES / "webhooks").glob("*-*.json"))
SECRET = "wh-secret-for-tests-only-0001"
KEY = SECRET.encode()

THEIRS = {"standardwebhooks": standardwebhooks.Webhook, "svix": svix.webhooks.Webhook}
each_library = pytest.mark.parametrize("library", THEIRS.values(), ids=THEIRS)


def they_accept(library, body, headers, secret=KEY):
    """Tell whether the library takes a delivery: what it raises is of many kinds, and means no."""
    try:
        library(secret).verify(body, headers)
    except Exception:  # noqa: BLE001
        return False
    return True


def we_accept(body, headers, secret=SECRET):
    try:
        webhooks.verify(body, headers, secret)
    except SignatureError:
        return False
    return True


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@each_library
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_they_read_what_we_sign(library, path):
    """Every documented delivery, signed by us, is taken by them."""
    body = path.read_bytes()
    library(KEY).verify(body, webhooks.sign(body, SECRET))


@each_library
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_we_read_what_they_sign(library, path):
    """Every documented delivery, signed by them, is taken by us, and the signature is the same text."""
    body, now = path.read_bytes(), int(time.time())
    signature = library(KEY).sign("msg_1", datetime.fromtimestamp(now, UTC), body.decode())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(now), "webhook-signature": signature}
    assert "msg_1" == webhooks.verify(body, headers, SECRET).id
    assert headers == webhooks.sign(body, SECRET, id="msg_1", timestamp=now)


@each_library
def test_every_single_bit(library):
    """Of one delivery, every bit of body and headers in turn: they and we refuse the same changes."""
    body = b'{"data":{"order_id":"v1-1"}}'
    headers = webhooks.sign(body, SECRET, id="msg_1")
    changes = [(f"body {bit}", flipped(body, bit), headers) for bit in range(len(body) * 8)]
    changes += [
        (f"{name} {bit}", body, {**headers, name: flipped(value.encode(), bit).decode("latin-1")})
        for name, value in headers.items()
        for bit in range(len(value) * 8)
    ]
    told = {what: (they_accept(library, *sent), we_accept(*sent)) for what, *sent in changes}
    assert [] == [what for what, (_, ours) in told.items() if ours]
    assert [] == [
        what for what, (theirs, _) in told.items() if theirs and not tolerated_by_them(what, headers)
    ]


def tolerated_by_them(what, headers):
    """Base64 has bits that mean nothing; both libraries compare what is decoded, we compare the text."""
    name, bit = what.split(" ")
    if name != "webhook-signature":
        return False
    changed = flipped(headers[name].encode(), int(bit)).decode("latin-1").partition(",")[2]
    return base64.b64decode(changed) == base64.b64decode(headers[name].partition(",")[2])


# The worked vectors

OTHERWISE = {
    "standardwebhooks": {"s-webhook-08", "s-webhook-13"},  # an empty body is no JSON; a token without a comma
    "svix": {"s-webhook-13"},
}
"""Vectors that they judge otherwise than we do: both are taken by us and refused by them."""


@pytest.fixture
def clock(monkeypatch):
    """What sets the time of both libraries."""

    def set_to(now):
        class Fixed(datetime):
            @classmethod
            def now(cls, tz=None):
                return cls.fromtimestamp(now, tz)

        for module in (standardwebhooks.webhooks, svix.webhooks):
            monkeypatch.setattr(module, "datetime", Fixed)

    return set_to


@pytest.mark.parametrize("name", THEIRS)
def test_vectors(name, clock):
    """They judge every vector as we do, with its clock and its key, but for the two that are said here."""
    otherwise = set()
    for row in VECTORS:
        clock(row["now"])
        secret, body = row["secret"].encode(), base64.b64decode(row["body_base64"])
        key = base64.b64decode(secret) if row["secret_encoding"] == "base64" else secret
        if they_accept(THEIRS[name], body, row["headers"], key) != row["expected"]["valid"]:
            otherwise.add(row["id"])
    assert OTHERWISE[name] == otherwise


# What differs


@each_library
def test_the_secret_is_text(library):
    """To us the secret's own text is the key; to them a text is base64, with or without ``whsec_`` before it.

    A secret of hexadecimal digits is base64, too: who hands it to them as it is checks with another key and
    is told only that nothing matches.
    """
    body = b"{}"
    secret = "0123456789abcdef0123456789abcdef"
    headers = webhooks.sign(body, secret)
    assert they_accept(library, body, headers, secret.encode())
    assert they_accept(library, body, headers, "whsec_" + base64.b64encode(secret.encode()).decode())
    assert not they_accept(library, body, headers, secret)
    theirs = webhooks.sign(body, base64.b64decode(secret))
    assert they_accept(library, body, theirs, secret)
    assert not we_accept(body, theirs, secret)
    assert we_accept(body, theirs, base64.b64decode(secret))


@each_library
@pytest.mark.parametrize("change", ["{}.0", " {} ", "+{}", "0{}"])
def test_a_timestamp_is_the_text_that_was_signed(library, change):
    """They sign what they read from the timestamp again, so that several texts fit; to us only digits fit."""
    headers = webhooks.sign(b"{}", SECRET)
    headers["webhook-timestamp"] = change.format(headers["webhook-timestamp"])
    assert (True, False) == (they_accept(library, b"{}", headers), we_accept(b"{}", headers))


@each_library
def test_a_token_that_is_none(library):
    """One strange token beside a right one makes them refuse the delivery; we take the right one."""
    headers = webhooks.sign(b"{}", SECRET)
    headers["webhook-signature"] = "strange " + headers["webhook-signature"]
    assert (False, True) == (they_accept(library, b"{}", headers), we_accept(b"{}", headers))


@each_library
def test_a_body_that_is_no_text(library):
    """They read text only; what is signed and is no UTF-8 arrives with us as an unknown event."""
    headers = webhooks.sign(b"\xff", SECRET)
    assert (False, True) == (they_accept(library, b"\xff", headers), we_accept(b"\xff", headers))
