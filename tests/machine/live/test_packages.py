import os
import sys

import pytest

from winasr_doctor.machine.live.packages import installed, is_installed

TORCH = """from typing import Optional

__all__ = ['__version__', 'debug', 'cuda', 'git_version', 'hip', 'xpu']
__version__ = '{version}'
debug = False
cuda: Optional[str] = {cuda}
git_version = '0123456789'
hip: Optional[str] = None
"""


def distribution(folder, name, version):
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return info


def torch(folder, version, cuda):
    (folder / "torch").mkdir(parents=True)
    (folder / "torch" / "version.py").write_text(TORCH.format(version=version, cuda=cuda))


def test_names_are_normalised(tmp_path):
    distribution(tmp_path, "Nemo_Toolkit", "3.0.0")
    distribution(tmp_path, "zope.interface", "7.0")
    assert installed([str(tmp_path)]).versions == {"nemo-toolkit": "3.0.0", "zope-interface": "7.0"}


def test_of_two_the_first_on_the_path_counts(tmp_path):
    distribution(tmp_path / "first", "lhotse", "1.33.0")
    distribution(tmp_path / "second", "lhotse", "1.31.1")
    folders = [str(tmp_path / "first"), str(tmp_path / "second")]
    assert installed(folders).version("lhotse") == "1.33.0"


def test_a_damaged_installation_does_not_hide_the_others(tmp_path):
    distribution(tmp_path, "lhotse", "1.33.0")
    (tmp_path / "broken-1.0.dist-info").mkdir()
    (distribution(tmp_path, "binary", "1") / "METADATA").write_bytes(b"\xff\xfe\x00Name")
    assert installed([str(tmp_path)]).versions == {"lhotse": "1.33.0"}


def test_metadata_are_never_waited_for_nor_read_whole(tmp_path):
    distribution(tmp_path, "lhotse", "1.33.0")
    large = distribution(tmp_path, "large", "2") / "METADATA"
    with large.open("r+b") as file:
        file.truncate(2**40 if os.name != "nt" else 2**20)  # a sparse file
    (tmp_path / "folder-1.dist-info" / "METADATA").mkdir(parents=True)
    if hasattr(os, "mkfifo"):
        (tmp_path / "pipe-1.dist-info").mkdir()
        os.mkfifo(tmp_path / "pipe-1.dist-info" / "METADATA")
    assert installed([str(tmp_path)]).versions == {"large": "2", "lhotse": "1.33.0"}


def test_what_pip_is_about_to_remove_is_not_there(tmp_path):
    distribution(tmp_path, "~orch", "2.9.1")
    assert installed([str(tmp_path)]).versions == {}


def test_old_forms_are_read(tmp_path):
    head = "Metadata-Version: 1.0\r\nName: {}\r\nVersion: 1\r\n\r\nVersion: 2\r\n"
    (tmp_path / "a.egg-info").write_bytes(head.format("a").encode())
    for name, folder in {"b": "b.egg-info", "c": "c.egg/EGG-INFO"}.items():
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "PKG-INFO").write_bytes(head.format(name).encode())
    assert installed([str(tmp_path)]).versions == {"a": "1", "b": "1", "c": "1"}


def test_a_folder_that_is_not_one_has_nothing(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK")
    assert installed([str(tmp_path / "x.zip"), str(tmp_path / "none"), "a\0b"]).versions == {}


def test_a_distribution_is_found_without_reading_it(tmp_path):
    (tmp_path / "winasr_doctor-0.1.0.dist-info").mkdir()
    assert is_installed("winasr_doctor", [str(tmp_path)])
    assert not is_installed("winasr", [str(tmp_path)])


@pytest.mark.parametrize(
    ("version", "text", "cuda"),
    [("2.9.1+cu128", "'12.8'", "12.8"), ("2.13.0+cpu", "None", None)],
)
def test_torchs_build_is_read_from_its_source(tmp_path, version, text, cuda):
    torch(tmp_path, version, text)
    build = installed([str(tmp_path)]).torch
    assert (build.version, build.cuda) == (version, cuda)


def test_without_torch_there_is_no_build(tmp_path):
    assert installed([str(tmp_path)]).torch is None


def test_nothing_is_imported(tmp_path, monkeypatch):
    torch(tmp_path, "2.9.1", "None")
    (tmp_path / "torch" / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert installed(sys.path).torch.version == "2.9.1"
    assert "torch" not in sys.modules
