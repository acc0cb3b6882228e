"""Collections of files from machines, made from the example machines."""

import gzip
import shutil
import zipfile

import pytest

from winasr_doctor.machine.examples import example_file
from winasr_doctor.machine.recorded import REPORTED_MACHINE


class Collection:
    """A folder with what was collected."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, name, example):
        """Add an example machine under a file name; its suffix says in which form."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        source = example_file(example)
        if name.endswith(".gz"):
            target.write_bytes(gzip.compress(source.read_bytes()))
        elif name.endswith(".zip"):
            with zipfile.ZipFile(target, "w") as archive:
                archive.write(source, REPORTED_MACHINE)
        else:
            shutil.copy(source, target)
        return target

    def write(self, name, content):
        """Add a file with any content."""
        (self.folder / name).write_bytes(content)


@pytest.fixture
def collection(tmp_path):
    """Return an empty collection."""
    return Collection(tmp_path / "collected")


@pytest.fixture
def earlier(tmp_path):
    """Return another empty collection."""
    return Collection(tmp_path / "earlier")
