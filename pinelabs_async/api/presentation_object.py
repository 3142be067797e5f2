"""The debit of a subscription as the gateway answers it: one shape for every call that answers one."""

from typing import Final

from pinelabs_async.api.common import Timestamp
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, shape


class PresentationStatus(OpenEnum):
    """Say how far a debit has come; the answer of ``notify`` has values of its own.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/get-presentation-by-id
    """

    CREATED = "CREATED"
    """Accepted."""
    WAITING_FOR_EXECUTION = "WAITING_FOR_EXECUTION"
    """Answer of ``notify``: ``presentations.execute`` is up to you."""
    NOTIFIED = "NOTIFIED"
    """Answer of ``notify``: the notice is delivered."""
    PDN_FAILED = "PDN_FAILED"
    """Answer of ``notify``: every attempt to deliver the notice failed."""
    INITIATED = "INITIATED"
    """The debit has begun."""
    PENDING = "PENDING"
    """The bank has not answered."""
    COMPLETED = "COMPLETED"
    """The money was taken."""
    FAILED = "FAILED"
    """The notice or the debit failed. After three failures the subscription is ``HALTED``."""
    CANCELLED = "CANCELLED"
    """Cancelled; no money was taken."""
    PAUSED = "PAUSED"
    """The subscription is paused."""
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    """Part of the money went back."""
    REFUNDED = "REFUNDED"
    """All of the money went back."""


TAKEN: Final = frozenset(
    {
        PresentationStatus.COMPLETED,
        PresentationStatus.PARTIALLY_REFUNDED,
        PresentationStatus.REFUNDED,
    }
)
"""Statuses of a debit whose money was taken."""

UNDER_WAY: Final = frozenset({PresentationStatus.INITIATED, PresentationStatus.PENDING})
"""Statuses of a debit that the bank was asked for, and has not answered."""


class NoticeStatus(OpenEnum):
    """Say how far the notice before a debit has come."""

    CREATED = "CREATED"
    """Accepted."""
    INITIATED = "INITIATED"
    """Sent to the bank."""
    NOTIFIED = "NOTIFIED"
    """Delivered to the customer."""
    FAILED = "FAILED"
    """One attempt failed."""
    PDN_FAILED = "PDN_FAILED"
    """Every attempt failed."""
    CANCELLED = "CANCELLED"
    """Cancelled."""
    PAUSED = "PAUSED"
    """The subscription is paused."""


@shape
class Presentation(Answer):
    """Hold one debit of a subscription. Deliver on ``COMPLETED``.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/get-presentation-by-id
    """

    presentation_id: str
    """The gateway's id of the presentation, e.g. ``v1-bil-250612063111-aa-FJIBcB``."""
    subscription_id: str | None = None
    """The subscription that pays."""
    merchant_presentation_reference: str | None = None
    """Your reference of the debit."""
    status: PresentationStatus | None = None
    """How far the debit has come; some answers lack it."""
    pdn_status: NoticeStatus | None = None
    """How far the notice before it has come."""
    amount: Money | None = None
    """What is taken, in paisa."""
    due_date: Timestamp | None = None
    """When it is taken."""
    failure_count: int | None = None
    """How often it has failed."""
    order_id: str | None = None
    """The order made for this debit: refund it with ``refunds.create``."""
