"""What the reader makes of tracebacks, logs and native messages."""

from __future__ import annotations

import textwrap

import pytest

from winasr_doctor.diagnosis import diagnose
from winasr_doctor.diagnosis.reading import read

FRAME = '  File "C:\\asr\\app.py", line 7, in run\n    work()\n'
HEAD = "Traceback (most recent call last):\n"
CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def traceback_of(error, frame=FRAME):
    return f"{HEAD}{frame}{error}\n"


def kinds(text):
    return [[node.kind for node in chain] for chain in read(text)]


@pytest.mark.parametrize(
    ("line", "module", "kind"),
    [
        ("gradio.exceptions.Error: 'no file'", "gradio.exceptions", "Error"),
        ("wave.Error: file does not start with RIFF id", "wave", "Error"),
        ("_pickle.PicklingError: Can't pickle local object", "_pickle", "PicklingError"),
        ("gzip.BadGzipFile: Not a gzipped file (b've')", "gzip", "BadGzipFile"),
        ("numpy._core._exceptions._ArrayMemoryError: Unable to", "numpy._core._exceptions",
         "_ArrayMemoryError"),
        ("socket.gaierror: [Errno 11001] getaddrinfo failed", "socket", "gaierror"),
        ("huggingface_hub.errors.OfflineModeIsEnabled: no", "huggingface_hub.errors",
         "OfflineModeIsEnabled"),
        ("audioread.exceptions.NoBackendError", "audioread.exceptions", "NoBackendError"),
        ("__main__.Boom: x", "__main__", "Boom"),
        ("KeyboardInterrupt", "", "KeyboardInterrupt"),
        ("AssertionError", "", "AssertionError"),
    ],
)  # fmt: skip
def test_a_class_of_any_name_is_an_exception(line, module, kind):
    for text in (traceback_of(line), line):
        if text == line and kind == "Boom":
            continue
        ((node,),) = read(text)
        assert (node.module, node.kind) == (module, kind)


@pytest.mark.parametrize("kind", ["INFO", "Transcribing", "Message", "Arguments", "Note", "Epoch"])
def test_a_word_with_a_colon_is_no_exception(kind):
    text = HEAD + FRAME + f"{kind}: 3\n" + FRAME + "ValueError: x\n"
    ((node,),) = read(text)
    assert node.kind == "ValueError"
    assert len(node.frames) == 2


def test_what_only_looks_like_the_last_line_is_taken_back():
    text = HEAD + FRAME + "TotalFrames: 3\n" + FRAME + "ValueError: x\n"
    ((node,),) = read(text)
    assert (node.kind, len(node.frames)) == ("ValueError", 2)


def test_a_message_goes_on_over_its_lines():
    text = traceback_of("RuntimeError: \n        An attempt\n\n        was made") + "\nbye\n"
    ((node,),) = read(text)
    assert node.message.split() == ["An", "attempt", "was", "made"]


def test_a_message_ends_with_the_next_line_of_the_log():
    text = traceback_of("ValueError: x") + "2026-01-01 10:00:00 INFO something failed\n"
    assert read(text)[0][0].message == "x"


def test_what_follows_on_the_command_line_is_no_message():
    text = traceback_of("ValueError: x") + "(venv) C:\\asr>python other.py\n"
    assert read(text)[0][0].message == "x"


def test_frames_have_everything():
    text = HEAD + '  File "C:\\a b\\x.py", line 31, in <module>\nValueError: x\n'
    frame = read(text)[0][0].frames[0]
    assert frame == ("x.py", "<module>", "C:\\a b\\x.py", 31)


@pytest.mark.parametrize(
    ("line", "frame"),
    [
        (r"File ~\envs\a\x.py:116, in Some.<locals>.work(*args, **kwargs)",
         ("x.py", "work", r"~\envs\a\x.py", 116)),
        ("Cell In[7], line 2", ("Cell In[7]", "", "Cell In[7]", 2)),
        ("Input In [7], in <cell line: 1>()",
         ("Input In [7]", "<cell line: 1>", "Input In [7]", None)),
        ("<ipython-input-7-abc> in <module>",
         ("<ipython-input-7-abc>", "<module>", "<ipython-input-7-abc>", None)),
        (r"│ D:\speech\main.py:41 in transcribe          │",
         ("main.py", "transcribe", r"D:\speech\main.py", 41)),
        (r"tests\test_vad.py:4: in <module>", ("test_vad.py", "<module>", r"tests\test_vad.py", 4)),
        ('  File "whisper\\audio.py", line 58 in load_audio',
         ("audio.py", "load_audio", "whisper\\audio.py", 58)),
    ],
)  # fmt: skip
def test_frames_of_every_tool_are_read(line, frame):
    ((node,),) = read(f"{HEAD}{line}\nValueError: x\n")
    assert node.frames == (frame,)


