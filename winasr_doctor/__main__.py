"""`python -m winasr_doctor`, and the script `winasr-doctor`."""

from __future__ import annotations

import atexit
import gc
import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False  # as in typing, which the stand-ins must precede
if TYPE_CHECKING:
    from typing import Any


class _Late(ModuleType):
    """Stands in for a module until something in it is used, which imports the module."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # the import system asks for these
            raise AttributeError(name)
        return self.real(name)

    def real(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        """Return something of the module itself."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


class _Inspect(_Late):
    def cleandoc(self, text: str) -> str:
        """Clean the help of an option, which is one line, without the module."""
        if "\n" in text or "\t" in text:
            return str(self.real("cleandoc")(text))
        return text.lstrip(" ")


class _Gettext(_Late):
    def gettext(self, message: str) -> str:
        """Return a message as it is: neither click nor this package has translations."""
        return message

    def ngettext(self, one: str, several: str, number: int) -> str:
        """Return the message for a number."""
        return one if number == 1 else several


class _Platform(_Late):
    def system(self) -> str:
        """Answer `uuid`, which asks on Linux before Python 3.13, without the module."""
        return "Linux" if sys.platform == "linux" else str(self.real("system")())


def _import_libraries() -> None:
    """Import click and msgspec without modules that take 11 ms of CPU, a sixth of a scan.

    The two need them for help pages, translations, network addresses and schemas. Where
    `typing_extensions` is installed, msgspec prefers its `get_type_hints`, which costs as much
    again; that of `typing` does the same for this package. Whatever is imported later gets the
    modules themselves.
    """
    late: dict[str, ModuleType | None] = {
        "gettext": _Gettext("gettext"),
        "inspect": _Inspect("inspect"),
        "platform": _Platform("platform"),
        "textwrap": _Late("textwrap"),
        "typing_extensions": None,
    }
    late = {name: module for name, module in late.items() if name not in sys.modules}
    sys.modules.update(late)  # type: ignore[arg-type]  # None means that there is no such module
    import_module("click")
    import_module("msgspec")
    for name, module in late.items():
        if sys.modules.get(name) is module:
            sys.modules.pop(name, None)


def main() -> None:
    """Run the command line and exit; see `winasr_doctor.cli.main`."""
    # Nearly all objects of a short command are what it imports, which stays until the end. The
    # collector would go through them again and again while they are imported and at exit: 10 ms, a
    # sixth of a scan. So it starts at 50,000 objects instead of 700, and leaves alone at exit what
    # is left, after everything else that happens there. Only this program is set up so, never one
    # that imports the library.
    gc.set_threshold(50_000, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)  # the first to be registered is the last to be called
    _import_libraries()
    from winasr_doctor.cli import main as run

    run(in_processes=True)


if __name__ == "__main__":
    main()
