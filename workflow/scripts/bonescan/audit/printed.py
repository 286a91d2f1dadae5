"""Printed metrics as they stand: digits, not floats, and what a table of them says, row by row."""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pandas as pd

from bonescan.terms import PAPER_METRICS

READINGS = ("rounded", "half even", "truncated")
"""How a value may have been cut to its printed digits: halves up, halves to the even digit, the rest dropped."""

WORDS = {
    "accuracy": ("acc",),
    "precision": ("prec", "ppv", "positive predictive value"),
    "recall": ("rec", "sensitivity", "sens", "sen", "tpr", "true positive rate"),
    "specificity": ("spec", "spe", "tnr", "true negative rate"),
    "f1": ("f 1", "f1 score", "f 1 score", "f1score", "f score", "f measure", "dice"),
    "auc": ("auroc", "roc auc", "auc roc"),
    "model": ("classifier", "method", "network"),
    "dataset": ("data set", "data"),
    "metric": (),
    "value": (),
}
"""Headings, in small letters and with blanks for hyphens and underscores; each name stands for itself too."""

_NAMES = {word: name for name, words in WORDS.items() for word in (name, *words)}
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?: ?%)?")

MOST_DECIMALS = 10
"""So that all products in the search fit into 64 bits."""

ALL = "all"
"""Name of the dataset where a table names none."""


@dataclass(frozen=True)
class Printed:
    """A printed share: `units` of its last digit, which is worth 10^-`decimals`; `98.1%` is 981 and 3.

    Attributes
    ----------
    text : str
        As it stands.
    units, decimals : int
    """

    text: str
    units: int
    decimals: int

    @property
    def value(self) -> Fraction:
        return Fraction(self.units, 10**self.decimals)

    def span(self) -> tuple[Fraction, Fraction]:
        """Return the least value that prints so under any of `READINGS`, and the value above that no longer does.

        Truncation takes values up to the next digit, rounding takes them from half a digit below.
        """
        scale = 2 * 10**self.decimals
        return Fraction(2 * self.units - 1, scale), Fraction(2 * self.units + 2, scale)

    def readings(self, value: Fraction) -> tuple[str, ...]:
        """Return under which of `READINGS` an exact value prints so."""
        return tuple(name for name in READINGS if cut(value, self.decimals, name) == self.units)

    def like(self, value: Fraction) -> str:
        """Print an exact value with as many digits, rounded, in percent where this is."""
        units, shift = cut(value, self.decimals, "rounded"), 2 if self.text.endswith("%") else 0
        places = self.decimals - shift
        if places <= 0:
            return f"{units * 10**-places}" + "%" * (shift > 0)
        whole, rest = divmod(units, 10**places)
        return f"{whole}.{rest:0{places}d}" + "%" * (shift > 0)


@dataclass
class Row:
    """One printed row: a classifier on a dataset.

    Attributes
    ----------
    dataset, model : str
    cells : dict of str to Printed
        By metric of `PAPER_METRICS`; what is not printed is not there.
    auc : Printed or None
    """

    dataset: str
    model: str
    cells: dict[str, Printed] = field(default_factory=dict)
    auc: Printed | None = None


def cut(value: Fraction, decimals: int, reading: str) -> int:
    """Return an exact value of at least 0 in units of its last printed digit under one of `READINGS`."""
    whole, rest = divmod(value.numerator * 10**decimals, value.denominator)
    twice = 2 * rest
    if reading == "rounded":
        return whole + (twice >= value.denominator)
    if reading == "half even":
        return whole + (twice > value.denominator or (twice == value.denominator and whole % 2 == 1))
    return whole


