"""Blocking twin of ``pinelabs_async.api.invoices``."""

from typing import Final

from pinelabs_async.api import invoices as _async
from pinelabs_sync.bridge import Resource, blocking


class Invoices(Resource[_async.Invoices]):
    """Hand in the invoices of import orders."""

    create: Final = blocking(_async.Invoices.create)
    get: Final = blocking(_async.Invoices.get)
    upload: Final = blocking(_async.Invoices.upload)
