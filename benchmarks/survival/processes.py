"""Child processes of a trial on Windows: each runs until it is told to end."""

from __future__ import annotations

import msvcrt
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any


def process(arguments: list[str], **options: Any) -> Callable[[], None]:  # noqa: ANN401
    """Start Python and wait until it has printed a line; return what ends it."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SURVIVAL": os.path.dirname(os.path.dirname(__file__))},
        **options,
    )
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
    process.stdout.readline()

    def end() -> None:
        process.communicate()  # closes its stdin: it closes what it holds, and ends

    return end


def started(folder: str, descriptor: int | None) -> Callable[[], None]:
    """Start a child process in a folder that inherits a descriptor; return its end."""
    if descriptor is None:
        options: dict[str, Any] = {}
    else:
        handle = msvcrt.get_osfhandle(descriptor)  # type: ignore[attr-defined,unused-ignore]
        os.set_handle_inheritable(handle, True)  # type: ignore[attr-defined,unused-ignore]
        startup = subprocess.STARTUPINFO()  # type: ignore[attr-defined,unused-ignore]
        startup.lpAttributeList = {"handle_list": [handle]}
        options = {"startupinfo": startup}
    code = "import sys; print('ready', flush=True); sys.stdin.read()"
    return process(["-c", code], cwd=folder, **options)
