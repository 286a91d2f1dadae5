"""The words that the leak check passes over are those that ingest writes, and no others."""

import ast
import re
from pathlib import Path

import ingest as script
import pytest

from bonescan import terms
from bonescan.ingest import cells, encodings, headers, pictures, sheet, vocabulary
from bonescan.ingest.identities import identities
from bonescan.ingest.privacy import digests, index_of_digests, search_written
from bonescan.ingest.words import WORD

LIBRARY = Path(script.__file__).parent / "bonescan"
WRITERS = [Path(script.__file__), LIBRARY / "script.py", *sorted((LIBRARY / "ingest").glob("*.py"))]
SALT = b"a salt of the tests"


def fixed_parts(node):
    """Texts in a syntax tree, of an f-string those that are always the same."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.BinOp | ast.IfExp):
        for child in ast.iter_child_nodes(node):
            yield from fixed_parts(child)


def texts_given_to(*names):
    """Texts that calls of these names are given, anywhere in what ingest runs."""
    for file in WRITERS:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in names:
                    for argument in node.args:
                        yield from fixed_parts(argument)


def words(texts):
    found = {word for text in texts for word in WORD.findall(re.sub(r"%[sd]|\{.*?\}", " ", text).lower())}
    return {word for word in found if not word.isdigit()}


def test_every_refusal_is_drawn_from_the_vocabulary():
    written = words(texts_given_to("Refusal", "withhold"))
    assert len(written) > 100
    assert written <= vocabulary.WORDS, sorted(written - vocabulary.WORDS)


def test_every_log_text_is_drawn_from_the_vocabulary():
    written = words(texts_given_to("info", "warning", "log"))
    assert "interrupted" in written
    assert written <= vocabulary.WORDS, sorted(written - vocabulary.WORDS)


def test_header_values_that_a_reason_quotes_are_in_the_vocabulary():
    assert words(headers.QUOTABLE) <= vocabulary.WORDS
    assert words([*pictures.FORMATS, *pictures.GREY, *pictures.COLOURED]) <= vocabulary.WORDS


def test_the_vocabulary_holds_no_word_that_nothing_writes():
    """Each word more is a name less that the check would find."""
    texts = []
    for file in {*WRITERS, LIBRARY / "terms.py"} - {Path(vocabulary.__file__)}:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in documents]
        texts += [node.value for node in constants if isinstance(node.value, str)]
    assert words(texts) | {"info", "warning", "exams", "patients"} >= vocabulary.OWN, sorted(
        vocabulary.OWN - words(texts)
    )


def test_every_word_of_a_log_on_sheets_is_in_the_vocabulary():
    known = [*terms.LABEL_WORDS, *terms.SUBTYPE_WORDS, *sheet.HARMLESS, *cells.SEPARATORS.values()]
    known += [*sheet.SHEET_COLUMNS, *encodings.ENCODINGS, *encodings.MARKS.values()]
    found = {word for text in known for word in WORD.findall(text.replace("_", " ")) if not word.isdigit()}
    assert found <= vocabulary.WORDS, sorted(found - vocabulary.WORDS)


def hits(name, text):
    index = index_of_digests(digests(identities({"PatientName": [name]}), SALT), SALT)
    return search_written(text, index, vocabulary.WORDS)


@pytest.mark.parametrize("name", ["Long", "Best", "Head", "Hand", "Young", "Rich", "King"])
def test_a_name_that_comments_use_is_found(name):
    assert hits(f"{name}^Jane", f"as {name} said")


def test_a_name_that_a_reason_needs_is_not_taken_for_a_leak():
    assert not hits("Anterior^Rows", "expected anterior or posterior")
