"""Brand wallets as the gateway answers them: what is in one, and what changed."""

from decimal import Decimal

from pinelabs_async.api.common import Customer, Json, Private, Timestamp
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, shape


class WalletBucket(OpenEnum):
    """Name a part of a wallet; there are more than the documented two."""

    CASH = "CASH"
    """Money that somebody paid in."""
    PROMOTIONAL = "PROMOTIONAL"
    """Money that you gave."""


@shape
class CreatedWallets(Answer):
    """Hold the customers that wallets were made for.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/create-brand-wallet
    """

    customers: tuple[Customer, ...] = ()
    """The customers."""
    currency_code: str | None = None
    """ISO 4217 code."""
    notes: str | None = None
    """Your note."""


@shape
class WalletPin(Answer):
    """Hold the new PIN of a wallet: show it to nobody but the customer, and keep it out of your logs.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/reset-brand-wallet-pin
    """

    pin: Private
    """The new PIN, in clear."""
    pin_attempts_remaining: int | None = None
    """How often a wrong one may be given."""


@shape
class WalletBucketBalance(Answer):
    """Hold one part of a wallet."""

    type: WalletBucket | None = None
    """Which part."""
    balance: int | None = None
    """What is in it, in paisa."""
    currency_code: str | None = None
    """ISO 4217 code."""
    number_of_cards: int | None = None
    """How many instruments it consists of."""
    payment_instruments: tuple[Json, ...] = ()
    """These instruments; their fields are not documented."""


@shape
class WalletBalance(Answer):
    """Hold what is in a wallet.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/get-brand-wallet-balance
    """

    total_balance_amount: Money | None = None
    """What is in it, in paisa."""
    number_of_pin_attempts_allowed: int | None = None
    """How many wrong PINs are left until it is locked; not after a load."""
    created_at: Timestamp | None = None
    """When it was made."""
    native_currency: str | None = None
    """ISO 4217 code."""
    notes: str | None = None
    """Your note; after a load."""
    buckets: tuple[WalletBucketBalance, ...] = ()
    """Its parts."""


@shape
class WalletEligibility(Answer):
    """Say whether a customer may pay so much from a wallet.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/validate-brand-wallet
    """

    redemption_allowed: bool | None = None
    """Whether it may be paid from the wallet; only True is a yes."""
    eligible_amount: Money | None = None
    """How much of it may be, in paisa."""
    total_balance_amount: Money | None = None
    """What is in the wallet, in paisa."""
    notes: str | None = None
    """Your note."""


@shape
class WalletTransaction(Answer):
    """Hold a change of a wallet, in **rupees**, not paisa.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/get-brand-wallet-history
    """

    transaction_id: str
    """The gateway's id of the change; a number, as it comes."""
    transaction_date_time: str | None = None
    """When; its form is not documented."""
    transaction_type: str | None = None
    """``CREDIT``, ``DEBIT`` ..."""
    transaction_status: str | None = None
    """``COMPLETED``, ``FAILED`` ..."""
    transaction_amount: Decimal | None = None
    """How much, in rupees."""
    account_balance: Decimal | None = None
    """What was in the wallet then; most likely in rupees."""
    currency_code: str | None = None
    """ISO 4217 code."""
    outlet_name: str | None = None
    """Where."""
    merchant_name: str | None = None
    """With which merchant."""
    reason: str | None = None
    """Why."""
    response_message: str | None = None
    """What was said of it."""


@shape
class WalletHistoryPage(Answer):
    """Hold one page of a wallet's changes."""

    transactions: tuple[WalletTransaction, ...] = ()
    """The changes."""
