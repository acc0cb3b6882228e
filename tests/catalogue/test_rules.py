"""What an entry may not say, and what a matcher may not rest on."""

from __future__ import annotations

import pytest
from hidden_commands import COMMAND

from winasr_doctor.catalogue.reading import all_entries

from .linting import problems, problems_between
from .making import entry


def complaint(**changes: object) -> str:
    return "\n".join(problems(entry(**changes)))


def advice(*texts: str, command: str = "", **step: object) -> str:
    """Return what is wrong with remedies of one step each."""
    remedies = [
        {"title": "Do it", "steps": [{"text": text, "command": command, **step}]} for text in texts
    ]
    return complaint(remedies=remedies)


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        ({"when": {}}, "has no condition"),
        ({"when": {"os": ["windows"]}, "cause": "bad"}, "ends with a full stop"),
        ({"check": "env15", "when": {"os": ["windows"]}}, "is no check's code"),
        ({"when": {"version": ["1"]}}, "the fact version does not exist"),
        ({"when": {"path": ["x"]}}, "which has not happened yet"),
        ({"when": {"version:x": ["~=1.0"]}}, "is no version specifier"),
    ],
)
def test_what_a_scan_looks_at_must_be_something_that_it_can_see(picture, problem):
    assert problem in complaint(preflight=[{"check": "ENV015", **picture}])


def test_conditions_of_steps_are_looked_at_too():
    assert "the fact colour does not exist" in advice("Do it", when={"colour": ["red"]})


def test_a_correct_entry_has_no_problem():
    assert problems(entry()) == []


@pytest.mark.parametrize(
    "match",
    [
        {"text": ["error"]},
        {"text": ["not found"]},
        {"any_text": ["signal is too loud", "channels"]},
        {"class": ["RuntimeError"]},
        {"class": ["acme.LoudError", "ValueError"]},
        {"winerror": [32]},
        {"errno": [2]},
        {"class": ["PermissionError"], "errno": [13]},
        {},
    ],
)
def test_a_matcher_may_not_rest_on_a_loose_word_or_number(match):
    assert "match 1 rests on one short common word" in complaint(match=[match])


@pytest.mark.parametrize(
    "match",
    [
        {"text": ["signal is too loud"]},
        {"text": ["CUDNN_STATUS_NOT_INITIALIZED"]},
        {"text": ["error", "signal is too loud"]},
        {"class": ["acme.LoudError"]},
        {"class": ["GatedRepoError"]},
        {"winerror": [1455]},
        {"errno": [-9996]},
        {"winerror": [2], "frames": ["subprocess.py"]},
        {"text": ["'dir'"], "class": ["KeyError"], "frames": ["mixins.py"]},
    ],
)
def test_a_matcher_may_rest_on_something_firm(match):
    assert complaint(match=[match]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Set KMP_DUPLICATE_LIB_OK=TRUE",
        "Pass verify=False",
        "Set HF_HUB_DISABLE_SSL_VERIFY=1",
        "Disable Windows Defender",
        "Switch the antivirus off for a while",
        "Turn off real-time protection",
        "Add an exclusion for %TEMP%",
        "Exclude the TEMP folder from the scanner",
        "pip install --break-system-packages nemo",
        "pip install --trusted-host pypi.org nemo",
        "Copy the DLL to C:\\Windows\\System32",
        "Edit the file in site-packages",
        "pip install lhotse==1.25.0",
        "Set-ExecutionPolicy RemoteSigned",
        "Pass weights_only=False",
        "Launch with share=True",
        "Switch Developer Mode on",
    ],
)
def test_harmful_advice_is_refused(text):
    assert "is forbidden" in advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "Do not set KMP_DUPLICATE_LIB_OK: results may be wrong",
        "Never switch the antivirus off for this",
        "Report the false positive to the maker of the scanner",
        "Set-ExecutionPolicy -Scope Process RemoteSigned",
    ],
)
def test_a_warning_against_it_is_welcome(text):
    assert advice(text) == ""


