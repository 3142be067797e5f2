"""Every recorded sample goes through its class and back: nothing is lost, and nothing is invented."""

from collections import Counter
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode

import pytest

from pinelabs_async import (
    OPERATIONS,
    Document,
    LegacyCredentials,
    OutcomeUnknownError,
    PineLabsError,
    Session,
    SignatureError,
    from_json,
    return_url,
    to_json,
)
from pinelabs_async.api.instruments import OtherUpi
from pinelabs_async.api.tenders import OtherTender
from pinelabs_async.wire import tolerant
from pinelabs_async.wire.codec import decode
from pinelabs_async.wire.files import as_multipart
from pinelabs_async.wire.shape import Body, read_json
from tests.api.round_trip import LOSSLESS, differences, exact, parts_of
from tests.api.sample_table import (
    ANSWERS,
    BODIES,
    ELSEWHERE,
    FORMS,
    MISFITS,
    NO_FIELD,
    PROBLEMS,
    QUERIES,
    REFUSALS,
    RETURNS,
    STATUSES,
    UPLOADS,
)
from tests.api.samples import EXAMPLES
from tests.unit.test_content import parts_of as parts_of_form

TABLES = (BODIES, ANSWERS, FORMS, QUERIES, UPLOADS, RETURNS, REFUSALS, (STATUSES,))
SECRET = "00112233445566778899aabbccddeeff"
CREDENTIALS = ("MERCHANT_ID", "MERCHANT_ACCESS_CODE")
"""The fields of the older gateway's forms that a Session adds."""


def sample(name):
    return (EXAMPLES / name).read_bytes()


def read_body(name):
    return from_json(OPERATIONS[BODIES[name]].body, sample(name))


def read_answer(name):
    operation = OPERATIONS[ANSWERS[name]]
    return decode(operation.answer, sample(name), envelope=operation.envelope)


def read_tolerantly(name):
    """Read an answer in the second way, which is taken where the fast one refuses."""
    operation = OPERATIONS[ANSWERS[name]]
    return tolerant.read(operation.answer, read_json(sample(name)), operation.envelope)


def changes(name, answer=None):
    """Return what the way of a sample through its class has changed, place by place."""
    told, envelope = exact(sample(name)), None
    if name in ANSWERS:
        answer, envelope = answer or read_answer(name), OPERATIONS[ANSWERS[name]].envelope
    return dict(differences(told[envelope] if envelope else told, exact(to_json(answer or read_body(name)))))


def losses(name, answer=None):
    return {place: form for place, form in changes(name, answer).items() if form not in LOSSLESS}


def method(session, operation):
    """Return the Session's method of an operation."""
    group, _, verb = operation.partition(".")
    return getattr(getattr(session, group), verb)


