"""Calls a second: this SDK beside bare aiohttp and ``json.loads``, interleaved in one run.

``python -m benchmarks.calls [--rounds 7] [--calls 2000]``
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import aiohttp

from pinelabs_async import Session

PATH = "/api/pay/v1/orders/v1-250502082203-aa-BZMaYf"
Call = Callable[[], Awaitable[object]]


async def rate(call: Call, calls: int, concurrent: int) -> float:
    left = iter(range(calls))

    async def worker() -> None:
        for _ in left:
            await call()

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(concurrent)))
    return calls / (time.perf_counter() - started)


async def compare(port: int, rounds: int, calls: int) -> None:
    base = f"http://127.0.0.1:{port}"
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as bare,
        Session("id", "secret", base_url=base) as pinelabs,
    ):

        async def plain() -> object:
            async with bare.get(base + PATH, headers={"Authorization": "Bearer canned"}) as answer:
                return json.loads(await answer.read())

        async def ours() -> object:
            return await pinelabs.orders.get("v1-250502082203-aa-BZMaYf")

        for concurrent in (1, 50):
            figures: dict[str, list[float]] = {
                "bare aiohttp + json.loads": [],
                "pinelabs_async orders.get": [],
            }
            for _ in range(rounds):
                for name, call in zip(figures, (plain, ours), strict=True):
                    figures[name].append(await rate(call, calls, concurrent))
            print(f"\n{concurrent} concurrent, {rounds} rounds of {calls} calls")
            for name, rates in figures.items():
                print(
                    f"  {name:<28} {statistics.median(rates):8.0f}/s  (min {min(rates):.0f}, max {max(rates):.0f})"
                )
            first, second = (statistics.median(rates) for rates in figures.values())
            print(f"  ratio {second / first:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=2000)
    chosen = parser.parse_args()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            asyncio.run(compare(int(server.stdout.readline()), chosen.rounds, chosen.calls))
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
