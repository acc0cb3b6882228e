"""Runs of pytest with the plugin, in a folder of their own."""

from __future__ import annotations

import pytest

import winasr_doctor.faults.sharing  # noqa: F401 - else each run would load modules of its own


@pytest.fixture
def run(pytester, monkeypatch):
    """Return a function that runs pytest on a test module's source.

    Only this plugin is loaded, and what `plugins` names: it need not be installed, and what else
    is installed does not matter.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def start(source, *arguments, subprocess=False, plugins=()):
        pytester.makepyfile(source)
        start_pytest = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        loaded = [word for name in plugins for word in ("-p", name)]
        loaded += ["-p", "winasr_doctor.pytest_plugin", "-p", "no:cacheprovider"]
        return start_pytest(*loaded, *arguments)

    return start
