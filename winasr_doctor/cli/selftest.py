"""`selftest`: checks that speech recognition works on this machine, even when files are locked."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor.checks.advice import gigabytes
from winasr_doctor.cli import BAD_INPUT, FAILED, PASSED
from winasr_doctor.cli.console import progress, stdout_encoding, write_report
from winasr_doctor.cli.device import device_option
from winasr_doctor.frameworks.guarded import NAMES

if TYPE_CHECKING:
    from winasr_doctor.faults.plan import Plan
    from winasr_doctor.selftest import Heard, SelfTest

SCHEMA = "winasr-doctor/selftest/1"

_HEADLINES = {
    "passed": "passed: the text is right",
    "wrong_text": "failed: the text is wrong",
    "failed": "failed",
    "unavailable": "could not be tried",
    "nothing_injected": "proves nothing: the text is right, but nothing was injected",
}
_EXIT_CODES = {
    "passed": PASSED,
    "wrong_text": FAILED,
    "failed": FAILED,
    "unavailable": BAD_INPUT,
    "nothing_injected": BAD_INPUT,
}


@click.command(
    "selftest",
    epilog="Exit codes: 0 the text is right, 2 it could not be tried, 3 the text is wrong or"
    " transcribing failed.",
)
@device_option()
@click.option(
    "--model",
    default="tiny",
    show_default=True,
    metavar="NAME",
    help="A known model, a repository of the Hub, or a file; the bundled recordings are used.",
)
@click.option(
    "--inject",
    "plan",
    metavar="PLAN",
    help=f"Faults, such as `unlink:32*2`, in {NAMES}'s temporary folders; with @GLOB in what fits.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=1),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up after this time.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(
    ctx: click.Context, device: str, model: str, plan: str | None, deadline: float, format_: str
) -> None:
    """Load a model, transcribe the bundled recordings, say whether the text is right."""
    parsed = _plan(plan)
    from winasr_doctor.selftest import SelfTestOutcome, self_test

    if not model.strip():
        raise InputError("--model needs the name of a model")
    named = "the bundled model" if model == "tiny" else model
    progress(f"Importing {NAMES}, loading {named}, transcribing ...")
    try:
        # The framework prints to stdout, which is reserved for the report.
        with contextlib.redirect_stdout(sys.stderr):
            result = self_test(device, model=model, plan=parsed, deadline=deadline)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"no temporary folder could be made: {reason}") from error
    if result.ending is SelfTestOutcome.UNAVAILABLE and result.problems and format_ == "text":
        raise InputError(" ".join((result.problems.headline, *_first_step(result))))
    text = _json(result) if format_ == "json" else _text(result)
    write_report(text, None, encoding=stdout_encoding())
    ctx.exit(_EXIT_CODES[result.ending.value])


def _plan(text: str | None) -> Plan | None:
    if text is None:
        return None
    from winasr_doctor.faults.plan import Plan, PlanError

    try:
        return Plan.parse(text)
    except PlanError as error:
        raise InputError(f"--inject: {error}") from error


def _first_step(result: SelfTest) -> Iterator[str]:
    """Yield the first remedy's title and first step, to append to a sentence."""
    if result.problems and result.problems.remedies:
        remedy = result.problems.remedies[0]
        yield f"{remedy.title}: {remedy.steps[0]}"


def _text(result: SelfTest) -> str:
    rows = [(name, value) for name, value in _rows(result) if value]
    width = max(len(name) for name, _value in rows)
    lines = [f"Self-test {_HEADLINES[result.ending.value]}", ""]
    lines += [f"  {name:<{width}}  {value}" for name, value in rows]
    if result.problems is not None:
        lines += ["", *str(result.problems).splitlines()]
    return "\n".join(lines) + "\n"


def _rows(result: SelfTest) -> Iterator[tuple[str, str]]:
    for heard in result.heard:
        yield heard.file, _heard(heard)
    yield "model", result.model
    named = f" ({result.device_name})" if result.device_name else ""
    yield "device", f"{result.device}{named}" if result.device else ""
    yield f"importing {NAMES}", f"{result.import_seconds:.2f} s"
    yield "load time", _seconds(result.load_seconds)
    yield "transcribe time", _seconds(result.transcribe_seconds)
    factor = result.real_time_factor
    if factor is not None:
        audio = f"{result.audio_seconds:.2f} s of audio, the first use of the model included"
        yield "real-time factor", f"{factor:.3f} ({audio})"
    yield "peak memory", _memory(result)
    if result.cleanups:
        yield "cleaning up", _cleaning_up(result)
    for each in result.injected:
        times = f"{each.times} time{'s' * (each.times != 1)}" if each.times else "never fired"
        yield "injected", f"{each.fault}: {times}"
    yield "versions", ", ".join(f"{name} {version}" for name, version in result.versions.items())


def _heard(heard: Heard) -> str:
    if heard.right:
        return f'right: "{heard.expected}"'
    if heard.text is None:
        return f'not transcribed: "{heard.expected}"'
    return f'WRONG: "{heard.text}" instead of "{heard.expected}"'


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f} s"


def _memory(result: SelfTest) -> str:
    told = []
    if result.peak.process is not None:
        told.append(f"{gigabytes(result.peak.process)} of this process")
    if result.peak.gpu is not None:
        told.append(f"{gigabytes(result.peak.gpu)} of the GPU")
    return ", ".join(told)


def _cleaning_up(result: SelfTest) -> str:
    count, attempts = len(result.cleanups), len(result.attempts)
    left = len(result.leftovers)
    stayed = f"{left} path{'s' * (left != 1)} stayed" if left else "nothing stayed"
    return (
        f"{count} folder{'s' * (count != 1)} in {attempts} attempt{'s' * (attempts != 1)},"
        f" {result.cleanup_seconds:.2f} s of the times above; {stayed}"
    )


def _json(result: SelfTest) -> str:
    import json

    return json.dumps(as_dict(result), indent=2) + "\n"


def as_dict(result: SelfTest) -> dict[str, object]:
    """Return a self-test's result for JSON; times are in seconds, sizes in bytes."""
    problems = result.problems
    return {
        "schema": SCHEMA,
        "ending": result.ending.value,
        "ok": result.ok,
        "model": result.model,
        "recordings": [
            {
                "file": heard.file,
                "expected": heard.expected,
                "text": heard.text,
                "right": heard.right,
            }
            for heard in result.heard
        ],
        "device": result.device,
        "device_name": result.device_name,
        "import_seconds": _rounded(result.import_seconds),
        "load_seconds": _rounded(result.load_seconds),
        "transcribe_seconds": _rounded(result.transcribe_seconds),
        "audio_seconds": _rounded(result.audio_seconds),
        "real_time_factor": _rounded(result.real_time_factor),
        "peak_memory": {"process": result.peak.process, "gpu": result.peak.gpu},
        "plan": result.plan or None,
        "injected": [{"fault": each.fault, "times": each.times} for each in result.injected],
        "cleanup": {
            "folders": len(result.cleanups),
            "attempts": len(result.attempts),
            "seconds": _rounded(result.cleanup_seconds),
            "left": [failure.path for failure in result.leftovers],
        },
        "problems": None
        if problems is None
        else {
            "headline": problems.headline,
            "details": list(problems.details),
            "remedies": [
                {"title": remedy.title, "steps": list(map(str, remedy.steps))}
                for remedy in problems.remedies
            ],
        },
        "versions": dict(result.versions),
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
