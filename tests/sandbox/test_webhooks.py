"""Webhooks: signed, posted over real HTTP, again by the documented schedule, and spoilt on purpose."""

import asyncio
import json
import socket
import time

import pytest
from aiohttp import web

from pinelabs_async import OrderEvent, SignatureError, webhooks
from pinelabs_async.sandbox import Sandbox, delivery
from pinelabs_async.sandbox.event_samples import SAMPLES
from pinelabs_async.sandbox.posting import sign
from pinelabs_sync.sandbox import Sandbox as BlockingSandbox
from tests.sandbox.merchant_server import MerchantServer

SCHEDULE = [5, 300, 1800, 7200, 18000, 36000, 36000]


@pytest.fixture
async def shop(box):
    """The merchant's server, which the sandbox knows."""
    server = await MerchantServer().start()
    box.webhooks.url = server.url
    yield server
    await server.close()


@pytest.fixture
async def other_shop():
    """Another merchant's server."""
    server = await MerchantServer().start()
    yield server
    await server.close()


def nowhere():
    """Return the URL of a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}/hooks"


def test_the_signature_is_that_of_the_published_example():
    """The documentation's worked example comes out, secret, id, time and body given."""
    headers = sign(
        b'{"payload":"payload"}', "abc1234", id="msg_2nEfCaUDn9fynC9Kz2upo1QSydl", timestamp=1728543028
    )

    assert {
        "webhook-id": "msg_2nEfCaUDn9fynC9Kz2upo1QSydl",
        "webhook-timestamp": "1728543028",
        "webhook-signature": "v1,Ns46HrH+Nfu9dZtBUVvSLyrOD5JH0SAGlNo3M5yobfQ=",
    } == headers


async def test_a_paid_order_is_told_signed(api, box, shop):
    """The merchant gets one POST whose signature holds and whose body is the order as it is then."""
    order = await api.paid()
    await box.webhooks.delivered()

    [came] = shop.came
    event = came.verified(box.webhook_secret)
    assert isinstance(event, OrderEvent)
    assert ("ORDER_PROCESSED", order["order_id"], ()) == (
        event.type,
        event.data.order_id,
        event.data.problems,
    )
    assert "application/json" == came.headers["content-type"]
    assert (4 + 27, "msg_") == (len(came.id), came.id[:4])
    [delivered] = box.webhooks.deliveries
    assert ("delivered", None, 1) == (delivered.status, delivered.due, len(delivered.attempts))
    assert (200, b"noted", None) == (
        delivered.attempts[0].status,
        delivered.attempts[0].answer,
        delivered.attempts[0].error,
    )
    assert came.body == delivered.event.body


async def test_a_changed_body_or_another_secret_does_not_verify(box, shop):
    """The signature covers every byte, under the merchant's own secret."""
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()
    [came] = shop.came

    with pytest.raises(SignatureError):
        webhooks.verify(came.body + b" ", came.headers, box.webhook_secret)
    with pytest.raises(SignatureError):
        came.verified(box.add_merchant().webhook_secret)


async def test_the_documented_schedule(box, shop):
    """After each failure the gateway waits as documented, by the sandbox's clock; the eighth is the last."""
    shop.answers.extend([500] * 8)
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()
    [sent] = box.webhooks.deliveries

    for number, wait in enumerate(SCHEDULE, start=1):
        assert ("waiting", number) == (sent.status, len(shop.came))
        assert wait == round((sent.due - sent.attempts[-1].at).total_seconds())
        box.clock.advance(seconds=wait - 2)
        await box.webhooks.delivered()
        assert number == len(shop.came)
        box.clock.advance(seconds=2)
        await box.webhooks.delivered()
        shop.came[-1].verified(box.webhook_secret, now=box.clock.now().timestamp())

    assert ("failed", None, 8) == (sent.status, sent.due, len(shop.came))
    box.clock.advance(days=30)
    await box.webhooks.delivered()
    assert 8 == len(shop.came)
    assert {sent.id} == set(shop.ids)
    assert 1 == len({came.body for came in shop.came})
    assert 8 == len({came.timestamp for came in shop.came}) == len({a.at for a in sent.attempts})


