"""Create, Get, List and Delete Presentation, Subscription Notification, Create Debit, Merchant Retry.

A deleted presentation is CANCELLED and can still be read. With Create Presentation the gateway tells
the payer and debits; with Subscription Notification the merchant asks for the debit when the notice is
delivered. Who tries a failed debit again is the merchant where they said `is_merchant_retry`, else the gateway.
"""

from collections.abc import Sequence
from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway import debits, listing, mandates
from pinelabs_async.sandbox.gateway.mandate_object import Mandate
from pinelabs_async.sandbox.gateway.mandate_request import (
    PREFIX,
    new_id,
    one_of,
    optional_time,
    refusing,
    required_time,
)
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.plan_object import BY_MERCHANT
from pinelabs_async.sandbox.gateway.presentation_object import (
    Presentation,
    Presentations,
    debit_json,
    detail_json,
    notice_json,
)
from pinelabs_async.sandbox.gateway.subscription_object import Subscription, Subscriptions
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Amount, Json

_SUBSCRIPTIONS: Final = f"{PREFIX}/subscriptions"
_PATH: Final = f"{PREFIX}/presentations"
# RESUMED is not named with the others, and is what a pause of an active one ends in.
_DEBITABLE: Final = ("ACTIVE", "HALTED", "RESUMED")


def create(call: Call) -> Json:
    """Order a debit: the payer is told, and debited when it is due."""
    body = call.body
    reference = checks.required_reference(body, "merchant_presentation_reference")
    amount = checks.amount(body, "amount")
    due = optional_time(body, "due_date") or call.state.clock.now() + debits.LEAD + debits.DELIVERY
    named = checks.optional_text(body, "subscription_id")
    subscription = call.merchant.store(Subscriptions).get(call.path["subscription_id"])
    if named not in (None, subscription.id):
        invalid("subscription_id of the body and of the path differ")
    existing = repeated(call, reference)
    if existing is not None:
        return debit_json(existing)
    _check(subscription, amount)
    presentation = Presentation(
        id=new_id(call, "bil"), reference=reference, mandate=subscription, amount=amount, due=due
    )
    keep(call, presentation)
    debits.announce(presentation)
    return debit_json(presentation)


def notify(call: Call) -> Json:
    """Tell the payer of a debit that the merchant will ask for."""
    body = call.body
    reference = checks.required_reference(body, "merchant_presentation_reference")
    amount, due = checks.amount(body, "amount"), required_time(body, "due_date")
    merchant_retry = checks.flag(body, "is_merchant_retry")
    subscription = call.merchant.store(Subscriptions).get(checks.required_text(body, "subscription_id"))
    existing = repeated(call, reference)
    if existing is not None:
        return notice_json(existing)
    _check(subscription, amount)
    presentation = Presentation(
        id=new_id(call, "bil"),
        reference=reference,
        mandate=subscription,
        amount=amount,
        due=due,
        by_merchant=True,
        merchant_retry=merchant_retry,
    )
    keep(call, presentation)
    debits.announce(presentation)
    return notice_json(presentation)


def execute(call: Call) -> Json:
    """Take a debit whose notice is delivered."""
    # The reference page has a text here, where the notice has a boolean.
    retry = checks.optional_text(call.body, "is_merchant_retry")
    one_of(retry or "false", "is_merchant_retry", ("true", "false"))
    presentation = _named(call)
    mandate = presentation.mandate
    if not presentation.by_merchant or not presentation.waiting:
        not_allowed(f"the presentation is {presentation.status}, and does not wait for its execution")
    if presentation.notice != "NOTIFIED":
        not_allowed(f"the notice is {presentation.notice}, not NOTIFIED")
    _require(mandate, _DEBITABLE)
    if retry is not None:
        presentation.merchant_retry = retry == "true"
    _record(call, presentation)
    debits.debit(presentation)
    return debit_json(presentation)


def retry(call: Call) -> Json:
    """Try a failed debit again, where the merchant said that they would."""
    presentation = _named(call)
    if not presentation.merchant_retry:
        not_allowed("is_merchant_retry was not true on the debit")
    if not presentation.can_retry:
        not_allowed(f"the presentation is {presentation.status} after {presentation.failures} failures")
    _require(presentation.mandate, ("DEBIT_FAILED",))
    _record(call, presentation)
    debits.debit(presentation)
    return debit_json(presentation)


