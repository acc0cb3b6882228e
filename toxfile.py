"""How `tox` runs these environments: two at a time, and a table of what was tested at the end."""

from __future__ import annotations

import atexit
import os
import sys
import time
from pathlib import Path

from tox.config.cli.parser import ToxParser
from tox.config.loader.memory import MemoryLoader
from tox.config.sets import ConfigSet
from tox.config.types import EnvList
from tox.execute.api import Outcome
from tox.plugin import impl
from tox.session.cmd.run.parallel import run_parallel
from tox.session.cmd.run.sequential import run_sequential
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

AT_ONCE = int(os.environ.get("WINASR_DOCTOR_AT_ONCE", "2"))
"""How many environments run at once: many use one core, or wait, for half of their time."""

LENDER = "nemo3"
"""The environment that those run in which depend on it."""

_began = time.monotonic()
_started: dict[str, float] = {}
_ran: list[Environment] = []
_config: list[ConfigSet] = []


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Keep the configuration: it names the environments that could have been run."""
    del state
    _config.append(core_conf)


@impl(trylast=True)
def tox_add_option(parser: ToxParser) -> None:
    """Let `tox` and `tox run` run several environments at once, as `tox run-parallel` does."""
    for name in ("run", "r"):
        of_run, _ = parser.handlers[name]
        parser.handlers[name] = of_run, run
    of_legacy, legacy = parser.handlers["legacy"]  # a plain `tox`

    def plain(state: State) -> int:
        options = state.conf.options
        if not (options.list_envs or options.list_envs_all or options.show_config):
            options.parallel = options.parallel or (AT_ONCE if _can_share(state) else 0)
        return legacy(state)

    parser.handlers["legacy"] = of_legacy, plain


def run(state: State) -> int:
    """Run the chosen environments; a single one shows what its commands print."""
    if not _can_share(state):
        return run_sequential(state)
    options = state.conf.options
    options.parallel, options.parallel_live, options.parallel_no_spinner = AT_ONCE, False, False
    return run_parallel(state)


def _can_share(state: State) -> bool:
    """Return whether environments can run at the same time.

    Those that run in the environment of another one bring it up to date first, unless that other
    one does; they must not do that while it is in use.
    """
    options, names = state.conf.options, list(state.envs.iter())
    borrow = any(LENDER in _needed_by(state.envs[name]) for name in names)
    fail_fast = getattr(options, "fail_fast", False)  # newer releases of tox have it
    alone = AT_ONCE < 2 or len(names) < 2 or options.no_capture or fail_fast  # noqa: PLR2004
    return not alone and (LENDER in names or not borrow)


def _needed_by(tox_env: ToxEnv) -> list[str]:
    depends: EnvList = tox_env.conf["depends"]
    return depends.envs


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
def tox_on_install(tox_env: ToxEnv, arguments: object, section: str, of_type: str) -> None:
    """Note when an environment began: installing counts."""
    del arguments, section, of_type
    _started.setdefault(tox_env.name, time.monotonic())


@impl
def tox_before_run_commands(tox_env: ToxEnv) -> None:
    """Forget the results of an earlier run; prepare no environment that was just prepared."""
    _started.setdefault(tox_env.name, time.monotonic())
    for file in results(tox_env):
        file.unlink()
    if LENDER in _needed_by(tox_env) and any(other.name == LENDER for other in _ran):
        tox_env.conf.loaders.insert(0, MemoryLoader(commands_pre=[]))


@impl
def tox_after_run_commands(tox_env: ToxEnv, exit_code: int, outcomes: list[Outcome]) -> None:
    """Note how it ended, and how long it took."""
    del outcomes
    seconds = time.monotonic() - _started[tox_env.name]
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
    seconds = time.monotonic() - _began
    print("", *table(_ran, seconds), *not_run(names, plain, labels["full"]), sep="\n")
