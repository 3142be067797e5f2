"""Create, get, find and update customers."""

import json
from pathlib import Path

import pytest
from yarl import URL

from pinelabs_async import NewCustomer, from_json
from pinelabs_async.api.customers import CustomerChange, CustomerStatus
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.gateway.customers import CREATION_FAILS
from tests.sandbox.told import events, later, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
ROOT = "/api/v1/customer"
VARYING = {"customer_id", "created_at", "updated_at"}


def example(name):
    return json.loads((EXAMPLES / name).read_text())


async def make(api, reference="cus-1", **more):
    body = {"merchant_customer_reference": reference, **more}
    status, answer = await api.call("POST", ROOT, body)
    assert 201 == status, answer
    return answer


async def change(api, customer, **changes):
    return await api.call("PATCH", f"{ROOT}/{customer['customer_id']}", changes)


def brief(answer):
    return answer[0], answer[1]["code"]


async def test_a_new_customer_is_the_documented_one(api, box):
    """The documented request gets the documented answer, but for id and times, and no event."""
    expected = example("customers/create.response.json")

    status, actual = await api.call("POST", ROOT, example("customers/create.request.json"))

    assert 201 == status
    assert set(expected) == set(actual)
    fixed = set(expected) - VARYING
    assert {name: expected[name] for name in fixed} == {name: actual[name] for name in fixed}
    assert actual["customer_id"].startswith("cust-v1-")
    assert len(expected["created_at"]) == len(actual["created_at"])
    assert [] == events(box)
    assert (1, 0, 0) == (box.ledger.count("customers.create"), box.ledger.money_in, box.ledger.money_out)


async def test_a_customer_is_found_by_id_and_by_identity(api):
    """Both look-ups answer what the creation answered; the country code fits with and without its plus."""
    customer = await make(api, country_code="+91", mobile_number="9999999999")
    found = f"{ROOT}?mobile_number=9999999999&merchant_customer_reference=cus-1&country_code="

    assert (200, customer) == await api.call("GET", f"{ROOT}/{customer['customer_id']}")
    assert (200, customer) == await api.call("GET", f"{found}91")
    assert (200, customer) == await api.call("GET", f"{found}%2B91")


@pytest.mark.parametrize(
    "query",
    [
        "country_code=+91&mobile_number=9999999999&merchant_customer_reference=cus-1",  # reads as a blank
        "country_code=92&mobile_number=9999999999&merchant_customer_reference=cus-1",
        "country_code=91&mobile_number=9999999998&merchant_customer_reference=cus-1",
        "country_code=91&mobile_number=9999999999&merchant_customer_reference=cus-2",
    ],
)
async def test_every_member_of_the_identity_must_fit(api, query):
    """A customer is found by all three, and a bare plus is not a plus."""
    await make(api, country_code="91", mobile_number="9999999999")

    # The query goes out as it is written here.
    path = URL(f"{api.box.base_url}{ROOT}?{query}", encoded=True)
    assert (404, "INVALID_REQUEST") == brief(await api.call("GET", path))


@pytest.mark.parametrize("missing", ["country_code", "mobile_number", "merchant_customer_reference"])
async def test_finding_needs_all_three(api, missing):
    """A query without one of them is invalid, and says which."""
    query = {"country_code": "91", "mobile_number": "9999999999", "merchant_customer_reference": "cus-1"}
    query[missing] = ""

    text = "&".join(f"{name}={value}" for name, value in query.items() if value)
    status, answer = await api.call("GET", f"{ROOT}?{text}")

    assert (400, f"{missing} is missing or empty") == (status, answer["message"])


async def test_an_unknown_customer_is_not_found(api):
    """Reading and changing answer 404 with the published text, also across merchants."""
    expected = (404, example("errors/INVALID_REQUEST-no-records.json"))
    mine = await make(api)
    other = api.box.add_merchant()
    await api.login(other.client_id, other.client_secret)

    assert expected == await api.call("GET", f"{ROOT}/cust-v1-nobody")
    assert expected == await api.call("PATCH", f"{ROOT}/cust-v1-nobody", {"first_name": "A"})
    assert expected == await api.call("GET", f"{ROOT}/{mine['customer_id']}")


