"""Affordability: which EMI offers a payer has, whether one holds, and blocking the pieces sold on one."""

from collections.abc import Sequence
from typing import Final

from pinelabs_async.api.common import Amount, Customer, PaymentMethod, Private
from pinelabs_async.api.imei import ImeiValidation, ValidatedImeis
from pinelabs_async.api.instruments import CardDetails, CardlessDetails, CardlessOption, TokenType, UpiMode
from pinelabs_async.api.issuers import DiscoveredOffers, DownPaymentTerms
from pinelabs_async.api.offers import DownPayment, IssuerType, OfferData
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


class OfferVerdict(OpenEnum):
    """Say whether an offer holds; other values are not documented."""

    ELIGIBLE = "ELIGIBLE"
    """It does."""


@shape
class EmiProduct(Body):
    """Hold a product to find offers for; brand EMI needs it."""

    product_code: str | None = None
    """The merchant's code of the product."""
    product_amount: Money | None = None
    """Its price, in paisa."""
    product_coupon_discount_amount: Money | None = None
    """A coupon on it, in paisa."""
    product_name: str | None = None
    """Its name; cardless EMI and down payment only."""
    product_quantity: int | None = None
    """How many; cardless EMI and down payment only."""


@shape
class IssuerFilter(Body):
    """Hold whose offers to find; left out: everybody's."""

    bin: Private | None = None
    """The first digits of the card: 8, or 6 to 8 for a down payment."""
    id: str | None = None
    """The gateway's id of the lender; EMI with down payment needs it."""
    name: str | None = None
    """The lender's name; EMI with down payment needs it."""
    issuer_type: IssuerType | str | None = None
    """What kind of lender it is; EMI with down payment needs it."""


@shape
class OfferToken(Body):
    """Hold a card token, or the id of a saved card."""

    token: Private | None = None
    """The token, 1 to 50 characters."""
    token_id: Private | None = None
    """The gateway's id of the saved card, at most 50 characters; it needs ``customer_details``."""
    token_txn_type: TokenType | str | None = None
    """Who made the token; validation only."""
    last4_digit: Private | None = None
    """The last four digits of the card; validation only."""


@shape
class OfferUpiPayer(Body):
    """Hold who would pay by UPI."""

    phone_number: Private | None = None
    """The payer's mobile number."""


@shape
class OfferUpi(Body):
    """Hold how UPI would pay."""

    txn_mode: UpiMode | str | None = None
    """In which mode."""
    payer: OfferUpiPayer | None = None
    """Who pays."""


@shape
class OfferOption(Body):
    """Hold what would pay; one of its members. Discovery takes a card or a token only."""

    card_details: CardDetails | None = None
    """A card. Its number is enough; debit card EMI needs ``registered_mobile_number``, too."""
    card_token_details: OfferToken | None = None
    """A card token, or a saved card."""
    cardless_details: CardlessDetails | None = None
    """Who asks for a loan; as many digits of the PAN as ``issuer_data`` says."""
    upi_details: OfferUpi | None = None
    """UPI."""


@shape
class OfferDiscovery(Body):
    """Hold what to find EMI offers for.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/offer-discovery-create
    """

    order_amount: Amount
    """What is to be paid, in paisa: 100 to 100,000,000."""
    product_details: Sequence[EmiProduct] | None = None
    """What is bought; brand EMI needs it."""
    cart_coupon_discount_amount: Money | None = None
    """A coupon on the cart, in paisa."""
    issuer: IssuerFilter | None = None
    """Whose offers; left out: everybody's."""
    downpayment_details: DownPayment | None = None
    """What is paid down; EMI with down payment only."""
    payment_options: OfferOption | None = None
    """The card, or its token."""
    customer_details: Customer | None = None
    """Who pays: ``customer_id``, which saved cards need."""


@shape
class CardlessOfferDiscovery(Body):
    """Hold what to find EMI offers without a card for.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/offer-discovery-cardless-create
    """

    order_amount: Amount
    """What is to be paid, in paisa: 100 to 100,000,000."""
    payment_option: CardlessOption
    """Who asks for the loan."""
    product_details: Sequence[EmiProduct] | None = None
    """What is bought; brand EMI needs it."""
    cart_coupon_discount_amount: Money | None = None
    """A coupon on the cart, in paisa."""


@shape
class DownPaymentCheck(Body):
    """Hold what to find down payments for.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/downpayment-create
    """

    order_amount: Amount
    """What is to be paid, in paisa: 100 to 100,000,000."""
    product_details: Sequence[EmiProduct] | None = None
    """What is bought; brand EMI needs it."""
    cart_coupon_discount_amount: Money | None = None
    """A coupon on the cart, in paisa."""
    issuer: IssuerFilter | None = None
    """The card, by ``bin``."""


@shape
class OfferValidation(Body):
    """Hold an EMI offer that is to be checked before the order is paid with it.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/offer-validation-create
    """

    payment_method: PaymentMethod | str
    """``CREDIT_EMI``, ``DEBIT_EMI`` or ``CARDLESS_EMI``."""
    order_amount: Amount
    """What is to be paid, in paisa, before the offer."""
    payment_amount: Amount
    """What is to be authorised, in paisa: the tenure's ``auth_amount``."""
    payment_option: OfferOption
    """What would pay."""
    offer_data: OfferData
    """The lender and the tenure, as discovery gave them."""
    customer_details: Customer | None = None
    """Who pays: ``customer_id``, which saved cards need."""