async def test_a_jump_over_the_schedule_makes_every_attempt(box, shop):
    """What became due while the clock was moved has been attempted once `delivered` returns."""
    shop.answers.extend([500] * 8)
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()

    box.clock.advance(days=2)
    await box.webhooks.delivered()

    assert (8, "failed") == (len(shop.came), box.webhooks.deliveries[0].status)


async def test_a_retry_comes_by_itself_when_real_time_passes(box, shop):
    """Nobody has to ask the sandbox for anything in between."""
    shop.answers.append(500)
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()
    box.clock.advance(seconds=4.7)

    await shop.has(2, within=5)

    await box.webhooks.delivered()
    assert "delivered" == box.webhooks.deliveries[0].status


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_ends_it(box, shop, status):
    """The documentation asks for a 2xx, whichever."""
    shop.answers.append(status)
    box.webhooks.send("REFUND_PROCESSED")
    box.clock.advance(days=2)
    await box.webhooks.delivered()

    assert (1, "delivered") == (len(shop.came), box.webhooks.deliveries[0].status)


@pytest.mark.parametrize("status", [300, 302, 307, 400, 401, 404, 410, 500, 503])
async def test_anything_else_is_sent_again(box, shop, other_shop, status):
    """A redirect is a failure, too, and is not followed."""
    shop.answers.append(web.Response(status=status, headers={"Location": other_shop.url}))
    box.webhooks.send("REFUND_PROCESSED")
    await box.webhooks.delivered()
    [sent] = box.webhooks.deliveries
    assert ("waiting", status) == (sent.status, sent.attempts[0].status)

    box.clock.advance(seconds=6)
    await box.webhooks.delivered()

    assert ("delivered", 2, 0) == (sent.status, len(shop.came), len(other_shop.came))


async def test_silence_is_a_failure(box, shop):
    """Who does not answer in time gets it again, and what he answers later counts for nothing."""
    assert 5 == box.webhooks.answer_seconds
    box.webhooks.answer_seconds = 0.1
    shop.answers.append(1.0)
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()
    [sent] = box.webhooks.deliveries

    assert ("waiting", None) == (sent.status, sent.attempts[0].status)
    assert "no answer within 0.1 s" == sent.attempts[0].error
    box.clock.advance(seconds=6)
    await box.webhooks.delivered()
    assert "delivered" == sent.status


async def test_nobody_there_is_a_failure(box):
    """A refused connection is told, and tried again."""
    box.webhooks.url = nowhere()
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()
    [sent] = box.webhooks.deliveries

    assert ("waiting", None) == (sent.status, sent.attempts[0].status)
    assert sent.attempts[0].error.startswith("ClientConnectorError: ")


async def test_an_endless_answer_is_cut(box, shop):
    """Of what the merchant answers the beginning is kept, and the rest is not waited for."""

    async def forever():
        while True:
            yield b"x" * 8192

    box.webhooks.answer_seconds = 1
    shop.answers.append(web.Response(body=forever()))
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()

    [attempt] = box.webhooks.deliveries[0].attempts
    assert (200, None, 64 * 1024) == (attempt.status, attempt.error, len(attempt.answer))


async def test_the_body_is_of_the_moment(api, box, shop):
    """A retry tells what happened then, whatever has become of the order since."""
    shop.answers.append(500)
    order = await api.paid(pre_auth=True)
    await box.webhooks.delivered()
    status, _ = await api.put(order, "cancel")
    assert 200 == status
    box.clock.advance(seconds=6)
    await box.webhooks.delivered()

    assert ["ORDER_AUTHORIZED", "ORDER_CANCELLED", "ORDER_AUTHORIZED"] == shop.types
    first, _, again = shop.came
    assert first.body == again.body
    assert "AUTHORIZED" == json.loads(again.body)["data"]["status"]


async def test_events_come_in_order(box, shop):
    """Without a fault the merchant is told one thing after the other."""
    sent = [box.webhooks.send(name).id for name in list(SAMPLES)]
    await box.webhooks.delivered()

    assert sent == shop.ids


async def test_a_handler_may_ask_the_gateway(api, box, shop):
    """The sandbox answers while it waits for the merchant's answer."""
    seen = []

    async def read():
        seen.append(await api.get(order))

    order = await api.pending()
    shop.then = read
    await box.payer.approve(order["challenge_url"])
    await box.webhooks.delivered()

    assert ["PROCESSED"] == [order["status"] for order in seen]
    assert "delivered" == box.webhooks.deliveries[0].status


