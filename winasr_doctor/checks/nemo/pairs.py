"""NEM003, NEM009: packages that do not work together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from winasr_doctor.actions import Constrain
from winasr_doctor.checks.base import check
from winasr_doctor.checks.nemo.common import (
    PIP_READS,
    Release,
    dotted,
    nemo_version,
    pip_install,
    release,
)
from winasr_doctor.checks.versions import newer_than_known
from winasr_doctor.dated import BY_COMMAND, Dated
from winasr_doctor.findings import (
    Finding,
    Remedy,
    Severity,
    error,
    ok,
    resting_on,
    skip,
    warning,
)
from winasr_doctor.host.base import Host


class SamplerChange(Struct, frozen=True):
    """Which lhotse works with which torch."""

    lhotse_fixed: Release
    torch_from: Release
    torch_seen_to_fail: Release


SAMPLER = Dated(
    "lhotse and torch releases that do not work together",
    dt.date(2026, 11, 21),
    SamplerChange((1, 32, 2), (2, 10, 0), (2, 13, 0)),
    "transcribe with the newest torch and lhotse 1.32.1, then 1.32.2",
)
"""pytorch/pytorch PR #163134 took `data_source` from `Sampler.__init__`. lhotse 1.31.1, 1.32.0
and 1.32.1 fail with torch 2.13.0, 1.32.2 and 1.33.0 work (run); 2.10 is the first release after
the change was merged, by its date."""


class Requirement(Struct, frozen=True):
    """What some versions of NeMo require of another distribution."""

    nemo_from: Release
    nemo_below: Release
    distribution: str
    at_least: Release
    below: Release
    pip: str
    fails_below: Release = (0, 0, 0)
    """Below this, NeMo was seen to fail."""


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
        Requirement((2, 3, 0), (2, 6, 0), "numpy", (1, 22, 0), (2, 0, 0), '"numpy>=1.22,<2"'),
        Requirement(
            (2, 7, 3), (3, 0, 0), "kaldialign", (0, 0, 0), (0, 9, 2), '"kaldialign<=0.9.1"'
        ),
    ),
    f"{BY_COMMAND} compares it with the wheels' metadata; change it by hand",
)
"""Sources: `Requires-Dist` of `[asr]` in NeMo's wheels 2.3.0, 2.3.2, 2.4.0, 2.5.3, 2.7.3 and
3.0.0. With NeMo 2.7.3, lhotse 1.28.0 and 1.31.1 raise ImportError (run)."""


@check("NEM003", reads=PIP_READS)
def sampler(host: Host) -> Iterable[Finding]:
    """This lhotse does not work with this torch.

    **What.** The versions of lhotse and torch.
    **Why.** lhotse before 1.32.2 hands `data_source` to torch's `Sampler`, which no longer takes
    it: every transcription ends with `TypeError: object.__init__() takes exactly one argument
    (the instance to initialize)`. NeMo's own requirement lets pip keep such a pair.
    **Decided by.** lhotse before 1.32.2 with torch 2.10 or later. torch 2.13 was seen to fail;
    2.10 to 2.12 follow from the date of the change.
    **Do.** Install a newer lhotse.
    **Source.** pytorch/pytorch PR #163134; NINIYOYYO/NeMo-ASR-GUI issue 6.
    """
    packages = host.packages
    lhotse = packages.version("lhotse")
    torch = packages.torch.version if packages.torch else packages.version("torch")
    if lhotse is None or torch is None:
        yield skip("lhotse and torch are not both installed")
        return
    evidence: dict[str, object] = {"lhotse": lhotse, "torch": torch}
    beyond = newer_than_known("torch", torch)
    if release(lhotse) >= SAMPLER.rows.lhotse_fixed or release(torch) < SAMPLER.rows.torch_from:
        found = ok(f"lhotse {lhotse} works with torch {torch}", evidence)
    else:
        found = _fails(host, lhotse, torch)
    yield resting_on(SAMPLER, found, beyond=beyond)


def _fails(host: Host, lhotse: str, torch: str) -> Finding:
    seen = release(torch) >= SAMPLER.rows.torch_seen_to_fail
    basis = "" if seen else " (by the date of torch's change)"
    return error(
        f"lhotse {lhotse} does not work with torch {torch}{basis}: every transcription ends with"
        " a TypeError about object.__init__()",
        {"lhotse": lhotse, "torch": torch, "verified": seen},
        [
            _install(
                host, "Install a newer lhotse", f'"lhotse>={dotted(SAMPLER.rows.lhotse_fixed)}"'
            )
        ],
    )


@check("NEM009", reads=PIP_READS)
def requirement(host: Host) -> Iterable[Finding]:
    """A package has a version that this NeMo rules out.

    **What.** lhotse, numpy and kaldialign, where NeMo limits their versions.
    **Why.** Another package's installation may move them out of the range that NeMo works with;
    pip only warns. With NeMo 2.7.3 an older lhotse is an ImportError.
    **Decided by.** The limits that NeMo's own metadata declares: an error where the pair was
    seen to fail, a warning otherwise.
    **Do.** Install a version that fits.
    **Source.** `Requires-Dist` in NeMo's wheels.
    """
    nemo = nemo_version(host)
    found = [each for limit in REQUIREMENTS.rows if (each := _violation(host, nemo, limit))]
    found = found or [ok(f"lhotse, numpy and kaldialign are within the limits of NeMo {nemo}")]
    beyond = newer_than_known("nemo_toolkit", nemo)
    yield from (resting_on(REQUIREMENTS, each, beyond=beyond) for each in found)


def _violation(host: Host, nemo: str, limit: Requirement) -> Finding | None:
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
        [_install(host, f"Install a {limit.distribution} that fits", limit.pip)],
    )


def _install(host: Host, title: str, requirement: str) -> Remedy:
    remedy = pip_install(host, title, requirement)
    return replace(remedy, action=Constrain((requirement.strip('"'),)))
