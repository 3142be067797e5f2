"""Blocking twin of ``pinelabs_async.api.bnpl``."""

from typing import Final

from pinelabs_async.api import bnpl as _async
from pinelabs_sync.bridge import Resource, blocking


class Bnpl(Resource[_async.Bnpl]):
    """Ask who may buy now and pay later."""

    check_eligibility: Final = blocking(_async.Bnpl.check_eligibility)
