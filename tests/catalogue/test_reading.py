"""Reading the sources and the compiled file; mistakes in one clear sentence."""

from __future__ import annotations

import importlib.util
import re
import sys
import types
from pathlib import Path

import pytest

from winasr_doctor import catalogue
from winasr_doctor.catalogue import preflight, reading, tables
from winasr_doctor.catalogue.schema import StepTemplate
from winasr_doctor.catalogue.templates import fill, fitted
from winasr_doctor.diagnosis import diagnose

from .linting import problems
from .making import SOURCES, entry

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id = ", "audio/x.toml: "),
        ('id = "x"', "audio/x.toml: it lacks the key `title`"),
        (
            'id="x"\ntitle="t"\ncause="c."\nconfidence="certain"\naffects=[]\nremedies=[]\nsource=[]\n'
            '[[match]]\ntexts = ["a"]',
            "audio/x.toml: there is no key `texts` in match[0]",
        ),
        ('id = "x"\nconfidence = "sure"', "audio/x.toml: "),
    ],
)
def test_a_mistake_is_one_sentence_with_the_file(tmp_path, text, why):
    file = tmp_path / "audio" / "x.toml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(catalogue.CatalogueError) as caught:
        reading.read_entry(file)
    assert str(caught.value).startswith(why)
    assert "\n" not in str(caught.value)


@pytest.fixture
def hook(monkeypatch):
    """Return hatch_build.py without the package that builds wheels."""
    interface = types.SimpleNamespace(BuildHookInterface=object)
    monkeypatch.setitem(sys.modules, "hatchling.builders.hooks.plugin.interface", interface)
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_compiled_catalogue_is_the_one_of_the_sources(hook, monkeypatch):
    expected = {
        file.stem: reading.read_entry(file, samples=False) for file in reading.sources(SOURCES)
    }
    building = hook.CatalogueHook()
    building.root = str(ROOT)
    included: dict[str, str] = {}
    building.initialize("standard", {"force_include": included})
    made = {Path(place).name: Path(file) for file, place in included.items()}
    assert {Path(place).parent.parts for place in included.values()} == {
        Path(reading.COMPILED).parts[-3:-1]
    }
    from_sources = preflight.all_foretold()
    monkeypatch.setattr(reading, "COMPILED", str(made["entries.json"]))
    monkeypatch.setattr(preflight, "COMPILED", str(made["preflight.json"]))
    for cached in (reading.all_entries, preflight.all_foretold):
        cached.cache_clear()
    try:
        assert dict(reading.all_entries()) == expected
        assert preflight.all_foretold() == from_sources
        assert {each.id: each.preflight for each in from_sources} == {
            name: entry.preflight for name, entry in expected.items() if entry.preflight
        }
    finally:
        for cached in (reading.all_entries, preflight.all_foretold):
            cached.cache_clear()
        building.finalize("standard", {}, "")
    assert not any(file.exists() for file in made.values())


def test_a_broken_catalogue_costs_names_but_no_diagnosis(tmp_path, monkeypatch):
    file = tmp_path / "entries.json"
    file.write_text("[{", encoding="utf-8")
    monkeypatch.setattr(reading, "COMPILED", str(file))
    for cached in (reading.all_entries, catalogue.catalogue):
        cached.cache_clear()
    try:
        diagnosis = diagnose("RuntimeError: CUDA out of memory")
        with pytest.raises(catalogue.CatalogueError, match=r"entries\.json: "):
            catalogue.by_id("stereo")
    finally:
        for cached in (reading.all_entries, catalogue.catalogue):
            cached.cache_clear()
    assert diagnosis.id is None
    assert diagnosis.remedies


def test_an_editable_installation_has_no_compiled_file(hook):
    building = hook.CatalogueHook()
    included: dict[str, str] = {}
    building.initialize("editable", {"force_include": included})
    building.finalize("editable", {}, "")
    assert included == {}


def test_entries_are_found_by_id_and_by_words():
    assert catalogue.by_id("Stereo ").id == "stereo"
    assert catalogue.by_id("nonsense") is None
    (first, *_) = catalogue.search(
        "object NoneType has no attribute 'to' could not download pyannote"
    )
    assert first.id == "pa-gated"
    assert catalogue.search("") == []


def test_a_template_is_filled_or_replaced_by_its_fallback():
    step = StepTemplate("Use {{torch}}", "pip install x=={{version:x}}", "Use your version")
    facts = {"torch": "2.6.0", "version:x": "1.2"}
    assert fill(step, facts.get) == StepTemplate("Use 2.6.0", "pip install x==1.2")
    assert fill(step, {"torch": "2.6.0"}.get) == StepTemplate("Use your version")


@pytest.mark.parametrize(
    ("value", "kept"), [(None, True), ("cpu", True), ("cu126", False), ("2.6.0", True)]
)
def test_a_remedy_for_another_machine_is_dropped(value, kept):
    remedy = {
        "title": "Do it",
        "steps": [{"text": "it"}],
        "when": {"torch_tag": ["cpu", "<2.7"]},
    }
    remedies = entry(remedies=[remedy]).remedies
    facts = {"torch_tag": value}
    assert bool(fitted(remedies, facts.get)) is kept


