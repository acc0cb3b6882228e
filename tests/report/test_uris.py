import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winasr_doctor.report.uris import artifact_uri


@pytest.mark.parametrize(
    ("file", "base", "uri"),
    [
        ("app.py", "/work", "app.py"),
        ("src/../app.py", "/work", "app.py"),
        ("/srv/asr/src/my app.py", "/srv/asr", "src/my%20app.py"),
        ("/elsewhere/app.py", "/work", "file:///elsewhere/app.py"),
        ("/workshop/app.py", "/work", "file:///workshop/app.py"),
        ("../app.py", "/work", "file:///app.py"),
        ("../app.py", "", "../app.py"),
        ("c#/100%?.py", "/work", "c%23/100%25%3F.py"),
        ("a:b.py", "/work", "a%3Ab.py"),
        ("schön/漢.py", "/work", "sch%C3%B6n/%E6%BC%A2.py"),
        ("\udc80.py", "/work", "%80.py"),
        (r"C:\asr\app.py", "/work", "file:///C:/asr/app.py"),
        (r"C:\asr\src\app.py", r"c:\ASR", "src/app.py"),
        (r"src\my app.py", r"C:\asr", "src/my%20app.py"),
        (r"src\app.py", "/work", "src/app.py"),
        (r"..\other\app.py", r"C:\asr", "file:///C:/other/app.py"),
        (r"D:\app.py", r"C:\asr", "file:///D:/app.py"),
        (r"\\server\share\a b\app.py", r"C:\asr", "file://server/share/a%20b/app.py"),
        (r"\\?\C:\asr\app.py", r"C:\asr", "app.py"),
        (r"\\?\UNC\server\share\app.py", r"C:\asr", "file://server/share/app.py"),
        ("C:\\a\ud800.py", r"D:\x", "file:///C:/a%ED%A0%80.py"),
    ],
)
def test_a_path_becomes_a_uri(file, base, uri, monkeypatch):
    monkeypatch.setattr("winasr_doctor.report.uris.os.name", "posix")
    assert artifact_uri(file, base) == uri


def test_the_current_folder_is_the_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert artifact_uri(str(tmp_path / "src" / "app.py")) == "src/app.py"


def test_a_current_folder_that_is_gone_is_survived(monkeypatch):
    def gone():
        raise FileNotFoundError

    monkeypatch.setattr("winasr_doctor.report.uris.Path.cwd", gone)
    assert artifact_uri("src/app.py") == "src/app.py"


@given(st.text(st.characters(), min_size=1))
def test_any_path_becomes_ascii_that_parses(file):
    uri = artifact_uri(file, "/work")
    assert uri.isascii()
    assert " " not in uri
    parts = urlsplit(uri)
    assert parts.scheme in {"", "file"}
    assert not parts.query
    assert not parts.fragment


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\\:"), min_size=1))
def test_a_name_can_be_read_back(name):
    if name not in {".", ".."}:
        base = "/srv/asr" if os.name == "posix" else r"C:\srv\asr"
        assert unquote(artifact_uri(str(Path(base, name)), base)) == name
