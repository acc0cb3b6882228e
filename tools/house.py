"""Measures the structure of one or more checkouts: `python tools/house.py [FOLDER ...]`.

Each folder is the root of a checkout of this repository and becomes one column of the table, so
that a change can be compared with what was there before it. It needs grimp, which comes with
import-linter.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # import-linter needs it there, too


PACKAGE = "winasr_doctor"
OWN_ROOT = Path(__file__).parents[1]
NEMO_WORDS = re.compile(r"nemo|NeMo|NEMO|lhotse")  # not those in "OfflineMode"
NEMO_ROOMS = ("frameworks/nemo", "models", "catalogue", "checks", "known_models.py", "revisions.py")
"""Where NeMo's words belong; the last two are what `models` was called in 0.1."""

AT_MOST = {
    "import circles": 0,
    "upward imports": 0,
    "duplicate public class names": 0,
    "imports in functions without a reason": 0,
    "lines with NeMo's words elsewhere": 60,
}
"""What `--check` tolerates."""

LAZY_TARGETS = {
    "it belongs to an extra": "huggingface_hub nemo numpy omegaconf scipy soundfile soxr torch",
    "not every system has it": "ctypes fcntl msvcrt resource winreg winasr_doctor.windows.win32",
    "not every Python has it": "tomllib tomli",
    "it takes a millisecond or more, and few calls need it": (
        "contextlib decimal difflib fnmatch gzip html importlib importlib.metadata io json logging"
        " pathlib platform platformdirs psutil queue rich.cells rich.color rich.style shlex sqlite3"
        " subprocess tempfile tokenize traceback unicodedata warnings xml.etree"
    ),
}
"""Why a module may be imported inside a function, wherever that is."""

LAZY_IMPORTERS = {
    "a command starts without what only the others need": "cli/ __main__.py explain/",
    "pytest loads it in every project": "pytest_plugin.py",
    "only a failed load asks the doctor": "asr/machine_advice.py",
    "an app starts without what only its failure needs": "run/",
    "a scan without --app does not need it": "appsource/ checks/app/",
    "each schema needs only its own document": "schemas/",
}
"""Why a module, or every module of a room, may import inside functions."""

LAZY = re.compile(r"# lazy: \w.+")
"""The comment beside an import inside a function that gives the reason for all of its module."""

IMPORTS = """
import grimp
graph = grimp.build_graph("winasr_doctor", exclude_type_checking_imports=True)
for module in graph.modules:
    for imported in graph.find_modules_directly_imported_by(module):
        print(module, imported)
"""


class Checkout:
    """One checkout and its parsed modules."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.package = root / PACKAGE
        self.files = sorted(self.package.rglob("*.py"))
        self.texts = {file: file.read_text(encoding="utf-8") for file in self.files}
        self.trees = {file: ast.parse(text) for file, text in self.texts.items()}

    def measures(self) -> dict[str, int]:
        """Return each measure by its name."""
        return {
            "modules": len(self.files),
            "packages": sum(file.name == "__init__.py" for file in self.files),
            "lines": sum(len(text.splitlines()) for text in self.texts.values()),
            "import circles": len(circles(self.imports)),
            "upward imports": sum(1 for _ in self.upward_imports()),
            "duplicate public class names": len(self.duplicates()),
            "imports in functions": sum(1 for _ in self.late_imports()),
            "imports in functions without a reason": sum(1 for _ in self.unexplained_imports()),
            "lines with NeMo's words elsewhere": sum(1 for _ in self.nemo_lines()),
        }

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """Return which module imports which, imports for type checking left out."""
        done = subprocess.run(
            [sys.executable, "-c", IMPORTS],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, set[str]] = defaultdict(set)
        for line in done.stdout.splitlines():
            importer, imported = line.split()
            found[importer].add(imported)
        return found

    def upward_imports(self) -> Iterator[tuple[str, str]]:
        """Yield the imports of a room that is not below, by the layers of this checkout."""
        levels = level_of_rooms()
        for importer, imports in self.imports.items():
            for imported in imports:
                above, below = room_of(importer), room_of(imported)
                if above != below and levels.get(above, -1) > levels.get(below, len(levels)):
                    yield importer, imported

    def duplicates(self) -> dict[str, list[Path]]:
        """Return the public classes whose name stands in more than one module."""
        found: dict[str, list[Path]] = defaultdict(list)
        for file, tree in self.trees.items():
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(file)
        return {name: files for name, files in found.items() if len(files) > 1}

    def late_imports(self) -> Iterator[tuple[Path, ast.Import | ast.ImportFrom]]:
        """Yield the imports inside functions."""
        for file, tree in self.trees.items():
            found = {
                node
                for function in ast.walk(tree)
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
                for node in ast.walk(function)
                if isinstance(node, (ast.Import, ast.ImportFrom))
            }
            for node in sorted(found, key=lambda node: node.lineno):
                yield file, node

    def unexplained_imports(self) -> Iterator[tuple[Path, ast.Import | ast.ImportFrom]]:
        """Yield the imports inside functions for which neither a rule nor a comment says why."""
        targets = set(" ".join(LAZY_TARGETS.values()).split())
        importers = tuple(" ".join(LAZY_IMPORTERS.values()).split())
        commented = {file for file, node in self.late_imports() if self._has_reason(file, node)}
        for file, node in self.late_imports():
            excused = file.relative_to(self.package).as_posix().startswith(importers)
            if file not in commented and not excused and not set(imported_by(node)) <= targets:
                yield file, node

    def _has_reason(self, file: Path, node: ast.stmt) -> bool:
        """Return whether a comment on an import's line, or on the line above it, says why."""
        lines = self.texts[file].splitlines()[node.lineno - 2 : node.lineno]
        return any(LAZY.search(line) for line in lines)

    def nemo_lines(self) -> Iterator[tuple[Path, int]]:
        """Yield the lines of code that name NeMo outside its rooms; documentation may name it."""
        for file, tree in self.trees.items():
            if file.relative_to(self.package).as_posix().startswith(NEMO_ROOMS):
                continue
            documentation = set(documented_lines(tree))
            for number, line in enumerate(self.texts[file].splitlines(), 1):
                if number not in documentation and NEMO_WORDS.search(line.split("#")[0]):
                    yield file, number


