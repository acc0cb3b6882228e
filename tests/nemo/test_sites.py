"""Every place where the installed NeMo makes or deletes temporary files is guarded or excused."""

from __future__ import annotations

import ast
import importlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nemo
import pytest

from winasr_doctor import guard
from winasr_doctor.frameworks.nemo.sites import FRAMEWORK
from winasr_doctor.frameworks.sites import FolderSite

ROOT = Path(nemo.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "survive.md"

SITES = {each.module: each for each in FRAMEWORK.sites if isinstance(each, FolderSite)}
FOLDERS = {"TemporaryDirectory", "mkdtemp"}
FILES = {"NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile", "mkstemp", "mktemp"}

WITHOUT_FOLDERS = {
    "nemo.collections.asr.models.transformer_bpe_models",
    "nemo.collections.asr.parts.preprocessing.perturb",
    "nemo.collections.asr.parts.submodules.wfst_decoder",
    "nemo.collections.asr.parts.utils.transcribe_utils",
}
"""Modules that are excused because they make files and no folders."""

DELETES = re.compile(rb"\bos\.(?:remove|unlink|rmdir|removedirs)\(|\brmtree\(|\.unlink\(")


def modules(root: Path, words: re.Pattern[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the source of each module that has some words."""
    for file in root.rglob("*.py"):
        source = file.read_bytes()
        if words.search(source):
            parts = file.relative_to(root.parent).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), source


def problems(root: Path) -> list[str]:
    """Return what is neither guarded nor excused in NeMo's source."""
    return [
        f"{name}: {why}"
        for name, source in modules(root, re.compile(rb"\btempfile\b"))
        for why in _problems_of(name, ast.parse(source))
    ]


def _problems_of(name: str, tree: ast.Module) -> Iterator[str]:
    imports = [node for node in ast.walk(tree) if _imports_tempfile(node)]
    made = {_name(node) for node in ast.walk(tree)} & (FOLDERS | FILES) if imports else set()
    if imports and not FRAMEWORK.knows(name):
        yield "it uses tempfile"
    if name in SITES:
        if not all(node in tree.body for node in imports):
            yield "it imports tempfile in a function, where no patch of the module reaches"
        if made - {"TemporaryDirectory"}:
            yield f"it also uses {', '.join(sorted(made - {'TemporaryDirectory'}))}"
    if name in WITHOUT_FOLDERS and made & FOLDERS:
        yield "it makes folders, too"


def _imports_tempfile(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(each.name == "tempfile" for each in node.names)
    return isinstance(node, ast.ImportFrom) and node.module == "tempfile"


def _name(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def test_every_use_of_tempfile_is_known():
    assert problems(ROOT) == []
    assert len(list(modules(ROOT, re.compile(rb"\btempfile\b")))) >= 12  # NeMo 3.0.0 has 16


@pytest.mark.parametrize(
    ("module", "source", "why"),
    [
        ("collections/asr/new.py", "import tempfile", "it uses tempfile"),
        (
            "collections/asr/new.py",
            "def f():\n    from tempfile import mkdtemp",
            "it uses tempfile",
        ),
        (
            "collections/asr/parts/mixins/diarization.py",
            "def f():\n    import tempfile",
            "it imports tempfile in a function, where no patch of the module reaches",
        ),
        (
            "core/connectors/save_restore_connector.py",
            "import tempfile\ntempfile.mkdtemp()",
            "it also uses mkdtemp",
        ),
        (
            "collections/asr/parts/utils/transcribe_utils.py",
            "from tempfile import TemporaryDirectory\nTemporaryDirectory()",
            "it makes folders, too",
        ),
    ],
)
def test_a_new_place_in_nemo_is_found(tmp_path: Path, module: str, source: str, why: str):
    file = tmp_path / "nemo" / module
    file.parent.mkdir(parents=True)
    file.write_text(source)
    name = ".".join(Path("nemo", module).with_suffix("").parts)
    assert problems(tmp_path / "nemo") == [f"{name}: {why}"]


@pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.module)
def test_the_site_is_guarded_while_a_block_is_open(site: FolderSite):
    try:
        module = importlib.import_module(site.module)
    except ImportError:
        assert site.parent is None, f"{site.module} must exist"
        pytest.skip(f"this NeMo has no {site.module}, which releases may do without")
    before = module.tempfile
    with guard() as session:
        assert module.tempfile is not before
        assert module.tempfile.TemporaryDirectory is not tempfile.TemporaryDirectory
    assert session.problems == ()
    assert module.tempfile is before


def table(heading: str) -> dict[str, str]:
    """Return the rows of a table of the page, each by the module that it names."""
    rows = PAGE.read_text("utf-8").partition(heading)[2].strip().split("\n\n")[0].splitlines()
    column = heading.split("|").index(" NeMo's module ")
    return {
        name: row for row in rows for name in re.findall(r"`([a-z0-9_.]+)`", row.split("|")[column])
    }


def short(module: str) -> str:
    return module.removeprefix("nemo.").removeprefix("collections.")


def test_the_page_names_each_site_with_its_phases():
    rows = table("| phase | NeMo's module | what a failed cleanup would take away |\n")
    assert {short(name) for name in SITES} == rows.keys()
    for name, site in SITES.items():
        phases = rows[short(name)].split("|")[1]
        assert {site.phase.label, *(each.label for each in site.methods.values())} == set(
            phases.strip().split(", ")
        )


def test_the_page_names_each_module_that_is_left_alone():
    rows = table("| NeMo's module | why |\n")
    assert {short(name) for name in FRAMEWORK.unguarded} == rows.keys()


def test_the_page_names_each_module_that_deletes_files():
    rows = table("| NeMo's module | what it deletes, and why |\n")
    deleting = [short(name) for name, _ in modules(ROOT, DELETES)]
    assert len(deleting) >= 12
    assert [n for n in deleting if not any(f"{n}.".startswith(f"{row}.") for row in rows)] == []
