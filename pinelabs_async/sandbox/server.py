"""The way of a request through the sandbox."""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NoReturn, Protocol, cast
from urllib.parse import parse_qsl

import attrs
from aiohttp import web

from pinelabs_async.sandbox import checks, damage
from pinelabs_async.sandbox.call import Answered, Call, Page, Reply, Route
from pinelabs_async.sandbox.damage import Answer
from pinelabs_async.sandbox.faults import At, Fault, Faults
from pinelabs_async.sandbox.gateway.pages import says
from pinelabs_async.sandbox.origin import is_local, is_own
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.routes import match
from pinelabs_async.sandbox.state import Json, Merchant, State

KEPT_EXCHANGES: Final = 1000
MAX_BODY: Final = 1024 * 1024
MAX_UPLOAD: Final = 8 * 1024 * 1024
# Where a form leads is left open: it brings the payer back to the merchant.
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'"
)
_ELSEWHERE: Final = says(
    "Refused", "This button was not on the sandbox's own page. Load the page anew.", status=403
)


@attrs.define(kw_only=True)
class Exchange:
    """One request as it came in, and what was answered."""

    number: int = 0
    """Counts the requests of one sandbox, from 1."""
    at: datetime
    operation: str | None = None
    """None where no operation has this path and method."""
    method: str
    path: str
    """As it came, still percent-encoded, without the query."""
    query: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    executed: bool = False
    """Whether the operation was carried out."""
    fault: str | None = None
    """The fault that struck, if one did."""
    status: int | None = None
    """None where no complete answer was sent."""
    answer: bytes = attrs.field(default=b"", repr=False)


class Front(Protocol):
    """What answers at the sandbox's root beside the gateway."""

    def takes(self, path: str) -> bool:
        """Tell whether a path is its own."""
        ...

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request."""
        ...


@attrs.define(kw_only=True, eq=False)
class Gateway:
    """Answers HTTP requests with the state of one sandbox."""

    state: State
    faults: Faults = attrs.field(factory=Faults)
    exchanges: deque[Exchange] = attrs.field(factory=lambda: deque[Exchange](maxlen=KEPT_EXCHANGES))
    crashes: list[Exception] = attrs.field(factory=list[Exception])
    front: Front | None = None
    """The page for people, whose requests are none of the gateway's."""
    _numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1), init=False)
    _busy: set[asyncio.Task[Any]] = attrs.field(factory=set[asyncio.Task[Any]], init=False)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            return await self._handle(request)
        finally:
            self._busy.discard(task)

    async def hush(self) -> None:
        """End what still keeps clients waiting who have gone: aiohttp forgets those when it closes."""
        left = tuple(self._busy)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        if self.front is not None and self.front.takes(path):
            return await self.front.answer(request)
        exchange = Exchange(
            number=next(self._numbers),
            at=self.state.clock.now(),
            method=request.method,
            path=path,
            query=query,
            headers=request.headers.copy(),
        )
        self.exchanges.append(exchange)
        turn = _Turn(request=request, exchange=exchange, fitting=_fitting(exchange))
        try:
            answer = await self._answer(turn)
        except Refusal as refusal:
            answer = _refused(refusal)
        except Exception as crash:  # noqa: BLE001 - kept, and raised when the sandbox closes
            self.crashes.append(crash)
            answer = _refused(Refusal("INTERNAL_ERROR"))
        if answer is None:
            # The connection is closed already; aiohttp drops this one.
            return web.Response()
        exchange.status, exchange.answer = answer.status, answer.body
        return await damage.dribble(request, turn.dribble, answer) if turn.dribble else answer.response()

    async def _answer(self, turn: "_Turn") -> Answer | None:
        """Take the steps in their order; None where a fault ended the connection."""
        exchange = turn.exchange
        turn.drawn = self.faults.draw(turn.operations)
        fault = await self._strike(turn, "before_read")
        if fault:
            return _damaged(turn.request, fault, None)
        exchange.body = await _read(turn.request)
        self.state.clock.catch_up()
        route, named = turn.choose()
        exchange.operation = route.operation
        fault = await self._strike(turn, "before_execute")
        if fault:
            return _damaged(turn.request, fault, None)
        answer = self._carry_out(route, named, exchange)
        fault = await self._strike(turn, "after_execute") if exchange.executed else None
        return _damaged(turn.request, fault, answer) if fault else answer

    async def _strike(self, turn: "_Turn", at: At) -> Fault | None:
        """Return the fault that takes the place of the answer; do here what others let happen at this point."""
        fault = self.faults.strike(turn.operations, at, turn.drawn)
        if fault is None:
            return None
        exchange = turn.exchange
        exchange.operation, exchange.fault = turn.operations[0], fault.what
        if fault.what == "dribble":
            turn.dribble = fault
            return None
        await damage.wait(fault)
        if fault.what == "revoke":
            self.state.tokens.pop(_token(exchange.headers), None)
        return None if fault.what in ("slow", "revoke") else fault

    def _carry_out(self, route: Route, named: dict[str, str], exchange: Exchange) -> Answer:
        """Check and execute without giving way to another request: each operation is atomic."""
        if _by_payer(route) and not _on_own_page(exchange.headers):
            return _written(_ELSEWHERE)
        try:
            call = Call(
                operation=route.operation,
                state=self.state,
                caller=_caller(self.state, exchange.headers) if route.secured else None,
                path=named,
                query=exchange.query,
                body=_parse(route, exchange.body),
                content=exchange.body,
                content_type=exchange.headers.get("Content-Type", ""),
                request_id=exchange.headers.get("Request-ID"),
                idempotency_key=exchange.headers.get("Idempotency-Key"),
            )
            reply = route.handler(call)
        except Refusal as refusal:
            return _refused(refusal)
        exchange.executed = True
        return _written(reply)


