"""Every place where the installed NeMo uses `tempfile` is guarded, or is excused with a reason."""

from __future__ import annotations

import ast
import importlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nemo
import pytest

from winasr_doctor import guard
from winasr_doctor.frameworks.nemo.sites import FRAMEWORK
from winasr_doctor.frameworks.sites import FolderSite

ROOT = Path(nemo.__file__).parent


def imports_tempfile(source: bytes) -> bool:
    """Return whether a module imports `tempfile`, or from it, at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and any(each.name == "tempfile" for each in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "tempfile":
            return True
    return False


def users_of_tempfile() -> Iterator[str]:
    for file in ROOT.rglob("*.py"):
        source = file.read_bytes()
        if b"tempfile" in source and imports_tempfile(source):
            parts = file.relative_to(ROOT.parent).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__")


def test_every_use_of_tempfile_is_known():
    used = list(users_of_tempfile())
    assert len(used) >= 12  # NeMo 3.0.0 has 16
    assert [name for name in used if not FRAMEWORK.knows(name)] == []


@pytest.mark.parametrize(
    "site",
    [each for each in FRAMEWORK.sites if isinstance(each, FolderSite)],
    ids=lambda site: site.module,
)
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
