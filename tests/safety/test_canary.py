"""Twelve planted secrets go through every operation, and none is seen where people and log files look."""

import asyncio
import json
import logging
import pickle

import attrs
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import pinelabs_sync
from pinelabs_async import (
    OPERATIONS,
    LegacyCredentials,
    NotSentError,
    PayoutFile,
    PineLabsError,
    Session,
    SQLiteIntentStore,
    from_json,
)
from pinelabs_async.wire import attempt
from pinelabs_async.wire import call as caller
from pinelabs_async.wire.names import json_name
from pinelabs_async.wire.shape import fill, parts_of
from tests.api.sample_table import ANSWERS, BODIES, FORMS
from tests.api.samples import EXAMPLES
from tests.loopback.raw import (
    LoopThread,
    RawServer,
    after,
    answer,
    bytes_only,
    drop,
    grant,
    refusal,
    truncated,
)
from tests.safety.canary import (
    NOT_PRIVATE,
    SECRET_OF,
    SECRETS,
    Trap,
    faces_of,
    faces_of_error,
    found_in,
    leaks,
    planted,
    with_locals,
)
from tests.unit.test_tolerant import changed, paths

ALL = " ".join(SECRETS.values())


def sample(name):
    return planted(json.loads((EXAMPLES / name).read_bytes()))


def form(name):
    lines = (line.split("=", 1) for line in (EXAMPLES / name).read_text().splitlines())
    return planted({key: value for key, value in lines if not key.startswith("MERCHANT_")})


REQUESTS = {
    **{f"{call} of {name}": (call, sample(name)) for name, call in BODIES.items()},
    **{f"{call} of {name}": (call, form(name)) for name, call in FORMS.items()},
    "customers.update": ("customers.update", planted(dict.fromkeys(("mobile_number", "email_id"), ""))),
}
CARD = sample("payments/create-payment-card-save.request.json")
RESPONSES = {call: sample(name) for name, call in ANSWERS.items()}
ENDINGS = {
    "answered": None,
    "refused": refusal(422, "INVALID_REQUEST", "The field is wrong"),
    "dropped": drop,
    "truncated": truncated({"data": SECRETS}),
    "garbage": bytes_only(ALL.encode()),
    "html": answer(f"<html>{ALL}".encode(), kind="text/html"),
    "failed": answer({"message": "It failed", "data": SECRETS}, status=503),
    "redirected": answer(b"", status=307, headers={"Location": f"https://elsewhere.example/?{ALL}"}),
    "unauthorized": refusal(401, "UNAUTHORIZED", "This token is not valid"),
}


@pytest.fixture
async def trap():
    """Every log record of the test, with asyncio telling all it can."""
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0
    with Trap() as trap:
        yield trap
    loop.set_debug(False)


