"""docs/sandbox.md says what the sandbox does: its tables are those of the code."""

import inspect
import re
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from pinelabs_async.sandbox import Faults, WebhookFault
from pinelabs_async.sandbox.faults import At, What
from pinelabs_async.sandbox.gateway import (
    bnpl,
    customers,
    debits,
    payout_object,
    points,
    subscriptions,
    tokens,
)
from pinelabs_async.sandbox.magic import MAGIC

GUIDE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
MORE = (
    debits.DEBIT_FAILS,
    debits.DEBIT_FAILS_ONCE,
    debits.NOTICE_FAILS,
    payout_object.FAILS,
    customers.CREATION_FAILS,
    *tokens.COURSES,
    subscriptions.REFUSED,
    points.NO_POINTS,
    points.NOT_ELIGIBLE,
    bnpl.NO_CREDIT,
)


def table(heading):
    """Return the rows of the first table below a heading, without its head."""
    below = GUIDE.partition(f"\n## {heading}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def span(time):
    return (
        f"{time // timedelta(minutes=1)} minutes"
        if time >= timedelta(minutes=1)
        else f"{time.seconds} seconds"
    )


def told(magic):
    """Say what a value stands for."""
    outcome = magic.outcome
    if magic.place == "flow_type":
        return "makes the order one for imports"
    if outcome.refused:
        return f"refused at once: `{outcome.refused}`"
    end = (
        "rejected"
        if outcome.rejected
        else f"declined: `{outcome.declined}`"
        if outcome.declined
        else "succeeds"
    )
    if outcome.after:
        end = f"pending for {span(outcome.after)}, then {end}"
    return f"the payer answers by themselves after {span(outcome.payer)}: {end}" if outcome.payer else end


def magic_rows():
    return [[f"`{one.place}`", f"`{one.value}`", told(one), "yes" if one.documented else ""] for one in MAGIC]


def test_the_magic_values_are_those_of_the_sandbox():
    """Every value is there, in its order, with what it stands for and who has published it."""
    assert magic_rows() == table("Magic values")


def test_the_other_values_are_those_of_the_sandbox():
    """Whatever a group of operations knows beside them stands in the second table."""
    assert [f"`{value}`" for value in MORE] == [row[1] for row in table("More values")]


@pytest.mark.parametrize(
    ("heading", "kind"), [("Faults", What), ("At which point", At), ("Webhooks that go wrong", WebhookFault)]
)
def test_every_fault_is_explained(heading, kind):
    """No way or place is left out, or named that there is not."""
    assert [f"`{name}`" for name in get_args(kind)] == [row[0] for row in table(heading)]


def test_every_argument_of_a_fault_is_explained():
    """The guide names the arguments of both kinds."""
    given = {*inspect.signature(Faults.add).parameters, *inspect.signature(Faults.random).parameters} - {
        "self"
    }

    assert set() == {name for name in given if f"`{name}`" not in GUIDE and f"{name}=" not in GUIDE}


if __name__ == "__main__":
    for row in magic_rows():
        print("|", " | ".join(row), "|")
