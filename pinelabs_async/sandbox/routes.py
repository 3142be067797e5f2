"""The operations of the gateway: one row each."""

from collections.abc import Callable
from typing import Final, Literal
from urllib.parse import unquote

import attrs

from pinelabs_async.sandbox.call import Call, Reply
from pinelabs_async.sandbox.gateway import auth, challenge, orders, payments, refunds


@attrs.frozen
class Route:
    """One operation: where it is and what carries it out."""

    operation: str
    method: str
    path: str
    handler: Callable[[Call], Reply]
    secured: bool = True
    """Whether it needs a bearer token."""
    reads: Literal["nothing", "json", "form"] = "json"
    """What body it takes; a route that reads nothing ignores one."""


ROUTES: Final = (
    Route("auth.generate_token", "POST", "/api/auth/v1/token", auth.generate_token, secured=False),
    Route("orders.create", "POST", "/api/pay/v1/orders", orders.create),
    Route("orders.get", "GET", "/api/pay/v1/orders/{order_id}", orders.get, reads="nothing"),
    Route(
        "orders.get_by_reference",
        "GET",
        "/api/pay/v1/orders/reference/{merchant_order_reference}",
        orders.get_by_reference,
        reads="nothing",
    ),
    Route("orders.capture", "PUT", "/api/pay/v1/orders/{order_id}/capture", orders.capture),
    Route("orders.cancel", "PUT", "/api/pay/v1/orders/{order_id}/cancel", orders.cancel, reads="nothing"),
    Route("payments.create", "POST", "/api/pay/v1/orders/{order_id}/payments", payments.create),
    Route("refunds.create", "POST", "/api/pay/v1/refunds/{order_id}", refunds.create),
    Route("challenge.show", "GET", "/challenge/{token}", challenge.show, secured=False, reads="nothing"),
    Route("challenge.answer", "POST", "/challenge/{token}", challenge.answer, secured=False, reads="form"),
)

OPERATIONS: Final = frozenset(route.operation for route in ROUTES)


def match(raw_path: str) -> list[tuple[Route, dict[str, str]]]:
    """Return the routes, of any method, that a still percent-encoded path fits, with its named segments.

    Each segment is decoded once and after the splitting, so that an encoded slash stays
    inside its segment and never leads to another operation.
    """
    segments = raw_path.split("/")
    fits = ((route, _fit(route.path.split("/"), segments)) for route in ROUTES)
    return [(route, named) for route, named in fits if named is not None]


def _fit(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    named: dict[str, str] = {}
    for expected, given in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            if not given:
                return None
            named[expected[1:-1]] = unquote(given)
        elif expected != given:
            return None
    return named
