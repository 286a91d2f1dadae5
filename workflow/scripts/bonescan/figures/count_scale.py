"""Flips against the factor of the counts, networks as lines, the three changes side by side."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from bonescan.figures.curves import choose_colours
from bonescan.figures.style import letter, new_figure, say, styled
from bonescan.scoring.count_scale import CHANGES, SCALED, SCALED_BACK, THINNED
from bonescan.terms import TRAINED
from bonescan.wording import caveats, classifier, first_run, part_name, sort_units

TITLES = {SCALED: "multiplied", THINNED: "thinned", SCALED_BACK: "thinned, scaled back"}
LABELS = {SCALED: "Factor", THINNED: "Share of the counts", SCALED_BACK: "Share of the counts"}


@styled
def draw_flips(flips: pd.DataFrame, runs: int, provenance: dict) -> Figure:
    """Draw the share of decisions that flip: above the line to metastasis, below it to normal.

    Parameters
    ----------
    flips : DataFrame
        From `bonescan.scoring.count_scale.score_flips`, with unit and dataset.
    runs : int
        Trainings of a network; the first is drawn.
    provenance : dict
    """
    parts = [
        (unit, dataset)
        for unit in sort_units(flips["unit"])
        for dataset in sorted(flips.loc[flips["unit"] == unit, "dataset"].unique())
    ]
    sentences = ["Intervals stand in the table.", *first_run(runs), *caveats(provenance)]
    figure = new_figure(16 + 52 * len(parts), provenance, " ".join(sentences))
    axes = figure.subplots(len(parts), len(CHANGES), squeeze=False, sharey=True)
    colours = choose_colours(flips["model"].unique())
    for row, (unit, dataset) in zip(axes, parts, strict=True):
        of_part = flips[(flips["unit"] == unit) & (flips["dataset"] == dataset)]
        for panel, change in zip(row, CHANGES, strict=True):
            _draw_change(panel, of_part[of_part["change"] == change], change, colours)
        first = of_part.iloc[0]
        row[0].set_ylabel(f"{part_name(unit, dataset)}\n{first.n} images of {first.patients} patients", weight="bold")
        _name_failed(row[-1], of_part)
    for number, (panel, change) in enumerate(zip(axes[0], CHANGES, strict=True)):
        letter(panel, number, TITLES[change])
    most = flips[["to_metastasis", "to_normal"]].max().max()
    if most > 0:
        axes[0, 0].set_ylim(-1.15 * most, 1.15 * most)
    axes[0, 0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):.2g}"))
    handles = [Line2D([], [], color=colour, label=classifier(model)) for model, colour in colours.items()]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), columnspacing=1.2, handlelength=1.5)
    return figure


def _draw_change(panel: Axes, flips: pd.DataFrame, change: str, colours: dict[str, str]) -> None:
    """Draw the flips of every network under one change."""
    if flips.empty:
        say(panel, "no network trained" if change else "")
        return
    for model, found in flips.groupby("model", sort=False):
        for name, sign in (("to_metastasis", 1), ("to_normal", -1)):
            panel.plot(found["factor"], sign * found[name], "o-", color=colours[model], markersize=2.5, zorder=3)
    panel.axhline(0, color="black", linewidth=0.7, zorder=1)
    factors = sorted(flips["factor"].unique())
    panel.set_xscale("log")
    panel.set_xticks(factors, [f"{factor:g}" for factor in factors])
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_xlabel(LABELS[change])
    box = {"fontsize": 6, "color": "#595959", "transform": panel.transAxes, "ha": "center"}
    panel.text(0.5, 0.99, "to metastasis", va="top", **box)
    panel.text(0.5, 0.01, "to normal", va="bottom", **box)


def _name_failed(panel: Axes, flips: pd.DataFrame) -> None:
    """Say below the title of a row's last panel which networks have no result."""
    failed = flips[flips["status"] != TRAINED]
    text = "\n".join(f"{status}: {', '.join(rows['model'])}" for status, rows in failed.groupby("status", sort=False))
    panel.text(0.99, 0.9, text, fontsize=6, color="#595959", transform=panel.transAxes, ha="right", va="top")
