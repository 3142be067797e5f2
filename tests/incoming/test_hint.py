"""``orders.wait`` with a hint: a webhook ends the pause and the order is read; what it said is not believed."""

import asyncio
import threading

import pytest

import pinelabs_sync
from pinelabs_async import OrderStatus, WaitError, WebhookRouter, webhooks
from pinelabs_async.incoming.watches import Watch
from tests.incoming.conftest import SECRET
from tests.loopback.shop import pending

LATE = {"deadline": 40, "every": 30}
"""With this pause between two reads only a hint is in time: a test may take twenty seconds."""


@pytest.fixture
def router():
    """A router without handlers: it tells of orders all the same."""
    return WebhookRouter(SECRET)


@pytest.fixture(autouse=True)
async def within_twenty_seconds():
    """End a test whose hint came to nothing before the next read would save it."""
    task = asyncio.current_task()
    timer = asyncio.get_running_loop().call_later(20, lambda: task and task.cancel())
    yield
    timer.cancel()


def told(order_id, name="ORDER_PROCESSED", **more):
    """Return a delivery that says what the order does not."""
    data = {"order_id": order_id, "status": "PROCESSED", **more}
    members = ",".join(f'"{key}":"{value}"' for key, value in data.items())
    body = f'{{"event_type":"{name}","data":{{{members}}}}}'.encode()
    return body, webhooks.sign(body, SECRET)


def reads(box):
    return sum(one.operation == "orders.get" and one.status is not None for one in box.exchanges)


async def have_read(box, times):
    while True:
        if reads(box) >= times:
            return
        await asyncio.sleep(0.005)


async def test_a_webhook_ends_the_pause(box, pinelabs, router):
    """The order is read at once when an event about it arrives, and not before."""
    order = await pending(pinelabs)
    with router.watching(order.order_id) as hint:
        waiting = asyncio.create_task(pinelabs.orders.wait(order.order_id, hint=hint, **LATE))
        await have_read(box, 1)
        await box.payer.approve(order.challenge_url)
        assert not waiting.done()
        assert 200 == (await router.handle(*told(order.order_id))).status
        assert OrderStatus.PROCESSED == (await waiting).status
    assert 2 == reads(box)


async def test_the_event_is_not_believed(box, pinelabs, router):
    """An event that says that an unpaid order is paid makes the SDK look, and look again, and wait on."""
    order = await pending(pinelabs)
    with router.watching(order.order_id) as hint:
        waiting = asyncio.create_task(pinelabs.orders.wait(order.order_id, hint=hint, **LATE))
        for times in (1, 2, 3):
            await have_read(box, times)
            await router.handle(*told(order.order_id))
        await have_read(box, 4)
        assert not waiting.done()
        assert 4 == reads(box)
        await box.payer.approve(order.challenge_url)
        await router.handle(*told(order.order_id))
        assert OrderStatus.PROCESSED == (await waiting).status
    assert 5 == reads(box)


async def test_an_event_before_the_wait_costs_no_pause(box, pinelabs, router):
    """What came between the block's beginning and the wait was before the read: it is not waited for."""
    order = await pending(pinelabs)
    with router.watching(order.order_id) as hint:
        await box.payer.approve(order.challenge_url)
        await router.handle(*told(order.order_id))
        assert OrderStatus.PROCESSED == (await pinelabs.orders.wait(order.order_id, hint=hint, **LATE)).status
    assert 1 == reads(box)


async def test_an_event_while_the_order_is_read(box, pinelabs, router):
    """An event that arrives when the order was read and nobody waits for the hint yet is not lost."""
    order = await pending(pinelabs)
    with router.watching(order.order_id) as given:

        class LateToWait(Watch):
            async def wait(self):
                if reads(box) == 1:
                    await box.payer.approve(order.challenge_url)
                    await router.handle(*told(order.order_id))
                await given.wait()

            def clear(self):
                given.clear()

        found = await pinelabs.orders.wait(order.order_id, hint=LateToWait(), **LATE)
    assert (OrderStatus.PROCESSED, 2) == (found.status, reads(box))


@pytest.mark.parametrize(
    "delivery",
    [
        lambda order_id: told("v1-other"),
        lambda order_id: told(""),
        lambda order_id: (told(order_id)[0], webhooks.sign(told(order_id)[0], "another key")),
        lambda order_id: told(order_id, "CUSTOMER_ACTIVATED"),
        lambda order_id: told(order_id, "NOVELTY"),
    ],
    ids=["another order", "no order", "wrong key", "no order event", "unknown"],
)
async def test_what_is_no_hint(box, pinelabs, router, delivery):
    """Events about something else, and what nobody signed, wake nobody."""
    order = await pending(pinelabs)
    with router.watching(order.order_id) as hint:
        waiting = asyncio.create_task(pinelabs.orders.wait(order.order_id, hint=hint, **LATE))
        await have_read(box, 1)
        await router.handle(*delivery(order.order_id))
        assert not hint._given
        waiting.cancel()
    assert 1 == reads(box)


