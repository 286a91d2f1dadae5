"""Who is in the simulated cohort: patients, their class, subtype and the views that each has.

The paper's cohort (section "Dataset", Table 1) has 251 patients (166 normal, 85 with metastases) and 346 views (220
normal, 111 multiple, 14 spinal, 1 outside the spine); a patient has one or two views, so 95 of them have both.
"""

import numpy as np
import pandas as pd

METASTATIC = ("multiple", "spinal", "outside_spine")
VIEWS = ("anterior", "posterior")


def compose(patients, views, age, rng):
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
        1 metastasis), ``sex``, ``age`` (years), ``views`` (``anterior``, ``posterior`` or both with a comma). The
        order is random, so that a number tells nothing about the class.

    Raises
    ------
    ValueError
        A key is missing, unknown or negative, or a class has fewer views than patients or more than two views a
        patient.
    """
    _check("simulate.patients", patients, ("normal", "metastasis"))
    _check("simulate.views", views, ("normal", *METASTATIC))
    pairs = {"normal": _pairs("normal", patients["normal"], {"normal": views["normal"]}, rng)["normal"]}
    pairs |= _pairs("metastasis", patients["metastasis"], {key: views[key] for key in METASTATIC}, rng)

    rows = []
    for subtype in ("normal", *METASTATIC):
        both = pairs[subtype]
        single = views[subtype] - 2 * both
        rows += [(subtype, ",".join(VIEWS))] * both
        rows += [(subtype, VIEWS[int(which)]) for which in rng.integers(0, 2, single)]
    rows = [rows[i] for i in rng.permutation(len(rows))]

    width = max(3, len(str(len(rows))))
    youngest, oldest = age
    return pd.DataFrame(
        {
            "patient": [f"P{number:0{width}d}" for number in range(1, len(rows) + 1)],
            "number": range(1, len(rows) + 1),
            "exam": "1",
            "subtype": [subtype for subtype, _ in rows],
            "label": [int(subtype != "normal") for subtype, _ in rows],
            "sex": rng.choice(["F", "M"], len(rows)),
            "age": rng.integers(youngest, oldest + 1, len(rows)),
            "views": [shown for _, shown in rows],
        }
    )


def _check(section, numbers, keys):
    """Refuse a section whose keys are not `keys` or whose values are no counts."""
    if set(numbers) != set(keys):
        raise ValueError(
            f"{section}: expected the keys {', '.join(keys)}, got {', '.join(map(str, numbers)) or 'none'}"
        )
    for key, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            raise ValueError(f"{section}.{key}: expected a whole number of at least 0, got {value!r}")


def _pairs(name, patients, views, rng):
    """Number of patients with two views in each subtype of one class.

    A subtype of v views has room for v // 2 pairs; the pairs that the class needs are dealt out over that room at
    random.
    """
    total = sum(views.values())
    room = {subtype: count // 2 for subtype, count in views.items()}
    needed = total - patients
    if needed < 0:
        raise ValueError(
            f"simulate.patients.{name}: {patients} patients need at least {patients} views, "
            f"simulate.views gives them {total} ({_listed(views)})"
        )
    if needed > sum(room.values()):
        raise ValueError(
            f"simulate.patients.{name}: {patients} patients with at most two views each, of one subtype each, "
            f"cannot have the {total} views of simulate.views ({_listed(views)})"
        )
    dealt = rng.multivariate_hypergeometric(list(room.values()), needed) if needed else [0] * len(room)
    return {subtype: int(count) for subtype, count in zip(room, dealt, strict=True)}


def _listed(views):
    return ", ".join(f"{key}: {value}" for key, value in views.items())
