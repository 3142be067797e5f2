"""Shapes and words that several groups share."""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.quoted import Quoted
from pinelabs_async.wire.redact import Hidden
from pinelabs_async.wire.shape import Answer, Body, shape

_REFERENCE = r"[A-Za-z0-9_-]{1,50}"


def _check_reference(value: str, where: str) -> str:
    if not re.fullmatch(_REFERENCE, value):
        raise ValueError(f"{where} must be 1 to 50 letters, digits, '-' or '_', not {value[:60]!r}.")
    return value


def _check_positive(value: Money, where: str) -> Money:
    if value.value <= 0:
        raise ValueError(f"{where} must be more than nothing.")
    return value


def _write_flag(value: bool | str, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value not in ("true", "false"):
        raise ValueError(f"{where} must be True or False, or the text 'true' or 'false'.")
    return value


Reference = Annotated[str, _check_reference]
"""A merchant's own reference: 1 to 50 letters, digits, ``-`` or ``_``, unique for what it names."""

Amount = Annotated[Money, _check_positive]
"""An amount to move: more than zero. The gateway's own limits are 100 to 100,000,000 paisa."""

Private = Annotated[str, Hidden()]
"""A text about a person or an instrument: kept out of ``repr``."""

Digits = Annotated[int, Quoted()]
"""A whole number, which the gateway also writes as a text of digits."""

Flag = Annotated[bool, Quoted()]
"""True or False, which the gateway also writes as the text ``true`` or ``false``."""

TextFlag = Annotated[bool | str, _write_flag]
"""True or False, which the gateway wants as the text ``true`` or ``false`` here."""

Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with a time zone."""


def new_reference() -> str:
    """Make a reference that nobody has used: a random UUID."""
    return str(uuid.uuid4())


class OrderStatus(OpenEnum):
    """Say how far an order, or a refund, which is an order too, has come.

    Source: https://www.pinelabs.com/docs/online-payments/payment-lifecycle/orders
    """

    CREATED = "CREATED"
    """Accepted; no payment yet. A refund: accepted."""
    PENDING = "PENDING"
    """A payment is linked and not finished. A refund: the bank has not answered."""
    ATTEMPTED = "ATTEMPTED"
    """A payment failed; the payer may try again."""
    AUTHORIZED = "AUTHORIZED"
    """Pre-auth only: the money is blocked and waits for capture or cancel. It is not received."""
    PARTIALLY_CAPTURED = "PARTIALLY_CAPTURED"
    """Pre-auth only: part of the blocked money was taken."""
    PROCESSED = "PROCESSED"
    """Paid, or captured. A refund: the money went back."""
    CANCELLED = "CANCELLED"
    """Cancelled by you or by the payer; no money moved."""
    FAILED = "FAILED"
    """No more attempts; no money moved."""
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    """Part of the money went back."""
    FULLY_REFUNDED = "FULLY_REFUNDED"
    """All of the money went back."""


class OrderType(OpenEnum):
    """Tell money coming in from money going back."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"
    ADD_MONEY = "ADD_MONEY"
    """Money that a customer puts into a brand wallet."""


class PaymentMethod(OpenEnum):
    """Name a way to pay. Which ones a merchant may use is set up by Pine Labs."""

    CARD = "CARD"
    UPI = "UPI"
    NETBANKING = "NETBANKING"
    WALLET = "WALLET"
    POINTS = "POINTS"
    CREDIT_EMI = "CREDIT_EMI"
    DEBIT_EMI = "DEBIT_EMI"
    CARDLESS_EMI = "CARDLESS_EMI"
    BNPL = "BNPL"


class IntegrationMode(OpenEnum):
    """Say who shows the payment page."""

    SEAMLESS = "SEAMLESS"
    REDIRECT = "REDIRECT"
    IFRAME = "IFRAME"
    SDK = "SDK"


@shape
class Address(Body):
    """Hold a postal address of a customer."""

    address1: Private | None = None
    """First line, at most 100 characters."""
    address2: Private | None = None
    """Second line, at most 100 characters."""
    address3: Private | None = None
    """Third line, at most 100 characters."""
    pincode: str | None = None
    """Postal code, 6 to 10 digits."""
    city: str | None = None
    """City, at most 50 characters."""
    state: str | None = None
    """State, at most 50 characters."""
    country: str | None = None
    """Country, at most 50 characters."""
    full_name: Private | None = None
    """Name of the person at the address, at most 100 characters."""
    adddress_type: str | None = None
    """E.g. ``Home``. The three d's are the gateway's own spelling."""
    address_category: str | None = None
    """``billing`` or ``shipping``."""


@shape
class Customer(Body):
    """Hold who pays."""

    email_id: Private | None = None
    """E-mail address, 1 to 50 characters."""
    first_name: Private | None = None
    """First name, 1 to 50 characters."""
    last_name: Private | None = None
    """Last name, 1 to 50 characters."""
    customer_id: str | None = None
    """The gateway's id of a stored customer."""
    mobile_number: Private | None = None
    """Mobile number, 10 to 20 digits."""
    country_code: str | None = None
    """Telephone country code; the gateway takes ``91`` when it is left out."""
    billing_address: Address | None = None
    """Where the bill goes."""
    shipping_address: Address | None = None
    """Where the goods go."""
    merchant_customer_reference: str | None = None
    """Your own reference of the customer, 1 to 50 characters; the gateway may store who it does not know."""
    gstin: Private | None = None
    """GST identification number."""
    is_edit_customer_details_allowed: bool | None = None
    """Whether the payer may change these details on the hosted page."""


@shape
class Product(Body):
    """Hold one line of what is bought."""

    product_code: str
    """The merchant's code of the product."""
    product_amount: Money | None = None
    """Its price, in paisa."""
    product_coupon_discount_amount: Money | None = None
    """The discount on it, in paisa; may be zero."""


@shape
class CartItem(Body):
    """Hold one line of the cart that a hosted page shows."""

    item_id: str | None = None
    """The merchant's id of the item."""
    item_name: str | None = None
    """Name to show."""
    item_description: str | None = None
    """Description to show."""
    item_details_url: str | None = None
    """Page about the item."""
    item_image_url: str | None = None
    """Picture of the item; 24 x 24 pixels are advised."""
    item_original_unit_price: Digits | None = None
    """Price of one, in paisa, before discount."""
    item_discounted_unit_price: Digits | None = None
    """Price of one, in paisa, after discount."""
    item_quantity: Digits | None = None
    """How many."""
    item_currency: str | None = None
    """ISO 4217 code."""


@shape
class CartDetails(Body):
    """Hold the cart that a hosted page shows."""

    cart_items: Sequence[CartItem] | None = None
    """The lines of the cart."""


@shape
class BankDetails(Body):
    """Hold the only bank account that may pay an order (third-party validation)."""

    account_number: Private
    """Account number. PNB: 16 digits; Canara, Citi and SBI: 17 digits, with a leading zero."""
    ifsc_code: str | None = None
    """IFSC code of the branch."""
    bank_name: str | None = None
    """Name of the bank."""


@shape
class AccountDetails(Body):
    """Hold which bank account may pay an order."""

    bank_details: BankDetails
    """The account."""


@shape
class SplitDetail(Body):
    """Hold one partner's part of an order or refund."""

    split_merchant_id: str | None = None
    """The partner's merchant id."""
    split_settlement_id: str | None = None
    """The gateway's id of this part; answers only."""
    merchant_settlement_reference: str | None = None
    """The merchant's reference of this part, 1 to 50 characters."""
    amount: Money | None = None
    """The part, in paisa."""
    on_hold: bool | None = None
    """Hold the settlement until it is released; orders only."""
    parent_order_split_settlement_id: str | None = None
    """The part of the parent order that a refund takes back; refunds only."""
    status: str | None = None
    """Answers: ``RELEASED``, ``HOLD``. Refunds: ``DO_NOT_RECOVER``, or left out to recover from the partner."""
    release_amount: Money | None = None
    """What of it was released, in paisa; answers only."""
    updated_at: Timestamp | None = None
    """When the part changed last; answers only."""


@shape
class SplitInfo(Body):
    """Hold how an order's money is divided among partners."""

    split_type: str | None = None
    """``AMOUNT`` is the only documented value."""
    split_details: Sequence[SplitDetail] | None = None
    """The parts."""


@shape
class PurchaseDetails(Body):
    """Hold who buys what."""

    customer: Customer | None = None
    """Who pays."""
    products: Sequence[Product] | None = None
    """What is bought; needed for EMI orders."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes, returned as they are: at most 10 pairs of 256 characters."""
    cart_details: CartDetails | None = None
    """The cart that a hosted page shows."""
    split_info: SplitInfo | None = None
    """How the money is divided among partners."""
    account_details: AccountDetails | None = None
    """The only bank account that may pay (third-party validation)."""

    @classmethod
    def class_for(cls, value: Mapping[str, Any]) -> type["PurchaseDetails"]:
        """Choose the class that JSON is read into."""
        return CheckoutPurchase if "product" in value else PurchaseDetails


@shape
class CheckoutPurchase(PurchaseDetails):
    """Hold who buys what, with the products under the name that the reference of this call gives them.

    The vendor's own plug-ins send ``products``, as orders do: try that first.
    """

    product: Sequence[Product] | None = None
    """What is bought, in place of ``products``."""


Json = Mapping[str, Any]
"""A JSON object that has no class yet."""


@shape
class FailureDetails(Answer):
    """Say where something failed."""

    source: str | None = None
    """Who noticed."""
    step: str | None = None
    """At which step."""
    reason: str | None = None
    """Why, in one word."""
    metadata: Mapping[str, Any] | None = None
    """More: Any, since nothing is documented of it."""


@shape
class FailureReason(Answer):
    """Say why something failed, in an object that tells of it."""

    code: str | None = None
    """The gateway's short code."""
    message: str | None = None
    """The same in words."""
    additional_error_details: FailureDetails | None = None
    """Where it failed."""
