"""IDX: whether Windows Search reads the files that speech recognition writes."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor._util.paths import segments
from winasr_doctor.checks.advice import SCRATCH_READS, scratch_remedies
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, info, ok, skip, unknown, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.crawl_scope import deciding_rule
from winasr_doctor.machine.model import FileAttribute, Place, Role, SearchIndex, SearchRule

UNPACKING: tuple[Role, ...] = ("scratch", "tempfile", "TEMP", "TMP", "TMPDIR")
KEEPING: tuple[Role, ...] = ("hub_cache", "nemo_cache", "app")
NAMES = {
    "hub_cache": "the Hugging Face cache",
    "nemo_cache": "NeMo's cache",
    "app": "the app's folder",
}

NOT_RUNNING = {
    "disabled": "the Windows Search service is disabled",
    "absent": "Windows Search is not installed",
}

OPTIONS = Step(
    "Open Settings > Privacy & security > Searching Windows, then Advanced indexing options",
    "start ms-settings:cortana-windowssearch",
    "powershell",
)
"""Source: learn.microsoft.com, "Launch Windows Settings", "Searching Windows"."""


@check("IDX001", reads=tuple(sorted({*SCRATCH_READS, "places", "search_index"})), windows_only=True)
def temp_is_indexed(host: Machine) -> Iterable[Finding]:
    r"""Windows Search indexes the folder in which models are unpacked.

    **What.** Whether the indexer's rules cover TEMP or the scratch folder.
    **Why.** The indexer opens new files soon after they are written, often just when NeMo
    removes them. The result is WinError 32 while a model loads.
    **Decided by.** The rules of the crawl scope: the longest matching pattern decides, `*` stands
    for one folder name, and a folder that no rule covers is not indexed. The indexer does not
    read files in a folder with the attribute `NOT_CONTENT_INDEXED`. Windows' own rule about
    `C:\Users\*\AppData\` excludes the default TEMP. The rules come from the registry; what the
    indexer is doing at the moment may differ.
    **Do.** Use a scratch folder below AppData\Local, or remove the folder from the index.
    **Source.** learn.microsoft.com, "Managing Scope Rules", "File Attribute Constants".
    """
    undecided = _undecided(host.search_index)
    if undecided is not None:
        yield undecided
        return
    for place in _distinct(host.places.of(*UNPACKING)):
        yield _verdict(host, place)


@check("IDX002", reads=("search_index",), windows_only=True)
def search_service(host: Machine) -> Iterable[Finding]:
    """The Windows Search service is stopped for now, but may start again.

    **What.** The state of the service `WSearch`.
    **Why.** Only a running indexer opens files. The other checks of this family read its rules in
    the registry, which say what it would index.
    **Decided by.** The service's state and start type. Running, disabled and absent are clear
    answers; stopped is not, because Windows starts the service again when it is needed.
    **Do.** Nothing. You do not have to turn off Windows Search for speech recognition.
    **Source.** learn.microsoft.com, "Windows Search Overview" and "Managing Scope Rules".
    """
    service = host.search_index.service
    evidence = {"service": service, "rules": len(host.search_index.rules)}
    if service in NOT_RUNNING:
        yield ok(f"{NOT_RUNNING[service]}, so it holds no file", evidence)
    elif service == "running":
        yield ok(
            "Windows Search is running; its rules come from the registry, and what it is indexing"
            " at the moment may differ",
            evidence,
        )
    elif service == "stopped":
        yield info(
            "The Windows Search service is stopped, so it holds no file now; Windows may start it"
            " again at any time",
            evidence,
        )
    else:
        yield unknown("the state of the Windows Search service could not be read", evidence)


@check("IDX003", reads=("places", "search_index"), windows_only=True)
def caches_are_indexed(host: Machine) -> Iterable[Finding]:
    """Windows Search indexes a model cache or the app's folder.

    **What.** Whether the indexer's rules cover the Hugging Face cache, NeMo's cache or the
    app's folder.
    **Why.** The indexer reads a downloaded file of several gigabytes once, and may hold it while
    the download is renamed. This is of no use, because nobody searches a model's weights, but
    it usually does no harm.
    **Decided by.** As IDX001. Windows indexes every user's profile by its own default rule,
    except AppData.
    **Do.** Nothing, or remove the folder from the index.
    **Source.** learn.microsoft.com, "Managing Scope Rules".
    """
    undecided = _undecided(host.search_index)
    if undecided is not None:
        yield undecided
        return
    places = host.places.of(*KEEPING)
    covered = [(place, rule) for place in places if (rule := _covering_rule(host, place))]
    if not covered:
        yield ok("Windows Search covers neither the model caches nor the app's folder")
        return
    names = " and ".join(dict.fromkeys(NAMES[place.role] for place, _rule in covered))
    yield info(
        f"Windows Search indexes {names}",
        {
            "service": host.search_index.service,
            "places": [_evidence(place, rule) for place, rule in covered],
        },
        [_take_out([place.real for place, _rule in covered])],
    )


def _undecided(index: SearchIndex) -> Finding | None:
    if index.service in NOT_RUNNING:
        return skip(f"{NOT_RUNNING[index.service]}, so nothing is indexed")
    if not index.rules:
        return unknown("the rules of Windows Search could not be found", {"service": index.service})
    return None


def _verdict(host: Machine, place: Place) -> Finding:
    rule = deciding_rule(host.search_index.rules, place.real)
    evidence = {**_evidence(place, rule), "service": host.search_index.service}
    if rule is None or not rule.include:
        why = f"the rule about {rule.pattern} excludes it" if rule else "no rule covers it"
        return ok(f"Windows Search does not index {place.real}: {why}", evidence)
    if _is_unread(place):
        return ok(
            f"Windows Search covers {place.real} but does not read its files: the folder has the"
            " attribute NOT_CONTENT_INDEXED",
            evidence,
        )
    remedies = [*scratch_remedies(host), _take_out([place.real])]
    if host.search_index.service == "stopped":
        return info(
            f"Windows Search is stopped; once it runs, it indexes {place.real}, where models are"
            f" unpacked (rule about {rule.pattern})",
            evidence,
            remedies,
        )
    return warning(
        f"Windows Search indexes {place.real}, where models are unpacked (rule about"
        f" {rule.pattern})",
        evidence,
        remedies,
    )


def _covering_rule(host: Machine, place: Place) -> SearchRule | None:
    rule = deciding_rule(host.search_index.rules, place.real)
    return rule if rule and rule.include and not _is_unread(place) else None


def _is_unread(place: Place) -> bool:
    return bool((place.attributes or 0) & FileAttribute.NOT_CONTENT_INDEXED)


def _distinct(places: Iterable[Place]) -> tuple[Place, ...]:
    found: dict[tuple[str, ...], Place] = {}
    for place in places:
        found.setdefault(segments(place.real, "windows"), place)
    return tuple(found.values())


def _evidence(place: Place, rule: SearchRule | None) -> dict[str, object]:
    return {
        "path": place.real,
        "role": place.role,
        "rule": rule.pattern if rule else None,
        "default_rule": rule.default if rule else None,
        "attributes": place.attributes,
    }


def _take_out(paths: list[str]) -> Remedy:
    return Remedy(
        "Remove it from the index",
        (
            OPTIONS,
            f"Choose Modify and clear the check box of: {', '.join(paths)}",
            "Confirm with OK; Windows forgets what it had indexed there.",
        ),
    )
