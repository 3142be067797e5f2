"""Webhooks: the signature, and every documented delivery."""

import base64
import collections
import hashlib
import hmac
import json
import math
import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from werkzeug.datastructures import Headers as WerkzeugHeaders

from pinelabs_async import (
    ConfigurationError,
    CustomerEvent,
    CustomerToken,
    EventType,
    LegacyEvent,
    LegacyEventType,
    LegacyTransaction,
    Money,
    Order,
    OrderEvent,
    Refund,
    RefundEvent,
    Secret,
    Session,
    SignatureError,
    StoredCustomer,
    SubscriptionEvent,
    TokenEvent,
    ToldSubscription,
    UnknownEvent,
    to_json,
    webhooks,
)
from pinelabs_async.incoming.events import read_event
from tests.api.samples import as_written

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
VECTORS = json.loads((EXAMPLES / "signatures" / "vectors.json").read_text())
SAMPLES = {
    row["file"]: row for row in json.loads((EXAMPLES / "webhooks" / "index.json").read_text())["samples"]
}
SECRET = "wh-secret-for-tests-only-0001"
BODY = b'{"event_type":"ORDER_PROCESSED","data":{"order_id":"v1-1","status":"PROCESSED"}}'
NOW = 1_750_000_000


def secret_of(row):
    return base64.b64decode(row["secret"]) if row["secret_encoding"] == "base64" else row["secret"]


@pytest.mark.parametrize("row", VECTORS["webhook"], ids=lambda row: f"{row['id']} {row['title']}")
def test_vector(row):
    """Every worked vector: accepted, or refused for the reason it gives."""
    body = base64.b64decode(row["body_base64"])

    def check():
        return webhooks.verify(
            body, row["headers"], secret_of(row), tolerance=row["tolerance_seconds"], now=row["now"]
        )

    if row["expected"]["valid"]:
        lowered = {name.lower(): value for name, value in row["headers"].items()}
        assert lowered["webhook-id"] == check().id
    else:
        with pytest.raises(SignatureError) as caught:
            check()
        assert row["expected"]["reason"] == caught.value.reason


@pytest.mark.parametrize("row", VECTORS["legacy_x_verify"], ids=lambda row: row["id"])
def test_legacy_vector(row):
    """The older gateway's vectors too."""
    body = row["body"].encode() if "body" in row else base64.b64decode(row["body_base64"])
    headers = row.get("headers") or {"X-VERIFY": row["x_verify"]}
    if row["expected"]["valid"]:
        assert isinstance(webhooks.verify_legacy(body, headers, row["secret_hex"]), LegacyEvent)
    else:
        with pytest.raises(SignatureError) as caught:
            webhooks.verify_legacy(body, headers, row["secret_hex"])
        assert row["expected"]["reason"] == caught.value.reason


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_every_single_bit_counts():
    """100,000 deliveries, each with one bit of body, id, timestamp or signature changed: none is accepted."""
    drawn = random.Random(20261121)
    sample = (EXAMPLES / "webhooks" / "order-processed.json").read_bytes()
    cases = accepted = 0
    while cases < 100_000:
        body = sample[: drawn.randrange(1, 300)]
        headers = webhooks.sign(body, SECRET, id=f"msg_{drawn.random()}", timestamp=NOW)
        assert webhooks.verify(body, headers, SECRET, now=NOW).body == body
        changes = [(flipped(body, bit), headers) for bit in range(len(body) * 8)]
        for name, value in headers.items():
            text = value.encode()
            changes += [
                (body, {**headers, name: flipped(text, bit).decode("latin-1")})
                for bit in range(len(text) * 8)
            ]
        for changed, sent in changes:
            cases += 1
            try:
                webhooks.verify(changed, sent, SECRET, now=NOW, tolerance=None)
            except SignatureError:
                continue
            accepted += 1
    assert 0 == accepted
    assert cases >= 100_000


def test_signing_and_verifying_agree():
    """What sign makes, verify takes; ids and times are as asked for, and never twice the same by chance."""
    headers = webhooks.sign(BODY, SECRET, id="msg_1", timestamp=NOW)
    event = webhooks.verify(BODY, headers, SECRET, now=NOW)
    assert ("msg_1", datetime.fromtimestamp(NOW, UTC)) == (event.id, event.timestamp)
    one, other = webhooks.sign(BODY, SECRET), webhooks.sign(BODY, SECRET)
    assert one["webhook-id"] != other["webhook-id"]
    assert isinstance(webhooks.verify(BODY, one, SECRET), OrderEvent)


