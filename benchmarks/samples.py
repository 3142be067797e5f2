"""What is sent and answered in the benchmarks: the guide's own order, and what its full request looks like."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pinelabs_async import NewOrder, from_json

ORDERS = Path(__file__).parents[1] / "tests/data/examples/orders"
ORDER_ID = "v1-250502082203-aa-BZMaYf"
ORDERS_PATH = "/api/pay/v1/orders/"
PATH = f"{ORDERS_PATH}{ORDER_ID}"
CREATE_PATH = "/api/pay/v1/orders"
ORDER = json.dumps(json.loads((ORDERS / "get-order-cardless-emi.response.json").read_bytes())).encode()
"""The answer, without the spaces that the guide indents it with."""
REQUEST: dict[str, Any] = json.loads((ORDERS / "create-order.request.json").read_bytes())


def new_order() -> NewOrder:
    return from_json(NewOrder, REQUEST)


def order_ids() -> Iterator[str]:
    """Yield ids of orders, each another one: a program asks for many, and no library has seen them before."""
    return map("v1-250502082203-aa-{:06}".format, itertools.count())  # no generator: threads share it
