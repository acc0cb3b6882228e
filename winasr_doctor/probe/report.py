"""The probe's report: what was measured, and its conclusion, as blocks for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph, Table
from winasr_doctor.probe.ranking import Advice, Conclusion
from winasr_doctor.probe.result import MEBIBYTE, FolderResult

_SENTENCES = {
    Advice.KEEP: "Keep using {folder}: it is the best of these.",
    Advice.MOVE: "Use {folder}: files can be deleted there sooner, by more than chance explains.",
    Advice.FASTER: "Locks do not differ, but {folder} is faster, by more than chance explains.",
    Advice.NOISE: "The differences are noise. Keep using {folder}.",
}
_ONLY_ONE_IS_FIT = "Use {folder}: none of the others is suitable."
_NOTHING = "No advice is possible: there are not two folders to compare."


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The result of a probe.

    Attributes:
        results: The measurements, one for each folder.
        conclusion: The ranking and the advice.
        size: Bytes of the large files that were unpacked in each round.
    """

    results: tuple[FolderResult, ...]
    conclusion: Conclusion
    size: int

    @property
    def unmeasured(self) -> tuple[FolderResult, ...]:
        """The folders in which no round was completed."""
        return tuple(result for result in self.results if not result.rounds)


def advice(conclusion: Conclusion, named: str | None = None) -> str:
    """Return the advice as one sentence.

    Args:
        conclusion: The conclusion of a probe.
        named: What to call the folder to use; by default its path.
    """
    use = conclusion.use
    if use is None:
        return _NOTHING
    folder = use.folder if named is None else named
    others = [each for each in conclusion.ranking if each is not use]
    unfit = bool(others) and all(each.against or each.left for each in others)
    if conclusion.advice is Advice.MOVE and unfit:
        return _ONLY_ONE_IS_FIT.format(folder=folder)
    return _SENTENCES.get(conclusion.advice, _NOTHING).format(folder=folder)


def show(report: ProbeReport) -> Iterator[Block]:
    """Yield what `probe` prints: the figures of each folder, the best first, then the advice."""
    yield Paragraph(
        f"Unpacked, read and deleted a model of {report.size // MEBIBYTE} MiB and a hundred small"
        " files, again and again."
    )
    yield Gap()
    ranking = report.conclusion.ranking
    fastest = max((each.throughput or 0.0 for each in ranking), default=0.0)
    for number, result in enumerate(ranking, 1):
        yield Command(f"{number}. {_named(result)}")
        yield Table(tuple(_figures(result, fastest)), indent=5)
        yield Gap()
    for result in report.unmeasured:
        yield Command(f"-  {_named(result)}")
        yield Paragraph(result.problem, lead="not measured: ", indent=5)
        yield Gap()
    conclusion = report.conclusion
    yield Paragraph(advice(conclusion, "this folder"))
    if conclusion.use is not None:
        yield Command(conclusion.use.folder, indent=2)


def _named(result: FolderResult) -> str:
    return f"{result.folder}{' (TEMP)' if result.is_temp else ''}"


def _figures(result: FolderResult, fastest: float) -> Iterator[tuple[str, str]]:
    quantiles = [result.undeletable(fraction) for fraction in (0.5, 0.95, 1.0)]
    yield (
        "undeletable for",
        "median {}, 95 % {}, worst {}".format(*(f"{each * 1000:.0f} ms" for each in quantiles)),
    )
    yield "needed a retry", _retries(result)
    if result.holders:
        yield "held by", ", ".join(result.holders)
    elif result.retried:
        yield "held by", "unknown: it let go before it could be identified, or gave no answer"
    speed = result.throughput
    if speed is not None:
        of_best = f", {speed / fastest:.0%} of the fastest" if speed < fastest else ""
        yield "throughput", f"{speed:.0f} MiB/s{of_best}"
    yield from (("against it", reason) for reason in result.against)
    if result.problem:
        yield "stopped", result.problem


def _retries(result: FolderResult) -> str:
    rounds, waited = len(result.rounds), sum(bool(each.waits) for each in result.rounds)
    codes = ", ".join(f"{label}: {count}" for label, count in result.codes.items())
    return (
        f"{result.retried} of {result.deletions} deletions,"
        f" in {waited} of {rounds} round{'s' * (rounds != 1)}{f' ({codes})' if codes else ''}"
    )
