"""What offer discovery answers: lenders with their tenures, and terms of down payments."""

from typing import ClassVar

from pinelabs_async.api.common import Digits, PaymentMethod
from pinelabs_async.api.offers import IssuerType, Tenure
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, shape


class IssuerAuthType(OpenEnum):
    """Say how a lender makes sure who asks for the loan."""

    OTP = "OTP"
    """By a one-time password."""
    PENNY_DROP = "PENNY_DROP"
    """By a very small payment."""


@shape
class IssuerData(Answer):
    """Hold what a lender wants of the payer; may be empty."""

    otp_length: int | None = None
    """How many digits its one-time password has."""
    otp_time_in_sec: int | None = None
    """How long it is good for, in seconds."""
    otp_retry_count: int | None = None
    """How often it may be tried."""
    is_consent_page_required: bool | None = None
    """Whether the payer must see and accept ``consent_data``."""
    consent_data: str | None = None
    """What the payer must accept, in HTML."""
    terms_and_conditions: str | None = None
    """The lender's terms."""
    show_key_fact_statement: bool | None = None
    """Whether the payer must see the key fact statement."""
    auth_type: IssuerAuthType | None = None
    """How the lender makes sure who asks."""
    penny_transaction_amount: Money | None = None
    """The very small payment, in paisa."""
    is_tokenized_transaction_supported: bool | None = None
    """Whether card tokens work."""
    pan_number_last_digit_count: int | None = None
    """How many digits of the PAN a validation wants."""
    offer_validation_parameters_required: str | None = None
    """What else a validation wants."""


@shape
class Issuer(Answer):
    """Hold a lender and what it offers."""

    id: str
    """The gateway's id of the lender."""
    name: str | None = None
    """The lender's name, e.g. ``INDUSIND CC``."""
    display_name: str | None = None
    """The name to show."""
    issuer_type: IssuerType | None = None
    """What kind of lender it is; it does not settle the payment method."""
    priority: Digits | None = None
    """The lender's place among the others."""
    tenures: tuple[Tenure, ...] = ()
    """What it offers."""
    issuer_data: IssuerData | None = None
    """What it wants of the payer."""


@shape
class DiscoveredOffers(Answer):
    """Hold the EMI offers that were found.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/offer-discovery-create
    """

    SENT_BACK: ClassVar[bool] = True
    """Of a tenure every member is kept: it is sent back as it came."""

    issuers: tuple[Issuer, ...] = ()
    """The lenders."""


@shape
class DownPaymentLimits(Answer):
    """Hold the least and the most."""

    min: Money | None = None
    """The least, in paisa; may be nothing."""
    max: Money | None = None
    """The most, in paisa."""


@shape
class DownPaymentRange(Answer):
    """Hold how much may be paid down, and how."""

    amount_range: DownPaymentLimits | None = None
    """The least and the most."""
    amount_milestone_list: tuple[Money, ...] = ()
    """Amounts to suggest, in paisa."""
    allowed_payment_methods: tuple[PaymentMethod, ...] = ()
    """How it may be paid."""


@shape
class DownPaymentTerms(Answer):
    """Hold how much a payer may pay down before the loan.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/downpayment-create
    """

    downpayment_details: DownPaymentRange | None = None
    """How much, and how."""
