"""The guard around a made-up NeMo that comes late, has changed, or has a global state."""

from __future__ import annotations

import contextlib
import importlib
import logging
import sys
import tempfile
import threading
from types import ModuleType

import pytest

from winasr_doctor import guard

from .conftest import LOADING, MODEL, Import, Locks, Write
from .test_guard import FOREVER, SHORT, write


class TestLateImport:
    def test_nemo_may_be_imported_inside_the_block(self, nemo: Import, locks: Locks):
        locks.names["weights"] = FOREVER
        with guard(SHORT) as session:
            assert nemo(LOADING).load(write("weights")) == "result"
        assert session.problems == ()
        assert nemo(LOADING).tempfile is tempfile

    def test_such_a_module_has_its_usual_loader(self, nemo: Import):
        with guard():
            module = nemo(LOADING)
        usual = importlib.import_module("pytest")  # the standard library may be in a ZIP file
        assert type(module.__loader__) is type(usual.__loader__)
        assert module.__spec__.loader is module.__loader__

    def test_a_module_that_is_reloaded_is_guarded_again(self, nemo: Import):
        module = nemo(LOADING)
        with guard() as session:
            importlib.reload(module)
            module.load(write("weights"))
        assert len(session.cleanups) == 1
        assert module.tempfile is tempfile


class TestChangedShape:
    def test_a_module_without_tempfile_is_reported(
        self, write_nemo: Write, caplog: pytest.LogCaptureFixture
    ):
        write_nemo(loading="import shutil\n")
        with caplog.at_level(logging.WARNING), guard() as session:
            importlib.import_module(LOADING)
        (problem,) = session.problems
        assert "9.9.9 does not let us guard loading" in problem
        assert problem in caplog.text

    def test_a_module_that_went_away_is_reported(self, write_nemo: Write):
        write_nemo(transcribing=None)
        importlib.import_module("nemo.collections.asr")
        with guard() as session:
            pass
        assert any("guard transcribing: its module no longer exists" in p for p in session.problems)

    def test_the_class_imported_by_name_is_guarded_too(self, write_nemo: Write):
        write_nemo(
            loading="from tempfile import TemporaryDirectory\n"
            "def load(work):\n"
            "    with TemporaryDirectory() as folder:\n"
            "        return work(folder)\n"
        )
        loading = importlib.import_module(LOADING)
        with guard() as session:
            loading.load(write("weights"))
        assert session.problems == ()
        assert len(session.cleanups) == 1
        assert loading.TemporaryDirectory is tempfile.TemporaryDirectory

    def test_a_new_place_that_makes_folders_is_reported_once(
        self, nemo: Import, monkeypatch: pytest.MonkeyPatch
    ):
        nemo(LOADING)
        new = ModuleType("nemo.collections.asr.new_place")
        new.tempfile = tempfile
        monkeypatch.setitem(sys.modules, new.__name__, new)
        with guard() as session, guard():
            pass
        (problem,) = session.problems
        assert "makes temporary folders in nemo.collections.asr.new_place" in problem

    @pytest.mark.parametrize("name", ["nemo.export.deep.inside", "nemoris.new_place"])
    def test_what_is_excused_or_not_nemos_is_not_reported(
        self, monkeypatch: pytest.MonkeyPatch, name: str
    ):
        other = ModuleType(name)
        other.TemporaryDirectory = tempfile.TemporaryDirectory
        monkeypatch.setitem(sys.modules, name, other)
        with guard() as session:
            pass
        assert session.problems == ()

    def test_without_nemo_there_is_nothing_to_say(self):
        with guard() as session:
            pass
        assert session.problems == ()


class TestGlobalState:
    def test_a_failed_load_leaves_nothing_being_restored(self, nemo: Import):
        model = nemo(MODEL)
        with guard(), pytest.raises(ValueError, match="broken"):
            model.ModelPT.restore_from("a.nemo", fail=ValueError("broken"))
        state = model.AppState()
        assert state.is_model_being_restored is False
        assert state.nemo_file_folder is None
        assert state._all_model_restore_paths == []

    def test_a_load_that_works_is_not_interfered_with(self, nemo: Import):
        model = nemo(MODEL)

        class Mine(model.ModelPT):
            pass

        with guard():
            assert Mine.restore_from("a.nemo") is Mine
        assert model.AppState()._all_model_restore_paths == ["a.nemo"]

    def test_a_failure_does_not_disturb_another_load_under_way(self, nemo: Import):
        model = nemo(MODEL)
        state = model.AppState()
        inside, go_on = threading.Event(), threading.Event()

        def slow(cls, path):
            state.is_model_being_restored = True
            inside.set()
            go_on.wait(60)
            return state.is_model_being_restored

        seen = []
        model.ModelPT.slow = classmethod(slow)
        original = vars(model.ModelPT)["restore_from"]
        both = classmethod(
            lambda cls, path, **o: (
                cls.slow(path) if path == "slow" else original.__func__(cls, path, **o)
            )
        )
        model.ModelPT.restore_from = both
        with guard():
            other = threading.Thread(target=lambda: seen.append(model.ModelPT.restore_from("slow")))
            other.start()
            assert inside.wait(60)
            with contextlib.suppress(ValueError):
                model.ModelPT.restore_from("a.nemo", fail=ValueError())
            go_on.set()
            other.join()
        assert seen == [True]
