"""What an installed winasr_doctor brings along."""

from __future__ import annotations

from importlib.metadata import entry_points, metadata, requires
from importlib.resources import files
from pathlib import Path

import pytest

import winasr_doctor


@pytest.mark.parametrize(
    "name",
    [
        "py.typed",
        "schemas/report-1.json",
        "schemas/snapshot-1.json",
        "schemas/gate-1.json",
        "schemas/diagnosis-1.json",
        "schemas/envs-1.json",
        "catalogue/tables/gpu_builds.toml",
        "report/report.html.jinja",
        "ui/page.js",
        "ui/style.css",
    ],
)
def test_data_files_are_installed(name):
    assert files("winasr_doctor").joinpath(name).is_file()


def test_the_version_comes_from_one_place():
    assert metadata("winasr_doctor")["Version"] == winasr_doctor.__version__


def test_the_extras_of_the_design_exist():
    assert {"asr", "ui", "test"} <= set(metadata("winasr_doctor").get_all("Provides-Extra"))


def test_the_core_needs_neither_torch_nor_nemo_nor_gradio():
    core = [need for need in requires("winasr_doctor") if "extra ==" not in need]
    assert not [n for n in core if n.lower().startswith(("torch", "nemo", "gradio", "numpy"))]


def test_the_console_script_is_installed():
    (script,) = entry_points(group="console_scripts", name="winasr-doctor")
    assert script.value == "winasr_doctor.__main__:main"


def test_pytest_finds_the_plugin_and_people_see_what_it_is():
    (plugin,) = entry_points(group="pytest11", name="winasr_doctor")
    assert plugin.value == "winasr_doctor.pytest_plugin"
    assert "Framework :: Pytest" in metadata("winasr_doctor").get_all("Classifier")


@pytest.mark.parametrize("page", ["RELEASING.md", "docs/how-to/test-a-library.md"])
def test_pages_say_that_there_are_no_addresses_as_long_as_there_are_none(page):
    text = (Path(__file__).parents[1] / page).read_text(encoding="utf-8")
    has_none = not metadata("winasr_doctor").get_all("Project-URL")
    assert (" ".join(text.split()).count("no public address") == 1) is has_none
