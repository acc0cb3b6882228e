"""The self-test: does speech recognition work on this machine, also when files are locked?

The bundled tiny model is loaded and transcribes the bundled recordings, through the guard and
with the same loader that an app uses; whether the texts are right is a fact, not an opinion.
"""

from winasr_doctor.selftest.result import Ending, Heard, Injected, Peak, SelfTest
from winasr_doctor.selftest.running import self_test

__all__ = ["Ending", "Heard", "Injected", "Peak", "SelfTest", "self_test"]
