"""Brand wallets: money that a customer keeps with your brand."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import attrs

from pinelabs_async.api.common import Amount, Customer, Private, Reference, new_reference
from pinelabs_async.api.instruments import UpiDetails
from pinelabs_async.api.order_object import Order
from pinelabs_async.api.wallet_object import (
    CreatedWallets,
    WalletBalance,
    WalletBucket,
    WalletEligibility,
    WalletHistoryPage,
    WalletPin,
    WalletTransaction,
)
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.pages import Pages, until_empty
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


class TopUpMode(OpenEnum):
    """Say where the money that is added to a wallet comes from.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet-payments/add-money-to-brand-wallet
    """

    GIFT_CARD = "GIFT_CARD"
    """From a gift card, at once."""
    CASH = "CASH"
    """From the customer, by UPI."""


@shape
class NewWallets(Body):
    """Hold the customers to make wallets for; a wallet works once it is activated.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/create-brand-wallet
    """

    customers: Sequence[Customer]
    """The customers, at least one."""
    currency_code: str | None = None
    """ISO 4217 code."""
    notes: str | None = None
    """A note to yourself."""


@shape
class WalletOwner(Body):
    """Hold whose wallet to read.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/get-brand-wallet-balance
    """

    customers: Customer
    """The customer, one in spite of the name; ``customer_id`` is enough."""
    notes: str | None = None
    """A note to yourself."""


@shape
class WalletCheck(Body):
    """Hold what a customer wants to pay from a wallet.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/validate-brand-wallet
    """

    amount: Amount
    """What is to be paid, in paisa."""
    customers: Customer
    """The customer, one in spite of the name; ``customer_id`` is enough."""
    notes: str | None = None
    """A note to yourself."""


@shape
class WalletLoad(Body):
    """Hold what you put into a customer's wallet. It has no reference: sent twice, it is put in twice.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/load-brand-wallet
    """

    amount: Amount
    """What you put in, in paisa."""
    customer: Customer
    """The customer; ``customer_id`` is enough."""
    notes: str
    """A note; the gateway wants one."""
    bucket: WalletBucket | str | None = None
    """Into which part of the wallet."""


@shape
class GiftCard(Body):
    """Hold a gift card."""

    gift_card_number: Private
    """Its number."""
    pin: Private
    """Its PIN, 6 digits."""


@shape
class TopUpOption(Body):
    """Hold where the money that is added to a wallet comes from; one of the two."""

    gift_card_details: GiftCard | None = None
    """A gift card, for ``GIFT_CARD``."""
    upi_details: UpiDetails | None = None
    """UPI, for ``CASH``: ``UpiCollect``, or ``UpiIntent``, which serves a QR code too."""


@shape
class WalletTopUp(Body):
    """Hold the money that is added to a customer's wallet, from a gift card or by UPI.

    Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet-payments/add-money-to-brand-wallet
    """

    merchant_order_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique; a random UUID when left out. A repeated one is not promised to be refused."""
    mode: TopUpMode | str
    """Where the money comes from."""
    amount: Amount | None = None
    """How much, in paisa; for ``CASH``."""
    payment_option: TopUpOption
    """The gift card, or how to pay by UPI."""
    customer: Customer
    """The customer; ``customer_id`` is enough."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes."""


CREATE: Final = Operation(
    name="brand_wallets.create",
    method="POST",
    path="/payment-option/create/wallet",
    repeat=Repeat.NEVER,
    body=NewWallets,
    answer=CreatedWallets,
    envelope=None,
)
ACTIVATE: Final = Operation(
    name="brand_wallets.activate",
    method="POST",
    path="/payment-option/wallet/customer/{customer_id}/activate",
    repeat=Repeat.NEVER,
    answer=Answer,
    envelope=None,
    may_be_empty=True,
)
DEACTIVATE: Final = Operation(
    name="brand_wallets.deactivate",
    method="POST",
    path="/payment-option/wallet/customer/{customer_id}/deactivate",
    repeat=Repeat.NEVER,
    answer=Answer,
    envelope=None,
    may_be_empty=True,
)
RESET_PIN: Final = Operation(
    name="brand_wallets.reset_pin",
    method="POST",
    path="/payment-option/wallet/customer/{customer_id}/reset",
    repeat=Repeat.NEVER,
    answer=WalletPin,
    envelope=None,
)
HISTORY: Final = Operation(
    name="brand_wallets.history",
    method="GET",
    path="/payment-option/wallet/customer/{customer_id}/history",
    repeat=Repeat.READ,
    answer=WalletHistoryPage,
)
BALANCE: Final = Operation(
    name="brand_wallets.balance",
    method="POST",
    path="/payment-option/wallet/balance",
    repeat=Repeat.READ,
    body=WalletOwner,
    answer=WalletBalance,
    envelope=None,
)
VALIDATE: Final = Operation(
    name="brand_wallets.validate",
    method="POST",
    path="/payment-option/wallet/validate",
    repeat=Repeat.READ,
    body=WalletCheck,
    answer=WalletEligibility,
    envelope=None,
)
LOAD: Final = Operation(
    name="brand_wallets.load",
    method="POST",
    path="/payment-option/wallet/load",
    repeat=Repeat.NEVER,
    body=WalletLoad,
    answer=WalletBalance,
    envelope=None,
)
ADD_MONEY: Final = Operation(
    name="brand_wallets.add_money",
    method="POST",
    path="/api/pay/v1/add_money",
    repeat=Repeat.NEVER,
    body=WalletTopUp,
    answer=Order,
    reference=lambda top_up: top_up.merchant_order_reference,
)


