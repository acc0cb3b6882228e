"""Made-up but realistic source files: an app of many parts, or one file with many mistakes."""

from __future__ import annotations

import random
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


def write_tree(root: Path, files: int) -> Path:
    """Write so many files into a folder, and return the folder."""
    chance = random.Random(20240101)  # noqa: S311 - the same tree every time
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
    return root


def write_findings(root: Path, findings: int, per_file: int) -> Path:
    """Write files in which so many models are pinned in a way that fails; return the folder."""
    for start in range(0, findings, per_file):
        lines = ["from nemo.collections.asr.models import ASRModel", ""]
        for number in range(start, min(start + per_file, findings)):
            name = f'"nvidia/parakeet-{number}"'
            lines += [
                f"def load_{number}():",
                f'    return ASRModel.from_pretrained({name}, revision="6e2f9a1")',
                "",
            ]
        (root / f"app{start}.py").write_text("\n".join(lines), encoding="utf-8")
    return root
