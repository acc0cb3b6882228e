"""A machine's pseudonym: the same each time, and no way back to the number it comes from."""

from __future__ import annotations

import pytest

from tests.machine.registry_dict import RegistryDict
from winasr_doctor.machine.live import pseudonym
from winasr_doctor.machine.live.pseudonym import MACHINE_GUID, machine_pseudonym

NUMBER = "0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0"


@pytest.fixture
def on(monkeypatch):
    """Return a function that sets the system."""
    return lambda system: monkeypatch.setattr(pseudonym, "this_os", lambda: system)


def test_windows_has_one_from_its_registry(on):
    on("windows")
    first, lower = (
        machine_pseudonym(RegistryDict({MACHINE_GUID: {"MachineGuid": number}}))
        for number in (NUMBER, NUMBER.lower())
    )
    assert first == lower == "b9618387de2f"


def test_linux_has_one_from_its_file(on, tmp_path):
    on("linux")
    file = tmp_path / "machine-id"
    file.write_text("0f1e2d3c4b5a69788796a5b4c3d2e1f0\n")
    assert machine_pseudonym(file=file) == "37600342272e"


def test_without_such_a_number_it_is_empty(on, tmp_path):
    on("windows")
    assert machine_pseudonym(RegistryDict({})) == ""
    assert machine_pseudonym(RegistryDict({MACHINE_GUID: {}})) == ""
    on("linux")
    assert machine_pseudonym(file=tmp_path / "missing") == ""
