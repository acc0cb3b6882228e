"""Makes machines in which several things are wrong at once, from a seed."""

from __future__ import annotations

import random
from typing import Any

from winasr_doctor.checks.advice import GB
from winasr_doctor.machine import RecordedMachine
from winasr_doctor.machine.interpreters.model import OutsideInterpreter
from winasr_doctor.machine.model import (
    Account,
    Defender,
    Environment,
    Gpu,
    Gpus,
    Leftover,
    Leftovers,
    Memory,
    Packages,
    Place,
    Places,
    PythonRuntime,
    SearchIndex,
    SearchRule,
    SecurityProduct,
    SecurityProducts,
    SyncRoot,
    SyncRoots,
    TorchBuild,
    Volume,
    Volumes,
)
from winasr_doctor.testing import HOME, TEMP, healthy_sections, machine, place

DOCTOR = r"C:\tools\doctor\Scripts\python.exe"
TEMPS = (
    TEMP,
    TEMP,
    rf"{HOME}\OneDrive\Temp",
    rf"{HOME}\Documents\Temp",
    r"C:\Windows\TEMP",
    r"D:\Temp",
    r"R:\Temp",
    r"\\nas\scratch",
    r"C:\Users\Jürgen Müller\AppData\Local\Temp",
)
PYTHONS = ("3.9.18", "3.10.11", "3.11.5", "3.11.9", "3.12.10", "3.13.1", "3.14.0", "3.15.0")
TORCHES = ("2.5.1+cu121", "2.6.0+cpu", "2.9.1+cu128", "2.13.0+cpu", "2.13.0+cu130", None)
VERSIONS = {
    "nemo-toolkit": ("2.2.1", "2.5.3", "2.7.3", "3.0.0", "3.0.0", None),
    "lhotse": ("1.24.0", "1.31.1", "1.33.0", "1.33.0", None),
    "numpy": ("1.26.4", "2.4.6", "2.4.6"),
    "pyarrow": ("14.0.1", "22.0.0", None, None),
    "transformers": ("4.48.0", "5.23.0", "5.23.0"),
    "huggingface-hub": ("0.23.0", "2.4.0", "2.4.0"),
    "torchaudio": ("2.5.1", "2.9.1", None, None),
    "kaldialign": ("0.12.0", None),
}


def varied(seed: int) -> RecordedMachine:
    """Return the machine of a seed.

    Args:
        seed: The same seed makes the same machine.
    """
    choose = random.Random(seed)  # noqa: S311 - to vary, not to hide
    sections = healthy_sections()
    for change in (_python, _packages, _account, _drives, _places, _index, _defender, _rest):
        sections.update(change(choose, sections))
    return machine(**sections)


def _python(choose: random.Random, _sections: dict[str, Any]) -> dict[str, Any]:
    executable = choose.choice([r"C:\asr\.venv\Scripts\python.exe", r"D:\it's mine\python.exe"])
    prefix = executable.partition(r"\Scripts")[0].removesuffix(r"\python.exe")
    version = choose.choice(PYTHONS)
    outside = choose.random() < 0.2
    runtime = PythonRuntime(
        version=version,
        bits=choose.choice([64, 64, 64, 64, 32]),
        executable=executable,
        prefix=prefix,
        base_prefix=r"C:\Python312",
        store_build=choose.random() < 0.1,
        stdout_encoding=choose.choice(["utf-8", "cp1252", None]),
        doctor=DOCTOR if outside else None,
    )
    if not outside:
        return {"python": runtime}
    given = OutsideInterpreter(
        given=prefix, layout="venv", executable=executable, prefix=prefix, version=version
    )
    return {"python": runtime, "interpreter": given}


def _packages(choose: random.Random, sections: dict[str, Any]) -> dict[str, Any]:
    versions = dict(sections["packages"].versions)
    for name, among in VERSIONS.items():
        version = choose.choice(among)
        versions.pop(name, None)
        if version is not None:
            versions[name] = version
    torch = choose.choice(TORCHES)
    versions.pop("torch", None)
    build = None
    if torch is not None:
        versions["torch"] = torch
        tag = torch.partition("+")[2]
        cuda = f"{tag[2:4]}.{tag[4:]}" if tag.startswith("cu") else None
        build = TorchBuild(version=torch, cuda=cuda)
    return {"packages": Packages(versions=versions, torch=build)}


def _account(choose: random.Random, _sections: dict[str, Any]) -> dict[str, Any]:
    kind = choose.choice(["user", "user", "user", "service", "system"])
    return {"account": Account(kind=kind, elevated=choose.choice([True, False, None]))}


