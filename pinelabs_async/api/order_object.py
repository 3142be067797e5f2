"""The order as the gateway answers it, with its payments and refunds: one shape for every call that answers one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pinelabs_async.api.common import (
    IntegrationMode,
    Json,
    OrderStatus,
    OrderType,
    PaymentMethod,
    Private,
    PurchaseDetails,
    Timestamp,
)
from pinelabs_async.api.offers import ConvenienceFeeBreakdown, OfferData
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.redact import Hidden
from pinelabs_async.wire.shape import Answer, shape


class PaymentStatus(OpenEnum):
    """Say how far one payment of an order has come.

    Source: https://www.pinelabs.com/docs/online-payments/payment-lifecycle/payments
    """

    PENDING = "PENDING"
    """The payer has not finished."""
    AUTHORIZED = "AUTHORIZED"
    """Pre-auth only: the money is blocked, not received."""
    PROCESSED = "PROCESSED"
    """Paid."""
    CANCELLED = "CANCELLED"
    """Cancelled by you (pre-auth) or by the payer; no money moved."""
    FAILED = "FAILED"
    """Declined; no money moved. ``error_detail`` may say why."""


class RefundStatus(OpenEnum):
    """Say how far a refund has come.

    Source: https://www.pinelabs.com/docs/online-payments/payment-lifecycle/refunds
    """

    CREATED = "CREATED"
    """Accepted."""
    PENDING = "PENDING"
    """Sent on; the bank has not answered. Follow it by webhook or ``orders.get``."""
    PROCESSED = "PROCESSED"
    """The money went back."""
    FAILED = "FAILED"
    """The money did not go back."""


@shape
class AcquirerData(Answer):
    """Hold the bank's own references of a payment."""

    approval_code: str | None = None
    """Authorisation code; empty until known."""
    acquirer_reference: str | None = None
    """The acquirer's id; empty until known."""
    rrn: str | None = None
    """Retrieval reference number; empty until known."""
    is_aggregator: bool | None = None
    """True when Pine Labs settles the money, False when your own bank does."""
    acquirer_name: str | None = None
    """Which acquirer, once processed."""


@shape
class ErrorDetail(Answer):
    """Hold why a payment failed."""

    code: str | None = None
    """One of the gateway's error codes."""
    message: str | None = None
    """The same in words."""


@shape
class CardData(Answer):
    """Hold what may be known of a card."""

    card_type: str | None = None
    """``CREDIT``, ``DEBIT``, ``PREPAID`` ..."""
    network_name: str | None = None
    """``VISA`` ..., in any case."""
    issuer_name: str | None = None
    """The bank."""
    product_name: str | None = None
    """The card's product."""
    card_category: str | None = None
    """``CONSUMER``, ``COMMERCIAL`` ..., in any case."""
    country_code: str | None = None
    """Three letters."""
    token_txn_type: str | None = None
    """``ALT_TOKEN``, ``NETWORK_TOKEN`` or ``ISSUER_TOKEN``."""
    last4_digit: str | None = None
    """The last four digits."""
    save: bool | None = None
    """Whether the payer agreed to keep the card."""
    is_native_otp_eligible: bool | None = None
    """Whether the payer can enter the OTP on your page."""


@shape
class Payer(Answer):
    """Hold who pays by UPI."""

    vpa: Private | None = None
    """The payer's UPI address."""
    phone_number: Private | None = None
    """The payer's telephone number."""
    account_type: str | None = None
    """The kind of account."""


@shape
class Payee(Answer):
    """Hold who receives a UPI payment."""

    vpa: str | None = None
    """The UPI address that the money goes to."""
    reference_id: str | None = None
    """The payee's own id."""
    reference_type: str | None = None
    """What that id names, e.g. ``MERCHANT``."""
    acquirer_name: str | None = None
    """Which acquirer."""


