"""What the paper's split was worth, in one look: each network under every split unit, datasets across."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bonescan.figures.style import FAINT, letter, new_figure, say, styled
from bonescan.scoring.leak import ALL_NETWORKS
from bonescan.terms import TRAINED
from bonescan.wording import DATASET_NAMES, caveats, classifier, replicates

LOOKS = {
    "image": ("o", "#D55E00", "by image (the paper's)"),
    "source": ("s", "#E69F00", "by source: no siblings in training"),
    "patient": ("D", "#0072B2", "by patient: new patients"),
}
"""Marker, colour and label of each split unit."""

APART = 0.22
"""Between the units of one network, of the space between networks."""


@styled
def draw_leak(leaks: pd.DataFrame, over: dict[str, int], provenance: dict) -> Figure:
    """Draw the AUC of every network under every split unit, a panel for each dataset.

    Parameters
    ----------
    leaks : DataFrame
        From `bonescan.scoring.leak.measure_leaks`.
    over : dict of str to int
        From `bonescan.scoring.summary.replication`.
    provenance : dict
    """
    found = leaks[leaks["metric"] == "auc"]
    datasets = list(found["dataset"].unique())
    models = list(found["model"].unique())
    note = " ".join(
        [
            "AUC on original test images; bars: 95 % intervals by patient; dotted: chance.",
            f"Of each network under a unit: {replicates(**over)}.",
            *caveats(provenance),
        ]
    )
    figure = new_figure(28 + 7 * len(models), provenance, note)
    panels = figure.subplots(1, max(len(datasets), 1), sharey=True, sharex=True, squeeze=False)[0]
    for number, (dataset, panel) in enumerate(zip(datasets, panels, strict=False)):
        letter(panel, number, f"{dataset}, {DATASET_NAMES[dataset]}")
        _draw_panel(panel, found[found["dataset"] == dataset], models)
    if not datasets:
        say(panels[0], "No two split units to compare")
        return figure
    # the panels share their axes
    panels[0].set_xlim(right=1.01)
    panels[0].set_yticks(range(len(models)), ["mean" if name == ALL_NETWORKS else classifier(name) for name in models])
    panels[0].invert_yaxis()
    drawn = [look for unit, look in LOOKS.items() if unit in {*found["leaking_unit"], *found["unit"]}]
    marks = [Line2D([], [], color=colour, marker=marker, ls="None") for marker, colour, _ in drawn]
    figure.legend(marks, [label for *_, label in drawn], loc="outside upper center", ncols=3)
    return figure


def _draw_panel(panel, found: pd.DataFrame, models: list[str]) -> None:
    """Draw one dataset: a line of markers for each network."""
    panel.axvline(0.5, ls=":", color=FAINT, linewidth=0.7)
    panel.set(xlabel="AUC")
    for place, model in enumerate(models):
        rows = found[(found["model"] == model) & (found["status"] == TRAINED)]
        if rows.empty:
            panel.text(0.5, place, "no result", ha="center", va="center", fontsize=6, color=FAINT)
            continue
        points = {}
        for row in rows.itertuples(index=False):
            points[row.leaking_unit] = (row.leaking, row.leaking_low, row.leaking_high)
            points[row.unit] = (row.without, row.without_low, row.without_high)
        shown = [unit for unit in LOOKS if unit in points]
        heights = [place + APART * (number - (len(shown) - 1) / 2) for number in range(len(shown))]
        panel.plot([points[unit][0] for unit in shown], heights, color=FAINT, linewidth=0.7, zorder=1)
        for unit, height in zip(shown, heights, strict=True):
            marker, colour, _ = LOOKS[unit]
            value, low, high = points[unit]
            panel.hlines(height, low, high, color=colour, linewidth=0.9, zorder=2)
            panel.plot(value, height, marker, color=colour, markersize=3.5, zorder=3)
    if models[-1:] == [ALL_NETWORKS]:
        panel.axhline(len(models) - 1.5, color=FAINT, linewidth=0.5)
