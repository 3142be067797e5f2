"""Preparing ahead what first calls would pay for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pinelabs_async import preload

FIRST_CALLS = """
import json, sys
from pathlib import Path
from pinelabs_async import OPERATIONS, NewPayment, from_json, preload, to_json
from pinelabs_async.wire import codec, shape

def compiled():
    return [len(kept) for kept in (codec._readers, codec._body_readers, codec._writers, shape._compiled)]

body, groups = Path(sys.argv[1]).read_bytes(), sys.argv[2:]
preload(*groups)
before, modules = compiled(), set(sys.modules)
to_json(from_json(NewPayment, body))
for name in ("orders.create", "orders.get", "payments.create") if groups else OPERATIONS:
    operation = OPERATIONS[name]
    if operation.answer is not bytes:
        to_json(codec.decode(operation.answer, b'{"data": {}}', envelope=operation.envelope))
imported = sorted(name for name in set(sys.modules) - modules if name.startswith("pinelabs"))
print(json.dumps([before, compiled(), imported]))
"""
BODY = Path(__file__).parents[1] / "data/examples/payments/create-payment-upi-intent.request.json"


@pytest.mark.parametrize("groups", [(), ("orders", "payments")], ids=["everything", "two groups"])
def test_nothing_is_left_to_do(groups):
    """After it no first call compiles or imports anything."""
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_CALLS, str(BODY), *groups], capture_output=True, text=True, check=True
    )
    before, after, imported = json.loads(ran.stdout)
    assert before == after
    assert [] == imported
    assert all(count > 0 for count in before)


FIRST_ORDER = """
import sys
from pinelabs_async import Session
modules = set(sys.modules)
Session("id", "secret").orders
print(sorted(set(sys.modules) - modules))
"""


def test_orders_come_with_the_session():
    """Nothing is imported in a first request for an order, which would stand still for it."""
    ran = subprocess.run([sys.executable, "-c", FIRST_ORDER], capture_output=True, text=True, check=True)
    assert "[]" == ran.stdout.strip()


FIRST_REQUESTS = """
import sys
from pinelabs_async import Money, NewOrder, Session
from pinelabs_async.api.orders import CREATE, GET
from pinelabs_async.wire import codec, shape
modules = set(sys.modules)
kept = (codec._readers, codec._writers, shape._compiled)
before = [set(one) for one in kept]
codec.to_json(NewOrder(order_amount=Money(100)))
for operation in (CREATE, GET):
    codec.decode(operation.answer, b'{"data": {"order_id": "v1-1"}}', envelope=operation.envelope)
imported = [name for name in set(sys.modules) - modules if name.startswith(("pinelabs", "cattrs", "msgspec"))]
print([set(one) - old or None for one, old in zip(kept, before)], imported)
"""


def test_first_requests_for_orders_compile_nothing():
    """What writes a body is compiled when it is named, what reads an order with the Session: not within a request."""
    ran = subprocess.run([sys.executable, "-c", FIRST_REQUESTS], capture_output=True, text=True, check=True)
    assert "[None, None, None] []" == ran.stdout.strip()


@pytest.mark.parametrize("name", ["orderz", "orders.nope", "", "."])
def test_unknown_name(name):
    """A name that is none is a KeyError."""
    with pytest.raises(KeyError):
        preload(name)
