"""Finds the answer to a chain of exceptions: a known error, a Windows code, a family, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from winasr_doctor import catalogue
from winasr_doctor.catalogue import KnownError, Match, RemedyTemplate, Source, StepTemplate
from winasr_doctor.catalogue.schema import Confidence
from winasr_doctor.catalogue.showing import filled
from winasr_doctor.catalogue.templates import Lookup, facts_in
from winasr_doctor.diagnosis import kinds, unknown
from winasr_doctor.diagnosis.facts import of_match
from winasr_doctor.diagnosis.nodes import Chain, ErrorNode
from winasr_doctor.diagnosis.recognising import bounded, score
from winasr_doctor.diagnosis.selection import real_error
from winasr_doctor.windows.errors import CODES, SHARING_CODES


class Answer(NamedTuple):
    """What is known about an error.

    Attributes:
        node: The exception that is the cause; `None` if there is none.
        id: The id of the known error; `None` if no entry matches.
        kind: The stable name of the cause.
        cause: What happened, in one sentence.
        confidence: How sure that is.
        source: The source of the knowledge.
        remedies: What to do, with this machine's facts filled in; never empty.
        facts: The facts that were filled in.
    """

    node: ErrorNode | None
    id: str | None
    kind: str
    cause: str
    confidence: Confidence
    source: tuple[Source, ...]
    remedies: tuple[RemedyTemplate, ...]
    facts: Mapping[str, str]


def answer(candidates: Chain, chain: Chain, lookup: Lookup) -> Answer:
    """Return what is known about a chain of exceptions.

    Args:
        candidates: The exceptions that can be the real error, outermost first: without cleanup
            errors that hide another one.
        chain: The whole chain.
        lookup: Facts of the machine for the remedies.
    """
    node = real_error(candidates, chain, score)
    if node is None:
        return _of_unknown(None)
    known = catalogue.match(node, bounded(chain))
    if known and known[0].entry.role != "family":
        return of_entry(known[0], lookup)
    coded = next((n for n in (node, *reversed(candidates)) if n.winerror in CODES), None)
    if coded is not None:
        return _of_code(coded)
    near = (node, *reversed(bounded(candidates)))
    for match in (match for each in near for match in catalogue.match(each, bounded(chain))):
        if match.entry.role == "family":
            return of_entry(match, lookup)
        if match.entry.role == "wrapper":  # the exception it carries is the error, known or not
            return of_entry(match, lookup)._replace(node=node)
    return _of_unknown(node)


def of_entry(match: Match, lookup: Lookup) -> Answer:
    """Return the answer from an entry of the catalogue."""
    entry = match.entry
    known = of_match(match, lookup)
    remedies = filled(entry, known)
    used = {fact for step in entry.steps() for fact in facts_in(step.text + step.command)}
    facts = {fact: value for fact in sorted(used) if (value := known(fact)) is not None}
    is_family = entry.role == "family"
    node = match.node
    return Answer(
        node=node if isinstance(node, ErrorNode) else None,
        id=entry.id,
        kind=kinds.UNKNOWN if is_family else kinds.kind_of(entry.id),
        cause=_of_family(entry, node.message) if is_family else entry.cause,
        confidence=match.confidence,
        source=entry.source,
        remedies=remedies,
        facts=facts,
    )


def _of_family(entry: KnownError, message: str) -> str:
    text = " ".join(message.split())
    return f"{entry.cause} The program says: {text}" if text else entry.cause


def _of_code(node: ErrorNode) -> Answer:
    entry = CODES[node.winerror or 0]
    steps = [StepTemplate(text=entry.advice)]
    if node.path and entry.code in SHARING_CODES:
        quoted = f'python -m winasr_doctor who "{node.path}"'
        steps.append(StepTemplate(text="See who has it open", command=quoted))
    return Answer(
        node=node,
        id=None,
        kind=kinds.UNKNOWN,
        cause=entry.meaning,
        confidence="likely",
        source=(Source(ref=f"{entry.name}: {entry.source}", sure="docs"),),
        remedies=(
            RemedyTemplate(title=f"Act on Windows error {entry.code}", steps=tuple(steps)),
            unknown.find_out_more(node),
        ),
        facts={},
    )


def _of_unknown(node: ErrorNode | None) -> Answer:
    cause = "Nothing is known about this error." if node is None else shown(node)
    return Answer(
        node=node,
        id=None,
        kind=kinds.UNKNOWN,
        cause=cause,
        confidence="guess",
        source=(),
        remedies=unknown.remedies(node),
        facts={},
    )


def shown(node: ErrorNode) -> str:
    """Return an exception as Python prints it, or a message without one."""
    if node.kind:
        return f"{node.kind}: {node.message}" if node.message else node.kind
    return node.message or "The last line of the traceback, which names the error, is missing."
