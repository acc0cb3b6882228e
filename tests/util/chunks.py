"""What the processes of `test_process_pool` do; they import nothing else, to start quickly."""

from __future__ import annotations

import os
import time
from multiprocessing import parent_process
from pathlib import Path


def squares(numbers: list[int]) -> list[int]:
    return [number**2 for number in numbers]


def squares_here(numbers: list[int]) -> list[int]:
    if parent_process() is not None:
        os._exit(1)
    return squares(numbers)


def squares_or_an_error_elsewhere(numbers: list[int]) -> list[int]:
    if parent_process() is not None:
        raise ValueError
    return squares(numbers)


def stuck_elsewhere(numbers: list[int]) -> list[int]:
    if parent_process() is not None:
        time.sleep(3_600)
    return squares(numbers)


def squares_but_of_7(numbers: list[int]) -> list[int]:
    if 7 in numbers:
        os._exit(1)
    return squares(numbers)


def sizes_but_of_7(numbers: list[int]) -> list[int]:
    return [len(numbers) for _ in squares_but_of_7(numbers)]


def an_error_for_7(numbers: list[int]) -> list[int]:
    if 7 in numbers:
        raise ValueError
    return squares(numbers)


def name_at_the_second_try(folders: list[Path]) -> list[str]:
    for folder in folders:
        if not folder.exists():
            folder.mkdir()
            os._exit(1)
    return [folder.name for folder in folders]


def process_ids(numbers: list[int]) -> list[int]:
    return [os.getpid() for _ in numbers]


def ids_after_a_while(numbers: list[int]) -> list[int]:
    time.sleep(0.2)
    return process_ids(numbers)


def minus(number: int) -> int:
    return -number
