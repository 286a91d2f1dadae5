"""A sheet, as Excel, Windows and people write them: its bytes to rows, and what was taken for what.

Planning reads sheets too, so that this module imports nothing heavy. No message quotes a cell: where the header is
missing, a cell of the first line may be a patient's name.
"""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bonescan.ingest.bounded import MAXIMUM_BYTES, read_bounded
from bonescan.ingest.cells import SEPARATORS, split_line, split_lines
from bonescan.ingest.encodings import (
    ENCODINGS,
    ENOUGH,
    OLD,
    STROKES,
    UNKNOWN,
    UTF_8,
    decode,
    find_encoding,
    rank_encodings,
)
from bonescan.ingest.refusal import Refusal
from bonescan.terms import LABEL_WORDS, SHEET_VALUES, SUBTYPE_WORDS, SUBTYPES

SHEET_COLUMNS = ("path", "patient", "exam", "view", "frame", "label", "subtype", "report")
KNOWN = f"the known columns are {', '.join(SHEET_COLUMNS)}"
HARMLESS = frozenset(
    "age sex gender date number index comment diagnosis modality scanner".split()  # noqa: SIM905
)
"""Names of other columns that the log may quote."""

LEAST_FIT = 0.9  # of the words, that an encoding must fit
TRIED_PATHS = 100  # cells with a path by which an encoding is told
FORMATS = {
    b"PK\x03\x04": "an Excel or OpenDocument file",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an Excel file",
    b"<": "an HTML or XML file",
    b"{\\rtf": "an RTF file",
    b"%PDF": "a PDF file",
    b"\x1f\x8b": "a packed file",
}
"""What people give in the place of a sheet, by its first bytes."""

BLANKS = " \t\v\f\u00a0\u200b\u3000\ufeff"
LINE_END = re.compile("\r\n|\r|\n")
NUMBER = re.compile(r"([01])[.,]0*")


class Row(NamedTuple):
    """One row: its line in the file, from 1, its known cells, and why it cannot be read, if so."""

    line: int
    cells: dict[str, str]
    refusal: Refusal | None = None


class Sheet(NamedTuple):
    """What a sheet says, and how it was understood.

    Attributes
    ----------
    rows : list of Row
        The rows that are not blank.
    columns : tuple of str
        Which of `SHEET_COLUMNS` it has.
    encoding, separator : str
    doubtful : bool
        Its bytes do not prove the encoding, and another one that has other letters fits as well.
    ignored : dict of int to str
        Columns that are not known, from 1, and their names where these are harmless.
    words : Counter of (str, str, str)
        Column, word and value of the words taken for values, with their rows.
    derived : tuple of str
        Columns filled from another one.
    short : int
        Rows with fewer cells than the header.
    blanked : int
        Reports left out because their letters are doubtful.
    """

    rows: list[Row]
    columns: tuple[str, ...]
    encoding: str
    separator: str
    doubtful: bool
    ignored: dict[int, str]
    words: Counter
    derived: tuple[str, ...]
    short: int
    blanked: int


class Header(NamedTuple):
    """The header's place and the known columns of each of its cells, `""` for another one."""

    line: int
    separator: str
    names: list[str]
    ignored: dict[int, str]


