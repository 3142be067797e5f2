"""The short form of ``python -m benchmarks.listing``."""

from benchmarks.listing import MOST_BLOCKS, measure
from benchmarks.measure import canned


def test_memory_stays_flat():
    """Ten times as many items leave no more memory behind, in both packages."""
    with canned() as base:
        meters = measure(base, 10_000, rounds=1)
    assert ["async", "sync"] == [meter.name for meter in meters]
    assert [10_000, 10_000] == [meter.count for meter in meters]
    assert [] == [(meter.name, meter.grown) for meter in meters if meter.grown > MOST_BLOCKS]
