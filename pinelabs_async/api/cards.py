"""Cards beside paying with them: what a card can do, OTPs on your own page, and authorisation by you."""

from collections.abc import Sequence

from pinelabs_async.api.common import Private
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, Body, shape


class CardIdentifierType(OpenEnum):
    """Say what names a card in a look-up. Payments use ``TokenType``, without the ``_TXN``."""

    CARD = "CARD"
    """Its number."""
    ALT_TOKEN_TXN = "ALT_TOKEN_TXN"  # noqa: S105  # a kind, not a secret
    """A token for one payment."""
    NETWORK_TOKEN_TXN = "NETWORK_TOKEN_TXN"  # noqa: S105  # a kind, not a secret
    """A token of the card network."""
    ISSUER_TOKEN_TXN = "ISSUER_TOKEN_TXN"  # noqa: S105  # a kind, not a secret
    """A token of the bank."""


class OtpStep(OpenEnum):
    """Say what may follow."""

    SUBMIT_OTP = "SUBMIT_OTP"
    """``payments.submit_otp``."""
    RESEND_OTP = "RESEND_OTP"
    """``payments.resend_otp``."""
    NONE = "NONE"
    """Nothing."""


class OtpStatus(OpenEnum):
    """Say whether an OTP was sent or accepted."""

    SUCCESS = "SUCCESS"
    """It was."""


class CardType(OpenEnum):
    """Say how a card is paid for."""

    CREDIT = "CREDIT"
    DEBIT = "DEBIT"
    PREPAID = "PREPAID"


class CardNetwork(OpenEnum):
    """Name a card network."""

    VISA = "VISA"
    MASTERCARD = "MASTERCARD"
    RUPAY = "RUPAY"
    AMEX = "AMEX"


@shape
class CardIdentifier(Body):
    """Name a card."""

    payment_identifier: Private
    """Card number or token, 12 to 19 digits."""
    payment_reference_type: CardIdentifierType | str
    """Which of them it is."""


@shape
class CardQuery(Body):
    """Hold the cards to look up.

    Source: https://www.pinelabs.com/docs/online-payments/api/card-payments/get-card-details
    """

    card_details: Sequence[CardIdentifier]
    """The cards."""
    amount: str | None = None
    """What is to be paid, in paisa, as a text: ``100`` to ``100000000``."""


@shape
class CardInfo(Answer):
    """Hold what a card can do."""

    card_network: str | None = None
    """``VISA`` ..."""
    card_issuer: str | None = None
    """The bank."""
    card_type: str | None = None
    """``CREDIT``, ``DEBIT``, ``PREPAID`` ..."""
    card_category: str | None = None
    """``CONSUMER``, ``COMMERCIAL`` ... or ``NONE``."""
    is_international_card: bool | None = None
    """Whether it was issued abroad."""
    is_native_otp_supported: bool | None = None
    """Whether the payer can enter the OTP on your page."""
    country_code: str | None = None
    """Three letters."""
    currency: str | None = None
    """ISO 4217 code."""
    is_currency_supported: bool | None = None
    """Whether you can be paid in it."""


@shape
class FoundCards(Answer):
    """Hold what the cards of a look-up can do."""

    card_payment_details: tuple[CardInfo, ...] = ()
    """One for each card."""


@shape
class NewOtp(Body):
    """Name the payment whose payer gets an OTP.

    Source: https://www.pinelabs.com/docs/online-payments/api/card-payments/generate-otp
    """

    payment_id: str
    """``payments[].id`` of the order, at most 50 characters."""


@shape
class Otp(Body):
    """Hold the OTP that the payer entered.

    Source: https://www.pinelabs.com/docs/online-payments/api/card-payments/submit-otp
    """

    payment_id: str
    """``payments[].id`` of the order, at most 50 characters."""
    otp: Private
    """The digits, as a text: leading zeros count."""


@shape
class OtpTimes(Answer):
    """Hold when an OTP may be sent again."""

    resend_after: str | None = None
    """In how many seconds, as a text, e.g. ``180``."""


@shape
class OtpSent(Answer):
    """Hold what follows after an OTP was sent to the payer."""

    status: OtpStatus | None = None
    """``SUCCESS``; only when it was sent again."""
    next: tuple[OtpStep, ...] = ()
    """What may follow."""
    meta_data: OtpTimes | None = None
    """When it may be sent again."""


@shape
class OtpResult(Answer):
    """Hold whether the OTP was accepted. Read the order for what became of the payment."""

    status: OtpStatus
    """``SUCCESS``: the bank accepted the OTP."""
    next: tuple[OtpStep, ...] = ()
    """What may follow, where it is told."""
    meta_data: OtpTimes | None = None
    """When an OTP may be sent again, where it is told."""


@shape
class CardMetaData(Body):
    """Hold what kind of card a decrypted token stands for."""

    card_type: CardType | str
    """Credit, debit or prepaid."""
    network_name: CardNetwork | str
    """The network."""


@shape
class DecryptedCard(Body):
    """Hold a card that you have decrypted yourself. Nothing of it is ever logged.

    Its fields are called ``expiration_*`` here and ``expiry_*`` when a payment is made.
    """

    pan: Private | None = None
    """Card number, 12 to 19 digits."""
    cvv: Private | None = None
    """3 or 4 digits."""
    card_holder_name: Private | None = None
    """Name on the card."""
    token: Private | None = None
    """The token in place of the number, 1 to 50 characters."""
    expiration_month: Private
    """Two digits."""
    expiration_year: Private
    """Four digits."""
    cryptogram: Private | None = None
    """The proof for this payment."""
    cavv: Private | None = None
    """The proof of authentication; Mastercard needs it."""
    eci: str | None = None
    """The result of authentication, e.g. ``05``."""
    card_meta_data: CardMetaData | None = None
    """What kind of card it is."""


@shape
class AcquirerPaymentDetails(Body):
    """Hold the ids of a 3-D Secure authentication made elsewhere."""

    directory_server_transaction_id: str | None = None
    """The directory server's."""
    acs_transaction_id: str | None = None
    """The bank's access control server's."""
    three_ds_server_transaction_id: str | None = None
    """The 3-D Secure server's."""
    three_ds_version: str | None = None
    """E.g. ``2.2.0``."""


@shape
class CardAuthorization(Body):
    """Hold a card, and the authentication that you or somebody else has made of its payer.

    Source: https://www.pinelabs.com/docs/online-payments/api/card-payments
    """

    decrypted_card_details: DecryptedCard
    """The card."""
    acquirer_payment_details: AcquirerPaymentDetails | None = None
    """The ids of the authentication."""
    authentication_type: str | None = None
    """E.g. ``3ds``."""


@shape
class ApplePayCard(Body):
    """Hold a decrypted Apple Pay token. Nothing of it is ever logged."""

    token: Private
    """The device's token, 1 to 50 characters."""
    expiration_month: Private
    """Two digits."""
    expiration_year: Private
    """Four digits."""
    cryptogram: Private
    """The proof for this payment."""
    cavv: Private | None = None
    """The proof of authentication; Mastercard needs it."""
    eci: str | None = None
    """The result of authentication, e.g. ``05``."""
    card_meta_data: CardMetaData | None = None
    """What kind of card it is."""


@shape
class ApplePayAuthorization(Body):
    """Hold an Apple Pay token that you have decrypted yourself.

    Source: https://www.pinelabs.com/docs/online-payments/api/apple-pay
    """

    decrypted_card_details: ApplePayCard
    """The token."""
