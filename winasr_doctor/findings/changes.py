"""What a remedy changes: this decides its place in a plan and which other remedies it replaces."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum

from msgspec import Struct, structs

from winasr_doctor._util.lazy_patterns import lazy_pattern

_PIP = " -m pip install "
_NAME = lazy_pattern(r"[\w.-]+")
_QUOTED = lazy_pattern(r"[^\w.=+:/\\-]")
_VERSIONS = lazy_pattern(r"[<>=!~].*")
_UPGRADE = frozenset({"-U", "--upgrade"})
_ADDRESSES = frozenset({"--index-url", "--extra-index-url", "-i"})


class Stage(IntEnum):
    """When a remedy has its turn: what others need comes first."""

    ELSEWHERE = 0
    """Another environment is the one to look at."""
    ROOM = 1
    """Free space on a drive."""
    PYTHON = 2
    """Another Python, in an environment of its own."""
    PACKAGES = 3
    TEMP = 4
    """Another folder for temporary files."""
    SETTINGS = 5
    """Settings of Windows, and everything that has no other place."""
    FILES = 6
    """Models, caches and the project."""
    SOURCE = 7
    """The app's source."""
    SECURITY = 8
    """A matter of security, not of speech recognition."""
    READING = 9
    """Only shows what could not be read."""


class Install(Struct, frozen=True):
    """The packages of one pip command.

    Attributes:
        requirements: Such as `lhotse>=1.32.2`, without quotes.
        index: Options that name an index, such as `--index-url https://...`.
        flags: All other options.
    """

    requirements: tuple[str, ...]
    index: str = ""
    flags: tuple[str, ...] = ()

    @classmethod
    def parse(cls, command: str) -> Install | None:
        """Read a command; `None` if it does not install packages by name with pip."""
        import shlex

        _, pip, arguments = command.partition(_PIP)
        if not pip:
            return None
        try:
            words = shlex.split(arguments)
        except ValueError:
            return None
        requirements, index, flags = [], [], []
        while words:
            word = words.pop(0)
            if word in _ADDRESSES and words:
                index.append(f"{word} {words.pop(0)}")
            elif word.startswith("-"):
                flags.append(word)
            else:
                requirements.append(word)
        if not requirements or not all(map(_NAME.match, requirements)) or "-r" in flags:
            return None
        return cls(tuple(requirements), " ".join(index), tuple(flags))

    @property
    def names(self) -> frozenset[str]:
        """The normalised names of the packages."""
        return frozenset(map(package_name, self.requirements))

    @property
    def arguments(self) -> str:
        """The arguments of pip, quoted for every shell."""
        quoted = (f'"{each}"' if _QUOTED.search(each) else each for each in self.requirements)
        index = (self.index,) if self.index else ()
        return " ".join(("-m pip install", *self.flags, *quoted, *index))

    def without(self, names: frozenset[str]) -> Install | None:
        """Return the installation without some packages; `None` if nothing is left."""
        kept = tuple(each for each in self.requirements if package_name(each) not in names)
        return structs.replace(self, requirements=kept) if kept else None

    def joined(self, other: Install) -> Install | None:
        """Return one installation for both; `None` if one command cannot do both."""
        special = (set(self.flags) | set(other.flags)) - _UPGRADE
        if self.index != other.index or (special and self.flags != other.flags):
            return None
        flags = tuple(dict.fromkeys((*self.flags, *other.flags)))
        return Install(_united((*self.requirements, *other.requirements)), self.index, flags)

    def in_a_new_environment(self) -> Install:
        """Return the installation without options that only replace what is installed."""
        return structs.replace(self, flags=())


def package_name(requirement: str) -> str:
    """Return the normalised name of a requirement's package."""
    found = _NAME.match(requirement)
    return re.sub("[-_.]+", "-", found[0]).lower() if found else requirement


def _united(requirements: Iterable[str]) -> tuple[str, ...]:
    """Return each package once: an exact version wins over ranges, and ranges are joined."""
    united: dict[str, str] = {}
    for each in requirements:
        name = package_name(each)
        before, versions = united.get(name), _VERSIONS.search(each)
        if before is None or ("==" in each and "==" not in before):
            united[name] = each
        elif versions and versions[0] not in before and "==" not in before:
            united[name] = f"{before}{',' if _VERSIONS.search(before) else ''}{versions[0]}"
    return tuple(united.values())


class Change(Struct, frozen=True):
    r"""What a remedy changes.

    Attributes:
        stage: Its turn.
        about: Tells changes of the same stage apart, such as a drive; remedies with the same
            stage and the same subject achieve the same. For `PYTHON` its version, with a plus
            sign if any other one is as good, or nothing if the present one is.
        installs: What its pip commands install, in order.
        python: The new interpreter as commands name it, such as `C:\venvs\asr\Scripts\python.exe`.
        replaces: The interpreter as commands name it today.
        repairs: The package whose present version this repairs: another version of it does so, too.
    """

    stage: Stage
    about: str = ""
    installs: tuple[Install, ...] = ()
    python: str = ""
    replaces: str = ""
    repairs: str = ""
