"""The page about fault injection does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from winasr_doctor.faults import OPERATIONS, Plan, PlanError

PAGE = (Path(__file__).parents[2] / "docs" / "fault-injection.md").read_text(encoding="utf-8")
PLANS = re.findall(r"[`\"]([a-z]+:[0-9][^`\"]*)[`\"]", PAGE)


@pytest.mark.parametrize("plan", PLANS)
def test_every_plan_on_the_page_can_be_read(plan):
    Plan.parse(plan)


def test_the_page_has_plans():
    assert len(PLANS) > 6


def test_every_operation_is_on_the_page():
    for operation in OPERATIONS:
        assert f"`{operation}`" in PAGE


def test_the_mistake_on_the_page_is_reported_like_that():
    with pytest.raises(PlanError) as caught:
        Plan.parse("unlink:32; rmdr:5")
    for line in str(caught.value).splitlines()[1:]:
        assert line in PAGE.splitlines()
    assert "(column 12)" in str(caught.value)
