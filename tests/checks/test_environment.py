"""ENV: Python, torch, the GPU, memory and paths."""

from __future__ import annotations

import pytest

from winasr_doctor.findings import Severity, Status, Step
from winasr_doctor.machine.model import (
    Account,
    Environment,
    Gpu,
    Gpus,
    Memory,
    Packages,
    Places,
    PythonRuntime,
    System,
    TorchBuild,
)
from winasr_doctor.machine.recorded import UnreadableSection
from winasr_doctor.testing import compute_check, machine, place

from .families import codes_of

GB = 1_000_000_000


def python(version="3.12.10", **facts):
    return PythonRuntime(
        version=version, executable=r"C:\p\python.exe", prefix="C:\\p", base_prefix="C:\\p", **facts
    )


def torch(version, cuda=None):
    return Packages(versions={"torch": version}, torch=TorchBuild(version=version, cuda=cuda))


def steps(result):
    return "\n".join(step for remedy in result.remedies for step in remedy.steps)


def severity(code, **sections):
    (result,) = compute_check(code, machine(**sections))
    return result.severity


@pytest.mark.parametrize("code", codes_of("ENV"))
def test_a_healthy_machine_passes(code):
    (result,) = compute_check(code, machine())
    assert result.status in {Status.PASS, Status.SKIP}


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("3.10.13", Severity.WARNING),
        ("3.11.7", Severity.WARNING),
        ("3.11.8", None),
        ("3.12.0", Severity.WARNING),
        ("3.12.1", None),
        ("3.13.0", None),
        ("3.12.0rc1", Severity.WARNING),
    ],
)
def test_python_that_masks_a_locked_file(version, expected):
    assert severity("ENV001", python=python(version)) is expected


@pytest.mark.parametrize(
    ("version", "writable", "expected"),
    [
        ("3.12.10", False, Severity.ERROR),
        ("3.12.10", True, None),
        ("3.13.12", False, Severity.ERROR),
        ("3.13.13", False, None),
        ("3.15.0", False, None),
    ],
)
def test_tempfile_hangs_only_where_temp_cannot_be_written(version, writable, expected):
    places = Places(items=(place("TEMP", "C:\\t", writable=writable),))
    assert severity("ENV002", python=python(version), places=places) is expected


NVIDIA = Gpus(items=(Gpu(name="RTX 4070"),), driver="576.02", cuda="12.9")


def test_cpu_torch_beside_a_gpu_is_a_warning_with_the_matching_index():
    (result,) = compute_check("ENV003", machine(packages=torch("2.9.1+cpu"), gpus=NVIDIA))
    assert result.severity is Severity.WARNING
    assert "torch==2.9.1 --index-url https://download.pytorch.org/whl/cu128" in steps(result)


def test_cpu_torch_without_a_gpu_is_fine():
    assert severity("ENV003", packages=torch("2.9.1+cpu"), gpus=Gpus()) is None


@pytest.mark.parametrize(
    ("driver", "cuda", "expected"),
    [
        ("576.02", "12.8", None),
        ("527.00", "12.8", Severity.ERROR),
        ("576.02", "13.0", Severity.ERROR),
        ("581.15", "13.0", None),
        ("451.00", "11.8", Severity.ERROR),
        ("576.02", "99.0", None),
    ],
)
def test_a_driver_older_than_torchs_cuda_needs_is_an_error(driver, cuda, expected):
    gpus = Gpus(items=NVIDIA.items, driver=driver)
    assert severity("ENV004", packages=torch(f"2.9.1+cu{cuda}", cuda), gpus=gpus) is expected


@pytest.mark.parametrize(
    ("served", "cuda", "expected"),
    [
        ("11.4", "12.8", Severity.ERROR),
        ("12.2", "12.8", None),
        ("13.0", "12.8", None),
        ("N/A", "12.8", None),
    ],
)
def test_without_the_drivers_version_its_cuda_decides(served, cuda, expected):
    gpus = Gpus(items=NVIDIA.items, cuda=served)
    assert severity("ENV004", packages=torch("2.9.1+cu128", cuda), gpus=gpus) is expected


def test_an_older_build_of_the_same_torch_is_one_that_the_driver_serves():
    gpus = Gpus(items=NVIDIA.items, driver="576.02", cuda="12.9")
    (result,) = compute_check("ENV004", machine(packages=torch("2.9.1+cu130", "13.0"), gpus=gpus))
    assert "torch==2.9.1 --index-url https://download.pytorch.org/whl/cu128" in steps(result)


@pytest.mark.parametrize(
    ("available", "expected"),
    [(5 * GB, Severity.ERROR), (8 * GB, Severity.WARNING), (12 * GB, None), (None, None)],
)
def test_the_commit_limit_is_judged(available, expected):
    memory = Memory(total=32 * GB, available=20 * GB, commit_available=available)
    assert severity("ENV005", memory=memory) is expected


