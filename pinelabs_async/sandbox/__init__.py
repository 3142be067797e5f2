"""A local Pine Labs on a loopback port: real HTTP, real state, no money.

It implements the gateway as documented and imports nothing from the SDK, so that a
mistake of the SDK cannot hide in it.
"""

from .box import Sandbox
from .clock import Clock
from .faults import Faults
from .ledger import Execution, Ledger
from .payer import Payer
from .server import Exchange

__all__ = ["Clock", "Exchange", "Execution", "Faults", "Ledger", "Payer", "Sandbox"]
