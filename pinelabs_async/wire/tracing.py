"""A span for each call, for those who watch their program with OpenTelemetry."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from pinelabs_async.errors import PineLabsError
from pinelabs_async.wire.attempt import Reach

if TYPE_CHECKING:  # it holds the settings, and they a tracer
    from pinelabs_async.wire.progress import Progress

T = TypeVar("T")

_log: Final = logging.getLogger("pinelabs")


class Tracer(Protocol):
    """Make spans: what ``opentelemetry.trace.get_tracer(...)`` returns."""

    def start_as_current_span(
        self,
        name: str,
        *,
        kind: Any,
        attributes: Mapping[str, str],
        record_exception: bool,
        set_status_on_exception: bool,
    ) -> AbstractContextManager[Any]:
        """Begin a span that is the parent of those that begin within it."""
        ...


async def traced(made: Coroutine[Any, Any, T], call: "Progress", tracer: Tracer) -> T:
    """Await a call within a span of its own, which tells no more than the log does.

    A tracer that fails is logged, and changes nothing about the call.
    """
    scope = _quietly(_start, tracer, call)
    span = None if scope is None else _quietly(scope.__enter__)
    outcome, failed_with = "carried_out", ""
    try:
        return await made
    except BaseException as error:
        outcome, failed_with = _outcome_of(error, call), type(error).__name__
        raise
    finally:
        if scope is not None and span is not None:
            _quietly(_tell, span, call, outcome, failed_with)
            _quietly(scope.__exit__, None, None, None)


def _start(tracer: Tracer, call: "Progress") -> AbstractContextManager[Any]:
    from opentelemetry.trace import SpanKind  # noqa: PLC0415  # who gives a tracer has it; nobody else needs it

    operation = call.operation
    attributes = {
        "http.request.method": operation.method,
        "url.template": operation.path,
        "server.address": call.url.host or "",
        "pinelabs.request_id": call.request_id,
    }
    # What an exception says is for its caller: the span gets its class, and what it means for the money.
    return tracer.start_as_current_span(
        operation.name,
        kind=SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )


def _outcome_of(error: BaseException, call: "Progress") -> str:
    if isinstance(error, PineLabsError):
        return error.outcome
    untouched = (
        isinstance(error, asyncio.CancelledError) and call.reach is Reach.NOT_SENT and not call.has_left
    )
    return "not_sent" if untouched else "unknown"


def _tell(span: Any, call: "Progress", outcome: str, failed_with: str) -> None:
    span.set_attribute("pinelabs.attempts", call.attempts)
    span.set_attribute("pinelabs.outcome", outcome)
    if call.status is not None:
        span.set_attribute("http.response.status_code", call.status)
    if failed_with:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415  # as above

        span.set_attribute("error.type", failed_with)
        span.set_status(StatusCode.ERROR)


def _quietly(do: Callable[..., Any], *arguments: object) -> Any:
    try:
        return do(*arguments)
    except Exception as error:  # noqa: BLE001  # any tracer may fail in any way
        _log.warning("a span could not be written: %s", type(error).__name__)
        return None
