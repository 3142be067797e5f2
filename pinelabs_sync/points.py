"""Blocking twin of ``pinelabs_async.api.points``."""

from typing import Final

from pinelabs_async.api import points as _async
from pinelabs_sync.bridge import Resource, blocking


class Points(Resource[_async.Points]):
    """Ask what points are worth."""

    balance: Final = blocking(_async.Points.balance)
