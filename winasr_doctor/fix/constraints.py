"""Merges requirements into a pip constraints file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from winasr_doctor.fix.patching import Document

NAME = "constraints.txt"

_PARTS = re.compile(r"(\s*)(.*?)(\s+#.*|\s*)")
"""White space in front, requirement, comment. Source: pip, "Requirements File Format"."""


def merged(raw: bytes | None, wanted: Iterable[str]) -> bytes:
    """Return a constraints file that also holds these requirements.

    An existing constraint is kept if both can be met. It is replaced if they contradict each other,
    because that made pip choose the broken pair.

    Args:
        raw: The current file; `None` if there is none.
        wanted: Requirements without markers, such as `lhotse>=1.32.2`.

    Raises:
        PatchError: The file is not UTF-8.
    """
    document = Document.plain(raw or b"")
    lines = document.lines
    end = next((end for _, end in lines if end), "\n")
    for text in wanted:
        new = Requirement(text)
        place = next((n for n, line in enumerate(lines) if _is_about(line[0], new)), None)
        if place is None:
            if lines[-1][0]:
                lines[-1] = (lines[-1][0], end)
            else:
                lines.pop()
            lines += [(str(new), end), ("", "")]
        else:
            lines[place] = (_tightened(lines[place][0], new), lines[place][1])
    return document.bom + "".join(text + end for text, end in lines).encode()


def _parse(line: str) -> Requirement | None:
    found = _PARTS.fullmatch(line)
    try:
        return Requirement(found[2]) if found else None
    except InvalidRequirement:  # an option, a comment, a URL
        return None


def _is_about(line: str, new: Requirement) -> bool:
    old = _parse(line)
    return (
        old is not None
        and canonicalize_name(old.name) == canonicalize_name(new.name)
        and old.marker is None
        and old.url is None
    )


def _tightened(line: str, new: Requirement) -> str:
    parts, old = _PARTS.fullmatch(line), _parse(line)
    if parts is None or old is None or set(new.specifier) <= set(old.specifier):
        return line
    if implies(old.specifier, new.specifier):
        return line
    contrary = contradicts(old.specifier, new.specifier)
    kept = new.specifier if contrary else _strictest(old.specifier & new.specifier)
    written = ",".join(sorted(map(str, kept), reverse=True))
    return f"{parts[1]}{old.name}{written}{parts[3]}"


def _strictest(both: SpecifierSet) -> list[Specifier]:
    """Drop limits that another limit of the same kind implies."""
    of_kind: dict[str, list[Specifier]] = {}
    for each in both:
        kind = each.operator if each.operator in {">=", "<=", "<"} else str(each)
        of_kind.setdefault(kind, []).append(each)
    return [
        (max if kind == ">=" else min)(limits, key=lambda limit: Version(limit.version))
        if len(limits) > 1
        else limits[0]
        for kind, limits in of_kind.items()
    ]


def implies(old: SpecifierSet, new: SpecifierSet) -> bool:
    """Return whether an exact pin or a lower limit already keeps every version within `new`."""
    exact = [
        each.version for each in old if each.operator in {"==", "==="} and "*" not in str(each)
    ]
    if exact:
        return all(new.contains(version, prereleases=True) for version in exact)
    lower_only = all(each.operator == ">=" for each in new)
    floors = [each.version for each in old if each.operator in {">=", "~="}]
    return lower_only and any(new.contains(floor, prereleases=True) for floor in floors)


def contradicts(old: SpecifierSet, new: SpecifierSet) -> bool:
    """Return whether no known version meets both.

    This tries the versions that both name, and for each a version just above and just below.
    """
    named = {each.version.removesuffix(".*") for each in (*old, *new)}
    near = {*named, *(f"{version}.post1" for version in named), *(f"{v}.999" for v in named)}
    both = old & new
    return not any(both.contains(version, prereleases=True) for version in near | {"0.0.1"})
