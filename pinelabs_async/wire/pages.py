"""Listings: the gateway's four ways of paging behind one face.

A turn is a pure function: from a page to the parameters of the next one, or None at the end.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

import attrs

from pinelabs_async.errors import NoAnswerError
from pinelabs_async.wire.query import Query
from pinelabs_async.wire.shape import Answer, adopt

_PAGE: Final = re.compile(r"[?&]page=([0-9]{1,9})(?:&|$)")

T = TypeVar("T")
PageT = TypeVar("PageT", bound=Answer)


@attrs.frozen(kw_only=True)
class Place:
    """Say where in a listing a page stands."""

    query: Query
    """The parameters that brought it."""
    items: int
    """How many items it holds."""
    seen: int
    """How many items all pages so far hold, this one included."""


class _Link(Protocol):
    @property
    def href(self) -> str | None: ...


class _Links(Protocol):
    @property
    def next(self) -> _Link | None: ...
    @property
    def self(self) -> _Link | None: ...


class _Counts(Protocol):
    @property
    def total_elements(self) -> int | None: ...


class Linked(Protocol):
    """Be a page that links to the next one."""

    @property
    def links(self) -> _Links | None:
        """Links to other pages."""
        ...

    @property
    def page(self) -> _Counts | None:
        """How much there is."""
        ...


class Numbered(Protocol):
    """Be a page that names the next one."""

    @property
    def next_page(self) -> int | None:
        """The number of the next page."""
        ...

    @property
    def total_pages(self) -> int | None:
        """How many there are."""
        ...


Turn = Callable[[Any, Place], Mapping[str, object] | None]
"""Take a page and its place; return the parameters that differ for the next page, or None at the end."""


class Pages(Generic[T]):
    """Go through a listing, item by item or page by page; pages are read when they are needed.

    ::

        async for plan in pinelabs.plans.list():
            ...
        async for page in pinelabs.plans.list().by_page():
            ...

    Every loop begins at the first page again. Memory holds one page at a time. ``raw`` and ``problems`` of an
    item are those of its page.

    Raises:
        NoAnswerError: the gateway answered the same page twice, so that the loop would never end.
    """

    def __init__(
        self,
        fetch: Callable[[Query], Awaitable[PageT]],
        items: Callable[[PageT], Sequence[T]],
        turn: Turn,
        query: Query,
        max_pages: int | None = None,
    ) -> None:
        if max_pages is not None and (isinstance(max_pages, bool) or not isinstance(max_pages, int)):
            raise TypeError(f"max_pages must be an int, not {type(max_pages).__name__}.")
        if max_pages is not None and max_pages < 1:
            raise ValueError(f"max_pages must be at least 1, not {max_pages}.")
        self._fetch: Callable[[Query], Awaitable[Any]] = fetch
        self._items: Callable[[Any], Sequence[T]] = items
        self._turn = turn
        self._query = query
        self._max_pages = max_pages

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.by_page():
            for item in page:
                yield item

    async def by_page(self) -> AsyncIterator[Sequence[T]]:
        """Go through the listing page by page."""
        query, seen, number = self._query, 0, 0
        last: bytes | None = None
        while True:
            answer = await self._fetch(query)
            items = self._items(answer)
            if not items:
                return
            body = answer.received_bytes
            if body == last:
                raise NoAnswerError("the gateway answered the same page twice; the rest cannot be read")
            last, seen, number = body, seen + len(items), number + 1
            for item in items:
                if isinstance(item, Answer):  # what its page was received as stays within reach
                    adopt(item, answer)
            yield items
            change = self._turn(answer, Place(query=query, items=len(items), seen=seen))
            if change is None or number == self._max_pages:
                return
            if _number(change.get("page"), 0) <= _number(query.get("page"), -1):
                raise NoAnswerError("the gateway leads back to an earlier page; the rest cannot be read")
            query = {**query, **change}


def until_empty(_page: Answer, place: Place) -> Mapping[str, object]:
    """Turn by number until a page is empty: for listings that say nothing about their length."""
    return {"page": _number(place.query.get("page"), 1) + 1}


def until_short(size: str, total: str) -> Turn:
    """Turn by number until a page is not full, or as many items were seen as the answer counts."""

    def turn(page: Answer, place: Place) -> Mapping[str, object] | None:
        counted = getattr(page, total, None)
        # A count that equals this page's items may be that of the page alone, which says nothing of the rest.
        all_seen = counted is not None and place.items < counted <= place.seen
        if all_seen or place.items < _number(place.query.get(size), 10):
            return None
        return {"page": _number(place.query.get("page"), 1) + 1}

    return turn


def by_next_page(page: Numbered, place: Place) -> Mapping[str, object] | None:
    """Follow ``next_page`` while it grows and does not pass ``total_pages``."""
    current = _number(place.query.get("page"), 1)
    if page.next_page is None or page.next_page <= current:
        return None
    if page.total_pages is not None and page.next_page > page.total_pages:
        return None
    return {"page": page.next_page}


def by_links(page: Linked, place: Place) -> Mapping[str, object] | None:
    """Follow the page number in ``links.next`` while it differs from that in ``links.self``.

    Only the number is taken: the samples' links are templates with a blank and another host in them.
    """
    links = page.links
    if links is None or links.next is None or not links.next.href:
        return None
    itself = links.self.href if links.self is not None else None
    number = _PAGE.search(links.next.href)
    if links.next.href == itself or number is None:
        return None
    total = page.page.total_elements if page.page is not None else None
    if total is not None and place.seen >= total:
        return None
    return {"page": int(number[1])}


def _number(value: object, default: int) -> int:
    return int(value) if isinstance(value, (int, str)) else default
