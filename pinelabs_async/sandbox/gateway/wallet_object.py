"""A brand wallet: what a customer keeps with the merchant's brand, and how it came there."""

from datetime import datetime
from typing import Final, Literal, NoReturn

import attrs

from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.shapes import stamp
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Amount, Json

BUCKETS: Final = ("CASH", "PROMOTIONAL")
PIN_ATTEMPTS: Final = 3


@attrs.frozen(kw_only=True)
class Change:
    """One line of a wallet's history; amounts in paisa."""

    id: int
    at: datetime
    status: Literal["COMPLETED", "FAILED"]
    amount: int
    balance: int
    """What was in the wallet afterwards."""
    reason: str

    # How a balance is spent is undocumented, so nothing here ever takes any away.
    type: str = "CREDIT"


@attrs.define(kw_only=True)
class Wallet:
    """One customer's wallet."""

    customer: Json
    currency: str
    status: Literal["CREATED", "ACTIVE", "INACTIVE"] = "CREATED"
    buckets: dict[str, int] = attrs.field(factory=dict[str, int])
    """Paisa by bucket."""
    changes: list[Change] = attrs.field(factory=list[Change])
    """Oldest first."""
    created_at: datetime

    @property
    def balance(self) -> Amount:
        """What is in it."""
        return Amount(sum(self.buckets.values()), self.currency)

    def in_currency(self, amount: Amount) -> Amount:
        """Return an amount that fits the wallet, or refuse."""
        if amount.currency != self.currency:
            invalid("amount must be in the currency of the wallet")
        return amount


@attrs.define
class Wallets:
    """A merchant's wallets."""

    by_customer: dict[str, Wallet] = attrs.field(factory=dict[str, Wallet])
    spent: dict[str, int] = attrs.field(factory=dict[str, int])
    """Paisa taken from gift cards, by their numbers."""
    last_change: int = 1_000_000

    def get(self, customer_id: str) -> Wallet:
        """Return a customer's wallet, or refuse: 404 is not among the documented statuses of any wallet call."""
        return self.by_customer.get(customer_id) or no_match(status=400)

    def credit(self, wallet: Wallet, bucket: str, amount: int, at: datetime, reason: str) -> None:
        """Put money into a wallet."""
        wallet.buckets[bucket] = wallet.buckets.get(bucket, 0) + amount
        self._note(wallet, "COMPLETED", amount, at, reason)

    def failed(self, wallet: Wallet, amount: int, at: datetime, reason: str) -> None:
        """Note that money did not come."""
        self._note(wallet, "FAILED", amount, at, reason)

    def _note(
        self, wallet: Wallet, status: Literal["COMPLETED", "FAILED"], amount: int, at: datetime, reason: str
    ) -> None:
        self.last_change += 1
        wallet.changes.append(
            Change(
                id=self.last_change,
                at=at,
                status=status,
                amount=amount,
                balance=wallet.balance.value,
                reason=reason,
            )
        )


def require_active(wallet: Wallet, *, status: int | None = None) -> Wallet:
    """Return a wallet that is in use, or refuse with a status that the call is documented with."""
    if wallet.status != "ACTIVE":
        wrong_state(wallet, "it needs to be ACTIVE", status=status)
    return wallet


def wrong_state(wallet: Wallet, reason: str, *, status: int | None = None) -> NoReturn:
    """Refuse because a wallet does not stand where this is possible."""
    details = {"source": "INTERNAL", "reason": f"the wallet is {wallet.status}; {reason}"}
    raise Refusal("OPERATION_NOT_ALLOWED", status=status, details=details)


def wallet_json(wallet: Wallet) -> Json:
    """Return the members that the answers of balance and load have in common."""
    return {
        "total_balance_amount": wallet.balance.as_json(),
        "created_at": f"{wallet.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "native_currency": wallet.currency,
        "buckets": [
            {
                "type": bucket,
                # A number of paisa, no amount with a currency.
                "balance": paisa,
                "currency_code": wallet.currency,
                "number_of_cards": 1,
                # What these hold is undocumented.
                "payment_instruments": [],
            }
            for bucket, paisa in wallet.buckets.items()
        ],
    }


def change_json(change: Change, wallet: Wallet, merchant_id: str) -> Json:
    """Return one line of the history: its amounts are rupees, in JSON numbers."""
    done = change.status == "COMPLETED"
    return {
        "transaction_id": change.id,
        "transaction_date_time": stamp(change.at),
        "transaction_type": change.type,
        "transaction_status": change.status,
        "transaction_amount": change.amount / 100,
        "account_balance": change.balance / 100,
        "currency_code": wallet.currency,
        "outlet_name": "Sandbox",
        "merchant_name": f"Merchant {merchant_id}",
        "reason": change.reason,
        "response_message": "Transaction successful" if done else "Transaction failed",
    }
