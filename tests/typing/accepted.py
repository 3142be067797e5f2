"""Calls that type checkers must accept; read by mypy and pyright, never run."""

import asyncio
from typing import Any, assert_never, assert_type

import multidict
import starlette.datastructures
import werkzeug.datastructures

import pinelabs_async as a
import pinelabs_sync as s
from pinelabs_async.sandbox import Sandbox as AsyncSandbox
from pinelabs_sync.sandbox import Sandbox


async def awaited(pinelabs: a.Session, box: AsyncSandbox) -> None:
    new = a.NewOrder(
        order_amount=a.Money.from_rupees("1.00"),
        allowed_payment_methods=["CARD", a.PaymentMethod.UPI],
        purchase_details=a.PurchaseDetails(products=[a.Product(product_code="x")]),
        extra={"part_payment": True},
    )
    order = await pinelabs.orders.create(new)
    assert_type(order, a.Order)
    assert_type(order.status, a.OrderStatus)
    assert_type(order.order_amount, a.Money | None)
    assert_type(order.payments, tuple[a.Payment, ...])
    assert_type(order.problems, tuple[a.Problem, ...])
    assert_type(order.raw, Any)
    assert_type(await pinelabs.orders.wait("id", until="PROCESSED", deadline=5), a.Order)
    assert_type(await pinelabs.orders.wait("id", until={a.OrderStatus.PROCESSED, "FAILED"}), a.Order)
    assert_type(await pinelabs.orders.capture("id", a.Capture(merchant_capture_reference="c-1")), a.Order)
    assert_type(await pinelabs.orders.cancel("id"), a.Order)
    refund = a.NewRefund(merchant_order_reference="r-1", order_amount=a.Money(100))
    assert_type(await pinelabs.refunds.create("id", refund), a.Refund)
    assert_type(pinelabs.with_options(timeout=5), a.Session)
    assert_type(await pinelabs.request("GET", "/x", repeat=a.Repeat.READ), Any)
    assert_type(a.from_json(a.Order, b"{}"), a.Order)
    assert_type(a.to_json(new), bytes)
    assert_type(await box.payer.approve("url"), dict[str, str])
    assert_type(a.return_url.verify({}, "00"), a.ReturnedOrder)
    async with pinelabs as opened:
        assert_type(opened, a.Session)


def blocking(pinelabs: s.Session, box: Sandbox) -> None:
    order = pinelabs.orders.create(s.NewOrder(order_amount=s.Money(100)))
    assert_type(order, a.Order)
    assert_type(pinelabs.orders.wait("id", until="PROCESSED", deadline=5), a.Order)
    tender = s.CardlessEmiTender(
        payment_amount=s.Money(100),
        payment_option=s.CardlessOption(
            cardless_details=s.CardlessDetails(registered_mobile_number="9876543210")
        ),
    )
    assert_type(pinelabs.payments.create("id", s.NewPayment(payments=[tender])), a.Order)
    refund = s.NewRefund(merchant_order_reference="r-1", order_amount=s.Money(100))
    assert_type(pinelabs.refunds.create(order_id="id", refund=refund), a.Refund)
    assert_type(pinelabs.with_options(timeout=5), s.Session)
    assert_type(box.payer.approve("url"), dict[str, str])
    with pinelabs as opened:
        assert_type(opened, s.Session)


def by_status(order: a.Order) -> str:
    match order.status:
        case a.OrderStatus.PROCESSED:
            return "ship"
        case _:
            return "wait"


def every_kind_of_event(body: bytes, headers: dict[str, str]) -> str:
    event = a.webhooks.verify(body, headers, "secret")
    assert_type(event, a.Event)
    match event:
        case a.OrderEvent(type=a.EventType.ORDER_PROCESSED, data=order):
            assert_type(order, a.Order)
            return order.order_id
        case a.OrderEvent() | a.RefundEvent():
            return event.data.order_id
        case a.CustomerEvent(data=customer):
            return customer.customer_id
        case a.TokenEvent(data=token):
            return token.token_id
        case a.SubscriptionEvent(data=subscription):
            return subscription.subscription_id
        case a.LegacyEvent(data=transaction):
            return transaction.pine_pg_transaction_id
        case a.UnknownEvent():
            return event.type
        case _:
            assert_never(event)


def handlers_by_name(router: a.WebhookRouter, other: s.WebhookRouter) -> None:
    @router.on("ORDER_PROCESSED", "PAYMENT_FAILED")
    async def order(event: a.OrderEvent) -> None:
        assert_type(event.data, a.Order)

    @router.on("REFUND_PROCESSED", background=True)
    def refund(event: a.RefundEvent) -> None:
        assert_type(event.data, a.Refund | a.Order)

    @router.on("CUSTOMER_ACTIVATED")
    async def customer(event: a.CustomerEvent) -> None:
        assert_type(event.data, a.StoredCustomer)

    @router.on("TOKEN_SUSPENDED")
    async def token(event: a.TokenEvent) -> None:
        assert_type(event.data, a.CustomerToken)

    @router.on("SUBSCRIPTION_CHARGED", "SUBSCRIPTION_HALTED")
    async def subscription(event: a.SubscriptionEvent) -> None:
        assert_type(event.data, a.ToldSubscription)

    @router.on("ORDER_FAILED")
    async def any_event(event: a.Event) -> None: ...

    @router.otherwise
    async def rest(event: a.Event) -> None: ...

    @other.on("ORDER_PROCESSED")
    def blocking_order(event: s.OrderEvent) -> None: ...

    assert_type(other.handle(b"", {}), s.WebhookAnswer)
    assert_type(other.handle(b"", werkzeug.datastructures.Headers()), s.WebhookAnswer)
    assert_type(other.handle(b"", starlette.datastructures.Headers()), s.WebhookAnswer)
    assert_type(other.handle(b"", multidict.CIMultiDict[str]()), s.WebhookAnswer)
    router.on("ORDER_CANCELLED")(lambda event: assert_type(event, a.OrderEvent))
    router.on("TOKEN_ACTIVATED")(lambda event: assert_type(event, a.TokenEvent))


async def answers(router: a.WebhookRouter) -> None:
    assert_type(await router.handle(b"", {}), a.WebhookAnswer)


async def hints(pinelabs: a.Session, router: a.WebhookRouter, event: asyncio.Event) -> None:
    with router.watching("id") as hint:
        assert_type(hint, a.Hint)
        assert_type(await pinelabs.orders.wait("id", hint=hint), a.Order)
    assert_type(await pinelabs.orders.wait("id", hint=event), a.Order)


def blocking_hints(pinelabs: s.Session, router: s.WebhookRouter) -> None:
    with router.watching("id") as hint:
        assert_type(pinelabs.orders.wait("id", hint=hint), a.Order)