@pytest.mark.parametrize(
    "wrap",
    [
        dict,
        CIMultiDict,
        WerkzeugHeaders,
        collections.OrderedDict,
        lambda headers: {name.title(): value for name, value in headers.items()},
        lambda headers: {name.upper(): value for name, value in headers.items()},
        lambda headers: {name.encode(): value.encode() for name, value in headers.items()},
        lambda headers: {name: [value] for name, value in headers.items()},
        lambda headers: {**headers, "X-Other": "x", 5: "y", None: "z"},
    ],
    ids=["dict", "multidict", "werkzeug", "ordered", "Title", "UPPER", "bytes", "lists", "others"],
)
def test_any_mapping(wrap):
    """Headers come in any mapping, names in any case."""
    assert webhooks.verify(BODY, wrap(webhooks.sign(BODY, SECRET)), SECRET).id


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_duplicate_headers(name):
    """A header that comes twice is refused, in whatever form a framework shows it."""
    headers = webhooks.sign(BODY, SECRET)
    several = CIMultiDict(headers)
    several.add(name, headers[name])
    for sent in (
        several,
        {**headers, name: [headers[name], headers[name]]},
        {**headers, name.upper(): headers[name]},
    ):
        with pytest.raises(SignatureError) as caught:
            webhooks.verify(BODY, sent, SECRET)
        assert "duplicate_header" == caught.value.reason


@pytest.mark.parametrize("value", [None, 5, b"", "", "   ", [], object(), "é", "\ud800", "x" * 100_000])
@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_strange_headers(name, value):
    """Whatever stands in a header, the answer is a SignatureError with a reason."""
    headers = {**webhooks.sign(BODY, SECRET), name: value}
    with pytest.raises(SignatureError) as caught:
        webhooks.verify(BODY, headers, SECRET)
    assert caught.value.reason in {
        "missing_header", "malformed_header", "signature_mismatch", "timestamp_invalid",
    }  # fmt: skip


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
ANY_TEXT = (
    st.text() | st.characters(categories=["Cs"]) | st.from_regex(r"v1,[A-Za-z0-9+/]{43}=", fullmatch=True)
)


@given(
    st.binary(),
    st.dictionaries(
        st.sampled_from(["webhook-id", "Webhook-Timestamp", "webhook-signature", "WEBHOOK-ID"]) | ANYTHING,
        ANYTHING | ANY_TEXT | st.lists(ANYTHING | ANY_TEXT, max_size=2) | st.just(str(NOW)),
    ),
)
def test_nothing_else_is_raised(body, headers):
    """Whatever is delivered, what nobody signed is a SignatureError with a documented reason, and no other error."""
    with pytest.raises(SignatureError) as caught:
        webhooks.verify(body, headers, SECRET, now=NOW)
    assert caught.value.reason in webhooks.verify.__doc__


@given(
    st.binary(),
    (st.text(st.characters(exclude_categories=["Cs"])) | st.binary()).filter(lambda secret: secret.strip()),
    st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip),
    st.integers(0, 10**15 - 1),
)
def test_what_is_signed_is_accepted(body, secret, identifier, timestamp):
    """Any bytes, signed with any secret under any id at any time, are accepted and come back as they are."""
    headers = webhooks.sign(body, secret, id=identifier, timestamp=timestamp)
    event = webhooks.verify(body, headers, secret, tolerance=None)
    assert (body, identifier) == (event.body, event.id)


def test_rotation():
    """Several secrets, of any kind, are tried; several signatures in the header too."""
    headers = webhooks.sign(BODY, "new")
    for secrets in (["old", "new"], ("new",), [b"new"], [Secret("old"), Secret("new")]):
        assert webhooks.verify(BODY, headers, secrets).id
    both = {
        **headers,
        "webhook-signature": f"v1,AAAA {headers['webhook-signature']} v2,x",
    }
    assert webhooks.verify(BODY, both, "new").id
    with pytest.raises(SignatureError):
        webhooks.verify(BODY, headers, ["old", "older"])


