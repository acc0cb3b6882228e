"""Renders the report as one self-contained HTML file.

The template (`report.html.jinja`) is escaped by Jinja2, and a content security policy in the page
itself forbids outside resources and every script but the one below, which copies a command to the
clipboard, even if a path on the machine contains HTML.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from winasr_doctor.findings import Report, Result, Status, Step, plan_of
from winasr_doctor.report import summaries
from winasr_doctor.report.escaping import plain_mapping, visible
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.json import dump
from winasr_doctor.report.plan_blocks import heading_words, main_shell, step_words

TEMPLATE = "report.html.jinja"

SCRIPT = """
for (const button of document.querySelectorAll(".command button")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
"""
"""Shows the copy buttons, which are hidden where no script runs, and makes them work."""


class _Listing(NamedTuple):
    """Results that take one line each."""

    title: str
    results: list[Result]
    folded: bool
    """Whether the list is collapsed until clicked."""


@lru_cache(maxsize=1)
def page_style() -> Markup:
    """Return the style sheet of our HTML pages, for their `<style>` element."""
    sheet = files("winasr_doctor.report").joinpath("page.css").read_text(encoding="utf-8")
    return Markup(sheet)  # noqa: S704 - our own file


def page_template(package: str, name: str) -> Template:
    """Return a template whose values are made visible and then escaped.

    Args:
        package: The package that has the template.
        name: The template's file name.
    """
    source = files(package).joinpath(name).read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.filters["step"] = Step.of
    return environment.from_string(source)


@lru_cache(maxsize=1)
def _template() -> Template:
    return page_template("winasr_doctor.report", TEMPLATE)


def _shown(value: object) -> object:
    """Make every text of the page visible before Jinja2 escapes it."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(value)


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - one interface
    """Write a report as HTML."""
    listings = [
        _Listing("Crashed checks", _with(report, Status.CRASH), folded=False),
        _Listing("Unknown", _with(report, Status.UNKNOWN), folded=False),
        _Listing("Silenced in the source", summaries.silenced(report.results), folded=False),
        _Listing("Skipped", _with(report, Status.SKIP), folded=True),
        _Listing("Passed", _with(report, Status.PASS), folded=True),
    ]
    plan = plan_of(report)
    shell = main_shell(plan)
    context: dict[str, Any] = {
        "report": report,
        "plan": plan,
        "plan_heading": heading_words(plan),
        "words_of": lambda step: step_words(step, shell),
        "style": page_style(),
        "script": Markup(SCRIPT),  # noqa: S704 - our own constant
        "script_hash": _hash(SCRIPT),
        "verdict": report.verdict.value,
        "words": summaries.verdict_words(report),
        "counts": ", ".join(summaries.count_words(report.counts)),
        "head": summaries.head(report),
        "families": summaries.families(report),
        "columns": summaries.COUNTED,
        "failing": report.failing,
        "listings": [listing for listing in listings if listing.results],
        "label": summaries.label,
        "level": summaries.level,
        "needs": summaries.needs,
        "why": lambda result: result.documentation.why or result.title,
        "evidence": lambda result: dump(plain_mapping(result.evidence)),
    }
    return _template().render(context)


def _hash(script: str) -> str:
    """Return the hash by which a policy allows an inline script. Source: W3C, "CSP Level 3"."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _with(report: Report, status: Status) -> list[Result]:
    return [result for result in report.results if result.status is status]
