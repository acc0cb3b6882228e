"""Reading environments from their files: real ones, and trees like those of other systems."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from winasr_doctor.machine.interpreters import layout, reading
from winasr_doctor.machine.interpreters.layout import NoInterpreterError, locate
from winasr_doctor.machine.interpreters.probe import ProbeAnswer, Probed
from winasr_doctor.machine.interpreters.search_path import _customize
from winasr_doctor.machine.model import Account

from .trees import (
    USER,
    installed,
    pe,
    program_of,
    site_of,
    version_resource,
    windows_python,
    windows_venv,
    write,
)

NO_USER_SITE = {"PYTHONNOUSERSITE": "1"}


def never(program):
    raise AssertionError(f"{program} was started")


def read(path, ask=never, account=USER, variables=NO_USER_SITE):
    return reading.read(locate(str(path)), account, variables, ask)


def kinds(found):
    return [problem.kind for problem in found.problems]


def folders_of(found, below):
    return [Path(each).relative_to(below).as_posix() for each in found.search_path]


def test_a_real_environment_is_read_without_starting_it(venv):
    found = read(venv)
    assert found.version.startswith("{}.{}.{}".format(*sys.version_info[:3]))
    assert (found.layout, found.prefix) == ("venv", str(venv))
    assert Path(found.base_prefix).samefile(sys.base_prefix)
    assert found.bits == 64
    assert found.problems == ()


def test_its_path_is_the_one_that_it_uses_itself(venv, tmp_path):
    extra = tmp_path / "extra"
    extra.mkdir()
    (site_of(venv) / "a.pth").write_text(f"# comment\n\n{extra}\nmissing\nimport sys\n")
    show = "import sys; print(*sys.path[1:], sep='\\n')"
    environment = {**os.environ, "PYTHONNOUSERSITE": "1"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [program_of(venv), "-c", show], capture_output=True, text=True, check=True, env=environment
    )
    assert [os.path.realpath(each) for each in read(venv).search_path] == [
        os.path.realpath(each) for each in done.stdout.splitlines()
    ]


@pytest.mark.parametrize("name", [".venv", "venv", "env", "python_embeded", "app/env"])
def test_the_folder_of_an_app_leads_to_its_environment(tmp_path, name):
    windows_venv(tmp_path / "app" / name, windows_python(tmp_path / "Python312").parent)
    assert locate(str(tmp_path / "app")).prefix == str(tmp_path / "app" / name)


@pytest.mark.parametrize("below", ["", "Scripts", "Scripts/python.exe", "pyvenv.cfg"])
def test_any_part_of_an_environment_leads_to_it(tmp_path, below):
    venv = windows_venv(tmp_path / "venv", windows_python(tmp_path / "Python312").parent)
    found = locate(str(venv / below))
    assert (found.prefix, found.windows) == (str(venv), True)


def test_the_python_without_a_console_means_the_one_with_it(tmp_path):
    program = windows_python(tmp_path / "p")
    write(tmp_path / "p" / "pythonw.exe", pe())
    assert locate(str(tmp_path / "p" / "pythonw.exe")).executable == str(program)


@pytest.mark.parametrize("name", ["missing", "empty", "notes.txt", "null\0"])
def test_what_is_no_environment_is_refused_in_one_sentence(tmp_path, name):
    (tmp_path / "empty").mkdir()
    write(tmp_path / "notes.txt", "python")
    with pytest.raises(NoInterpreterError, match="^--python: [^\n]*$"):
        locate(str(tmp_path / name))


def test_pythonorgs_installation_on_windows(tmp_path):
    program = windows_python(tmp_path / "Python312", "3.12.4")
    installed(tmp_path / "Python312" / "Lib" / "site-packages", torch="2.6.0")
    found = read(program)
    assert (found.version, found.layout, found.processor, found.bits) == (
        "3.12.4",
        "installed",
        "x64",
        64,
    )
    assert folders_of(found, tmp_path / "Python312") == [
        "python312.zip",
        "DLLs",
        "Lib",
        ".",
        "Lib/site-packages",
    ]


@pytest.mark.parametrize(
    ("field3", "version"),
    [(4150, "3.12.4"), (150, "3.12.0"), (192, None), (102, "3.12.0a2"), (10150, "3.12.10")],
)
def test_the_version_resource_has_the_micro_version(tmp_path, field3, version):
    dll = write(tmp_path / "python312.dll", pe() + version_resource(3, 12, field3))
    from winasr_doctor.machine.interpreters.binary import python_version

    assert python_version(dll) == version


@pytest.mark.parametrize(("processor", "bits"), [("x64", 64), ("x86", 32), ("arm64", 64)])
def test_the_header_tells_the_processor(tmp_path, processor, bits):
    found = read(windows_python(tmp_path / "p", processor=processor))
    assert (found.processor, found.bits) == (processor, bits)


@pytest.mark.parametrize("content", [b"", b"MZ", b"MZ" + b"\xff" * 62, b"\x7fELF", b"#!/bin/sh\n"])
def test_a_damaged_header_says_nothing(tmp_path, content):
    from winasr_doctor.machine.interpreters.binary import header

    assert header(write(tmp_path / "python.exe", content)) is None


def test_a_virtual_environment_has_the_version_of_its_base(tmp_path):
    home = windows_python(tmp_path / "Python312", "3.12.7").parent
    found = read(windows_venv(tmp_path / "venv", home, "3.12.4"))
    assert found.version == "3.12.7"  # the base has been updated since
    assert Path(found.version_source).name == "python312.dll"


def test_conda_states_the_version_in_its_records(tmp_path):
    windows_python(tmp_path / "env", "3.12.4")
    (tmp_path / "env" / "python312.dll").unlink()
    write(tmp_path / "env" / "conda-meta" / "python-3.11.9-h955ad1f_0.json", "{}")
    write(tmp_path / "env" / "conda-meta" / "python-dateutil-2.9.0-py_0.json", "{}")
    found = read(tmp_path / "env")
    assert (found.version, found.layout) == ("3.11.9", "conda")
    assert str(tmp_path / "env" / "Lib" / "site-packages") in found.search_path


@pytest.mark.parametrize(
    ("level", "serial", "version"), [("final", 0, "3.14.2"), ("candidate", 3, "3.14.2rc3")]
)
def test_build_details_state_the_version(tmp_path, level, serial, version):
    windows_python(tmp_path / "p", "3.14.0")
    info = {"major": 3, "minor": 14, "micro": 2, "releaselevel": level, "serial": serial}
    details = json.dumps({"language": {"version_info": info}})
    write(tmp_path / "p" / "Lib" / "build-details.json", details)
    assert read(tmp_path / "p").version == version


def portable(folder, *lines):
    program = windows_python(folder, "3.12.4")
    write(folder / "python312._pth", "\n".join(lines))
    write(folder / "Lib" / "site-packages" / "extra.pth", "../more\nimport evil")
    (folder / "Lib" / "more").mkdir()
    return program


def test_a_path_file_replaces_everything_else(tmp_path):
    program = portable(tmp_path / "p", "python312.zip", ".", "# no", "../ComfyUI")
    found = read(program, variables={"PYTHONPATH": str(tmp_path)})
    assert found.layout == "embeddable"
    assert folders_of(found, tmp_path) == ["p/python312.zip", "p", "ComfyUI"]
    assert found.startup == ()


def test_a_path_file_can_ask_for_site_packages(tmp_path):
    found = read(portable(tmp_path / "p", ".", "import site", "import other"))
    assert folders_of(found, tmp_path / "p") == [".", "Lib/site-packages", "Lib/more"]
    assert [code.text for code in found.startup] == ["import evil"]


def test_code_that_runs_at_every_start_is_listed_but_not_run(environment, tmp_path):
    mark = tmp_path / "mark"
    code = f"import pathlib; pathlib.Path({str(mark)!r}).touch()"
    write(site_of(environment) / "evil.pth", f"# x\n{code}\n")
    write(site_of(environment) / "sitecustomize.py", code)
    found = read(environment)
    assert {(Path(each.file).name, each.line, each.text) for each in found.startup} >= {
        ("evil.pth", 2, code[:200]),
        ("sitecustomize.py", None, ""),
    }
    assert not mark.exists()


SETUPTOOLS = (
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') =="
    " 'local'; enabled and __import__('_distutils_hack').add_shim();"
)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (SETUPTOOLS, True),
        (f"{SETUPTOOLS} import evil", False),
        (f"{SETUPTOOLS}{' ' * 100}import evil", False),
        ("import _virtualenv", True),
        ("import __editable___app_1_0_finder; __editable___app_1_0_finder.install()", True),
        ("import __editable___app_finder; __editable___other_finder.install()", False),
        ("import os; os.system('calc')", False),
    ],
)
def test_the_lines_of_common_tools_are_known(tmp_path, text, known):
    windows_python(tmp_path / "p")
    write(tmp_path / "p" / "Lib" / "site-packages" / "x.pth", text)
    (code,) = read(tmp_path / "p").startup
    assert code.known is known


@pytest.mark.parametrize("below", ["", "../lib/libpython3.12.so"])
def test_a_python_whose_path_file_could_run_code_is_not_started(tmp_path, below):
    program = write(tmp_path / "bin" / "python.exe", "#!/bin/sh")
    assert kinds(read(program, lambda _: Probed(None, ()))) == []
    write(tmp_path / "bin" / f"{below or 'python'}._pth", ".\nimport site")
    assert kinds(read(program)) == ["unsafe"]


@pytest.mark.skipif(os.name == "nt", reason="it is about links")
def test_the_path_file_of_a_link_on_the_way_counts(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    program = write(tmp_path / "c" / "python", "#!/bin/sh")
    program.chmod(0o755)
    (tmp_path / "b" / "python").symlink_to("../c/python")
    (tmp_path / "a" / "python").symlink_to(tmp_path / "b" / "python")
    write(tmp_path / "b" / "python._pth", "import site")
    assert kinds(read(tmp_path / "a" / "python")) == ["unsafe"]


@pytest.mark.skipif(os.name == "nt" or sys.version_info < (3, 11), reason="since 3.11, elsewhere")
def test_a_path_file_is_read_on_linux_too(venv, tmp_path):
    """The interpreter itself shows that -S does not help, and which path it uses then."""
    mark = tmp_path / "mark"
    write(site_of(venv) / "evil.pth", f"import os; open({str(mark)!r}, 'w').close()")
    lines = [*(each for each in sys.path if Path(each, "os.py").exists()), str(site_of(venv))]
    write(program_of(venv).with_name("python._pth"), "\n".join([*lines, "import site"]))
    found = read(venv)
    assert list(found.search_path) == lines
    assert [Path(code.file).name for code in found.startup if not code.known] == ["evil.pth"]
    assert not mark.exists()
    subprocess.run([program_of(venv), "-I", "-S", "-B", "-c", ""], check=True)
    assert mark.exists()


def test_the_installations_own_customization_is_known(tmp_path):
    library = tmp_path / "Lib"
    for name in ("os.py", "sitecustomize.py"):
        write(library / name, "")
    write(tmp_path / "site" / "usercustomize.py", "")
    found = _customize([str(library), str(tmp_path / "site")])
    assert [(Path(code.file).name, code.known) for code in found] == [
        ("sitecustomize.py", True),
        ("usercustomize.py", False),
    ]


def test_an_environment_whose_base_is_gone(tmp_path):
    found = read(windows_venv(tmp_path / "venv", tmp_path / "gone"))
    assert kinds(found) == ["base-gone"]
    assert str(tmp_path / "gone") in found.problems[0].detail
    assert str(tmp_path / "venv" / "Lib" / "site-packages") in found.search_path
    assert found.version == "3.12.4"  # the one it was made with


@pytest.mark.skipif(os.name == "nt", reason="a virtual environment on Windows has no links")
def test_an_environment_whose_link_dangles(venv, tmp_path):
    for link in (venv / "bin").glob("python*"):
        link.unlink()
        link.symlink_to(tmp_path / "gone" / "python3")
    (tmp_path / "gone").mkdir()
    (venv / "pyvenv.cfg").write_text(f"home = {tmp_path / 'gone'}\nversion = 3.12.1\n")
    assert kinds(read(venv)) == ["base-gone"]


def test_an_environment_without_its_interpreter(tmp_path):
    venv = windows_venv(tmp_path / "venv", windows_python(tmp_path / "p").parent)
    (venv / "Scripts" / "python.exe").unlink()
    assert kinds(read(venv)) == ["no-interpreter"]


def test_a_configuration_that_names_no_base(tmp_path):
    venv = windows_venv(tmp_path / "venv", windows_python(tmp_path / "p").parent)
    (venv / "pyvenv.cfg").write_bytes(b"\xff\xfe nonsense")
    assert kinds(read(venv)) == ["base-gone"]


def test_a_base_that_was_replaced_by_another_version(tmp_path):
    home = windows_python(tmp_path / "Python", "3.13.1").parent
    found = read(windows_venv(tmp_path / "venv", home, "3.12.4"))
    assert kinds(found) == ["base-replaced"]


def test_the_stores_alias_is_never_started(tmp_path):
    apps = tmp_path / "Microsoft" / "WindowsApps"
    assert kinds(read(write(apps / "python.exe"))) == ["store-stub"]
    (apps / "PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0").mkdir()
    assert kinds(read(apps / "python.exe", lambda _: Probed(None, ()))) == []


def test_python_2_is_recognised_by_its_files(tmp_path):
    windows_python(tmp_path / "p", "2.7.18")
    found = read(tmp_path / "p")
    assert (kinds(found), found.version) == (["python-2"], "2.7.18")


def answer(**changed):
    given = {
        "version_info": (3, 12, 4, "final", 0),
        "implementation": "cpython",
        "wide": True,
        "executable": "/opt/p/bin/python3.12",
        "prefix": "/opt/p",
        "base_prefix": "/opt/p",
        "path": ("/opt/p/lib/python3.12",),
    }
    return ProbeAnswer(**{**given, **changed})


def test_an_interpreter_is_asked_where_the_files_leave_a_gap(tmp_path):
    program = write(tmp_path / "python.exe", "#!/bin/sh")
    found = read(program, lambda _: Probed(answer(), ()))
    assert (found.version, found.asked, found.bits) == ("3.12.4", True, 64)
    assert "/opt/p/lib/python3.12" in found.search_path


@pytest.mark.parametrize(
    "account", [Account(kind="system"), Account(kind="system", elevated=True)], ids=str
)
def test_the_system_account_starts_nothing(tmp_path, account):
    found = read(write(tmp_path / "python.exe", "#!/bin/sh"), account=account)
    assert kinds(found) == ["refused"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no owner and mode")
@pytest.mark.skipif(os.name != "nt" and os.geteuid() != 0, reason="only root can give files away")
def test_root_only_starts_what_nobody_else_can_write(tmp_path):
    program = write(tmp_path / "python", "#!/bin/sh")
    program.chmod(0o755)
    elevated = Account(elevated=True)
    assert kinds(read(program, lambda _: Probed(answer(), ()), elevated)) == []
    program.chmod(0o777)
    assert kinds(read(program, account=elevated)) == ["refused"]
    program.chmod(0o755)
    os.chown(program, 1000, -1)
    assert kinds(read(program, account=elevated)) == ["refused"]


def test_an_administrator_on_windows_starts_nothing(tmp_path, monkeypatch):
    from winasr_doctor.machine.interpreters import rights

    monkeypatch.setattr(rights.os, "name", "nt")
    assert rights.refusal(Account(elevated=True), "C:/python.exe") is not None
    assert rights.refusal(Account(elevated=False), "C:/python.exe") is None


def test_an_outdated_configuration_is_not_believed(venv, tmp_path):
    """A base that is newer than the environment may have another version by now."""
    config = venv / "pyvenv.cfg"
    os.utime(config, (1, 1))
    located = layout.locate(str(venv))
    from winasr_doctor.machine.interpreters import versions

    assert versions.of_venv(located.config, Path(sys.executable)) is None
    assert (
        versions.of_venv(located.config._replace(written=2**40), Path(sys.executable)) is not None
    )
