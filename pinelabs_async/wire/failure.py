"""The one error of a call: what became of it, and of the money."""

from collections.abc import Iterator

from pinelabs_async import errors
from pinelabs_async.wire import attempt, reading
from pinelabs_async.wire.attempt import Ending, Reach, Verdict
from pinelabs_async.wire.operation import Repeat
from pinelabs_async.wire.progress import Progress
from pinelabs_async.wire.redact import mask
from pinelabs_async.wire.shape import Shape, private_texts
from pinelabs_async.wire.transport import Reply


def without_token(call: Progress, why: errors.PineLabsError) -> errors.PineLabsError:
    """Make the error of a call that got no access token."""
    facts = call.facts()
    if call.maybe_done:
        return errors.OutcomeUnknownError(f"no token for another attempt: {why.message}", **facts)
    if isinstance(why, errors.ConfigurationError):
        return errors.ConfigurationError(why.message, **facts)
    if not isinstance(why, (errors.AuthenticationError, errors.RateLimitError)):
        was_asked = call.operation.repeat is Repeat.READ and call.reach is not Reach.NOT_SENT
        kind = errors.NoAnswerError if was_asked else errors.NotSentError
        return kind(f"no access token was to be had: {why.message}", **facts)
    error = type(why)(why.message, status=why.status, code=why.code, details=why.details, **facts)
    error.outcome = "not_sent"
    return error


def of(call: Progress, verdict: Verdict, ending: Ending, reply: Reply) -> errors.PineLabsError:
    """Make the one error that says what became of the call, and of the money."""
    facts = call.facts()
    is_read = call.operation.repeat is Repeat.READ
    code, message, details = (*ending.refusal, {}) if ending.refusal else reading.read_refusal(reply)
    private = tuple(_private(call))  # a gateway may repeat what it refuses
    message = mask(message, private)
    details = {name: mask(text, private) for name, text in details.items()}
    if call.over_budget:
        message = f"{message}; it was not tried again, since too many calls of this Session fail just now"
    if not is_read and (call.maybe_done or verdict is Verdict.UNKNOWN):
        return errors.OutcomeUnknownError(message, status=reply.status, code=code, **facts)
    if reply.reach is Reach.NOT_SENT and not (is_read and call.reach is not Reach.NOT_SENT):
        return errors.NotSentError(message, **facts)
    if verdict in (Verdict.AGAIN, Verdict.NOT_SENT, Verdict.NO_ANSWER) and not attempt.is_throttled(ending):
        return errors.NoAnswerError(message, status=reply.status, code=code, **facts)
    status = reply.status or 0
    return errors.class_of(status, code)(message, status=status, code=code, details=details, **facts)


def _private(call: Progress) -> Iterator[str]:
    """Yield what a call has sent that must not be seen; of JSON that is no body nothing is known."""
    yield from private_texts(call.body, hidden=not isinstance(call.body, Shape))
    yield from call.url.query.values()
    if call.token is not None:
        yield call.token.reveal()
