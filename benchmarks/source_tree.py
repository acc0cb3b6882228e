"""What examining a source tree costs, beside what parsing it costs.

    python benchmarks/source_tree.py [--files 1000] [--limit 10]

Writes a tree of made-up but realistic files (an app of many parts: settings, loaders, pages,
plain modules), then prints CPU seconds for a bare `ast.parse` of every file and for reading the
tree and running all REV and APP checks on it. Both sides run in this one process, each in a
fresh child so that neither warms the other up. The exit code is 1 above the limit.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEAD = '''"""Part {n} of the app."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from settings_{other} import DEFAULTS_{other}, Settings{other}

logger = logging.getLogger(__name__)
'''

PLAIN = '''

class Worker{n}_{part}:
    """Collects rows and writes them out in batches."""

    def __init__(self, root: Path, *, batch: int = {batch}) -> None:
        self.root = root
        self.batch = batch
        self.rows: list[dict[str, object]] = []

    def add(self, name: str, start: float, end: float, *, text: str = "") -> None:
        if end <= start:
            raise ValueError(f"{{name}} ends at {{end}} before it starts at {{start}}")
        self.rows.append({{"name": name, "start": start, "end": end, "text": text.strip()}})
        if len(self.rows) >= self.batch:
            self.flush()

    def flush(self) -> int:
        target = self.root / f"{{self.__class__.__name__}}-{{len(self.rows)}}.json"
        try:
            target.write_text(json.dumps(self.rows, indent=2), encoding="utf-8")
        except OSError as error:
            logger.warning("could not write %s: %s", target, error)
            return 0
        count, self.rows = len(self.rows), []
        return count


def merge_{part}(items: list[dict[str, float]], gap: float = {gap}) -> list[dict[str, float]]:
    merged: list[dict[str, float]] = []
    for item in sorted(items, key=lambda each: each["start"]):
        if merged and item["start"] - merged[-1]["end"] < gap:
            merged[-1]["end"] = max(merged[-1]["end"], item["end"])
        else:
            merged.append(dict(item))
    return [row for row in merged if row["end"] - row["start"] > {gap} / 2]
'''

SETTINGS = """

@dataclass
class Settings{n}:
    repo_id: str = "nvidia/parakeet-tdt-0.6b-v2"
    revision: str | None = None
    options: dict[str, object] = field(default_factory=dict)


PINNED_REVISION = "{sha}"
DEFAULTS_{n} = {{
    "canary": {{"repo_id": "nvidia/canary-qwen-2.5b", "revision": PINNED_REVISION}},
    "parakeet": {{"repo_id": "nvidia/parakeet-tdt-0.6b-v3", "revision": "main"}},
}}
"""

LOADER = """

def load_{n}(name: str, settings: Settings{other} | None = None):
    from nemo.collections.speechlm2.models import SALM

    config = DEFAULTS_{other}[name]
    revision = os.environ.get("CANARY_REVISION", config.get("revision"))
    return SALM.from_pretrained(config["repo_id"], revision=revision)


def transcribe_{n}(model, path: str) -> str:
    for attempt in range(3):
        try:
            return model.transcribe([path], batch_size=1, num_workers=0)[0].text
        except PermissionError as error:
            logger.error("attempt %s: %s", attempt, str(error))
    return ""
"""


def write_tree(root: Path, files: int) -> int:
    """Write the files; return how many lines they have."""
    chance = random.Random(20240101)  # noqa: S311 - the same tree every time
    lines = 0
    for n in range(files):
        other = chance.randrange(max(1, files // 10)) * 10
        settings, loader = n % 10 == 0, (n - 3) % 10 == 0
        text = HEAD.format(n=n, other=other)
        for part in range(chance.choice((1, 2, 3, 4, 5, 8))):
            text += PLAIN.format(
                n=n, part=part, batch=chance.randrange(8, 512), gap=chance.random()
            )
        if settings:
            text += SETTINGS.format(n=n, sha="".join(chance.choices("0123456789abcdef", k=40)))
        if loader:
            text += LOADER.format(n=n, other=other)
        folder = root / f"package_{n % 20}"
        folder.mkdir(exist_ok=True)
        name = f"settings_{n}.py" if settings else f"module_{n}.py"
        (folder / name).write_text(text, encoding="utf-8")
        lines += text.count("\n")
    return lines


def parse_only(root: Path) -> dict[str, float]:
    """Measure reading and parsing alone."""
    begin = time.process_time()
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(root.rglob("*.py"))]
    return {"parse": time.process_time() - begin, "files": len(trees)}


def examine(root: Path) -> dict[str, float]:
    """Measure reading the tree and every REV and APP check."""
    from winasr_doctor.checks.registry import own_checks
    from winasr_doctor.scanning import run_check
    from winasr_doctor.source import read_application
    from winasr_doctor.testing import machine

    checks = [check for check in own_checks() if check.family in {"APP", "REV"}]
    begin = time.process_time()
    host = machine(read_application([root]))
    spent = {"read": time.process_time() - begin, "files": len(host.app.files), "findings": 0}
    for family in ("REV", "APP"):
        begin = time.process_time()
        for check in checks:
            if check.family == family:
                spent["findings"] += sum(
                    result.severity is not None for result in run_check(check, host)
                )
        spent[family] = time.process_time() - begin
    return spent


def main() -> int:
    """Write the tree, measure both sides and compare with the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1000, help="how many files")
    parser.add_argument("--limit", type=float, default=10.0, help="CPU seconds allowed")
    parser.add_argument("--side", choices=("parse_only", "examine"), help=argparse.SUPPRESS)
    parser.add_argument("--tree", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(globals()[options.side](options.tree)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        lines = write_tree(Path(folder), options.files)
        print(f"{options.files} files, {lines} lines, Python {sys.version.split()[0]}")
        sides = {side: _measure(side, folder) for side in ("parse_only", "examine")}
    bare, ours = sides["parse_only"], sides["examine"]
    total = ours["read"] + ours["REV"] + ours["APP"]
    print(f"bare ast.parse:        {bare['parse']:6.2f} s CPU")
    print(f"winasr_doctor:         {total:6.2f} s CPU, {ours['findings']:.0f} findings")
    print(f"  find, decode, parse: {ours['read']:6.2f} s")
    print(f"  REV checks:          {ours['REV']:6.2f} s")
    print(f"  APP checks:          {ours['APP']:6.2f} s")
    passed = total < options.limit and ours["files"] == bare["files"]
    print(f"limit {options.limit:g} s: {'kept' if passed else 'EXCEEDED'}")
    return 0 if passed else 1


def _measure(side: str, tree: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--side", side, "--tree", tree]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    measured: dict[str, float] = json.loads(output)
    return measured


if __name__ == "__main__":
    sys.exit(main())
