"""Blocking twin of ``pinelabs_async.api.convenience_fees``."""

from typing import Final

from pinelabs_async.api import convenience_fees as _async
from pinelabs_sync.bridge import Resource, blocking


class ConvenienceFees(Resource[_async.ConvenienceFees]):
    """Reckon what payers pay on top."""

    calculate: Final = blocking(_async.ConvenienceFees.calculate)
