"""The groups of operations: one attribute of a Session each, imported when it is first used, orders at once."""

import functools
from typing import TYPE_CHECKING

from pinelabs_async.api.orders import GET, Orders
from pinelabs_async.wire import codec
from pinelabs_async.wire.call import Caller
from pinelabs_async.wire.settings import Options

if TYPE_CHECKING:
    from pinelabs_async.api.affordability import Affordability
    from pinelabs_async.api.auth import Auth
    from pinelabs_async.api.awbs import Awbs
    from pinelabs_async.api.bnpl import Bnpl
    from pinelabs_async.api.brand_wallets import BrandWallets
    from pinelabs_async.api.challans import Challans
    from pinelabs_async.api.checkout import Checkout
    from pinelabs_async.api.convenience_fees import ConvenienceFees
    from pinelabs_async.api.customer_tokens import CustomerTokens
    from pinelabs_async.api.customers import Customers
    from pinelabs_async.api.international import International
    from pinelabs_async.api.invoices import Invoices
    from pinelabs_async.api.pay_by_links import PayByLinks
    from pinelabs_async.api.payment_links import PaymentLinks
    from pinelabs_async.api.payments import Payments
    from pinelabs_async.api.payouts import Payouts
    from pinelabs_async.api.plans import Plans
    from pinelabs_async.api.points import Points
    from pinelabs_async.api.presentations import Presentations
    from pinelabs_async.api.refunds import Refunds
    from pinelabs_async.api.reserve_pay import ReservePay
    from pinelabs_async.api.settlements import Settlements
    from pinelabs_async.api.split_settlements import SplitSettlements
    from pinelabs_async.api.subscriptions import Subscriptions
    from pinelabs_async.api.tokens import Tokens


# Nearly every program's first request is for an order: what reads one is compiled before any event loop runs.
codec.prepare_reading(GET.answer, GET.envelope)


