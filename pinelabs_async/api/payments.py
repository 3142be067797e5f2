"""Payments: attempts to pay an order, and the steps that some methods need: OTPs and authorisation."""

from collections.abc import Sequence
from typing import Final

from pinelabs_async.api import orders
from pinelabs_async.api.cards import (
    ApplePayAuthorization,
    CardAuthorization,
    CardQuery,
    FoundCards,
    NewOtp,
    Otp,
    OtpResult,
    OtpSent,
)
from pinelabs_async.api.order_object import Order, PaymentStatus
from pinelabs_async.api.tenders import Tender
from pinelabs_async.wire.look_up import by_id, reaches
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Body, shape


@shape
class NewPayment(Body):
    """Hold an attempt to pay an order; several tenders split it, e.g. a card and points.

    Source: https://www.pinelabs.com/docs/online-payments/api/payments/create-payment
    """

    payments: Sequence[Tender]
    """How it is paid; the amounts add up to the order's, with a convenience fee if there is one."""


async def find_payment(look: Look, ids: Sequence[str], body: NewPayment) -> Order | Evidence:
    """Find a payment that may have been made, on its order; absence is never proved, for entries may lack references."""
    order = await look(orders.GET, ids[0])
    listed = {(payment.merchant_payment_reference, payment.payment_amount) for payment in order.payments}
    meant = {(tender.merchant_payment_reference, tender.payment_amount) for tender in body.payments}
    return order if meant and meant <= listed else Evidence.UNCLEAR


def _status_of_payment(order: Order, ids: Sequence[str]) -> str | None:
    return next((payment.status for payment in order.payments if payment.id == ids[1]), None)


_is_authorized: Final = reaches(
    by_id(orders.GET, "order_id"),
    {PaymentStatus.AUTHORIZED, PaymentStatus.PROCESSED},
    never={PaymentStatus.FAILED, PaymentStatus.CANCELLED},
    status=_status_of_payment,
)


CARD_DETAILS: Final = Operation(
    name="payments.card_details",
    method="POST",
    path="/api/pay/v1/getCardDetails",
    repeat=Repeat.READ,
    body=CardQuery,
    answer=FoundCards,
    envelope=None,
)
CREATE: Final = Operation(
    name="payments.create",
    method="POST",
    path="/api/pay/v1/orders/{order_id}/payments",
    repeat=Repeat.BY_REFERENCE,
    body=NewPayment,
    answer=Order,
    reference=lambda payment: ",".join(tender.merchant_payment_reference for tender in payment.payments),
    lookup=find_payment,
    intent=("payments.merchant_payment_reference", "payments.payment_amount"),
    lost=("challenge_url", "image_url"),
)
AUTHORIZE: Final = Operation(
    name="payments.authorize",
    method="POST",
    path="/api/pay/v1/orders/{order_id}/payments/{payment_id}/authorize",
    repeat=Repeat.NEVER,
    body=CardAuthorization,
    answer=Order,
    lookup=_is_authorized,
)
AUTHORIZE_APPLE_PAY: Final = Operation(
    name="payments.authorize_apple_pay",
    method="POST",
    path="/api/pay/v1/orders/{order_id}/payments/{payments_id}/authorize",
    repeat=Repeat.NEVER,
    body=ApplePayAuthorization,
    answer=Order,
    lookup=_is_authorized,
)
GENERATE_OTP: Final = Operation(
    name="payments.generate_otp",
    method="POST",
    path="/api/pay/v1/otp/generate",
    repeat=Repeat.NEVER,
    body=NewOtp,
    answer=OtpSent,
    envelope=None,
)
SUBMIT_OTP: Final = Operation(
    name="payments.submit_otp",
    method="POST",
    path="/api/pay/v1/otp/submit",
    repeat=Repeat.NEVER,
    body=Otp,
    answer=OtpResult,
    envelope=None,
)
RESEND_OTP: Final = Operation(
    name="payments.resend_otp",
    method="POST",
    path="/api/pay/v1/otp/resend",
    repeat=Repeat.NEVER,
    body=NewOtp,
    answer=OtpSent,
    envelope=None,
)


