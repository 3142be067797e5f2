"""A plan: what a subscription costs, how often, and how the gateway writes it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from pinelabs_async.sandbox.gateway.mandate_request import written
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.problems import invalid
from pinelabs_async.sandbox.state import Amount, Json


@attrs.frozen(kw_only=True)
class Period:
    """The time between two debits."""

    days: int = 0
    months: int = 0


FREQUENCIES: Final[Mapping[str, Period | None]] = {
    "Day": Period(days=1),
    "Week": Period(days=7),
    "Month": Period(months=1),
    "Year": Period(months=12),
    "Bi-Monthly": Period(months=2),
    "Quarterly": Period(months=3),
    "Half-Yearly": Period(months=6),
    "AS": None,
    "OT": None,
    "Not Applicable": None,
}
"""How often: None where no time passes by itself."""
BY_MERCHANT: Final = ("AS", "OT")
"""The frequencies whose debits the merchant asks for."""


@attrs.frozen(kw_only=True)
class Plan:
    """One plan as it stands; a changed one is another, so that subscriptions keep their terms."""

    id: str
    reference: str
    name: str
    description: str | None = None
    frequency: str
    amount: Amount
    max_limit: Amount
    initial: Amount | None = None
    trial_days: int | None = None
    start: datetime
    end: datetime
    notes: Json | None = None
    auto_debit: bool | None = None
    created_at: datetime
    modified_at: datetime

    def status(self, now: datetime) -> str:
        """Tell whether subscriptions can be made of it."""
        if now < self.start:
            return "CREATED"
        return "ACTIVE" if now < self.end else "INACTIVE"

    def check(self) -> "Plan":
        """Return the plan, or refuse amounts that contradict each other."""
        amounts = [amount for amount in (self.amount, self.initial) if amount is not None]
        if any(amount.currency != self.max_limit.currency for amount in amounts):
            invalid("the amounts of a plan must be in one currency")
        if any(amount.value > self.max_limit.value for amount in amounts):
            invalid("max_limit_amount is the most that a debit may be")
        if self.initial is not None and self.frequency == "OT":
            invalid("initial_debit_amount is for frequencies other than OT")
        return self


@attrs.define
class Plans:
    """A merchant's plans."""

    by_id: dict[str, Plan] = attrs.field(factory=dict[str, Plan])
    by_reference: dict[str, Plan] = attrs.field(factory=dict[str, Plan])

    def keep(self, plan: Plan) -> None:
        """Remember a plan as it stands now."""
        self.by_id[plan.id] = self.by_reference[plan.reference] = plan

    def drop(self, plan: Plan) -> None:
        """Forget a plan."""
        del self.by_id[plan.id], self.by_reference[plan.reference]

    def get(self, plan_id: str) -> Plan:
        """Return the plan with the gateway's id, or refuse."""
        return self.by_id.get(plan_id) or no_match()


def plan_json(plan: Plan, now: datetime) -> Json:
    """Return a plan in its documented shape: no envelope, and only what was given or came about."""
    members: Json = {
        "plan_id": plan.id,
        "status": plan.status(now),
        "plan_name": plan.name,
        "plan_description": plan.description,
        "frequency": plan.frequency,
        "amount": plan.amount.as_json(),
        "max_limit_amount": plan.max_limit.as_json(),
        "trial_period_in_days": plan.trial_days,
        "start_date": written(plan.start),
        "end_date": written(plan.end),
        "merchant_metadata": plan.notes,
        "merchant_plan_reference": plan.reference,
        "created_at": written(plan.created_at),
        "modified_at": written(plan.modified_at),
        "initial_debit_amount": plan.initial and plan.initial.as_json(),
        "auto_debit_ot": plan.auto_debit,
    }
    return {name: value for name, value in members.items() if value is not None}