class Groups:
    """Be what a Session offers. A program pays for the groups it uses: hence the imports inside."""

    _caller: Caller
    _options: Options

    @functools.cached_property
    def affordability(self) -> "Affordability":
        """Affordability: which EMI offers a payer has, whether one holds, and blocking the pieces sold on one."""
        from pinelabs_async.api.affordability import Affordability

        return Affordability(self._caller, self._options)

    @functools.cached_property
    def auth(self) -> "Auth":
        """The access token. A Session fetches its own; call this only to try credentials out."""
        from pinelabs_async.api.auth import Auth

        return Auth(self._caller, self._options)

    @functools.cached_property
    def awbs(self) -> "Awbs":
        """Air waybills (AWB) of import orders: how the goods travel."""
        from pinelabs_async.api.awbs import Awbs

        return Awbs(self._caller, self._options)

    @functools.cached_property
    def bnpl(self) -> "Bnpl":
        """Buy now, pay later (BNPL): whether a payer may."""
        from pinelabs_async.api.bnpl import Bnpl

        return Bnpl(self._caller, self._options)

    @functools.cached_property
    def brand_wallets(self) -> "BrandWallets":
        """Brand wallets: money that a customer keeps with your brand."""
        from pinelabs_async.api.brand_wallets import BrandWallets

        return BrandWallets(self._caller, self._options)

    @functools.cached_property
    def challans(self) -> "Challans":
        """E-challans: pay an order by bank transfer to an account made for it."""
        from pinelabs_async.api.challans import Challans

        return Challans(self._caller, self._options)

    @functools.cached_property
    def checkout(self) -> "Checkout":
        """Checkout: an order and the link to the gateway's own payment page, in one call."""
        from pinelabs_async.api.checkout import Checkout

        return Checkout(self._caller, self._options)

    @functools.cached_property
    def convenience_fees(self) -> "ConvenienceFees":
        """Convenience fees: what the payer pays on top of the order's amount."""
        from pinelabs_async.api.convenience_fees import ConvenienceFees

        return ConvenienceFees(self._caller, self._options)

    @functools.cached_property
    def customer_tokens(self) -> "CustomerTokens":
        """Customer tokens: the saved cards of one customer."""
        from pinelabs_async.api.customer_tokens import CustomerTokens

        return CustomerTokens(self._caller, self._options)

    @functools.cached_property
    def customers(self) -> "Customers":
        """Customers: who pays, stored at the gateway, for subscriptions and saved cards."""
        from pinelabs_async.api.customers import Customers

        return Customers(self._caller, self._options)

    @functools.cached_property
    def international(self) -> "International":
        """Payments across borders: currency conversion, and tax collected at source (TCS)."""
        from pinelabs_async.api.international import International

        return International(self._caller, self._options)

    @functools.cached_property
    def invoices(self) -> "Invoices":
        """Invoices of import orders: the money is settled only when the invoice is there."""
        from pinelabs_async.api.invoices import Invoices

        return Invoices(self._caller, self._options)

    @functools.cached_property
    def orders(self) -> Orders:
        """Orders: what is to be paid. Create, read, wait for, capture and cancel them."""
        return Orders(self._caller, self._options)

    @functools.cached_property
    def pay_by_links(self) -> "PayByLinks":
        """Pay by Links on the older gateway: links to pay, sent by SMS or e-mail."""
        from pinelabs_async.api.pay_by_links import PayByLinks

        return PayByLinks(self._caller, self._options)

    @functools.cached_property
    def payment_links(self) -> "PaymentLinks":
        """Payment links: a short URL that a customer pays at. Create, read, cancel and send them again."""
        from pinelabs_async.api.payment_links import PaymentLinks

        return PaymentLinks(self._caller, self._options)

    @functools.cached_property
    def payments(self) -> "Payments":
        """Payments: attempts to pay an order, and the steps that some methods need: OTPs and authorisation."""
        from pinelabs_async.api.payments import Payments

        return Payments(self._caller, self._options)

    @functools.cached_property
    def payouts(self) -> "Payouts":
        """Payouts: money that you send to bank accounts and UPI addresses, from your funding account."""
        from pinelabs_async.api.payouts import Payouts

        return Payouts(self._caller, self._options)

    @functools.cached_property
    def plans(self) -> "Plans":
        """Plans: what a subscription costs and how often. Create, read, list, change and delete them."""
        from pinelabs_async.api.plans import Plans

        return Plans(self._caller, self._options)

    @functools.cached_property
    def points(self) -> "Points":
        """Points of a card: what they are worth for an order. The same call finds a payer's UPI address."""
        from pinelabs_async.api.points import Points

        return Points(self._caller, self._options)

    @functools.cached_property
    def presentations(self) -> "Presentations":
        """Presentations: the single debits of a subscription, and the notices that the customer gets before them."""
        from pinelabs_async.api.presentations import Presentations

        return Presentations(self._caller, self._options)

    @functools.cached_property
    def refunds(self) -> "Refunds":
        """Refunds: money that goes back to the payer."""
        from pinelabs_async.api.refunds import Refunds

        return Refunds(self._caller, self._options)

    @functools.cached_property
    def reserve_pay(self) -> "ReservePay":
        """UPI Reserve Pay: one approval blocks an amount, and several debits take it bit by bit."""
        from pinelabs_async.api.reserve_pay import ReservePay

        return ReservePay(self._caller, self._options)

    @functools.cached_property
    def settlements(self) -> "Settlements":
        """Settlements: what Pine Labs has paid to your bank account. Amounts here are rupees, not paisa."""
        from pinelabs_async.api.settlements import Settlements

        return Settlements(self._caller, self._options)

    @functools.cached_property
    def split_settlements(self) -> "SplitSettlements":
        """Split settlements: partners' parts of an order's money, held back until you release or cancel them."""
        from pinelabs_async.api.split_settlements import SplitSettlements

        return SplitSettlements(self._caller, self._options)

    @functools.cached_property
    def subscriptions(self) -> "Subscriptions":
        """Subscriptions: mandates to debit a customer. Create, read, list, change, pause, resume and cancel them."""
        from pinelabs_async.api.subscriptions import Subscriptions

        return Subscriptions(self._caller, self._options)

    @functools.cached_property
    def tokens(self) -> "Tokens":
        """Card tokens: saved cards without the card number. Make, read and delete them, and make cryptograms."""
        from pinelabs_async.api.tokens import Tokens

        return Tokens(self._caller, self._options)