def test_a_path_that_rich_has_broken_is_put_together():
    box = (
        "╭── Traceback (most recent call last) ──╮\n"
        "│ C:\\a\\very\\long\\folder\\diar │\n"
        "│ izer.py:437 in diarize     │\n"
        "╰───────────────────────────────────────╯\nValueError: x\n"
    )
    ((node,),) = read(box)
    assert node.frames == (("diarizer.py", "diarize", r"C:\a\very\long\folder\diarizer.py", 437),)


def test_streamlit_gives_the_error_first():
    text = "OSError: [WinError 1114] x\nTraceback:\n" + textwrap.dedent(FRAME)
    ((node,),) = read(text)
    assert (node.kind, node.winerror, len(node.frames)) == ("OSError", 1114, 1)


def test_an_app_that_gives_frames_without_a_class_has_its_message_above():
    text = "[WinError 206] The name is too long: 'C:\\\\x'\n\n" + textwrap.dedent(FRAME)
    ((node,),) = read(text)
    assert (node.kind, node.winerror, len(node.frames)) == ("", 206, 1)


def test_pretty_errors_are_read():
    text = "-" * 80 + "\ncli.py 94 main\nrun(\n\nAssertionError:\nTorch not compiled with CUDA\n"
    ((node,),) = read(text)
    assert (node.kind, node.message) == ("AssertionError", "Torch not compiled with CUDA")
    assert node.frames == (("cli.py", "main", "cli.py", 94),)


def test_a_debuggers_heading_is_the_error_that_follows():
    text = (
        "Exception has occurred: ConnectionError\nno network\n"
        "socket.gaierror: [Errno 11001] getaddrinfo failed\n"
        f"{CONTEXT}{FRAME}requests.exceptions.ConnectionError: no network\n"
    )
    assert kinds(text) == [["ConnectionError", "gaierror"]]


def test_a_crash_dump_has_its_frames_outermost_first():
    text = (
        "Windows fatal exception: access violation\n\nCurrent thread 0x00001a2c"
        ' (most recent call first):\n  File "C:\\torch.py", line 2 in load\n'
        '  File "C:\\app.py", line 1 in <module>\n'
    )
    ((node,),) = read(text)
    assert node.message == "Windows fatal exception: access violation"
    assert [frame.function for frame in node.frames] == ["<module>", "load"]


def test_of_the_threads_of_a_crash_the_current_one_counts():
    one = 'Thread 0x00001a2c (most recent call first):\n  File "C:\\x.py", line 3 in wait\n'
    current = f"Current {one.replace('wait', 'load').replace('Thread', 'thread')}"
    for threads in (f"{one}\n{current}", f"{current}\n{one}", f"{one}\n{current}\n{one}"):
        ((node,),) = read(f"Fatal Python error: Segmentation fault\n\n{threads}")
        assert [frame.function for frame in node.frames] == ["load"]


# --- exceptions that carry others ----------------------------------------

INNER = "FileNotFoundError: [Errno 2] No such file or directory: 'C:\\\\rec\\\\a.wav'"
WRAPPED = {
    "DataLoader": traceback_of(
        "FileNotFoundError: Caught FileNotFoundError in DataLoader worker process 0.\n"
        f"Original {traceback_of(INNER)}"
    ),
    "spawn": traceback_of(
        "torch.multiprocessing.spawn.ProcessRaisedException: \n\n"
        f"-- Process 0 terminated with the following error:\n{traceback_of(INNER)}"
    ),
    "pool": f'multiprocessing.pool.RemoteTraceback: \n"""\n{traceback_of(INNER)}"""\n{CAUSE}'
    + traceback_of(INNER),
    "futures": f'concurrent.futures.process._RemoteTraceback: \n"""\n{traceback_of(INNER)}"""\n'
    + CAUSE
    + traceback_of(INNER),
    "joblib": "joblib.externals.loky.process_executor._RemoteTraceback: \n"
    f'"""\n{traceback_of(INNER)}"""\n{CAUSE}{traceback_of(INNER)}',
    "tenacity": traceback_of(INNER)
    + CAUSE
    + traceback_of(
        "tenacity.RetryError: RetryError[<Future at 0x1 state=finished raised FileNotFoundError>]"
    ),
    "group": "  + Exception Group Traceback (most recent call last):\n"
    '  |   File "C:\\a.py", line 8, in main\n'
    "  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n"
    "  +-+---------------- 1 ----------------\n"
    + textwrap.indent(traceback_of(INNER), "    | ")
    + "    +------------------------------------\n",
}


