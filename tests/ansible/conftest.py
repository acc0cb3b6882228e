"""Machines for Ansible: network namespaces on this one, each with an SSH server and an address.

They need root, iproute2, OpenSSH's server and ansible-core: `tox -e ansible`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = ROOT / "ansible"
HOSTS = 20
BRIDGE = "winasr0"
NETWORK = "10.213.77"

if not any(metadata.distributions(name="ansible-core")):  # our folder `ansible` is no package
    collect_ignore_glob = ["test_*.py"]


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)


@pytest.fixture(scope="session")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield an inventory of machines that are reached over SSH."""
    lacking = [name for name in ("ip", "sshd", "ssh-keygen") if shutil.which(name) is None]
    if lacking or os.geteuid() != 0:
        pytest.skip(f"needs root, and {', '.join(lacking) or 'nothing else'}")
    folder = tmp_path_factory.mktemp("hosts")
    for key in ("host", "user"):
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key)
    shutil.copy(folder / "user.pub", folder / "authorized")
    Path("/run/sshd").mkdir(exist_ok=True)
    with ExitStack() as stack:
        _run("ip", "link", "add", BRIDGE, "type", "bridge")
        stack.callback(_run, "ip", "link", "del", BRIDGE)
        _run("ip", "address", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
        _run("ip", "link", "set", BRIDGE, "up")
        lines = [_host(stack, folder, number) for number in range(HOSTS)]
        inventory = folder / "inventory.ini"
        inventory.write_text("\n".join(lines), encoding="utf-8")
        yield inventory


def _host(stack: ExitStack, folder: Path, number: int) -> str:
    """Start a machine and return its line of the inventory."""
    name, address = f"winasr-{number:02}", f"{NETWORK}.{number + 10}"
    _run("ip", "netns", "add", name)
    stack.callback(_run, "ip", "netns", "del", name)
    outer = f"winasr-o{number}"
    _run("ip", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", name)
    stack.callback(_run, "ip", "link", "del", outer)  # with the namespace it goes a moment later
    _run("ip", "link", "set", outer, "master", BRIDGE, "up")
    _run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "eth0")
    for device in ("lo", "eth0"):
        _run("ip", "-n", name, "link", "set", device, "up")
    settings = {
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "authorized",
        "PidFile": folder / f"{name}.pid",
        "StrictModes": "no",
        "UsePAM": "no",
        "Subsystem": "sftp internal-sftp",
    }
    options = [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]
    sshd = shutil.which("sshd")
    started = ["ip", "netns", "exec", name, str(sshd), "-D", "-f", "/dev/null", *options]
    server = subprocess.Popen(started, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    values = {
        "ansible_host": address,
        "ansible_user": "root",
        "ansible_python_interpreter": sys.executable,
        "ansible_ssh_private_key_file": folder / "user",
    }
    return " ".join([name, *(f"{key}={value}" for key, value in values.items())])


@pytest.fixture(scope="session")
def portable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a ZIP file like the portable folder, for this system."""
    file = tmp_path_factory.mktemp("portable") / "winasr_doctor.zip"
    script = f'#!/bin/sh\nexec "{sys.executable}" -m winasr_doctor "$@"\n'
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("winasr_doctor/winasr-doctor.cmd", script)
    return file


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build and install the collection; return the folder of collections."""
    folder = tmp_path_factory.mktemp("collections")
    galaxy = [sys.executable, "-m", "ansible.cli.galaxy", "collection"]
    _run(*galaxy, "build", COLLECTION, "--output-path", folder)
    (archive,) = folder.glob("winasr-doctor-*.tar.gz")
    _run(*galaxy, "install", "--no-deps", archive, "-p", folder)
    return folder


@pytest.fixture(scope="session")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with what is different on Linux machines."""
    file = tmp_path_factory.mktemp("variables") / "linux.yml"
    text = f"""
        snapshot_unpack: "{sys.executable} -m zipfile -e doctor.zip ."
        snapshot_record: "sh winasr_doctor/winasr-doctor.cmd snapshot --output snapshot.json"
        snapshot_separator: /
        snapshot_modules:
          tempfile: ansible.builtin.tempfile
          copy: ansible.builtin.copy
          command: ansible.builtin.command
          file: ansible.builtin.file
    """
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file
