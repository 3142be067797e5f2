"""Kill programs in the middle of a write, and see that ``recover()`` explains what they left behind.

``python -m benchmarks.crash [--runs 200] [--seed N]``

Each run starts a program that makes one write with a journal and kills it (SIGKILL; TerminateProcess on
Windows) at one point of that write. Then another Session on the same journal recovers, and repeats what
is named "not carried out". It ends with an exit status other than 0 when anything was done twice or lost.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias
from unittest import mock

import attrs

from benchmarks.writes import KINDS, ViolationError, Write, at_rest, demand
from pinelabs_async import PineLabsError, Session, SQLiteIntentStore, to_json
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.faults import At, Fault

Package: TypeAlias = Literal["pinelabs_async", "pinelabs_sync"]

PACKAGES: Final[Sequence[Package]] = ("pinelabs_async", "pinelabs_sync")
LONGEST: Final = 30
"""Seconds for a program to reach its point."""


@attrs.frozen
class Point:
    """Where a program is killed."""

    name: str
    recorded: int
    """Intents in the journal by then."""
    executed: int
    """How often the gateway carries the write out, though nobody waits any more."""
    at: str | None = None
    """The place in the gateway; None where the program itself stops."""
    is_dropped: bool = False
    """Whether the gateway loses what it has read."""


POINTS: Final = (
    Point("before recording", 0, 0),
    Point("after recording", 1, 0),
    Point("sent, and lost by the gateway", 1, 0, "before_execute", is_dropped=True),
    Point("sent, and then carried out", 1, 1, "before_execute"),
    Point("carried out, not answered", 1, 1, "after_execute"),
    Point("before settling", 1, 1),
)


async def crash(point: Point, operation: str, package: Package, folder: Path, name: str) -> str:
    """Kill a program at a point of its write, recover, and say what the journal was settled as."""
    journal = folder / f"{name}.db"
    async with Sandbox() as box:
        async with Session(box.client_id, box.client_secret, base_url=box.base_url) as pinelabs:
            write = await KINDS[operation].prepare(box, pinelabs, name)
        with start(point, package, write, box, journal) as program:
            await kill(point, write, box, program)
        await at_rest(box)
        demand(len(write.executions(box)) == point.executed, f"{point.name} is not where it was killed")
        return await recover(point, write, box, SQLiteIntentStore(journal))


def start(
    point: Point, package: Package, write: Write, box: Sandbox, journal: Path
) -> "subprocess.Popen[bytes]":
    """Start a program that makes the write and stops at the point."""
    job = {
        "package": package,
        "point": point.name,
        "journal": str(journal),
        "credentials": [box.client_id, box.client_secret],
        "base_url": box.base_url,
        "operation": write.operation,
        "ids": list(write.ids),
        "body": None if write.body is None else json.loads(to_json(write.body)),
    }
    program = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.crash_child"],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdin is not None
    program.stdin.write(json.dumps(job).encode() + b"\n")
    program.stdin.flush()
    return program


async def kill(point: Point, write: Write, box: Sandbox, program: "subprocess.Popen[bytes]") -> None:
    """Kill the program where it says that it is there, or when the gateway has come that far."""

    def end() -> None:
        program.kill()
        program.wait()  # the gateway answers nobody before the program is gone

    assert program.stdout is not None
    assert program.stderr is not None
    try:
        with struck(box, write.operation, point.at, end):
            if point.is_dropped:
                box.faults.add(operation=write.operation, what="drop")
            async with asyncio.timeout(LONGEST):
                said = await asyncio.to_thread(program.stdout.readline)
    finally:
        end()
    expected = b"here" if point.at is None else b""
    demand(said.strip() == expected, f"the program was not killed: {said!r} {program.stderr.read().decode()}")


@contextlib.contextmanager
def struck(box: Sandbox, operation: str, at: str | None, act: Callable[[], None]) -> Generator[None]:
    """Act when a request of an operation comes to a place in the gateway."""
    strike = box.faults.strike

    def watched(operations: Collection[str], place: At, drawn: Sequence[Fault] = ()) -> Fault | None:
        if operation in operations and place == at:
            act()
        return strike(operations, place, drawn)

    with mock.patch.object(box.faults, "strike", watched):
        yield


async def recover(point: Point, write: Write, box: Sandbox, journal: SQLiteIntentStore) -> str:
    """Do what a program does when it starts again: recover, and repeat what was not carried out."""
    async with (
        contextlib.aclosing(journal),
        Session(box.client_id, box.client_secret, base_url=box.base_url, journal=journal) as pinelabs,
    ):
        try:
            told = await pinelabs.recover(older_than=0)
        except PineLabsError as error:
            raise ViolationError(f"recover() ended with {error!r}") from error
        demand(len(told) == point.recorded, f"{len(told)} intents in the journal")
        carried_out = told[0].carried_out if told else False
        done = len(write.executions(box))
        demand(carried_out is not True or done == 1, f"lost: said to be carried out, executed {done} times")
        demand(carried_out is not False or done == 0, "said not to be carried out, but it was")
        if carried_out:
            demand(await write.matches(pinelabs, told[0].found), "another thing was found")
        if carried_out is False:
            await write.send(pinelabs)
        left = [intent.key for intent in await journal.pending()]
    demand(len(left) == (carried_out is None), f"{len(left)} intents stay open")
    done = len(write.executions(box))
    demand(done == 1 or (carried_out is None and done == 0), f"executed {done} times in the end")
    if not told:
        return "never recorded, made"
    return {True: "found", False: "not done, repeated", None: "named unknown"}[carried_out]


async def one(seed: int, folder: Path) -> tuple[str, str]:
    """Make the run that a seed stands for; return its point and its outcome."""
    drawn = random.Random(seed)
    point, operation, package = POINTS[seed % len(POINTS)], drawn.choice([*KINDS]), drawn.choice(PACKAGES)
    try:
        return point.name, await crash(point, operation, package, folder, f"crash-{seed}")
    except ViolationError as violation:
        print(f"WRONG: {operation}, {package}, {point.name}: {violation}")
        print(f"  again: python -m benchmarks.crash --runs 1 --seed {seed}", flush=True)
        return point.name, "WRONG"


async def many(seed: int, runs: int, folder: Path) -> Counter[tuple[str, str]]:
    left = iter(range(seed, seed + runs))
    outcomes = Counter[tuple[str, str]]()

    async def worker() -> None:
        for each in left:
            outcomes[await one(each, folder)] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(os.cpu_count() or 1):
            group.create_task(worker())
    return outcomes


def show(outcomes: Counter[tuple[str, str]]) -> None:
    columns = sorted({outcome for _, outcome in outcomes})
    print(f"{'killed':<30}" + "".join(f"{column:>22}" for column in columns))
    for point in POINTS:
        counts = (outcomes[point.name, column] or "-" for column in columns)
        print(f"{point.name:<30}" + "".join(f"{count:>22}" for count in counts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}, {chosen.runs} programs killed", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcomes = asyncio.run(many(chosen.seed, chosen.runs, Path(folder)))
    show(outcomes)
    wrong = sum(count for (_, outcome), count in outcomes.items() if outcome == "WRONG")
    print(
        f"{outcomes.total()} runs in {time.monotonic() - started:.0f} s, {wrong} done twice, lost or left open"
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
