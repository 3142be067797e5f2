"""Blocking twin of ``pinelabs_async.api.awbs``."""

from typing import Final

from pinelabs_async.api import awbs as _async
from pinelabs_sync.bridge import Resource, blocking


class Awbs(Resource[_async.Awbs]):
    """Hand in the air waybills of import orders."""

    create: Final = blocking(_async.Awbs.create)
    list: Final = blocking(_async.Awbs.list)
    get: Final = blocking(_async.Awbs.get)
    upload: Final = blocking(_async.Awbs.upload)
