"""A conda environment is examined as if it were active."""

from __future__ import annotations

import json
import os

import pytest

from winasr_doctor.machine.interpreters.conda import activated
from winasr_doctor.machine.interpreters.layout import locate
from winasr_doctor.machine.live import LiveMachine, environment, places

from .trees import windows_python, write


def conda(folder, **variables):
    windows_python(folder)
    write(folder / "conda-meta" / "state", json.dumps({"version": 1, "env_vars": variables}))
    return folder


def test_its_folders_come_first_on_the_path(tmp_path):
    made = activated(str(conda(tmp_path / "c")), {"Path": "before"})
    first, *rest = made["Path"].split(os.pathsep)
    assert os.path.normpath(first) == str(tmp_path / "c")
    assert str(tmp_path / "c" / "Library" / "bin") in rest
    assert rest[-1] == "before"


def test_packages_and_the_user_set_variables(tmp_path):
    folder = conda(tmp_path / "c", TEMP="user", HF_HOME="***unset***")
    write(folder / "etc/conda/env_vars.d/p.json", json.dumps({"TEMP": "package", "X": "1"}))
    made = activated(str(folder), {"Temp": "before", "hf_home": "before"})
    made.pop("PATH")
    assert made == {"TEMP": "user", "X": "1"}


@pytest.mark.parametrize("state", ["", "[]", "{", '{"env_vars": 3}', '{"env_vars": {"A": 1}}'])
def test_a_damaged_state_changes_nothing(tmp_path, state):
    write(conda(tmp_path / "c") / "conda-meta" / "state", state)
    made = activated(str(tmp_path / "c"), {"A": "0"})
    made.pop("PATH")
    assert made == {"A": "0"}


def test_another_kind_of_environment_changes_nothing(tmp_path):
    assert activated(str(tmp_path), {"A": "0"}) == {"A": "0"}


def test_temp_is_where_that_python_would_write(tmp_path):
    temp = tmp_path / "temp"
    temp.mkdir()
    host = LiveMachine(outside=locate(str(conda(tmp_path / "c", TMPDIR=str(temp)))))
    assert places.read(host).first("tempfile").path == str(temp)
    assert environment.read(host).get("TMPDIR") == str(temp)
