"""A payment link: what is paid of it, where it stands, and how the gateway writes it."""

import secrets
from datetime import datetime
from typing import Final, Literal

import attrs

from pinelabs_async.sandbox.gateway.attempts import leave, possible
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.shapes import order_json, stamp
from pinelabs_async.sandbox.state import Amount, Json, Merchant, Order, State

OPEN: Final = ("CREATED", "CLICKED", "PARTIAL_PROCESSED")
"""The states in which a link can be paid at."""
_PAYABLE: Final = ("CREATED", "ATTEMPTED")


@attrs.define(kw_only=True)
class Link:
    """One payment link and the orders behind it: the newest is the one that is paid next."""

    id: str
    token: str = attrs.field(factory=lambda: secrets.token_urlsafe(8))
    """What its URL ends with."""
    reference: str
    amount: Amount
    in_parts: bool = False
    pre_auth: bool = False
    shown: Json
    """Members of the answer that are told back as they were given."""
    order_shown: Json
    """What the orders behind it tell back."""
    orders: list[Order] = attrs.field(factory=list[Order])
    expire_at: datetime
    ended: Literal["CANCELLED", "EXPIRED"] | None = None
    clicked: bool = False
    created_at: datetime
    changed_at: datetime

    @property
    def order(self) -> Order:
        """The newest order."""
        return self.orders[-1]

    @property
    def due(self) -> Amount:
        """What is still to be paid."""
        paid = sum(_paid(order) for order in self.orders)
        return Amount(max(self.amount.value - paid, 0), self.amount.currency)

    @property
    def status(self) -> str:
        """Where it stands, read off its orders: these can be paid through the orders API, too."""
        if self.due.value == 0:
            return "PROCESSED"
        if self.order.status == "AUTHORIZED":
            return "PAYMENT_INITIATED"
        if self.ended is not None:
            return self.ended
        if any(_given_back(order) for order in self.orders):
            return "CANCELLED"
        if self.order.status == "PENDING":
            return "PAYMENT_INITIATED"
        if self.due != self.amount:
            return "PARTIAL_PROCESSED"
        return "CLICKED" if self.clicked else "CREATED"

    def open_order(self, state: State, merchant: Merchant, amount: Amount) -> Order:
        """Return the order to pay an amount of the link with: the newest where it fits, else a new one."""
        if self.orders and self.order.status in _PAYABLE:
            if self.order.amount == amount and possible(self.order):
                return self.order
            # One order of a link at a time can be paid, so that none of its money is asked for twice.
            cancel_order(self.order, state, merchant)
        now = state.clock.now()
        order = Order(
            id=state.new_order_id(),
            reference=f"{self.id}-{len(self.orders) + 1}",
            status="CREATED",
            amount=amount,
            pre_auth=self.pre_auth,
            shown=dict(self.order_shown),
            created_at=now,
            updated_at=now,
        )
        merchant.orders[order.id] = merchant.charges[order.reference] = order
        self.orders.append(order)
        return order


@attrs.define
class Links:
    """A merchant's payment links."""

    by_id: dict[str, Link] = attrs.field(factory=dict[str, Link])
    by_reference: dict[str, Link] = attrs.field(factory=dict[str, Link])
    by_token: dict[str, Link] = attrs.field(factory=dict[str, Link])

    def keep(self, link: Link) -> None:
        """Remember a new link."""
        self.by_id[link.id] = self.by_reference[link.reference] = self.by_token[link.token] = link

    def get(self, link_id: str) -> Link:
        """Return the link with the gateway's id, or refuse."""
        return self.by_id.get(link_id) or no_match()


def cancel_order(order: Order, state: State, merchant: Merchant) -> None:
    """End an order that nobody has paid, and tell the merchant."""
    leave(state, order)
    order.status, order.updated_at, order.challenge_url = "CANCELLED", state.clock.now(), None
    told = order_json(order, merchant)["data"]
    state.outbox.tell(merchant.credentials.merchant_id, "ORDER_CANCELLED", told)


def link_json(link: Link, state: State) -> Json:
    """Return a link in its documented shape: no envelope, and only what was given or came about."""
    return {
        "payment_link": f"{state.base_url}/link/{link.token}",
        "payment_link_id": link.id,
        "status": link.status,
        "amount": link.amount.as_json(),
        "amount_due": link.due.as_json(),
        "order_id": link.order.id,
        "merchant_payment_link_reference": link.reference,
        **link.shown,
        "created_at": stamp(link.created_at),
        "updated_at": stamp(max(link.changed_at, *(order.updated_at for order in link.orders))),
    }


def _paid(order: Order) -> int:
    """Return the paisa that an order has paid of its link, whatever became of the money."""
    if order.pre_auth:
        return order.captured
    # What a lender took off at once was paid, too.
    return order.amount.value if order.captured else 0


def _given_back(order: Order) -> bool:
    """Tell whether the merchant gave blocked money back: an order that the payer gave up was never approved."""
    return order.status == "CANCELLED" and any(
        payment.acquirer_data.get("approval_code") for payment in order.payments
    )
