r"""Edits a file's bytes; everything outside the edited spans stays the same, byte for byte.

Line endings, byte-order mark, encoding declaration and trailing white space are not touched. An
edit that cannot guarantee this is refused.
"""

from __future__ import annotations

import codecs
import difflib
import io
import re
import tokenize
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from winasr_doctor.findings.actions import SourceEdit

_LINE_END = re.compile(r"(\r\n|\r|\n)")


class PatchError(ValueError):
    """The edit was refused; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Document:
    r"""A file's text with its line endings.

    Attributes:
        bom: Its byte-order mark, or nothing.
        encoding: A codec that restores the rest unchanged.
        text: The decoded text with its original line endings.
    """

    bom: bytes
    encoding: str
    text: str

    @classmethod
    def python(cls, raw: bytes) -> Document:
        """Decode Python source as Python does.

        Args:
            raw: The file's bytes.

        Raises:
            PatchError: It cannot be decoded, or would not be the same when encoded again.
        """
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        except (SyntaxError, LookupError, UnicodeError) as error:
            raise PatchError(f"its encoding cannot be used ({error})") from error
        return cls._decoded(raw, "utf-8" if encoding == "utf-8-sig" else encoding)

    @classmethod
    def plain(cls, raw: bytes) -> Document:
        """Decode UTF-8, with or without a byte-order mark.

        Raises:
            PatchError: It is not UTF-8.
        """
        return cls._decoded(raw, "utf-8")

    @classmethod
    def _decoded(cls, raw: bytes, encoding: str) -> Document:
        bom = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
        body = raw[len(bom) :]
        try:
            text = body.decode(encoding)
            same = text.encode(encoding) == body
        except (UnicodeError, LookupError) as error:
            raise PatchError(f"it is not valid {encoding}") from error
        if not same:
            raise PatchError(f"its {encoding} could not be written back as it is")
        return cls(bom, encoding, text)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Each line with its line ending; the last line has none."""
        parts = _LINE_END.split(self.text)
        return list(zip(parts[::2], [*parts[1::2], ""], strict=True))

    def with_edits(self, edits: Iterable[SourceEdit]) -> bytes:
        """Return the file's new bytes.

        Args:
            edits: The edits; one whose `old` text is no longer there is refused.

        Raises:
            PatchError: An edit does not fit, overlaps another, or cannot be encoded.
        """
        lines = self.lines
        starts = [0]
        for text, end in lines:
            starts.append(starts[-1] + len(text) + len(end))
        default = next((end for _, end in lines if end), "\n")
        pieces: list[str] = []
        done = 0
        for edit in sorted(edits, key=lambda each: (each.start, each.end)):
            begin = self._offset(lines, starts, edit.start)
            stop = self._offset(lines, starts, edit.end)
            if begin < done or stop < begin:
                raise PatchError(f"line {edit.start[0]} is changed by another repair as well")
            old = self.text[begin:stop].replace("\r\n", "\n").replace("\r", "\n")
            if old != edit.old:
                raise PatchError(f"line {edit.start[0]} has changed")
            new = edit.new.replace("\n", lines[edit.start[0] - 1][1] or default)
            pieces += (self.text[done:begin], new)
            done = stop
        return self.bom + self._encoded((*pieces, self.text[done:]))

    def _encoded(self, pieces: Sequence[str]) -> bytes:
        """Encode the pieces of the new text; the first and the last are unchanged."""
        try:
            changed = "".join(pieces).encode(self.encoding)
            head, tail = pieces[0].encode(self.encoding), pieces[-1].encode(self.encoding)
        except UnicodeError as error:
            raise PatchError(f"{self.encoding} cannot hold the new text") from error
        if not changed.startswith(head) or not changed.endswith(tail):  # a stateful codec
            raise PatchError(f"an edit would change other bytes of its {self.encoding}")
        return changed

    @staticmethod
    def _offset(
        lines: Sequence[tuple[str, str]], starts: Sequence[int], place: tuple[int, int]
    ) -> int:
        line, column = place
        if not 0 < line <= len(lines) or not 0 < column <= len(lines[line - 1][0]) + 1:
            raise PatchError(f"line {line}, column {column} no longer exists")
        return starts[line - 1] + column - 1


def patched_python(raw: bytes, edits: Iterable[SourceEdit], name: str) -> bytes:
    """Edit Python source if the result still compiles.

    Args:
        raw: The file's bytes.
        edits: The edits.
        name: The file's name, for the compiler.

    Raises:
        PatchError: The edits cannot be made.
    """
    changed = Document.python(raw).with_edits(edits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(changed, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PatchError(f"the edited source would not compile ({error})") from error
    return changed


def unified_diff(before: bytes | None, after: bytes, path: str) -> str:
    r"""Show a change to a text file as `diff -u` does, with `\n` as the only line ending.

    Args:
        before: The current file; `None` if it does not exist.
        after: The file after the change.
        path: The path to show.
    """
    old, new = _shown_lines(before or b""), _shown_lines(after)
    source = path if before is not None else "(no such file)"
    pieces = list(difflib.unified_diff(old, new, source, path))
    return "".join(
        piece if piece.endswith("\n") else f"{piece}\n\\ No newline at end of file\n"
        for piece in pieces
    )


def _shown_lines(raw: bytes) -> list[str]:
    try:
        document = Document.python(raw)
    except PatchError:
        document = Document(b"", "utf-8", raw.decode("utf-8", "replace"))
    lines = [text + ("\n" if end else "") for text, end in document.lines]
    return lines if lines[-1] else lines[:-1]
