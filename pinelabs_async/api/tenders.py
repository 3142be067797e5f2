"""Tenders: the parts of a payment. One class for each method and kind of instrument, so that both fit."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, cast

import attrs

from pinelabs_async.api.common import (
    Amount,
    Customer,
    Json,
    PaymentMethod,
    Private,
    Reference,
    new_reference,
)
from pinelabs_async.api.instruments import (
    BnplOption,
    CardlessOption,
    CardOption,
    CardTokenOption,
    NetbankingOption,
    PointsOption,
    UpiOption,
    WalletOption,
)
from pinelabs_async.api.offers import ConvenienceFeeBreakdown, OfferData
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.redact import Hidden
from pinelabs_async.wire.shape import Body, shape


class OperatingSystem(OpenEnum):
    """Name the system of a mobile app's device."""

    ANDROID = "ANDROID"
    IOS = "IOS"
    MACOS = "MACOS"
    WINDOWS = "WINDOWS"


class MandateRequest(OpenEnum):
    """Say what a payment does with a mandate."""

    CREATE_MANDATE = "CREATE_MANDATE"
    """It makes one: later debits need no approval of the payer."""


@shape
class DeviceInfo(Body):
    """Hold what is known of the payer's device. Send what the flow needs; every value is a text.

    Native OTP needs the browser's fields, buy now, pay later with ``SIMPL`` and ``SIMPL3`` the device's.
    """

    operating_system: OperatingSystem | str | None = None
    """Needed from a mobile app."""
    source_ip_address: Private | None = None
    """Where the request comes from."""
    browser_ip_address: Private | None = None
    """Where the browser is."""
    browser_user_agent: str | None = None
    """The browser's ``User-Agent``."""
    device_model: str | None = None
    """Model of the device."""
    device_manufacturer: str | None = None
    """Maker of the device."""
    device_type: str | None = None
    """E.g. ``WEB``."""
    browser_type: str | None = None
    """E.g. ``CHROME``."""
    device_channel: str | None = None
    """E.g. ``browser``."""
    browser_accept_header: str | None = None
    """The browser's ``Accept``."""
    browser_language: str | None = None
    """The browser's language."""
    browser_screen_height: str | None = None
    """In pixels."""
    browser_screen_width: str | None = None
    """In pixels."""
    browser_timezone: str | None = None
    """Minutes to UTC, e.g. ``-330``."""
    browser_window_size: str | None = None
    """Size of the window."""
    browser_screen_color_depth: str | None = None
    """In bits."""
    browser_java_enabled_val: str | None = None
    """The text ``true`` or ``false``."""
    browser_javascript_enabled_val: str | None = None
    """The text ``true`` or ``false``."""


@shape
class MandateInfo(Body):
    """Hold what a payment does with a mandate."""

    request_type: MandateRequest | str = MandateRequest.CREATE_MANDATE
    """``CREATE_MANDATE`` is the only documented value."""


@shape
class CustomerAccount(Body):
    """Hold the only bank account that may pay (third-party validation)."""

    account_number: Private
    """Account number. PNB: 16 digits; Canara, Citi and SBI: 17 digits, with a leading zero."""
    ifsc_code: str | None = None
    """IFSC code of the branch."""


@shape
class Tender(Body):
    """Be one part of a payment: an amount and how it is paid. Use the class of the method."""

    merchant_payment_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each attempt; a random UUID when left out."""
    payment_amount: Amount
    """What is paid this way, in paisa, convenience fee included."""
    device_info: DeviceInfo | None = None
    """The payer's device, where the flow needs it."""
    convenience_fee_breakdown: ConvenienceFeeBreakdown | None = None
    """The fee in ``payment_amount``, as the fee calculation gave it; the order's amount stays without it."""
    risk_validation_details: Customer | None = None
    """Who pays, for risk checks."""

    @classmethod
    def class_for(cls, value: Mapping[str, Any]) -> type["Tender"]:
        """Choose the class that reads a tender from JSON: by its method, then by the member of its option."""
        if cls is not Tender:
            return cls
        method, option = value.get("payment_method"), value.get("payment_option")
        if not isinstance(method, str) or not isinstance(option, Mapping):
            return OtherTender
        members = cast("Mapping[str, Any]", option)
        by_member = _TENDERS.get(method, {})
        return next((found for name, found in by_member.items() if name in members), OtherTender)


