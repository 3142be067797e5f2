"""Blocking twin of ``pinelabs_async.api.payment_links``."""

from typing import Final

from pinelabs_async.api import payment_links as _async
from pinelabs_sync.bridge import Resource, blocking


class PaymentLinks(Resource[_async.PaymentLinks]):
    """Make payment links and follow them."""

    create: Final = blocking(_async.PaymentLinks.create)
    get: Final = blocking(_async.PaymentLinks.get)
    get_by_reference: Final = blocking(_async.PaymentLinks.get_by_reference)
    cancel: Final = blocking(_async.PaymentLinks.cancel)
    notify: Final = blocking(_async.PaymentLinks.notify)
