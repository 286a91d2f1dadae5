"""The library's rooms: data goes the DAG's way, so no package imports one further down it, and nothing in a circle."""

import ast
from graphlib import TopologicalSorter

import pytest
from workflow_runs import ROOT

LIBRARY = ROOT / "workflow" / "scripts" / "bonescan"
SHARED = {"terms", "config", "code", "files", "script", "chance", "parts", "wording", "backend", "machine", "labels"}
STAGES = [
    *("phantom", "ingest", "label", "crop", "augment", "normalise", "split", "models", "training", "audit", "scoring"),
    *("benchmark", "phantom_quality", "crop_quality", "tables", "figures", "provenance", "report_forms"),
]


def module_name(path):
    parts = path.relative_to(LIBRARY.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in LIBRARY.rglob("*.py")}


def imports(module):
    """Modules of the library that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bonescan"):
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                found.add(submodule if submodule in MODULES else node.module)
    return found - {module}


def room(module):
    return module.split(".")[1] if "." in module else ""


def test_every_room_is_a_stage_or_shared():
    assert {room(module) for module in MODULES} - {""} == {*STAGES, *SHARED}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_nothing_from_further_down(module):
    own = room(module)
    for other in map(room, imports(module)):
        if own in SHARED:
            assert other in SHARED, f"{module} is shared and imports the stage {other}"
        elif own:
            assert other in SHARED or STAGES.index(other) <= STAGES.index(own), f"{module} imports {other}"


def test_no_circle():
    # a package's __init__ that gathers its modules is no circle: they do not import it
    TopologicalSorter({module: imports(module) for module in MODULES}).prepare()


@pytest.mark.parametrize(
    "path", sorted([*LIBRARY.glob("tables/*.py"), *LIBRARY.glob("figures/*.py")]), ids=lambda p: p.stem
)
def test_tables_and_figures_compute_no_statistics(path):
    """They lay out and draw what other packages found."""
    text = path.read_text(encoding="utf-8")
    assert "sklearn" not in text and "scipy" not in text


def test_nobody_parses_a_path():
    """Unit, dataset, model and seed stand in fit.json."""
    for path in LIBRARY.parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert ".parts[-" not in text, path.name


def test_nobody_writes_through_a_memory_map():
    """On a full disk the process would end with SIGBUS: no message, nothing in the log."""
    for path in LIBRARY.parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "open_memmap" not in text and "np.memmap" not in text, path.name


@pytest.mark.parametrize("path", sorted(LIBRARY.parent.rglob("*.py")), ids=lambda path: path.stem)
def test_every_text_file_has_its_encoding_named(path):
    """A login may have another one: GB18030, ISO-8859-1."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        opened = name == "open" and isinstance(node.func, ast.Name) and "b" not in ast.unparse(node.args[1:2])
        method = isinstance(node.func, ast.Attribute) and name in ("read_text", "write_text", "fdopen")
        if (method and "b" not in ast.unparse(node.args[1:2])) or opened:
            named = {keyword.arg for keyword in node.keywords}
            assert "encoding" in named, f"{path.name}, line {node.lineno}"
