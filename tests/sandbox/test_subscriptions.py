"""Create, read, list, change, pause, resume and cancel subscriptions."""

import json
from pathlib import Path

import pytest

from pinelabs_async import (
    NewSubscription,
    SubscriptionChange,
    SubscriptionPage,
    from_json,
    to_json,
    webhooks,
)
from pinelabs_async.sandbox import Sandbox
from tests.api.samples import as_written
from tests.sandbox.mandate_calls import (
    PLANS,
    SUBSCRIPTIONS,
    act,
    active,
    brief,
    customer,
    moment,
    money,
    plan,
    subscribe,
    subscription,
    subscription_body,
)
from tests.sandbox.told import events, session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
CREATION_ONLY = {"callback_url", "failure_callback_url", "redirect_url"}


def example(name):
    return json.loads((EXAMPLES / name).read_text())


NO_MATCH = example("errors/INVALID_REQUEST-no-records.json")


def of_subscriptions(box):
    """Name the events about subscriptions, with the status that each tells."""
    return [
        (kind.removeprefix("SUBSCRIPTION_"), data["subscription"]["status"])
        for kind, data in events(box)
        if kind.startswith("SUBSCRIPTION_")
    ]


async def test_a_new_subscription_is_the_documented_one(api, box):
    """The documented request, with a plan, a customer and dates of today, gets the documented answer."""
    sample = example("subscriptions/create-plan.request.json")
    _, of = await api.call("POST", PLANS, {**sample, "end_date": moment(api, days=300)})
    asked = {
        **example("subscriptions/create-subscription-redirect.request.json"),
        "plan_id": of["plan_id"],
        "customer_id": await customer(api),
        "start_date": moment(api),
        "end_date": moment(api, days=30),
    }
    expected = example("subscriptions/create-subscription-redirect.response.json")

    status, actual = await api.call("POST", SUBSCRIPTIONS, asked)

    assert 201 == status
    assert set(expected) == set(actual)
    assert {name: value for name, value in asked.items() if name != "plan_id"} == {
        name: actual[name] for name in asked if name != "plan_id"
    }
    assert {**of, "created_at": None, "modified_at": None} == actual["plan_details"]
    fixed = ("payment_mode", "status", "bank_account", "order_amount")
    assert {name: expected[name] for name in fixed} == {name: actual[name] for name in fixed}
    assert actual["subscription_id"].startswith("v1-sub-")
    assert actual["redirect_url"].endswith(f"subscription_id={actual['subscription_id']}")
    assert "CREATED" == (await api.get(actual))["status"]
    assert [("PENDING", "CREATED")] == of_subscriptions(box)
    assert (1, 0) == (box.ledger.count("subscriptions.create"), box.ledger.money_in)


async def test_a_subscription_is_found_by_id_and_by_reference(api):
    """Both look-ups answer what the creation answered, without its URLs and with the plan's times."""
    made = await subscribe(api, quantity=2, integration_mode="REDIRECT", callback_url="https://x.example/")
    found = await subscription(api, made)
    expected = set(example("subscriptions/get-subscription.response.json")) | {"order_amount"}

    assert (200, found) == await api.call("GET", f"{SUBSCRIPTIONS}/reference/sub-1")
    assert expected - {"merchant_metadata"} == set(found)
    assert {"callback_url", "redirect_url"} == set(made) - set(found)
    same = set(found) - {"plan_details"}
    assert {name: made[name] for name in same} == {name: found[name] for name in same}
    assert found["plan_details"]["created_at"]


async def test_a_seamless_subscription_has_no_page(api):
    """Its next step is a payment on its order."""
    assert "redirect_url" not in await subscribe(api)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/reference/nothing", 404),
        ("PATCH", "/nothing", 404),
        ("POST", "/nothing/pause", 404),
        ("POST", "/nothing/resume", 404),
        ("POST", "/nothing/cancel", 400),
    ],
)
async def test_an_unknown_subscription_is_refused(api, method, path, status):
    """404 answers it, but where another status alone is documented."""
    body = {"reason": "Switching"} if method == "PATCH" else None

    assert (status, NO_MATCH) == await api.call(method, f"{SUBSCRIPTIONS}{path}", body)


