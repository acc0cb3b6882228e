"""Shows the result of a self-test as blocks for people."""

from __future__ import annotations

from collections.abc import Iterator

from winasr_doctor._util.blocks import Block, Gap, Paragraph, Table
from winasr_doctor.asr.outcomes import Message
from winasr_doctor.checks.advice import gigabytes
from winasr_doctor.frameworks.names import NAMES
from winasr_doctor.selftest.result import Heard, SelfTest, SelfTestOutcome

_HEADLINES = {
    SelfTestOutcome.PASSED: "passed: the text is right",
    SelfTestOutcome.WRONG_TEXT: "failed: the text is wrong",
    SelfTestOutcome.FAILED: "failed",
    SelfTestOutcome.UNAVAILABLE: "could not be tried",
    SelfTestOutcome.NOTHING_INJECTED: "proves nothing: the text is right, but nothing was injected",
}


def show(result: SelfTest) -> Iterator[Block]:
    """Yield what `selftest` prints: the outcome, the figures, then problems and remedies."""
    yield Paragraph(_HEADLINES[result.ending], lead="Self-test ", bold=True)
    yield Gap()
    yield Table(tuple((name, value) for name, value in _rows(result) if value), indent=2)
    if result.problems is not None:
        yield Gap()
        yield from _problems(result.problems)


def _problems(problems: Message) -> Iterator[Block]:
    yield Paragraph(problems.headline)
    yield from map(Paragraph, problems.details)
    for number, remedy in enumerate(problems.remedies, 1):
        yield Paragraph(remedy.title, lead=f"{number}. ")
        yield from (Paragraph(step, lead="- ", indent=3) for step in remedy.steps)


def first_step(result: SelfTest) -> str:
    """Return what went wrong and what to do first, in one line; empty if nothing went wrong."""
    problems = result.problems
    if problems is None:
        return ""
    first = problems.remedies[:1]
    return " ".join((problems.headline, *(f"{each.title}: {each.steps[0]}" for each in first)))


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
