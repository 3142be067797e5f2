"""What the gateway can do: one file a group, its bodies, answers and calls together."""

import importlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pinelabs_async.wire import codec
from pinelabs_async.wire.operation import Operation
from pinelabs_async.wire.shape import parts_of

GROUPS: Final[Mapping[str, str]] = {
    "affordability": "pinelabs_async.api.affordability",
    "auth": "pinelabs_async.api.auth",
    "awbs": "pinelabs_async.api.awbs",
    "bnpl": "pinelabs_async.api.bnpl",
    "brand_wallets": "pinelabs_async.api.brand_wallets",
    "challans": "pinelabs_async.api.challans",
    "checkout": "pinelabs_async.api.checkout",
    "convenience_fees": "pinelabs_async.api.convenience_fees",
    "customer_tokens": "pinelabs_async.api.customer_tokens",
    "customers": "pinelabs_async.api.customers",
    "international": "pinelabs_async.api.international",
    "invoices": "pinelabs_async.api.invoices",
    "orders": "pinelabs_async.api.orders",
    "pay_by_links": "pinelabs_async.api.pay_by_links",
    "payment_links": "pinelabs_async.api.payment_links",
    "payments": "pinelabs_async.api.payments",
    "payouts": "pinelabs_async.api.payouts",
    "plans": "pinelabs_async.api.plans",
    "points": "pinelabs_async.api.points",
    "presentations": "pinelabs_async.api.presentations",
    "refunds": "pinelabs_async.api.refunds",
    "reserve_pay": "pinelabs_async.api.reserve_pay",
    "settlements": "pinelabs_async.api.settlements",
    "split_settlements": "pinelabs_async.api.split_settlements",
    "subscriptions": "pinelabs_async.api.subscriptions",
    "tokens": "pinelabs_async.api.tokens",
}
"""The module of each group, by the name of its attribute on a Session."""


class _Operations(Mapping[str, Operation[Any]]):
    """Read the declarations where they stand: a look-up imports one group, iteration all of them."""

    def __getitem__(self, name: str) -> Operation[Any]:
        if not isinstance(name, str):
            raise KeyError(name)
        return _declared_in(name.partition(".")[0])[name]

    def __iter__(self) -> Iterator[str]:
        for group in GROUPS:
            yield from _declared_in(group)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"OPERATIONS({', '.join(self)})"


def _declared_in(group: str) -> dict[str, Operation[Any]]:
    if group not in GROUPS:
        return {}
    module = importlib.import_module(GROUPS[group])
    values: list[Any] = list(vars(module).values())
    declared: list[Operation[Any]] = [value for value in values if isinstance(value, Operation)]
    return {operation.name: operation for operation in declared if operation.name.startswith(f"{group}.")}


OPERATIONS: Final[Mapping[str, Operation[Any]]] = _Operations()
"""Every operation of the gateway that this SDK offers, by name, e.g. ``OPERATIONS["orders.create"]``."""


def preload(*operations: str) -> None:
    """Import and compile ahead what the first call of an operation would pay for; nothing is sent.

    Call it where a server starts, before it takes requests. Without names it prepares everything.

    Args:
        operations: Their names, e.g. ``"orders.create"``, or groups of them, e.g. ``"orders"``.

    Raises:
        KeyError: there is no such operation or group.
    """
    for operation in [operation for name in operations or GROUPS for operation in _named(name)]:
        for cls in (operation.body, operation.answer):
            for part in parts_of(cls):
                codec.prepare_writing(part)
                codec.prepare_reading(part, operation.envelope if part is operation.answer else None)


def _named(name: str) -> list[Operation[Any]]:
    return [OPERATIONS[name]] if "." in name else list(_declared_in(name).values()) or [OPERATIONS[name]]
