"""A local Pine Labs on a loopback port: real HTTP, real state, no money.

It implements the gateway as documented and imports nothing from the SDK, so that a
mistake of the SDK cannot hide in it.
"""

from pinelabs_async.sandbox.box import Sandbox
from pinelabs_async.sandbox.clock import Clock
from pinelabs_async.sandbox.faults import Faults
from pinelabs_async.sandbox.ledger import Execution, Ledger
from pinelabs_async.sandbox.payer import Payer
from pinelabs_async.sandbox.server import Exchange
from pinelabs_async.sandbox.state import Credentials

__all__ = ["Clock", "Credentials", "Exchange", "Execution", "Faults", "Ledger", "Payer", "Sandbox"]
