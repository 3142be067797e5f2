"""Starting, resetting and closing; the clock; the ledger; many at once."""

import asyncio
import string
import time
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from pinelabs_async import LegacyCredentials, NewPayByLink, PayByLinkInquiry, PayByLinkMode, Session, sandbox
from pinelabs_async.sandbox import Clock, Ledger, Sandbox
from pinelabs_async.sandbox.gateway import orders


async def test_it_starts_resets_and_closes_quickly(open_api, capsys):
    """A sandbox is cheap enough for one a test."""
    started = time.perf_counter()
    box = await Sandbox().start()
    start = time.perf_counter() - started
    api = await open_api(box)
    for number in range(20):
        await api.order(f"ord-{number}")
    started = time.perf_counter()
    box.reset()
    reset = time.perf_counter() - started
    started = time.perf_counter()
    await box.aclose()
    close = time.perf_counter() - started

    with capsys.disabled():
        print(
            f"\nsandbox: start {start * 1000:.1f} ms, reset {reset * 1000:.2f} ms, close {close * 1000:.1f} ms"
        )
    assert start < 0.15
    assert reset < 0.005
    assert close < 0.5


async def test_credentials_have_their_documented_shapes_and_stay_out_of_sight(box):
    """The id is a UUID, the return-URL secret hex of even length, and no text shows a secret."""
    other = box.add_merchant()
    assert [8, 4, 4, 4, 12] == [len(part) for part in box.client_id.split("-")]
    assert set(box.return_url_secret) <= set(string.hexdigits)
    assert 0 == len(box.return_url_secret) % 2
    assert box.merchant_id.isdigit()
    for secret in (box.client_secret, box.return_url_secret, box.webhook_secret, other.client_secret):
        assert secret not in f"{box!r} {box} {other!r} {box.ledger!r} {box.faults!r}"
    assert box.base_url in repr(box)


async def test_reset_forgets_everything_but_port_and_merchants(api, box):
    """After a reset the same credentials meet an empty gateway."""
    order = await api.paid()
    box.clock.advance(days=3)
    box.faults.add(what="drop")
    before = (box.base_url, box.client_id, box.client_secret)

    box.reset()

    assert before == (box.base_url, box.client_id, box.client_secret)
    assert (0, 0, 0, 0) == (len(box.ledger), len(box.exchanges), len(box.faults), box.faults.hits)
    assert abs(box.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert 401 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]
    await api.login()
    assert 404 == (await api.call("GET", f"/api/pay/v1/orders/{order['order_id']}"))[0]
    await api.order()


async def test_it_closes_at_once_with_clients_still_connected(api, box):
    """Idle connections and a request in the middle of a delay do not hold it up."""
    box.faults.add(operation="orders.get", what="slow", delay=30)
    waiting = asyncio.create_task(api.call("GET", "/api/pay/v1/orders/x"))
    await asyncio.sleep(0.05)
    started = time.perf_counter()

    await box.aclose()

    assert time.perf_counter() - started < 1
    with pytest.raises(aiohttp.ClientError):
        await waiting


@pytest.mark.parametrize("what", ["slow", "dribble"])
async def test_it_leaves_nothing_running_for_clients_that_have_gone(api, box, what):
    """An answer that nobody waits for any more ends with the box."""
    before = asyncio.all_tasks()
    box.faults.add(operation="orders.get", what=what, delay=30)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(api.call("GET", "/api/pay/v1/orders/x"), 0.2)
    await box.aclose()
    await asyncio.sleep(0.01)
    assert set() == asyncio.all_tasks() - before


async def test_a_closed_box_may_be_closed_again_and_a_started_one_not_started(box):
    """Closing is forgiving, starting is not."""
    with pytest.raises(RuntimeError, match="already started"):
        await box.start()
    await box.aclose()
    await box.aclose()


async def test_a_bug_of_the_sandbox_is_answered_kept_and_raised(open_api, monkeypatch):
    """An unexpected exception is a 500 for the client and an error for whoever closes the box."""
    box = await Sandbox().start()
    api = await open_api(box)

    def broken(*_):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(orders, "read_shown", broken)
    body = {"merchant_order_reference": "a", "order_amount": {"value": 100, "currency": "INR"}}

    status, answer = await api.call("POST", "/api/pay/v1/orders", body)

    assert (500, "INTERNAL_ERROR") == (status, answer["code"])
    assert 1 == len(box.crashes)
    with pytest.raises(ExceptionGroup) as seen:
        await box.aclose()
    assert isinstance(seen.value.exceptions[0], ZeroDivisionError)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"token_expiry": "never"}, "token_expiry"),
        ({"duplicate_references": "maybe"}, "duplicate_references"),
        ({"token_lifetime": 0}, "token_lifetime"),
    ],
)
def test_wrong_settings_are_refused(wrong, name):
    """The error names the setting."""
    with pytest.raises(ValueError, match=name):
        Sandbox(**wrong)


