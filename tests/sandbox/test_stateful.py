"""Whatever is asked of the sandbox, in whatever order: its money adds up.

`python -m tests.sandbox.test_stateful [--steps 10000] [--seed N]` walks for longer, another way for each seed.
"""

import argparse
import random
import time
from functools import partial

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pinelabs_async.sandbox.gateway import split_settlements
from pinelabs_async.sandbox.state import Order
from tests.sandbox.walk import Place
from tests.sandbox.walk_mandates import MandateSteps
from tests.sandbox.walk_orders import OrderSteps
from tests.sandbox.walk_splits import SplitSteps

STEPS_A_WALK = 50


class Shop(OrderSteps, MandateSteps, SplitSteps):
    """A merchant who does everything that moves money."""

    def __init__(self, place):
        super().__init__(place)
        self.links, self.payouts, self.reserves, self.subscriptions, self.debits = [], [], [], [], []
        self.customers = self.sales = 0


def walk(place, walks, *, shrink=False, seed=None, **more):
    """Walk some times, each time in a sandbox that has forgotten the time before; shrinking takes minutes."""
    shop = partial(Shop, place)
    run_state_machine_as_test(
        shop if seed is None else hypothesis.seed(seed)(shop),
        settings=settings(
            max_examples=walks,
            stateful_step_count=STEPS_A_WALK,
            phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


def test_money_adds_up_after_every_step():
    """No refund above what was captured, one payment an order, new ids, no execution twice, money conserved."""
    with Place() as place:
        walk(place, 20, derandomize=True)

    assert place.steps > 500


def _any_part(call, order):
    named = call.path["settlementId"]
    return next(part for part in split_settlements.parts(order) if part["split_settlement_id"] == named)


@pytest.mark.parametrize(
    ("place", "name", "wrong"),
    [
        (Order, "refunded", property(lambda order: 0)),
        (split_settlements, "_held", _any_part),
    ],
    ids=["refunds before do not count", "a part is decided twice"],
)
def test_a_walk_finds_a_rule_that_is_missing(monkeypatch, place, name, wrong):
    """That it would say so is why it can be believed when it says nothing."""
    monkeypatch.setattr(place, name, wrong)

    with Place() as here, pytest.raises(AssertionError):
        walk(here, 200, seed=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--shrink", action="store_true", help="look for the shortest walk that fails")
    chosen = parser.parse_args()
    began = time.perf_counter()
    rounds = 0
    with Place() as place:
        try:
            while place.steps < chosen.steps:
                walks = -(-(chosen.steps - place.steps) // STEPS_A_WALK)
                walk(place, walks, shrink=chosen.shrink, seed=chosen.seed + rounds)
                rounds += 1
        except BaseException:
            print(f"seed {chosen.seed}: violated after {place.steps:,} steps")
            raise
    for (name, carried_out), count in sorted(place.tried.items(), key=str):
        print(f"{count:7,}  {name} {'carried out' if carried_out else 'refused'}")
    took = time.perf_counter() - began
    print(
        f"seed {chosen.seed}: {place.steps:,} steps, {place.checks:,} checks of the books, 0 violations, {took:.0f} s"
    )


if __name__ == "__main__":
    main()
