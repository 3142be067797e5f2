"""Whatever callers and gateways send: a documented error at the door, the one path and head that is meant, a documented end."""

import json
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from yarl import URL

from pinelabs_async import (
    OPERATIONS,
    ApiError,
    Capture,
    ConfigurationError,
    Money,
    NewOrder,
    NoAnswerError,
    OutcomeUnknownError,
    Session,
    from_json,
    to_json,
)
from pinelabs_async.wire import reading
from pinelabs_async.wire.attempt import Reach
from pinelabs_async.wire.shape import Answer
from pinelabs_async.wire.transport import Reply
from tests.loopback.raw import LoopThread, RawServer, answer, bytes_only, order_json, response
from tests.safety.test_documented_answers import holds

live = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For what goes over a socket."""

NASTY = (
    "..", ".", "%2e%2e", "a/b", "a\\b", "a?b", "a#b", "a;b", "a%2fb", "a\r\nX-Evil: 1", "a\x00", "a b", " a", "",
    "\ud800", "é", "☃", "{order_id}", "//host", "a" * 257, "a&b=c", "a+b", "\u202e", "\u2028", "\x7f",
)  # fmt: skip
texts = st.text(max_size=60) | st.sampled_from(NASTY) | st.from_regex(r"[A-Za-z0-9_-]{1,50}", fullmatch=True)
anything = (
    texts
    | st.none()
    | st.integers()
    | st.booleans()
    | st.binary(max_size=8)
    | st.lists(st.text(), max_size=2)
)
with_ids = st.sampled_from([operation for operation in OPERATIONS.values() if operation.id_names])


class Wire:
    """A server on another thread, and a Session that calls it."""

    def __init__(self, there, server):
        self.there, self.server = there, server
        self.session = Session(
            "client", "s3cret", base_url=server.base_url, max_attempts=1, on_unknown="raise"
        )
        self.usual = self.tell(self.session.orders.get("v1-1"))[0].headers

    def tell(self, call):
        """Make a call and return the requests that came of it."""
        before = len(self.server.requests)
        self.there.run(call)
        return self.server.requests[before:]

    def end(self, call):
        """Return the error of a call, or its result."""
        try:
            return self.there.run(call)
        except Exception as error:  # noqa: BLE001  # which one it is, is the question
            return error


@pytest.fixture(scope="module")
def wire():
    """One server and Session for all examples: a connection for each would take the time of the rest."""
    with LoopThread() as there:
        server = there.run(RawServer(answer(order_json())).__aenter__())
        wire = Wire(there, server)
        yield wire
        there.run(wire.session.aclose())
        there.run(server.__aexit__())


def refused(make):
    """Make something; return None where it was refused as documented."""
    try:
        return make()
    except (TypeError, ValueError):  # ConfigurationError is a ValueError
        return None


# --- what callers give ---------------------------------------------------------------------------------------


@settings(max_examples=400)
@given(with_ids, st.data())
def test_ids(operation, data):
    """An id is refused, or stands in its own place of the path and nowhere else."""
    ids = tuple(data.draw(anything) for _ in operation.id_names)
    path = refused(lambda: operation.path_for(ids))
    if path is None:
        return
    came, meant = path.split("/"), operation.path.split("/")
    assert len(meant) == len(came)
    given_ids = iter(ids)
    for one, other in zip(meant, came, strict=True):
        assert (next(given_ids) if one.startswith("{") else one) == unquote(other)
        assert other not in (".", "..")
        assert other.isascii()
        assert other.isprintable()
        assert not set(other) & set("?#; \\")
        assert not {"%2F", "%5C", "%3F", "%23", "%2E"} & {
            other[at : at + 3].upper() for at in range(len(other))
        }
    assert path == str(URL(f"https://host{path}", encoded=True).relative())


@live
@given(texts, st.sampled_from(["get", "cancel", "get_by_reference"]))
def test_ids_on_the_wire(wire, value, verb):
    """The request line holds the path of the operation and nothing else; what is refused sends nothing."""
    call = refused(lambda: getattr(wire.session.orders, verb)(value))
    before = len(wire.server.requests)
    end = wire.end(call)
    sent = wire.server.requests[before:]
    if isinstance(end, (TypeError, ValueError)):
        assert [] == sent
        return
    operation = OPERATIONS[f"orders.{verb}"]
    assert [(operation.method, operation.path_for((value,)))] == [(one.method, one.target) for one in sent]
    assert wire.usual.keys() == sent[0].headers.keys() - {"content-length", "content-type", "idempotency-key"}


@live
@given(anything)
def test_references(wire, reference):
    """A reference is refused when the body is made, or arrives in the body as it is."""
    body = refused(lambda: Capture(merchant_capture_reference=reference))
    if body is None:
        return
    (sent,) = wire.tell(wire.session.orders.capture("v1-1", body))
    assert {"merchant_capture_reference": reference} == sent.json
    assert ("PUT", "/api/pay/v1/orders/v1-1/capture") == (sent.method, sent.target)
    assert {*wire.usual, "content-length", "content-type", "idempotency-key"} == {*sent.headers}


header_names = (
    st.from_regex(r"X-[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}", fullmatch=True)
    | texts
    | st.sampled_from(["Authorization", "content-LENGTH", "Transfer-Encoding", "X-Mine:", "Cookie", "Host"])
)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30) | anything
request_ids = st.none() | st.from_regex(r"[A-Za-z0-9._~-]{1,50}", fullmatch=True) | anything


@live
@given(st.dictionaries(header_names, header_values, max_size=2), request_ids)
@example({"X-Mine": "a\r\nX-Evil: 1"}, "id-1")
@example({"X-Mine": "fine"}, "id\r\nX-Evil: 1")
@example({"X-Mine\r\nX-Evil": "1"}, "id-1")
def test_headers(wire, headers, request_id):
    """Headers and Request-ID are refused, or sent as they are beside the usual ones, once."""
    session = refused(lambda: wire.session.with_options(headers=headers, request_id=request_id))
    if session is None:
        return
    (sent,) = wire.tell(session.orders.get("v1-1"))
    mine = {name.lower(): value.strip() for name, value in headers.items()}
    assert {*wire.usual, *mine} == {*sent.headers}
    assert len({name.lower() for name in headers}) == len(mine)
    for name, value in mine.items():
        if name not in wire.usual:
            assert value == sent.headers[name]
    for name in ("authorization", "host", "accept", "accept-encoding"):
        assert name in mine or wire.usual[name] == sent.headers[name]
    assert request_id is None or request_id == sent.headers["request-id"]
    assert ("/api/pay/v1/orders/v1-1", b"") == (sent.target, sent.body)


paths = (
    st.from_regex(r"(/[A-Za-z0-9._~!$&'()*+,=:@-]{0,9}){1,4}(%[0-9A-Fa-f]{2})?", fullmatch=True)
    | texts
    | texts.map(lambda text: f"/{text}")
)


@live
@given(
    paths,
    st.sampled_from(["GET", "POST", "TRACE", "get", "G\r\nET", None]),
)
@example("/a/%2e%2e/b", "GET")
@example("/a%2f..%2fb", "GET")
@example("//evil.example/a", "GET")
@example("/a?b=c", "GET")
def test_any_path(wire, path, method):
    """The escape hatch sends the path it is given, to its own host, or nothing."""
    before = len(wire.server.requests)
    end = wire.end(wire.session.request(method, path))
    sent = wire.server.requests[before:]
    if isinstance(end, ConfigurationError):
        assert [] == sent
        return
    assert [(method, path)] == [(one.method, one.target) for one in sent]
    assert all(unquote(segment) not in (".", "..") for segment in path.replace("%2F", "/").split("/"))


@live
@given(texts, texts)
def test_queries(wire, number, reference):
    """A query arrives as it is given, one value a name, and adds no other."""
    sought = {"country_code": "91", "mobile_number": number, "merchant_customer_reference": reference}
    before = len(wire.server.requests)
    end = wire.end(wire.session.customers.find(**sought))
    sent = wire.server.requests[before:]
    if isinstance(end, (TypeError, ValueError)):
        assert [] == sent
        return
    (one,) = sent
    parts = urlsplit(one.target)
    assert ("/api/v1/customer", list(sought.items())) == (
        parts.path,
        parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True),
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("order_amount"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["merchant_order_reference", "order_amount", "notes", "new"]), json_values
    )
)
def test_any_body(given_json):
    """JSON is refused for a body with TypeError or ValueError, or written again as the same JSON."""
    body = refused(lambda: from_json(NewOrder, given_json))
    if body is not None:
        written = json.loads(to_json(body))
        assert {name: value for name, value in given_json.items() if value is not None}.keys() <= {
            *written,
            "notes",
        }
        assert isinstance(body.order_amount, Money)


# --- what gateways send --------------------------------------------------------------------------------------

BOMBS = {
    "nested lists": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"data":' * 50_000 + b"1" + b"}" * 50_000,
    "nested in an order": b'{"data":{"order_id":"v1-1","status":"CREATED","new":%s}}'
    % (b"[" * 5000 + b"]" * 5000),
    "open": b"[" * 200_000,
    "huge integer": b'{"data":{"order_id":%s,"order_amount":{"value":%s,"currency":"INR"}}}'
    % ((b"9" * 9999,) * 2),
    "huge exponent": b'{"data":{"order_amount":{"value":1e999999999,"currency":"INR"}}}',
    "tiny exponent": b'{"data":{"order_amount":{"value":1e-999999999,"currency":"INR"}}}',
    "twice": b'{"data":{"order_id":"v1-1","order_id":"v1-2","status":"CREATED","status":[]},"data":{}}',
    "half a character": b'{"data":{"order_id":"v1-\\ud800","status":"\\udfff","\\ud800":1}}',
    "byte order mark": b'\xef\xbb\xbf{"data":{"order_id":"v1-1","status":"CREATED"}}',
    "UTF-16": '{"data":{"order_id":"v1-1"}}'.encode("utf-16"),
    "UTF-32": '{"data":{"order_id":"v1-1"}}'.encode("utf-32"),
    "latin-1": '{"data":{"order_id":"é"}}'.encode("latin-1"),
    "NaN": b'{"data":{"order_amount":{"value":NaN}}}',
    "Infinity": b'{"data":{"order_amount":{"value":-Infinity}}}',
    "empty": b"",
    "spaces": b" \r\n\t",
    "null": b"null",
    "text": b'"data"',
    "number": b"1",
    "list": b"[]",
    "two": b'{"data":{}}{"data":{}}',
    "trailing": b'{"data":{}} ]',
    "zero byte": b'{"data":{}}\x00',
    "half": b'{"data":{"order_id":"v1-1',
    "comment": b'/* */{"data":{}}',
    "many members": b"{%s}" % b",".join(b'"m%d":{}' % number for number in range(20_000)),
    "many misfits": b'{"data":{"payments":[%s]}}' % b",".join([b"1"] * 50_000),
    "long text": b'{"data":{"order_id":"%s","status":"CREATED"}}' % (b"x" * 1_000_000),
}
READS = [op for op in OPERATIONS.values() if op.answer is not bytes]


def check(operation, body, status=200):
    """Read a body as an answer: it is one, or a refusal, or nothing, and what is there is type-true."""
    reply = Reply(reach=Reach.ANSWERED, status=status, body=body, whole=True)
    ending, came = reading.read(operation, reply, "req-1")
    code, message, details = reading.read_refusal(reply)
    assert code is None or isinstance(code, str)
    assert all(isinstance(text, str) for text in (message, *details, *details.values()))
    assert ending.usable is (came is not None)
    if came is not None:
        assert isinstance(came, operation.answer)
        assert body in (came.received_bytes, b"")
        assert holds(type(came), came)
        assert isinstance(repr(came), str)


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs(bomb):
    """None of the known tricks of JSON gets out of any operation's reading, whatever the status."""
    for operation in (
        READS if len(BOMBS[bomb]) < 50_000 else [OPERATIONS["orders.get"], OPERATIONS["plans.delete"]]
    ):
        check(operation, BOMBS[bomb])
    for status in (301, 400, 404, 422, 503):
        check(OPERATIONS["orders.create"], BOMBS[bomb], status)


