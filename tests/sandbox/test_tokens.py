"""Card tokens: by the token group and by the customer's, their states, and what pays elsewhere with them."""

import json
from pathlib import Path

import pytest

from pinelabs_async import from_json
from pinelabs_async.api.customer_tokens import TokenDeletion
from pinelabs_async.api.tokens import CardTokenStatus, NewCardToken, NewCryptogram
from pinelabs_async.sandbox import Sandbox
from tests.sandbox.told import events, later, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
ROOT = "/api/v1/tokens"
SECRET = "akdsdsdsh12k12h1k21h2khakshakhakshkh121h2k1hak"


def example(name):
    return json.loads((EXAMPLES / name).read_text())


def brief(answer):
    return answer[0], answer[1]["code"]


@pytest.fixture
async def customer(api):
    return await make_customer(api)


async def make_customer(api, reference="cus-1", status="ACTIVE"):
    _, made = await api.call("POST", "/api/v1/customer", {"merchant_customer_reference": reference})
    _, made = await api.call("PATCH", f"/api/v1/customer/{made['customer_id']}", {"status": status})
    return made["customer_id"]


def body(customer, reference="tok-1", card=SECRET, **more):
    return {
        **example("tokens/generate-card-token.request.json"),
        "customer_id": customer,
        "merchant_token_reference": reference,
        "payment_option": {"encrypted_card_details": card},
        **more,
    }


async def make(api, customer, reference="tok-1", card=SECRET):
    status, answer = await api.call("POST", ROOT, body(customer, reference, card))
    assert 201 == status, answer
    return answer


async def at_provider(api, token):
    status, answer = await api.call("GET", f"{ROOT}/{token['token_id']}")
    assert 200 == status, answer
    return answer


async def cryptogram(api, token, provider_id, reference="cry-1"):
    path = f"{ROOT}/{token['token_id']}/token-transactional-data"
    wish = {"merchant_unique_reference": reference, "service_provider_token_id": provider_id}
    return await api.call("POST", path, wish)


async def test_a_new_token_is_the_documented_one(api, box, customer):
    """The documented request gets the documented answer: an ACTIVE token, which the merchant is told of."""
    expected = example("tokens/generate-card-token.response.json")

    token = await make(api, customer)

    assert list(expected) == list(token)
    assert ("ACTIVE", "tok-1", customer) == (
        token["status"],
        token["merchant_token_reference"],
        token["customer_id"],
    )
    assert token["token_id"].startswith("token-v1-")
    assert ["TOKEN_ACTIVATED"] == [kind for kind, _ in events(box, "TOKEN_ACTIVATED")]
    assert 1 == box.ledger.count("tokens.create", reference="tok-1")


async def test_nothing_of_the_card_that_was_sent_is_kept(api, box, customer):
    """Neither answers nor events hold the text that stands for the card."""
    token = await make(api, customer, card="4012001037141112")

    seen = [await at_provider(api, token), await api.call("GET", f"/api/v1/customer/{customer}/tokens")]

    assert "4012001037141112" not in json.dumps([seen, events(box)])
    assert "4012001037141112" not in repr(box._state)


async def test_a_provider_token_is_found_by_token_and_by_customer(api, customer):
    """The same path answers one token for its id, and all of a customer for theirs."""
    first, second = await make(api, customer), await make(api, customer, "tok-2")
    one = await at_provider(api, first)

    status, both = await api.call("GET", f"{ROOT}/{customer}")

    assert (200, {"customer_id": customer, "tokens": [one, await at_provider(api, second)]}) == (status, both)
    assert first == {name: one[name] for name in first}
    assert {"payment_method", "card_data", "service_provider_token_id"} == set(one) - set(first)


async def test_a_cryptogram_is_the_documented_one_and_new_each_time(api, box, customer):
    """It has the published shape, a new cryptogram, and the account's reference that stays."""
    token = await make(api, customer)
    provider_id = (await at_provider(api, token))["service_provider_token_id"]

    status, first = await cryptogram(api, token, provider_id)
    _, second = await cryptogram(api, token, provider_id, "cry-2")

    expected = example("tokens/generate-cryptogram.response.json")
    assert 201 == status
    assert list(expected) == list(first)
    assert {name: type(value) for name, value in expected["token_data"].items()} == {
        name: type(value) for name, value in first["token_data"].items()
    }
    assert first["token_data"]["cryptogram"] != second["token_data"]["cryptogram"]
    assert (
        first["token_data"]["payment_account_reference"] == second["token_data"]["payment_account_reference"]
    )
    assert (1, 1) == tuple(box.ledger.count("tokens.create_cryptogram", reference=f"cry-{n}") for n in (1, 2))


@pytest.mark.parametrize("status", ["INACTIVE", "SUSPENDED", "DELETED"])
async def test_saved_tokens_are_usable_while_the_customer_is_active(api, box, customer, status):
    """Of a customer in another state no cryptogram is made."""
    token = await make(api, customer)
    provider_id = (await at_provider(api, token))["service_provider_token_id"]
    await api.call("PATCH", f"/api/v1/customer/{customer}", {"status": status})

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await cryptogram(api, token, provider_id))
    assert 0 == box.ledger.count("tokens.create_cryptogram")


