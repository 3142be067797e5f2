"""What a merchant's bank account gets, and when.

The vendor says that money is settled on the next day and leaves the rest open; it is the sandbox's own:

- A day goes from midnight to midnight, UTC, and every day is a bank day. Its payments, captures and refunds are
  processed at 07:00 of the next day and settled at 11:00, together.
- Bank transfers to challans are settled with the rest, as payments by `BANK_TRANSFER`.
- A payment costs 2 % of its amount, and that costs 18 % tax, each rounded to the nearest paisa, a half up. A
  refund gives neither back.
- What partners are to get of an order is theirs, held back or not, as far as the order's payments go; what is
  cancelled or not released comes back to the merchant on the day of that decision. Refunds are the merchant's, but
  for the parts that they recover from partners who have theirs.
- A day that would cost the merchant money is not settled: it waits and goes with the next that covers it.

Only orders in INR count: the older Pay by Links belongs to another gateway.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import attrs

from pinelabs_async.sandbox.gateway.challans import Challan, Challans
from pinelabs_async.sandbox.gateway.orders import allot
from pinelabs_async.sandbox.gateway.refunds import recoveries
from pinelabs_async.sandbox.gateway.split_settlements import parts
from pinelabs_async.sandbox.state import Json, Merchant, Order, Payment

FEE_PERCENT: Final = 2
TAX_PERCENT: Final = 18
PROCESSED_AT: Final = time(7, tzinfo=UTC)
SETTLED_AT: Final = time(11, tzinfo=UTC)
REACH: Final = timedelta(days=183)
"""How long settlements can be read: six months are documented."""


@attrs.frozen(kw_only=True)
class Movement:
    """One thing that changes what the merchant is to get, in paisa."""

    at: datetime
    payment: Payment | None = None
    paid: int = 0
    refunded: int = 0
    partners: int = 0

    @property
    def fee(self) -> int:
        """What the payment costs."""
        return _percent(self.paid, FEE_PERCENT)

    @property
    def tax(self) -> int:
        """What the fee costs."""
        return _percent(self.fee, TAX_PERCENT)

    @property
    def kept(self) -> int:
        """What the merchant does not get of the payment."""
        return self.fee + self.tax

    @property
    def net(self) -> int:
        """What is left."""
        return self.paid - self.kept - self.refunded - self.partners


@attrs.frozen(kw_only=True)
class Settlement:
    """One transfer to the merchant's bank account."""

    utr: str
    processed_at: datetime
    settled_at: datetime
    movements: Sequence[Movement]

    @property
    def payments(self) -> Sequence[tuple[Payment, Movement]]:
        """The payments that it covers."""
        return [(moved.payment, moved) for moved in self.movements if moved.payment is not None]

    @property
    def programs(self) -> list[str]:
        """How these were paid."""
        return sorted({payment.method for payment, _ in self.payments})

    def total(self, figure: Callable[[Movement], int]) -> int:
        """Add a figure up, in paisa."""
        return sum(map(figure, self.movements))

    @property
    def net(self) -> int:
        """What was transferred, in paisa."""
        return self.total(lambda moved: moved.net)


def settlements(merchant: Merchant, now: datetime) -> Sequence[Settlement]:
    """Return the settlements of a merchant that have happened and can still be read, oldest first."""
    return [one for one in _all(merchant, now) if one.settled_at >= now - REACH]


def _all(merchant: Merchant, now: datetime) -> Iterator[Settlement]:
    waiting: list[Movement] = []
    moved = sorted(_movements(merchant), key=lambda movement: movement.at)
    for day, movements in itertools.groupby(moved, key=lambda movement: movement.at.date()):
        waiting.extend(movements)
        settlement = _settle(merchant, day + timedelta(days=1), waiting)
        if settlement.settled_at > now:
            return
        if settlement.net > 0:
            yield settlement
            waiting = []


def _settle(merchant: Merchant, day: date, movements: Sequence[Movement]) -> Settlement:
    return Settlement(
        utr=f"{day:%y%m%d}{merchant.credentials.merchant_id}",
        processed_at=datetime.combine(day, PROCESSED_AT),
        settled_at=datetime.combine(day, SETTLED_AT),
        movements=tuple(movements),
    )


def _movements(merchant: Merchant) -> Iterator[Movement]:
    challans = merchant.store(Challans).by_order
    for order in merchant.orders.values():
        if order.type == "CHARGE" and order.amount.currency == "INR":
            taken = [moved for payment in order.payments for moved in _of_payment(payment)]
            challan = challans.get(order.id)
            if challan is not None and challan.paid_at is not None:
                taken.append(_of_transfer(challan, challan.paid_at))
            yield from _of_order(order, taken)


def _of_order(order: Order, taken: Sequence[Movement]) -> Iterator[Movement]:
    yield from taken
    for refund in _processed(order):
        yield Movement(at=refund.updated_at, refunded=refund.amount.value)
    if taken:
        yield from _of_partners(order, max(moved.at for moved in taken), sum(moved.paid for moved in taken))


def _of_payment(payment: Payment) -> Iterator[Movement]:
    if payment.captures:
        for capture in payment.captures:
            yield Movement(at=capture.at, payment=payment, paid=capture.amount.value)
    elif payment.status == "PROCESSED":
        yield Movement(at=payment.updated_at, payment=payment, paid=payment.amount.value)


def _of_transfer(challan: Challan, at: datetime) -> Movement:
    """Return the payment of a challan, for which orders have no entry of their own."""
    payment = Payment(
        id=f"{challan.order.id}-bt-a",
        method="BANK_TRANSFER",
        status="PROCESSED",
        amount=challan.due,
        acquirer_data={},
        created_at=at,
        updated_at=at,
    )
    return Movement(at=at, payment=payment, paid=challan.due.value)


def _of_partners(order: Order, paid_at: datetime, paid: int) -> Iterator[Movement]:
    """Take the partners' parts away once the order is paid, and give back what they do not get or keep."""
    split = parts(order)
    shares = allot(paid, [part["amount"]["value"] for part in split])
    for part, share in zip(split, shares, strict=True):
        gets, decided = _partner_gets(part, share), datetime.fromisoformat(part["updated_at"])
        yield Movement(at=paid_at, partners=share)
        yield Movement(at=max(paid_at, decided), partners=gets - share)
        for at, wanted in _recoveries(order, part) if part["status"] == "RELEASED" else ():
            back = min(wanted, gets)
            gets -= back
            yield Movement(at=at, partners=-back)


def _partner_gets(part: Json, share: int) -> int:
    if part["status"] == "CANCELLED":
        return 0
    released: Json = part.get("release_amount") or part["amount"]
    return min(share, int(released["value"]))


def _recoveries(order: Order, part: Json) -> Iterator[tuple[datetime, int]]:
    """Return when refunds took something back from the partner, and how much."""
    for refund in _processed(order):
        for entry in recoveries(refund):
            if entry.get("parent_order_split_settlement_id") == part["split_settlement_id"]:
                yield refund.updated_at, int(entry["amount"]["value"])


def _processed(order: Order) -> Sequence[Order]:
    return [refund for refund in order.refunds if refund.status == "PROCESSED"]


def _percent(paisa: int, percent: int) -> int:
    return (paisa * percent + 50) // 100
