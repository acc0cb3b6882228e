"""What `tox` prints when all environments are done: one table of what was tested."""

from __future__ import annotations

import atexit
import os
import sys
import time
from pathlib import Path

from tox.execute.api import Outcome
from tox.plugin import impl
from tox.tox_env.api import ToxEnv
from tox.tox_env.python.virtual_env.runner import VirtualEnvRunner
from tox.tox_env.register import ToxEnvRegister

sys.path.insert(0, str(Path(__file__).parent / "tools"))
from tox_table import RESULTS, Environment, read, table

# An environment may run tox again: with the same one, or it would make all environments anew.
os.environ["TOX_PYTHON"] = sys.executable

_ran: list[Environment] = []
_began: dict[str, float] = {}


class AnyPython(VirtualEnvRunner):
    """An environment that may be called `py314` and itself runs on the Python that tox runs on."""

    @staticmethod
    def id() -> str:
        """Return what `runner` in tox.ini calls it."""
        return "any-python"

    @classmethod
    def extract_base_python(cls, env_name: str) -> str | None:
        """Take no Python out of the environment's name."""
        del env_name


@impl
def tox_register_tox_env(register: ToxEnvRegister) -> None:
    """Offer it to tox.ini."""
    register.add_run_env(AnyPython)


@impl
def tox_before_run_commands(tox_env: ToxEnv) -> None:
    """Forget the results of an earlier run."""
    results(tox_env).unlink(missing_ok=True)
    _began[tox_env.name] = time.monotonic()


@impl
def tox_after_run_commands(tox_env: ToxEnv, exit_code: int, outcomes: list[Outcome]) -> None:
    """Note how it ended."""
    del outcomes
    seconds = time.monotonic() - _began[tox_env.name]
    tests = read(results(tox_env))  # now: another run in this environment may follow
    _ran.append(Environment(tox_env.name, exit_code == 0, seconds, tests))


def results(tox_env: ToxEnv) -> Path:
    """Return where an environment's pytest writes its JUnit file."""
    return Path(tox_env.env_dir) / RESULTS


@atexit.register
def print_table() -> None:
    """Print the table, after tox's own report."""
    if len(_ran) > 1:
        print("", *table(_ran), sep="\n")
