"""The digest of code, on a library of four files: what must change it, and what must not."""

import re
import shutil
import textwrap
from pathlib import Path

import pytest
from workflow_runs import ROOT

from bonescan import code
from bonescan.code import Library

RULE = (ROOT / "workflow" / "rules" / "train.smk").read_text(encoding="utf-8")
TRAINING = tuple(re.findall(r'"([\w.]+)"', re.search(r"fit_code=library\((.*?)\)", RULE, re.DOTALL)[1]))
"""What decides the weights of a network, as the rule `train` names it."""

FILES = {
    "job.py": '''
        """A script."""

        from bonescan import shapes
        from bonescan.maths import scale
        from bonescan.script import logged

        @logged
        def main(snakemake):
            return scale(shapes.area(3))

        if __name__ == "__main__":
            main(snakemake)
        ''',
    "other.py": """
        from bonescan.maths import shift

        def main(snakemake):
            return shift(1)

        if __name__ == "__main__":
            main(snakemake)
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
            if value < 0:
                raise ValueError(f"negative: {value}")
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
            return tuple(Library(tmp_path).digest(name) for name in ("job", "other"))

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
        ("bonescan/maths.py", 'raise ValueError(f"negative: {value}")', 'raise ValueError("a negative value")'),
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
            "    return value\n\ndef unused",
            "    return abs(value)\n\ndef unused",
            True,
            False,
        ),
        ("bonescan/maths.py", "total: int = 0", "total: float = 0", True, False),
        ("bonescan/maths.py", "if value < 0", "if value <= 0", True, False),
        ("bonescan/maths.py", "raise ValueError", "raise OverflowError", True, False),
        ("bonescan/maths.py", "def unused(value):", "@register\ndef unused(value):", True, True),
        ("bonescan/maths.py", "OFFSET = 5", "OFFSET = 5\nif OFFSET:\n    OFFSET = 6", True, True),
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
    assert Library(elsewhere).digest("job") == before[0]


CONSTANT = ("bonescan/more.py", "VALUE = 1", "VALUE = 2")


@pytest.mark.parametrize(
    ("files", "change"),
    [
        # two of one name change places
        (
            {"job.py": "from bonescan import more, maths\n\nmore.shift(1) - maths.shift(1)"},
            ("job.py", "more.shift(1) - maths.shift(1)", "maths.shift(1) - more.shift(1)"),
        ),
        # two calls change places, or one is made again
        ({"job.py": "print(1)\nprint(2)"}, ("job.py", "print(1)\nprint(2)", "print(2)\nprint(1)")),
        ({"job.py": "print(1)"}, ("job.py", "print(1)", "print(1)\nprint(1)")),
        # a module that is handed on counts as a whole
        ({"job.py": "from bonescan import more\n\ngetattr(more, 'VALUE')"}, CONSTANT),
        # a module of a package that does not import it itself
        (
            {"job.py": "from bonescan import parts\n\nparts.one.VALUE", "bonescan/parts/__init__.py": ""},
            ("bonescan/parts/one.py", "VALUE = 1", "VALUE = 2"),
        ),
        # an import that depends on a condition
        ({"job.py": "if True:\n    from bonescan.more import VALUE\nprint(VALUE)"}, CONSTANT),
        (
            {"job.py": "try:\n    from bonescan.more import VALUE\nexcept ImportError:\n    VALUE = 0\nprint(VALUE)"},
            CONSTANT,
        ),
        # an import for what it runs alone
        ({"job.py": "from bonescan import effect"}, ("bonescan/effect.py", "print(3)", "print(4)")),
        (
            {"job.py": "from bonescan.more import VALUE", "bonescan/more.py": "from bonescan import effect\nVALUE = 1"},
            ("bonescan/effect.py", "print(3)", "print(4)"),
        ),
        # an imported name that is bound anew
        ({"job.py": "from bonescan.more import VALUE\n\nVALUE = -VALUE\nprint(VALUE)"}, CONSTANT),
        # a registry that decorators fill
        (
            {"job.py": "from bonescan.more import REGISTRY\n\nprint(REGISTRY)"},
            ("bonescan/more.py", "return 7", "return 8"),
        ),
    ],
)
def test_forms_of_code_that_a_digest_could_miss(library, files, change):
    others = {
        "bonescan/more.py": """
            REGISTRY = {}
            VALUE = 1

            def register(function):
                REGISTRY[function.__name__] = function

            @register
            def seven():
                return 7

            def shift(value):
                return value + OFFSET

            OFFSET = 9
            """,
        "bonescan/effect.py": "print(3)",
        "bonescan/parts/one.py": "VALUE = 1",
    }
    for name, text in (others | files).items():
        (library.folder / name).parent.mkdir(exist_ok=True)
        (library.folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    before = library.digests()
    library.change(*change)
    assert library.digests()[0] != before[0]


@pytest.mark.parametrize(
    "line",
    [
        "import bonescan.maths as maths",
        "from bonescan.maths import *",
        "from .bonescan import maths",
        "from bonescan.gone import x",
    ],
)
def test_an_import_that_cannot_be_followed_is_refused(library, line):
    library.change("job.py", "from bonescan import shapes", line)
    with pytest.raises(ValueError, match=r"line \d+: (expected from bonescan.x import y|there is no bonescan.gone)"):
        library.digests()


def test_a_definition_has_a_digest_of_its_own(library):
    own = Library(library.folder).digest("bonescan.maths.scale")
    library.change("bonescan/maths.py", "OFFSET = 5", "OFFSET = 6")
    assert Library(library.folder).digest("bonescan.maths.scale") == own
    library.change("bonescan/maths.py", "FACTOR = 2", "FACTOR = 3")
    assert Library(library.folder).digest("bonescan.maths.scale") != own
    with pytest.raises(ValueError, match="gone: expected a script, a module or a definition"):
        Library(library.folder).digest("bonescan.maths.gone")


@pytest.fixture(scope="module")
def scripts():
    return Path(code.__file__).parents[1]


def test_what_decides_nothing_is_there(scripts):
    """A module or definition of `NO_RESULT` that was renamed would count again."""
    library = Library(scripts)
    for name in code.NO_RESULT:
        module = code.file_of(name, scripts)
        place, _, definition = name.rpartition(".")
        assert module or definition in library._module(code.file_of(place, scripts)).definitions, name


def test_every_rule_s_code_is_that_of_its_own_script(scripts):
    found = 0
    for file in (scripts.parent / "rules").glob("*.smk"):
        for rule in re.split(r"^(?:use )?rule ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            if run := re.search(r'"\.\./scripts/(\w+)\.py"', rule):
                assert f'code=library("{run[1]}"' in rule, f"{file.name}: {run[1]}"
                found += 1
    assert found > 35


def test_a_word_for_a_figure_trains_no_network(scripts):
    """The vocabularies and wordings stand in modules that all import; only who uses a definition runs again."""
    library = Library(scripts)
    reached = "\n".join(library.reach("train"))
    assert "'SGD'" in reached and "TRAINED" in reached
    assert "Multiple bone metastasis" not in reached and "OPERATIONS" not in reached


@pytest.mark.parametrize(
    ("file", "old", "new", "fit", "train", "benchmark"),
    [
        ("training/fit.py", "SGD(learning_rate)", "SGD(learning_rate / 2)", True, True, True),
        ("benchmark/ours.py", "1e-6", "1e-5", False, False, True),
        ("benchmark/plain_torch.py", "lr=1e-6", "lr=1e-5", False, False, True),
        ("benchmark/timing.py", "(2048, 1)", "(1024, 1)", False, False, True),
        ("scoring/verdict.py", "0.99 * entropy", "0.98 * entropy", False, True, False),
        ("files.py", "index=False", "index=None", False, True, False),
    ],
)
def test_what_a_training_a_verdict_and_a_benchmark_depend_on(scripts, tmp_path, file, old, new, fit, train, benchmark):
    """A checkpoint of days outlives a change of what is said of the training afterwards."""
    shutil.copytree(scripts, tmp_path / "scripts")

    def digests():
        library = Library(tmp_path / "scripts")
        asked = (TRAINING, ("train",), ("benchmark_networks", "bonescan.benchmark.__main__"))
        return [library.digest(*names) for names in asked]

    before = digests()
    path = tmp_path / "scripts" / "bonescan" / file
    assert old in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert [a != b for a, b in zip(digests(), before, strict=True)] == [fit, train, benchmark]
