"""Who is in the simulated cohort: patients, their class, subtype and the views that each has.

The paper's cohort (section "Dataset", Table 1) has 251 patients (166 normal, 85 with metastases) and 346 views (220
normal, 111 multiple, 14 spinal, 1 outside the spine); a patient has one or two views, so 95 of them have both.

What has nothing to do with disease is matched: build, posture, counts and place in the file order are drawn so evenly
in both classes that none of them tells the class by chance.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats.qmc import LatinHypercube

from bonescan.phantom.habitus import QUANTILES as BUILD
from bonescan.terms import CLASSES, METASTATIC, SUBTYPES, VIEWS

MATCHED = ("sex", "age", *BUILD, "counts", "duration", "order")


def compose(
    patients: Mapping[str, int], views: Mapping[str, int], age: Sequence[int], rng: np.random.Generator
) -> pd.DataFrame:
    """Draw a cohort with exactly the asked numbers of patients and views.

    Parameters
    ----------
    patients : mapping
        Patients of each class, keys ``normal`` and ``metastasis``.
    views : mapping
        Views of each subtype, keys ``normal``, ``multiple``, ``spinal`` and ``outside_spine`` (Table 1).
    age : sequence of two int
        Youngest and oldest patient, years, both included.
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
        One row a patient: ``patient`` (``P001`` ...), ``number`` (1 ...), ``exam``, ``subtype``, ``label`` (0 normal,
        1 metastasis), ``sex``, ``age`` (years), ``views`` (``anterior``, ``posterior`` or both with a comma), and
        a column ``{name}_quantile`` (float64, above 0 and below 1) for each name of `MATCHED`. Within the patients of
        one class who have one view, and within those who have both, each quantile is spread evenly (a Latin
        hypercube), and so is the place in the order of the numbers.

    Raises
    ------
    ValueError
        A key is missing, unknown or negative, or a class has fewer views than patients or more than two views a
        patient.
    """
    _check("simulate.patients", patients, CLASSES)
    _check("simulate.views", views, SUBTYPES)
    pairs = {"normal": _deal_pairs("normal", patients["normal"], {"normal": views["normal"]}, rng)["normal"]}
    pairs |= _deal_pairs("metastasis", patients["metastasis"], {key: views[key] for key in METASTATIC}, rng)

    strata = []
    for group in (("normal",), METASTATIC):
        both = [subtype for subtype in group for _ in range(pairs[subtype])]
        single = [subtype for subtype in group for _ in range(views[subtype] - 2 * pairs[subtype])]
        # as many anterior as posterior views; chance decides only an odd one
        shown = rng.permutation(np.resize(rng.permutation(VIEWS), len(single)))
        strata.append(pd.DataFrame({"subtype": both, "views": ",".join(VIEWS)}))
        strata.append(pd.DataFrame({"subtype": single, "views": shown}))
    names = [f"{name}_quantile" for name in MATCHED]
    drawn = [LatinHypercube(len(names), rng=rng).random(len(stratum)) for stratum in strata]
    cohort = pd.concat(strata, ignore_index=True)
    cohort = cohort.join(pd.DataFrame(np.concatenate(drawn), columns=names))
    cohort = cohort.sort_values("order_quantile", ignore_index=True)

    width = max(3, len(str(len(cohort))))
    youngest, oldest = age
    numbers = range(1, len(cohort) + 1)
    return pd.DataFrame(
        {
            "patient": [f"P{number:0{width}d}" for number in numbers],
            "number": numbers,
            "exam": "1",
            "subtype": cohort["subtype"],
            "label": (cohort["subtype"] != "normal").astype(int),
            "sex": np.where(cohort["sex_quantile"] < 0.5, "F", "M"),
            "age": youngest + (cohort["age_quantile"] * (oldest - youngest + 1)).astype(int),
            "views": cohort["views"],
            **{name: cohort[name] for name in names},
        }
    )


def quantiles(row: Mapping) -> dict[str, float]:
    """Return the quantiles of a row of the cohort by their names in `MATCHED`."""
    return {name: float(row[f"{name}_quantile"]) for name in MATCHED}


def _check(section: str, numbers: Mapping[str, int], keys: Sequence[str]) -> None:
    """Refuse a section whose keys are not `keys` or whose values are no counts."""
    if set(numbers) != set(keys):
        raise ValueError(
            f"{section}: expected the keys {', '.join(keys)}, got {', '.join(map(str, numbers)) or 'none'}"
        )
    for key, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            raise ValueError(f"{section}.{key}: expected a whole number of at least 0, got {value!r}")


def _deal_pairs(name: str, patients: int, views: Mapping[str, int], rng: np.random.Generator) -> dict[str, int]:
    """Draw how many patients of each subtype of one class have two views.

    A subtype of v views has room for v // 2 pairs; the pairs that the class needs are dealt out over that room at
    random.
    """
    total = sum(views.values())
    room = {subtype: count // 2 for subtype, count in views.items()}
    needed = total - patients
    if needed < 0:
        raise ValueError(
            f"simulate.patients.{name}: {patients} patients need at least {patients} views, "
            f"simulate.views gives them {total} ({_list_views(views)})"
        )
    if needed > sum(room.values()):
        raise ValueError(
            f"simulate.patients.{name}: {patients} patients with at most two views each, of one subtype each, "
            f"cannot have the {total} views of simulate.views ({_list_views(views)})"
        )
    dealt = rng.multivariate_hypergeometric(list(room.values()), needed) if needed else [0] * len(room)
    return {subtype: int(count) for subtype, count in zip(room, dealt, strict=True)}


def _list_views(views: Mapping[str, int]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in views.items())
