"""Renders the report as GitHub-flavoured Markdown, to paste into an issue or a chat.

Text from the machine has no effect: markup is escaped, and a word that would notify somebody
(`@name`) or link to an issue (`#12`) becomes code, which is the only way to prevent that without
changing the word (github/cmark-gfm issues 181 and 389).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.findings import (
    Remedy,
    RemedyPlan,
    Report,
    Result,
    Status,
    Step,
    plan_of,
)
from winasr_doctor.report import summaries
from winasr_doctor.report.escaping import one_line, plain_mapping, visible
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.json import dump
from winasr_doctor.report.plan_blocks import heading_words, main_shell, step_words

_MARKUP = lazy_pattern(r"[\\`*_\[\]|~$#]")
"""Characters that may be markup anywhere in a line."""

_BLOCK = lazy_pattern(r">|[-+=]+$|\d{1,9}[.)]$")
"""Line beginnings that Markdown would take for a list, a quotation or an underline."""

_REFERENCE = lazy_pattern(r"@|#\d|\bGH-\d|:[\w+-]+:", re.IGNORECASE)
"""Characters that turn a word into a mention, a link to an issue or an emoji."""

_LANGUAGES = {"powershell": "powershell", "cmd": "bat", "sh": "sh", "python": "python", "": ""}
"""The names of `Step.shell` that GitHub knows."""

_MARKS = {
    "error": "❌",
    "warning": "⚠️",
    "info": "ℹ️",
    "crash": "💥",
    "unknown": "❔",
    "pass": "✅",
    "skip": "➖",
    "fail": "❌",
    "warn": "⚠️",
}
"""The sign of a severity, status or verdict; it is always followed by the word."""


def render(report: Report, options: RenderOptions) -> str:
    """Write a report as Markdown."""
    verdict, words = report.verdict.value, summaries.verdict_words(report)
    blocks = [
        f"## {escape(report.tool.name)}: {_MARKS[verdict]} {verdict.upper()}",
        f"{escape(words[:1].upper() + words[1:])}.",
        bullets(f"**{escape(name)}**: {escape(value)}" for name, value in summaries.head(report)),
    ]
    blocks += _plan(plan_of(report))
    if report.results:
        blocks.append(_table(report))
    for result in report.failing:
        blocks += _section(result)
    blocks += _listing("Crashed", _with(report, Status.CRASH), evidence=True)
    blocks += _listing("Unknown", _with(report, Status.UNKNOWN))
    blocks += _listing("Silenced in the source", summaries.silenced(report.results))
    if options.verbose:
        blocks += _listing("Skipped", _with(report, Status.SKIP))
        blocks += _listing("Passed", _with(report, Status.PASS))
    if report.unreadable:
        blocks += ["### Not examined", bullets(map(escape, report.unreadable))]
    tool = f"{escape(report.tool.name)} {escape(report.tool.version)}"
    blocks.append(f"Made by {tool}; `python -m winasr_doctor explain CODE` says more on a code.")
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Escape a text so that Markdown shows it unchanged, on one line."""
    first, *others = one_line(text).split(" ")
    return " ".join([_first_word(first), *map(_word, others)])


def _word(word: str) -> str:
    if _REFERENCE.search(word):
        return _code(word)
    return _MARKUP.sub(r"\\\g<0>", word.replace("&", "&amp;").replace("<", "&lt;"))


def _first_word(word: str) -> str:
    escaped = _word(word)
    if not _BLOCK.match(word) or escaped[:1] != word[:1]:
        return escaped
    return f"{escaped[:-1]}\\{escaped[-1]}" if word[0].isdigit() else f"\\{escaped}"


def _code(word: str) -> str:
    fence = "`" * (_longest_run(word) + 1)
    pad = " " if word.startswith("`") or word.endswith("`") else ""
    return f"{fence}{pad}{word}{pad}{fence}"


