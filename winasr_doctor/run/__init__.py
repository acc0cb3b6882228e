"""Running an unmodified app with a safe TEMP and the guard on.

The app runs as a plain `python SCRIPT ...` of its own, so that its arguments, its `__main__`, its
tracebacks and its exit code are Python's doing. The guard comes in before its first line through
a `sitecustomize` on `PYTHONPATH` (`startup/`), which reaches the app's worker processes as well.
"""

from winasr_doctor.run.parent import Order, run
from winasr_doctor.run.scratch import ScratchError
from winasr_doctor.run.target import RunTarget, TargetError

__all__ = ["Order", "RunTarget", "ScratchError", "TargetError", "run"]