@pytest.fixture
async def session(raw, tmp_path, monkeypatch):
    """A Session that has all secrets a Session can have, a journal, and a tracer, whose spans show none of them."""
    monkeypatch.setattr(attempt, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(caller, "LOOK_UP_PAUSE", 0)
    raw.token_script = [grant(SECRETS["access token"])]
    journal = SQLiteIntentStore(tmp_path / "intents.db")
    secret = SECRETS["client secret"]
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with Session(
        "client",
        secret,
        base_url=raw.base_url,
        legacy=LegacyCredentials("106600", secret),
        webhook_secret=secret,
        return_url_secret=secret,
        journal=journal,
        max_attempts=2,
        tracer=provider.get_tracer("a shop"),
    ) as session:
        yield session
    await journal.aclose()
    spans = exporter.get_finished_spans()
    assert spans
    assert [] == [span.name for span in spans if found_in(span.to_json() + repr(vars(span)))]


async def call(session, name, body=None):
    """Call an operation by name, with ids that say nothing, or those that its body repeats; return what came of it."""
    group, _, verb = name.partition(".")
    ids = [getattr(body, id_name, None) or "id-1" for id_name in OPERATIONS[name].id_names]
    try:
        return await getattr(getattr(session, group), verb)(*ids, *([] if body is None else [body]))
    except PineLabsError as error:
        return error


def sent_by(server):
    """Name the secrets that have reached a server: in a body, a header or a target."""
    parts = [
        part
        for request in (*server.requests, *server.token_requests)
        for part in (request.body, repr(request.headers), request.target)
    ]
    return {name for part in parts for name in found_in(part)}


def play(server, name, deed):
    """Let a server answer an operation; the token call of a Session goes on as before, unless it is the operation."""
    is_token = name == "auth.generate_token"
    server.script = [deed]
    server.token_script = [deed if is_token else grant(SECRETS["access token"])]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_file(raw, session, trap, ending):
    """A file of payouts is full of accounts: none of them is seen."""
    raw.script = [ENDINGS[ending] or answer({"batch_id": "b-1"})]
    body = PayoutFile(ALL.encode(), "payouts.csv")
    came = await call(session, "payouts.create_bulk", body)
    faces = faces_of_error(came) if isinstance(came, PineLabsError) else faces_of(came)
    assert {} == leaks(faces) == leaks(faces_of(body))
    assert set(SECRETS) == sent_by(raw)
    assert [] == [text for text in trap.texts if found_in(text)]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_every_body(raw, session, trap, tmp_path, ending):
    """Whatever becomes of a call with a body, no face of body, answer, error or Session shows a secret."""
    for told, (name, given) in REQUESTS.items():
        body = from_json(OPERATIONS[name].body, given)
        play(raw, name, ENDINGS[ending] or answer(RESPONSES.get(name, {"data": given})))
        came = await call(session, name, body)
        faces = faces_of_error(came) if isinstance(came, PineLabsError) else faces_of(came)
        assert {} == leaks(faces), (told, ending)
        assert {} == leaks(faces_of(body)), told
    assert {} == leaks(faces_of(session))
    assert [] == found_in(repr(vars(session)))
    assert [] == sorted({*SECRETS} - sent_by(raw)), "a secret that never left proves nothing"
    assert [] == [text for text in trap.texts if found_in(text)]
    assert [] == found_in((tmp_path / "intents.db").read_bytes())
    assert 100 < len(trap.texts)


def private_json():
    return {"card_number": SECRETS["card number"], "nested": [{"cvv": SECRETS["cvv"]}], "new": SECRETS["otp"]}


@pytest.mark.parametrize("ending", ["refused", "dropped", "echoed", "answered"])
async def test_the_escape_hatch(raw, session, trap, ending):
    """What is sent by Session.request is seen nowhere either."""
    echo = answer({"message": " ".join(sorted(SECRETS.values()))}, status=400)
    raw.script = [{"echoed": echo, **ENDINGS}[ending] or answer({"data": SECRETS})]
    try:
        await session.request("POST", "/api/pay/v1/new", json=private_json(), params={"vpa": SECRETS["vpa"]})
    except PineLabsError as error:
        seen = {name for names in leaks(faces_of_error(error)).values() for name in names}
        assert not {"card number", "cvv", "otp", "vpa", "access token"} & seen
    assert {"card number", "cvv", "otp", "vpa", "access token"} <= sent_by(raw)
    assert [] == [text for text in trap.texts if {"card number", "cvv"} & {*found_in(text)}]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503])
async def test_messages_that_repeat_what_was_sent(raw, session, trap, status):
    """A gateway that repeats a secret in its refusal has it masked: on errors, in logs and in pickles."""
    for told, (name, given) in REQUESTS.items():
        known = [SECRETS[secret] for secret in found_in(json.dumps(given))]
        if OPERATIONS[name].secured:
            known.append(SECRETS["access token"])
        text = f"No: {', '.join(known)}!"
        body = {"message": text, "code": "INVALID_REQUEST", "additional_error_details": {"reason": text}}
        play(raw, name, answer(body, status=status))
        error = await call(session, name, from_json(OPERATIONS[name].body, given))
        assert {} == leaks(faces_of_error(error)), told
        assert not known or "***" in error.message, told
    assert [] == [text for text in trap.texts if found_in(text)]


