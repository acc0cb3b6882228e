"""Work in several processes keeps its order, and outlives a process that ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from winasr_doctor._util.process_pool import map_in_processes


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes import the functions below: they get this `sys.path`."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2])


def squares(numbers: list[int]) -> list[int]:
    return [number**2 for number in numbers]


def squares_but_of_7(numbers: list[int]) -> list[int]:
    if 7 in numbers:
        os._exit(1)
    return squares(numbers)


def name_at_the_second_try(folders: list[Path]) -> list[str]:
    for folder in folders:
        if not folder.exists():
            folder.mkdir()
            os._exit(1)
    return [folder.name for folder in folders]


def test_the_order_is_kept_and_no_more_is_read_than_needed():
    read = []

    def numbers():
        for number in range(100):
            read.append(number)
            yield number

    results = map_in_processes(squares, numbers(), int, processes=2, chunk=3)
    assert next(results) == 0
    assert len(read) <= 15
    assert [0, *results] == [number**2 for number in range(100)]


def test_only_the_item_that_ends_its_process_is_lost():
    results = map_in_processes(
        squares_but_of_7, range(20), lambda number: -number, processes=2, chunk=5
    )
    assert list(results) == [-7 if number == 7 else number**2 for number in range(20)]


def test_an_item_is_tried_again(tmp_path: Path):
    folder = tmp_path / "one"
    results = map_in_processes(
        name_at_the_second_try, [folder], lambda _: "lost", processes=1, chunk=5
    )
    assert list(results) == ["one"]
