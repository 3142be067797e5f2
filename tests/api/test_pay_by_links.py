"""The older Pay by Links gateway: forms, numeric codes, credentials of its own."""

import json
from urllib.parse import parse_qsl

import pytest

from pinelabs_async import (
    ApiError,
    AuthenticationError,
    ConfigurationError,
    InvalidRequestError,
    LegacyCredentials,
    NewPayByLink,
    NoAnswerError,
    OutcomeUnknownError,
    PayByLinkCode,
    PayByLinkInquiry,
    PayByLinkMode,
    PayByLinkReminder,
    PayByLinkTxnStatus,
    Session,
    SignatureError,
    from_json,
    pay_by_link_return,
    to_json,
)
from tests.api.samples import EXAMPLES, content

FOLDER = "payment-links-legacy"
SECRET = "00000000-0000-0000-0000-000000000000"
LINK = NewPayByLink(
    reference_no="pl_644123",
    amount=20000,
    payment_mode=PayByLinkMode.CARD,
    customer_mobile_no="9999999999",
    customer_email_id="customer@example.com",
)
CALLS = {
    "create": ("create", LINK, "/api/PaymentURL/CreatePaymentURL"),
    "status": ("get-status", PayByLinkInquiry(reference_no="0123"), "/api/PaymentURL/GetStatus"),
    "resend": ("resend", PayByLinkReminder(payment_link_id="5275034"), "/api/PaymentURL/ResendSmsEmail"),
}
each = pytest.mark.parametrize("verb", CALLS)


def form_of(sample):
    """Read a recorded form: one field a line, not quoted."""
    lines = (EXAMPLES / FOLDER / f"{sample}.request.form").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line)


@pytest.fixture
async def legacy(recorder):
    """The recording gateway, with a Session that has credentials of the older one."""
    base_url = recorder.session.base_url
    async with Session(
        "id", "s3cret", base_url=base_url, legacy=LegacyCredentials("100001", SECRET), merchant_id="77"
    ) as session:
        recorder.session = session
        yield recorder


def call(recorder, verb, body=None):
    return getattr(recorder.session.pay_by_links, verb)(body or CALLS[verb][1])


@each
async def test_samples(legacy, verb):
    """Every documented form is what goes out, and every documented answer is read whole."""
    sample, _, path = CALLS[verb]
    legacy.answers(content(FOLDER, f"{sample}.response.json"))
    answer = await call(legacy, verb)
    asked = legacy.last
    assert ("POST", path, "") == (asked.method, asked.path, asked.query)
    assert form_of(sample) == dict(parse_qsl(asked.content.decode(), strict_parsing=True))
    assert "application/x-www-form-urlencoded" == asked.headers["Content-Type"]
    assert () == answer.problems
    came = json.loads(content(FOLDER, f"{sample}.response.json"))
    assert {name: str(value) for name, value in came.items()} == {
        name: str(value) for name, value in json.loads(to_json(answer)).items()
    }


@each
async def test_headers_are_those_of_the_older_gateway(legacy, verb):
    """No token is fetched or sent, and none of the headers that this gateway does not know."""
    legacy.answers({"RESPONSE_CODE": 1})
    await call(legacy, verb)
    names = {name.lower() for name in legacy.last.headers}
    assert set() == names & {
        "authorization", "request-id", "request-timestamp", "idempotency-key", "merchant-id",
    }  # fmt: skip


async def test_status_values(legacy):
    """Numbers, bare or quoted, are numbers; codes have names; an id with zeros in front stays a text."""
    legacy.answers(content(FOLDER, "get-status.response.json"))
    status = await call(legacy, "status")
    assert (50000, 0, "0123", "0300", "14619963") == (
        status.amount,
        status.refund_amount,
        status.reference_no,
        status.acquirer_response_code,
        status.pine_pg_transaction_id,
    )
    assert (PayByLinkMode.NETBANKING, PayByLinkTxnStatus.QUERY_COMPLETE, PayByLinkTxnStatus.CAPTURED) == (
        status.payment_mode,
        status.txn_status,
        status.parent_txn_status,
    )
    assert status.is_paid


