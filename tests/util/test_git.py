"""git answers about a repository without running anything that the repository names."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from winasr_doctor._util import git
from winasr_doctor.appsource import read_application
from winasr_doctor.gate import provenance
from winasr_doctor.testing import machine

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def do(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    local = ("-c", "protocol.file.allow=always")
    done = subprocess.run(
        ["git", *who, *local, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    """A repository with one committed file."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, str(tmp_path / "empty"))
    (tmp_path / "empty").touch()
    folder = tmp_path / "repository"
    folder.mkdir()
    do(folder, "init", "-q")
    (folder / "app.py").write_text("x = 1\n")
    do(folder, "add", ".")
    do(folder, "commit", "-q", "-m", "one")
    return folder


@pytest.fixture
def trap(tmp_path):
    """A command that leaves a mark when anybody runs it, and that mark."""
    mark = tmp_path / "was run"
    script = tmp_path / "trap.py"
    script.write_text(
        f"import pathlib, sys\npathlib.Path({str(mark)!r}).touch()\nsys.stdout.write('x = 1\\n')\n"
    )
    if os.name == "nt":
        command = f'"{sys.executable}" "{script}"'.replace("\\", "/")
    else:
        command = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"
    return command, mark


def ask_everything(folder: Path) -> None:
    git.head(folder)
    git.changed(folder)
    git.changed(folder / "app.py")
    git.uncommitted(str(folder / "app.py"))


def touched(file: Path) -> None:
    """Let git look at the content again."""
    os.utime(file, (1, 1))


CONFIGURATION = {
    "fsmonitor": ("core.fsmonitor",),
    "pager": ("core.pager", "pager.status", "pager.rev-parse", "pager.config"),
    "an external diff": ("diff.external",),
    "ssh": ("core.sshCommand", "core.gitProxy", "core.askPass", "credential.helper"),
    "a clean filter": ("filter.theirs.clean",),
    "a long-running filter": ("filter.theirs.process",),
    "a filter with dots": ("filter.a.b.clean",),
}


@pytest.mark.parametrize("names", CONFIGURATION.values(), ids=CONFIGURATION)
def test_what_its_configuration_names_is_not_run(repository, trap, names):
    command, mark = trap
    for name in names:
        do(repository, "config", name, command)
    do(repository, "config", "filter.theirs.required", "true")
    attribute = "a.b" if "filter.a.b.clean" in names else "theirs"
    (repository / ".gitattributes").write_text(f"*.py filter={attribute} diff={attribute}\n")
    touched(repository / "app.py")
    ask_everything(repository)
    assert not mark.exists()


def test_the_same_configuration_in_an_included_file_is_not_run_either(repository, trap):
    command, mark = trap
    quoted = command.replace("\\", "\\\\").replace('"', '\\"')
    (repository / "more").write_text(f'[filter "theirs"]\n\tclean = "{quoted}"\n')
    do(repository, "config", "include.path", "../more")
    (repository / ".git" / "info" / "attributes").write_text("*.py filter=theirs\n")
    touched(repository / "app.py")
    ask_everything(repository)
    assert not mark.exists()


def test_a_trap_that_git_itself_runs_does_leave_its_mark(repository, trap):
    command, mark = trap
    do(repository, "config", "filter.theirs.clean", command)
    (repository / ".gitattributes").write_text("*.py filter=theirs\n")
    touched(repository / "app.py")
    do(repository, "status")
    assert mark.exists()


@pytest.mark.skipif(os.name == "nt", reason="a hook is a POSIX script here")
def test_its_hooks_are_not_run(repository, trap):
    command, mark = trap
    hooks = repository / "hooks"
    hooks.mkdir()
    for name in (
        "post-index-change",
        "fsmonitor-watchman",
        "post-checkout",
        "reference-transaction",
    ):
        (hooks / name).write_text(f"#!/bin/sh\n{command}\n")
        (hooks / name).chmod(0o755)
    do(repository, "config", "core.hooksPath", str(hooks))
    touched(repository / "app.py")
    ask_everything(repository)
    assert not mark.exists()


def test_its_submodules_run_nothing_either(repository, trap, tmp_path):
    command, mark = trap
    other = tmp_path / "other"
    shutil.copytree(repository, other)
    do(repository, "submodule", "--quiet", "add", str(other), "part")
    do(repository, "commit", "-q", "-m", "two")
    do(repository / "part", "config", "core.fsmonitor", command)
    do(repository / "part", "config", "filter.theirs.clean", command)
    (repository / "part" / ".gitattributes").write_text("*.py filter=theirs\n")
    touched(repository / "part" / "app.py")
    ask_everything(repository)
    assert not mark.exists()


def test_the_gate_runs_nothing_of_the_app_it_judges(repository, trap):
    command, mark = trap
    do(repository, "config", "core.fsmonitor", command)
    host = machine()
    host.app = read_application([repository])
    found = provenance.app(host)
    assert (found.commit, found.dirty) == (do(repository, "rev-parse", "HEAD"), False)
    assert not mark.exists()


def test_a_users_own_filter_is_kept(repository, tmp_path, monkeypatch):
    """Git LFS is defined by the user or the machine; without it every file would look changed."""
    own = tmp_path / "own"
    python = shlex.quote(sys.executable.replace("\\", "/"))
    upper = f'{python} -c \\"import sys; sys.stdout.write(sys.stdin.read().upper())\\"'
    own.write_text(f'[filter "upper"]\n\tclean = "{upper}"\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(own))
    (repository / ".gitattributes").write_text("*.py filter=upper\n")
    do(repository, "add", "--renormalize", ".")
    do(repository, "add", ".")
    do(repository, "commit", "-q", "-m", "two")
    assert do(repository, "show", "HEAD:app.py") == "X = 1"
    touched(repository / "app.py")
    assert git.changed(repository) is False


def test_a_program_beside_the_source_is_not_git(repository, trap, monkeypatch):
    decoy = repository / ("git.exe" if os.name == "nt" else "git")
    decoy.write_text(f"#!/bin/sh\n{trap[0]}\n")
    decoy.chmod(0o755)
    commit = do(repository, "rev-parse", "HEAD")
    monkeypatch.setenv("PATH", f"{repository}{os.pathsep}{os.environ['PATH']}")
    assert git.head(repository) == commit
    assert not trap[1].exists()


def test_a_filter_that_cannot_be_turned_off_means_that_git_is_not_asked(repository, trap):
    command, mark = trap
    do(repository, "config", "--file", ".git/config", "filter.a=b.clean", command)
    (repository / ".gitattributes").write_text("*.py filter=a=b\n")
    touched(repository / "app.py")
    assert git.changed(repository) is None
    assert not mark.exists()
