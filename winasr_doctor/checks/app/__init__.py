"""APP: the app's own source, which is parsed and never executed.

A scan without source runs none of these checks and names them all. Importing them takes 10 ms, so
this table has their titles and `registry` imports a check when there is source, or when somebody
reads its documentation.
"""

from __future__ import annotations

CHECKS = {
    "APP001": ("workers", "transcribe() is set to start worker processes"),
    "APP002": ("retries", "A retry loop around transcribe() can only repeat the failure"),
    "APP003": ("errors", "An except block shows only the error's text and loses the hidden cause"),
    "APP004": ("messages", "An error is recognised by its message, which Windows translates"),
    "APP005": ("temp_folder", "TEMP is changed after tempfile has chosen its folder"),
    "APP006": (
        "page",
        "A Gradio page is launched without show_error, so errors stay in the terminal",
    ),
    "APP007": ("channels", 'channel_selector="average" raises ValueError'),
    "APP008": ("threads", "Several transcriptions run at the same time on one model"),
    "APP009": (
        "errors",
        "An except block swallows the error, so a failed transcription looks like an empty one",
    ),
    "APP010": ("cleanup", "The app's own cleanup can throw a finished result away"),
    "APP011": (
        "open_files",
        "A file is opened twice, or deleted while the app itself has it open",
    ),
    "APP012": ("api", "The app uses a name or an argument that NeMo does not have"),
    "APP013": (
        "late_settings",
        "HF_HOME or another Hub setting is changed after the import that reads it",
    ),
    "APP014": ("posix", "The app uses what only POSIX systems have"),
    "APP015": ("pipes", "The app waits for a program whose output nobody reads"),
    "APP016": (
        "encodings",
        "Text is written or read without an encoding, so Windows uses its old code page",
    ),
    "APP017": ("shell", "A path goes into a shell command that cmd.exe reads differently"),
    "APP018": ("left_out", "Part of the app's source was left out of the scan"),
    "APP019": (
        "late_sinks",
        "A table of results is opened only after all the work, unprotected",
    ),
}
"""By code, the module of a check and its title, which is the first line of its docstring."""

NO_SOURCE = "no app source was given; use --app PATH"
"""What each of them says in a scan without source."""
