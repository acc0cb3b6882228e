"""ENV017 to ENV025: what is wrong with an environment that `--python` names."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor._util.shells import quoted_for_posix, quoted_for_powershell
from winasr_doctor.checks.advice import in_shell, with_doctor
from winasr_doctor.checks.base import check
from winasr_doctor.checks.new_environment import NEW_ENVIRONMENT_READS, python_remedy
from winasr_doctor.findings import Evidence, Finding, Remedy, Step, error, info, ok, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.interpreters.model import OutsideInterpreter, ProblemKind

_READS = ("interpreter", *NEW_ENVIRONMENT_READS)
_SHOWN = 5


def _evidence(found: OutsideInterpreter, *kinds: ProblemKind) -> Evidence:
    problem = found.problem(*kinds)
    return {
        "path": found.given,
        "executable": found.executable,
        "problem": None if problem is None else problem.kind,
    }


def _start_it(host: Machine) -> Remedy:
    """Return the remedy that shows what the user would see without this tool."""
    found = host.interpreter
    if host.system.os == "windows":
        command = f"& {quoted_for_powershell(found.executable)} -I -S -c 'print(1)'"
    else:
        command = f"{quoted_for_posix(found.executable)} -I -S -c 'print(1)'"
    return Remedy(
        "See what it does by hand",
        (
            in_shell(host, "Start it yourself; it must print 1 and nothing else", command),
            "If it does not, repair or reinstall that Python, or name another with --python",
        ),
    )


@check("ENV017", reads=_READS)
def environment_has_lost_its_python(host: Machine) -> Iterable[Finding]:
    """The environment's Python is gone or was replaced.

    **What.** The environment that `--python` names: `pyvenv.cfg`, the Python it belongs to, and
    the version of that Python.
    **Why.** A virtual environment has no Python of its own. If its base is uninstalled, moved or
    updated to another minor version, no program of the environment starts, or it finds no package.
    **Decided by.** The folder in `home` or the interpreter does not exist, or the base's minor
    version is not the one in `pyvenv.cfg`.
    **Do.** Make the environment again; a virtual environment cannot be repaired.
    **Source.** docs.python.org, `venv`; CPython's Modules/getpath.py.
    """
    found = host.interpreter
    problem = found.problem("base-gone", "base-replaced", "no-interpreter")
    if problem is None:
        yield ok(f"{found.executable} belongs to an existing Python", _evidence(found))
        return
    yield error(
        f"The environment {found.prefix} cannot be used: {problem.detail}",
        {**_evidence(found, problem.kind), "prefix": found.prefix},
        [_make_it_again(host)],
    )


def _make_it_again(host: Machine) -> Remedy:
    found = host.interpreter
    wanted = ".".join((found.version or "3.12").split(".")[:2])
    if host.system.os == "windows":
        make = f"py -{wanted} -m venv {quoted_for_powershell(found.prefix)}"
    else:
        make = f"python{wanted} -m venv {quoted_for_posix(found.prefix)}"
    return Remedy(
        "Make the environment again",
        (
            f"Rename {found.prefix}, so that nothing is lost",
            python_remedy(host, wanted).steps[0],
            in_shell(host, "Make it again", make),
            "Install the app's requirements in it",
        ),
    )


@check("ENV018", reads=_READS)
def python_is_the_stores_alias(host: Machine) -> Iterable[Finding]:
    r"""This python.exe is only the Microsoft Store's alias.

    **What.** Whether the interpreter is the alias in `WindowsApps` and no Python from the Store is
    installed.
    **Why.** The alias runs nothing. It prints `Python was not found` and ends with exit code 9009,
    or it opens the Store.
    **Decided by.** The path is `Microsoft\WindowsApps\python*.exe` and there is no Python package
    beside it. It is not started.
    **Do.** Install Python, and turn off the aliases.
    **Source.** docs.python.org, "Using Python on Windows".
    """
    found = host.interpreter
    if found.problem("store-stub") is None:
        yield ok("it is not the Microsoft Store's alias", _evidence(found))
        return
    yield error(
        f"{found.executable} is the Microsoft Store's alias: there is no Python behind it",
        _evidence(found, "store-stub"),
        [
            python_remedy(host, "3.12"),
            Remedy(
                "Turn off the aliases",
                (
                    Step(
                        "Settings > Apps > Advanced app settings > App execution aliases: turn off"
                        " python.exe and python3.exe",
                        "start ms-settings:appsfeatures",
                        "powershell",
                    ),
                ),
            ),
        ],
    )


@check("ENV019", reads=_READS)
def python_is_python_2(host: Machine) -> Iterable[Finding]:
    """The interpreter is Python 2.

    **What.** The version of the interpreter that `--python` names.
    **Why.** No version of torch or NeMo that still works runs on it.
    **Decided by.** Its files or its own answer. A Python that does not know the option `-I`, which
    came with 3.4, counts as well.
    **Do.** Find the Python that the app really uses, or make an environment with a new one.
    **Source.** docs.python.org, "Command line and environment".
    """
    found = host.interpreter
    problem = found.problem("python-2")
    if problem is None:
        yield ok("it is not Python 2", _evidence(found))
        return
    yield error(
        f"{found.executable} is Python {found.version or '2'}: {problem.detail}",
        {**_evidence(found, "python-2"), "version": found.version},
        [python_remedy(host, "3.12"), _list_environments(host)],
    )


def _list_environments(host: Machine) -> Remedy:
    return Remedy(
        "Find the app's environment",
        (with_doctor(host, "List this machine's environments", "envs"),),
    )


@check("ENV020", reads=_READS)
def python_is_for_another_processor(host: Machine) -> Iterable[Finding]:
    """The interpreter is built for a processor that torch or NeMo is not built for.

    **What.** The header of the interpreter's program.
    **Why.** There is no torch for 32-bit Python. On Windows, packages that NeMo needs have wheels
    for x64 only, so pip tries to compile them for ARM64.
    **Decided by.** 32-bit is an error; ARM64 on Windows is a warning.
    **Do.** Use a 64-bit (x64) Python. Windows on ARM runs it too.
    **Source.** learn.microsoft.com, "PE Format"; the files of torch and of NeMo's requirements on
    the package index.
    """
    found = host.interpreter
    evidence = {**_evidence(found), "processor": found.processor, "bits": found.bits}
    windows = found.executable.casefold().endswith(".exe")
    remedies = [python_remedy(host, "3.12")]
    if found.bits == 32:  # noqa: PLR2004
        yield error(
            f"{found.executable} is a 32-bit program; torch needs a 64-bit Python",
            evidence,
            remedies,
        )
    elif found.processor == "arm64" and windows:
        yield warning(
            f"{found.executable} is built for ARM64; packages that NeMo needs have wheels for x64",
            evidence,
            remedies,
        )
    else:
        yield ok("its processor is no problem", evidence)


@check("ENV021", reads=_READS)
def python_hangs(host: Machine) -> Iterable[Finding]:
    """The interpreter does not answer.

    **What.** Whether the interpreter answers, where its files did not say enough.
    **Why.** A Python on a lost network drive, or one that a virus scanner holds back, never starts
    an app either.
    **Decided by.** No answer within 15 seconds to a script that imports nothing. It is ended then,
    with everything it started.
    **Do.** Start it by hand, and see what it waits for.
    **Source.** python-environment-tools, issue 463.
    """
    yield from _of_probe(host, "hang", "it answers, or did not have to be asked")


@check("ENV022", reads=_READS)
def python_prints_more(host: Machine) -> Iterable[Finding]:
    """The interpreter prints something of its own before it runs a program.

    **What.** What the interpreter printed before its answer.
    **Why.** It is a script or a launcher around a Python, or a changed one. Programs that read its
    output, such as pip and IDEs, may misread it.
    **Decided by.** Any output before the marker that the answer begins with.
    **Do.** Find out what prints it, or name the Python behind it.
    **Source.** python-environment-tools, which prints a marker for the same reason.
    """
    found = host.interpreter
    problem = found.problem("noise")
    if problem is None:
        yield ok("it prints nothing of its own", _evidence(found))
        return
    yield info(
        f"{found.given} prints something of its own: {problem.detail}",
        _evidence(found, "noise"),
        [_start_it(host)],
    )


@check("ENV023", reads=_READS)
def python_prints_without_end(host: Machine) -> Iterable[Finding]:
    """The interpreter prints without end.

    **What.** How much the interpreter printed when it was asked.
    **Why.** It is not the Python that it seems to be.
    **Decided by.** More than 64 KiB of output; an answer has about one. It is ended then, and the
    rest is not read.
    **Do.** Name the Python that the app really uses.
    **Source.** winasr_doctor's own limit.
    """
    yield from _of_probe(host, "flood", "it prints only its answer")


@check("ENV024", reads=_READS)
def python_cannot_be_asked(host: Machine) -> Iterable[Finding]:
    """The interpreter does not start, or gives no answer.

    **What.** Whether the interpreter starts and answers, where its files did not say enough.
    **Why.** No app can be started with it either.
    **Decided by.** The system refuses to start it, or it ends without an answer. It is a note if it
    was not started: with administrator rights, because others may be able to change it, or because
    a `._pth` file could make it run code of its environment.
    **Do.** Start it by hand, or run the scan without administrator rights.
    **Source.** learn.microsoft.com, "System Error Codes": 2, 5, 193, 216 and 1920.
    """
    found = host.interpreter
    kept_back = found.problem("refused", "unsafe")
    if kept_back is not None:
        by_hand = "See which version it is: start it yourself with the option -V"
        steps = ("Run it in a window without administrator rights",)
        yield info(
            f"{found.executable} was not asked: {kept_back.detail}",
            _evidence(found, kept_back.kind),
            [
                Remedy("Run the scan as an ordinary user", steps)
                if kept_back.kind == "refused"
                else Remedy("Ask it by hand, if you trust it", (by_hand,))
            ],
        )
        return
    yield from _of_probe(host, "not-started", "it answers, or did not have to be asked")


def _of_probe(host: Machine, kind: ProblemKind, fine: str) -> Iterable[Finding]:
    found = host.interpreter
    kinds: tuple[ProblemKind, ...] = (kind, "no-answer") if kind == "not-started" else (kind,)
    problem = found.problem(*kinds)
    if problem is None:
        yield ok(fine, {**_evidence(found), "asked": found.asked})
        return
    yield error(
        f"{found.executable} cannot be used: {problem.detail}",
        _evidence(found, *kinds),
        [_start_it(host), _list_environments(host)],
    )


@check("ENV025", reads=_READS)
def environment_runs_code_at_start(host: Machine) -> Iterable[Finding]:
    """The environment runs code at every start, before the app.

    **What.** `import` lines of `.pth` files, `sitecustomize` and `usercustomize`. They are read and
    never run.
    **Why.** Such code can change how Python opens files and finds packages, and can patch them. It
    also runs when an administrator starts this Python.
    **Decided by.** Any such line or file, except the lines that setuptools, virtualenv, pywin32 and
    editable installs write.
    **Do.** Read it. Remove it if you do not know where it comes from.
    **Source.** docs.python.org, `site`.
    """
    found = host.interpreter
    strange = [each for each in found.startup if not each.known]
    places = [each.file + (f":{each.line}" if each.line else "") for each in strange]
    if not strange:
        yield ok("it runs no unknown code at every start", {"known": len(found.startup)})
        return
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    yield info(
        f"this environment runs code at every start: {places[0]}{more}",
        {"files": places, "code": [each.text for each in strange if each.text][:_SHOWN]},
        [
            Remedy(
                "Look at the code",
                (
                    *(f"Read {place}" for place in places[:_SHOWN]),
                    "Remove what you do not know; reinstall the package if something needs it",
                ),
            )
        ],
    )
