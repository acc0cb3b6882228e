"""The self-test: checks that speech recognition works on this machine, even with locked files.

It loads the bundled tiny model and transcribes the bundled recordings, through the guard and with
the same loader that apps use, and compares the texts with the known ones.
"""

from winasr_doctor.selftest.result import Heard, InjectedFaults, Peak, SelfTest, SelfTestOutcome
from winasr_doctor.selftest.running import self_test

__all__ = ["Heard", "InjectedFaults", "Peak", "SelfTest", "SelfTestOutcome", "self_test"]
