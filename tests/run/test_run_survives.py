"""What `run` saves an app from, and what it says about it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import jsonschema
import psutil
import pytest

from winasr_doctor import schemas

from .conftest import LOAD, TRANSCRIBE, Place

LOCKED = "unlink:32*inf@manifest.json"


def test_temp_is_a_private_folder_that_goes_with_the_app(place: Place):
    app = place.write(
        "app.py",
        """
        import os, tempfile
        folder = tempfile.gettempdir()
        open(tempfile.mkstemp()[1], "w").close()
        print(folder, *(os.environ[name] == folder for name in ("TEMP", "TMP", "TMPDIR")))
        """,
    )
    temp, *same = place.run(app).stdout.split()
    assert same == ["True"] * 3
    assert Path(temp).parent == place.scratch
    assert list(place.scratch.iterdir()) == []
    assert place.run(app).stdout.split()[0] != temp  # another run has another one


def test_a_text_comes_through_a_manifest_that_cannot_be_deleted(place: Place):
    app = place.write("app.py", TRANSCRIBE + "print(transcribe())")
    finished = place.run(app, options=("--inject", LOCKED))
    assert (finished.returncode, finished.stdout) == (0, "['the text']\n")
    assert "rescued: 1 of 1 temporary folder of NeMo's" in finished.stderr
    assert "transcribing: WinError 32 on manifest.json; the texts were kept" in finished.stderr
    assert "fired 0" not in finished.stderr
    assert (
        "left: nothing: 1 temporary folder could be removed when the app had ended"
        in finished.stderr
    )
    assert list(place.scratch.iterdir()) == []


def test_without_the_guard_it_does_not(place: Place):
    app = place.write(
        "app.py",
        f"""
        from winasr_doctor.faults import inject
        {TRANSCRIBE}
        with inject({LOCKED!r}):
            transcribe()
        """,
    )
    finished = place.plain(app)
    assert finished.returncode == 1
    assert "Error: [WinError" in finished.stderr


def test_the_true_error_comes_out(place: Place):
    app = place.write(
        "app.py",
        f"""
        {LOAD}
        def work():
            raise TypeError("two channels")
        try:
            restore_from(work)
        except Exception as error:
            print(repr(error))
        """,
    )
    finished = place.run(app, options=("--inject", "unlink:32*3"))
    assert finished.stdout == "TypeError('two channels')\n"
    assert "loading: WinError 32 on model_weights.ckpt; the real error was raised, TypeError" in (
        finished.stderr
    )
    assert "removed after 4 attempts" in finished.stderr
    assert "unlink:32*3 fired 3 times" in finished.stderr


def test_an_older_error_of_the_app_is_not_taken_for_nemos(place: Place):
    app = place.write(
        "app.py",
        f"""
        {LOAD}
        try:
            raise KeyError("earlier")
        except KeyError:
            restore_from()
        """,
    )
    finished = place.run(app, options=("--inject", "unlink:32*3"))
    assert "the model was kept" in finished.stderr


def test_faults_without_a_pattern_keep_to_nemos_folders(place: Place):
    app = place.write(
        "app.py",
        f"""
        import os, tempfile
        {TRANSCRIBE}
        with tempfile.TemporaryDirectory() as own:
            open(os.path.join(own, "mine"), "w").close()
            print(transcribe(lambda: os.unlink(os.path.join(own, "mine"))))
        """,
    )
    finished = place.run(app, options=("--inject", "unlink:32*2; rmdir:145"))
    assert finished.stdout == "['the text']\n"
    assert "unlink:32*2 fired twice" in finished.stderr.replace("2 times", "twice")


def test_faults_with_a_pattern_go_anywhere(place: Place):
    app = place.write("app.py", "import os; open('mine', 'w').close(); os.unlink('mine')")
    finished = place.run(app, options=("--inject", "unlink:32@mine"))
    assert finished.returncode == 1
    assert "PermissionError: [WinError 32]" in finished.stderr
    assert "unlink:32@mine fired once" in finished.stderr


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_worker_processes_are_guarded(place: Place, method: str):
    if method == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    app = place.write(
        "app.py",
        f"""
        import multiprocessing, os, warnings
        {TRANSCRIBE}
        def work(queue):
            queue.put((os.getpid(), transcribe()))

        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            queue = context.SimpleQueue()
            worker = context.Process(target=work, args=(queue,))
            worker.start()
            pid, texts = queue.get()
            worker.join()
            print(pid != os.getpid(), texts, worker.exitcode)
        """,
    )
    finished = place.run(app, options=("--inject", LOCKED))
    assert finished.stdout == "True ['the text'] 0\n", finished.stderr
    assert "rescued: 1 of 1" in finished.stderr
    assert "never fired" not in finished.stderr


def test_threads_are_guarded(place: Place):
    app = place.write(
        "app.py",
        f"""
        from concurrent.futures import ThreadPoolExecutor
        {TRANSCRIBE}
        with ThreadPoolExecutor(4) as pool:
            print(list(pool.map(lambda _: transcribe()[0], range(8))))
        """,
    )
    finished = place.run(app, options=("--inject", "unlink:32*8"))
    assert finished.stdout == f"{['the text'] * 8}\n"
    assert "of 8 temporary folders" in finished.stderr


def test_the_verdict_is_written_as_json(place: Place):
    fail = "def fail(): raise RuntimeError('CUDA out of memory')\n"
    app = place.write("app.py", f"{LOAD}{fail}restore_from(fail)")
    plan = "unlink:32*3@*model_weights.ckpt"
    finished = place.run(app, options=("--inject", plan, "--report", "run.json"))
    document = json.loads((place.folder / "run.json").read_text(encoding="ascii"))
    jsonschema.validate(document, schemas.load("run-1"))
    jsonschema.validate(document["diagnosis"], schemas.load("diagnosis-1"))
    assert document["exit_code"] == finished.returncode == 1
    assert document["injected"] == {plan: 3}
    assert document["untested"] == []
    assert [rescued["error"] for rescued in document["rescued"]] == ["RuntimeError"]
    assert document["diagnosis"]["id"] == "gpu-out-of-memory"


def test_a_verdict_that_cannot_be_written_leaves_the_exit_code(place: Place):
    finished = place.run(place.write("app.py", "raise SystemExit(7)"), options=("--report", "."))
    assert finished.returncode == 7
    assert "Error: cannot write the report to .: " in finished.stderr


def test_an_app_without_nemo_has_nothing_to_rescue(place: Place):
    finished = place.run(place.write("app.py", "pass"))
    assert finished.stderr.splitlines()[1:] == [
        "  NeMo made no temporary folder: there was nothing to rescue",
        "  left: nothing",
    ]


def test_the_summary_before_names_the_folder_and_what_is_wrong(place: Place):
    app = place.write("app.py", "print('out')")
    finished = place.run(app, options=("--inject", LOCKED))
    summary, _, _ = finished.stderr.partition("the app ended")
    assert str(place.scratch) in summary
    assert LOCKED in summary
    assert "guard" in summary
    assert finished.stdout == "out\n"


STUCK = f"""
    import os, tempfile, threading, time
    {TRANSCRIBE}
    def work():
        (folder,) = (entry.path for entry in os.scandir(tempfile.gettempdir()))
        held = open(os.path.join(folder, "manifest.json"))
        while not os.path.exists("go"):
            time.sleep(0.05)
    def compute():
        while True:
            pass
    {{others}}
    print(transcribe(work))
    """


@pytest.mark.skipif(sys.platform == "darwin", reason="nothing is watched there")
@pytest.mark.wine_differs("waiting itself takes more CPU there than a rest may", run=False)
@pytest.mark.parametrize(
    ("others", "words"),
    [
        ("", "nothing has moved for"),
        (
            "threading.Thread(target=compute, daemon=True).start()",
            "nothing has moved in NeMo's transcribing for",
        ),
    ],
    ids=["nothing moves", "only NeMo's thread does not"],
)
def test_a_hang_inside_nemo_is_reported_with_what_it_holds(place: Place, others: str, words: str):
    place.write("app.py", STUCK.format(others=others))
    silence = "2" if others else "0.5"  # a thread that computes gets some CPU time in 2 s
    process = place.popen("app.py", options=("-q", "--silence", silence, "--report", "run.json"))
    output = threading.Thread(target=process.stdout.read)
    output.start()
    said = ""
    while "NeMo's transcribing: " not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    (place.folder / "go").touch()
    output.join()
    said += process.communicate()[1]
    assert process.returncode == 0
    assert words in said
    assert said.count("  why: NeMo's transcribing in process ") == 1
    assert "main thread (in NeMo's transcribing), waits in a loop of the app that sleeps" in said
    assert "open file" in said
    assert "manifest.json" in said
    assert "  hung: NeMo's transcribing in process " in said
    assert json.loads((place.folder / "run.json").read_bytes())["silent"] == 1


SLEEPER = "import os; print(os.getpid(), flush=True); __import__('time').sleep(60)"


def test_an_app_whose_run_is_killed_keeps_its_folder_to_its_end(place: Place):
    app = place.write("app.py", SLEEPER)
    other = place.write("other.py", "pass")
    process = place.popen(app, options=("-q", "--detach"))
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.kill()
    process.wait()
    place.run(other)
    assert len(list(place.scratch.iterdir())) == 2
    os.kill(pid, signal.SIGTERM)
    process.communicate()  # until the app, too, has closed its end
    with suppress(psutil.NoSuchProcess):  # it is an orphan, which the system is to bury
        psutil.Process(pid).wait(60)
    place.run(other)
    assert list(place.scratch.iterdir()) == []


@pytest.mark.skipif(sys.platform == "darwin", reason="nothing ties a process to another there")
def test_an_app_whose_run_is_killed_ends_with_it(place: Place):
    process = place.popen(place.write("app.py", SLEEPER))
    assert process.stdout is not None
    app = psutil.Process(int(process.stdout.readline()))
    process.kill()
    process.communicate()  # until the app, too, has closed its end
    with suppress(psutil.NoSuchProcess):
        app.wait(60)


def test_folders_in_a_guard_of_the_apps_own_are_told(place: Place):
    app = place.write(
        "app.py",
        f"""
        import threading
        from winasr_doctor import guard
        {TRANSCRIBE}
        def work():
            with guard(on_attempt=lambda attempt: None):
                print(transcribe())
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        """,
    )
    finished = place.run(app, options=("--inject", LOCKED))
    assert finished.stdout == "['the text']\n", finished.stderr
    assert "rescued: 1 of 1 temporary folder of NeMo's" in finished.stderr
