"""`load_model`: loads a NeMo model from a name, a Hub repository or a file."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from winasr_doctor._util.devices import DeviceName, parse_device
from winasr_doctor.asr import failure as failing
from winasr_doctor.asr import hub_download, jobs, messages, speech_language
from winasr_doctor.asr.arguments import Cleanups, check_arguments, check_callable
from winasr_doctor.asr.downloads import Watch
from winasr_doctor.asr.files import check_model_file
from winasr_doctor.asr.models import ModelSource, find_model
from winasr_doctor.asr.named_lock import LOADING
from winasr_doctor.asr.outcomes import LoadOutcome, LoadStatus
from winasr_doctor.asr.torch_device import choose_device, needed
from winasr_doctor.frameworks.nemo import calls, names
from winasr_doctor.locks import RetryPolicy

if TYPE_CHECKING:
    from winasr_doctor.locks.tree_removal import OnAttempt


@dataclass
class _Progress:
    """How far the worker got."""

    path: str | None = None
    commit: str | None = None
    device: str | None = None
    notes: tuple[str, ...] = ()


def load_model(
    name_or_path: str | os.PathLike[str],
    *,
    revision: str | None = None,
    device: str = "auto",
    policy: RetryPolicy | None = None,
    on_attempt: OnAttempt | None = None,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    on_start: jobs.OnStart | None = None,
    scan: bool = True,
) -> LoadOutcome:
    """Load a NeMo speech model and return the outcome.

    The work runs in its own thread, in a copy of the caller's context. Only one load runs at a
    time. While NeMo unpacks a model, it briefly changes the current directory of the whole process;
    relative paths are made absolute before that.

    Args:
        name_or_path: `tiny` (bundled), a known model (`parakeet-tdt-0.6b-v3`, `canary-1b-v2` ...,
            or a short name such as `parakeet-v3`), a Hub repository `owner/name`, or a path to a
            `.nemo` file, or to the folder of a speech-language model.
        revision: A commit's full hash, a branch or a tag of the Hub repository. Anything else is
            refused before anything is downloaded.
        device: `auto` (the first GPU if there is one, else the CPU), `cpu`, `cuda`, `cuda:N` or
            `mps`.
        policy: How long to keep trying to remove a temporary folder; 3 s by default.
        on_attempt: Called after each attempt, in the worker's thread.
        timeout: Seconds until the call gives up waiting; `None` for no limit.
        cancel: Ends the wait within a tenth of a second when set.
        on_start: Called in the caller's thread before the work begins, with a function that returns
            the work's `JobState` and may be called from any thread.
        scan: Whether to scan this machine, for up to 2 s, if files were locked.

    Returns:
        The outcome: `loaded`, `loaded_cleanup_failed` (with the model) or `load_failed`, with the
        real error, every cleanup attempt, the leftovers and a message for people.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument is out of range.
    """
    name = _checked_name(name_or_path)
    check_arguments(policy, on_attempt, timeout, cancel, scan)
    check_callable("on_start", on_start)
    if revision is not None and not isinstance(revision, str):
        raise TypeError(f"revision must be a text, not {type(revision).__name__}")
    wanted_device = parse_device(device)
    started = perf_counter()
    progress, cleanups = _Progress(), Cleanups(policy, on_attempt)
    # Here and not in the worker: the current directory may have changed by then.
    wanted = name_or_path if isinstance(name_or_path, str) else os.path.abspath(name_or_path)  # noqa: PTH100

    def work(job: jobs.Job) -> Any:  # noqa: ANN401 - the framework's model
        source = find_model(wanted)
        return _load(job, source, revision, wanted_device, progress, cleanups)

    result = jobs.run(work, timeout=timeout, cancel=cancel, on_start=on_start)
    if isinstance(result, jobs.Done):
        return _loaded(name, result.value, progress, cleanups, started, scan=scan)
    if isinstance(result, jobs.Stuck):
        raised: BaseException = failing.of_stuck(f"Loading {name}", result)
    else:
        raised = result.error
        if not isinstance(raised, Exception):
            raise raised
    failure = failing.judge(
        f"{name} was not loaded", raised, cleanups.reports, cleanups.problems, scan=scan
    )
    return LoadOutcome(
        status=LoadStatus.LOAD_FAILED,
        name=name,
        source=progress.path,
        revision=progress.commit,
        device=progress.device,
        seconds=perf_counter() - started,
        **failure._asdict(),
    )


def _checked_name(name_or_path: object) -> str:
    if not isinstance(name_or_path, (str, os.PathLike)):
        kind = type(name_or_path).__name__
        raise TypeError(f"name_or_path must be a text or a path, not {kind}")
    name = os.fspath(name_or_path)
    if not isinstance(name, str):
        raise TypeError("name_or_path must be a text path, not bytes")
    if not name.strip():
        raise ValueError(f"name_or_path is empty: name a model or a {names.SUFFIX} file")
    return name


def _load(
    job: jobs.Job,
    source: ModelSource,
    revision: str | None,
    device: DeviceName,
    progress: _Progress,
    cleanups: Cleanups,
) -> Any:  # noqa: ANN401 - the framework's model
    if revision is not None:
        hub_download.check_revision(revision, source)
    if source.is_speech_language:
        return _load_speech_language(job, source, revision, device, progress, cleanups)
    path = source.path
    if path is None:
        _at_download(job, source, f"downloading {source.filename} of {source.repo_id}")
        with cleanups.guarded(job):
            path, progress.commit = hub_download.download(source, revision)
    job.at(f"looking at {path}")
    check_model_file(path)
    progress.path = path
    job.at("importing torch")
    progress.device = choose_device(device)
    with LOADING.taken(job), cleanups.guarded(job):
        job.at(f"importing {names.NAME} and restoring {path}")
        with needed(names.NAME):
            calls.import_asr_model()
        return calls.restore(path, progress.device)


def _at_download(job: jobs.Job, source: ModelSource, stage: str) -> None:
    assert source.repo_id is not None  # noqa: S101 - else there is nothing to download
    job.at(stage, jobs.JobStep.DOWNLOADING, Watch(source.repo_id, source.download_bytes))


def _load_speech_language(
    job: jobs.Job,
    source: ModelSource,
    revision: str | None,
    device: DeviceName,
    progress: _Progress,
    cleanups: Cleanups,
) -> Any:  # noqa: ANN401 - the framework's model

    job.at("importing torch")
    progress.device = choose_device(device)
    loaded = speech_language.load(job, source, revision, progress.device, cleanups)
    progress.path, progress.commit, progress.notes = loaded.path, loaded.commit, loaded.notes
    return loaded.model


def _loaded(
    name: str,
    model: Any,  # noqa: ANN401 - the framework's model
    progress: _Progress,
    cleanups: Cleanups,
    started: float,
    *,
    scan: bool,
) -> LoadOutcome:
    reports, problems = cleanups.reports, (*cleanups.problems, *progress.notes)
    clean = all(report.gone for report in reports)
    where = f"{name} is loaded on {progress.device}"
    if clean:
        message = messages.of_success(f"{where}.", reports, problems)
    else:
        headline = f"{where} and can be used; a temporary folder could not be removed."
        message = failing.of_leftovers(headline, reports, problems, scan=scan)
    return LoadOutcome(
        status=LoadStatus.LOADED if clean else LoadStatus.LOADED_CLEANUP_FAILED,
        name=name,
        model=model,
        source=progress.path,
        revision=progress.commit,
        device=progress.device,
        cleanups=reports,
        message=message,
        seconds=perf_counter() - started,
    )
