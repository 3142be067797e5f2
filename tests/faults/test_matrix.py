"""Every operation meets every trouble, in both packages: it is carried out once at most, and its ending is true."""

import asyncio

import pytest

from pinelabs_async import OPERATIONS, preload
from pinelabs_async.wire import attempt
from pinelabs_async.wire.attempt import Verdict
from tests.faults.cell import PACKAGES, complaints, run
from tests.faults.reach import ROWS
from tests.faults.troubles import TROUBLES

NAMED = {trouble.name: trouble for trouble in TROUBLES}


def test_every_operation_is_met():
    """No operation is without a row that reaches it, and each meets all that can happen to it."""
    tokenless = {name for name in OPERATIONS if not OPERATIONS[name].secured}

    assert [] == [name for name in OPERATIONS if name not in ROWS]
    assert len(NAMED) == len(TROUBLES)
    about_tokens = [trouble.name for trouble in TROUBLES if trouble.tokenless == ""]
    missed = {
        (name, trouble.name)
        for name in OPERATIONS
        for trouble in TROUBLES
        if not trouble.ending(OPERATIONS[name])
    }
    assert {(name, trouble) for name in tokenless for trouble in about_tokens} == missed


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("name", OPERATIONS)
async def test_whatever_goes_wrong(name, package, gate):
    """Each call ends as the table says, a write is carried out once at most, and the ledger bears out what is told."""
    preload(name)  # what the first call of a process pays for would look like slowness
    wrong = []

    async def meet(*troubles):
        for trouble in troubles:
            outcome = await run(name, trouble, package, gate)
            wrong.extend(f"{trouble.name}: {text} ({outcome.error})" for text in complaints(trouble, outcome))

    due = [trouble for trouble in TROUBLES if trouble.ending(OPERATIONS[name])]
    quick = [trouble for trouble in due if not trouble.is_slow]
    await asyncio.gather(meet(*quick), *(meet(trouble) for trouble in due if trouble.is_slow))

    assert "" == "\n".join(wrong)


@pytest.mark.parametrize(
    ("name", "trouble", "complaint"),
    [
        ("orders.capture", "drop before executing", "ended with result, not unknown"),
        ("brand_wallets.load", "drop after executing", "carried out 2 times"),
    ],
)
@pytest.mark.parametrize("package", PACKAGES)
async def test_a_wrong_rule_would_be_seen(name, trouble, complaint, package, gate, monkeypatch):
    """Were a lost write sent again, the matrix would say so."""
    judge = attempt.judge

    def careless(*given):
        verdict = judge(*given)
        return Verdict.AGAIN if verdict is Verdict.UNKNOWN else verdict

    monkeypatch.setattr(attempt, "judge", careless)

    outcome = await run(name, NAMED[trouble], package, gate)

    assert complaint in list(complaints(NAMED[trouble], outcome))
