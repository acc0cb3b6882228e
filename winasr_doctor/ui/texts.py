"""Holds every text of the page."""

from __future__ import annotations

from typing import Final

from winasr_doctor.frameworks.names import NAMES
from winasr_doctor.models.known import CANARY_INSTALL

TITLE: Final = "Transcribe speech"
INTRODUCTION: Final = (
    "Everything happens on this computer. Nothing is sent anywhere; a model is downloaded only when"
    " you choose one that is not here yet."
)

FILES: Final = "Recordings"
MICROPHONE: Final = "Or record with the microphone"
MODEL: Final = "Model"
MODEL_HELP: Final = (
    "Choose one, or type the path of a .nemo file or a name on the Hub, as owner/name."
)
RECORDINGS: Final = "Recordings and their texts"
RECORDING_COLUMNS: Final = ("Recording", "Length", "State", "Words")
ARCHIVE: Final = "All (ZIP)"
SHARE: Final = "Share of the audio that is transcribed"
DEVICE: Final = "Device"
DEVICES: Final = (
    ("Automatic: the GPU if there is one", "auto"),
    ("CPU", "cpu"),
    ("NVIDIA GPU", "cuda"),
)
TIMESTAMPS: Final = "Find out when each word was said"
TRANSCRIBE: Final = "Transcribe"
CANCEL: Final = "Cancel"
ANYWAY: Final = "Load anyway"
STATUS: Final = "Status"
TRANSCRIPT: Final = "Text, to copy and edit"
LISTEN_TO: Final = "Listen to"
UNPLAYABLE: Final = (
    "The browser cannot play this recording. It can be transcribed all the same, if it can be read."
)
WORDS_OF: Final = "Words of {name}"
WORDS_HINT: Final = (
    "Click a word to hear it. On the keyboard, the arrow keys move from word to word and Enter"
    " plays."
)
UNSURE_HINT: Final = "The model is unsure of the underlined words."
UNSURE: Final = "The model is unsure: {share:.0%}"
SEARCH: Final = "Search in the text"
SEARCH_HELP: Final = "Enter goes to the next place, Shift+Enter to the one before."
EDITED: Final = "Your changes are in the files to download."
UNCHANGED: Final = "The text is as the model made it."
HEADING_MISSING: Final = (
    "The line with the name {name} is missing, so it is not clear which text belongs to that"
    " recording. Put it back; until then the files to download stay as they were."
)
LANGUAGE: Final = "Language"
LANGUAGE_HELP: Final = "The spoken language; this model does not detect it."
DEFAULT_LANGUAGE: Final = "The model's default"
SPEAKERS: Final = "Speakers"
SPEAKERS_HELP: Final = "A second model can tell up to four speakers apart."
ONE_SPEAKER: Final = "Do not tell them apart"
NO_SPEAKERS: Final = "The speakers could not be told apart"
NO_TIMES_NO_SPEAKERS: Final = (
    "The speakers could not be told apart: this model does not say when a word was said."
)
FINDINGS: Final = "What the doctor says about this computer"
RESCAN: Final = "Examine again"

READY: Final = "Ready. Choose a recording, then Transcribe."
NO_RECORDING: Final = "There is no recording yet: choose a file or record one, then Transcribe."
NO_MODEL: Final = "No model is chosen: choose one, then Transcribe."
BUSY: Final = "Your last transcription is still running: wait for it or cancel it."
CANCELLED: Final = "Cancelled."
NOTHING_TO_CANCEL: Final = "Nothing is running, so there is nothing to cancel."
NOT_SCANNED: Final = "This computer has not been examined yet."
SCANNING: Final = "Examining this computer, {seconds:.1f} s ..."
SCAN_FAILED: Final = "This computer could not be examined: {reason}"
SCAN_LATE: Final = (
    "The examination has not ended after {seconds:.0f} s and goes on in the background; run"
    " `python -m winasr_doctor scan` to see what it waits for."
)
NOTHING_FOUND: Final = "Nothing was found that would break speech recognition here."
UNREAD: Final = "{count} could not be checked; `python -m winasr_doctor scan` says which and why."
STEPS: Final = "What to do"
TECHNICAL: Final = "Technical details"
COPY: Final = "Copy the report"
ELAPSED: Final = "{seconds:.1f} s"

FAILED_TO_LOAD: Final = "Failed to load"
LOADED_CLEANUP_FAILED: Final = "Loaded, but cleanup failed"
TRANSCRIPTION_FAILED: Final = "Transcription failed"
SOME_TRANSCRIBED: Final = "{done} of {count} recordings transcribed; {failed} failed."
TRANSCRIBED_CLEANUP_FAILED: Final = "Transcribed, but cleanup failed"
COMPLETE: Final = "The text is complete."
DONE_ONE: Final = "1 recording of {audio:.1f} s, in {seconds:.1f} s."
DONE_MANY: Final = "{count} recordings ({audio:.1f} s of audio) in {seconds:.1f} s."
TRANSCRIBED: Final = "Transcribed"
FAILED_TO_PREPARE: Final = f"{NAMES} could not be prepared"
FAILED_ELSEWHERE: Final = "The page itself failed"
EXPORT_FAILED: Final = "Transcribed, but the files to download could not be written"
BLOCKED: Final = "Not loaded: this would fail"
WORKER_DIED: Final = "The worker ended without an answer"
CUT_SHORT: Final = "A recording is cut short."
NO_SPEECH: Final = "No speech was found in the recording."

