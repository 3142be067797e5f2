"""Blocking twin of ``pinelabs_async.api.payments``."""

from typing import Final

from pinelabs_async.api import payments as _async
from pinelabs_sync.bridge import Resource, blocking


class Payments(Resource[_async.Payments]):
    """Pay orders."""

    create: Final = blocking(_async.Payments.create)
