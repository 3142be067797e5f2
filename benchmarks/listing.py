"""Memory and time of going through a long listing: ``python -m benchmarks.listing [--items 1000000]``.

A canned gateway in a second process answers page after page; the figures are taken after each tenfold
number of items. Memory is counted in blocks that Python's allocator has given out: flat means that
their number stays what it was after the first thousand items. At its end the long listing and new ones
take turns, a thousand items each: minutes apart, they would not meet the same machine.
"""

import argparse
import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Final

import pinelabs_sync
from benchmarks.measure import ROUNDS, Figure, Ratio, Table, canned, over
from pinelabs_async import Session

MOST_BLOCKS: Final = 2000
"""How many more live blocks of memory the last items may leave than the first thousand: two thousandths an item."""
THOUSAND: Final = 1000
END, BEGINNING = "the next thousand of the long listing", "the first thousand of a new one"


class Meter:
    """Take figures while items go by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self.first: int | None = None
        self.last = 0
        self.mark = THOUSAND
        self.marks: dict[int, float] = {}
        self.turns: dict[str, list[float]] = {END: [], BEGINNING: []}
        self.started = time.perf_counter()

    def passed(self) -> None:
        self.count += 1
        if self.count == self.mark:
            self.take()
            self.mark *= 10

    def take(self) -> None:
        seconds = time.perf_counter() - self.started
        gc.collect()
        self.last = sys.getallocatedblocks()
        self.first = self.last if self.first is None else self.first
        self.marks[self.count] = seconds / self.count * 1e6
        print(
            f"{self.name:<6} {self.count:>9,} items  {self.last:>9,} live blocks"
            f"  {seconds / self.count * 1e6:7.1f} us an item",
            flush=True,
        )

    @property
    def grown(self) -> int:
        return self.last - (self.first or 0)


async def awaited(base: str, items: int, rounds: int) -> Meter:
    async def thousand(listing: AsyncIterator[object]) -> float:
        began = time.perf_counter()
        for _ in range(THOUSAND):
            await anext(listing)
        return (time.perf_counter() - began) / THOUSAND * 1e6

    meter = Meter("async")
    async with Session("id", "secret", base_url=base) as pinelabs:
        listed = pinelabs.payouts.list(count=20)
        long = aiter(listed)
        for _ in range(items):
            await anext(long)
            meter.passed()
        for _ in range(rounds):
            meter.turns[END].append(await thousand(long))
            meter.turns[BEGINNING].append(await thousand(aiter(listed)))
    return meter


def blocking(base: str, items: int, rounds: int) -> Meter:
    def thousand(listing: Iterator[object]) -> float:
        began = time.perf_counter()
        for _ in range(THOUSAND):
            next(listing)
        return (time.perf_counter() - began) / THOUSAND * 1e6

    meter = Meter("sync")
    with pinelabs_sync.Session("id", "secret", base_url=base) as pinelabs:
        listed = pinelabs.payouts.list(count=20)
        long = iter(listed)
        for _ in range(items):
            next(long)
            meter.passed()
        for _ in range(rounds):
            meter.turns[END].append(thousand(long))
            meter.turns[BEGINNING].append(thousand(iter(listed)))
    return meter


def measure(base: str, items: int, rounds: int = ROUNDS) -> list[Meter]:
    return [asyncio.run(awaited(base, items, rounds)), blocking(base, items, rounds)]


def tables(base: str, items: int) -> Iterator[Table]:
    """Show time and growth for each tenfold number of items."""
    for meter in measure(base, items):
        turns = {name: Figure(name, values) for name, values in meter.turns.items()}
        figures = [Figure(f"{count:,} items", [each]) for count, each in meter.marks.items()]
        yield Table(
            title=f"listing {meter.count:,} items, {meter.name}",
            unit="microseconds an item",
            figures=[*figures, *turns.values()],
            ratios=[
                Ratio(f"{END} / {BEGINNING}", over(turns, END, BEGINNING), at_most=1.1),
                Ratio("live blocks of memory that the last items left", meter.grown, at_most=MOST_BLOCKS),
            ],
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with canned() as base:
        meters = measure(base, chosen.items)
    for meter in meters:
        print(f"{meter.name:<6} grew by {meter.grown:,} blocks from 1,000 items to {meter.count:,}")
    if any(meter.grown > MOST_BLOCKS for meter in meters):
        sys.exit(f"not flat: more than {MOST_BLOCKS} blocks")


if __name__ == "__main__":
    main()
