"""Every error gets an answer: an entry, Windows' table, a family, or how to look further."""

from __future__ import annotations

import re

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laid_out import shown_in_text

from tests.catalogue.making import entry
from winasr_doctor import schemas
from winasr_doctor.catalogue import Catalogue, all_entries
from winasr_doctor.catalogue.deriving import derived
from winasr_doctor.diagnosis import diagnose, facts, kinds, unknown
from winasr_doctor.diagnosis.json import as_json
from winasr_doctor.diagnosis.nodes import ErrorNode, Frame

VALID = jsonschema.Draft202012Validator(schemas.load("diagnosis-1"))
HEAD = "Traceback (most recent call last):\n"
SITE = '  File "C:\\v\\Lib\\site-packages\\{}", line 7, in {}\n    f()\n'


def machine(**known):
    """Return a lookup of these facts and no others; `_` stands for `:`."""
    return {name.replace("__", ":"): value for name, value in known.items()}.get


@pytest.fixture
def know(monkeypatch):
    """Replace the catalogue: by these entries, beside the families."""
    families = [each for each in all_entries().values() if each.family == "families"]

    def replace(*rows):
        only = Catalogue([*families, *rows])
        monkeypatch.setattr("winasr_doctor.catalogue.catalogue", lambda: only)

    return replace


def test_a_known_error_has_id_confidence_source_and_remedies():
    diagnosis = diagnose("RuntimeError: CUDA out of memory. Tried to allocate 2 GiB")
    assert (diagnosis.id, diagnosis.confidence) == ("gpu-out-of-memory", "certain")
    assert diagnosis.source[0].ref
    assert diagnosis.remedies[0].steps


def test_a_windows_code_without_an_entry_is_explained_by_the_table(know):
    know()
    diagnosis = diagnose("OSError: [WinError 1224] x: 'C:\\\\m\\\\model.safetensors'")
    assert diagnosis.id is None
    assert diagnosis.confidence == "likely"
    assert "ERROR_USER_MAPPED_FILE" in diagnosis.source[0].ref
    assert "1224" in diagnosis.remedies[0].title


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("ModuleNotFoundError: No module named 'acme_tools'", "a-package-is-missing"),
        ("acme.NativeError: the device is out of memory", "out-of-memory"),
        ("requests.exceptions.HTTPError: 418 Client Error: no for url: x", "a-download-failed"),
        ("OSError: Unable to load library acme.dll", "a-dll-could-not-be-loaded"),
    ],
)
def test_an_error_of_a_known_family_gets_its_answer(know, text, family):
    know()
    diagnosis = diagnose(text)
    assert (diagnosis.id, diagnosis.kind) == (family, kinds.UNKNOWN)
    assert text.partition(": ")[2] in diagnosis.cause


def test_a_family_never_wins_against_a_known_error():
    text = "ModuleNotFoundError: No module named 'peft'"
    assert diagnose(text).id == "nemo-salm-peft"


@pytest.mark.parametrize(
    ("package", "repository"),
    [("whisper_s2t", "shashikg/WhisperS2T"), ("nemo", "NVIDIA-NeMo/Speech")],
)
def test_an_unknown_error_of_a_recogniser_is_searched_in_its_issues(package, repository):
    text = HEAD + SITE.format(f"{package}\\model.py", "mix") + "acme.OddError: sound"
    steps = " ".join(step for each in diagnose(text).advice for step in each.steps)
    assert f"https://github.com/{repository}/issues" in steps


def test_an_unknown_error_says_where_to_look_and_how_to_report_it():
    text = HEAD + SITE.format("lhotse\\cut.py", "mix") + "acme.OddError: sound 4711 in 'C:\\a' odd"
    diagnosis = diagnose(text)
    assert (diagnosis.id, diagnosis.confidence) == (None, "guess")
    steps = " ".join(step for each in diagnosis.advice for step in each.steps)
    assert "https://github.com/lhotse-speech/lhotse/issues" in steps
    assert '"OddError: sound"' in steps
    assert "snapshot -o machine.json" in steps
    assert "whole traceback" in steps


