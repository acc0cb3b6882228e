"""How the rest of the package refers to checks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import winasr_doctor
from winasr_doctor.checks import FAMILIES

PACKAGE = Path(winasr_doctor.__file__).parent
CODE = re.compile(f"({'|'.join(FAMILIES)})[0-9]{{3}}")


def codes_in(text: str) -> Iterator[str]:
    constants = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return (text for text in constants if isinstance(text, str) and CODE.fullmatch(text))


def test_a_code_is_found():
    assert list(codes_in('wanted = ("TMP001", f"{family}001", "as TMP001")')) == ["TMP001"]


def test_other_rooms_name_a_check_by_its_function_not_by_its_code():
    others = (
        file
        for file in PACKAGE.rglob("*.py")
        if file.relative_to(PACKAGE).parts[0] not in {"checks", "data"}
    )
    named = {
        str(file.relative_to(PACKAGE)): found
        for file in others
        if (found := list(codes_in(file.read_text(encoding="utf-8"))))
    }
    assert named == {}