def test_the_time_tells_nothing(monkeypatch):
    """Every secret is compared with every signature, by a comparison of constant time, whichever one fits."""
    pairs = []

    def compare(one, other):
        pairs.append((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    headers = webhooks.sign(BODY, "new")
    several = {**headers, "webhook-signature": f"v1,AAAA {headers['webhook-signature']} v1,BBBB"}
    for keys in (["old", "new"], ["new", "old"]):
        assert webhooks.verify(BODY, several, keys).id
    assert 12 == len(pairs)
    assert 6 == len(set(pairs))


@pytest.mark.parametrize("secret", ["", " ", b"", [], [""], None, 5, [None], ["ok", ""], "\ud800", {}])
def test_secrets_that_cannot_be(secret):
    """An empty or ill-formed secret of our own is a configuration error, never a valid key."""
    with pytest.raises(ConfigurationError):
        webhooks.verify(BODY, webhooks.sign(BODY, SECRET), secret)


@pytest.mark.parametrize(
    "value", [-1, math.nan, math.inf, "5", True, 10**400, 10**5000, -(10**5000)], ids=range(8)
)
def test_settings_that_cannot_be(value):
    """So are a tolerance or a time that are no seconds."""
    headers = webhooks.sign(BODY, SECRET)
    for settings in ({"tolerance": value}, {"now": value}):
        with pytest.raises(ConfigurationError, match="must be a number of seconds"):
            webhooks.verify(BODY, headers, SECRET, **settings)
    with pytest.raises(ConfigurationError, match="timestamp must be a number of seconds"):
        webhooks.sign(BODY, SECRET, timestamp=value)


def test_age():
    """Both edges of the tolerance count as inside; None asks for no age; huge numbers do no harm."""
    headers = webhooks.sign(BODY, SECRET, timestamp=NOW)
    for now in (NOW - 300, NOW, NOW + 300):
        assert webhooks.verify(BODY, headers, SECRET, now=now).id
    for now, reason in ((NOW + 300.5, "timestamp_too_old"), (NOW - 300.5, "timestamp_too_new")):
        with pytest.raises(SignatureError) as caught:
            webhooks.verify(BODY, headers, SECRET, now=now)
        assert reason == caught.value.reason
    assert webhooks.verify(BODY, headers, SECRET, tolerance=None).id
    far = webhooks.sign(BODY, SECRET, timestamp=10**14)
    assert webhooks.verify(BODY, far, SECRET, tolerance=None).timestamp is None


def test_body_must_be_the_raw_bytes():
    """Text or parsed JSON is refused with the reason why; bytearray and memoryview are bytes."""
    headers = webhooks.sign(BODY, SECRET)
    for body in (BODY.decode(), json.loads(BODY), None):
        with pytest.raises(TypeError, match="raw bytes"):
            webhooks.verify(body, headers, SECRET)
    assert webhooks.verify(bytearray(BODY), headers, SECRET) == webhooks.verify(
        memoryview(BODY), headers, SECRET
    )


def test_the_secret_of_a_session_fits():
    """A Session hands out its webhook secret in the form that verify takes."""
    session = Session("id", "s", webhook_secret=SECRET)
    assert webhooks.verify(BODY, webhooks.sign(BODY, session.webhook_secret), session.webhook_secret).id


def test_errors_show_nothing_of_it():
    """Neither the secret nor the body is in an error."""
    headers = {**webhooks.sign(BODY, SECRET), "webhook-signature": "v1,AAAA"}
    with pytest.raises(SignatureError) as caught:
        webhooks.verify(BODY, headers, SECRET)
    assert SECRET not in str(caught.value)
    assert "v1-1" not in str(caught.value)


KINDS = {
    "CUSTOMER": (CustomerEvent, StoredCustomer),
    "ORDER": (OrderEvent, Order),
    "PAYMENT": (OrderEvent, Order),
    "REFUND": (RefundEvent, Refund),
    "TOKEN": (TokenEvent, CustomerToken),
    "SUBSCRIPTION": (SubscriptionEvent, ToldSubscription),
    "payment": (LegacyEvent, LegacyTransaction),
}


def lost(sent, kept, path="$"):
    """Yield where something of a sample did not come back; empty values aside."""
    if isinstance(sent, dict):
        for name, value in sent.items():
            if value in (None, {}, [], ""):
                continue
            if not isinstance(kept, dict) or name not in kept:
                yield f"{path}.{name}"
            else:
                yield from lost(value, kept[name], f"{path}.{name}")
    elif isinstance(sent, list):
        for index, (value, other) in enumerate(zip(sent, kept, strict=True)):
            yield from lost(value, other, f"{path}[{index}]")
    elif sent != kept and str(sent).lower() != str(kept).lower():
        yield f"{path}: {sent!r} became {kept!r}"


def in_snake_case(value):
    """Write the names of a sample as the SDK does."""
    if isinstance(value, dict):
        return {
            "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name): in_snake_case(item)
            for name, item in value.items()
        }
    return [in_snake_case(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("file", SAMPLES)
def test_sample(file):
    """Every documented delivery is of its class, without problems, and nothing of what it tells is lost."""
    body = (EXAMPLES / "webhooks" / file).read_bytes()
    event = webhooks.verify(body, webhooks.sign(body, SECRET), SECRET)
    name = SAMPLES[file]["event"]
    kind, cls = KINDS[name.partition("_")[0].partition(".")[0]]
    sent = json.loads(body, parse_float=Decimal)
    told = sent.get("data", sent.get("merchant_response"))
    for member in ("customer", "token", "subscription"):
        told = told.get(member, told) if "order_id" not in told else told
    if kind is RefundEvent and told.get("type") == "CHARGE":
        cls = Order
    assert (kind, name, cls) == (type(event), event.type, type(event.data))
    assert () == event.data.problems
    plain = told if kind is LegacyEvent else as_written(in_snake_case(told))
    assert [] == list(lost(plain, json.loads(to_json(event.data), parse_float=Decimal)))
    assert sent == event.raw == event.data.raw
    assert (sent.get("event_id"), sent.get("merchant_id")) == (event.event_id, event.merchant_id)


def test_there_is_a_sample_of_most_names():
    """The samples cover both lists but for the names that have none published."""
    told = {row["event"] for row in SAMPLES.values()}
    assert {
        "CUSTOMER_SUSPENDED", "TOKEN_SUSPENDED", "SUBSCRIPTION_RESUMED", "SUBSCRIPTION_CANCELLED",
        "SUBSCRIPTION_REVOKE_FAILED", "SUBSCRIPTION_UPDATED", "SUBSCRIPTION_UPDATE_FAILED",
    } == set(EventType) - told  # fmt: skip
    assert {"payment.refund.failed"} == set(LegacyEventType) - told
    assert (26, 6) == (len(EventType), len(LegacyEventType))


@pytest.mark.parametrize("name", [*EventType, *LegacyEventType])
@pytest.mark.parametrize(
    "data", [{}, {"data": None}, {"data": 5}, {"data": {}}, {"data": {"order": 1}}, {"merchant_response": []}]
)
def test_a_known_name_with_odd_data(name, data):
    """A verified event never raises: its class stands, and problems name what is missing."""
    key = "event_name" if "." in name else "event_type"
    event = read_event(json.dumps({key: name, **data}).encode(), id="msg_1", timestamp=None)
    assert not isinstance(event, UnknownEvent)
    assert event.data.problems


@pytest.mark.parametrize(
    ("body", "name", "data"),
    [
        (b'{"event_type":"PAYOUT_SENT","data":{"a":1}}', "PAYOUT_SENT", {"a": 1}),
        (b'{"event_type":"ORDER_NOVELTY","data":{"a":1}}', "ORDER_NOVELTY", {"a": 1}),
        (b'{"eventType":"X"}', "X", None),
        (b'{"event_name":"payment.novelty"}', "payment.novelty", None),
        (b'{"event_type":5,"data":[]}', "", []),
        (b"[1]", "", [1]),
        (b"", "", None),
        (b"not JSON", "", None),
        (b"\xff\xfe", "", None),
        (b"[" * 100_000, "", None),
    ],
)
def test_unknown(body, name, data):
    """An unknown name, or a body that is no JSON, arrives as it is."""
    event = webhooks.verify(body, webhooks.sign(body, SECRET), SECRET)
    assert (UnknownEvent, name, data, body) == (type(event), event.type, event.data, event.body)


def test_both_shapes_of_a_refund():
    """A refund order, or the order that was paid with its refunds."""

    def told(file):
        body = (EXAMPLES / "webhooks" / file).read_bytes()
        return webhooks.verify(body, webhooks.sign(body, SECRET), SECRET).data

    refund, order = told("refund-processed--points.json"), told("refund-processed--netbanking.json")
    assert isinstance(refund, Refund)
    assert [Money(800), Money(200)] == [payment.payment_amount for payment in refund.payments]
    assert isinstance(order, Order)
    assert ["a887681c-1bbc-4d94-84e8-0ff90ea82686"] == [
        refund.merchant_order_reference for refund in order.refunds
    ]


def test_own_names_in_metadata_stay():
    """Names of your own in camelCase are yours."""
    data = {"orderId": "v1-1", "purchaseDetails": {"merchantMetadata": {"myKey": "x", "Key2": "y"}}}
    body = json.dumps({"eventType": "ORDER_PROCESSED", "data": data}).encode()
    order = read_event(body, id="m", timestamp=None).data
    assert {"myKey": "x", "Key2": "y"} == order.purchase_details.merchant_metadata


def test_the_published_libraries_agree():
    """The same computation, written here once more from the documentation."""
    headers = webhooks.sign(BODY, SECRET, id="msg_1", timestamp=NOW)
    signed = b"msg_1.1750000000." + BODY
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert f"v1,{expected}" == headers["webhook-signature"]


def test_repr_shows_no_body():
    """An event's repr shows no delivery, which holds people and instruments."""
    body = (EXAMPLES / "webhooks" / "order-processed.json").read_bytes()
    shown = repr(webhooks.verify(body, webhooks.sign(body, SECRET), SECRET))
    assert "kevin.bob" not in shown
    assert "9876543210" not in shown
