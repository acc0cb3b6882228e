"""A workbench on a recorded machine, and an app to repair."""

from __future__ import annotations

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.fix import Journal, RepairExecutor, tasks_of
from winasr_doctor.scanning import scan
from winasr_doctor.testing import machine

PINNED = (
    "from transformers import AutoModel\n"
    "\n"
    'REVISION = "2399591399e4e6438fa7804f2f1f660"  # as on the card\n'
    'model = AutoModel.from_pretrained("nvidia/canary-qwen-2.5b", revision=REVISION)\n'
)
MENDED = PINNED.replace("2399591399e4e6438fa7804f2f1f660", "main")


@pytest.fixture
def journal(state_folder):
    """Return the journal that the command line uses as well."""
    return Journal(state_folder / "fixes")


@pytest.fixture
def app(tmp_path):
    """Return a function that writes `app.py` and returns its path."""

    def write(source=PINNED, encoding="utf-8"):
        file = tmp_path / "app.py"
        file.write_bytes(source if isinstance(source, bytes) else source.encode(encoding))
        return file

    return write


@pytest.fixture
def bench_for(journal):
    """Return a function from paths and codes to a workbench and its tasks."""

    def build(*paths, select=("REV", "APP"), host=None, **options):
        given = [str(path) for path in paths]
        host = host or machine(read_application(given))
        bench = RepairExecutor(host, given, journal=journal, **options)
        return bench, tasks_of(scan(host, select=select))

    return build
