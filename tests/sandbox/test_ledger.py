"""The ledger against the merchant's own books."""

import pytest

from pinelabs_sync import Money, NewOrder, Session
from pinelabs_sync.sandbox import Sandbox
from tests.sandbox.test_brand_wallets import active, load

SALE = [("orders.create", "ord-1", 150_000), ("payments.create", "pay-ord-1")]


async def test_books_that_agree_have_no_differences(api, box):
    """Amounts may be left out, the order does not matter, and what the payer did need not be told."""
    await api.paid()

    assert "" == box.ledger.differences(reversed(SALE))
    assert "" == box.ledger.differences([*SALE, ("payer.approve", "ord-1", 150_000)])
    box.reset()
    assert "" == box.ledger.differences([])


async def test_each_difference_is_a_line(api, box):
    """What did not happen, what nobody asked for, what has another amount, and what happened again."""
    order = await api.paid()
    for number, value in ((1, 50_000), (2, 100)):
        await api.refund(order, f"ref-{number}", value)
    for reference in ("ord-2", "ord-3"):
        await api.order(reference)

    told = box.ledger.differences(
        [
            *SALE,
            ("refunds.create", "ref-1", 40_000),
            ("refunds.create", "ref-9"),
            ("orders.create", "ord-2"),
            ("bank.refund", "ref-2"),
        ]
    )

    assert [
        "missing: refunds.create ref-1 400.00",
        "missing: refunds.create ref-9",
        "missing: bank.refund ref-2",
        "extra: refunds.create ref-1 500.00",
        "extra: refunds.create ref-2 1.00",
        "extra: orders.create ord-3 1,500.00",
    ] == told.splitlines()


@pytest.mark.parametrize(
    ("times", "told"),
    [
        (1, "again: brand_wallets.load 5.00"),
        (2, ""),
        (3, "missing: brand_wallets.load"),
    ],
)
async def test_what_happens_twice_is_expected_twice(api, box, times, told):
    """A second execution is told as one, also where there is no reference."""
    await active(api)
    box.ledger.clear()
    for _ in range(2):
        status, answer = await load(api, 500)
        assert 200 == status, answer

    assert told == box.ledger.differences([("brand_wallets.load", None)] * times)


def test_the_blocking_sandbox_has_it_too():
    """Its ledger is the same."""
    with Sandbox() as box, Session(box.client_id, box.client_secret, base_url=box.base_url) as pinelabs:
        pinelabs.orders.create(NewOrder(merchant_order_reference="ord-1", order_amount=Money(100)))

        assert "" == box.ledger.differences([("orders.create", "ord-1", 100)])
        assert "extra: orders.create ord-1 1.00" == box.ledger.differences([])
