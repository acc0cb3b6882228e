"""Walking from objects to what they refer to."""

from __future__ import annotations

import math
import sys
from types import ModuleType

import pytest

from winasr_doctor.locks.holders import reachable
from winasr_doctor.locks.holders.reachable import Reach


def reached(*roots, limit=10_000):
    return list(Reach(roots, limit=limit, deadline=math.inf))


class Needle:
    """What is looked for."""


def test_a_circle_is_walked_once():
    circle = [Needle()]
    circle.append(circle)
    assert len([value for value in reached(circle) if type(value) is Needle]) == 1


def test_modules_types_and_the_variables_of_functions_are_not_entered():
    def function():
        return Needle

    module = ModuleType("some_module")
    module.needle = Needle()
    found = reached(module, vars(module), function, Needle, sys.modules, globals(), len)
    assert [value for value in found if type(value) is Needle] == []
    assert all(value not in (sys, reachable) for value in found)


def test_an_exception_leads_to_what_its_frames_held():
    def failing():
        needle = Needle()
        raise LookupError(str(id(needle)))

    with pytest.raises(LookupError) as raised:
        failing()
    assert any(type(value) is Needle for value in reached([raised.value]))


def test_a_frame_does_not_lead_to_its_callers():
    def outer():
        needle = Needle()
        return inner(), needle

    def inner():
        return reached(sys._getframe())

    assert [value for value in outer()[0] if type(value) is Needle] == []


def test_heavy_things_are_looked_into_last(monkeypatch):
    class Heavy:
        def __init__(self):
            self.layers = [[index] for index in range(1_000)]

    module = ModuleType("some_heavy_module")
    module.Heavy = Heavy
    monkeypatch.setitem(sys.modules, "some_heavy_module", module)
    monkeypatch.setattr(reachable, "_HEAVY", (("some_heavy_module", "Heavy"),))
    found = reached(Heavy(), [[[[[Needle()]]]]], limit=20)
    assert any(type(value) is Needle for value in found)


def test_time_that_is_up_ends_the_walk():
    many = [[index, []] for index in range(10_000)]
    assert len(list(Reach([many], limit=10**6, deadline=-math.inf))) < 100
