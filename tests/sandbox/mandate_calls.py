"""How a test makes plans, subscriptions and debits, and lets a payer approve them."""

from datetime import timedelta

from tests.sandbox.told import later

PLANS = "/ps/api/v1/public/plans"
SUBSCRIPTIONS = "/ps/api/v1/public/subscriptions"
PRESENTATIONS = "/ps/api/v1/public/presentations"
RETRY = "/ps/api/v1/mandate/merchant-retry"
RESERVES = "/ps/public/subscriptions/sbmd"


def money(value):
    return {"value": value, "currency": "INR"}


def moment(api, **ahead):
    """Write a time from now on, to the second."""
    at = api.box.clock.now() + timedelta(**ahead)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def brief(answer):
    return answer[0], answer[1]["code"]


def plan_body(api, reference="plan-1", **more):
    return {
        "merchant_plan_reference": reference,
        "plan_name": "Plan",
        "frequency": "AS",
        "amount": money(10_000),
        "max_limit_amount": money(1_000_000),
        "end_date": moment(api, days=400),
        **more,
    }


async def plan(api, reference="plan-1", **more):
    status, answer = await api.call("POST", PLANS, plan_body(api, reference, **more))
    assert 200 == status, answer
    return answer


async def customer(api, reference="cus-1"):
    _, found = await api.call("POST", "/api/v1/customer", {"merchant_customer_reference": reference})
    return found["customer_id"]


async def subscription_body(api, reference="sub-1", of=None, **more):
    made = of or await plan(api, f"plan-of-{reference}")
    return {
        "merchant_subscription_reference": reference,
        "plan_id": made["plan_id"],
        "customer_id": await customer(api, f"cus-{reference}"),
        "start_date": moment(api),
        "end_date": moment(api, days=50),
        "integration_mode": "SEAMLESS",
        **more,
    }


async def subscribe(api, reference="sub-1", of=None, **more):
    body = await subscription_body(api, reference, of, **more)
    status, answer = await api.call("POST", SUBSCRIPTIONS, body)
    assert 201 == status, answer
    return answer


async def register(api, made, mode="INTENT", vpa="kevin@examplebank", reference=None):
    """Ask the payer to approve the mandate; return the order."""
    details = {"txn_mode": mode, **({"payer": {"vpa": vpa}} if mode == "COLLECT" else {})}
    status, answer = await api.attempt(
        made,
        {
            "merchant_payment_reference": reference or f"pay-{made['subscription_id']}"[:50],
            "payment_method": "UPI",
            "payment_amount": made["order_amount"],
            "payment_option": {"upi_details": details},
            "mandate_info": {"request_type": "CREATE_MANDATE"},
        },
    )
    assert 200 == status, answer
    return answer["data"]


async def active(api, reference="sub-1", *, plan_more=None, **more):
    """Make a subscription whose mandate the payer has approved."""
    made = await subscribe(
        api, reference, await plan(api, f"plan-of-{reference}", **(plan_more or {})), **more
    )
    order = await register(api, made)
    await api.box.payer.approve(order["challenge_url"])
    return await subscription(api, made)


async def subscription(api, made):
    status, answer = await api.call("GET", f"{SUBSCRIPTIONS}/{made['subscription_id']}")
    assert 200 == status, answer
    return answer


async def act(api, made, verb):
    return await api.call("POST", f"{SUBSCRIPTIONS}/{made['subscription_id']}/{verb}")


async def standing(api, made):
    return (await subscription(api, made))["status"]


async def present(api, made, reference="deb-1", value=10_000, **more):
    body = {
        "subscription_id": made["subscription_id"],
        "amount": money(value),
        "merchant_presentation_reference": reference,
        **more,
    }
    return await api.call("POST", f"{SUBSCRIPTIONS}/{made['subscription_id']}/presentations", body)


async def notify(api, made, reference="deb-1", value=10_000, **more):
    body = {
        "subscription_id": made["subscription_id"],
        "due_date": moment(api, days=1),
        "amount": money(value),
        "merchant_presentation_reference": reference,
        **more,
    }
    return await api.call("POST", f"{SUBSCRIPTIONS}/notify", body)


async def execute(api, reference="deb-1", **more):
    body = {"merchant_presentation_reference": reference, **more}
    return await api.call("POST", f"{SUBSCRIPTIONS}/execute", body)


async def retry(api, reference="deb-1"):
    return await api.call("POST", RETRY, {"merchant_presentation_reference": reference})


async def debit(api, reference="deb-1"):
    """Read a debit."""
    status, answer = await api.call("GET", f"{PRESENTATIONS}/reference/{reference}")
    assert 200 == status, answer
    return answer


async def listed(api, made):
    _, answer = await api.call("GET", f"{SUBSCRIPTIONS}/{made['subscription_id']}/presentations?size=100")
    return answer["presentations"]


async def executed(api, made, reference="deb-1", value=10_000, **more):
    """Announce a debit and ask for it; the bank has not answered."""
    assert 200 == (await notify(api, made, reference, value, **more))[0]
    await later(api, minutes=6)
    status, answer = await execute(api, reference)
    assert 200 == status, answer
    return answer
