"""Runs Windows PowerShell, once per process, to read what only WMI knows.

Starting PowerShell takes seconds, so a single script asks for Defender's state, Defender's settings
and the registered antivirus products. Each part may fail without the others.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from winasr_doctor._util import bounded_child, programs

_MOST_OUTPUT = 16 * 1024**2
"""Bytes; a machine with thousands of exclusions prints one."""

OVERRIDE = "WINASR_DOCTOR_POWERSHELL"
"""Environment variable that names the PowerShell to run instead of Windows' own."""

SHARE = 0.8
"""Fraction of a section's time that PowerShell may take: the registry must still be read."""

LIMIT = 8.0
"""Seconds that PowerShell may take by default."""

ACCESS_DENIED = frozenset({0x80070005, 0x80041003})
"""`E_ACCESSDENIED` and `WBEM_E_ACCESS_DENIED`.
Source: learn.microsoft.com, "WMI Error Constants"."""

NOT_THERE = frozenset({0x8004100E, 0x80041010})
"""`WBEM_E_INVALID_NAMESPACE` and `WBEM_E_INVALID_CLASS`, from the same page."""

DEFENDER_STOPPED = 0x800106BA
"""Defender's service is stopped or turned off by policy.
Source: learn.microsoft.com, "Microsoft Defender Antivirus event IDs and error codes"."""

STATUS, PREFERENCE, PRODUCTS = "status", "preference", "products"

QUERIES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    STATUS: (
        r"root\Microsoft\Windows\Defender",
        "MSFT_MpComputerStatus",
        (
            "AMRunningMode",
            "AMProductVersion",
            "AntivirusEnabled",
            "RealTimeProtectionEnabled",
            "IsTamperProtected",
        ),
    ),
    PREFERENCE: (
        r"root\Microsoft\Windows\Defender",
        "MSFT_MpPreference",
        (
            "ExclusionPath",
            "ExclusionProcess",
            "ExclusionExtension",
            "EnableControlledFolderAccess",
            "ControlledFolderAccessProtectedFolders",
            "PerformanceModeStatus",
        ),
    ),
    PRODUCTS: (
        r"root\SecurityCenter2",
        "AntiVirusProduct",
        ("displayName", "productState"),
    ),
}
"""Each part, with the WMI namespace, class and properties that answer it.

Sources: learn.microsoft.com, "MSFT_MpPreference class", "MSFT_MpComputerStatus class",
"Get-MpComputerStatus"; `AntiVirusProduct` is not documented, `Get-CimClass` shows it.
"""

_ASK = """
try {{
  $parts['{name}'] = @{{ rows = @(
    Get-CimInstance -Namespace '{namespace}' -ClassName '{kind}' -OperationTimeoutSec 5 |
    Select-Object -Property {properties}) }}
}} catch {{
  $parts['{name}'] = @{{
    error = [string]$_.Exception.Message
    id = [string]$_.FullyQualifiedErrorId
    hresult = $_.Exception.HResult }}
}}"""

_SCRIPT = """
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$parts = @{{}}
{asks}
$json = ConvertTo-Json -InputObject $parts -Compress -Depth 5
-join ($json.ToCharArray() | ForEach-Object {{
  if ([int]$_ -gt 126) {{ '\\u{{0:x4}}' -f [int]$_ }} else {{ $_ }} }})
"""
"""Everything except ASCII is escaped, so that the console's code page cannot corrupt the answer;
numbers and property names do not depend on the culture. The script also runs in the constrained
language mode of application control, where encodings and cultures cannot be set.
"""


class QueryPart(NamedTuple):
    """The result of one part of the query."""

    rows: tuple[Mapping[str, Any], ...] = ()
    error: str | None = None
    """Why there are no rows, in PowerShell's words or ours."""
    code: int | None = None
    """The error's HRESULT, unsigned."""


class PowerShellAnswer(NamedTuple):
    """PowerShell's answer."""

    parts: Mapping[str, QueryPart] = {}
    failure: str = "PowerShell did not answer"
    """Why a part is missing from `parts`."""

    def part(self, name: str) -> QueryPart:
        """Return one part, or the reason why it is missing."""
        return self.parts.get(name) or QueryPart(error=self.failure)


_ANSWER = re.compile(r"\{\s*\"(?:" + "|".join(QUERIES) + r")\"")
"""Where an answer may begin: with one of the parts that were asked for."""

_MOST_TRIED = 20
"""Maximum number of beginnings tried; endlessly nested text begins again at every level."""

Run = Callable[[str, Sequence[str], float], tuple[int, bytes]]
"""Runs a program with arguments and a time limit; returns exit status and standard output.
Raises `OSError` if it cannot be started and `TimeoutError` if it does not end."""

_cached: list[PowerShellAnswer] = []
_lock = threading.Lock()


def answer(limit: float = LIMIT) -> PowerShellAnswer:
    """Return PowerShell's answer; it runs only the first time, and other callers wait for that.

    Args:
        limit: Seconds that the first run may take.
    """
    with _lock:
        if not _cached:
            _cached.append(ask(limit=limit))
        return _cached[0]


def forget() -> None:
    """Forget the answer, so that PowerShell is run again."""
    with _lock:
        _cached.clear()


