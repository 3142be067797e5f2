"""Listings, blocking: one crossing of the bridge a page."""

import functools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from pinelabs_async.wire import pages as _async
from pinelabs_sync.bridge import Blocking, Bridge, Resource

P = ParamSpec("P")
T = TypeVar("T")


class Pages(Generic[T]):
    """Go through a listing, item by item or page by page; pages are read when they are needed.

    ::

        for plan in pinelabs.plans.list():
            ...
        for page in pinelabs.plans.list().by_page():
            ...

    Every loop begins at the first page again. Memory holds one page at a time.

    Raises:
        NoAnswerError: the gateway answered the same page twice, so that the loop would never end.
    """

    def __init__(self, bridge: Bridge, twin: _async.Pages[T]) -> None:
        self._bridge = bridge
        self._twin = twin

    def __iter__(self) -> Iterator[T]:
        for page in self.by_page():
            yield from page

    def by_page(self) -> Iterator[Sequence[T]]:
        """Go through the listing page by page."""
        pages = self._twin.by_page()
        while True:
            page = self._bridge.run(self._next, pages)
            if page is None:
                return
            yield page

    async def _next(self, pages: AsyncIterator[Sequence[T]]) -> Sequence[T] | None:
        return await anext(pages, None)


def listing(method: Callable[Concatenate[Any, P], _async.Pages[T]]) -> Blocking[P, Pages[T]]:
    """Make the blocking method of a listing: same name, parameters and docstring."""

    @functools.wraps(method)
    def call(self: Resource[Any], *args: Any, **kwargs: Any) -> Pages[T]:
        bridge, twin = self._bridge, self._twin  # pyright: ignore[reportPrivateUsage]  # part of the bridge
        return Pages(bridge, method(twin, *args, **kwargs))

    return cast("Blocking[P, Pages[T]]", call)