async def test_a_cryptogram_needs_the_right_token(api, customer):
    """An unknown token, a foreign provider id and missing members are refused with 400."""
    token, other = await make(api, customer), await make(api, customer, "tok-2")
    foreign = (await at_provider(api, other))["service_provider_token_id"]

    unknown = await cryptogram(api, {"token_id": "token-v1-none"}, foreign)
    wrong = await cryptogram(api, token, foreign)
    bare = await api.call("POST", f"{ROOT}/{token['token_id']}/token-transactional-data", {})

    assert [(400, "INVALID_REQUEST")] * 3 == [brief(answer) for answer in (unknown, wrong, bare)]


@pytest.mark.parametrize(
    ("card", "first", "wait", "then", "event", "sample"),
    [
        ("sandbox-slow", "INITIATED", 60, "ACTIVE", "TOKEN_ACTIVATED", "token-activated"),
        ("sandbox-fails", "INITIATED", 60, "FAILED", "TOKEN_PROVISION_FAILED", "token-provision-failed"),
        ("sandbox-suspended", "ACTIVE", 86400, "SUSPENDED", "TOKEN_SUSPENDED", "token-deactivated"),
        ("sandbox-deactivated", "ACTIVE", 86400, "DEACTIVATED", "TOKEN_DEACTIVATED", "token-deactivated"),
    ],
)
async def test_tokens_come_to_every_state(api, box, customer, card, first, wait, then, event, sample):
    """In each of the sandbox's own courses a token reaches its state in time, and can be used only ACTIVE."""
    token = await make(api, customer, card=card)
    await later(api, seconds=wait - 5)
    before = await at_provider(api, token)
    await later(api, seconds=10)
    after = await at_provider(api, token)

    assert (first, first, then) == (token["status"], before["status"], after["status"])
    assert token["updated_at"] < after["updated_at"]
    ((_, data),) = events(box, event)
    assert set(example(f"webhooks/{sample}.json")["data"]["token"]) == set(data["token"])
    assert then == data["token"]["status"]
    # A provider that never made the token has no id for it.
    assert (then == "FAILED") == ("service_provider_token_id" not in after)
    used = await cryptogram(api, token, after.get("service_provider_token_id", "tp-v1-guess"))
    assert (201 if then == "ACTIVE" else 400 if then == "FAILED" else 422) == used[0]


async def test_a_token_that_was_deleted_meanwhile_stays_deleted(api, box, customer):
    """What becomes due looks whether the token is still there."""
    token = await make(api, customer, card="sandbox-slow")
    await api.call("POST", f"{ROOT}/{token['token_id']}/delete")

    await later(api, hours=2)

    assert [] == events(box, "TOKEN_ACTIVATED")
    assert 404 == (await api.call("GET", f"{ROOT}/{token['token_id']}"))[0]


@pytest.mark.parametrize("setting", ["refuse", "return"])
async def test_a_repeated_reference_is_refused_or_returned(open_api, setting):
    """The reference is the idempotency key: no second token is made with it."""
    async with Sandbox(duplicate_references=setting) as box:
        api = await open_api(box)
        customer = await make_customer(api)
        token = await make(api, customer)

        status, answer = await api.call("POST", ROOT, body(customer))

        if setting == "refuse":
            expected = (422, example("errors/DUPLICATE_REQUEST-merchant-reference.json"))
        else:
            expected = (201, token)
        assert expected == (status, answer)
        assert 1 == box.ledger.count("tokens.create")


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_id": None},
        {"customer_id": "cust-v1-nobody"},
        {"merchant_token_reference": None},
        {"merchant_token_reference": "a b"},
        {"payment_method": "UPI"},
        {"payment_method": None},
        {"payment_method": ["CARD"]},
        {"payment_option": "x"},
        {"payment_option": {"encrypted_card_details": 4012001037141112}},
        {"payment": []},
        {"payment": {"acquirer_data": "x"}},
        {"payment": {"acquirer_data": {"rrn": 1}}},
        {"merchant_metadata": {"a": None}},
    ],
)
async def test_a_wrong_token_is_an_invalid_request(api, box, customer, changes):
    """Members that break the contract, and a customer who does not exist, are refused with 400."""
    assert (400, "INVALID_REQUEST") == brief(await api.call("POST", ROOT, body(customer) | changes))
    assert 0 == box.ledger.count("tokens.create")


@pytest.mark.parametrize("status", ["SUSPENDED", "DELETED"])
async def test_no_card_is_saved_for_a_blocked_customer(api, status):
    """A customer who is blocked or removed gets no token."""
    customer = await make_customer(api, status=status)

    assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.call("POST", ROOT, body(customer)))


async def test_long_notes_are_taken(api, customer):
    """Published samples have notes beyond the 256 characters of the general rule."""
    status, _ = await api.call("POST", ROOT, body(customer, merchant_metadata={"OfferData": "x" * 1000}))

    assert 201 == status


