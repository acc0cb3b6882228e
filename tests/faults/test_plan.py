from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winasr_doctor.faults.plan import FOREVER, OPERATIONS, Fault, Plan, PlanError
from winasr_doctor.windows.errors import CODES

globs = (
    st.text(st.characters(exclude_characters=";", exclude_categories=("Cs",)), min_size=1)
    .map(str.strip)
    .filter(bool)
)
faults = st.builds(
    Fault,
    st.sampled_from(OPERATIONS),
    st.sampled_from(sorted(CODES)),
    times=st.none() | st.just(FOREVER) | st.integers(1, 10**9 - 1),
    seconds=st.none() | st.floats(0, 1e12, exclude_min=True),
    start=st.integers(1, 10**9 - 1),
    glob=st.none() | globs,
)


@given(st.lists(faults, min_size=1, max_size=4).map(tuple).map(Plan))
def test_the_text_of_a_plan_reads_back_as_the_plan(plan):
    assert Plan.parse(str(plan)) == plan


@given(st.text())
def test_any_other_text_is_refused_at_a_column_in_it(text):
    columns = range(1, len(text) + 2)
    assert refused_at(text) in {None, *columns}


def refused_at(text):
    try:
        Plan.parse(text)
    except PlanError as error:
        return error.column
    return None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rmtree:32", Fault("rmtree", 32)),
        ("rmtree:32*2", Fault("rmtree", 32, times=2)),
        ("rmdir:145*inf", Fault("rmdir", 145, times=FOREVER)),
        ("unlink:32~0.5", Fault("unlink", 32, seconds=0.5)),
        ("unlink:5@*.json", Fault("unlink", 5, glob="*.json")),
        ("unlink:32#3*inf", Fault("unlink", 32, times=FOREVER, start=3)),
        ("unlink:32~2*3#4@a*b~c#d", Fault("unlink", 32, 3, 2.0, 4, "a*b~c#d")),
        ("remove:32", Fault("unlink", 32)),
        ("  open:32  ", Fault("open", 32)),
    ],
)
def test_a_fault_is_written_like_this(text, fault):
    assert Plan.parse(text) == Plan((fault,))


def test_faults_are_joined_by_semicolons():
    plan = Plan.parse("unlink:32*2@*.json; rmdir:145~0.5")
    assert plan.faults == (Fault("unlink", 32, 2, glob="*.json"), Fault("rmdir", 145, seconds=0.5))
    assert str(plan) == "unlink:32*2@*.json; rmdir:145~0.5"


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("", 1, "an operation"),
        ("rmtee:32", 1, "an operation"),
        ("rmtree", 7, "':'"),
        ("rmtree:", 8, "error code"),
        ("rmtree:x", 8, "error code"),
        ("rmtree:99999", 8, "99999 is not a known"),
        ("rmtree:32x2", 10, "expected '#'"),
        ("rmtree:32*", 11, "'inf'"),
        ("rmtree:32*0", 11, "1 or more"),
        ("rmtree:32*2*3", 12, "a second '*'"),
        ("rmtree:32~", 11, "seconds"),
        ("rmtree:32~0", 11, "more than 0"),
        ("rmtree:32~1e5", 12, "expected '#'"),
        ("rmtree:32#inf", 11, "a whole number"),
        ("rmtree:32@", 11, "a pattern"),
        ("rmtree:32@  ;rmdir:5", 11, "a pattern"),
        ("unlink:32; rmdr:5", 12, "an operation"),
        ("unlink:32;", 11, "an operation"),
        ("unlink:32;;rmdir:5", 11, "an operation"),
        ("unlink:٣٢", 8, "error code"),
    ],
)
def test_an_error_points_at_its_column(text, column, reason):
    with pytest.raises(PlanError) as caught:
        Plan.parse(text)
    assert caught.value.column == column
    assert reason in caught.value.reason


def test_an_error_shows_the_text_with_a_caret():
    with pytest.raises(PlanError) as caught:
        Plan.parse("unlink:32*x\n")
    assert str(caught.value).splitlines()[1:] == ["  unlink:32*x?", "            ^"]


def test_a_plan_error_can_be_pickled():
    copy = pickle.loads(pickle.dumps(PlanError("no", "text", 3)))  # noqa: S301
    assert (copy.reason, copy.text, copy.column) == ("no", "text", 3)


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("*.json", "/x/y/manifest.json", True),
        ("*.JSON", "/x/y/manifest.json", True),
        ("*.json", "/x/y.json/other", False),
        ("tmp*", "/x/tmp123/", True),
        ("*/tmp1/*", "/x/tmp1/manifest.json", True),
        ("*/tmp1/*", "/x/tmp2/manifest.json", False),
        (r"*\tmp1\*", "/x/tmp1/manifest.json", True),
        ("*/x/*", "/x/y", True),
    ],
)
def test_a_pattern_is_about_names_or_about_whole_paths(glob, path, matches):
    assert Fault("unlink", 32, glob=glob).matches(path) is matches


def test_a_relative_path_is_matched_as_a_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Fault("unlink", 32, glob=f"{tmp_path}/*").matches("a.json")


@pytest.mark.parametrize(
    "values",
    [
        {"operation": "fork"},
        {"code": 99999},
        {"times": 0},
        {"times": 1.5},
        {"seconds": 0},
        {"seconds": FOREVER},
        {"start": 0},
        {"glob": ""},
        {"glob": " a"},
        {"glob": "a;b"},
    ],
)
def test_values_out_of_range_are_refused(values):
    with pytest.raises(ValueError, match=r".+"):
        Fault(**{"operation": "unlink", "code": 32, **values})


@pytest.mark.parametrize(
    ("text", "limit"),
    [("unlink:32", 1), ("unlink:32*3", 3), ("unlink:32~1", FOREVER), ("unlink:32~1*2", 2)],
)
def test_a_fault_fires_once_unless_it_says_otherwise(text, limit):
    assert Plan.parse(text).faults[0].limit == limit


def test_a_pattern_far_too_long_is_refused():
    assert Plan.parse("unlink:32@" + "a" * 1_000)
    with pytest.raises(PlanError, match="1000 characters at most"):
        Plan.parse("unlink:32@" + "*a" * 501)


def test_a_plan_that_fits_on_a_line_is_shown_whole():
    text = "unlink:32;" * 11 + "x"
    with pytest.raises(PlanError) as refused:
        Plan.parse(text)
    _, line, _ = str(refused.value).splitlines()
    assert line.strip() == text


def test_a_long_plan_is_shown_around_the_error():
    with pytest.raises(PlanError) as refused:
        Plan.parse("unlink:32;" * 500 + "x")
    _, line, caret = str(refused.value).splitlines()
    assert len(line) < 130
    assert line[caret.index("^")] == "x"
