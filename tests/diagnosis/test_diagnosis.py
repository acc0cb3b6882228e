"""The diagnosis of live exceptions and pasted text: the real error, the phase, the holder."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from laid_out import shown_in_text

from winasr_doctor.diagnosis import FailurePhase, diagnose
from winasr_doctor.diagnosis.json import as_json
from winasr_doctor.diagnosis.live import chain_of
from winasr_doctor.faults.removal import by_path

TEMP = r"C:\Users\x\AppData\Local\Temp\tmpk3v9q1xa"
MANIFEST = TEMP.replace("\\", "\\\\") + "\\\\manifest.json"
WEIGHTS = TEMP.replace("\\", "\\\\") + "\\\\model_weights.ckpt"
SITE = r"C:\asr\.venv\Lib\site-packages"
MIXINS = SITE + r"\nemo\collections\asr\parts\mixins"
CONNECTORS = SITE + r"\nemo\core\connectors"
LIB = r"C:\Python311\Lib"

TRANSCRIBE = f'''Traceback (most recent call last):
  File "{MIXINS}\\transcription.py", line 385, in transcribe_generator
    for test_batch in dataloader:
  File "{SITE}\\torch\\nn\\modules\\module.py", line 1775, in _call_impl
    return forward_call(*args, **kwargs)
{{error}}

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "{LIB}\\shutil.py", line 617, in _rmtree_unsafe
    os.unlink(fullname)
PermissionError: [WinError 32] {{message}}: '{MANIFEST}'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "C:\\asr\\app.py", line 12, in run
    text = model.transcribe(["a.wav"])
  File "{MIXINS}\\transcription.py", line 379, in transcribe_generator
    with tempfile.TemporaryDirectory() as tmpdir:
  File "{LIB}\\tempfile.py", line 904, in __exit__
    self.cleanup()
  File "{LIB}\\tempfile.py", line 890, in _rmtree
    _shutil.rmtree(name, onerror=onerror)
NotADirectoryError: [WinError 267] {{message}}: '{MANIFEST}'
'''
LOAD = f'''Traceback (most recent call last):
  File "{CONNECTORS}\\save_restore_connector.py", line 152, in load_config_and_state_dict
    with dir_context as tmpdir:
  File "{LIB}\\tempfile.py", line 945, in __exit__
    self.cleanup()
  File "{LIB}\\shutil.py", line 617, in _rmtree_unsafe
    os.unlink(fullname)
PermissionError: [WinError 32] The process cannot access the file: '{WEIGHTS}'
'''
OOM = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB."
STEREO = "TypeError: Input shape mismatch occured for input_signal in module Preprocessor"
MESSAGES = {
    "English": "The process cannot access the file because it is being used by another process",
    "German": "Der Prozess kann nicht auf die Datei zugreifen",
    "Chinese": "另一个程序正在使用此文件，进程无法访问。",
    "Japanese": "プロセスはファイルにアクセスできません。別のプロセスが使用中です。",
}


def masked(error=OOM, message=MESSAGES["English"]):
    return TRANSCRIBE.format(error=error, message=message)


@pytest.mark.parametrize("language", MESSAGES)
@pytest.mark.parametrize(("error", "kind"), [(OOM, "out-of-gpu-memory"), (STEREO, "stereo")])
def test_the_real_error_comes_out_from_behind_winerror_32(language, error, kind):
    diagnosis = diagnose(masked(error, MESSAGES[language]))
    assert diagnosis.kind == kind
    assert diagnosis.phase is FailurePhase.TRANSCRIBE
    assert diagnosis.hidden
    assert diagnosis.winerror == 32
    assert diagnosis.path == TEMP + r"\manifest.json"
    assert diagnosis.suspect.who == "own process"


@pytest.mark.parametrize(
    "prefix",
    ["", "> ", "    ", "2026-11-21 10:00:00,123 ERROR app: ", "[worker 1] ", "  | ", "\x1b[31m"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_log_prefixes_quoting_and_line_ends_do_not_matter(prefix, end):
    text = end.join(prefix + line for line in masked().splitlines())
    assert diagnose(text).kind == "out-of-gpu-memory"
    assert diagnose(text).hidden


def test_a_load_points_outside():
    diagnosis = diagnose(LOAD)
    assert (diagnosis.phase, diagnosis.kind) == (FailurePhase.LOAD, "locked-file")
    assert diagnosis.suspect.who == "another program"
    assert not diagnosis.hidden


def test_a_single_last_line_says_that_more_may_be_hidden():
    diagnosis = diagnose(f"PermissionError: [WinError 32] {MESSAGES['German']}: '{MANIFEST}'")
    assert diagnosis.incomplete
    assert diagnosis.phase is FailurePhase.TRANSCRIBE
    assert diagnosis.path == TEMP + r"\manifest.json"
    assert any("whole traceback" in remedy.title for remedy in diagnosis.advice)


def test_the_last_traceback_that_concerns_us_is_chosen():
    other = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'\n"
    diagnosis = diagnose(masked() + "\nsomething else\n" + other)
    assert diagnosis.kind == "out-of-gpu-memory"
    assert diagnosis.others == 1


def test_a_linux_traceback_without_any_windows_code_is_understood():
    text = masked().replace("[WinError 32]", "[Errno 13]").replace(LIB + "\\", "/usr/lib/python3/")
    assert diagnose(text).kind == "out-of-gpu-memory"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("OSError: 2399591399e4e6438fa7804f2f1f660 is not a valid git identifier (x)", "revision"),
        ("ModuleNotFoundError: No module named 'peft'", "peft-missing"),
        ("OSError: [WinError 1455] Auslagerungsdatei: 'C:\\\\x\\\\cufft64.dll'", "commit-limit"),
        ("OSError: [WinError 112] Es steht nicht genug Speicherplatz", "disk-full"),
        ("OSError: [WinError 1314] Dem Client fehlt ein Recht: 'C:\\\\x'", "symlink-right"),
        ("TypeError: object.__init__() takes exactly one argument (the x)", "lhotse-too-old"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'ffprobe'", "ffmpeg-missing"),
        ("tarfile.ReadError: file could not be opened successfully", "broken-weights"),
        ("safetensors.SafetensorError: header too large", "broken-weights"),
        ("huggingface_hub.errors.LocalEntryNotFoundError: An error happened", "not-cached"),
        ("huggingface_hub.errors.GatedRepoError: 401", "no-access"),
        ("TypeError: from_pretrained() got an unexpected keyword argument 'revision'",
         "no-revision-argument"),
        ("ValueError: Channel selector average not found in cut.custom", "channel-selector"),
        ("TypeError: Can't instantiate abstract class ASRModel", "hidden-import-error"),
        ("AttributeError: module 'signal' has no attribute 'SIGKILL'", "nemo-too-old"),
        ("RuntimeError: DataLoader worker (pid 4) exited unexpectedly", "worker-died"),
        ("lhotse.audio.utils.AudioLoadingError: Reading audio failed", "unreadable-audio"),
        ("MemoryError", "out-of-memory"),
    ],
)  # fmt: skip
def test_a_known_error_is_recognised_with_advice(line, kind):
    diagnosis = diagnose(f'Traceback (most recent call last):\n  File "a.py", line 1, in f\n{line}')
    assert diagnosis.kind == kind
    assert diagnosis.advice[0].steps


def test_a_truncated_revision_is_counted():
    text = "OSError: 2399591399e4e6438fa7804f2f1f660 is not a valid git identifier (branch name)"
    assert "31 of 40" in diagnose(text).cause


def test_what_is_no_traceback_says_so():
    assert diagnose("everything went well").kind == "no-exception"


class SilentError(Exception):
    """Like soundfile's, whose text cannot be shown."""

    def __str__(self) -> str:
        raise TypeError


