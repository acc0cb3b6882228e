"""One chain of exceptions in all the forms in which people paste it.

Every function makes a text from the same chain or from another form of it, so that the forms can
be combined.
"""

from __future__ import annotations

import html
import json
import textwrap
from typing import NamedTuple

JOIN = "\nDuring handling of the above exception, another exception occurred:\n"
HEAD = "Traceback (most recent call last):"
SITE = r"C:\Users\Zoë\venv\Lib\site-packages"
TRANSCRIPTION = SITE + r"\nemo\collections\asr\parts\mixins\transcription.py"
TEMPFILE = r"C:\Python311\Lib\tempfile.py"
PATH = r"C:\Users\Zoë\AppData\Local\Temp\tmpq8w2e4r6\manifest.json"
LOCKED = (
    "[WinError 32] The process cannot access the file because it is being used by another"
    f" process: {PATH!r}"
)


class Raised(NamedTuple):
    """An exception and where it passed: path, line, function, code."""

    module: str
    kind: str
    message: str
    frames: tuple[tuple[str, int, str, str], ...]

    @property
    def name(self) -> str:
        """The class as CPython prints it."""
        return f"{self.module}.{self.kind}" if self.module else self.kind


CHAIN = (
    Raised(
        "torch",
        "OutOfMemoryError",
        "CUDA out of memory. Tried to allocate 9.31 GiB. GPU 0 has a total capacity of 6.00 GiB.",
        (
            (TRANSCRIPTION, 391, "transcribe_generator", "for test_batch in dataloader:"),
            (
                SITE + r"\torch\nn\modules\module.py",
                1775,
                "_call_impl",
                "return forward_call(*args)",
            ),
        ),
    ),
    Raised(
        "",
        "PermissionError",
        LOCKED,
        ((r"C:\Python311\Lib\shutil.py", 617, "_rmtree_unsafe", "os.unlink(fullname)"),),
    ),
    Raised(
        "",
        "PermissionError",
        LOCKED,
        (
            (r"D:\studio\app.py", 58, "on_click", "text = model.transcribe([path])"),
            (
                TRANSCRIPTION,
                383,
                "transcribe_generator",
                "with tempfile.TemporaryDirectory() as d:",
            ),
            (TEMPFILE, 943, "__exit__", "self.cleanup()"),
            (TEMPFILE, 947, "cleanup", "self._rmtree(self.name)"),
        ),
    ),
)
"""Innermost first, as tracebacks have it: the error, and the cleanup that hides it."""


def plain(chain=CHAIN) -> str:
    """CPython."""
    return JOIN.join(_one(raised) for raised in chain)


def _one(raised: Raised) -> str:
    lines = [HEAD]
    for path, line, function, code in raised.frames:
        lines += [f'  File "{path}", line {line}, in {function}', f"    {code}"]
    return "\n".join([*lines, f"{raised.name}: {raised.message}", ""])


def rich(width=100, left="│", right="│") -> str:
    """rich's boxes, whose messages follow outside and are folded."""
    return JOIN.join(_box(raised, width, left, right) for raised in CHAIN)


def _box(raised: Raised, width: int, left: str, right: str) -> str:
    def row(text: str) -> str:
        return f"{left} {text:<{width - 4}} {right}".rstrip()

    lines = [f"╭{' Traceback (most recent call last) ':─^{width - 2}}╮"]
    for path, line, function, code in raised.frames:
        place = f"{path}:{line} in {function}"
        lines += [row(part) for part in _cut(place, width - 4)]
        lines += [row(""), row(f"❱ {line} │   {code}"), row("")]
    lines.append(f"╰{'─' * (width - 2)}╯")
    message = textwrap.wrap(f"{raised.kind}: {raised.message}", width)
    return "\n".join([*lines, *message, ""])


def rich_group(width=100, member="") -> str:
    """rich's view of a group that has the chain, or another member, and a second error."""
    other = _box(Raised("", "ValueError", "bad request", CHAIN[1].frames), width - 4, "│", "│")
    head = Raised("", "ExceptionGroup", "unhandled errors in a TaskGroup (2 sub-exceptions)", ())
    members = (member or rich(width - 4), other)
    panels = (_panel(number, text, width) for number, text in enumerate(members, 1))
    return _box(head, width, "│", "│") + "\n" + "\n".join(panels)


def _panel(number: int, text: str, width: int) -> str:
    rows = [f"│ {row:<{width - 4}} │" for row in text.split("\n")]
    title = f" Sub-exception #{number} "
    return "\n".join([f"╭{title:─^{width - 2}}╮", *rows, f"╰{'─' * (width - 2)}╯", ""])


def frameless_rich() -> str:
    """rich in a terminal that has no lines to draw with."""
    parts = []
    for raised in CHAIN:
        lines = [" Traceback (most recent call last) "]
        for path, line, function, code in raised.frames:
            lines += [f" {path}:{line} in {function}", "", f" ❱ {line}     {code}", ""]
        parts.append("\n".join([*lines, f"{raised.kind}: {raised.message}", ""]))
    return JOIN.join(parts)


def jupyter() -> str:
    """IPython 8 in a notebook."""
    parts = []
    for raised in CHAIN:
        lines = [f"{raised.kind:<36}{HEAD[:-1]}"]
        for path, line, function, code in raised.frames:
            place = path.replace(r"C:\Users\Zoë", "~")
            lines += [
                f"File {place}:{line}, in Some.{function}(self, *args)",
                f"--> {line} {code}",
                "",
            ]
        parts.append("\n".join([*lines, f"{raised.kind}: {raised.message}", ""]))
    return "-" * 75 + "\n" + JOIN.join(parts)


