"""What `tox` prints when all environments are done: what was tested, and what was not."""

from __future__ import annotations

import atexit
import os
import sys
import time
from pathlib import Path

from tox.config.sets import ConfigSet
from tox.execute.api import Outcome
from tox.plugin import impl
from tox.session.state import State
from tox.tox_env.api import ToxEnv
from tox.tox_env.python.virtual_env.runner import VirtualEnvRunner
from tox.tox_env.register import ToxEnvRegister

sys.path.insert(0, str(Path(__file__).parent / "tools"))
from tox_table import RESULTS, Environment, not_run, read, table

# An environment may run tox again: with the same one, or it would make all environments anew.
os.environ["TOX_PYTHON"] = sys.executable

# The oldest supported Python is tested beside the one that runs tox, unless it is that one.
if sys.version_info[:2] == (3, 10):
    os.environ["WINASR_DOCTOR_OLDEST"] = "py"

_began = time.monotonic()
_ended: list[float] = []
_ran: list[Environment] = []
_config: list[ConfigSet] = []


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Keep the configuration: it names the environments that could have been run."""
    del state
    _config.append(core_conf)


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
    for file in results(tox_env):
        file.unlink()


@impl
def tox_after_run_commands(tox_env: ToxEnv, exit_code: int, outcomes: list[Outcome]) -> None:
    """Note how it ended, and the time since the environment before it: installing counts."""
    del outcomes
    now = time.monotonic()
    seconds = now - (_ended[-1] if _ended else _began)
    _ended.append(now)
    tests = read(*results(tox_env))  # now: another run in this environment may follow
    _ran.append(Environment(tox_env.name, exit_code == 0, seconds, tests))


def results(tox_env: ToxEnv) -> list[Path]:
    """Return the JUnit files that an environment's commands have written."""
    return sorted(Path(tox_env.env_dir).glob(RESULTS))


@atexit.register
def print_table() -> None:
    """Print the table, after tox's own report."""
    if len(_ran) < 2:  # noqa: PLR2004 - tox itself reports on a single one
        return
    names = [environment.name for environment in _ran]
    labels = _config[0]["labels"]
    plain = list(_config[0]["env_list"])
    print("", *table(_ran), *not_run(names, plain, labels["full"]), sep="\n")
