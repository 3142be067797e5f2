"""Blocking twin of ``pinelabs_async.api.presentations``."""

from typing import Final

from pinelabs_async.api import presentations as _async
from pinelabs_sync.bridge import Resource, blocking
from pinelabs_sync.pages import listing


class Presentations(Resource[_async.Presentations]):
    """Debit subscriptions and follow the debits."""

    create: Final = blocking(_async.Presentations.create)
    get: Final = blocking(_async.Presentations.get)
    get_by_reference: Final = blocking(_async.Presentations.get_by_reference)
    list: Final = listing(_async.Presentations.list)
    notify: Final = blocking(_async.Presentations.notify)
    execute: Final = blocking(_async.Presentations.execute)
    retry: Final = blocking(_async.Presentations.retry)
    delete: Final = blocking(_async.Presentations.delete)