@attrs.define(kw_only=True)
class _Turn:
    """One request on its way through the sandbox."""

    request: web.BaseRequest
    exchange: Exchange
    fitting: list[tuple[Route, dict[str, str]]]
    """The routes of its path and method; only the body tells two of them apart."""
    drawn: list[Fault] = attrs.field(factory=list[Fault])
    """What is to go wrong with it by chance."""
    dribble: Fault | None = None
    """What lets its answer go out byte by byte."""

    @property
    def operations(self) -> list[str]:
        """Return what it may be, as far as that is known."""
        return [route.operation for route, _ in self.fitting]

    def choose(self) -> tuple[Route, dict[str, str]]:
        """Decide, by the body where that is needed, and return its one route."""
        if not self.fitting:
            raise Refusal("METHOD_NOT_ALLOWED" if match(self.exchange.path) else "PATH_NOT_FOUND")
        if len(self.fitting) > 1:
            body = _parse(self.fitting[0][0], self.exchange.body)
            wanted = (fit for fit in self.fitting if fit[0].fits is None or fit[0].fits(body))
            self.fitting = [next(wanted, self.fitting[0])]
        return self.fitting[0]


def _fitting(exchange: Exchange) -> list[tuple[Route, dict[str, str]]]:
    return [(route, named) for route, named in match(exchange.path) if route.method == exchange.method]


async def _read(request: web.BaseRequest) -> bytes:
    """Return the body; files may be larger than JSON."""
    limit = MAX_UPLOAD if request.content_type.startswith("multipart/") else MAX_BODY
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > limit:
                raise Refusal("REQUEST_TOO_LARGE")
    except (ConnectionError, web.RequestPayloadError) as error:
        raise Refusal("INVALID_REQUEST", "The request body is malformed") from error
    return bytes(body)


def _token(headers: Mapping[str, str]) -> str:
    """Return the access token of a request; empty where it has none."""
    scheme, _, text = headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def _caller(state: State, headers: Mapping[str, str]) -> Merchant:
    token = state.tokens.get(_token(headers))
    if token is None or token.expires_at <= state.clock.now():
        raise Refusal("UNAUTHORIZED")
    return token.merchant


def _by_payer(route: Route) -> bool:
    """Tell whether a payer's button leads here."""
    return route.method == "POST" and route.operation.startswith("challenge.")


def _on_own_page(headers: Mapping[str, str]) -> bool:
    """Tell whether no foreign page has sent this: whoever pays here can be a browser that looks at one."""
    host = headers.get("Host", "")
    return is_local(host) and is_own(host, headers)


def _parse(route: Route, body: bytes) -> Json:
    if route.reads in ("nothing", "raw"):
        return {}
    try:
        text = body.decode()
        if route.reads == "form":
            return dict(parse_qsl(text, keep_blank_values=True))
        parsed: Any = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        invalid("The request body is malformed")
    kind, name = (list, "list") if route.reads == "list" else (dict, "object")
    if not isinstance(parsed, kind):
        invalid(f"The request body must be a JSON {name}")
    given = cast("Json", {"items": parsed} if kind is list else parsed)
    if checks.too_deep(given):
        invalid("The request body is nested too deeply")
    return given


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _damaged(request: web.BaseRequest, fault: Fault, right: Answer | None) -> Answer | None:
    answer = damage.replaced(fault)
    if answer is None:
        damage.hang_up(request, fault, right)
    return answer


def _refused(refusal: Refusal) -> Answer:
    return Answer(status=refusal.status, body=json.dumps(refusal.as_json()).encode())


def _written(reply: Reply) -> Answer:
    if isinstance(reply, Page):
        body = reply.html.encode(errors="replace")
        return Answer(
            status=reply.status,
            body=body,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": _PAGE_POLICY},
        )
    if not isinstance(reply, Answered):
        return Answer(body=json.dumps(reply).encode())
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    return Answer(
        status=reply.status, body=b"" if reply.body is None else body, content_type=reply.content_type
    )
