"""A subscription: where it stands, what its debits do to it, and how the gateway writes it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Final

import attrs

from pinelabs_async.sandbox.gateway.mandate_object import Mandate
from pinelabs_async.sandbox.gateway.mandate_request import new_id, written
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.plan_object import Plan, plan_json
from pinelabs_async.sandbox.gateway.presentation_object import Presentations
from pinelabs_async.sandbox.state import Amount, Json, Order

UNREGISTERED: Final = ("CREATED", "INACTIVE")
"""The payer has not approved the mandate, or the bank has not."""
OVER: Final = (
    "CANCELLING",
    "CANCELLED",
    "CANCELLED_BY_CUSTOMER_DURING_MANDATE_CREATION",
    "COMPLETED",
    "EXPIRED",
)
"""Nothing can happen any more but the end itself."""
# The published sample of SUBSCRIPTION_HALTED prints INACTIVE.
_TOLD_AS: Final = {"SUBSCRIPTION_HALTED": "INACTIVE"}


@attrs.define(kw_only=True, eq=False)
class Subscription(Mandate):
    """One subscription."""

    retries: ClassVar[int] = 3

    reference: str
    plan: Plan
    """The terms that it was made with; the plan may have changed since."""
    quantity: int | None = None
    customer_id: str
    start: datetime
    end: datetime
    order: Order
    """The order that registers the mandate."""
    notify: bool
    """Whether the merchant wants webhooks about it."""
    registered: bool = False
    live_at: datetime | None = None
    """When its trial ends, once it is registered."""
    before: str = ""
    """Where it stood before a change that waits for consent."""
    terms: int = 0
    """Counts its changes, so that what was scheduled under older terms does not happen."""
    shown: Json
    """Members of every answer that are told back as they were given."""
    created_at: datetime
    modified_at: datetime

    @property
    def paused(self) -> bool:
        """Whether no debit happens for now."""
        return self.status in ("PAUSED", "RESUMING")

    @property
    def live(self) -> bool:
        """Whether debits happen."""
        return self.status in ("ACTIVE", "RESUMED", "UPDATING", "DEBIT_FAILED")

    @property
    def due(self) -> Amount:
        """What is debited each time."""
        return Amount(self.plan.amount.value * (self.quantity or 1), self.plan.amount.currency)

    @property
    def trial(self) -> timedelta:
        """How long nothing is debited."""
        return timedelta(days=self.plan.trial_days or 0)

    @property
    def standing(self) -> str:
        """Where it stands, or will when a change that waits for consent is decided."""
        return self.before if self.status == "UPDATING" else self.status

    def stand(self, status: str) -> None:
        """Let it stand elsewhere, without touching a change that waits for consent."""
        if self.status == "UPDATING":
            self.before = status
        else:
            self.move(status)

    def move(self, status: str, event: str | None = None) -> None:
        """Let it stand elsewhere, and tell the merchant."""
        self.become(status)
        self.modified_at = self.call.state.clock.now()
        if event is not None:
            self.tell(event)

    def tell(self, event: str) -> None:
        """Send the merchant a webhook, unless they want none."""
        if self.notify:
            told = {"subscription": event_json(self, _TOLD_AS.get(event, self.status))}
            merchant_id = self.call.merchant.credentials.merchant_id
            self.call.tell(event, told, event_id=new_id(self.call, "event"), merchant_id=merchant_id)

    def charged(self) -> None:
        """Go on after a debit; the one debit of a one-time mandate ends it."""
        if self.standing == "HALTED" or (self.standing == "DEBIT_FAILED" and not self._awaits_retry()):
            self.stand("ACTIVE")
        self.tell("SUBSCRIPTION_CHARGED")
        if self.plan.frequency == "OT" and self.status not in OVER:
            self.move("COMPLETED", "SUBSCRIPTION_COMPLETED")

    def failed(self, *, again: bool) -> None:
        """Wait for the next try, or halt after the last one."""
        if self.status in OVER or self.paused:
            return
        self.stand("DEBIT_FAILED" if again else "HALTED")
        if not again:
            self.tell("SUBSCRIPTION_HALTED")

    def _awaits_retry(self) -> bool:
        """Tell whether another debit waits for the merchant's retry, which is for DEBIT_FAILED alone."""
        held = self.call.merchant.store(Presentations).of(self)
        return any(debit.merchant_retry and debit.can_retry for debit in held)


@attrs.define
class Subscriptions:
    """A merchant's subscriptions."""

    by_id: dict[str, Subscription] = attrs.field(factory=dict[str, Subscription])
    by_reference: dict[str, Subscription] = attrs.field(factory=dict[str, Subscription])

    def keep(self, subscription: Subscription) -> None:
        """Remember a new subscription."""
        self.by_id[subscription.id] = self.by_reference[subscription.reference] = subscription

    def get(self, subscription_id: str) -> Subscription:
        """Return the subscription with the gateway's id, or refuse."""
        return self.by_id.get(subscription_id) or no_match()


def subscription_json(subscription: Subscription, now: datetime) -> Json:
    """Return a subscription in its documented shape, as every operation but its creation answers it."""
    order = subscription.order
    quantity = {} if subscription.quantity is None else {"quantity": subscription.quantity}
    return {
        "order_id": order.id,
        "subscription_id": subscription.id,
        "merchant_subscription_reference": subscription.reference,
        "enable_notification": subscription.notify,
        "plan_details": plan_json(subscription.plan, now),
        **quantity,
        "start_date": written(subscription.start),
        "end_date": written(subscription.end),
        "customer_id": subscription.customer_id,
        "payment_mode": "UPI" if subscription.registered else None,
        **subscription.shown,
        "status": subscription.status,
        "created_at": written(subscription.created_at),
        "modified_at": written(subscription.modified_at),
        "order_amount": order.amount.as_json(),
    }


def event_json(subscription: Subscription, status: str) -> Json:
    """Return a subscription as webhooks have it: an older shape, with other names."""
    answer = subscription_json(subscription, subscription.modified_at)
    plan = answer["plan_details"]
    return {
        **_only(answer, ("subscription_id",)),
        "merchant_order_reference": subscription.reference,
        **_only(answer, ("enable_notification",)),
        "plan_details": {
            **_only(plan, ("plan_id", "plan_name", "plan_description")),
            "frequency_count": 1,
            **_only(plan, ("frequency", "amount", "max_limit_amount", "trial_period_in_days")),
            **_only(plan, ("start_date", "end_date", "merchant_metadata")),
            "merchant_order_reference": subscription.plan.reference,
            **_only(plan, ("created_at", "modified_at")),
        },
        "quantity": subscription.quantity or 1,
        **_only(answer, ("start_date", "end_date", "customer_id")),
        "payment_mode": ["UPI"],
        **_only(answer, ("integration_mode", "merchant_metadata")),
        "status": status,
        **_only(answer, ("bank_account", "created_at", "modified_at")),
    }


def _only(members: Json, names: Iterable[str]) -> Json:
    return {name: members[name] for name in names if name in members}
