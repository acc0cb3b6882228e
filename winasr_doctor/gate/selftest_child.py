"""Runs self-tests one after another in the child process started for them.

NeMo is imported once for all of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from winasr_doctor.faults.plan import Plan
from winasr_doctor.gate.cached_models import NotCachedError, commit_in_cache
from winasr_doctor.gate.child import Send
from winasr_doctor.selftest import self_test
from winasr_doctor.selftest.bundled import MODEL

NOT_CACHED = "not_cached"
"""The ending of a model that would have to be downloaded; none of its plans is tried."""

_GOES_ON = frozenset({"passed", "nothing_injected", "wrong_text"})
"""Endings after which the process is clean; after others a thread may still be at work."""


def run(task: Mapping[str, Any], send: Send) -> None:
    """Run the self-test under each plan and send its result.

    Args:
        task: `device`, `plans` (an empty one injects nothing), `deadline`, in seconds for each, and
            `model`, the name of a model on the Hub; `None` for the bundled one.
        send: Called with one answer for each plan, then with the end.
    """
    model, revision = task["model"], None
    if model is not None:
        # The gate downloads nothing; huggingface_hub, not imported yet, reads this on import.
        os.environ["HF_HUB_OFFLINE"] = "1"
        try:
            revision = commit_in_cache(model)
        except NotCachedError as missing:
            send({"ending": NOT_CACHED, "problems": str(missing)})
            send({"end": True})
            return
        except ImportError:
            revision = None  # loading reports which package is missing
    for plan in task["plans"]:
        parsed = Plan.parse(plan) if plan else None
        result = self_test(
            task["device"], model=model or MODEL, plan=parsed, deadline=task["deadline"]
        )
        problems = result.problems
        send(
            {
                "ending": result.ending.value,
                "problems": None if problems is None else _in_short(str(problems.headline)),
                "first_step": _first_step(problems),
                "model": result.model,
                "revision": revision,
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
