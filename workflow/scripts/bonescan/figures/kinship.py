"""What the test part shares with training: a panel for each split unit, the datasets in colour."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bonescan.figures.style import COLOURS, FAINT, letter, new_figure, styled
from bonescan.scoring.kinship import BY_CHANCE, KIN
from bonescan.wording import DATASET_NAMES, sort_units, split_unit

KIN_NAMES = {
    "identical": "identical",
    "near_identical": "near-identical",
    "sibling": "sibling",
    "same_patient": "same patient",
}


@styled
def draw_kinship(shares: pd.DataFrame, draws: int, provenance: dict) -> Figure:
    """Draw the share of test images with a relative in training.

    Parameters
    ----------
    shares : DataFrame
        From `bonescan.scoring.kinship.summarise_kin`, with unit and dataset.
    draws : int
        Draws of the split in the run; the first is drawn.
    provenance : dict
    """
    units, datasets = sort_units(shares["unit"]), sorted(shares["dataset"].unique())
    note = "Bars: 95 %, by patient. Rings: what a random split of these sizes gives on average (hypergeometric)."
    note += f" First of {draws} draws of the split." if draws > 1 else ""
    figure = new_figure(66, provenance, note)
    panels = figure.subplots(1, len(units), squeeze=False, sharey=True)[0]
    colours = dict(zip(datasets, COLOURS, strict=False))
    for number, (panel, unit) in enumerate(zip(panels, units, strict=True)):
        letter(panel, number, f"split by {split_unit(unit)}")
        of_unit = shares[(shares["unit"] == unit) & (shares["images"] == "all")].set_index("dataset")
        for place, dataset in enumerate(datasets):
            _draw_shares(panel, of_unit.loc[dataset], 0.22 * (place - (len(datasets) - 1) / 2), colours[dataset])
        panel.set(xlim=(-0.03, 1.03), ylim=(len(KIN) - 0.5, -0.5), xlabel="Share of test images")
        panel.set_yticks(range(len(KIN)), [KIN_NAMES[name] for name in KIN])
        panel.tick_params(axis="y", length=0)
        sizes = [
            f"{dataset}: {of_unit.at[dataset, 'n']} images of {of_unit.at[dataset, 'patients']} patients"
            for dataset in datasets
        ]
        panel.text(
            0.97, 0.98, "\n".join(sizes), fontsize=6, color="#595959", transform=panel.transAxes, ha="right", va="top"
        )
    panels[0].set_ylabel("Relative in training")
    handles = [
        Line2D([], [], color=colours[one], marker="o", markersize=3, label=f"{one}, {DATASET_NAMES[one]}")
        for one in datasets
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return figure


def _draw_shares(panel: Axes, shares: pd.Series, offset: float, colour: str) -> None:
    """Draw the shares of one dataset, each with its interval, beside the expected ones."""
    for row, name in enumerate(KIN):
        panel.hlines(row + offset, shares[f"{name}_low"], shares[f"{name}_high"], color=colour, linewidth=0.9, zorder=3)
        panel.plot(shares[name], row + offset, "o", color=colour, markersize=3, zorder=4)
        if name in BY_CHANCE:
            ring = {"markersize": 6, "markerfacecolor": "none", "markeredgewidth": 0.7, "zorder": 2}
            panel.plot(shares[f"{name}_expected"], row + offset, "o", color=FAINT, **ring)
