"""Any text is a fault plan, or refused with a place and a reason."""

from __future__ import annotations

from budget import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from winasr_doctor.faults.plan import OPERATIONS, Plan, PlanError

PIECES = st.sampled_from(
    [
        *OPERATIONS,
        *(
            ":",
            ";",
            "*",
            "~",
            "#",
            "@",
            "32",
            "inf",
            "0",
            "-1",
            "1e9",
            "nan",
            ".5",
            " ",
            "\n",
            "\0",
        ),
        *(
            "9" * 400,
            "\u0663\u0662",
            "\u00b2",
            "[z-a]",
            "[!",
            "**/",
            "*a" * 40,
            "?" * 2000,
            "\ud800",
        ),
    ]
)


@settings(max_examples=examples(300))
@given(st.lists(PIECES | st.text(max_size=4), max_size=14).map("".join))
def test_a_text_is_a_plan_or_refused(text):
    plan = parsed(text)
    if isinstance(plan, PlanError):
        assert 1 <= plan.column <= len(text) + 1
        assert len(str(plan)) < 500
        return
    assert Plan.parse(str(plan)) == plan
    for fault in plan.faults:
        assert fault.matches(f"/folder/{'a' * 200}.json") in {True, False}


def parsed(text):
    try:
        return Plan.parse(text)
    except PlanError as refused:
        return refused
