"""The Session: settings, opening and closing, one attribute a group of operations."""

import inspect
import os
from collections.abc import Mapping, Sequence
from ssl import SSLContext
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from pinelabs_async.api.auth import fetch_token
from pinelabs_async.errors import ConfigurationError, PineLabsError
from pinelabs_async.groups import Groups
from pinelabs_async.wire import settings as door
from pinelabs_async.wire.call import Caller
from pinelabs_async.wire.checks import check_json
from pinelabs_async.wire.lifetime import report_unclosed
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.redact import Secret, frameless, frameless_init
from pinelabs_async.wire.settings import Environment, OnUnknown, Options, Settings
from pinelabs_async.wire.shape import Answer
from pinelabs_async.wire.transport import Transport

if TYPE_CHECKING:  # most programs need none of them
    from pinelabs_async.wire.intent import IntentStore, Resolution
    from pinelabs_async.wire.legacy import LegacyCredentials
    from pinelabs_async.wire.tracing import Tracer


@frameless_init
class Session(Groups):
    """Talk to Pine Labs Online for one merchant: the access token, the connections and every operation.

    Make one for the life of your program and use it from as many tasks as you like. Making it does
    nothing but check the settings, so it may be made where no event loop runs; connections are opened
    by the first call. Close it with ``async with`` or ``await session.aclose()``.

    ::

        async with Session(client_id, client_secret, environment="uat") as pinelabs:
            order = await pinelabs.orders.create(NewOrder(order_amount=Money.from_rupees("1500.00")))

    Args:
        client_id: From Pine Labs, at onboarding.
        client_secret: From Pine Labs, at onboarding.
        environment: ``uat`` for trying out, ``production`` for real money.
        base_url: Another host than the environment's, scheme and host only; ``http`` for loopback only.
        merchant_id: Sent as ``Merchant-ID`` where given.
        webhook_secret: Kept for ``webhook_secret``.
        return_url_secret: Kept for ``return_url_secret``.
        legacy: For ``pay_by_links``, the older gateway with credentials of its own.
        subscriptions_prefix: Where plans and subscriptions live; ``/api/v1/public`` in the vendor's older guide.
        timeout: Seconds for one attempt, waiting for a connection included.
        deadline: Seconds for a whole call: token, attempts, pauses and look-ups.
        max_attempts: How often a request is tried where trying again is safe.
        on_unknown: What to do when the answer to a write is lost: ``resolve`` looks it up, ``raise`` does not.
        grace: Seconds that a write which was already sent may still take when its caller is cancelled.
        journal: Where writes are recorded before they leave, e.g. ``SQLiteIntentStore("intents.db")``.
        strict: For tests, refused in production: warn with ``AnswerProblemWarning`` where an answer does not fit.
        tracer: From ``opentelemetry.trace.get_tracer(...)``: each call gets a span, with what the log says of it.
        pool_size: How many connections at most; calls beyond that wait, in the order of their coming.
        proxy: URL of an HTTP proxy.
        trust_env: Read proxies from ``HTTP_PROXY`` and the like; it reads ``.netrc``, too.
        ssl: A TLS context, e.g. with a private CA. Verification cannot be switched off with a flag.
        http: Your own ``aiohttp.ClientSession``; used, not closed. ``pool_size`` and ``trust_env`` are then its own.

    Raises:
        ConfigurationError: a setting that cannot work; the message names it.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        environment: Environment = "uat",
        base_url: str | None = None,
        merchant_id: str | None = None,
        webhook_secret: str | None = None,
        return_url_secret: str | None = None,
        legacy: "LegacyCredentials | None" = None,
        subscriptions_prefix: str = "/ps/api/v1/public",
        timeout: float = 30.0,
        deadline: float = 90.0,
        max_attempts: int = 3,
        on_unknown: OnUnknown = "resolve",
        grace: float = 2.0,
        journal: "IntentStore | None" = None,
        strict: bool = False,
        tracer: "Tracer | None" = None,
        pool_size: int = 100,
        proxy: str | None = None,
        trust_env: bool = False,
        ssl: SSLContext | None = None,
        http: aiohttp.ClientSession | None = None,
    ) -> None:
        self._made_at = line_of_caller()
        url, legacy_url = door.base_urls(environment, base_url)
        self._settings = Settings(
            client_id=door.client_id(client_id),
            client_secret=door.secret("client_secret", client_secret),
            base_url=url,
            legacy_url=legacy_url,
            legacy=legacy,
            merchant_id=merchant_id,
            webhook_secret=None if webhook_secret is None else door.secret("webhook_secret", webhook_secret),
            return_url_secret=None
            if return_url_secret is None
            else door.secret("return_url_secret", return_url_secret),
            grace=grace,
            journal=journal,
            strict=strict,
            tracer=tracer,
            pool_size=pool_size,
            proxy=proxy,
            trust_env=trust_env,
            ssl=ssl,
            http=http,
            prefixes=_prefixes(subscriptions_prefix),
        )
        self._options = Options(
            timeout=timeout, deadline=deadline, max_attempts=max_attempts, on_unknown=on_unknown
        )
        self._transport = Transport(self._settings)
        self._caller = Caller(self._settings, self._transport, fetch_token, self._options)
        self._owner: Session | None = None

    @classmethod
    @frameless
    def from_env(cls, **settings: Any) -> Self:
        """Make a Session from the environment; keyword arguments win over it.

        Reads ``PINELABS_CLIENT_ID``, ``PINELABS_CLIENT_SECRET``, ``PINELABS_ENV`` (``uat`` when unset) and
        ``PINELABS_BASE_URL``.

        Args:
            settings: Any argument of ``Session``, which is why they are of Any type here.

        Raises:
            ConfigurationError: a variable is missing; the message names it.
        """
        return cls(**settings_from_env(settings))

    @property
    def base_url(self) -> str:
        """Scheme and host that this Session talks to."""
        return self._settings.base_url

    @property
    def webhook_secret(self) -> Secret | None:
        """The secret that webhooks are signed with, if it was given."""
        return self._settings.webhook_secret

    @property
    def return_url_secret(self) -> Secret | None:
        """The secret that the return to your site is signed with, if it was given: for ``return_url.verify``."""
        return self._settings.return_url_secret

    def with_options(
        self,
        *,
        timeout: float | None = None,
        deadline: float | None = None,
        max_attempts: int | None = None,
        on_unknown: OnUnknown | None = None,
        request_id: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "Session":
        """Return the same Session with other settings for some calls.

        It shares token and connections with this one and needs no closing.

        Args:
            timeout: Seconds for one attempt.
            deadline: Seconds for a whole call.
            max_attempts: How often a request is tried where trying again is safe.
            on_unknown: ``resolve`` or ``raise``.
            request_id: The ``Request-ID`` to send: 1 to 50 letters, digits, ``-``, ``_``, ``.`` or ``~``.
            headers: More headers to send; not those that the SDK sets itself.

        Raises:
            ConfigurationError: an option that cannot work; the message names it.
        """
        twin = object.__new__(type(self))
        shared = {name: value for name, value in self.__dict__.items() if name in _SHARED}
        twin.__dict__.update(shared, _owner=self._owner or self)
        twin._options = self._options.changed(
            timeout=timeout,
            deadline=deadline,
            max_attempts=max_attempts,
            on_unknown=on_unknown,
            request_id=request_id,
            headers=headers,
        )
        return twin

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, object] | None = None,
        repeat: Repeat = Repeat.NEVER,
    ) -> Any:
        """Call an operation that has no method here: same token, attempt rules and errors.

        Args:
            method: ``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
            path: From the host on, e.g. ``/api/pay/v1/orders``; quoted already where it needs to be.
            json: The body; amounts in paisa.
            params: The query: texts, numbers, booleans, times, or lists of them.
            repeat: ``Repeat.READ`` if it changes nothing and may be tried again; otherwise it is sent once.

        Returns:
            The answer's JSON, envelope included: Any, since it may be anything.

        Raises:
            ConfigurationError: a method, path or repeat that cannot be used.
            TypeError: a value in ``json`` or ``params`` that cannot be sent.
            OutcomeUnknownError: a write whose answer was lost.
        """
        operation = Operation(
            name=f"{door.method(method)} {door.path(path)}",
            method=method,
            path=path,
            repeat=door.repeat(repeat),
            answer=Answer,
            envelope=None,
        )
        if params is not None and not isinstance(params, Mapping):
            raise TypeError(f"params must be a mapping, not {type(params).__name__}.")
        body = None if json is None else check_json(json, "json")
        call = self._caller.call(operation, (), self._options, body=body, query=params)
        del json, params, body  # a traceback with locals shall not show them
        return (await call).raw

    async def resolve(self, error: PineLabsError) -> "Resolution":
        """Find out what became of the call that an error speaks of. It only reads: no money moves.

        Args:
            error: What a call of a Session raised, in this process or another: errors pickle.

        Returns:
            Whether it was carried out, and what was found. Only where ``carried_out`` is False may the same
            body be sent again.

        Raises:
            TypeError: it is no error of this SDK.
            PineLabsError: the reading itself failed; nothing is known yet.
        """
        if not isinstance(error, PineLabsError):
            raise TypeError(f"resolve takes an error of this SDK, not {type(error).__name__}.")
        from pinelabs_async import recovery  # noqa: PLC0415  # most programs never need it

        return await recovery.resolve(self._caller, self._options, error)

    async def recover(self, *, older_than: float | None = None) -> "Sequence[Resolution]":
        """Find out what became of the writes in the journal that nobody knows the end of, as after a crash.

        It only reads: no money moves. What is found out is settled in the journal; what is not stays open.

        Args:
            older_than: Seconds; younger writes may still be under way, here or in another process, and are
                left alone. Left out: the deadline and the grace, after which no call is alive.

        Returns:
            One for each write that was open: only where ``carried_out`` is False may it be sent again.

        Raises:
            ConfigurationError: this Session has no journal.
            PineLabsError: the reading itself failed; what was not read stays open.
        """
        from pinelabs_async import recovery  # noqa: PLC0415  # most programs never need it

        return await recovery.recover(self._caller, self._options, older_than)

    async def aclose(self) -> None:
        """Close the connections. Calls made after this are refused; a second ``aclose`` does nothing."""
        if self._owner is None:
            await self._caller.tokens.aclose()
            await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<Session of {self._settings.client_id} at {self._settings.base_url}>"

    def __del__(self) -> None:
        if self.__dict__.get("_owner", self) is None and self._transport.is_open:
            report_unclosed(repr(self), self._made_at, "'async with' or 'await session.aclose()'")


_VARIABLES = {
    "client_id": "PINELABS_CLIENT_ID",
    "client_secret": "PINELABS_CLIENT_SECRET",
    "environment": "PINELABS_ENV",
    "base_url": "PINELABS_BASE_URL",
}
_SUBSCRIPTIONS = "/ps/api/v1/public"
_SHARED = ("_made_at", "_settings", "_transport", "_caller")


def _prefixes(subscriptions: str) -> tuple[tuple[str, str], ...]:
    """Say what replaces the declared beginnings of paths; retries of mandates are a sibling of the public ones."""
    if subscriptions == _SUBSCRIPTIONS:
        return ()
    used = door.path(subscriptions).rstrip("/")
    root, sibling = _SUBSCRIPTIONS.removesuffix("/public"), used.removesuffix("/public")
    return (_SUBSCRIPTIONS, used), (f"{root}/mandate", f"{sibling}/mandate")


def settings_from_env(given: Mapping[str, Any]) -> dict[str, Any]:
    """Add to the given settings those of the environment."""
    found = {setting: os.environ[name] for setting, name in _VARIABLES.items() if os.environ.get(name)}
    settings = {**found, **given}
    for required in ("client_id", "client_secret"):
        if required not in settings:
            raise ConfigurationError(f"the environment variable {_VARIABLES[required]} is not set.")
    return settings


def line_of_caller() -> str:
    """Return the line outside this SDK that led here, for a warning that names who made a session."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith(
        ("pinelabs_async.", "pinelabs_sync.")
    ):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "an unknown place"
