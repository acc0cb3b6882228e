"""NEM003, NEM009, NEM013: packages that do not work together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from winasr_doctor._util.dated import BY_COMMAND, Dated
from winasr_doctor.checks.advice import pip_install
from winasr_doctor.checks.base import check
from winasr_doctor.checks.nemo.common import (
    NEMO,
    PIP_READS,
    Release,
    nemo_version,
    release,
)
from winasr_doctor.checks.predicted_errors import foretold, named_by
from winasr_doctor.checks.versions import newer_than_known
from winasr_doctor.findings import (
    Finding,
    Install,
    Remedy,
    Severity,
    error,
    ok,
    resting_on,
    warning,
)
from winasr_doctor.findings.actions import Constrain
from winasr_doctor.machine.base import Machine


class Requirement(Struct, frozen=True):
    """What some versions of NeMo require of another distribution."""

    nemo_from: Release
    nemo_below: Release
    distribution: str
    at_least: Release
    below: Release
    pip: str
    beside: str = ""
    """A requirement to install together with it, quoted like `pip`."""
    fails_below: Release = (0, 0, 0)
    """NeMo was seen to fail with versions below this."""


ANY: Release = (10**9, 0, 0)

REQUIREMENTS = Dated(
    "what NeMo requires of lhotse, numpy and kaldialign",
    dt.date(2026, 11, 21),
    (
        Requirement(
            (2, 7, 3),
            (3, 0, 0),
            "lhotse",
            (1, 32, 2),
            ANY,
            '"lhotse>=1.32.2"',
            fails_below=(1, 31, 2),
        ),
        Requirement((3, 0, 0), ANY, "lhotse", (1, 33, 0), ANY, '"lhotse>=1.33.0"'),
        Requirement(
            (2, 3, 0),
            (2, 6, 0),
            "numpy",
            (1, 22, 0),
            (2, 0, 0),
            '"numpy>=1.22,<2"',
            beside='"pyarrow<26"',
        ),
        Requirement(
            (2, 7, 3), (3, 0, 0), "kaldialign", (0, 0, 0), (0, 9, 2), '"kaldialign<=0.9.1"'
        ),
    ),
    f"{BY_COMMAND} compares it with the wheels' metadata; change it by hand",
)
"""Sources: `Requires-Dist` of `[asr]` in NeMo's wheels 2.3.0, 2.3.2, 2.4.0, 2.5.3, 2.7.3 and
3.0.0. With NeMo 2.7.3, lhotse 1.28.0 and 1.31.1 raise ImportError (run). NeMo 2.5.3 loads a model
and transcribes with NumPy 2.2.6 (run). pyarrow 26 refuses NumPy 1 (run)."""


@check("NEM003", reads=PIP_READS)
def sampler(host: Machine) -> Iterable[Finding]:
    """This lhotse does not work with this torch.

    **What.** The versions of lhotse and torch.
    **Why.** lhotse before 1.32.2 passes `data_source` to torch's `Sampler`, which no longer accepts
    it: every transcription ends with `TypeError: object.__init__() takes exactly one argument
    (the instance to initialize)`. NeMo's own requirement lets pip keep such a pair.
    **Decided by.** lhotse before 1.32.2 with torch 2.10 or later. torch 2.13 was seen to fail;
    2.10 to 2.12 follow from the date of the change.
    **Do.** Install a newer lhotse.
    **Source.** pytorch/pytorch PR #163134; NINIYOYYO/NeMo-ASR-GUI issue 6.
    """
    yield from foretold(host, "NEM003")


@check("NEM009", reads=(*PIP_READS, "gpus"))
def requirement(host: Machine) -> Iterable[Finding]:
    """A package has a version that this NeMo rules out.

    **What.** The versions of lhotse, numpy and kaldialign, if NeMo limits them.
    **Why.** Installing another package may move them out of the range that NeMo works with, and pip
    only warns. With NeMo 2.7.3, an older lhotse raises ImportError.
    **Decided by.** The limits in NeMo's own metadata: an error if the pair was seen to fail, a
    warning otherwise. This check does not repeat what NEM003 or NEM013 reports.
    **Do.** Install a version that fits.
    **Source.** `Requires-Dist` in NeMo's wheels.
    """
    nemo = nemo_version(host)
    reported = named_by(host, "NEM003") | named_by(host, "NEM013")
    limits = [limit for limit in REQUIREMENTS.rows if limit.distribution not in reported]
    found = [each for limit in limits if (each := _violation(host, nemo, limit))]
    found = found or [ok(f"lhotse, numpy and kaldialign are within the limits of NeMo {nemo}")]
    beyond = newer_than_known("nemo_toolkit", nemo)
    yield from (resting_on(REQUIREMENTS, each, beyond=beyond) for each in found)


def _violation(host: Machine, nemo: str, limit: Requirement) -> Finding | None:
    version = host.packages.version(limit.distribution)
    if version is None or not limit.nemo_from <= release(nemo) < limit.nemo_below:
        return None
    installed = release(version)
    if limit.at_least <= installed < limit.below:
        return None
    severity = Severity.ERROR if installed < limit.fails_below else Severity.WARNING
    wanted = limit.pip.strip('"')
    make, verb = (
        (error, "cannot be imported with") if severity is Severity.ERROR else (warning, "rules out")
    )
    return make(
        f"NeMo {nemo} {verb} {limit.distribution} {version}: it requires {wanted}",
        {"nemo_toolkit": nemo, limit.distribution: version, "requires": wanted},
        [_install(host, f"Install a {limit.distribution} that fits", limit)],
    )


def _install(host: Machine, title: str, limit: Requirement) -> Remedy:
    together = (limit.pip, limit.beside) if limit.beside else (limit.pip,)
    requirements = tuple(each.strip('"') for each in together)
    remedy = pip_install(host, title, Install(requirements), repairs=NEMO)
    return replace(remedy, action=Constrain(requirements))


@check("NEM013", reads=(*PIP_READS, "gpus"))
def nemo_does_not_work_with_a_package(host: Machine) -> Iterable[Finding]:
    """NeMo does not work with an installed package.

    **What.** The versions of NeMo and of packages that it imports, such as huggingface_hub, NumPy,
    pyarrow and cuda-bindings.
    **Why.** NeMo's own requirements allow pip to install such a pair. Importing NeMo or
    transcribing then fails: `cannot import name 'ModelFilter' from 'huggingface_hub'`.
    **Decided by.** The catalogue of known errors.
    **Do.** Follow the known error's advice; `explain ID` has more details.
    **Source.** The sources that the known error names.
    """
    yield from foretold(host, "NEM013")