async def test_a_token_is_deleted_once(api, box, customer):
    """Its deletion says so; afterwards it is in no list and cannot be deleted again."""
    token, other = await make(api, customer), await make(api, customer, "tok-2")
    path = f"{ROOT}/{token['token_id']}/delete"

    status, answer = await api.call("POST", path)

    assert (200, {"token_id": token["token_id"], "status": "DELETED"}) == (status, answer)
    assert (404, "INVALID_REQUEST") == brief(await api.call("POST", path))
    assert (404, "INVALID_REQUEST") == brief(await api.call("GET", f"{ROOT}/{token['token_id']}"))
    _, left = await api.call("GET", f"/api/v1/customer/{customer}/tokens")
    assert [other["token_id"]] == [entry["token_id"] for entry in left["tokens"]]
    assert 1 == box.ledger.count("tokens.delete", reference="tok-1")


async def test_the_tokens_of_a_customer_are_the_documented_list(api, customer):
    """The list has the published members, down to the card, and only this customer's tokens."""
    token = await make(api, customer)
    await make(api, await make_customer(api, "cus-2"), "tok-2")
    expected = example("tokens/get-customer-tokens.response.json")

    status, listed = await api.call("GET", f"/api/v1/customer/{customer}/tokens")

    (entry,) = listed["tokens"]
    assert (200, set(expected)) == (status, set(listed))
    assert set(expected["tokens"][0]) == set(entry)
    assert set(expected["tokens"][0]["card_data"]) == set(entry["card_data"])
    assert (token["token_id"], "ACTIVE", None) == (entry["token_id"], entry["status"], entry["status_reason"])
    _, one = await api.call("GET", f"/api/v1/customer/{customer}/tokens/{token['token_id']}")
    assert {**entry, "customer_id": customer} == one


async def test_a_customer_token_is_deleted_with_a_reference(api, box, customer):
    """The answer has the reference of the deletion, and a second one finds nothing."""
    token = await make(api, customer)
    path = f"/api/v1/customer/{customer}/tokens/{token['token_id']}/delete"
    request = example("tokens/delete-customer-token.request.json")

    status, answer = await api.call("POST", path, request)

    expected = {
        "token_id": token["token_id"],
        "customer_id": customer,
        "status": "DELETED",
        "merchant_unique_reference": "del-ref-001",
    }
    assert (200, expected) == (status, answer)
    assert (404, "INVALID_REQUEST") == brief(await api.call("POST", path, request))
    assert 1 == box.ledger.count("customer_tokens.delete", reference="del-ref-001")


async def test_a_deletion_needs_its_reference(api, box, customer):
    """Without merchant_unique_reference nothing is deleted."""
    token = await make(api, customer)
    path = f"/api/v1/customer/{customer}/tokens/{token['token_id']}/delete"

    assert (400, "INVALID_REQUEST") == brief(await api.call("POST", path, {}))
    assert 0 == box.ledger.count("customer_tokens.delete")


async def test_unknown_customers_and_foreign_tokens_are_not_found(api, customer):
    """A token is found under its own customer only."""
    token = await make(api, customer)
    other = await make_customer(api, "cus-2")
    deletion = {"merchant_unique_reference": "del-1"}
    paths = [f"/api/v1/customer/{who}/tokens/{token['token_id']}" for who in (other, "nobody")]

    answers = [
        await api.call("GET", f"{ROOT}/nothing"),
        await api.call("GET", "/api/v1/customer/nobody/tokens"),
        *[await api.call("GET", path) for path in paths],
        *[await api.call("POST", f"{path}/delete", deletion) for path in paths],
    ]

    assert [(404, "INVALID_REQUEST")] * 6 == [brief(answer) for answer in answers]


async def test_the_sdk_reads_tokens_whole(api, box, customer):
    """Every operation of both groups answers the SDK with what it has a field for."""
    async with session(box) as pinelabs:
        new = from_json(NewCardToken, json.dumps(body(customer)).encode())
        token = whole(await pinelabs.tokens.create(new))
        one = whole(await pinelabs.tokens.get(token.token_id))
        every = whole(await pinelabs.tokens.get(customer))
        wish = NewCryptogram(service_provider_token_id=one.service_provider_token_id)
        made = await pinelabs.tokens.create_cryptogram(token.token_id, wish)
        listed = whole(await pinelabs.customer_tokens.list(customer))
        read = whole(await pinelabs.customer_tokens.get(customer, token.token_id))
        gone = whole(await pinelabs.customer_tokens.delete(customer, token.token_id, TokenDeletion()))
        second = await pinelabs.tokens.create(
            from_json(NewCardToken, json.dumps(body(customer, "2")).encode())
        )
        also_gone = whole(await pinelabs.tokens.delete(second.token_id))

    assert (token.token_id,) == tuple(held.token_id for held in every.tokens)
    assert (token.token_id, read.token_id) == (listed.tokens[0].token_id, token.token_id)
    assert (CardTokenStatus.DELETED,) * 2 == (gone.status, also_gone.status)
    # Month and year are numbers on the wire and texts in the SDK.
    assert () == made.problems
    assert {name: str(value) for name, value in made.raw["token_data"].items()} == {
        name: getattr(made.token_data, name) for name in made.raw["token_data"]
    }
