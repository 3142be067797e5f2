"""Listings: item by item and page by page, in both packages, and how they end."""

import json

import attrs
import pytest

import pinelabs_sync
from pinelabs_async import NoAnswerError, Pages
from pinelabs_async.wire.pages import Place, by_links, by_next_page, until_empty, until_short
from pinelabs_async.wire.shape import Answer, Received, attach, shape
from tests.loopback.raw import answer


@shape
class Numbers(Answer):
    """Be a page of numbers."""

    items: tuple[int, ...] = ()
    """The numbers."""
    total: int | None = None
    """How many there are."""
    next_page: int | None = None
    """The next page."""
    total_pages: int | None = None
    """How many pages there are."""


@shape
class Link(Answer):
    """Be a link."""

    href: str | None = None
    """Where it leads."""


@shape
class Links(Answer):
    """Be links."""

    next: Link | None = None
    """To the next page."""
    self: Link | None = attrs.field(default=None, alias="self_")
    """To this page."""


@shape
class Counts(Answer):
    """Be counts."""

    total_elements: int | None = None
    """How many there are."""


@shape
class Linked(Answer):
    """Be a page with links."""

    links: Links | None = None
    """Links."""
    page: Counts | None = None
    """Counts."""


def numbers(**fields):
    page = Numbers(**fields)
    attach(page, Received(json.dumps(fields).encode()))
    return page


def pages_of(count, size, asked=None):
    """A listing of so many numbers, by size."""

    async def fetch(query):
        if asked is not None:
            asked.append(dict(query))
        first = (query.get("page", 1) - 1) * size
        return numbers(items=tuple(range(first, min(first + size, count))), total=count)

    return Pages(fetch, lambda page: page.items, until_short("size", "total"), {"size": size})


async def test_item_by_item():
    """Every item comes once, in order, and no page more than needed is asked for."""
    asked = []
    assert list(range(25)) == [item async for item in pages_of(25, 10, asked)]
    assert [{"size": 10}, {"size": 10, "page": 2}, {"size": 10, "page": 3}] == asked


async def test_page_by_page():
    """Pages come as they are; every loop begins anew."""
    listed = pages_of(5, 2)
    expected = [(0, 1), (2, 3), (4,)]
    assert expected == [page async for page in listed.by_page()]
    assert expected == [page async for page in listed.by_page()]


async def test_full_last_page_needs_no_further_one():
    """The counted total ends a listing whose last page is full."""
    asked = []
    assert 20 == len([item async for item in pages_of(20, 10, asked)])
    assert 2 == len(asked)


async def test_empty_listing():
    """Nothing is nothing."""
    assert [] == [item async for item in pages_of(0, 10)]


async def test_cap():
    """max_pages stops after so many pages."""

    async def fetch(query):
        return numbers(items=(query.get("page", 1),))

    listed = Pages(fetch, lambda page: page.items, until_empty, {}, max_pages=3)
    assert [1, 2, 3] == [item async for item in listed]


@pytest.mark.parametrize(("cap", "error"), [(0, ValueError), (True, TypeError), ("3", TypeError)])
def test_bad_cap(cap, error):
    """A cap that is no number of pages is refused by name."""
    with pytest.raises(error, match="max_pages"):
        Pages(None, None, until_empty, {}, max_pages=cap)


async def test_page_that_repeats():
    """A gateway that ignores the page number does not keep the loop running, and nothing is cut off silently."""

    async def fetch(_query):
        return numbers(items=(1, 2))

    listed = aiter(Pages(fetch, lambda page: page.items, until_empty, {}))
    assert (1, 2) == (await anext(listed), await anext(listed))
    with pytest.raises(NoAnswerError, match="same page twice"):
        await anext(listed)


async def test_pages_that_lead_back():
    """A gateway that leads back to an earlier page does not keep the loop running."""

    async def fetch(query):
        page = query.get("page", 1)
        return numbers(items=(page,), next_page=2 if page == 1 else 1)

    def turn(page, _place):
        return {"page": page.next_page}

    listed = aiter(Pages(fetch, lambda page: page.items, turn, {}))
    assert (1, 2) == (await anext(listed), await anext(listed))
    with pytest.raises(NoAnswerError, match="earlier page"):
        await anext(listed)


def place(**fields):
    return Place(**{"query": {"page": 2}, "items": 10, "seen": 20, **fields})


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"next_page": 3, "total_pages": 5}, {"page": 3}),
        ({"next_page": 3}, {"page": 3}),
        ({"next_page": 3, "total_pages": 2}, None),
        ({"next_page": 2, "total_pages": 5}, None),
        ({"next_page": 1, "total_pages": 5}, None),
        ({}, None),
    ],
    ids=str,
)
def test_next_page(page, expected):
    """The named page is followed while it grows and exists."""
    assert expected == by_next_page(Numbers(**page), place())


@pytest.mark.parametrize(
    ("here", "there", "total", "expected"),
    [
        ("?page=1", "?size=10&page=2", None, {"page": 2}),
        ("?page=1", "https://other.example/public /{resource}/?size=10&page=2", None, {"page": 2}),
        ("?page=1", "?page=1", None, None),
        ("?page=1", "", None, None),
        ("?page=1", None, None, None),
        ("?page=1", "?size=10", None, None),
        ("?page=1", "?page=two", None, None),
        ("?page=1", "?page=-1", None, None),
        ("?page=1", "?page=" + "9" * 5000, None, None),
        ("?page=1", "http://[", None, None),
        ("?page=1", "?page=2", 20, None),
        (None, "?page=2", 21, {"page": 2}),
    ],
)
def test_links(here, there, total, expected):
    """Only the number of the next link is taken; its host never is."""
    links = Links(self_=Link(href=here), next=None if there is None else Link(href=there))
    assert expected == by_links(Linked(links=links, page=Counts(total_elements=total)), place())


def test_no_links():
    """A page without links is the last one."""
    assert None is by_links(Linked(), place())


def test_blocking(monkeypatch):
    """The blocking listing gives the same items and pages, and crosses the bridge once a page."""
    from pinelabs_sync.bridge import Bridge

    async def nothing():
        pass

    bridge = Bridge(nothing, lambda: None)
    crossings = []
    run = bridge.run
    monkeypatch.setattr(bridge, "run", lambda *args: crossings.append(1) or run(*args))
    listed = pinelabs_sync.Pages(bridge, pages_of(25, 10))
    assert list(range(25)) == list(listed)
    assert 4 == len(crossings)
    assert [10, 10, 5] == [len(page) for page in listed.by_page()]
    bridge.close()


def test_blocking_loop_that_is_left_early():
    """Leaving a blocking loop early leaves nothing behind."""
    from pinelabs_sync.bridge import Bridge

    async def nothing():
        pass

    bridge = Bridge(nothing, lambda: None)
    for item in pinelabs_sync.Pages(bridge, pages_of(25, 10)):
        if item == 3:
            break
    bridge.close()


async def test_a_page_is_within_reach_of_its_items(raw, connect):
    """Raw, problems and request id of an item are those of the page that it came with."""
    page = {"payments": [{"paymentReferenceId": "p-1", "status": [5]}], "brandNew": 1}
    raw.script = [answer(page)]
    [payout] = [payout async for payout in connect(raw).payouts.list()]
    assert page == payout.raw
    assert ["$.payments[0].status"] == [problem.path for problem in payout.problems]
    assert raw.requests[0].headers["request-id"] == payout.request_id
