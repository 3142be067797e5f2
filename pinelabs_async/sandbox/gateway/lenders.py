"""Who lends, and what is sold on whose offer: the sandbox's tables, around what published samples have of them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal

import attrs

from pinelabs_async.sandbox.gateway.emi import Rounding
from pinelabs_async.sandbox.state import Json

MONTHS: Final[Mapping[str, int]] = {"1": 3, "2": 6, "3": 9, "4": 12, "5": 18, "6": 24}
"""The tenures of every lender, by their ids."""


@attrs.frozen
class OfferIds:
    """What names one offer inside a tenure."""

    program_type: str
    offer_id: str
    parameter_id: str


@attrs.frozen(kw_only=True)
class Deal:
    """A merchant's discount on one tenure of a lender."""

    ids: OfferIds
    kind: Literal["INSTANT", "DEFERRED"]
    amount: int = 0
    """In paisa; an instant one is of a fixed size."""
    percentage: Decimal | None = None
    most: int = 0
    """The most that a share comes to, in paisa."""
    after_days: int | None = None
    """When a deferred one is paid out."""
    from_amount: int = 0
    """The least that must be paid for it."""


@attrs.frozen(kw_only=True)
class Lender:
    """One lender and its terms."""

    id: str
    name: str
    display_name: str
    issuer_type: str
    priority: int
    rate: Decimal
    """In percent a year."""
    rounding: Rounding
    fee: int = 19900
    """For making the loan, in paisa."""
    ids: OfferIds
    brand_ids: OfferIds
    bins: tuple[str, ...] = ()
    """What its cards begin with; none where it lends without a card only."""
    cardless: bool = False
    """Whether it lends without a card, too."""
    deals: Mapping[int, Deal] = attrs.field(factory=dict[int, Deal])
    """By months."""
    issuer_data: Json = attrs.field(factory=dict[str, object])


# The first three are in published samples, with these rates, ids and ways to round; their cards, the
# third one's cashback and the fourth are the sandbox's own.
LENDERS: Final[Sequence[Lender]] = (
    Lender(
        id="23",
        name="INDUSIND CC",
        display_name="INDUSIND",
        issuer_type="CC_BANK",
        priority=1,
        rate=Decimal(16),
        rounding="down",
        ids=OfferIds("BANK_EMI", "1563", "63813"),
        brand_ids=OfferIds("BRAND_EMI", "1573", "63823"),
        bins=("601000", "424242"),
        cardless=True,
    ),
    Lender(
        id="6",
        name="HDFC CC",
        display_name="HDFC BANK",
        issuer_type="CC_BANK",
        priority=1,
        rate=Decimal(20),
        rounding="half_up",
        ids=OfferIds("BANK_EMI", "1564", "63814"),
        brand_ids=OfferIds("BRAND_EMI", "1574", "63824"),
        bins=("411111", "401200"),
        deals={
            3: Deal(
                ids=OfferIds("MERCHANT_BANK_OFFER", "1523", "63566"),
                kind="INSTANT",
                amount=50000,
                from_amount=1000000,
            )
        },
    ),
    Lender(
        id="7",
        name="HDFC DC",
        display_name="HDFC BANK",
        issuer_type="DC_BANK",
        priority=1,
        rate=Decimal(16),
        rounding="half_up",
        ids=OfferIds("BANK_EMI", "1562", "63812"),
        brand_ids=OfferIds("BRAND_EMI", "1572", "63822"),
        bins=("520000",),
        deals={
            24: Deal(
                ids=OfferIds("MERCHANT_BANK_OFFER", "3678", "203706"),
                kind="DEFERRED",
                percentage=Decimal(5),
                most=100000,
                after_days=90,
            )
        },
    ),
    Lender(
        id="41",
        name="SANDBOX CARDLESS",
        display_name="SANDBOX FINANCE",
        issuer_type="CARDLESS_NBFC",
        priority=2,
        rate=Decimal("16.9"),
        rounding="half_up",
        ids=OfferIds("BANK_EMI", "1565", "63815"),
        brand_ids=OfferIds("BRAND_EMI", "1575", "63825"),
        cardless=True,
        issuer_data={
            "otp_length": 6,
            "otp_time_in_sec": 180,
            "otp_retry_count": 3,
            "is_consent_page_required": False,
            "auth_type": "OTP",
            "pan_number_last_digit_count": 5,
        },
    ),
)


@attrs.frozen
class Brand:
    """Whose products are sold on an offer of their own."""

    id: str
    name: str
    payer_rates: Mapping[int, Decimal]
    """At which rate the payer bears interest, by months; 0 is no-cost. Other months are standard."""
    imei_wants: tuple[str, ...] = ("product_imei",)
    """What it must be told of a piece that was sold."""


@attrs.frozen
class Product:
    """One thing that a brand sells on EMI."""

    code: str
    name: str
    brand: Brand


_APPLE: Final = Brand("3", "Apple", {3: Decimal(0), 6: Decimal(0), 9: Decimal(7)})
_XIAOMI: Final = Brand("5", "Xiaomi", {3: Decimal(0), 6: Decimal(7)})
_VIVO: Final = Brand("8", "Vivo", {3: Decimal(0)}, ("dealer_code", "state_code", "product_imei"))
# The codes and names of the first three are in published samples.
PRODUCTS: Final[Mapping[str, Product]] = {
    product.code: product
    for product in (
        Product("xyz", "Redmi Note 13 5G", _XIAOMI),
        Product("SKU-001", "iPhone 15 Pro", _APPLE),
        Product("Apple_test_1", "17 Pro Max 256GB", _APPLE),
        Product("sandbox-vivo", "Sandbox V1", _VIVO),
    )
}
"""By the merchant's code; every other product has no offer of its brand."""


def issued_by(lender: Lender, number: str) -> bool:
    """Tell whether a card is of a lender, by its number or the first digits of it."""
    return number.startswith(lender.bins) if lender.bins else False
