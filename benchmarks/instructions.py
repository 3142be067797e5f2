"""What a call costs, counted and not timed: processor instructions of the client's process, the system's left out.

``python -m benchmarks.instructions``, where valgrind is installed. The counts differ by less than a hundredth from run to
run, whatever else the machine does. What they do not show: system calls, caches, and waiting.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator

import aiohttp

from benchmarks.measure import Figure, Ratio, Table, canned, over
from benchmarks.samples import CREATE_PATH, ORDER, ORDERS_PATH, REQUEST, new_order, order_ids
from pinelabs_async import OPERATIONS, PineLabsError, Session
from pinelabs_async.wire import reading
from pinelabs_async.wire.attempt import Reach
from pinelabs_async.wire.grace import see_through
from pinelabs_async.wire.headers import headers_of
from pinelabs_async.wire.patience import Limit, Patience
from pinelabs_async.wire.progress import Progress
from pinelabs_async.wire.redact import Secret
from pinelabs_async.wire.transport import Reply

BEARER = {"Authorization": "Bearer canned"}
BARE, OURS = "bare aiohttp + json", "pinelabs_async"
CALLS = ("get", "create")
LOADS, READ = "json.loads of the answer", "the answer into an Order, and judged"
PARTS = (
    LOADS,
    READ,
    "ids and path checked, request id, URL, state of the call",
    "headers and limits of an attempt",
    "aiohttp takes these headers over",
    "aiohttp takes one header over",
    "the limit of an attempt, begun and ended",
)
WAITS = (
    "a task that does nothing, awaited",
    "asyncio.shield around a task that does nothing",
    "the grace around a write that does nothing",
)
"""What a write has beside a read: each is made and waited for, turns of the event loop included."""
FEW, MANY = 100, 700
TIMES = 5
"""How much more often than a call a part is done, since it is shorter."""
REFS = re.compile(r"I\s+refs:\s+([\d,]+)")


async def calls(base: str, name: str, count: int) -> None:
    """Make so many calls, ten at a time."""
    who, what = name.split(": ")
    order, ids = new_order(), order_ids()
    async with aiohttp.ClientSession() as bare, Session("id", "secret", base_url=base) as pinelabs:

        async def get() -> object:
            async with bare.get(base + ORDERS_PATH + next(ids), headers=BEARER) as answer:
                return json.loads(await answer.read())

        async def create() -> object:
            headers = {**BEARER, "Content-Type": "application/json"}
            async with bare.post(base + CREATE_PATH, data=json.dumps(REQUEST), headers=headers) as answer:
                return json.loads(await answer.read())

        made: dict[tuple[str, str], Callable[[], Awaitable[object]]] = {
            (BARE, "get"): get,
            (BARE, "create"): create,
            (OURS, "get"): lambda: pinelabs.orders.get(next(ids)),
            (OURS, "create"): lambda: pinelabs.orders.create(order),
        }
        left = iter(range(count))

        async def worker() -> None:
            for _ in left:
                await made[who, what]()

        await asyncio.gather(*(worker() for _ in range(10)))


async def part(base: str, name: str, count: int) -> None:
    """Do a part of a call so many times."""
    operation, patience, ids = OPERATIONS["orders.get"], Patience(), order_ids()
    pinelabs, pool = Session("id", "secret", base_url=base), aiohttp.ClientSession()
    caller, options = pinelabs._caller, pinelabs._options

    def prepare() -> Progress:
        return caller._prepare(operation, (next(ids),), options, body=None, query=None, ends_at=None)

    call = prepare()
    call.token = Secret("canned")
    call.ends_at = time.monotonic() + 3600  # valgrind is slow
    headers = headers_of(call, None)
    reply = Reply(reach=Reach.ANSWERED, status=200, body=ORDER, whole=True)

    def limit() -> None:
        with Limit(patience, 3600):
            pass

    made: tuple[Callable[[], object], ...] = (
        lambda: json.loads(ORDER),
        lambda: reading.read(operation, reply, "request-id"),
        prepare,
        lambda: caller._next_request(call),
        lambda: pool._prepare_headers(headers),
        lambda: pool._prepare_headers(BEARER),
        limit,
    )
    step = made[PARTS.index(name)]
    for _ in range(count):
        step()
    await pool.close()


class Nothing:
    """A write that has not left, and is never given up."""

    has_left = False

    def abandon(self) -> bool:
        return False

    def report(self, message: str, *, is_over: bool = False) -> PineLabsError:
        raise AssertionError(message, is_over)  # nobody gives it up


async def wait(name: str, count: int) -> None:
    """Wait so many times."""

    async def nothing() -> None:
        pass

    made: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: asyncio.create_task(nothing()),
        lambda: asyncio.shield(asyncio.create_task(nothing())),
        lambda: see_through(nothing(), Nothing(), 5.0),
    )
    step = made[WAITS.index(name)]
    for _ in range(count):
        await step()


def counted(base: str, name: str, count: int) -> int:
    """Return the instructions of a process that does something so many times."""
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    done = subprocess.run(
        [*command, sys.executable, "-m", "benchmarks.instructions", base, name, str(count)],
        check=True,
        capture_output=True,
        text=True,
    )
    found = REFS.search(done.stderr)
    assert found is not None, done.stderr
    return int(found[1].replace(",", ""))


def figure(base: str, name: str, shown: str) -> Figure:
    """Return the instructions that one of many takes: what starting takes is in both counts."""
    times = TIMES if name in PARTS + WAITS else 1
    more = counted(base, name, MANY * times) - counted(base, name, FEW * times)
    return Figure(shown, [more / ((MANY - FEW) * times)])


def tables(base: str) -> Iterator[Table]:
    unit = "instructions"
    for what in CALLS:
        figures = {who: figure(base, f"{who}: {what}", who) for who in (BARE, OURS)}
        ratio = Ratio(f"{BARE} / {OURS}", over(figures, BARE, OURS))
        yield Table(
            title=f"work of an orders.{what}", unit=unit, figures=list(figures.values()), ratios=[ratio]
        )
    yield Table(
        title="parts of an orders.get",
        unit=unit,
        figures=[figure(base, name, name) for name in PARTS],
        ratios=[],
    )
    yield Table(
        title="parts of an orders.create",
        unit=unit,
        figures=[figure(base, name, name) for name in WAITS],
        ratios=[],
    )


if __name__ == "__main__":
    if sys.argv[1:]:
        base, name, count = sys.argv[1:]
        if name in WAITS:
            asyncio.run(wait(name, int(count)))
        else:
            asyncio.run((part if name in PARTS else calls)(base, name, int(count)))
    else:
        with canned() as base:
            for table in tables(base):
                print("\n".join(table.lines()))
