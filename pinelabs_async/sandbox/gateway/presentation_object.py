"""A presentation: one debit of a mandate, with the notice before it, and how the gateway writes it."""

from datetime import datetime
from typing import Final

import attrs

from pinelabs_async.sandbox.gateway.mandate_object import Mandate
from pinelabs_async.sandbox.gateway.mandate_request import written
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.state import Amount, Json, Order

_REFUNDED: Final = {"PARTIALLY_REFUNDED": "PARTIALLY_REFUNDED", "FULLY_REFUNDED": "REFUNDED"}


@attrs.define(kw_only=True, eq=False)
class Presentation:
    """One debit."""

    id: str
    reference: str
    mandate: Mandate = attrs.field(repr=False)
    amount: Amount
    due: datetime
    by_merchant: bool = False
    """Whether the debit waits for the merchant, who asked for the notice alone."""
    merchant_retry: bool = False
    """Whether the merchant tries a failed debit again, and not the gateway."""
    stands: str = "CREATED"
    """Where it stands, apart from refunds and pauses."""
    notice: str | None = "CREATED"
    """Where its notice stands; None where the payer gets none."""
    failures: int = 0
    order: Order | None = None
    """The order made for the debit, once it has begun."""

    @property
    def waiting(self) -> bool:
        """Whether the bank has not been asked for money."""
        return self.stands == "CREATED"

    @property
    def owed(self) -> bool:
        """Whether its money was taken or may still be."""
        return self.stands in ("CREATED", "PENDING", "COMPLETED")

    @property
    def can_retry(self) -> bool:
        """Whether it failed and has tries left."""
        return self.stands == "FAILED" and self.failures <= self.mandate.retries

    @property
    def status(self) -> str:
        """Where it stands."""
        if self.waiting and self.mandate.paused:
            return "PAUSED"
        if self.stands == "COMPLETED" and self.order is not None:
            return _REFUNDED.get(self.order.status, self.stands)
        return self.stands

    @property
    def pdn_status(self) -> str | None:
        """Where its notice stands."""
        return "PAUSED" if self.notice is not None and self.status == "PAUSED" else self.notice

    def cancel(self) -> None:
        """End it, if no bank was asked for money yet."""
        if self.waiting:
            self.stands = "CANCELLED"
            self.notice = self.notice and "CANCELLED"


@attrs.define
class Presentations:
    """A merchant's debits."""

    by_id: dict[str, Presentation] = attrs.field(factory=dict[str, Presentation])
    by_reference: dict[str, Presentation] = attrs.field(factory=dict[str, Presentation])

    def keep(self, presentation: Presentation) -> None:
        """Remember a new debit."""
        self.by_id[presentation.id] = self.by_reference[presentation.reference] = presentation

    def get(self, presentation_id: str) -> Presentation:
        """Return the debit with the gateway's id, or refuse."""
        return self.by_id.get(presentation_id) or no_match()

    def of(self, mandate: Mandate) -> list[Presentation]:
        """Return the debits of a mandate, oldest first."""
        return [held for held in self.by_id.values() if held.mandate is mandate]


def debit_json(presentation: Presentation) -> Json:
    """Return a debit as the operations answer that ask for one."""
    return {
        "subscription_id": presentation.mandate.id,
        "presentation_id": presentation.id,
        "due_date": written(presentation.due),
        "amount": presentation.amount.as_json(),
        "status": presentation.status,
        "merchant_presentation_reference": presentation.reference,
    }


def notice_json(presentation: Presentation) -> Json:
    """Return a debit as its notice is answered: both states are those of the notice."""
    return {
        **debit_json(presentation),
        "pdn_status": presentation.pdn_status,
        "status": presentation.pdn_status,
    }


def detail_json(presentation: Presentation) -> Json:
    """Return a debit as look-ups answer it."""
    members = {
        **debit_json(presentation),
        "pdn_status": presentation.pdn_status,
        "failure_count": presentation.failures,
        "order_id": presentation.order and presentation.order.id,
    }
    return {name: value for name, value in members.items() if value is not None}