def level_of_rooms() -> dict[str, int]:
    """Return how many layers of the import contract are above each room."""
    settings = tomllib.loads((OWN_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    return {room: level for level, rooms in enumerate(layers) for room in rooms.split(" : ")}


def room_of(module: str) -> str:
    """Return `a` for `winasr_doctor.a.b`."""
    return module.removeprefix(f"{PACKAGE}.").partition(".")[0]


def imported_by(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Yield the modules that an import names; of an extra's submodule, the extra."""
    module = node.module if isinstance(node, ast.ImportFrom) else None
    names = [module] if module else [alias.name for alias in node.names]
    extras = LAZY_TARGETS["it belongs to an extra"].split()
    for name in names:
        root = name.partition(".")[0]
        yield root if root in extras else name


def documented_lines(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of strings that stand alone: docstrings, also those of constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def circles(imports: dict[str, set[str]]) -> list[set[str]]:
    """Return the groups of modules that import each other (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for imported in imports.get(module, ()):
            if imported not in index:
                visit(imported)
                low[module] = min(low[module], low[imported])
            elif imported in stack:
                low[module] = min(low[module], index[imported])
        if low[module] == index[module]:
            start = stack.index(module)
            group = set(stack[start:])
            del stack[start:]
            if len(group) > 1:
                found.append(group)

    for module in sorted(imports):
        if module not in index:
            visit(module)
    return found


def table(columns: Iterable[tuple[str, dict[str, int]]]) -> Iterator[str]:
    """Yield the lines of the table."""
    columns = list(columns)
    yield " ".join([f"{'':34}", *(f"{name[-12:]:>12}" for name, _ in columns)])
    for measure in columns[0][1]:
        yield " ".join([f"{measure:34}", *(f"{values[measure]:12,}" for _, values in columns)])


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python tools/house.py", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=[Path()])
    parser.add_argument("--check", action="store_true", help="fail where the last one is untidy")
    parser.add_argument("-v", "--verbose", action="store_true", help="list what was counted")
    options = parser.parse_args()
    checkouts = [Checkout(folder.resolve()) for folder in options.folders]
    columns = [(each.root.name, each.measures()) for each in checkouts]
    print(*table(columns), sep="\n")
    if options.verbose:
        print(*details(checkouts[-1]), sep="\n")
    last = columns[-1][1]
    return int(options.check and any(last[measure] > most for measure, most in AT_MOST.items()))


def details(checkout: Checkout) -> Iterator[str]:
    """Yield what was counted, a line each."""
    for group in circles(checkout.imports):
        yield f"circle: {' '.join(sorted(group))}"
    for importer, imported in checkout.upward_imports():
        yield f"upward: {importer} imports {imported}"
    for name, files in checkout.duplicates().items():
        yield f"class: {name} {' '.join(str(file.relative_to(checkout.root)) for file in files)}"
    for file, node in checkout.unexplained_imports():
        yield f"import without a reason: {file.relative_to(checkout.root)}:{node.lineno}"
    for file, number in checkout.nemo_lines():
        yield f"NeMo: {file.relative_to(checkout.root)}:{number}"


if __name__ == "__main__":
    sys.exit(main())
