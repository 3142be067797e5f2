"""The life of a subscription: registered by an order, debited by the calendar, ended by its date.

How long the bank and the payer take is undocumented but for the four hours of a registration: the
spans here are the sandbox's own, as is the first debit as soon as the trial and the notice before it allow.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import attrs

from pinelabs_async.sandbox.call import Call
from pinelabs_async.sandbox.gateway import attempts, refunds
from pinelabs_async.sandbox.gateway.debits import DELIVERY, LEAD, announce
from pinelabs_async.sandbox.gateway.mandate_request import new_id
from pinelabs_async.sandbox.gateway.plan_object import FREQUENCIES, Period
from pinelabs_async.sandbox.gateway.presentation_object import Presentation, Presentations
from pinelabs_async.sandbox.gateway.subscription_object import OVER, UNREGISTERED, Subscription
from pinelabs_async.sandbox.state import Amount, Json, Order

REGISTRATION_TAKES: Final = timedelta(hours=4)
TOKEN_DEBIT: Final = 200
"""Paisa that are debited and given back where a plan charges nothing at the registration."""
_LIVE: Final = ("ACTIVE", "TRIAL", "RESUMED", "UPDATING")


def _report(order: "Registration", _: object, status: str) -> str:
    order.follow(status)
    return status


@attrs.define(kw_only=True)
class Registration(Order):
    """The order that a payer approves a mandate by: what it is for follows wherever it stands."""

    status: str = attrs.field(on_setattr=_report)
    follow: Callable[[str], None] = attrs.field(eq=False, repr=False, default=lambda _: None)


def registration(call: Call, reference: str, amount: Amount, shown: Json) -> Registration:
    """Make an order that waits for the payer's UPI app."""
    now = call.state.clock.now()
    order = Registration(
        id=call.state.new_order_id(),
        reference=reference,
        status="CREATED",
        amount=amount,
        shown={**shown, "allowed_payment_methods": ["UPI"]},
        created_at=now,
        updated_at=now,
    )
    call.merchant.orders[order.id] = call.merchant.charges[reference] = order
    return order


def begin(subscription: Subscription, order: Registration) -> None:
    """Let a new subscription live by its order and its dates."""
    order.follow = lambda status: _follow(subscription, status)
    end_on_time(subscription)


def _follow(subscription: Subscription, status: str) -> None:
    if subscription.registered:
        return
    if status == "PENDING":
        _await_bank(subscription)
    if status == "PROCESSED":
        _register(subscription)
    elif subscription.status in UNREGISTERED and status in _FOLLOWS:
        subscription.move(_FOLLOWS[status])


_FOLLOWS: Final = {
    "PENDING": "CREATED",
    "ATTEMPTED": "INACTIVE",
    "FAILED": "INACTIVE",
    "CANCELLED": "CANCELLED_BY_CUSTOMER_DURING_MANDATE_CREATION",
}


def end_on_time(subscription: Subscription) -> None:
    """End a subscription at its end date, unless it is moved."""
    state, end = subscription.call.state, subscription.end

    def act() -> None:
        if subscription.end != end or subscription.status in OVER:
            return
        if subscription.status in _LIVE:
            close(subscription, "COMPLETED", "SUBSCRIPTION_COMPLETED")
        else:
            close(subscription, "EXPIRED")

    state.clock.at(end, act)


def close(subscription: Subscription, status: str, event: str | None = None) -> None:
    """End a subscription, and all of it that no bank was asked for yet."""
    subscription.move(status, event)
    call, order = subscription.call, subscription.order
    for presentation in call.merchant.store(Presentations).of(subscription):
        presentation.cancel()
    if not subscription.registered:
        attempts.leave(call.state, order)
        order.status, order.updated_at, order.challenge_url = "CANCELLED", call.state.clock.now(), None


def schedule(subscription: Subscription) -> None:
    """Begin the debits that happen by themselves, under the terms of today."""
    subscription.terms += 1
    one_time = subscription.plan.frequency == "OT" and subscription.plan.auto_debit
    if one_time or FREQUENCIES[subscription.plan.frequency] is not None:
        soonest = subscription.call.state.clock.now() + LEAD + DELIVERY
        _await_cycle(subscription, max(subscription.live_at or subscription.start, soonest), 0)


