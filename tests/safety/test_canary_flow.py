"""The same search where answers, webhooks and whole purchases come in: what a caller holds shows no secret."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pinelabs_async import (
    OPERATIONS,
    CardDetails,
    CardOption,
    CardTender,
    Customer,
    Money,
    NewCustomer,
    NewOrder,
    NewOtp,
    NewPayment,
    NewPayout,
    Otp,
    PineLabsError,
    PurchaseDetails,
    Session,
    SignatureError,
    SQLiteIntentStore,
    return_url,
    to_json,
    webhooks,
)
from pinelabs_async.wire import reading
from pinelabs_async.wire.attempt import Reach
from pinelabs_async.wire.transport import Reply
from tests.api.sample_table import ANSWERS
from tests.api.samples import EXAMPLES
from tests.safety.canary import SECRETS, Trap, faces_of, faces_of_error, found_in, leaks, planted
from tests.unit.test_tolerant import changed, paths

ROOT = Path(__file__).parents[2]
WEBHOOKS = sorted(path.name for path in (EXAMPLES / "webhooks").glob("*.json") if path.name != "index.json")
KEY = "a-secret-of-webhooks-51c7"


def at(value, path):
    """Return the text at a path of a JSON value; empty where there is no text."""
    for step in path:
        value = value[step]
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize("name", ANSWERS)
def test_answers(name):
    """An answer that holds secrets shows none, nor do its problems where something in it does not fit."""
    whole = planted(json.loads((EXAMPLES / name).read_bytes()))
    private = [path for path in paths(whole) if at(whole, path) in SECRETS.values()]
    for path in ((), *private):
        body = json.dumps(changed(whole, path, [at(whole, path)]) if path else whole).encode()
        reply = Reply(reach=Reach.ANSWERED, status=200, body=body, whole=True)
        answer = reading.read(OPERATIONS[ANSWERS[name]], reply, "req-1")[1]
        assert {} == leaks(faces_of((answer, reply, getattr(answer, "problems", ())))), path
        if answer is not None:
            assert found_in(body) == found_in(answer.received_bytes)


@pytest.mark.parametrize("name", WEBHOOKS)
def test_events(name):
    """An event shows no secret of what it tells, and a delivery that is refused none of what it brought."""
    body = json.dumps(planted(json.loads((EXAMPLES / "webhooks" / name).read_bytes()))).encode()
    event = webhooks.verify(body, webhooks.sign(body, KEY), KEY)
    assert {} == leaks(faces_of(event)), event
    with pytest.raises(SignatureError) as caught:
        webhooks.verify(body, webhooks.sign(body, "another-key"), KEY)
    faces = faces_of_error(caught.value)
    assert {} == leaks(faces)
    assert {} == leaks(faces, {"key": KEY})


def test_returns():
    """A return that is refused shows neither what it brought nor the key."""
    fields = {"order_id": "v1-1", "status": "PROCESSED", "new": SECRETS["card number"], "signature": "00"}
    key = "00112233445566778899aabbccddeeff"
    with pytest.raises(SignatureError) as caught:
        return_url.verify(fields, key)
    assert {} == leaks(faces_of_error(caught.value))
    assert {} == leaks(faces_of_error(caught.value), {"key": key})


# --- a shop's day, carried out -------------------------------------------------------------------------------

PRIVATE = {
    "card number": "4012001037141112",
    "holder": "Kanarienvogel",
    "account number": "90817263545510",
    "phone": "9018273645",
    "e-mail": "canary.51c7@example.com",
    "otp": "837261",
}
PERSON = {
    "email_id": PRIVATE["e-mail"],
    "mobile_number": PRIVATE["phone"],
    "first_name": PRIVATE["holder"],
    "country_code": "91",
}
FAULTS = {
    "none": None,
    "503": {"what": "status", "status": 503},
    "refused": {
        "what": "status",
        "status": 422,
        "code": "INVALID_REQUEST",
        "message": ", ".join(PRIVATE.values()),
    },
    "dropped": {"what": "drop", "at": "after_execute"},
    "reset": {"what": "reset", "at": "after_execute"},
    "garbage": {"what": "garbage", "at": "after_execute"},
    "truncated": {"what": "truncated", "at": "after_execute"},
    "401": {"what": "status", "status": 401, "code": "UNAUTHORIZED"},
}


async def outcome(call):
    """Return what came of a call: its answer or its error."""
    try:
        return await call
    except PineLabsError as error:
        return error


async def a_day(session):
    """Go through what a shop does with private data; return the body and the outcome of every call."""
    card = CardDetails(
        card_number=PRIVATE["card number"],
        cvv="065",
        name=PRIVATE["holder"],
        expiry_month="12",
        expiry_year="2039",
        registered_mobile_number=PRIVATE["phone"],
    )
    order = NewOrder(
        order_amount=Money(150000), purchase_details=PurchaseDetails(customer=Customer(**PERSON))
    )
    made = await outcome(session.orders.create(order))
    order_id = getattr(made, "order_id", "v1-order")
    tender = CardTender(payment_amount=Money(150000), payment_option=CardOption(card_details=card))
    payment = NewPayment(payments=[tender])
    paying = await outcome(session.payments.create(order_id, payment))
    payment_id = paying.payments[0].id if getattr(paying, "payments", ()) else "v1-payment"
    otp = Otp(payment_id=payment_id, otp=PRIVATE["otp"])
    await outcome(session.payments.generate_otp(NewOtp(payment_id=payment_id)))
    customer = NewCustomer(**PERSON)
    payout = NewPayout(
        client_reference_id="out-51c7",
        payee_name=PRIVATE["holder"],
        email=PRIVATE["e-mail"],
        phone=PRIVATE["phone"],
        account_number=PRIVATE["account number"],
        branch_code="SBIN0011123",
        amount=Money(4900),
        mode="IMPS",
        remarks="for nothing",
    )
    return [
        (order, made),
        (payment, paying),
        (otp, await outcome(session.payments.submit_otp(otp))),
        (customer, await outcome(session.customers.create(customer))),
        (payout, await outcome(session.payouts.create(payout))),
    ]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_day(box, tmp_path, fault):
    """Carried out, refused or lost: nothing that a shop's calls leave behind shows who paid, with what, or the keys."""
    asyncio.get_running_loop().set_debug(True)
    if FAULTS[fault]:
        for operation in ("payments.create", "payments.submit_otp", "customers.create", "payouts.create"):
            box.faults.add(operation=operation, **FAULTS[fault])
    journal = SQLiteIntentStore(tmp_path / "intents.db")
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with Trap() as trap:
        async with Session(
            box.client_id,
            box.client_secret,
            base_url=box.base_url,
            journal=journal,
            max_attempts=2,
            tracer=provider.get_tracer("a shop"),
        ) as session:
            day = await a_day(session)
            shown = repr((session, vars(session)))
        await journal.aclose()
    tokens = {
        one.headers["Authorization"].split()[1] for one in box.exchanges if "Authorization" in one.headers
    }
    keys = {
        "client secret": box.client_secret,
        **{f"token {number}": one for number, one in enumerate(tokens)},
    }
    secrets = PRIVATE | keys
    assert 2 <= len(keys)
    came = b"".join(one.body for one in box.exchanges)
    assert sorted([*PRIVATE, "client secret"]) == found_in(came, secrets)
    for body, end in day:
        sent = {name: PRIVATE[name] for name in found_in(to_json(body), PRIVATE)} | keys
        faces = faces_of_error(end) if isinstance(end, PineLabsError) else faces_of(end)
        assert sent != keys
        assert {} == leaks(faces | {f"body {name}": face for name, face in faces_of(body).items()}, sent)
    assert fault == "none" or any(isinstance(end, PineLabsError) for _, end in day)
    assert [] == [text for text in trap.texts if found_in(text, secrets)]
    assert [] == found_in(shown, secrets)
    spans = exporter.get_finished_spans()
    assert 6 <= len(spans)
    assert [] == [span.name for span in spans if found_in(span.to_json() + repr(vars(span)), secrets)]
    assert [] == found_in((tmp_path / "intents.db").read_bytes(), secrets)
    if fault == "none":
        done = ("orders.create", "payments.create", "customers.create", "payouts.create")
        assert [1, 1, 1, 1] == [box.ledger.count(operation) for operation in done]


LEAKING = """
import logging
import pytest
from pinelabs_async import Session, NewCustomer, PineLabsError
from tests.loopback.raw import RawServer, drop

@pytest.mark.parametrize("said", ["nothing", "the-secret-of-this-test", "9876543210"])
async def test_it(said):
    async with RawServer(drop) as server, Session("id", "the-secret-of-this-test", base_url=server.base_url) as session:
        with pytest.raises(PineLabsError):
            await session.customers.create(NewCustomer(mobile_number="9876543210"))
    logging.getLogger("anybody").debug("I say %s", said)
"""


def test_the_plugin_for_the_whole_suite(tmp_path):
    """With it a test fails whose log shows what the SDK held as secret, whoever logged it; no other does."""
    (tmp_path / "test_leaking.py").write_text(LEAKING)
    options = ("-q", "-p", "tests.canary_plugin", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *options,
            "--tb=line",
            "--rootdir",
            ROOT,
            tmp_path / "test_leaking.py",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert 1 == done.returncode, done.stdout + done.stderr
    assert "3 passed, 2 errors" in done.stdout, done.stdout
    assert "log records show a secret" in done.stdout
