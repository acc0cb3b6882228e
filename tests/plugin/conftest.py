"""Runs of pytest with the plugin, in a folder of their own."""

from __future__ import annotations

import pytest

# Else each run would load modules of its own.
import winasr_doctor.faults.clock
import winasr_doctor.faults.sharing.refusals
import winasr_doctor.faults.sweep  # noqa: F401


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
