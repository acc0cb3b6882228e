"""Advice to add an extra repeats where this installation came from."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from importlib import metadata
from types import SimpleNamespace

import pytest

from winasr_doctor._util import installation as origin
from winasr_doctor._util.installation import install_extra, parse_origin
from winasr_doctor._util.shells import quoted_everywhere

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ELSEWHERE = 'python -m pip install ".[asr]" in the folder that the doctor was installed from'


def line(record, *, windows=False, extra="asr"):
    found = parse_origin(json.dumps(record), windows=windows)
    assert found is not None
    return install_extra(extra, origin=found, windows=windows)


@pytest.mark.parametrize(
    ("url", "windows", "path"),
    [
        ("file:///home/ann/winasr_doctor", False, "/home/ann/winasr_doctor"),
        ("file:///home/ann/my%20tools/doctor/", False, "/home/ann/my tools/doctor"),
        ("file:///C:/Users/Ann/my%20tools/doctor", True, r"C:\Users\Ann\my tools\doctor"),
        ("file:///c:/doctor%5B1%5D", True, r"c:\doctor[1]"),
        ("file://server/share/doctor", True, r"\\server\share\doctor"),
        ("file://localhost/D:/doctor", True, r"D:\doctor"),
        ("file:///C:/B%C3%BCro/doctor", True, r"C:\Büro\doctor"),
    ],
)
def test_from_a_folder(url, windows, path):
    told = line({"url": url, "dir_info": {}}, windows=windows)
    assert told == f'python -m pip install "{path}[asr]"'


def test_a_folder_that_was_installed_in_place_stays_so():
    record = {"url": "file:///home/ann/doctor", "dir_info": {"editable": True}}
    assert line(record) == 'python -m pip install -e "/home/ann/doctor[asr]"'


def test_from_a_wheel_file():
    record = {"url": "file:///C:/dl/winasr_doctor-0.1.0-py3-none-any.whl", "archive_info": {}}
    wheel = r"C:\dl\winasr_doctor-0.1.0-py3-none-any.whl"
    assert line(record, windows=True) == f'python -m pip install "{wheel}[asr]"'


@pytest.mark.parametrize(
    ("record", "target"),
    [
        (
            {"url": "https://example.org/a.whl", "archive_info": {"hash": "sha256=ab"}},
            "https://example.org/a.whl",
        ),
        (
            {"url": "https://u:p@example.org/a.zip#egg=x", "archive_info": {}, "subdirectory": "d"},
            "https://example.org/a.zip#subdirectory=d",
        ),
        (
            {
                "url": "https://example.org/doctor.git",
                "vcs_info": {"vcs": "git", "requested_revision": "main", "commit_id": COMMIT},
            },
            f"git+https://example.org/doctor.git@{COMMIT}",
        ),
        (
            {
                "url": "ssh://git@example.org/doctor.git",
                "vcs_info": {"vcs": "git", "commit_id": COMMIT},
                "subdirectory": "python",
            },
            f"git+ssh://git@example.org/doctor.git@{COMMIT}#subdirectory=python",
        ),
    ],
)
def test_from_a_url(record, target):
    from packaging.requirements import Requirement

    told = line(record)
    assert told == f'python -m pip install "winasr_doctor[asr] @ {target}"'
    assert Requirement(shlex.split(told)[-1]).extras == {"asr"}


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "3", '{"url": 3, "dir_info": {}}', '{"url": "file:///x"}',
        '{"url": "ftp://example.org/a.zip", "archive_info": {}}',
        '{"url": "file:///a%0Ab", "dir_info": {}}',
        '{"url": "https://e.org/\\"; x", "archive_info": {}}',
        '{"url": "https://e.org/x", "dir_info": {}}',
        '{"url": "https://[e.org/x", "archive_info": {}}',
        '{"url": "file:///", "dir_info": {}}',
        '{"url": "file:///x", "dir_info": {}, "archive_info": {}}',
        '{"url": "https://e.org/x", "vcs_info": {"vcs": "git", "commit_id": "a b"}}',
        '{"url": "https://e.org/x", "vcs_info": {"vcs": "git"}}',
        '{"url": "file:///x", "dir_info": 7}',
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_used_is_none(text):
    assert parse_origin(text, windows=False) is None


@pytest.fixture
def installed(monkeypatch):
    def install(record):
        text = None if record is None else json.dumps(record)
        there = SimpleNamespace(read_text=lambda _name: text)
        monkeypatch.setattr(metadata, "distribution", lambda _name: there)

    return install


def test_the_installations_own_record_is_read(installed, tmp_path):
    installed({"url": tmp_path.as_uri(), "dir_info": {}})
    assert install_extra("asr,ui") == f'python -m pip install "{tmp_path}[asr,ui]"'


def test_an_unknown_origin_gets_words_that_work_anyway(installed, monkeypatch, tmp_path):
    installed(None)
    assert install_extra("asr") == ELSEWHERE
    installed({"url": (tmp_path / "gone").as_uri(), "dir_info": {}})
    assert install_extra("asr") == ELSEWHERE

    def none(_name):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "distribution", none)
    assert install_extra("asr") == ELSEWHERE


@pytest.mark.skipif(os.name == "nt", reason="Windows has no POSIX shell")
@pytest.mark.parametrize(
    "path", ["/a b", "/a$HOME", "/a`b`", '/a"b', "/a'b", "/a\\b", "/a!b", "/ä"]
)
def test_a_posix_shell_gets_the_path_as_it_is(path):
    found = origin.Origin(path, is_path=True)
    told = install_extra("asr", origin=found, windows=False).removeprefix("python -m pip install ")
    assert shlex.split(told) == [f"{path}[asr]"]
    shown = subprocess.run(["sh", "-c", f"printf %s {told}"], capture_output=True, check=True)
    assert shown.stdout.decode() == f"{path}[asr]"


def test_windows_shells_get_a_line_each_where_one_does_not_fit_both():
    assert dict(quoted_everywhere(r"C:\it's (1) & more", windows=True)) == {
        "": r'"C:\it' + r"""'s (1) & more\""""[:-2] + '"'
    }
    assert dict(quoted_everywhere(r"C:\pa$s`x", windows=True)) == {
        "PowerShell": r"'C:\pa$s`x'",
        "cmd": r'"C:\pa$s`x"',
    }
    assert dict(quoted_everywhere(r"C:\%TEMP%'s", windows=True)) == {
        "PowerShell": r"'C:\%TEMP%''s'",
        "cmd": r'''"C:\"^%"TEMP"^%"'s"''',
    }
    found = origin.Origin(r"C:\pa$s", is_path=True)
    assert install_extra("ui", origin=found, windows=True) == (
        r"in PowerShell: python -m pip install 'C:\pa$s[ui]';"
        r' in cmd: python -m pip install "C:\pa$s[ui]"'
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            '{"url": "https://u:p@example.org/o/r.git#x", "vcs_info": {}}',
            "https://example.org/o/r.git",
        ),
        ('{"url": "https://example.org/x.zip"}', "https://example.org/x.zip"),
        ('{"url": "http://example.org/x.zip"}', None),
        ('{"url": "file:///home/ann/x.zip"}', None),
        ('{"url": "https://example.org/a b"}', None),
        ('{"url": 3}', None),
        ("[]", None),
        ("", None),
    ],
)
def test_the_address_that_it_came_from(monkeypatch, text, address):
    recorded = SimpleNamespace(read_text=lambda _name: text)
    monkeypatch.setattr(metadata, "distribution", lambda _name: recorded)
    assert origin.find_address() == address
