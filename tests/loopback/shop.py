"""Bodies of a small shop, and ways to bring an order into a state."""

import uuid

from pinelabs_async import (
    Capture,
    CardDetails,
    CardlessDetails,
    CardlessEmiTender,
    CardlessOption,
    CardOption,
    CardTender,
    Money,
    NewOrder,
    NewPayment,
    NewRefund,
)

PRICE = Money(150000)


def reference(prefix="ref"):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def new_order(**more):
    return NewOrder(**{"merchant_order_reference": reference("ord"), "order_amount": PRICE, **more})


def card_payment(**more):
    option = CardOption(card_details=CardDetails(card_number="4012001037141112", cvv="065", name="Kevin Bob"))
    fields = {
        "merchant_payment_reference": reference("pay"),
        "payment_amount": PRICE,
        "payment_option": option,
    }
    return NewPayment(payments=[CardTender(**{**fields, **more})])


def emi_payment(**more):
    details = CardlessDetails(registered_mobile_number="9876543210", pan_number="ABCDE1234F")
    option = CardlessOption(cardless_details=details)
    fields = {
        "merchant_payment_reference": reference("pay"),
        "payment_amount": PRICE,
        "payment_option": option,
    }
    return NewPayment(payments=[CardlessEmiTender(**{**fields, **more})])


def new_refund(value=PRICE.value, **more):
    return NewRefund(**{"merchant_order_reference": reference("rfd"), "order_amount": Money(value), **more})


def new_capture(**more):
    return Capture(**{"merchant_capture_reference": reference("cap"), **more})


async def pending(pinelabs, *, pre_auth=None):
    """Make an order and a payment that waits for its payer."""
    order = await pinelabs.orders.create(new_order(pre_auth=pre_auth))
    return await pinelabs.payments.create(order.order_id, card_payment())


async def paid(box, pinelabs):
    """Make an order that is paid."""
    order = await pending(pinelabs)
    await box.payer.approve(order.challenge_url)
    return order


async def authorized(box, pinelabs):
    """Make an order whose money is blocked."""
    order = await pending(pinelabs, pre_auth=True)
    await box.payer.approve(order.challenge_url)
    return order
