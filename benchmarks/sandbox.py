"""How much the sandbox bears: many clients at once, each buying and giving back, in a process of their own.

``python -m benchmarks.sandbox [--clients 1000] [--seconds 60] [--rounds 6]``

A sandbox remembers every order, so its memory grows with them; what must not grow is what it keeps
besides. Hence rounds: at the end of each the sandbox's own books are compared with the clients', then it is
reset, and the next round begins in what is left.
"""

import argparse
import asyncio
import gc
import itertools
import json
import statistics
import subprocess
import sys
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, Self

import aiohttp
import attrs

from pinelabs_async.sandbox import Sandbox

ORDERS: Final = "/api/pay/v1/orders"
PRICE: Final = 150_000
BACK: Final = 50_000
CARD: Final = {"card_details": {"card_number": "4012001037141112", "cvv": "065", "name": "Kevin Bob"}}
MOST_BLOCKS: Final = 2_000
"""How many more of Python's blocks of memory a sandbox may hold after its last reset than after its first."""


def amount(value: int) -> dict[str, object]:
    return {"value": value, "currency": "INR"}


@attrs.define
class Round:
    """What the clients saw, and what the sandbox said of itself before and after its reset."""

    number: int
    seconds: float = 0
    took: "array[float]" = attrs.field(factory=lambda: array("d"))
    orders: int = 0
    paid: int = 0
    refunded: int = 0
    wrong: Counter[str] = attrs.field(factory=Counter[str])
    """Errors, of which none was asked for."""
    before: dict[str, Any] = attrs.field(factory=dict[str, Any])
    told: dict[str, Any] = attrs.field(factory=dict[str, Any])
    left: dict[str, Any] = attrs.field(factory=dict[str, Any])

    def __str__(self) -> str:
        centiles = statistics.quantiles(self.took, n=100)
        rate, busy = len(self.took) / self.seconds, self.told["busy"]
        told, left = self.told["memory"], self.left["memory"]
        return (
            f"{self.number:5} {rate:8,.0f} {len(self.took) / busy:13,.0f} {statistics.median(self.took) * 1000:7.1f}"
            f" {centiles[98] * 1000:7.1f} {self.wrong.total():6} {self.orders:8,}"
            f" {_mega(told)} {_mega(left)} {self.left['blocks']:14,}"
        )


HEAD: Final = (
    "round  calls/s  calls/CPU sec  p50 ms  p99 ms  wrong   orders   MB full  MB reset  blocks after reset"
)


