"""What one sandbox remembers: merchants, their orders, payments and refunds."""

import secrets
import string
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, TypeAlias, TypeVar

import attrs

from pinelabs_async.sandbox.clock import Clock
from pinelabs_async.sandbox.ledger import Ledger
from pinelabs_async.sandbox.magic import SUCCESS, Outcome
from pinelabs_async.sandbox.outbox import Outbox

Json: TypeAlias = dict[str, Any]
"""A JSON object of any content."""

S = TypeVar("S")

RETRIES = 10
_LETTERS = string.ascii_letters + string.digits


@attrs.frozen(kw_only=True)
class Settings:
    """How this gateway behaves where the documentation says two things."""

    token_lifetime: int = 3600
    token_expiry: Literal["expires_in", "expires_at"] = "expires_in"  # noqa: S105 - no password
    duplicate_references: Literal["refuse", "return"] = "refuse"


@attrs.frozen
class Amount:
    """Money in paisa."""

    value: int
    currency: str

    def as_json(self) -> Json:
        """Return it as the gateway writes it."""
        return {"value": self.value, "currency": self.currency}


@attrs.frozen(kw_only=True)
class Capture:
    """What was taken of a blocked payment."""

    reference: str
    amount: Amount
    at: datetime


@attrs.define(kw_only=True)
class Payment:
    """One attempt to pay with one instrument, or its part of a refund."""

    id: str
    method: str
    status: str
    amount: Amount
    reference: str | None = None
    parent_payment_id: str | None = None
    shown: Json = attrs.field(factory=dict[str, Any])
    """Members of the answer that are told back as they were given, instrument numbers removed."""
    acquirer_data: Json
    error: tuple[str, str] | None = None
    captures: list[Capture] = attrs.field(factory=list[Capture])
    created_at: datetime
    updated_at: datetime


@attrs.define(kw_only=True)
class Order:
    """A charge, or a refund of one (which the gateway keeps as an order, too)."""

    id: str
    reference: str
    type: Literal["CHARGE", "REFUND", "ADD_MONEY"] = "CHARGE"
    status: str
    amount: Amount
    pre_auth: bool = False
    shown: Json = attrs.field(factory=dict[str, Any])
    """Members of the answer that are told back as they were given."""
    payments: list[Payment] = attrs.field(factory=list[Payment])
    refunds: list["Order"] = attrs.field(factory=list["Order"])
    parent_id: str | None = None
    challenge_url: str | None = None
    captured: int = 0
    """Paisa that the merchant has of it and may refund."""
    retries_remaining: int = RETRIES
    created_at: datetime
    updated_at: datetime

    @property
    def refunded(self) -> int:
        """Paisa given back so far, or on their way."""
        return sum(refund.amount.value for refund in self.refunds if refund.status != "FAILED")


@attrs.define(kw_only=True)
class Challenge:
    """A page on which the payer decides about one attempt."""

    token: str
    merchant: "Merchant"
    order: Order
    payments: list[Payment]
    outcome: Outcome = SUCCESS
    """How it ends once the payer agrees, by the instrument."""
    answered: bool = False

    @property
    def total(self) -> Amount:
        """What the payer is asked for."""
        return Amount(sum(payment.amount.value for payment in self.payments), self.order.amount.currency)


@attrs.frozen(kw_only=True)
class Credentials:
    """What a merchant gets at onboarding."""

    merchant_id: str = attrs.field(factory=lambda: str(100_000 + secrets.randbelow(900_000)))
    client_id: str = attrs.field(factory=lambda: str(uuid.uuid4()))
    client_secret: str = attrs.field(factory=lambda: secrets.token_urlsafe(24), repr=False)
    return_url_secret: str = attrs.field(factory=lambda: secrets.token_hex(16), repr=False)
    webhook_secret: str = attrs.field(factory=lambda: secrets.token_urlsafe(24), repr=False)
    access_code: str = attrs.field(factory=lambda: str(uuid.uuid4()), repr=False)
    """`MERCHANT_ACCESS_CODE` of the older Pay by Links gateway."""


@attrs.define(kw_only=True, eq=False)
class Merchant:
    """One merchant and everything that is looked up within it."""

    credentials: Credentials
    orders: dict[str, Order] = attrs.field(factory=dict[str, Order])
    charges: dict[str, Order] = attrs.field(factory=dict[str, Order])
    """Charge orders by merchant reference."""
    refunds: dict[str, Order] = attrs.field(factory=dict[str, Order])
    """Refund orders by merchant reference: charges and refunds do not share references."""
    payments: dict[str, Order] = attrs.field(factory=dict[str, Order])
    """The order that holds a payment, by merchant payment reference."""
    _stores: dict[type[Any], Any] = attrs.field(factory=dict[type[Any], Any], init=False)

    def store(self, kind: type[S]) -> S:
        """Return what a group of operations keeps of this merchant: one object of its class, made when first asked for."""
        held: S = self._stores.setdefault(kind, kind())
        return held

    def forget(self) -> None:
        """Drop everything but the credentials."""
        self._stores.clear()
        for held in (self.orders, self.charges, self.refunds, self.payments):
            held.clear()


@attrs.frozen
class Token:
    """An access token that was given out."""

    merchant: Merchant
    expires_at: datetime


@attrs.define(kw_only=True, eq=False)
class State:
    """Everything that one sandbox knows."""

    settings: Settings
    clock: Clock = attrs.field(factory=Clock)
    ledger: Ledger = attrs.field(factory=Ledger)
    base_url: str = ""
    merchants: dict[str, Merchant] = attrs.field(factory=dict[str, Merchant])
    """By client id."""
    tokens: dict[str, Token] = attrs.field(factory=dict[str, Token])
    challenges: dict[str, Challenge] = attrs.field(factory=dict[str, Challenge])
    """By the token of its page, and by what else names it."""
    asked: dict[str, list[Challenge]] = attrs.field(factory=dict[str, list[Challenge]])
    """All of an order, by its id, so that none is searched for among those of the others."""
    outbox: Outbox = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.outbox = Outbox(self.clock)

    def ask(self, challenge: Challenge) -> None:
        """Remember a new attempt."""
        self.challenges[challenge.token] = challenge
        self.asked.setdefault(challenge.order.id, []).append(challenge)

    def new_order_id(self) -> str:
        """Return an order id in the gateway's form that no order has yet."""
        stamp = self.clock.now().strftime("%y%m%d%H%M%S")
        return next(new for new in _order_ids(stamp) if not self._taken(new))

    def _taken(self, order_id: str) -> bool:
        return any(order_id in merchant.orders for merchant in self.merchants.values())

    def forget(self) -> None:
        """Drop everything but merchants and their credentials."""
        for merchant in self.merchants.values():
            merchant.forget()
        self.tokens.clear()
        self.challenges.clear()
        self.asked.clear()
        self.ledger.clear()
        self.outbox.clear()
        self.clock.reset()


def _order_ids(stamp: str) -> Iterator[str]:
    while True:
        yield f"v1-{stamp}-aa-" + "".join(secrets.choice(_LETTERS) for _ in range(6))
