"""Raises what a text tells of: live exceptions of the same classes, words, codes and frames."""

from __future__ import annotations

import builtins
import traceback
from collections.abc import Callable
from types import FunctionType

from winasr_doctor.diagnosis.nodes import Chain, ErrorNode, Frame

_MODULES = {"": "builtins", "builtins": "builtins"}


def _call(raises: Callable[[], None]) -> None:
    raises()


def live(chain: Chain) -> BaseException:
    """Return the exceptions of a chain, raised where their frames say, linked by `__context__`.

    Args:
        chain: As the reader gives it, outermost first. A message without a class becomes a
            `RuntimeError`.
    """
    context: BaseException | None = None
    for node in reversed(chain):
        error = _raised(exception(node), node.frames)
        error.__context__ = context
        context = error
    assert context is not None
    return context


def pasted(error: BaseException) -> str:
    """Return an exception as Python prints it."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def exception(node: ErrorNode) -> BaseException:
    """Return an exception whose class, module, text and codes are a node's.

    The class is made for it: many cannot be called with a text alone, or are not installed.
    """
    kind = node.kind or "RuntimeError"
    base = getattr(builtins, kind, None)
    if not (isinstance(base, type) and issubclass(base, BaseException)) or node.module:
        base = OSError if node.winerror is not None or node.errno is not None else Exception
    values: dict[str, object] = {
        "__module__": _MODULES.get(node.module, node.module),
        "__str__": lambda self: node.message,
    }
    if not node.module and not hasattr(builtins, kind):
        values["__module__"] = "acme"  # a class of its own has one; a pasted text may not name it
    values |= {
        name: value for name in ("winerror", "errno") if (value := getattr(node, name)) is not None
    }
    if issubclass(base, OSError):
        values["filename"] = node.path
    if issubclass(base, SyntaxError):
        values["msg"] = node.message
    made = type(kind, (base,), values)
    error = made.__new__(made)
    assert isinstance(error, BaseException)
    return error


def _raised(error: BaseException, frames: tuple[Frame, ...]) -> BaseException:
    """Raise an exception through frames of the given names; return it."""

    def end() -> None:
        raise error

    step: Callable[[], None] = end
    for frame in reversed(frames):
        step = _passing(frame, step)
    try:
        step()
    except BaseException as caught:  # noqa: BLE001 - that is what was wanted
        trace = caught.__traceback__
        for _ in range(1 if frames else 0):
            trace = trace.tb_next if trace is not None else None
        caught.__traceback__ = trace
    return error


def _passing(frame: Frame, step: Callable[[], None]) -> Callable[[], None]:
    name = frame.function or "<module>"
    code = _call.__code__.replace(co_filename=frame.path or frame.file, co_name=name)
    function = FunctionType(code, {}, name)
    return lambda: function(step)
