"""What an EMI costs, exactly: reducing balance, in whole paisa.

A loan L at a yearly rate of R percent is paid back in n equal months, r = R / 1200:

    instalment = L * r / (1 - (1 + r) ** -n)

computed as an exact fraction and then rounded to the paisa once, the way the lender does: published
samples of one lender cut the fraction off, those of another round half up. What is paid in all is n
instalments, and the interest is what that is more than the loan.

Where somebody else bears interest, the instalment is that of the whole price at the payer's own rate,
and the loan is what these instalments are worth at the lender's: price less loan is the subvention,
which is taken off the price at once. At a payer's rate of 0 (no-cost) the instalments add up to the
price, so that the subvention is the interest, to the paisa.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

Rounding: TypeAlias = Literal["down", "half_up"]
"""What becomes of a part of a paisa in an instalment."""


@attrs.frozen(kw_only=True)
class Emi:
    """One loan and how it is paid back, in paisa."""

    price: int
    """What is bought on it, less what was paid or taken off before."""
    loan: int
    months: int
    monthly: int
    total: int
    """All instalments together."""

    @property
    def interest(self) -> int:
        """What the lender gets for the loan."""
        return self.total - self.loan

    @property
    def subvention(self) -> int:
        """What somebody else pays of the price, so that the payer bears less interest."""
        return self.price - self.loan

    @property
    def instalments(self) -> tuple[int, ...]:
        """Every month's instalment; the last one of a no-cost EMI takes what does not divide."""
        return (*[self.monthly] * (self.months - 1), self.total - self.monthly * (self.months - 1))


def standard(loan: int, rate: Decimal, months: int, rounding: Rounding) -> Emi:
    """Return an EMI whose interest the payer bears."""
    monthly = _instalment(loan, rate, months, rounding)
    return Emi(price=loan, loan=loan, months=months, monthly=monthly, total=monthly * months)


def subvened(price: int, rate: Decimal, payer_rate: Decimal, months: int, rounding: Rounding) -> Emi:
    """Return an EMI of which the payer bears the interest at a lower rate only, or none at 0."""
    if payer_rate:
        monthly = _instalment(price, payer_rate, months, rounding)
        level, total = Fraction(monthly), monthly * months
    else:
        monthly, level, total = price // months, Fraction(price, months), price
    loan = min(price, _half_up(level * _worth(rate, months)))
    return Emi(price=price, loan=loan, months=months, monthly=monthly, total=total)


def _instalment(loan: int, rate: Decimal, months: int, rounding: Rounding) -> int:
    exact = loan / _worth(rate, months)
    rounded = _half_up(exact) if rounding == "half_up" else exact.__floor__()
    # So small a loan would lose more to the rounding than it has interest.
    return max(rounded, -(-loan // months))


def _worth(rate: Decimal, months: int) -> Fraction:
    """Return what one paisa a month is worth at the beginning."""
    monthly = Fraction(rate) / 1200
    return (1 - (1 + monthly) ** -months) / monthly if monthly else Fraction(months)


def _half_up(exact: Fraction) -> int:
    return (exact + Fraction(1, 2)).__floor__()