@pytest.mark.parametrize("setting", ["refuse", "return"])
async def test_a_repeated_reference_is_refused_or_returned(open_api, setting):
    """Both documented behaviours make one subscription and one order."""
    async with Sandbox(duplicate_references=setting) as box:
        api = await open_api(box)
        of = await plan(api)
        body = await subscription_body(api, of=of, integration_mode="REDIRECT")
        _, first = await api.call("POST", SUBSCRIPTIONS, body)

        status, answer = await api.call("POST", SUBSCRIPTIONS, body)

        if setting == "refuse":
            assert (422, example("errors/DUPLICATE_REQUEST-merchant-reference.json")) == (status, answer)
        else:
            assert (201, first) == (status, answer)
        assert 1 == box.ledger.count("subscriptions.create")


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"merchant_subscription_reference": None}, 422, "must not be empty"),
        ({"merchant_subscription_reference": "x" * 51}, 422, "1 to 50"),
        ({"plan_id": None}, 422, "plan_id is missing"),
        ({"plan_id": "v1-pla-nothing"}, 404, "No matching records"),
        ({"customer_id": 5}, 422, "customer_id"),
        ({"customer_id": "cust-nobody"}, 404, "No matching records"),
        ({"start_date": None}, 422, "start_date is missing"),
        ({"start_date": "today"}, 422, "start_date"),
        ({"end_date": None}, 422, "end_date is missing"),
        ({"end_date": "2020-01-01T00:00:00Z"}, 422, "after start_date"),
        ({"integration_mode": None}, 422, "integration_mode is missing"),
        ({"integration_mode": "IFRAME"}, 422, "integration_mode must be one of"),
        ({"allowed_payment_methods": ["CASH"]}, 422, "Payment method"),
        ({"allowed_payment_methods": "UPI"}, 422, "Payment method"),
        ({"allowed_payment_methods": [[]]}, 422, "Payment method"),
        ({"enable_notification": "yes"}, 422, "enable_notification"),
        ({"quantity": 0}, 422, "quantity"),
        ({"quantity": "1"}, 422, "quantity"),
        ({"quantity": 101}, 422, "max_limit_amount"),
        ({"is_tpv_enabled": "true"}, 422, "is_tpv_enabled"),
        ({"bank_account": {"account_number": "1", "name": "A"}}, 422, "ifsc"),
        (
            {"bank_account": {"account_number": "1" * 51, "name": "A", "ifsc": "HDFC0000001"}},
            422,
            "account_number",
        ),
        ({"bank_account": {"account_number": "1", "name": "A", "ifsc": "HDFC000001"}}, 422, "ifsc"),
        ({"callback_url": 5}, 422, "callback_url"),
        ({"merchant_metadata": {"a": 1}}, 422, "merchant_metadata"),
    ],
)
async def test_a_subscription_that_breaks_the_contract_is_refused(api, box, change, status, message):
    """Failed validation is a 422 here, as documented, and what is unknown a 404."""
    answer = await api.call("POST", SUBSCRIPTIONS, await subscription_body(api, **change))

    assert (status, "INVALID_REQUEST") == brief(answer)
    assert message in answer[1]["message"]
    assert 0 == box.ledger.count("subscriptions.create")


async def test_only_upi_registers_a_mandate(api):
    """The other methods are documented as values and not as working."""
    refused = await subscription_body(api, allowed_payment_methods=["CARD"])
    made = await subscribe(api, "sub-2", allowed_payment_methods=["CARD", "UPI"])

    assert (422, "PAYMENT_METHOD_NOT_ENABLED") == brief(await api.call("POST", SUBSCRIPTIONS, refused))
    assert (422, "PAYMENT_METHOD_NOT_ENABLED") == brief(await api.pay(made))


async def test_the_plan_must_be_active(api):
    """A plan before its start, or after its end, takes no subscription."""
    early = await plan(api, "early", start_date=moment(api, days=1))
    late = await plan(api, "late", end_date=moment(api, seconds=-1))

    for number, of in enumerate((early, late)):
        body = await subscription_body(api, f"sub-{number}", of)
        assert (422, "OPERATION_NOT_ALLOWED") == brief(await api.call("POST", SUBSCRIPTIONS, body))


async def test_a_one_time_mandate_lives_sixty_days_at_most(api):
    """60 days are accepted, a second more is not."""
    of = await plan(api, frequency="OT")
    start, end = moment(api), moment(api, days=60)
    await subscribe(api, of=of, start_date=start, end_date=end)
    body = await subscription_body(
        api, "sub-2", of, start_date=start, end_date=moment(api, days=60, seconds=60)
    )

    assert (422, "INVALID_REQUEST") == brief(await api.call("POST", SUBSCRIPTIONS, body))


async def test_a_removed_customer_cannot_subscribe(api):
    """They are not found."""
    body = await subscription_body(api)
    await api.call("PATCH", f"/api/v1/customer/{body['customer_id']}", {"status": "DELETED"})

    assert (404, NO_MATCH) == await api.call("POST", SUBSCRIPTIONS, body)


