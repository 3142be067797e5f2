"""Errors: the tree as it is drawn, what each says about the money, and that they travel."""

import copy
import json
import pickle
import re
import traceback
from pathlib import Path

import pytest

import pinelabs_async
from pinelabs_async import (
    ApiError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    DuplicateRequestError,
    InvalidRequestError,
    NoAnswerError,
    NotFoundError,
    NotSentError,
    Order,
    OutcomeUnknownError,
    PaymentDeclinedError,
    PermissionDeniedError,
    PineLabsError,
    RateLimitError,
    ServerError,
    SignatureError,
    WaitError,
    errors,
)
from pinelabs_async.wire.codec import decode

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "errors"
INDEX = json.loads((EXAMPLES / "index.json").read_text())
FACTS = {
    "operation": "orders.create",
    "request_id": "r-1",
    "reference": "ord-1",
    "reached": "answered",
    "attempts": 3,
}
OWN = {
    ApiError: {
        "status": 422,
        "code": "SOME_CODE",
        "details": {"source": "ACQUIRER", "step": "S", "reason": "R"},
    },
    NoAnswerError: {"status": 503, "code": "X"},
    OutcomeUnknownError: {"status": 500, "code": "INTERNAL_ERROR"},
    WaitError: {
        "last": decode(Order, b'{"data":{"order_id":"v1-1","status":"NEW_ONE","x":1}}', envelope="data"),
        "timed_out": True,
    },
    SignatureError: {"reason": "signature_mismatch"},
}


def family(cls):
    yield cls
    for child in cls.__subclasses__():
        yield from family(child)


ALL = [cls for cls in family(PineLabsError) if cls.__module__ == errors.__name__]


def make(cls, message="it failed", **facts):
    own = next((value for base, value in OWN.items() if issubclass(cls, base)), {})
    return cls(message, **{**FACTS, **own, **facts})


each = pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)


def test_the_tree_is_as_drawn():
    """The drawing in the module's docstring is the real tree, with nothing missing or misplaced."""
    drawn, above = {}, {}
    for line in errors.__doc__.splitlines():
        found = re.match(r"^ {4}(?P<indent>[│ ]*(?:[├└]── )?)(?P<name>\w+Error)\s", line)
        if found:
            depth = len(found["indent"]) // 4
            above[depth] = found["name"]
            drawn[found["name"]] = above.get(depth - 1)
    real = {
        cls.__name__: next((b.__name__ for b in cls.__bases__ if issubclass(b, PineLabsError)), None)
        for cls in ALL
    }
    assert real == drawn


def test_every_error_is_public():
    """Every class of the tree is exported by both packages' names."""
    assert {cls.__name__ for cls in ALL} == {
        name for name in pinelabs_async.__all__ if name.endswith("Error")
    }


@pytest.mark.parametrize(
    ("outcome", "classes"),
    [
        ("not_sent", {PineLabsError, ConfigurationError, NotSentError}),
        ("unknown", {NoAnswerError, OutcomeUnknownError, WaitError, SignatureError}),
        ("refused", set(family(ApiError))),
    ],
)
def test_outcome(outcome, classes):
    """Each class says what it means for the money."""
    assert classes == {cls for cls in ALL if cls.outcome == outcome}
    assert {outcome} == {make(cls).outcome for cls in classes}


def test_configuration_error_is_a_value_error():
    """A wrong setting can be caught as the built-in error that it is."""
    assert issubclass(ConfigurationError, ValueError)


@each
def test_holds_its_data(cls):
    """Everything given is an attribute."""
    error = make(cls)
    own = next((value for base, value in OWN.items() if issubclass(cls, base)), {})
    for name, value in {**FACTS, **own, "message": "it failed"}.items():
        assert value == getattr(error, name)
    assert ("it failed",) == error.args


@each
def test_pickles(cls):
    """An error comes back from every kind of pickle with its class, text, data and outcome."""
    error = make(cls)
    error.outcome = "not_sent"
    error.note = "added by a caller"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(error, protocol))
        assert cls is type(back)
        assert (str(error), error.args, vars(error)) == (str(back), back.args, vars(back))
        assert "not_sent" == back.outcome


@each
@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy])
def test_copies(cls, how):
    """A copy of an error is an equal one of its own."""
    error = make(cls)
    other = how(error)
    assert other is not error
    assert (cls, str(error), vars(error)) == (type(other), str(other), vars(other))
    other.message = "changed"
    assert "it failed" == error.message


@each
def test_pickles_with_nothing_but_a_message(cls):
    """What is not known is None, and that pickles as well."""
    needed = {"status": 400} if issubclass(cls, ApiError) else {}
    needed |= {WaitError: {"timed_out": False}, SignatureError: {"reason": "x"}}.get(cls, {})
    error = cls("it failed", **needed)
    back = pickle.loads(pickle.dumps(error))
    assert vars(error) == vars(back)
    assert {None} == {getattr(back, name) for name in FACTS}


def test_pickle_keeps_what_was_received():
    """The last order of a WaitError keeps its raw JSON."""
    back = pickle.loads(pickle.dumps(make(WaitError)))
    assert {"order_id": "v1-1", "status": "NEW_ONE", "x": 1} == back.last.raw["data"]


