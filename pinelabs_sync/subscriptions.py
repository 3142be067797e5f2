"""Blocking twin of ``pinelabs_async.api.subscriptions``."""

from typing import Final

from pinelabs_async.api import subscriptions as _async
from pinelabs_sync.bridge import Resource, blocking
from pinelabs_sync.pages import listing


class Subscriptions(Resource[_async.Subscriptions]):
    """Make subscriptions and manage them."""

    create: Final = blocking(_async.Subscriptions.create)
    get: Final = blocking(_async.Subscriptions.get)
    get_by_reference: Final = blocking(_async.Subscriptions.get_by_reference)
    list: Final = listing(_async.Subscriptions.list)
    update: Final = blocking(_async.Subscriptions.update)
    pause: Final = blocking(_async.Subscriptions.pause)
    resume: Final = blocking(_async.Subscriptions.resume)
    cancel: Final = blocking(_async.Subscriptions.cancel)
