"""APP: what the app's source does, both ways: the trap and its harmless twin."""

from __future__ import annotations

import textwrap

import pytest

from tests.checks.families import codes_of
from winasr_doctor.appsource import read_application
from winasr_doctor.checks.app.left_out import was_not_examined
from winasr_doctor.findings import Severity, Status, Suppression, Verdict
from winasr_doctor.machine.model import Packages
from winasr_doctor.scanning import scan
from winasr_doctor.testing import compute_check, machine

CODES = codes_of("APP")
NEMO = "from nemo.collections.asr.models import ASRModel\nmodel = ASRModel.restore_from('m.nemo')\n"


@pytest.fixture
def examine(tmp_path):
    """Run one check on source files, given as text."""

    def run(code, source, *, nemo=True, **others):
        folder = tmp_path / "app"
        folder.mkdir(exist_ok=True)
        header = NEMO if nemo else ""
        (folder / "main.py").write_text(header + textwrap.dedent(source), encoding="utf-8")
        for name, text in others.items():
            (folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
        return compute_check(code, machine(read_application([str(folder)])))

    return run


@pytest.mark.parametrize("code", CODES)
def test_without_source_the_check_is_skipped(code):
    (result,) = compute_check(code, machine())
    assert result.status is Status.SKIP


@pytest.mark.parametrize("code", [code for code in CODES if code != was_not_examined.code])
def test_if_nothing_could_be_examined_the_check_does_not_pass(tmp_path, code):
    (tmp_path / "broken.py").write_text("def", encoding="utf-8")
    (result,) = compute_check(code, machine(read_application([tmp_path])))
    assert result.status is Status.UNKNOWN


def test_if_nothing_could_be_examined_the_verdict_is_not_pass(tmp_path):
    app = read_application([tmp_path])
    assert scan(machine(app), select=["APP"]).verdict is Verdict.WARN


def test_if_nothing_could_be_examined_the_remedy_says_why(tmp_path):
    (tmp_path / "old.py").write_text('print "hello"', encoding="utf-8")
    (result,) = compute_check("APP018", machine(read_application([tmp_path])))
    reason, again = result.remedies[0].steps
    assert reason.startswith(f"Cannot examine {tmp_path / 'old.py'}: line 1 is not valid Python")
    assert again.command.startswith("python -m winasr_doctor scan --app ")


def test_what_was_left_out_is_named_with_the_command_to_examine_it(tmp_path):
    (tmp_path / "main.py").write_text(NEMO, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (result,) = compute_check("APP018", machine(read_application([tmp_path])))
    assert result.severity is Severity.INFO
    assert str(tmp_path / "tests") in result.summary
    assert "--app" in result.remedies[0].steps[0]


def test_a_trap_in_code_that_never_runs_is_no_result_at_all(tmp_path):
    (tmp_path / "main.py").write_text("if False:\n    import fcntl\n", encoding="utf-8")
    (result,) = compute_check("APP014", machine(read_application([tmp_path])))
    assert result.status is Status.PASS


def test_gradio_3_without_queue_runs_events_in_threads(tmp_path):
    source = (
        f"{NEMO}import gradio as gr\n"
        "def work(path):\n    return model.transcribe([path])\n"
        "with gr.Blocks() as demo:\n    gr.Button().click(work)\n"
    )
    (tmp_path / "main.py").write_text(source, encoding="utf-8")
    app = read_application([tmp_path])
    old = compute_check("APP008", machine(app, packages=Packages(versions={"gradio": "3.50.2"})))
    new = compute_check("APP008", machine(app, packages=Packages(versions={"gradio": "6.31.0"})))
    assert old[0].severity is Severity.WARNING
    assert new[0].status is Status.PASS


def test_nemo_1_has_the_old_argument(tmp_path):
    source = f"{NEMO}model.transcribe(paths2audio_files=['a.wav'])\n"
    (tmp_path / "main.py").write_text(source, encoding="utf-8")
    app = read_application([tmp_path])
    for version, expected in (("1.22.0", Status.PASS), ("2.7.3", Status.FAIL)):
        packages = Packages(versions={"nemo-toolkit": version})
        (result,) = compute_check("APP012", machine(app, packages=packages))
        assert result.status is expected


def test_nemo_3_has_no_neural_diarizer_and_nemo_2_has(tmp_path):
    source = "from nemo.collections.asr.models import NeuralDiarizer\n"
    (tmp_path / "main.py").write_text(source, encoding="utf-8")
    app = read_application([tmp_path])
    for version, expected in (("2.7.3", Status.PASS), ("3.0.0", Status.FAIL)):
        packages = Packages(versions={"nemo-toolkit": version})
        (result,) = compute_check("APP012", machine(app, packages=packages))
        assert result.status is expected


TRAPS = {
    "APP001": [
        "model.transcribe(['a.wav'], override_config=model.get_transcribe_config())",
        "config = model.get_transcribe_config()\nmodel.transcribe(['a'], override_config=config)",
        "from nemo.x import TranscribeConfig as T\nimport nemo\n"
        "model.transcribe(['a'], override_config=nemo.TranscribeConfig(batch_size=2))",
        "model.transcribe(['a.wav'], num_workers=4)",
    ],
    "APP002": [
        """
        for attempt in range(5):
            try:
                text = model.transcribe(['a.wav'])
                break
            except PermissionError:
                pass
        """,
        """
        def run(path):
            while True:
                try:
                    return model.transcribe([path])
                except OSError:
                    continue
        """,
        """
        from tenacity import retry, stop_after_attempt

        @retry(stop=stop_after_attempt(3))
        def run(path):
            return model.transcribe([path])
        """,
        """
        import stamina

        for attempt in stamina.retry_context(on=OSError):
            with attempt:
                model.transcribe(['a.wav'])
        """,
    ],
    "APP003": [
        """
        def run(path):
            try:
                return model.transcribe([path])
            except Exception as e:
                return str(e)
        """,
        """
        def work(path):
            return model.transcribe([path])

        def run(path):
            try:
                return work(path)
            except Exception as e:
                print(f"failed: {e}")
        """,
        """
        import gradio as gr
        def run(path):
            try:
                return model.transcribe([path])
            except (ValueError, OSError) as error:
                raise gr.Error(str(error))
        """,
    ],
    "APP004": [
        "def f(e):\n    return 'WinError 32' in str(e)",
        "def f(e):\n    return 'being used by another process' in str(e).lower()",
        "def f(e):\n    return str(e).startswith('[WinError 32]')",
        "import re\ndef f(e):\n    return re.search('Access is denied', str(e))",
        "def f(e):\n    return str(e) in ('Permission denied', 'x')",
    ],
    "APP005": [
        "import os\nos.environ['TEMP'] = 'D:/tmp'",
        "import os\nos.environ.update({'TMP': 'D:/tmp'})",
        "from os import environ\ndef f():\n    environ['TMPDIR'] = 'D:/tmp'",
        "import os, tempfile\ntempfile.gettempdir()\nos.environ.setdefault('TEMP', 'x')",
    ],
    "APP006": [
        "import gradio as g\ndemo = g.Interface(print, 1, 2)\ndemo.launch()",
        "import gradio as g\nwith g.Blocks() as d:\n    pass\nd.queue().launch(share=False)",
        "from gradio import Interface\nInterface(print, 'a', 'b').launch(show_error=False)",
    ],
    "APP007": [
        "model.transcribe(['a.wav'], channel_selector='average')",
        "config = {'channel_selector': 'average'}",
        "def f(cfg):\n    cfg.channel_selector = 'average'",
    ],
    "APP008": [
        """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool:
            pool.map(model.transcribe, [['a'], ['b']])
        """,
        """
        import threading
        def work():
            model.transcribe(['a.wav'])
        threading.Thread(target=work).start()
        """,
        """
        import asyncio
        async def handler(path):
            return await asyncio.to_thread(model.transcribe, [path])
        """,
        """
        import gradio as gr
        def work(path):
            return model.transcribe([path])
        with gr.Blocks() as demo:
            gr.Button().click(work, concurrency_limit=None)
        """,
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.post("/transcribe")
        def endpoint(path: str):
            return model.transcribe([path])
        """,
    ],
}

HARMLESS = {
    "APP001": [
        "model.transcribe(['a.wav'])",
        "model.transcribe(['a.wav'], num_workers=0)",
        "config = model.get_transcribe_config()\nconfig.num_workers = 0\n"
        "model.transcribe(['a'], override_config=config)",
        "import nemo\n"
        "model.transcribe(['a'], override_config=nemo.TranscribeConfig(num_workers=0))",
    ],
    "APP002": [
        """
        for path in paths:
            try:
                print(model.transcribe([path]))
            except OSError:
                break
        """,
        """
        def serve(queue):
            while True:
                path = queue.get()
                try:
                    print(model.transcribe([path]))
                except OSError:
                    continue
        """,
        """
        def first_readable(paths):
            for path in paths:
                try:
                    return model.transcribe([path])
                except OSError:
                    continue
        """,
        "text = model.transcribe(['a.wav'])",
    ],
    "APP003": [
        """
        import logging
        try:
            model.transcribe(['a.wav'])
        except Exception as e:
            logging.exception("failed")
            print(e)
        """,
        """
        try:
            model.transcribe(['a.wav'])
        except Exception as e:
            print(e)
            raise
        """,
        """
        import traceback
        try:
            model.transcribe(['a.wav'])
        except Exception as e:
            print(traceback.format_exc(), e)
        """,
        """
        try:
            open('x')
        except Exception as e:
            print(e)
        """,
        """
        try:
            model.transcribe(['a.wav'])
        except KeyError as e:
            print(e)
        """,
    ],
    "APP004": [
        "print('WinError 32 means that a file is open')",
        "def f(e):\n    return getattr(e, 'winerror', None) == 32",
        "def f(e):\n    return 'ready' in str(e)",
    ],
    "APP005": [
        "import os\nprint(os.environ['TEMP'])",
        "import os, tempfile\nos.environ['TEMP'] = 'x'\ntempfile.tempdir = None",
        "import os\nos.environ['HF_HOME'] = 'x'",
    ],
    "APP006": [
        "import gradio as gr\ngr.Interface(print, 'a', 'b').launch(show_error=True)",
        "import gradio as gr\ndef f(**options):\n    gr.Blocks().launch(**options)",
        "import gradio\nfrom playwright.sync_api import chromium\nchromium.launch()",
    ],
    "APP007": [
        "model.transcribe(['a.wav'], channel_selector=0)",
        "print('average')",
    ],
    "APP008": [
        """
        import threading
        transcribe_lock = threading.Lock()
        def work():
            with transcribe_lock:
                model.transcribe(['a.wav'])
        threading.Thread(target=work).start()
        """,
        """
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(max_workers=1)
        pool.submit(model.transcribe, ['a.wav'])
        """,
        """
        import gradio as gr
        def work(path):
            return model.transcribe([path])
        with gr.Blocks() as demo:
            gr.Button().click(work, concurrency_limit=1)
        """,
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.post("/transcribe")
        def endpoint(path: str):
            model = load()
            return model.transcribe([path])
        """,
    ],
}


@pytest.mark.parametrize(
    ("code", "source"), [(code, source) for code, many in TRAPS.items() for source in many]
)
def test_a_trap_is_found_with_its_place(examine, code, source):
    (result,) = examine(code, source)
    assert result.severity in {Severity.ERROR, Severity.WARNING}
    assert result.location.file.endswith("main.py")
    assert result.location.line > 2
    assert result.evidence["file"] == result.location.file
    assert result.remedies


@pytest.mark.parametrize(
    ("code", "source"), [(code, source) for code, many in HARMLESS.items() for source in many]
)
def test_its_harmless_twin_is_not(examine, code, source):
    (result,) = examine(code, source)
    assert result.status is Status.PASS


@pytest.mark.parametrize("package", ["whisper", "faster_whisper", "openai"])
def test_another_recognisers_transcribe_is_not_ours(examine, package):
    source = f"import {package}\nmodel = {package}.load()\nmodel.transcribe('a', num_workers=4)"
    (result,) = examine("APP001", source, nemo=False, other=NEMO)
    assert result.status is Status.PASS


def test_a_module_without_nemo_belongs_to_the_app_that_uses_it(examine):
    (result,) = examine(
        "APP001", "def f(m):\n    m.transcribe('a', num_workers=4)", nemo=False, other=NEMO
    )
    assert result.severity is Severity.WARNING


def test_retrying_the_load_is_only_a_note(examine):
    source = """
    while True:
        try:
            model = ASRModel.restore_from("m.nemo")
            break
        except OSError:
            pass
    """
    (result,) = examine("APP002", source)
    assert result.severity is Severity.INFO


def test_a_silenced_line_is_a_skip_with_its_reason(examine):
    source = "model.transcribe(['a'], num_workers=4)  # winasr: ignore[APP001] Linux only\n"
    (result,) = examine("APP001", source)
    assert result.status is Status.SKIP
    assert "Linux only" in result.summary
    assert result.suppression == Suppression("Linux only")
    assert result.evidence["suppressed"] is True


def test_temp_set_before_the_imports_is_fine(examine):
    source = "import os\nos.environ['TEMP'] = 'x'\nimport torch\n"
    (result,) = examine("APP005", source, nemo=False)
    assert result.status is Status.PASS


def test_columns_count_characters(examine):
    source = "ü = 'äöü'; model.transcribe(['a'], num_workers=2)\n"
    (result,) = examine("APP001", source)
    assert result.evidence["column"] == source.index("model") + 1
