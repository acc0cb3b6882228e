"""The recorded machines that come with the package, made by hand for trying a scan."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_IN_WHEEL = _PACKAGE / "data" / "machines"
_IN_CHECKOUT = _PACKAGE.parent / "examples" / "machines"
"""An editable installation reads them here; pyproject.toml puts them into the wheel."""


def example_names() -> tuple[str, ...]:
    """Return the names of the machines, in alphabetical order."""
    return tuple(sorted(file.stem for file in _folder().glob("*.json")))


def example_file(name: str) -> Path:
    """Return the snapshot of a machine.

    Args:
        name: One of `example_names`.

    Raises:
        LookupError: There is no such machine.
    """
    if name not in example_names():
        known = ", ".join(example_names())
        raise LookupError(f"there is no example called {name!r}; there are {known}")
    return _folder() / f"{name}.json"


def _folder() -> Path:
    return _IN_WHEEL if _IN_WHEEL.is_dir() else _IN_CHECKOUT
