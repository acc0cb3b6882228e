r"""The remedy that makes a new environment, perhaps with another Python.

Only one environment is ever proposed, `C:\venvs\asr` (`~/asr` elsewhere), so that two findings
cannot send people to two of them.
"""

from __future__ import annotations

import datetime as dt

from winasr_doctor._util.dated import Dated
from winasr_doctor.checks.advice import in_shell, known, python_in_shell, with_python
from winasr_doctor.checks.versions import release, wheels_for
from winasr_doctor.findings import Change, Install, Remedy, Stage, Step
from winasr_doctor.findings.planned_packages import install_step
from winasr_doctor.machine.base import Machine

NEW_ENVIRONMENT_READS = ("account", "packages", "python")
"""Sections that the functions here read; a check that calls them declares these too."""

FIRST_TORCH = Dated(
    "the first torch for each Python",
    dt.date(2026, 11, 29),
    {"3.10": (1, 11), "3.11": (2, 0), "3.12": (2, 4), "3.13": (2, 6), "3.14": (2, 9)},
    "read pytorch/pytorch, RELEASE.md, 'Release Compatibility Matrix'",
)
"""Source: pytorch/pytorch, RELEASE.md, "Release Compatibility Matrix"."""


def python_remedy(host: Machine, wanted: str, *, or_other: bool = False) -> Remedy:
    """Return the remedy that creates an environment with another Python.

    Args:
        host: The machine; reads `NEW_ENVIRONMENT_READS`, as far as they can be read.
        wanted: The Python version, such as `3.12`.
        or_other: Whether any Python that another finding asks for is as good.
    """
    return Remedy(
        f"Use Python {wanted} (64-bit, from python.org), at its latest release",
        (_get_python(host, wanted), *new_environment(host, wanted)),
        change=change_of(host, wanted + "+" * or_other),
    )


def change_of(host: Machine, wanted: str = "") -> Change:
    """Return what a new environment changes.

    Args:
        host: The machine.
        wanted: Its Python version, with a plus sign if any other one is as good; by default the
            present one.
    """
    kept = tuple(_kept(host, wanted.removesuffix("+")))
    return Change(Stage.PYTHON, wanted, kept, _new_python(host), python_in_shell(host))


def new_environment(host: Machine, wanted: str = "") -> tuple[str, ...]:
    """Return the steps that create an environment and keep the versions that work.

    Args:
        host: The machine.
        wanted: Its Python version; by default the present one.
    """
    windows = host.system.os == "windows"
    folder = r"C:\venvs\asr" if windows else "~/asr"
    words = "Create a new environment"
    if wanted:
        launcher = f"py -{wanted}" if windows else f"python{wanted}"
        create = in_shell(host, words, f"{launcher} -m venv {folder}")
    else:
        create = with_python(host, words, f"-m venv {folder}")
    kept = (install_step(_new_python(host), each) for each in _kept(host, wanted))
    return (create, *kept, "Install the app's other requirements and winasr_doctor there")


def _new_python(host: Machine) -> str:
    if host.system.os == "windows":
        return r"& 'C:\venvs\asr\Scripts\python.exe'"
    return "~/asr/bin/python"


def _get_python(host: Machine, wanted: str) -> Step:
    account = known(host, "account")
    if host.system.os != "windows":
        return Step(f"Install Python {wanted}")
    if host.system.server or (account is not None and account.kind != "user"):
        # winget is not on Windows Server 2022 and not there for services. Source:
        # learn.microsoft.com, "Use the winget tool to install and manage applications".
        page = "https://www.python.org/downloads/windows/"
        return Step(f"Install Python {wanted} (64-bit) for all users: {page}", needs_admin=True)
    return Step(
        f"Install Python {wanted}", f"winget install --exact --id Python.Python.{wanted}",
        "powershell",
    )  # fmt: skip


def _kept(host: Machine, wanted: str) -> list[Install]:
    """Return the CUDA build of torch and the NeMo that work here and also work there."""
    packages, python = known(host, "packages"), known(host, "python")
    if packages is None or python is None:
        return []
    there = wanted or ".".join(map(str, python.release[:2]))
    kept = []
    torch, index = packages.torch, _index(host)
    first = FIRST_TORCH.rows.get(there)
    if torch is not None and index and first is not None and release(torch.version)[:2] >= first:
        plain = torch.version.partition("+")[0]
        kept.append(Install((f"torch=={plain}",), f"--index-url {index}"))
    nemo: str | None = packages.version("nemo-toolkit")
    if nemo is not None:
        major, _, minor = there.partition(".")
        wheels = wheels_for(nemo, (int(major), int(minor)))
        if not wheels.missing and wheels.beyond is None:
            kept.append(Install((f"nemo_toolkit[asr]=={nemo}",)))
    return kept


def _index(host: Machine) -> str | None:
    from winasr_doctor.catalogue.machines import of_host  # lazy: few machines need it

    return of_host(host)("torch_index")
