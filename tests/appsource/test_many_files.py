"""Many files that import from each other cost as much as their number, not its square."""

from __future__ import annotations

import ast

from winasr_doctor.appsource import modules as modules_room
from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.modules import Modules
from winasr_doctor.appsource.source_file import SourceFile


def app_of(files):
    return Application(tuple(SourceFile(p, text) for p, text in files.items()))


def ask(app, name):
    expression = ast.parse(name, mode="eval").body
    scope = app.files[0].index.module
    return [literal.value for literal in app.constants.literals(expression, scope)]


def test_a_name_is_found_through_stars_in_the_order_of_the_imports():
    files = {
        "a.py": "from b import *\nfrom c import *\n",
        "b.py": "from d import *\nfrom a import *\n",
        "c.py": "r = 'c'\n",
        "d.py": "r = 'd'\nfrom e import *\n",
        "e.py": "r = 'hidden'\n",
    }
    assert ask(app_of(files), "r") == ["d", "c"]


def test_a_relative_star_and_the_file_itself():
    files = {"p/a.py": "from .b import *\nfrom .a import *\n", "p/b.py": "r = 'b'\n"}
    assert ask(app_of(files), "r") == ["b"]


def test_stars_of_all_files_are_followed_once(monkeypatch):
    count = 300
    stars = {
        f"m{n}.py": f"from m{(n + 1) % count} import *\nfrom m{(n * 7) % count} import *\n"
        for n in range(count)
    }
    app = app_of(stars)
    finds = []
    usual = Modules.find
    monkeypatch.setattr(Modules, "find", lambda *a: finds.append(a) or usual(*a))
    for file in app.files:
        expression = ast.parse("missing", mode="eval").body
        assert app.constants.literals(expression, file.index.module) == ()
    assert len(finds) == 2 * count


def test_files_of_one_name_are_not_all_compared(monkeypatch):
    app = app_of({f"p{n}/config.py": "" for n in range(600)} | {"other/b.py": "import config\n"})
    compared = []
    usual = modules_room._common
    monkeypatch.setattr(modules_room, "_common", lambda *a: compared.append(a) or usual(*a))
    importer = app.files[-1]
    for _ in range(3):
        assert app.constants.modules.find("config", 0, importer) is app.files[0]
    assert len(compared) == 200


def test_the_nearest_of_several_is_meant():
    app = app_of(
        {"a/config.py": "", "b/config.py": "", "b/c/d.py": "", "b/e.py": "", "b/f/config.py": ""}
    )
    modules, names = app.constants.modules, {file.path: file for file in app.files}
    assert modules.find("config", 0, names["b/e.py"]) is names["b/config.py"]
    assert modules.find("config", 0, names["b/c/d.py"]) is names["b/config.py"]
    assert modules.find("config", 0, names["b/config.py"]) is names["b/f/config.py"]
