"""Blocking twin of ``pinelabs_async.api.plans``."""

from typing import Final

from pinelabs_async.api import plans as _async
from pinelabs_sync.bridge import Resource, blocking
from pinelabs_sync.pages import listing


class Plans(Resource[_async.Plans]):
    """Make plans and manage them."""

    create: Final = blocking(_async.Plans.create)
    get: Final = blocking(_async.Plans.get)
    get_by_reference: Final = blocking(_async.Plans.get_by_reference)
    list: Final = listing(_async.Plans.list)
    update: Final = blocking(_async.Plans.update)
    delete: Final = blocking(_async.Plans.delete)
