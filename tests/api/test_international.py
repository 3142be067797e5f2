"""Payments across borders: documented bodies and answers, and both calls."""

import json
from decimal import Decimal

import pytest

import pinelabs_sync.international
from pinelabs_async import Money, from_json, to_json
from pinelabs_async.api.international import (
    ConvertedAmount,
    CurrencyConversion,
    International,
    Tcs,
    TcsCheck,
)
from pinelabs_async.wire.codec import decode
from tests.api.samples import call_of, content, sample

FOLDER = "international-payments"
CALLS = {
    "convert_currency": ("currency-conversion", "/api/conversion/mcc", CurrencyConversion, ConvertedAmount),
    "compute_tcs": ("compute-tcs", "/api/v1/tcs/compute", TcsCheck, Tcs),
}
each = pytest.mark.parametrize("verb", CALLS)


@each
def test_sample_body_comes_out_the_same(verb):
    """A documented body read and written again is the same, and no field of it is unknown."""
    name, _, cls, _ = CALLS[verb]
    body = from_json(cls, content(FOLDER, f"{name}.request.json"))
    assert sample(FOLDER, f"{name}.request.json") == json.loads(to_json(body))
    assert body.extra is None


@each
def test_sample_answer_is_read_whole(verb):
    """A documented answer is read without problems and without losing anything."""
    name, _, _, cls = CALLS[verb]
    answer = decode(cls, content(FOLDER, f"{name}.response.json"))
    assert () == answer.problems
    assert sample(FOLDER, f"{name}.response.json") == json.loads(to_json(answer))


@each
async def test_call(recorder, verb):
    """The body goes to the documented place, and the answer comes back typed."""
    name, path, body, answer = CALLS[verb]
    recorder.answers(content(FOLDER, f"{name}.response.json"))
    asked = from_json(body, content(FOLDER, f"{name}.request.json"))
    given = await getattr(recorder.group(International), verb)(asked)
    assert ("POST", path, "", sample(FOLDER, f"{name}.request.json")) == call_of(recorder.last)
    assert decode(answer, content(FOLDER, f"{name}.response.json")) == given
    assert "Idempotency-Key" not in recorder.last.headers


def test_rate_keeps_its_digits():
    """A rate never passes through a float."""
    assert (
        Decimal("86.745315752949341234567890")
        == decode(ConvertedAmount, b'{"conversion_rate": 86.745315752949341234567890}').conversion_rate
    )


def test_tax_is_the_difference():
    """The amounts with and without the tax are money, so that they subtract exactly."""
    tcs = decode(Tcs, content(FOLDER, "compute-tcs.response.json"))
    assert Money(20000) == Money(tcs.computed_amount.value - tcs.original_amount.value)


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.international.International)
    for name in CALLS:
        assert twin[name].__wrapped__ is vars(International)[name]
