"""Blocking twin of ``pinelabs_async.api.international``."""

from typing import Final

from pinelabs_async.api import international as _async
from pinelabs_sync.bridge import Resource, blocking


class International(Resource[_async.International]):
    """Compute what payments across borders cost."""

    convert_currency: Final = blocking(_async.International.convert_currency)
    compute_tcs: Final = blocking(_async.International.compute_tcs)
