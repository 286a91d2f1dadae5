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
    """Draw the share of test images whose decision flips: above the line to metastasis, below it to normal.

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
    sentences = [
        "Decisions that are another than on the images as they are; intervals stand in the table.",
        *first_run(runs),
        *caveats(provenance),
    ]
    figure = new_figure(16 + 52 * len(parts), provenance, " ".join(sentences))
    axes = figure.subplots(len(parts), len(CHANGES), squeeze=False, sharey=True)
    colours = choose_colours(flips["model"].unique())
    for row, (unit, dataset) in zip(axes, parts, strict=True):
        of_part = flips[(flips["unit"] == unit) & (flips["dataset"] == dataset)]
        for panel, change in zip(row, CHANGES, strict=True):
            _draw_change(panel, of_part[of_part["change"] == change], change, colours)
        row[0].set_ylabel("Share of test images")
        _name_part(row[0], part_name(unit, dataset))
        _say_sizes(row[0], of_part)
        _say_failed(row[-1], of_part)
    for number, (panel, change) in enumerate(zip(axes[0], CHANGES, strict=True)):
        letter(panel, number, TITLES[change])
    most = flips[["to_metastasis", "to_normal"]].max().max()
    if most > 0:
        axes[0, 0].set_ylim(-1.3 * most, 1.3 * most)
    axes[0, 0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):.2g}"))
    trained = set(flips.loc[flips["status"] == TRAINED, "model"])
    handles = [
        Line2D([], [], color=colour, label=classifier(model)) for model, colour in colours.items() if model in trained
    ]
    figure.legend(
        handles=handles, loc="outside upper center", ncols=max(1, len(handles)), columnspacing=1.2, handlelength=1.5
    )
    return figure


def _draw_change(panel: Axes, flips: pd.DataFrame, change: str, colours: dict[str, str]) -> None:
    """Draw the flips of every network under one change; unchanged images, at 1, flip nothing."""
    if flips.empty:
        say(panel, "no network trained")
        return
    for model, found in flips.groupby("model", sort=False):
        points = pd.concat([found, pd.DataFrame({"factor": [1.0], "to_metastasis": [0.0], "to_normal": [0.0]})])
        points = points.drop_duplicates("factor").sort_values("factor")
        for name, sign in (("to_metastasis", 1), ("to_normal", -1)):
            panel.plot(points["factor"], sign * points[name], "o-", color=colours[model], markersize=2.5, zorder=3)
    panel.axhline(0, color="black", linewidth=0.7, zorder=1)
    factors = sorted({*flips["factor"], 1.0})
    panel.set_xscale("log")
    panel.set_xticks(factors, [f"{factor:g}" for factor in factors])
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_xlabel(LABELS[change])
    _write(panel, "flipped to metastasis", 0.5, 0.99)
    _write(panel, "flipped to normal", 0.5, 0.01)


def _name_part(panel: Axes, name: str) -> None:
    """Write the name of a row's test part left of its first panel."""
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "rotation": 90}
    panel.annotate(name, xy=(0, 0.5), xytext=(-42, 0), ha="center", va="center", weight="bold", **place)


def _say_sizes(panel: Axes, flips: pd.DataFrame) -> None:
    """Say in a row's first panel how many images and patients it has."""
    part = flips.iloc[0]
    _write(panel, f"{part['n']} images of {part['patients']} patients", 0.5, 0.91)


def _say_failed(panel: Axes, flips: pd.DataFrame) -> None:
    """Say in a row's last panel which networks have no result."""
    failed = flips[flips["status"] != TRAINED]
    told = [f"{status}: {', '.join(rows['model'])}" for status, rows in failed.groupby("status", sort=False)]
    _write(panel, "\n".join(told), 0.5, 0.91)


def _write(panel: Axes, text: str, across: float, up: float) -> None:
    """Write small text into a panel, at a share of its width and height."""
    look = {"fontsize": 6, "color": "#595959", "ha": "center", "va": "bottom" if up < 0.5 else "top", "zorder": 5}
    panel.text(across, up, text, transform=panel.transAxes, **look)
