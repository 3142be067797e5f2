"""Blocking twin of ``pinelabs_async.api.refunds``."""

from typing import Final

from pinelabs_async.api import refunds as _async
from pinelabs_sync.bridge import Resource, blocking


class Refunds(Resource[_async.Refunds]):
    """Give money back."""

    create: Final = blocking(_async.Refunds.create)
