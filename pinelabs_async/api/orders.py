"""Orders: what is to be paid. Create, read, wait for, capture and cancel them."""

import asyncio
import contextlib
import inspect
import math
import random
import time
from collections.abc import Collection, Coroutine, Iterable, Sequence
from typing import Any, Final, Protocol

import attrs

from pinelabs_async.api.common import (
    Amount,
    OrderStatus,
    OrderType,
    PaymentMethod,
    PurchaseDetails,
    Reference,
    SplitInfo,
    TextFlag,
    new_reference,
)
from pinelabs_async.api.order_object import Order
from pinelabs_async.errors import (
    NoAnswerError,
    NotFoundError,
    NotSentError,
    PineLabsError,
    RateLimitError,
    WaitError,
)
from pinelabs_async.money import Money
from pinelabs_async.wire.look_up import by_id, reaches, shows
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat, absence
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Body, shape

SETTLED: Final = frozenset(
    {
        OrderStatus.AUTHORIZED,
        OrderStatus.PARTIALLY_CAPTURED,
        OrderStatus.PROCESSED,
        OrderStatus.CANCELLED,
        OrderStatus.FAILED,
        OrderStatus.PARTIALLY_REFUNDED,
        OrderStatus.FULLY_REFUNDED,
    }
)
"""Statuses in which nothing happens any more by itself."""

ENDED: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.FAILED, OrderStatus.FULLY_REFUNDED})
"""Statuses that an order never leaves."""

SETTLED_OTHERWISE: Final = frozenset(
    {
        OrderStatus.PROCESSED,
        OrderStatus.FAILED,
        OrderStatus.PARTIALLY_REFUNDED,
        OrderStatus.FULLY_REFUNDED,
    }
)
"""Statuses in which an order cannot be cancelled any more, and was not."""


@shape
class NewOrder(Body):
    """Hold an order to be made. No money moves until a payment is made against it.

    Source: https://www.pinelabs.com/docs/online-payments/api/orders/create-order
    """

    merchant_order_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each order; a random UUID when left out."""
    order_amount: Amount
    """What is to be paid, in paisa: 100 to 100,000,000."""
    pre_auth: bool | None = None
    """True only blocks the money until ``orders.capture``; for cards and points only."""
    allowed_payment_methods: Sequence[PaymentMethod | str] | None = None
    """How it may be paid; each must be enabled for you. Left out: all that are."""
    notes: str | None = None
    """A note to yourself."""
    callback_url: str | None = None
    """Where the payer's browser is sent back to, with a signed form POST."""
    failure_callback_url: str | None = None
    """Where it is sent after a failure, if elsewhere."""
    purchase_details: PurchaseDetails | None = None
    """Who buys what."""
    base_amount: Money | None = None
    """The amount in the payer's currency, for multi-currency orders."""
    cart_coupon_discount_amount: Money | None = None
    """A discount on the cart, in paisa."""
    is_mcc_transaction: TextFlag | None = None
    """True for multi-currency orders. It goes out as ``"true"``."""
    split_info: SplitInfo | None = None
    """How the money is divided among partners, where the reference of this call has it; the vendor's guides
    have it in ``purchase_details``: try that first."""


@shape
class Capture(Body):
    """Hold how much of an authorised order's blocked money to take.

    Source: https://www.pinelabs.com/docs/online-payments/api/orders/capture-order
    """

    merchant_capture_reference: Reference
    """Your own reference of the capture, unique."""
    capture_amount: Amount | None = None
    """Left out: all of it. A part, in paisa, may be taken once; the rest goes back to the payer."""


async def find_order(look: Look, _ids: Sequence[str], body: NewOrder) -> Order | Evidence:
    """Find an order whose making may have been carried out; only the same order counts."""
    try:
        found = await look(GET_BY_REFERENCE, body.merchant_order_reference)
    except NotFoundError as error:
        return absence(error, "ORDER_NOT_FOUND")
    same = (
        found.merchant_order_reference == body.merchant_order_reference
        and found.type == OrderType.CHARGE
        and found.order_amount == body.order_amount
    )
    return found if same else Evidence.UNCLEAR


def _is_captured(order: Order, capture: Capture) -> bool:
    """Tell whether one of the payments shows this capture, of this amount where one was given."""
    return any(
        shown.merchant_capture_reference == capture.merchant_capture_reference
        and capture.capture_amount in (None, shown.capture_amount)
        for payment in order.payments
        for shown in payment.capture_data
    )


