"""The plan as the gateway answers it: by itself, and inside a subscription."""

from collections.abc import Mapping

from pinelabs_async.api.common import Timestamp
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, shape


class Frequency(OpenEnum):
    """Say how often a plan's amount is due, and who drives the debits."""

    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"
    YEAR = "Year"
    BI_MONTHLY = "Bi-Monthly"
    QUARTERLY = "Quarterly"
    HALF_YEARLY = "Half-Yearly"
    AS_PRESENTED = "AS"
    """Whenever you debit: with ``presentations.create``, or ``presentations.notify`` and ``.execute``."""
    ONE_TIME = "OT"
    """Once, driven by you as with ``AS``."""
    NOT_APPLICABLE = "Not Applicable"


class PlanStatus(OpenEnum):
    """Say whether a plan takes subscriptions."""

    CREATED = "CREATED"
    """Accepted; its start is still ahead."""
    ACTIVE = "ACTIVE"
    """Accepted and started: subscriptions can be made."""
    INACTIVE = "INACTIVE"
    """Disabled, or past its end."""
    EXPIRED = "EXPIRED"
    """Listed in the vendor's guide only."""
    PAUSED = "PAUSED"
    """Listed in the vendor's guide only."""
    ARCHIVED = "ARCHIVED"
    """Listed in the vendor's guide only."""


@shape
class Plan(Answer):
    """Hold a plan. Inside a subscription any of it may be missing.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-plans/create-plan
    """

    plan_id: str
    """The gateway's id of the plan, e.g. ``v1-pla-250612061639-aa-666Zge``."""
    status: PlanStatus
    """Whether subscriptions can be made of it."""
    plan_name: str | None = None
    """Its name."""
    plan_description: str | None = None
    """What it is."""
    frequency: Frequency | None = None
    """How often the amount is due."""
    amount: Money | None = None
    """What is due each time, in paisa."""
    max_limit_amount: Money | None = None
    """The most that one debit may be, in paisa."""
    initial_debit_amount: Money | None = None
    """What is taken when the customer approves, in paisa."""
    trial_period_in_days: int | None = None
    """Days before the first debit."""
    start_date: Timestamp | None = None
    """From when subscriptions can be made."""
    end_date: Timestamp | None = None
    """After this no subscription can be made."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes."""
    merchant_plan_reference: str | None = None
    """Your reference of the plan."""
    auto_debit_ot: bool | None = None
    """``OT`` only: whether Pine Labs drives the one debit."""
    created_at: Timestamp | None = None
    """When it was made; left out inside a subscription."""
    modified_at: Timestamp | None = None
    """When it changed last; left out inside a subscription."""