@shape
class UpiData(Answer):
    """Hold what is known of a UPI payment."""

    txn_mode: str | None = None
    """``COLLECT`` or ``INTENT``."""
    payer: Payer | None = None
    """Who pays."""
    payee: Payee | None = None
    """Who receives."""


@shape
class NetbankingData(Answer):
    """Hold what is known of a net banking payment."""

    pay_code: str | None = None
    """The bank's code."""
    txn_mode: str | None = None
    """``REDIRECT``, ``QR`` or ``INTENT``."""
    registered_mobile_number: Private | None = None
    """The payer's mobile number, with third-party validation."""


@shape
class WalletCardData(Answer):
    """Hold what may be known of the card behind a wallet (Apple Pay)."""

    card_type: str | None = None
    """``CREDIT``, ``DEBIT`` ..."""
    network_name: str | None = None
    """``VISA`` ..."""
    issuer_name: str | None = None
    """The bank."""
    card_category: str | None = None
    """``CONSUMER``, ``COMMERCIAL`` ..., in any case."""
    country_code: str | None = None
    """Three letters."""
    token_txn_type: str | None = None
    """``ALT_TOKEN``, ``NETWORK_TOKEN`` or ``ISSUER_TOKEN``."""
    save: bool | None = None
    """Whether the payer agreed to keep the card."""
    card_holder_name: Private | None = None
    """The name on the card."""
    bin_min: str | None = None
    """Where the range of card numbers begins."""
    bin_max: str | None = None
    """Where it ends."""


@shape
class WalletData(Answer):
    """Hold what is known of a wallet payment."""

    wallet_code: str | None = None
    """Which wallet."""
    wallet_card_data: WalletCardData | None = None
    """The card behind it."""


@shape
class PaidWith(Answer):
    """Hold the instrument of a payment; the member of its method is set."""

    card_data: CardData | None = None
    """A card."""
    upi_data: UpiData | None = None
    """UPI, as samples spell it."""
    upi_details: UpiData | None = None
    """UPI, as the reference spells it."""
    netbanking_data: NetbankingData | None = None
    """Net banking."""
    wallet_data: WalletData | None = None
    """A wallet."""
    card_token_details: Annotated[Json, Hidden()] | None = None
    """A card token, echoed as it was sent."""


@shape
class CaptureData(Answer):
    """Hold one capture of blocked money."""

    merchant_capture_reference: str | None = None
    """Your reference of the capture."""
    capture_amount: Money | None = None
    """What was taken."""
    created_at: Timestamp | None = None
    """When."""


@shape
class Payment(Answer):
    """Hold one attempt to pay an order."""

    id: str
    """The gateway's id of the payment."""
    merchant_payment_reference: str | None = None
    """Your reference of the payment; some answers lack it."""
    parent_payment_id: str | None = None
    """On a refund: the payment whose money goes back."""
    status: PaymentStatus
    """How far it has come."""
    payment_amount: Money | None = None
    """What is paid in this attempt, convenience fee included."""
    base_amount: Money | None = None
    """The amount before conversion or fee."""
    conversion_rate: Decimal | None = None
    """Rate of a currency conversion."""
    payment_method: PaymentMethod | None = None
    """How it is paid."""
    payment_option: PaidWith | None = None
    """With which instrument."""
    acquirer_data: AcquirerData | None = None
    """The bank's references."""
    error_detail: ErrorDetail | None = None
    """Why it failed, if it did and the gateway says."""
    capture_data: tuple[CaptureData, ...] = ()
    """Captures of a pre-authorised payment."""
    offer_data: OfferData | None = None
    """The EMI offer in use."""
    convenience_fee_breakdown: ConvenienceFeeBreakdown | None = None
    """The convenience fee in use."""
    mandate_info: Json | None = None
    """The mandate that the payment makes."""
    additional_detail: Mapping[str, Any] | None = None
    """Whatever else the gateway tells."""
    integration_mode: IntegrationMode | None = None
    """As on the order, where it is repeated."""
    created_at: Timestamp | None = None
    """When it was made."""
    updated_at: Timestamp | None = None
    """When it changed last."""


