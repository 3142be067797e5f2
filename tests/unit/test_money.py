"""Money: what is refused, what is exact, and what it looks like."""

import copy
import pickle
import time
from decimal import Decimal, localcontext

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinelabs_async import Money

NOT_INTS = {
    "float": 1500.0,
    "bool": True,
    "text": "1500",
    "Decimal": Decimal(1500),
    "None": None,
    "NaN": float("nan"),
    "bytes": b"1500",
}


@pytest.mark.parametrize("value", NOT_INTS.values(), ids=NOT_INTS)
def test_value_is_an_int(value):
    """Whatever is not a whole number of paisa is refused by name."""
    with pytest.raises(TypeError, match=r"Money\.value must be an int in paisa"):
        Money(value)


def test_refusal_says_how_to_do_it():
    """The refusal of a float shows both ways to make an amount."""
    with pytest.raises(TypeError, match=r'Money\.from_rupees\("1500\.00"\) or Money\(150000\)'):
        Money(1500.0)


@pytest.mark.parametrize("value", [-1, -(10**30)])
def test_value_is_not_negative(value):
    """A negative amount is refused."""
    with pytest.raises(ValueError, match="negative"):
        Money(value)


@pytest.mark.parametrize(
    "currency", ["", "inr", "IN", "INRR", "I R", "\uff29\uff2e\uff32", "INR\n", "₹"], ids=ascii
)
def test_currency_is_an_iso_code(currency):
    """A currency is three capital ASCII letters."""
    with pytest.raises(ValueError, match=r"Money\.currency"):
        Money(1, currency)


@pytest.mark.parametrize("currency", [None, 356, b"INR"], ids=repr)
def test_currency_is_a_text(currency):
    """A currency of another type is refused by name."""
    with pytest.raises(TypeError, match=r"Money\.currency must be a str"):
        Money(1, currency)


FORMS = {
    "text": ("1500.00", 150000),
    "text without places": ("1500", 150000),
    "text with one place": ("1500.5", 150050),
    "text with zeros at the end": ("1500.500000", 150050),
    "text with zeros in front": ("0001.05", 105),
    "a paisa": ("0.01", 1),
    "nothing": ("0", 0),
    "int": (1500, 150000),
    "Decimal": (Decimal("1500.05"), 150005),
    "Decimal in scientific form": (Decimal("1.5E+3"), 150000),
    "Decimal with zeros at the end": (Decimal("1.5000000000000000000000000000"), 150),
    "Decimal zero": (Decimal("0.00"), 0),
    "longest text": ("999999999999999999.99", 99999999999999999999),
}


@pytest.mark.parametrize(("rupees", "paisa"), FORMS.values(), ids=FORMS)
def test_from_rupees_takes(rupees, paisa):
    """Every plain way to write rupees comes to the right number of paisa."""
    assert Money(paisa) == Money.from_rupees(rupees)


WRONG_TYPES = {
    "float": 1500.0,
    "bool": True,
    "None": None,
    "bytes": b"1500",
    "list": ["1500"],
    "Money": Money(1),
}


