"""Repairs are proposed as they would be made, made, and taken back."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import subprocess

import pytest

from winasr_doctor.findings.actions import MakeFolder
from winasr_doctor.fix import Hindered, Journal, NothingToDo, Repair, atomic_write, attributes
from winasr_doctor.fix.atomic_write import WriteError, replace_file
from winasr_doctor.fix.tasks import RepairTask
from winasr_doctor.fix.undo import open_records, preview, take_back

TWO_FAULTS = (
    b"import gradio as gr\nx = dict(revision='2399591399e4e6438fa7804f2f1f660')\n"
    b"gr.Blocks().launch()\n"
)


def undo(journal):
    run = next(journal.runs())
    return [take_back(run, record) for record in tuple(open_records(run))]


@pytest.fixture
def mend(app, bench_for):
    """Return a function that repairs an app, and returns the file and its old bytes."""

    def run(source=None, **options):
        file = app() if source is None else app(source)
        before = file.read_bytes()
        bench, tasks = bench_for(file, **options)
        for task in tasks:
            proposal = bench.propose(task)
            assert isinstance(proposal, Repair), proposal
            bench.make(proposal)
        return file, before

    return run


def test_proposing_changes_nothing(app, bench_for, state_folder):
    file = app()
    before = file.read_bytes()
    bench, (task,) = bench_for(file)
    proposal = bench.propose(task)
    assert proposal.codes == ("REV001",)
    assert '-REVISION = "2399591399e4e6438fa7804f2f1f660"  # as on the card\n' in proposal.preview
    assert '+REVISION = "main"  # as on the card\n' in proposal.preview
    assert file.read_bytes() == before
    assert not state_folder.exists()


def test_a_repair_changes_its_span_and_nothing_else(mend):
    file, before = mend()
    assert file.read_bytes() == before.replace(b"2399591399e4e6438fa7804f2f1f660", b"main")


def test_a_second_time_there_is_nothing_to_do(mend, bench_for):
    file, _ = mend()
    _, tasks = bench_for(file)
    assert tasks == ()


def test_undo_restores_every_byte(mend, journal):
    file, before = mend()
    undo(journal)
    assert file.read_bytes() == before
    assert list(journal.runs()) == []


def test_two_repairs_of_one_file_are_taken_back_together(mend, journal):
    source = (
        b"import gradio as gr\r\n"
        b"from transformers import AutoModel\r\n"
        b"m = AutoModel.from_pretrained('a/b', revision='2399591399e4e6438fa7804f2f1f660')\r\n"
        b"gr.Blocks().launch()\r\n"
    )
    file, before = mend(source)
    assert file.read_bytes() == before.replace(b"2399591399e4e6438fa7804f2f1f660", b"main").replace(
        b"launch()", b"launch(show_error=True)"
    )
    undo(journal)
    assert file.read_bytes() == before


def test_a_file_changed_since_is_left_alone_by_undo(mend, journal):
    file, before = mend()
    mine = file.read_bytes() + b"# mine\n"
    file.write_bytes(mine)
    run = next(journal.runs())
    (record,) = open_records(run)
    with pytest.raises(WriteError, match="changed since"):
        preview(run, record)
    with pytest.raises(WriteError, match="changed since"):
        take_back(run, record)
    assert file.read_bytes() == mine
    assert run.backup_of(record) == before


def test_a_file_that_is_gone_is_not_made_again_by_undo(mend, journal):
    file, _ = mend()
    file.unlink()
    with pytest.raises(WriteError, match="is gone"):
        undo(journal)
    assert not file.exists()


def test_a_damaged_copy_is_not_put_back(mend, journal):
    file, _ = mend()
    now = file.read_bytes()
    run = next(journal.runs())
    (record,) = open_records(run)
    (run.folder / record.backup).write_bytes(b"rubbish")
    with pytest.raises(WriteError, match="damaged"):
        take_back(run, record)
    assert file.read_bytes() == now


def test_permissions_stay(app, bench_for):
    file = app()
    file.chmod(0o750)
    mode = stat.S_IMODE(file.stat().st_mode)
    bench, (task,) = bench_for(file)
    bench.make(bench.propose(task))
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_read_only_file_is_refused(app, bench_for):
    file = app()
    file.chmod(0o444)
    bench, (task,) = bench_for(file)
    proposal = bench.propose(task)
    file.chmod(0o644)
    assert isinstance(proposal, Hindered)
    assert "read-only" in proposal.why


def test_a_file_with_two_names_is_refused(app, bench_for, tmp_path):
    file = app()
    os.link(file, tmp_path / "twin")
    bench, (task,) = bench_for(file)
    assert "hard links" in bench.propose(task).why


def test_a_link_stays_a_link(app, bench_for, tmp_path, journal):
    file = app()
    link = tmp_path / "linked" / "app.py"
    link.parent.mkdir()
    try:
        link.symlink_to(file)
    except OSError:
        pytest.skip("this account may not make links")
    if not link.exists():
        pytest.skip("Wine makes links that lead nowhere")
    bench, (task,) = bench_for(link)
    bench.make(bench.propose(task))
    assert link.is_symlink()
    assert '"main"' in file.read_text()


def test_a_change_in_the_meantime_is_not_overwritten(app, bench_for, journal):
    file = app()
    bench, (task,) = bench_for(file)
    proposal = bench.propose(task)
    file.write_bytes(b"mine = 1\n")
    with pytest.raises(WriteError, match="in the meantime"):
        bench.make(proposal)
    assert file.read_bytes() == b"mine = 1\n"
    assert list(journal.runs()) == []


def test_a_change_between_two_repairs_is_not_reverted_by_the_second(app, bench_for):
    file = app(TWO_FAULTS)
    bench, (first, second) = bench_for(file)
    bench.make(bench.propose(first))
    mine = file.read_bytes() + b"# mine\n"
    file.write_bytes(mine)
    proposal = bench.propose(second)
    assert isinstance(proposal, Hindered)
    assert "in the meantime" in proposal.why
    assert file.read_bytes() == mine


def test_two_runs_are_taken_back_one_by_one(app, bench_for, journal):
    file = app(TWO_FAULTS)
    after_first = None
    for _ in range(2):
        bench, (task, *_others) = bench_for(file)
        bench.make(bench.propose(task))
        after_first = after_first or file.read_bytes()
    undo(journal)
    assert file.read_bytes() == after_first
    undo(journal)
    assert file.read_bytes() == TWO_FAULTS


def test_a_passing_lock_is_waited_for(mend, fault_plan, virtual_clock):
    injector = fault_plan("replace:32*2@*.app.py.*")
    file, _ = mend()
    assert len(injector.injections) == 2
    assert b'"main"' in file.read_bytes()


def test_a_lasting_lock_leaves_the_old_file_and_no_other(
    app, bench_for, fault_plan, virtual_clock, journal
):
    file = app()
    before = file.read_bytes()
    bench, (task,) = bench_for(file)
    proposal = bench.propose(task)
    fault_plan("replace:32*inf@*.app.py.*")
    with pytest.raises(WriteError, match="cannot be written"):
        bench.make(proposal)
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == ["app.py"]
    assert list(journal.runs()) == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_ctrl_c_in_the_middle_leaves_the_old_file_or_the_new_one(
    app, bench_for, journal, monkeypatch, moment
):
    file = app()
    before = file.read_bytes()
    bench, (task,) = bench_for(file)
    proposal = bench.propose(task)
    move = atomic_write.move

    def interrupted(source, target):
        if moment == "after":
            move(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic_write, "move", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.make(proposal)
    monkeypatch.undo()
    assert file.read_bytes() == (before if moment == "before" else proposal.change.after)
    assert [each.name for each in file.parent.iterdir()] == ["app.py"]
    run = next(journal.runs())
    for record in tuple(open_records(run)):
        take_back(run, record)
    assert file.read_bytes() == before


def test_ctrl_c_in_a_second_repair_lets_the_first_be_taken_back(
    app, bench_for, journal, monkeypatch
):
    file = app(TWO_FAULTS)
    bench, (first, second) = bench_for(file)
    bench.make(bench.propose(first))
    proposal = bench.propose(second)

    def interrupted(_path, _expected):
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic_write, "_still_holds", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.make(proposal)
    monkeypatch.undo()
    run = next(Journal(journal.folder).runs())
    assert [take_back(run, record) for record in tuple(open_records(run))]
    assert file.read_bytes() == TWO_FAULTS


def test_without_a_copy_nothing_is_written(app, bench_for, state_folder):
    file = app()
    before = file.read_bytes()
    state_folder.mkdir()
    (state_folder / "fixes").write_text("a file where the folder should be")
    bench, (task,) = bench_for(file)
    proposal = bench.propose(task)
    with pytest.raises(WriteError, match="no copy can be kept"):
        bench.make(proposal)
    assert file.read_bytes() == before


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
class TestUncommittedChanges:
    @pytest.fixture
    def commit(self, tmp_path):
        def git(*arguments):
            name = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
            subprocess.run(
                ["git", *name, *arguments], cwd=tmp_path, check=True, capture_output=True
            )

        git("init", "-q")

        def run(file):
            git("add", file.name)
            git("commit", "-q", "-m", "x")

        return run

    def test_a_committed_file_is_repaired(self, app, commit, bench_for):
        file = app()
        commit(file)
        bench, (task,) = bench_for(file)
        assert isinstance(bench.propose(task), Repair)

    def test_a_changed_file_is_refused(self, app, commit, bench_for):
        commit(app(b"x = 1\n"))
        file = app()
        bench, (task,) = bench_for(file)
        proposal = bench.propose(task)
        assert isinstance(proposal, Hindered)
        assert "--allow-dirty" in proposal.why

    def test_an_untracked_file_is_refused(self, app, commit, bench_for):
        bench, (task,) = bench_for(app())
        assert isinstance(bench.propose(task), Hindered)

    def test_an_ignored_file_is_repaired(self, app, commit, bench_for, tmp_path):
        (tmp_path / ".gitignore").write_text("app.py\n")
        bench, (task,) = bench_for(app())
        assert isinstance(bench.propose(task), Repair)

    def test_a_changed_file_is_repaired_when_told_to(self, app, commit, bench_for):
        commit(app(b"x = 1\n"))
        file = app()
        bench, (task,) = bench_for(file, allow_dirty=True)
        assert isinstance(bench.propose(task), Repair)

    def test_our_own_first_repair_does_not_hinder_the_second(self, app, commit, bench_for):
        file = app(TWO_FAULTS)
        commit(file)
        bench, tasks = bench_for(file)
        for task in tasks:
            bench.make(bench.propose(task))
        assert len(tasks) == 2
        assert b"show_error" in file.read_bytes()


def folder_task(path):
    return RepairTask(("SYN001",), "Give the app its own scratch folder", MakeFolder(str(path)))


def test_the_scratch_folder_is_made_and_taken_away_again(bench_for, tmp_path, journal, monkeypatch):
    monkeypatch.setattr(attributes, "is_indexed", lambda _path: False)
    monkeypatch.setattr(attributes, "set_indexed", lambda path, indexed: None)
    bench, _ = bench_for()
    proposal = bench.propose(folder_task(tmp_path / "scratch"))
    bench.make(proposal)
    assert (tmp_path / "scratch").is_dir()
    assert isinstance(bench.propose(folder_task(tmp_path / "scratch")), NothingToDo)
    undo(journal)
    assert not (tmp_path / "scratch").exists()


def test_a_scratch_folder_in_use_is_not_taken_away(bench_for, tmp_path, journal):
    bench, _ = bench_for()
    bench.make(bench.propose(folder_task(tmp_path / "scratch")))
    (tmp_path / "scratch" / "model").write_text("x")
    with pytest.raises(WriteError, match="in use"):
        undo(journal)
    assert (tmp_path / "scratch" / "model").exists()


def test_a_folder_that_is_indexed_is_marked_and_the_mark_taken_off(
    bench_for, tmp_path, journal, monkeypatch
):
    marks = {str(tmp_path): True}
    mark = lambda path, indexed: marks.update({path: indexed})  # noqa: E731
    monkeypatch.setattr(attributes, "is_indexed", marks.get)
    monkeypatch.setattr(attributes, "set_indexed", mark)
    bench, _ = bench_for()
    bench.make(bench.propose(folder_task(tmp_path)))
    assert marks[str(tmp_path)] is False
    assert isinstance(bench.propose(folder_task(tmp_path)), NothingToDo)
    undo(journal)
    assert marks[str(tmp_path)] is True
    assert tmp_path.is_dir()


def test_a_drive_that_does_not_keep_the_mark_is_told_of(bench_for, tmp_path, monkeypatch):
    monkeypatch.setattr(attributes, "is_indexed", lambda _path: True)
    monkeypatch.setattr(attributes, "set_indexed", lambda path, indexed: None)
    bench, _ = bench_for()
    with pytest.raises(WriteError, match="does not keep"):
        bench.make(bench.propose(folder_task(tmp_path)))


def test_a_file_where_the_folder_should_be_is_refused(bench_for, tmp_path):
    (tmp_path / "scratch").write_text("x")
    bench, _ = bench_for()
    assert isinstance(bench.propose(folder_task(tmp_path / "scratch")), Hindered)


@pytest.mark.skipif(os.name != "nt", reason="Windows has the attribute")
def test_windows_keeps_the_attribute(tmp_path):
    if hasattr(ctypes.WinDLL("ntdll"), "wine_get_version"):
        pytest.skip("Wine does not keep it")
    attributes.set_indexed(str(tmp_path), indexed=False)
    assert attributes.is_indexed(str(tmp_path)) is False
    attributes.set_indexed(str(tmp_path), indexed=True)
    assert attributes.is_indexed(str(tmp_path)) is True


def test_a_new_file_must_not_exist(tmp_path):
    file = tmp_path / "new"
    replace_file(str(file), b"1", expected=None)
    with pytest.raises(WriteError, match="in the meantime"):
        replace_file(str(file), b"2", expected=None)
    assert file.read_bytes() == b"1"
