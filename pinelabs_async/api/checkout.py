"""Checkout: an order and the link to the gateway's own payment page, in one call."""

from collections.abc import Sequence
from typing import Final

import attrs

from pinelabs_async.api import orders
from pinelabs_async.api.common import (
    Amount,
    IntegrationMode,
    PaymentMethod,
    Private,
    PurchaseDetails,
    Reference,
    new_reference,
)
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


@shape
class PluginData(Body):
    """Hold which shop system calls."""

    plugin_type: str | None = None
    """Its name."""
    plugin_version: str | None = None
    """Its version."""


@shape
class NewCheckout(Body):
    """Hold an order to be paid on the gateway's page. No money moves until the payer pays there.

    Source: https://www.pinelabs.com/docs/online-payments/api/checkout/generate-checkout-link
    """

    merchant_order_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each order; a random UUID when left out."""
    order_amount: Amount
    """What is to be paid, in paisa: 100 to 100,000,000."""
    integration_mode: IntegrationMode | str | None = None
    """``REDIRECT``, which is meant when it is left out, ``IFRAME`` to embed the page, or ``SDK``."""
    pre_auth: bool | None = None
    """True only blocks the money until ``orders.capture``; for cards and points only."""
    allowed_payment_methods: Sequence[PaymentMethod | str] | None = None
    """How it may be paid; each must be enabled for you. Left out: all that are. Not ``CARDLESS_EMI``."""
    notes: str | None = None
    """A note to yourself."""
    callback_url: str | None = None
    """Where the payer's browser is sent back to, with a signed form POST."""
    failure_callback_url: str | None = None
    """Where it is sent after a failure, if elsewhere."""
    purchase_details: PurchaseDetails | None = None
    """Who buys what. EMI needs products; their prices add up to the order's amount."""
    part_payment: bool | None = None
    """Whether the order may be paid in parts."""
    plugin_data: PluginData | None = None
    """Which shop system calls."""


@shape
class CheckoutLink(Answer):
    """Hold the link to the payment page, and the order that it pays.

    Source: https://www.pinelabs.com/docs/online-payments/api/checkout/generate-checkout-link
    """

    token: Private | None = None
    """The page's token, as in the link. Whoever has it can open the page."""
    order_id: str
    """The gateway's id of the order: ``orders.get`` reads it."""
    redirect_url: str | None = None
    """The page: send the payer there, embed it, or give it to the mobile SDK."""
    response_code: int | None = None
    """200."""
    response_message: str | None = None
    """The same in words."""


def read_refusal(link: CheckoutLink) -> tuple[str, str] | None:
    """Find a refusal in an answer of HTTP status 200: its own code is another one."""
    if link.response_code in (200, None):
        return None
    return str(link.response_code), link.response_message or "the gateway gave no reason"


CREATE: Final = Operation(
    name="checkout.create",
    method="POST",
    path="/api/checkout/v1/orders",
    repeat=Repeat.NEVER,
    body=NewCheckout,
    answer=CheckoutLink,
    envelope=None,
    reference=lambda checkout: checkout.merchant_order_reference,
    lookup=orders.find_order,  # which reads the same members of either body
    intent=("merchant_order_reference", "order_amount"),
    refusal=read_refusal,
)


class Checkout(Resource):
    """Let the gateway show the payment page."""

    async def create(self, checkout: NewCheckout) -> CheckoutLink:
        """Create an order and the link to its payment page. No money moves until the payer pays there.

        It is sent once. If the answer is lost, the link is, too; ``orders.get_by_reference`` shows whether
        the order exists. Nobody can pay it without the link.

        Args:
            checkout: What is to be paid, and how the page is shown; amounts in paisa.

        Returns:
            The link, and the order's id. After paying the payer is sent to your ``callback_url``.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            ApiError: no link was made; ``code`` is the gateway's ``response_code``.
            OutcomeUnknownError: the order may exist; read it by its reference.

        Source: https://www.pinelabs.com/docs/online-payments/api/checkout/generate-checkout-link
        """
        return await self._send(CREATE, body=checkout)
