"""The constraints file keeps pip from choosing the broken pair again."""

from __future__ import annotations

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.fix import NothingToDo
from winasr_doctor.fix.constraints import merged
from winasr_doctor.fix.patching import PatchError
from winasr_doctor.fix.undo import open_records, take_back
from winasr_doctor.machine.model import Packages, TorchBuild
from winasr_doctor.testing import machine

NEW = "lhotse>=1.32.2"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "lhotse>=1.32.2\n"),
        ("", "lhotse>=1.32.2\n"),
        ("torch==2.13.0", "torch==2.13.0\nlhotse>=1.32.2\n"),
        ("torch==2.13.0\r\n", "torch==2.13.0\r\nlhotse>=1.32.2\r\n"),
        ("lhotse==1.31.1  # works\n", "lhotse>=1.32.2  # works\n"),
        ("Lhotse<1.32\n", "Lhotse>=1.32.2\n"),
        ("lhotse<2\n", "lhotse>=1.32.2,<2\n"),
        ("lhotse>=1.32.2\n", "lhotse>=1.32.2\n"),
        ("lhotse == 1.33.0\n", "lhotse == 1.33.0\n"),
        ("lhotse>=1.33,<2\n", "lhotse>=1.33,<2\n"),
        ("lhotse!=1.32.3\n", "lhotse>=1.32.2,!=1.32.3\n"),
        ("-c other.txt\n# lhotse==1.31\n", "-c other.txt\n# lhotse==1.31\nlhotse>=1.32.2\n"),
        ("lhotse-extra==1\n", "lhotse-extra==1\nlhotse>=1.32.2\n"),
    ],
)
def test_a_constraint_is_merged_and_the_rest_kept(before, after):
    raw = None if before is None else before.encode()
    once = merged(raw, [NEW])
    assert once == after.encode()
    assert merged(once, [NEW]) == once


def test_an_upper_limit_is_merged_as_well():
    assert merged(b"numpy==2.1\n", ["numpy>=1.22,<2"]) == b"numpy>=1.22,<2\n"
    assert merged(b"lhotse>=1.32.2\n", ["lhotse>=1.33.0"]) == b"lhotse>=1.33.0\n"
    assert merged(b"numpy>=1.26\n", ["numpy>=1.22,<2"]) == b"numpy>=1.26,<2\n"
    assert merged(b"kaldialign>=0.8\n", ["kaldialign<=0.9.1"]) == b"kaldialign>=0.8,<=0.9.1\n"


def test_a_file_that_is_not_utf8_is_refused():
    with pytest.raises(PatchError, match="utf-8"):
        merged(b"\xff\xfe", [NEW])


@pytest.fixture
def broken_pair(app):
    file = app(b"x = 1\n")
    torch = TorchBuild(version="2.13.0", cuda=None)
    packages = Packages(versions={"lhotse": "1.31.1", "torch": "2.13.0"}, torch=torch)
    return file, machine(read_application([file]), packages=packages)


def test_a_broken_pair_is_pinned_beside_the_app_and_pip_is_left_to_people(
    bench_for, broken_pair, journal
):
    file, host = broken_pair
    bench, (task,) = bench_for(file, select=("NEM003",), host=host)
    proposal = bench.propose(task)
    bench.make(proposal)
    constraints = file.with_name("constraints.txt")
    assert constraints.read_text() == "lhotse>=1.32.2\n"
    python, pip = proposal.then[0].split(" -m pip install -c ")
    assert python.startswith("Run: & '")
    assert pip.endswith("constraints.txt' 'lhotse>=1.32.2'")
    assert isinstance(bench.propose(task), NothingToDo)
    run = next(journal.runs())
    for record in tuple(open_records(run)):
        take_back(run, record)
    assert not constraints.exists()
