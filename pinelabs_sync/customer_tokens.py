"""Blocking twin of ``pinelabs_async.api.customer_tokens``."""

from typing import Final

from pinelabs_async.api import customer_tokens as _async
from pinelabs_sync.bridge import Resource, blocking


class CustomerTokens(Resource[_async.CustomerTokens]):
    """Read and delete the saved cards of a customer."""

    list: Final = blocking(_async.CustomerTokens.list)
    get: Final = blocking(_async.CustomerTokens.get)
    delete: Final = blocking(_async.CustomerTokens.delete)
