"""Blocking twin of ``pinelabs_async.api.settlements``."""

from typing import Final

from pinelabs_async.api import settlements as _async
from pinelabs_sync.bridge import Resource, blocking
from pinelabs_sync.pages import listing


class Settlements(Resource[_async.Settlements]):
    """Read what was paid to your bank account."""

    list: Final = listing(_async.Settlements.list)
    get: Final = blocking(_async.Settlements.get)
