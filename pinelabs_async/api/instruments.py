"""What a payment is made with: cards, card tokens, UPI, banks, wallets, points and lenders."""

from collections.abc import Mapping
from typing import Any

import attrs

from pinelabs_async.api.common import Private
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Body, shape


class TokenType(OpenEnum):
    """Say who made a card token."""

    ALT_TOKEN = "ALT_TOKEN"  # noqa: S105  # a kind, not a secret
    """A token for one payment of a guest; it needs the CVV."""
    NETWORK_TOKEN = "NETWORK_TOKEN"  # noqa: S105  # a kind, not a secret
    """Made by the card network; Visa and Mastercard may do without the CVV."""
    ISSUER_TOKEN = "ISSUER_TOKEN"  # noqa: S105  # a kind, not a secret
    """Made by the bank; it needs the CVV."""


class UpiMode(OpenEnum):
    """Say how a UPI payment reaches the payer's app."""

    INTENT = "INTENT"
    """By a link or QR code that the payer opens."""
    COLLECT = "COLLECT"
    """By a request sent to the payer's UPI address."""


class NetbankingMode(OpenEnum):
    """Say how a net banking payment reaches the bank."""

    REDIRECT = "REDIRECT"
    QR = "QR"
    INTENT = "INTENT"


class WalletCode(OpenEnum):
    """Name a wallet."""

    ATL = "ATL"
    """Airtel."""
    AZP = "AZP"
    """Amazon Pay."""
    MBK = "MBK"
    """Mobikwik."""
    ITZ = "ITZ"
    """ITZ Cash."""
    PHW = "PHW"
    """PhonePe."""
    PT2 = "PT2"
    """Paytm."""
    FRW = "FRW"
    """FreeCharge."""


class BnplCode(OpenEnum):
    """Name a lender of buy now, pay later."""

    LAZYPAY = "LAZYPAY"
    SIMPL = "SIMPL"
    """Needs ``device_info``."""
    SIMPL3 = "SIMPL3"
    """Needs ``device_info``; paid in three parts."""


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
    """Mobile number known to the bank, 10 to 20 digits; debit card EMI needs it."""
    save: bool | None = None
    """Whether the payer agrees to keep the card."""


@shape
class CardOption(Body):
    """Pay with a card number."""

    card_details: CardDetails
    """The card."""


@shape
class TokenDetails(Body):
    """Be a token in place of a card number: ``CardTokenDetails`` or ``SavedTokenDetails``."""

    token_txn_type: TokenType | str
    """Who made the token."""
    cvv: Private | None = None
    """3 or 4 digits. Needed but for network tokens of Visa and Mastercard; RuPay always needs it."""
    name: Private | None = None
    """Name on the card, 1 to 100 characters."""
    last4_digit: Private | None = None
    """The last four digits of the card itself."""
    expiry_month: Private | None = None
    """Two digits."""
    expiry_year: Private | None = None
    """Four digits; some samples send two."""
    registered_mobile_number: Private | None = None
    """Mobile number known to the bank, 9 to 20 digits."""

    @classmethod
    def class_for(cls, value: Mapping[str, Any]) -> type["TokenDetails"]:
        """Choose the class that reads a token from JSON: by whether it has the token itself, or the id only."""
        if cls is not TokenDetails:
            return cls
        return SavedTokenDetails if "token_id" in value and "token" not in value else CardTokenDetails


@shape
class CardTokenDetails(TokenDetails):
    """Hold a card token made by the network, the bank or a token service; nothing of it is ever logged."""

    token: Private
    """The token, 1 to 50 characters."""
    cryptogram: Private | None = None
    """The proof for this payment, 1 to 50 characters; ``token-transactional-data`` gives it."""
    token_id: Private | None = None
    """The gateway's id of the token, if it has one, at most 50 characters."""
    diners_token_reference_id: Private | None = None
    """Diners only: 1 to 50 letters and digits."""
    diners_token_requester_merchant_id: Private | None = None
    """Diners only: 1 to 50 letters, ``-`` or ``_``."""


