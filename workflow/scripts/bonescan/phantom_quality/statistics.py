"""The image statistics of a whole-body view for which facts about real scans give bands."""

import numpy as np
import pandas as pd

from bonescan.phantom_quality.anatomy import find_anatomy
from bonescan.phantom_quality.regions import ratios

SLOW = 0.8e6  # counts: the usual views of facts had 0.36 to 0.68 million, a slow one 3.6 million
USUAL = 0.53e6  # counts of a usual view
PIXEL = 2.4  # mm: side of the pixels of the facts
LEAST_SHARE = 0.9  # of the views must lie inside a required band


def thin(view: np.ndarray, rng: np.random.Generator, counts: float = USUAL) -> np.ndarray:
    """Return a view as a faster scan would have shown it: each photon kept by chance, so that Poisson stays Poisson.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts.
    rng : numpy.random.Generator
    counts : float
        Expected counts of the result; a view that has no more comes back as it is.
    """
    total = int(view.sum(dtype=np.int64))
    return view if total <= counts else rng.binomial(view, counts / total).astype(view.dtype)


def measure(view: np.ndarray, spacing: float, rng: np.random.Generator) -> dict[str, float]:
    """Measure a view. All but counts and maximum are measured after a slow scan has been thinned to the usual counts.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts, head up.
    spacing : float
        Side of a pixel, mm. Counts a pixel and rows are given for pixels of 2.4 mm.
    rng : numpy.random.Generator
        Thins it.

    Returns
    -------
    dict of str to float
    """
    counts, maximum = int(view.sum(dtype=np.int64)), int(view.max())
    view = thin(view, rng) if counts > SLOW else view
    body = find_anatomy(view)
    outside, area = view[body.outside], (PIXEL / spacing) ** 2
    return {
        "counts": counts / 1e6,
        "maximum": maximum,
        "zero_fraction": float((view == 0).mean()),
        "percentile_99": float(np.percentile(view, 99) * area),
        "outside_mean": float(outside.mean() * area) if outside.size else float("nan"),
        "outside_maximum": float(outside.max()) if outside.size else float("nan"),
        "body_rows": body.height * spacing / PIXEL,
        **body.landmarks,
        **ratios(view, body, spacing),
    }


def judge(measured: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """Return for each band the median and range of the views, the share inside and whether that suffices.

    Parameters
    ----------
    measured : DataFrame
        One row per view: `view` and the statistics of `measure`.
    bands : DataFrame
        `real_scans.tsv`: name, statistic, view (anterior, posterior or empty for both), low, high, required (0, 1).

    Returns
    -------
    DataFrame
        The bands with n, median, low_5, high_95, inside (a share; a view in which the statistic cannot be found lies
        outside), below, above, not_found (shares) and met (yes, no, or empty where nothing is required).

    Raises
    ------
    ValueError
        A band of an unknown statistic, or with its ends in the wrong order.
    """
    rows = []
    for band in bands.to_dict("records"):
        if band["statistic"] not in measured or not band["low"] < band["high"]:
            raise ValueError(
                f"real_scans.tsv, {band['name']}: expected one of the statistics {', '.join(measured.columns)} and low "
                f"less than high, got {band['statistic']!r}, {band['low']}, {band['high']}"
            )
        of_view = measured if pd.isna(band["view"]) else measured[measured["view"] == band["view"]]
        values = of_view[band["statistic"]].to_numpy(dtype=float)
        found = values[~np.isnan(values)]
        low, middle, high = np.percentile(found, [5, 50, 95]) if found.size else [float("nan")] * 3
        shares = {
            "inside": (values >= band["low"]) & (values <= band["high"]),
            "below": values < band["low"],
            "above": values > band["high"],
            "not_found": np.isnan(values),
        }
        share = {name: float(hits.mean()) if hits.size else float("nan") for name, hits in shares.items()}
        met = ("yes" if share["inside"] >= LEAST_SHARE else "no") if band["required"] else ""
        rows.append({**band, "n": len(values), "median": middle, "low_5": low, "high_95": high, **share, "met": met})
    return pd.DataFrame(rows)