@pytest.mark.parametrize(
    ("capability", "torch", "tag"),
    [
        ((12, 0), "2.6.0", None),
        ((12, 0), "2.7.0", "cu128"),
        ((12, 0), None, "cu132"),
        ((6, 1), "2.8.0", "cu126"),
        ((6, 1), None, "cu126"),
        ((8, 9), "2.6.0", "cu126"),
        ((3, 5), None, None),
    ],
)
def test_the_build_of_torch_for_a_gpu(capability, torch, tag):
    assert tables.tag_for(capability, torch) == tag


def test_partners_of_torch():
    assert tables.partner_of("2.6.0+cu126", "torchvision") == "0.21"
    assert tables.partner_of("2.13.0", "torchaudio") == "2.11"
    assert tables.partner_of("1.12.1", "torchaudio") is None
    assert tables.partner_of("2.3.1", "torchcodec") is None


@pytest.mark.parametrize(
    ("torch", "package", "version", "expected"),
    [
        ("2.6.0", "torchaudio", "2.6.1", True),
        ("2.13.0", "torchaudio", "2.11.0", True),
        ("2.13.0", "torchaudio", "2.9.1", False),
        ("2.9.1", "torchvision", "0.24.1", True),
        ("2.9.1", "torchcodec", "0.8.0", True),
        ("2.9.1", "torchcodec", "0.10.0", False),
        ("2.14.0", "torchcodec", "0.17.0", True),
        ("2.3.1", "torchcodec", "0.0.3", False),
        ("9.0.0", "torchaudio", "2.11.0", None),
        ("2.9.1", "torchtext", "0.18", None),
    ],
)
def test_whether_a_partner_belongs_to_a_torch(torch, package, version, expected):
    assert tables.belongs(torch, package, version) is expected


@pytest.mark.parametrize(
    ("package", "torch", "partner", "same"),
    [
        ("torchaudio", "cu128", "cu126", False),
        ("torchaudio", "cu128", "cpu", True),
        ("torchvision", "cu128", "cu126", True),
        ("torchvision", "cu130", "cu128", False),
        ("torchcodec", "cu130", "cu128", True),
        ("torchaudio", "cpu", None, True),
    ],
)
def test_whether_a_partner_accepts_torchs_cuda(package, torch, partner, same):
    assert tables.same_cuda(package, torch, partner) is same


@pytest.mark.parametrize(
    ("name", "capability"),
    [
        ("NVIDIA GeForce RTX 5070 Ti", (12, 0)),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", (12, 0)),
        ("NVIDIA RTX 5000 Ada Generation", (8, 9)),
        ("NVIDIA RTX 4000 SFF Ada Generation", (8, 9)),
        ("Quadro RTX 5000", (7, 5)),
        ("Quadro RTX 4000 with Max-Q Design", (7, 5)),
        ("NVIDIA RTX A4000", (8, 6)),
        ("NVIDIA GeForce GTX TITAN X", (5, 2)),
        ("NVIDIA TITAN X (Pascal)", (6, 1)),
        ("Tesla K80", (3, 7)),
        ("NVIDIA H100 80GB HBM3", (9, 0)),
        ("AMD Radeon RX 7900 XTX", None),
    ],
)
def test_the_generation_of_a_gpu_by_its_name(name, capability):
    assert tables.capability_of(name) == capability


@pytest.mark.parametrize(
    ("driver_cuda", "tag"),
    [("13.2", "cu132"), ("13.0", "cu130"), ("12.4", "cu129"), ("11.4", None), ("?", "cu132")],
)
def test_a_build_is_one_that_the_driver_serves(driver_cuda, tag):
    assert tables.tag_for((8, 9), "2.13.0", driver_cuda) == tag


def test_the_driver_says_which_cuda_it_serves():
    assert tables.cuda_served("581.15") == "13.0"
    assert tables.cuda_served("576.80") == "12.0"
    assert tables.cuda_served("400.1") is None
    assert tables.cuda_served("unknown") is None


def test_numbers_and_packages():
    assert tables.exit_code(-1073741819) == tables.exit_code(3221225477)
    assert "access violation" in tables.exit_code(-1073741819)
    assert "too old" in tables.cuda_error(35)
    assert tables.exit_code(1) is None
    assert tables.package_of("whisper.audio") == "openai-whisper"
    assert tables.package_of("lhotse") == "lhotse"


def test_the_example_of_the_documentation_is_a_correct_entry(tmp_path):
    page = (ROOT / "docs" / "add-a-known-error.md").read_text(encoding="utf-8")
    example, _picture, template = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "torch" / "torch-cpu-build.toml"
    file.parent.mkdir()
    file.write_text(example, encoding="utf-8")
    assert problems(reading.read_entry(file), file) == []
    file.write_text(template, encoding="utf-8")
    assert len(problems(reading.read_entry(file), file)) > 3
