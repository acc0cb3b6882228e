"""One spelling of devices, for every command and function that takes one."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import winasr_doctor
from winasr_doctor._util.devices import DeviceKind, DeviceName, parse_device
from winasr_doctor.asr.errors import DeviceError
from winasr_doctor.asr.torch_device import choose_device
from winasr_doctor.cli import cli
from winasr_doctor.cli.device import device_option
from winasr_doctor.gate.settings import SettingsError, read_settings
from winasr_doctor.selftest import self_test

PACKAGE = Path(winasr_doctor.__file__).parent

GOOD = {
    "auto": DeviceName(DeviceKind.AUTO),
    "cpu": DeviceName(DeviceKind.CPU),
    "mps": DeviceName(DeviceKind.MPS),
    "cuda": DeviceName(DeviceKind.CUDA),
    "cuda:0": DeviceName(DeviceKind.CUDA),
    "cuda:12": DeviceName(DeviceKind.CUDA, 12),
}
BAD = (
    "", "gpu", "CUDA", "cuda:", "cuda:x", "cuda:-1", "cuda:1000", "cuda:0\n", "cpu:0", "mps:1",
    "auto:0", " cpu", "cuda:\u0661", "cuda:0,1",
)  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_device_is_read(text):
    assert parse_device(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_what_names_no_device_is_refused_in_one_sentence(text):
    with pytest.raises(ValueError, match="device must be auto, cpu, cuda, cuda:N or mps") as caught:
        parse_device(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("command", ["selftest", "ui", "gate"])
@pytest.mark.parametrize("text", ["gpu", "cuda:x", "mps:1", "cuda:0\n"])
def test_every_command_refuses_a_bad_device_with_exit_code_2(command, text):
    result = CliRunner().invoke(cli, [command, "--device", text])
    assert result.exit_code == 2
    assert "--device must be auto, cpu, cuda, cuda:N or mps" in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["selftest", "ui", "gate"])
def test_every_commands_help_names_all_devices(command):
    assert "--device auto|cpu|cuda[:N]|mps" in CliRunner().invoke(cli, [command, "--help"]).output


@pytest.mark.parametrize("text", GOOD)
def test_commands_and_the_gates_table_take_every_good_device(text):
    import click

    @click.command()
    @device_option()
    def command(device):
        click.echo(device)

    assert CliRunner().invoke(command, ["--device", text]).output == f"{text}\n"
    assert read_settings({"device": text}).device == text


@pytest.mark.parametrize("text", BAD)
def test_the_gates_table_refuses_a_bad_device(text):
    with pytest.raises(SettingsError, match="device must be"):
        read_settings({"device": text})


def test_the_self_test_and_the_page_refuse_a_bad_device_before_any_work():
    from winasr_doctor._util.input_error import InputError
    from winasr_doctor.ui import server

    with pytest.raises(ValueError, match="device must be"):
        self_test("cuda:x")
    with pytest.raises(InputError, match="device must be"):
        server.start(device="cuda:x")


def fake_torch(*, gpus=0, apple=False):
    cuda = SimpleNamespace(is_available=lambda: gpus > 0, device_count=lambda: gpus)
    mps = SimpleNamespace(is_available=lambda: apple)
    return SimpleNamespace(
        cuda=cuda, backends=SimpleNamespace(mps=mps), version=SimpleNamespace(cuda="12.8")
    )


@pytest.mark.parametrize(
    ("text", "machine", "expected"),
    [
        ("auto", {"gpus": 2}, "cuda:0"),
        ("auto", {}, "cpu"),
        ("cpu", {"gpus": 2}, "cpu"),
        ("cuda", {"gpus": 1}, "cuda:0"),
        ("cuda:1", {"gpus": 2}, "cuda:1"),
        ("mps", {"apple": True}, "mps"),
    ],
)
def test_torchs_name_of_the_device(monkeypatch, text, machine, expected):
    monkeypatch.setitem(sys.modules, "torch", fake_torch(**machine))
    assert choose_device(parse_device(text)) == expected


@pytest.mark.parametrize(
    ("text", "machine", "why"),
    [
        ("mps", {"gpus": 1}, "mps: torch finds no GPU of Apple's"),
        ("cuda:2", {"gpus": 2}, "cuda:2: there are 2, counted from 0"),
        ("cuda", {}, "cuda:0: torch finds no NVIDIA GPU"),
    ],
)
def test_a_device_that_is_not_there_is_refused_with_the_reason(monkeypatch, text, machine, why):
    monkeypatch.setitem(sys.modules, "torch", fake_torch(**machine))
    with pytest.raises(DeviceError, match=why):
        choose_device(parse_device(text))


def test_no_other_module_has_a_pattern_of_devices():
    pattern = re.compile(r"cuda\W{0,6}\(?:?\W{0,4}(\\d|\[0-9\])")
    found = [
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        if pattern.search(file.read_text(encoding="utf-8"))
    ]
    assert found in ([], ["_util/devices.py"])
