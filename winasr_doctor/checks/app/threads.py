"""APP008: several transcriptions at the same time on one model, or a model loaded per request."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.checks.app.common import found, over_app
from winasr_doctor.checks.app.executors import started_in_threads
from winasr_doctor.checks.app.gradio_events import simultaneous_events
from winasr_doctor.checks.app.locking import is_cached, is_locked
from winasr_doctor.checks.app.reloads import Loading, has_its_own, loading_pages
from winasr_doctor.checks.app.servers import endpoints, loading_endpoints
from winasr_doctor.checks.app.speech import Work, speech_of
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, warning
from winasr_doctor.machine.base import Machine, NotApplicable, Unreadable

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import CallPaths, Site

CODE = "APP008"

_USE_A_LOCK = Remedy(
    "Let one transcription run at a time",
    (
        Step("At module level", "transcribe_lock = threading.Lock()", "python"),
        Step("Around every call", "with transcribe_lock:\n    model.transcribe(...)", "python"),
    ),
)
_LOAD_ONCE = Remedy(
    "Load the model once",
    (
        Step(
            "At module level, before the server starts",
            "model = ASRModel.from_pretrained(...)  # or WhisperModel(...)",
            "python",
        ),
        Step("With Streamlit, in a function under", "@st.cache_resource", "python"),
        Step("In the request, only", "with transcribe_lock:\n    model.transcribe(...)", "python"),
    ),
)


def _look(gradio: str | None, app: Application) -> Iterator[Finding]:
    speech = speech_of(app)
    nemo = Loading(speech.direct[Work.LOAD], speech.runs)
    if speech.direct[Work.RUN] or nemo.loads:
        yield from _overlaps(gradio, app, speech.direct[Work.RUN], nemo)
        cost = (
            "it unpacks the whole model into TEMP and changes the process's current directory each"
            " time"
        )
        yield from _reloads(app, nemo, cost)
    if speech.whisper_loads:
        whisper = Loading(speech.whisper_loads, speech.whisper_runs, changes_the_process=False)
        if speech.whisper_one_at_a_time:
            yield from _overlaps(gradio, app, speech.whisper_one_at_a_time, whisper)
        cost = "that takes seconds to minutes each time, and two at once need the memory twice"
        yield from _reloads(app, whisper, cost)


def _overlaps(
    gradio: str | None, app: Application, runs: tuple[Site, ...], work: Loading
) -> Iterator[Finding]:
    graph = app.calls
    shared = graph.spread((s for s in runs if not is_locked(s)), lambda s: not is_locked(s))
    per_request = _loads_each_time(app, work.loads)
    in_common = graph.spread(
        (s for s in runs if not is_locked(s) and not has_its_own(app, s, per_request)),
        lambda s: not is_locked(s),
    )
    if not work.changes_the_process:
        shared = in_common
    met: set[ast.AST] = set()
    for file, node, what in (
        *started_in_threads(app, shared),
        *simultaneous_events(app, in_common, gradio),
        *endpoints(app, shared, per_request),
    ):
        if node not in met:
            met.add(node)
            summary = f"{what}: transcribe() is not safe to run twice at once on one model"
            yield found(warning, CODE, file, node, summary, [_USE_A_LOCK])


def _reloads(app: Application, work: Loading, cost: str) -> Iterator[Finding]:
    per_request = _loads_each_time(app, work.loads)
    met: set[ast.AST] = set()
    for file, node, what in (
        *loading_endpoints(app, per_request, work.runs),
        *loading_pages(app, per_request, work),
    ):
        if node not in met:
            met.add(node)
            yield found(warning, CODE, file, node, f"{what}: {cost}", [_LOAD_ONCE])


def _loads_each_time(app: Application, loads: tuple[Site, ...]) -> CallPaths:
    return app.calls.spread(
        (s for s in loads if not is_cached(s)), lambda s: not is_cached(s) and not is_locked(s)
    )


def _gradio_of(host: Machine) -> str | None:
    """Return the installed version of Gradio, if it is known."""
    try:
        return host.packages.version("gradio")
    except (Unreadable, NotApplicable):
        return None


@check(CODE, reads=("packages",))
def transcribes_concurrently(host: Machine) -> Iterable[Finding]:
    """Several transcriptions run at the same time on one model.

    **What.** `transcribe()` and `diarize()` in thread pools and threads, in Gradio events that may
    overlap, and in requests that a server answers in threads (Flask, plain `def` endpoints of
    FastAPI, `ThreadingHTTPServer`), of NeMo, openai-whisper or WhisperX. Also a model of
    NeMo or Whisper that is loaded again in every request or Gradio event that transcribes, or
    whenever Streamlit runs its script again.
    **Why.** NeMo's `transcribe` changes the model while it runs (modes, decoding, the current
    directory while loading): results get mixed up, or a folder stays locked because it is the
    current directory. openai-whisper keeps its cache in hooks on the model, and WhisperX its
    tokenizer in it; with faster-whisper it is safe. Loading a Whisper model again takes as long
    each time, and two users at once need the memory twice.
    **Decided by.** The call, or a function that leads to it, is passed to threads or answers
    requests. Since version 4, Gradio runs each event function with its own limit of one, so two
    event functions overlap unless they share a `concurrency_id`; an event with `queue=False` or a
    raised limit overlaps itself. Gradio 3 with `queue()` runs one event at a time, without it any
    number. Process pools are silent: each process has its own model. A `with` on something called
    lock, mutex or semaphore, an executor with one worker, or one thread with a `while` loop around
    the work silences the check; so does a thread that is started after a button is disabled or
    under a flag, and a load under `if model is None` or a cache decorator.
    **Do.** Hold one lock around every call; load the model once.
    **Source.** NeMo issue 13988; NeMo 3.0.0 `transcription.py` and `save_restore_connector.py`;
    Gradio 6.31 `block_function.py` (`concurrency_id or str(id(fn))`) and `queueing.py`; Gradio 3.50
    `Blocks.queue`; Flask, `Flask.run` (`threaded=True` since 1.0); FastAPI, "Concurrency and async
    / await"; docs.python.org, `http.server.ThreadingHTTPServer`;
    docs.streamlit.io, "Caching overview"; openai-whisper, `whisper/__init__.py` (each load reads
    and hashes the whole file) and `decoding.py` (`PyTorchInference`); WhisperX issue 1171.
    """
    return over_app(
        CODE, partial(_look, _gradio_of(host)), "only one transcription runs at a time"
    )(host)
