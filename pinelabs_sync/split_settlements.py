"""Blocking twin of ``pinelabs_async.api.split_settlements``."""

from typing import Final

from pinelabs_async.api import split_settlements as _async
from pinelabs_sync.bridge import Resource, blocking


class SplitSettlements(Resource[_async.SplitSettlements]):
    """Release or cancel what partners are to get of an order."""

    release: Final = blocking(_async.SplitSettlements.release)
    cancel: Final = blocking(_async.SplitSettlements.cancel)
