"""Reports made by hand, and a strategy that makes any others."""

from __future__ import annotations

from hypothesis import strategies as st

from winasr_doctor.findings import (
    Finding,
    Location,
    Remedy,
    Report,
    Result,
    Severity,
    Status,
    Step,
    Suppression,
    Tool,
)

HOST = {
    "system": "Windows 11 Pro 10.0.22631",
    "os": "windows",
    "python": "3.12.10",
    "torch": "2.9.1+cu128",
    "nemo_toolkit": "3.0.0",
}
TOOL = Tool("winasr_doctor", "0.1.0")
FAMILIES = ("TMP", "SYN", "AVX", "IDX", "REV", "ENV", "NEM", "APP")

NASTY = (
    "<script>alert(1)</script>",
    "</pre></details><img src=x onerror=alert(1)>",
    "]]>",
    "a\x00b\x08c\x0bd\x7fe\x85f",
    "lone \ud800 and \udc80",
    "abc\u202etxt.exe\u202c\u200f\u2066",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "C:\\" + "\\".join(["a very long folder name"] * 40),
    "w" * 200,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f600 漢字テスト",
    "{{ 7*7 }} {% raw %} {0}",
    "| a | `b` ``` @somebody #12 [x](javascript:alert(1)) **c**",
    "1. one\n2. two\r\n\ttabbed\rlone\u2028separator\ufffe\uffff",
    "[bold red]markup[/] :smile:",
    "&lt;already&gt; \"quoted\" 'quoted'",
    "",
    "   ",
)


def result(
    code: str = "TMP001",
    status: Status | Severity = Status.PASS,
    summary: str = "nothing found",
    *,
    title: str = "TEMP lies in a bad place",
    evidence: dict[str, object] | None = None,
    remedies: tuple[Remedy, ...] = (),
    location: Location | None = None,
    suppression: Suppression | None = None,
) -> Result:
    """Make a result; a severity stands for a failure of that severity."""
    severity = status if isinstance(status, Severity) else None
    state = Status.FAIL if severity else status
    found = Finding(state, summary, severity, evidence or {}, remedies, (), location, suppression)
    return Result(
        code=code,
        family=code[:3],
        title=title,
        status=state,
        severity=severity,
        summary=summary,
        evidence=found.reported_evidence,
        remedies=remedies,
        url=f"docs/checks/{code[:3]}.md#{code.lower()}",
        location=location,
        suppression=suppression,
    )


def report(*results: Result, unreadable: tuple[str, ...] = ()) -> Report:
    return Report(TOOL, HOST, results, unreadable)


def healthy() -> Report:
    """Eight checks in each family, one of them skipped."""
    return report(
        *(
            result(f"{family}{number:03}", Status.SKIP if number == 8 else Status.PASS)
            for family in FAMILIES
            for number in range(1, 9)
        )
    )


SCRATCH = Remedy(
    "Use a scratch folder of the app's own",
    (
        r"In PowerShell: New-Item -ItemType Directory -Force 'C:\asr-scratch'",
        "Start the app from there:\n$env:TEMP = 'C:\\asr-scratch'\npython app.py",
    ),
    automatic=True,
)
PAUSE = Remedy("Pause OneDrive", ("Click its icon, then Pause syncing.",))

ERROR = result(
    "ZZZ001",
    Severity.ERROR,
    r"TEMP lies inside OneDrive: C:\Users\ada\OneDrive\Temp",
    evidence={"path": r"C:\Users\ada\OneDrive\Temp", "kind": "business", "opened": True},
    remedies=(SCRATCH, PAUSE),
)
WARNING = result(
    "ZZZ002",
    Severity.WARNING,
    "a retry loop around transcribe() can only repeat the failure",
    evidence={"call": "model.transcribe"},
    location=Location("src/my app.py", 12, 5),
    remedies=(SCRATCH,),
)
NOTE = result("ZZZ003", Severity.INFO, "long paths are off")
UNKNOWN = result(
    "ZZZ004",
    Status.UNKNOWN,
    "the exclusions may not be read",
    evidence={"reason": "the exclusions may not be read", "needs": "an administrator"},
)
CRASH = result(
    "ZZZ005",
    Status.CRASH,
    "the check itself failed: ValueError: seven",
    evidence={"traceback": "Traceback (most recent call last):\nValueError: seven\n"},
)
SKIP = result("ZZZ006", Status.SKIP, "only on Windows")
PASS = result("ZZZ007", Status.PASS, "TEMP is a local folder")
SILENCED = result(
    "ZZZ008",
    Status.SKIP,
    "silenced in app.py, line 4: measured",
    location=Location("app.py", 4, 1),
    suppression=Suppression("measured"),
)


def mixed() -> Report:
    """One result of each status and severity, best first, and a file that was not examined."""
    return report(
        PASS,
        SKIP,
        SILENCED,
        NOTE,
        UNKNOWN,
        CRASH,
        WARNING,
        ERROR,
        unreadable=("cannot examine old.py: it is not UTF-8",),
    )


def nasty() -> Report:
    """A report in which every text is hostile in some way."""
    results = [
        result(
            f"ZZZ{number:03}",
            (*Severity, Status.UNKNOWN, Status.CRASH, Status.SKIP, Status.PASS)[number % 7],
            text,
            title=text,
            evidence={text: [text], "needs": text, "traceback": text},
            location=Location(text, 3),
            remedies=(Remedy(text, (text, Step(text, text))),),
        )
        for number, text in enumerate(NASTY * 7)
    ]
    return Report(
        Tool(NASTY[0], NASTY[4]), {"system": NASTY[6], "python": NASTY[5]}, tuple(results), NASTY
    )


texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(), max_size=30),
    st.text(st.sampled_from("ab \n\t\r`|<>&@#*_[]()\\.-+=~1:'\"\x1b\u202e\udc80漢é"), max_size=40),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
evidences = st.dictionaries(texts, values, max_size=3).flatmap(
    lambda more: st.fixed_dictionaries(
        {},
        optional={
            "file": values,
            "line": values,
            "column": values,
            "suppressed": values,
            "reason": texts,
            "needs": values,
            "traceback": texts,
        },
    ).map(lambda known: {**more, **known})
)
positions = st.none() | st.integers(1, 2**31 - 1)
locations = st.builds(Location, texts, positions, positions)
steps = texts | st.builds(Step, texts, st.just("") | texts, needs_admin=st.booleans())
remedies = st.builds(Remedy, texts, st.lists(steps, max_size=3).map(tuple), st.booleans())
results = st.builds(
    result,
    st.from_regex(r"[A-Z]{3}[0-9]{3}", fullmatch=True) | st.sampled_from(["TMP001", "APP001"]),
    st.sampled_from([*Severity, *(status for status in Status if status is not Status.FAIL)]),
    texts,
    title=texts,
    evidence=evidences,
    remedies=st.lists(remedies, max_size=2).map(tuple),
    location=st.none() | locations,
    suppression=st.none() | st.builds(Suppression, texts),
)
reports = st.builds(
    Report,
    st.builds(Tool, texts, texts),
    st.dictionaries(st.sampled_from(list(HOST)) | texts, values, max_size=4),
    st.lists(results, max_size=4).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
)
