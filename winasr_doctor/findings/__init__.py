"""Values that describe what a scan finds and how to fix it."""

from winasr_doctor.findings.changes import Change, Install, Stage
from winasr_doctor.findings.documentation import FAMILIES, Documentation
from winasr_doctor.findings.model import (
    NO_EVIDENCE,
    Evidence,
    Finding,
    JSONValue,
    Location,
    Remedy,
    Report,
    Result,
    Severity,
    Status,
    Suppression,
    Tool,
    Verdict,
    error,
    info,
    ok,
    resting_on,
    skip,
    unknown,
    warning,
    worst_first,
)
from winasr_doctor.findings.plan import PlanStep, RemedyPlan
from winasr_doctor.findings.planning import plan_of
from winasr_doctor.findings.steps import Shell, Step

__all__ = [
    "FAMILIES",
    "NO_EVIDENCE",
    "Change",
    "Documentation",
    "Evidence",
    "Finding",
    "Install",
    "JSONValue",
    "Location",
    "PlanStep",
    "Remedy",
    "RemedyPlan",
    "Report",
    "Result",
    "Severity",
    "Shell",
    "Stage",
    "Status",
    "Step",
    "Suppression",
    "Tool",
    "Verdict",
    "error",
    "info",
    "ok",
    "plan_of",
    "resting_on",
    "skip",
    "unknown",
    "warning",
    "worst_first",
]