@shape
class CardTender(Tender):
    """Pay by card."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.CARD, init=False)
    """``CARD``."""
    payment_option: CardOption
    """The card."""


@shape
class CardTokenTender(Tender):
    """Pay by card token or saved card."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.CARD, init=False)
    """``CARD``."""
    payment_option: CardTokenOption
    """The token."""


@shape
class CreditEmiTender(Tender):
    """Pay by EMI on a credit card."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.CREDIT_EMI, init=False)
    """``CREDIT_EMI``."""
    payment_option: CardOption
    """The card."""
    offer_data: OfferData
    """The chosen offer."""


@shape
class CreditEmiTokenTender(Tender):
    """Pay by EMI on a credit card that a token stands for."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.CREDIT_EMI, init=False)
    """``CREDIT_EMI``."""
    payment_option: CardTokenOption
    """The token."""
    offer_data: OfferData
    """The chosen offer."""


@shape
class DebitEmiTender(Tender):
    """Pay by EMI on a debit card."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.DEBIT_EMI, init=False)
    """``DEBIT_EMI``."""
    payment_option: CardOption
    """The card; the bank wants its ``registered_mobile_number``."""
    offer_data: OfferData
    """The chosen offer."""


@shape
class DebitEmiTokenTender(Tender):
    """Pay by EMI on a debit card that a token stands for."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.DEBIT_EMI, init=False)
    """``DEBIT_EMI``."""
    payment_option: CardTokenOption
    """The token; the bank wants its ``registered_mobile_number``."""
    offer_data: OfferData
    """The chosen offer."""


@shape
class CardlessEmiTender(Tender):
    """Pay by cardless EMI: a loan without a card."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.CARDLESS_EMI, init=False)
    """``CARDLESS_EMI``."""
    payment_option: CardlessOption
    """Who asks for the loan."""
    offer_data: OfferData | None = None
    """The chosen offer; samples go both with and without it."""


@shape
class UpiTender(Tender):
    """Pay by UPI: by link, by QR code, or by a request to the payer's app."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.UPI, init=False)
    """``UPI``."""
    payment_option: UpiOption
    """In which way."""
    mandate_info: MandateInfo | None = None
    """Makes the mandate of a subscription; the amount is then the plan's limit."""


@shape
class NetbankingTender(Tender):
    """Pay by net banking."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.NETBANKING, init=False)
    """``NETBANKING``."""
    payment_option: NetbankingOption
    """The bank."""
    customer_account_details: CustomerAccount | None = None
    """The only account that may pay (third-party validation)."""


@shape
class WalletTender(Tender):
    """Pay from a wallet."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.WALLET, init=False)
    """``WALLET``."""
    payment_option: WalletOption
    """The wallet."""


@shape
class PointsTender(Tender):
    """Pay with points of a card, beside a ``CardTender`` for the rest."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.POINTS, init=False)
    """``POINTS``."""
    payment_option: PointsOption
    """The card whose points pay."""


@shape
class BnplTender(Tender):
    """Buy now, pay later. The payer confirms with an OTP: see ``payments.submit_otp``."""

    payment_method: PaymentMethod = attrs.field(default=PaymentMethod.BNPL, init=False)
    """``BNPL``."""
    payment_option: BnplOption
    """Who, and with which lender."""


@shape
class OtherTender(Tender):
    """Pay by a method that has no class of its own yet; the option is sent as it is."""

    payment_method: PaymentMethod | str
    """The method."""
    payment_option: Annotated[Json, Hidden()] | None = None
    """The member that the method needs, e.g. ``{"upi_details": {"txn_mode": "INTENT"}}``."""
    offer_data: Json | None = None
    """The EMI offer chosen, as offer discovery gave it."""


_TENDERS: Final[Mapping[str, Mapping[str, type[Tender]]]] = {
    "CARD": {"card_details": CardTender, "card_token_details": CardTokenTender},
    "CREDIT_EMI": {"card_details": CreditEmiTender, "card_token_details": CreditEmiTokenTender},
    "DEBIT_EMI": {"card_details": DebitEmiTender, "card_token_details": DebitEmiTokenTender},
    "CARDLESS_EMI": {"cardless_details": CardlessEmiTender},
    "UPI": {"upi_details": UpiTender},
    "NETBANKING": {"netbanking_details": NetbankingTender},
    "WALLET": {"wallet_details": WalletTender},
    "POINTS": {"points_card_details": PointsTender},
    "BNPL": {"bnpl_details": BnplTender},
}
"""The class of each method and member of its ``payment_option``."""
