"""Runs self-tests one after the other, in the process that was started for them.

NeMo is imported once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from winasr_doctor.gating.child import Send

_GOES_ON = frozenset({"passed", "nothing_injected", "wrong_text"})
"""Endings after which the process is as good as new; after others a thread may still be at work."""


def run(task: Mapping[str, Any], send: Send) -> None:
    """Run the self-test under each plan and send what it came to.

    Args:
        task: `device`, `plans` (an empty one injects nothing) and `deadline`, seconds for each.
        send: Takes one answer for each plan, then the end.
    """
    from winasr_doctor.faults.plan import Plan
    from winasr_doctor.selftest import self_test

    for plan in task["plans"]:
        parsed = Plan.parse(plan) if plan else None
        result = self_test(task["device"], plan=parsed, deadline=task["deadline"])
        problems = result.problems
        send(
            {
                "ending": result.ending.value,
                "problems": None if problems is None else _in_short(str(problems.headline)),
                "first_step": _first_step(problems),
                "device": result.device,
                "device_name": result.device_name,
                "load_seconds": result.load_seconds,
                "transcribe_seconds": result.transcribe_seconds,
                "real_time_factor": result.real_time_factor,
                "peak_memory": result.peak.process,
                "gpu_memory": result.peak.gpu,
                "texts_right": sum(heard.right for heard in result.heard),
                "texts": len(result.heard),
                "injected": {each.fault: each.times for each in result.injected},
                "cleanup_seconds": result.cleanup_seconds,
                "cleanup_attempts": len(result.attempts),
                "left": len(result.leftovers),
            }
        )
        if result.ending.value not in _GOES_ON:
            break
    send({"end": True})


def _in_short(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _first_step(problems: Any) -> str:  # noqa: ANN401 - a Message, if any
    if problems is None or not problems.remedies:
        return ""
    remedy = problems.remedies[0]
    return _in_short(f"{remedy.title}: {' '.join(remedy.steps[:1])}")
