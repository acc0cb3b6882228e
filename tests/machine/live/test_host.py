import threading

import pytest

from winasr_doctor.findings import Status
from winasr_doctor.machine import NotApplicable, Unreadable
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.live import LiveMachine
from winasr_doctor.machine.live import machine as host
from winasr_doctor.machine.live.readers import AFTER_OTHERS, READERS
from winasr_doctor.machine.model import AudioTools, Memory
from winasr_doctor.scanning import scan

MEMORY = Memory(total=8, available=4)
TOOLS = AudioTools(sox="sox")


def asked(timeout=10.0, progress=None, **readers):
    machine = LiveMachine(timeout=timeout, progress=progress)
    machine.readers = dict(readers.items())
    return machine


def fails(error):
    def reader(_host):
        raise error

    return reader


def test_every_section_has_a_reader():
    assert set(READERS) == set(Machine.sections)


def test_a_section_is_read_once():
    calls = []
    machine = asked(memory=lambda h: calls.append(h) or MEMORY)
    assert (machine.memory, machine.memory) == (MEMORY, MEMORY)
    assert calls == [machine]


def test_a_reader_that_hangs_is_unreadable_and_the_others_are_not():
    never = threading.Event()
    machine = asked(timeout=2, memory=lambda _: never.wait(), audio_tools=lambda _: TOOLS)
    machine.prefetch(machine.readers)
    with pytest.raises(Unreadable, match=r"^memory did not answer within 2 s$"):
        machine.read("memory")
    assert machine.audio_tools == TOOLS
    never.set()


def test_what_did_not_answer_in_time_stays_unreadable():
    gate = threading.Event()
    machine = asked(timeout=0.05, memory=lambda _: gate.wait() and MEMORY)
    for _ in range(2):
        with pytest.raises(Unreadable):
            machine.read("memory")
        gate.set()


def test_a_reader_that_crashes_is_unreadable_and_says_how():
    machine = asked(memory=fails(ZeroDivisionError("division by zero")))
    with pytest.raises(
        Unreadable, match="^memory could not be read: ZeroDivisionError: division by zero$"
    ):
        machine.read("memory")


def test_a_bare_oserror_of_psutil_is_unreadable():
    with pytest.raises(Unreadable, match="memory could not be read: OSError"):
        asked(memory=fails(OSError(87, "bad parameter"))).read("memory")


def test_what_a_reader_says_of_itself_is_handed_on():
    machine = asked(
        memory=fails(Unreadable("no", needs="administrator")),
        audio_tools=fails(NotApplicable("only on Windows")),
    )
    for _ in range(2):
        with pytest.raises(Unreadable, match="^no$") as caught:
            machine.read("memory")
        assert caught.value.needs == "administrator"
        with pytest.raises(NotApplicable, match="^only on Windows$"):
            machine.read("audio_tools")


def test_prefetched_sections_are_read_side_by_side():
    together = threading.Barrier(2, timeout=60)
    machine = asked(
        memory=lambda _: together.wait() >= 0 and MEMORY,
        audio_tools=lambda _: together.wait() >= 0 and TOOLS,
    )
    machine.prefetch(("memory", "audio_tools"))
    assert (machine.memory, machine.audio_tools) == (MEMORY, TOOLS)


def test_prefetching_waits_for_nothing_and_ignores_what_is_no_section():
    never = threading.Event()
    machine = asked(memory=lambda _: never.wait())
    machine.prefetch(("memory", "app", "hub_answers"))
    never.set()


def test_a_reader_may_read_another_section():
    machine = asked(memory=lambda h: h.audio_tools and MEMORY, audio_tools=lambda _: TOOLS)
    assert machine.memory == MEMORY


def test_readers_that_wait_for_each_other_end_with_their_time():
    machine = asked(
        timeout=0.2,
        memory=lambda h: h.audio_tools,
        audio_tools=lambda h: h.memory,
    )
    with pytest.raises(Unreadable):
        machine.read("memory")


def test_a_section_read_after_others_has_time_of_its_own():
    section = min(AFTER_OTHERS)
    never = threading.Event()
    machine = asked(timeout=0.05, **{section: lambda _: never.wait()})
    with pytest.raises(Unreadable, match=r"within 0\.1 s"):
        machine.read(section)
    never.set()


def test_the_user_is_told_what_is_waited_for_and_only_once(monkeypatch):
    monkeypatch.setattr(host, "PATIENCE", 0.01)
    gate = threading.Event()
    lines = []

    def progress(line):
        lines.append(line)
        gate.set()

    machine = asked(memory=lambda _: gate.wait() and MEMORY, progress=progress)
    assert (machine.memory, machine.memory) == (MEMORY, MEMORY)
    assert lines == ["still reading memory ..."]


def test_quick_readers_are_not_announced():
    lines = []
    machine = asked(memory=lambda _: MEMORY, progress=lines.append)
    assert machine.memory
    assert lines == []


def test_ctrl_c_is_not_taken_for_a_reader_that_failed(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    machine = asked(memory=lambda _: MEMORY)
    monkeypatch.setattr(host.DeadlineTask, "finished_within", interrupt)
    with pytest.raises(KeyboardInterrupt):
        machine.read("memory")


def test_the_hub_is_not_asked_by_default():
    with pytest.raises(NotApplicable, match="--online"):
        _ = LiveMachine().hub_answers


def test_what_the_hub_answered_is_handed_on():
    answers = object()
    assert LiveMachine(hub_answers=answers).hub_answers is answers


def test_a_scan_of_this_very_machine_is_complete():
    machine = LiveMachine()
    report = scan(machine)
    crashed = [result.summary for result in report.results if result.status is Status.CRASH]
    assert crashed == []
    assert report.host["python"] == machine.python.version


def test_sections_that_only_windows_has_do_not_apply_elsewhere(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    for section in ("defender", "security_products", "search_index"):
        with pytest.raises(NotApplicable, match="^only on Windows$"):
            READERS[section](LiveMachine())
