"""Calls that type checkers must refuse: each line's ignore is an error by itself when it is not needed."""

import threading
from typing import assert_never

import pinelabs_async as a
import pinelabs_sync as s

price = a.Money(100)
card = a.CardOption(card_details=a.CardDetails(card_number="4012001037141112"))

a.Money(1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
a.Money.from_rupees(1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
a.NewOrder()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
a.NewOrder(price)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
a.NewOrder(order_amount=100)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
a.NewOrder(order_amount=price, order_amout=price)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
a.NewRefund(order_amount=price)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
a.CardTender(payment_amount=price, payment_option=a.CardlessOption)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
a.Session("id", "secret", environment="prod")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
a.CardTender(payment_amount=price, payment_option=a.CardTokenOption)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
a.UpiTender(payment_amount=price, payment_option=a.CardOption)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
a.UpiCollect()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
a.UpiIntent(upi_qr=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
a.SavedTokenDetails(token_txn_type="ALT_TOKEN")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
a.DebitEmiTender(payment_amount=price, payment_option=card)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
a.CardTender(payment_amount=price, payment_option=card, mandate_info=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def awaited(pinelabs: a.Session, order: a.Order) -> None:
    await pinelabs.orders.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await pinelabs.orders.get(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await pinelabs.refunds.create("id", a.NewOrder(order_amount=price))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    order.status = a.OrderStatus.PROCESSED  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    order.stauts  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def blocking(pinelabs: s.Session) -> None:
    pinelabs.orders.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    pinelabs.orders.get(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    pinelabs.orders.get("id", "id")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    pinelabs.orders.wait("id", unitl="PROCESSED")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def handlers(router: a.WebhookRouter, other: s.WebhookRouter) -> None:
    router.on("ORDER_PROCESED")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    router.on("ORDER_PROCESSED", "REFUND_PROCESSED")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]

    @router.on("ORDER_PROCESSED")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    async def order(event: a.RefundEvent) -> None: ...

    @router.on("SUBSCRIPTION_CHARGED")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    def subscription(event: a.OrderEvent) -> None: ...

    @router.otherwise  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    def rest(event: a.OrderEvent) -> None: ...

    @other.on("REFUND_FAILED")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    def refund(event: a.OrderEvent) -> None: ...

    router.on("ORDER_FAILED")(lambda event: event.nope)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownLambdaType]


async def events(pinelabs: a.Session, event: a.Event) -> str:
    await pinelabs.orders.wait("id", hint=threading.Event())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    match event:
        case a.OrderEvent() | a.RefundEvent():
            return "some are missing"
        case _:
            assert_never(event)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
