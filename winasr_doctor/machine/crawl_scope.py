r"""Decides which folders Windows Search's rules cover.

This only compares text. The rules are the indexer's plan; only the indexer knows what it is doing
at the moment.

Sources: learn.microsoft.com, "Managing Scope Rules" (a rule applies to a URL and its children, a
user's rule overrides a default one, `*` in patterns) and "CLUSION_REASON" (a URL without a rule is
not crawled). Observed, not documented: the longest matching pattern decides, and `*` stands for one
name.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from winasr_doctor._util.paths import segments
from winasr_doctor.machine.model import SearchRule

ANY_NAME = "*"


def deciding_rule(rules: Iterable[SearchRule], path: str) -> SearchRule | None:
    """Return the rule that decides whether the indexer covers a path.

    Args:
        rules: The crawl scope's rules, in any order.
        path: A file or folder, absolute.

    Returns:
        The matching rule with the longest pattern. If two are equally long, the one with fewer
        wildcards wins, then the user's rule over Windows' own, then the exclusion. `None` if no
        rule matches.
    """
    target = segments(path, "windows")
    matching = [
        (_rank(rule, pattern), rule)
        for rule in rules
        if (pattern := _segments(rule.pattern)) and _speaks_for(pattern, target)
    ]
    return max(matching, key=lambda pair: pair[0])[1] if matching else None


def is_included(rules: Iterable[SearchRule], path: str) -> bool:
    """Return whether the indexer's rules cover a path; they do not if no rule matches."""
    rule = deciding_rule(rules, path)
    return rule is not None and rule.include


@lru_cache(maxsize=1024)
def _segments(pattern: str) -> tuple[str, ...]:
    """Split a rule's pattern; cached, as most machines have Windows' own rules."""
    return segments(pattern, "windows")


def _speaks_for(pattern: tuple[str, ...], target: tuple[str, ...]) -> bool:
    return len(pattern) <= len(target) and all(
        name in (ANY_NAME, there) for name, there in zip(pattern, target, strict=False)
    )


def _rank(rule: SearchRule, pattern: tuple[str, ...]) -> tuple[int, int, bool, bool]:
    return len(pattern), -pattern.count(ANY_NAME), not rule.default, not rule.include