# Faults


async def test_lost(box, shop):
    """A lost event never comes; the next one does."""
    box.webhooks.fault("lost", event="ORDER_PROCESSED")
    for _ in range(2):
        box.webhooks.send("REFUND_PROCESSED")
        box.webhooks.send("ORDER_PROCESSED")
    box.clock.advance(days=3)
    await box.webhooks.delivered()

    assert ["REFUND_PROCESSED", "REFUND_PROCESSED", "ORDER_PROCESSED"] == shop.types
    assert ["delivered", "lost", "delivered", "delivered"] == [d.status for d in box.webhooks.deliveries]
    assert () == tuple(box.webhooks.deliveries[1].attempts)


async def test_late(box, shop):
    """A late event comes after its while of the sandbox's clock, with the time of then."""
    box.webhooks.fault("late", seconds=600)
    box.webhooks.send("ORDER_AUTHORIZED")
    box.webhooks.send("ORDER_PROCESSED")
    box.clock.advance(seconds=598)
    await box.webhooks.delivered()
    assert ["ORDER_PROCESSED"] == shop.types

    box.clock.advance(seconds=2)
    await box.webhooks.delivered()

    assert ["ORDER_PROCESSED", "ORDER_AUTHORIZED"] == shop.types
    shop.came[1].verified(box.webhook_secret, now=box.clock.now().timestamp())


async def test_duplicated(box, shop):
    """A duplicated event comes twice under one id, each time with a signature that holds."""
    box.webhooks.fault("duplicated", times=None)
    event = box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()

    assert [event.id, event.id] == shop.ids
    assert 2 == len([came.verified(box.webhook_secret) for came in shop.came])
    assert ["delivered", "delivered"] == [d.status for d in box.webhooks.deliveries]


async def test_reordered(box, shop):
    """A reordered event is overtaken by the next one."""
    box.webhooks.fault("reordered", event="ORDER_AUTHORIZED")
    box.webhooks.send("ORDER_AUTHORIZED")
    await box.webhooks.delivered()
    assert [] == shop.types
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()

    assert ["ORDER_PROCESSED", "ORDER_AUTHORIZED"] == shop.types


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"what": "stolen"}, "what"),
        ({"what": "lost", "event": "ORDER_PROCESED"}, "event"),
        ({"what": "lost", "times": 0}, "times"),
        ({"what": "late", "seconds": 0}, "seconds"),
    ],
)
async def test_wrong_faults_are_refused(box, wrong, name):
    """The error names the argument."""
    with pytest.raises(ValueError, match=f"^{name} is "):
        box.webhooks.fault(**wrong)


# Merchants, URLs, reset and the end


async def test_merchants_do_not_see_each_other(box, shop, other_shop):
    """Each has its own URL and secret, and one that sleeps does not hold up the other."""
    other = box.add_merchant(other_shop.url)
    box.webhooks.answer_seconds = 0.4
    shop.answers.append(2.0)
    mine, theirs = box.webhooks.send("ORDER_FAILED"), box.webhooks.send("ORDER_FAILED", merchant=other)
    await other_shop.has(1, within=0.3)
    await box.webhooks.delivered()

    assert ([mine.id], [theirs.id]) == (shop.ids, other_shop.ids)
    told = other_shop.came[0].verified(other.webhook_secret)
    assert other.merchant_id == told.data.merchant_id
    assert {box.merchant_id: shop.url, other.merchant_id: other_shop.url} == dict(box.webhooks.urls)


async def test_without_a_url_nothing_is_sent(api, box):
    """What happened is kept all the same."""
    await api.paid()
    await box.webhooks.delivered()

    assert ((), ["ORDER_PROCESSED"]) == (box.webhooks.deliveries, [e.type for e in box.webhooks.events])
    assert "" == box.webhooks.url


@pytest.mark.parametrize("url", ["hooks", "ftp://127.0.0.1/", "http://", "file:///etc/passwd"])
async def test_a_url_must_be_one(box, url):
    """Whatever way it is given, a wrong URL is refused at once."""
    with pytest.raises(ValueError, match="webhook URL"):
        box.webhooks.url = url
    with pytest.raises(ValueError, match="webhook URL"):
        box.add_merchant(url)
    with pytest.raises(ValueError, match="webhook URL"):
        Sandbox(webhook_url=url)
    with pytest.raises(ValueError, match="answer_seconds"):
        box.webhooks.answer_seconds = 0


