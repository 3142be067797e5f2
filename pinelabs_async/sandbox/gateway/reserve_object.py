"""A reserve: money that is blocked at the payer's bank and taken bit by bit, and how the gateway writes it.

In which unit a reserve is asked for is not published; it is paisa here, as in the answers of the look-up.
"""

import secrets
from datetime import datetime

import attrs

from pinelabs_async.sandbox.gateway.mandate_object import Mandate
from pinelabs_async.sandbox.gateway.mandate_request import written
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.presentation_object import Presentation, Presentations
from pinelabs_async.sandbox.state import Json, Merchant, Order


@attrs.define(kw_only=True, eq=False)
class Reserve(Mandate):
    """One reserve."""

    reference: str
    token: str = attrs.field(factory=lambda: secrets.token_urlsafe(24))
    """What the URL of its page ends with."""
    customer_id: str
    terms: Json
    """`plan_details`, as they were given."""
    start: datetime
    end: datetime
    expires: datetime
    """Until when the payer can approve it."""
    order: Order
    """The order that registers it."""
    approved: bool = False

    @property
    def merchant(self) -> Merchant:
        """Whose it is."""
        return self.call.merchant

    @property
    def paused(self) -> bool:
        """Whether no debit happens for now: never."""
        return False

    @property
    def live(self) -> bool:
        """Whether debits happen."""
        return self.status == "ACTIVE"

    @property
    def blocked(self) -> int:
        """Paisa that the payer has approved."""
        return self.order.amount.value if self.approved else 0

    @property
    def debits(self) -> list[Presentation]:
        """What was asked for of it."""
        return self.merchant.store(Presentations).of(self)

    @property
    def debited(self) -> int:
        """Paisa that were taken."""
        return sum(debit.amount.value for debit in self.debits if debit.stands == "COMPLETED")

    @property
    def left(self) -> int:
        """Paisa that can still be asked for."""
        owed = sum(debit.amount.value for debit in self.debits if debit.owed)
        return self.blocked - owed if self.live else 0

    def charged(self) -> None:
        """End when nothing is left."""
        if self.live and self.debited == self.blocked:
            self.status = "COMPLETED"

    def failed(self, *, again: bool) -> None:
        """Leave what was not taken in the reserve."""


@attrs.define
class Reserves:
    """A merchant's reserves."""

    by_id: dict[str, Reserve] = attrs.field(factory=dict[str, Reserve])
    by_reference: dict[str, Reserve] = attrs.field(factory=dict[str, Reserve])

    def keep(self, reserve: Reserve) -> None:
        """Remember a new reserve."""
        self.by_id[reserve.id] = self.by_reference[reserve.reference] = reserve

    def get(self, reserve_id: str) -> Reserve:
        """Return the reserve with the gateway's id, or refuse."""
        return self.by_id.get(reserve_id) or no_match()


def created_json(reserve: Reserve, base_url: str) -> Json:
    """Return a reserve as its creation answers it."""
    return {
        **_common(reserve),
        "plan_details": reserve.terms,
        "expires_at": written(reserve.expires),
        "redirect_url": f"{base_url}/reserve/{reserve.token}",
    }


def reserve_json(reserve: Reserve) -> Json:
    """Return a reserve as the look-up answers it, with its amounts."""
    return {
        **_common(reserve),
        "currency": reserve.order.amount.currency,
        "total_blocked_amount": reserve.blocked,
        "debited_amount": reserve.debited,
        "remaining_balance": reserve.blocked - reserve.debited if reserve.live else 0,
    }


def _common(reserve: Reserve) -> Json:
    return {
        "subscription_id": reserve.id,
        "order_id": reserve.order.id,
        "customer_id": reserve.customer_id,
        "status": reserve.status,
        "start_date": written(reserve.start),
        "end_date": written(reserve.end),
    }
