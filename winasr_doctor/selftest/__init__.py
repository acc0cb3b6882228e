"""The self-test: does speech recognition work on this machine, also when files are locked?

The bundled tiny model is loaded and transcribes the bundled recordings, through the guard and
with the same loader that an app uses; whether the texts are right is a fact, not an opinion.
"""

from winasr_doctor.selftest.result import Heard, InjectedFaults, Peak, SelfTest, SelfTestOutcome
from winasr_doctor.selftest.running import self_test

__all__ = ["Heard", "InjectedFaults", "Peak", "SelfTest", "SelfTestOutcome", "self_test"]
