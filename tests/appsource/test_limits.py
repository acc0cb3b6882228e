"""No source file takes more memory or time than its size lets one expect."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from winasr_doctor.appsource import limits
from winasr_doctor.appsource.limits import too_costly

LIMIT, FSTRING_LIMIT = 1_000, 100_000


@pytest.fixture(autouse=True)
def small_limits(monkeypatch):
    """The same rules for files a five-hundredth as long."""
    monkeypatch.setattr(limits, "MAX_TOKENS", LIMIT)
    monkeypatch.setattr(limits, "MAX_FSTRING_COST", FSTRING_LIMIT)
    monkeypatch.setattr(limits, "LONG_LINE", 3_000)


COSTLY = {
    "statements": "x;" * LIMIT,
    "statements of one long line": "x;" * 5 * LIMIT,
    "a list": "x = [" + "a," * LIMIT + "]",
    "lines": "x\n" * LIMIT,
    "strings": "''\n" * LIMIT,
    "continued lines": "x = 1+\\\n" + "1+\\\n" * LIMIT + "1",
    "a broken end": "x\n" * LIMIT + "(",
    "fields of one line": "x = f'" + "{a}" * 300 + "'",
    "fields of one long line": "x = f'" + "{a}" * 1_100 + "'",
    "fields of many lines": "x = f'''" + "{a}\n" * 300 + "'''",
    "text around fields": "x = f'" + "b" * 1000 + "{a}" * 90 + "'",
}


@pytest.mark.parametrize("case", COSTLY)
def test_what_would_cost_too_much_is_refused_before_it_is_parsed(case):
    assert too_costly(COSTLY[case])


CHEAP = {
    "a long string": "x = '" + "a" * 10_000 + "'",
    "prose": "x = '''" + "one two\n" * LIMIT + "'''",
    "comments": "# a b c d\n" * LIMIT,
    "empty lines": "\n" * 10_000,
    "f-strings": "x = f'{a} and {b}'\n" * 50,
    "braces": "x = {'a': {}}\n" * 80,
    "a template in a string": "x = '''" + "{a}\n" * 300 + "'''",
}


@pytest.mark.parametrize("case", CHEAP)
def test_what_is_only_long_is_not(case):
    assert too_costly(CHEAP[case]) is None


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of a process's memory")
@pytest.mark.parametrize("source", ["'x;' * 2_000_000", "'x = [' + 'a,' * 2_000_000 + ']'"])
def test_four_megabytes_of_source_are_examined_in_half_a_gigabyte(tmp_path, source):
    code = f"""
        import resource
        from winasr_doctor.appsource import read_application
        open("m.py", "w").write({source})
        resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))
        print(*read_application(["m.py"]).unreadable)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "cannot examine m.py: it has more than 500,000 tokens" in done.stdout, done.stderr
