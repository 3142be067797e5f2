"""``pinelabs demo``: a purchase there and back, over real sockets, awaited and then blocking."""

import asyncio
from typing import Final

from rich.console import Console
from rich.markup import escape

import pinelabs_async
import pinelabs_sync
from pinelabs_async import (
    Address,
    CardDetails,
    CardlessDetails,
    CardlessEmiTender,
    CardlessOption,
    CardOption,
    CardTender,
    Customer,
    Money,
    NewOrder,
    NewPayment,
    NewRefund,
    Order,
    OrderStatus,
    Product,
    PurchaseDetails,
    Refund,
    return_url,
)
from pinelabs_async.sandbox import Exchange
from pinelabs_async.sandbox import Sandbox as AsyncSandbox
from pinelabs_sync.cli.shop import PATIENCE as SHOP_PATIENCE
from pinelabs_sync.cli.shop import Shop
from pinelabs_sync.sandbox import Sandbox

PRICE: Final = Money.from_rupees("1500.00")
PART: Final = Money.from_rupees("500.00")
PATIENCE: Final = 10.0


class DemoError(Exception):
    """The demo did not go as it must."""


class Demo:
    """Walk the purchase and print each step as the sandbox saw it."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._printed = 0

    def run(self) -> None:
        """Walk it twice, and check the ledgers.

        Raises:
            DemoError: money or a status is not what it must be.
            PineLabsError: a call failed.
        """
        with Shop() as shop:
            self._title("pinelabs_async", "await pinelabs.orders.create(...)")
            asyncio.run(self._walk_awaited(shop))
            self._title("pinelabs_sync", "pinelabs.orders.create(...)")
            self._walk_blocking(shop)
        self._console.print("\n[bold green]Both purchases went there and back.[/]")

    async def _walk_awaited(self, shop: Shop) -> None:
        async with (
            AsyncSandbox() as box,
            pinelabs_async.Session(box.client_id, box.client_secret, base_url=box.base_url) as pinelabs,
        ):
            self._printed = 0
            order = await pinelabs.orders.create(new_order(shop.return_url))
            self._step("create the order", box, order, "CREATED")
            order = await pinelabs.payments.create(order.order_id, cardless_emi())
            self._step("start a cardless EMI payment", box, order, "PENDING")
            await box.payer.approve(_challenge(order))
            self._step("the payer passes the challenge", box)
            self._returned(await asyncio.to_thread(shop.payer), box.return_url_secret, order)
            order = await pinelabs.orders.wait(order.order_id, until=OrderStatus.PROCESSED, deadline=PATIENCE)
            self._step("wait until it is paid", box, order, "PROCESSED")
            refund = await pinelabs.refunds.create(order.order_id, part_refund())
            self._step("refund a part", box, refund, "PROCESSED")

            held = await pinelabs.orders.create(new_order(shop.return_url, pre_auth=True))
            self._step("create a pre-authorised order", box, held, "CREATED")
            held = await pinelabs.payments.create(held.order_id, card())
            self._step("start a card payment", box, held, "PENDING")
            await box.payer.approve(_challenge(held))
            self._step("the payer passes the challenge", box)
            self._returned(await asyncio.to_thread(shop.payer), box.return_url_secret, held)
            held = await pinelabs.orders.cancel(held.order_id)
            self._step("cancel it: the money is free again", box, held, "CANCELLED")
        self._ledger(box)

    def _walk_blocking(self, shop: Shop) -> None:
        with (
            Sandbox() as box,
            pinelabs_sync.Session(box.client_id, box.client_secret, base_url=box.base_url) as pinelabs,
        ):
            self._printed = 0
            order = pinelabs.orders.create(new_order(shop.return_url))
            self._step("create the order", box, order, "CREATED")
            order = pinelabs.payments.create(order.order_id, cardless_emi())
            self._step("start a cardless EMI payment", box, order, "PENDING")
            box.payer.approve(_challenge(order))
            self._step("the payer passes the challenge", box)
            self._returned(shop.payer(), box.return_url_secret, order)
            order = pinelabs.orders.wait(order.order_id, until=OrderStatus.PROCESSED, deadline=PATIENCE)
            self._step("wait until it is paid", box, order, "PROCESSED")
            refund = pinelabs.refunds.create(order.order_id, part_refund())
            self._step("refund a part", box, refund, "PROCESSED")

            held = pinelabs.orders.create(new_order(shop.return_url, pre_auth=True))
            self._step("create a pre-authorised order", box, held, "CREATED")
            held = pinelabs.payments.create(held.order_id, card())
            self._step("start a card payment", box, held, "PENDING")
            box.payer.approve(_challenge(held))
            self._step("the payer passes the challenge", box)
            self._returned(shop.payer(), box.return_url_secret, held)
            held = pinelabs.orders.cancel(held.order_id)
            self._step("cancel it: the money is free again", box, held, "CANCELLED")
        self._ledger(box)

    def _title(self, package: str, call: str) -> None:
        self._console.print(f"\n[bold]{package}[/]  [dim]{escape(call)}[/]")

    def _step(
        self,
        what: str,
        box: AsyncSandbox | Sandbox,
        result: Order | Refund | None = None,
        must_be: str | None = None,
    ) -> None:
        """Print a step: what the sandbox received and answered for it, and what the SDK made of that."""
        self._console.print(f"  [cyan]{what}[/]")
        exchanges = list(box.exchanges)
        for exchange in exchanges[self._printed :]:
            self._console.print(f"    {_line(exchange)}")
        self._printed = len(exchanges)
        if result is not None:
            self._console.print(f"    -> {result.status}  {result.order_amount}  {result.order_id}")
        if result is not None and must_be is not None and result.status != must_be:
            raise DemoError(f"{what}: the status is {result.status}, and {must_be} was meant")

    def _returned(self, fields: dict[str, str], secret: str, order: Order) -> None:
        if not fields:
            raise DemoError(f"nobody came back to the return URL in {SHOP_PATIENCE:g} seconds")
        returned = return_url.verify(fields, secret)
        if returned.order_id != order.order_id:
            raise DemoError(f"the payer came back for {returned.order_id} instead of {order.order_id}")
        self._console.print("  [cyan]the payer's browser comes back: signature verified[/]")
        self._console.print(f"    -> {returned.status}  {returned.order_id}")

    def _ledger(self, box: AsyncSandbox | Sandbox) -> None:
        self._console.print("  [bold]ledger[/]")
        for line in str(box.ledger).splitlines():
            self._console.print(f"    {escape(line)}")
        moved = (box.ledger.money_in, box.ledger.money_out)
        if moved != (PRICE.value, PART.value):
            raise DemoError(
                f"the ledger shows {moved} paisa in and out; {(PRICE.value, PART.value)} were meant"
            )


def new_order(return_to: str, *, pre_auth: bool = False) -> NewOrder:
    """Make the order of the vendor's cardless EMI guide, addresses and product included."""
    address = Address(
        address1="10 Downing Street Westminster London",
        address2="Oxford Street Westminster London",
        address3="Baker Street Westminster London",
        pincode="51524036",
        city="Westminster",
        state="Westminster",
        country="London",
        full_name="Kevin Bob",
        adddress_type="Home",
    )
    return NewOrder(
        order_amount=PRICE,
        pre_auth=pre_auth,
        callback_url=return_to,
        allowed_payment_methods=["CARD", "NETBANKING", "CREDIT_EMI", "UPI", "DEBIT_EMI", "CARDLESS_EMI"],
        purchase_details=PurchaseDetails(
            customer=Customer(
                email_id="kevin.bob@example.com",
                first_name="Kevin",
                last_name="Bob",
                mobile_number="9876543210",
                country_code="91",
                billing_address=address,
                shipping_address=address,
            ),
            products=[Product(product_code="Apple_test_1", product_amount=PRICE)],
        ),
    )


