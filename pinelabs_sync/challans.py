"""Blocking twin of ``pinelabs_async.api.challans``."""

from typing import Final

from pinelabs_async.api import challans as _async
from pinelabs_sync.bridge import Resource, blocking


class Challans(Resource[_async.Challans]):
    """Pay orders by bank transfer."""

    create: Final = blocking(_async.Challans.create)
    get: Final = blocking(_async.Challans.get)
    download_pdf: Final = blocking(_async.Challans.download_pdf)
