"""The way of a call: token, attempts, look-up, answer, all under one deadline."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from yarl import URL

from pinelabs_async import errors
from pinelabs_async.wire import attempt, failure, reading
from pinelabs_async.wire.attempt import Ending, History, Reach, Verdict
from pinelabs_async.wire.budget import Budget
from pinelabs_async.wire.content import Content
from pinelabs_async.wire.download import Download
from pinelabs_async.wire.grace import see_through
from pinelabs_async.wire.headers import headers_of, new_request_id
from pinelabs_async.wire.operation import Evidence, Lookup, Operation, Repeat
from pinelabs_async.wire.progress import Progress
from pinelabs_async.wire.query import Query, encode_query
from pinelabs_async.wire.redact import Secret
from pinelabs_async.wire.settings import Options, Settings
from pinelabs_async.wire.shape import Answer, Problem, Received, attach
from pinelabs_async.wire.token import TokenStore
from pinelabs_async.wire.transport import Reply, Request, Transport

if TYPE_CHECKING:
    from pinelabs_async.wire.recorder import Recorder

T = TypeVar("T", bound=Answer)

_log: Final = logging.getLogger("pinelabs")
_TOO_LATE: Final = Reply(reach=Reach.NOT_SENT, trouble="the deadline has passed")
LOOK_UP_PAUSE: Final = 0.5
"""Seconds to wait before looking a lost write up: the gateway may still be carrying it out."""


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
        self.budget: Final = Budget()
        self._host: Final = URL(settings.base_url)
        self._legacy_host: Final = URL(settings.legacy_url)
        self.recorder: Final = _recorder_of(settings)

    def call(
        self,
        operation: Operation[T],
        ids: Sequence[str],
        options: Options,
        *,
        body: object = None,
        query: Query | None = None,
        ends_at: float | None = None,
    ) -> Coroutine[Any, Any, T]:
        """Carry an operation out and return its answer, or raise one error that says what became of it.

        What is wrong with ids or body is raised at once, before there is anything to await.
        """
        call = self._prepare(operation, tuple(ids), options, body=body, query=query, ends_at=ends_at)
        if operation.repeat is Repeat.READ:
            made = self._carry_out(call)
        else:
            made = (
                self._carry_out(call) if self.recorder is None else self.recorder.keep(self._carry_out, call)
            )
            made = see_through(made, call, self.settings.grace)
        if self.settings.tracer is not None:  # asked here, too: nearly every call goes without
            made = self._watched(made, call)
        if self.settings.strict:
            from pinelabs_async.wire.strict import strictly  # noqa: PLC0415  # tests ask for it, programs do not

            made = strictly(made, operation.name)
        return made

    def _watched(self, made: Coroutine[Any, Any, T], call: Progress) -> Coroutine[Any, Any, T]:
        tracer = self.settings.tracer
        if tracer is None:
            return made
        from pinelabs_async.wire.tracing import traced  # noqa: PLC0415  # most programs trace nothing

        return traced(made, call, tracer)

    async def download(
        self, operation: Operation[bytes], ids: Sequence[str], options: Options, download: Download
    ) -> bytes:
        """Carry out an operation that answers a file, which is whole when this returns; only a READ can be one."""
        call = self._prepare(operation, tuple(ids), options, body=None, query=None, ends_at=None)
        call.download = download
        with download:
            await self._watched(self._carry_out(call), call)
            return await download.keep()

    async def _carry_out(self, call: Progress) -> Any:
        if not call.is_look_up:
            self.budget.earn()
        while True:
            if call.operation.secured:
                call.token = self.tokens.current() or await self._token(call)
            request = self._next_request(call)
            reply = _TOO_LATE if request is None else await self.transport.send(request)
            call.end_attempt(reply)
            if call.download is None:
                ending, answer = reading.read(call.operation, reply, call.request_id)
            else:
                reply, ending, answer = reading.read_file(reply, call.download)
            if ending.usable:
                return answer
            verdict = self._judge(call, ending)
            if verdict is Verdict.LOOK_UP and call.options.on_unknown == "resolve":
                found = await self._look_up(call)
                if isinstance(found, Answer):
                    return _recovered(found, call.operation, call.request_id)
                if found is Evidence.ABSENT and call.may_resend:
                    call.resent = True
                    continue
            elif await self._goes_on(call, verdict, reply):
                continue
            raise failure.of(call, verdict, ending, reply)

    async def _goes_on(self, call: Progress, verdict: Verdict, reply: Reply) -> bool:
        """Prepare another attempt, after a pause where it needs one; tell whether there is to be one."""
        if verdict is Verdict.NEW_TOKEN and call.token is not None:
            self.tokens.invalidate(call.token)
            call.token_renewed = True
            return not call.abandoned
        if verdict is not Verdict.AGAIN or call.abandoned:
            return False
        call.over_budget = not call.is_look_up and not self.budget.spend()
        return not call.over_budget and await _wait(call, reply)

    def _prepare(
        self,
        operation: Operation[Any],
        ids: tuple[str, ...],
        options: Options,
        *,
        body: object,
        query: Query | None,
        ends_at: float | None,
    ) -> Progress:
        """Check and build everything before anything is sent."""
        if operation.body is not None and not isinstance(body, operation.body):
            raise TypeError(f"{operation.name} takes a {operation.body.__name__}, not {type(body).__name__}.")
        path = operation.path_for(ids)
        if self.settings.prefixes:
            path = self.settings.route(path)
        content = None if body is None else operation.write(body)
        host = self._host
        if operation.legacy:
            host, content = self._legacy_host, self._sign(operation, content)
        url = host.with_path(path, encoded=True)
        if query and (written := encode_query(query)):
            url = URL(f"{url}?{written}", encoded=True)
        request_id = new_request_id()
        latest = time.monotonic() + options.deadline
        return Progress(  # by position, which takes half the time
            operation,
            ids,
            options,
            url,
            content,
            body,
            None if body is None else operation.reference(body),
            options.request_id or request_id,
            request_id,  # the Idempotency-Key: a caller's own id may serve several calls, and this must not
            latest if ends_at is None else min(latest, ends_at),
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

    async def _token(self, call: Progress) -> Secret:
        try:
            async with asyncio.timeout(max(0.0, call.time_left)):
                came = await self.tokens.get()
        except TimeoutError:
            came = errors.NotSentError("none came within the deadline")
        except Exception as error:  # noqa: BLE001  # a fault of the fetch must not hide what became of a write
            came = errors.NotSentError(f"the fetch failed with {type(error).__name__}")
        if isinstance(came, Secret):
            return came
        raise failure.without_token(call, came)

    def _next_request(self, call: Progress) -> Request | None:
        """Begin another attempt; None when the deadline has passed."""
        left = call.begin_attempt()
        if left <= 0:
            return None
        call.request = Request(  # by position, which takes half the time
            call.operation.method,
            call.url,
            headers_of(call, self.settings.merchant_id),
            min(call.options.timeout, left),
            call.content,
            call.operation.repeat is Repeat.READ,
            call.download,
        )
        return call.request

    def _judge(self, call: Progress, ending: Ending) -> Verdict:
        history = History(
            attempts=call.attempts,
            max_attempts=call.options.max_attempts,
            maybe_done=call.maybe_done,
            token_renewed=call.token_renewed or not call.operation.secured,
        )
        verdict = attempt.judge(call.operation.repeat, ending, history)
        call.maybe_done = call.maybe_done or attempt.may_be_done(call.operation.repeat, ending)
        return verdict

    async def _look_up(self, call: Progress) -> Any:
        """Find out by reading what became of a lost write; never raise for a read that fails."""
        lookup = call.operation.lookup
        if lookup is None:
            return Evidence.UNCLEAR
        await asyncio.sleep(max(0.0, min(LOOK_UP_PAUSE, call.time_left)))
        try:
            return await self.read_up(lookup, call.ids, call.body, call.options, call.ends_at)
        except Exception as error:  # noqa: BLE001  # whatever a read brings, the write's outcome stays unknown
            _log.info("%s: its look-up ended with %s", call.operation.name, type(error).__name__)
            return Evidence.UNCLEAR

    async def read_up(
        self, lookup: Lookup, ids: Sequence[str], meant: object, options: Options, ends_at: float
    ) -> Any:
        """Look a write up; every read of it is outside the budget of repetitions."""

        async def look(
            operation: Operation[Any], *ids: str, query: Query | None = None, body: object = None
        ) -> Any:
            call = self._prepare(operation, ids, options, body=body, query=query, ends_at=ends_at)
            call.is_look_up = True
            return await self._watched(self._carry_out(call), call)

        return await lookup(look, ids, meant)


def _recorder_of(settings: Settings) -> "Recorder | None":
    if settings.journal is None:
        return None
    from pinelabs_async.wire.recorder import Recorder  # noqa: PLC0415  # most programs keep no journal

    return Recorder(settings.journal, settings.grace)


async def _wait(call: Progress, reply: Reply) -> bool:
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
