"""The journal: recorded before the first byte, settled after, reconciled by reading only."""

import asyncio
import json
import pickle
import sqlite3
from datetime import UTC, datetime, timedelta

import attrs
import pytest

import pinelabs_sync
from pinelabs_async import (
    ConfigurationError,
    Intent,
    IntentStore,
    MemoryIntentStore,
    NotSentError,
    OutcomeUnknownError,
    Session,
    SQLiteIntentStore,
)
from tests.loopback.raw import answer, order_json, refusal
from tests.loopback.shop import new_order, new_refund


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, tmp_path):
    """Each kind of store."""
    made = MemoryIntentStore() if request.param == "memory" else SQLiteIntentStore(tmp_path / "intents.db")
    yield made
    if isinstance(made, SQLiteIntentStore):
        await made.aclose()


def intent(key, **more):
    return Intent(key=key, operation="orders.create", **more)


async def test_store(store):
    """What is recorded is open, oldest first, until it is settled; settling as unknown leaves it open."""
    kept: IntentStore = store
    first = intent(
        "1",
        ids={"order_id": "v1"},
        reference="r",
        request_id="q",
        members={"a": [1, None, {"b": "é"}]},
        at=datetime.now(UTC) - timedelta(days=1),
    )
    await kept.record(first)
    await kept.record(intent("2"))
    assert [first, "2"] == [(await kept.pending())[0], (await kept.pending())[1].key]
    await kept.settle("1", carried_out=None)
    assert 2 == len(await kept.pending())
    await kept.settle("1", carried_out=False)
    await kept.settle("2", carried_out=True)
    await kept.settle("nobody", carried_out=True)
    assert () == await kept.pending()


async def test_sqlite_survives(tmp_path):
    """Another object on the same file sees what is open; what is settled can be forgotten."""
    path = tmp_path / "intents.db"
    one, other = SQLiteIntentStore(path), SQLiteIntentStore(str(path))
    await one.record(intent("1"))
    await one.record(intent("2"))
    assert ["1", "2"] == sorted(intent.key for intent in await other.pending())
    await other.settle("1", carried_out=True)
    await one.forget(datetime.now(UTC) + timedelta(seconds=1))
    with pytest.raises(ValueError, match="naive"):
        await one.forget(datetime.now())  # noqa: DTZ005  # the very mistake
    await one.aclose()
    await other.aclose()
    assert ["2"] == [intent.key for intent in await one.pending()]
    await one.aclose()
    with sqlite3.connect(path) as file:
        assert [("2",)] == file.execute("SELECT key FROM intents").fetchall()
    file.close()


async def test_many_open_a_new_file_at_once(tmp_path):
    """Workers that start together do not find the file locked."""
    for number in range(20):
        stores = [SQLiteIntentStore(tmp_path / f"{number}.db") for _ in range(6)]
        await asyncio.gather(*(store.record(intent(str(index))) for index, store in enumerate(stores)))
        assert 6 == len(await stores[0].pending())
        await asyncio.gather(*(store.aclose() for store in stores))


async def test_written_before_and_settled_after(raw, connect, store):
    """While the gateway has the request the intent is open; then it is not; reads are no intents."""
    seen = []

    async def look(peer):
        seen.extend(await store.pending())
        await answer(order_json())(peer)

    raw.script = [look]
    pinelabs, new = connect(raw, journal=store), new_order()
    await pinelabs.orders.create(new)
    await pinelabs.orders.get("v1-order")
    [open_then] = seen
    assert (raw.requests[0].headers["idempotency-key"], "orders.create", new.merchant_order_reference) == (
        open_then.key,
        open_then.operation,
        open_then.reference,
    )
    assert {"value": new.order_amount.value, "currency": "INR"} == open_then.members["order_amount"]
    assert () == await store.pending()


class Broken(MemoryIntentStore):
    """A store that fails where it is told to."""

    def __init__(self, *methods):
        super().__init__()
        self.methods = methods

    async def record(self, intent):
        if "record" in self.methods:
            raise OSError("the disk is full")
        await super().record(intent)

    async def settle(self, key, *, carried_out):
        if "settle" in self.methods:
            raise OSError("the disk is full")
        await super().settle(key, carried_out=carried_out)


async def test_a_store_that_cannot_record(raw, connect):
    """Nothing is sent, and the error says so."""
    with pytest.raises(NotSentError, match="the disk is full") as caught:
        await connect(raw, journal=Broken("record")).orders.create(new_order())
    assert "not_sent" == caught.value.outcome
    assert [] == raw.requests


async def test_a_store_that_cannot_settle(raw, connect, caplog):
    """The result is not lost; the intent stays open and the log says so."""
    store = Broken("settle")
    order = await connect(raw, journal=store).orders.create(new_order())
    assert "v1-order" == order.order_id
    assert 1 == len(await store.pending())
    assert "recover() will look it up" in caplog.text


