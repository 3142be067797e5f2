"""Cold processes: from the first import to the first typed order, and how long the event loop stands still meanwhile.

``python -m benchmarks.start``
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.measure import ROUNDS, Ratio, Table, canned, in_turns, over
from benchmarks.samples import ORDER_ID, PATH

BEGIN = "import time; began = time.perf_counter()\nimport asyncio, json\n"
END = "\nprint((time.perf_counter() - began) * 1e3)"
BARE, OURS, SYNC = "the hard dependencies, bare", "pinelabs_async", "pinelabs_sync"
OFFICIAL, OFFICIAL_SYNC = "official SDK, awaited", "official SDK, blocking"

PROGRAMS = {
    BARE: f"""
import aiohttp, attrs, cattrs, anyio, msgspec
async def main():
    async with aiohttp.ClientSession() as http:
        async with http.post(BASE + "/api/auth/v1/token", json={{"client_id": "id"}}) as answer:
            token = json.loads(await answer.read())["access_token"]
        async with http.get(BASE + {PATH!r}, headers={{"Authorization": "Bearer " + token}}) as answer:
            return json.loads(await answer.read())
asyncio.run(main())
""",
    OURS: f"""
from pinelabs_async import Session
async def main():
    async with Session("id", "secret", base_url=BASE) as pinelabs:
        return await pinelabs.orders.get({ORDER_ID!r})
assert asyncio.run(main()).order_id
""",
    SYNC: f"""
from pinelabs_sync import Session
with Session("id", "secret", base_url=BASE) as pinelabs:
    assert pinelabs.orders.get({ORDER_ID!r}).order_id
""",
    OFFICIAL: f"""
from pinelabs import AsyncPinelabsApi
async def main():
    official = AsyncPinelabsApi(base_url=BASE, token="canned")
    return await official.orders.get_order_by_id(order_id={ORDER_ID!r})
assert asyncio.run(main()).data.order_id
""",
    OFFICIAL_SYNC: f"""
from pinelabs import PinelabsApi
official = PinelabsApi(base_url=BASE, token="canned")
assert official.orders.get_order_by_id(order_id={ORDER_ID!r}).data.order_id
""",
}

IMPORTS = "import aiohttp, attrs, cattrs, anyio, msgspec, time\n"
OWNERS = {
    "of pinelabs_async: attrs builds the classes": f"""
{IMPORTS}
spent = 0.0
def timed(work):
    def run(*args, **more):
        global spent
        began = time.perf_counter()
        try:
            done = work(*args, **more)
        finally:
            spent += time.perf_counter() - began
        return done if isinstance(done, type) else timed(done)
    return run
attrs.define, attrs.frozen = timed(attrs.define), timed(attrs.frozen)
import asyncio
{PROGRAMS[OURS]}
print(spent * 1e3)
""",
    "of pinelabs_async: msgspec compiles what reads a token and an order": f"""
{IMPORTS}
import msgspec.json
spent, Decoder = 0.0, msgspec.json.Decoder
def timed(*args, **more):
    global spent
    began = time.perf_counter()
    made = Decoder(*args, **more)
    spent += time.perf_counter() - began
    return made
msgspec.json.Decoder = timed
import asyncio
{PROGRAMS[OURS]}
print(spent * 1e3)
""",
    "of pinelabs_sync: anyio's portal, imported and started": f"""
{IMPORTS}
import asyncio
began = time.perf_counter()
from anyio.from_thread import start_blocking_portal
with start_blocking_portal():
    print((time.perf_counter() - began) * 1e3)
""",
}
"""What the parts of a cold start take that other libraries own."""

STALL = """
import asyncio, time
from pinelabs_async import Money, NewOrder, Session
longest = 0.0
async def watch():
    global longest
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0)
        longest = max(longest, time.perf_counter() - before)
async def main():
    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.05)
    async with Session("id", "secret", base_url=BASE) as pinelabs:
        global longest
        longest = 0.0
        await FIRST
    watching.cancel()
PREPARE
asyncio.run(main())
print(longest * 1e3)
"""
FIRST = {
    "orders.get": f"pinelabs.orders.get({ORDER_ID!r})",
    "orders.create": "pinelabs.orders.create(NewOrder(order_amount=Money.from_rupees('1500.00')))",
}
"""What the first request may be."""


def run(program: str, base: str) -> float:
    """Run a program in a fresh interpreter; it prints its figure."""
    # As pip leaves a program: with the bytecode of its modules on disk, which the first round writes where it is missing.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", f"BASE = {base!r}\n{program}"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return float(done.stdout)


def tables(base: str, rounds: int = ROUNDS) -> Iterator[Table]:
    """Measure imports with a first call, and the stall of a first call."""
    found = in_turns(
        {
            name: lambda program=program: run(BEGIN + program + END, base)
            for name, program in PROGRAMS.items()
        },
        rounds,
    )
    pairs = zip(found[SYNC].values, found[OURS].values, strict=True)
    extra = statistics.median(sync - awaited for sync, awaited in pairs)
    yield Table(
        title="cold process: import, open, first typed order",
        unit="milliseconds",
        figures=list(found.values()),
        ratios=[
            Ratio(f"{OURS} / {BARE}", over(found, OURS, BARE), at_most=1.15),
            Ratio(f"{OURS} / {OFFICIAL}", over(found, OURS, OFFICIAL), at_most=1.0),
            Ratio(f"{SYNC} - {OURS}, milliseconds", extra, at_most=15),
            Ratio(f"{SYNC} / {OFFICIAL_SYNC}", over(found, SYNC, OFFICIAL_SYNC), at_most=1.0),
        ],
    )
    owners = in_turns(
        {name: lambda program=program: run(program, base) for name, program in OWNERS.items()}, rounds
    )
    yield Table(
        title="what other libraries own of it", unit="milliseconds", figures=list(owners.values()), ratios=[]
    )
    stalls = in_turns(
        {
            f"{name}{', after preload' if prepared else ''}": lambda first=first, prepared=prepared: run(
                STALL.replace("FIRST", first).replace("PREPARE", prepared), base
            )
            for name, first in FIRST.items()
            for prepared in ("", f"from pinelabs_async import preload\npreload({name!r})")
        },
        rounds,
    )
    yield Table(
        title="longest stall of the event loop during the first request",
        unit="milliseconds",
        figures=list(stalls.values()),
        ratios=[Ratio(name, stall.median, at_most=5) for name, stall in stalls.items()],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    with canned() as base:
        for table in tables(base, parser.parse_args().rounds):
            print("\n".join(table.lines()))


if __name__ == "__main__":
    main()
