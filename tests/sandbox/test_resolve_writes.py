"""Writes that are never repeated: what became of a lost one is found out by reading alone."""

import asyncio
import pickle
from datetime import timedelta

import pytest

import pinelabs_sync
from pinelabs_async import (
    OPERATIONS,
    CustomerChange,
    LegacyCredentials,
    MemoryIntentStore,
    Money,
    NewPaymentLink,
    OutcomeUnknownError,
    Repeat,
    Session,
)
from tests.faults.reach import reach

NEVER = [
    operation.name
    for operation in OPERATIONS.values()
    if operation.repeat is Repeat.NEVER and operation.lookup is not None
]
TAKES_EFFECT = {"subscriptions.update": timedelta(minutes=30)}
"""How long it takes until an operation that was carried out shows."""
NOT_TOLD = {
    "reserve_pay.create": "the sandbox tells of a reserve by its id alone",
    "customers.update": "of what its row changes most is private, and not kept",
}
"""Operations of which no reading of the sandbox tells."""
LEAVES_NOTHING = {"plans.delete", "tokens.delete", "customer_tokens.delete"}
"""Operations after which there is nothing left to be found."""

each = pytest.mark.parametrize("name", NEVER)


@pytest.fixture
async def open_session(box):
    """Make Sessions of the sandbox's merchant."""
    sessions = []

    def opened(**settings):
        legacy = LegacyCredentials(box.merchant_id, box.access_code)
        session = Session(box.client_id, box.client_secret, base_url=box.base_url, legacy=legacy, **settings)
        sessions.append(session)
        return session

    yield opened
    for session in sessions:
        await session.aclose()


async def lose(box, session, ask, at):
    """Make a call whose answer is lost; return its error, and how many requests there had been by then."""
    box.faults.add(operation=ask.name, at=at, what="drop")
    with pytest.raises(OutcomeUnknownError) as caught:
        await ask.of(session)
    return caught.value, len(box.exchanges)


def written_since(box, start):
    """Return the operations that are no reading and came in since then."""
    came = [exchange.operation for exchange in list(box.exchanges)[start:]]
    return [name for name in came if name not in OPERATIONS or OPERATIONS[name].repeat is not Repeat.READ]


@each
async def test_carried_out(box, api, open_session, name):
    """What was carried out before its answer was lost is found; nothing is posted, and it happens once."""
    session, ask = open_session(), await reach(name, api)
    before = box.ledger.count(name)
    error, asked = await lose(box, session, ask, "after_execute")
    box.clock.advance(seconds=TAKES_EFFECT.get(name, timedelta()).total_seconds())

    told = await session.resolve(error)

    expected = None if name in NOT_TOLD else True
    assert (expected, name) == (told.carried_out, told.intent.operation)
    assert (name in NOT_TOLD or name in LEAVES_NOTHING) == (told.found is None)
    assert ([], before + 1) == (written_since(box, asked), box.ledger.count(name))


@each
async def test_not_carried_out(box, api, open_session, name):
    """What was not carried out is never taken for done: its absence is proved, or it cannot be told."""
    session, ask = open_session(), await reach(name, api)
    before = box.ledger.count(name)
    error, asked = await lose(box, session, ask, "before_execute")

    told = await session.resolve(error)

    assert (False if name == "checkout.create" else None, None) == (told.carried_out, told.found)
    assert ([], before) == (written_since(box, asked), box.ledger.count(name))


@each
async def test_recovered_from_a_journal(box, api, open_session, name):
    """What a crash left open in the journal is told the same, by another Session."""
    journal, ask = MemoryIntentStore(), await reach(name, api)
    await lose(box, open_session(journal=journal), ask, "after_execute")
    box.clock.advance(seconds=TAKES_EFFECT.get(name, timedelta()).total_seconds())

    (told,) = await open_session(journal=journal).recover(older_than=0)

    assert (None if name in NOT_TOLD else True) == told.carried_out
    assert (name in NOT_TOLD) == bool(await journal.pending())


@pytest.mark.parametrize("name", ["orders.capture", "subscriptions.pause", "plans.delete"])
async def test_blocking(box, api, name):
    """The blocking package finds out the same, from the error and from the journal."""
    journal, ask = MemoryIntentStore(), await reach(name, api)
    box.faults.add(operation=name, at="after_execute", what="drop")

    def lose_and_look():
        with pinelabs_sync.Session(
            box.client_id, box.client_secret, base_url=box.base_url, journal=journal
        ) as session:
            with pytest.raises(OutcomeUnknownError) as caught:
                ask.of(session)
            return session.resolve(caught.value), *session.recover(older_than=0)

    told = await asyncio.to_thread(lose_and_look)

    assert [True, True] == [resolution.carried_out for resolution in told]
    assert () == await journal.pending()


async def test_a_customer_who_was_removed(box, api, open_session):
    """A removal shows in the status, whatever else was to change."""
    ask, session = await reach("customers.update", api), open_session()
    box.faults.add(operation=ask.name, at="after_execute", what="drop")
    with pytest.raises(OutcomeUnknownError) as caught:
        await session.customers.update(ask.ids[0], CustomerChange(status="DELETED", first_name="Kevin"))

    assert {"status": "DELETED"} == caught.value.members
    assert (await session.resolve(caught.value)).carried_out is True


async def test_made_once_more(box, api, open_session):
    """A cancellation that cannot be told may be made once more: no money moves by it, and then it is told."""
    ask, session = await reach("orders.cancel", api), open_session()
    error, _ = await lose(box, session, ask, "before_execute")
    assert (await session.resolve(error)).carried_out is None

    await ask.of(session)

    told = await session.resolve(error)
    assert (True, "CANCELLED") == (told.carried_out, told.found.status)
    assert (0, 1) == (box.ledger.money_in, box.ledger.count("orders.cancel"))


async def test_too_late(box, open_session):
    """A link that was paid before its cancellation came was not cancelled, and cannot be any more."""
    session = open_session()
    link = await session.payment_links.create(NewPaymentLink(amount=Money(150000)))
    box.faults.add(operation="payment_links.cancel", what="drop")
    with pytest.raises(OutcomeUnknownError) as caught:
        await session.payment_links.cancel(link.payment_link_id)
    await box.payer.approve(link.payment_link)

    told = await session.resolve(caught.value)

    assert (False, 150000) == (told.carried_out, box.ledger.money_in)


async def test_pickled_error(box, api, open_session):
    """An error that another process kept tells as much."""
    ask, session = await reach("plans.update", api), open_session()
    error, _ = await lose(box, session, ask, "after_execute")

    told = await open_session().resolve(pickle.loads(pickle.dumps(error)))

    assert (True, "Another") == (told.carried_out, told.found.plan_name)