@pytest.mark.parametrize(
    ("again", "taken"),
    [
        ({"merchant_customer_reference": "cus-1"}, True),
        ({"merchant_customer_reference": "cus-2", "mobile_number": "9999999999"}, False),
        ({"country_code": "+91", "mobile_number": "9999999999"}, True),
        ({"country_code": "92", "mobile_number": "9999999999"}, False),
    ],
)
@pytest.mark.parametrize("setting", ["refuse", "return"])
async def test_a_repeated_customer_is_refused_or_returned(open_api, again, taken, setting):
    """The reference, else country code and mobile number, are what a customer is known by."""
    async with Sandbox(duplicate_references=setting) as box:
        api = await open_api(box)
        first = await make(api, country_code="91", mobile_number="9999999999")

        status, answer = await api.call("POST", ROOT, again)

        if not taken:
            assert (201, True) == (status, first["customer_id"] != answer["customer_id"])
        elif setting == "refuse":
            assert (422, example("errors/DUPLICATE_REQUEST-merchant-reference.json")) == (status, answer)
        else:
            assert (201, first) == (status, answer)
        assert (1 if taken else 2) == box.ledger.count("customers.create")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "required"),
        ({"mobile_number": "9999999999"}, "required"),
        ({"country_code": "91"}, "required"),
        ({"merchant_customer_reference": "a b"}, "merchant_customer_reference"),
        ({"merchant_customer_reference": "x" * 51}, "merchant_customer_reference"),
        ({"merchant_customer_reference": 7}, "merchant_customer_reference"),
        ({"first_name": "x" * 51}, "first_name"),
        ({"first_name": "Kevin!"}, "first_name"),
        ({"last_name": ["Bob"]}, "last_name"),
        ({"country_code": "ninety"}, "country_code"),
        ({"mobile_number": "999999999"}, "mobile_number"),
        ({"mobile_number": 9999999999}, "mobile_number"),
        ({"email_id": "a b@example.com"}, "email_id"),
        ({"email_id": "x" * 51}, "email_id"),
        ({"gstin": 27}, "gstin"),
        ({"billing_address": "10 Downing Street"}, "billing_address"),
        ({"billing_address": {"pincode": "12345"}}, "pincode"),
        ({"shipping_address": {"address1": "x" * 101}}, "address1"),
        ({"merchant_metadata": ["x"]}, "merchant_metadata"),
        ({"merchant_metadata": {"a": 1}}, "merchant_metadata"),
        ({"merchant_metadata": {str(number): "" for number in range(11)}}, "merchant_metadata"),
        ({"merchant_metadata": {"a": "x" * 257}}, "merchant_metadata"),
    ],
)
async def test_a_wrong_customer_is_an_invalid_request(api, box, body, message):
    """Members that break the contract are refused and named, when made and when changed, and nothing happens."""
    whole_body = body if message == "required" else {"merchant_customer_reference": "cus-9", **body}
    status, answer = await api.call("POST", ROOT, whole_body)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])
    assert message in answer["message"]
    assert 0 == box.ledger.count()
    if message not in ("required", "merchant_metadata"):
        status, answer = await change(api, await make(api), **body)
        assert (400, True) == (status, message in answer["message"])
        assert 0 == box.ledger.count("customers.update")


async def test_an_update_changes_what_it_has(api, box):
    """Members that are sent change, the others and what an update has no place for stay."""
    customer = await make(api, first_name="Kevin", gstin="27ABCDE1234F2Z5")
    box.clock.advance(seconds=1)

    status, changed = await change(
        api, customer, first_name="Ann", country_code="92", mobile_number="8888888888", gstin="x"
    )

    assert 200 == status
    expected = {**customer, "first_name": "Ann", "country_code": "92", "mobile_number": "8888888888"}
    assert {**expected, "updated_at": changed["updated_at"]} == changed
    assert customer["updated_at"] < changed["updated_at"]
    assert (200, changed) == await api.call("GET", f"{ROOT}/{customer['customer_id']}")
    assert 1 == box.ledger.count("customers.update", reference="cus-1")


@pytest.mark.parametrize(
    "changes", [{"country_code": "91"}, {"mobile_number": "9999999999"}, {"status": "GONE"}, {"status": 1}]
)
async def test_a_wrong_update_is_an_invalid_request(api, changes):
    """Country code and mobile number change together, and a status is one of four."""
    assert (400, "INVALID_REQUEST") == brief(await change(api, await make(api), **changes))


async def test_each_status_is_told_once(api, box):
    """A customer who comes to a status is told about with it; who has it already is not, nor INACTIVE."""
    customer = await make(api, country_code="91", mobile_number="9999999999")
    for status in ("ACTIVE", "ACTIVE", "INACTIVE", "SUSPENDED", "ACTIVE", "DELETED"):
        code, answer = await change(api, customer, status=status)
        assert (200, status) == (code, answer["status"])

    told = events(box)

    names = ["CUSTOMER_ACTIVATED", "CUSTOMER_SUSPENDED", "CUSTOMER_ACTIVATED", "CUSTOMER_DELETED"]
    assert names == [name for name, _ in told]
    statuses = ["ACTIVE", "SUSPENDED", "ACTIVE", "DELETED"]
    assert statuses == [data["customer"]["status"] for _, data in told]


