"""EMI offers: what offer discovery answers, and what a payment or a validation sends back unchanged."""

from collections.abc import Sequence
from decimal import Decimal

from pinelabs_async.api.common import Digits
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Body, shape


class EmiType(OpenEnum):
    """Say who bears the interest of an EMI."""

    LOW_COST = "LOW_COST"
    """The seller or brand bears part of it."""
    NO_COST = "NO_COST"
    """The seller or brand bears all of it."""
    STANDARD = "STANDARD"
    """The payer bears it."""


class IssuerType(OpenEnum):
    """Say what kind of lender makes an offer. It does not settle the payment method."""

    CC_BANK = "CC_BANK"
    """A bank, on a credit card."""
    DC_BANK = "DC_BANK"
    """A bank, on a debit card."""
    CARDLESS_BANK = "CARDLESS_BANK"
    """A bank, without a card."""
    CC_NBFC = "CC_NBFC"
    """A finance company, on a credit card."""
    DC_NBFC = "DC_NBFC"
    """A finance company, on a debit card."""
    CARDLESS_NBFC = "CARDLESS_NBFC"
    """A finance company, without a card."""
    NTB = "NTB"
    NTB_BANK = "NTB_BANK"
    NTB_NBFC = "NTB_NBFC"


class ProgramType(OpenEnum):
    """Say whose offer it is."""

    BANK_EMI = "BANK_EMI"
    BRAND_EMI = "BRAND_EMI"
    MERCHANT_BANK_OFFER = "MERCHANT_BANK_OFFER"
    MERCHANT_BRAND_OFFER = "MERCHANT_BRAND_OFFER"
    BRAND_OFFER = "BRAND_OFFER"
    MY_EMI = "MY_EMI"


class TenureType(OpenEnum):
    """Give the unit of a tenure."""

    MONTH = "MONTH"


class DiscountType(OpenEnum):
    """Say when the payer gets a discount."""

    INSTANT = "INSTANT"
    """At once: less is paid."""
    DEFERRED = "DEFERRED"
    """Later, as cashback."""


class DurationType(OpenEnum):
    """Give the unit of the time until a deferred discount."""

    DAY = "DAY"
    MONTH = "MONTH"


class SubventionType(OpenEnum):
    """Say when interest is borne by somebody else than the payer."""

    INSTANT = "INSTANT"
    """At once."""
    POST = "POST"
    """Afterwards."""


@shape
class ConvenienceFeeBreakdown(Body):
    """Hold a convenience fee, as the fee calculation gave it: send it back unchanged, do not compute it.

    Source: https://www.pinelabs.com/docs/online-payments/api/convenience-fee/calculate-convenience-fee
    """

    fee_amount: Money | None = None
    """The fee itself, in paisa."""
    tax_amount: Money | None = None
    """The tax on it."""
    additional_fee_amount: Money | None = None
    """A second fee; may be 0."""
    maximum_fee_amount: Money | None = None
    """The most that may be asked."""
    applicable_fee_amount: Money | None = None
    """What the payer pays on top of the order's amount."""
    fee_calculated_on_amount: Money | None = None
    """EMI tenures only: the amount that the fee is a share of."""
    subvented_fee_amount: Money | None = None
    """EMI tenures only: the part that somebody else bears."""


@shape
class OfferShare(Body):
    """Hold what one party gives; empty where it gives nothing."""

    amount: Money | None = None
    """Its part, in paisa."""


@shape
class OfferShares(Body):
    """Hold who gives which part of a discount or subvention."""

    brand: OfferShare | None = None
    """The brand."""
    merchant: OfferShare | None = None
    """You."""
    issuer: OfferShare | None = None
    """The lender."""
    dealer: OfferShare | None = None
    """The dealer."""


@shape
class Discount(Body):
    """Hold a discount of an offer; empty where there is none."""

    discount_type: DiscountType | None = None
    """When the payer gets it."""
    discount_string: str | None = None
    """It in words."""
    percentage: Decimal | None = None
    """Its size in percent."""
    amount: Money | None = None
    """Its size in paisa."""
    max_amount: Money | None = None
    """The most that is given."""
    min_amount: Money | None = None
    """The least that is given; requests only."""
    breakup: OfferShares | None = None
    """Who gives it."""
    discount_deferred_duration_value: int | None = None
    """After how long a deferred one comes, in the unit of the next field."""
    discount_deferred_duration_type: DurationType | None = None
    """The unit."""


@shape
class Subvention(Body):
    """Hold the part of the interest that the payer does not bear."""

    subvention_type: SubventionType | None = None
    """When."""
    offer_type: EmiType | None = None
    """What the EMI becomes by it."""
    percentage: Decimal | None = None
    """Its size in percent."""
    amount: Money | None = None
    """Its size in paisa."""
    max_amount: Money | None = None
    """The most that is given."""
    min_amount: Money | None = None
    """The least that is given."""
    breakup: OfferShares | None = None
    """Who gives it."""


@shape
class IssuerOfferParameter(Body):
    """Name one offer inside a tenure."""

    program_type: ProgramType | None = None
    """Whose offer it is."""
    offer_id: str | None = None
    """Its id."""
    offer_parameter_id: str | None = None
    """The id of its terms."""