def test_an_exception_that_cannot_be_shown_is_survived():
    assert "cannot be shown" in diagnose(SilentError()).cause


def test_cycles_and_endless_chains_are_survived():
    first, second = ValueError("a"), KeyError("b")
    first.__context__, second.__context__ = second, first
    assert diagnose(first).primary.kind == "ValueError"
    assert [node.kind for node in chain_of(first)] == ["ValueError", "KeyError"]
    chain = ValueError("0")
    for number in range(3_000):  # three times what Python's recursion takes
        outer = ValueError(str(number))
        outer.__context__ = chain
        chain = outer
    assert diagnose(chain).primary.message == "2999"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_a_group_is_looked_into():
    group = ExceptionGroup("several", [KeyError("x"), MemoryError()])  # noqa: F821
    assert diagnose(group).kind == "out-of-memory"
    text = "".join(traceback.format_exception(group))
    assert diagnose(text).kind == "out-of-memory"


@pytest.fixture
def masked_live(monkeypatch, tmp_path):
    """The real chain that CPython makes when cleanup fails while another error propagates."""

    def refuse(path, *args, **kwargs):
        error = PermissionError(13, "Der Prozess kann nicht zugreifen", str(path))
        error.winerror = 32
        raise error

    def raise_masked(name="manifest.json", message="CUDA out of memory."):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        try:
            with by_path(), tempfile.TemporaryDirectory() as folder:
                Path(folder, name).touch()
                monkeypatch.setattr(os, "unlink", refuse)
                if message is not None:
                    raise RuntimeError(message)  # noqa: TRY301 - it must leave the block
        except BaseException as caught:  # noqa: BLE001 - the subject of the test
            monkeypatch.undo()
            return caught
        raise AssertionError

    return raise_masked


