"""ENV: long paths, symbolic links and code pages."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.advice import known, quoted
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, info, ok, skip, warning
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


@check("ENV008", reads=("account", "hub_cache"), windows_only=True)
def symlinks_are_not_allowed(host: Machine) -> Iterable[Finding]:
    """This account may not create symbolic links, so the Hub cache stores files twice.

    **What.** The symbolic-link right and developer mode.
    **Why.** huggingface_hub then copies instead of linking: a model takes twice the space, and some
    programs fail with WinError 1314.
    **Decided by.** The account has neither `SeCreateSymbolicLinkPrivilege` nor developer mode nor
    elevation.
    **Do.** Turn on developer mode, or accept the copies.
    **Source.** huggingface_hub, "Manage your cache: limitations"; PR #1067.
    """
    account = host.account
    rights = (account.symlink_right, account.developer_mode, account.elevated)
    if any(rights):
        yield ok("this account may create symbolic links")
    elif account.symlink_right is None and account.developer_mode is None:
        yield skip("the account's rights could not be read")
    else:
        cache = known(host, "hub_cache")
        yield info(
            "this account may not create symbolic links: the Hub cache keeps copies",
            {"cache": cache.path if cache else None},
            [
                Remedy(
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
            ],
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