@pytest.mark.parametrize("rupees", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_from_rupees_refuses_the_type(rupees):
    """A float is refused, and so is every other type, with the right one named."""
    with pytest.raises(
        TypeError, match=r'a str, Decimal or int, not \w+: write them as text, e\.g\. "1500\.00"'
    ):
        Money.from_rupees(rupees)


WRONG_NUMBERS = {
    "negative text": "-1",
    "negative int": -1,
    "negative Decimal": Decimal("-0.01"),
    "NaN text": "NaN",
    "NaN": Decimal("NaN"),
    "signalling NaN": Decimal("sNaN"),
    "Infinity text": "Infinity",
    "Infinity": Decimal("Infinity"),
    "minus Infinity": Decimal("-Infinity"),
    "exponent": "1e3",
    "thousands separator": "1,500",
    "underscore": "1_500",
    "currency sign": "₹1500",
    "plus sign": "+1500",
    "space in front": " 1500",
    "space behind": "1500 ",
    "line end": "1500\n",
    "no digits before the point": ".5",
    "no digits after the point": "5.",
    "two points": "1.5.0",
    "empty": "",
    "words": "one",
    "Devanagari digits": "\u0967\u096b\u0966\u0966",
    "full-width digits": "\uff11\uff15\uff10\uff10",
    "superscript": "15²",
    "half a paisa": "0.005",
    "half a paisa as Decimal": Decimal("0.005"),
    "a little too precise": "1.0000000001",
    "less than a paisa": Decimal("1E-30"),
    "too long a text": "1" * 19,
    "lone surrogate": "\ud800",
}


@pytest.mark.parametrize("rupees", WRONG_NUMBERS.values(), ids=WRONG_NUMBERS)
def test_from_rupees_refuses_the_number(rupees):
    """What is no plain, exact amount is refused and never rounded."""
    with pytest.raises(ValueError, match="rupees must"):
        Money.from_rupees(rupees)


HUGE = {
    "text up": "1e999999999",
    "text down": "1e-999999999",
    "many digits": "1" * 100_000,
    "many places": "0." + "0" * 100_000 + "1",
    "Decimal up": Decimal("1E+999999999"),
    "Decimal down": Decimal("1E-999999999"),
    "zero up": Decimal("0E+999999999"),
    "zero down": Decimal("0E-999999999"),
    "int": 10**3000,
}


@pytest.mark.parametrize("rupees", HUGE.values(), ids=HUGE)
def test_huge_numbers_are_refused_at_once(rupees):
    """A number that would fill memory when written out is refused within a moment."""
    started = time.process_time()
    with pytest.raises(ValueError, match="rupees must be"):
        Money.from_rupees(rupees)
    assert time.process_time() - started < 0.5


def test_forty_digits_are_refused_rather_than_rounded():
    """A Decimal longer than the context's precision is never cut to it without a word."""
    with pytest.raises(ValueError, match="rupees must"):
        Money.from_rupees(Decimal(1234567890123456789012345678901234567890))
    with pytest.raises(ValueError, match="fraction of a paisa"):
        Money.from_rupees(Decimal("1000.0000000000000000000000000000000001"))


def test_the_decimal_context_does_not_matter():
    """A caller's low precision changes no amount."""
    with localcontext() as context:
        context.prec = 3
        assert Money(123456789) == Money.from_rupees("1234567.89")
        assert Money(123456789) == Money.from_rupees(Decimal("1234567.89"))
        assert "1234567.89" == str(Money(123456789).rupees)


@given(st.integers(min_value=0))
def test_rupees_are_exact(paisa):
    """The rupees of any number of paisa have two places and lose nothing."""
    rupees = Money(paisa).rupees
    assert -2 == rupees.as_tuple().exponent
    assert f"{paisa // 100}.{paisa % 100:02}" == format(rupees, "f")


@given(st.integers(min_value=0, max_value=10**20 - 1))
def test_rupees_there_and_back(paisa):
    """An amount survives the way to rupees and back, as Decimal and as text."""
    money = Money(paisa)
    assert money == Money.from_rupees(money.rupees)
    assert money == Money.from_rupees(str(money.rupees))


def test_rupees_of_another_currency_are_refused():
    """Dollars have no rupees."""
    with pytest.raises(ValueError, match="USD"):
        _ = Money(100, "USD").rupees


def test_repr_makes_the_same_again():
    """The repr is the call that makes the amount."""
    assert "Money(150000, 'INR')" == repr(Money(150000))
    assert Money(5, "USD") == eval(repr(Money(5, "USD")))


def test_str_is_for_people():
    """Printed, rupees are rupees, and other currencies name their unit."""
    assert "₹1500.00" == str(Money(150000))
    assert "₹0.05" == f"{Money(5)}"
    assert "5 USD (smallest unit)" == str(Money(5, "USD"))


def test_equality_and_hash():
    """Amounts are equal by value and currency, to nothing else, and equal ones hash alike."""
    assert Money(1) == Money(1, "INR")
    assert Money(1) != Money(2)
    assert Money(1) != Money(1, "USD")
    assert Money(1) != 1
    assert 1 == len({Money(1), Money(1, "INR")})


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(protocol):
    """An amount comes back from a pickle."""
    money = Money(10**30, "USD")
    assert money == pickle.loads(pickle.dumps(money, protocol))


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy])
def test_copy(how):
    """A copy equals its original."""
    assert Money(7, "USD") == how(Money(7, "USD"))


@pytest.mark.parametrize("field", ["value", "currency", "other"])
def test_frozen(field):
    """An amount cannot be changed, and takes no other attributes."""
    money = Money(7)
    with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
        setattr(money, field, 8)
    assert Money(7) == money


def test_evolve_checks_again():
    """A changed copy is checked as a new amount."""
    with pytest.raises(ValueError, match="negative"):
        attrs.evolve(Money(7), value=-1)
    assert Money(8) == attrs.evolve(Money(7), value=8)
