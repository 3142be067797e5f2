"""Customers: the documented body and answer, every call, and that nothing of a person is shown."""

import json

import pytest

import pinelabs_sync.customers
from pinelabs_async import NotFoundError, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api import customers as module
from pinelabs_async.api.customers import (
    CustomerChange,
    Customers,
    CustomerStatus,
    NewCustomer,
    StoredCustomer,
)
from pinelabs_async.wire import attempt, call
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "customers"
ROOT = "/api/v1/customer"
NEW = sample(FOLDER, "create.request.json")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(attempt, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.01)


def test_sample_body_comes_out_the_same():
    """The documented body read and written again is the same, empty texts too."""
    body = from_json(NewCustomer, content(FOLDER, "create.request.json"))
    assert json.loads(to_json(body)) == NEW
    assert body.extra is None


def test_sample_answer_is_read_whole():
    """The documented answer is read without problems and without losing anything."""
    answer = decode(StoredCustomer, content(FOLDER, "create.response.json"))
    assert () == answer.problems
    assert as_written(sample(FOLDER, "create.response.json")) == json.loads(to_json(answer))


def test_a_reference_is_made_with_the_body():
    """A customer without a reference of yours gets a random one."""
    assert NewCustomer().merchant_customer_reference != NewCustomer().merchant_customer_reference


def test_private_values_are_not_shown():
    """Names, number, e-mail, GSTIN and address lines stay out of repr, in bodies and answers."""
    new = from_json(NewCustomer, {**NEW, "gstin": "27ABCDE1234F2Z5"})
    change = CustomerChange(
        first_name=NEW["first_name"], mobile_number=NEW["mobile_number"], email_id=NEW["email_id"]
    )
    answer = decode(StoredCustomer, content(FOLDER, "create.response.json"))
    private = ["Kevin", "Bob", "9999999999", "kevin.bob", "27ABCDE1234F2Z5", "Downing", "Oxford", "Baker"]
    assert [] == [value for value in private if value in f"{new!r} {change!r} {answer!r}"]


CALLS = {
    "create": (lambda group: group.create(from_json(NewCustomer, NEW)), ("POST", ROOT, "", NEW)),
    "get": (lambda group: group.get("c-1"), ("GET", f"{ROOT}/c-1", "", None)),
    "find": (
        lambda group: group.find(**sample(FOLDER, "get-details.query.json")),
        (
            "GET",
            ROOT,
            "country_code=%2B91&mobile_number=9999999999&merchant_customer_reference=23454334",
            None,
        ),
    ),
    "update": (
        lambda group: group.update("c-1", CustomerChange(status=CustomerStatus.SUSPENDED)),
        ("PATCH", f"{ROOT}/c-1", "", {"status": "SUSPENDED"}),
    ),
}


@pytest.mark.parametrize("verb", CALLS)
async def test_call(recorder, verb):
    """Each call goes out with its method, path, query and body, and answers the customer."""
    made, expected = CALLS[verb]
    recorder.answers(content(FOLDER, "create.response.json"))
    customer = await made(recorder.group(Customers))
    assert expected == call_of(recorder.last)
    assert ("cust-v1-0811030624-aa-RBDgpR", CustomerStatus.INACTIVE, ()) == (
        customer.customer_id,
        customer.status,
        customer.problems,
    )


@pytest.mark.parametrize(
    "ask",
    [lambda group: group.get("../tokens"), lambda group: group.update("c-1/tokens", CustomerChange())],
)
async def test_ids_that_change_the_path_are_refused(recorder, ask):
    """An id that would lead elsewhere is refused before anything is sent."""
    with pytest.raises(ValueError, match="path of the request"):
        await ask(recorder.group(Customers))
    assert [] == recorder.asked


@pytest.mark.parametrize("verb", ["create", "update"])
async def test_lost_answer_is_not_repeated(recorder, verb):
    """A write that cannot be found again is sent once; the sample has no reference to look for."""
    recorder.answers(b"", status=500)
    with pytest.raises(OutcomeUnknownError) as caught:
        await CALLS[verb][0](recorder.group(Customers))
    assert (1, None) == (len(recorder.asked), caught.value.reference)


KNOWN = {**NEW, "merchant_customer_reference": "c-ref-1"}


async def test_lost_customer_is_found(recorder):
    """A customer whose answer is lost is looked up by number and reference together."""
    recorder.answers(b"", status=500)
    recorder.answers({"customer_id": "c-1", "status": "INACTIVE", **KNOWN})
    customer = await recorder.group(Customers).create(from_json(NewCustomer, KNOWN))
    assert (True, "c-1") == (customer.recovered, customer.customer_id)
    query = "country_code=91&mobile_number=9999999999&merchant_customer_reference=c-ref-1"
    assert ("GET", ROOT, query, None) == call_of(recorder.last)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, {"customer_id": "c-1", "status": "ACTIVE", **KNOWN, "mobile_number": "8888888888"}),
        (200, {"customer_id": "c-1", "status": "ACTIVE", **KNOWN, "merchant_customer_reference": "x"}),
        (404, {"code": "CUSTOMER_NOT_FOUND", "message": "No"}),
    ],
)
async def test_another_customer_is_no_answer(recorder, status, answer):
    """Somebody else, or nobody, leaves the outcome unknown, and the customer is not stored twice."""
    recorder.answers(b"", status=500)
    recorder.answers(answer, status=status)
    with pytest.raises(OutcomeUnknownError) as caught:
        await recorder.group(Customers).create(from_json(NewCustomer, KNOWN))
    assert (["POST", "GET"], "c-ref-1") == (
        [asked.method for asked in recorder.asked],
        caught.value.reference,
    )


async def test_nobody_found(recorder):
    """A customer that is not there is a NotFoundError."""
    recorder.answers({"code": "CUSTOMER_NOT_FOUND", "message": "No"}, status=404)
    with pytest.raises(NotFoundError):
        await CALLS["find"][0](recorder.group(Customers))


def test_twin():
    """The blocking group has the same calls, and each is an operation."""
    verbs = {name for name in vars(Customers) if not name.startswith("_")}
    assert verbs == {name for name in vars(pinelabs_sync.customers.Customers) if name[0] != "_"}
    assert {f"customers.{verb}" for verb in verbs} == {
        operation.name for operation in vars(module).values() if isinstance(operation, module.Operation)
    }
