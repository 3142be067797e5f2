"""Create, Get, List, Update, Pause, Resume and Cancel Subscription.

The payer's consent to a change, and the bank's to a resumption or a cancellation, come by themselves
after a while. A change whose reason is REFUSED is one that the payer refuses: the sandbox's own.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway import listing, mandates
from pinelabs_async.sandbox.gateway.checkout import Checkouts
from pinelabs_async.sandbox.gateway.mandate_request import (
    PREFIX,
    new_id,
    optional_limited,
    optional_time,
    refusing,
    required_limited,
)
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.plan_object import Plans
from pinelabs_async.sandbox.gateway.subscription_object import (
    OVER,
    Subscription,
    Subscriptions,
    subscription_json,
)
from pinelabs_async.sandbox.gateway.subscription_request import URLS, Terms, check, read
from pinelabs_async.sandbox.problems import Refusal, not_allowed
from pinelabs_async.sandbox.state import Json

REFUSED: Final = "SANDBOX-REJECTED"
TAKES: Final = timedelta(minutes=5)
_PATH: Final = f"{PREFIX}/subscriptions"
_PAUSABLE: Final = ("ACTIVE", "INACTIVE", "TRIAL", "RESUMED")
_RESUMABLE: Final = ("PAUSED", "HALTED")
_CHANGEABLE: Final = ("ACTIVE", "TRIAL", "RESUMED", "HALTED")


def create(call: Call) -> Answered:
    """Make a subscription, and the order by which the payer approves its mandate; no money moves."""
    body, merchant, now = call.body, call.merchant, call.state.clock.now()
    reference = checks.required_reference(body, "merchant_subscription_reference")
    wanted = read(call)
    subscriptions = merchant.store(Subscriptions)
    existing = subscriptions.by_reference.get(reference)
    if existing is not None:
        if call.state.settings.duplicate_references == "refuse":
            raise Refusal("DUPLICATE_REQUEST")
        return Answered(status=201, body=_created_json(existing))
    check(wanted, now)
    order = mandates.registration(call, new_id(call, "sub"), wanted.plan.max_limit, wanted.order_shown)
    subscription = Subscription(
        id=order.reference,
        call=call,
        reference=reference,
        plan=wanted.plan,
        quantity=wanted.quantity,
        customer_id=wanted.customer_id,
        start=wanted.start,
        end=wanted.end,
        order=order,
        notify=wanted.notify,
        shown=wanted.shown,
        created_at=now,
        modified_at=now,
    )
    subscriptions.keep(subscription)
    if subscription.shown["integration_mode"] == "REDIRECT":
        merchant.store(Checkouts).by_token[secrets.token_urlsafe(24)] = order
    mandates.begin(subscription, order)
    call.executed(reference=reference, order_id=order.id, amount=order.amount)
    subscription.tell("SUBSCRIPTION_PENDING")
    return Answered(status=201, body=_created_json(subscription))


def get(call: Call) -> Json:
    """Return a subscription by the gateway's id."""
    return _json(_find(call))


def get_by_reference(call: Call) -> Json:
    """Return a subscription by the merchant's reference."""
    held = call.merchant.store(Subscriptions).by_reference
    return _json(held.get(call.path["merchant_subscription_reference"]) or no_match())


def list_all(call: Call) -> Json:
    """List the subscriptions that the filters let through."""
    held = call.merchant.store(Subscriptions).by_id.values()
    found = listing.chosen(call, held, _terms)
    return listing.page(call, _PATH, "subscriptions", [_json(subscription) for subscription in found])


def update(call: Call) -> Json:
    """Ask the payer to consent to another plan or another end."""
    body = call.body
    reason = required_limited(body, "reason", 500)
    plan_id = optional_limited(body, "new_plan_id", 50)
    end = optional_time(body, "new_end_date")
    subscription = _find(call)
    _require(subscription, _CHANGEABLE)
    plan = call.merchant.store(Plans).get(plan_id) if plan_id else subscription.plan
    changed = Terms(plan, subscription.quantity, subscription.start, end or subscription.end)
    check(changed, call.state.clock.now(), known=subscription.plan)
    _record(call, subscription)
    if plan is not subscription.plan or changed.end != subscription.end:
        subscription.before = subscription.status
        subscription.move("UPDATING")
        _soon(subscription, lambda: _consent(subscription, changed, reason))
    return _json(subscription)


def pause(call: Call) -> Json:
    """Let no debit happen until it is resumed."""
    subscription = _find(call)
    _require(subscription, _PAUSABLE)
    _record(call, subscription)
    subscription.move("PAUSED", "SUBSCRIPTION_PAUSED")
    return _json(subscription)


