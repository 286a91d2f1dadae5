"""Which code decides a result: a digest of all that a script reaches, blind to comments, docstrings and log texts.

Snakemake does not look into what a script imports. With this digest among a rule's parameters, a job runs again when a
constant, a default or an operator changes that its script reaches, and only then: single definitions are followed, not
whole files, so that a new word for a figure retrains no network.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

PACKAGE = "bonescan"
"""The library. What comes from elsewhere is known by its pinned version, not here."""

NO_RESULT = frozenset(
    {
        "bonescan.script.logged",  # logs
        "bonescan.script.progress",  # logs, and shows a bar
        "bonescan.script.show_bar",
        "bonescan.training.progress",  # shows
        "bonescan.training.checkpoint",  # saves and resumes
        "bonescan.files.write_whole",  # saves
        "bonescan.files.write_folder",
        "bonescan.files.link_files",
    }
)
"""Modules and definitions that show, log, save or resume: they affect when and how a file is written, not what is in
it."""

PLAIN_DECORATORS = {"cache", "contextmanager", "dataclass", "logged", "styled"}
"""Decorators that only wrap. Any other may enter the function somewhere, so that it counts once its module is
imported."""

IGNORED_FIELDS = {
    ast.AST: {"ctx", "kind", "type_comment"},
    ast.arg: {"annotation", "type_comment"},
    ast.FunctionDef: {"returns", "type_comment"},
    ast.AsyncFunctionDef: {"returns", "type_comment"},
}
"""Fields of a syntax tree that decide nothing: types of arguments among them, but not those of a class's fields."""

LOGGERS = {"log", "logger", "logging"}
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}

WHOLE, ON_IMPORT = "*", ""
"""Names of two targets that are no definition: the whole module, and what its import runs."""


class Target(NamedTuple):
    """One definition of a module, or `WHOLE`, or `ON_IMPORT`."""

    path: Path
    name: str


Imports = dict[str, list[Target]]
"""By the name that a module knows them by; several where an import depends on a condition."""


class Statement:
    """One top-level statement of a module, read when it is first reached.

    Parameters
    ----------
    tree : ast.stmt
    imports : Imports
        What its module imports of the library.
    folder : Path

    Attributes
    ----------
    text : str
        What it decides, the same from every version of Python, whatever the imported modules are called.
    mentions : list of (str, str or None)
        The names in it, and which of their attributes.
    imports : Imports
        Those of the module and those inside the statement.
    """

    def __init__(self, tree: ast.stmt, imports: Imports, folder: Path):
        self.tree, self.names, self.folder = tree, names_bound(tree), folder
        self.imports = imports | local_imports(tree, folder)
        self.mentions: list[tuple[str, str | None]] = []

    @cached_property
    def text(self) -> str:
        return self._write(self.tree)

    @property
    def on_import(self) -> bool:
        """Whether it takes effect when its module is imported: it defines nothing, or enters what it defines."""
        decorators = getattr(self.tree, "decorator_list", [])
        return not self.names or any(name_of(decorator) not in PLAIN_DECORATORS for decorator in decorators)

    def _write(self, node, attribute: str | None = None) -> str:
        if isinstance(node, list):
            return "[" + ",".join(filter(None, map(self._write, node))) + "]"
        if not isinstance(node, ast.AST):
            return repr(node)
        if is_local_import(node) or (isinstance(node, ast.Expr) and is_words(node.value)):
            return ""
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and name_of(node.exc) != "Refusal":
            return f"Raise({self._write(node.exc.func)})"  # the text of an error is in no result
        if isinstance(node, ast.Name):
            self.mentions.append((node.id, attribute))
            if any(target.name == WHOLE for target in self.imports.get(node.id, ())):
                return "module"
        inner = node.attr if isinstance(node, ast.Attribute) else None
        parts = []
        for name in node._fields:
            value = getattr(node, name, None)
            # a version of Python that knows more fields than another leaves them empty
            if (
                value is not None
                and value != []
                and name not in IGNORED_FIELDS.get(type(node), IGNORED_FIELDS[ast.AST])
            ):
                parts.append(
                    f"{name}={self._write(value, inner) if isinstance(value, ast.Name) else self._write(value)}"
                )
        return f"{type(node).__name__}({','.join(parts)})"


