"""Subscriptions, reserves, and the debits of both."""

from collections.abc import Iterator
from datetime import datetime

from pinelabs_async.sandbox.board.desk import Desk
from pinelabs_async.sandbox.board.markup import fill
from pinelabs_async.sandbox.board.section import (
    Section,
    badge,
    last,
    link,
    listed,
    money,
    named,
    newest,
    time,
)
from pinelabs_async.sandbox.gateway.presentation_object import Presentations
from pinelabs_async.sandbox.gateway.reserve_object import Reserve, Reserves
from pinelabs_async.sandbox.gateway.subscription_object import Subscription, Subscriptions
from pinelabs_async.sandbox.state import Merchant


def subscriptions(desk: Desk) -> Section:
    """List the subscriptions and the reserves; the payer approves each at its order."""
    shown, total = newest(_mandates(desk), lambda place: _made(place[1]))
    return listed(
        desk,
        "subscriptions",
        "Subscriptions",
        heads=("Time", "Subscription", "For", "Amount", "Until", "Status", "Payer"),
        rows=[
            (
                owner,
                time(_made(one)),
                named(one.id, one.reference),
                one.plan.name if isinstance(one, Subscription) else one.terms["description"],
                money(one.due if isinstance(one, Subscription) else one.order.amount),
                time(one.end),
                badge(one.status),
                _payer(one),
            )
            for owner, one in shown
        ],
        total=total,
    )


def presentations(desk: Desk) -> Section:
    """List the debits."""
    held = [(owner, one) for owner in desk.merchants for one in owner.store(Presentations).by_id.values()]
    return listed(
        desk,
        "presentations",
        "Presentations",
        heads=("Due", "Presentation", "Of", "Amount", "Notice", "Failures", "Status"),
        rows=[
            (
                owner,
                time(one.due),
                named(one.id, one.reference),
                fill("<code>{id}</code>", id=one.mandate.id),
                money(one.amount),
                badge(one.pdn_status) if one.pdn_status else "",
                one.failures or "",
                badge(one.status),
            )
            for owner, one in last(held)
        ],
        total=len(held),
    )


def _mandates(desk: Desk) -> Iterator[tuple[Merchant, Subscription | Reserve]]:
    for owner in desk.merchants:
        for subscription in owner.store(Subscriptions).by_id.values():
            yield owner, subscription
        for reserve in owner.store(Reserves).by_id.values():
            yield owner, reserve


def _made(one: Subscription | Reserve) -> datetime:
    return one.created_at if isinstance(one, Subscription) else one.start


def _payer(one: Subscription | Reserve) -> object:
    if isinstance(one, Reserve) and one.status == "CREATED":
        return link(f"/reserve/{one.token}", "Open page")
    return link("#orders", "See its order") if one.order.status in ("CREATED", "ATTEMPTED", "PENDING") else ""
