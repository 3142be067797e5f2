"""Customer tokens: the documented body and answer, and every call."""

import json

import pytest

import pinelabs_sync.customer_tokens
from pinelabs_async import OutcomeUnknownError, from_json, to_json
from pinelabs_async.api import customer_tokens as module
from pinelabs_async.api.customer_tokens import CustomerTokenList, CustomerTokens, TokenDeletion
from pinelabs_async.api.tokens import CardTokenStatus
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "tokens"
ROOT = "/api/v1/customer/c-1/tokens"
DELETION = sample(FOLDER, "delete-customer-token.request.json")
LISTED = sample(FOLDER, "get-customer-tokens.response.json")


def test_sample_body_comes_out_the_same():
    """The documented body read and written again is the same, and no field of it is unknown."""
    body = from_json(TokenDeletion, content(FOLDER, "delete-customer-token.request.json"))
    assert json.loads(to_json(body)) == DELETION
    assert body.extra is None


def test_sample_answer_is_read_whole():
    """The documented answer is read without problems and without losing anything but nulls."""
    answer = decode(CustomerTokenList, content(FOLDER, "get-customer-tokens.response.json"))
    assert () == answer.problems
    assert as_written(LISTED) == json.loads(to_json(answer))


async def test_list(recorder):
    """All saved cards of a customer come at once."""
    recorder.answers({**LISTED, "total_tokens": 1})
    listed = await recorder.group(CustomerTokens).list("c-1")
    assert ("GET", ROOT, "", None) == call_of(recorder.last)
    assert (1, ["2363"], ()) == (
        listed.total_tokens,
        [token.card_data.last4_digit for token in listed.tokens],
        listed.problems,
    )


async def test_get(recorder):
    """One saved card is read by the ids of customer and token."""
    recorder.answers(LISTED["tokens"][0])
    token = await recorder.group(CustomerTokens).get("c-1", "t-1")
    assert ("GET", f"{ROOT}/t-1", "", None) == call_of(recorder.last)
    assert (CardTokenStatus.ACTIVE, True, ()) == (token.status, token.is_compliant, token.problems)


async def test_delete(recorder):
    """A deletion is a POST with your reference, and answers what is left."""
    recorder.answers(
        {
            "token_id": "t-1",
            "customer_id": "c-1",
            "status": "DELETED",
            "merchant_unique_reference": "del-ref-001",
        }
    )
    deleted = await recorder.group(CustomerTokens).delete("c-1", "t-1", from_json(TokenDeletion, DELETION))
    assert ("POST", f"{ROOT}/t-1/delete", "", DELETION) == call_of(recorder.last)
    assert ("c-1", CardTokenStatus.DELETED, "del-ref-001", ()) == (
        deleted.customer_id,
        deleted.status,
        deleted.merchant_unique_reference,
        deleted.problems,
    )


def test_a_reference_is_made_with_the_body():
    """A deletion without a reference of yours gets a random one."""
    assert TokenDeletion().merchant_unique_reference != TokenDeletion().merchant_unique_reference


@pytest.mark.parametrize("ids", [("..", "t-1"), ("c-1", "../x"), ("c/1", "t-1")])
@pytest.mark.parametrize(
    "ask",
    [
        lambda group, *ids: group.get(*ids),
        lambda group, *ids: group.delete(*ids, TokenDeletion()),
    ],
)
async def test_ids_that_change_the_path_are_refused(recorder, ask, ids):
    """An id that would lead elsewhere is refused before anything is sent."""
    with pytest.raises(ValueError, match="path of the request"):
        await ask(recorder.group(CustomerTokens), *ids)
    assert [] == recorder.asked


async def test_the_id_of_a_listing_is_checked_too(recorder):
    """The id of a customer cannot lead elsewhere."""
    with pytest.raises(ValueError, match="path of the request"):
        await recorder.group(CustomerTokens).list("a/b")


async def test_lost_deletion_is_not_repeated(recorder):
    """A deletion whose answer is lost is sent once; the error knows the reference."""
    recorder.answers(b"", status=503)
    with pytest.raises(OutcomeUnknownError) as caught:
        await recorder.group(CustomerTokens).delete("c-1", "t-1", from_json(TokenDeletion, DELETION))
    assert (1, "del-ref-001") == (len(recorder.asked), caught.value.reference)


def test_twin():
    """The blocking group has the same calls, and each is an operation."""
    verbs = {name for name in vars(CustomerTokens) if not name.startswith("_")}
    assert verbs == {name for name in vars(pinelabs_sync.customer_tokens.CustomerTokens) if name[0] != "_"}
    assert {f"customer_tokens.{verb}" for verb in verbs} == {
        operation.name for operation in vars(module).values() if isinstance(operation, module.Operation)
    }
