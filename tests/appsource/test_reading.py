import ast
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from winasr_doctor.appsource import Pin, SourcePathError, read_application, respect_silence
from winasr_doctor.appsource.reading import _is_own_folder
from winasr_doctor.findings import Location, Status, Suppression, error

GOOD = "x = 1\n"


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def names(app, folder):
    return [os.path.relpath(file.path, folder).replace("\\", "/") for file in app.files]


def test_a_folder_is_searched_for_python_files(tmp_path):
    write(tmp_path, {"a.py": GOOD, "b.pyw": GOOD, "deep/er/c.PY": GOOD, "notes.txt": GOOD})
    assert names(read_application([tmp_path]), tmp_path) == ["a.py", "b.pyw", "deep/er/c.PY"]


@pytest.mark.parametrize(
    "folder", [".git", ".tox", ".venv", "__pycache__", "node_modules", "site-packages", "build"]
)
def test_folders_without_source_of_the_app_are_skipped(tmp_path, folder):
    write(tmp_path, {"a.py": GOOD, f"{folder}/b.py": GOOD})
    assert names(read_application([tmp_path]), tmp_path) == ["a.py"]


def test_a_virtual_environment_of_any_name_is_skipped(tmp_path):
    write(tmp_path, {"a.py": GOOD, "py311/pyvenv.cfg": "home = /usr", "py311/lib/b.py": GOOD})
    assert names(read_application([tmp_path]), tmp_path) == ["a.py"]


def test_a_folder_that_is_given_is_examined_whatever_its_name(tmp_path):
    write(tmp_path, {"build/a.py": GOOD})
    assert len(read_application([tmp_path / "build"]).files) == 1


@pytest.mark.parametrize("pattern", ["tests", "tests/", "tests/*", "**/tests/**", "test_*.py"])
def test_excluded_files_are_left_out(tmp_path, pattern):
    write(tmp_path, {"a.py": GOOD, "tests/test_a.py": GOOD})
    assert names(read_application([tmp_path], exclude=[pattern]), tmp_path) == ["a.py"]


def test_an_unrelated_pattern_leaves_nothing_out(tmp_path):
    write(tmp_path, {"a.py": GOOD, "part/b.py": GOOD})
    assert len(read_application([tmp_path], exclude=["docs", "conf?.py", ""]).files) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_links_to_folders_are_not_followed(tmp_path):
    write(tmp_path, {"app/a.py": GOOD, "elsewhere/b.py": GOOD})
    (tmp_path / "app" / "loop").symlink_to(tmp_path / "app")
    (tmp_path / "app" / "out").symlink_to(tmp_path / "elsewhere")
    assert names(read_application([tmp_path / "app"]), tmp_path) == ["app/a.py"]


@pytest.mark.parametrize(("tag", "followed"), [(0, True), (0xA0000003, False), (0x9000001A, True)])
def test_a_junction_is_not_followed_but_a_cloud_folder_is(tag, followed):
    entry = SimpleNamespace(
        is_dir=lambda **_options: True,
        stat=lambda **_options: SimpleNamespace(st_reparse_tag=tag),
    )
    assert _is_own_folder(entry) is followed


def test_a_file_given_twice_is_read_once(tmp_path):
    write(tmp_path, {"a.py": GOOD})
    assert len(read_application([tmp_path, tmp_path / "a.py"]).files) == 1


def test_paths_are_shown_as_given(tmp_path, monkeypatch):
    write(tmp_path, {"app/a.py": GOOD})
    monkeypatch.chdir(tmp_path)
    assert read_application(["app"]).files[0].path == str(Path("app", "a.py"))
    assert read_application(["."]).files[0].path == str(Path("app", "a.py"))
    assert read_application(["app"]).roots == ("app",)


@pytest.mark.parametrize("path", ["nowhere", "", "a\0b"])
def test_a_path_that_does_not_exist_is_refused_in_one_sentence(path):
    with pytest.raises(SourcePathError, match=r"^there is no file or folder '.*'$"):
        read_application([path])


def test_a_folder_without_python_is_reported(tmp_path):
    (sentence,) = read_application([tmp_path]).unreadable
    assert sentence == f"there is no Python file to examine in {tmp_path}"


