"""Comparing paths by segment."""

from __future__ import annotations

import string
from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winasr_doctor._util.paths import fold, innermost, is_inside, same, segments

NAME = st.text(string.ascii_letters + string.digits + "äß _-~.", min_size=1, max_size=8).filter(
    lambda name: name.rstrip(". ") == name and name.strip(".")
)
WINDOWS_PATH = st.builds(
    lambda drive, names: drive + "\\" + "\\".join(names),
    st.sampled_from(["C:", "d:", r"\\server\share"]),
    st.lists(NAME, max_size=5),
)


@given(WINDOWS_PATH)
def test_case_slashes_and_the_device_prefix_do_not_matter(path):
    assert same(path, "".join(map(fold, path)), "windows")
    assert same(path, path.replace("\\", "/"), "windows")
    if path[1] == ":":
        assert same(path, "\\\\?\\" + path, "windows")


@given(WINDOWS_PATH, st.lists(NAME, max_size=3))
def test_everything_below_a_folder_is_inside(root, names):
    assert is_inside("\\".join([root.rstrip("\\"), *names]), root, "windows")


@given(WINDOWS_PATH, NAME, st.sampled_from(string.ascii_letters))
def test_a_longer_last_segment_is_outside(parent, name, letter):
    root = f"{parent}\\{name}"
    assert not is_inside(root + letter, root, "windows")
    assert not is_inside(f"{root}{letter}\\x", root, "windows")


@given(WINDOWS_PATH, WINDOWS_PATH)
def test_ascii_paths_compare_as_pathlib_does(path, root):
    if path.isascii() and root.isascii():
        expected = PureWindowsPath(path).is_relative_to(PureWindowsPath(root))
        assert is_inside(path, root, "windows") == expected


@given(st.lists(WINDOWS_PATH, min_size=1, max_size=4), st.randoms())
def test_the_longest_root_wins_in_any_order(roots, random):
    path = max(roots, key=lambda root: len(segments(root, "windows")))
    random.shuffle(roots)
    winner = innermost(path, [(root, root) for root in roots], "windows")
    assert winner is not None
    assert same(winner, path, "windows") or len(segments(winner, "windows")) == len(
        segments(path, "windows")
    )


@pytest.mark.parametrize(
    ("path", "root", "os", "inside"),
    [
        (r"C:\a\..\b\x", r"C:\b", "windows", True),
        (r"C:\a. \x", r"C:\a", "windows", True),
        (r"\\?\UNC\srv\share\x", r"\\SRV\share", "windows", True),
        ("C:\\x", "C:\\", "windows", True),
        ("D:\\x", "C:\\", "windows", False),
        (r"C:\Straße", r"C:\STRASSE", "windows", False),
        ("/home/a/x", "/home/a", "linux", True),
        ("/home/A/x", "/home/a", "linux", False),
        ("/Users/A/x", "/users/a", "darwin", True),
        ("/x", "/", "linux", True),
        ("/x", "", "linux", False),
    ],
)
def test_known_pairs(path, root, os, inside):
    assert is_inside(path, root, os) is inside
