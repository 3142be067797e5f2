"""Webhooks: checking that the gateway sent one, and reading it.

The scheme is that of Standard Webhooks, over the raw bytes of the body. The key is the secret's text itself:
it is neither base64 nor hexadecimal, whatever it looks like.
"""

import base64
import difflib
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol, cast

from pinelabs_async.errors import ConfigurationError, SignatureError
from pinelabs_async.incoming.events import Event, read_event
from pinelabs_async.incoming.return_url import hex_key
from pinelabs_async.incoming.seconds import is_seconds, shown
from pinelabs_async.wire.redact import Secret, frameless

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
LEGACY_SIGNATURE: Final = "x-verify"

_SECONDS: Final = re.compile(r"[0-9]{1,15}")
_MOST_TOKENS: Final = 50

OneSecret = str | bytes | Secret


class Headers(Protocol):
    """Be a request's headers: any mapping, or what a framework has instead. Any, since they differ."""

    def keys(self) -> Iterable[Any]:
        """Return the names, in any case."""
        ...

    def __getitem__(self, name: str, /) -> Any:
        """Return a value, or several."""
        ...


@frameless
def verify(
    body: bytes,
    headers: Headers,
    secret: OneSecret | Sequence[OneSecret],
    *,
    tolerance: float | None = 300,
    now: float | None = None,
) -> Event:
    """Check that the gateway sent a webhook, and read it. No money moves.

    What it does not prove: that it is new. The gateway sends again what was not answered with a 2xx within
    five seconds, under the same ``id``, for more than a day; and events come in any order. Read the order
    before you ship.

    Args:
        body: The raw bytes of the request, before anything parsed them.
        headers: The request's headers, names in any case, as any framework gives them.
        secret: The webhook secret, or several while you change it: a text stands for its UTF-8 bytes.
        tolerance: How many seconds its timestamp may be off, both ways; None skips this check.
        now: The time, in Unix seconds; left out: the machine's.

    Returns:
        The event. An unknown name, or a verified body that is no JSON, is an ``UnknownEvent``.

    Raises:
        SignatureError: do not trust it. ``reason`` is ``missing_header``, ``duplicate_header``,
            ``malformed_header``, ``timestamp_invalid``, ``signature_mismatch``, ``timestamp_too_old`` or
            ``timestamp_too_new``.
        ConfigurationError: the secret, the tolerance or the time cannot be used.
        TypeError: the body is not bytes.

    Source: https://www.pinelabs.com/docs/online-payments/developer-tools/webhooks/webhook-signature-verification
    """
    keys = _keys(secret)
    raw = _bytes(body)
    limit, moment = _seconds("tolerance", tolerance), _seconds("now", now)
    identifier, stamp, signature = (_header(headers, name) for name in (ID, TIMESTAMP, SIGNATURE))
    if not _SECONDS.fullmatch(stamp):
        raise SignatureError("the webhook's timestamp is no number of seconds", reason="timestamp_invalid")
    given = _signatures(signature)
    signed = f"{identifier}.{stamp}.".encode("utf-8", "surrogatepass") + raw
    expected = [_digest(signed, key) for key in keys]
    # Every pair is compared, so that the time tells nothing of which one came close.
    if not sum(hmac.compare_digest(one, other) for one in expected for other in given):
        raise SignatureError(
            "the webhook's signature does not match; do not trust it", reason="signature_mismatch"
        )
    if limit is not None:
        _check_age(int(stamp), limit, time.time() if moment is None else moment)
    return read_event(raw, id=identifier, timestamp=_moment(int(stamp)))


@frameless
def sign(
    body: bytes,
    secret: OneSecret,
    *,
    id: str | None = None,  # noqa: A002  # the header's own name
    timestamp: float | None = None,
) -> dict[str, str]:
    """Make the headers of a valid delivery, for tests.

    Args:
        body: The bytes that are sent.
        secret: The webhook secret.
        id: The ``webhook-id``; a random one when left out.
        timestamp: Unix seconds; now when left out.

    Returns:
        ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``.

    Raises:
        ConfigurationError: the secret or the timestamp cannot be used.
        TypeError: the body is not bytes.
    """
    key = _key(secret)
    _seconds("timestamp", timestamp)
    identifier = f"msg_{secrets.token_urlsafe(20)}" if id is None else id
    stamp = str(int(time.time() if timestamp is None else timestamp))
    signed = f"{identifier}.{stamp}.".encode("utf-8", "surrogatepass") + _bytes(body)
    return {ID: identifier, TIMESTAMP: stamp, SIGNATURE: f"v1,{_digest(signed, key).decode()}"}