GET: Final = Operation(
    name="orders.get",
    method="GET",
    path="/api/pay/v1/orders/{order_id}",
    repeat=Repeat.READ,
    answer=Order,
)
GET_BY_REFERENCE: Final = Operation(
    name="orders.get_by_reference",
    method="GET",
    path="/api/pay/v1/orders/reference/{merchant_order_reference}",
    repeat=Repeat.READ,
    answer=Order,
)
CREATE: Final = Operation(
    name="orders.create",
    method="POST",
    path="/api/pay/v1/orders",
    repeat=Repeat.BY_REFERENCE,
    body=NewOrder,
    answer=Order,
    reference=lambda order: order.merchant_order_reference,
    lookup=find_order,
    intent=("merchant_order_reference", "order_amount"),
    resend=True,
)
CAPTURE: Final = Operation(
    name="orders.capture",
    method="PUT",
    path="/api/pay/v1/orders/{order_id}/capture",
    repeat=Repeat.NEVER,
    body=Capture,
    answer=Order,
    reference=lambda capture: capture.merchant_capture_reference,
    lookup=shows(by_id(GET, "order_id"), _is_captured),
    intent=("merchant_capture_reference", "capture_amount"),
)
CANCEL: Final = Operation(
    name="orders.cancel",
    method="PUT",
    path="/api/pay/v1/orders/{order_id}/cancel",
    repeat=Repeat.NEVER,
    answer=Order,
    lookup=reaches(by_id(GET, "order_id"), {OrderStatus.CANCELLED}, never=SETTLED_OTHERWISE),
)


class Hint(Protocol):
    """Be what ends a pause of ``orders.wait``: ``router.watching`` gives one, and an ``asyncio.Event`` is one."""

    def wait(self) -> Coroutine[Any, Any, object]:
        """Wait until something may have happened; what it returns is not looked at."""
        ...

    def clear(self) -> None:
        """Forget it, before the order is read."""
        ...