def spent(subscription: Subscription) -> bool:
    """Tell whether this is a mandate for one debit, and the debit is under way or done."""
    held = subscription.call.merchant.store(Presentations).of(subscription)
    return subscription.plan.frequency == "OT" and any(presentation.owed for presentation in held)


def _await_bank(subscription: Subscription) -> None:
    """Give up a registration that nobody has answered in time."""
    call, order = subscription.call, subscription.order
    payment = order.payments[-1]

    def act() -> None:
        asked = attempts.with_payment(call, call.merchant, payment.id)
        if payment.status == "PENDING" and subscription.status == "CREATED" and asked is not None:
            subscription.move("EXPIRED")
            attempts.fail(call, asked, attempts.error("PAYMENT_EXPIRED"), final=True)

    call.state.clock.at(call.state.clock.now() + REGISTRATION_TAKES, act)


def _register(subscription: Subscription) -> None:
    """Let the mandate begin: it is live, or in its trial."""
    state, plan = subscription.call.state, subscription.plan
    now = state.clock.now()
    subscription.registered = True
    subscription.live_at = max(subscription.start, now) + subscription.trial
    # What is approved is the most that a debit may be; what is taken now is less.
    charged = plan.initial or Amount(TOKEN_DEBIT, plan.amount.currency)
    approved = next(payment for payment in subscription.order.payments if payment.status == "PROCESSED")
    approved.amount = charged
    if plan.initial is None:
        state.clock.at(now, lambda: _give_back(subscription, charged))
    if subscription.trial:
        state.clock.at(subscription.live_at, lambda: _end_trial(subscription))
    if subscription.status in UNREGISTERED and subscription.trial:
        subscription.move("TRIAL")
    elif subscription.status in UNREGISTERED:
        subscription.move("ACTIVE", "SUBSCRIPTION_ACTIVATED")
    schedule(subscription)


def _give_back(subscription: Subscription, charged: Amount) -> None:
    """Refund what was debited for nothing but the registration."""
    order = subscription.order
    body = {"merchant_order_reference": f"{order.id}-back", "order_amount": charged.as_json()}
    refunds.create(
        attrs.evolve(subscription.call, operation="bank.refund", path={"order_id": order.id}, body=body)
    )


def _end_trial(subscription: Subscription) -> None:
    if subscription.standing == "TRIAL":
        subscription.stand("ACTIVE")
        subscription.tell("SUBSCRIPTION_ACTIVATED")


def _await_cycle(subscription: Subscription, first: datetime, number: int) -> None:
    """Wait for the notice of a debit, counted from 0, if it is due before the end."""
    terms, plan = subscription.terms, subscription.plan
    due = nth_due(first, FREQUENCIES[plan.frequency], number)

    def act() -> None:
        if subscription.terms != terms or subscription.status in OVER:
            return
        if plan.frequency != "OT":
            _await_cycle(subscription, first, number + 1)
        if subscription.status in _LIVE and not spent(subscription):
            _present(subscription, due)

    if due < subscription.end:
        subscription.call.state.clock.at(due - LEAD - DELIVERY, act)


def _present(subscription: Subscription, due: datetime) -> None:
    """Debit what the plan says; the reference of such a debit is undocumented."""
    call = subscription.call
    presentation = Presentation(
        id=(made := new_id(call, "bil")),
        reference=made,
        mandate=subscription,
        amount=subscription.due,
        due=due,
    )
    call.merchant.store(Presentations).keep(presentation)
    announce(presentation)


def nth_due(first: datetime, period: Period | None, times: int) -> datetime:
    """Return a time some periods later: in a short month its last day stands for the missing one."""
    if period is None or not times:
        return first
    year, month = divmod(first.year * 12 + first.month - 1 + period.months * times, 12)
    day = min(first.day, monthrange(year, month + 1)[1])
    return first.replace(year=year, month=month + 1, day=day) + timedelta(days=period.days * times)
