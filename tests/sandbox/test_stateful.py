"""Whatever is asked of the sandbox, in whatever order: its money adds up.

`python -m tests.sandbox.test_stateful [--steps 10000]` walks for longer, each time another way.
"""

import argparse
import time
from functools import partial

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sandbox.walk import Place
from tests.sandbox.walk_mandates import MandateSteps
from tests.sandbox.walk_orders import OrderSteps

STEPS_A_WALK = 50


class Shop(OrderSteps, MandateSteps):
    """A merchant who does everything that moves money."""

    def __init__(self, place):
        super().__init__(place)
        self.links, self.payouts, self.reserves, self.subscriptions, self.debits = [], [], [], [], []
        self.customers = self.sales = 0


def walk(place, walks, *, shrink=False, **more):
    """Walk some times, each time in a sandbox that has forgotten the time before; shrinking takes minutes."""
    run_state_machine_as_test(
        partial(Shop, place),
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--shrink", action="store_true", help="look for the shortest walk that fails")
    chosen = parser.parse_args()
    steps = chosen.steps
    began = time.perf_counter()
    with Place() as place:
        while place.steps < steps:
            walk(place, -(-(steps - place.steps) // STEPS_A_WALK), shrink=chosen.shrink)
    print(f"{place.steps:,} steps in {time.perf_counter() - began:.0f} s")
    for (name, carried_out), count in sorted(place.tried.items(), key=str):
        print(f"{count:7,}  {name} {'carried out' if carried_out else 'refused'}")


if __name__ == "__main__":
    main()