@pytest.mark.parametrize("parent", ["7", "1", "-7", "6", "12", "99", None])
async def test_only_captured_is_paid(legacy, parent):
    """The inquiry's own 7 is never read as paid, and neither is any other status of the payment."""
    legacy.answers({"RESPONSE_CODE": 1, "TXN_STATUS": "7", "PARENT_TXN_STATUS": parent})
    assert not (await call(legacy, "status")).is_paid


@each
@pytest.mark.parametrize("code", [code for code in PayByLinkCode if code != "1"])
async def test_every_refusal_in_a_200(legacy, verb, code):
    """Each documented number is an error of its kind, says that nothing was carried out, and is not tried again."""
    legacy.answers({"RESPONSE_CODE": int(code), "RESPONSE_MESSAGE": "no"})
    with pytest.raises(ApiError, match="no") as caught:
        await call(legacy, verb)
    error = caught.value
    kinds = {"-1": ApiError, "-3": AuthenticationError, "-8": AuthenticationError, "-9": AuthenticationError}
    assert kinds.get(code, InvalidRequestError) is type(error)
    assert (code, 200, "refused") == (PayByLinkCode(error.code), error.status, error.outcome)
    assert 1 == len(legacy.asked)


async def test_an_unknown_number(legacy):
    """A number that no list has is a refusal with that number."""
    legacy.answers({"RESPONSE_CODE": -229})
    with pytest.raises(ApiError) as caught:
        await call(legacy, "create")
    assert ("-229", "refused") == (caught.value.code, caught.value.outcome)


async def test_a_refusal_with_its_status(legacy):
    """The number is read from a 4xx too."""
    legacy.answers({"RESPONSE_CODE": -2, "RESPONSE_MESSAGE": "INVALID AMOUNT"}, status=400)
    with pytest.raises(InvalidRequestError, match="INVALID AMOUNT") as caught:
        await call(legacy, "create")
    assert "-2" == caught.value.code


@pytest.mark.parametrize("verb", ["create", "resend"])
async def test_writes_are_sent_once(legacy, verb):
    """A lost answer is unknown: this gateway promises nothing for a repeated reference."""
    legacy.answers(b"", status=503)
    with pytest.raises(OutcomeUnknownError) as caught:
        await call(legacy, verb)
    assert 1 == len(legacy.asked)
    assert {"create": "pl_644123", "resend": None}[verb] == caught.value.reference


async def test_status_is_asked_again(legacy):
    """A lost status is asked for again, though it is a POST."""
    legacy.answers(b"", status=503)
    legacy.answers({"RESPONSE_CODE": 1, "PARENT_TXN_STATUS": 4})
    assert (await call(legacy, "status")).is_paid
    assert 2 == len(legacy.asked)
    legacy._answers.clear()
    legacy.answers(b"", status=503)
    with pytest.raises(NoAnswerError):
        await call(legacy, "status")


@each
async def test_without_credentials(recorder, verb):
    """A Session without them says what to do, and sends nothing."""
    with pytest.raises(ConfigurationError, match=r"legacy=LegacyCredentials") as caught:
        await call(recorder, verb)
    assert f"pay_by_links.{verb}" == caught.value.operation
    assert [] == recorder.asked


async def test_credentials_come_from_the_session_only(legacy):
    """A body that brings its own is refused, so that they are not sent twice."""
    body = from_json(NewPayByLink, form_of("create"))
    with pytest.raises(ValueError, match="MERCHANT_ACCESS_CODE, MERCHANT_ID"):
        await call(legacy, "create", body)
    assert [] == legacy.asked


def test_several_modes():
    """Several modes are one text with commas; what is no number is refused."""
    several = PayByLinkMode.several(PayByLinkMode.UPI, PayByLinkMode.CARD)
    assert "10,1" == several
    assert b'"PAYMENT_MODE":"10,1"' in to_json(NewPayByLink(reference_no="r", amount=1, payment_mode=several))
    for wrong in ("", "UPI", "1,", ",1", "1, 2", "1;2"):
        with pytest.raises(ValueError, match=r"PayByLinkMode\.UPI"):
            NewPayByLink(reference_no="r", amount=1, payment_mode=wrong)