async def test_events_have_the_documented_shape(api, box):
    """They are an older shape of the subscription, with the names of the samples."""
    made = await active(
        api,
        plan_more={"plan_description": "A", "trial_period_in_days": 0, "merchant_metadata": {"a": "b"}},
        merchant_metadata={"c": "d"},
    )
    expected = example("webhooks/subscription-activated.json")
    told = next(event for event in box._state.outbox if event.type == "SUBSCRIPTION_ACTIVATED")
    body = json.loads(told.body)

    assert list(expected) == list(body)
    assert box.merchant_id == body["merchant_id"]
    wanted, actual = expected["data"]["subscription"], body["data"]["subscription"]
    assert list(wanted) == list(actual)
    assert list(wanted["plan_details"]) == list(actual["plan_details"])
    assert (made["subscription_id"], "sub-1", "ACTIVE", ["UPI"]) == (
        actual["subscription_id"],
        actual["merchant_order_reference"],
        actual["status"],
        actual["payment_mode"],
    )


async def test_a_merchant_may_want_no_events(api, box):
    """`enable_notification` false: the order tells its own, the subscription nothing."""
    made = await active(api, enable_notification=False)
    await act(api, made, "pause")

    assert [] == of_subscriptions(box)
    assert False is made["enable_notification"]


async def test_the_sdk_reads_every_event(api, box):
    """Its events of subscriptions leave nothing of these unread."""
    made = await active(api, merchant_metadata={"a": "b"})
    await act(api, made, "pause")

    told = [event for event in box._state.outbox if event.type.startswith("SUBSCRIPTION_")]
    for event in told:
        read = webhooks.verify(event.body, webhooks.sign(event.body, "key"), "key")
        assert (event.type, ()) == (read.type, read.data.problems)
        written = json.loads(event.body)["data"]["subscription"]
        assert as_written(written) == json.loads(to_json(read.data))
    assert 3 == len(told)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["sub-1", "sub-2", "sub-3"]),
        ("status=ACTIVE", ["sub-2"]),
        ("frequency=Week", ["sub-3"]),
        ("sort=frequency,desc", ["sub-3", "sub-2", "sub-1"]),
        ("amount=10000&amount_range=isMore", ["sub-3"]),
        ("plan_id={plan}", ["sub-2"]),
        ("end_date={far}", ["sub-1", "sub-2", "sub-3"]),
        ("start_date={far}", []),
        ("size=1&page=1", ["sub-2"]),
    ],
)
async def test_a_listing_is_filtered_ordered_and_paged(api, query, found):
    """Each documented parameter does what it says."""
    await subscribe(api, "sub-1")
    second = await active(api, "sub-2")
    of = await plan(api, "weekly", frequency="Week", amount=money(20_000))
    await subscribe(api, "sub-3", of)
    text = query.replace("{plan}", second["plan_details"]["plan_id"]).replace("{far}", "2090-01-01T00:00:00Z")

    status, answer = await api.call("GET", f"{SUBSCRIPTIONS}?{text}")

    assert 200 == status
    assert {"links", "page", "subscriptions"} == set(answer)
    assert found == [entry["merchant_subscription_reference"] for entry in answer["subscriptions"]]


async def test_the_account_that_may_pay_is_told_back(api):
    """Third-party validation answers the account that was given."""
    account = {"account_number": "000000000000000", "name": "Test Customer", "ifsc": "HDFC0000001"}

    made = await subscribe(api, is_tpv_enabled=True, bank_account=account)

    assert (True, account) == (made["is_tpv_enabled"], made["bank_account"])


async def test_the_sdk_reads_every_answer(api, box):
    """All eight operations end in whole objects."""
    body = await subscription_body(api, integration_mode="REDIRECT", quantity=1, merchant_metadata={"a": "b"})
    async with session(box) as pinelabs:
        made = whole(await pinelabs.subscriptions.create(from_json(NewSubscription, body)))
        assert made.redirect_url is not None
        await box.payer.approve(made.redirect_url)

        found = whole(await pinelabs.subscriptions.get(made.subscription_id))
        assert "ACTIVE" == found.status
        assert found == whole(await pinelabs.subscriptions.get_by_reference("sub-1"))
        assert [found] == [entry async for entry in pinelabs.subscriptions.list()]
        whole(from_json(SubscriptionPage, box.exchanges[-1].answer))
        change = SubscriptionChange(reason="No change")
        assert "ACTIVE" == whole(await pinelabs.subscriptions.update(made.subscription_id, change)).status
        assert "PAUSED" == whole(await pinelabs.subscriptions.pause(made.subscription_id)).status
        assert "RESUMING" == whole(await pinelabs.subscriptions.resume(made.subscription_id)).status
        assert "CANCELLING" == whole(await pinelabs.subscriptions.cancel(made.subscription_id)).status
