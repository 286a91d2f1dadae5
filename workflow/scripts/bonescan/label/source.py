"""Where labels come from, told while jobs are planned: from the header line of a sheet and nothing below it."""

import re
from pathlib import Path

LABEL_COLUMNS = {"label", "subtype"}
LONGEST_HEADER = 2**16  # bytes


def has_labels(source: str, path: str | None, annotations: str | None, **others) -> bool:
    """Tell whether a cohort has labels: the phantom's, readers' annotations, or a column of the sheet.

    Parameters
    ----------
    source, path, annotations
        Of the config's section `cohort`, of which the rest is passed over.

    Raises
    ------
    ValueError
        The sheet, the folder or the annotations are not there.
    """
    if source == "phantom":
        return True
    if source == "folder" and not Path(path).is_dir():
        raise ValueError(f"cohort.path: expected a folder (cohort.source: folder), found none at {path}")
    if source != "folder" and not Path(path).is_file():
        raise ValueError(f"cohort.path: expected a sheet (cohort.source: {source}), found no file at {path}")
    if annotations is not None:
        if not Path(annotations).is_dir():
            raise ValueError(
                f"cohort.annotations: expected a folder with one folder a reader, found none at {annotations}"
            )
        return True
    return source != "folder" and bool(LABEL_COLUMNS & set(header_words(Path(path))))


def header_words(sheet: Path) -> list[str]:
    """Return the column names of a sheet, whatever its encoding, its separator and its quotes; lower case.

    Enough to look for a name of ASCII letters; `bonescan.ingest` reads the sheet itself.
    """
    with open(sheet, "rb") as stream:
        start = stream.read(LONGEST_HEADER)
    # in UTF-16 every other byte of ASCII letters is 0
    line = re.split(rb"[\r\n]+", start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\r\n"), maxsplit=1)[0]
    return [word.strip(" \"'").lower() for word in re.split(r"[\t,;|]", line.decode("latin-1"))]
