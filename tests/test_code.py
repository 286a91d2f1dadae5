"""The digest of code, on a library of four files: what must change it, and what must not."""

import re
import textwrap
from pathlib import Path

import pytest

from bonescan import code
from bonescan.code import Library

FILES = {
    "job.py": '''
        """A script."""

        from bonescan import shapes
        from bonescan.maths import scale
        from bonescan.script import logged

        @logged
        def main(snakemake):
            return scale(shapes.area(3))
        ''',
    "other.py": """
        from bonescan.maths import shift

        def main(snakemake):
            return shift(1)
        """,
    "bonescan/__init__.py": '''"""The library."""''',
    "bonescan/maths.py": '''
        """Arithmetic."""

        import logging
        from dataclasses import dataclass

        FACTOR = 2
        OFFSET = 5

        log = logging.getLogger(__name__)

        @dataclass
        class Sum:
            """What adds up."""

            total: int = 0

        def scale(value, by=FACTOR):
            """Multiply."""
            # by a factor
            log.info("scaling %s", value)
            return _checked(value * by)

        def shift(value: float) -> float:
            return value + OFFSET

        def _checked(value):
            return value

        def unused(value):
            return value
        ''',
    "bonescan/shapes/__init__.py": '''
        """Shapes."""

        from bonescan.shapes.square import area
        ''',
    "bonescan/shapes/square.py": """
        SIDES = 4

        def area(side):
            from bonescan.maths import Sum

            return Sum(side**2).total

        def length(side):
            return SIDES * side
        """,
    "bonescan/script.py": """
        FORMAT = "%(message)s"

        def logged(main):
            return main
        """,
}


