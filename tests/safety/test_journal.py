"""The journal: recorded before the first byte, settled after, reconciled by reading only."""

import asyncio
import json
import pickle
import sqlite3
import subprocess
import sys
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
from tests.loopback.raw import answer, order_json
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


CRASHES = """
import asyncio, json, os, signal, sys
from pinelabs_async import Money, NewOrder, Session, SQLiteIntentStore
from pinelabs_async.wire.transport import Transport

base, client, secret, path, point, reference = sys.argv[1:]

class Store(SQLiteIntentStore):
    async def record(self, intent):
        if point == "before record": die()
        await super().record(intent)
        if point == "after record": die()
    async def settle(self, key, *, carried_out):
        if point == "before settle": die()
        await super().settle(key, carried_out=carried_out)

def die():
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with Session(client, secret, base_url=base, journal=Store(path)) as pinelabs:
        if point == "while sent":
            asyncio.get_running_loop().call_later(0.15, die)
        await pinelabs.orders.create(NewOrder(merchant_order_reference=reference, order_amount=Money(1000)))
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    "point", ["before record", "after record", "while sent", "while sent and executed", "before settle"]
)
async def test_killed(box, tmp_path, point):
    """After a SIGKILL at any point recover tells what happened; repeating what was not done makes exactly one order."""
    path, reference = tmp_path / "intents.db", "crash-1"
    if point.startswith("while sent"):
        at = "after_execute" if point.endswith("executed") else "before_execute"
        box.faults.add(operation="orders.create", at=at, what="slow", delay=0.5)
    arguments = (
        box.base_url,
        box.client_id,
        box.client_secret,
        str(path),
        point.removesuffix(" and executed"),
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CRASHES, *arguments, reference, stderr=subprocess.PIPE
    )
    _, complaint = await process.communicate()
    assert process.returncode == -9, complaint.decode()
    await asyncio.sleep(0.5 if point.startswith("while sent") else 0)
    journal = SQLiteIntentStore(path)
    async with Session(box.client_id, box.client_secret, base_url=box.base_url, journal=journal) as pinelabs:
        told = await pinelabs.recover(older_than=0)
        assert ([] if point == "before record" else [reference]) == [one.intent.reference for one in told]
        carried_out = told[0].carried_out if told else False
        assert carried_out is (box.ledger.count("orders.create") == 1)
        if not carried_out:
            from pinelabs_async import Money, NewOrder

            await pinelabs.orders.create(
                NewOrder(merchant_order_reference=reference, order_amount=Money(1000))
            )
        assert () == await journal.pending()
    await journal.aclose()
    assert 1 == box.ledger.count("orders.create", reference=reference)


def fields_of(cls):
    """Return the fields of a body; none where there is no body."""
    return () if cls is None else attrs.fields(cls)


def test_intents_hold_nothing_private():
    """No operation keeps a member of its body that is hidden from repr."""
    from pinelabs_async import OPERATIONS
    from pinelabs_async.wire.shape import is_hidden, json_name

    for operation in OPERATIONS.values():
        kinds = {json_name(operation.body, field.name): field.type for field in fields_of(operation.body)}
        for name in operation.intent:
            assert name.partition(".")[0] in kinds, (operation.name, name)
            assert not is_hidden(kinds[name.partition(".")[0]]), (operation.name, name)
    assert json.dumps(OPERATIONS["orders.create"].trace(new_order()))
    assert {} == OPERATIONS["orders.cancel"].trace(None)
    assert OPERATIONS["refunds.create"].trace(new_refund())