async def test_reset_forgets_what_was_due_and_keeps_the_url(box, shop):
    """No retry, no fault and no waiting event comes out of the time before; it is quick with many of them."""
    shop.answers.extend([500, 30.0])
    box.webhooks.send("ORDER_FAILED")
    await box.webhooks.delivered()  # to be sent again
    box.webhooks.fault("late")
    box.webhooks.send("ORDER_FAILED")
    for _ in range(500):
        box.webhooks.send("ORDER_PROCESSED")
    await shop.has(2, within=5)  # one is being sent, the others wait in line
    box.webhooks.fault("reordered")
    box.webhooks.send("ORDER_FAILED")
    box.webhooks.fault("lost")

    began = time.perf_counter()
    box.reset()
    took = time.perf_counter() - began

    assert took < 0.005
    assert ((), (), shop.url) == (box.webhooks.deliveries, box.webhooks.events, box.webhooks.url)
    box.clock.advance(days=2)
    event = box.webhooks.send("REFUND_PROCESSED")
    await box.webhooks.delivered()
    assert [event.id] == shop.ids[2:]


async def test_it_closes_in_the_middle_of_an_attempt(shop):
    """Neither a merchant that sleeps nor retries to come hold it up; after that nothing is sent."""
    shop.answers.append(30.0)
    box = await Sandbox(webhook_url=shop.url).start()
    box.webhooks.send("ORDER_PROCESSED")
    await shop.has(1, within=5)
    began = time.perf_counter()

    await box.aclose()

    assert time.perf_counter() - began < 0.5
    box.clock.advance(days=2)
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()
    assert 1 == len(shop.came)


async def test_a_bug_of_the_delivery_is_raised_when_it_closes(shop, monkeypatch):
    """It cannot hide in a task of its own."""

    def broken(*_, **__):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(delivery, "sign", broken)
    box = await Sandbox(webhook_url=shop.url).start()
    box.webhooks.send("ORDER_PROCESSED")
    await box.webhooks.delivered()

    with pytest.raises(ExceptionGroup) as seen:
        await box.aclose()
    assert isinstance(seen.value.exceptions[0], ZeroDivisionError)


# What is sent by hand


def paths(value, at=""):
    """Yield the path of every member."""
    if isinstance(value, list):
        for one in value:
            yield from paths(one, f"{at}[]")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield f"{at}.{name}"
            if name not in ("merchant_metadata", "metadata"):
                yield from paths(one, f"{at}.{name}")


@pytest.mark.parametrize("name", SAMPLES)
async def test_every_documented_event_can_be_sent(box, shop, name):
    """The SDK verifies and reads it, without problems."""
    box.webhooks.send(name)
    await box.webhooks.delivered()

    event = shop.came[0].verified(box.webhook_secret)
    assert (name, ()) == (event.type, event.data.problems)
    assert "UnknownEvent" != type(event).__name__


def test_all_events_are_the_26_documented_ones():
    """The SDK's list, made from the same pages, names the same."""
    from pinelabs_async import EventType

    assert {member.value for member in EventType} == set(SAMPLES)


SAMPLED = [name for name in SAMPLES if name.rpartition("_")[2] != "SUSPENDED" and "SUBSCRIPTION" not in name]
SAMPLED += [
    f"SUBSCRIPTION_{end}" for end in ("ACTIVATED", "PENDING", "PAUSED", "COMPLETED", "CHARGED", "HALTED")
]


@pytest.mark.parametrize("name", SAMPLED)
async def test_a_sample_has_the_members_of_the_documented_one(box, data, name):
    """Envelope, object and payment have the documented members; none of them has one that no sample has."""
    folder = data / "examples" / "webhooks"
    documented = json.loads((folder / f"{name.lower().replace('_', '-')}.json").read_text("utf-8"))
    known = {path for file in folder.glob("*.json") for path in paths(json.loads(file.read_text("utf-8")))}

    sent = json.loads(box.webhooks.send(name).body)

    assert list(documented) == list(sent)
    assert set() == set(paths(sent)) - known
    # Some samples leave out the buyer's own words; one has members of `refunds` that are always empty.
    optional = {"notes", "refunds"}
    assert set(documented["data"]) - optional == set(sent["data"]) - optional
    for part in ("customer", "token", "subscription"):
        assert set(documented["data"].get(part, ())) == set(sent["data"].get(part, ()))