class BrandWallets(Resource):
    """Keep customers' money with your brand."""

    async def create(self, wallets: NewWallets) -> CreatedWallets:
        """Create wallets for customers. No money moves.

        It is sent once, for it has no reference. If the answer is lost, read the customers' balances.

        Args:
            wallets: The customers.

        Returns:
            The customers; whether each has a wallet is not said. Activate them next.

        Raises:
            InvalidRequestError: a customer is missing something, or has a wallet already.
            OutcomeUnknownError: they may have been made; read their balances.

        Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/create-brand-wallet
        """
        return await self._send(CREATE, body=wallets)

    async def activate(self, customer_id: str) -> Answer:
        """Activate a customer's wallet, so that it can be used. No money moves.

        It is sent once; if the answer is lost, activating again does no harm to the money.

        Args:
            customer_id: The customer.

        Returns:
            An answer without documented fields.

        Raises:
            InvalidRequestError: there is no such wallet.
            OutcomeUnknownError: it may be active.

        Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/activate-brand-wallet
        """
        return await self._send(ACTIVATE, customer_id)

    async def deactivate(self, customer_id: str) -> Answer:
        """Deactivate a customer's wallet, so that it cannot be used. No money moves: it stays in the wallet.

        It is sent once; if the answer is lost, deactivating again does no harm to the money.

        Args:
            customer_id: The customer.

        Returns:
            An answer without documented fields.

        Raises:
            InvalidRequestError: there is no such wallet.
            OutcomeUnknownError: it may be inactive.

        Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/deactivate-brand-wallet
        """
        return await self._send(DEACTIVATE, customer_id)

    async def reset_pin(self, customer_id: str) -> WalletPin:
        """Give a customer's wallet a new PIN; the old one stops working. No money moves.

        It is sent once. If the answer is lost, nobody knows the PIN: reset it again.

        Args:
            customer_id: The customer.

        Returns:
            The new PIN, in clear: show it to nobody but the customer.

        Raises:
            InvalidRequestError: there is no such wallet.
            OutcomeUnknownError: the PIN may have changed.

        Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/reset-brand-wallet-pin
        """
        return await self._send(RESET_PIN, customer_id)

    async def balance(self, owner: WalletOwner) -> WalletBalance:
        """Read what is in a customer's wallet. No money moves.

        Args:
            owner: The customer.

        Returns:
            The balance in paisa, in all and by bucket.

        Raises:
            InvalidRequestError: there is no such wallet.

        Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/get-brand-wallet-balance
        """
        return await self._send(BALANCE, body=owner)

    async def validate(self, check: WalletCheck) -> WalletEligibility:
        """Ask whether a customer may pay an amount from a wallet. No money moves, and none is blocked.

        Args:
            check: The customer, and the amount in paisa.

        Returns:
            Whether it may be paid so; ``redemption_allowed`` can be False.

        Raises:
            InvalidRequestError: it may not be paid so, or there is no such wallet.

        Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/validate-brand-wallet
        """
        return await self._send(VALIDATE, body=check)

    async def load(self, load: WalletLoad) -> WalletBalance:
        """Put money of yours into a customer's wallet: it is the customer's to spend at once.

        It is sent once, for it has no reference: sent again, it would be put in twice. If the answer is
        lost, read balance or history first.

        Args:
            load: The customer, and the amount in paisa.

        Returns:
            What is in the wallet now, in paisa.

        Raises:
            InvalidRequestError: there is no such wallet, or a field is out of range.
            OutcomeUnknownError: the money may be in the wallet; read its history before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/load-brand-wallet
        """
        return await self._send(LOAD, body=load)

    async def add_money(self, top_up: WalletTopUp) -> Order:
        """Add money to a customer's wallet: from a gift card at once, by UPI when the customer has paid.

        It is sent once: a repeated reference is not promised to be refused. If the answer is lost, read the
        wallet's history.

        Args:
            top_up: The customer, and the gift card, or the amount in paisa and how to pay it by UPI.

        Returns:
            The order of the added money; by UPI, a child order charges the customer. What the gateway
            answers here is not documented, ``raw`` holds all of it.

        Raises:
            InvalidRequestError: the gift card is not valid, or a field is out of range.
            OutcomeUnknownError: the money may be in the wallet; read its history before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet-payments/add-money-to-brand-wallet
        """
        return await self._send(ADD_MONEY, body=top_up)

    def history(
        self,
        customer_id: str,
        *,
        start_date: date,
        end_date: date,
        transaction_type: Sequence[str] | None = None,
        max_pages: int | None = None,
    ) -> Pages[WalletTransaction]:
        """List the changes of a customer's wallet. No money moves; amounts are rupees, not paisa.

        Args:
            customer_id: The customer.
            start_date: The first day.
            end_date: The last day.
            transaction_type: Only these kinds, e.g. ``["CREDIT", "DEBIT"]``.
            max_pages: Stop after so many pages.

        Returns:
            The changes, page by page.

        Raises:
            InvalidRequestError: there is no such wallet.

        Source: https://www.pinelabs.com/docs/online-payments/api/brand-wallet/get-brand-wallet-history
        """
        query = {
            "start_date": start_date,
            "end_date": end_date,
            "page": 1,
            "transaction_type": transaction_type,
        }
        return Pages(
            lambda query: self._send(HISTORY, customer_id, query=query),
            lambda page: page.transactions,
            until_empty,
            query,
            max_pages,
        )
