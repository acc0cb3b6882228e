"""Starting the page: what cannot work is refused in one sentence, before Gradio is imported."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli import cli
from winasr_doctor.ui import server, texts
from winasr_doctor.ui.access import OwnPageOnly

from .fakes import Fake


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind((server.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])  # noqa: S104
def test_an_address_that_others_can_reach_is_refused(host):
    result = CliRunner().invoke(cli, ["ui", "--host", host])
    assert result.exit_code == 2
    assert "would let other computers use this page" in result.output


def test_a_taken_port_is_one_sentence(taken):
    result = CliRunner().invoke(cli, ["ui", "--port", str(taken)])
    assert result.exit_code == 2
    assert f"port {taken} is in use by another program" in result.output
    assert "Traceback" not in result.output


def test_an_unknown_device_is_refused():
    result = CliRunner().invoke(cli, ["ui", "--device", "tpu"])
    assert result.exit_code == 2
    assert "--device must be" in result.output


def test_a_free_port_is_found():
    assert server.FIRST_PORT <= server.free_port(None) <= server.LAST_PORT


class PageThatFinds:
    """A page of Gradio's that finds some ports taken, as `launch` says it."""

    def __init__(self, *taken):
        self.taken = taken
        self.met = set()
        self.fails = None
        self.app = SimpleNamespace(middleware_stack=OwnPageOnly(None, (), None))

    def launch(self, *, server_port, **_options):
        if self.fails:
            raise self.fails
        if server_port in self.taken:
            self.met.add(server_port)
            raise OSError(f"Cannot find empty port in range: {server_port}-{server_port}")
        return None, f"http://{server.HOST}:{server_port}/", None


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Return what starts the page; another one takes some ports while Gradio is imported."""
    monkeypatch.setenv("WINASR_DOCTOR_STATE", str(tmp_path))
    for name in (*server.SETTINGS, "GRADIO_TEMP_DIR"):
        monkeypatch.setenv(name, "")

    def start_where(*taken, port=None, fails=None):
        page = PageThatFinds(*taken)
        page.fails = fails
        monkeypatch.setattr(server, "_is_free", lambda port: port not in page.met)
        module = SimpleNamespace(build=lambda *_: page, theme=str, style=str, script=str)
        monkeypatch.setattr(server, "_page_module", lambda: module)
        running = server.start(port=port, engine=Fake().engine)
        running.handler.sessions.close()
        return running.url

    return start_where


def test_a_port_that_is_taken_while_gradio_is_imported_gives_way_to_the_next(start):
    assert start(7860, 7861) == "http://127.0.0.1:7862/"


def test_a_named_port_that_is_taken_meanwhile_is_one_sentence(start):
    with pytest.raises(InputError, match="port 9000 is in use by another program"):
        start(9000, port=9000)


def test_another_cause_does_not_try_every_port(start):
    with pytest.raises(InputError, match="port 7860") as caught:
        start(fails=PermissionError("refused"))
    assert isinstance(caught.value.__cause__, PermissionError)


def test_ports_that_are_all_taken_meanwhile_are_one_sentence(start):
    with pytest.raises(InputError, match="no port between 7860 and 7879 is free"):
        start(*range(7860, 7880))


def test_without_gradio_the_way_to_get_it_is_said(tmp_path):
    code = (
        "import sys; sys.modules['gradio'] = None; from winasr_doctor.cli import main;"
        "main(['ui', '--no-browser'])"
    )
    environment = {**os.environ, "WINASR_DOCTOR_STATE": str(tmp_path), "TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    assert ended.returncode == 2
    assert "the page needs Gradio" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.glob("winasr-page-*"))


def test_the_command_is_listed_and_imports_nothing_heavy():
    code = (
        "import sys; from winasr_doctor.cli import ui; import winasr_doctor.ui.server;"
        "print(*sorted({'gradio', 'torch', 'nemo', 'numpy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


def test_every_text_is_filled_in():
    for name, value in vars(texts).items():
        if name.isupper():
            assert value, name
