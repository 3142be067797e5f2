"""Listings of plans, subscriptions and presentations: what is let through, its order, its pages and their links.

The samples count the pages of a query and of a link from 0, and `page.number` from 1.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import eq, gt, lt
from typing import Any, Final, TypeVar

import attrs

from pinelabs_async.sandbox.call import Call
from pinelabs_async.sandbox.gateway.mandate_request import as_time, one_of
from pinelabs_async.sandbox.gateway.query import parameters, whole
from pinelabs_async.sandbox.problems import invalid
from pinelabs_async.sandbox.state import Amount, Json

T = TypeVar("T")

_SIZE: Final = 10
_COMPARE: Final[Mapping[str, Callable[[int, int], bool]]] = {"isMore": gt, "isLess": lt, "isEqual": eq}
# The fields that samples sort by; an id and a cycle stand for the order in which things were made.
_AS_MADE: Final = ("id", "cycleId")
_SORTS: Final = (*_AS_MADE, "frequency")


@attrs.frozen
class Terms:
    """What an entry can be found by."""

    start: datetime
    end: datetime
    amount: Amount
    exact: Mapping[str, str]


def chosen(call: Call, entries: Iterable[T], terms: Callable[[T], Terms]) -> Sequence[T]:
    """Return the entries that the filters of the query let through."""
    query = parameters(call)
    start, end = (
        as_time(query[name], name) if name in query else None for name in ("start_date", "end_date")
    )
    amount = whole(query, "amount", 0)
    # One page writes `is Equal`.
    name = one_of(query.get("amount_range", "isEqual").replace(" ", ""), "amount_range", tuple(_COMPARE))

    def fits(entry: T) -> bool:
        found = terms(entry)
        return (
            (start is None or found.start > start)
            and (end is None or found.end < end)
            and (not amount or _COMPARE[name](found.amount.value, amount))
            and all(query.get(field, value) == value for field, value in found.exact.items())
        )

    return [entry for entry in entries if fits(entry)]


def page(call: Call, path: str, name: str, entries: Sequence[Json]) -> Json:
    """Return the page that the query asks for, with links to its neighbours."""
    query = parameters(call)
    size, number = whole(query, "size", _SIZE), _number(query)
    sort = query.get("sort", "id,asc")
    in_order = _sorted(entries, sort)
    last = max(0, -(-len(entries) // size) - 1)

    def link(to: int) -> Json:
        return {"href": f"{call.state.base_url}{path}?size={size}&page={to}&sort={sort}"}

    return {
        "links": {
            "first": link(0),
            "self": link(number),
            "next": link(number + 1) if number < last else None,
            "last": link(last),
        },
        "page": {
            "size": size,
            "total_elements": len(entries),
            "total_pages": last + 1 if entries else 0,
            "number": number + 1,
        },
        name: in_order[number * size : (number + 1) * size],
    }


def _number(query: Mapping[str, str]) -> int:
    return 0 if query.get("page") == "0" else whole(query, "page", 0)


def _sorted(entries: Sequence[Json], sort: str) -> Sequence[Json]:
    field, _, direction = sort.partition(",")
    if field not in _SORTS or direction not in ("", "asc", "desc"):
        invalid(f"sort must be one of {', '.join(_SORTS)}, then asc or desc")

    def key(entry: Json) -> Any:
        return "" if field in _AS_MADE else str(entry.get(field) or entry.get("plan_details", {}).get(field))

    in_order = sorted(entries, key=key)
    return in_order[::-1] if direction == "desc" else in_order
