"""Calls that type checkers must refuse: each line's ignore is an error by itself when it is not needed."""

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
