"""Helpers for testing checks: build a machine in one line, and run one check on it.

from winasr_doctor.testing import compute_check, machine, place

def test_temp_in_dropbox_is_an_error():
    host = machine(sync_roots=SyncRoots(items=(...)), ...)
    (result,) = compute_check("SYN001", host)
    assert result.severity is Severity.ERROR
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from winasr_doctor.appsource.application import Application
from winasr_doctor.checks import check_called
from winasr_doctor.findings import Result
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import (
    Account,
    AudioTools,
    Defender,
    Environment,
    Gpus,
    HubCache,
    Leftovers,
    Memory,
    ModelFiles,
    Packages,
    Place,
    Places,
    PythonRuntime,
    Role,
    SearchIndex,
    SearchRule,
    SecurityProduct,
    SecurityProducts,
    SyncRoots,
    System,
    TorchBuild,
    Volume,
    Volumes,
)
from winasr_doctor.machine.recorded import (
    RecordedMachine,
    Sections,
    Snapshot,
    SnapshotTool,
    UnreadableSection,
)
from winasr_doctor.scanning import run_check

GIB = 1024**3
HOME = r"C:\Users\ada"
TEMP = rf"{HOME}\AppData\Local\Temp"


def place(role: Role, path: str, **facts: Any) -> Place:  # noqa: ANN401 - any field of Place
    """Make a place that exists, is writable and is on the drive in its path."""
    given = {"resolved": path, "writable": True, "volume": path[:3], "attributes": 0x10, **facts}
    return Place(role=role, path=path, **given)


def healthy_sections() -> dict[str, Any]:
    """Return the sections of a Windows machine on which every check passes."""
    return {
        "system": System(
            os="windows",
            name="Windows 11 Pro",
            version="10.0.22631",
            build=22631,
            server=False,
            long_paths=True,
            ansi_code_page=1252,
            oem_code_page=437,
        ),
        "account": Account(elevated=False, symlink_right=False, developer_mode=True),
        "environment": Environment(variables={"TEMP": TEMP, "TMP": TEMP}),
        "python": PythonRuntime(
            version="3.12.10",
            executable=r"C:\asr\.venv\Scripts\python.exe",
            prefix=r"C:\asr\.venv",
            base_prefix=r"C:\Python312",
            stdout_encoding="utf-8",
        ),
        "packages": Packages(
            versions={
                "torch": "2.9.1+cu128",
                "nemo-toolkit": "3.0.0",
                "lhotse": "1.33.0",
                "huggingface-hub": "2.4.0",
                "peft": "0.18.0",
                "accelerate": "1.15.0",
                "braceexpand": "0.1.7",
                "datasets": "5.2.0",
                "hydra-core": "1.3.2",
                "kaldialign": "0.12.0",
                "librosa": "0.11.0",
                "lightning": "2.4.0",
                "numba": "0.68.1",
                "numpy": "2.4.6",
                "nv-one-logger-core": "2.3.1",
                "nv-one-logger-pytorch-lightning-integration": "2.3.1",
                "nv-one-logger-training-telemetry": "2.3.1",
                "omegaconf": "2.3.0",
                "onnx": "1.23.2",
                "pandas": "3.1.1",
                "scikit-learn": "1.9.1",
                "sentencepiece": "0.2.3",
                "soundfile": "0.14.0",
                "transformers": "5.23.0",
                "webdataset": "1.0.2",
            },
            torch=TorchBuild(version="2.9.1+cu128", cuda="12.8"),
        ),
        "places": Places(
            items=(
                place("TEMP", TEMP),
                place("TMP", TEMP),
                place("tempfile", TEMP),
                place("app", r"C:\asr"),
                place("venv", r"C:\asr\.venv"),
                place("hub_cache", rf"{HOME}\.cache\huggingface\hub"),
                place("nemo_cache", rf"{HOME}\.cache\torch\NeMo"),
            )
        ),
        "volumes": Volumes(
            items=(Volume(root="C:\\", filesystem="NTFS", total=1000 * GIB, free=400 * GIB),)
        ),
        "leftovers": Leftovers(),
        "sync_roots": SyncRoots(),
        "defender": Defender(
            running_mode="Normal",
            real_time_protection=True,
            tamper_protection=True,
            platform_version="4.18.25080.5",
            excluded_paths=(),
            excluded_processes=(),
            excluded_extensions=(),
            hidden_from_admins=False,
            local_exclusions_ignored=False,
            controlled_folder_access=0,
        ),
        "security_products": SecurityProducts(
            items=(SecurityProduct(name="Windows Defender", state=0x61100),)
        ),
        "search_index": SearchIndex(
            service="running",
            rules=(
                SearchRule(pattern="C:\\Users\\", include=True, default=True),
                SearchRule(pattern="C:\\Users\\*\\AppData\\", include=False, default=True),
                SearchRule(pattern="C:\\Windows\\", include=False, default=True),
            ),
        ),
        "memory": Memory(
            total=64 * GIB, available=48 * GIB, commit_limit=80 * GIB, commit_available=60 * GIB
        ),
        "gpus": Gpus(),
        "audio_tools": AudioTools(ffmpeg=r"C:\ffmpeg\bin\ffmpeg.exe"),
        "hub_cache": HubCache(path=rf"{HOME}\.cache\huggingface\hub", symlinks=True),
        "model_files": ModelFiles(),
    }


def machine(
    app: Application | None = None,
    *,
    unreadable: dict[str, UnreadableSection] | None = None,
    not_applicable: dict[str, str] | None = None,
    hub_answers: Any = None,  # noqa: ANN401 - a HubAnswers, which only --online needs
    **sections: Any,  # noqa: ANN401 - any section of a machine
) -> RecordedMachine:
    """Make a healthy Windows machine with some sections replaced.

    Args:
        app: The app's source to examine on it.
        unreadable: Sections that could not be read, and why.
        not_applicable: Sections that have no meaning there, and why.
        hub_answers: The Hub's answers, as after `--online`.
        sections: Values that replace the healthy ones, by section name.
    """
    missing = {**(unreadable or {}), **(not_applicable or {})}
    values = {k: v for k, v in {**healthy_sections(), **sections}.items() if k not in missing}
    snapshot = Snapshot(
        tool=SnapshotTool(name="winasr_doctor.testing", version="0"),
        recorded="2026-01-01",
        hand_made=True,
        sections=Sections(**values),
        unreadable=unreadable or {},
        not_applicable=not_applicable or {},
    )
    return RecordedMachine(snapshot, app=app, hub_answers=hub_answers)


def compute_check(code: str, host: Machine, *, today: dt.date | None = None) -> tuple[Result, ...]:
    """Run the check with this code, as a scan would.

    Args:
        code: A check's code.
        host: The machine to run it on.
        today: The date for judging the age of tables; by default the current date.

    Returns:
        Its results, at least one.

    Raises:
        LookupError: No check has this code.
    """
    check = check_called(code)
    if check is None:
        raise LookupError(f"no check has the code {code}")
    return run_check(check, host, today=today)
