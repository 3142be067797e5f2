"""A local Pine Labs on a loopback port: real HTTP, real state, no money.

It implements the gateway as documented and imports nothing from the SDK, so that a
mistake of the SDK cannot hide in it.
"""

from pinelabs_async.sandbox.box import Sandbox
from pinelabs_async.sandbox.clock import Clock
from pinelabs_async.sandbox.delivery import Delivery
from pinelabs_async.sandbox.faults import Faults
from pinelabs_async.sandbox.ledger import Execution, Ledger
from pinelabs_async.sandbox.outbox import Event
from pinelabs_async.sandbox.payer import Payer
from pinelabs_async.sandbox.posting import Attempt
from pinelabs_async.sandbox.server import Exchange
from pinelabs_async.sandbox.state import Credentials
from pinelabs_async.sandbox.webhooks import WebhookFault, Webhooks

__all__ = [
    "Attempt",
    "Clock",
    "Credentials",
    "Delivery",
    "Event",
    "Exchange",
    "Execution",
    "Faults",
    "Ledger",
    "Payer",
    "Sandbox",
    "WebhookFault",
    "Webhooks",
]
