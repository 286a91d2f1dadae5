"""One table in three formats: CSV for machines, Markdown for readers, LaTeX (booktabs) for the press."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from bonescan.files import write_text
from bonescan.wording import origin

SPAN = "\0span"
"""A printed cell that continues the cell to its left."""

_WITH_INTERVAL = re.compile(r"(\S+) (\(\S+(?:–| to )\S+\))")

LONGEST_CELL = 60
"""Letters of a printed cell beyond which LaTeX breaks its column's lines."""

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "×": r"$\times$",
    "−": r"$-$",
    "±": r"$\pm$",
    "–": "--",
    "†": r"$\dagger$",
}


@dataclass(frozen=True)
class Section:
    """A block of printed rows.

    Attributes
    ----------
    frame : DataFrame of str
        Printed cells; `SPAN` continues the cell to the left.
    heading : str
        Heading of the block, where a table has several.
    group : str, optional
        Column whose changes divide the rows into groups.
    """

    frame: pd.DataFrame
    heading: str = ""
    group: str | None = None


@dataclass(frozen=True)
class Table:
    """A table of the paper.

    Attributes
    ----------
    name : str
        Such as `Table 6`.
    caption : str
        Whole sentences.
    values : DataFrame
        Unrounded values, one row per entry; missing values are empty fields of the CSV.
    sections : list of Section
        The printed cells.
    provenance : dict
        `cohort` and `scale`; they stand in every format. Empty where no scan had a part in it.
    notes : list of str
        Whole sentences, printed below.
    """

    name: str
    caption: str
    values: pd.DataFrame
    sections: list[Section]
    provenance: dict
    notes: list[str] = field(default_factory=list)

    def remarks(self) -> list[str]:
        """Return the sentences below the table: cohort and scale, then the notes."""
        return [*([f"{origin(self.provenance)}."] if self.provenance else []), *self.notes]


def as_csv(table: Table) -> str:
    """Return the unrounded values, with cohort and scale as the last columns."""
    return table.values.assign(**table.provenance).to_csv(index=False, lineterminator="\n")


def as_markdown(table: Table) -> str:
    """Return the printed cells as Markdown; a spanning cell is repeated, because Markdown has no spans."""
    blocks = [f"**{table.name}.** {table.caption}"]
    for section in table.sections:
        if section.heading:
            blocks.append(f"### {section.heading}")
        blocks.append("\n".join(_markdown_lines(section.frame)))
    return "\n\n".join([*blocks, " ".join(table.remarks())]) + "\n"


def _markdown_lines(frame: pd.DataFrame) -> Iterable[str]:
    rows = [list(frame.columns), ["---"] * frame.shape[1]]
    for cells in frame.itertuples(index=False):
        row = []
        for cell in cells:
            row.append(row[-1] if cell == SPAN else cell.replace("|", r"\|"))
        rows.append(row)
    return [f"| {' | '.join(row)} |" for row in rows]


def escape_latex(text: str) -> str:
    """Replace the characters of `text` that LaTeX would read as commands or not find in its fonts."""
    return "".join(_LATEX.get(character, character) for character in text)


def as_latex(table: Table) -> str:
    """Return the printed cells as LaTeX tables, one per section; they need `\\usepackage{booktabs}`."""
    label = table.name.lower().replace(" ", "")
    return "\n".join(
        _latex_section(table, section, f"tab:{label}" + (f"-{number}" if number > 1 else ""))
        for number, section in enumerate(table.sections, start=1)
    )


def _latex_section(table: Table, section: Section, label: str) -> str:
    frame = section.frame
    caption = f"{section.heading}. {table.caption}" if section.heading else table.caption
    body, previous = [], None
    for cells in frame.itertuples(index=False):
        cells = list(cells)
        if section.group is not None:
            column = frame.columns.get_loc(section.group)
            current = cells[column]
            if current == previous:
                cells[column] = ""
            elif previous is not None:
                body.append(r"\addlinespace")
            previous = current
        body.append(_latex_row(cells))
    return "\n".join(
        [
            "% needs \\usepackage{booktabs}",
            r"\begin{table}[htbp]",
            rf"\centering{_latex_size(frame)}\setlength{{\tabcolsep}}{{4pt}}",
            rf"\caption{{{escape_latex(caption)}}}",
            rf"\label{{{label}}}",
            rf"\begin{{tabular}}{{{_latex_columns(frame)}}}",
            r"\toprule",
            _latex_row(list(frame.columns)),
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
            rf"\smallskip\footnotesize {escape_latex(' '.join(table.remarks()))}",
            r"\end{table}",
            "",
        ]
    )


def _latex_columns(frame: pd.DataFrame) -> str:
    """Return the columns' alignment: the first left, the others centred; texts of whole sentences are broken."""
    columns = ["l", *"c" * (frame.shape[1] - 1)]
    long = [place for place in range(frame.shape[1]) if frame.iloc[:, place].str.len().gt(LONGEST_CELL).any()]
    for place in long:
        columns[place] = rf"p{{{0.6 / len(long):.2f}\linewidth}}"
    return "".join(columns)


def _latex_size(frame: pd.DataFrame) -> str:
    """Return the font size at which the widest row fits a page of A4 with common margins."""
    rows = [list(frame.columns), *frame.to_numpy().tolist()]
    widest = max(sum(max(map(len, _lines(cell))) for cell in row if cell != SPAN) for row in rows)
    return r"\small" if widest <= 75 else r"\footnotesize" if widest <= 80 else r"\scriptsize"


def _lines(cell: str) -> list[str]:
    """Return the lines of a cell in LaTeX: a number stands above its interval, so that the table is not too wide."""
    with_interval = _WITH_INTERVAL.fullmatch(cell)
    return list(with_interval.groups()) if with_interval else [cell]


def _latex_cell(cell: str) -> str:
    lines = [escape_latex(line) for line in _lines(cell)]
    return r"\shortstack{" + r"\\".join(lines) + "}" if len(lines) > 1 else lines[0]


def _latex_row(cells: list[str]) -> str:
    parts: list[list] = []
    for cell in cells:
        if cell == SPAN:
            parts[-1][1] += 1
        else:
            parts.append([_latex_cell(cell), 1])
    return (
        " & ".join(text if width == 1 else rf"\multicolumn{{{width}}}{{c}}{{{text}}}" for text, width in parts) + r" \\"
    )


_FORMATS: dict[str, Callable[[Table], str]] = {".csv": as_csv, ".md": as_markdown, ".tex": as_latex}


def save(table: Table, paths: Iterable[str]) -> None:
    """Write a table to every one of `paths`, in the format of its suffix.

    Raises
    ------
    ValueError
        If a suffix is none of .csv, .md and .tex.
    """
    for path in paths:
        suffix = Path(path).suffix
        if suffix not in _FORMATS:
            raise ValueError(f"{path}: expected one of {', '.join(_FORMATS)}, got {suffix!r}")
        write_text(path, _FORMATS[suffix](table))
