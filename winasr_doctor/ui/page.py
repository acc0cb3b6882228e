"""Builds the page: Gradio's components, and the callbacks that connect them to the handler.

Importing this module imports Gradio; `server.start` sets its environment variables first.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import gradio as gr

from winasr_doctor.models.languages import name_of
from winasr_doctor.transcripts.editing import page_text
from winasr_doctor.transcripts.exports import FORMATS
from winasr_doctor.ui import findings, listening, status_messages, texts
from winasr_doctor.ui.handler import Handler, PageView, TranscriptionRequest
from winasr_doctor.ui.job_progress import display_names
from winasr_doctor.ui.models import Choice
from winasr_doctor.ui.preflight import blocked_by
from winasr_doctor.ui.status import PageStatus, StatusKind, clean, render

WAITING = 16
"""Maximum number of transcriptions waiting or running; more are refused with a message."""

AUDIO_TYPES = ["audio", ".wav", ".flac", ".ogg", ".mp3", ".opus", ".aiff"]


class CallbackError(Exception):
    """Replaces a raised object that is not an `Exception`, which would end Gradio's server."""


class SpeakingBlocks(gr.Blocks):  # type: ignore[misc,unused-ignore]
    """Blocks that remember why a callback failed, so that the status can show it.

    Gradio raises outside the callback when it checks its outputs, and does not pass the reason to
    `.failure()`. A `SystemExit` or `KeyboardInterrupt` ends the server's thread.
    """

    handler: Handler

    async def process_api(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - Gradio's
        """Run one callback; see `gradio.Blocks.process_api`."""
        try:
            return await super().process_api(*args, **options)
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException as error:
            self.handler.sessions.of(_session(options.get("request"))).trouble = error
            if isinstance(error, Exception):
                raise
            raise CallbackError(f"{type(error).__name__}: {error}") from error


def build(handler: Handler, first_device: str = "auto") -> SpeakingBlocks:
    """Build the page.

    Args:
        handler: Does the work of the callbacks.
        first_device: The device that is selected at first.
    """
    # Served from their own folder: Gradio's copies would outlive the tab.
    gr.set_static_paths([handler.sessions.results])
    page: SpeakingBlocks = SpeakingBlocks(title=texts.TITLE, analytics_enabled=False)
    with page:
        page.handler = handler
        gr.Markdown(f"# {texts.TITLE}\n\n{texts.INTRODUCTION}", elem_id="title")
        with gr.Row(elem_id="columns"):
            with gr.Column():
                audio = gr.File(
                    label=texts.FILES,
                    file_count="multiple",
                    file_types=AUDIO_TYPES,
                    elem_id="audio",
                    height=150,
                )
                microphone = gr.Audio(
                    label=texts.MICROPHONE,
                    sources=["microphone"],
                    type="filepath",
                    buttons=["download"],  # by default also one that sends it to a web site
                    elem_id="microphone",
                )
                options = _options(handler.choices.values())
                model = gr.Dropdown(
                    options,
                    value=options[0][1],
                    label=texts.MODEL,
                    info=texts.MODEL_HELP,
                    allow_custom_value=True,
                    elem_id="model",
                )
                with gr.Row():
                    language = gr.Dropdown(
                        [(texts.DEFAULT_LANGUAGE, "")],
                        value="",
                        label=texts.LANGUAGE,
                        info=texts.LANGUAGE_HELP,
                        visible=False,
                        elem_id="language",
                    )
                    diarizer = gr.Dropdown(
                        [(texts.ONE_SPEAKER, ""), *_options(handler.diarizers.values())],
                        value="",
                        label=texts.SPEAKERS,
                        info=texts.SPEAKERS_HELP,
                        allow_custom_value=True,
                        elem_id="diarizer",
                    )
                device = gr.Dropdown(
                    _devices(first_device), value=first_device, label=texts.DEVICE, elem_id="device"
                )
                wanted = gr.Checkbox(value=True, label=texts.TIMESTAMPS, elem_id="with_timestamps")
                with gr.Row():
                    transcribe = gr.Button(
                        texts.TRANSCRIBE, variant="primary", elem_id="transcribe"
                    )
                    cancel = gr.Button(texts.CANCEL, interactive=False, elem_id="cancel")
            with gr.Column():
                status = gr.HTML(
                    render(PageStatus(StatusKind.OK, texts.READY)),
                    label=texts.STATUS,
                    elem_id="status_output",
                )
                anyway = gr.Button(texts.ANYWAY, visible=False, elem_id="anyway")
                table = gr.Dataframe(
                    headers=list(texts.RECORDING_COLUMNS),
                    datatype="str",
                    interactive=False,
                    visible=False,
                    wrap=True,
                    column_widths=["32%", "18%", "32%", "18%"],
                    label=texts.RECORDINGS,
                    elem_id="recordings",
                )
                players = gr.HTML(elem_id="players")
                words, listen = _search_and_words()
                transcript = gr.Textbox(
                    label=texts.TRANSCRIPT,
                    lines=4,
                    max_lines=16,
                    interactive=True,  # else it could not be reached by Tab; page.js locks it
                    buttons=["copy"],
                    elem_id="transcript",
                )
                note = gr.HTML(elem_id="note")
                with gr.Group(elem_id="downloads"), gr.Row():
                    downloads = [
                        gr.DownloadButton(
                            each.upper(),
                            interactive=False,
                            elem_id=f"download_{each}",
                            size="sm",
                            min_width=60,
                        )
                        for each in FORMATS
                    ]
                    archive = gr.DownloadButton(
                        texts.ARCHIVE,
                        visible=False,
                        elem_id="download_zip",
                        size="sm",
                        min_width=60,
                    )
        with gr.Accordion(texts.FINDINGS, open=True):
            panel = gr.HTML(findings.note(texts.NOT_SCANNED), elem_id="findings")
            rescan = gr.Button(texts.RESCAN, elem_id="rescan", size="sm")

        heard = [words, listen, note]
        outputs = [
            *(status, transcript, *heard, *downloads, archive),
            *(table, transcribe, cancel, anyway),
        ]
        inputs = [audio, microphone, model, device, wanted, language, diarizer]
        calls = _Callbacks(handler)
        for button, callback, name in (
            (transcribe, calls.transcribe, "transcribe"),
            (anyway, calls.transcribe_anyway, "transcribe_anyway"),
        ):
            event = button.click(
                callback,
                inputs,
                outputs,
                api_name=name,
                concurrency_limit=WAITING,
                concurrency_id="transcribe",
                show_progress="minimal",
                show_progress_on=[transcript],
            )
            event.failure(calls.failed, None, [status, transcribe, cancel], **_QUIETLY)
        cancel.click(calls.cancel, None, status, **_QUIETLY)
        for component in (audio, microphone):
            component.change(calls.uploaded, [audio, microphone], players, **_QUIETLY)
        for listen_to, now in (
            (microphone.start_recording, "true"),
            (microphone.stop_recording, "false"),  # comes when the recording is uploaded
            (microphone.clear, "false"),
        ):
            listen_to(None, js=f"() => {{ window.winasrRecords({now}); }}", **_QUIETLY)
        model.change(calls.chosen, model, [language, wanted], **_QUIETLY)
        # Gradio's `input` comes only with a key that writes, not with Delete or a paste; `change`
        # also comes when a job changes the text, but page.js knows whether somebody did.
        transcript.change(
            calls.edited,
            transcript,
            [words, note, *downloads, archive],
            trigger_mode="always_last",
            js="(text) => [window.winasrChanged ? text : null]",
            **_QUIETLY,
        )
        scan = {**_QUIETLY, "queue": True, "concurrency_limit": 4, "concurrency_id": "scan"}
        rescan.click(calls.examine, None, [panel, model], **scan)
        page.load(calls.examine, None, [panel, model], **scan)
        page.unload(calls.ended)
    page.queue(max_size=2 * WAITING, default_concurrency_limit=WAITING)
    return page


def _search_and_words() -> tuple[gr.HTML, gr.Group]:
    with gr.Group(visible=False, elem_id="listening") as group:
        gr.Textbox(
            label=texts.SEARCH,
            info=texts.SEARCH_HELP,
            max_lines=1,
            interactive=True,
            elem_id="search",
        )
        words = gr.HTML(elem_id="words")
    return words, group


_QUIETLY: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def theme() -> gr.themes.Base:
    """Return the page's theme, with the system's fonts: none is downloaded."""
    return gr.themes.Soft(
        primary_hue="blue",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def _options(choices: Iterable[Choice]) -> list[tuple[str, str]]:
    return [(each.label, each.name) for each in choices]


def _devices(first: str) -> list[tuple[str, str]]:
    known = list(texts.DEVICES)
    return known if any(first == value for _, value in known) else [(first, first), *known]


def style() -> str:
    """Return the page's style sheet."""
    return files("winasr_doctor.ui").joinpath("style.css").read_text(encoding="utf-8")


def script() -> str:
    """Return the page's script, as a function that Gradio calls."""
    source = files("winasr_doctor.ui").joinpath("page.js").read_text(encoding="utf-8")
    return f"() => {{ ({source.rstrip().rstrip(';')})({json.dumps(texts.CLIENT)}); }}"


class _Callbacks:
    """The callbacks for Gradio.

    `request` must be positional: Gradio does not inject it by keyword, and all tabs would share a
    session.
    """

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def transcribe(
        self,
        audio: list[str] | None,
        microphone: str | None,
        model: str | None,
        device: str,
        timestamps: bool,
        language: str,
        diarizer: str,
        request: gr.Request,
    ) -> Iterator[list[Any]]:
        """Transcribe what is selected."""
        wish = TranscriptionRequest(
            _paths(audio, microphone), model, device, timestamps, language, diarizer
        )
        yield from self._run(request, wish)

    def transcribe_anyway(
        self,
        audio: list[str] | None,
        microphone: str | None,
        model: str | None,
        device: str,
        timestamps: bool,
        language: str,
        diarizer: str,
        request: gr.Request,
    ) -> Iterator[list[Any]]:
        """Transcribe what is selected, in spite of the doctor's findings."""
        wish = TranscriptionRequest(
            _paths(audio, microphone), model, device, timestamps, language, diarizer, anyway=True
        )
        yield from self._run(request, wish)

    def _run(self, request: gr.Request, wish: TranscriptionRequest) -> Iterator[list[Any]]:
        with self._handler.sessions.using(wish.audio):  # those of a program belong to no tab
            for view in self._handler.run(_session(request), wish):
                yield _shown(view)

    def cancel(self, request: gr.Request) -> Any:  # noqa: ANN401 - a value or an update
        status = self._handler.cancel(_session(request))
        return gr.skip() if status is None else render(status)

    def failed(self, request: gr.Request) -> list[Any]:
        """Show an error that no callback could show."""
        status = self._handler.trouble(_session(request))
        return [render(status), gr.update(interactive=True), gr.update(interactive=False)]

    def uploaded(self, audio: list[str] | None, microphone: str | None, request: gr.Request) -> str:
        """Record what a tab has uploaded, and show how to listen to it."""
        paths = _paths(audio, microphone)
        self._handler.sessions.uploaded(_session(request), paths)
        lengths = [self._handler.engine.duration(path) for path in paths]
        return listening.players(paths, display_names(paths), lengths)

    def chosen(self, model: str | None) -> list[Any]:
        """Offer what a model takes: its languages, and times where it knows them."""
        known = self._handler.known(model)
        takes = known.languages if known and known.language_options("") else ()
        options = [(texts.DEFAULT_LANGUAGE, ""), *((name_of(code), code) for code in takes)]
        timed = known is None or known.timestamps
        return [
            gr.update(choices=options, value="", visible=bool(takes)),
            gr.update(interactive=timed, value=timed),
        ]

    def edited(self, text: str | None, request: gr.Request) -> list[Any]:
        """Take over a text that somebody changed; it is `None` if a job did."""
        view = None if text is None else self._handler.edit(_session(request), text)
        if view is None:
            return [gr.skip()] * (3 + len(FORMATS))
        words = listening.words(view.transcripts, view.names)
        shown = [words, listening.note(view.note, text or "")]
        downloads = _downloads(view.files) if view.files else [gr.skip()] * (1 + len(FORMATS))
        return [*shown, *downloads]

    def examine(self) -> Iterator[list[Any]]:
        """Scan this machine, and mark in the list the models that a finding blocks."""
        for shown, report in findings.examine(self._handler.engine.scan):
            if report is None:
                yield [shown, gr.skip()]
                continue
            self._handler.refresh()
            choices = self._handler.choices
            blocked = blocked_by(report, choices.values())
            options = [
                (f"{each.label} ({texts.BLOCKED_BY.format(code=blocked[name])})", name)
                if name in blocked
                else (each.label, name)
                for name, each in choices.items()
            ]
            # Without a value: somebody may have chosen another model meanwhile.
            yield [shown, gr.update(choices=options)]

    def ended(self, request: gr.Request) -> None:
        """Free a tab's resources."""
        self._handler.sessions.end(_session(request))


def _session(request: Any) -> str:  # noqa: ANN401 - gr.Request, or nothing from the API
    return getattr(request, "session_hash", None) or "no session"


def _paths(audio: list[str] | None, microphone: str | None) -> tuple[str, ...]:
    return (*(audio or ()), *((microphone,) if microphone else ()))


def _shown(view: PageView) -> list[Any]:
    """Convert a view to values for the page's outputs."""
    try:
        status = render(view.status)
    except Exception as error:  # noqa: BLE001 - the status is the one thing that must appear
        status = render(status_messages.of_error(texts.FAILED_ELSEWHERE, error))
    buttons = [
        gr.update(interactive=not view.running),
        gr.update(interactive=view.running),
        gr.update(visible=view.blocked),
    ]
    table = gr.update(
        value=[list(map(clean, row)) for row in view.rows], visible=len(view.rows) > 1
    )
    if view.running and not view.transcripts:
        return [status, *[gr.skip()] * (5 + len(FORMATS)), table, *buttons]
    text = page_text(view.transcripts, named=len(view.names) > 1)
    words = listening.words(view.transcripts, view.names)
    heard = [words, gr.update(visible=bool(words))]
    if view.running:
        return [status, text, *heard, *[gr.skip()] * (2 + len(FORMATS)), table, *buttons]
    return [status, text, *heard, "", *_downloads(view.files), table, *buttons]


def _downloads(found: Mapping[str, str]) -> list[Any]:
    """Return the updates of the buttons for files to download."""
    return [
        *(gr.update(value=found.get(each), interactive=each in found) for each in FORMATS),
        gr.update(value=found.get("zip"), visible="zip" in found),
    ]
