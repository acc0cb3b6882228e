"""What plain English avoids here: the table of CONTRIBUTING.md, "Words", as patterns."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """One habit to avoid.

    Attributes:
        name: Its name in a report.
        instead: What to write.
        patterns: What betrays it: regular expressions, case ignored; a space stands for any space.
    """

    name: str
    instead: str
    patterns: tuple[str, ...]


_BE = r"(?:is|are|was|were|be|been|being)"
_PASSIVE = (
    rf"\b{_BE} (?:not |only |never |also |then )?(?:\w+ed|told|said|known|made|found|read|shown"
    r"|written|held|kept|left|put|sent|taken|given|seen|lost|run|set|built|done|begun)\b"
)

RULES = (
    Rule(
        "inverted",
        "begin with the subject: who does what",
        (
            r"(?:^|[.;|] )what [^.?!|:]{3,80}? (?:is|are) (?:told|said|left|kept|unknown)\b",
            r"(?:^|[.:;|] )(?:whether|which|how|where|why) [^.?!|]{3,90}? is (?:told|said|shown)\b",
            r"(?:^|[.] )what (?:is|has|was|are|were) no\b[^.?!|]* is\b",
        ),
    ),
    Rule(
        "told",
        "say who says it, or use says, shows, reports",
        (
            rf"\b{_BE} told (?:by|in|here|there|from|as|of|whether)\b",
            r"\bis told(?=[.,;])",
            r"\btells? (?:whether|which|what|how|who|why)\b",
        ),
    ),
    Rule("nothing but", "only", (r"\bnothing but\b", r"\bno (?:other|more) than\b")),
    Rule("but for", "except", (r"\bbut for\b", r"\ball but the\b", r"\bsave for\b")),
    Rule("forever", "forever, or without end", (r"\bfor ever\b",)),
    Rule(
        "may it",
        "turn the clause round: if it ...",
        (r"(?:^|, )(?:be it|be they|had it|should it|were it)\b",),
    ),
    Rule(
        "to be had",
        "available, exists",
        (
            r"\b(?:to|can|could|may) be had\b",
            r"\bis (?:not )?to be (?:\w+ed|found|seen|had|read)\b",
        ),
    ),
    Rule(
        "stands",
        "is, says, hangs (an app)",
        (
            r"\b(?:stands?|stood) (?:still|there|in the|beside|for itself|alone)\b",
            r"\b(?:lie|lies|lying) (?:there|beside)\b",
        ),
    ),
    Rule("without a word", "silently", (r"\bwithout a word\b",)),
    Rule("lies in", "is in", (r"\blies? (?:in|inside|on|below|elsewhere)\b",)),
    Rule("anew", "again", (r"\banew\b",)),
    Rule("cure", "fix, remedy", (r"\bcure (?:the|this|it|them)\b",)),
    Rule(
        "archaic",
        "the common word",
        (
            r"\bthere(?:of|in|upon|by|with|from)\b",
            r"\bwhere(?:by|upon|in|of|with)\b",
            r"\b(?:hence|thus|lest|ere|amid|betwixt|henceforth|hitherto|likewise)\b",
            r"\bwhere need be\b",
            r"\bin vain\b",
            r"\bas good as\b",
            r"\bto no avail\b",
            r"\bfor want of\b",
            r"\bby and by\b",
            r"\bat all events\b",
            r"\bmeanwhile\b",
        ),
    ),
    Rule(
        "whatever else",
        "name it, or everything else",
        (
            r"\bwhatever else\b",
            r"\band such\b",
            r"\bor such\b",
        ),
    ),
    Rule(
        "the one that",
        "repeat the noun",
        (
            r"\b(?:that|those) of (?:ours|yours|its own|theirs)\b",
            r"\b(?:none|neither|each|one|some|both) of (?:which|whom)\b",
            r"\bwhat (?:it|they) (?:is|are) made of\b",
        ),
    ),
    Rule(
        "that is no",
        "that is not a",
        (r"\b(?:that|which|it|this) (?:is|are|was) no (?!longer\b)[a-z]",),
    ),
    Rule("in all", "in total, altogether", (r"\bin all(?=[.,;:)]|$)",)),
    Rule("besides", "also, in addition", (r"(?:^|[.;] )besides,? ", r" besides(?=[.,;:)])")),
    Rule("get ready", "leave it out", (r"^(?:get ready|start with none|prepare to)\b",)),
    Rule(
        "passive pile-up",
        "active voice: name who does it",
        (rf"{_PASSIVE}[^.?!:;|]*?{_PASSIVE}[^.?!:;|]*?{_PASSIVE}",),
    ),
)

OFF = (
    "uncomparables",  # takes as long as all others
    "restricted",  # to the thousand commonest words
    "archaism",  # finds "for ever" in "for every"; our own rules have the words
    "dates_times.dates",  # Windows 10's is not a decade
    "lexical_illusions",  # code and names of options repeat words
    "misc.composition",
    "misc.phrasal_adjectives",
    "misc.preferred_forms",
    "needless_variants",
    "spelling.consistency",  # our own rule knows which spelling
    "typography",  # plain quotes and dots survive every console
    "weasel_words",
)
"""Checks of proselint that do not fit a tool's texts."""
