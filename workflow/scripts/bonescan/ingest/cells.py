"""The lines of a sheet to cells: separators, and quotes as Excel and RFC 4180 have them. No message quotes a cell."""

import re
from collections.abc import Iterator

SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas"}


def split_lines(lines: list[tuple[int, str]], separator: str, columns: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the number and the cells of each row, as bytes.

    Parameters
    ----------
    lines : list of (int, str)
        Number of each line and its bytes as Latin-1.
    separator : str
    columns : int
        Of the header.

    Raises
    ------
    ValueError
        A cell goes on in the next line.
    """
    open_at = 0
    for line, text in lines:
        cells = split_line(line, text, separator)
        if separator == "\t":
            if open_at and len(cells) < columns:
                raise ValueError(f"sheet, line {open_at}: expected each cell in one line, found a quote that goes on")
            last = text.rpartition("\t")[2].strip(" ")
            open_at = line if last.startswith('"') and last.count('"') % 2 else 0
        yield line, [cell.encode("latin-1") for cell in cells]


def split_line(line: int, text: str, separator: str) -> list[str]:
    """Return the cells of a line without the quotes around them.

    Raises
    ------
    ValueError
        With commas or semicolons, a quote that opens a cell does not close it.
    """
    if separator == "\t":
        return [unquote(cell.strip(" ")) for cell in text.split("\t")]
    cells, at = [], 0
    quoted = re.compile(rf' *"((?:[^"]|"")*)" *({separator}|$)')
    bare = re.compile(rf"([^{separator}]*)({separator}|$)")
    while True:
        if found := quoted.match(text, at):
            cells.append(found[1].replace('""', '"'))
        elif text[at:].lstrip(" ").startswith('"'):
            raise ValueError(
                f"sheet, line {line}: expected a quote that closes before the next cell; a quote within quotes is"
                " written twice, and a cell stands in one line"
            )
        else:
            found = bare.match(text, at)
            cells.append(found[1].strip(" \t"))
        if not found[2]:
            return cells
        at = found.end()


def unquote(cell: str) -> str:
    """Return a cell without the quotes that Excel puts around one with commas or quotes; a stray quote stays."""
    inner = cell[1:-1]
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell
