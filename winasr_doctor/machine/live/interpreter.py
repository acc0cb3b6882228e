"""Reads the Python environment that `--python` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winasr_doctor.machine.base import Machine, NotApplicable
from winasr_doctor.machine.interpreters.model import OutsideInterpreter

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine


def read(host: LiveMachine) -> OutsideInterpreter:
    """Read it from its files, and ask its Python where they leave a gap."""
    if host.outside is None:
        raise NotApplicable(str(Machine.sections["interpreter"].absent))
    from winasr_doctor.machine.interpreters import reading  # lazy: only --python needs it

    return reading.read(host.outside, host.account, host.variables)