@settings(max_examples=20)
@given(st.text(max_size=200))
def test_what_to_do_is_never_empty(message):
    for text in (message, f"OddError: {message}", f"OSError: [WinError 5] {message}"):
        diagnosis = diagnose(text)
        assert diagnosis.remedies
        assert all(remedy.steps for remedy in diagnosis.remedies)
        assert VALID.is_valid(as_json(diagnosis))


def test_a_wrapper_gives_way_to_what_it_carries():
    inner = HEAD + SITE.format("a.py", "f") + "RuntimeError: CUDA out of memory\n"
    outer = HEAD + SITE.format("b.py", "g")
    outer += "RuntimeError: DataLoader worker (pid 4) exited unexpectedly\n"
    joint = "\nThe above exception was the direct cause of the following exception:\n\n"
    assert diagnose(inner + joint + outer).id == "gpu-out-of-memory"
    assert diagnose(outer).id == "worker-died"


def known_in_chain(monkeypatch, outer, inner):
    """Return which of two entries wins where each knows one exception of a chain."""
    rows = [
        entry(id="outer", match=[{"text": ["the outer one"]}], **outer),
        entry(id="inner", match=[{"text": ["the inner one"]}], **inner),
    ]
    monkeypatch.setattr("winasr_doctor.catalogue.catalogue", lambda: Catalogue(rows))
    error = RuntimeError("the outer one")
    error.__cause__ = ValueError("the inner one")
    return diagnose(error).id


@pytest.mark.parametrize(
    ("outer", "inner", "winner"),
    [
        ({}, {}, "inner"),
        ({}, {"role": "wrapper"}, "outer"),
        ({}, {"yields_to": ["outer"]}, "outer"),
        ({"confidence": "likely"}, {"confidence": "certain"}, "inner"),
        ({"confidence": "certain"}, {"confidence": "likely"}, "outer"),
        ({"role": "wrapper"}, {"confidence": "guess"}, "inner"),
        ({"role": "family"}, {"role": "wrapper"}, "inner"),
    ],
)
def test_of_two_known_errors_of_a_chain_the_surer_then_the_deeper_wins(
    monkeypatch, outer, inner, winner
):
    assert known_in_chain(monkeypatch, outer, inner) == winner


def test_one_error_in_two_words_is_named_once(know):
    know(entry(id="loud", match=[{"any_text": ["it is too loud", "it is not soft"]}]))
    texts = ("it is too loud", "it is not soft", "it is too loud again")
    blocks = [f"{HEAD}{SITE.format('a.py', 'f')}RuntimeError: {text}\n" for text in texts]
    diagnosis = diagnose("\n\nlater\n".join(blocks))
    assert (diagnosis.id, diagnosis.also) == ("loud", ())


def test_the_file_that_we_hold_ourselves_is_explained_among_the_first():
    lock = "PermissionError: [WinError 32] x: 'C:\\Temp\\tmp1\\manifest.json'\n"
    joint = "\nDuring handling of the above exception, another exception occurred:\n\n"
    frame = '  File "C:\\Python311\\Lib\\tempfile.py", line 904, in __exit__\n'
    own = f"{HEAD}{SITE.format('a.py', 'f')}RuntimeError: CUDA out of memory\n"
    text = own + joint + HEAD + frame + lock
    diagnosis = diagnose(text)
    assert (diagnosis.id, diagnosis.hidden) == ("gpu-out-of-memory", True)
    assert "Do not retry or wait for the file\n   - " in shown_in_text(diagnosis, verbose=False)


def test_the_other_known_error_of_a_text_is_named_with_its_id():
    first = HEAD + SITE.format("a.py", "f") + "RuntimeError: CUDA out of memory\n"
    second = HEAD + SITE.format("b.py", "g") + "OSError: [Errno 28] No space left on device\n"
    (other,) = diagnose(f"{first}\nlater\n{second}").also
    assert other.endswith("[hub-disk-full]")


