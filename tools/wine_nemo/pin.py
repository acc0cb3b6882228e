"""Makes `requirements.txt` of `requirements.in`: `python tools/wine_nemo/pin.py`, with uv.

Only the files for Windows and this Python are pinned. All files of all systems, as uv itself
writes them, would be 3000 lines.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomllib

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "wine"))

from building import PLATFORM, VERSION  # noqa: E402
from machine import SOURCES_PIN, WHEELS_PIN, build_sources  # noqa: E402


def main() -> None:
    """Resolve the requirements and write the pins."""
    with tempfile.TemporaryDirectory() as folder:
        own = build_sources(Path(folder) / "wheels")
        lock = Path(folder) / "pylock.toml"
        system = ["--python-platform", PLATFORM, "--python-version", VERSION]
        wheels = ["--only-binary", ":all:", "--find-links", str(own)]
        resolve = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *system, *wheels]
        wanted = [str(HERE / "requirements.in"), "-o", str(lock)]
        subprocess.run([*resolve, "--format", "pylock.toml", *wanted], check=True)
        packages = tomllib.loads(lock.read_text(encoding="utf-8"))["packages"]
    WHEELS_PIN.write_text("".join(_lines(packages)), encoding="utf-8")


def _lines(packages: list[dict[str, Any]]) -> Iterator[str]:
    built = SOURCES_PIN.read_text(encoding="utf-8")
    for package in packages:
        pin = f"{package['name']}=={package['version']}"
        if pin not in built:
            hashes = sorted(wheel["hashes"]["sha256"] for wheel in package["wheels"])
            yield " \\\n".join([pin, *(f"    --hash=sha256:{digest}" for digest in hashes)]) + "\n"


if __name__ == "__main__":
    main()
