"""Explains a check's code, a known error, an error number, a message or a log."""

from winasr_doctor.explain.answering import answer, answer_text, known_errors
from winasr_doctor.explain.answers import Answer
from winasr_doctor.explain.reading import read_log

__all__ = ["Answer", "answer", "answer_text", "known_errors", "read_log"]