def test_a_refused_read_below_temp_is_no_failed_removal():
    frame = SITE.format("tokenizers\\x.py", "load")
    text = f"{HEAD}{frame}PermissionError: [Errno 13] x: 'D:\\\\Temp\\\\m\\\\tokenizer.json'"
    diagnosis = diagnose(text)
    assert diagnosis.cleanup == ()
    assert "removed" not in diagnosis.cause


def test_a_warning_alone_is_called_harmless():
    text = (
        "UserWarning: `huggingface_hub` cache-system uses symlinks by default to efficiently store"
        " duplicated files but your machine does not support them in C:\\hf."
    )
    assert diagnose(text).id == "hub-symlink-warning"
    odd = f"{HEAD}{SITE.format('a.py', 'f')}acme.OddError: odd\n"
    assert diagnose(f"{text}\n{odd}").id is None


def test_a_harmless_exception_is_named_but_never_chosen_before_another(monkeypatch):
    rows = [entry(id="harmless", role="noise", match=[{"text": ["rotating the log"]}])]
    monkeypatch.setattr("winasr_doctor.catalogue.catalogue", lambda: Catalogue(rows))
    noise = f"{HEAD}{SITE.format('b.py', 'g')}PermissionError: [WinError 32] rotating the log\n"
    assert diagnose(noise).id == "harmless"
    odd = f"{HEAD}{SITE.format('a.py', 'f')}acme.OddError: odd\n"
    for text in (f"{odd}\nlater\n{noise}", f"{noise}\nlater\n{odd}"):
        assert diagnose(text).primary.kind == "OddError"


CPU = "AssertionError: this torch has no CUDA"


@pytest.fixture
def cpu_build(know):
    """Let one entry be known whose remedies use facts."""
    command = "pip install --no-deps torch=={{torch}} --index-url {{gpu_index}}"
    step = {"text": "{{gpu}} needs it", "command": command, "unknown": "Find the version first"}
    know(
        entry(
            id="cpu-build",
            match=[{"text": ["this torch has no CUDA"]}],
            remedies=[
                {"title": "Build for it", "steps": [step], "when": {"torch_tag": ["cpu"]}},
                {"title": "Use the CPU", "steps": [{"text": "Do so"}]},
            ],
        )
    )


@pytest.mark.usefixtures("cpu_build")
def test_remedies_use_the_facts_of_the_machine_and_say_so():
    known = machine(torch="2.6.0", torch_tag="cpu", gpu="RTX 4090", gpu_index="https://d/whl/cu126")
    diagnosis = diagnose(CPU, facts=known)
    (step,) = diagnosis.remedies[0].steps
    assert step.text == "RTX 4090 needs it"
    assert step.command.endswith("torch==2.6.0 --index-url https://d/whl/cu126")
    assert set(diagnosis.facts) == {"torch", "gpu", "gpu_index"}
    assert "Filled in from this machine" in shown_in_text(diagnosis)


@pytest.mark.usefixtures("cpu_build")
def test_without_facts_the_remedy_says_which_fact_decides():
    diagnosis = diagnose(CPU, facts=lambda _: None)
    assert diagnosis.advice[0].steps == ("Find the version first",)
    assert diagnosis.facts == {}


@pytest.mark.usefixtures("cpu_build")
def test_a_remedy_that_does_not_fit_the_machine_is_left_out():
    titles = [each.title for each in diagnose(CPU, facts=machine(torch_tag="cu126")).remedies]
    assert titles == ["Use the CPU"]


def test_what_the_message_names_is_filled_in(know):
    know()
    diagnosis = diagnose("ModuleNotFoundError: No module named 'cv2'", facts=lambda _: None)
    assert any("pip install opencv-python" in step for step in diagnosis.advice[0].steps)


@pytest.mark.parametrize("module", ["torch", "torchaudio.io", "fcntl", "k2"])
def test_no_plain_installation_where_it_is_wrong(know, module):
    know()
    diagnosis = diagnose(f"ModuleNotFoundError: No module named '{module}'")
    plain = re.compile(rf"pip install {re.escape(module)}(?![\w=])")
    assert not any(plain.search(s) for each in diagnosis.advice for s in each.steps)