PHASES: Final = {
    "queued": "Waiting in line",
    "checking": "Checking what would make {model} fail",
    "preparing": f"Preparing: importing torch and {NAMES} (once after the start)",
    "loading": "Loading {model}",
    "asking": "Loading {model}: asking the Hub for it",
    "downloading": "Downloading {amount} ({model})",
    "waiting": "Waiting for another job to finish, which was abandoned but still runs",
    "reading": "Reading the recordings",
    "transcribing": "Transcribing",
    "diarizing": "Telling the speakers apart",
    "exporting": "Writing the files to download",
}
"""What a job is doing, by phase."""

WAITING_FOR_SESSION: Final = "waiting for another session's job ({phase}, running {seconds:.0f} s)"
DOWNLOADED: Final = "{done:.1f} of {total:.1f} {unit}"
DOWNLOADED_SO_FAR: Final = "{done:.1f} {unit} so far"
RETRY: Final = "cannot remove {path} ({label}{holder}): attempt {number}, next in {delay:.0f} ms"
GAVE_UP_REMOVING: Final = "cannot remove {path} ({label}{holder}) after {number} attempts"
QUIET: Final = "No progress for {seconds:.0f} s"
STANDS: Final = "The worker is in {where}"
NOWHERE: Final = "the worker cannot be located"
STILL_BLOCKED: Final = (
    "The step that is running cannot be interrupted ({phase}). It finishes in the background and"
    " its result is dropped; another job waits until then."
)
LAST_STEP: Final = (
    "The step or piece that is running finishes in the background, and its result is dropped."
)
KEPT: Final = "The text up to there is kept, below and in the files to download."
TAKES: Final = "The current piece has taken {seconds:.0f} s so far."
ROW_WAITING: Final = "waiting"
ROW_PART: Final = "{share:.0%} transcribed"
ROW_DONE: Final = "done"
GAVE_UP: Final = "Gave up waiting after {seconds:.0f} s"
MORE_TIME: Final = "Give it more time, or find out what it waits for"
AFTER_DEADLINE: Final = (
    "Try once more; a first load of a large model can take minutes",
    "Start the page with more time: python -m winasr_doctor ui --deadline SECONDS",
    "If it stays blocked, restart the page and report the line above",
)
TOO_LONG: Final = (
    "The recordings are {hours:.1f} hours long together; at most {most:g} hours fit into one job."
)
SHORTEN: Final = ("Give fewer recordings at once, or cut them into parts",)
MISSING_UPLOAD: Final = "{name} is no longer there: upload it again."
BLOCKED_STEP: Final = "Press the button of that name to try anyway"
REFUSED: Final = (
    "The page took no more work: its queue is full, because too many transcriptions wait already"
)
REFUSED_TITLE: Final = "Try again in a moment"
REFUSED_STEPS: Final = ("Wait until one of them has ended", "Then press Transcribe again")
OTHER_STEPS: Final = (
    "Press Transcribe once more; reload the page if that does not help",
    "Copy the report below and open an issue with it",
)

BUNDLED: Final = "ready (bundled, 20 words)"
LOCAL: Final = "ready (on this computer)"
GIVEN: Final = "ready (the file you named)"
MISSING_FILE: Final = "this file is not there"
DOWNLOAD: Final = "needs a download of {size}"
NEEDS_EXTRA: Final = "needs: {install}"
NEEDS_CANARY: Final = f"needs: python -m pip install {CANARY_INSTALL}"
BLOCKED_BY: Final = "blocked: {code}"

NO_GRADIO: Final = "the page needs Gradio, which is not installed here; run: {install}"
BROKEN_GRADIO: Final = "Gradio cannot be imported ({reason}); run: {install}"
UNSAFE_GRADIO: Final = (
    "this release of Gradio does not let the page refuse requests of other sites; run: {install}"
)
PORT_TAKEN: Final = "port {port} is in use by another program; choose another one: --port {other}"
NO_FREE_PORT: Final = "no port between {first} and {last} is free; name one: --port PORT"
NOT_LOOPBACK: Final = (
    "{host} would let other computers use this page, which has no login; only 127.0.0.1 and"
    " localhost are possible. To use it from elsewhere, forward the port:"
    " ssh -L 7860:127.0.0.1:7860"
)
SERVER_DIED: Final = (
    "The page's server has stopped; the page in the browser no longer works. Start it again."
)
AT: Final = "The page is at {url} (stop it with Ctrl+C)"

CLIENT: Final = {
    "lost": "The page lost its server: the program was stopped, or this computer slept. Start"
    " `python -m winasr_doctor ui` again, then reload the page.",
    "silent": "The page's program does not answer: it is busy, or it hangs. If this stays,"
    " look at its console, stop it, start `python -m winasr_doctor ui` again and reload the page.",
    "microphone": "No microphone is available: none is connected, or the browser may not use it;"
    " allow it in the browser's address bar, or choose a file.",
    "arriving": "Waiting until the recording is uploaded, then it is transcribed.",
    "failed": "The page reports: ",
    "add": "Add recordings",
    "found": "{number} of {count} places",
    "not_found": "Not found",
    "copied": "Copied",
    "copy_failed": "Copying failed: select the text below",
}
"""Messages that the browser shows itself, when the server cannot."""

OTHER_HOST: Final = "This page is only for http://127.0.0.1 and http://localhost on this computer."
OTHER_SITE: Final = "Refused: this request comes from another site, not from this page."
NO_LENGTH: Final = "Refused: an upload must say how large it is."
TOO_MUCH: Final = "Refused: too much is being uploaded at once. Try again in a minute."