def read_number(text: str) -> Printed:
    """Read a printed share, such as `0.9812`, `.98` or `98.12%`.

    Raises
    ------
    ValueError
        It is no number from 0 to 1, or has more than `MOST_DECIMALS` decimals.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"expected a number such as 0.9812 or 98.12%, got {text!r}")
    digits = text.removesuffix("%").strip()
    decimals = len(digits.partition(".")[2]) + 2 * text.endswith("%")
    printed = Printed(text, int(digits.replace(".", "")), decimals)
    if printed.value > 1:
        raise ValueError(f"expected 0 to 1, or percent with its sign, got {text!r}")
    if decimals > MOST_DECIMALS:
        raise ValueError(f"expected at most {MOST_DECIMALS} decimals, got {text!r}")
    return printed


def read_text(path: Path) -> pd.DataFrame:
    """Read a table as text, separated by tabs, semicolons or commas, whichever its header has most of.

    Raises
    ------
    ValueError
        The file is no such table, or not in UTF-8.
    """
    options = {"dtype": str, "keep_default_na": False, "index_col": False, "skip_blank_lines": False}
    try:
        with open(path, encoding="utf-8-sig") as stream:
            separator = max("\t;,", key=stream.readline().count)
        return pd.read_csv(path, sep=separator, encoding="utf-8-sig", **options).fillna("")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ValueError(f"{path.name}: expected a table with a header, in UTF-8, got: {error}") from error


def read_rows(table: pd.DataFrame, name: str) -> tuple[list[Row], list[str]]:
    """Read a table of printed metrics, wide or long.

    Parameters
    ----------
    table : DataFrame of str
        Wide: one row a classifier with its name (model) and a column for each metric. Long: model, metric, value. Both
        may have a column dataset; `WORDS` has other headings. A field may be empty; long rows without a model are of
        other tables.
    name : str
        The file, for errors.

    Returns
    -------
    rows : list of Row
        In the order of the table.
    left : list of str
        Columns, or metrics of a long table, that are no metric known here.

    Raises
    ------
    ValueError
        With file, line, column, what was expected and what came.
    """
    headings = [_known(column) for column in table.columns]
    for heading in {heading for heading in headings if heading and headings.count(heading) > 1}:
        same = [column for column, known in zip(table.columns, headings, strict=True) if known == heading]
        raise ValueError(f"{name}: expected one column {heading}, got {', '.join(same)}")
    names = dict(zip(headings, table.columns, strict=True))
    long = "metric" in names and "value" in names
    metrics = [metric for metric in (*PAPER_METRICS, "auc") if metric in names]
    if "model" not in names or not (long or metrics):
        raise ValueError(
            f"{name}: expected the columns model, metric, value, or model and one for each of "
            f"{', '.join((*PAPER_METRICS, 'auc'))}, got {', '.join(table.columns)}"
        )
    used = {names.get(key) for key in ("dataset", "model", *(("metric", "value") if long else metrics))}
    left = [] if long else [column for column in table.columns if column not in used]
    rows: dict[tuple[str, str], Row] = {}
    for line, record in enumerate(table.to_dict("records"), start=2):
        if not any(text.strip() for text in record.values()):
            continue
        model = record[names["model"]].strip()
        dataset = (record[names["dataset"]].strip() if "dataset" in names else "") or ALL
        if not model:
            if long:
                continue
            raise ValueError(f"{name}, line {line}, column {names['model']}: expected a classifier's name, got nothing")
        if long:
            word, metric = record[names["metric"]], _known(record[names["metric"]])
            if metric not in (*PAPER_METRICS, "auc"):
                left += [word] * (word not in left)
                continue
            found = {metric: (names["value"], record[names["value"]])}
        else:
            if (dataset, model) in rows:
                raise ValueError(f"{name}, line {line}: expected one row of {model} on {dataset}, got another")
            found = {metric: (names[metric], record[names[metric]]) for metric in metrics}
        row = rows.setdefault((dataset, model), Row(dataset, model))
        for metric, (column, text) in found.items():
            if not text.strip():
                continue
            if metric in row.cells or (metric == "auc" and row.auc):
                raise ValueError(f"{name}, line {line}: expected one {metric} of {model} on {dataset}, got another")
            try:
                printed = read_number(text)
            except ValueError as error:
                raise ValueError(f"{name}, line {line}, column {column}: {error}") from None
            if metric == "auc":
                row.auc = printed
            else:
                row.cells[metric] = printed
    if not any(row.cells for row in rows.values()):
        raise ValueError(f"{name}: expected at least one of {', '.join(PAPER_METRICS)}, got none")
    return list(rows.values()), left


def _known(heading: str) -> str | None:
    """Return what a heading stands for; None where it is none of `WORDS`."""
    return _NAMES.get(" ".join(re.sub(r"[-_]", " ", heading.lower()).split()))
