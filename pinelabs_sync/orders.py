"""Blocking twin of ``pinelabs_async.api.orders``."""

from typing import Final

from pinelabs_async.api import orders as _async
from pinelabs_sync.bridge import Resource, blocking


class Orders(Resource[_async.Orders]):
    """Make orders and follow them."""

    create: Final = blocking(_async.Orders.create)
    get: Final = blocking(_async.Orders.get)
    get_by_reference: Final = blocking(_async.Orders.get_by_reference)
    capture: Final = blocking(_async.Orders.capture)
    cancel: Final = blocking(_async.Orders.cancel)
    wait: Final = blocking(_async.Orders.wait)
