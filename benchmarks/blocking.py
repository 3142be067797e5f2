"""Blocking calls beside bare aiohttp on a thread of its own, requests, httpx, the official SDK, and two peers.

``python -m benchmarks.blocking``. Stripe's and Razorpay's own clients ask the same server for an object of
theirs, which it answers with the same order: what is compared is what a call costs in each.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping

import aiohttp
import httpx
import pinelabs
import requests
import stripe

import pinelabs_sync
from benchmarks.calls import BARE as AIOHTTP
from benchmarks.calls import BEARER
from benchmarks.measure import ROUNDS, Figure, Ratio, Table, canned, in_turns, over
from benchmarks.samples import ORDERS_PATH, order_ids

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports pkg_resources
    import razorpay

OURS, OFFICIAL, REQUESTS = "pinelabs_sync", "official SDK", "requests + json"
BARE = f"{AIOHTTP}, by run_coroutine_threadsafe"
Call = Callable[[], object]
CALLS = {BARE: 1500, OURS: 1500, REQUESTS: 600, OFFICIAL: 100}
FEW = 400


@contextlib.contextmanager
def loop_on_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextlib.contextmanager
def contestants(base: str) -> Iterator[Mapping[str, Call]]:
    """Open one client of each kind, used as its own guide says."""
    with (
        loop_on_a_thread() as loop,
        pinelabs_sync.Session("id", "secret", base_url=base) as ours,
        requests.Session() as plain,
        httpx.Client(trust_env=False) as client,
        httpx.Client(trust_env=False) as below,
    ):
        plain.trust_env = False
        official = pinelabs.PinelabsApi(base_url=base, token="canned", httpx_client=below)
        razor = razorpay.Client(auth=("id", "secret"), base_url=base)
        striped = stripe.StripeClient("sk_test_canned", base_addresses={"api": base})

        async def make() -> aiohttp.ClientSession:
            return aiohttp.ClientSession()

        bare = asyncio.run_coroutine_threadsafe(make(), loop).result()
        ids, orders = order_ids(), base + ORDERS_PATH

        async def get() -> object:
            async with bare.get(orders + next(ids), headers=BEARER) as answer:
                return json.loads(await answer.read())

        try:
            yield {
                BARE: lambda: asyncio.run_coroutine_threadsafe(get(), loop).result(),
                OURS: lambda: ours.orders.get(next(ids)),
                REQUESTS: lambda: plain.get(orders + next(ids), headers=BEARER).json(),
                "httpx + json": lambda: client.get(orders + next(ids), headers=BEARER).json(),
                OFFICIAL: lambda: official.orders.get_order_by_id(order_id=next(ids)),
                "razorpay": lambda: razor.order.fetch(next(ids)),
                "stripe": lambda: striped.v1.payment_intents.retrieve(next(ids)),
            }
        finally:
            asyncio.run_coroutine_threadsafe(bare.close(), loop).result()


def rate(call: Call, calls: int, threads: int) -> float:
    """Return calls a second."""
    left = iter(range(calls))

    def worker() -> None:
        for _ in left:
            call()

    workers = [threading.Thread(target=worker) for _ in range(threads)]
    started = time.perf_counter()
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    return calls / (time.perf_counter() - started)


def measure(calls: Mapping[str, Call], threads: int, rounds: int) -> Mapping[str, Figure]:
    return in_turns(
        {
            name: lambda name=name, call=call: rate(call, CALLS.get(name, FEW), threads)
            for name, call in calls.items()
        },
        rounds,
    )


def tables(base: str, rounds: int = ROUNDS) -> Iterator[Table]:
    """Measure one thread, and 32 that share one Session."""
    with contestants(base) as calls:
        found = measure(calls, 1, rounds)
        yield Table(
            title="blocking orders.get, 1 thread",
            unit="calls a second",
            figures=list(found.values()),
            ratios=[
                Ratio(f"{OURS} / {BARE}", over(found, OURS, BARE), at_least=1.0),
                Ratio(f"{OURS} / {REQUESTS}", over(found, OURS, REQUESTS), at_least=1.4),
                Ratio(f"{OURS} / {OFFICIAL}", over(found, OURS, OFFICIAL), at_least=4),
            ],
        )
        shared = {name: calls[name] for name in (BARE, OURS, OFFICIAL)}
        found = measure(shared, 32, rounds)
        yield Table(
            title="blocking orders.get, 32 threads, one Session",
            unit="calls a second",
            figures=list(found.values()),
            ratios=[
                Ratio(f"{OURS} / {BARE}", over(found, OURS, BARE), at_least=0.95),
                Ratio(f"{OURS} / {OFFICIAL}", over(found, OURS, OFFICIAL)),
            ],
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    with canned() as base:
        for table in tables(base, parser.parse_args().rounds):
            print("\n".join(table.lines()))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
