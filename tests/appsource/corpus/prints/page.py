import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "worker.py"


def text_of(path):
    command = [sys.executable, str(SCRIPT), path]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    print("Готово", file=sys.stderr)
    print(f"{done.stdout} €")
    print(f"→ {done.stdout}")  # expect: APP016
    return done.stdout