@shape
class ValidatedOffer(Answer):
    """Say whether an EMI offer holds.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/offer-validation-create
    """

    code: OfferVerdict
    """``ELIGIBLE``: pay with it. Take nothing else for a yes."""
    message: str | None = None
    """The same in words."""


DISCOVER_OFFERS: Final = Operation(
    name="affordability.discover_offers",
    method="POST",
    path="/api/affordability/v1/offer/discovery",
    repeat=Repeat.READ,
    body=OfferDiscovery,
    answer=DiscoveredOffers,
    envelope=None,
)
DISCOVER_OFFERS_V2: Final = Operation(
    name="affordability.discover_offers_v2",
    method="POST",
    path="/api/affordability/v2/offer/discovery",
    repeat=Repeat.READ,
    body=OfferDiscovery,
    answer=Answer,
    envelope=None,
)
DISCOVER_CARDLESS_OFFERS: Final = Operation(
    name="affordability.discover_cardless_offers",
    method="POST",
    path="/api/affordability/v1/offer/discovery/cardless",
    repeat=Repeat.READ,
    body=CardlessOfferDiscovery,
    answer=DiscoveredOffers,
    envelope=None,
)
DOWN_PAYMENT_DETAILS: Final = Operation(
    name="affordability.down_payment_details",
    method="POST",
    path="/api/affordability/v1/offer/downpayment/details",
    repeat=Repeat.READ,
    body=DownPaymentCheck,
    answer=DownPaymentTerms,
    envelope=None,
)
VALIDATE_OFFER: Final = Operation(
    name="affordability.validate_offer",
    method="POST",
    path="/api/affordability/v1/offer/validate",
    repeat=Repeat.READ,
    body=OfferValidation,
    answer=ValidatedOffer,
    envelope=None,
)
VALIDATE_IMEI: Final = Operation(
    name="affordability.validate_imei",
    method="POST",
    path="/api/affordability/v1/product/{order_id}/imei",
    repeat=Repeat.NEVER,
    body=ImeiValidation,
    answer=ValidatedImeis,
    envelope=None,
    reference=lambda validation: validation.merchant_product_imei_reference,
)


class Affordability(Resource):
    """Find and check EMI offers, and block what was sold on one."""

    async def discover_offers(self, discovery: OfferDiscovery) -> DiscoveredOffers:
        """Find the EMI offers for an amount, a card or products. No money moves.

        Args:
            discovery: What is to be paid, in paisa.

        Returns:
            The lenders with their tenures; amounts in paisa. Choose one tenure of one lender and send it
            back unchanged, in the validation and in the payment.

        Raises:
            InvalidRequestError: a field is out of range.

        Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/offer-discovery-create
        """
        return await self._send(DISCOVER_OFFERS, body=discovery)

    async def discover_offers_v2(self, discovery: OfferDiscovery) -> Answer:
        """Find offers of every kind, UPI too. No money moves.

        Args:
            discovery: What is to be paid, in paisa.

        Returns:
            An answer without documented fields: read its ``raw``.

        Raises:
            InvalidRequestError: a field is out of range.

        Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/create-offer-discovery-v2
        """
        return await self._send(DISCOVER_OFFERS_V2, body=discovery)

    async def discover_cardless_offers(self, discovery: CardlessOfferDiscovery) -> DiscoveredOffers:
        """Find the EMI offers that a payer has without a card. No money moves.

        Args:
            discovery: Who asks, and what is to be paid, in paisa.

        Returns:
            The lenders with their tenures; amounts in paisa.

        Raises:
            InvalidRequestError: a field is out of range, or the payer has none.

        Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/offer-discovery-cardless-create
        """
        return await self._send(DISCOVER_CARDLESS_OFFERS, body=discovery)

    async def down_payment_details(self, check: DownPaymentCheck) -> DownPaymentTerms:
        """Find how much a payer may pay down before the loan. No money moves.

        Args:
            check: What is to be paid, in paisa.

        Returns:
            The least and the most, in paisa, and how it may be paid.

        Raises:
            InvalidRequestError: a field is out of range.

        Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/downpayment-create
        """
        return await self._send(DOWN_PAYMENT_DETAILS, body=check)

    async def validate_offer(self, validation: OfferValidation) -> ValidatedOffer:
        """Check that an offer holds for a payer, before the order is made. No money moves, and none is blocked.

        Args:
            validation: The offer, what would pay, and the amounts in paisa.

        Returns:
            ``ELIGIBLE`` where it does.

        Raises:
            InvalidRequestError: it does not hold, or a field is out of range; ``message`` says why.

        Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/offer-validation-create
        """
        return await self._send(VALIDATE_OFFER, body=validation)

    async def validate_imei(self, order_id: str, validation: ImeiValidation) -> ValidatedImeis:
        """Block pieces that were sold on a brand's offer, or lift the block. No money moves.

        Block from your own server once the order is paid. It is sent once; if the answer is lost, send the
        same object again: the gateway answers the earlier result for the same reference.

        Args:
            order_id: The order that they were sold with.
            validation: The pieces; a full refund lifts their block by itself.

        Returns:
            What became of each piece: look at every one, for some may have failed.

        Raises:
            InvalidRequestError: a field is missing that the brand wants.
            OutcomeUnknownError: they may be blocked.

        Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/imei-validations
        """
        return await self._send(VALIDATE_IMEI, order_id, body=validation)