@pytest.mark.parametrize(
    ("name", "torch", "tag"),
    [
        ("NVIDIA GeForce RTX 5090", "2.8.0", "cu129"),
        ("NVIDIA GeForce RTX 5090", "2.6.0", None),
        ("NVIDIA GeForce GTX 1080 Ti", "2.8.0", "cu126"),
        ("NVIDIA GeForce RTX 4070 Laptop GPU", "2.6.0", "cu126"),
        ("Tesla V100-SXM2-16GB", "2.8.0", "cu126"),
        ("Something else", "2.8.0", None),
    ],
)
def test_the_build_of_torch_follows_from_the_name_of_the_gpu(name, torch, tag):
    lookup = derived({"gpus": name, "installed:torch": torch}.get)
    assert lookup("gpu_tag") == tag
    assert lookup("gpu_index") == (tag and f"https://download.pytorch.org/whl/{tag}")
    assert lookup("gpu") == name


def test_facts_of_this_interpreter():
    fact = facts.of_this_interpreter
    assert fact("version:pytest").split(".")[0].isdigit()
    assert int(fact("next_major:pytest")) == int(fact("version:pytest").split(".")[0]) + 1
    assert fact("version:there-is-none") is None
    assert fact("python_version").startswith("3.")
    assert fact("temp")
    assert fact("nonsense") is None


def test_the_build_of_torch_is_read_from_its_version(monkeypatch):
    monkeypatch.setattr(facts, "version_of", {"torch": "2.6.0+cu126"}.get)
    fact = facts.of_this_interpreter
    names = ("torch", "torch_tag", "torch_index", "torchvision")
    assert [fact(name) for name in names] == [
        "2.6.0",
        "cu126",
        "https://download.pytorch.org/whl/cu126",
        "0.21",
    ]
    monkeypatch.setattr(facts, "version_of", {"torch": "2.6.0"}.get)
    assert fact("torch_tag") == "cpu"
    assert fact("torch_index") == "https://download.pytorch.org/whl/cpu"


def test_what_is_searched_for_is_the_same_on_every_machine():
    node = ErrorNode("OSError", "[WinError 5] x: 'C:\\a' -> sound card 12345 is gone")
    assert unknown.searchable(node).endswith("sound card")
    assert unknown.searchable(node._replace(winerror=5)) == "WinError 5"
    frames = (Frame("a.py", "f", "/v/site-packages/torch/a.py"), Frame("b.py", "g", "/app/b.py"))
    assert unknown.raised_in(node._replace(frames=frames)) == "torch"


def test_the_names_of_version_0_1_belong_to_entries_or_will():
    assert {"gpu-out-of-memory", "stereo"} <= set(all_entries())
    assert kinds.kind_of("gpu-out-of-memory") == "out-of-gpu-memory"
    assert kinds.kind_of("stereo") == "stereo"


def test_the_short_text_has_about_a_hundred_words():
    text = HEAD + SITE.format("torch\\a.py", "f") + "RuntimeError: CUDA out of memory\n"
    short = shown_in_text(diagnose(text), verbose=False)
    full = shown_in_text(diagnose(text))
    assert len(short.split()) < 150
    assert "More ways (-v shows them): Make room" in short
    assert "Source: " in full
    assert "nvidia-smi" in full
    assert "nvidia-smi" not in short


def test_a_command_is_not_broken_and_a_variable_is_shown_for_both_shells():
    shown = shown_in_text(diagnose("OSError: [WinError 1314] x"), width=40)
    assert "       set HF_HUB_DISABLE_SYMLINKS=1\n" in shown
    assert '$env:HF_HUB_DISABLE_SYMLINKS = "1"' in shown
    assert "(needs an administrator)" in " ".join(shown.split())


def test_the_last_line_alone_asks_for_the_rest():
    line = "AcmeError: the flux is low"
    alone, whole = (
        [remedy.title for remedy in diagnose(text).remedies]
        for text in (
            line,
            f'Traceback (most recent call last):\n  File "a.py", line 1, in f\n{line}',
        )
    )
    assert alone[0] == "Explain the whole traceback"
    assert alone[1:] == whole
