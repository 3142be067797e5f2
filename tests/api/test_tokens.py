"""Card tokens: documented bodies and answers, every call, and that nothing of a card is shown."""

import json

import pytest

import pinelabs_sync.tokens
from pinelabs_async import OutcomeUnknownError, PaymentMethod, from_json, to_json
from pinelabs_async.api import tokens as module
from pinelabs_async.api.tokens import (
    CardToken,
    CardTokenStatus,
    Cryptogram,
    NewCardToken,
    NewCryptogram,
    ProviderTokens,
    Tokens,
)
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, sample

FOLDER = "tokens"
ROOT = "/api/v1/tokens"
BODIES = {
    "generate-card-token.request.json": NewCardToken,
    "generate-cryptogram.request.json": NewCryptogram,
}
ANSWERS = {
    "generate-card-token.response.json": CardToken,
    "generate-cryptogram.response.json": Cryptogram,
}
NUMBERS_AS_TEXTS = {
    # numbers in the sample, texts in the field table and the schema: texts here
    "generate-cryptogram.response.json": ["token_expiry_month", "token_expiry_year"],
}


@pytest.mark.parametrize("name", BODIES)
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same, and no field of it is unknown."""
    body = from_json(BODIES[name], content(FOLDER, name))
    assert sample(FOLDER, name) == json.loads(to_json(body))
    assert body.extra is None


@pytest.mark.parametrize("name", ANSWERS)
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything."""
    answer = decode(ANSWERS[name], content(FOLDER, name))
    expected = as_written(sample(FOLDER, name))
    for field in NUMBERS_AS_TEXTS.get(name, ()):
        expected["token_data"][field] = str(expected["token_data"][field])
    assert () == answer.problems
    assert expected == json.loads(to_json(answer))


def test_the_only_documented_method_is_the_default():
    """A token is made of a card unless something else is said."""
    assert (PaymentMethod.CARD, "UPI") == (
        NewCardToken(customer_id="c").payment_method,
        NewCardToken(customer_id="c", payment_method="UPI").payment_method,
    )


def test_references_are_made_with_the_body():
    """Bodies without a reference of yours get a random one each."""
    assert (
        NewCardToken(customer_id="c").merchant_token_reference
        != NewCardToken(customer_id="c").merchant_token_reference
    )
    assert 36 == len(NewCryptogram(service_provider_token_id="t").merchant_unique_reference)


def test_private_values_are_not_shown():
    """The encrypted card, the provider's id and the cryptogram stay out of repr."""
    shown = repr(
        [
            from_json(NewCardToken, content(FOLDER, "generate-card-token.request.json")),
            from_json(NewCryptogram, content(FOLDER, "generate-cryptogram.request.json")),
            decode(Cryptogram, content(FOLDER, "generate-cryptogram.response.json")),
            decode(ProviderTokens, b'{"token_id": "t", "service_provider_token_id": "tp-v1-x"}'),
        ]
    )
    private = ["akdsdsdsh", "tp-v1", "/wAAAAAAl9", "sas7wqaoidas", "8324ssdas7", "2030"]
    assert [] == [value for value in private if value in shown]


CALLS = {
    "create": (
        lambda group: group.create(
            from_json(NewCardToken, sample(FOLDER, "generate-card-token.request.json"))
        ),
        ("POST", ROOT, "", sample(FOLDER, "generate-card-token.request.json")),
        "generate-card-token.response.json",
    ),
    "create_cryptogram": (
        lambda group: group.create_cryptogram(
            "t-1", from_json(NewCryptogram, sample(FOLDER, "generate-cryptogram.request.json"))
        ),
        (
            "POST",
            f"{ROOT}/t-1/token-transactional-data",
            "",
            sample(FOLDER, "generate-cryptogram.request.json"),
        ),
        "generate-cryptogram.response.json",
    ),
}


@pytest.mark.parametrize("verb", CALLS)
async def test_call(recorder, verb):
    """Each call goes out with its method, path and body, and its answer is read."""
    made, expected, answer = CALLS[verb]
    recorder.answers(content(FOLDER, answer))
    made = await made(recorder.group(Tokens))
    assert expected == call_of(recorder.last)
    assert ("token-v1-0811030624-aa-RBDgpR", ()) == (made.token_id, made.problems)


TOKEN = {
    "token_id": "t-1",
    "customer_id": "c-1",
    "merchant_token_reference": "",
    "status": "ACTIVE",
    "payment_method": "CARD",
    "card_data": {
        "last4_digit": "2363",
        "card_type": "CREDIT",
        "network_name": "VISA",
        "issuer_name": "HDFC",
        "card_category": "",
        "country_code": "IND",
        "international": False,
        "emi": True,
        "cvv_required": False,
    },
    "service_provider_token_id": "tp-v1-1",
    "created_at": "2024-10-04T13:11:29.645Z",
    "updated_at": "2024-10-04T13:11:29.645Z",
}


@pytest.mark.parametrize("answer", [TOKEN, {"customer_id": "c-1", "tokens": [TOKEN, TOKEN]}])
async def test_get(recorder, answer):
    """One path answers one token for its id, and all tokens for a customer's; both are read whole."""
    recorder.answers(answer)
    tokens = await recorder.group(Tokens).get("x-1")
    assert ("GET", f"{ROOT}/x-1", "", None) == call_of(recorder.last)
    assert () == tokens.problems
    assert ("c-1", answer) == (tokens.customer_id, json.loads(to_json(tokens)))


async def test_delete(recorder):
    """A deletion is a POST without a body, and answers what is left."""
    recorder.answers({"token_id": "t-1", "status": "DELETED"})
    deleted = await recorder.group(Tokens).delete("t-1")
    assert ("POST", f"{ROOT}/t-1/delete", "", None) == call_of(recorder.last)
    assert ("t-1", CardTokenStatus.DELETED, ()) == (deleted.token_id, deleted.status, deleted.problems)


@pytest.mark.parametrize(
    "ask",
    [
        lambda group: group.get("../customer"),
        lambda group: group.create_cryptogram("a/b", NewCryptogram(service_provider_token_id="t")),
        lambda group: group.delete("a?b"),
    ],
)
async def test_ids_that_change_the_path_are_refused(recorder, ask):
    """An id that would lead elsewhere is refused before anything is sent."""
    with pytest.raises(ValueError, match="path of the request"):
        await ask(recorder.group(Tokens))
    assert [] == recorder.asked


@pytest.mark.parametrize("verb", CALLS)
async def test_lost_answer_is_not_repeated(recorder, verb):
    """A write whose answer is lost is sent once; the error knows its reference."""
    recorder.answers(b"", status=503)
    with pytest.raises(OutcomeUnknownError) as caught:
        await CALLS[verb][0](recorder.group(Tokens))
    assert (1, True) == (len(recorder.asked), caught.value.reference in CALLS[verb][1][3].values())


def test_twin():
    """The blocking group has the same calls, and each is an operation."""
    verbs = {name for name in vars(Tokens) if not name.startswith("_")}
    assert verbs == {name for name in vars(pinelabs_sync.tokens.Tokens) if name[0] != "_"}
    assert {f"tokens.{verb}" for verb in verbs} == {
        operation.name for operation in vars(module).values() if isinstance(operation, module.Operation)
    }