@shape
class SavedTokenDetails(TokenDetails):
    """Hold a card that the payer saved with the gateway before: its id stands for the token."""

    token_id: Private
    """The gateway's id of the saved card, at most 50 characters, e.g. ``token-v1-0811030624-aa-RBDgpR``."""


@shape
class CardTokenOption(Body):
    """Pay with a card token."""

    card_token_details: TokenDetails
    """The token, or the id of a saved card."""


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
class UpiDetails(Body):
    """Be a way to pay by UPI: ``UpiIntent``, ``UpiQr``, ``UpiCollect``, or ``OtherUpi`` for a new one."""

    @classmethod
    def class_for(cls, value: Mapping[str, Any]) -> type["UpiDetails"]:
        """Choose the class that reads a UPI payment from JSON: by its mode, and whether a QR code is wanted."""
        if cls is not UpiDetails:
            return cls
        if value.get("txn_mode") == UpiMode.COLLECT:
            return UpiCollect
        if value.get("txn_mode") == UpiMode.INTENT:
            return UpiQr if value.get("upi_qr") is True else UpiIntent
        return OtherUpi


@shape
class UpiIntent(UpiDetails):
    """Pay by a link that opens the payer's UPI app: the order's ``challenge_url``."""

    txn_mode: UpiMode = attrs.field(default=UpiMode.INTENT, init=False)
    """``INTENT``."""


@shape
class UpiQr(UpiDetails):
    """Pay by a QR code: the order's ``image_url``, which works for some minutes, and ``challenge_url``."""

    txn_mode: UpiMode = attrs.field(default=UpiMode.INTENT, init=False)
    """``INTENT``."""
    upi_qr: bool = attrs.field(default=True, init=False)
    """True."""


@shape
class UpiPayer(Body):
    """Hold whom to ask for a UPI payment."""

    vpa: Private
    """The payer's UPI address, 2 to 256 characters."""
    account_type: str | None = None
    """The kind of account, where you know it."""


@shape
class UpiCollect(UpiDetails):
    """Pay by a request sent to the payer's UPI app; the order has no ``challenge_url``."""

    txn_mode: UpiMode = attrs.field(default=UpiMode.COLLECT, init=False)
    """``COLLECT``."""
    payer: UpiPayer
    """Whom to ask."""


@shape
class OtherUpi(UpiDetails):
    """Pay by UPI in a mode that has no class of its own yet; its other fields go into ``extra``."""

    txn_mode: UpiMode | str
    """The mode."""


@shape
class UpiOption(Body):
    """Pay by UPI."""

    upi_details: UpiDetails
    """In which way."""


@shape
class NetbankingDetails(Body):
    """Hold the bank that the payer pays from."""

    pay_code: str
    """The bank's code, e.g. ``NB1531``."""
    txn_mode: NetbankingMode | str | None = None
    """How the payer gets there; third-party validation goes without it."""
    registered_mobile_number: Private | None = None
    """Mobile number known to the bank, digits with country code; third-party validation only."""


@shape
class NetbankingOption(Body):
    """Pay by net banking."""

    netbanking_details: NetbankingDetails
    """The bank."""


@shape
class WalletDetails(Body):
    """Hold the wallet that the payer pays from."""

    wallet_code: WalletCode | str
    """Which wallet."""


@shape
class WalletOption(Body):
    """Pay from a wallet."""

    wallet_details: WalletDetails
    """The wallet."""


@shape
class PointsCardDetails(Body):
    """Hold the card whose points pay. The payer must have agreed to it."""

    card_last4: Private
    """The last four digits of the card."""
    card_number: Private
    """Card number, 12 to 19 digits."""
    registered_mobile_number: Private
    """Mobile number known to the bank, 9 to 20 digits."""


@shape
class PointsOption(Body):
    """Pay with points."""

    points_card_details: PointsCardDetails
    """The card whose points pay."""


@shape
class BnplDetails(Body):
    """Hold who buys now and pays later, and with which lender."""

    mobile: Private
    """The payer's mobile number, 10 digits without country code."""
    bnpl_pay_code: BnplCode | str
    """The lender."""


@shape
class BnplOption(Body):
    """Buy now, pay later."""

    bnpl_details: BnplDetails
    """Who, and with which lender."""
