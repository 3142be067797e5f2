"""What a webhook tells: one class a kind of thing, chosen by the event's name."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias, cast

import attrs

from pinelabs_async.api.customer_tokens import CustomerToken
from pinelabs_async.api.customers import StoredCustomer
from pinelabs_async.api.order_object import Order, Refund
from pinelabs_async.incoming.event_data import LegacyTransaction, ToldSubscription
from pinelabs_async.wire import tolerant
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, Received, attach, read_json


class EventType(OpenEnum):
    """Name what happened.

    Source: https://www.pinelabs.com/docs/online-payments/developer-tools/webhooks/available-events
    """

    ORDER_AUTHORIZED = "ORDER_AUTHORIZED"
    """The money of a pre-auth order is blocked; it is not received."""
    ORDER_PROCESSED = "ORDER_PROCESSED"
    """The money was received, or captured, in part too."""
    ORDER_CANCELLED = "ORDER_CANCELLED"
    ORDER_FAILED = "ORDER_FAILED"
    """No more attempts; no money moved."""
    PAYMENT_FAILED = "PAYMENT_FAILED"
    """One attempt failed; while the order is ``ATTEMPTED`` the payer may try again."""
    REFUND_PROCESSED = "REFUND_PROCESSED"
    """The money went back."""
    REFUND_FAILED = "REFUND_FAILED"
    CUSTOMER_ACTIVATED = "CUSTOMER_ACTIVATED"
    CUSTOMER_DELETED = "CUSTOMER_DELETED"
    CUSTOMER_SUSPENDED = "CUSTOMER_SUSPENDED"
    CUSTOMER_CREATION_FAILED = "CUSTOMER_CREATION_FAILED"
    TOKEN_ACTIVATED = "TOKEN_ACTIVATED"  # noqa: S105  # an event's name
    TOKEN_DEACTIVATED = "TOKEN_DEACTIVATED"  # noqa: S105  # likewise
    TOKEN_SUSPENDED = "TOKEN_SUSPENDED"  # noqa: S105  # likewise
    TOKEN_PROVISION_FAILED = "TOKEN_PROVISION_FAILED"  # noqa: S105  # likewise
    SUBSCRIPTION_ACTIVATED = "SUBSCRIPTION_ACTIVATED"
    SUBSCRIPTION_PENDING = "SUBSCRIPTION_PENDING"
    SUBSCRIPTION_PAUSED = "SUBSCRIPTION_PAUSED"
    SUBSCRIPTION_RESUMED = "SUBSCRIPTION_RESUMED"
    SUBSCRIPTION_COMPLETED = "SUBSCRIPTION_COMPLETED"
    SUBSCRIPTION_CHARGED = "SUBSCRIPTION_CHARGED"
    """A debit succeeded; how much is not told: read the presentations."""
    SUBSCRIPTION_HALTED = "SUBSCRIPTION_HALTED"
    """All retries of a debit were used up."""
    SUBSCRIPTION_CANCELLED = "SUBSCRIPTION_CANCELLED"
    SUBSCRIPTION_REVOKE_FAILED = "SUBSCRIPTION_REVOKE_FAILED"
    SUBSCRIPTION_UPDATED = "SUBSCRIPTION_UPDATED"
    SUBSCRIPTION_UPDATE_FAILED = "SUBSCRIPTION_UPDATE_FAILED"


class LegacyEventType(OpenEnum):
    """Name what happened on the older gateway.

    Source: https://developer.pluralonline.com/v2.0/docs/developer-tools-webhook
    """

    CAPTURED = "payment.captured"
    COMPLETION = "payment.completion"
    FAILED = "payment.failed"
    REFUND_SUCCESS = "payment.refund.success"
    REFUND_FAILED = "payment.refund.failed"
    PENDING = "payment.pending"


@attrs.frozen(kw_only=True)
class _Told:
    """Be what every event has."""

    id: str
    """The ``webhook-id``: the same when the gateway sends it again. Empty on the older gateway, which has none."""
    timestamp: datetime | None
    """When it was signed. It says nothing of the order in which things happened."""
    event_id: str | None = None
    """The gateway's id of the event; with subscriptions only."""
    merchant_id: str | None = None
    """Your id; with subscriptions only."""
    body: bytes = attrs.field(repr=False)
    """The delivery as it came."""

    @property
    def raw(self) -> Any:
        """The delivery's JSON: Any, since it may be anything; None where it is none."""
        try:
            return read_json(self.body)
        except ValueError:
            return None


