"""How the SDK reads answers with fractions in them, and with lists that are empty."""

import json
from decimal import Decimal

from pinelabs_async import to_json
from tests.api.samples import as_written


def exactly(answer):
    """Check that the SDK read all of an answer but for empty lists, which it does not write, to the last digit."""
    assert () == answer.problems
    written = json.loads(to_json(answer), parse_float=Decimal)
    assert _without_empty_lists(as_written(answer.raw)) == _without_empty_lists(written)
    return answer


def _without_empty_lists(value):
    if isinstance(value, dict):
        return {name: _without_empty_lists(item) for name, item in value.items() if item != []}
    return [_without_empty_lists(item) for item in value] if isinstance(value, list) else value