def read_sheet(path: Path) -> Sheet:
    """Return the rows of a sheet.

    Line ends, a byte order mark, the encoding, the separator and the case of the header are told by the file itself.
    In a file with tabs, a quote is a letter like any other, unless a cell stands in quotes as Excel writes them. With
    commas or semicolons, quotes are those of RFC 4180. No cell holds a line break.

    Raises
    ------
    ValueError
        It is no text, has no header with the column `path`, or has no row; or a quote does not close in its line.
    """
    data = read_bytes(path)
    encoding = find_encoding(data)
    if encoding.startswith(("utf-16", "utf-32")):
        data, encoding_of_cells = data.decode(encoding, "replace").encode(UTF_8, "replace"), UTF_8
    else:
        encoding_of_cells = encoding
    # as Latin-1 each byte is a letter; what parts cells and lines is ASCII in all encodings
    text = data.removeprefix("\ufeff".encode()).rstrip(b"\x1a").decode("latin-1")
    lines = [(number, line) for number, line in enumerate(LINE_END.split(text), start=1) if line.strip(" \t;,")]
    header = find_header(lines, csv=path.suffix.lower() == ".csv")
    lines = [(number, line) for number, line in lines if number > header.line]
    raw = list(split_lines(lines, header.separator, len(header.names)))
    doubtful: set[bytes] = set()
    if encoding == UNKNOWN:
        encoding, doubtful = choose_encoding(raw, header.names, path.parent)
        encoding_of_cells = encoding
    blanked = blank_reports(raw, header.names, doubtful)
    rows = [read_row(line, cells, header.names, encoding_of_cells) for line, cells in raw]
    rows = [row for row in rows if row.refusal or any(row.cells.values())]
    if not rows:
        raise ValueError("sheet: expected one row a scan below the header, found none")
    columns = tuple(column for column in SHEET_COLUMNS if column in header.names)
    words: Counter = Counter()
    rows = [row._replace(cells=read_words(row.cells, words)) for row in rows]
    derived = derive_column(rows, columns)
    short = sum(len(cells) < len(header.names) for _, cells in raw)
    columns = tuple(column for column in SHEET_COLUMNS if column in columns + derived)
    return Sheet(
        rows=rows,
        columns=columns,
        encoding=encoding,
        separator=SEPARATORS[header.separator],
        doubtful=bool(doubtful),
        ignored=header.ignored,
        words=words,
        derived=derived,
        short=short,
        blanked=blanked,
    )


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a sheet, which must be a text.

    Raises
    ------
    ValueError
    """
    data = read_bounded(path)
    if data is None:
        raise ValueError(f"sheet: expected at most {MAXIMUM_BYTES // 2**20} MiB")
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:8]
    for magic, name in FORMATS.items():
        if start.startswith(magic):
            raise ValueError(f"sheet: expected a text, found {name}; save it as CSV or as text with tabs, in UTF-8")
    if not start:
        raise ValueError(f"sheet: expected a header with the column path, found an empty file; {KNOWN}")
    return data


def find_header(lines: list[tuple[int, str]], csv: bool) -> Header:
    """Return what the first line says: the separator by which most of its cells are known columns, and these.

    Parameters
    ----------
    lines : list of (int, str)
        Numbers and texts of the lines that are not blank.
    csv : bool
        The file's name ends in `.csv`, which decides where no separator stands in the header.

    Raises
    ------
    ValueError
        No column `path`; a column twice; a name that is nearly that of a known column which is missing.
    """
    forced = None
    if lines and (mark := re.fullmatch(r"\"?sep=([,;\t])\"?", lines[0][1].strip(" "), re.IGNORECASE)):
        forced, lines = mark[1], lines[1:]  # what Excel writes and reads itself
    if not lines:
        raise ValueError(f"sheet: expected a header with the column path, found none; {KNOWN}")
    line, text = lines[0]
    text = decode(text.encode("latin-1"), UTF_8) or text
    separators = [forced] if forced else sorted(SEPARATORS, key=lambda sign: sign != ("," if csv else "\t"))
    *_, separator, names = max(
        (read_names(line, text, separator) for separator in separators), key=lambda choice: choice[:3]
    )
    for number, name in enumerate(names, start=1):
        if name in SHEET_COLUMNS and names.count(name) > 1:
            raise ValueError(f"sheet, line {line}: expected the column {name} once")
        if name not in SHEET_COLUMNS and (meant := nearly(name)) and meant not in names:
            raise ValueError(f"sheet, line {line}, column {number}: expected {meant}, found nearly that; {KNOWN}")
    if "path" not in names:
        raise ValueError(f"sheet, line {line}: expected a header with the column path, found none; {KNOWN}")
    while names and not names[-1]:  # separators behind the last column
        names.pop()
    ignored = {
        number: name if name in HARMLESS else ""
        for number, name in enumerate(names, start=1)
        if name not in SHEET_COLUMNS
    }
    return Header(line, separator, [name if name in SHEET_COLUMNS else "" for name in names], ignored)


def read_names(line: int, text: str, separator: str) -> tuple[int, int, bool, str, list[str]]:
    """Return the header's names under one separator, after how many are known, how many nearly, and if it parts any."""
    try:
        names = [plain(cell) for cell in split_line(line, text, separator)]
    except ValueError:  # quotes around cells that another separator parts
        names = []
    known = sum(name in SHEET_COLUMNS for name in names)
    return known, sum(bool(nearly(name)) for name in names), len(names) > 1, separator, names


def plain(text: str) -> str:
    """Return a word in small letters of normal width, without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip(BLANKS).casefold()


def nearly(name: str) -> str:
    """Return the known column that a name resembles by a slip or two of the pen; empty if none."""
    words = [word for word in re.split(r"[\W_]+", name) if word not in ("id", "no", "nr", "number")]
    joined = "".join(words)
    for column in SHEET_COLUMNS:
        # `frame` is so rare a column that `frames` or `name` means another thing
        if joined and column != "frame" and slips(joined, column) <= (1 if len(column) < 7 else 2):
            return column
    return ""


def slips(one: str, other: str) -> int:
    """Return how many letters must be added, dropped, changed or swapped with the next to make one word the other.

    >>> slips("lable", "label"), slips("pacient", "patient"), slips("date", "path")
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > 2:
        return 3
    before, last = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return min(last[-1], 3)


