"""Awaited calls: how many a second, and how long each takes, beside bare aiohttp, httpx and the official SDK.

``python -m benchmarks.calls [--uvloop]``
"""

import argparse
import asyncio
import contextlib
import json
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime

import aiohttp
import httpx
import uvloop
from pinelabs import AsyncPinelabsApi

from benchmarks.measure import ROUNDS, Figure, Ratio, Table, canned, in_turns, over
from benchmarks.samples import CREATE_PATH, ORDERS_PATH, PATH, REQUEST, new_order, order_ids
from pinelabs_async import Session

OURS, BARE, HTTPX, OFFICIAL = "pinelabs_async", "bare aiohttp + json", "httpx + json", "official SDK"
NAMED = "bare aiohttp + json, each call with an id and its time"
CEILING = "bytes over asyncio.Protocol: the server's own speed"
BEARER = {"Authorization": "Bearer canned"}
Call = Callable[[], Awaitable[object]]
Calls = Mapping[str, Call]


class Pipe(asyncio.Protocol):
    """Ask on one connection and count the bytes that come: nothing is read, so nothing can be faster."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if not self.missing:
            head = data.index(b"\r\n\r\n")
            length = data[:head].lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self.missing = head + 4 + int(length)
        self.missing -= len(data)
        if not self.missing:
            self.answered.set_result(None)

    async def __call__(self) -> None:
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(self.request)
        await self.answered


async def bytes_rate(base: str, calls: int, concurrent: int) -> float:
    """Return what the server itself can do, by connections that only count bytes."""
    host, port = base.removeprefix("http://").split(":")
    request = f"GET {PATH} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    pipes = [
        (await loop.create_connection(lambda: Pipe(request), host, int(port)))[1] for _ in range(concurrent)
    ]
    left = iter(range(calls))

    async def worker(pipe: Pipe) -> None:
        for _ in left:
            await pipe()

    started = time.perf_counter()
    await asyncio.gather(*map(worker, pipes))
    took = time.perf_counter() - started
    for pipe in pipes:
        pipe.transport.close()
    return calls / took


@contextlib.asynccontextmanager
async def contestants(base: str, what: str) -> AsyncIterator[Calls]:
    """Open one client of each kind, used as its own guide says."""
    order, ids = new_order(), order_ids()
    async with (
        aiohttp.ClientSession() as bare,
        httpx.AsyncClient(trust_env=False) as plain,
        Session("id", "secret", base_url=base) as pinelabs,
        httpx.AsyncClient(trust_env=False) as below,
    ):
        official = AsyncPinelabsApi(base_url=base, token="canned", httpx_client=below)

        async def bare_get(named: Mapping[str, str] = BEARER) -> object:
            async with bare.get(base + ORDERS_PATH + next(ids), headers=named) as answer:
                return json.loads(await answer.read())

        async def bare_create(named: Mapping[str, str] = BEARER) -> object:
            headers = {**named, "Content-Type": "application/json"}
            async with bare.post(base + CREATE_PATH, data=json.dumps(REQUEST), headers=headers) as answer:
                return json.loads(await answer.read())

        async def httpx_get() -> object:
            return (await plain.get(base + ORDERS_PATH + next(ids), headers=BEARER)).json()

        async def httpx_create() -> object:
            return (await plain.post(base + CREATE_PATH, json=REQUEST, headers=BEARER)).json()

        yield {
            "get": {
                BARE: bare_get,
                OURS: lambda: pinelabs.orders.get(next(ids)),
                NAMED: lambda: bare_get(named()),
                HTTPX: httpx_get,
                OFFICIAL: lambda: official.orders.get_order_by_id(order_id=next(ids)),
            },
            "create": {
                BARE: bare_create,
                OURS: lambda: pinelabs.orders.create(order),
                NAMED: lambda: bare_create(named("Idempotency-Key")),
                HTTPX: httpx_create,
                OFFICIAL: lambda: official.orders.create_order(**REQUEST),
            },
        }[what]


def named(*more: str) -> Mapping[str, str]:
    """Make headers that tell a call from others, as the gateway's documentation shows them and the SDK sends them."""
    request_id, now = str(uuid.uuid4()), datetime.now(UTC).isoformat(timespec="milliseconds")
    times = {"Request-ID": request_id, "Request-Timestamp": now.replace("+00:00", "Z")}
    return {**BEARER, **times, **dict.fromkeys(more, request_id)}


async def rate(call: Call, calls: int, concurrent: int) -> float:
    """Return calls a second."""
    left = iter(range(calls))

    async def worker() -> None:
        for _ in left:
            await call()

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(concurrent)))
    return calls / (time.perf_counter() - started)


