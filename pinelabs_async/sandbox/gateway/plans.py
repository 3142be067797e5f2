"""Create, Get, List, Update and Delete Plan.

What becomes of a deleted plan is undocumented: here it is gone, its reference is free again, and
the subscriptions made of it go on.
"""

from datetime import datetime
from typing import Any, Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway import listing
from pinelabs_async.sandbox.gateway.mandate_request import (
    PREFIX,
    new_id,
    one_of,
    optional_count,
    optional_limited,
    optional_time,
    refusing,
    required_limited,
    required_time,
)
from pinelabs_async.sandbox.gateway.people import metadata, no_match
from pinelabs_async.sandbox.gateway.plan_object import FREQUENCIES, Plan, Plans, plan_json
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Amount, Json

_PATH: Final = f"{PREFIX}/plans"
_NAME: Final = 100
_DESCRIPTION: Final = 500
# No limit is published: this one keeps sums of days within what a calendar knows.
_MOST_TRIAL_DAYS: Final = 3_650
_FLAGS: Final = {"true": True, "false": False}


def create(call: Call) -> Json:
    """Make a plan; no money moves."""
    body, now = call.body, call.state.clock.now()
    start, end = optional_time(body, "start_date"), required_time(body, "end_date")
    if start is not None:
        _check_dates(start, end)
    plan = Plan(
        id=new_id(call, "pla"),
        reference=checks.required_reference(body, "merchant_plan_reference"),
        name=required_limited(body, "plan_name", _NAME),
        description=optional_limited(body, "plan_description", _DESCRIPTION),
        frequency=one_of(checks.required_text(body, "frequency"), "frequency", tuple(FREQUENCIES)),
        amount=checks.amount(body, "amount"),
        max_limit=checks.amount(body, "max_limit_amount"),
        initial=_optional_amount(body, "initial_debit_amount"),
        trial_days=_trial_days(body),
        start=start or now,
        end=end,
        notes=metadata(body),
        auto_debit=_auto_debit(body),
        created_at=now,
        modified_at=now,
    ).check()
    store = call.merchant.store(Plans)
    existing = store.by_reference.get(plan.reference)
    if existing is not None:
        if call.state.settings.duplicate_references == "refuse":
            raise Refusal("DUPLICATE_REQUEST")
        return plan_json(existing, now)
    store.keep(plan)
    call.executed(reference=plan.reference, amount=plan.amount)
    return plan_json(plan, now)


def get(call: Call) -> Json:
    """Return a plan by the gateway's id."""
    return plan_json(_find(call), call.state.clock.now())


def get_by_reference(call: Call) -> Json:
    """Return a plan by the merchant's reference."""
    held = call.merchant.store(Plans).by_reference
    return plan_json(held.get(call.path["merchant_plan_reference"]) or no_match(), call.state.clock.now())


def list_all(call: Call) -> Json:
    """List the plans that the filters let through."""
    now = call.state.clock.now()
    found = listing.chosen(call, call.merchant.store(Plans).by_id.values(), _terms)
    return listing.page(call, _PATH, "plans", [plan_json(plan, now) for plan in found])


def update(call: Call) -> Json:
    """Change the members that the request has, for later subscriptions."""
    body = call.body
    changes: dict[str, Any] = {
        "name": optional_limited(body, "plan_name", _NAME),
        "description": optional_limited(body, "plan_description", _DESCRIPTION),
        "amount": _optional_amount(body, "amount"),
        "max_limit": _optional_amount(body, "max_limit_amount"),
        "trial_days": _trial_days(body),
        "end": optional_time(body, "end_date"),
        "notes": metadata(body),
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if given.get("name") == "":
        invalid("plan_name must not be empty")
    now = call.state.clock.now()
    plan = attrs.evolve(_find(call), **given, modified_at=now).check()
    if "end" in given:
        _check_dates(plan.start, plan.end)
    call.merchant.store(Plans).keep(plan)
    call.executed(reference=plan.reference, amount=plan.amount)
    return plan_json(plan, now)


def delete(call: Call) -> Answered:
    """Drop a plan."""
    plan = _find(call)
    call.merchant.store(Plans).drop(plan)
    call.executed(reference=plan.reference)
    return Answered()


def _find(call: Call) -> Plan:
    return call.merchant.store(Plans).get(call.path["plan_id"])


def _check_dates(start: datetime, end: datetime) -> None:
    if end <= start:
        invalid("end_date must be after start_date")


def _terms(plan: Plan) -> listing.Terms:
    exact = {"plan_id": plan.id, "frequency": plan.frequency}
    return listing.Terms(plan.start, plan.end, plan.amount, exact)


def _trial_days(body: Json) -> int | None:
    return optional_count(body, "trial_period_in_days", least=0, most=_MOST_TRIAL_DAYS)


def _optional_amount(body: Json, name: str) -> Amount | None:
    return checks.amount(body, name) if body.get(name) is not None else None


def _auto_debit(body: Json) -> bool | None:
    """Return a flag that samples write as a boolean and the schema as a text."""
    value = body.get("auto_debit_ot")
    if isinstance(value, str) and value in _FLAGS:
        return _FLAGS[value]
    return None if value is None else checks.flag(body, "auto_debit_ot")


ROUTES: Final = (
    Route("plans.create", "POST", _PATH, create),
    Route("plans.list", "GET", _PATH, list_all, reads="nothing"),
    Route(
        "plans.get_by_reference",
        "GET",
        f"{_PATH}/reference/{{merchant_plan_reference}}",
        get_by_reference,
        reads="nothing",
    ),
    Route("plans.get", "GET", f"{_PATH}/{{plan_id}}", get, reads="nothing"),
    Route("plans.update", "PATCH", f"{_PATH}/{{plan_id}}", refusing(update, 400)),
    Route("plans.delete", "DELETE", f"{_PATH}/{{plan_id}}", delete, reads="nothing"),
)