@shape
class Refund(Answer):
    """Hold a refund: an order of type ``REFUND`` with an id of its own.

    Source: https://www.pinelabs.com/docs/online-payments/api/refunds/refund-object
    """

    order_id: str
    """The refund's own id: ``orders.get`` reads it."""
    parent_order_id: str | None = None
    """The order whose money goes back."""
    merchant_order_reference: str | None = None
    """Your reference of the refund."""
    type: OrderType | None = None
    """``REFUND``."""
    status: RefundStatus
    """``PROCESSED`` when the money went back; ``PENDING`` needs following."""
    merchant_id: str | None = None
    """Your merchant id."""
    order_amount: Money | None = None
    """What goes back, in paisa."""
    pre_auth: bool | None = None
    """As on the order."""
    notes: str | None = None
    """As on the order."""
    purchase_details: PurchaseDetails | None = None
    """As on the order, with the refund's own metadata and split."""
    payments: tuple[Payment, ...] = ()
    """What goes back to which instrument."""
    created_at: Timestamp | None = None
    """When it was made."""
    updated_at: Timestamp | None = None
    """When it changed last."""
    integration_mode: IntegrationMode | None = None
    """As on the order."""
    payment_retries_remaining: int | None = None
    """Of no use on a refund."""


@shape
class Order(Answer):
    """Hold an order: what is to be paid, and every attempt to pay it.

    Source: https://www.pinelabs.com/docs/online-payments/api/orders/orders-object
    """

    order_id: str
    """The gateway's id of the order, e.g. ``v1-250502082203-aa-BZMaYf``."""
    parent_order_id: str | None = None
    """On a refund read by ``orders.get``: the order whose money goes back."""
    merchant_order_reference: str | None = None
    """Your reference of the order."""
    type: OrderType | None = None
    """``CHARGE``, or ``REFUND`` when the id is a refund's."""
    status: OrderStatus
    """How far it has come: ship on ``PROCESSED``, never on ``AUTHORIZED`` alone."""
    challenge_url: str | None = None
    """Where to send the payer; after a payment was made that needs it. Opaque: it may be a ``upi:`` link."""
    callback_url: str | None = None
    """Where the payer comes back to."""
    failure_callback_url: str | None = None
    """Where the payer comes back to after a failure, if not to ``callback_url``."""
    merchant_id: str | None = None
    """Your merchant id."""
    order_amount: Money | None = None
    """What is to be paid, in paisa, without convenience fee or discount."""
    base_amount: Money | None = None
    """The amount before a currency conversion."""
    cart_coupon_discount_amount: Money | None = None
    """A discount on the cart."""
    pre_auth: bool | None = None
    """Whether a payment only blocks the money until you capture it."""
    part_payment: bool | None = None
    """Whether the order may be paid in parts."""
    allowed_payment_methods: tuple[PaymentMethod, ...] = ()
    """How it may be paid."""
    notes: str | None = None
    """Your note."""
    purchase_details: PurchaseDetails | None = None
    """Who buys what."""
    payments: tuple[Payment, ...] = ()
    """Every attempt so far, failed ones too."""
    refunds: tuple[Refund, ...] = ()
    """Refunds of this order, where the gateway lists them."""
    created_at: Timestamp | None = None
    """When it was made."""
    updated_at: Timestamp | None = None
    """When it changed last."""
    integration_mode: IntegrationMode | None = None
    """Who shows the payment page."""
    payment_retries_remaining: int | None = None
    """How many attempts are left; 10 at first."""
    image_url: str | None = None
    """The QR image of a UPI payment; it works for some minutes only."""
    is_mcc_transaction: bool | None = None
    """Whether it is paid in another currency."""
    is_domestic_txn_for_risk_enabled: bool | None = None
    """Whether risk checks treat it as domestic."""
    order_token: str | None = None
    """Undocumented."""
