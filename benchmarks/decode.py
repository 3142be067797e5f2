"""Reading an answer: the 2 KB order into typed objects, and the memory that 10,000 of them take.

``python -m benchmarks.decode``
"""

import argparse
import gc
import inspect
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pydantic
from pinelabs.core.pydantic_utilities import parse_obj_as
from pinelabs.orders.client import AsyncOrdersClient

from benchmarks.measure import ROUNDS, Figure, Ratio, Table, in_turns, over
from benchmarks.samples import ORDER
from pinelabs_async import OPERATIONS, Order
from pinelabs_async.wire import codec

OURS, OFFICIAL, LOADS = "pinelabs_async", "official SDK", "json.loads"
MODEL = inspect.signature(AsyncOrdersClient.get_order_by_id, eval_str=True).return_annotation
COUNT = {OURS: 3000, LOADS: 3000, "msgspec alone, into dicts": 3000, OFFICIAL: 60, "pydantic alone": 100}
ADAPTER = pydantic.TypeAdapter(MODEL)
LIVE = 10_000


GET = OPERATIONS["orders.get"]


def ours(body: bytes) -> Order:
    return codec.decode(GET.answer, body, envelope=GET.envelope)


READERS: dict[str, Callable[[bytes], Any]] = {
    LOADS: json.loads,
    OURS: ours,
    "msgspec alone, into dicts": msgspec.json.Decoder().decode,
    "pydantic alone": ADAPTER.validate_json,
    OFFICIAL: lambda body: parse_obj_as(MODEL, json.loads(body)),
}


def seconds(read: Callable[[bytes], Any], count: int) -> float:
    """Return microseconds a reading."""
    started = time.perf_counter()
    for _ in range(count):
        read(ORDER)
    return (time.perf_counter() - started) / count * 1e6


def size(read: Callable[[bytes], Any], count: int) -> float:
    """Return how many bytes each of so many live objects takes, with all that it keeps of its own answer."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [read(bytes(bytearray(ORDER))) for _ in range(count)]  # each has come in bytes of its own
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return taken / len(kept)


def tables(rounds: int = ROUNDS) -> Iterator[Table]:
    """Measure time and memory."""
    found = in_turns(
        {name: lambda name=name, read=read: seconds(read, COUNT[name]) for name, read in READERS.items()},
        rounds,
    )
    yield Table(
        title=f"decode an order of {len(ORDER):,} bytes",
        unit="microseconds",
        figures=list(found.values()),
        ratios=[
            Ratio(f"{OURS} / {LOADS}", over(found, OURS, LOADS), at_most=1.0),
            Ratio(f"{OFFICIAL} / {OURS}", over(found, OFFICIAL, OURS), at_least=60),
        ],
    )
    held = {name: Figure(name, [size(READERS[name], LIVE)]) for name in (OURS, OFFICIAL)}
    yield Table(
        title=f"memory of {LIVE:,} live orders, ours with the bytes of their answers",
        unit="bytes an order",
        figures=list(held.values()),
        ratios=[Ratio(f"{OURS} / {OFFICIAL}", over(held, OURS, OFFICIAL), at_most=0.5)],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    for table in tables(parser.parse_args().rounds):
        print("\n".join(table.lines()))


if __name__ == "__main__":
    main()
