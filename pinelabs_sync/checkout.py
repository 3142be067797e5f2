"""Blocking twin of ``pinelabs_async.api.checkout``."""

from typing import Final

from pinelabs_async.api import checkout as _async
from pinelabs_sync.bridge import Resource, blocking


class Checkout(Resource[_async.Checkout]):
    """Let the gateway show the payment page."""

    create: Final = blocking(_async.Checkout.create)
