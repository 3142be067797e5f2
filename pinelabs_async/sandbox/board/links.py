"""Payment links, those of the older gateway among them."""

from collections.abc import Iterator
from typing import Final

from pinelabs_async.sandbox.board.desk import Desk
from pinelabs_async.sandbox.board.markup import Html
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
from pinelabs_async.sandbox.gateway import pay_by_link_object as old
from pinelabs_async.sandbox.gateway.link_object import OPEN, Link, Links
from pinelabs_async.sandbox.gateway.pay_by_link_object import OldLink, OldLinks
from pinelabs_async.sandbox.state import Merchant

_BUTTONS: Final = {"link.pay": "Pay", "link.fail": "Fail"}
_EXPIRE: Final = {"link.expire": "Expire"}
_OLD_STATUS: Final = {
    None: "CREATED",
    old.INITIATED: "started",
    old.CAPTURED: "paid",
    old.FAILED: "declined",
    old.CANCELLED: "CANCELLED",
    old.DROPPED: "dropped",
}


def links(desk: Desk) -> Section:
    """List the payment links."""
    shown, total = newest(_links(desk), lambda place: place[1].created_at)
    return listed(
        desk,
        "links",
        "Payment links",
        heads=("Time", "Link", "Amount", "Due", "Expires", "Status", "Payer", ""),
        rows=[
            (
                owner,
                time(one.created_at),
                named(one.id, one.reference),
                money(one.amount),
                money(one.due),
                time(one.expire_at),
                badge(one.status),
                link(f"/link/{one.token}", "Open page") if one.status in OPEN else "",
                _form(desk, owner, one),
            )
            for owner, one in shown
        ],
        total=total,
    )


def old_links(desk: Desk) -> Section:
    """List the links of the older gateway, which keeps no times."""
    held = [(owner, one) for owner in desk.merchants for one in owner.store(OldLinks).by_id.values()]
    return listed(
        desk,
        "old-links",
        "Older links",
        heads=("Link", "Amount", "Status", "Payer", ""),
        rows=[
            (
                owner,
                named(one.id, one.reference),
                money(one.amount),
                badge(_OLD_STATUS.get(one.parent_status, "")),
                "" if one.parent_status == old.CAPTURED else link(f"/old-link/{one.token}", "Open page"),
                _old_form(desk, owner, one),
            )
            for owner, one in last(held)
        ],
        total=len(held),
    )


def _links(desk: Desk) -> Iterator[tuple[Merchant, Link]]:
    for owner in desk.merchants:
        for one in owner.store(Links).by_id.values():
            yield owner, one


def _form(desk: Desk, owner: Merchant, one: Link) -> Html:
    labels = {**_BUTTONS, **_EXPIRE} if one.status in OPEN else {}
    if one.status == "PAYMENT_INITIATED":
        labels = _EXPIRE
    return desk.buttons({"merchant": owner.credentials.merchant_id, "link": one.id}, labels)


def _old_form(desk: Desk, owner: Merchant, one: OldLink) -> Html:
    labels = {} if one.parent_status == old.CAPTURED else _BUTTONS
    return desk.buttons({"merchant": owner.credentials.merchant_id, "old_link": str(one.id)}, labels)