BAD = {
    "syntax": (b"x = 1\ndef f(:\n", "line 2 is not valid Python"),
    "python 2": (b"print 'x'\n", "line 1 is not valid Python"),
    "null byte": (b"x = 1\ny = '\0'\n", "line 2 contains a null byte"),
    "utf-16": ("x = 1".encode("utf-16"), "saved as UTF-16"),
    "not utf-8": (b"x = 1\n\ny = '\xe9'\n", "line 3 is not valid utf-8"),
    "unknown encoding": (b"# coding: klingon\n", "its encoding cannot be used"),
    "not a text encoding": (b"# coding: rot13\n", "its encoding cannot be used"),
    "bom against comment": (b"\xef\xbb\xbf# coding: latin-1\n", "its encoding cannot be used"),
    "too deep": (b"-" * 200_000 + b"1", "nested too deeply"),
    "too large": (b"#" * 5_000_001, "larger than 5 MB"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_one_sentence_and_the_others_are_examined(tmp_path, case):
    content, reason = BAD[case]
    write(tmp_path, {"a.py": GOOD, "bad.py": content, "c.py": GOOD})
    app = read_application([tmp_path])
    assert names(app, tmp_path) == ["a.py", "c.py"]
    (sentence,) = app.unreadable
    assert sentence.startswith(f"cannot examine {tmp_path / 'bad.py'}: ")
    assert reason in sentence
    assert "\n" not in sentence


def test_tests_and_vendored_code_are_left_out_and_named(tmp_path):
    write(
        tmp_path,
        {"a.py": GOOD, "tests/b.py": GOOD, "lib/_vendor/c.py": GOOD, "test_d.py": GOOD},
    )
    app = read_application([tmp_path])
    assert names(app, tmp_path) == ["a.py"]
    left_out = [Path(path).relative_to(tmp_path).as_posix() for path in app.left_out]
    assert left_out == ["test_d.py", "tests", "lib/_vendor"]


def test_a_folder_of_tests_that_is_given_itself_is_read(tmp_path):
    write(tmp_path, {"tests/helpers.py": GOOD})
    assert len(read_application([tmp_path / "tests"]).files) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    assert "neither a file nor a folder" in read_application([tmp_path / "pipe.py"]).unreadable[0]


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names that are no Unicode")
def test_a_file_name_that_is_not_unicode_can_be_reported(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("def (")
    (sentence,) = read_application([tmp_path]).unreadable
    assert sentence.encode("utf-8")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfword = 'caf\xc3\xa9'\n",
        b"# -*- coding: latin-1 -*-\nword = 'caf\xe9'\n",
        b"#!/usr/bin/env python\r\n# vim: set fileencoding=cp1252 :\r\nword = 'caf\xe9'\r\n",
    ],
    ids=["bom", "latin-1", "cp1252 and crlf"],
)
def test_a_file_is_decoded_as_python_does(tmp_path, content):
    write(tmp_path, {"a.py": content})
    (file,) = read_application([tmp_path]).files
    assert "word = 'café'\n" in file.text
    assert file.tree.body[0].value.value == "café"


def test_what_the_parser_thinks_of_the_style_stays_silent(tmp_path, recwarn):
    write(tmp_path, {"a.py": r"x = '\d' is 1" + "\n"})
    assert len(read_application([tmp_path]).files) == 1
    assert not recwarn.list


def test_nothing_is_executed(tmp_path):
    write(tmp_path, {"a.py": f"open({str(tmp_path / 'made')!r}, 'w')\n"})
    read_application([tmp_path])
    assert not (tmp_path / "made").exists()


def only_file(tmp_path, text):
    return read_application([write(tmp_path, {"a.py": text}) / "a.py"]).files[0]


def test_columns_count_characters_from_one(tmp_path):
    file = only_file(tmp_path, "'ünï→𝄞'; x = 'pin'\n")
    literal = file.tree.body[1].value
    assert file.location(literal) == Location(file.path, 1, 14)
    assert file.segment(literal) == "'pin'"


def test_lines_are_counted_as_the_parser_counts_them(tmp_path):
    file = only_file(tmp_path, "a = '\u2028'\n\x0cb = 2\r\nc = (1 +\n     2)\n")
    last = file.tree.body[2]
    assert file.location(last).line == 3
    assert file.segment(last.value) == "1 +\n     2"


@pytest.mark.parametrize(
    ("comment", "codes", "reason"),
    [
        ("# winasr: ignore[REV001] kept for a test", ("REV001",), "kept for a test"),
        ("# noqa  # winasr: ignore[rev001, APP002]", ("REV001", "APP002"), ""),
        ("#winasr:ignore[REV] - whole family", ("REV",), "whole family"),
    ],
)
def test_a_comment_silences_codes_with_a_reason(tmp_path, comment, codes, reason):
    file = only_file(tmp_path, f"\nx = 1  {comment}\n")
    assert {line: tuple(silence) for line, silence in file.silenced.items()} == {2: (codes, reason)}


@pytest.mark.parametrize(
    "line",
    ["x = '# winasr: ignore[REV001]'", "x = 1  # winasr: ignore[]", "x = 1  # winasr: ignore"],
)
def test_what_only_looks_like_a_silencing_comment_is_none(tmp_path, line):
    assert not only_file(tmp_path, line + "\n").silenced


def test_a_silenced_finding_becomes_a_skip_that_gives_the_reason(tmp_path):
    file = only_file(tmp_path, "f(\n    'x',\n)  # winasr: ignore[REV001] we know\n")
    node = file.tree.body[0].value
    finding = error("bad", {"revision": "x"})
    silenced = respect_silence(finding, file, node, "REV001")
    assert silenced.status is Status.SKIP
    assert "we know" in silenced.summary
    assert silenced.suppression == Suppression("we know")
    assert silenced.location == Location(file.path, 1, 1)
    assert silenced.evidence["revision"] == "x"
    assert respect_silence(finding, file, node, "REV002") is finding


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        ("main", Pin("main")),
        ("nvidia/canary-qwen-2.5b@main", Pin("main", "nvidia/canary-qwen-2.5b")),
        ("nvidia/canary-qwen-2.5b@", Pin("", "nvidia/canary-qwen-2.5b")),
        ("v1@2", Pin("v1@2")),
        ("@", Pin("@")),
        ("", Pin("")),
    ],
)
def test_a_pin_is_a_revision_with_or_without_its_repository(text, pin):
    assert Pin.parse(text) == pin


def test_importing_the_room_imports_nothing_that_walks_trees():
    code = (
        "import sys; from winasr_doctor.appsource import *\n"
        "print(*(m for m in sys.modules if 'appsource' in m))"
    )
    imported = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    expected = {"", ".application", ".parts", ".pins", ".reading", ".source_file"}
    assert set(imported) == {f"winasr_doctor.appsource{name}" for name in expected}


def test_every_node_of_a_real_file_has_its_own_text(tmp_path):
    source = ast.unparse(ast.parse(Path(pytest.__file__).read_text(encoding="utf-8")))
    file = only_file(tmp_path, source)
    for node in ast.walk(file.tree):
        if hasattr(node, "lineno"):
            assert file.segment(node) == ast.get_source_segment(file.text, node)
