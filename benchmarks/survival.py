"""Which ways of cleaning up survive Windows' file locks, on one set of schedules for all.

python benchmarks/survival.py                  # 5,000 schedules, in virtual time, on Linux
python benchmarks/survival.py --quick          # 300
python benchmarks/survival.py --windows RUN    # and a sample in real time; RUN is a Windows
                                               # Python, or a script that starts one under Wine
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # an embeddable Python adds neither

from survival.command import main  # noqa: E402 - found by those paths

if __name__ == "__main__":
    sys.exit(main())
