"""Which code decides a result: a digest of all that a script reaches, blind to comments, docstrings and log texts.

Snakemake does not look into what a script imports. With this digest among a rule's parameters, a job runs again when a
constant, a default or an operator changes that its script reaches, and only then: single definitions are followed, not
whole files, so that a new word for a figure retrains no network.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = "bonescan"
"""The library. What comes from elsewhere is told by its pinned version, not here."""

NO_RESULT = frozenset(
    {
        "bonescan.script",  # logs, and shows a bar
        "bonescan.training.progress",  # shows
        "bonescan.training.checkpoint",  # saves and resumes
        "bonescan.ingest.journal",  # saves and resumes
        "bonescan.files.write_whole",  # saves
        "bonescan.files.write_folder",
        "bonescan.files.link_files",
    }
)
"""Modules and definitions that show, log, save or resume: they decide when a file is there, not what is in it."""

UNTOLD = {
    ast.AST: {"ctx", "kind", "type_comment"},
    ast.arg: {"annotation", "type_comment"},
    ast.FunctionDef: {"returns", "type_comment"},
    ast.AsyncFunctionDef: {"returns", "type_comment"},
}
"""Fields of a syntax tree that decide nothing: types of arguments among them, but not those of a class's fields."""

LOGGERS = {"log", "logger", "logging"}
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


IMPORT = ""
"""Name of the target that stands for what the import of a module runs, beside its definitions."""


class Target(NamedTuple):
    """One definition of a module; without a name, the whole module."""

    path: Path
    name: str | None = None


class Statement:
    """One top-level statement of a module, read when it is first reached.

    Parameters
    ----------
    tree : ast.stmt
    imports : dict of str to Target
        What its module imports of the library.
    folder : Path

    Attributes
    ----------
    text : str
        What it decides, the same from every version of Python, whatever the imported modules are called.
    mentions : list of (str, str or None)
        The names in it, and which of their attributes.
    imports : dict of str to Target
        With its own.
    """

    def __init__(self, tree: ast.stmt, imports: dict[str, Target], folder: Path):
        self.tree, self.names, self.folder = tree, names_bound(tree), folder
        self.imports = dict(imports)
        self.mentions: list[tuple[str, str | None]] = []

    @cached_property
    def text(self) -> str:
        return self._write(self.tree)

    def _write(self, node, attribute: str | None = None) -> str:
        if isinstance(node, list):
            return "[" + ",".join(filter(None, map(self._write, node))) + "]"
        if not isinstance(node, ast.AST):
            return repr(node)
        if isinstance(node, ast.ImportFrom) and is_local(node.module):
            self.imports |= local_imports(node, self.folder)
            return ""
        if isinstance(node, ast.Import) and any(is_local(alias.name) for alias in node.names):
            raise ValueError(f"line {node.lineno}: expected from {PACKAGE} import, found import {PACKAGE}")
        if isinstance(node, ast.Expr) and is_words(node.value):
            return ""
        if isinstance(node, ast.Name):
            self.mentions.append((node.id, attribute))
            if node.id in self.imports and self.imports[node.id].name is None:
                return "module"
        parts = []
        for name in node._fields:
            value = getattr(node, name, None)
            # a version of Python that knows more fields than another leaves them empty
            if value is not None and value != [] and name not in UNTOLD.get(type(node), UNTOLD[ast.AST]):
                inner = node.attr if isinstance(node, ast.Attribute) else None
                parts.append(
                    f"{name}={self._write(value, inner) if isinstance(value, ast.AST) else self._write(value)}"
                )
        return f"{type(node).__name__}({','.join(parts)})"


class Module:
    """One file: its statements by the names that they define, and those that define nothing."""

    def __init__(self, path: Path, folder: Path):
        tree = ast.parse(path.read_bytes())
        self.imports: dict[str, Target] = {}
        self.definitions: dict[str, list[Statement]] = {}
        self.effects: list[Statement] = []
        for node in tree.body:
            self.imports |= local_imports(node, folder)
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and is_local(node.module):
                continue
            statement = Statement(node, self.imports, folder)
            for name in statement.names:
                self.definitions.setdefault(name, []).append(statement)
            if not statement.names:
                self.effects.append(statement)

    def statements(self, name: str | None) -> list[Statement]:
        """Return the statements that define a name; without one, all that define something."""
        if name == IMPORT:
            return self.effects
        if name is not None:
            return self.definitions.get(name, [])
        return [statement for found in self.definitions.values() for statement in found]


