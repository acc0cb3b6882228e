"""Builds the files of a release: `python tools/release [--output FOLDER] [--url ADDRESS]`.

`dist/` has what the package index gets: the source distribution and the wheel. `assets/` has what
lies beside a release: the portable folder, a manifest for scoop, the bill of materials with the
licences of all dependencies, and the sum of every file. `tox -e package` checks what is in `dist/`.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Build everything; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/release")
    parser.add_argument("--output", type=Path, default=ROOT / "release", help="an empty folder")
    parser.add_argument("--url", help="where the files will be; also writes a manifest for scoop")
    options = parser.parse_args()
    output: Path = options.output.resolve()
    if output.exists() and any(output.iterdir()):
        print(f"error: remove what is in {output}, so that no old file is published")
        return 2
    dist, assets = output / "dist", output / "assets"
    assets.mkdir(parents=True)
    _run("build", "--outdir", str(dist), str(ROOT))
    (wheel,) = dist.glob("*.whl")
    _write_bill(wheel, assets / f"{'-'.join(wheel.stem.split('-')[:2])}-sbom.json")
    where = ["--url", options.url] if options.url else []
    portable = [sys.executable, str(ROOT / "tools" / "portable"), "--output", str(assets), *where]
    subprocess.run(portable, check=True)
    files = sorted([*dist.iterdir(), *assets.iterdir()], key=lambda file: file.name)
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (assets / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")
    print("".join(lines), end="")
    return 0


def _write_bill(wheel: Path, bill: Path) -> None:
    """Write what an installation of the wheel consists of, with every licence and its text."""
    with tempfile.TemporaryDirectory() as aside:
        environment = Path(aside, "venv")
        python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        _run("venv", "--without-pip", str(environment))
        _run("pip", "--python", str(python), "install", "--quiet", str(wheel))
        form = ["--output-reproducible", "--output-format", "JSON", "--output-file", str(bill)]
        _run("cyclonedx_py", "environment", str(python), "--gather-license-texts", *form)


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
