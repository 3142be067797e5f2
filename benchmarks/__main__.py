"""Measure everything, and write RESULTS.md and its pictures: ``python -m benchmarks [--quick]``.

Each contestant has its turn in each round, so that all meet the same machine; the ratios are what counts.
"""

import argparse
import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import blocking, calls, charts, decode, instructions, listing, parts, start
from benchmarks.measure import ROUNDS, Table, canned

FOLDER = Path(__file__).parent
PACKAGES = (
    "aiohttp",
    "attrs",
    "cattrs",
    "anyio",
    "msgspec",
    "uvloop",
    "pinelabs-python",
    "httpx",
    "pydantic",
    "requests",
    "razorpay",
    "stripe",
)


def machine() -> Iterator[str]:
    """Yield what was measured on."""
    yield f"- {platform.python_implementation()} {platform.python_version()} on {platform.system()} {platform.machine()}"
    yield f"- {os.cpu_count()} CPUs, {_model()}; load before the run {os.getloadavg()[0]:.1f}"
    yield "- " + ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)


def _model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "an unknown processor"


def measure(rounds: int, items: int) -> Mapping[str, Sequence[Table]]:
    """Run all families, telling what is done."""
    families: dict[str, list[Table]] = {}
    with canned() as base:
        for title, tables in (
            ("awaited calls", calls.tables(base, rounds)),
            ("awaited calls on uvloop", calls.tables(base, rounds, fast_loop=True)),
            ("blocking calls", blocking.tables(base, rounds)),
            ("reading", decode.tables(rounds)),
            ("cold start", start.tables(base, rounds)),
            ("listings", listing.tables(base, items)),
            ("parts", parts.tables(base, rounds)),
            ("work", instructions.tables(base) if shutil.which("valgrind") else ()),
        ):
            if not tables:
                continue
            families[title] = []
            for table in tables:
                families[title].append(table)
                print("\n".join(table.lines()))
                sys.stdout.flush()
    return families


def report(families: Mapping[str, Sequence[Table]], about: Sequence[str], pictures: Mapping[str, str]) -> str:
    """Write it all down."""
    lines = [
        "# Results",
        "",
        (FOLDER / "NOTES.md").read_text().strip(),
        "",
        "## Machine and versions",
        "",
        *about,
        "",
    ]
    lines += ["## Goals", "", "| | ratio | measured | goal | |", "|---|---|---:|---|---|"]
    for tables in families.values():
        for table in tables:
            for ratio in table.ratios:
                if ratio.verdict:
                    lines.append(
                        f"| {table.title} | {ratio.text} | {ratio.value:.2f} | {ratio.goal} | {ratio.verdict} |"
                    )
    for title, tables in families.items():
        lines += ["", f"## {title.capitalize()}", "", f"![{title}]({pictures[title]})", ""]
        for table in tables:
            lines += table.lines()
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--items", type=int, default=1_000_000, help="how long the listings are")
    parser.add_argument("--quick", action="store_true", help="3 rounds and 10,000 items, and write nothing")
    chosen = parser.parse_args()
    if chosen.quick:
        measure(3, 10_000)
        return
    about = list(machine())
    families = measure(chosen.rounds, chosen.items)
    pictures = charts.draw_all(families, FOLDER)
    (FOLDER / "RESULTS.md").write_text(report(families, about, pictures))


if __name__ == "__main__":
    main()
