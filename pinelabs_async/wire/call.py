"""The way of a call: token, attempts, look-up, answer, all under one deadline."""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

import attrs
from yarl import URL

from pinelabs_async import errors
from pinelabs_async.wire import attempt, reading
from pinelabs_async.wire.attempt import Ending, History, Reach, Verdict
from pinelabs_async.wire.content import Content
from pinelabs_async.wire.download import Download
from pinelabs_async.wire.operation import Evidence, Operation, Repeat
from pinelabs_async.wire.query import Query, encode_query
from pinelabs_async.wire.redact import Secret
from pinelabs_async.wire.settings import Options, Settings
from pinelabs_async.wire.shape import Answer, Problem, Received, attach
from pinelabs_async.wire.token import TokenStore
from pinelabs_async.wire.transport import Reply, Request, Transport
from pinelabs_async.wire.version import __version__

T = TypeVar("T", bound=Answer)

_log: Final = logging.getLogger("pinelabs")
LOOK_UP_PAUSE: Final = 0.5
"""Seconds to wait before looking a lost write up: the gateway may still be carrying it out."""


@attrs.define(kw_only=True)
class _Call:
    """Hold the state of one call over its attempts."""

    operation: Operation[Any]
    ids: tuple[str, ...]
    options: Options
    url: URL = attrs.field(repr=False)
    content: Content | None = attrs.field(repr=False)
    body: object = attrs.field(repr=False)
    reference: str | None
    request_id: str
    idempotency_key: str
    ends_at: float
    download: Download | None = None
    attempts: int = 0
    request: Request | None = None
    """What is under way at this moment."""
    token: Secret | None = None
    token_renewed: bool = False
    maybe_done: bool = False
    resent: bool = False
    reach: Reach = Reach.NOT_SENT

    @property
    def time_left(self) -> float:
        return self.ends_at - time.monotonic()

    def facts(self) -> dict[str, Any]:
        """Return what every error of this call says."""
        reaches = (self.reach, self.request.reach if self.request is not None else Reach.NOT_SENT)
        return {
            "operation": self.operation.name,
            "request_id": self.request_id,
            "reference": self.reference,
            "ids": dict(zip(self.operation.id_names, self.ids, strict=True)),
            "reached": str(max(reaches, key=_DISTANCE.index)),
            "attempts": self.attempts,
        }


