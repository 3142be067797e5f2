"""Blocking twin of ``pinelabs_async.api.brand_wallets``."""

from typing import Final

from pinelabs_async.api import brand_wallets as _async
from pinelabs_sync.bridge import Resource, blocking
from pinelabs_sync.pages import listing


class BrandWallets(Resource[_async.BrandWallets]):
    """Keep customers' money with your brand."""

    create: Final = blocking(_async.BrandWallets.create)
    activate: Final = blocking(_async.BrandWallets.activate)
    deactivate: Final = blocking(_async.BrandWallets.deactivate)
    reset_pin: Final = blocking(_async.BrandWallets.reset_pin)
    balance: Final = blocking(_async.BrandWallets.balance)
    validate: Final = blocking(_async.BrandWallets.validate)
    load: Final = blocking(_async.BrandWallets.load)
    add_money: Final = blocking(_async.BrandWallets.add_money)
    history: Final = listing(_async.BrandWallets.history)
