"""Blocking twin of ``pinelabs_async.api.payouts``."""

from typing import Final

from pinelabs_async.api import payouts as _async
from pinelabs_sync.bridge import Resource, blocking
from pinelabs_sync.pages import listing


class Payouts(Resource[_async.Payouts]):
    """Send money."""

    create: Final = blocking(_async.Payouts.create)
    create_bulk: Final = blocking(_async.Payouts.create_bulk)
    list: Final = listing(_async.Payouts.list)
    balance: Final = blocking(_async.Payouts.balance)
    reschedule: Final = blocking(_async.Payouts.reschedule)
    cancel: Final = blocking(_async.Payouts.cancel)
