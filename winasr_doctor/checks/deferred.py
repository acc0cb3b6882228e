"""The checks of what a scan may be given: an app's source and revisions.

A scan without them names these checks and runs none. Importing the checks takes 12 ms, a sixth of
such a scan, so their titles stand here too; a test compares them with the docstrings.
"""

from __future__ import annotations

from msgspec import Struct

NO_SOURCE = "no app source was given; use --app PATH"
NO_REVISION = "no revision found; give --app or --revision"


class Deferred(Struct, frozen=True):
    """The checks of one family.

    Attributes:
        reason: Why they are skipped.
        titles: By code, the title of each.
    """

    reason: str
    titles: dict[str, str]


DEFERRED = {
    "REV": Deferred(
        NO_REVISION,
        {
            "REV001": "A model revision is a truncated hash",
            "REV002": "A model revision is a hash with upper-case letters",
            "REV003": "A model revision is longer than a commit hash",
            "REV004": "A model revision is an abbreviated hash",
            "REV005": "A model revision is a name that can move",
            "REV006": "A model revision is not a legal git name",
            "REV007": "NeMo's from_pretrained is given a revision, which it does not accept",
            "REV008": "A model revision is not in the local cache",
            "REV009": "A model revision does not exist on the Hub",
        },
    ),
    "APP": Deferred(
        NO_SOURCE,
        {
            "APP001": "transcribe() is set to start worker processes",
            "APP002": "A retry loop around transcribe() can only repeat the failure",
            "APP003": "An except block shows only the error's text and loses the hidden cause",
            "APP004": "An error is recognised by its message, which Windows translates",
            "APP005": "TEMP is changed after tempfile has chosen its folder",
            "APP006": "A Gradio page is launched without show_error, so errors stay in the"
            " terminal",
            "APP007": 'channel_selector="average" raises ValueError',
            "APP008": "Several transcriptions run at the same time on one model",
            "APP009": "An except block swallows the error, so a failed transcription looks like an"
            " empty one",
            "APP010": "The app's own cleanup can throw a finished result away",
            "APP011": "A file is opened twice, or deleted while the app itself has it open",
            "APP012": "The app uses a name or an argument that NeMo does not have",
            "APP013": "HF_HOME or another Hub setting is changed after the import that reads it",
            "APP014": "The app uses what only POSIX systems have",
            "APP015": "The app waits for a program whose output nobody reads",
            "APP016": "Text is written or read without an encoding, so Windows uses its old code"
            " page",
            "APP017": "A path goes into a command that cmd.exe or ffmpeg reads differently",
            "APP018": "Part of the app's source was left out of the scan",
            "APP019": "A table of results is opened only after all the work, unprotected",
            "APP020": "A file name may have characters that Windows does not allow",
        },
    ),
}
"""By family; in a scan that is given nothing, every other family runs."""
