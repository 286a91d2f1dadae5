"""The text of an annotation: UTF-8, what a byte order mark says, else the code page whose letters fit best."""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from bonescan.ingest.encodings import ENCODINGS, UNKNOWN, UTF_8, decode, find_encoding, rank_encodings

Parsed = TypeVar("Parsed")

DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
ENDS = re.compile(rb'["<>\r\n]')
"""What ends a text inside JSON or XML."""
MOST_DIGITS = 600  # of a whole number: Python reads 4300, and may be told to read no more than 640


def readings(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the texts that a file's bytes may be, and the encoding of each.

    One where the bytes prove it; else those of all code pages, the one whose letters fit best first; none where the
    bytes are no text.
    """
    encoding = find_encoding(data)
    for name in dict.fromkeys((UTF_8, encoding)):
        if name != UNKNOWN and (text := decode(data, name)) is not None:
            yield text.lstrip("\ufeff"), name
            return
    if encoding != UNKNOWN:
        return
    for name, (fits, _) in rank_encodings(cell for cell in ENDS.split(data) if not cell.isascii()):
        if fits and (text := decode(data, name)) is not None:
            yield text, name


def other_readings(text: str, encoding: str) -> list[str]:
    """Return what a text's bytes say in other encodings, where nothing but its letters told its own."""
    if encoding not in ENCODINGS or text.isascii():
        return []
    data = text.encode(encoding, "ignore")
    return [other for name in ENCODINGS if name != encoding and (other := decode(data, name))]


def xml_readings(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield what `readings` does, without XML's declaration, and in the encoding that it names.

    Raises
    ------
    ValueError, LookupError
        Not of that encoding, or one that is not known.
    """
    declared = DECLARED.match(data[:200])
    if declared:
        encoding = codecs.lookup(declared[1].decode("ascii")).name
        found = [(data.decode(encoding), encoding)]
    else:
        found = readings(data)
    for text, encoding in found:
        yield DECLARATION.sub("", text), encoding


def choose(
    found: Iterable[tuple[str, str]], parse: Callable[[str], Parsed], fits: Callable[[Parsed], bool]
) -> tuple[Parsed, str]:
    """Return what the first reading says that fits, else the first that can be parsed; and its encoding.

    Raises
    ------
    ValueError
        None can be parsed; as the first one's.
    """
    best, problem = None, None
    for text, encoding in found:
        try:
            parsed = parse(text)
        except ValueError as error:
            problem = problem or error
            continue
        if fits(parsed):
            return parsed, encoding
        best = best or (parsed, encoding)
    if best is None:
        raise problem or ValueError("its encoding cannot be told")
    return best


def parse_json(text: str):
    """Return what a JSON text holds.

    Raises
    ------
    ValueError
        No JSON; a key that stands twice, of which one reader of JSON takes the first, another the last; NaN and
        infinity, which JSON does not have; a whole number of more than `MOST_DIGITS` digits.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number, parse_int=_whole)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at line {error.lineno}, column {error.colno}") from None


def _unique(pairs: list[tuple]) -> dict:
    """Return the pairs of one object."""
    held = dict(pairs)
    if len(held) < len(pairs):
        raise ValueError("a key stands twice")
    return held


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a whole number of {len(digits.lstrip('-'))} digits, more than {MOST_DIGITS}")
    return int(digits)


def _no_number(name: str):
    raise ValueError(f"{name} is no number of JSON")