class Library:
    """The modules in one folder, each parsed once.

    Parameters
    ----------
    folder : Path
        What the scripts import the library from.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.module = lru_cache(None)(lambda path: Module(path, folder))
        self.own_digest = lru_cache(None)(self._own_digest)
        self.step = lru_cache(None)(self._step)
        self.digest = lru_cache(None)(self._digest)

    def _digest(self, script: Path) -> str:
        """Return the SHA-256 of the code that decides what a script writes.

        Parameters
        ----------
        script : Path

        Returns
        -------
        str
            64 hexadecimal digits. They do not depend on where the files lie, how modules are called, or on comments,
            docstrings, types of arguments and calls of a log.
        """
        return hashlib.sha256("\n".join(sorted(self.reach(script))).encode()).hexdigest()

    def reach(self, script: Path) -> set[str]:
        """Return each statement that a script reaches as text, with short digests of what its names mean."""
        lines, seen, waiting = set(), set(), [Target(script)]
        while waiting:
            target = waiting.pop()
            if target not in seen:
                seen.add(target)
                found, further = self.step(target)
                lines.update(found)
                waiting += further
        return lines

    def _step(self, target: Target) -> tuple[list[str], list[Target]]:
        """Return the lines of one target, and the targets that it mentions."""
        module = self.module(target.path)
        lines, further = [], []
        if target.name != IMPORT:
            further = [Target(path, IMPORT) for path in (target.path, *self._packages_of(target.path))]
        for statement in module.statements(target.name):
            if not (text := statement.text):
                continue
            used = list(self._uses(statement, module, target.path))
            lines.append(" ".join([text, *(f"{one.name or ''}={self.own_digest(one)}" for one in used)]))
            further += [one for one in used if not self._decides_nothing(one)]
        return lines, further

    def _uses(self, statement: Statement, module: Module, path: Path) -> Iterator[Target]:
        """Yield what the names mean that a statement mentions, as far as they are of the library."""
        for name, attribute in statement.mentions:
            if name in statement.imports:
                yield self._follow(statement.imports[name], attribute)
            elif name in module.definitions and name not in statement.names:
                yield Target(path, name)

    def _follow(self, target: Target, attribute: str | None = None) -> Target:
        """Return where an imported name, or an attribute of an imported module, is defined.

        A module of which more is used than attributes that it is seen to have counts as a whole.
        """
        module = self.module(target.path)
        if target.name is None:
            known = attribute in module.definitions or attribute in module.imports
            return self._follow(Target(target.path, attribute)) if known else target
        if target.name in module.imports and target.name not in module.definitions:
            return self._follow(module.imports[target.name], attribute)
        return target

    def _own_digest(self, target: Target) -> str:
        """Return a digest of a definition without what it reaches, so that two of one name are told apart."""
        if self._decides_nothing(target):
            return ""
        text = "".join(statement.text for statement in self.module(target.path).statements(target.name))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _packages_of(self, path: Path) -> list[Path]:
        """Return the `__init__.py` of the packages that a module lies in, which its import runs too."""
        inits = [parent / "__init__.py" for parent in path.parents if self.folder in parent.parents]
        return [init for init in inits if init != path and init.exists()]

    def _decides_nothing(self, target: Target) -> bool:
        module = ".".join(target.path.relative_to(self.folder).with_suffix("").parts)
        return module in NO_RESULT or f"{module}.{target.name}" in NO_RESULT


def local_imports(node: ast.stmt, folder: Path) -> dict[str, Target]:
    """Return the names that a statement imports from the library, and what they mean."""
    found = {}
    if isinstance(node, ast.ImportFrom) and is_local(node.module):
        for alias in node.names:
            if submodule := file_of(f"{node.module}.{alias.name}", folder):
                found[alias.asname or alias.name] = Target(submodule)
            elif path := file_of(node.module, folder):
                found[alias.asname or alias.name] = Target(path, alias.name)
    return found


def file_of(module: str, folder: Path) -> Path | None:
    """Return the file of a module or a package; None where there is none."""
    place = folder.joinpath(*module.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.exists()), None)


def is_local(module: str | None) -> bool:
    """Tell whether a module is one of the library."""
    return (module or "").split(".")[0] == PACKAGE


def names_bound(statement: ast.stmt) -> list[str]:
    """Return the names that a top-level statement defines, those that it imports among them."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).split(".")[0] for alias in statement.names]
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        nodes = [node for target in targets for node in ast.walk(target)]
        return [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return []


def is_words(value: ast.expr) -> bool:
    """Tell whether an expression that stands alone is a text or a call of a log."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str)
    called = value.func if isinstance(value, ast.Call) else None
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id in LOGGERS
        and called.attr in LOG_METHODS
        and not any(isinstance(node, ast.NamedExpr) for node in ast.walk(value))
    )
