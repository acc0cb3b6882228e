r"""Which folders Windows Search's rules cover.

Everything here is text. The rules are the indexer's plan; what it does at the moment only the
indexer knows.

Sources: learn.microsoft.com, "Managing Scope Rules" (a rule speaks for a URL and its children,
a user's rule overrides a default one, `*` in patterns) and "CLUSION_REASON" (what no rule names
is not crawled); that the longest matching pattern decides and that `*` is one name is observed.
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
        The matching rule with the longest pattern. Of two as long, the one with fewer wildcards
        decides, then the user's rule over Windows' own, then the exclusion. `None` if none
        matches.
    """
    target = segments(path, "windows")
    matching = [
        (_rank(rule, pattern), rule)
        for rule in rules
        if (pattern := _segments(rule.pattern)) and _speaks_for(pattern, target)
    ]
    return max(matching, key=lambda pair: pair[0])[1] if matching else None


def is_included(rules: Iterable[SearchRule], path: str) -> bool:
    """Tell whether the indexer's rules cover a path; without any rule about it, they do not."""
    rule = deciding_rule(rules, path)
    return rule is not None and rule.include


@lru_cache(maxsize=1024)
def _segments(pattern: str) -> tuple[str, ...]:
    """Split a rule's pattern; the rules of most machines are Windows' own."""
    return segments(pattern, "windows")


def _speaks_for(pattern: tuple[str, ...], target: tuple[str, ...]) -> bool:
    return len(pattern) <= len(target) and all(
        name in (ANY_NAME, there) for name, there in zip(pattern, target, strict=False)
    )


def _rank(rule: SearchRule, pattern: tuple[str, ...]) -> tuple[int, int, bool, bool]:
    return len(pattern), -pattern.count(ANY_NAME), not rule.default, not rule.include