def choose_encoding(raw: list[tuple[int, list[bytes]]], names: list[str], root: Path) -> tuple[str, set[bytes]]:
    """Return the encoding of cells that are no UTF-8, and the cells whose letters remain doubtful.

    An encoding by which the paths name files is right. Else the one that fits the letters is taken; cells that another
    one reads otherwise, and that fits as well, are doubtful, and so are all if none fits.
    """
    cells = {
        cell for _, row in raw for name, cell in zip(names, row, strict=False) if name and not cell.isascii()
    }  # those of other columns do not matter
    ranked = rank_encodings(cells)
    at = names.index("path")
    paths = sorted({row[at] for _, row in raw if len(row) > at and not row[at].isascii()})[:TRIED_PATHS]
    there = {encoding: sum(names_file(root, decode(path, encoding)) for path in paths) for encoding, _ in ranked}
    ranked = sorted(ranked, key=lambda pair: -there[pair[0]])
    (best, fit), *others = ranked
    if fit[0] < LEAST_FIT and not there[best]:
        return best, cells
    rivals = [other for other, like in others if other not in OLD and (there[other], like) == (there[best], fit)]
    if best in STROKES and sum(len(decode(cell, best) or "") for cell in cells) >= ENOUGH:
        rivals = [other for other in rivals if other not in STROKES]
    return best, {cell for cell in cells if any(decode(cell, other) != decode(cell, best) for other in rivals)}


def blank_reports(raw: list[tuple[int, list[bytes]]], names: list[str], doubtful: set[bytes]) -> int:
    """Empty the reports with doubtful letters, in which a name could not be found; return how many."""
    if "report" not in names or not doubtful:
        return 0
    at, number = names.index("report"), 0
    for _, cells in raw:
        if len(cells) > at and cells[at] in doubtful:
            cells[at] = b""
            number += 1
    return number


def names_file(root: Path, path: str | None) -> bool:
    """Tell whether a path below `root`, however its accents are spelled, is there."""
    return path is not None and any(exists(root, spelling) for spelling in spell(path))


def spell(path: str, encoding: str = UTF_8) -> Iterator[str]:
    """Yield the spellings that a path may have on the disk.

    It may have slashes for backslashes, joined or parted accents, or the sheet's own bytes, where an archive keeps the
    names of another system.
    """
    slashed = path.replace("\\", "/")
    yield from dict.fromkeys((path, slashed))
    if not path.isascii():
        yield from (unicodedata.normalize(form, slashed) for form in ("NFC", "NFD"))
        if encoding in ENCODINGS:
            yield os.fsdecode(slashed.encode(encoding, "replace"))


def exists(root: Path, path: str) -> bool:
    """Tell whether a path below `root`, which does not climb, is that of a file or folder."""
    return bool(path) and ".." not in path.split("/") and os.path.exists(os.path.join(root, path))  # noqa: PTH110, PTH118


def read_row(line: int, cells: list[bytes], names: list[str], encoding: str) -> Row:
    """Return one row, refused where it has more cells than the header, or a known cell cannot be decoded."""
    texts, refusal = dict.fromkeys(filter(None, names), ""), None
    for name, cell in zip(names, cells, strict=False):
        if name and (text := decode(cell, encoding)) is None:
            refusal = refusal or Refusal(f"{name} in the sheet: expected {encoding}, found other bytes")
        elif name:
            texts[name] = text.strip(BLANKS)
    if any(cell.strip() for cell in cells[len(names) :]):
        refusal = refusal or Refusal("more cells in the row than in the header of the sheet")
    return Row(line, texts, refusal)


def read_words(cells: dict[str, str], words: Counter) -> dict[str, str]:
    """Return a row's cells with words for labels and subtypes in their one spelling; `words` counts them."""
    read = dict(cells)
    for column, table in (("label", LABEL_WORDS), ("subtype", SUBTYPE_WORDS)):
        if cell := cells.get(column):
            word = " ".join(re.split(r"[\s_-]+", plain(cell))).strip()
            if number := NUMBER.fullmatch(word):
                word = number[1]
            if column == "label" and word.startswith("metastasis:"):  # with a region, as LabelMe's labels have it
                word = "metastasis"
            if word in table:
                read[column] = table[word]
                if word != table[word] and not number:
                    words[column, word, table[word]] += 1
    return read


def derive_column(rows: list[Row], columns: tuple[str, ...]) -> tuple[str, ...]:
    """Fill the column `label` from `subtype` where the sheet has only that one; return the columns filled."""
    if "label" in columns or "subtype" not in columns:
        return ()
    for row in rows:
        if (subtype := row.cells["subtype"]) in SHEET_VALUES["subtype"]:
            row.cells["label"] = str(int(subtype != SUBTYPES[0]))
    return ("label",)
