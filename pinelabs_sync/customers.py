"""Blocking twin of ``pinelabs_async.api.customers``."""

from typing import Final

from pinelabs_async.api import customers as _async
from pinelabs_sync.bridge import Resource, blocking


class Customers(Resource[_async.Customers]):
    """Store customers and find them."""

    create: Final = blocking(_async.Customers.create)
    get: Final = blocking(_async.Customers.get)
    find: Final = blocking(_async.Customers.find)
    update: Final = blocking(_async.Customers.update)
