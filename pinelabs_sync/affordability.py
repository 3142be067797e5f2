"""Blocking twin of ``pinelabs_async.api.affordability``."""

from typing import Final

from pinelabs_async.api import affordability as _async
from pinelabs_sync.bridge import Resource, blocking


class Affordability(Resource[_async.Affordability]):
    """Find and check EMI offers, and block what was sold on one."""

    discover_offers: Final = blocking(_async.Affordability.discover_offers)
    discover_offers_v2: Final = blocking(_async.Affordability.discover_offers_v2)
    discover_cardless_offers: Final = blocking(_async.Affordability.discover_cardless_offers)
    down_payment_details: Final = blocking(_async.Affordability.down_payment_details)
    validate_offer: Final = blocking(_async.Affordability.validate_offer)
    validate_imei: Final = blocking(_async.Affordability.validate_imei)