def cell(text: str) -> str:
    """Escape a table's cell, in which a pipe needs a backslash even in code."""
    return escape(text).replace("\\|", "|").replace("|", "\\|")


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _block(text: str, language: str = "", indent: int = 0) -> str:
    """Write lines as a fenced block, with a fence that does not occur in them."""
    text = visible(text)
    fence = "`" * max(3, _longest_run(text) + 1)
    lines = [f"{fence}{language}", *text.split("\n"), fence]
    return "\n".join(" " * indent + line for line in lines)


def bullets(items: Iterable[str]) -> str:
    """Write a list."""
    return "\n".join(f"- {item}" for item in items)


def _table(report: Report) -> str:
    rows = ["| Family | | Results |", "| --- | --- | --- |"]
    for family in summaries.families(report):
        name, title = cell(family.name), cell(family.title)
        counts = ", ".join(summaries.count_words(family.counts))
        rows.append(f"| {_MARKS[family.worst]} {name} | {title} | {counts} |")
    return "\n".join(rows)


def _section(result: Result) -> list[str]:
    level = summaries.level(result)
    blocks = [
        f"### {_MARKS[level]} {escape(result.code)} {summaries.label(result)}:"
        f" {escape(result.title)}",
        escape(result.summary),
    ]
    where = result.location
    if where is not None:
        blocks.append(f"At {_code(one_line(str(where)))}")
    return [*blocks, *_remedies(result.remedies), *_evidence(result)]


def _plan(plan: RemedyPlan) -> list[str]:
    if not plan.remedies:
        return []
    shell = main_shell(plan)
    blocks = [f"### {escape(heading_words(plan))}"]
    for number, planned in enumerate(plan.remedies, 1):
        automatic = "; `fix --apply` can do it" if planned.automatic else ""
        cures = escape(", ".join(planned.cures))
        lead = f"{number}. "
        blocks.append(f"{lead}**{escape(planned.title)}** ({cures}{automatic})")
        blocks += [_step("- ", step, shell, indent=len(lead)) for step in planned.steps]
    return blocks


def _remedies(remedies: tuple[Remedy, ...]) -> list[str]:
    """Write the remedies of one finding, folded, because the plan has those that count."""
    if not remedies:
        return []
    blocks = ["<details><summary>Remedies for this finding alone</summary>"]
    for rank, remedy in enumerate(remedies):
        automatic = " (`fix --apply` can do it)" if remedy.automatic else ""
        start = "Or: " if rank else ""
        blocks.append(f"**{start}{escape(remedy.title)}**{automatic}")
        steps = enumerate(map(Step.of, remedy.steps), 1)
        blocks += [_step(f"{number}. ", step, "") for number, step in steps]
    return [*blocks, "</details>"]


def _step(lead: str, step: Step, shell: str, indent: int = 0) -> str:
    """Write a step; its command becomes a block, in which nothing is escaped."""
    start = " " * indent
    first, _, rest = step_words(step, shell).partition("\n")  # a report of 0.1 has no commands
    lines = [f"{start}{lead}{escape(first)}"]
    for text, language in ((rest, ""), (step.command, _LANGUAGES[step.shell])):
        if text.strip():
            lines += ["", _block(text, language, indent + len(lead))]
    return "\n".join(lines)


def _evidence(result: Result) -> list[str]:
    if not result.evidence:
        return []
    block = _block(dump(plain_mapping(result.evidence)), "json")
    return [f"<details><summary>Evidence</summary>\n\n{block}\n\n</details>"]


def _with(report: Report, status: Status) -> list[Result]:
    return [result for result in report.results if result.status is status]


def _listing(title: str, results: list[Result], *, evidence: bool = False) -> list[str]:
    if not results:
        return []
    blocks = [f"### {title}", bullets(map(_item, results))]
    for result in results if evidence else ():
        blocks += _evidence(result)
    return blocks


def _item(result: Result) -> str:
    words = f"**{escape(result.code)}**: {escape(result.summary)}"
    needed = summaries.needs(result.evidence)
    if needed:
        words += f" (needs {escape(needed)})"
    for remedy in result.remedies:
        words += f"\n  - {escape(_in_brief(remedy))}"
    return words


def _in_brief(remedy: Remedy) -> str:
    return ": ".join([remedy.title, *([" ".join(remedy.steps)] if remedy.steps else [])])
