"""Blocking pieces that were sold on a brand's EMI offer, by IMEI or serial number."""

from collections.abc import Sequence

import attrs

from pinelabs_async.api.common import Reference, new_reference
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, Body, shape


class ImeiAction(OpenEnum):
    """Say what to do with pieces that were sold; the two words do not match, and are right so."""

    BLOCKING = "BLOCKING"
    """Block them: they cannot be sold on an offer again."""
    UNBLOCKED = "UNBLOCKED"
    """Lift the block."""


class ImeiStatus(OpenEnum):
    """Say what became of a piece."""

    BLOCKED = "BLOCKED"
    """It cannot be sold on an offer again."""
    UNBLOCKED = "UNBLOCKED"
    """It can be sold on an offer."""


@shape
class ImeiProduct(Body):
    """Hold one piece that was sold; which fields are needed, the brand says. Vivo and Oppo want all."""

    product_code: str | None = None
    """The merchant's code of the product."""
    dealer_code: str | None = None
    """The brand's code of the dealer."""
    state_code: str | None = None
    """Code of the state it was sold in."""
    product_imei: str | None = None
    """Its IMEI or serial number."""


@shape
class ImeiValidation(Body):
    """Hold pieces to block, once they are paid for, or to unblock.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/imei-validations
    """

    merchant_product_imei_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique; a random UUID when left out. The same one brings the same answer again."""
    request_type: ImeiAction | str
    """Block or unblock."""
    products: Sequence[ImeiProduct]
    """The pieces."""


@shape
class BrandResponse(Answer):
    """Hold what the brand said of a piece; empty when all went well."""

    code: str | None = None
    """The brand's code."""
    message: str | None = None
    """The same in words."""


@shape
class ImeiResult(Answer):
    """Hold what became of one piece."""

    product_code: str | None = None
    """The merchant's code of the product."""
    dealer_code: str | None = None
    """The brand's code of the dealer."""
    state_code: str | None = None
    """Code of the state it was sold in."""
    product_imei: str | None = None
    """Its IMEI or serial number."""
    product_imei_status: ImeiStatus | None = None
    """Whether it is blocked now."""
    product_brand_response: BrandResponse | None = None
    """What the brand said."""


@shape
class ValidatedImeis(Answer):
    """Hold what became of each piece: some may be blocked and others not.

    Source: https://www.pinelabs.com/docs/online-payments/api/affordability-suite/imei-validations
    """

    merchant_product_imei_reference: str | None = None
    """Your reference."""
    request_type: ImeiAction | None = None
    """What was to be done."""
    products: tuple[ImeiResult, ...] = ()
    """The pieces."""