def _drives(choose: random.Random, _sections: dict[str, Any]) -> dict[str, Any]:
    def free() -> int:
        return choose.choice([int(2 * GB), int(9 * GB), int(400 * GB)])

    drives = [Volume(root="C:\\", filesystem="NTFS", total=int(1000 * GB), free=free())]
    if choose.random() < 0.5:
        kind = choose.choice(["fixed", "fixed", "removable"])
        drives.append(Volume(root="D:\\", drive_type=kind, filesystem="NTFS", free=free()))
    if choose.random() < 0.3:
        drives.append(Volume(root="R:\\", drive_type="ram", free=free()))
    return {"volumes": Volumes(items=tuple(drives))}


def _places(choose: random.Random, sections: dict[str, Any]) -> dict[str, Any]:
    temp, tmp = choose.choice(TEMPS), choose.choice(TEMPS)
    tmp = choose.choice([temp, temp, tmp])
    writable = choose.random() < 0.8
    app = choose.choice([r"C:\asr", r"C:\asr", rf"{HOME}\OneDrive\asr"])
    items: list[Place] = [
        place("TEMP", temp, writable=writable),
        place("TMP", tmp, writable=writable),
        place("tempfile", temp, writable=writable),
        place("app", app),
        place("venv", sections["python"].prefix),
        place("hub_cache", rf"{HOME}\.cache\huggingface\hub"),
    ]
    variables = {"TEMP": temp, "TMP": tmp}
    if choose.random() < 0.5:
        variables["LOCALAPPDATA"] = rf"{HOME}\AppData\Local"
    roots = (
        SyncRoot(provider="OneDrive", kind="personal", path=rf"{HOME}\OneDrive", source="HKCU"),
        SyncRoot(provider="Dropbox", path="D:\\", source="info.json"),
    )
    return {
        "places": Places(items=tuple(items)),
        "environment": Environment(variables=variables),
        "sync_roots": SyncRoots(items=roots[: choose.randrange(3)]),
    }


def _index(choose: random.Random, _sections: dict[str, Any]) -> dict[str, Any]:
    rules = [
        SearchRule(pattern="C:\\Users\\", include=True, default=True),
        SearchRule(pattern="C:\\Users\\*\\AppData\\", include=False, default=True),
    ]
    if choose.random() < 0.3:
        rules.append(SearchRule(pattern="D:\\", include=True))
    if choose.random() < 0.2:
        rules.append(SearchRule(pattern=f"{HOME}\\AppData\\Local\\", include=True))
    return {"search_index": SearchIndex(service="running", rules=tuple(rules))}


def _defender(choose: random.Random, _sections: dict[str, Any]) -> dict[str, Any]:
    hidden = "N/A: Must be an administrator to view exclusions" if choose.random() < 0.5 else None
    paths = choose.choice([(), ("%TEMP%",), ("C:\\", HOME), (r"C:\models",)])
    broad = choose.choice([(), ("python.exe",)])
    defender = Defender(
        running_mode="Normal",
        real_time_protection=True,
        excluded_paths=None if hidden else paths,
        excluded_processes=None if hidden else broad,
        excluded_extensions=None if hidden else (),
        exclusions_hidden=hidden,
        controlled_folder_access=choose.choice([0, 0, 1]),
        protected_folders=(rf"{HOME}\Documents", rf"{HOME}\OneDrive"),
    )
    products = [SecurityProduct(name="Windows Defender", state=0x61100)]
    if choose.random() < 0.2:
        products.append(SecurityProduct(name="Example Antivirus", state=0x41000))
    return {"defender": defender, "security_products": SecurityProducts(items=tuple(products))}


def _rest(choose: random.Random, sections: dict[str, Any]) -> dict[str, Any]:
    temp = sections["places"].first("tempfile").path
    left = Leftover(path=rf"{temp}\tmpx", phase="load", size=int(3 * GB), files=3, age=9000.0)
    gpu = Gpus(items=(Gpu(name="NVIDIA GeForce RTX 4070"),), driver="576.02", cuda="12.9")
    total, low = int(64 * GB), int(4 * GB)
    limit = choose.choice([low, total])
    return {
        "leftovers": Leftovers(items=(left,)[: choose.randrange(2)]),
        "gpus": choose.choice([Gpus(), gpu]),
        "memory": Memory(total=total, available=total, commit_limit=total, commit_available=limit),
    }