class Orders(Resource):
    """Make orders and follow them."""

    async def create(self, order: NewOrder) -> Order:
        """Create an order. No money moves yet.

        If the answer is lost, the order is looked up by its reference, and sent again only when the
        gateway says that it does not exist.

        Args:
            order: What is to be paid; amounts in paisa.

        Returns:
            The order, status ``CREATED``.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            DuplicateRequestError: the reference was used before; ``orders.get_by_reference`` reads it.
            OutcomeUnknownError: it may exist; look it up before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/orders/create-order
        """
        return await self._send(CREATE, body=order)

    async def get(self, order_id: str) -> Order:
        """Read an order, or a refund, by the gateway's id. No money moves.

        Args:
            order_id: E.g. ``v1-250502082203-aa-BZMaYf``.

        Returns:
            The order with every payment so far.

        Raises:
            NotFoundError: there is no such order.

        Source: https://www.pinelabs.com/docs/online-payments/api/orders/get-order-by-id
        """
        return await self._send(GET, order_id)

    async def get_by_reference(self, merchant_order_reference: str) -> Order:
        """Read an order by your own reference. No money moves.

        Args:
            merchant_order_reference: The reference it was created with.

        Returns:
            The order with every payment so far.

        Raises:
            NotFoundError: no order has that reference.

        Source: https://www.pinelabs.com/docs/online-payments/api/orders/get-order-by-merchant-reference
        """
        return await self._send(GET_BY_REFERENCE, merchant_order_reference)

    async def capture(self, order_id: str, capture: Capture) -> Order:
        """Take the money that a pre-authorised order has blocked: it moves from the payer to you.

        It is sent once. If the answer is lost, read the order: ``payments[].capture_data`` shows the capture.

        Args:
            order_id: An order with ``pre_auth`` whose status is ``AUTHORIZED``.
            capture: Your reference, and the amount in paisa unless all of it.

        Returns:
            The order, status ``PROCESSED``.

        Raises:
            ConflictError: the order is not authorised, or was captured before.
            OutcomeUnknownError: it may have been captured; read the order.

        Source: https://www.pinelabs.com/docs/online-payments/api/orders/capture-order
        """
        return await self._send(CAPTURE, order_id, body=capture)

    async def cancel(self, order_id: str) -> Order:
        """Cancel a pre-authorised order: the blocked money is the payer's again.

        It is sent once. If the answer is lost, read the order: its status shows what happened. Money that
        was received already goes back with ``refunds.create`` instead.

        Args:
            order_id: An order with ``pre_auth`` whose status is ``AUTHORIZED``.

        Returns:
            The order, status ``CANCELLED``.

        Raises:
            ConflictError: the order is not authorised, or is cancelled already.
            OutcomeUnknownError: it may have been cancelled; read the order.

        Source: https://www.pinelabs.com/docs/online-payments/api/orders/cancel-order
        """
        return await self._send(CANCEL, order_id)

    async def wait(
        self,
        order_id: str,
        *,
        until: OrderStatus | str | Collection[OrderStatus | str] | None = None,
        deadline: float = 300.0,
        every: float = 2.0,
        hint: Hint | None = None,
    ) -> Order:
        """Wait until an order has reached a status, reading it again and again. No money moves.

        Reads that fail on the way are tried again until the deadline. The payer's browser may never come
        back, so this and webhooks are the ways to know. With a ``hint`` a webhook ends the pause: the order
        is read at once. What the webhook said is not believed, and one that never comes does no harm.

        Args:
            order_id: The gateway's id of the order.
            until: The status, or several, to wait for. Left out: any in which nothing happens by itself
                any more (``PROCESSED``, ``AUTHORIZED``, ``CANCELLED``, ``FAILED``, refunded).
            deadline: Seconds to wait at most.
            every: Seconds between two reads at first; they grow to ten.
            hint: Of ``router.watching(order_id)``, or an ``asyncio.Event`` of the loop that waits.

        Returns:
            The order in one of these statuses.

        Raises:
            WaitError: the order ended in another status, or the deadline passed; ``last`` is the order.
            NotFoundError: there is no such order.
        """
        wanted = _wanted(until)
        ends_at = time.monotonic() + _seconds("deadline", deadline)
        first = pause = _seconds("every", every)
        _check_hint(hint)
        last: Order | None = None
        trouble: PineLabsError | None = None
        while True:
            if hint is not None:
                hint.clear()  # before reading: what comes while it is read counts
            try:
                last = await self._caller.call(GET, (order_id,), self._options, ends_at=ends_at)
            except (NotSentError, NoAnswerError, RateLimitError) as error:
                if (
                    trouble is None or error.reached != "not sent"
                ):  # the last read may just have come too late
                    trouble = error
            if last is not None and last.status in wanted:
                return last
            left = ends_at - time.monotonic()
            if left <= 0 or (last is not None and last.status in ENDED):
                raise _not_reached(order_id, last, trouble, timed_out=left <= 0)
            hinted = await _rest(min(left, pause * random.uniform(0.8, 1.2)), hint)  # noqa: S311  # spreads load
            pause = first if hinted else min(10.0, max(pause, pause * 1.5))


async def _rest(seconds: float, hint: Hint | None) -> bool:
    """Sleep, and tell whether a hint ended it."""
    if hint is None:
        await asyncio.sleep(seconds)
        return False
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await hint.wait()
            return True
    return False


def _check_hint(hint: Hint | None) -> None:
    """Refuse what would stop the event loop, as a ``threading.Event`` would, when it is waited for."""
    if hint is not None and not inspect.iscoroutinefunction(getattr(hint, "wait", None)):
        raise TypeError("hint must be of router.watching(order_id), or an asyncio.Event.")


def _not_reached(
    order_id: str, last: Order | None, trouble: PineLabsError | None, *, timed_out: bool
) -> WaitError:
    seen = f"it could not be read: {trouble}" if last is None else f"its status is {last.status}"
    why = "is not there yet at the deadline" if timed_out else "has ended otherwise"
    return WaitError(
        f"order {order_id} {why}: {seen}", last=last, timed_out=timed_out, operation="orders.wait"
    )


def _wanted(until: OrderStatus | str | Collection[OrderStatus | str] | None) -> frozenset[OrderStatus]:
    if until is None:
        return SETTLED
    names = [until] if isinstance(until, str) else list(until) if isinstance(until, Iterable) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError("until must be an order status, or several of them.")
    wanted = frozenset(OrderStatus(name) for name in names)
    unknown = sorted(status for status in wanted if not status.is_documented)
    if unknown:
        raise ValueError(
            f"until: {', '.join(unknown)} is no order status; they are {', '.join(OrderStatus)}."
        )
    return wanted


def _seconds(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(value).__name__}.")
    if not math.isfinite(value) or value <= 0:
        raise ValueError(f"{name} must be a number of seconds above zero, not {value}.")
    return float(value)
