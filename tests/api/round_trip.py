"""What became of a JSON value on its way through a class: the same, another form of the same, or a loss."""

import enum
import json
import re
from datetime import datetime, timedelta
from decimal import Decimal

import attrs


class Form(enum.Enum):
    """Name what differs between a sample and what the SDK writes, and why it may."""

    NULL = "null is left out: for the SDK it is nothing"
    EMPTY_LIST = "an empty list of an answer is left out: missing, null and empty all mean no items"
    TIME = "a time is written in UTC, to the microsecond that Python can hold"
    NUMBER_AS_TEXT = "an id that a sample shows as a number is a text of the same digits"
    TEXT_AS_NUMBER = "a number that a sample shows in quotes is a number of the same digits"
    SPELLING = "the one sample that spells some names in camelCase is written as all others"
    REFERENCE = "a payment without a reference is given one, for without it nobody could look it up"
    LOST = "the sample has it, and it did not come back"
    CHANGED = "it came back as something else"
    INVENTED = "the sample does not have it"


LOSSLESS = frozenset(Form) - {Form.LOST, Form.CHANGED, Form.INVENTED}
BARE_IDS = frozenset(
    {
        "merchant_order_reference",
        "split_merchant_id",
        "token_expiry_month",
        "token_expiry_year",
        "PAYMENT_LINK_ID",
        "PAYMENT_MODE",
        "PINE_PG_TRANSACTION_ID",
    }
)
QUOTED_NUMBERS = frozenset({"REFUND_AMOUNT"})

_NOTHING = object()
_MORE_THAN_MICROSECONDS = re.compile(r"\.\d{7,9}Z$")


def snake(name):
    """Spell a camelCase name as the SDK does."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def exact(content):
    """Read JSON without losing a digit of a fraction."""
    return json.loads(content, parse_float=Decimal)


def differences(sample, written, place="$", name=""):
    """Yield the place and the form of everything that was not written letter by letter."""
    if isinstance(sample, dict) and isinstance(written, dict):
        renamed = {key: snake(key) for key in sample if key not in written and snake(key) in written}
        for key, spelled in renamed.items():
            yield f"{place}.{key}", Form.SPELLING
            yield from differences(sample[key], written[spelled], f"{place}.{key}", spelled)
        for key in (sample | written).keys() - renamed.keys() - set(renamed.values()):
            one, other = sample.get(key, _NOTHING), written.get(key, _NOTHING)
            yield from differences(one, other, f"{place}.{key}", key)
    elif isinstance(sample, list) and isinstance(written, list) and len(sample) == len(written):
        for index, (one, other) in enumerate(zip(sample, written, strict=True)):
            yield from differences(one, other, f"{place}[{index}]", name)
    elif not _is_same(sample, written):
        yield place, _form(name, sample, written)


def _is_same(sample, written):
    if isinstance(sample, bool) or isinstance(written, bool):
        return sample is written
    return sample == written


def _form(name, sample, written):
    if written is _NOTHING:
        return Form.NULL if sample is None else Form.EMPTY_LIST if sample == [] else Form.LOST
    if sample is _NOTHING:
        made = name == "merchant_payment_reference" and len(written) == 36
        return Form.REFERENCE if made else Form.INVENTED
    if name in BARE_IDS and type(sample) is int and str(sample) == written:
        return Form.NUMBER_AS_TEXT
    if name in QUOTED_NUMBERS and type(written) is int and str(written) == sample:
        return Form.TEXT_AS_NUMBER
    return Form.TIME if _is_same_moment(sample, written) else Form.CHANGED


def _is_same_moment(sample, written):
    if not isinstance(sample, str) or not isinstance(written, str) or not written.endswith("Z"):
        return False
    try:
        apart = abs(datetime.fromisoformat(sample) - datetime.fromisoformat(written))
    except (TypeError, ValueError):  # no time, or one without a zone, which must stay as it came
        return False
    # What is beyond the microsecond is rounded.
    return apart <= timedelta(microseconds=1 if _MORE_THAN_MICROSECONDS.search(sample) else 0)


def parts_of(value):
    """Yield every object of a class of the SDK inside a value, itself included."""
    if attrs.has(type(value)):
        yield value
        for field in attrs.fields(type(value)):
            yield from parts_of(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts_of(item)
