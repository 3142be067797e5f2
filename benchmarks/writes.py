"""The writes that the safety figures are taken of: how each comes about, and how its outcome is told."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Final

import attrs

from pinelabs_async import (
    Capture,
    CardDetails,
    CardOption,
    CardTender,
    MandateInfo,
    Money,
    NewCustomer,
    NewOrder,
    NewPayment,
    NewPaymentLink,
    NewPayout,
    NewPlan,
    NewPresentation,
    NewRefund,
    NewSubscription,
    Order,
    Session,
    Subscription,
    UpiIntent,
    UpiOption,
    UpiTender,
)
from pinelabs_async.sandbox import Sandbox
from pinelabs_async.sandbox.ledger import Execution
from pinelabs_async.sandbox.server import Exchange

PRICE: Final = Money(150_000)


class ViolationError(AssertionError):
    """Something was done twice, lost, or said wrongly."""


def demand(holds: bool, complaint: str) -> None:
    if not holds:
        raise ViolationError(complaint)


@attrs.frozen(kw_only=True)
class Write:
    """One write that is ready to be made."""

    operation: str
    ids: Sequence[str] = ()
    body: object = None
    reference: str
    """What the ledger keeps it under."""

    async def send(self, pinelabs: Session) -> Any:
        group, _, verb = self.operation.partition(".")
        arguments = (*self.ids, self.body) if self.body is not None else self.ids
        return await getattr(getattr(pinelabs, group), verb)(*arguments)

    def executions(self, box: Sandbox) -> Sequence[Execution]:
        return box.ledger.executions(self.operation, reference=self.reference)

    async def matches(self, pinelabs: Session, answer: Any) -> bool:
        """Tell whether an answer says what the gateway says when it is asked for the thing itself."""
        kind = KINDS[self.operation]
        return answer is not None and bool(
            kind.facts(answer) == kind.facts(await kind.read(pinelabs, answer))
        )


@attrs.frozen
class Kind:
    """How a write of an operation comes about, and how the thing it made is read."""

    prepare: Callable[[Sandbox, Session, str], Awaitable[Write]]
    read: Callable[[Session, Any], Awaitable[Any]]
    facts: Callable[[Any], object]


def _days(days: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


def _new_order(reference: str, *, pre_auth: bool | None = None) -> NewOrder:
    return NewOrder(merchant_order_reference=reference, order_amount=PRICE, pre_auth=pre_auth)


def _by_card(reference: str) -> NewPayment:
    card = CardDetails(card_number="4012001037141112", cvv="065", name="Kevin Bob")
    tender = CardTender(
        merchant_payment_reference=reference,
        payment_amount=PRICE,
        payment_option=CardOption(card_details=card),
    )
    return NewPayment(payments=[tender])


async def _paid(box: Sandbox, pinelabs: Session, reference: str, *, pre_auth: bool | None = None) -> Order:
    order = await pinelabs.orders.create(_new_order(reference, pre_auth=pre_auth))
    order = await pinelabs.payments.create(order.order_id, _by_card(f"pay-{reference}"))
    await box.payer.approve(order.challenge_url)
    return order


async def order(_box: Sandbox, _pinelabs: Session, name: str) -> Write:
    return Write(operation="orders.create", body=_new_order(name), reference=name)


async def payment(_box: Sandbox, pinelabs: Session, name: str) -> Write:
    made = await pinelabs.orders.create(_new_order(f"order-of-{name}"))
    return Write(operation="payments.create", ids=[made.order_id], body=_by_card(name), reference=name)


async def capture(box: Sandbox, pinelabs: Session, name: str) -> Write:
    blocked = await _paid(box, pinelabs, f"order-of-{name}", pre_auth=True)
    body = Capture(merchant_capture_reference=name, capture_amount=PRICE)
    return Write(operation="orders.capture", ids=[blocked.order_id], body=body, reference=name)


async def cancel(box: Sandbox, pinelabs: Session, name: str) -> Write:
    blocked = await _paid(box, pinelabs, name, pre_auth=True)
    return Write(operation="orders.cancel", ids=[blocked.order_id], reference=name)


async def refund(box: Sandbox, pinelabs: Session, name: str) -> Write:
    paid = await _paid(box, pinelabs, f"order-of-{name}")
    body = NewRefund(merchant_order_reference=name, order_amount=Money(PRICE.value // 3))
    return Write(operation="refunds.create", ids=[paid.order_id], body=body, reference=name)


async def payout(_box: Sandbox, _pinelabs: Session, name: str) -> Write:
    body = NewPayout(
        client_reference_id=name,
        payee_name="Kevin Bob",
        amount=Money(4900),
        mode="IMPS",
        remarks="salary",
        account_number="12345671415",
        branch_code="SBIN0011123",
    )
    return Write(operation="payouts.create", body=body, reference=name)


def _new_plan(reference: str) -> NewPlan:
    return NewPlan(
        merchant_plan_reference=reference,
        plan_name="Plan",
        frequency="AS",
        amount=Money(10_000),
        max_limit_amount=Money(1_000_000),
        end_date=_days(400),
    )


async def plan(_box: Sandbox, _pinelabs: Session, name: str) -> Write:
    return Write(operation="plans.create", body=_new_plan(name), reference=name)


async def _new_subscription(pinelabs: Session, reference: str) -> NewSubscription:
    plan = await pinelabs.plans.create(_new_plan(f"plan-of-{reference}"))
    customer = await pinelabs.customers.create(
        NewCustomer(merchant_customer_reference=f"customer-of-{reference}")
    )
    return NewSubscription(
        merchant_subscription_reference=reference,
        plan_id=plan.plan_id,
        customer_id=str(customer.customer_id),
        start_date=_days(0),
        end_date=_days(50),
        integration_mode="SEAMLESS",
    )


async def subscription(_box: Sandbox, pinelabs: Session, name: str) -> Write:
    body = await _new_subscription(pinelabs, name)
    return Write(operation="subscriptions.create", body=body, reference=name)


async def _approved(box: Sandbox, pinelabs: Session, reference: str) -> Subscription:
    made = await pinelabs.subscriptions.create(await _new_subscription(pinelabs, reference))
    assert made.order_id is not None
    assert made.order_amount is not None
    tender = UpiTender(
        merchant_payment_reference=f"pay-{reference}",
        payment_amount=made.order_amount,
        payment_option=UpiOption(upi_details=UpiIntent()),
        mandate_info=MandateInfo(request_type="CREATE_MANDATE"),
    )
    order = await pinelabs.payments.create(made.order_id, NewPayment(payments=[tender]))
    await box.payer.approve(order.challenge_url)
    return made


async def debit(box: Sandbox, pinelabs: Session, name: str) -> Write:
    mandate = await _approved(box, pinelabs, f"mandate-of-{name}")
    body = NewPresentation(merchant_presentation_reference=name, amount=Money(10_000), due_date=_days(2))
    return Write(operation="presentations.create", ids=[mandate.subscription_id], body=body, reference=name)


async def payment_link(_box: Sandbox, _pinelabs: Session, name: str) -> Write:
    body = NewPaymentLink(merchant_payment_link_reference=name, amount=PRICE)
    return Write(operation="payment_links.create", body=body, reference=name)


async def customer(_box: Sandbox, _pinelabs: Session, name: str) -> Write:
    body = NewCustomer(
        merchant_customer_reference=name, country_code="91", mobile_number=f"98{next(_PHONES):08}"
    )
    return Write(operation="customers.create", body=body, reference=name)


_PHONES = itertools.count(1)


async def _read_payout(pinelabs: Session, payout: Any) -> Any:
    [found] = [found async for found in pinelabs.payouts.list(client_reference_id=payout.client_reference_id)]
    return found


_order_facts = attrgetter("order_id", "merchant_order_reference", "order_amount", "status")

KINDS: Final[Mapping[str, Kind]] = {
    "orders.create": Kind(order, lambda p, it: p.orders.get(it.order_id), _order_facts),
    "payments.create": Kind(payment, lambda p, it: p.orders.get(it.order_id), _order_facts),
    "orders.capture": Kind(capture, lambda p, it: p.orders.get(it.order_id), _order_facts),
    "orders.cancel": Kind(cancel, lambda p, it: p.orders.get(it.order_id), _order_facts),
    "refunds.create": Kind(refund, lambda p, it: p.orders.get(it.order_id), _order_facts),
    "payouts.create": Kind(
        payout, _read_payout, attrgetter("payment_reference_id", "client_reference_id", "amount")
    ),
    "plans.create": Kind(
        plan,
        lambda p, it: p.plans.get(it.plan_id),
        attrgetter("plan_id", "merchant_plan_reference", "amount", "status"),
    ),
    "subscriptions.create": Kind(
        subscription,
        lambda p, it: p.subscriptions.get(it.subscription_id),
        attrgetter("subscription_id", "merchant_subscription_reference", "status"),
    ),
    "presentations.create": Kind(
        debit,
        lambda p, it: p.presentations.get(it.presentation_id),
        attrgetter("presentation_id", "merchant_presentation_reference", "amount", "status"),
    ),
    "payment_links.create": Kind(
        payment_link,
        lambda p, it: p.payment_links.get(it.payment_link_id),
        attrgetter("payment_link_id", "merchant_payment_link_reference", "amount", "status"),
    ),
    "customers.create": Kind(
        customer,
        lambda p, it: p.customers.get(it.customer_id),
        attrgetter("customer_id", "merchant_customer_reference"),
    ),
}


async def at_rest(box: Sandbox) -> None:
    """Wait until every request that was sent to the sandbox has come to its end there."""
    quiet = 0
    while quiet < 3:  # what was written is not yet read: a socket has to tell the event loop first
        await asyncio.sleep(0.001)
        quiet = 0 if any(map(_goes_on, box.exchanges)) else quiet + 1


def _goes_on(exchange: Exchange) -> bool:
    return exchange.status is None and exchange.fault in (None, "slow", "revoke", "dribble")
