"""Any pyproject.toml is read, or refused in one sentence."""

from __future__ import annotations

from budget import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli.config import find_pyproject, load_defaults, load_gate

WORDS = st.sampled_from(
    [
        *("[tool.winasr_doctor]\n", "[tool.winasr_doctor.gate]\n", "[[tool]]\n", "tool = 1\n"),
        *(
            "app",
            "select",
            "fail_on",
            "gate",
            " = ",
            "[",
            "]",
            "{",
            "}",
            '"',
            "'''",
            "#",
            ".",
            "a.",
        ),
        *("\n", "\r\n", "\0", "\ufeff", "\ud7ff", "1979-05-27", "0x", "9" * 5000, "nan", "true"),
    ]
)


@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS | st.text(max_size=8), max_size=30).map("".join), st.sampled_from([8, 16]))
def test_a_configuration_is_read_or_refused(tmp_path, text, bits):
    file = tmp_path / "pyproject.toml"
    file.write_bytes(("[tool.winasr_doctor]\n" + text).encode(f"utf-{bits}", "surrogatepass"))
    assert find_pyproject(tmp_path) == file
    for read in (load_defaults, load_gate):
        assert str(file) in refusal(read, file, otherwise=str(file))


@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_bytes_are_read_or_refused(tmp_path, document):
    file = tmp_path / "pyproject.toml"
    file.write_bytes(document)
    assert str(file) in refusal(load_defaults, file, otherwise=str(file))


def refusal(read, file, *, otherwise):
    """Return why a file is refused."""
    try:
        read(file)
    except InputError as refused:
        return refused.message
    return otherwise