@shape
class OfferProduct(Body):
    """Hold what an offer does for one product; brand and split EMI only."""

    product_code: str | None = None
    """The merchant's code of the product."""
    product_display_name: str | None = None
    """Its name."""
    brand_id: str | None = None
    """The gateway's id of the brand."""
    brand_name: str | None = None
    """Name of the brand."""
    product_offer_parameters: Sequence[IssuerOfferParameter] | None = None
    """The offers on it."""
    product_amount: Money | None = None
    """Its price, in paisa."""
    product_coupon_discount_amount: Money | None = None
    """A coupon on it."""
    subvention: Subvention | None = None
    """Interest that the payer does not bear."""
    discount: Discount | None = None
    """Its discount."""
    interest_amount: Money | None = None
    """Its interest."""
    interest_rate: Decimal | None = None
    """The rate, in percent a year."""
    cart_coupon_discount_product_share: Money | None = None
    """Its part of a coupon on the cart."""
    downpayment_amount: Money | None = None
    """What is paid down for it."""
    after_downpayment_reduced_product_amount: Money | None = None
    """Its price less the down payment."""
    bundle_id: str | None = None
    """The bundle it belongs to."""
    product_imei: str | None = None
    """Serial number of the very piece."""


@shape
class ProcessingFee(Body):
    """Hold what the lender asks for making the loan."""

    amount: Money | None = None
    """In paisa."""
    percentage: Decimal | None = None
    """In percent."""


@shape
class DownPayment(Body):
    """Hold what the payer pays down before the loan."""

    downpayment_amount: Money | None = None
    """In paisa."""


@shape
class Tenure(Body):
    """Hold one way to pay by EMI: how long, how much a month, at what cost.

    Offer discovery answers it; a payment and a validation send the chosen one back unchanged.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/offer-discovery-create
    """

    tenure_id: str
    """The gateway's id of the tenure."""
    name: str | None = None
    """To show, e.g. ``3 Months``. Requests need it."""
    tenure_type: TenureType | None = None
    """The unit of ``tenure_value``. Requests need it."""
    tenure_value: int | None = None
    """How long."""
    issuer_offer_parameters: Sequence[IssuerOfferParameter] | None = None
    """The offers in it. Requests need them."""
    details: Sequence[OfferProduct] | None = None
    """The same by product; empty but for brand and split EMI."""
    discount: Discount | None = None
    """Its discount; may be empty."""
    auth_amount: Money | None = None
    """What is to be authorised: the ``payment_amount`` of a validation and of the payment."""
    loan_amount: Money | None = None
    """What is lent."""
    total_discount_amount: Money | None = None
    """All discounts together."""
    net_payment_amount: Money | None = None
    """What the payer pays in all."""
    monthly_emi_amount: Money | None = None
    """What the payer pays a month."""
    total_emi_amount: Money | None = None
    """All months together."""
    interest_amount: Money | None = None
    """The interest in all."""
    total_subvention_amount: Money | None = None
    """Interest that the payer does not bear."""
    interest_rate_percentage: Decimal | None = None
    """The rate, in percent a year. Requests need it."""
    processing_fee_details: ProcessingFee | None = None
    """The lender's fee."""
    processing_fee_amount: Money | None = None
    """The same in its second form; answers of payments carry both."""
    convenience_fee_breakdown: ConvenienceFeeBreakdown | None = None
    """The convenience fee."""
    cart_coupon_discount_amount: Money | None = None
    """A coupon on the cart."""
    total_coupon_discount: Money | None = None
    """All coupons together."""
    total_down_payment_amount: Money | None = None
    """All down payments together."""
    downpayment_details: DownPayment | None = None
    """The down payment. Requests need it where there is one."""
    split_emi_display_name: str | None = None
    """Name of a split EMI, if the brand gave one."""
    split_emi_amount: Money | None = None
    """The amount of a split EMI."""
    split_emi_percentage: Decimal | None = None
    """The same in percent."""
    emi_type: EmiType | None = None
    """Who bears the interest. Requests need it."""
    offer_ranking: int | None = None
    """Place among the offers; newer answers only."""
    is_mobile_number_required_for_eligibility: bool | None = None
    """Whether a validation needs the payer's mobile number; newer answers only."""
    is_offer_auto_applied: bool | None = None
    """Whether it applies by itself; newer answers only."""


@shape
class Offer(Body):
    """Hold the chosen offer: one lender of offer discovery with one of its tenures."""

    id: str
    """The gateway's id of the lender."""
    name: str | None = None
    """The lender's name, e.g. ``HDFC DC``. Requests need it."""
    display_name: str | None = None
    """The name to show."""
    issuer_type: IssuerType | None = None
    """What kind of lender it is. Requests need it."""
    priority: Digits | None = None
    """The lender's place in discovery. Requests need it."""
    tenure: Tenure | None = None
    """The chosen tenure. Requests need it."""


@shape
class OfferData(Body):
    """Hold the EMI offer that a payment uses.

    ::

        issuer = found.issuers[0]
        offer = Offer(
            id=issuer.id, name=issuer.name, issuer_type=issuer.issuer_type, priority=issuer.priority,
            tenure=issuer.tenures[0],
        )
        OfferData(offer_details=offer)
    """

    offer_details: Offer | None = None
    """The chosen offer."""
