"""One list of the page: its heads, its newest rows, and how it looks."""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

import attrs

from pinelabs_async.sandbox.board.desk import Desk
from pinelabs_async.sandbox.board.markup import Html, fill, join
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.state import Amount, Merchant

T = TypeVar("T")

_NOTHING: Final = Html("")
SHOWN: Final = 50
"""How many rows a list shows: the newest."""
_TONES: Final = {
    "good": "PROCESSED AUTHORIZED SUCCESS ACTIVE COMPLETED RESUMED NOTIFIED delivered paid",
    "bad": "FAILED HALTED DEBIT_FAILED EXPIRED failed lost declined dropped",
    "wait": "PENDING ATTEMPTED PROCESSING SCHEDULED PAYMENT_INITIATED PARTIAL_PROCESSED UPDATING waiting started",
    "back": "FULLY_REFUNDED PARTIALLY_REFUNDED REFUNDED PARTIALLY_CAPTURED",
}
_TONE: Final = {status: tone for tone, statuses in _TONES.items() for status in statuses.split()}


@attrs.frozen(kw_only=True)
class Section:
    """A list, ready to be shown."""

    id: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    """The newest ones, newest first."""
    total: int
    above: Html = _NOTHING
    empty: str = "None yet."

    def inside(self) -> Html:
        """Return what stands in its `section` element."""
        return join((self._heading(), self.above, self._table() if self.rows else self._nothing()))

    def _heading(self) -> Html:
        more = f"newest {len(self.rows)} of {self.total}" if self.total > len(self.rows) else ""
        return fill(
            "<h2>{title} <small>{total}</small></h2>\n", title=self.title, total=more or self.total or ""
        )

    def _nothing(self) -> Html:
        return fill('<p class="none">{empty}</p>', empty=self.empty)

    def _table(self) -> Html:
        heads = join(fill('<th scope="col">{head}</th>', head=head) for head in self.heads)
        rows = join(
            fill("<tr>{cells}</tr>\n", cells=join(fill("<td>{cell}</td>", cell=cell) for cell in row))
            for row in self.rows
        )
        return fill(
            '<div class="wide"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>',
            heads=heads,
            rows=rows,
        )


def newest(things: Iterable[T], made: Callable[[T], datetime]) -> tuple[list[T], int]:
    """Return the newest of some things, newest first, and how many there are in all."""
    # Of two made at one moment the one that was listed later is the newer one.
    held = list(things)
    found = heapq.nlargest(SHOWN, enumerate(held), key=lambda place: (made(place[1]), place[0]))
    return [thing for _, thing in found], len(held)


def last(things: Sequence[T] | deque[T]) -> list[T]:
    """Return the newest of things that are in the order in which they were made, newest first."""
    return list(islice(reversed(things), SHOWN))


def money(amount: Amount | None) -> Html:
    """Return an amount as people write it."""
    if amount is None:
        return Html("")
    mark = "₹" if amount.currency == "INR" else amount.currency
    return fill('<span class="money">{mark} {value}</span>', mark=mark, value=rupees(amount.value))


def time(at: datetime | None) -> Html:
    """Return a time, in UTC."""
    return Html("") if at is None else fill("<time>{at}</time>", at=f"{at:%Y-%m-%d %H:%M:%S}")


def badge(status: str, tone: str | None = None) -> Html:
    """Return a status with the colour of what it means."""
    return fill(
        '<span class="badge {tone}">{status}</span>', tone=tone or _TONE.get(status, "plain"), status=status
    )


def named(thing_id: object, reference: object = "") -> Html:
    """Return an id, with the merchant's own reference above it."""
    return fill("<b>{reference}</b> <code>{id}</code>", reference=reference, id=thing_id)


def link(url: str, label: str) -> Html:
    """Return a link."""
    return fill('<a href="{url}">{label}</a>', url=url, label=label)


def listed(
    desk: Desk,
    section_id: str,
    title: str,
    *,
    heads: Sequence[str],
    rows: Iterable[tuple[Merchant, *tuple[object, ...]]],
    total: int,
    above: Html = _NOTHING,
) -> Section:
    """Return a list of what merchants have; whose it is is said where there are several."""
    several = len(desk.state.merchants) > 1
    return Section(
        id=section_id,
        title=title,
        heads=("Merchant", *heads) if several else heads,
        rows=[(owner.credentials.merchant_id, *cells) if several else cells for owner, *cells in rows],
        total=total,
        above=above,
    )
