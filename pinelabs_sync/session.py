"""The blocking Session: the asynchronous one on a thread of its own."""

import functools
from collections.abc import Mapping, Sequence
from ssl import SSLContext
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pinelabs_async.session as _async
from pinelabs_async.errors import PineLabsError
from pinelabs_async.wire.lifetime import report_unclosed
from pinelabs_async.wire.operation import Repeat
from pinelabs_async.wire.redact import Secret, frameless, frameless_init
from pinelabs_async.wire.settings import Environment, OnUnknown
from pinelabs_sync.bridge import Bridge, Job
from pinelabs_sync.groups import Groups

if TYPE_CHECKING:  # most programs need none of them
    from pinelabs_async.wire.intent import IntentStore, Resolution
    from pinelabs_async.wire.legacy import LegacyCredentials
    from pinelabs_async.wire.tracing import Tracer


@frameless_init
class Session(Groups):
    """Talk to Pine Labs Online for one merchant, blocking: the same names as in ``pinelabs_async``.

    Make one for the life of your program and call it from as many threads as you like. An event loop on a
    daemon thread, started by the first call, makes the calls. Close it with ``with`` or ``session.close()``.
    In an async handler use ``pinelabs_async`` instead: a blocking call would stop its event loop.

    ::

        with Session(client_id, client_secret, environment="uat") as pinelabs:
            order = pinelabs.orders.create(NewOrder(order_amount=Money.from_rupees("1500.00")))

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
    ) -> None:
        twin = _async.Session(
            client_id,
            client_secret,
            environment=environment,
            base_url=base_url,
            merchant_id=merchant_id,
            webhook_secret=webhook_secret,
            return_url_secret=return_url_secret,
            legacy=legacy,
            subscriptions_prefix=subscriptions_prefix,
            timeout=timeout,
            deadline=deadline,
            max_attempts=max_attempts,
            on_unknown=on_unknown,
            grace=grace,
            journal=journal,
            strict=strict,
            tracer=tracer,
            pool_size=pool_size,
            proxy=proxy,
            trust_env=trust_env,
            ssl=ssl,
        )
        remedy = "'with' or 'session.close()'"
        self._twin = twin
        self._bridge = Bridge(
            twin.aclose,
            functools.partial(report_unclosed, repr(twin), _async.line_of_caller(), remedy),
            patience=grace + 1,
        )
        self._owns = True

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
        return cls(**_async.settings_from_env(settings))

    @property
    def base_url(self) -> str:
        """Scheme and host that this Session talks to."""
        return self._twin.base_url

    @property
    def webhook_secret(self) -> Secret | None:
        """The secret that webhooks are signed with, if it was given."""
        return self._twin.webhook_secret

    @property
    def return_url_secret(self) -> Secret | None:
        """The secret that the return to your site is signed with, if it was given: for ``return_url.verify``."""
        return self._twin.return_url_secret

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
        other = object.__new__(type(self))
        other._bridge = self._bridge
        other._owns = False
        other._twin = self._twin.with_options(
            timeout=timeout,
            deadline=deadline,
            max_attempts=max_attempts,
            on_unknown=on_unknown,
            request_id=request_id,
            headers=headers,
        )
        return other

    def request(
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
        job = Job(self._twin.request, method, path, json=json, params=params, repeat=repeat)
        del json, params  # a traceback with locals shall not show them
        return self._bridge.run(job)

    def resolve(self, error: PineLabsError) -> "Resolution":
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
        return self._bridge.run(self._twin.resolve, error)

    def recover(self, *, older_than: float | None = None) -> "Sequence[Resolution]":
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
        return self._bridge.run(self._twin.recover, older_than=older_than)

    def close(self) -> None:
        """Close the connections and end the thread. Calls made after this are refused; a second ``close`` does nothing."""
        if self._owns:
            self._bridge.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return repr(self._twin)