async def test_a_token_call_that_repeats_the_secret(raw, connect, trap):
    """An error of the credentials shows neither them nor a token."""
    for status in (400, 401, 403, 422, 429, 500):
        raw.token_script = [answer({"message": f"no client with {SECRETS['client secret']}"}, status=status)]
        session = Session("client", SECRETS["client secret"], base_url=raw.base_url, max_attempts=1)
        error = await call(session, "orders.get")
        await session.aclose()
        assert isinstance(error, PineLabsError)
        assert {} == leaks(faces_of_error(error)), status
    assert [] == [text for text in trap.texts if found_in(text)]


async def test_a_number_to_look_for(raw, session, trap):
    """A customer is looked up by a number in the query, which no error shows."""
    sought = {"country_code": "91", "mobile_number": SECRETS["phone"], "merchant_customer_reference": "c-1"}
    for ending in (drop, answer({"message": f"nobody has {SECRETS['phone']}"}, status=404)):
        raw.script = [ending]
        with pytest.raises(PineLabsError) as caught:
            await session.customers.find(**sought)
        assert {} == leaks(faces_of_error(caught.value))
    assert {"phone", "access token"} == sent_by(raw) - {"client secret"}
    assert [] == [text for text in trap.texts if found_in(text)]


@pytest.mark.parametrize("give_up", ["cancelled", "timed out"])
async def test_a_call_that_is_given_up(raw, session, trap, give_up):
    """A write whose caller goes leaves no secret in the log, nor in the traceback of its end."""
    raw.script = [after(0.5, answer({"data": SECRETS}))]
    given = from_json(OPERATIONS["payments.create"].body, CARD)
    task = asyncio.create_task(session.payments.create("id-1", given))
    await raw.until_received(1)
    if give_up == "cancelled":
        task.cancel()
    with pytest.raises((TimeoutError, asyncio.CancelledError)) as caught:
        await asyncio.wait_for(task, 0.01 if give_up == "timed out" else 5)
    assert [] == found_in(with_locals(caught.value))
    assert [] == [text for text in trap.texts if found_in(text)]
    assert any("its caller was cancelled" in text for text in trap.texts)


@pytest.mark.parametrize("name", REQUESTS)
def test_the_door(name):
    """A body that is refused shows nothing of what was given: each field in turn is of the wrong type."""
    operation, given = REQUESTS[name]
    cls, refused = OPERATIONS[operation].body, 0
    for wrong in (*paths(given), None):
        bad = changed(given, wrong, {"new": SECRETS["otp"], "bad": [object()]}) if wrong else [SECRETS["otp"]]
        try:
            from_json(cls, bad)
        except (TypeError, ValueError) as error:
            refused += 1
            faces = {"repr": repr(error), "dict": repr(vars(error)), "traceback": with_locals(error)}
            assert {} == leaks(faces), wrong
    assert refused


@pytest.mark.parametrize("text", ["{" + ALL, "[]" + ALL, f'["{ALL}"]', f'"{ALL}"'])
@pytest.mark.parametrize("name", ["orders.create", "orders.get"])
def test_text_that_is_no_body(name, text):
    """An error of reading JSON does not keep the text."""
    operation = OPERATIONS[name]
    with pytest.raises(ValueError) as caught:
        from_json(operation.body or operation.answer, text)
    error = caught.value
    faces = {"repr": repr(error), "dict": repr(vars(error)), "traceback": with_locals(error)}
    assert {} == leaks(faces)
    assert [] == found_in(pickle.dumps(error, protocol=0))


def classes():
    """Return every class of the SDK that has a member which holds a secret, with the names of those fields."""
    found = {}
    for operation in OPERATIONS.values():
        for cls in {*parts_of(operation.body), *parts_of(operation.answer)}:
            private = [f.name for f in attrs.fields(cls) if json_name(cls, f.name).lower() in SECRET_OF]
            if private and cls.__name__.lower() not in NOT_PRIVATE:
                found[cls] = private
    return found


