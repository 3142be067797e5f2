"""What an EMI costs: against published samples, and against paying it back month by month."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinelabs_async.sandbox.gateway.emi import standard, subvened

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
MONTHS = st.sampled_from([3, 6, 9, 12, 18, 24])
RATES = st.decimals(min_value="0.01", max_value="48", places=2)
AMOUNTS = st.integers(min_value=100, max_value=100_000_000)
ROUNDINGS = st.sampled_from(["down", "half_up"])
# Lender by lender: which way its published instalments are rounded.
SAMPLED = {"INDUSIND CC": "down", "HDFC CC": "half_up", "HDFC DC": "half_up"}
FILES = (
    "affordability-suite/create-offer-discovery-bank-emi.response.json",
    "affordability-suite/create-cardless-offer-discovery.response.json",
    "affordability-suite/offer-validation-create.request.json",
    "payments/create-payment-debit-emi.request.json",
    "payments/create-payment-debit-emi.response.json",
    "payments/create-payment-cardless-emi-with-offer-legacy.request.json",
)


def tenures(node, lender=None):
    """Find every tenure in JSON, with the name of its lender."""
    if isinstance(node, list):
        return [found for item in node for found in tenures(item, lender)]
    if not isinstance(node, dict):
        return []
    if "monthly_emi_amount" in node:
        return [(lender, node)]
    return [found for item in node.values() for found in tenures(item, node.get("name", lender))]


PUBLISHED = [found for name in FILES for found in tenures(json.loads((EXAMPLES / name).read_text()))]


def test_every_published_tenure_is_checked():
    """No sample of an EMI is left out."""
    named = {path for path in EXAMPLES.rglob("*.json") if '"monthly_emi_amount"' in path.read_text()}

    assert {EXAMPLES / name for name in FILES} == named
    assert 11 == len(PUBLISHED)


@pytest.mark.parametrize(("lender", "tenure"), PUBLISHED, ids=lambda value: str(value)[:12])
def test_published_samples_are_met_to_the_paisa(lender, tenure):
    """Instalment, sum and interest of every published tenure come out of its loan, rate and months."""
    loan, rate = tenure["loan_amount"]["value"], Decimal(tenure["interest_rate_percentage"])

    emi = standard(loan, rate, tenure["tenure_value"], SAMPLED[lender])

    names = ("monthly_emi_amount", "total_emi_amount", "interest_amount")
    assert tuple(tenure[name]["value"] for name in names) == (emi.monthly, emi.total, emi.interest)


def test_the_lenders_of_the_samples_round_differently():
    """The same loan at the same rate is a paisa a month dearer with the lender that rounds half up."""
    down, up = (standard(1_200_000, Decimal(16), 3, rounding).monthly for rounding in ("down", "half_up"))

    assert (410_713, 410_714) == (down, up)


def owed(loan, rate, instalments):
    """Pay a loan back month by month and return what is still owed at the end."""
    balance = Fraction(loan)
    for instalment in instalments:
        balance = balance * (1 + Fraction(rate) / 1200) - instalment
    return balance


@given(
    # Enough interest that no instalment is lifted to its part of the loan.
    loan=st.integers(100_000, 100_000_000),
    rate=st.decimals(min_value=1, max_value=48, places=2),
    months=MONTHS,
    rounding=ROUNDINGS,
)
def test_a_standard_emi_pays_the_loan_back(loan, rate, months, rounding):
    """What is owed at the end is what rounding an instalment by less than a paisa comes to, and no more."""
    emi = standard(loan, rate, months, rounding)

    left = owed(loan, rate, emi.instalments)
    most = -owed(0, rate, [1] * months)
    assert 0 <= left < most if rounding == "down" else abs(left) <= most / 2


@given(loan=AMOUNTS, rate=RATES, months=MONTHS, rounding=ROUNDINGS)
def test_the_instalments_of_a_standard_emi_add_up(loan, rate, months, rounding):
    """All are equal, together they are loan and interest, and nobody gets money for borrowing."""
    emi = standard(loan, rate, months, rounding)

    assert (emi.monthly,) * months == emi.instalments
    assert sum(emi.instalments) == emi.total == emi.loan + emi.interest
    assert emi.interest >= 0
    assert (loan, 0) == (emi.loan, emi.subvention)


@given(price=AMOUNTS, rate=RATES, months=MONTHS, rounding=ROUNDINGS)
def test_a_no_cost_emi_costs_its_price(price, rate, months, rounding):
    """The instalments are the price, the discount is the interest, and the lender's loan is paid back."""
    emi = subvened(price, rate, Decimal(0), months, rounding)

    assert price == sum(emi.instalments) == emi.total == emi.loan + emi.interest
    assert emi.interest == emi.subvention == price - emi.loan
    assert {emi.monthly} == set(emi.instalments[:-1])
    assert 0 <= emi.instalments[-1] - emi.monthly < months
    level = [Fraction(price, months)] * months
    growth = (1 + Fraction(rate) / 1200) ** months
    assert abs(owed(emi.loan, rate, level)) <= growth / 2


@given(
    price=st.integers(10_000, 100_000_000),
    rate=RATES,
    share=st.integers(1, 99),
    months=MONTHS,
    rounding=ROUNDINGS,
)
def test_a_low_cost_emi_is_between_no_cost_and_standard(price, rate, share, months, rounding):
    """The payer pays more than the price and less than with all the interest; the rest is taken off."""
    low = subvened(price, rate, rate * share / 100, months, rounding)

    assert sum(low.instalments) == low.total == low.loan + low.interest
    assert price == low.loan + low.subvention
    free = subvened(price, rate, Decimal(0), months, rounding)
    full = standard(price, rate, months, rounding)
    assert free.loan - months <= low.loan <= price
    assert price - months <= low.total <= full.total
    growth = (1 + Fraction(rate) / 1200) ** months
    # Never more than the price is lent, though a rounded-up instalment could bear it.
    assert owed(low.loan, rate, low.instalments) <= growth / 2


@pytest.mark.parametrize("rounding", ["down", "half_up"])
def test_without_interest_a_loan_is_divided(rounding):
    """At a rate of 0 the instalments are the loan in equal parts, never less than it together."""
    emi = standard(100, Decimal(0), 3, rounding)

    assert (34, 102) == (emi.monthly, emi.total)