class Client:
    """One shop with one customer at a time."""

    def __init__(self, number: int, box: dict[str, str], http: aiohttp.ClientSession, seen: Round) -> None:
        self.number, self.box, self.http, self.seen = number, box, http, seen
        self.headers: dict[str, str] = {}

    async def call(self, method: str, path: str, **more: Any) -> bytes:
        began = time.perf_counter()
        async with self.http.request(method, path, headers=self.headers, **more) as answer:
            content = await answer.read()
        self.seen.took.append(time.perf_counter() - began)
        if answer.status != 200:
            raise ValueError(f"{method} {answer.status} {content[:200]!r}")
        return content

    async def log_in(self) -> None:
        names = {name: self.box[name] for name in ("client_id", "client_secret")}
        body = {**names, "grant_type": "client_credentials"}
        token = json.loads(await self.call("POST", "/api/auth/v1/token", json=body))["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    async def order(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(await self.call(method, path, json=body))["data"]
        return data

    async def purchase(self, name: str) -> None:
        """Sell something, let it be paid, and give a part of the money back."""
        body: dict[str, object] = {"merchant_order_reference": name, "order_amount": amount(PRICE)}
        order = await self.order("POST", ORDERS, body)
        self.seen.orders += 1
        path = f"{ORDERS}/{order['order_id']}"
        expect("CREATED", (await self.order("GET", path))["status"])
        entry = {"payment_method": "CARD", "payment_amount": amount(PRICE), "payment_option": CARD}
        order = await self.order("POST", f"{path}/payments", {"payments": [entry]})
        await self.call("POST", order["challenge_url"], data={"outcome": "approve"})
        self.seen.paid += 1
        body = {"merchant_order_reference": f"{name}-back", "order_amount": amount(BACK)}
        await self.order("POST", f"/api/pay/v1/refunds/{order['order_id']}", body)
        self.seen.refunded += 1
        expect("PARTIALLY_REFUNDED", (await self.order("GET", path))["status"])

    async def trade(self, until: float) -> None:
        """Buy and give back until the time is over."""
        for turn in itertools.count():
            if time.perf_counter() >= until:
                return
            try:
                if not self.headers:
                    await self.log_in()
                await self.purchase(f"{self.number}-{turn}")
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
                self.seen.wrong[f"{type(error).__name__}: {error}"] += 1


def expect(expected: str, got: str) -> None:
    if expected != got:
        raise ValueError(f"{got}, not {expected}")


class Server:
    """A sandbox in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.sandbox", "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.box = self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        with self._process:
            self._process.terminate()

    def tell(self) -> dict[str, Any]:
        """Ask what it holds and how long its processor was busy since it was asked last."""
        return self._ask("tell")

    def reset(self) -> dict[str, Any]:
        return self._ask("reset")

    def _ask(self, what: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        print(what, file=self._process.stdin, flush=True)
        return {**self._answer(), "memory": memory(self._process.pid)}

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        read: dict[str, Any] = json.loads(self._process.stdout.readline())
        return read


def memory(process: int) -> int | None:
    """Return the resident memory of a process in KiB; None where the system does not tell."""
    try:
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(told.stdout)


def _mega(kibibytes: int | None) -> str:
    return "        -" if kibibytes is None else f"{kibibytes / 1024:9.1f}"


async def serve() -> None:
    """Be the server: a line in, a line out."""
    loop = asyncio.get_running_loop()
    async with Sandbox() as box:
        names = ("base_url", "client_id", "client_secret")
        print(json.dumps({name: getattr(box, name) for name in names}), flush=True)
        began = time.process_time()
        while what := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
            now = time.process_time()
            if what == "reset":
                box.reset()
                gc.collect()
            told = {
                "busy": now - began,
                "orders": box.ledger.count("orders.create"),
                "in": box.ledger.money_in,
                "out": box.ledger.money_out,
                "blocks": sys.getallocatedblocks(),
            }
            began = time.process_time()
            print(json.dumps(told), flush=True)


async def trade(box: dict[str, str], clients: int, seconds: float, seen: Round) -> None:
    """Let all clients trade for a while."""
    async with aiohttp.ClientSession(box["base_url"], connector=aiohttp.TCPConnector(limit=0)) as http:
        shops = [Client(place, box, http, seen) for place in range(clients)]
        began = time.perf_counter()
        await asyncio.gather(*(shop.trade(began + seconds) for shop in shops))
        seen.seconds = time.perf_counter() - began


def measure(clients: int, seconds: float, rounds: int) -> Iterator[Round]:
    """Measure round after round, all together for so many seconds, and compare the books after each."""
    with Server() as server:
        for number in range(1, rounds + 1):
            seen = Round(number, before=server.tell())
            asyncio.run(trade(server.box, clients, seconds / rounds, seen))
            seen.told, seen.left = server.tell(), server.reset()
            books = {"orders": seen.orders, "in": seen.paid * PRICE, "out": seen.refunded * BACK}
            said = {name: seen.told[name] for name in books}
            if said != books:
                seen.wrong[f"the sandbox's books say {said}, the clients' {books}"] += 1
            yield seen


def allow_many_connections() -> None:
    """Raise this process's limit of open files, which its children inherit, where the system has one."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  # Windows has none

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65_536), most))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        asyncio.run(serve())
        return
    allow_many_connections()
    print(HEAD)
    seen: list[Round] = []
    for one in measure(chosen.clients, chosen.seconds, chosen.rounds):
        print(one, flush=True)
        seen.append(one)
    report(seen)


def report(seen: Sequence[Round]) -> None:
    """Say what all rounds come to, and exit with an error where something was wrong."""
    calls = sum(len(one.took) for one in seen)
    print(f"{calls:,} calls in {sum(one.seconds for one in seen):.0f} s")
    first, last = seen[0], seen[-1]
    if first.orders and first.told["memory"] is not None and first.before["memory"] is not None:
        each = (first.told["memory"] - first.before["memory"]) / first.orders
        print(f"an order that is kept, with its payment and refund, takes at most {each:.1f} KiB")
    grown = last.left["blocks"] - first.left["blocks"]
    print(f"after the last reset {grown:+,} blocks of memory against after the first")
    wrong = sum((one.wrong for one in seen), Counter[str]())
    for error, count in wrong.most_common(10):
        print(f"{count:6,}  {error}")
    if wrong or grown > MOST_BLOCKS:
        sys.exit("errors that nobody asked for" if wrong else f"not flat: more than {MOST_BLOCKS:,} blocks")


if __name__ == "__main__":
    main()
