"""Programs killed in the middle of a write: what they leave behind is explained, and nothing is done twice."""

import pytest

from benchmarks.crash import PACKAGES, POINTS, crash
from benchmarks.writes import ViolationError
from pinelabs_async import (
    MemoryIntentStore,
    Money,
    NewOrder,
    NoAnswerError,
    OutcomeUnknownError,
    Resolution,
    Session,
    recovery,
)

NAMED = {point.name: point for point in POINTS}


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize(
    ("point", "operation", "outcome"),
    [
        ("before recording", "refunds.create", "never recorded, made"),
        ("after recording", "orders.create", "not done, repeated"),
        ("sent, and lost by the gateway", "payouts.create", "not done, repeated"),
        ("sent, and then carried out", "orders.create", "found"),
        ("carried out, not answered", "refunds.create", "found"),
        ("before settling", "presentations.create", "found"),
    ],
)
async def test_killed(point, operation, outcome, package, tmp_path):
    """After a SIGKILL at each point of a write recover tells what happened, and there is one object in the end."""
    assert outcome == await crash(NAMED[point], operation, package, tmp_path, "ref-1")


async def test_what_cannot_be_told_is_named_unknown(tmp_path):
    """A refund that never left stays open: its absence cannot be proved, and nothing is sent again."""
    point = NAMED["sent, and lost by the gateway"]
    assert "named unknown" == await crash(point, "refunds.create", "pinelabs_async", tmp_path, "ref-1")


@pytest.mark.parametrize(
    ("point", "says", "complaint"),
    [
        ("carried out, not answered", False, "said not to be carried out, but it was"),
        ("after recording", True, "lost"),
    ],
)
async def test_a_wrong_word_is_found_out(point, says, complaint, tmp_path, monkeypatch):
    """A recover that says the same of everything is a violation."""

    async def read(caller, options, intent, operation):
        return Resolution(carried_out=says, intent=intent)

    monkeypatch.setattr(recovery, "_read", read)
    with pytest.raises(ViolationError, match=complaint):
        await crash(NAMED[point], "orders.create", "pinelabs_async", tmp_path, "ref-1")


async def test_a_read_that_fails_loses_nothing(box):
    """Where one of several open writes cannot be read, the next recover still tells of them all."""
    journal = MemoryIntentStore()
    lost = ("first", "second")
    async with Session(
        box.client_id, box.client_secret, base_url=box.base_url, journal=journal, on_unknown="raise"
    ) as pinelabs:
        for reference in lost:
            box.faults.add(operation="orders.create", what="drop")
            with pytest.raises(OutcomeUnknownError):
                await pinelabs.orders.create(
                    NewOrder(merchant_order_reference=reference, order_amount=Money(100))
                )
        box.faults.add(operation="orders.get_by_reference", what="slow", delay=0.001)
        box.faults.add(operation="orders.get_by_reference", what="drop", times=3)
        with pytest.raises(NoAnswerError):
            await pinelabs.recover(older_than=0)
        box.faults.clear()
        told = await pinelabs.recover(older_than=0)
        assert {(reference, False) for reference in lost} == {
            (one.intent.reference, one.carried_out) for one in told
        }
