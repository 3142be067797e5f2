"""Payments: attempts to pay an order, by card, cardless EMI or any other documented method."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import attrs

from pinelabs_async.api import orders
from pinelabs_async.api.common import Amount, Json, PaymentMethod, Private, Reference, new_reference
from pinelabs_async.api.order_object import Order
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat
from pinelabs_async.wire.redact import Hidden
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Body, shape


@shape
class CardDetails(Body):
    """Hold a card. Sending these needs PCI compliance on your side; nothing of it is ever logged."""

    card_number: Private
    """Card number, 12 to 19 digits."""
    name: Private | None = None
    """Name on the card, 1 to 100 characters."""
    cvv: Private | None = None
    """3 or 4 digits."""
    expiry_month: Private | None = None
    """Two digits."""
    expiry_year: Private | None = None
    """Four digits."""
    registered_mobile_number: Private | None = None
    """Mobile number known to the bank, 10 to 20 digits."""
    save: bool | None = None
    """Whether the payer agrees to keep the card."""


@shape
class CardOption(Body):
    """Pay with a card number."""

    card_details: CardDetails
    """The card."""


@shape
class CardlessDetails(Body):
    """Hold who asks for a cardless EMI loan."""

    registered_mobile_number: Private
    """Mobile number known to the lender, 9 to 20 digits."""
    pan_number: Private | None = None
    """Income tax PAN, e.g. ``ABCDE1234F``; the gateway wants it, though older samples send only its end."""
    pan_last_digits: Private | None = None
    """The older form: the last digits of the PAN."""


@shape
class CardlessOption(Body):
    """Pay by cardless EMI."""

    cardless_details: CardlessDetails
    """Who asks for the loan."""


@shape
class Tender(Body):
    """Be one part of a payment: an amount and how it is paid. Use the class of the method."""

    merchant_payment_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each attempt; a random UUID when left out."""
    payment_amount: Amount
    """What is paid this way, in paisa, convenience fee included."""
    offer_data: Json | None = None
    """The EMI offer chosen, as offer discovery gave it."""

    @classmethod
    def class_for(cls, value: Mapping[str, Any]) -> type["Tender"]:
        """Choose the class that reads a tender from JSON: by its method, where that has one."""
        if cls is not Tender:
            return cls
        return _TENDERS.get(value.get("payment_method", ""), OtherTender)


@shape
class CardTender(Tender):
    """Pay by card."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.CARD, init=False)
    """``CARD``."""
    payment_option: CardOption
    """The card."""


@shape
class CardlessEmiTender(Tender):
    """Pay by cardless EMI: a loan without a card."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.CARDLESS_EMI, init=False)
    """``CARDLESS_EMI``."""
    payment_option: CardlessOption
    """Who asks for the loan."""


@shape
class OtherTender(Tender):
    """Pay by a method that has no class of its own yet; the option is sent as it is."""

    payment_method: PaymentMethod | str
    """The method, e.g. ``PaymentMethod.UPI``."""
    payment_option: Annotated[Json, Hidden()] | None = None
    """The member that the method needs, e.g. ``{"upi_details": {"txn_mode": "INTENT"}}``."""


_TENDERS: Final[Mapping[str, type[Tender]]] = {"CARDLESS_EMI": CardlessEmiTender}


@shape
class NewPayment(Body):
    """Hold an attempt to pay an order; several tenders split it, e.g. a card and points.

    Source: https://www.pinelabs.com/docs/online-payments/api/payments/create-payment
    """

    payments: Sequence[Tender]
    """How it is paid; the amounts add up to the order's."""


async def find_payment(look: Look, ids: Sequence[str], body: NewPayment) -> Order | Evidence:
    """Find a payment that may have been made, on its order; absence is never proved, for entries may lack references."""
    order = await look(orders.GET, ids[0])
    listed = {(payment.merchant_payment_reference, payment.payment_amount) for payment in order.payments}
    meant = {(tender.merchant_payment_reference, tender.payment_amount) for tender in body.payments}
    return order if meant <= listed else Evidence.UNCLEAR


CREATE: Final = Operation(
    name="payments.create",
    method="POST",
    path="/api/pay/v1/orders/{order_id}/payments",
    repeat=Repeat.BY_REFERENCE,
    body=NewPayment,
    answer=Order,
    reference=lambda payment: ",".join(tender.merchant_payment_reference for tender in payment.payments),
    lookup=find_payment,
    lost=("challenge_url", "image_url"),
)


class Payments(Resource):
    """Pay orders."""

    async def create(self, order_id: str, payment: NewPayment) -> Order:
        """Start a payment of an order. The payer's money moves when the payer has passed the challenge.

        It is sent once. If the answer is lost, the payment is looked for on the order, by reference and
        amount; the ``challenge_url`` of a payment found so is gone, and ``problems`` says it.

        Args:
            order_id: An order that is not paid yet.
            payment: How it is paid; amounts in paisa.

        Returns:
            The order, usually ``PENDING``. Send the payer to its ``challenge_url`` if it has one.

        Raises:
            PaymentDeclinedError: the bank or a risk check said no; no money moved.
            ConflictError: the order is paid already, or has no attempts left.
            OutcomeUnknownError: the payment may exist; read the order before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/payments/create-payment
        """
        return await self._send(CREATE, order_id, body=payment)