class Caller:
    """Make calls for a Session and for all that share its token and connections."""

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        fetch: "Callable[[Caller], Awaitable[Any]]",
        options: Options,
    ) -> None:
        self.options: Final = options
        self.settings: Final = settings
        self.transport: Final = transport
        self.tokens: Final = TokenStore(lambda: fetch(self))

    async def call(
        self,
        operation: Operation[T],
        ids: Sequence[str],
        options: Options,
        *,
        body: object = None,
        query: Query | None = None,
        ends_at: float | None = None,
    ) -> T:
        """Carry an operation out and return its answer, or raise one error that says what became of it."""
        call = self._prepare(operation, tuple(ids), options, body=body, query=query, ends_at=ends_at)
        try:
            return cast("T", await self._carry_out(call))
        except asyncio.CancelledError:
            if operation.repeat is not Repeat.READ and (call.maybe_done or _has_left(call)):
                _log.warning(
                    "%s", errors.OutcomeUnknownError(f"cancelled while it ran. {_LOOK_FIRST}", **call.facts())
                )
            raise

    async def download(
        self, operation: Operation[bytes], ids: Sequence[str], options: Options, download: Download
    ) -> bytes:
        """Carry out an operation that answers a file, which is whole when this returns; only a READ can be one."""
        call = self._prepare(operation, tuple(ids), options, body=None, query=None, ends_at=None)
        call.download = download
        with download:
            await self._carry_out(call)
            return await download.keep()

    async def _carry_out(self, call: _Call) -> Any:
        operation, options = call.operation, call.options
        while True:
            if operation.secured:
                call.token = await self._token(call)
            reply = await self._attempt(call)
            if call.download is None:
                ending, answer = reading.read(operation, reply, call.request_id)
            else:
                reply, ending, answer = reading.read_file(reply, call.download)
            verdict = self._judge(call, ending)
            if verdict is Verdict.ANSWER:
                return answer
            if verdict is Verdict.NEW_TOKEN and call.token is not None:
                self.tokens.invalidate(call.token)
                call.token_renewed = True
                continue
            if verdict is Verdict.AGAIN and await _wait(call, reply):
                continue
            if verdict is Verdict.LOOK_UP and options.on_unknown == "resolve":
                found = await self._look_up(call)
                if found is not Evidence.ABSENT and found is not Evidence.UNCLEAR:
                    return _recovered(found, operation, call.request_id)
                if found is Evidence.ABSENT and _may_resend(call):
                    call.resent = True
                    continue
            raise _failure(call, verdict, ending, reply)

    def _prepare(
        self,
        operation: Operation[Any],
        ids: tuple[str, ...],
        options: Options,
        *,
        body: object,
        query: Query | None,
        ends_at: float | None,
    ) -> _Call:
        """Check and build everything before anything is sent."""
        if operation.body is not None and not isinstance(body, operation.body):
            raise TypeError(f"{operation.name} takes a {operation.body.__name__}, not {type(body).__name__}.")
        written = encode_query(query) if query else ""
        path = self.settings.route(operation.path_for(ids)) + (f"?{written}" if written else "")
        content = None if body is None else operation.write(body)
        host = self.settings.base_url
        if operation.legacy:
            host, content = self.settings.legacy_url, self._sign(operation, content)
        request_id = str(uuid.uuid4())
        return _Call(
            operation=operation,
            ids=ids,
            options=options,
            url=URL(host + path, encoded=True),
            content=content,
            body=body,
            reference=None if body is None else operation.reference(body),
            request_id=options.request_id or request_id,
            idempotency_key=request_id,  # a caller's own id may serve several calls; this must not
            ends_at=min(time.monotonic() + options.deadline, ends_at or float("inf")),
        )

    def _sign(self, operation: Operation[Any], content: Content | None) -> Content | None:
        """Add the older gateway's credentials."""
        if self.settings.legacy is None:
            raise errors.ConfigurationError(
                f"{operation.name} belongs to the older Pay by Links gateway, which has credentials of its own: "
                "Session(..., legacy=LegacyCredentials(merchant_id, merchant_access_code)).",
                operation=operation.name,
            )
        return content and self.settings.legacy.sign(content)

    async def _token(self, call: _Call) -> Secret:
        token = self.tokens.current()
        if token is not None:
            return token
        try:
            async with asyncio.timeout(max(0.0, call.time_left)):
                came = await self.tokens.get()
        except TimeoutError:
            came = errors.NotSentError("none came within the deadline")
        except Exception as error:  # noqa: BLE001  # a fault of the fetch must not hide what became of a write
            came = errors.NotSentError(f"the fetch failed with {type(error).__name__}")
        if isinstance(came, Secret):
            return came
        raise _failure_without_token(call, came)

    async def _attempt(self, call: _Call) -> Reply:
        call.attempts += 1
        left = call.time_left
        if left <= 0:
            return Reply(reach=Reach.NOT_SENT, trouble="the deadline has passed")
        if call.download is not None:
            await call.download.restart()
        started = time.monotonic()
        call.request = self._request(call, min(call.options.timeout, left))
        reply = await self.transport.send(call.request)
        call.request = None
        call.reach = max(call.reach, reply.reach, key=_DISTANCE.index)
        if not _log.isEnabledFor(logging.DEBUG):
            return reply
        _log.debug(
            "%s %s -> %s, attempt %d, %.0f ms, Request-ID %s",
            call.operation.method,
            call.operation.path,
            reply.status or reply.reach,
            call.attempts,
            (time.monotonic() - started) * 1000,
            call.request_id,
        )
        return reply

    def _request(self, call: _Call, timeout: float) -> Request:
        operation = call.operation
        headers = {
            "Accept": "application/json" if call.download is None else "application/pdf, application/json",
            "Accept-Encoding": "identity",
            "User-Agent": _USER_AGENT,
            **call.options.headers,
        }
        if call.content is not None:
            headers["Content-Type"] = call.content.type
        if not operation.legacy:  # the older gateway knows none of these
            headers["Request-ID"] = call.request_id
            headers["Request-Timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
            if operation.repeat is not Repeat.READ:
                headers["Idempotency-Key"] = call.idempotency_key
        if call.token is not None:
            headers["Authorization"] = f"Bearer {call.token.reveal()}"
        if self.settings.merchant_id is not None and operation.secured:
            headers["Merchant-ID"] = self.settings.merchant_id
        return Request(
            method=operation.method,
            url=call.url,
            headers=headers,
            content=call.content,
            changes_nothing=operation.repeat is Repeat.READ,
            timeout=timeout,
            download=call.download,
        )

    def _judge(self, call: _Call, ending: Ending) -> Verdict:
        history = History(
            attempts=call.attempts,
            max_attempts=call.options.max_attempts,
            maybe_done=call.maybe_done,
            token_renewed=call.token_renewed or not call.operation.secured,
        )
        verdict = attempt.judge(call.operation.repeat, ending, history)
        call.maybe_done = call.maybe_done or attempt.may_be_done(call.operation.repeat, ending)
        return verdict

    async def _look_up(self, call: _Call) -> Any:
        """Find out by reading what became of a lost write; never raise for a read that fails."""
        lookup = call.operation.lookup
        if lookup is None:
            return Evidence.UNCLEAR
        await asyncio.sleep(max(0.0, min(LOOK_UP_PAUSE, call.time_left)))

        async def look(operation: Operation[Any], *ids: str, query: Query | None = None) -> Any:
            return await self.call(operation, ids, call.options, query=query, ends_at=call.ends_at)

        try:
            return await lookup(look, call.ids, call.body)
        except Exception as error:  # noqa: BLE001  # whatever a read brings, the write's outcome stays unknown
            _log.info("%s: its look-up ended with %s", call.operation.name, type(error).__name__)
            return Evidence.UNCLEAR


def _may_resend(call: _Call) -> bool:
    more = call.attempts < call.options.max_attempts and call.time_left > 0
    return call.operation.resend and not call.resent and more


def _has_left(call: _Call) -> bool:
    return call.request is not None and call.request.reach is not Reach.NOT_SENT


_USER_AGENT: Final = f"pinelabs-async/{__version__}"
_DISTANCE: Final = tuple(Reach)
_LOOK_FIRST: Final = (
    "It may have been carried out: look it up before you repeat it, and never use a new reference"
)
_SAFE_TO_REPEAT: Final = "Nothing was carried out, and it is safe to repeat"
_READ_ONLY: Final = "It was a read: nothing was changed, and it is safe to repeat"


async def _wait(call: _Call, reply: Reply) -> bool:
    """Pause before another attempt; return False when the deadline leaves no room for one."""
    seconds = attempt.pause(call.attempts, attempt.read_retry_after(reply.headers.get("Retry-After")))
    if seconds >= call.time_left:
        return False
    await asyncio.sleep(seconds)
    return True


def _recovered(found: Answer, operation: Operation[T], request_id: str) -> T:
    """Mark an answer that a look-up brought, and name what it cannot contain."""
    received = found._get_received()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    lost = tuple(
        Problem(f"$.{name}", "was in the answer that got lost; a look-up does not give it back")
        for name in operation.lost
        if getattr(found, name, None) is None
    )
    attach(found, Received(received.body, received.problems + lost, request_id, recovered=True))
    return cast("T", found)


def _failure_without_token(call: _Call, why: errors.PineLabsError) -> errors.PineLabsError:
    facts = call.facts()
    if call.maybe_done:
        return errors.OutcomeUnknownError(
            f"{_LOOK_FIRST} (no token for another attempt: {why.message})", **facts
        )
    if isinstance(why, errors.ConfigurationError):
        return errors.ConfigurationError(why.message, **facts)
    if not isinstance(why, (errors.AuthenticationError, errors.RateLimitError)):
        message = why.message.removesuffix(f". {_READ_ONLY}").removesuffix(f". {_SAFE_TO_REPEAT}")
        return errors.NotSentError(f"no access token was to be had: {message}. {_SAFE_TO_REPEAT}", **facts)
    error = type(why)(why.message, status=why.status, code=why.code, details=why.details, **facts)
    error.outcome = "not_sent"
    return error


def _failure(call: _Call, verdict: Verdict, ending: Ending, reply: Reply) -> errors.PineLabsError:
    """Make the one error that says what became of the call, and of the money."""
    facts = call.facts()
    is_read = call.operation.repeat is Repeat.READ
    code, message, details = (*ending.refusal, {}) if ending.refusal else reading.read_refusal(reply)
    if not is_read and (call.maybe_done or verdict is Verdict.UNKNOWN):
        return errors.OutcomeUnknownError(
            f"{message}. {_LOOK_FIRST}", status=reply.status, code=code, **facts
        )
    if reply.reach is Reach.NOT_SENT and not (is_read and call.reach is not Reach.NOT_SENT):
        return errors.NotSentError(f"{message}. {_SAFE_TO_REPEAT}", **facts)
    if verdict in (Verdict.AGAIN, Verdict.NOT_SENT, Verdict.NO_ANSWER) and not attempt.is_throttled(ending):
        return errors.NoAnswerError(f"{message}. {_READ_ONLY}", status=reply.status, code=code, **facts)
    status = reply.status or 0
    return errors.class_of(status, code)(message, status=status, code=code, details=details, **facts)