async def test_a_port_can_be_chosen(box):
    """A port that another sandbox has is refused by the system."""
    port = int(box.base_url.rsplit(":", 1)[1])

    with pytest.raises(OSError):
        await Sandbox(port=port).start()


async def test_two_hundred_orders_at_once(api, box):
    """Every order gets its own id, and the ledger has each once."""
    made = await asyncio.gather(*(api.order(f"ord-{number}", 100 + number) for number in range(200)))

    assert 200 == len({order["order_id"] for order in made}) == box.ledger.count("orders.create")
    assert {(order["order_id"], order["order_amount"]["value"]) for order in made} == {
        (done.order_id, done.amount) for done in box.ledger.executions("orders.create")
    }
    assert all(1 == box.ledger.count(reference=f"ord-{number}") for number in range(200))


async def test_one_reference_two_hundred_times_makes_one_order(api, box):
    """Of equal requests at the same time one is carried out."""
    body = {"merchant_order_reference": "ord-1", "order_amount": {"value": 100, "currency": "INR"}}

    answers = await asyncio.gather(*(api.call("POST", "/api/pay/v1/orders", body) for _ in range(200)))

    assert [200] + [422] * 199 == sorted(status for status, _ in answers)
    assert 1 == box.ledger.count()


async def test_the_ledger_reads_as_a_table(api, box):
    """Amounts are rupees, columns line up, and the totals close it."""
    order = await api.paid("ord-1", 12345678)
    await api.refund(order, "ref-1", 105)

    lines = str(box.ledger).splitlines()

    assert 6 == len(lines)
    assert "123,456.78 INR  in " in lines[3]
    assert "1.05 INR  out" in lines[4]
    assert 1 == len({line.index("INR") for line in lines[1:5]})
    assert "in 123,456.78, out 1.05" == lines[5]
    operations = ["orders.create", "payments.create", "payer.approve", "refunds.create"]
    assert operations == [done.operation for done in box.ledger]
    assert (2, 1) == (len(box.ledger.executions(reference="ord-1")), box.ledger.count("refunds.create"))


def test_an_empty_ledger_reads_as_one_too():
    """Nothing happened, in and out are nought."""
    assert "in 0.00, out 0.00" == str(Ledger()).splitlines()[-1]


def test_the_clock_moves_forward_only():
    """Steps add up, and none goes back."""
    clock = Clock()
    start = clock.now()

    clock.advance(seconds=1, minutes=1)
    moved = clock.advance(hours=1, days=1) - start

    assert (
        timedelta(days=1, hours=1, minutes=1, seconds=1)
        <= moved
        < timedelta(days=1, hours=1, minutes=1, seconds=3)
    )
    assert UTC == clock.now().tzinfo
    with pytest.raises(ValueError, match="forward"):
        clock.advance(seconds=-1)


def test_the_public_names_are_sorted():
    """What is offered is listed, and there."""
    assert sorted(sandbox.__all__) == sandbox.__all__
    assert all(hasattr(sandbox, name) for name in sandbox.__all__)


async def test_a_deposit_lets_waiting_payouts_go():
    """Money that comes into the funding account is paid out to whom it was owed, and shows in the balance."""
    async with (
        Sandbox() as box,
        Session(box.client_id, box.client_secret, base_url=box.base_url) as pinelabs,
    ):
        before = (await pinelabs.payouts.balance()).balance
        box.deposit(12345)
        assert before.value + 12345 == (await pinelabs.payouts.balance()).balance.value
        with pytest.raises(ValueError, match="at least 1 paisa"):
            box.deposit(0)


async def test_the_older_gateway_knows_the_merchant():
    """Merchant id and access code are the credentials of the older Pay by Links gateway."""
    async with Sandbox() as box:
        legacy = LegacyCredentials(box.merchant_id, box.access_code)
        async with Session("id", "secret", base_url=box.base_url, legacy=legacy) as pinelabs:
            link = NewPayByLink(reference_no="r-1", amount=100, payment_mode=PayByLinkMode.UPI)
            made = await pinelabs.pay_by_links.create(link)
            assert made.payment_url.startswith(box.base_url)
            status = await pinelabs.pay_by_links.status(PayByLinkInquiry(reference_no="r-1"))
            assert not status.is_paid
