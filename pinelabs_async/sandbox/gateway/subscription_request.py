"""What a subscription is asked to be, and whether the plan and the dates allow it."""

from datetime import datetime, timedelta
from typing import Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call
from pinelabs_async.sandbox.gateway import customers
from pinelabs_async.sandbox.gateway.mandate_request import (
    bank_account,
    methods,
    one_of,
    optional_count,
    required_time,
)
from pinelabs_async.sandbox.gateway.people import metadata, no_match
from pinelabs_async.sandbox.gateway.plan_object import Plan, Plans
from pinelabs_async.sandbox.problems import invalid, not_allowed
from pinelabs_async.sandbox.state import Json

URLS: Final = ("callback_url", "failure_callback_url")
LONGEST_ONE_TIME: Final = timedelta(days=60)
_METHODS: Final = ("UPI", "CARD", "POINTS", "NETBANKING", "WALLET")
_MODES: Final = ("SEAMLESS", "REDIRECT")
_MOST: Final = 1_000_000


@attrs.frozen
class Terms:
    """What a subscription is agreed on."""

    plan: Plan
    quantity: int | None
    start: datetime
    end: datetime


@attrs.frozen(kw_only=True)
class Wanted(Terms):
    """One checked request for a subscription."""

    customer_id: str
    notify: bool
    shown: Json
    order_shown: Json


def read(call: Call) -> Wanted:
    """Return what a new subscription is asked to be, its plan and its customer among it."""
    body, merchant = call.body, call.merchant
    mode = one_of(checks.required_text(body, "integration_mode"), "integration_mode", _MODES)
    notes = metadata(body)
    urls = {name: url for name in URLS if (url := checks.optional_text(body, name)) is not None}
    start, end = required_time(body, "start_date"), required_time(body, "end_date")
    quantity = optional_count(body, "quantity", least=1, most=_MOST)
    shown: Json = {
        "allowed_payment_methods": methods(body, _METHODS),
        "integration_mode": mode,
        **({} if notes is None else {"merchant_metadata": notes}),
        "is_tpv_enabled": checks.flag(body, "is_tpv_enabled"),
        "bank_account": bank_account(body),
    }
    plan = merchant.store(Plans).get(checks.required_text(body, "plan_id"))
    customer = customers.known(merchant, checks.required_text(body, "customer_id"))
    if customer is None or customer.gone:
        no_match()
    return Wanted(
        plan=plan,
        quantity=quantity,
        start=start,
        end=end,
        customer_id=customer.id,
        notify=body.get("enable_notification") is None or checks.flag(body, "enable_notification"),
        shown=shown,
        order_shown={**urls, "integration_mode": mode},
    )


def check(terms: Terms, now: datetime, *, known: Plan | None = None) -> None:
    """Refuse a plan that takes no subscriptions, and terms that contradict each other."""
    plan = terms.plan
    if plan is not known and plan.status(now) != "ACTIVE":
        not_allowed(f"the plan is {plan.status(now)}, not ACTIVE")
    if terms.end - terms.start <= timedelta(days=plan.trial_days or 0):
        invalid("end_date must be after start_date and the trial")
    if plan.frequency == "OT" and terms.end - terms.start > LONGEST_ONE_TIME:
        invalid("end_date of a one-time mandate must be at most 60 days after start_date")
    if plan.amount.value * (terms.quantity or 1) > plan.max_limit.value:
        invalid("quantity times the amount of the plan is more than its max_limit_amount")
