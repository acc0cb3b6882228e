"""What winasr_doctor costs, each time beside what does the same without it.

    python benchmarks/speed.py                      # everything
    python benchmarks/speed.py --only 'rmtree-*' --quick
    python benchmarks/speed.py --check benchmarks/expected.toml   # ratios only, a minute

Install a wheel first (`python -m pip install .`): commands of a source tree start later. What is
measured is the package that this Python imports, such as one in PYTHONPATH.

Linux and macOS: CPU time and memory of child processes come from `wait4`. Rows about NeMo,
Gradio, transformers, bandit and ruff need these packages. `--json` writes every value as
`python -m pyperf stats` and `compare_to` read it.
"""

from __future__ import annotations

import sys

from speed.command import main

if __name__ == "__main__":
    sys.exit(main())