class Payments(Resource):
    """Pay orders."""

    async def card_details(self, query: CardQuery) -> FoundCards:
        """Look up what cards can do, by number or token. No money moves.

        Args:
            query: The cards, and what is to be paid, in paisa as a text.

        Returns:
            One entry a card: bank, network, kind, and whether it can use an OTP on your page.

        Raises:
            InvalidRequestError: a number or its kind is wrong.

        Source: https://www.pinelabs.com/docs/online-payments/api/card-payments/get-card-details
        """
        return await self._send(CARD_DETAILS, body=query)

    async def create(self, order_id: str, payment: NewPayment) -> Order:
        """Start a payment of an order. The payer's money moves when the payer has passed the challenge.

        It is sent once. If the answer is lost, the payment is looked for on the order, by reference and
        amount; the ``challenge_url`` of a payment found so is gone, and ``problems`` says it.

        Args:
            order_id: An order that is not paid yet; for a mandate, the one that its subscription names.
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

    async def authorize(self, order_id: str, payment_id: str, authorization: CardAuthorization) -> Order:
        """Authorise a payment with a card that was authenticated elsewhere: the payer's money moves, or is blocked.

        It is sent once. If the answer is lost, read the order: the status of the payment shows what happened.

        Args:
            order_id: The order that is paid.
            payment_id: ``payments[].id`` of the order.
            authorization: The card, and the ids of its authentication.

        Returns:
            The order: ``PROCESSED``, or ``AUTHORIZED`` where the money is only blocked.

        Raises:
            PaymentDeclinedError: the bank or a risk check said no; no money moved.
            NotFoundError: there is no such order or payment.
            OutcomeUnknownError: it may have been authorised; read the order.

        Source: https://www.pinelabs.com/docs/online-payments/api/card-payments
        """
        return await self._send(AUTHORIZE, order_id, payment_id, body=authorization)

    async def authorize_apple_pay(
        self, order_id: str, payment_id: str, authorization: ApplePayAuthorization
    ) -> Order:
        """Authorise a payment with an Apple Pay token that you decrypted: the payer's money moves, or is blocked.

        It is sent once. If the answer is lost, read the order: the status of the payment shows what happened.

        Args:
            order_id: The order that is paid.
            payment_id: ``payments[].id`` of the order.
            authorization: The decrypted token.

        Returns:
            The order: ``PROCESSED``, or ``AUTHORIZED`` where the money is only blocked.

        Raises:
            PaymentDeclinedError: the bank or a risk check said no; no money moved.
            NotFoundError: there is no such order or payment.
            OutcomeUnknownError: it may have been authorised; read the order.

        Source: https://www.pinelabs.com/docs/online-payments/api/apple-pay
        """
        return await self._send(AUTHORIZE_APPLE_PAY, order_id, payment_id, body=authorization)

    async def generate_otp(self, otp: NewOtp) -> OtpSent:
        """Send the payer an OTP to enter on your page. No money moves yet.

        It is sent once. If the answer is lost, the payer may have an OTP already: submit it, or send
        another one with ``payments.resend_otp``.

        Args:
            otp: The payment, made before with ``payments.create``.

        Returns:
            What may follow, and in how many seconds the OTP may be sent again.

        Raises:
            InvalidRequestError: the payment cannot use an OTP; send the payer to its ``challenge_url``.
            OutcomeUnknownError: the OTP may have been sent.

        Source: https://www.pinelabs.com/docs/online-payments/api/card-payments/generate-otp
        """
        return await self._send(GENERATE_OTP, body=otp)

    async def submit_otp(self, otp: Otp) -> OtpResult:
        """Give the bank the payer's OTP: the payer's money moves when it is right.

        It is sent once. If the answer is lost, read the order: its status shows what happened. After a
        wrong OTP the order is ``ATTEMPTED``, after too many ``FAILED``.

        Args:
            otp: The payment, and the digits as a text.

        Returns:
            ``SUCCESS``; read the order for the final state.

        Raises:
            InvalidRequestError: the OTP is wrong or too old; no money moved. ``details`` may say what to do ``next``.
            PaymentDeclinedError: the same, or the bank said no; no money moved.
            OutcomeUnknownError: it may have been accepted; read the order before anything else.

        Source: https://www.pinelabs.com/docs/online-payments/api/card-payments/submit-otp
        """
        return await self._send(SUBMIT_OTP, body=otp)

    async def resend_otp(self, otp: NewOtp) -> OtpSent:
        """Send the payer another OTP. No money moves.

        It is sent once. If the answer is lost, the payer may have the new OTP: the latest one counts.

        Args:
            otp: The payment.

        Returns:
            What may follow, and in how many seconds the OTP may be sent again.

        Raises:
            InvalidRequestError: no more OTPs for this payment.
            OutcomeUnknownError: the OTP may have been sent.

        Source: https://www.pinelabs.com/docs/online-payments/api/card-payments/resend-otp
        """
        return await self._send(RESEND_OTP, body=otp)
