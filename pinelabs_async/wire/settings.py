"""What a Session is set up with, checked at the door."""

import math
import re
from collections.abc import Mapping
from ipaddress import ip_address
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

import aiohttp
import attrs

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.wire.operation import Repeat
from pinelabs_async.wire.redact import Secret

if TYPE_CHECKING:  # most programs need none of them
    from pinelabs_async.wire.intent import IntentStore
    from pinelabs_async.wire.legacy import LegacyCredentials
    from pinelabs_async.wire.tracing import Tracer

Environment = Literal["uat", "production"]
OnUnknown = Literal["resolve", "raise"]

HOSTS: Final[Mapping[str, str]] = {
    "uat": "https://pluraluat.v2.pinepg.in",
    "production": "https://api.pluralpay.in",
}
LEGACY_HOSTS: Final[Mapping[str, str]] = {
    "uat": "https://uat.pinepg.in",
    "production": "https://pinepg.in",
}
"""Of the older gateway of Pay by Links."""

# As texts: most programs need none of them, and each takes a fifth of a millisecond to compile.
_HEADER_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PATH: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})+"
_REQUEST_ID: Final = r"[A-Za-z0-9._~-]{1,50}"
_OURS: Final = frozenset(
    {
        "authorization", "accept", "accept-encoding", "connection", "content-encoding", "content-length",
        "content-type", "expect", "host", "idempotency-key", "merchant-id", "request-id", "request-timestamp",
        "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Options:
    """Hold what may differ from call to call."""

    timeout: float = 30.0
    deadline: float = 90.0
    max_attempts: int = 3
    on_unknown: OnUnknown = "resolve"
    request_id: str | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])

    def __attrs_post_init__(self) -> None:
        _positive("timeout", self.timeout)
        _positive("deadline", self.deadline)
        if (
            not isinstance(self.max_attempts, int)
            or isinstance(self.max_attempts, bool)
            or self.max_attempts < 1
        ):
            raise ConfigurationError(f"max_attempts must be an int of at least 1, not {self.max_attempts!r}.")
        _one_of("on_unknown", self.on_unknown, ("resolve", "raise"))
        if self.request_id is not None and not (
            isinstance(self.request_id, str) and re.fullmatch(_REQUEST_ID, self.request_id)
        ):
            raise ConfigurationError(
                "request_id must be 1 to 50 letters, digits, '-', '_', '.' or '~', such as a UUID."
            )
        if not isinstance(self.headers, Mapping):
            raise ConfigurationError(f"headers must be a mapping, not {type(self.headers).__name__}.")
        for name, value in self.headers.items():
            _check_header(name, value)
        object.__setattr__(
            self, "headers", dict(self.headers)
        )  # what the caller changes later is not checked

    def changed(self, **changes: Any) -> "Options":
        """Return these options with the given ones (those that are not None) in their place."""
        return attrs.evolve(self, **{name: value for name, value in changes.items() if value is not None})


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Settings:
    """Hold what stays the same for the life of a Session."""

    client_id: str
    client_secret: Secret
    base_url: str
    legacy_url: str = ""
    """Scheme and host of the older gateway."""
    legacy: "LegacyCredentials | None" = None
    merchant_id: str | None = None
    webhook_secret: Secret | None = None
    return_url_secret: Secret | None = None
    pool_size: int = 100
    keepalive: float = 10.0
    grace: float = 2.0
    """Seconds that a write which has left this machine may still take when its caller is cancelled."""
    journal: "IntentStore | None" = None
    """Where writes are recorded before they leave."""
    answer_limit: int = 4 * 1024 * 1024
    strict: bool = False
    """Whether misfits of answers are warned of."""
    tracer: "Tracer | None" = None
    """What makes a span for each call."""
    proxy: str | None = None
    trust_env: bool = False
    ssl: SSLContext | None = None
    http: aiohttp.ClientSession | None = None
    prefixes: tuple[tuple[str, str], ...] = ()
    """Beginnings of paths, and what to send in their place; the first that fits counts."""

    def route(self, path: str) -> str:
        """Return the path under which the gateway in use answers an operation."""
        for declared, used in self.prefixes:
            if path.startswith(f"{declared}/"):
                return used + path[len(declared) :]
        return path

    def __attrs_post_init__(self) -> None:
        if self.merchant_id is not None and not (
            isinstance(self.merchant_id, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,50}", self.merchant_id)
        ):
            raise ConfigurationError("merchant_id must be a text of letters and digits, e.g. '111643'.")
        if not isinstance(self.pool_size, int) or isinstance(self.pool_size, bool) or self.pool_size < 1:
            raise ConfigurationError(f"pool_size must be an int of at least 1, not {self.pool_size!r}.")
        if self.ssl is not None and not isinstance(self.ssl, SSLContext):
            raise ConfigurationError(
                "ssl must be an ssl.SSLContext; TLS verification cannot be switched off with a flag. "
                "For a private CA use ssl.create_default_context(cafile=...)."
            )
        if self.http is not None and not isinstance(self.http, aiohttp.ClientSession):
            raise ConfigurationError(
                f"http must be an aiohttp.ClientSession, not {type(self.http).__name__}."
            )
        if self.legacy is not None:
            _check_legacy(self.legacy)
        _not_negative("grace", self.grace)
        if self.journal is not None and not all(
            callable(getattr(self.journal, name, None)) for name in ("record", "settle", "pending")
        ):
            raise ConfigurationError(f"journal must be an IntentStore, not {type(self.journal).__name__}.")
        if self.tracer is not None and not callable(getattr(self.tracer, "start_as_current_span", None)):
            raise ConfigurationError(
                "tracer must be an OpenTelemetry Tracer, as opentelemetry.trace.get_tracer(...) returns it, "
                f"not {type(self.tracer).__name__}."
            )
        _check_strict(self.strict, self.base_url)
        if not isinstance(self.trust_env, bool):
            raise ConfigurationError(f"trust_env must be True or False, not {self.trust_env!r}.")
        if self.proxy is not None:
            _check_proxy(self.proxy)