async def latencies(call: Call, calls: int) -> list[float]:
    """Return how many microseconds each of some calls took, one after the other."""
    took: list[float] = []
    for _ in range(calls):
        started = time.perf_counter()
        await call()
        took.append((time.perf_counter() - started) * 1e6)
    return sorted(took)


@contextlib.contextmanager
def opened(base: str, what: str, runner: asyncio.Runner) -> Iterator[Calls]:
    """Hold the clients open between the turns of one event loop."""
    stack = contextlib.AsyncExitStack()
    try:
        yield runner.run(stack.enter_async_context(contestants(base, what)))
    finally:
        runner.run(stack.aclose())


CALLS = {BARE: 1000, OURS: 1000, NAMED: 1000, HTTPX: 100, OFFICIAL: 50}
"""So many that a turn takes about a tenth of a second: the machine is the same for all of a round."""


def throughput(
    base: str, what: str, concurrent: int, runner: asyncio.Runner, rounds: int
) -> Mapping[str, Figure]:
    with opened(base, what, runner) as calls:
        turns: dict[str, Callable[[], float]] = {
            name: lambda name=name, call=call: runner.run(
                rate(call, max(CALLS[name], 2 * concurrent), concurrent)
            )
            for name, call in calls.items()
        }
        if what == "get":
            turns[CEILING] = lambda: runner.run(bytes_rate(base, 10_000, concurrent))
        return in_turns(turns, rounds)


def latency(base: str, what: str, runner: asyncio.Runner, rounds: int) -> tuple[Table, Table]:
    """Measure one call after the other: the median and the slowest hundredth of each turn."""
    slowest: dict[str, list[float]] = {}

    def turn(name: str, call: Call) -> float:
        took = runner.run(latencies(call, max(100, CALLS[name] // 2)))
        slowest.setdefault(name, []).append(took[len(took) * 99 // 100])
        return took[len(took) // 2]

    with opened(base, what, runner) as calls:
        found = in_turns(
            {name: lambda name=name, call=call: turn(name, call) for name, call in calls.items()}, rounds
        )
    tails = {name: Figure(name, values[1:]) for name, values in slowest.items()}
    return (
        Table(
            title=f"orders.{what}, one after the other: p50",
            unit="microseconds",
            figures=list(found.values()),
            ratios=[Ratio(f"{OURS} / {BARE}", over(found, OURS, BARE), at_most=1.10)],
        ),
        Table(
            title=f"orders.{what}, one after the other: p99",
            unit="microseconds",
            figures=list(tails.values()),
            ratios=[Ratio(f"{OURS} / {BARE}", over(tails, OURS, BARE))],
        ),
    )


GOALS = {"get": 1.0, "create": 0.95}


def tables(base: str, rounds: int = ROUNDS, *, fast_loop: bool = False) -> Iterator[Table]:
    """Measure everything that is awaited."""
    factory = uvloop.new_event_loop if fast_loop else None
    with asyncio.Runner(loop_factory=factory) as runner:
        for what in ("get", "create"):
            found = throughput(base, what, 50, runner, rounds)
            yield Table(
                title=f"orders.{what}, 50 concurrent" + (", uvloop" if fast_loop else ""),
                unit="calls a second",
                figures=list(found.values()),
                ratios=[
                    Ratio(
                        f"{OURS} / {BARE}",
                        over(found, OURS, BARE),
                        at_least=None if fast_loop else GOALS[what],
                    ),
                    Ratio(f"{OURS} / {NAMED}", over(found, OURS, NAMED)),
                    Ratio(
                        f"{OURS} / {OFFICIAL}",
                        over(found, OURS, OFFICIAL),
                        at_least=20 if what == "get" and not fast_loop else None,
                    ),
                ],
            )
            if not fast_loop:
                yield from latency(base, what, runner, rounds)
        if not fast_loop:
            yield growth(base, runner, rounds)


def growth(base: str, runner: asyncio.Runner, rounds: int) -> Table:
    """Measure whether many at a time are as fast as some."""
    with opened(base, "get", runner) as calls:
        call = calls[OURS]
        found = in_turns(
            {
                f"{many} concurrent": lambda many=many: runner.run(rate(call, 2000, many))
                for many in (1, 10, 50, 200, 1000)
            },
            rounds,
        )
    ratio = Ratio("1000 / 50", over(found, "1000 concurrent", "50 concurrent"), at_least=0.9)
    return Table(
        title="orders.get by concurrency", unit="calls a second", figures=list(found.values()), ratios=[ratio]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--uvloop", action="store_true", help="on uvloop, which is not the default")
    chosen = parser.parse_args()
    with canned() as base:
        for table in tables(base, chosen.rounds, fast_loop=chosen.uvloop):
            print("\n".join(table.lines()))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