@attrs.frozen(kw_only=True)
class OrderEvent(_Told):
    """Tell of an order or of a payment for it. Read the order with ``orders.get`` before you ship."""

    type: EventType
    """What happened."""
    data: Order
    """The order at that moment."""


@attrs.frozen(kw_only=True)
class RefundEvent(_Told):
    """Tell of a refund."""

    type: EventType
    """What happened."""
    data: Refund | Order
    """The refund; or, in one documented form, the order that was paid, with the refund in its ``refunds``."""


@attrs.frozen(kw_only=True)
class CustomerEvent(_Told):
    """Tell of a customer."""

    type: EventType
    """What happened."""
    data: StoredCustomer
    """The customer."""


@attrs.frozen(kw_only=True)
class TokenEvent(_Told):
    """Tell of a saved card."""

    type: EventType
    """What happened."""
    data: CustomerToken
    """The saved card."""


@attrs.frozen(kw_only=True)
class SubscriptionEvent(_Told):
    """Tell of a subscription. Go by ``type``: the status inside does not always agree with it."""

    type: EventType
    """What happened."""
    data: ToldSubscription
    """The subscription."""


@attrs.frozen(kw_only=True)
class LegacyEvent(_Told):
    """Tell of a transaction of the older gateway."""

    type: LegacyEventType
    """What happened."""
    data: LegacyTransaction
    """The transaction."""


@attrs.frozen(kw_only=True)
class UnknownEvent(_Told):
    """Tell something that this SDK does not know, or a delivery that is no JSON: verified, and all of it there."""

    type: str
    """The event's name; empty where there is none."""
    data: Any = None
    """What it tells, as JSON: Any, since it may be anything."""


Event: TypeAlias = (
    OrderEvent | RefundEvent | CustomerEvent | TokenEvent | SubscriptionEvent | LegacyEvent | UnknownEvent
)
"""What a verified webhook is: one of these, to be told apart with ``match`` or ``isinstance``."""

_KINDS: Final[Mapping[str, tuple[type[Any], type[Answer], str | None]]] = {
    "ORDER": (OrderEvent, Order, None),
    "PAYMENT": (OrderEvent, Order, None),
    "REFUND": (RefundEvent, Refund, None),
    "CUSTOMER": (CustomerEvent, StoredCustomer, "customer"),
    "TOKEN": (TokenEvent, CustomerToken, "token"),
    "SUBSCRIPTION": (SubscriptionEvent, ToldSubscription, "subscription"),
}
"""By the first word of the name: the event, what it tells of, and the member of ``data`` that holds it."""


def read_event(body: bytes, *, id: str, timestamp: datetime | None) -> Event:  # noqa: A002  # the event's own name
    """Read a verified delivery; never raise, since it has been said and will not be said again."""
    facts: dict[str, Any] = {"id": id, "timestamp": timestamp, "body": body}
    try:
        whole = read_json(body)
    except ValueError:
        return UnknownEvent(type="", **facts)
    if not isinstance(whole, dict):
        return UnknownEvent(type="", data=whole, **facts)
    fields = cast("dict[str, Any]", whole)
    if isinstance(name := fields.get("event_name"), str) and LegacyEventType(name).is_documented:
        data = _read(LegacyTransaction, fields.get("merchant_response"), body)
        return LegacyEvent(type=LegacyEventType(name), data=data, **facts)
    named = fields.get("event_type") or fields.get("eventType") or fields.get("event_name")
    name = named if isinstance(named, str) else ""
    for beside in ("event_id", "merchant_id"):
        facts[beside] = value if isinstance(value := fields.get(beside), str) else None
    if not EventType(name).is_documented:
        return UnknownEvent(type=name, data=fields.get("data"), **facts)
    event, cls, member = _KINDS[name.partition("_")[0]]
    told = fields.get("data") if member is None else _member(fields.get("data"), member)
    if cls is Refund and _member(told, "type") == "CHARGE":
        cls = Order
    make = cast("Callable[..., Event]", event)
    return make(type=EventType(name), data=_read(cls, told, body), **facts)


def _member(value: object, name: str) -> object:
    return cast("dict[str, object]", value).get(name) if isinstance(value, dict) else value


def _read(cls: type[Any], told: object, body: bytes) -> Any:
    answer, problems = tolerant.read(cls, {"data": told}, "data")
    attach(answer, Received(body, problems))
    return answer
