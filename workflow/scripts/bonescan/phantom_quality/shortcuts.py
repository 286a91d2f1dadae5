"""What tells the label without being a finding: count level, body, position, order, file and header."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from pydicom import Dataset
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold

from bonescan.scoring.intervals import auc_within, chance_half_width, orient_auc
from bonescan.scoring.roc import auc

LIMIT = 0.55  # target of the issue: every shortcut below
LEVELS = 12  # a variable with more distinct words is ranked alphabetically, as numbers are
FOLLOWS = 0.60  # a variable follows the number of views of the patient if its AUC for that is higher
JOINT = "all that do not follow the number of views (random forest, cross-validated)"
VIEWS = "number of views of the patient"


def header_values(dataset: Dataset) -> dict[str, str]:
    """Return a DICOM header as words: one entry per value, items of sequences numbered from 1.

    UIDs, which only name things, and the pixels are left out.

    Parameters
    ----------
    dataset : pydicom.Dataset
    """
    found = {}
    for element in dataset:
        name = element.keyword or f"({element.tag.group:04x},{element.tag.element:04x})"
        if element.VR == "SQ":
            for number, item in enumerate(element.value, start=1):
                found |= {f"{name}[{number}].{inner}": value for inner, value in header_values(item).items()}
        elif element.VR not in ("UI", "OB", "OW", "OB or OW", "UN") and element.value is not None:
            found[name] = str(element.value)
    return found


def view_variables(scans: pd.DataFrame, crops: pd.DataFrame, truth: pd.DataFrame, sizes: pd.Series) -> pd.DataFrame:
    """Return what is known about each view besides its picture and its header.

    Parameters
    ----------
    scans, crops, truth : DataFrame
        `scans.tsv`, `crop.tsv` and `truth_views.tsv`, row by row the same views.
    sizes : Series
        Bytes of the file of each view.
    """
    return pd.DataFrame(
        {
            "count level": scans["counts"],
            "body height": crops["toes"] - crops["crown"],
            "sex": truth["sex"],
            "age": truth["age"],
            "rows of the thoracic region": crops["row1"] - crops["row0"],
            "columns of the thoracic region": crops["col1"] - crops["col0"],
            "noise threshold": crops["thr_n"],
            "view": scans["view"],
            "body position, row": crops["crown"],
            "body position, column": (crops["col0"] + crops["col1"]) / 2,
            "tilt": truth["tilt_degrees"],
            "file order": scans["source_file"].rank(method="dense"),
            "file size": sizes,
        }
    )


def keep_varying(headers: list[dict[str, str]]) -> pd.DataFrame:
    """Keep the header values that differ between files: one row per file, one column per value, `header: ...`."""
    frame = pd.DataFrame(headers, dtype=object)
    frame = frame.loc[:, [frame[name].nunique(dropna=False) > 1 for name in frame]]
    return frame.add_prefix("header: ")


def as_numbers(values: pd.Series) -> np.ndarray | None:
    """Return values as numbers, missing ones below all others; None for a few words without an order.

    Ages such as 076Y are numbers; more than 12 distinct words are ranked alphabetically.
    """
    texts = values.astype(str).str.removesuffix("Y").where(values.notna())
    numbers = pd.to_numeric(texts, errors="coerce")
    if numbers.notna().sum() < texts.notna().sum():
        if texts.nunique(dropna=False) <= LEVELS:
            return None
        numbers = pd.Series(stats.rankdata(texts.fillna(""), method="dense"), index=values.index).where(values.notna())
    return numbers.fillna(-np.inf).to_numpy(dtype=float)


def candidates(values: pd.Series) -> list[np.ndarray]:
    """Return the numbers to try for one variable: its own, or for a few words each word against all others."""
    numbers = as_numbers(values)
    if numbers is not None:
        return [numbers]
    texts = values.astype(str).where(values.notna(), "")
    levels = sorted(texts.unique())
    return [(texts == level).to_numpy(dtype=float) for level in (levels[1:] if len(levels) == 2 else levels)]


def _merge(variables: pd.DataFrame) -> dict[str, list[str]]:
    """Return the variables that order the views differently, each with those that order them the same way."""
    alike: dict[bytes, list[str]] = {}
    for name in variables:
        ranks = [stats.rankdata(one, method="dense") for one in candidates(variables[name])]
        # a falling order tells as much as a rising one
        turned = [one.max() + 1 - one for one in ranks]
        key = min(b"".join(one.tobytes() for one in ranks), b"".join(one.tobytes() for one in turned))
        alike.setdefault(key, []).append(name)
    return {first: rest for first, *rest in alike.values()}


def judge_shortcuts(variables: pd.DataFrame, table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return how well each variable alone tells the label.

    Parameters
    ----------
    variables : DataFrame
        One row per view, one column per variable, numbers or words.
    table : DataFrame
        label and patient of each row.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        variable: its name.
        auc: turned so that it is at least one half (for a few words, that of the most telling word); an uninformative
        variable thus gets about 0.53.
        same_views: the same over pairs of views whose patients have equally many views.
        chance: half the 95 % interval of an uninformative variable, counted in patients where all views of a patient
        share one value.
        met: yes, no, or "the paper's own" for a variable that tells the label because it follows the number of views
        of a patient, whose distribution the paper gives.
        also: the variables that order the views the same way.
    """
    label, patient = table["label"].to_numpy(), table["patient"]
    number = patient.map(patient.value_counts()).to_numpy()
    patients = table.drop_duplicates("patient")["label"].to_numpy()
    rows = []
    variables = pd.concat([pd.Series(number, index=variables.index, name=VIEWS), variables], axis=1)
    merged = _merge(variables)
    for name, also in merged.items():
        values = variables[name]
        tried = candidates(values)
        area = max(orient_auc(auc(label, one)) for one in tried)
        same = max(orient_auc(auc_within(label, one, number)) for one in tried)
        follows = _follows(tried, number, label)
        of_patient = values.groupby(patient.to_numpy()).nunique(dropna=False).max() == 1
        met = "yes" if area < LIMIT else "the paper's own" if follows and same < LIMIT else "no"
        by_chance = chance_half_width(patients if of_patient else label)
        row = {"variable": name, "auc": area, "same_views": same, "chance": by_chance, "met": met}
        rows.append({**row, "also": ", ".join(also)})
    kept = [variables[name] for name in merged if not _follows(candidates(variables[name]), number, label)]
    if not kept:
        return pd.DataFrame(rows)
    answer = _forest(kept, label, patient.to_numpy(), int(rng.integers(2**31)))
    area, same = auc(label, answer), auc_within(label, answer, number)
    met = "yes" if area < LIMIT else "no"
    rows.append(
        {"variable": JOINT, "auc": area, "same_views": same, "chance": chance_half_width(label), "met": met, "also": ""}
    )
    return pd.DataFrame(rows)


def _follows(tried: Iterable[np.ndarray], number, label) -> bool:
    """Return whether a variable follows the number of views among patients of one label.

    Within one label, because the label itself goes with the number of views.
    """
    areas = [auc_within((number > 1).astype(int), one, label) for one in tried]
    return any(orient_auc(area) > FOLLOWS for area in areas)


def _forest(columns, label, patient, seed: int) -> np.ndarray:
    """Return for each view its probability by a random forest that has not seen its patient."""
    values = np.column_stack([one for values in columns for one in candidates(values)])
    values = np.where(np.isfinite(values), values, -1e9)
    answer = np.zeros(len(label))
    for train, test in StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(values, label, patient):
        forest = RandomForestClassifier(200, min_samples_leaf=5, random_state=seed).fit(values[train], label[train])
        answer[test] = forest.predict_proba(values[test])[:, 1]
    return answer