@pytest.mark.parametrize(
    ("status", "name"), [("ACTIVE", "customer-activated"), ("DELETED", "customer-deleted")]
)
async def test_customer_events_have_the_documented_members(api, box, status, name):
    """An event holds the customer in the published shape."""
    body = {**example("customers/create.request.json"), "merchant_customer_reference": "12345ABC"}
    _, customer = await api.call("POST", ROOT, body)

    await change(api, customer, status=status)

    sample = example(f"webhooks/{name}.json")
    ((kind, data),) = events(box)
    assert (sample["event_type"], set(sample["data"]["customer"])) == (kind, set(data["customer"]))


async def test_a_deleted_customer_is_gone_for_good(api, box):
    """They are shown as DELETED, not changed, not found, and make room for another with the reference."""
    customer = await make(api, country_code="91", mobile_number="9999999999")
    await change(api, customer, status="DELETED")

    answers = [await change(api, customer, **wish) for wish in ({"status": "ACTIVE"}, {"first_name": "A"})]
    found = await api.call(
        "GET", f"{ROOT}?country_code=91&mobile_number=9999999999&merchant_customer_reference=cus-1"
    )
    _, shown = await api.call("GET", f"{ROOT}/{customer['customer_id']}")

    assert [(422, "OPERATION_NOT_ALLOWED")] * 2 == [brief(answer) for answer in answers]
    assert 404 == found[0]
    assert "DELETED" == shown["status"]
    assert customer["customer_id"] != (await make(api))["customer_id"]
    assert 1 == box.ledger.count("customers.update")


async def test_a_creation_may_fail_afterwards(api, box):
    """Of a customer with the sandbox's own address the merchant hears, after a minute, that there is none."""
    sample = example("webhooks/customer-creation-failed.json")
    customer = await make(api, email_id=CREATION_FAILS)

    box.clock.advance(seconds=59)
    before = (await api.call("GET", f"{ROOT}/{customer['customer_id']}"), events(box))
    box.clock.advance(seconds=2)
    after = await api.call("GET", f"{ROOT}/{customer['customer_id']}")

    assert ((200, customer), []) == before
    assert 404 == after[0]
    ((kind, data),) = events(box)
    told = data["customer"]
    assert ("CUSTOMER_CREATION_FAILED", "FAILED") == (kind, told["status"])
    assert sample["data"]["customer"]["failure_reason"] == told["failure_reason"]
    assert sample["data"]["customer"]["status_reason"] == told["status_reason"]


async def test_a_customer_who_was_activated_does_not_fail_afterwards(api, box):
    """What becomes due looks at the customer as they are by then."""
    customer = await make(api, email_id=CREATION_FAILS)
    await change(api, customer, status="ACTIVE")

    await later(api, hours=2)

    assert ["CUSTOMER_ACTIVATED"] == [kind for kind, _ in events(box)]
    assert 200 == (await api.call("GET", f"{ROOT}/{customer['customer_id']}"))[0]


async def test_random_members_never_crash_it(api, box):
    """Every wrong-typed member is a client error."""
    values = [None, True, 7, -1, 1.5, "", [], [1], {}, {"a": {}}, "INR", "\ud800"]
    customer = await make(api)
    for name in (*example("customers/create.request.json"), "status"):
        for value in values:
            for method, path in (("POST", ROOT), ("PATCH", f"{ROOT}/{customer['customer_id']}")):
                status, _ = await api.call(method, path, {name: value})
                assert status < 500
    assert [] == box.crashes


async def test_the_sdk_reads_customers_whole(box):
    """Every operation answers the SDK with what it has a field for."""
    async with session(box) as pinelabs:
        body = {**example("customers/create.request.json"), "merchant_customer_reference": "cus-1"}
        new = whole(await pinelabs.customers.create(from_json(NewCustomer, json.dumps(body).encode())))
        read = whole(await pinelabs.customers.get(new.customer_id))
        found = whole(
            await pinelabs.customers.find(
                country_code="+91", mobile_number="9999999999", merchant_customer_reference="cus-1"
            )
        )
        changed = whole(
            await pinelabs.customers.update(new.customer_id, CustomerChange(status=CustomerStatus.ACTIVE))
        )

    assert new == read == found
    assert (CustomerStatus.INACTIVE, CustomerStatus.ACTIVE) == (new.status, changed.status)