def test_every_class():
    """No class shows a member that holds a secret, and each kind of secret has such a member."""
    seen = set()
    for cls, private in classes().items():
        for name in private:
            secret = SECRET_OF[json_name(cls, name).lower()]
            made = fill(cls, {**dict.fromkeys(required(cls), ""), name: secret})
            assert secret in repr(getattr(made, name))
            assert {} == leaks(faces_of(made)), (cls.__name__, name)
            seen.add(secret)
    assert {*SECRETS.values()} == seen


def required(cls):
    return [field.name for field in attrs.fields(cls) if field.default is attrs.NOTHING]


def test_the_search_itself():
    """A secret is found in the clear, in bytes, quoted, in the locals of a frame, and in a log record's arguments."""
    secret = SECRETS["e-mail"]
    assert (
        ["e-mail"] == found_in(f"x{secret}y") == found_in(secret.encode()) == found_in(repr({"a": [secret]}))
    )
    with Trap() as trap:
        logging.getLogger("somebody.else").debug("%s", {"email": secret})
        logging.getLogger("another").debug("nothing", extra={"given": secret})
    assert [["e-mail"], ["e-mail"]] == [found_in(text) for text in trap.texts]
    space = {"secret": secret}
    exec(compile("def leak(secret):\n    raise ValueError('no')", "/elsewhere/module.py", "exec"), space)
    with pytest.raises(ValueError) as caught:
        space["leak"](secret)
    assert ["e-mail"] == found_in(with_locals(caught.value))
    assert {"pickle": ["e-mail"], "dict": ["e-mail"]} == leaks(
        faces_of_error(NotSentError("no", members={"email": secret}))
    )


BAD_SETTINGS = (
    {"timeout": -1},
    {"strict": 1},
    {"base_url": "http://example.com"},
    {"webhook_secret": ""},
    {"return_url_secret": 5},
    {"new": 1},
)


@pytest.mark.parametrize("bad", BAD_SETTINGS, ids=repr)
@pytest.mark.parametrize("package", [Session, pinelabs_sync.Session], ids=["async", "sync"])
def test_settings_that_are_refused(package, bad):
    """A Session that cannot be made shows none of its secrets."""
    secret = SECRETS["client secret"]
    given = {"webhook_secret": secret, "return_url_secret": secret, **bad}
    for make in (
        lambda: package("client", secret, **given),
        lambda: package.from_env(client_id="client", client_secret=secret, **given),
    ):
        with pytest.raises((ValueError, TypeError)) as caught:
            make()
        assert [] == found_in(with_locals(caught.value))


@pytest.mark.parametrize("given", [("a b", None), ("106600", ""), (None, None)])
def test_legacy_credentials_that_are_refused(given):
    """Nor do those of the older gateway."""
    merchant_id, code = given
    with pytest.raises((ValueError, TypeError)) as caught:
        LegacyCredentials(merchant_id, SECRETS["client secret"] + "!" if code is None else code)
    assert [] == found_in(with_locals(caught.value))


@pytest.mark.parametrize("ending", ["refused", "dropped", "garbage"])
def test_blocking(ending):
    """The blocking package's frames, on either side of its bridge, show nothing more."""
    secret = SECRETS["client secret"]
    with LoopThread() as there, Trap() as trap:
        server = there.run(RawServer(ENDINGS[ending]).__aenter__())
        server.token_script = [grant(SECRETS["access token"])]
        with pinelabs_sync.Session("client", secret, base_url=server.base_url, max_attempts=1) as session:
            body = from_json(OPERATIONS["payments.create"].body, CARD)
            calls = (
                lambda: session.payments.create("id-1", body),
                lambda: session.request("POST", "/new", json=private_json(), params={"vpa": SECRETS["vpa"]}),
                lambda: session.customers.find(
                    country_code="91", mobile_number=SECRETS["phone"], merchant_customer_reference="c-1"
                ),
            )
            for call_one in calls:
                with pytest.raises(PineLabsError) as caught:
                    call_one()
                assert {} == leaks(faces_of_error(caught.value))
            assert {} == leaks(faces_of(session))
        assert {"card number", "cvv", "vpa", "phone", "access token"} <= sent_by(server)
        there.run(server.__aexit__())
    assert [] == [text for text in trap.texts if found_in(text)]
