"""Blocking twin of ``pinelabs_async.api.pay_by_links``."""

from typing import Final

from pinelabs_async.api import pay_by_links as _async
from pinelabs_sync.bridge import Resource, blocking


class PayByLinks(Resource[_async.PayByLinks]):
    """Have links sent that customers pay by, on the older gateway."""

    create: Final = blocking(_async.PayByLinks.create)
    status: Final = blocking(_async.PayByLinks.status)
    resend: Final = blocking(_async.PayByLinks.resend)