@pytest.mark.parametrize("form", WRAPPED)
def test_a_wrapped_error_is_the_real_one(form):
    (chain,) = read(WRAPPED[form])
    assert chain[-1].kind == "FileNotFoundError"
    assert chain[-1].frames
    diagnosis = diagnose(WRAPPED[form])
    assert diagnosis.primary.kind == "FileNotFoundError"
    assert diagnosis.primary.path == r"C:\rec\a.wav"
    assert diagnosis.kind != "worker-died"


@pytest.mark.parametrize("form", ["DataLoader", "spawn"])
def test_a_live_error_that_carries_another_is_opened(form):
    text = WRAPPED[form].partition("Error: " if form == "DataLoader" else "Exception: ")[2]
    raised = RuntimeError(text)
    diagnosis = diagnose(raised)
    assert diagnosis.primary.kind == "FileNotFoundError"
    assert diagnosis.primary.frames[0].function == "run"
    assert diagnosis.error is raised


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("RetryError[<Future at 0x1 state=finished raised ReadTimeout>]", "ReadTimeout"),
        ("Max retries exceeded (Caused by NewConnectionError('x', (Caused by gaierror(1, 'y'))))",
         "gaierror"),
        ("Error sending result: '1'. Reason: 'TypeError(\"cannot pickle\")'", "TypeError"),
        ("Error in call to target 'nemo.Model':\nImportError('peft')", "ImportError"),
    ],
)  # fmt: skip
def test_an_error_that_is_only_named_in_a_text_is_behind_it(message, kind):
    assert read(traceback_of(f"library.WrapError: {message}"))[0][-1].kind == kind


def test_a_group_in_a_server_is_told_once():
    own = traceback_of("ValueError: x")
    text = WRAPPED["group"].replace(INNER, "ValueError: x") + "\n" + own
    assert diagnose(text).also == ()


# --- what is in a log besides ----------------------------------------


@pytest.mark.parametrize(
    ("text", "winerror"),
    [
        ("Could not load library cudnn_ops_infer64_8.dll. Error code 126", 126),
        ("OMP: Error #15: Initializing libiomp5md.dll, but found it already initialized.", None),
        ("出错了: CUDA error: no kernel image is available for execution on the device", None),
        ("Error: [WinError 2] Das System kann die angegebene Datei nicht finden", 2),
        ("error: Microsoft Visual C++ 14.0 or greater is required.", None),
        ("src/x.cpp(9): fatal error C1083: Cannot open include file: 'unistd.h'", None),
    ],
)
def test_a_message_without_an_exception_is_found(text, winerror):
    (node,) = read(f"Starting work on lesson.mp4\n\n{text}\n")[-1]
    assert (node.kind, node.message, node.winerror) == ("", text, winerror)
    assert node.log[0] == "Starting work on lesson.mp4"
    assert diagnose(text).primary.message == text


def test_in_a_few_lines_every_line_may_be_an_error():
    assert [chain[0].message for chain in read("Ошибка: 'x' object has no y\n")] == [
        "Ошибка: 'x' object has no y"
    ]


def test_what_nobody_knows_gets_advice_all_the_same():
    for text in ("Error: something", traceback_of("ValueError: x"), "KeyError: 'dir'"):
        assert diagnose(text).advice
        assert not any("except" in step for each in diagnose(text).advice for step in each.steps)


@pytest.mark.parametrize("text", ["all went well", "0 errors", "INFO no error occurred", "", " \n"])
def test_a_harmless_text_has_no_error(text):
    assert diagnose(text).kind == "no-exception"


def test_the_lines_of_the_log_go_with_the_traceback():
    text = "[NeMo E 2026 x:1] Model instantiation failed!\n    Error(s): Key 'x' is missing\n"
    (node,) = next(chain for chain in read(text + traceback_of("ValueError: x")) if chain[0].kind)
    assert [line.strip() for line in node.log] == [line.strip() for line in text.splitlines()]


def test_a_log_line_that_repeats_the_traceback_is_no_second_error():
    text = "12:00:00 ERROR app: it failed: ValueError: x\n" + traceback_of("ValueError: x")
    assert [chain for chain in kinds(text) if chain[0]] == [["ValueError"]]


def test_the_error_that_is_known_comes_before_later_noise():
    text = (
        "11:00:01 ERROR transcription failed\n"
        + traceback_of("torch.OutOfMemoryError: CUDA out of memory.")
        + "11:00:02 ERROR could not remove the upload\n"
        + traceback_of("FileNotFoundError: [WinError 2] x: 'C:\\\\up\\\\7.wav'")
    )
    diagnosis = diagnose(text)
    assert diagnosis.kind == "out-of-gpu-memory"
    assert diagnosis.others == 1
    (other,) = diagnosis.also
    assert other.startswith(r"FileNotFoundError: [WinError 2] x: 'C:\\up\\7.wav'")