class TestTheTable:
    """The table names every sample, once."""

    def test_every_file_has_one_row_and_every_row_a_file(self):
        """A sample that was added, removed or renamed is missed, whichever folder it is in."""
        files = [path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*") if path.is_file()]
        samples = [
            name for name in files if not name.endswith("/SOURCES.md") and name.split("/")[0] not in ELSEWHERE
        ]
        assert Counter(samples) == Counter(name for table in TABLES for name in table)

    def test_folders_with_tests_of_their_own_exist(self):
        """A folder that is gone is not excused any more."""
        assert [] == [folder for folder in ELSEWHERE if not (EXAMPLES / folder).is_dir()]

    def test_exceptions_are_of_samples(self):
        """An exception speaks of a sample that is read."""
        assert {*MISFITS, *PROBLEMS} <= ANSWERS.keys()
        assert NO_FIELD.keys() <= BODIES.keys()

    def test_every_form_is_seen(self):
        """No lossless form is allowed that no sample shows."""
        seen = {form for name in (*BODIES, *ANSWERS) for form in changes(name).values()}
        assert LOSSLESS == seen & LOSSLESS


@pytest.mark.parametrize("name", BODIES)
def test_body(name):
    """A documented body that is read and written says the same."""
    assert {} == losses(name)


@pytest.mark.parametrize("name", BODIES)
def test_body_is_modelled(name):
    """Every field of a documented body is a field of its class, and every instrument has a class."""
    parts = [part for part in parts_of(read_body(name)) if isinstance(part, Body)]
    assert NO_FIELD.get(name, set()) == {field for part in parts for field in part.extra or ()}
    assert [] == [part for part in parts if isinstance(part, (OtherTender, OtherUpi))]


@pytest.mark.parametrize("name", ANSWERS)
def test_answer(name):
    """A documented answer fits its class, every field of it is modelled, and written it says the same."""
    assert PROBLEMS.get(name, []) == [str(problem) for problem in read_answer(name).problems]
    assert MISFITS.get(name, {}) == losses(name)


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_is_kept_as_it_came(name):
    """The whole answer, envelope included, is in raw, also where a class does not fit."""
    assert exact(sample(name)) == read_answer(name).raw


@pytest.mark.parametrize("name", ANSWERS)
def test_tolerant_reading_loses_no_more(name):
    """The tolerant reader, which is taken where the fast one refuses, keeps as much of a documented answer."""
    answer, problems = read_tolerantly(name)
    assert PROBLEMS.get(name, []) == [str(problem) for problem in problems]
    assert MISFITS.get(name, {}) == losses(name, answer)


@pytest.mark.parametrize("name", FORMS)
async def test_form(recorder, name):
    """A documented form is read into its class, which has every field but the credentials, and sent the same."""
    fields = dict(line.split("=", 1) for line in sample(name).decode().splitlines())
    own = {key: value for key, value in fields.items() if key not in CREDENTIALS}
    credentials = LegacyCredentials(*(fields[key] for key in CREDENTIALS))
    body = from_json(OPERATIONS[FORMS[name]].body, own)
    recorder.answers({"RESPONSE_CODE": 1})
    async with Session("id", "s3cret", base_url=recorder.session.base_url, legacy=credentials) as session:
        await method(session, FORMS[name])(body)
    assert body.extra is None
    assert sorted(fields.items()) == sorted(parse_qsl(recorder.last.content.decode(), strict_parsing=True))


ASKED = {
    "brand_wallets.history": lambda ask, query: ask(
        "cust-bw-001",
        start_date=date.fromisoformat(query["start_date"]),
        end_date=date.fromisoformat(query["end_date"]),
        transaction_type=query["transaction_type"],
    ),
    "customers.find": lambda ask, query: ask(**query),
    "payouts.list": lambda ask, query: ask(
        payment_reference_id=query["paymentReferenceId"],
        client_reference_id=query["clientReferenceId"],
        request_reference_id=query["requestReferenceId"],
        bank_transaction_reference_id=query["bankTransactionReferenceId"],
        date_from=datetime.fromisoformat(query["dateFrom"]),
        date_to=datetime.fromisoformat(query["dateTo"]),
        count=int(query["count"]),
    ),
    "plans.list": lambda ask, query: ask(
        start_date=datetime.fromisoformat(query["start_date"]),
        end_date=datetime.fromisoformat(query["end_date"]),
        **{name: query[name] for name in ("plan_id", "amount", "amount_range", "frequency", "size", "sort")},
    ),
    "presentations.list": lambda ask, query: ask("v1-sub-1", size=int(query["size"]), sort=query["sort"]),
    "settlements.list": lambda ask, query: ask(
        start_date=datetime.fromisoformat(query["start_date"]),
        end_date=datetime.fromisoformat(query["end_date"]),
        per_page=int(query["per_page"]),
    ),
}
"""How a documented query is asked for; which page is the listing's own business."""

FIRST_PAGE_UNNUMBERED = {
    # samples disagree whether the first page is 0 or 1, so that it is asked for without a number
    "plans.list": "0",
    "presentations.list": "1",
}


@pytest.mark.parametrize("name", QUERIES)
async def test_query(recorder, name):
    """A documented query is what a listing's parameters send, but for the form of times and the first page."""
    operation, query = QUERIES[name], exact(sample(name))
    recorder.answers({"customer_id": "c", "status": "ACTIVE"})
    asking = ASKED[operation](method(recorder.session, operation), query)
    if hasattr(asking, "__aiter__"):
        assert [] == [item async for item in asking]
    else:
        await asking
    sent = parse_qsl(recorder.last.query, strict_parsing=True)
    if operation in FIRST_PAGE_UNNUMBERED:
        sent.append(("page", FIRST_PAGE_UNNUMBERED[operation]))
    meant = parse_qsl(urlencode(query, doseq=True), strict_parsing=True)
    changed = differences([value for _, value in sorted(meant)], [value for _, value in sorted(sent)])
    assert sorted(key for key, _ in meant) == sorted(key for key, _ in sent)
    assert [] == [(place, form) for place, form in changed if form not in LOSSLESS]


@pytest.mark.parametrize("name", UPLOADS)
async def test_upload(name):
    """A documented upload is the one part that a document of that name becomes."""
    told = exact(sample(name))
    (part,) = told["parts"]
    content = as_multipart(Document(b"%PDF-1.4", part["filename"]))
    assert OPERATIONS[UPLOADS[name]].write is as_multipart
    assert told["content_type"] == content.type.partition(";")[0]
    assert [(part["name"], part["filename"], part["content_type"], b"%PDF-1.4")] == await parts_of_form(
        content
    )


@pytest.mark.parametrize("name", RETURNS)
def test_return(name):
    """A documented return carries every field to the merchant once it is signed; its own signature is a dummy."""
    fields = exact(sample(name))
    with pytest.raises(SignatureError, match="does not match"):
        return_url.verify(fields, SECRET)
    del fields["signature"]
    returned = return_url.verify({**fields, "signature": return_url.sign(fields, SECRET)}, SECRET)
    assert fields == returned.fields
    assert fields == {field: getattr(returned, field) for field in fields}


@pytest.mark.parametrize("name", REFUSALS)
async def test_refusal(recorder, name):
    """A documented refusal becomes its error, with the gateway's status, code, message and details."""
    told = exact(sample(name))
    status = exact(sample(STATUSES))[name.partition("/")[2]]["http_status"]
    recorder.answers(sample(name), status=status)
    with pytest.raises(PineLabsError) as caught:
        await recorder.session.with_options(max_attempts=1).orders.cancel("v1-1")
    error = caught.value
    assert REFUSALS[name] is type(error)
    assert (status, told.get("code")) == (error.status, error.code)
    if REFUSALS[name] is OutcomeUnknownError:
        assert error.message.startswith(told["message"])
    else:
        assert (told["message"], told.get("additional_error_details", {})) == (error.message, error.details)


def test_every_refusal_has_a_status():
    """The statuses are those of the samples, no more and no less."""
    assert {name.partition("/")[2] for name in REFUSALS} == exact(sample(STATUSES)).keys()