def cardless_emi() -> NewPayment:
    """Make a payment by cardless EMI."""
    asked_by = CardlessDetails(registered_mobile_number="9876543210", pan_number="ABCDE1234F")
    option = CardlessOption(cardless_details=asked_by)
    return NewPayment(payments=[CardlessEmiTender(payment_amount=PRICE, payment_option=option)])


def card() -> NewPayment:
    """Make a payment by one of the vendor's published test cards."""
    details = CardDetails(
        card_number="4012001037141112", name="Kevin Bob", cvv="065", expiry_month="12", expiry_year="2030"
    )
    return NewPayment(
        payments=[CardTender(payment_amount=PRICE, payment_option=CardOption(card_details=details))]
    )


def part_refund() -> NewRefund:
    """Make a refund of a part."""
    return NewRefund(merchant_order_reference="demo-refund-1", order_amount=PART)


def _challenge(order: Order) -> str:
    if order.challenge_url is None:
        raise DemoError(f"order {order.order_id} has no challenge_url to send the payer to")
    return order.challenge_url


def _line(exchange: Exchange) -> str:
    colour = "green" if exchange.status is not None and exchange.status < 400 else "red"
    return f"[{colour}]{exchange.method:<5} {escape(exchange.path)}  {exchange.status}[/]"
