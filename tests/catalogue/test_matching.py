"""How a condition is compared with an exception, and which entry wins."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from winasr_doctor.catalogue import Catalogue, conditions, matching
from winasr_doctor.diagnosis.nodes import ErrorNode, Frame

from .making import entry


def ids(*entries, node, chain=()):
    return [match.entry.id for match in Catalogue(entries).match(node, chain)]


def fits(condition: dict[str, object], node: ErrorNode, chain=()) -> bool:
    return bool(ids(entry(match=[condition]), node=node, chain=chain))


LOUD = ErrorNode("LoudError", "Signal is\n  too loud: 'a.wav'", module="acme.errors")


@pytest.mark.parametrize(
    ("condition", "fitting"),
    [
        ({"text": ["SIGNAL is too loud"]}, True),
        ({"text": ["signal is too loud", "b.wav"]}, False),
        ({"any_text": ["too soft", "too loud"]}, True),
        ({"class": ["LoudError"]}, True),
        ({"class": ["acme.LoudError"]}, True),
        ({"class": ["acm.LoudError"]}, False),
        ({"class": ["other.LoudError"]}, False),
        ({"class": ["RuntimeError"], "text": ["too loud"]}, False),
        ({"text": ["too loud"], "regex": ["'(?P<file>[^']+)'"]}, True),
        ({"text": ["too loud"], "regex": ["^loud"]}, False),
        ({"text": ["too loud"], "native": True}, False),
    ],
)
def test_message_and_class(condition, fitting):
    assert fits(condition, LOUD) is fitting


def test_a_class_without_a_module_fits_the_one_in_any():
    assert fits({"class": ["acme.LoudError"]}, ErrorNode("LoudError", ""))


@pytest.mark.parametrize(
    ("wanted", "kind", "module", "fitting"),
    [
        ("OSError", "PermissionError", "builtins", True),
        ("OSError", "WindowsError", "", True),
        ("ImportError", "ModuleNotFoundError", "", True),
        ("PermissionError", "OSError", "", False),
        ("ConnectionError", "ConnectionError", "requests.exceptions", False),
        ("requests.ConnectionError", "ConnectionError", "requests.exceptions", True),
        ("requests.ConnectionError", "ConnectionError", "", False),
    ],
)
def test_a_built_in_class_includes_its_subclasses(wanted, kind, module, fitting):
    node = ErrorNode(kind, "the words", module=module)
    assert fits({"class": [wanted], "text": ["the words"]}, node) is fitting


@pytest.mark.parametrize(
    ("place", "fitting"),
    [
        ("acme/wave.py", True),
        ("wave.py", True),
        ("wave.py:Reader.read", False),
        ("wave.py:read", True),
        (":read", True),
        ("acme/", True),
        ("ave.py", False),
        ("wave.py:write", False),
    ],
)
def test_frames(place, fitting):
    frame = Frame("wave.py", "Reader.read", r"C:\v\Lib\site-packages\acme\wave.py", 3)
    node = ErrorNode("OSError", "", winerror=2, frames=(frame,))
    assert fits({"winerror": [2], "frames": [place]}, node) is fitting


def test_callers_stand_in_the_traceback_of_the_outer_exception():
    inner = ErrorNode("OSError", "", winerror=2)
    outer = ErrorNode("RuntimeError", "x", frames=(Frame("wave.py", "read"),))
    condition = {"winerror": [2], "frames": ["wave.py"]}
    assert fits(condition, inner, (outer, inner))
    assert not fits(condition, inner, (inner, outer))


def test_log_chain_path_and_name():
    node = ErrorNode("OSError", "", winerror=5, path="C:\\Temp\\tmp1\\a.wav", log=("W too loud",))
    other = ErrorNode("ModuleNotFoundError", "No module named 'acme'")
    assert fits({"winerror": [5], "log": ["too loud"]}, node)
    assert not fits({"winerror": [5], "log": ["too soft"]}, node)
    assert fits({"winerror": [5], "path": "/t[a-z]+1/a[.]wav"}, node)
    assert fits({"winerror": [5], "named": True}, node)
    assert not fits({"winerror": [5], "named": False}, node)
    assert fits({"winerror": [5], "chain": ["ModuleNotFoundError: No module"]}, node, (node, other))
    assert not fits({"winerror": [5], "chain": ["ModuleNotFoundError"]}, node, (node,))


def test_a_look_alike_is_left_alone():
    guarded = entry(unless=[{"any_text": ["b.wav", "'a.wav'"]}])
    assert ids(guarded, node=LOUD) == []


def test_the_more_specific_entry_wins_and_wrappers_come_last():
    loose = entry(id="loose", match=[{"text": ["too loud"]}])
    close = entry(id="close", match=[{"text": ["signal is too loud"], "class": ["LoudError"]}])
    wrapper = entry(id="wrap", match=[{"text": ["Signal is too loud: 'a.wav'"]}], role="wrapper")
    assert ids(loose, wrapper, close, node=LOUD) == ["close", "loose", "wrap"]
    polite = msgspec.structs.replace(close, yields_to=("loose",))
    assert ids(loose, polite, node=LOUD) == ["loose", "close"]


def test_groups_and_the_confidence_of_an_alternative_are_kept():
    unsure = entry(
        match=[{"text": ["too loud"], "regex": ["'(?P<file>[^']+)'"], "confidence": "guess"}]
    )
    (match,) = Catalogue([unsure]).match(LOUD)
    assert (match.groups, match.confidence) == ({"file": "a.wav"}, "guess")


def test_only_entries_whose_literal_is_there_are_compared(monkeypatch):
    compared = []
    fits = conditions.Seen.fits
    monkeypatch.setattr(
        conditions.Seen, "fits", lambda self, c: compared.append(c) or fits(self, c)
    )
    many = [entry(id=f"e{n}", match=[{"text": [f"sound number {n} fails"]}]) for n in range(300)]
    node = ErrorNode("RuntimeError", "sound number 77 fails")
    assert ids(*many, node=node) == ["e77"]
    assert len(compared) == 1


def test_a_message_of_any_length_is_cut():
    node = ErrorNode("RuntimeError", "x" * 1_000_000 + " signal is too loud")
    assert ids(entry(), node=node) == ["too-loud"]
    assert len(conditions.Seen(node).text) <= conditions.LONGEST + 1


@given(
    st.lists(st.text("ab .'", min_size=1, max_size=14), max_size=6), st.text("ab .'", max_size=60)
)
@example(["x abcd y"], "zx abcd yz")
@example(["abcd ef", "ef"], "xabcd efg")
def test_the_index_finds_exactly_the_texts_that_occur(literals, whole):
    found = matching.Literals(literals).found_in(whole)
    assert sorted(found) == sorted(one for one in literals if one in whole)
