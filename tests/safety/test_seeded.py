"""Seeded runs: writes while a third of the requests is struck; nothing is done twice, and no result is lost."""

import random

import pytest

from benchmarks import chaos
from pinelabs_async import Resolution, recovery
from pinelabs_async.wire import attempt
from pinelabs_async.wire.attempt import Verdict

RUNS = 75
DRAWN = random.randrange(10**6)


@pytest.mark.parametrize("seed", [1, 20_000, 300_000, DRAWN], ids=["one", "two", "three", "drawn"])
async def test_seeded_runs(seed, capsys):
    """No write is sent again without the gateway's word, and every outcome agrees with what was executed."""
    counts = await chaos.many(range(seed, seed + RUNS), chaos.run)
    assert RUNS == counts["runs"]
    assert (0, 0) == (counts["doubles"], counts["lost"]), capsys.readouterr().out
    assert counts["struck"] > 0.15 * counts["requests"]
    assert counts["executed"] > RUNS / 2


async def test_a_blind_repetition_is_found_out(monkeypatch, capsys):
    """A client that repeats what it should look up is caught, with the command that repeats its run."""
    right = attempt.judge

    def blind(repeat, ending, history):
        verdict = right(repeat, ending, history)
        may_repeat = history.attempts < history.max_attempts and verdict in (Verdict.LOOK_UP, Verdict.UNKNOWN)
        return Verdict.AGAIN if may_repeat else verdict

    monkeypatch.setattr(attempt, "judge", blind)
    counts = await chaos.many(range(1, 1 + RUNS), chaos.run)
    assert counts["doubles"] > 3
    assert "again: python -m benchmarks.chaos --runs 1 --seed" in capsys.readouterr().out


@pytest.mark.parametrize("says", [True, False])
async def test_a_wrong_word_is_found_out(says, monkeypatch):
    """A recover that says the same of everything is caught."""

    async def read(caller, options, intent, operation):
        return Resolution(carried_out=says, intent=intent)

    monkeypatch.setattr(recovery, "_read", read)
    counts = await chaos.many(range(1, 1 + RUNS), chaos.run)
    assert counts["lost"] > 0
