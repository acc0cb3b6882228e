"""Listing environments: from every list and folder where they usually are."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.machine.registry_dict import RegistryDict
from winasr_doctor._util.workers import DeadlineTask, TooLateError
from winasr_doctor.machine.interpreters import search
from winasr_doctor.machine.interpreters.search import environments, running_pythons
from winasr_doctor.machine.interpreters.sources import Surroundings

from .trees import installed, site_of, windows_python, windows_venv, write


@pytest.fixture
def base(tmp_path) -> Path:
    return windows_python(tmp_path / "base" / "Python312").parent


@pytest.fixture
def home(tmp_path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def around(home, *, starts=(), registry=None, drives=(), processes=(), **variables):
    return Surroundings(home, variables, tuple(starts), registry, drives, lambda: processes)


def paths(found):
    return [each.path for each in found.items]


def test_those_with_nemo_come_first(home, base):
    envs = home / "envs"
    for name in ("a", "b", "c"):
        windows_venv(envs / name, base)
    installed(envs / "b" / "Lib" / "site-packages", torch="2.6.0")
    installed(envs / "c" / "Lib" / "site-packages", torch="2.6.0+cu126", nemo_toolkit="2.3.0")
    found = environments(around=around(home))
    assert paths(found) == [str(envs / name) for name in ("c", "b", "a")]
    first = found.items[0]
    assert (first.framework, first.torch, first.python) == ("2.3.0", "2.6.0+cu126", "3.12.4")
    assert first.found == ("~/envs",)


def test_an_environment_is_listed_once_with_every_place(home, base):
    environment = windows_venv(home / "app" / ".venv", base)
    write(home / ".conda" / "environments.txt", f"{environment}\n{home / 'deleted'}\n\n")
    found = environments(
        around=around(
            home,
            starts=[(home / "app", "the app")],
            processes=[environment / "Scripts" / "python.exe"],
        )
    )
    (only,) = found.items
    assert only.found[:2] == ("beside the app", "a running program")
    assert "conda's list" in only.found[2]


def test_a_parent_of_the_current_folder_counts(home, base):
    environment = windows_venv(home / "project" / "venv", base)
    deep = home / "project" / "src" / "app"
    deep.mkdir(parents=True)
    found = environments(around=around(home, starts=[(deep, "the current folder")]))
    assert paths(found) == [str(environment)]
    assert found.items[0].found == ("above the current folder",)


def test_installations_in_the_registry(home, base, tmp_path):
    other, ignored, everyones = (
        windows_python(tmp_path / name).parent for name in ("Other", "Ignored", "Everyones")
    )
    machine = r"HKLM\Software\Python\{}\InstallPath"
    key = r"HKCU\Software\Python\{}\InstallPath"
    registry = RegistryDict(
        {
            key.format(r"PythonCore\3.12"): {"": f"{base}", "ExecutablePath": f"{base}/python.exe"},
            key.format(r"Astral\CPython3.12"): {"": f"{other}"},
            key.format(r"PyLauncher\x"): {"": f"{ignored}"},
            machine.format(r"PythonCore\3.12"): {"": f"{everyones}"},
            key.format(r"Broken\1"): {"": 7},
        }
    )
    found = environments(around=around(home, registry=registry))
    assert paths(found) == [str(base), str(other), str(everyones)]
    assert found.items[0].found == ("the registry, PythonCore 3.12",)


def test_the_registry_is_read_in_both_views(home, base):
    class OnlyIn32(RegistryDict):
        def subkeys(self, key, *, view=64):
            return super().subkeys(key, view=view) if view == 32 else []

    key = r"HKLM\Software\Python\PythonCore\3.12-32\InstallPath"
    found = environments(around=around(home, registry=OnlyIn32({key: {"": f"{base}"}})))
    assert paths(found) == [str(base)]


@pytest.mark.parametrize(
    "place",
    [
        "miniconda3/envs/asr",
        "AppData/Local/Python/pythoncore-3.12-64",
        "AppData/Local/Programs/Python/Python312",
        "AppData/Roaming/uv/python/cpython-3.12",
        "AppData/Roaming/uv/tools/nemo",
        ".local/share/uv/tools/nemo",
        ".pyenv/pyenv-win/versions/3.12.4",
        "ComfyUI_windows_portable/python_embeded",
        "Downloads/ComfyUI_windows_portable/python_embeded",
        "pinokio/api/parakeet/env",
        "pinokio/api/parakeet/app/env",
        "pinokio/bin/miniconda",
        "WinPython/python-3.12.amd64",
        "work/asr",
        ".local/share/virtualenvs/asr-x1",
        "elsewhere/asr",
    ],
)
def test_the_usual_folders(home, place):
    windows_python(home / place)
    write(home / ".condarc", f"channels:\n  - x\nenvs_dirs:\n  - {home / 'elsewhere'}\n")
    variables = {
        "LOCALAPPDATA": str(home / "AppData" / "Local"),
        "APPDATA": str(home / "AppData" / "Roaming"),
        "WORKON_HOME": str(home / "work"),
    }
    found = environments(around=around(home, **variables))
    assert [Path(each).relative_to(home).as_posix() for each in paths(found)] == [place]


def test_the_kernels_of_jupyter(home, base):
    spec = {"argv": [str(base / "python.exe"), "-m", "ipykernel_launcher"]}
    write(home / ".local/share/jupyter/kernels/asr/kernel.json", json.dumps(spec))
    write(home / ".local/share/jupyter/kernels/bad/kernel.json", "[]")
    found = environments(around=around(home))
    assert found.items[0].found == ("the Jupyter kernel asr",)


def test_a_source_that_hangs_does_not_hide_what_was_found(home, base, monkeypatch):
    windows_venv(home / "app" / ".venv", base)
    reached, released = threading.Event(), threading.Event()

    def hanging():
        reached.set()
        released.wait()
        return ()

    class LateTask(DeadlineTask):
        """Is late as soon as the source hangs, on a machine of any speed."""

        def result(self):
            assert reached.wait(60)
            raise TooLateError

    monkeypatch.setattr(search, "DeadlineTask", LateTask)
    hung = around(home, starts=[(home / "app", "the app")])._replace(processes=hanging)
    found = environments(around=hung)
    released.set()
    assert (len(found.items), found.complete) == (1, False)


def test_a_broken_environment_is_listed_with_its_problem(home):
    windows_venv(home / "envs" / "old", home / "gone")
    (only,) = environments(around=around(home)).items
    assert "does not exist" in only.problem


def test_a_real_environment_is_found(home, environment):
    installed(site_of(environment), nemo_toolkit="3.0.0")
    found = environments(around=around(home, VIRTUAL_ENV=str(environment)))
    assert [(each.path, each.framework) for each in found.items] == [(str(environment), "3.0.0")]


def test_running_programs_can_be_listed():
    assert all(path.is_absolute() for path in running_pythons())