def test_the_risky_way_may_come_second():
    assert advice("Update the package", "For your own file only: weights_only=False") == ""
    assert "never the first" in advice("weights_only=False", "Update the package")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("pip install torch", "may replace a CUDA build"),
        ("python -m pip install -U torch torchaudio", "may replace a CUDA build"),
        ("pip install --force-reinstall torch==2.6.0", "may replace a CUDA build"),
        (
            "pip install --force-reinstall torch==2.6.0 --index-url https://d/whl/cu126",
            "add --no-deps",
        ),
        (
            "pip install --no-deps torch==2.6.0 --index-url https://d/whl/cpu",
            "by the CPU build",
        ),
        ("pip install -U gradio", "Gradio's major version"),
    ],
)
def test_commands_keep_what_works(command, why):
    assert why in advice("Install it", command=command)


@pytest.mark.parametrize(
    "command",
    [
        "pip install --force-reinstall --no-deps torch==2.6.0 --index-url https://d/whl/cu126",
        "pip install -U torchcodec==0.7",
        'pip install -U "gradio<6"',
        "pip install gradio_client",
    ],
)
def test_commands_with_exact_versions_are_fine(command):
    assert advice("Install it", command=command) == ""


def test_a_pin_of_a_shared_package_comes_after_the_update():
    pinned = {"title": "Pin", "steps": [{"text": "Pin", "command": 'pip install "numpy<2"'}]}
    update = {"title": "Update", "steps": [{"text": "Update", "command": "pip install -U acme"}]}
    assert "stands first" in complaint(remedies=[pinned, update])
    assert complaint(remedies=[update, pinned]) == ""


def test_an_administrator_is_named_and_never_the_only_way():
    command = "reg add HKLM\\SYSTEM\\X /v Y /d 1"
    assert "needs needs_admin = true" in advice("Set it", command=command)
    assert "every remedy needs an administrator" in advice("Set it", needs_admin=True)
    both = [
        {"title": "A", "steps": [{"text": "a", "needs_admin": True}]},
        {"title": "B", "steps": [{"text": "b"}]},
    ]
    assert complaint(remedies=both) == ""


def test_a_fact_must_exist_and_have_a_fallback():
    assert "does not exist" in advice("Use {{torsh}}", unknown="Use yours")
    assert "needs unknown" in advice("Use torch {{torch}}")
    assert "no regex of the entry has a group" in advice("Use {{match:x}}", unknown="Use it")
    assert "may not use facts" in advice("Use {{torch}}", unknown="or {{python}}")
    assert advice("Use torch {{torch}}", unknown="Use the same version") == ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": "Too_Loud"}, "the id must be lower-case"),
        ({"cause": "too loud"}, "must be a sentence"),
        ({"samples": []}, "at least 2 samples that match"),
        ({"samples": [{"text": "a"}, {"text": "b"}]}, "at least 1 sample with instead"),
        ({"match": []}, "match is empty"),
        ({"unless": [{}]}, "unless 1 is empty"),
        ({"match": [{"regex": ["loud"], "winerror": [1455]}]}, "without text"),
        ({"match": [{"text": ["is too loud"], "regex": ["("]}]}, "is wrong"),
        ({"match": [{"text": ["is too loud"], "regex": ["(a+)+b"]}]}, "without a limit"),
        ({"match": [{"text": ["is too loud"], "frames": ["a\\b.py"]}]}, "folder/file.py:function"),
        ({"see": ["too-loud"]}, "refers to itself"),
    ],
)
def test_other_mistakes_are_named(changes, why):
    assert why in complaint(**changes)


def test_references_must_exist():
    lonely = entry(see=["too-soft"])
    assert problems_between([lonely]) == ["audio/too-loud.toml: there is no entry 'too-soft'"]
    assert problems_between([entry(), entry()]) == ["audio/too-loud.toml: the id is used twice"] * 2


def test_no_text_of_a_step_hides_a_command():
    """A command in a text cannot be copied, nor fitted to the machine's shell and interpreter."""
    texts = {
        (entry.id, text)
        for entry in all_entries().values()
        for step in entry.steps()
        for text in (step.text, step.unknown)
    }
    assert not [each for each in texts if COMMAND.search(each[1])]