@settings(max_examples=300)
@given(st.sampled_from(READS), st.binary(max_size=200), st.integers(100, 599))
def test_any_bytes(operation, body, status):
    """No bytes do either."""
    check(operation, body, status)


@settings(max_examples=300)
@given(
    st.sampled_from(READS), json_values, st.sampled_from([None, "data", "message", "code", "RESPONSE_CODE"])
)
def test_any_json(operation, value, member):
    """Nor does any JSON, also where refusals are read from it."""
    body = json.dumps(
        value if member is None else {member: value, "additional_error_details": value}
    ).encode()
    check(operation, body)
    check(operation, body, 422)


documented = (Answer, ApiError, NoAnswerError, OutcomeUnknownError)
heads = st.dictionaries(
    st.sampled_from(["Retry-After", "Location", "Content-Encoding", "Content-Type", "Set-Cookie", "X-Any"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
    | st.sampled_from(
        ["gzip", "br", "1e400", "-1", "inf", "nan", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 400]
    ),
    max_size=2,
)


@pytest.mark.parametrize("verb", ["get", "cancel", "create"])
@live
@given(st.data())
def test_any_answer_on_the_wire(wire, verb, data):
    """Any status, head and body end a call in its answer or in a documented error; what follows is not disturbed."""
    status = data.draw(st.integers(200, 599))
    body = data.draw(
        st.binary(max_size=60) | st.sampled_from([one for one in BOMBS.values() if len(one) < 10_000])
    )
    made = answer(body, status=status, headers=data.draw(heads))
    end_well(wire, verb, made)


@pytest.mark.parametrize("verb", ["get", "cancel", "create"])
@live
@given(st.binary(max_size=80), st.integers(0, 120))
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 0)
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 0)
@example(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 0)
@example(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, 0)
@example(b"HTTP/9.9 abc\r\n\r\n", 0)
def test_no_http(wire, verb, junk, kept):
    """Nor does what is no HTTP, or stops to be any after so many bytes."""
    end_well(wire, verb, bytes_only(response(order_json())[:kept] + junk))


def end_well(wire, verb, deed):
    """Call with a server that does this; then call with one that answers properly."""
    calls = {
        "get": lambda: wire.session.orders.get("v1-1"),
        "cancel": lambda: wire.session.orders.cancel("v1-1"),
        "create": lambda: wire.session.orders.create(NewOrder(order_amount=Money(100))),
    }
    good, before = wire.server.script, len(wire.server.requests)
    wire.server.script = [deed]
    end = wire.end(calls[verb]())
    assert isinstance(end, documented), repr(end)
    assert not isinstance(end, NoAnswerError) or verb == "get"
    assert not isinstance(end, OutcomeUnknownError) or verb != "get"
    assert 1 <= len(wire.server.requests) - before <= 2, "twice only after a 401"
    wire.server.script = good
    assert "v1-order" == wire.there.run(wire.session.orders.get("v1-1")).order_id