def secret(name: str, value: str | Secret | None) -> Secret:
    """Wrap a secret of the caller's, refusing an empty one."""
    if isinstance(value, Secret):
        value = value.reveal()
    if not isinstance(value, str):
        raise ConfigurationError(f"{name} must be a str, not {type(value).__name__}.")
    _check_text(name, value)
    return Secret(value)


def client_id(value: object) -> str:
    """Check a client id."""
    if not isinstance(value, str):
        raise ConfigurationError(f"client_id must be a str, not {type(value).__name__}.")
    _check_text("client_id", value)
    return value


def _check_text(name: str, value: str) -> None:
    if not value.strip():
        raise ConfigurationError(f"{name} must not be empty.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ConfigurationError(
            f"{name} holds half a character (a lone surrogate), which cannot be sent."
        ) from None


def base_urls(environment: object, override: object) -> tuple[str, str]:
    """Choose the hosts of the gateway and of its older twin: the environment's, or the override for both.

    An override that held for one of them only would let tests reach real money through the other.
    """
    _one_of("environment", environment, tuple(HOSTS))
    if override is None:
        return HOSTS[str(environment)], LEGACY_HOSTS[str(environment)]
    url = _base_url(override)
    return url, url


def _base_url(override: object) -> str:
    """Check an override, of which only scheme and host may be given."""
    if not isinstance(override, str):
        raise ConfigurationError(f"base_url must be a str, not {type(override).__name__}.")
    try:
        parts = urlsplit(override)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        # The URL itself is not shown: it may hold a password.
        raise ConfigurationError(f"base_url is no URL: {error}.") from None
    if not host or parts.scheme not in ("https", "http"):
        raise ConfigurationError("base_url must begin with https:// and name a host.")
    if parts.username or parts.password:
        raise ConfigurationError("base_url must not hold a user name or password.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigurationError(
            "base_url must hold scheme and host only: every operation carries its whole path."
        )
    if any(not sign.isprintable() or sign.isspace() for sign in override):
        raise ConfigurationError("base_url must not hold spaces or control characters.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigurationError(
            "base_url must begin with https://; plain http is for this machine only (127.0.0.1)."
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def method(value: object) -> str:
    """Check an HTTP method for ``Session.request``."""
    _one_of("method", value, ("GET", "POST", "PUT", "PATCH", "DELETE"))
    return str(value)


def path(value: object) -> str:
    """Check a path for ``Session.request``: one that stays on the host and means what it says."""
    if not isinstance(value, str):
        raise ConfigurationError(f"path must be a str, not {type(value).__name__}.")
    if not value.startswith("/") or value.startswith("//"):
        raise ConfigurationError("path must begin with one '/': it goes to the host of this Session.")
    if not re.fullmatch(_PATH, value):
        raise ConfigurationError(
            "path must be quoted and hold neither query nor fragment; the query goes into params."
        )
    if any(
        segment.replace("%2e", ".").replace("%2E", ".") in (".", "..")
        for segment in re.split("/|%2f|%5c", value, flags=re.IGNORECASE)
    ):
        raise ConfigurationError("path must not hold '.' or '..': it would be another path.")
    return value


def repeat(value: object) -> Repeat:
    """Check how ``Session.request`` may repeat a call."""
    for known in (Repeat.READ, Repeat.NEVER):
        if value == known:
            return known
    raise ConfigurationError(
        "repeat must be Repeat.READ or Repeat.NEVER: without a look-up there is no third way."
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    if isinstance(value, str) and value in known:
        return
    from difflib import get_close_matches  # noqa: PLC0415  # most programs make no such mistake

    close = get_close_matches(str(value).lower(), known, n=1, cutoff=0.4)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ConfigurationError(f"{name} must be {' or '.join(map(repr, known))}, not {value!r}.{hint}")


def _positive(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConfigurationError(f"{name} must be a number of seconds, not {type(value).__name__}.")
    if not math.isfinite(value) or value <= 0:
        raise ConfigurationError(f"{name} must be a number of seconds above zero, not {value}.")


def _not_negative(name: str, value: object) -> None:
    if value != 0 or isinstance(value, bool):
        _positive(name, value)


def _check_header(name: object, value: object) -> None:
    if not isinstance(name, str) or not re.fullmatch(_HEADER_NAME, name):
        raise ConfigurationError(f"headers: {name!r} is no header name.")
    if name.lower() in _OURS:
        raise ConfigurationError(f"headers: {name} is set by the SDK itself.")
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ConfigurationError(f"headers: the value of {name} must be printable ASCII text.")


def _check_legacy(legacy: object) -> None:
    from pinelabs_async.wire.legacy import LegacyCredentials  # noqa: PLC0415  # most programs need none

    if not isinstance(legacy, LegacyCredentials):
        raise ConfigurationError(f"legacy must be LegacyCredentials, not {type(legacy).__name__}.")


def _check_strict(strict: object, base_url: str) -> None:
    if not isinstance(strict, bool):
        raise ConfigurationError(f"strict must be True or False, not {strict!r}.")
    if strict and base_url == HOSTS["production"]:
        raise ConfigurationError("strict is for tests: in production every answer must reach its caller.")


def _check_proxy(proxy: object) -> None:
    try:
        parts = urlsplit(proxy) if isinstance(proxy, str) and proxy.isprintable() else None
        _ = parts and parts.port  # raises when it is none
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError("proxy must be a URL that begins with http:// or https:// and names a host.")
