"""Make thousands of writes while a third of the answers is damaged, and see that none is done twice or lost.

``python -m benchmarks.chaos [--runs 10000] [--seed N] [--client ours|official|both]``

Each run has a seed of its own, a gateway of its own, and a caller who insists: what was not sent is made
again, what is unknown is resolved, and made again only when it surely was not carried out. It ends with
an exit status other than 0 when anything was done twice, lost or said wrongly by this SDK. The official
SDK is asked the same, once each time, as a contrast. Pauses are milliseconds here: only the speed differs.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import pickle
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final, get_args
from unittest import mock

import attrs

from benchmarks.writes import KINDS, ViolationError, Write, at_rest, demand
from pinelabs_async import MemoryIntentStore, PineLabsError, Session
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.faults import At, What
from pinelabs_async.sandbox.server import Exchange
from pinelabs_async.wire import attempt, call

SHARE: Final = 0.3
"""How many of the requests are struck."""
TIMEOUT: Final = 0.25
CONCURRENT: Final = 8
"""Runs at a time in one process."""
ROWS: Final = (
    "runs",
    "requests",
    "struck",
    "calls",
    "executed",
    "results",
    "looked_up",
    "refused_or_not_sent",
    "unknown",
    "resolved",
    "cancelled",
    "recovered",
    "still_unknown",
    "doubles",
    "lost",
)
"""What is counted: requests that came to the gateway and those struck, calls made and how they ended, and what was
found out afterwards; ``recovered`` and ``still_unknown`` are the journal's."""


def damage(box: Sandbox, drawn: random.Random, operation: str) -> None:
    """Let things go wrong, in ways that a gateway can fail without lying about what it did."""

    def strike(share: float, *what: What, at: Sequence[At] = get_args(At), **more: Any) -> None:
        box.faults.random(seed=drawn.getrandbits(32), share=share, what=what, at=at, **more)

    before: Sequence[At] = ("before_read", "before_execute")
    strike(SHARE - 0.08, "drop", "reset", "status", "html", "garbage", "empty", "truncated", "slow")
    strike(0.03, "dribble", delay=0)
    strike(0.005, "slow", delay=TIMEOUT * 1.5)
    strike(0.005, "dribble", delay=0.002)  # of hundreds of bytes: longer than the timeout, too
    strike(0.02, "revoke", at=before)
    strike(0.02, "redirect", at=before)  # after the execution it would say that nothing was done
    if drawn.random() < 0.1:
        box.faults.add(
            operation=operation,
            what="status",
            status=429,
            times=drawn.randint(1, 4),
            retry_after=drawn.choice((None, 0)),
        )


def blind_repetitions(exchanges: Iterable[Exchange]) -> int:
    """Count the times that the write came again though it may have been carried out already.

    It may have been unless the gateway refused it, or answered afterwards that there is no such thing. This is
    stricter than to count executions, which a gateway that knows its references keeps to one.
    """
    repetitions, may_be_done = 0, False
    for exchange in exchanges:
        status = exchange.status
        if exchange.method == "GET":
            may_be_done = may_be_done and not _says_absent(exchange)
        elif exchange.operation != "auth.generate_token":
            repetitions += may_be_done
            may_be_done = may_be_done or status is None or status < 300 or status == 408 or status >= 500
    return repetitions


def _says_absent(exchange: Exchange) -> bool:
    is_whole = exchange.fault in (None, "slow", "dribble", "revoke")
    return is_whole and (exchange.status == 404 or b'"payments": []' in exchange.answer)


@attrs.define
class Merchant:
    """One who makes a write and insists on knowing what became of it."""

    write: Write
    pinelabs: Session
    drawn: random.Random
    results: list[Any] = attrs.field(factory=list[Any])
    errors: list[PineLabsError] = attrs.field(factory=list[PineLabsError])
    told: list[bool | None] = attrs.field(factory=list[bool | None])
    """What was resolved while things went wrong."""
    gave_up: bool = False

    @property
    def unknown(self) -> Sequence[PineLabsError]:
        return [error for error in self.errors if error.outcome == "unknown"]

    async def insist(self) -> None:
        for _ in range(3):
            if not await self._once():
                return

    async def _once(self) -> bool:
        """Make the write; tell whether to make it again."""
        patience = self.drawn.uniform(0, 0.02) if self.drawn.random() < 0.1 else None
        try:
            async with asyncio.timeout(patience):
                self.results.append(await self.write.send(self.pinelabs))
        except TimeoutError:
            if patience is None:
                raise
            self.gave_up = True
        except PineLabsError as error:
            self.errors.append(error)
            return error.outcome == "not_sent" or (
                error.outcome == "unknown" and await self._is_absent(error)
            )
        return False

    async def _is_absent(self, error: PineLabsError) -> bool:
        try:
            told = await self.pinelabs.resolve(error)
        except PineLabsError:
            return False
        self.told.append(told.carried_out)
        return told.carried_out is False


def session(box: Sandbox, **more: Any) -> Session:
    return Session(box.client_id, box.client_secret, base_url=box.base_url, **more)