def ask(
    programs: Iterable[str] | None = None, *, run: Run | None = None, limit: float = LIMIT
) -> PowerShellAnswer:
    """Run PowerShell; if a program gives no useful answer, try the next one.

    Args:
        programs: Paths of PowerShell; by default those of this machine.
        run: How to run a program.
        limit: Seconds that it may take.

    Returns:
        The parts that were answered; never raises.
    """
    run = run or _run
    failure = "PowerShell was not found"
    for program in candidates(os.environ) if programs is None else programs:
        try:
            status, output = run(program, arguments(), limit)
        except TimeoutError:
            return PowerShellAnswer(failure=f"PowerShell did not answer within {limit:g} s")
        except (OSError, ValueError) as error:
            failure = f"PowerShell could not be started: {error}"
            continue
        parts = parse(output)
        if parts:
            return PowerShellAnswer(parts, "PowerShell left it out of its answer")
        failure = _silence(status, output)
    return PowerShellAnswer(failure=failure)


def _silence(status: int, output: bytes) -> str:
    if status:
        return f"PowerShell failed with exit status {status}"
    return (
        "PowerShell answered nothing" if not output.strip() else "PowerShell's answer is not JSON"
    )


def script() -> str:
    """Return the script; it reads and changes nothing."""
    asks = (
        _ASK.format(
            name=name, namespace=namespace, kind=kind, properties=", ".join(map(repr, properties))
        )
        for name, (namespace, kind, properties) in QUERIES.items()
    )
    return _SCRIPT.format(asks="".join(asks))


def arguments() -> tuple[str, ...]:
    """Return PowerShell's arguments.

    The script is passed as plain text, so that administrators and scanners can read it: encoded
    commands look like malware. It contains no double quotes, which would need escaping.
    """
    return ("-NoLogo", "-NoProfile", "-NonInteractive", "-Command", script())


def candidates(environment: Mapping[str, str]) -> list[str]:
    """Return the PowerShells to try, best first: an override, Windows' own, those on PATH.

    None of them is in the current folder.

    Args:
        environment: The environment variables.
    """
    folded = {name.upper(): value for name, value in environment.items()}
    if override := folded.get(OVERRIDE):
        return [override]
    root = folded.get("SYSTEMROOT") or folded.get("WINDIR")
    own = Path(root, "System32", "WindowsPowerShell", "v1.0", "powershell.exe") if root else None
    found = [str(own)] if own and own.is_file() else []
    for name in ("powershell", "pwsh"):
        path = programs.find(name, environment)
        if path is not None:
            found.append(path)
    return list({os.path.normcase(path): path for path in found}.values())


def parse(output: bytes) -> dict[str, QueryPart]:
    """Return the parts of an answer, even if other output precedes it.

    Args:
        output: PowerShell's standard output.

    Returns:
        The parts; empty if it contains no answer.
    """
    text = _text(output)
    decoder = json.JSONDecoder()
    for start in islice(_ANSWER.finditer(text), _MOST_TRIED):
        try:
            value, _ = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and not QUERIES.keys().isdisjoint(value):
            return {name: _part(value[name]) for name in QUERIES if name in value}
    return {}


def texts(value: object) -> tuple[str, ...]:
    """Return a property's texts; WMI may give none, one or a list."""
    value = _unwrapped(value)
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str) and item.strip())


def number(value: object) -> int | None:
    """Return a property's number, or `None` if it has none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def truth(value: object) -> bool | None:
    """Return a property's truth value, or `None` if it has none."""
    return value if isinstance(value, bool) else None


def _text(output: bytes) -> str:
    if b"\0" in output[:64]:
        return output.decode("utf-16", "replace")
    return output.decode("utf-8-sig", "replace")


def _part(value: object) -> QueryPart:
    if not isinstance(value, dict):
        return QueryPart(error="PowerShell answered something else")
    if "error" in value:
        return QueryPart(error=_sentence(value["error"]), code=_code(value))
    rows = _unwrapped(value.get("rows"))
    found = rows if isinstance(rows, list) else [rows]
    return QueryPart(rows=tuple(row for row in found if isinstance(row, dict)))


def _unwrapped(value: object) -> object:
    """Undo PowerShell 5.1's habit of writing some lists as `{"value": [...], "Count": 2}`.

    Source: PowerShell issue 3424 on GitHub.
    """
    if isinstance(value, dict) and value.keys() == {"value", "Count"}:
        return value["value"]
    return value


def _sentence(text: object) -> str:
    words = text.split() if isinstance(text, str) else ()
    return " ".join(words) or "PowerShell gave no reason"


def _code(value: Mapping[str, object]) -> int | None:
    """Return the HRESULT: WMI puts it in the error's identifier, .NET in a property."""
    identifier = value.get("id")
    text = identifier if isinstance(identifier, str) else ""
    named = re.match(r"HRESULT (0x[0-9a-fA-F]{8})", text)
    if named:
        return int(named[1], 16)
    general = number(value.get("hresult"))
    return None if general is None else general & 0xFFFF_FFFF


def _run(program: str, given: Sequence[str], limit: float) -> tuple[int, bytes]:
    found = program if programs.is_full(program) else programs.find(program)
    if found is None:
        raise FileNotFoundError(f"{program} is neither a full path nor on PATH")
    done = bounded_child.run((found, *given), limit=limit, most=_MOST_OUTPUT, flood=_MOST_OUTPUT)
    if done.error is not None:
        raise done.error
    if done.code is None:
        raise TimeoutError
    return done.code, done.stdout
