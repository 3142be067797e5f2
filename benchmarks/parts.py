"""Where the time of a call goes: parts of a read, each added to one and the same request, fifty of these at a time,
and what it costs a write that it is seen through when its caller is cancelled.

``python -m benchmarks.parts``. A part that is timed alone, over and over, takes a third or half of what it takes here, where
aiohttp, asyncio and the kernel push each other and it out of the processor's caches between two calls.
"""

import asyncio
import json
import statistics
import sys
from collections.abc import Callable, Iterator

from yarl import URL

from benchmarks.calls import BARE, BEARER, OURS, Call, latencies, opened, rate
from benchmarks.measure import ROUNDS, Figure, Ratio, Table, canned, in_turns, over
from benchmarks.samples import ORDER, ORDER_ID, ORDERS_PATH, new_order, order_ids
from pinelabs_async import OPERATIONS, Session
from pinelabs_async.wire import codec, reading, transport
from pinelabs_async.wire.attempt import Reach
from pinelabs_async.wire.headers import headers_of, new_request_id
from pinelabs_async.wire.patience import Limit
from pinelabs_async.wire.progress import Progress
from pinelabs_async.wire.transport import Reply

ALONE = "one request, as the transport makes it, its URL included: aiohttp, asyncio, the kernel"
WHOLE = "all of it, "
WITHOUT = "pinelabs_async, cancelled with its caller at once"
TURN = 300
"""Calls of a turn: short ones and many, since the parts are small beside what a machine changes in a second."""
Part = Callable[[], object]


def parts(pinelabs: Session) -> dict[str, Part]:
    """Return what may be added to the request, by what it is."""
    caller, options, operation = pinelabs._caller, pinelabs._options, OPERATIONS["orders.get"]
    [place] = pinelabs._transport._places.values()
    reply = Reply(Reach.ANSWERED, 200, {}, ORDER, whole=True)

    ids = order_ids()

    def prepare() -> Progress:
        return caller._prepare(operation, (next(ids),), options, body=None, query=None, ends_at=None)

    call = prepare()
    call.token = caller.tokens.current()

    def limit() -> None:
        with Limit(place.patience, 30):
            pass

    return {
        "json.loads of the answer": lambda: json.loads(ORDER),
        "the answer into an Order": lambda: codec.decode(
            operation.answer, ORDER, envelope=operation.envelope
        ),
        "the answer into an Order, and judged": lambda: reading.read(operation, reply, "request-id"),
        "id and path checked, state of the call, Request-ID": prepare,
        "of that, the Request-ID": new_request_id,
        "of that, id and path checked": lambda: operation.path_for((ORDER_ID,)),
        "headers, with the Request-Timestamp": lambda: headers_of(call, None),
        "the limit of the attempt": limit,
    }


async def contestants(pinelabs: Session, base: str) -> dict[str, Call]:
    """Return the request alone, and with each part."""
    await pinelabs.orders.get(ORDER_ID)
    [place] = pinelabs._transport._places.values()
    host, ids, timeout = URL(base), order_ids(), transport._timeout(30.0)

    def added(part: Part) -> Call:
        async def call() -> None:
            made = part()
            if isinstance(made, Progress):
                url = made.url
            else:
                url = host.with_path(ORDERS_PATH + next(ids), encoded=True)
            answer = await place.pool.request(
                "GET",
                url,
                headers=BEARER,
                allow_redirects=False,
                raise_for_status=False,
                timeout=timeout,
                ssl=True,
            )
            answer.content.read_nowait()

        return call

    return {ALONE: added(int), **{name: added(part) for name, part in parts(pinelabs).items()}}


def tables(base: str, rounds: int = ROUNDS) -> Iterator[Table]:
    """Measure the request and the calls, and what each part adds to the request."""
    with asyncio.Runner() as runner, opened(base, "get", runner) as whole:
        pinelabs = Session("id", "secret", base_url=base)
        calls = runner.run(contestants(pinelabs, base))
        calls |= {f"{WHOLE}{BARE}": whole[BARE], f"{WHOLE}orders.get": whole[OURS]}
        found = in_turns(
            {name: lambda call=call: 1e6 / runner.run(rate(call, TURN, 50)) for name, call in calls.items()},
            rounds * 5,
        )
        runner.run(pinelabs.aclose())
    alone = found[ALONE].values
    figures = [
        figure
        if figure.name == ALONE or figure.name.startswith(WHOLE)
        else Figure(
            f"more with: {figure.name}",
            [more - less for more, less in zip(figure.values, alone, strict=True)],
        )
        for figure in found.values()
    ]
    yield Table(
        title="where the time of an orders.get goes, 50 concurrent",
        unit="microseconds",
        figures=figures,
        ratios=[],
    )
    yield grace(base, rounds)


def grace(base: str, rounds: int) -> Table:
    """Measure a write with and without the task of its own, in which it outlives its caller for a moment."""
    order, create = new_order(), OPERATIONS["orders.create"]
    with asyncio.Runner() as runner, opened(base, "create", runner) as whole:
        pinelabs = Session("id", "secret", base_url=base)
        caller, options = pinelabs._caller, pinelabs._options

        async def without() -> object:
            call = caller._prepare(create, (), options, body=order, query=None, ends_at=None)
            return await caller._carry_out(call)

        calls: dict[str, Call] = {BARE: whole[BARE], WITHOUT: without, OURS: whole[OURS]}
        found = in_turns(
            {
                name: lambda call=call: statistics.median(runner.run(latencies(call, TURN)))
                for name, call in calls.items()
            },
            rounds * 3,
        )
        runner.run(pinelabs.aclose())
    return Table(
        title="orders.create, one after the other: p50 with and without a task of its own",
        unit="microseconds",
        figures=list(found.values()),
        ratios=[
            Ratio(f"{WITHOUT} / {BARE}", over(found, WITHOUT, BARE)),
            Ratio(f"{OURS} / {BARE}", over(found, OURS, BARE)),
        ],
    )


def main() -> None:
    with canned() as base:
        for table in tables(base):
            print("\n".join(table.lines()))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