async def test_recover(box, store):
    """Each open write is looked up: carried out, surely not, or unknown; what is known is settled, nothing is posted."""
    async with Session(
        box.client_id, box.client_secret, base_url=box.base_url, journal=store, on_unknown="raise"
    ) as pinelabs:
        orders = {}
        for at in ("after_execute", "before_execute"):
            box.faults.add(operation="orders.create", at=at, what="drop")
            orders[at] = new_order()
            with pytest.raises(OutcomeUnknownError):
                await pinelabs.orders.create(orders[at])
        await store.record(Intent(key="x", operation="gone.away", at=datetime.now(UTC) + timedelta(hours=-1)))
        assert () == await pinelabs.recover(older_than=3600 * 2)
        writes = len(box.ledger)
        found = {str(told.intent.reference): told for told in await pinelabs.recover(older_than=0)}
        assert writes == len(box.ledger)
        assert {
            orders["after_execute"].merchant_order_reference: True,
            orders["before_execute"].merchant_order_reference: False,
            "None": None,
        } == {reference: told.carried_out for reference, told in found.items()}
        assert found[orders["after_execute"].merchant_order_reference].found.order_id
        assert ["gone.away"] == [intent.operation for intent in await store.pending()]
        again = await pinelabs.orders.create(orders["before_execute"])
        assert 1 == box.ledger.count("orders.create", reference=again.merchant_order_reference)