class Module:
    """One file: its statements by the names that they define, and those that take effect on import, in their order."""

    def __init__(self, path: Path, folder: Path):
        tree = ast.parse(path.read_bytes(), str(path))
        self.imports: Imports = {}
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for name, targets in local_imports(node, folder).items():
                    self.imports.setdefault(name, []).extend(targets)
        self.definitions: dict[str, list[Statement]] = {}
        self.effects: list[Statement] = []
        for node in tree.body:
            if is_local_import(node):
                continue
            statement = Statement(node, self.imports, folder)
            for name in statement.names:
                self.definitions.setdefault(name, []).append(statement)
            if statement.on_import:
                self.effects.append(statement)

    def statements(self, name: str) -> list[Statement]:
        """Return the statements of a definition, of the whole module, or of its import."""
        if name == ON_IMPORT:
            return self.effects
        if name == WHOLE:
            return [statement for found in self.definitions.values() for statement in found]
        return self.definitions.get(name, [])


class Library:
    """The modules in one folder, each parsed once.

    Parameters
    ----------
    folder : Path
        What the scripts import the library from.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._modules: dict[Path, Module] = {}
        self._digests: dict[tuple[str, ...], str] = {}

    def digest(self, *names: str) -> str:
        """Return the SHA-256 of the code that decides what scripts write, or what definitions return.

        Parameters
        ----------
        *names : str
            Scripts, such as `crop`; definitions, such as `bonescan.training.fit.fit`; modules, for what their run does.

        Returns
        -------
        str
            64 hexadecimal digits. They do not depend on where the files lie, how modules are called, or on comments,
            docstrings, types of arguments, calls of a log and texts of errors.

        Raises
        ------
        ValueError
            No such name, or an import of a form that cannot be followed.
        """
        if names not in self._digests:
            self._digests[names] = hashlib.sha256("\n".join(self.reach(*names)).encode()).hexdigest()
        return self._digests[names]

    def reach(self, *names: str) -> list[str]:
        """Return all statements that scripts or definitions reach, as text, with the numbers of what they mention.

        A target's number is its place in the order of first mention, so that it does not depend on any file's name.
        """
        waiting = [self._find(name) for name in names]
        numbers = {target: number for number, target in enumerate(waiting)}
        lines, entered = [], set()
        for target in waiting:  # grows while it is walked
            for path in self._entered_by(target.path, entered):
                lines += self._describe(Target(path, ON_IMPORT), numbers, waiting)
            if target.name != ON_IMPORT:
                lines += self._describe(target, numbers, waiting)
        return lines

    def _find(self, name: str) -> Target:
        """Return the target that a name of `digest` stands for."""
        if path := file_of(name, self.folder):
            return Target(path, ON_IMPORT)
        module, _, definition = name.rpartition(".")
        if (path := file_of(module, self.folder)) and self._module(path).definitions.get(definition):
            return Target(path, definition)
        raise ValueError(f"{name}: expected a script, a module or a definition of the library")

    def _module(self, path: Path) -> Module:
        if path not in self._modules:
            self._modules[path] = Module(path, self.folder)
        return self._modules[path]

    def _entered_by(self, path: Path, entered: set[Path]) -> list[Path]:
        """Return the modules that the import of one runs and that were not run before, the imported ones first."""
        if path in entered or self._decides_nothing(Target(path, WHOLE)):
            return []
        entered.add(path)
        inits = [parent / "__init__.py" for parent in path.parents if self.folder in parent.parents]
        inner = [init for init in reversed(inits) if init != path and init.exists()]
        inner += [target.path for targets in self._module(path).imports.values() for target in targets]
        return [found for other in inner for found in self._entered_by(other, entered)] + [path]

    def _describe(self, target: Target, numbers: dict[Target, int], waiting: list[Target]) -> Iterator[str]:
        """Yield the lines of one target; what it mentions first is numbered and added to `waiting`."""
        module = self._module(target.path)
        for statement in module.statements(target.name):
            if text := statement.text:
                used = []
                for found in self._uses(statement, module, target.path):
                    if self._decides_nothing(found):
                        used.append("-")
                        continue
                    if found not in numbers:
                        numbers[found] = len(waiting)
                        waiting.append(found)
                    used.append(str(numbers[found]))
                yield f"{numbers.get(target, '')} {text} {' '.join(used)}"

    def _uses(self, statement: Statement, module: Module, path: Path) -> Iterator[Target]:
        """Yield what the names mean that a statement mentions, as far as they are of the library."""
        for name, attribute in statement.mentions:
            for target in statement.imports.get(name, ()):
                yield self._follow(target, attribute)
            if name in module.definitions and name not in statement.names:
                yield Target(path, name)

    def _follow(self, target: Target, attribute: str | None = None) -> Target:
        """Return where an imported name, or an attribute of an imported module, is defined.

        If the attribute is unknown, or the module itself is handed on, the whole module counts.
        """
        module = self._module(target.path)
        if target.name == WHOLE:
            if attribute in module.definitions or attribute in module.imports:
                return self._follow(Target(target.path, attribute))
            submodule = target.path.with_name(f"{attribute}.py")
            return Target(submodule, WHOLE) if target.path.stem == "__init__" and submodule.exists() else target
        if target.name in module.imports and target.name not in module.definitions:
            return self._follow(module.imports[target.name][0], attribute)
        return target

    def _decides_nothing(self, target: Target) -> bool:
        module = ".".join(target.path.relative_to(self.folder).with_suffix("").parts)
        return module in NO_RESULT or f"{module}.{target.name}" in NO_RESULT


def local_imports(tree: ast.stmt, folder: Path) -> Imports:
    """Return the names that a statement imports from the library, and what they mean.

    Raises
    ------
    ValueError
        An import of another form than `from bonescan.x import y`, which could not be followed.
    """
    found: Imports = {}
    for node in ast.walk(tree):
        if not is_local_import(node):
            continue
        if isinstance(node, ast.Import) or node.level or any(alias.name == "*" for alias in node.names):
            raise ValueError(f"line {node.lineno}: expected from {PACKAGE}.x import y, found {ast.unparse(node)}")
        for alias in node.names:
            if submodule := file_of(f"{node.module}.{alias.name}", folder):
                target = Target(submodule, WHOLE)
            elif path := file_of(node.module, folder):
                target = Target(path, alias.name)
            else:
                raise ValueError(f"line {node.lineno}: there is no {node.module}")
            found.setdefault(alias.asname or alias.name, []).append(target)
    return found


def is_local_import(node: ast.AST) -> bool:
    """Tell whether a node imports from the library."""
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] == PACKAGE for alias in node.names)
    return isinstance(node, ast.ImportFrom) and (node.level > 0 or node.module.split(".")[0] == PACKAGE)


def file_of(module: str, folder: Path) -> Path | None:
    """Return the file of a module or a package; None where there is none."""
    place = folder.joinpath(*module.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.exists()), None)


def name_of(node: ast.expr) -> str:
    """Return the last part of the name of what is called, or of a name itself; empty for other expressions."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


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
    """Tell whether a bare expression is a docstring or a call of a log."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str)
    called = value.func if isinstance(value, ast.Call) else None
    return (
        isinstance(called, ast.Attribute)
        and name_of(called.value) in LOGGERS
        and called.attr in LOG_METHODS
        and not any(isinstance(node, ast.NamedExpr) for node in ast.walk(value))
    )