def test_what_python_could_only_print_is_not_chosen():
    ignored = "Exception ignored in: <function Tool.__del__ at 0x1>\n"
    text = traceback_of("ValueError: real") + ignored + traceback_of("TypeError: at exit")
    diagnosis = diagnose(text)
    assert diagnosis.primary.kind == "ValueError"
    assert diagnosis.also == ("TypeError: at exit",)


def test_what_follows_from_another_processs_error_is_not_chosen():
    text = traceback_of("RuntimeError: real") + traceback_of(
        "BrokenPipeError: [Errno 32] Broken pipe"
    )
    assert diagnose(text).primary.kind == "RuntimeError"


def test_the_call_stack_of_a_logging_error_is_no_error():
    text = f"--- Logging error ---\n{traceback_of('UnicodeEncodeError: x')}Call stack:\n{FRAME}"
    text += "Message: 'x'\nArguments: ()\n"
    assert diagnose(text).primary.kind == "UnicodeEncodeError"


def test_a_box_in_a_column_of_its_own_is_read():
    box = (
        "╭── Traceback (most recent call last) ──╮\n"
        "│ C:\\a\\app.py:80 in run               │\n"
        "╰───────────────────────────────────────╯\nRuntimeError: x\n"
    )
    text = "[10:02:17] ERROR    It failed       app.py:88\n" + textwrap.indent(box, " " * 20)
    (node,) = next(chain for chain in read(text) if chain[0].kind)
    assert (node.kind, len(node.frames)) == ("RuntimeError", 1)


def test_the_links_of_a_notebook_are_followed_by_nobody():
    cell = "Cell In[3], [line 2](vscode-notebook-cell:?execution_count=3&line=2)"
    ((node,),) = read(f"ValueError{' ' * 30}{HEAD[:-2]}\n{cell}\n\nValueError: x\n")
    assert node.frames == (("Cell In[3]", "", "Cell In[3]", 2),)


def test_the_deepest_known_error_explains_the_others():
    text = (
        traceback_of("torch.OutOfMemoryError: CUDA out of memory.")
        + CAUSE
        + traceback_of("lhotse.audio.utils.AudioLoadingError: Reading audio failed")
    )
    assert diagnose(text).kind == "out-of-gpu-memory"


def test_many_other_errors_are_named_once_and_not_all():
    text = "".join(traceback_of(f"Custom{n}Error: number {n % 9}") for n in [1, 1, *range(12)])
    also = diagnose(text).also
    assert len(also) == 7
    assert also[-1] == "and 5 more"


def test_processes_that_share_a_window_are_kept_apart():
    mine, other = traceback_of("ValueError: mine"), traceback_of("KeyError: 'other'")
    lines = [
        line
        for pair in zip(
            [f"[w1] {line}" for line in mine.splitlines()],
            [f"[w2] {line}" for line in other.splitlines()],
            strict=True,
        )
        for line in pair
    ]
    assert sorted(kinds("\n".join(lines))) == [["KeyError"], ["ValueError"]]


def test_structured_logs_keep_their_frames():
    text = (
        '{"event": "failed", "exception": [{"exc_type": "ValueError", "exc_value": "outer",'
        ' "frames": [{"filename": "C:\\\\a.py", "lineno": 3, "name": "f"}]},'
        ' {"exc_type": "KeyError", "exc_value": "\'inner\'", "frames": []}]}'
    )
    (chain,) = (chain for chain in read(text) if chain[0].kind)
    assert [node.kind for node in chain] == ["ValueError", "KeyError"]
    assert chain[0].frames == (("a.py", "f", "C:\\a.py", 3),)


def test_a_traceback_without_its_last_line_is_something():
    diagnosis = diagnose(HEAD + FRAME)
    assert diagnosis.kind == "unknown"
    assert "last line" in diagnosis.cause


def test_pip_and_powershell_give_no_advice_about_except_blocks():
    log = (
        "pip :   error: subprocess-exited-with-error\nAt line:1 char:1\n+ pip install x\n"
        "    + CategoryInfo          : NotSpecified: (  error: subprocess:String) []\n"
        "    + FullyQualifiedErrorId : NativeCommandError\n\n"
        "      error: Microsoft Visual C++ 14.0 or greater is required.\n"
    )
    assert any("Visual C++" in chain[0].message for chain in read(log))
    assert not any("except" in step for each in diagnose(log).advice for step in each.steps)


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_an_apostrophe_within_words_begins_no_path(apostrophe):
    french = f"Le chemin d{apostrophe}accès spécifié est introuvable"
    diagnosis = diagnose(f"FileNotFoundError: [WinError 3] {french}: 'Z:\\\\talks'")
    assert diagnosis.path == r"Z:\talks"