def get(call: Call) -> Json:
    """Return a debit by the gateway's id."""
    return detail_json(call.merchant.store(Presentations).get(call.path["presentation_id"]))


def get_by_reference(call: Call) -> Json:
    """Return a debit by the merchant's reference."""
    held = call.merchant.store(Presentations).by_reference
    return detail_json(held.get(call.path["merchant_presentation_reference"]) or no_match())


def list_of_subscription(call: Call) -> Json:
    """List the debits of a subscription."""
    subscription = call.merchant.store(Subscriptions).get(call.path["subscription_id"])
    held = call.merchant.store(Presentations).of(subscription)
    path = f"{_SUBSCRIPTIONS}/{subscription.id}/presentations"
    return listing.page(call, path, "presentations", [detail_json(presentation) for presentation in held])


def delete(call: Call) -> Answered:
    """Withdraw a debit that no bank was asked for yet."""
    presentation = call.merchant.store(Presentations).get(call.path["presentation_id"])
    if not presentation.waiting:
        not_allowed(f"the presentation is {presentation.status}")
    _record(call, presentation)
    presentation.cancel()
    return Answered()


def repeated(call: Call, reference: str) -> Presentation | None:
    """Return what a repeated reference already made, where this gateway returns it, or refuse."""
    existing = call.merchant.store(Presentations).by_reference.get(reference)
    if existing is not None and call.state.settings.duplicate_references == "refuse":
        raise Refusal("DUPLICATE_REQUEST")
    return existing


def keep(call: Call, presentation: Presentation) -> None:
    """Remember a new debit."""
    call.merchant.store(Presentations).keep(presentation)
    _record(call, presentation)


def _check(subscription: Subscription, amount: Amount) -> None:
    """Refuse a debit that the mandate does not allow."""
    plan = subscription.plan
    if plan.frequency not in BY_MERCHANT:
        not_allowed(f"debits of frequency {plan.frequency} happen by themselves")
    _require(subscription, _DEBITABLE)
    if mandates.spent(subscription):
        not_allowed("a one-time mandate has one debit")
    if amount.currency != plan.max_limit.currency:
        invalid("amount must be in the currency of the plan")
    if amount.value > plan.max_limit.value:
        raise Refusal(
            "AMOUNT_LIMIT_EXCEEDED",
            details={"source": "INTERNAL", "reason": "the debit is more than the max_limit_amount"},
        )


def _require(mandate: Mandate, statuses: Sequence[str]) -> None:
    if mandate.status not in statuses:
        not_allowed(f"the subscription is {mandate.status}, not one of {', '.join(statuses)}")


def _named(call: Call) -> Presentation:
    """Return the debit that the body names by one or both of its ids."""
    presentation_id = checks.optional_text(call.body, "presentation_id")
    reference = checks.optional_reference(call.body, "merchant_presentation_reference")
    store = call.merchant.store(Presentations)
    if presentation_id:
        found = store.get(presentation_id)
        if reference not in (None, found.reference):
            invalid("presentation_id and merchant_presentation_reference are of two presentations")
        return found
    if reference is None:
        invalid("presentation_id or merchant_presentation_reference is required")
    return store.by_reference.get(reference) or no_match()


def _record(call: Call, presentation: Presentation) -> None:
    call.executed(reference=presentation.reference, amount=presentation.amount)


ROUTES: Final = (
    Route("presentations.create", "POST", f"{_SUBSCRIPTIONS}/{{subscription_id}}/presentations", create),
    Route(
        "presentations.list",
        "GET",
        f"{_SUBSCRIPTIONS}/{{subscription_id}}/presentations",
        refusing(list_of_subscription, 400),
        reads="nothing",
    ),
    Route("presentations.notify", "POST", f"{_SUBSCRIPTIONS}/notify", refusing(notify, 400)),
    Route("presentations.execute", "POST", f"{_SUBSCRIPTIONS}/execute", refusing(execute, 400)),
    Route("presentations.retry", "POST", "/ps/api/v1/mandate/merchant-retry", refusing(retry, 400)),
    Route(
        "presentations.get_by_reference",
        "GET",
        f"{_PATH}/reference/{{merchant_presentation_reference}}",
        refusing(get_by_reference, 400),
        reads="nothing",
    ),
    Route("presentations.get", "GET", f"{_PATH}/{{presentation_id}}", get, reads="nothing"),
    Route("presentations.delete", "DELETE", f"{_PATH}/{{presentation_id}}", delete, reads="nothing"),
)
