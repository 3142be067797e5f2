"""Air waybills: the documented bare list, the answers, and every call."""

import json
from datetime import UTC, date, datetime

import pytest

import pinelabs_sync.awbs
from pinelabs_async import OutcomeUnknownError, from_json, to_json
from pinelabs_async.api.awbs import Awb, Awbs, AwbStatus, NewAwb, NewAwbs
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "international-payments"
BODY = "create-awb.request.json"
ANSWER = "get-awb-by-id.response.json"
PATH = "/api/pay/v1/orders/v1-1/awb"
LISTED = {
    "order_id": "v1-1",
    "invoice_id": "inv-1",
    "invoice_number": "I-1",
    "total": 2,
    "awb_mappings": [
        {"awb_id": "awb-1", "awb_number": "N", "awb_date": "2026-05-22", "status": "AWB_CAPTURED"}
    ],
}
NEW = NewAwbs(awbs=[NewAwb(awb_number="N", awb_date=date(2026, 5, 22))])


@pytest.mark.parametrize("given", [bytes, str, json.loads], ids=["bytes", "text", "list"])
def test_sample_body_comes_out_the_same(given):
    """The documented body is a bare list; read and written again it is the same, and nothing of it is unknown."""
    text = content(FOLDER, BODY).decode()
    body = from_json(NewAwbs, text.encode() if given is bytes else given(text))
    assert sample(FOLDER, BODY) == json.loads(to_json(body))
    assert [None, None] == [awb.extra for awb in body.awbs]


def test_sample_answer_is_read_whole():
    """The documented answer is read without problems and without losing anything."""
    awb = decode(Awb, content(FOLDER, ANSWER))
    assert () == awb.problems
    assert as_written(sample(FOLDER, ANSWER)) == json.loads(to_json(awb))
    assert (AwbStatus.AWB_UPLOADED, datetime(2026, 5, 22, 11, tzinfo=UTC)) == (awb.status, awb.updated_at)


async def test_create(recorder):
    """Air waybills go out as a bare list; an answer like the listing's is read."""
    recorder.answers(LISTED, status=202)
    awbs = await recorder.group(Awbs).create("v1-1", NEW)
    assert ("POST", PATH, "", [{"awb_number": "N", "awb_date": "2026-05-22"}]) == call_of(recorder.last)
    assert ["awb-1"] == [awb.awb_id for awb in awbs.awb_mappings]


async def test_create_answered_by_a_bare_list(recorder):
    """The answer is not documented: a list of air waybills is read, too, and is as it came in raw."""
    recorder.answers(LISTED["awb_mappings"], status=202)
    awbs = await recorder.group(Awbs).create("v1-1", NEW)
    assert ["awb-1"] == [awb.awb_id for awb in awbs.awb_mappings]
    assert LISTED["awb_mappings"] == awbs.raw


async def test_create_answered_by_a_list_of_ids(recorder):
    """A list of something else is no lost answer: what does not fit is said, and all of it is in raw."""
    recorder.answers(["awb-1"], status=202)
    awbs = await recorder.group(Awbs).create("v1-1", NEW)
    assert ((), ["awb-1"], 1) == (awbs.awb_mappings, awbs.raw, len(awbs.problems))


async def test_list(recorder):
    """All air waybills of an order come in one answer; their count is not trusted."""
    recorder.answers(LISTED)
    awbs = await recorder.group(Awbs).list("v1-1")
    assert ("GET", PATH, "", None) == call_of(recorder.last)
    assert () == awbs.problems
    assert LISTED == json.loads(to_json(awbs))


async def test_get(recorder):
    """One air waybill is read by both ids."""
    recorder.answers(content(FOLDER, ANSWER))
    awb = await recorder.group(Awbs).get("v1-1", "awb-260522-001")
    assert ("GET", f"{PATH}/awb-260522-001", "", None) == call_of(recorder.last)
    assert "awb-260522-001" == awb.awb_id


async def test_lost_answers_are_not_repeated(recorder):
    """Nothing tells whether it was carried out: it is sent once, and the error says so."""
    recorder.answers({}, status=503)
    with pytest.raises(OutcomeUnknownError):
        await recorder.group(Awbs).create("v1-1", NEW)
    assert 1 == len(recorder.asked)


@pytest.mark.parametrize("bad", ["", "..", "a/b", "a%2Fb", "a?b"])
async def test_ids_that_change_the_path_are_refused(recorder, bad):
    """What is no id is refused before anything is sent."""
    group = recorder.group(Awbs)
    for call in (group.create(bad, NEW), group.list(bad), group.get(bad, "a"), group.get("v1-1", bad)):
        with pytest.raises(ValueError, match="_id"):
            await call
    assert [] == recorder.asked


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.awbs.Awbs)
    for name in ("create", "list", "get"):
        assert twin[name].__wrapped__ is vars(Awbs)[name]
