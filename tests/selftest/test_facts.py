"""Facts about the machine, with a torch that is made up."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from winasr_doctor.selftest import facts


@pytest.fixture
def torch(monkeypatch):
    """Return an imported torch with one GPU."""
    module = SimpleNamespace(reset=[])
    module.cuda = SimpleNamespace(
        is_available=lambda: True,
        reset_peak_memory_stats=module.reset.append,
        max_memory_allocated=lambda device: 5,
        get_device_name=lambda device: "NVIDIA H200",
    )
    monkeypatch.setitem(sys.modules, "torch", module)
    return module


def test_the_gpus_memory_is_measured_from_zero(torch):
    facts.start_measuring("auto")
    facts.start_measuring("cuda:1")
    facts.start_measuring("cpu")
    assert torch.reset == [None, "cuda:1"]
    assert facts.peak("cuda:0").gpu == 5
    assert facts.peak(None).gpu is None


def test_the_device_has_a_name(torch, monkeypatch):
    assert facts.name_of_device("cuda:0") == "NVIDIA H200"
    monkeypatch.setattr(facts.platform, "processor", lambda: "x86")
    assert (facts.name_of_device("cpu"), facts.name_of_device(None)) == ("x86", None)


def test_without_a_gpu_only_the_process_is_measured(monkeypatch):
    monkeypatch.setitem(
        sys.modules, "torch", SimpleNamespace(cuda=SimpleNamespace(is_available=bool))
    )
    assert facts.peak("cuda").gpu is None
    assert facts.peak("cuda").process > 1_000_000


def test_the_versions_are_those_that_are_installed(monkeypatch):
    def version(name):
        if name != "numpy":
            raise facts.metadata.PackageNotFoundError(name)
        return "2.0"

    monkeypatch.setattr(facts.metadata, "version", version)
    assert facts.versions().keys() == {"winasr_doctor", "Python", "numpy"}