@each
def test_text_is_one_line_with_everything(cls):
    """The text has the operation, the reference, the request id, how far it got, the code and the status."""
    text = str(make(cls))
    for part in ("orders.create", "it failed", "ord-1", "r-1", "answered"):
        assert part in text
    if issubclass(cls, ApiError):
        assert "(422 SOME_CODE)" in text
    assert 1 == len(text.splitlines())


@pytest.mark.parametrize("cls", [NoAnswerError, OutcomeUnknownError], ids=lambda cls: cls.__name__)
def test_text_has_code_and_status_of_the_last_answer(cls):
    """A lost write or read that was answered with a failure says which, in the line that people paste."""
    text = str(cls("it failed", status=503, code="TIMED_OUT", **FACTS))
    assert "503" in text
    assert "TIMED_OUT" in text


@pytest.mark.parametrize("cls", [ApiError, OutcomeUnknownError, NotSentError], ids=lambda cls: cls.__name__)
def test_text_is_one_line_whatever_the_gateway_says(cls):
    """A message of the gateway with line ends in it cannot forge lines in a log, and is kept as it came."""
    for message in ("two\nlines", "carriage\r\nreturn", "form\x0cfeed", "next\x85line", "para\u2029graph"):
        assert 1 == len(str(make(cls, message)).splitlines()), ascii(message)
        assert message == make(cls, message).message


def test_text_without_facts():
    """An error without facts is its message."""
    assert "it failed" == str(PineLabsError("it failed"))
    assert "it failed. Refused: it was not carried out (404)" == str(NotFoundError("it failed", status=404))


def test_traceback_ends_with_the_line():
    """What Python prints of it is the same line behind the class's name."""
    shown = traceback.format_exception_only(make(NotSentError))
    assert 1 == len(shown)
    assert shown[0].startswith(
        "pinelabs_async.errors.NotSentError: orders.create: it failed. Nothing was carried out"
    )


@pytest.mark.parametrize("details", [None, {}, {"source": "X"}], ids=str)
def test_details_are_a_mapping(details):
    """Details are a mapping of their own, empty where there are none."""
    error = ApiError("x", status=400, details=details)
    assert (details or {}) == error.details
    assert details is None or details is not error.details


def test_unknown_facts_are_refused():
    """A fact that no error has is refused, so that a typo in the SDK shows."""
    with pytest.raises(TypeError, match="refernce"):
        NotSentError("x", refernce="y")


BY_CODE = {
    "AMOUNT_LIMIT_EXCEEDED": PaymentDeclinedError,
    "API_RATE_LIMIT": RateLimitError,
    "CARD_EXPIRED": PaymentDeclinedError,
    "CARD_NOT_ENROLLED": PaymentDeclinedError,
    "CARD_VERIFICATION_FAILED": PaymentDeclinedError,
    "DUPLICATE_REQUEST": DuplicateRequestError,
    "INTERNAL_ERROR": ServerError,
    "INVALID_REQUEST": InvalidRequestError,
    "OPERATION_NOT_ALLOWED": ConflictError,
    "ORDER_NOT_FOUND": NotFoundError,
    "PAYMENT_METHOD_NOT_ENABLED": PermissionDeniedError,
    "PAYMENT_RATE_LIMIT": PaymentDeclinedError,
    "TIMED_OUT": ServerError,
    "UNAUTHORIZED": AuthenticationError,
    "UNKNOWN_ERROR": ServerError,
}


@pytest.mark.parametrize("name", INDEX)
def test_every_documented_refusal_has_its_class(name):
    """Each sample of the documentation, with its status, becomes the class of its code."""
    sample = json.loads((EXAMPLES / name).read_text())
    expected = BY_CODE[sample["code"]] if "code" in sample else AuthenticationError
    assert expected is errors.class_of(INDEX[name]["http_status"], sample.get("code"))


def test_every_sample_is_in_the_index():
    """No sample is forgotten."""
    assert {path.name for path in EXAMPLES.glob("*.json")} - {"index.json"} == set(INDEX)


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (300, ApiError), (302, ApiError), (307, ApiError), (400, InvalidRequestError), (401, AuthenticationError),
        (402, ApiError), (403, PermissionDeniedError), (404, NotFoundError), (405, ApiError), (409, ConflictError),
        (410, ApiError), (418, ApiError), (422, InvalidRequestError), (429, RateLimitError), (500, ServerError),
        (502, ServerError), (503, ServerError), (504, ServerError), (599, ServerError),
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", [None, "", "NEVER_HEARD_OF"], ids=repr)
def test_without_a_known_code_the_status_counts(status, code, cls):
    """An unknown or missing code leaves the choice to the status."""
    assert cls is errors.class_of(status, code)


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500])
def test_the_code_wins_over_the_status(status):
    """The vendor shows the same code under different statuses, so that the code decides."""
    assert NotFoundError is errors.class_of(status, "ORDER_NOT_FOUND")
    assert DuplicateRequestError is errors.class_of(status, "DUPLICATE_REQUEST")