@pytest.mark.parametrize("amount", [0, -1, True, 1.5, "100", None])
def test_amounts(amount):
    """Only whole paisa above nothing."""
    with pytest.raises((TypeError, ValueError), match=r"NewPayByLink\.amount"):
        NewPayByLink(reference_no="r", amount=amount, payment_mode="1")


@pytest.mark.parametrize("reference", ["", " ", "x" * 101])
def test_references(reference):
    """A reference has 1 to 100 characters."""
    with pytest.raises(ValueError, match="reference_no"):
        PayByLinkInquiry(reference_no=reference)


def test_credentials_show_no_secret():
    """The access code is in no repr; one that cannot be sent is refused without showing it."""
    credentials = LegacyCredentials("100001", SECRET)
    assert "100001" in repr(credentials)
    assert SECRET not in repr(credentials)
    assert SECRET not in repr(Session("id", "s", legacy=credentials))
    for given in (("", SECRET), ("1&X=2", SECRET), ("1", ""), ("1", f"{SECRET}&A=1"), (1, SECRET)):
        with pytest.raises(ConfigurationError) as caught:
            LegacyCredentials(*given)
        assert SECRET not in str(caught.value)
    with pytest.raises(ConfigurationError, match="legacy must be LegacyCredentials, not dict"):
        Session("id", "s", legacy={})


@pytest.mark.parametrize(
    ("environment", "host"), [("uat", "https://uat.pinepg.in"), ("production", "https://pinepg.in")]
)
def test_hosts(environment, host):
    """Each environment has its host; an override of base_url holds for both gateways."""
    assert host == Session("id", "s", environment=environment)._settings.legacy_url
    session = Session("id", "s", environment=environment, base_url="http://127.0.0.1:5")
    assert "http://127.0.0.1:5" == session._settings.legacy_url


RETURNED = {
    "RESPONSE_CODE": "1",
    "RESPONSE_MESSAGE": "SUCCESS",
    "AUTH_CODE": "001234",
    "RRN": "000987",
    "PINE_PG_TRANSACTION_ID": "14619963",
    "ACQUIRER_NAME": "BILLDESK",
    "REFERENCE_NO": "0123",
    "AMOUNT": "50000",
    "MERCHANT_ID": "100001",
    "PAYMENT_MODE": "3",
}


class TestReturn:
    """The payer's return, which nobody signs."""

    def test_it_is_read_and_never_verified(self):
        """Every documented field is read, and nothing can call it verified."""
        came = pay_by_link_return.parse(RETURNED)
        assert came.is_verified is False
        assert (1, "SUCCESS", "0123", 50000, PayByLinkMode.NETBANKING) == (
            came.response_code,
            came.response_message,
            came.reference_no,
            came.amount,
            came.payment_mode,
        )
        assert ("001234", "000987", "14619963", "BILLDESK", "100001") == (
            came.auth_code,
            came.rrn,
            came.pine_pg_transaction_id,
            came.acquirer_name,
            came.merchant_id,
        )
        assert RETURNED == came.fields
        with pytest.raises(TypeError, match="is_verified"):
            pay_by_link_return.ReturnedPayByLink(is_verified=True, fields={})

    def test_fields_that_are_missing_or_odd(self):
        """Fields appear only where they apply; a number that is none is None, and stays in fields."""
        came = pay_by_link_return.parse(
            {"REFERENCE_NO": "r", "AMOUNT": "1e9", "RESPONSE_CODE": "٣", "X": "y"}
        )
        assert (None, None, None, "y") == (
            came.amount,
            came.response_code,
            came.payment_mode,
            came.fields["X"],
        )

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({}, "missing_field"),
            ({"REFERENCE_NO": ""}, "missing_field"),
            ({"REFERENCE_NO": ["a", "b"]}, "duplicate_field"),
            ({"REFERENCE_NO": b"a"}, "malformed_field"),
        ],
    )
    def test_what_is_no_return(self, fields, reason):
        """What is no such form is refused with a reason."""
        with pytest.raises(SignatureError) as caught:
            pay_by_link_return.parse(fields)
        assert reason == caught.value.reason
