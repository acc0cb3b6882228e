"""Whatever a command raises, the command line ends with a sentence and its exit code."""

from __future__ import annotations

import logging
import sys
from types import ModuleType, SimpleNamespace

import click
import pytest

from winasr_doctor import cli, ui
from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli.console import StreamClosedError


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 1, "Stopped."),
        (click.Abort(), 1, "Stopped."),
        (InputError("no such file"), 2, "Error: no such file"),
        (StreamClosedError("stdout is closed"), 2, "Error: stdout is closed"),
        (RuntimeError("oops"), 1, "This is a bug in winasr_doctor"),
    ],
)
def test_an_error_has_its_exit_code(run, monkeypatch, error, code, words):
    def fail(*_given, **_options):
        raise error

    monkeypatch.setattr(cli, "abandon_stdout", lambda: None)
    monkeypatch.setattr(cli.cli, "main", fail)
    ended = run("scan")
    assert ended.code == code
    assert words in ended.err


def test_the_help_lists_every_command_without_importing_it(run):
    ended = run("--help")
    assert ended.code == 0
    assert all(name in ended.out for name in cli.COMMANDS)


@pytest.fixture
def server(monkeypatch):
    """Put a made-up server in the page's place; return what it is told."""
    module = ModuleType("winasr_doctor.ui.server")
    module.ServerStoppedError = type("ServerStoppedError", (Exception,), {})
    module.told = []
    page = SimpleNamespace(url="http://127.0.0.1:7860/", stop=lambda: module.told.append("stop"))
    page.wait = lambda: None
    module.start = lambda **given: module.told.append(given) or page
    module.page = page
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(ui, "server", module, raising=False)
    logger = logging.getLogger("winasr_doctor")
    monkeypatch.setattr(logger, "level", logger.level)
    monkeypatch.setattr(logger, "handlers", [*logger.handlers])
    return module


def test_the_page_is_served_until_it_ends(run, server):
    ended = run("ui", "--no-browser", "--port", "7860", "--model", "tiny")
    assert ended.code == 0
    assert "http://127.0.0.1:7860/" in ended.err
    assert server.told[0]["given"] == ("tiny",)
    assert server.told[-1] == "stop"
    logging.getLogger("winasr_doctor").warning("held by \N{SNOWMAN}")


@pytest.mark.parametrize(("how", "code"), [("ServerStoppedError", 1), ("KeyboardInterrupt", 0)])
def test_a_page_that_stops_is_stopped(run, server, how, code):
    def stop():
        raise KeyboardInterrupt if code == 0 else server.ServerStoppedError("it stopped")

    server.page.wait = stop
    ended = run("ui", "--no-browser")
    assert (ended.code, server.told[-1]) == (code, "stop")
