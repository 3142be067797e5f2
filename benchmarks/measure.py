"""What every benchmark shares: contestants in turns, medians, ratios with their goals, and how they are shown."""

import contextlib
import gc
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

ROUNDS = 21


@attrs.frozen
class Figure:
    """What one contestant came to over the rounds."""

    name: str
    values: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)


@attrs.frozen
class Ratio:
    """How two figures relate, and what was wished for."""

    text: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def reached(self) -> bool:
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    @property
    def goal(self) -> str:
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}" if self.at_most is not None else "none"

    @property
    def verdict(self) -> str:
        if self.at_least is None and self.at_most is None:
            return ""
        return "reached" if self.reached else "**missed**"


@attrs.frozen(kw_only=True)
class Table:
    """One measurement: its contestants and what their figures say."""

    title: str
    unit: str
    figures: Sequence[Figure]
    ratios: Sequence[Ratio]
    note: str = ""

    def lines(self) -> Iterator[str]:
        """Yield it as Markdown."""
        yield from (f"### {self.title}", "")
        if self.note:
            yield from (self.note, "")
        yield from (f"| | median, {self.unit} | min | max |", "|---|---:|---:|---:|")
        for figure in self.figures:
            shown = (figure.median, min(figure.values), max(figure.values))
            yield f"| {figure.name} | " + " | ".join(map(number, shown)) + " |"
        if self.ratios:
            yield from ("", "| ratio | measured | goal | |", "|---|---:|---|---|")
        for ratio in self.ratios:
            yield f"| {ratio.text} | {ratio.value:.2f} | {ratio.goal} | {ratio.verdict} |"
        yield ""


def number(value: float) -> str:
    """Write a figure with as many digits as mean anything."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 1 else f"{value:.3f}"


def in_turns(contestants: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, Figure]:
    """Let each contestant measure itself once a round, so that all of them meet the same machine."""
    values: dict[str, list[float]] = {name: [] for name in contestants}
    names, draw = list(contestants), random.Random(0)
    for measure in contestants.values():  # a round that does not count: caches, connections, hooks
        measure()
    gc.collect()
    gc.freeze()  # what all their imports made is in no program together: nobody shall pay for walking through it
    try:
        for _ in range(rounds):
            draw.shuffle(names)  # so that nobody always comes first, or after the same one, or twice in a row
            for name in names:
                gc.collect()
                values[name].append(contestants[name]())
    finally:
        gc.unfreeze()
    return {name: Figure(name, found) for name, found in values.items()}


def over(figures: Mapping[str, Figure], ours: str, theirs: str) -> float:
    """Return how two contestants relate: the median of their ratios, round by round.

    A machine that is slow for some seconds is so for both, which the ratio of two medians would not know.
    """
    pairs = zip(figures[ours].values, figures[theirs].values, strict=True)
    return statistics.median(ours / theirs for ours, theirs in pairs)


@contextlib.contextmanager
def canned() -> Iterator[str]:
    """Run the canned gateway in a process of its own; give its base URL."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()