@frameless
def verify_legacy(body: bytes, headers: Headers, secret: str | Secret) -> Event:
    """Check that the older gateway sent a webhook, and read it. No money moves.

    Its signature covers neither time nor id: an old delivery verifies again, so keep what you have handled.

    Args:
        body: The raw bytes of the request.
        headers: The request's headers, names in any case, as any framework gives them.
        secret: The secret of the older gateway: hexadecimal text.

    Returns:
        A ``LegacyEvent``, or an ``UnknownEvent``.

    Raises:
        SignatureError: do not trust it. ``reason`` is ``missing_header``, ``duplicate_header``,
            ``malformed_header`` or ``signature_mismatch``.
        ConfigurationError: the secret is empty or not hexadecimal.
        TypeError: the body is not bytes.

    Source: https://developer.pluralonline.com/v2.0/docs/developer-tools-webhook
    """
    key, raw = hex_key("the webhook secret", secret), _bytes(body)
    given = _header(headers, LEGACY_SIGNATURE)
    expected = hmac.new(key, base64.b64encode(raw), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), given.lower().encode("utf-8", "surrogatepass")):
        raise SignatureError(
            "the webhook's signature does not match; do not trust it", reason="signature_mismatch"
        )
    return read_event(raw, id="", timestamp=None)


def check_settings(secret: OneSecret | Sequence[OneSecret], tolerance: float | None) -> None:
    """Refuse a secret or a tolerance that ``verify`` would refuse."""
    _keys(secret)
    _seconds("tolerance", tolerance)


def closest(name: str, known: Iterable[str]) -> str:
    """Return a question about the name that is most like a wrong one, or nothing."""
    close = difflib.get_close_matches(str(name).upper(), list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _digest(signed: bytes, key: bytes) -> bytes:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def _keys(secret: OneSecret | Sequence[OneSecret]) -> list[bytes]:
    several = [secret] if isinstance(secret, (str, bytes, Secret)) else secret
    if not isinstance(several, Iterable):
        raise ConfigurationError(f"the webhook secret must be a str or bytes, not {type(secret).__name__}.")
    keys = [_key(one) for one in several]
    if not keys:
        raise ConfigurationError("there is no webhook secret.")
    return keys


def _key(secret: object) -> bytes:
    text = secret.reveal() if isinstance(secret, Secret) else secret
    try:
        key = text.encode() if isinstance(text, str) else text
    except UnicodeEncodeError:
        raise ConfigurationError("the webhook secret holds half a character (a lone surrogate).") from None
    if not isinstance(key, bytes):
        raise ConfigurationError(f"the webhook secret must be a str or bytes, not {type(secret).__name__}.")
    if not key.strip():
        raise ConfigurationError("the webhook secret must not be empty.")
    return key


def _bytes(body: object) -> bytes:
    if not isinstance(body, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"body must be the raw bytes of the request, not {type(body).__name__}: "
            "what was parsed and written again has another signature."
        )
    return bytes(cast("bytes", body))


def _header(headers: Headers, name: str) -> str:
    """Return the one value of a header."""
    names = headers.keys()  # Werkzeug's headers iterate pairs
    values = [value for key in names if _lower(key) == name for value in _values(headers, key)]
    # Mappings of several values list a name once for each; the same text twice is still one header twice.
    if len(values) > 1:
        raise SignatureError(f"the webhook has {len(values)} {name} headers", reason="duplicate_header")
    value = values[0] if values else ""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        raise SignatureError(f"the webhook's {name} header is no text", reason="malformed_header")
    if not value.strip():
        raise SignatureError(f"the webhook has no {name} header", reason="missing_header")
    return value


def _lower(key: object) -> str:
    text = key.decode("latin-1") if isinstance(key, bytes) else key
    return text.lower() if isinstance(text, str) else ""


def _values(headers: Headers, key: Any) -> list[Any]:
    several = getattr(headers, "getlist", None) or getattr(headers, "getall", None)
    value = headers[key] if several is None else list(several(key))
    return list(cast("list[Any]", value)) if isinstance(value, (list, tuple)) else [value]


def _signatures(header: str) -> list[bytes]:
    """Return the signatures of a header that may hold several, of several versions; only v1 is known."""
    tokens = (token.partition(",") for token in header.split(" ")[:_MOST_TOKENS])
    found = [rest if comma else label for label, comma, rest in tokens if not comma or label == "v1"]
    return [signature.encode("utf-8", "surrogatepass") for signature in found]


def _seconds(name: str, value: object) -> float | None:
    if value is None:
        return None
    if not is_seconds(value):
        raise ConfigurationError(
            f"{name} must be a number of seconds from 0 on, or None, not {shown(value)}."
        )
    return float(value)


def _check_age(stamp: int, tolerance: float, now: float) -> None:
    if now - stamp > tolerance:
        raise SignatureError("the webhook is too old: it may be a replay", reason="timestamp_too_old")
    if stamp - now > tolerance:
        raise SignatureError(
            "the webhook comes from the future: compare the clocks", reason="timestamp_too_new"
        )


def _moment(stamp: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(stamp, UTC)
    except (ValueError, OverflowError, OSError):  # beyond the year 9999
        return None
