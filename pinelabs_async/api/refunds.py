"""Refunds: money that goes back to the payer."""

from collections.abc import Mapping, Sequence
from typing import Final

from pinelabs_async.api import orders
from pinelabs_async.api.common import Amount, OrderType, Product, Reference, SplitInfo
from pinelabs_async.api.order_object import Refund
from pinelabs_async.errors import PineLabsError
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Body, adopt, shape


@shape
class RefundProduct(Product):
    """Hold a product that comes back, for orders of several products."""

    product_imei: str | None = None
    """Serial number of the very piece; the gateway lifts its block."""
    imei_number: str | None = None
    """The same under its other documented name."""


@shape
class NewRefund(Body):
    """Hold a refund to be made.

    Source: https://www.pinelabs.com/docs/online-payments/api/refunds/create-refund
    """

    merchant_order_reference: Reference
    """The refund's own reference, unique. Use the same one when you repeat the same refund."""
    order_amount: Amount
    """What goes back, in paisa: at least 100. Give it for a full refund, too."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes, returned as they are."""
    products: Sequence[RefundProduct] | None = None
    """What comes back, for partial refunds of several products."""
    split_info: SplitInfo | None = None
    """What partners give back."""


async def find_refund(look: Look, ids: Sequence[str], body: NewRefund) -> Refund | Evidence:
    """Find a refund that may have been made: by its reference, then in the list of its order.

    Its absence is never proved: the look-up by reference may answer the charge.
    """
    try:
        found = await look(_GET_BY_REFERENCE, body.merchant_order_reference)
    except PineLabsError:
        found = None
    if found is not None and found.parent_order_id == ids[0] and _is_meant(found, body):
        return found
    parent = await look(orders.GET, ids[0])
    listed = [refund for refund in parent.refunds if _is_meant(refund, body)]
    return adopt(listed[0], parent) if len(listed) == 1 else Evidence.UNCLEAR


def _is_meant(found: Refund, body: NewRefund) -> bool:
    return (
        found.merchant_order_reference == body.merchant_order_reference
        and found.type == OrderType.REFUND
        and found.order_amount == body.order_amount
    )


_GET_BY_REFERENCE: Final = Operation(
    name=orders.GET_BY_REFERENCE.name,
    method=orders.GET_BY_REFERENCE.method,
    path=orders.GET_BY_REFERENCE.path,
    repeat=orders.GET_BY_REFERENCE.repeat,
    answer=Refund,
)
CREATE: Final = Operation(
    name="refunds.create",
    method="POST",
    path="/api/pay/v1/refunds/{order_id}",
    repeat=Repeat.BY_REFERENCE,
    body=NewRefund,
    answer=Refund,
    reference=lambda refund: refund.merchant_order_reference,
    lookup=find_refund,
    intent=("merchant_order_reference", "order_amount"),
)


class Refunds(Resource):
    """Give money back."""

    async def create(self, order_id: str, refund: NewRefund) -> Refund:
        """Give money back to the payer, to the instrument that paid.

        It is sent once. If the answer is lost, the refund is looked up by its reference and on its order.

        Args:
            order_id: A paid order; part refunds may follow each other up to what was paid.
            refund: Your reference, and the amount in paisa.

        Returns:
            The refund, status ``PROCESSED``, or ``PENDING`` while the bank has not answered.

        Raises:
            ConflictError: the order is not paid.
            PaymentDeclinedError: more than what is left to refund.
            DuplicateRequestError: the reference was used before; no second refund was made.
            OutcomeUnknownError: the refund may have been made; read the order before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/refunds/create-refund
        """
        return await self._send(CREATE, order_id, body=refund)
