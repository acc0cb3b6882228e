"""ENV: long paths, symbolic links and code pages."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.advice import known, pip_install, quoted
from winasr_doctor.checks.base import check
from winasr_doctor.checks.versions import release
from winasr_doctor.findings import Finding, Remedy, Step, info, ok, skip, warning
from winasr_doctor.findings.changes import Install
from winasr_doctor.frameworks.hub.versions import (
    HAS_LINK_SWITCH,
    LINK_SWITCH,
    PROBES_FIRST,
    makes_no_links,
)
from winasr_doctor.machine.base import Machine

LONG_PATH = 160
"""Length in characters at which a cache or environment path can have files below it that exceed
259: the Hub's cache adds `models--org--name/snapshots/<40>/<file>`, some 100 characters."""


@check("ENV007", reads=("places",), windows_only=True)
def long_paths_are_off(host: Machine) -> Iterable[Finding]:
    """Long paths are off, but a cache or environment path is long.

    **What.** `LongPathsEnabled`, and the paths of the caches and the environment.
    **Why.** A file whose path exceeds 259 characters cannot be opened: "No such file or directory"
    for a file that is there.
    **Decided by.** Long paths off, and a path of 160 characters or more.
    **Do.** Turn on long paths, or move the folder to a shorter path.
    **Source.** learn.microsoft.com, "Maximum Path Length Limitation".
    """
    if host.system.long_paths is not False:
        yield ok("long paths are on, or the setting could not be read")
        return
    places = host.places.of("hub_cache", "nemo_cache", "venv", "app")
    long = [place for place in places if len(place.real) >= LONG_PATH]
    key = r"HKLM:\SYSTEM\CurrentControlSet\Control\FileSystem"
    command = f"Set-ItemProperty {quoted(key)} LongPathsEnabled 1"
    for place in long:
        yield warning(
            f"{place.path} is {len(place.real)} characters long, and long paths are off",
            {"path": place.path, "length": len(place.real)},
            [
                Remedy(
                    "Turn on long paths",
                    (
                        Step("As administrator", command, "powershell", needs_admin=True),
                        "Restart the app",
                    ),
                )
            ],
        )
    if not long:
        yield ok("long paths are off, but no folder in use is long")


@check(
    "ENV008", reads=("account", "hub_cache", "packages", "environment", "python"), windows_only=True
)
def symlinks_are_not_allowed(host: Machine) -> Iterable[Finding]:
    """This account may not create symbolic links: downloads fail, or files are stored twice.

    **What.** The symbolic-link right, developer mode and the version of huggingface_hub.
    **Why.** huggingface_hub then copies instead of linking: a model takes twice the space. Below
    1.33.0, the first download of several files (`snapshot_download`, as faster-whisper does it)
    fails with WinError 1314: one thread tries whether links work, and the others do not wait for
    the answer. Other programs, such as speechbrain, always fail.
    **Decided by.** The account has neither `SeCreateSymbolicLinkPrivilege` nor developer mode nor
    elevation. A warning with huggingface_hub below 1.33.0, unless `HF_HUB_DISABLE_SYMLINKS` is set
    and the version reads it (1.9.0 and later).
    **Do.** Update huggingface_hub within its major version, or set `HF_HUB_DISABLE_SYMLINKS`, or
    turn on developer mode. With a recent version, you can accept the copies.
    **Source.** huggingface_hub, "Manage your cache: limitations"; issue 4915; PR #1067.
    """
    account = host.account
    rights = (account.symlink_right, account.developer_mode, account.elevated)
    if any(rights):
        yield ok("this account may create symbolic links")
    elif account.symlink_right is None and account.developer_mode is None:
        yield skip("the account's rights could not be read")
    else:
        yield _without_links(host)


def _without_links(host: Machine) -> Finding:
    cache, client = known(host, "hub_cache"), _client_that_fails(host)
    evidence = {"cache": cache.path if cache else None}
    if client is None:
        return info(
            "this account may not create symbolic links: the Hub cache keeps copies",
            evidence,
            [_DEVELOPER_MODE],
        )
    return warning(
        f"huggingface_hub {client} fails with WinError 1314 when it first downloads several files:"
        " this account may not create symbolic links",
        {**evidence, "huggingface_hub": client},
        [*_ways_to_copy(host, release(client)), _DEVELOPER_MODE],
    )


def _client_that_fails(host: Machine) -> str | None:
    """Return the version of the Hub's client if it does not wait for the test of links."""
    packages, environment = known(host, "packages"), known(host, "environment")
    version: str | None = packages.version("huggingface-hub") if packages else None
    if version is None or release(version) >= PROBES_FIRST:
        return None
    switched = environment is not None and makes_no_links(environment.get(LINK_SWITCH))
    return None if switched and release(version) >= HAS_LINK_SWITCH else version


def _ways_to_copy(host: Machine, client: tuple[int, int, int]) -> Iterable[Remedy]:
    if client[0] == PROBES_FIRST[0]:  # another major version would break what needs this one
        wanted = Install(("huggingface_hub>=1.33,<2",))
        yield pip_install(host, "Update huggingface_hub within its major version", wanted)
    if client >= HAS_LINK_SWITCH:
        command = f"[Environment]::SetEnvironmentVariable('{LINK_SWITCH}', '1', 'User')"
        steps = (
            Step("Set the variable", command, "powershell"),
            "Start the app from a new terminal",
        )
        yield Remedy("Let it copy from the start", steps)
    else:
        again = "Start the app again after the error: the download then goes on with copies"
        yield Remedy("Load the model a second time", (again,))


_DEVELOPER_MODE = Remedy(
    "Turn on developer mode",
    (
        Step(
            "Settings > System > For developers > Developer Mode",
            "start ms-settings:developers",
            "powershell",
            needs_admin=True,
        ),
        "Models already downloaded keep their copies",
    ),
)

UTF8_CODE_PAGE = 65001
_UTF8 = "[Environment]::SetEnvironmentVariable('PYTHONUTF8', '1', 'User')"


@check("ENV009", reads=("places", "python"), windows_only=True)
def code_page_cannot_show_the_paths(host: Machine) -> Iterable[Finding]:
    """Paths contain characters that may not be in the ANSI code page.

    **What.** The code page, Python's UTF-8 mode and the paths in use.
    **Why.** Native code that NeMo uses cannot find such files if it opens them with the ANSI
    functions. Printing such a path raises UnicodeEncodeError in a cp1252 console.
    **Decided by.** A non-ASCII path while the code page is not UTF-8 and UTF-8 mode is off.
    **Do.** Keep models and audio in plain paths, or set `PYTHONUTF8=1`.
    **Source.** learn.microsoft.com, "Code Page Identifiers"; PEP 540.
    """
    if host.system.ansi_code_page in (None, UTF8_CODE_PAGE) or host.python.utf8_mode:
        yield ok("the code page is UTF-8, or Python's UTF-8 mode is on")
        return
    foreign = [place.path for place in host.places.items if not place.path.isascii()]
    if foreign:
        yield info(
            f"{foreign[0]} has non-ASCII characters, and the code page is"
            f" {host.system.ansi_code_page}",
            {"paths": foreign, "code_page": host.system.ansi_code_page},
            [
                Remedy(
                    "Turn on Python's UTF-8 mode",
                    (Step("Set it for your account", _UTF8, "powershell"),),
                )
            ],
        )
    else:
        yield ok("every path in use is plain ASCII")
