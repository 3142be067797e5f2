"""First use by many threads at once: the hooks are compiled on first use, and everybody gets whole ones."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pinelabs_async
from pinelabs_async import Customer, Money, from_json, to_json
from pinelabs_async.wire.codec import decode
from pinelabs_async.wire.shape import Answer, Body, shape

THREADS = 50
ROOT = Path(pinelabs_async.__file__).parents[1]


def at_once(function):
    """Run a function in fifty threads that start together; return what each returned."""
    gate = threading.Barrier(THREADS)

    def wait_and_run(number):
        gate.wait()
        return function(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(wait_and_run, range(THREADS)))


def fresh_classes():
    """Define classes that nobody has read or written yet."""

    @shape
    class Inner(Body):
        """Be a part."""

        amount: Money
        """How much."""
        customer: Customer | None = None
        """Who."""

    @shape
    class Outer(Body):
        """Be a body."""

        parts: Sequence[Inner]
        """Its parts."""

    @shape
    class Seen(Answer):
        """Be an answer."""

        id: str
        """Which."""
        parts: tuple[Inner, ...] = ()
        """Its parts."""

    return Outer, Seen


PARTS = [{"amount": {"value": 5, "currency": "INR"}, "customer": {"first_name": "Kevin"}}]


def test_fresh_classes_are_compiled_once_for_all():
    """Fifty threads that read and write classes nobody has used yet all get the right thing, ten times over."""
    for _ in range(10):
        outer, seen = fresh_classes()

        def use(number, outer=outer, seen=seen):
            body = from_json(outer, {"parts": PARTS, "number": number})
            answer = decode(
                seen, json.dumps({"data": {"id": number, "parts": PARTS}}).encode(), envelope="data"
            )
            return json.loads(to_json(body)), answer.id, answer.parts == body.parts

        expected = [({"parts": PARTS, "number": number}, str(number), True) for number in range(THREADS)]
        assert expected == at_once(use)


FIRST_USE = """
import json, sys, threading
sys.setswitchinterval(1e-6)
from concurrent.futures import ThreadPoolExecutor
gate = threading.Barrier(50)

def use(number):
    gate.wait()
    import pinelabs_async as p
    order = p.NewOrder(order_amount=p.Money(100), merchant_order_reference=f"o-{number}", pre_auth=False)
    again = p.from_json(p.NewOrder, p.to_json(order))
    answer = p.from_json(p.Order, {"order_id": f"v1-{number}", "status": "CREATED"})
    payment = p.from_json(p.NewPayment, {"payments": [{"payment_method": "UPI",
        "payment_amount": {"value": 1, "currency": "INR"}}]})
    return again == order and answer.order_id == f"v1-{number}" and b"UPI" in p.to_json(payment)

with ThreadPoolExecutor(50) as pool:
    print(json.dumps(list(pool.map(use, range(50)))))
"""


def test_first_use_of_the_whole_package():
    """In a new process, fifty threads import lazily, check, read and write at once, and all succeed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FIRST_USE],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert [True] * THREADS == json.loads(done.stdout)