async def test_recover_leaves_alone_what_is_under_way(raw, connect, store):
    """Writes of this Session that are not at their end are not touched, and young ones of others neither."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def hold(peer):
        begun.set()
        await go.wait()
        await answer(order_json())(peer)

    raw.script = [hold]
    pinelabs = connect(raw, journal=store)
    call = asyncio.create_task(pinelabs.orders.create(new_order()))
    await begun.wait()
    assert () == await pinelabs.recover(older_than=0)
    go.set()
    await call
    await store.record(intent("somebody else's"))
    assert () == await pinelabs.recover()


async def test_without_a_journal(raw, connect):
    """recover says what is missing."""
    with pytest.raises(ConfigurationError, match="journal=SQLiteIntentStore"):
        await connect(raw).recover()
    with pytest.raises(ConfigurationError, match="journal must be an IntentStore, not str"):
        Session("id", "secret", journal="intents.db")


async def test_resolve(box, pinelabs):
    """An error, pickled in between, is enough to find out what became of its write."""
    careful = pinelabs.with_options(on_unknown="raise")
    new = new_order()
    box.faults.add(operation="orders.create", at="after_execute", what="drop")
    with pytest.raises(OutcomeUnknownError) as caught:
        await careful.orders.create(new)
    error = pickle.loads(pickle.dumps(caught.value))
    told = await pinelabs.resolve(error)
    assert (True, new.merchant_order_reference) == (told.carried_out, told.found.merchant_order_reference)
    assert 1 == box.ledger.count("orders.create")


async def test_resolve_of_another_amount(box, pinelabs):
    """An order with the same reference and another amount is not the one that was meant."""
    new = new_order()
    await pinelabs.orders.create(new)
    error = OutcomeUnknownError(
        "lost",
        operation="orders.create",
        reference=new.merchant_order_reference,
        members={
            "merchant_order_reference": new.merchant_order_reference,
            "order_amount": {"value": 1, "currency": "INR"},
        },
    )
    assert (await pinelabs.resolve(error)).carried_out is None


async def test_resolve_of_what_is_known(raw, connect):
    """What was refused or not sent was not carried out; that needs no reading."""
    pinelabs = connect(raw)
    assert (await pinelabs.resolve(NotSentError("no way", operation="refunds.create"))).carried_out is False
    with pytest.raises(TypeError, match="not ValueError"):
        await pinelabs.resolve(ValueError("something else"))
    assert [] == raw.requests


def test_blocking(tmp_path):
    """The blocking package has all of it."""
    from pinelabs_sync.sandbox import Sandbox

    journal = SQLiteIntentStore(tmp_path / "intents.db")
    with (
        Sandbox() as box,
        pinelabs_sync.Session(
            box.client_id, box.client_secret, base_url=box.base_url, journal=journal, on_unknown="raise"
        ) as pinelabs,
    ):
        box.faults.add(operation="orders.create", at="after_execute", what="drop")
        with pytest.raises(OutcomeUnknownError) as caught:
            pinelabs.orders.create(new_order())
        assert pinelabs.resolve(caught.value).carried_out is True
        assert [True] == [told.carried_out for told in pinelabs.recover(older_than=0)]
        assert () == pinelabs.recover(older_than=0)
    asyncio.run(journal.aclose())


def fields_of(cls):
    """Return the fields of a body; none where there is no body."""
    return () if cls is None else attrs.fields(cls)


def test_intents_hold_nothing_private():
    """No operation keeps a member of its body that is hidden from repr."""
    from pinelabs_async import OPERATIONS
    from pinelabs_async.wire.names import json_name
    from pinelabs_async.wire.shape import is_hidden

    for operation in OPERATIONS.values():
        kinds = {json_name(operation.body, field.name): field.type for field in fields_of(operation.body)}
        for name in operation.intent:
            assert name.partition(".")[0] in kinds, (operation.name, name)
            assert not is_hidden(kinds[name.partition(".")[0]]), (operation.name, name)
    assert json.dumps(OPERATIONS["orders.create"].trace(new_order()))
    assert {} == OPERATIONS["orders.cancel"].trace(None)
    assert OPERATIONS["refunds.create"].trace(new_refund())


class Hanging(MemoryIntentStore):
    """A store that never comes back from where it is told to hang, or comes late."""

    def __init__(self, method, seconds=3600):
        super().__init__()
        self.method, self.seconds = method, seconds
        self.hangs = asyncio.Event()

    async def record(self, intent):
        if self.method == "record":
            await asyncio.sleep(self.seconds)
        await super().record(intent)

    async def settle(self, key, *, carried_out):
        if self.method == "settle":
            self.hangs.set()
            await asyncio.sleep(self.seconds)
        await super().settle(key, carried_out=carried_out)


async def test_a_store_that_hangs_before(raw, connect):
    """A store that does not come back is not waited for beyond the deadline; nothing is sent."""
    async with asyncio.timeout(5):
        with pytest.raises(NotSentError, match="could not be recorded"):
            await connect(raw, journal=Hanging("record"), deadline=0.3).orders.create(new_order())
    assert [] == raw.requests


async def test_a_store_that_hangs_after(raw, connect, caplog):
    """The answer is there, and no store keeps it from its caller."""
    async with asyncio.timeout(5):
        order = await connect(raw, journal=Hanging("settle"), grace=0.1).orders.create(new_order())
    assert "v1-order" == order.order_id
    assert "could not be settled: TimeoutError" in caplog.text


async def test_cancelled_while_it_is_settled(raw, connect, caplog):
    """The log says that the answer came, and the intent is settled in the grace."""
    store = Hanging("settle", 0.3)
    call = asyncio.create_task(connect(raw, journal=store).orders.create(new_order()))
    await store.hangs.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert "after that its answer came: it was carried out" in caplog.text
    assert () == await store.pending()


async def test_recover_with_a_store_that_cannot_settle(raw, connect, caplog):
    """What was found out is told all the same; what could not be settled stays open."""
    store = Broken("settle")
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    members = {"order_amount": {"value": 150000, "currency": "INR"}}
    for key in ("a", "b"):
        await store.record(
            intent(key, reference=key, members={**members, "merchant_order_reference": key}, at=hour_ago)
        )
    raw.script = [answer(order_json(key)) for key in ("a", "b")]
    found = await connect(raw, journal=store).recover()
    assert [("a", True), ("b", True)] == [(one.intent.reference, one.carried_out) for one in found]
    assert 2 == len(await store.pending())
    assert "could not be settled: OSError" in caplog.text


async def test_recover_past_a_refusal(raw, connect):
    """A look-up that the gateway refuses says nothing of that write, and keeps nobody from reading of the others."""
    store = MemoryIntentStore()
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    members = {"order_amount": {"value": 150000, "currency": "INR"}}
    for key in ("a", "b"):
        await store.record(
            intent(key, reference=key, members={**members, "merchant_order_reference": key}, at=hour_ago)
        )
    raw.script = [refusal(403, "FORBIDDEN"), answer(order_json("b"))]
    found = await connect(raw, journal=store).recover()
    assert [("a", None), ("b", True)] == [(one.intent.reference, one.carried_out) for one in found]
    assert ["a"] == [one.key for one in await store.pending()]


async def test_a_locked_file_stalls_nothing_else(tmp_path):
    """While somebody holds the file, what asyncio does in threads, such as looking up names, goes on."""
    path = tmp_path / "intents.db"
    store = SQLiteIntentStore(path)
    await store.record(intent("first"))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    waiting = [asyncio.create_task(store.record(intent(str(number)))) for number in range(40)]
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1):
        await asyncio.to_thread(len, "")
    holder.execute("ROLLBACK")
    holder.close()
    await asyncio.gather(*waiting)
    assert 41 == len(await store.pending())
    await store.aclose()


async def test_a_file_that_came_back(tmp_path):
    """After an error the file is opened anew: it may be there again."""
    place = tmp_path / "not yet there"
    store = SQLiteIntentStore(place / "intents.db")
    with pytest.raises(sqlite3.Error):
        await store.record(intent("1"))
    place.mkdir()
    await store.record(intent("1"))
    assert ["1"] == [one.key for one in await store.pending()]
    with pytest.raises(sqlite3.IntegrityError):
        await store.record(intent("1"))
    await store.record(intent("2"))
    await store.aclose()
