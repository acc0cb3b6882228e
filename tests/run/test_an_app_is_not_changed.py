"""An app under `run` meets what it meets without: only TEMP and the guard are new."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from winasr_doctor.run.interpreter import own_options
from winasr_doctor.run.settings import STARTUP

from .conftest import Place

LOOK_AROUND = """
    import sys, json, os
    json.dump({
        "argv": sys.argv, "orig": sys.orig_argv[1:], "path": sys.path, "flags": list(sys.flags),
        "main": sorted(vars(sys.modules["__main__"])), "name": __name__,
        "file": __file__, "package": __package__, "spec": __spec__ and __spec__.name,
        "cwd": os.getcwd(), "stdin": sys.stdin.read(), "isatty": sys.stdout.isatty(),
        "warnings": sys.warnoptions,
        "excepthook": sys.excepthook is sys.__excepthook__,
        "hooks": [type(hook).__name__ for hook in (sys.gettrace(), sys.getprofile())],
    }, sys.stdout)
    print("to stderr", file=sys.stderr)
"""

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


@pytest.mark.parametrize("app", [("app.py",), ("-m", "package.app"), ("folder",)])
def test_what_it_sees_is_what_it_sees_without(place: Place, app: tuple[str, ...]):
    for name in ("app.py", "package/app.py", "folder/__main__.py"):
        place.write(name, LOOK_AROUND)
    arguments = (*app, "--inject", "x", "--", "-q", "ä b")
    before = place.plain(*arguments, input="typed")
    assert before.returncode == 0, before.stderr
    assert place.run(*arguments, input="typed").stdout == before.stdout


def test_a_failure_looks_like_a_failure_without(place: Place):
    app = place.write("app.py", "def f():\n    raise ValueError('mine')\nf()\n")
    before, under = place.plain(app), place.run(app)
    assert (under.returncode, under.stdout) == (before.returncode, before.stdout) == (1, "")
    assert under.stderr.startswith(before.stderr)


def test_the_exit_code_is_its_own(place: Place):
    app = place.write("app.py", "import os; os._exit(255)")
    assert place.run(app).returncode == 255


@posix
def test_an_end_by_a_signal_is_reported_as_a_shell_does(place: Place):
    app = place.write("app.py", "import os; os.kill(os.getpid(), 9)")
    assert place.run(app).returncode == 128 + 9


@posix
def test_each_signal_to_run_reaches_it_once(place: Place):
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1")
    app = place.write(
        "app.py",
        f"""
        import signal, sys, time
        got = []
        for name in {names!r}:
            signal.signal(getattr(signal, name), lambda number, _: got.append(number))
        print("ready", flush=True)
        told = 0
        while told < {len(names)}:
            while len(got) == told:
                time.sleep(0.02)
            time.sleep(0.2)  # for one too many
            told = len(got)
            print(*(signal.Signals(number).name for number in got), flush=True)
        sys.exit(5)
        """,
    )
    process = place.popen(app)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    for count, name in enumerate(names, 1):
        process.send_signal(getattr(signal, name))
        assert process.stdout.readline().split() == list(names[:count])
    _, err = process.communicate(timeout=120)
    assert process.returncode == 5, err


@posix
def test_ctrl_c_ends_it_as_it_ends_python(place: Place):
    app = place.write("app.py", "import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    process = place.popen(app)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGINT
    assert err.count("KeyboardInterrupt") == 1
    assert "winasr_doctor: the app ended" in err


@posix
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_ctrl_c_in_a_terminal_reaches_it_once(place: Place):
    import pty

    app = place.write(
        "app.py",
        """
        import signal, sys, time
        got = []
        signal.signal(signal.SIGINT, lambda *_: got.append(1))
        print("ready", sys.stdin.isatty(), flush=True)
        while not got:
            time.sleep(0.01)
        time.sleep(0.3)
        print("got", len(got), flush=True)
        sys.exit(5)
        """,
    )
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(place.folder)
        os.execve(sys.executable, place.command(app), place.variables)  # noqa: S606
    said = read_until(terminal, b"ready True")
    os.write(terminal, b"\x03")
    said += read_until(terminal, b"left: ")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 5, said
    assert b"got 1" in said
    os.close(terminal)


def read_until(terminal: int, words: bytes) -> bytes:
    """Read what a terminal shows."""
    said = b""
    while words not in said:
        try:
            said += os.read(terminal, 1024)
        except OSError as end:  # everybody has closed it
            raise AssertionError(said) from end
    return said


@posix
def test_an_ignored_signal_stays_ignored(place: Place):
    app = place.write(
        "app.py", "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    )
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert place.run(app).stdout == "True\n"
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_sitecustomize_is_executed(place: Place):
    place.write("theirs/sitecustomize.py", "import builtins\nbuiltins.THEIRS = __file__\n")
    place.variables["PYTHONPATH"] += os.pathsep + str(place.folder / "theirs")
    app = place.write("app.py", "import sitecustomize as s\nprint(THEIRS == s.__file__)\n")
    assert place.run(app).stdout == "True\n"


def test_interpreter_options_of_run_are_its_own(place: Place):
    app = place.write("app.py", "import sys; print(sys.flags.optimize, sys.warnoptions)")
    command = place.command(app, options=("-q",))
    command[1:1] = ["-O", "-W", "error::UserWarning"]
    assert place._start(command).stdout == "1 ['error::UserWarning']\n"


def test_options_of_the_interpreter_end_where_the_program_begins():
    def read(*command: str) -> list[str]:
        return own_options(["python", *command])

    assert read("app.py", "-O") == []
    assert read("-X", "utf8", "-OO", "-Wignore", "-m", "winasr_doctor") == [
        *("-X", "utf8", "-OO", "-Wignore")
    ]
    assert read("-Bm", "winasr_doctor", "-q") == ["-B"]
    assert read("--check-hash-based-pycs", "never", "app") == ["--check-hash-based-pycs", "never"]
    assert read("-c", "-O") == []


def test_a_bootstrap_that_fails_does_not_stop_it(place: Place):
    app = place.write("app.py", "print('here')")
    broken = place.folder / "settings.json"
    broken.write_text("{")
    place.variables["WINASR_DOCTOR_RUN"] = str(broken)
    place.variables["PYTHONPATH"] = STARTUP
    finished = place.plain(app)
    assert finished.stdout == "here\n"
    assert finished.stderr.startswith("winasr_doctor: not guarded: ")
