"""Which function handles which event, typed by the event's name."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args, overload

import attrs

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.incoming import webhooks
from pinelabs_async.incoming.events import (
    CustomerEvent,
    Event,
    OrderEvent,
    RefundEvent,
    SubscriptionEvent,
    TokenEvent,
)

E = TypeVar("E")
Handler: TypeAlias = Callable[[E], Awaitable[object] | object]
"""Take an event; a plain function or a coroutine function."""
Register: TypeAlias = Callable[[Handler[E]], Handler[E]]

OrderName = Literal[
    "ORDER_AUTHORIZED", "ORDER_PROCESSED", "ORDER_CANCELLED", "ORDER_FAILED", "PAYMENT_FAILED"
]
RefundName = Literal["REFUND_PROCESSED", "REFUND_FAILED"]
CustomerName = Literal[
    "CUSTOMER_ACTIVATED", "CUSTOMER_DELETED", "CUSTOMER_SUSPENDED", "CUSTOMER_CREATION_FAILED"
]
TokenName = Literal["TOKEN_ACTIVATED", "TOKEN_DEACTIVATED", "TOKEN_SUSPENDED", "TOKEN_PROVISION_FAILED"]
SubscriptionName = Literal[
    "SUBSCRIPTION_ACTIVATED",
    "SUBSCRIPTION_PENDING",
    "SUBSCRIPTION_PAUSED",
    "SUBSCRIPTION_RESUMED",
    "SUBSCRIPTION_COMPLETED",
    "SUBSCRIPTION_CHARGED",
    "SUBSCRIPTION_HALTED",
    "SUBSCRIPTION_CANCELLED",
    "SUBSCRIPTION_REVOKE_FAILED",
    "SUBSCRIPTION_UPDATED",
    "SUBSCRIPTION_UPDATE_FAILED",
]
_NAMES: Final = frozenset(
    name
    for names in (OrderName, RefundName, CustomerName, TokenName, SubscriptionName)
    for name in get_args(names)
)


@attrs.frozen
class Registered:
    """Hold a handler, and when it runs."""

    function: Handler[Any]
    background: bool = False


class Handlers:
    """Keep the handlers of events."""

    def __init__(self) -> None:
        self._handlers: dict[str, Registered] = {}
        self._otherwise: Registered | None = None

    @overload
    def on(self, *names: OrderName, background: bool = ...) -> Register[OrderEvent]: ...
    @overload
    def on(self, *names: RefundName, background: bool = ...) -> Register[RefundEvent]: ...
    @overload
    def on(self, *names: CustomerName, background: bool = ...) -> Register[CustomerEvent]: ...
    @overload
    def on(self, *names: TokenName, background: bool = ...) -> Register[TokenEvent]: ...
    @overload
    def on(self, *names: SubscriptionName, background: bool = ...) -> Register[SubscriptionEvent]: ...
    def on(self, *names: str, background: bool = False) -> Register[Any]:
        """Register the handler of some events.

        Args:
            names: The events' names.
            background: Answer first and handle after, at most once.

        Raises:
            ConfigurationError: a name that no event has, or that has a handler already.
        """
        for name in names or ("",):
            if name not in _NAMES:
                close = webhooks.closest(name, _NAMES)
                raise ConfigurationError(f"there is no event {name!r}.{close}")
            if name in self._handlers:
                raise ConfigurationError(f"{name} has a handler already.")

        def register(handler: Handler[Any]) -> Handler[Any]:
            for name in names:
                self._handlers[name] = Registered(handler, background)
            return handler

        return register

    def otherwise(self, handler: Handler[Event]) -> Handler[Event]:
        """Register the handler of every event that has no other, unknown ones among them.

        Without one they are answered with 200 and dropped: the gateway would send them again for a day.

        Raises:
            ConfigurationError: there is one already.
        """
        if self._otherwise is not None:
            raise ConfigurationError("there is a handler of all other events already.")
        self._otherwise = Registered(handler)
        return handler

    def _handler_of(self, event: Event) -> Registered | None:
        return self._handlers.get(event.type, self._otherwise)
