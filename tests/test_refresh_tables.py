"""`tools/refresh_tables`, with a package index that is made up."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from winasr_doctor._util.dated import BY_COMMAND
from winasr_doctor.checks.versions import WHEELS
from winasr_doctor.tables import TABLES

TOOL = Path(__file__).parents[1] / "tools" / "refresh_tables"
NO_WHEEL = "error: no solution\nhint: Wheels are required for `{}` because building is disabled\n"


def load(name, monkeypatch, *, as_=None):
    spec = importlib.util.spec_from_file_location(as_ or name, TOOL / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, as_ or name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tool(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", list(sys.path))
    load("uv", monkeypatch)
    module = load("__main__", monkeypatch, as_="refresh_tables")
    for name in ("newest", "nemo-wheels"):
        content = (module.FOLDER / f"{name}.json").read_text(encoding="utf-8")
        (tmp_path / f"{name}.json").write_text(content, encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    return module


def index(uv, lacking, newest=None):
    """Answer like uv; `lacking` lists the missing wheels by NeMo and Python version."""

    def ask(command, stdin):
        if "install" in command:
            folder = Path(command[command.index("--target") + 1], "nemo_toolkit-1.dist-info")
            folder.mkdir()
            (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: a\nVersion: 1\n")
            return uv.Answer(True, "", "")
        if "--no-deps" in command:
            return uv.Answer(True, f"{stdin.strip()}=={(newest or {}).get(stdin.strip())}\n", "")
        python = command[command.index("--python-version") + 1]
        left_out = Path(command[command.index("--overrides") + 1]).read_text(encoding="utf-8")
        version = re.search(r"==(\S+)", stdin)[1]
        for name in lacking(version, python):
            if f"{name}; sys_platform == 'none'" not in left_out:
                return uv.Answer(False, "", NO_WHEEL.format(name))
        return uv.Answer(True, "all of it", "")

    return ask


def test_all_missing_wheels_are_found_one_after_the_other(tool):
    ask = index(tool.uv, lambda *_: ("numexpr", "kaldialign"))
    assert tool.uv.without_wheels("nemo_toolkit[asr]==1", "3.15", ask) == ["kaldialign", "numexpr"]


def test_an_index_that_cannot_be_asked_is_no_answer(tool):
    def offline(_command, _stdin):
        return tool.uv.Answer(False, "", "error: dns error")

    with pytest.raises(tool.uv.ResolutionError, match="dns error"):
        tool.uv.without_wheels("nemo_toolkit[asr]==1", "3.15", offline)
    with pytest.raises(tool.uv.ResolutionError, match="dns error"):
        tool.uv.newest("torch", offline)


def test_a_refusal_that_never_ends_is_given_up(tool):
    counter = iter(range(1000))

    def ask(_command, _stdin):
        return tool.uv.Answer(False, "", NO_WHEEL.format(f"p{next(counter)}"))

    with pytest.raises(tool.uv.ResolutionError, match="more than 16"):
        tool.uv.without_wheels("nemo_toolkit[asr]==1", "3.15", ask)


def lacking(version, python):
    if version == "3.1.0":
        return () if python != "3.16" else ("numba",)
    return WHEELS.rows[version].get(python, ["numba"])


def run(tool, *arguments):
    ask = index(tool.uv, lacking, {"nemo_toolkit": "3.1.0", "torch": "2.16.0"})
    return tool.main(list(arguments), ask, lambda: dt.date(2027, 3, 1))


def test_the_difference_is_shown_and_nothing_is_written(tool, capsys):
    before = {file.name: file.read_bytes() for file in tool.FOLDER.iterdir()}
    assert run(tool) == 0
    out = capsys.readouterr().out
    assert '+  "nemo_toolkit": "3.1.0"' in out
    assert "NeMo 3.0.0 requires lhotse nothing" in out
    assert {file.name: file.read_bytes() for file in tool.FOLDER.iterdir()} == before


def test_what_was_found_is_written_when_asked_for(tool):
    assert run(tool, "--write", "--python", "3.16") == 0
    table = json.loads((tool.FOLDER / "nemo-wheels.json").read_text(encoding="utf-8"))
    assert table["made"] == "2027-03-01"
    assert next(iter(table["rows"])) == "3.1.0"
    assert table["rows"]["3.1.0"]["3.15"] == []
    assert table["rows"]["3.1.0"]["3.16"] == ["numba"]
    assert table["rows"]["3.0.0"]["3.15"] == WHEELS.rows["3.0.0"]["3.15"]
    newest = json.loads((tool.FOLDER / "newest.json").read_text(encoding="utf-8"))
    assert newest["rows"] == {"nemo_toolkit": "3.1.0", "torch": "2.16.0"}


def test_without_an_index_the_tool_says_so_and_writes_nothing(tool, capsys):
    before = {file.name: file.read_bytes() for file in tool.FOLDER.iterdir()}
    offline = tool.uv.Answer(False, "", "dns error")
    assert tool.main(["--write"], lambda _command, _stdin: offline) == 1
    assert "dns error" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in tool.FOLDER.iterdir()} == before


def test_what_no_index_can_tell_is_listed_by_hand(tool):
    told = tool.by_hand()
    for table in TABLES:
        assert (table.name in told) is (table.renew != BY_COMMAND)


def test_limits_are_compared_part_by_part(tool):
    declared = {
        "3.0.0": ["lhotse>=1.33.0; extra == 'asr'"],
        "2.7.3": ["lhotse>=1.33", "kaldialign<=0.9.1 ; extra == 'asr'"],
        "2.5.3": ["numpy>=1.22", "numpy<2.0.0; extra == 'asr'", "numpy>3; extra == 'tts'"],
    }

    def ask(command, _stdin):
        version = command[-1].partition("==")[2]
        folder = Path(command[command.index("--target") + 1], "nemo_toolkit-1.dist-info")
        folder.mkdir()
        lines = "".join(f"Requires-Dist: {line}\n" for line in declared[version])
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: a\nVersion: 1\n{lines}")
        return tool.uv.Answer(True, "", "")

    assert tool.requirement_changes(declared, ask) == [
        "NeMo 2.7.3 requires lhotse >=1.33, not lhotse>=1.32.2"
    ]
