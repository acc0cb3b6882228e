"""The values that say how a deletion went."""

from __future__ import annotations

import dataclasses

import pytest

from winasr_doctor._guard import events
from winasr_doctor.locks import cleanup_report
from winasr_doctor.locks.cleanup_report import RemovalFailure
from winasr_doctor.windows.errors import DeleteClass

VALUES = [
    value
    for module in (cleanup_report, events)
    for value in vars(module).values()
    if dataclasses.is_dataclass(value) and value.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_cannot_be_changed_and_has_no_other_fields(kind):
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)


@pytest.mark.parametrize(
    ("error", "code", "label"),
    [
        (OSError(13, "no"), 32, "WinError 32"),
        (OSError(13, "no"), None, "errno 13"),
        (RecursionError(), None, "RecursionError"),
    ],
)
def test_a_failure_is_labelled_by_its_number(error, code, label):
    failure = RemovalFailure("a", "os.unlink", error, DeleteClass.PERMANENT, code)
    assert failure.label == label
