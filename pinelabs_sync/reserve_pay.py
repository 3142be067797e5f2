"""Blocking twin of ``pinelabs_async.api.reserve_pay``."""

from typing import Final

from pinelabs_async.api import reserve_pay as _async
from pinelabs_sync.bridge import Resource, blocking


class ReservePay(Resource[_async.ReservePay]):
    """Block money by UPI and take it bit by bit."""

    create: Final = blocking(_async.ReservePay.create)
    get: Final = blocking(_async.ReservePay.get)
    debit: Final = blocking(_async.ReservePay.debit)