async def run(seed: int) -> Counter[str]:
    """Make the run that a seed stands for, and count what happened."""
    drawn = random.Random(seed)
    journal = MemoryIntentStore()
    async with Sandbox(duplicate_references=drawn.choice(("refuse", "return"))) as box:
        async with session(box) as pinelabs:
            write = await KINDS[drawn.choice([*KINDS])].prepare(box, pinelabs, f"run-{seed}")
        box.exchanges.clear()
        damage(box, drawn, write.operation)
        async with session(
            box,
            timeout=TIMEOUT,
            deadline=TIMEOUT * 12,
            max_attempts=drawn.randint(1, 4),
            on_unknown=drawn.choice(("resolve", "resolve", "resolve", "raise")),
            journal=journal,
        ) as pinelabs:
            merchant = Merchant(write, pinelabs, drawn)
            await merchant.insist()
        counts = Counter(requests=len(box.exchanges), struck=box.faults.hits)
        box.faults.clear()
        await at_rest(box)
        blind = blind_repetitions(box.exchanges)
        demand(not blind, f"doubles: {write.operation} was sent again {blind} times without a look")
        async with session(box, journal=journal) as pinelabs:
            return counts + await judge(merchant, box, pinelabs)


async def judge(merchant: Merchant, box: Sandbox, pinelabs: Session) -> Counter[str]:
    """Hold what the merchant was told against what the gateway did."""
    write, done = merchant.write, len(merchant.write.executions(box))
    told = f"lost: {write.operation} was executed {done} times,"
    demand(done <= 1, f"doubles: {write.operation} was executed {done} times")
    if merchant.results:
        demand(done == 1, f"{told} and there is a result")
        demand(await write.matches(pinelabs, merchant.results[0]), f"{told} with another result")
    elif not merchant.unknown and not merchant.gave_up:
        demand(done == 0, f"{told} in spite of {merchant.errors}")
    demand(True not in merchant.told or done == 1, f"{told} and was resolved as carried out")
    try:
        resolved = [await pinelabs.resolve(pickle.loads(pickle.dumps(error))) for error in merchant.unknown]
        recovered = await pinelabs.recover(older_than=0)
    except PineLabsError as error:
        raise ViolationError(f"{told} and nothing else can be found out: {error!r}") from error
    for found in (*resolved, *recovered):
        demand(found.carried_out in (None, done == 1), f"{told} and resolved as {found.carried_out}")
        if found.carried_out:
            demand(await write.matches(pinelabs, found.found), f"{told} and another was found")
    return Counter(
        runs=1,
        calls=len(merchant.results) + len(merchant.errors) + merchant.gave_up,
        executed=done,
        results=len(merchant.results),
        looked_up=sum(result.recovered for result in merchant.results),
        refused_or_not_sent=len(merchant.errors) - len(merchant.unknown),
        unknown=len(merchant.unknown),
        resolved=sum(found.carried_out is not None for found in resolved),
        cancelled=merchant.gave_up,
        recovered=sum(found.carried_out is not None for found in recovered),
        still_unknown=sum(found.carried_out is None for found in recovered),
    )


@contextlib.contextmanager
def short_pauses() -> Generator[None]:
    """Pause for milliseconds where the SDK pauses for half a second or more."""
    with mock.patch.object(attempt, "FIRST_PAUSE", 0.005), mock.patch.object(call, "LOOK_UP_PAUSE", 0.005):
        yield


async def many(seeds: Sequence[int], once: Callable[[int], Awaitable[Counter[str]]]) -> Counter[str]:
    """Make many runs, some at a time; print each violation and how to repeat it."""
    counts, left = Counter[str](), iter(seeds)
    again = "again: python -m benchmarks.chaos --runs 1 --seed"

    async def worker() -> None:
        for seed in left:
            try:
                counts.update(await once(seed))
            except ViolationError as violation:
                kind, _, what = str(violation).partition(": ")
                counts.update(runs=1, **{kind: 1})
                print(f"{kind}: {what}\n  {again} {seed}", flush=True)
            except Exception:
                print(f"ended in an error that is none of the SDK's\n  {again} {seed}", flush=True)
                raise

    async with asyncio.TaskGroup() as group:
        for _ in range(CONCURRENT):
            group.create_task(worker())
    return counts


def ours(seeds: Sequence[int]) -> Counter[str]:
    logging.getLogger("pinelabs").setLevel(logging.ERROR)  # it tells of calls whose caller has gone
    with short_pauses():
        return asyncio.run(many(seeds, run))


def spread(seed: int, runs: int, part: Callable[[Sequence[int]], Counter[str]]) -> Counter[str]:
    """Make the runs in as many processes as there are cores."""
    cores = min(os.cpu_count() or 1, runs)
    parts = [range(seed + first, seed + runs, cores) for first in range(cores)]
    if cores == 1:
        return part(parts[0])
    with ProcessPoolExecutor(cores) as pool:
        return sum(pool.map(part, parts), Counter[str]())


def show(name: str, rows: Sequence[str], counts: Counter[str], seconds: float) -> None:
    print(f"{name}, {seconds:.0f} s")
    for what in rows:
        print(f"  {what.replace('_', ' '):<24}{counts[what]:>9,}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--client", choices=("ours", "official", "both"), default="ours")
    chosen = parser.parse_args()
    print(
        f"seed {chosen.seed}, {chosen.runs} runs, {SHARE:.0%} of the requests struck, short pauses",
        flush=True,
    )
    violations = 0
    if chosen.client != "official":
        started = time.monotonic()
        counts = spread(chosen.seed, chosen.runs, ours)
        violations = counts["doubles"] + counts["lost"]
        show("pinelabs_async", ROWS, counts, time.monotonic() - started)
    if chosen.client != "ours":
        from benchmarks import chaos_official  # noqa: PLC0415  # the official SDK is there in development only

        started = time.monotonic()
        counts = spread(chosen.seed, chosen.runs, chaos_official.official)
        show("pinelabs-python, asked once each", chaos_official.ROWS, counts, time.monotonic() - started)
    sys.exit(bool(violations))


if __name__ == "__main__":
    main()
