"""Money as the gateway counts it: a whole number of the smallest unit, which for rupees is the paisa."""

import re
from decimal import Decimal
from typing import ClassVar

import attrs

_DIGITS = 18
_PLAIN_NUMBER = rf"[0-9]{{1,{_DIGITS}}}(\.[0-9]{{1,{_DIGITS}}})?"
_CURRENCY = r"[A-Z]{3}"


@attrs.frozen(init=False, repr=False)
class Money:
    """Hold an amount in the smallest unit of its currency: ``Money(150000)`` is 1,500 rupees.

    Floats are refused, since ``0.1 + 0.2`` is not 0.3 and a payment must not depend on it; so are bools,
    negative amounts and fractions of a paisa.

    Raises:
        TypeError: the value is not an int, or the currency not a str.
        ValueError: the value is negative, or the currency is not three capital letters.

    Source: https://www.pinelabs.com/docs/online-payments/api/orders/create-order
    """

    HINT: ClassVar[str] = 'Money.from_rupees("1500.00") or Money(150000) makes one; amounts are in paisa.'

    value: int
    """The amount in the smallest unit (paisa for INR); zero or more. The gateway takes 100 to 100,000,000."""
    currency: str = "INR"
    """ISO 4217 code, e.g. ``INR``."""

    def __init__(self, value: int, currency: str = "INR") -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"Money.value must be an int in paisa, not {type(value).__name__}. {self.HINT}")
        if value < 0:
            raise ValueError(f"Money.value must not be negative: {value}.")
        if not isinstance(currency, str):
            raise TypeError(f"Money.currency must be a str, not {type(currency).__name__}.")
        if not re.fullmatch(_CURRENCY, currency):
            raise ValueError(f"Money.currency must be an ISO 4217 code such as 'INR', not {currency!r}.")
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "currency", currency)

    @classmethod
    def from_rupees(cls, rupees: str | Decimal | int) -> "Money":
        """Make an amount from rupees: a plain decimal text, a ``Decimal`` or an int, with at most two places.

        Raises:
            TypeError: a float, bool or another type.
            ValueError: not a plain number, negative, or with a fraction of a paisa.
        """
        if isinstance(rupees, bool) or not isinstance(rupees, (str, Decimal, int)):
            raise TypeError(
                f'rupees must be a str, Decimal or int, not {type(rupees).__name__}: write them as text, e.g. "1500.00".'
            )
        if isinstance(rupees, str) and not re.fullmatch(_PLAIN_NUMBER, rupees):
            raise ValueError(f"rupees must be a plain decimal number such as '1500.00', not {rupees!r}.")
        amount = Decimal(rupees)
        if not amount.is_finite():
            raise ValueError(f"rupees must be a number, not {rupees}.")
        if amount < 0:
            raise ValueError(f"rupees must not be negative: {rupees}.")
        exponent = amount.as_tuple().exponent
        if amount.adjusted() > _DIGITS or not isinstance(exponent, int) or exponent < -2 * _DIGITS:
            raise ValueError(f"rupees must be an amount of money; {rupees} is none.")
        # Not `amount * 100`: decimal arithmetic rounds to the context's precision without a word.
        whole, parts = amount.as_integer_ratio()
        paisa, rest = divmod(whole * 100, parts)
        if rest:
            raise ValueError(f"rupees must not hold a fraction of a paisa: {rupees}.")
        return cls(paisa)

    @property
    def rupees(self) -> Decimal:
        """The amount in rupees, exact, with two decimal places.

        Raises:
            ValueError: the amount is in another currency.
        """
        if self.currency != "INR":
            raise ValueError(f"this amount is in {self.currency}, not in rupees.")
        sign, digits, _ = Decimal(self.value).as_tuple()
        return Decimal((sign, digits, -2))

    def __repr__(self) -> str:
        return f"Money({self.value}, {self.currency!r})"

    def __str__(self) -> str:
        if self.currency != "INR":
            return f"{self.value} {self.currency} (smallest unit)"
        return f"₹{self.rupees}"
