"""The operations of the gateway: every group's rows, and which of them a request fits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote

from pinelabs_async.sandbox.call import Route
from pinelabs_async.sandbox.gateway import (
    affordability,
    auth,
    authorize,
    awbs,
    bnpl,
    brand_wallets,
    cards,
    challans,
    challenge,
    checkout,
    convenience_fees,
    customer_tokens,
    customers,
    imei,
    international,
    invoices,
    link_payment,
    offer_validation,
    orders,
    otp,
    pay_by_link_page,
    pay_by_links,
    payment_links,
    payments,
    payouts,
    plans,
    points,
    presentations,
    refunds,
    reserve_pay,
    settlements,
    split_settlements,
    subscriptions,
    tokens,
    top_ups,
)

_GROUPS: Final = (
    auth,
    orders,
    payments,
    refunds,
    challenge,
    cards,
    otp,
    authorize,
    checkout,
    convenience_fees,
    challans,
    international,
    invoices,
    awbs,
    payment_links,
    link_payment,
    pay_by_links,
    pay_by_link_page,
    customers,
    tokens,
    customer_tokens,
    payouts,
    settlements,
    split_settlements,
    affordability,
    offer_validation,
    imei,
    bnpl,
    points,
    brand_wallets,
    top_ups,
    plans,
    subscriptions,
    reserve_pay,
    presentations,
)

ROUTES: Final[Sequence[Route]] = tuple(route for group in _GROUPS for route in group.ROUTES)
OPERATIONS: Final = frozenset(route.operation for route in ROUTES)


def _by_length() -> Mapping[int, Sequence[tuple[Route, Sequence[str]]]]:
    found: dict[int, list[tuple[Route, Sequence[str]]]] = defaultdict(list)
    for route in ROUTES:
        pattern = route.path.split("/")
        found[len(pattern)].append((route, pattern))
    return found


_BY_LENGTH: Final = _by_length()
# The vendor's older guide has plans, subscriptions and their debits without the `/ps` before them.
_OLDER: Final = ("/api/v1/public/", "/api/v1/mandate/")


def match(raw_path: str) -> list[tuple[Route, dict[str, str]]]:
    """Return the routes, of any method, that a still percent-encoded path fits, with its named segments.

    Each segment is decoded once and after the splitting, so that an encoded slash stays
    inside its segment and never leads to another operation. A path without names goes before one with.
    """
    segments = (f"/ps{raw_path}" if raw_path.startswith(_OLDER) else raw_path).split("/")
    fits = ((route, _fit(pattern, segments)) for route, pattern in _BY_LENGTH.get(len(segments), ()))
    fitting = [(route, named) for route, named in fits if named is not None]
    return sorted(fitting, key=lambda fit: len(fit[1]))


def _fit(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    named: dict[str, str] = {}
    for expected, given in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            if not given:
                return None
            named[expected[1:-1]] = unquote(given)
        elif expected != given:
            return None
    return named
