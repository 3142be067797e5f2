"""The short form of ``python -m benchmarks.sandbox``."""

from benchmarks.sandbox import MOST_BLOCKS, measure


def test_many_clients_meet_no_error_and_leave_nothing_behind():
    """Fifty at once for two rounds: no error, the books agree, and after a reset no more is held than before."""
    first, last = measure(clients=50, seconds=2, rounds=2)

    assert ({}, {}) == (dict(first.wrong), dict(last.wrong))
    assert first.orders > 50 < last.orders
    assert last.left["blocks"] - first.left["blocks"] < MOST_BLOCKS
