"""Apps in a Python that ignores `PYTHONPATH`, started in this very process."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from winasr_doctor.run import child, final_diagnosis, launching
from winasr_doctor.run.settings import VARIABLE


@pytest.fixture
def launch(monkeypatch, tmp_path):
    """Return a function that launches an app; it has a `__main__` of its own."""
    begun = []
    monkeypatch.setenv(VARIABLE, "settings")
    monkeypatch.setattr(child, "begin", begun.append)
    monkeypatch.setattr(sys, "argv", ["-c"])
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.chdir(tmp_path)

    def start(*app):
        main = ModuleType("__main__")
        main.launch = main.sys = None
        monkeypatch.setitem(sys.modules, "__main__", main)
        launching.launch(app)
        assert begun == ["settings"]
        return main

    return start


def test_a_script_is_main_with_its_folder_and_arguments(launch, tmp_path):
    (tmp_path / "own.py").write_text("VALUE = 7\n")
    (tmp_path / "app.py").write_text(
        "import sys, own\nsaw = __name__, sys.argv, own.VALUE, __file__\n"
    )
    main = launch("app.py", "--port", "1")
    script = str(tmp_path / "app.py")
    assert main.saw == ("__main__", ["app.py", "--port", "1"], 7, script)
    assert not hasattr(main, "launch")
    del sys.modules["own"]


def test_a_module_runs_as_python_would(launch, tmp_path, capsys):
    (tmp_path / "tool.py").write_text("import sys\nprint(__name__, sys.argv[1:])\n")
    launch("-m", "tool", "a")
    assert capsys.readouterr().out == "__main__ ['a']\n"


def test_a_folder_runs_its_main(launch, tmp_path, capsys):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_text("print('folder')\n")
    launch("app")
    assert capsys.readouterr().out == "folder\n"


def test_an_error_is_shown_as_python_shows_it_and_remembered(launch, tmp_path, capsys, monkeypatch):
    remembered = []
    monkeypatch.setattr(final_diagnosis, "remember", remembered.append)
    (tmp_path / "app.py").write_text("raise ValueError('no')\n")
    with pytest.raises(SystemExit) as ended:
        launch("app.py")
    assert ended.value.code == 1
    assert "ValueError: no" in capsys.readouterr().err
    assert "launching.py" not in capsys.readouterr().err
    assert isinstance(remembered[0], ValueError)


def test_an_app_that_ends_itself_does(launch, tmp_path):
    (tmp_path / "app.py").write_text("raise SystemExit(7)\n")
    with pytest.raises(SystemExit) as ended:
        launch("app.py")
    assert ended.value.code == 7


def test_the_line_that_starts_it_can_be_compiled():
    option, code, *app = launching.arguments_for(["app.py", "x"])
    assert (option, app) == ("-c", ["app.py", "x"])
    compile(code, "-c", "exec")
