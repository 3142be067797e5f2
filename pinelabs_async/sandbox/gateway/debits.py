"""How a debit goes: the notice to the payer, the day that it is due, the bank, and what follows a failure.

The gateway promises a notice at least 24 hours before a debit of its own; every other span here is
the sandbox's. A failed notice or debit is tried again three times: by the gateway, or by a merchant
who said so. Amounts that fail on purpose, in paisa, are the sandbox's own, too.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, Literal

from pinelabs_async.sandbox.gateway import attempts
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.orders import open_order
from pinelabs_async.sandbox.gateway.presentation_object import Presentation
from pinelabs_async.sandbox.state import Order, Payment

DEBIT_FAILS: Final = 777_721
"""Every debit of this amount fails."""
DEBIT_FAILS_ONCE: Final = 777_722
"""The first try of a debit of this amount fails."""
NOTICE_FAILS: Final = 777_723
"""No notice of a debit of this amount can be delivered."""

LEAD: Final = timedelta(hours=24)
DELIVERY: Final = timedelta(minutes=5)
BANK_TAKES: Final = timedelta(minutes=10)
RETRY_AFTER: Final = timedelta(days=1)
_TRIES_THAT_FAIL: Final = {DEBIT_FAILS: 1_000, DEBIT_FAILS_ONCE: 1}


def announce(presentation: Presentation) -> None:
    """Send the payer a notice: as late as the due date allows, at once where the merchant waits for it."""
    ahead = presentation.due - presentation.mandate.call.state.clock.now() - LEAD - DELIVERY
    wait = timedelta() if presentation.by_merchant else max(ahead, timedelta())
    _later(presentation, wait, _send)


def debit(presentation: Presentation) -> None:
    """Ask the bank for the money."""
    call = presentation.mandate.call
    order = presentation.order or open_order(
        call, presentation.id, presentation.amount, pre_auth=False, shown={}
    )
    presentation.order, presentation.stands = order, "PENDING"
    order.payments.append(_payment(presentation, order))
    _show(presentation, order, "PENDING")
    _later(presentation, BANK_TAKES, lambda asked: _answer(asked, order))


def _later(presentation: Presentation, wait: timedelta, act: Callable[[Presentation], None]) -> None:
    clock = presentation.mandate.call.state.clock
    clock.at(clock.now() + wait, lambda: act(presentation))


def _send(presentation: Presentation) -> None:
    if presentation.waiting:
        presentation.notice = "INITIATED"
        _later(presentation, DELIVERY, _deliver)


def _deliver(presentation: Presentation) -> None:
    if not presentation.waiting:
        return
    if presentation.amount.value != NOTICE_FAILS:
        presentation.notice = "NOTIFIED"
        if not presentation.by_merchant:
            wait = presentation.due - presentation.mandate.call.state.clock.now()
            _later(presentation, max(wait, LEAD), _fall_due)
        return
    presentation.failures += 1
    if presentation.failures <= presentation.mandate.retries:
        presentation.notice = "FAILED"
        _later(presentation, RETRY_AFTER, _send)
    else:
        presentation.notice, presentation.stands = "PDN_FAILED", "FAILED"
        presentation.mandate.failed(again=False)


def _fall_due(presentation: Presentation) -> None:
    if not presentation.waiting:
        return
    if presentation.mandate.paused:
        # What becomes of it is undocumented: its day is over, so that nobody is debited unawares.
        presentation.stands = presentation.notice = "PAUSED"
        return
    debit(presentation)


def _answer(presentation: Presentation, order: Order) -> None:
    if presentation.failures < _TRIES_THAT_FAIL.get(presentation.amount.value, 0):
        _decline(presentation, order)
    else:
        _succeed(presentation, order)


def _succeed(presentation: Presentation, order: Order) -> None:
    order.payments[-1].acquirer_data = {
        "approval_code": attempts.digits(6),
        "acquirer_reference": attempts.digits(22),
        "rrn": attempts.digits(12),
        "is_aggregator": True,
        "acquirer_name": INSTRUMENTS["UPI"].acquirer,
    }
    _show(presentation, order, "PROCESSED")
    order.captured = order.amount.value
    presentation.stands = "COMPLETED"
    _record(presentation, order, "bank.debit", money="in")
    presentation.mandate.charged()


def _decline(presentation: Presentation, order: Order) -> None:
    order.payments[-1].error = attempts.error("INSUFFICIENT_FUNDS")
    _show(presentation, order, "FAILED")
    presentation.failures += 1
    presentation.stands = "FAILED"
    _record(presentation, order, "bank.decline")
    again = presentation.can_retry
    presentation.mandate.failed(again=again)
    if again and not presentation.merchant_retry:
        _later(presentation, RETRY_AFTER, _try_again)


def _try_again(presentation: Presentation) -> None:
    if presentation.can_retry and presentation.mandate.live:
        debit(presentation)


def _show(presentation: Presentation, order: Order, status: str) -> None:
    """Let the order and the newest payment of it stand where the debit stands."""
    payment, now = order.payments[-1], presentation.mandate.call.state.clock.now()
    payment.status = order.status = status
    payment.updated_at = order.updated_at = now


def _payment(presentation: Presentation, order: Order) -> Payment:
    now = presentation.mandate.call.state.clock.now()
    return Payment(
        id=f"{order.id}-{INSTRUMENTS['UPI'].code}-{'abcd'[len(order.payments)]}",
        method="UPI",
        status="PENDING",
        amount=presentation.amount,
        reference=presentation.reference,
        acquirer_data=dict(attempts.UNKNOWN),
        created_at=now,
        updated_at=now,
    )


def _record(
    presentation: Presentation, order: Order, operation: str, *, money: Literal["in", "none"] = "none"
) -> None:
    presentation.mandate.call.executed(
        operation=operation,
        reference=presentation.reference,
        order_id=order.id,
        amount=presentation.amount,
        money=money,
    )