def test_the_live_chain_and_its_text_agree(masked_live):
    caught = masked_live()
    live = diagnose(caught)
    pasted = diagnose("".join(traceback.format_exception(caught)))
    assert live.kind == "out-of-gpu-memory"
    assert live.winerror == 32
    assert live.path.endswith("manifest.json")
    assert (live.phase, live.kind, live.path) == (pasted.phase, pasted.kind, pasted.path)
    assert live.primary.frames == pasted.primary.frames
    assert live.primary.frames[-1].path == __file__
    assert live.primary.module == "builtins"
    assert live.error is live.primary.exception
    assert pasted.error is None


def test_the_module_of_a_class_is_kept():
    assert (
        diagnose("torch.cuda.OutOfMemoryError: CUDA out of memory.").primary.module == "torch.cuda"
    )
    assert diagnose(SilentError()).primary.module == __name__


def test_a_live_lock_without_another_error_hides_nothing(masked_live):
    diagnosis = diagnose(masked_live("model_weights.ckpt", None))
    assert (diagnosis.phase, diagnosis.kind) == (FailurePhase.LOAD, "locked-file")
    assert diagnosis.primary.winerror == 32
    assert not diagnosis.hidden
    assert not diagnosis.incomplete


@settings(deadline=None)
@given(st.text())
@example("Traceback (most recent call last)")
@example("PermissionError: [WinError 99999999999999999999999]")
def test_any_text_gets_an_answer(text):
    diagnosis = diagnose(text)
    assert shown_in_text(diagnosis)
    assert as_json(diagnosis)


@settings(deadline=None)
@given(st.data())
def test_a_mutilated_traceback_gets_an_answer(data):
    text = masked()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    garbage = data.draw(st.text(max_size=20))
    assert shown_in_text(diagnose(text[:start] + garbage + text[end:]))


@pytest.mark.parametrize(
    "text",
    [
        "PermissionError: [WinError 32] " + "'" * 100_000 + "\\" * 100_000,
        "a." * 100_000 + "Error: x",
        "Error:" * 200_000,
        'File "' * 200_000,
        "[WinError " * 100_000 + "Error: '" * 100_000,
        "\x1b[" * 200_000,
        ("x" * 100 + " Error: nothing\n") * 20_000,
        ("9" * 3_900 + "\n") * 200,
    ],
    ids=range(8),
)
def test_hostile_text_takes_linear_time(text):
    diagnose("Error: x")  # what any text needs is read once
    whole = cpu_seconds(text)
    quick_enough = 5  # on the usual machine; quadratic time is minutes there
    assert whole < quick_enough or whole < 10 * cpu_seconds(text[: len(text) // 4])


def cpu_seconds(text):
    start = time.process_time()
    diagnose(text)
    return time.process_time() - start


def test_a_traceback_that_rich_has_boxed_is_read():
    box = """\
╭──────────── Traceback (most recent call last) ────────────╮
│ C:\\asr\\nemo\\transcription.py:379 in transcribe_generator │
╰───────────────────────────────────────────────────────────╯
OutOfMemoryError: CUDA out of memory.

During handling of the above exception, another exception occurred:

╭──────────── Traceback (most recent call last) ────────────╮
│ C:\\Python312\\Lib\\tempfile.py:950 in cleanup             │
╰───────────────────────────────────────────────────────────╯
PermissionError: [WinError 32] x: 'C:\\\\Temp\\\\tmpab\\\\manifest.json'
"""
    diagnosis = diagnose(box)
    assert (diagnosis.kind, diagnosis.hidden) == ("out-of-gpu-memory", True)


def test_the_text_names_everything_in_80_columns_but_never_breaks_a_path():
    shown = shown_in_text(diagnose(masked()), width=80)
    assert "The real error: OutOfMemoryError: CUDA out of memory" in shown
    assert TEMP + r"\manifest.json" in shown
    assert all(len(line) <= 80 or "\\" in line for line in shown.splitlines())


def test_escape_sequences_do_not_reach_the_terminal():
    shown = shown_in_text(diagnose("ValueError: \x07\x9b31m boo"))
    assert "\x07" not in shown
    assert "\x9b" not in shown
