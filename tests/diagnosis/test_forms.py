"""One chain of exceptions is found in every form in which people paste it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.diagnosis import forms
from winasr_doctor.diagnosis import FailurePhase, diagnose
from winasr_doctor.diagnosis.reading import decode, read

KINDS = ["PermissionError", "PermissionError", "OutOfMemoryError"]


def check(text, *, path=forms.PATH):
    """The error behind the cleanup is found, with the code, the file and the phase."""
    diagnosis = diagnose(text)
    assert (diagnosis.id, diagnosis.kind) == ("gpu-out-of-memory", "out-of-gpu-memory")
    assert diagnosis.hidden
    assert diagnosis.winerror == 32
    assert diagnosis.phase is FailurePhase.TRANSCRIBE
    if path is not None:
        assert diagnosis.path == path
    return diagnosis


PLAIN = forms.plain()
FORMS = {
    "plain": PLAIN,
    "time stamps": forms.prefixed(PLAIN, "2026-03-04 05:06:07,{n} ERROR "),
    "only times": forms.prefixed(PLAIN, "05:06:07.{n} "),
    "level and process": forms.prefixed(PLAIN, "05:06:07 [ERROR] worker-2: "),
    "container": forms.prefixed(PLAIN, "asr-1  | "),
    "syslog": forms.prefixed(PLAIN, "Mar  4 05:06:07 pc asr[77]: "),
    "line numbers": forms.prefixed(PLAIN, "{n}: "),
    "CI": forms.prefixed(PLAIN, "2026-03-04T05:06:07.1234567Z "),
    "mail": forms.prefixed(PLAIN, "> "),
    "mail twice": forms.prefixed(PLAIN, ">> ").replace(">> ", "> > "),
    "Markdown": "Help!\n\n> ```\n" + forms.prefixed(PLAIN, "> ") + "\n> ```\n\nAny idea?",
    "indented": forms.prefixed(PLAIN, "\t\t"),
    "colours": forms.coloured(PLAIN),
    "colours without ESC": forms.coloured(PLAIN, escape=""),
    "colours in carets": forms.coloured(PLAIN, escape="^["),
    "colours in words": forms.coloured(PLAIN, escape="\\x1b"),
    "rich": forms.rich(),
    "rich, narrow": forms.rich(width=60),
    "rich, right border lost": forms.rich(right=""),
    "rich without borders": forms.frameless_rich(),
    "rich, legacy console": forms.rich().translate(str.maketrans("╭╮╰╯", "┌┐└┘")),
    "rich in ASCII": forms.rich().translate(str.maketrans("╭╮╰╯─│❱", "++++-|>")),
    "rich as question marks": forms.rich().translate({ord(c): "?" for c in "╭╮╰╯─│❱"}),
    "rich in the wrong code page": forms.rich().replace("Zoë", "Zoe").encode().decode("cp437"),
    "Jupyter": forms.jupyter(),
    "Jupyter with colours": forms.coloured(forms.jupyter()),
    "pytest": forms.pytest_long(),
    "PowerShell 5": forms.powershell5(PLAIN),
    "PowerShell 7": forms.powershell7(PLAIN),
    "JSON": forms.as_json(PLAIN),
    "JSON in ASCII": forms.as_json(PLAIN, ascii_only=True),
    "JSON after a prefix": "asr-1  | " + forms.as_json(PLAIN),
    "repr": forms.as_repr(PLAIN),
    "repr of repr": forms.as_repr(forms.as_repr(PLAIN)),
    "CSV": forms.as_csv(PLAIN),
    "entities": forms.entities(PLAIN),
    "web page": forms.page(PLAIN),
    "smart quotes": forms.smart(PLAIN),
    "no-break spaces": forms.spaced(PLAIN),
    "zero width": forms.zero_width(PLAIN),
    "picture": forms.recognised(PLAIN),
    "one line": forms.one_line(PLAIN),
    "syslog in octal": forms.octal(PLAIN),
    "newest first": forms.newest_first(PLAIN),
    "newest first with times": forms.newest_first(forms.prefixed(PLAIN, "05:06:07.{n} ")),
    "group": forms.group(PLAIN),
    "group by rich": forms.rich_group(),
    "group by rich in ASCII": forms.rich_group().translate(str.maketrans("╭╮╰╯─│❱", "++++-|>")),
    "interleaved": forms.interleaved(PLAIN),
    "CRCRLF": PLAIN.replace("\n", "\r\r\n"),
    "a progress bar in front": "Transcribing: 0%|   | 0/3 [00:00<?, ?it/s]" + PLAIN,
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_hidden_error_is_found_in_every_form(form):
    diagnosis = check(FORMS[form], path=None if "ASCII" in form or "wrong" in form else forms.PATH)
    assert diagnosis.primary.frames


@pytest.mark.parametrize(
    "form", [form for form in FORMS if not form.startswith(("group", "interleaved"))]
)
def test_every_form_gives_the_same_chain(form):
    (chain,) = [chain for chain in read(FORMS[form]) if chain[0].kind]
    assert [node.kind for node in chain] == KINDS
    assert [node.winerror for node in chain] == [32, 32, None]
    assert [len(node.frames) for node in chain] == [4, 1, 2]
    assert [frame.line for node in chain for frame in node.frames] == [
        58,
        383,
        943,
        947,
        617,
        391,
        1775,
    ]


def test_the_quote_after_a_repr_is_no_part_of_the_message():
    (chain,) = read(forms.as_repr(PLAIN))
    assert chain[0].message == forms.LOCKED


ENCODINGS = {
    "UTF-8": PLAIN.encode(),
    "UTF-8 with BOM": PLAIN.encode("utf-8-sig"),
    "UTF-16 with BOM": PLAIN.encode("utf-16"),
    "UTF-16 without BOM": PLAIN.encode("utf-16-le"),
    "UTF-16, big end first": PLAIN.encode("utf-16-be"),
    "UTF-16 after UTF-8": b"started\r\n" + PLAIN.encode("utf-16-le"),
    "UTF-16 with BOM after UTF-8": "Größe\r\n".encode() + PLAIN.encode("utf-16"),
    "UTF-8 after UTF-16": "the log of yesterday\n".encode("utf-16") + PLAIN.encode(),
    "code page 850": PLAIN.encode("cp850"),
    "code page 1252": PLAIN.encode("cp1252"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_any_encoding_is_read(encoding):
    path = None if "code page" in encoding else forms.PATH
    check(ENCODINGS[encoding], path=path)
    assert diagnose(decode(ENCODINGS[encoding])) == diagnose(ENCODINGS[encoding])


@given(width=st.integers(40, 200))
@settings(deadline=None, max_examples=40)
def test_any_width_of_a_console_is_undone(width):
    check(forms.wrapped(PLAIN, width))


NARROW = [f for f in FORMS if not f.startswith(("rich", "group by", "picture", "zero width"))]


@given(form=st.sampled_from(NARROW), width=st.integers(80, 200))
@settings(deadline=None, max_examples=40)
def test_any_form_can_be_wrapped(form, width):
    diagnosis = diagnose(forms.wrapped(FORMS[form].replace("\r", ""), width))
    assert (diagnosis.kind, diagnosis.winerror) == ("out-of-gpu-memory", 32)


PREFIXES = ("> > ", "Mar  4 05:06:07 pc asr[77]: ", "asr-1  | ", "05:06:07 [ERROR] worker-2: ",
            "2026-03-04 05:06:07,{n} ERROR ")  # fmt: skip


@given(prefix=st.sampled_from(PREFIXES), width=st.integers(60, 140))
@example(prefix="> > ", width=60)
@example(prefix="Mar  4 05:06:07 pc asr[77]: ", width=95)
@settings(deadline=None, max_examples=40)
def test_what_has_a_prefix_can_be_wrapped_at_any_width(prefix, width):
    check(forms.wrapped(forms.prefixed(PLAIN, prefix), width))


OUTER = {
    "as it is": lambda text: text,
    "mail": lambda text: forms.prefixed(text, "> "),
    "container": lambda text: forms.prefixed(text, "asr-1  | "),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "entities": forms.entities,
    "JSON": forms.as_json,
    "repr": forms.as_repr,
    "smart quotes": forms.smart,
    "web page": forms.page,
    "zero width": forms.zero_width,
    "UTF-16": lambda text: text.encode("utf-16-le"),
}
INNER = {
    "plain": lambda text: text,
    "colours": forms.coloured,
    "time stamps": lambda text: forms.prefixed(text, "2026-03-04 05:06:07,{n} ERROR "),
    "wrapped": lambda text: forms.wrapped(text, 97),
    "indented": lambda text: forms.prefixed(text, "    "),
    "group": forms.group,
    "newest first": forms.newest_first,
    "one line": forms.one_line,
    "wrapped time stamps": lambda text: forms.wrapped(forms.prefixed(text, "05:06:07.{n} "), 120),
}


@pytest.mark.parametrize("outer", OUTER)
@pytest.mark.parametrize("inner", INNER)
def test_forms_can_be_combined(inner, outer):
    check(OUTER[outer](INNER[inner](PLAIN)), path=None)


@pytest.mark.parametrize("prefix", ["> ", "asr-1  | ", "    "])
def test_what_was_wrapped_and_then_quoted_keeps_its_paths(prefix):
    diagnosis = check(forms.prefixed(forms.wrapped(PLAIN, 90), prefix))
    assert diagnosis.primary.frames[0].path == forms.TRANSCRIPTION


def test_the_words_of_a_picture_are_corrected():
    text = forms.recognised(PLAIN.replace("torch.OutOfMemoryError", "RuntimeError"))
    assert check(text).primary.message.startswith("CUDA out of memory. Tried to allocate")


def test_a_group_inside_a_group_by_rich_is_read():
    check(forms.rich_group(130, forms.rich_group(120)))


def test_panels_without_end_are_survived():
    deep = "\n".join("│ " * depth + "╭─ Sub-exception #1 ─╮" for depth in range(300))
    assert diagnose(deep).id is None
    check(deep + "\n\n" + PLAIN)


@pytest.mark.parametrize("letters", ["11", "1l", "l1", "I1", "Il"])
def test_a_photographed_name_of_a_dll_is_corrected(letters):
    text = (
        f"Could not locate cudnn_ops64_9.d{letters}. Please make sure it is in your 1ibrary path!"
    )
    ((node,),) = read(text)
    assert node.message.startswith("Could not locate cudnn_ops64_9.dll.")
    assert "your library path" in node.message


def test_figures_of_other_texts_stay():
    ((node,),) = read("ValueError: unknown model x1large-v3 in d11 or file1name")
    assert node.message == "unknown model x1large-v3 in d11 or file1name"


@pytest.mark.parametrize("prefix", ["", "> ", "05:06:07.{n} ", "asr-1  | "])
def test_the_last_line_alone_is_known_to_hide_something(prefix):
    last = forms.prefixed(f"PermissionError: {forms.LOCKED}", prefix)
    for text in (
        last,
        last.replace("PermissionError: ", "Upload failed: "),
        forms.wrapped(last, 80),
    ):
        diagnosis = diagnose(text)
        assert (diagnosis.winerror, diagnosis.phase) == (32, FailurePhase.TRANSCRIBE)
        assert diagnosis.incomplete
        assert diagnosis.path == forms.PATH


def test_the_english_words_stand_for_the_number():
    diagnosis = diagnose(forms.LOCKED.removeprefix("[WinError 32] ").replace("\\\\", "\\"))
    assert (diagnosis.winerror, diagnosis.path) == (32, forms.PATH)


def test_the_last_box_alone_is_known_to_hide_something():
    diagnosis = diagnose(forms.rich().split("occurred:")[-1])
    assert diagnosis.incomplete
    assert diagnosis.phase is FailurePhase.TRANSCRIBE


def test_the_hubs_message_goes_on_below_its_empty_line():
    hub = (
        "Traceback (most recent call last):\n"
        '  File "C:\\v\\huggingface_hub\\utils\\_http.py", line 9, in hf_raise_for_status\n'
        "huggingface_hub.errors.RepositoryNotFoundError: 401 Client Error. (Request ID: Root=1)\n\n"
        "Repository Not Found for url: https://huggingface.co/api/models/acme/voice.\n"
    )
    assert "acme/voice" in diagnose(hub).primary.message
    other = hub.replace(" (Request ID: Root=1)", "")
    assert "acme/voice" not in diagnose(other).primary.message