def resume(call: Call) -> Json:
    """Let debits happen again, once the bank has agreed."""
    subscription = _find(call)
    _require(subscription, _RESUMABLE)
    _record(call, subscription)
    subscription.move("RESUMING")
    _soon(subscription, lambda: _resumed(subscription))
    return _json(subscription)


def cancel(call: Call) -> Json:
    """End a subscription for good; a mandate that exists is revoked by the bank first."""
    subscription = _find(call)
    if subscription.status in OVER:
        not_allowed(f"the subscription is {subscription.status}")
    _record(call, subscription)
    if not subscription.registered:
        mandates.close(subscription, "CANCELLED", "SUBSCRIPTION_CANCELLED")
        return _json(subscription)
    mandates.close(subscription, "CANCELLING")
    _soon(subscription, lambda: subscription.move("CANCELLED", "SUBSCRIPTION_CANCELLED"))
    return _json(subscription)


def _consent(subscription: Subscription, changed: Terms, reason: str) -> None:
    if reason == REFUSED:
        subscription.move(subscription.before, "SUBSCRIPTION_UPDATE_FAILED")
        return
    other = changed.plan is not subscription.plan
    subscription.plan = changed.plan
    if changed.end != subscription.end:
        subscription.end = changed.end
        mandates.end_on_time(subscription)
    subscription.move(subscription.before, "SUBSCRIPTION_UPDATED")
    if other:
        mandates.schedule(subscription)


def _resumed(subscription: Subscription) -> None:
    live_at = subscription.live_at
    if live_at is None:
        status = "INACTIVE"
    else:
        status = "TRIAL" if live_at > subscription.call.state.clock.now() else "RESUMED"
    subscription.move(status, "SUBSCRIPTION_RESUMED")


def _soon(subscription: Subscription, act: Callable[[], None]) -> None:
    """Let something happen in a while, if the subscription still stands where it stands now."""
    clock, status = subscription.call.state.clock, subscription.status

    def if_it_fits() -> None:
        if subscription.status == status:
            act()

    clock.at(clock.now() + TAKES, if_it_fits)


def _find(call: Call) -> Subscription:
    return call.merchant.store(Subscriptions).get(call.path["subscription_id"])


def _require(subscription: Subscription, statuses: Sequence[str]) -> None:
    if subscription.status not in statuses:
        not_allowed(f"the subscription is {subscription.status}, not one of {', '.join(statuses)}")


def _record(call: Call, subscription: Subscription) -> None:
    call.executed(reference=subscription.reference, order_id=subscription.order.id)


def _terms(subscription: Subscription) -> listing.Terms:
    exact = {
        "plan_id": subscription.plan.id,
        "status": subscription.status,
        "frequency": subscription.plan.frequency,
    }
    return listing.Terms(subscription.start, subscription.end, subscription.plan.amount, exact)


def _json(subscription: Subscription) -> Json:
    return subscription_json(subscription, subscription.call.state.clock.now())


def _created_json(subscription: Subscription) -> Json:
    """Return what only the creation answers: the page to go to, and a plan without its own times."""
    call, order = subscription.call, subscription.order
    answer = _json(subscription)
    tokens = call.merchant.store(Checkouts).by_token
    token = next((token for token, held in tokens.items() if held is order), None)
    page = f"{call.state.base_url}/checkout/{token}?subscription_id={subscription.id}"
    return {
        **{name: order.shown[name] for name in URLS if name in order.shown},
        **({} if token is None else {"redirect_url": page}),
        **answer,
        "plan_details": {**answer["plan_details"], "created_at": None, "modified_at": None},
    }


ROUTES: Final = (
    Route("subscriptions.create", "POST", _PATH, refusing(create, 422, 404)),
    Route("subscriptions.list", "GET", _PATH, list_all, reads="nothing"),
    Route(
        "subscriptions.get_by_reference",
        "GET",
        f"{_PATH}/reference/{{merchant_subscription_reference}}",
        get_by_reference,
        reads="nothing",
    ),
    Route("subscriptions.get", "GET", f"{_PATH}/{{subscription_id}}", get, reads="nothing"),
    Route("subscriptions.update", "PATCH", f"{_PATH}/{{subscription_id}}", update),
    Route("subscriptions.pause", "POST", f"{_PATH}/{{subscription_id}}/pause", pause, reads="nothing"),
    Route("subscriptions.resume", "POST", f"{_PATH}/{{subscription_id}}/resume", resume, reads="nothing"),
    Route(
        "subscriptions.cancel",
        "POST",
        f"{_PATH}/{{subscription_id}}/cancel",
        refusing(cancel, 400),
        reads="nothing",
    ),
)
