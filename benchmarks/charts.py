"""Pictures of the measurements, for people in a hurry: one PNG a family."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

from benchmarks.measure import Table, number

OURS, THEIRS = "#14532d", "#94a3b8"


def draw(tables: Sequence[Table], title: str, path: Path) -> None:
    """Draw tables as bars beside each other, medians with what lies between min and max."""
    figure, places = plt.subplots(
        len(tables),
        1,
        figsize=(9, 0.6 + sum(0.7 + 0.32 * len(table.figures) for table in tables)),
        squeeze=False,
    )
    for table, (place,) in zip(tables, places, strict=True):
        shown = list(reversed(table.figures))
        medians = [found.median for found in shown]
        spread = [
            [found.median - min(found.values) for found in shown],
            [max(found.values) - found.median for found in shown],
        ]
        bars = place.barh(
            [found.name for found in shown],
            medians,
            xerr=spread,
            color=[OURS if "pinelabs_" in found.name else THEIRS for found in shown],
            error_kw={"ecolor": "#475569", "capsize": 2, "linewidth": 1},
        )
        place.bar_label(bars, labels=[number(median) for median in medians], padding=6, fontsize=8)
        place.set_title(f"{table.title} ({table.unit})", fontsize=10, loc="left")
        place.spines[["top", "right"]].set_visible(False)
        place.tick_params(labelsize=8)
        place.margins(x=0.15)
    figure.suptitle(title, fontsize=12, x=0.01, ha="left")
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def draw_all(families: Mapping[str, Sequence[Table]], folder: Path) -> Mapping[str, str]:
    """Draw one picture a family; return its file name by the family's title."""
    names = {title: f"{title.replace(' ', '-')}.png" for title in families}
    for title, name in names.items():
        draw(families[title], title, folder / name)
    return names
