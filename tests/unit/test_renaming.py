"""Answers whose JSON has names of its own: what is read fast says the same as what is read patiently."""

import importlib
import json
import pkgutil

import attrs
import pytest

import pinelabs_async.api
from pinelabs_async.api.invoices import Invoice
from pinelabs_async.api.pay_by_links import PayByLink, PayByLinkStatus
from pinelabs_async.api.payout_object import FundingAccount, Payout, PayoutBatch, PayoutPage
from pinelabs_async.wire import renaming, tolerant
from pinelabs_async.wire.codec import decode
from pinelabs_async.wire.names import Renamed
from pinelabs_async.wire.shape import Answer, parts_of, read_json
from tests.api.samples import sample
from tests.unit.test_tolerant import CHANGES, changed, paths

PAYOUT = sample("payouts", "create-imps.response.json")
LINK = {"rel": "self", "href": "/payouts/1"}
WHOLE = {
    Payout: PAYOUT,
    PayoutPage: {
        "payments": [PAYOUT, {**PAYOUT, "scheduledAt": "2026-11-22T10:00:00.000Z", "more": {"is": "new"}}],
        "totalRecords": 2,
        "nextPage": 2,
        "totalPages": 9,
        "_links": [LINK],
    },
    PayoutBatch: {"requestReferenceId": "req-1", "status": "PENDING", "message": "taken", "_links": [LINK]},
    FundingAccount: {
        "accountNumber": "5020001234",
        "branchCode": "HDFC0000001",
        "balance": {"value": 150000, "currency": "INR"},
    },
    PayByLink: {**sample("payment-links-legacy", "create.response.json"), "PAYMENT_LINK_ID": "5275034"},
    PayByLinkStatus: {
        **sample("payment-links-legacy", "get-status.response.json"),
        "PAYMENT_MODE": "3",
        "PINE_PG_TRANSACTION_ID": "14619963",
        "REFUND_AMOUNT": 0,
    },
    Invoice: sample("international-payments", "get-invoice-status.response.json"),
}
"""An answer of each class, envelope taken off; numbers in place of texts are what the tolerant pass is for."""


def descendants(cls):
    for kind in cls.__subclasses__():
        yield kind
        yield from descendants(kind)


def test_every_class_is_here():
    """No answer with names of its own is forgotten here, and none has a part that would not be renamed."""
    for module in pkgutil.iter_modules(pinelabs_async.api.__path__):
        importlib.import_module(f"pinelabs_async.api.{module.name}")
    assert set(WHOLE) == {cls for cls in descendants(Renamed) if issubclass(cls, Answer)}
    for cls in set().union(*map(parts_of, WHOLE)):
        for field in attrs.fields(cls):
            assert bool(parts_of(field.type)) == (renaming._follow(field.type) is not None), (cls, field.name)


def read(way):
    """Return what an answer holds and what did not fit; the error's text where nothing can be kept."""
    try:
        answer, problems = way()
    except ValueError as error:
        return type(error), str(error)
    return answer, problems


def assert_alike(cls, whole, envelope=None):
    """Read a body in both ways."""
    body = json.dumps(whole).encode()
    swift = decoded(cls, body, envelope)
    patient = read(lambda: tolerant.read(cls, read_json(body), envelope))
    assert swift == patient, body


def decoded(cls, body, envelope):
    def way():
        answer = decode(cls, body, envelope=envelope)
        return answer, answer.problems

    return read(way)


@pytest.mark.parametrize("cls", WHOLE, ids=lambda cls: cls.__name__)
def test_fast(cls, monkeypatch):
    """What fits is read without the tolerant pass, says all of it, and is the same."""
    assert_alike(cls, WHOLE[cls])
    assert_alike(cls, {"data": WHOLE[cls]}, "data")
    body = json.dumps(WHOLE[cls]).encode()
    monkeypatch.delattr(tolerant, "read")
    answer = decode(cls, body)
    assert () == answer.problems
    assert answer.received_bytes == body
    given = {name for name, value in WHOLE[cls].items() if value is not None}
    filled = {field.name for field in attrs.fields(cls) if getattr(answer, field.name) not in (None, ())}
    assert len(given) == len(filled), (given, filled)


@pytest.mark.parametrize("cls", WHOLE, ids=lambda cls: cls.__name__)
def test_damaged(cls):
    """With any value dropped or of another kind, both ways say the same, and name the same that did not fit."""
    for path in paths(WHOLE[cls]):
        for value in CHANGES.values():
            assert_alike(cls, changed(WHOLE[cls], path, value))


@pytest.mark.parametrize("whole", [{}, [], None, "x", 1, {"data": {}}, {"data": PAYOUT}, {"data": None}])
@pytest.mark.parametrize("envelope", [None, "data"])
@pytest.mark.parametrize("cls", WHOLE, ids=lambda cls: cls.__name__)
def test_not_what_was_expected(cls, envelope, whole):
    """An envelope that nobody spoke of is opened, and one that is missing is named, as with every answer."""
    assert_alike(cls, whole, envelope)


@pytest.mark.parametrize("name", ["_links", "links", "-links", "Links"])
def test_spelled_otherwise(name):
    """A name is known in the same spellings."""
    whole = {**PAYOUT, name: [LINK]}
    if name != "_links":
        del whole["_links"]
    assert_alike(Payout, whole)


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"status": NaN}', b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"status": "\xff"}']
)
def test_no_json(body):
    """What is no JSON is what it is in the other way."""
    patient = read(lambda: tolerant.read(PayoutBatch, read_json(body), None))
    assert patient == decoded(PayoutBatch, body, None)
