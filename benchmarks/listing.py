"""Memory and time of going through a long listing: ``python -m benchmarks.listing [--items 1000000]``.

A canned gateway in a second process answers page after page; the figures are taken after each tenfold
number of items. Memory is counted in blocks that Python's allocator has given out: flat means that
their number stays what it was after the first thousand items.
"""

import argparse
import asyncio
import gc
import sys
import time
from collections.abc import Iterator
from typing import Final

import pinelabs_sync
from benchmarks.measure import Figure, Ratio, Table, canned
from pinelabs_async import Session

MOST_BLOCKS: Final = 2000
"""How many more live blocks of memory the last items may leave than the first thousand: two thousandths an item."""


class Meter:
    """Take figures while items go by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self.first: int | None = None
        self.last = 0
        self.mark = 1000
        self.marks: dict[int, float] = {}
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


async def awaited(base: str, items: int) -> Meter:
    meter = Meter("async")
    async with Session("id", "secret", base_url=base) as pinelabs:
        async for _ in pinelabs.payouts.list(count=20):
            meter.passed()
            if meter.count == items:
                break
    return meter


def blocking(base: str, items: int) -> Meter:
    meter = Meter("sync")
    with pinelabs_sync.Session("id", "secret", base_url=base) as pinelabs:
        for _ in pinelabs.payouts.list(count=20):
            meter.passed()
            if meter.count == items:
                break
    return meter


def measure(base: str, items: int) -> list[Meter]:
    return [asyncio.run(awaited(base, items)), blocking(base, items)]


def tables(base: str, items: int) -> Iterator[Table]:
    """Show time and growth for each tenfold number of items."""
    for meter in measure(base, items):
        figures = [Figure(f"{count:,} items", [each]) for count, each in meter.marks.items()]
        first, last = figures[0].median, figures[-1].median
        yield Table(
            title=f"listing {meter.count:,} items, {meter.name}",
            unit="microseconds an item",
            figures=figures,
            ratios=[
                Ratio("an item at the end / among the first thousand", last / first, at_most=1.1),
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
