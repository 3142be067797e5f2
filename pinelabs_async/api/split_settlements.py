"""Split settlements: partners' parts of an order's money, held back until you release or cancel them."""

from collections.abc import Sequence
from typing import Final

from pinelabs_async.api import orders
from pinelabs_async.api.common import Amount
from pinelabs_async.api.order_object import Order
from pinelabs_async.wire.look_up import by_id, reaches
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Body, shape


@shape
class Release(Body):
    """Hold how much of a held part to release: it is then paid to the partner.

    Source: https://www.pinelabs.com/docs/online-payments/api/split-settlements/release-settlement
    """

    release_amount: Amount | None = None
    """Left out: all of it. What becomes of the rest after a smaller amount, in paisa, is not documented."""


def _status_of_part(order: Order, ids: Sequence[str]) -> str | None:
    split = order.purchase_details and order.purchase_details.split_info
    parts = (split and split.split_details) or ()
    return next((part.status for part in parts if part.split_settlement_id == ids[1]), None)


_READ: Final = by_id(orders.GET, "order_id")

RELEASE: Final = Operation(
    name="split_settlements.release",
    method="PATCH",
    path="/api/pay/v1/orders/{order_id}/settlementId/{settlement_id}/release",
    repeat=Repeat.NEVER,
    body=Release,
    answer=Order,
    lookup=reaches(_READ, {"RELEASED"}, never={"CANCELLED"}, status=_status_of_part),
)
CANCEL: Final = Operation(
    name="split_settlements.cancel",
    method="PATCH",
    path="/api/pay/v1/orders/{order_id}/settlementId/{settlement_id}/cancel",
    repeat=Repeat.NEVER,
    answer=Order,
    lookup=reaches(_READ, {"CANCELLED"}, never={"RELEASED"}, status=_status_of_part),
)


class SplitSettlements(Resource):
    """Release or cancel what partners are to get of an order."""

    async def release(self, order_id: str, settlement_id: str, release: Release) -> Order:
        """Release a partner's part that is on hold: the money goes to the partner with a settlement to come.

        It is sent once. If the answer is lost, read the order: the part's ``status`` is ``RELEASED``.

        Args:
            order_id: A paid order, status ``PROCESSED``.
            settlement_id: The part's ``split_settlement_id``, e.g. ``v1-241118074845-aa-wduUQF-ss-b``.
            release: The amount in paisa, unless all of it.

        Returns:
            The order; its ``purchase_details.split_info`` shows the parts.

        Raises:
            NotFoundError: there is no such order or part.
            ConflictError: the order is not paid, or the part is not on hold.
            InvalidRequestError: the same, where the gateway gives no code for it.
            OutcomeUnknownError: it may have been released; read the order.

        Source: https://www.pinelabs.com/docs/online-payments/api/split-settlements/release-settlement
        """
        return await self._send(RELEASE, order_id, settlement_id, body=release)

    async def cancel(self, order_id: str, settlement_id: str) -> Order:
        """Cancel a partner's part that is on hold: the money does not go to the partner.

        It is sent once. If the answer is lost, read the order: the part's ``status`` is ``CANCELLED``.

        Args:
            order_id: A paid order.
            settlement_id: The part's ``split_settlement_id``, e.g. ``v1-241118074845-aa-wduUQF-ss-b``.

        Returns:
            The order; its ``purchase_details.split_info`` shows the parts.

        Raises:
            NotFoundError: there is no such order or part.
            ConflictError: the part is not on hold.
            InvalidRequestError: the same, where the gateway gives no code for it.
            OutcomeUnknownError: it may have been cancelled; read the order.

        Source: https://www.pinelabs.com/docs/online-payments/api/split-settlements/cancel-settlement
        """
        return await self._send(CANCEL, order_id, settlement_id)