@pytest.fixture
def library(tmp_path):
    """The files in a folder, and functions that change one and take the digests of the two scripts."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")

    class Copy:
        folder = tmp_path

        def digests(self):
            return tuple(Library(tmp_path).digest(tmp_path / f"{name}.py") for name in ("job", "other"))

        def change(self, name, old, new):
            text = (tmp_path / name).read_text(encoding="utf-8")
            assert old in text
            (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")

    return Copy()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("bonescan/maths.py", "# by a factor", "# by a number of times"),
        ("bonescan/maths.py", '"""Multiply."""', '"""Take several times."""'),
        ("bonescan/maths.py", '    """Multiply."""\n', ""),
        ("bonescan/maths.py", '"""Arithmetic."""', '"""Sums and products."""'),
        ("bonescan/maths.py", '"""What adds up."""', ""),
        ("bonescan/maths.py", '"scaling %s"', '"%s is scaled"'),
        ("bonescan/maths.py", '    log.info("scaling %s", value)\n', ""),
        ("bonescan/maths.py", "def scale(value, by=FACTOR):", "def scale(value: float, by: float = FACTOR) -> float:"),
        ("bonescan/maths.py", "value * by", "(value\n        * by)"),
        ("bonescan/maths.py", "def unused(value):\n    return value", "def unused(value):\n    return -value"),
        ("bonescan/shapes/square.py", "SIDES = 4", "SIDES = 5"),
        ("bonescan/script.py", 'FORMAT = "%(message)s"', 'FORMAT = "%(asctime)s"'),
        ("bonescan/script.py", "return main", "return print"),
        ("job.py", '"""A script."""', '"""One of two scripts."""  # and a comment'),
    ],
)
def test_words_and_what_is_not_reached_change_no_digest(library, name, old, new):
    before = library.digests()
    library.change(name, old, new)
    assert library.digests() == before


@pytest.mark.parametrize(
    ("name", "old", "new", "job", "other"),
    [
        ("bonescan/maths.py", "FACTOR = 2", "FACTOR = 3", True, False),
        ("bonescan/maths.py", "OFFSET = 5", "OFFSET = 6", False, True),
        ("bonescan/maths.py", "by=FACTOR", "by=2", True, False),
        ("bonescan/maths.py", "value * by", "value / by", True, False),
        ("bonescan/maths.py", "value + OFFSET", "value - OFFSET", False, True),
        (
            "bonescan/maths.py",
            "def _checked(value):\n    return value",
            "def _checked(value):\n    return abs(value)",
            True,
            False,
        ),
        ("bonescan/maths.py", "total: int = 0", "total: float = 0", True, False),
        ("bonescan/maths.py", "OFFSET = 5", "OFFSET = 5\nOFFSET += 1", False, True),
        ("bonescan/maths.py", "import logging", "import logging\nlogging.raiseExceptions = False", True, True),
        ("bonescan/maths.py", "import logging\n", "import logging\nlogging.disable()\n", True, True),
        ("bonescan/shapes/square.py", "side**2", "side**3", True, False),
        ("bonescan/shapes/__init__.py", '"""Shapes."""', "print(1)", True, False),
        ("bonescan/__init__.py", '"""The library."""', "print(1)", True, True),
        ("job.py", "shapes.area(3)", "shapes.area(4)", True, False),
        ("job.py", "import scale", "import shift as scale", True, False),
    ],
)
def test_what_decides_a_result_changes_the_digests_that_it_feeds_and_no_others(library, name, old, new, job, other):
    before = library.digests()
    library.change(name, old, new)
    after = library.digests()
    assert (after[0] != before[0], after[1] != before[1]) == (job, other)


def test_a_renamed_module_changes_no_digest(library):
    before = library.digests()
    (library.folder / "bonescan/maths.py").rename(library.folder / "bonescan/sums.py")
    for name in ("job.py", "other.py", "bonescan/shapes/square.py"):
        library.change(name, "bonescan.maths", "bonescan.sums")
    (library.folder / "bonescan/shapes").rename(library.folder / "bonescan/figures")
    library.change("bonescan/figures/__init__.py", "bonescan.shapes", "bonescan.figures")
    library.change("job.py", "from bonescan import shapes", "from bonescan import figures")
    library.change("job.py", "shapes.area", "figures.area")
    assert library.digests() == before


def test_a_moved_folder_changes_no_digest(library, tmp_path_factory):
    before = library.digests()
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "scripts"
    library.folder.rename(elsewhere)
    assert Library(elsewhere).digest(elsewhere / "job.py") == before[0]


def test_two_definitions_of_one_name_are_told_apart(library):
    (library.folder / "bonescan/round.py").write_text("def area(side):\n    return 3 * side\n", encoding="utf-8")
    library.change("job.py", "shapes.area(3)", "shapes.area(3) + round.area(1)")
    library.change("job.py", "from bonescan import shapes", "from bonescan import round, shapes")
    both = library.digests()
    library.change("job.py", "shapes.area(3) + round.area(1)", "round.area(3) + shapes.area(1)")
    assert library.digests()[0] != both[0]


def test_a_module_that_is_handed_on_counts_as_a_whole(library):
    library.change("job.py", "scale(shapes.area(3))", "getattr(shapes.square, 'length')(3)")
    library.change(
        "job.py", "from bonescan import shapes", "from bonescan import shapes\nfrom bonescan.shapes import square"
    )
    library.change("job.py", "getattr(shapes.square,", "getattr(square,")
    before = library.digests()
    library.change("bonescan/shapes/square.py", "SIDES = 4", "SIDES = 5")
    assert library.digests()[0] != before[0]


def test_an_import_of_the_library_without_from_is_refused(library):
    library.change("job.py", "from bonescan import shapes", "import bonescan.shapes as shapes")
    with pytest.raises(ValueError, match="expected from bonescan import, found import bonescan"):
        library.digests()


@pytest.fixture(scope="module")
def scripts():
    return Path(code.__file__).parents[1]


def test_what_decides_nothing_is_there(scripts):
    """A module or definition of `NO_RESULT` that was renamed would count again."""
    library = Library(scripts)
    for name in code.NO_RESULT:
        module = code.file_of(name, scripts)
        place, _, definition = name.rpartition(".")
        assert module or definition in library.module(code.file_of(place, scripts)).definitions, name


def test_every_rule_s_code_is_that_of_its_own_script(scripts):
    for file in (scripts.parent / "rules").glob("*.smk"):
        for rule in re.split(r"^(?:use )?rule ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            run = re.search(r'"\.\./scripts/(\w+)\.py"', rule)
            if run:
                assert f'library("{run[1]}")' in rule, f"{file.name}: {run[1]}"


def test_a_word_for_a_figure_trains_no_network(scripts):
    """The vocabularies and wordings stand in modules that all import; only who uses a definition runs again."""
    library = Library(scripts)
    reached = "\n".join(library.reach(scripts / "train.py"))
    assert "'SGD'" in reached and "TRAINED" in reached
    assert "Multiple bone metastasis" not in reached and "OPERATIONS" not in reached
