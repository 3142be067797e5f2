"""What becomes of an attempt to pay, whoever decides it: the payer's page, a one-time password, the bank, time."""

import secrets
from typing import Final, Literal, TypeAlias

import attrs

from pinelabs_async.sandbox import magic
from pinelabs_async.sandbox.call import Call
from pinelabs_async.sandbox.gateway.instruments import INSTRUMENTS
from pinelabs_async.sandbox.gateway.points import left
from pinelabs_async.sandbox.gateway.shapes import order_event
from pinelabs_async.sandbox.magic import Outcome
from pinelabs_async.sandbox.problems import DOCUMENTED
from pinelabs_async.sandbox.state import Challenge, Json, Merchant, Order, Payment, State

Error: TypeAlias = tuple[str, str]
"""A code and its text."""

_LEFT: Final = "USER_AUTHENTICATION_FAILED"
UNKNOWN: Final[Json] = {"approval_code": "", "acquirer_reference": "", "rrn": "", "is_aggregator": True}
"""`acquirer_data` before the acquirer has answered."""


def digits(count: int) -> str:
    """Return a made-up number of an acquirer."""
    return str(10 ** (count - 1) + secrets.randbelow(9 * 10 ** (count - 1)))


def decide(call: Call, asked: Challenge, *, operation: str) -> Error | None:
    """Let the bank decide about an attempt that the payer agreed to; return why it declines, if it does at once.

    The ledger knows an approval as `operation`, and what the bank answers later as `bank.approve`.
    """
    close(call.state, asked.order)
    outcome = _outcome(asked)
    if not outcome.after:
        return _answer(call, asked, outcome, operation)
    asked.order.challenge_url, asked.order.updated_at = None, call.state.clock.now()
    _record(call, asked, operation)
    later = attrs.evolve(call, request_id=None, idempotency_key=None)

    def answer() -> None:
        if _open(asked):
            _answer(later, asked, outcome, "bank.approve")

    call.state.clock.at(call.state.clock.now() + outcome.after, answer)
    return None


def expect(call: Call, asked: Challenge) -> None:
    """Let the payer agree by themselves at the moment that the instrument stands for, if it stands for one."""
    outcome = _outcome(asked)
    if outcome.payer is None:
        return
    later = attrs.evolve(call, request_id=None, idempotency_key=None)

    def agree() -> None:
        if _open(asked) and not asked.answered:
            decide(later, asked, operation="payer.approve")

    call.state.clock.at(call.state.clock.now() + outcome.payer, agree)


def fail(call: Call, asked: Challenge, error: Error, *, final: bool = False) -> None:
    """End an attempt without money; the order can be tried again while it has retries, unless this is final."""
    order = asked.order
    again = order.retries_remaining > 0 and not final
    _end(call, asked, "FAILED", "ATTEMPTED" if again else "FAILED")
    for payment in asked.payments:
        payment.error = error
    _tell(call, asked, "PAYMENT_FAILED")
    if not again:
        _tell(call, asked, "ORDER_FAILED")


def cancel(call: Call, asked: Challenge) -> None:
    """End an attempt and its order, because the payer gave up."""
    _end(call, asked, "CANCELLED", "CANCELLED")
    _tell(call, asked, "ORDER_CANCELLED")


def close(state: State, order: Order) -> None:
    """Let nobody answer the pages of an order any more, nor see its QR code."""
    order.shown.pop("image_url", None)
    for asked in state.asked.get(order.id, ()):
        asked.answered = True


def leave(state: State, order: Order) -> None:
    """Give up what an order still waits for, because it is over, paid in another way or tried anew."""
    close(state, order)
    now = state.clock.now()
    for payment in order.payments:
        if payment.status == "PENDING":
            payment.status, payment.error, payment.updated_at = "FAILED", error(_LEFT), now


def possible(order: Order) -> bool:
    """Tell whether another attempt to pay an order can begin."""
    return order.status in ("CREATED", "ATTEMPTED") and order.retries_remaining > 0


def with_payment(call: Call, merchant: Merchant, payment_id: str) -> Challenge | None:
    """Return a merchant's attempt that holds a payment."""
    # The id of a payment begins with that of its order; its instrument and its letter follow.
    order_id = payment_id.rpartition("-")[0].rpartition("-")[0]
    return next(
        (
            asked
            for asked in call.state.asked.get(order_id, ())
            if asked.merchant is merchant and any(payment.id == payment_id for payment in asked.payments)
        ),
        None,
    )


def error(code: str) -> Error:
    """Return an error of the bank, with its published text."""
    return code, DOCUMENTED[code][1]


def of_fee(payment: Payment) -> int:
    """Return the paisa of a payment that are a convenience fee."""
    fees: Json = payment.shown.get("convenience_fee_breakdown") or {}
    return int(fees.get("applicable_fee_amount", {}).get("value", 0))


def _outcome(asked: Challenge) -> Outcome:
    if asked.outcome != magic.SUCCESS:
        return asked.outcome
    return magic.outcome("payment_amount", asked.total.value)


def _open(asked: Challenge) -> bool:
    """Tell whether the attempt still waits for its end."""
    return asked.order.status in ("PENDING", "ATTEMPTED") and all(
        payment.status == "PENDING" for payment in asked.payments
    )


def _answer(call: Call, asked: Challenge, outcome: Outcome, operation: str) -> Error | None:
    declined = outcome.declined or _lacking(asked)
    if declined is None:
        _succeed(call, asked)
        _record(call, asked, operation, money="none" if asked.order.pre_auth else "in")
        return None
    why = error(declined)
    fail(call, asked, why)
    _record(call, asked, "bank.decline")
    return why


def _lacking(asked: Challenge) -> str | None:
    """Return why the points decline, if there are not enough of them by now."""
    wanted = sum(payment.amount.value for payment in asked.payments if payment.method == "POINTS")
    return "INSUFFICIENT_FUNDS" if wanted and wanted > left(asked.merchant) else None


def _succeed(call: Call, asked: Challenge) -> None:
    order, now = asked.order, call.state.clock.now()
    status = "AUTHORIZED" if order.pre_auth else "PROCESSED"
    for payment in asked.payments:
        payment.status, payment.updated_at = status, now
        payment.acquirer_data = {
            "approval_code": digits(6),
            "acquirer_reference": digits(22),
            "rrn": digits(12),
            "is_aggregator": True,
            "acquirer_name": INSTRUMENTS[payment.method].acquirer,
        }
    order.status, order.updated_at, order.challenge_url = status, now, None
    if not order.pre_auth:
        order.captured = sum(payment.amount.value - of_fee(payment) for payment in asked.payments)
    _tell(call, asked, f"ORDER_{status}")


def _end(call: Call, asked: Challenge, payment_status: str, order_status: str) -> None:
    close(call.state, asked.order)
    now = call.state.clock.now()
    for payment in asked.payments:
        payment.status, payment.updated_at = payment_status, now
    order = asked.order
    order.status, order.updated_at, order.challenge_url = order_status, now, None


def _tell(call: Call, asked: Challenge, event: str) -> None:
    call.tell(event, order_event(asked.order, asked.merchant), merchant=asked.merchant)


def _record(
    call: Call, asked: Challenge, operation: str, *, money: Literal["in", "out", "none"] = "none"
) -> None:
    call.executed(
        operation=operation,
        reference=asked.order.reference,
        order_id=asked.order.id,
        amount=asked.total,
        money=money,
    )