async def test_an_order_of_the_sandbox_can_be_told_again(api, box, shop):
    """The event is about the order as it is now, and a handler that looks it up finds it."""
    order = await api.paid()
    await box.webhooks.delivered()
    box.webhooks.send("ORDER_PROCESSED", order_id=order["order_id"])
    await box.webhooks.delivered()

    first, again = shop.came
    assert first.id != again.id
    assert json.loads(first.body) == json.loads(again.body)


async def test_any_data_can_be_sent(box, shop):
    """Data of one's own goes out as it is, also under a name that is not documented."""
    box.webhooks.send("LINK_PAID", {"link": {"id": "pl-1"}})
    await box.webhooks.delivered()

    assert {"event_type": "LINK_PAID", "data": {"link": {"id": "pl-1"}}} == json.loads(shop.came[0].body)


async def test_what_is_not_there_cannot_be_sent(box):
    """An unknown event, order or merchant is an error that names it."""
    with pytest.raises(ValueError, match="ORDER_PROCESED"):
        box.webhooks.send("ORDER_PROCESED")
    with pytest.raises(ValueError, match="v1-none"):
        box.webhooks.send("ORDER_PROCESSED", order_id="v1-none")
    async with Sandbox() as other:
        with pytest.raises(ValueError, match="no merchant"):
            box.webhooks.send("ORDER_PROCESSED", merchant=other._credentials)


# The blocking twin


async def test_the_blocking_sandbox_sends_webhooks_too(shop, other_shop):
    """URL, schedule, faults, several merchants and reset work the same, with everything on its own thread."""

    def use():
        with BlockingSandbox(webhook_url=shop.url) as box:
            other = box.add_merchant(other_shop.url)
            shop.answers.append(500)
            box.webhooks.fault("duplicated", event="REFUND_PROCESSED")
            first = box.webhooks.send("ORDER_PROCESSED")
            box.webhooks.send("REFUND_PROCESSED", merchant=other)
            box.webhooks.delivered()
            assert [("ORDER_PROCESSED", 1)] == [
                (d.type, len(d.attempts)) for d in box.webhooks.deliveries if d.status == "waiting"
            ]
            moved = box.clock.advance(seconds=6)
            box.webhooks.delivered()
            assert moved <= box.clock.now()
            assert {"delivered"} == {d.status for d in box.webhooks.deliveries}
            assert [first.id, first.id] == shop.ids
            assert 2 == len(other_shop.came)
            box.reset()
            assert ((), shop.url) == (box.webhooks.deliveries, box.webhooks.url)
            box.webhooks.url = other_shop.url
            box.webhooks.answer_seconds = 2
            box.webhooks.send("ORDER_FAILED")
            box.webhooks.delivered()
            assert (3, 2) == (len(other_shop.came), box.webhooks.answer_seconds)
            return box.webhook_secret

    secret = await asyncio.to_thread(use)
    other_shop.came[-1].verified(secret)


def test_time_moves_on_the_thread_of_the_blocking_sandbox():
    """What becomes due happens where the requests are answered, never beside them."""
    import threading

    with BlockingSandbox() as box:
        where = []
        box.clock.at(box.clock.now(), lambda: where.append(threading.current_thread().name))
        box.clock.advance(hours=1)
        box.clock.at(box.clock.now(), lambda: where.append("never"))
        box.clock.reset()
        box.clock.catch_up()

    assert ["pinelabs"] == where


async def test_a_seed_spoils_the_same_webhooks_again(box):
    """A share of them, chosen by the seed."""
    box.webhooks.url = "http://127.0.0.1:9/"
    seen = []
    for seed in (1, 1, 2):
        box.webhooks.clear()
        box.webhooks.fault("lost", times=None, share=0.4, seed=seed)
        for _ in range(30):
            box.webhooks.send("ORDER_PROCESSED")
        seen.append([delivery.fault for delivery in box.webhooks.deliveries])

    assert seen[0] == seen[1] != seen[2]
    assert {None, "lost"} == set(seen[0])