async def test_a_refund_tells_of_its_order(router):
    """The event of a refund is about the refund, and about the order that was paid."""
    with router.watching("v1-order") as order, router.watching("v1-refund") as refund:
        await router.handle(*told("v1-refund", "REFUND_PROCESSED", parent_order_id="v1-order", type="REFUND"))
        assert (True, True) == (order._given, refund._given)


async def test_an_event_that_comes_again_is_a_hint(router):
    """A duplicate is not handled again, and is a reason to look all the same."""
    router.on("ORDER_PROCESSED")(lambda event: None)
    sent = told("v1-order")
    await router.handle(*sent)
    with router.watching("v1-order") as hint:
        assert "handled before" == (await router.handle(*sent)).text
        assert hint._given


async def test_several_watch_one_order(router):
    """Each is woken; who has left is forgotten, and nothing is kept of an order that nobody watches."""
    with router.watching("v1-order") as one:
        with router.watching("v1-order") as other:
            await router.handle(*told("v1-order"))
        one.clear()
        await router.handle(*told("v1-order"))
        assert (True, True) == (one._given, other._given)
    assert {} == router._watches._of_order


async def test_the_deadline_holds(box, pinelabs, router):
    """A hint that never comes does no harm: the order is read at its pace, and the wait ends in time."""
    order = await pending(pinelabs)
    with router.watching(order.order_id) as hint, pytest.raises(WaitError) as caught:
        await pinelabs.orders.wait(order.order_id, hint=hint, deadline=0.3, every=0.02)
    assert caught.value.timed_out
    assert reads(box) > 2


async def test_an_event_of_asyncio(box, pinelabs):
    """An ``asyncio.Event`` is a hint as well."""
    order, hint = await pending(pinelabs), asyncio.Event()
    waiting = asyncio.create_task(pinelabs.orders.wait(order.order_id, hint=hint, **LATE))
    await have_read(box, 1)
    await box.payer.approve(order.challenge_url)
    hint.set()
    assert OrderStatus.PROCESSED == (await waiting).status


@pytest.mark.parametrize(
    "hint",
    [threading.Event(), object(), "v1-1", lambda: None],
    ids=["threading", "object", "text", "function"],
)
async def test_what_would_block(box, pinelabs, hint):
    """A ``threading.Event`` would stop the event loop: it is refused before anything is sent."""
    with pytest.raises(TypeError, match="hint must be"):
        await pinelabs.orders.wait("v1-1", hint=hint)
    assert 0 == reads(box)


@pytest.mark.parametrize("package", ["async", "sync"])
async def test_blocking(box, pinelabs, package):
    """A thread that waits is woken by a webhook that another thread or event loop takes."""
    router = (WebhookRouter if package == "async" else pinelabs_sync.WebhookRouter)(SECRET)
    order = await pending(pinelabs)
    with (
        pinelabs_sync.Session(box.client_id, box.client_secret, base_url=box.base_url) as session,
        router.watching(order.order_id) as hint,
    ):
        waiting = asyncio.create_task(
            asyncio.to_thread(session.orders.wait, order.order_id, hint=hint, **LATE)
        )
        await have_read(box, 1)
        await box.payer.approve(order.challenge_url)
        if package == "async":
            await router.handle(*told(order.order_id))
        else:
            await asyncio.to_thread(router.handle, *told(order.order_id))
        assert OrderStatus.PROCESSED == (await waiting).status


def test_watch_from_another_thread():
    """A hint that another thread gives wakes a loop; one whose loop has ended is no trouble."""
    watch = Watch()

    async def wait():
        woken_by = []
        asyncio.get_running_loop().call_later(5, woken_by.append, "the clock")
        thread = threading.Timer(0.05, watch.give)
        thread.start()
        await watch.wait()
        woken_by.append("the hint")
        thread.join()
        await watch.wait()  # it stays given until it is cleared
        await asyncio.sleep(0)  # had the clock woken the loop, it would speak now
        assert ["the hint"] == woken_by

    asyncio.run(wait())
    watch.clear()

    async def leave():
        waiting = asyncio.get_running_loop().create_task(watch.wait())
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(leave())
    assert set() == watch._wakers
    watch.give()
