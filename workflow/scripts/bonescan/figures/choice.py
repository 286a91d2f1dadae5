"""Which image a figure shows if the config names none."""

import pandas as pd

CLEAR_CASE = {"view": "posterior", "flag": 0, "label": 1, "subtype": "spinal"}
"""Wishes for the image of Figures 2 to 4: a hot spot in the spine (Figure 4's caption), well cropped."""


def choose(table: pd.DataFrame, image: str | None, **wishes: str | int) -> str:
    """Return the image to show: the one asked for, else the first that fulfils the wishes in their order.

    Parameters
    ----------
    table : DataFrame
        Images to choose from, in order: column `image` and those of the wishes.
    image : str or None
        The image asked for in the config.
    **wishes
        Column and value, the most important first. A wish that no remaining image fulfils is passed over.

    Raises
    ------
    ValueError
        If the image asked for is not in the table, or the table is empty.
    """
    if image is not None:
        if image not in set(table["image"]):
            raise ValueError(f"figures: expected one of {len(table)} images, such as {_example(table)}, got {image!r}")
        return image
    if table.empty:
        raise ValueError("figures: expected at least one image to choose from, got none")
    for column, value in wishes.items():
        fulfilled = table[table[column] == value]
        table = table if fulfilled.empty else fulfilled
    return table["image"].iloc[0]


def _example(table: pd.DataFrame) -> str:
    return repr(table["image"].iloc[0]) if len(table) else "none"


def find_row(table: pd.DataFrame, image: str) -> pd.Series:
    """Return the one row of an image; ValueError unless there is exactly one."""
    rows = table[table["image"] == image]
    if len(rows) != 1:
        raise ValueError(f"image {image!r}: expected one row of the table, got {len(rows)}")
    return rows.iloc[0]


def row_in_array(cohort: pd.DataFrame, image: str, column: str) -> int:
    """Return an image's row in an array, from `cohort.tsv`: column `scan_row` of `scans.npy`, `thorax_row` of
    `thorax.npy`."""
    return int(find_row(cohort, image)[column])
