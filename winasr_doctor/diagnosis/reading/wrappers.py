"""Extracts the exceptions that other exceptions carry in their text.

Source: torch/_utils.py (ExceptionWrapper), torch/multiprocessing/spawn.py, CPython's
multiprocessing/pool.py and concurrent/futures/process.py, joblib's loky, tenacity, urllib3's
exceptions.py, hydra/_internal/instantiate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.diagnosis.nodes import Chain, ErrorNode
from winasr_doctor.diagnosis.reading.errors import node_from
from winasr_doctor.diagnosis.reading.patterns import HEAD

_WRAPPERS = frozenset(
    {
        "RemoteTraceback",
        "_RemoteTraceback",
        "ProcessRaisedException",
        "RetryError",
        "ExceptionGroup",
        "BaseExceptionGroup",
        "TransportableException",
        "JoblibException",
        "ChildFailedError",
        "InstantiationException",
    }
)
_CAUGHT = lazy_pattern(r"Caught (?P<kind>[A-Za-z_]\w{0,200}) in \w")
_SAID = (
    lazy_pattern(r"raised (?P<kind>[A-Za-z_]\w{0,200})>(?P<message>)"),
    lazy_pattern(r"Caused by (?P<kind>[A-Za-z_]\w{0,200})\((?P<message>.{0,2000})", re.DOTALL),
    lazy_pattern(r"Reason: '(?P<kind>[A-Za-z_]\w{0,200})\((?P<message>.{0,2000})", re.DOTALL),
    lazy_pattern(
        r"Error (?:in call to|locating|instantiating)[^\n]{0,300}:\s{0,3}"
        r"(?P<kind>[A-Za-z_]\w{0,200})\((?P<message>[^\n]{0,2000})"
    ),
)
_SAYING = ("raised ", "Caused by ", "Reason: '", "Error in", "Error lo")
_ENDS = lazy_pattern(r"[\s'\")\]}>,]+$")
_QUOTED = lazy_pattern(r"""^(['"])(.*)\1$""", re.DOTALL)
_DEEPEST = 4


def is_wrapper(node: ErrorNode) -> bool:
    """Return whether an exception only carries others and is never the real error itself."""
    return (
        node.kind in _WRAPPERS
        or _CAUGHT.match(node.message) is not None
        or ("raceback" in node.message and HEAD.search(node.message) is not None)
    )


def opened(chain: Chain, read: Callable[[str], list[Chain]], depth: int = 0) -> Chain:
    """Return a chain in which the exceptions found in others' texts follow those.

    Args:
        chain: The chain, from a text or a live exception.
        read: Finds the chains in a text.
        depth: How many texts this one is nested in.
    """
    found: list[ErrorNode] = []
    kinds = {node.kind for node in chain}
    for node in chain:
        inner = list(_inside(node, read, depth))
        if inner and node.kind.endswith("RemoteTraceback"):
            found.extend(inner)
            continue
        found.append(_without_quotes(node))
        found.extend(each for each in inner if each.frames or each.kind not in kinds)
    return tuple(found)


def _inside(node: ErrorNode, read: Callable[[str], list[Chain]], depth: int) -> Iterator[ErrorNode]:
    head = HEAD.search(node.message) if "raceback" in node.message else None
    if head is not None and depth < _DEEPEST:
        for chain in read(node.message[head.start() :]):
            for inner in opened(chain, read, depth + 1):
                yield inner._replace(log=node.log, exception=node.exception)
        return
    if not any(word in node.message for word in _SAYING):
        return
    for pattern in _SAID:
        said = list(pattern.finditer(node.message))
        inner_most = said[-1] if said else None
        while inner_most is not None and (deeper := pattern.search(inner_most["message"])):
            inner_most = deeper
        if inner_most is not None:
            message = _ENDS.sub("", inner_most["message"]).lstrip("'\"")
            made = node_from(inner_most["kind"], "", message)
            yield made._replace(log=node.log, exception=node.exception)
            return


def _without_quotes(node: ErrorNode) -> ErrorNode:
    """Return Gradio's error, whose `str()` is a repr, with its plain text."""
    quoted = _QUOTED.match(node.message) if node.module.startswith("gradio") else None
    return node if quoted is None else node._replace(message=quoted[2])
