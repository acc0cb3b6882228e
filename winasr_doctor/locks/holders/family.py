"""Finds this process's children, their names and what they work for."""

from __future__ import annotations

import os
import sys
from functools import cached_property

from winasr_doctor._util.private_names import CHILDREN
from winasr_doctor.locks.holders.model import Process
from winasr_doctor.locks.holders.processes import process_name, process_table
from winasr_doctor.locks.holders.tracked import instances_of


class ProcessFamily:
    """This process's children and their children, as they were when first asked."""

    def has_child(self, pid: int) -> bool:
        """Return whether a process was started by this one or by one of its children.

        Args:
            pid: The process.
        """
        return pid in self._descendants

    def name(self, pid: int) -> str | None:
        """Return a process's program name, or `None` if it cannot be read.

        Args:
            pid: The process.
        """
        known = self._table.get(pid)
        return (known.name if known else None) or process_name(pid)

    def worker(self, pid: int) -> str | None:
        """Return what a child works for, if `multiprocessing` started it.

        Args:
            pid: The process.

        Returns:
            `DataLoader worker Process-1`, `multiprocessing worker Process-1` or `None`.
        """
        name = _multiprocessing_children().get(pid)
        if name is None:
            return None
        kind = "DataLoader" if pid in self._data_loader_workers else "multiprocessing"
        return f"{kind} worker {name}"

    @cached_property
    def _table(self) -> dict[int, Process]:
        return process_table()

    @cached_property
    def _descendants(self) -> frozenset[int]:
        below: dict[int, list[int]] = {}
        for pid, process in self._table.items():
            below.setdefault(process.parent, []).append(pid)
        descendants: set[int] = set()
        waiting = [os.getpid()]
        while waiting:
            for child in below.get(waiting.pop(), ()):
                if child not in descendants and child != os.getpid():
                    descendants.add(child)
                    waiting.append(child)
        return frozenset(descendants)

    @cached_property
    def _data_loader_workers(self) -> frozenset[int]:
        """The processes of PyTorch's loaders: the `_workers` of their iterators.

        A started `multiprocessing.Process` no longer knows what it runs (it deletes its target),
        so the iterators are asked. Source: torch/utils/data/dataloader.py.
        """
        module = sys.modules.get("torch.utils.data.dataloader")
        kind = getattr(module, "_MultiProcessingDataLoaderIter", None)
        if kind is None:
            return frozenset()
        workers = (
            worker for value in instances_of([kind]) for worker in getattr(value, "_workers", ())
        )
        return frozenset(pid for worker in workers if (pid := getattr(worker, "pid", None)))


def _multiprocessing_children() -> dict[int, str]:
    """The names of `multiprocessing`'s children, by process number.

    `multiprocessing.active_children()` would also reap those that have ended, although another
    thread may be waiting for them; so this only reads its set of children.
    """
    module = sys.modules.get("multiprocessing.process")
    children = {}
    for child in list(() if module is None else CHILDREN.of_or(module, ())):
        try:
            if child.pid is not None:
                children[child.pid] = str(child.name)
        except (ValueError, AssertionError):  # closed, or inherited from our parent by fork
            continue
    return children
