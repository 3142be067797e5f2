"""The way of a request through the sandbox."""

import json
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NoReturn, cast
from urllib.parse import parse_qsl

import attrs
from aiohttp import web

from pinelabs_async.sandbox import checks, damage
from pinelabs_async.sandbox.call import Answered, Call, Page, Reply, Route
from pinelabs_async.sandbox.damage import Answer
from pinelabs_async.sandbox.faults import At, Fault, Faults
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.routes import match
from pinelabs_async.sandbox.state import Json, Merchant, State

KEPT_EXCHANGES: Final = 1000
MAX_BODY: Final = 1024 * 1024
MAX_UPLOAD: Final = 8 * 1024 * 1024


@attrs.define(kw_only=True)
class Exchange:
    """One request as it came in, and what was answered."""

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


@attrs.define(kw_only=True, eq=False)
class Gateway:
    """Answers HTTP requests with the state of one sandbox."""

    state: State
    faults: Faults = attrs.field(factory=Faults)
    exchanges: deque[Exchange] = attrs.field(factory=lambda: deque[Exchange](maxlen=KEPT_EXCHANGES))
    crashes: list[Exception] = attrs.field(factory=list[Exception])

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        path, _, query = request.raw_path.partition("?")
        exchange = Exchange(
            at=self.state.clock.now(),
            method=request.method,
            path=path,
            query=query,
            headers=request.headers.copy(),
        )
        self.exchanges.append(exchange)
        try:
            answer = await self._answer(request, exchange)
        except Refusal as refusal:
            answer = _refused(refusal)
        except Exception as crash:  # noqa: BLE001 - kept, and raised when the sandbox closes
            self.crashes.append(crash)
            answer = _refused(Refusal("INTERNAL_ERROR"))
        if answer is None:
            # The connection is closed already; aiohttp drops this one.
            return web.Response()
        exchange.status, exchange.answer = answer.status, answer.body
        return answer.response()

    async def _answer(self, request: web.BaseRequest, exchange: Exchange) -> Answer | None:
        """Take the steps in their order; None where a fault ended the connection."""
        exchange.body = await _read(request)
        self.state.clock.catch_up()
        route, named = _find_route(exchange)
        exchange.operation = route.operation
        fault = await self._strike(exchange, "before_execute")
        if fault:
            return _damaged(request, fault, None)
        answer = self._carry_out(route, named, exchange)
        fault = await self._strike(exchange, "after_execute") if exchange.executed else None
        return _damaged(request, fault, answer) if fault else answer

    async def _strike(self, exchange: Exchange, at: At) -> Fault | None:
        """Return the fault that replaces the answer at this point; a slow one only waits."""
        fault = self.faults.strike(exchange.operation or "", at)
        if fault is None:
            return None
        exchange.fault = fault.what
        await damage.wait(fault)
        return None if fault.what == "slow" else fault

    def _carry_out(self, route: Route, named: dict[str, str], exchange: Exchange) -> Answer:
        """Check and execute without giving way to another request: each operation is atomic."""
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


def _find_route(exchange: Exchange) -> tuple[Route, dict[str, str]]:
    fitting = match(exchange.path)
    if not fitting:
        raise Refusal("PATH_NOT_FOUND")
    allowed = [(route, named) for route, named in fitting if route.method == exchange.method]
    if not allowed:
        raise Refusal("METHOD_NOT_ALLOWED")
    if len(allowed) == 1:
        return allowed[0]
    body = _parse(allowed[0][0], exchange.body)
    return next((fit for fit in allowed if fit[0].fits is None or fit[0].fits(body)), allowed[0])


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


def _caller(state: State, headers: Mapping[str, str]) -> Merchant:
    scheme, _, text = headers.get("Authorization", "").partition(" ")
    token = state.tokens.get(text.strip())
    if scheme.lower() != "bearer" or token is None or token.expires_at <= state.clock.now():
        raise Refusal("UNAUTHORIZED")
    return token.merchant


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
        return Answer(status=reply.status, body=body, content_type="text/html; charset=utf-8")
    if not isinstance(reply, Answered):
        return Answer(body=json.dumps(reply).encode())
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    return Answer(
        status=reply.status, body=b"" if reply.body is None else body, content_type=reply.content_type
    )