def pytest_long() -> str:
    """pytest, in its own format."""
    parts = []
    for raised in CHAIN:
        lines = []
        for path, line, function, code in raised.frames:
            lines += [f"{path}:{line}: in {function}", f"    {code}"]
        lines += [f"E   {raised.name}: {raised.message}", ""]
        parts.append("\n".join(lines))
    heading = f"{' FAILURES ':=^90}\n{' test_it ':_^90}\n"
    summary = f"{' short test summary info ':=^90}\nFAILED test_app.py::test_it - PermissionEr...\n"
    return heading + JOIN.join(parts) + summary


def one_line(text: str) -> str:
    """A form field that knows no line ends."""
    return " ".join(text.split())


def wrapped(text: str, width: int) -> str:
    """A console that breaks at its width, wherever that is."""
    return "\n".join(part for line in text.split("\n") for part in _cut(line, width))


def _cut(line: str, width: int) -> list[str]:
    return [line[n : n + width] for n in range(0, len(line), width)] or [""]


def prefixed(text: str, prefix: str) -> str:
    """Every line with something before it; `{n}` counts."""
    lines = text.split("\n")
    return "\n".join(prefix.format(n=number) + line for number, line in enumerate(lines, 100))


def newest_first(text: str) -> str:
    """A log viewer."""
    return "\n".join(text.split("\n")[::-1])


def coloured(text: str, escape="\x1b") -> str:
    """Python 3.13's colours."""
    for word in ("PermissionError", "torch.OutOfMemoryError", "transcribe_generator", "__exit__"):
        text = text.replace(word, f"{escape}[1;35m{word}{escape}[0m")
    return text


def as_json(text: str, *, ascii_only=False) -> str:
    """A JSON log."""
    entry = {"ts": "2026-03-04T05:06:07Z", "level": "ERROR", "msg": "job failed", "exc_info": text}
    return json.dumps(entry, ensure_ascii=ascii_only)


def as_repr(text: str) -> str:
    """`print(repr(...))`."""
    return repr(text)


def as_csv(text: str) -> str:
    """A cell of a table."""
    return 'id,log\n3,"' + text.replace('"', '""') + '"\n'


def entities(text: str) -> str:
    """A web page's source."""
    return html.escape(text)


def page(text: str) -> str:
    """A web page's source with tags."""
    return "<pre><span>" + html.escape(text).replace("\n", "<br>\n") + "</span></pre>"


def smart(text: str) -> str:
    """A word processor's quotes."""
    return text.replace('"', "\u201d").replace("'", "\u2019")


def spaced(text: str) -> str:
    """A chat program's spaces."""
    return text.replace("  ", "\u00a0 ")


def zero_width(text: str) -> str:
    """A page that marks where lines may break."""
    return text.replace("\\", "\\\u200b").replace("Traceback", "\u200bTraceback")


def recognised(text: str) -> str:
    """A photograph of the screen that was read by a machine."""
    swaps = (("most", "rnost"), ("call", "caII"), (", line", ", Iine"), ("During", "Durinq"),
             ("handling", "handlinq"), ("memory", "mernory"), ("Error:", "Error :"),
             ("[WinError 32]", "[WinError 3 2]"))  # fmt: skip
    for right, wrong in swaps:
        text = text.replace(right, wrong)
    return text


def powershell5(text: str) -> str:
    """`2>&1` in Windows PowerShell."""
    first, _, rest = text.partition("\n")
    return (
        f"python : {first}\r\nAt line:1 char:1\r\n+ python app.py 2>&1 | Tee-Object log.txt\r\n"
        "+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\r\n    + CategoryInfo          : NotSpecified:"
        f" ({first}:String) [], RemoteException\r\n    + FullyQualifiedErrorId :"
        f" NativeCommandError\r\n \r\n{rest}"
    )


def powershell7(text: str) -> str:
    """PowerShell's view of an error record."""
    return "Line |\n   1 |  python app.py\n" + prefixed(text, "     | ")


def octal(text: str) -> str:
    """rsyslog, which escapes control characters."""
    return "Mar  4 05:06:07 pc asr[77]: " + text.replace("\n", "#012")


def group(text: str) -> str:
    """asyncio's TaskGroup."""
    inner = "\n".join(f"    | {line}" for line in text.rstrip("\n").split("\n"))
    return (
        "  + Exception Group Traceback (most recent call last):\n"
        '  |   File "D:\\studio\\serve.py", line 8, in main\n'
        "  |     async with asyncio.TaskGroup() as tasks:\n"
        "  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n"
        f"  +-+---------------- 1 ----------------\n{inner}\n"
        "    +------------------------------------\n"
    )


def interleaved(text: str) -> str:
    """Another process and a progress bar write into the same window."""
    strange = (
        "[worker 7] Traceback (most recent call last):",
        '[worker 7]   File "D:\\studio\\other.py", line 3, in g',
        "Transcribing:  50%|#####     | 1/2 [00:03<00:03]",
        "[worker 7] ValueError: bad request",
    )
    lines = text.split("\n")
    for number, line in enumerate(strange):
        lines.insert(3 + 5 * number, line)
    return "\n".join(lines)