@pytest.mark.parametrize(
    ("available", "expected"),
    [(GB // 2, Severity.WARNING), (3 * GB, Severity.INFO), (20 * GB, None)],
)
def test_free_memory_is_judged_against_the_models(available, expected):
    assert severity("ENV006", memory=Memory(total=32 * GB, available=available)) is expected


def windows(**facts):
    return System(os="windows", name="Windows 11", version="10.0", **facts)


def test_a_long_cache_matters_only_while_long_paths_are_off():
    places = Places(items=(place("hub_cache", "C:\\" + "x" * 170),))
    assert severity("ENV007", places=places, system=windows(long_paths=False)) is Severity.WARNING
    (result,) = compute_check("ENV007", machine(places=places, system=windows(long_paths=False)))
    assert result.remedies[0].steps[0].needs_admin
    assert severity("ENV007", places=places, system=windows(long_paths=True)) is None
    assert severity("ENV007", system=windows(long_paths=False)) is None


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (Account(symlink_right=False, developer_mode=False, elevated=False), Severity.INFO),
        (Account(symlink_right=True, developer_mode=False), None),
        (Account(symlink_right=False, developer_mode=True), None),
        (Account(), None),
    ],
)
def test_symlinks_need_a_right_or_developer_mode(account, expected):
    assert severity("ENV008", account=account) is expected


NO_LINKS = Account(symlink_right=False, developer_mode=False, elevated=False)


@pytest.mark.parametrize(
    ("client", "switch", "expected", "cure"),
    [
        ("0.36.0", "", Severity.WARNING, "Load the model a second time"),
        ("0.36.0", "1", Severity.WARNING, "Load the model a second time"),
        ("1.8.0", "", Severity.WARNING, "Update huggingface_hub within its major version"),
        ("1.32.0", "", Severity.WARNING, "Update huggingface_hub within its major version"),
        ("1.32.0", "0", Severity.WARNING, "Update huggingface_hub within its major version"),
        ("1.32.0", "true", Severity.INFO, "Turn on developer mode"),
        ("1.33.0", "", Severity.INFO, "Turn on developer mode"),
        ("2.4.0", "", Severity.INFO, "Turn on developer mode"),
    ],
)
def test_without_the_right_to_links_an_old_client_fails(client, switch, expected, cure):
    (result,) = compute_check(
        "ENV008",
        machine(
            account=NO_LINKS,
            packages=Packages(versions={"huggingface-hub": client}),
            environment=Environment(variables={"HF_HUB_DISABLE_SYMLINKS": switch}),
        ),
    )
    assert result.severity is expected
    assert result.remedies[0].title == cure
    assert result.remedies[-1].title == "Turn on developer mode"
    assert (f"huggingface_hub {client} fails with WinError 1314" in result.summary) == (
        expected is Severity.WARNING
    )


def test_the_switch_for_links_is_offered_to_versions_that_read_it():
    for client, offered in (("1.8.0", False), ("1.9.0", True)):
        packages = Packages(versions={"huggingface-hub": client})
        (result,) = compute_check("ENV008", machine(account=NO_LINKS, packages=packages))
        assert ("HF_HUB_DISABLE_SYMLINKS" in str(result.remedies)) == offered


def test_an_unreadable_list_of_packages_leaves_the_hint_about_copies():
    unread = {"packages": UnreadableSection(reason="no rights")}
    (result,) = compute_check("ENV008", machine(account=NO_LINKS, unreadable=unread))
    assert result.severity is Severity.INFO


def test_foreign_characters_matter_without_utf8():
    places = Places(items=(place("app", r"C:\Büro"),))
    assert severity("ENV009", places=places, system=windows(ansi_code_page=1252)) is Severity.INFO
    assert severity("ENV009", places=places, system=windows(ansi_code_page=65001)) is None
    assert severity("ENV009", places=places, python=python(utf8_mode=True)) is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"version": "3.9.18"}, Severity.ERROR),
        ({"version": "3.10.0"}, None),
        ({"version": "3.13.5"}, None),
        ({"version": "3.14.0"}, None),
        ({"bits": 32}, Severity.ERROR),
        ({"implementation": "PyPy"}, Severity.ERROR),
    ],
)
def test_only_64_bit_cpython_that_has_wheels_is_supported(facts, expected):
    assert severity("ENV010", python=python(**facts)) is expected


def test_the_stores_python_is_a_note():
    assert severity("ENV011", python=python(store_build=True)) is Severity.INFO


def test_missing_torch_is_a_warning():
    packages = Packages(versions={"nemo-toolkit": "3.0.0"})
    assert severity("ENV012", packages=packages) is Severity.WARNING


def test_a_missing_torch_is_left_to_nem001_if_nemo_is_missing_too():
    assert severity("ENV012", packages=Packages()) is None
    (result,) = compute_check("NEM001", machine(packages=Packages()))
    commands = [step.command for step in result.remedies[0].steps if isinstance(step, Step)]
    assert "pip install torch --index-url https://download.pytorch.org/whl/cpu" in commands[2]
    assert 'pip install "nemo_toolkit[asr]"' in commands[3]
