"""Multi-mode project scheduling instances (PSPLIB and MMLIB ``.mm``) as selection problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from decomposer.solvers.selection import Alternative, Level, Selection


class Unreadable(ValueError):
    """The file is no multi-mode project in this format."""


def read(path: Path) -> Selection:
    """Read a project: tasks are OR nodes, modes their alternatives, the makespan is to be least.

    Release and due dates are ignored. A doubly constrained resource needs two numbers, per period and in total; its
    total is charged demand times duration.

    Raises
    ------
    Unreadable
        With what is wrong.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    counts = [_count(text, kind, path) for kind in ("renewable", "nonrenewable", "doubly constrained")]
    tasks = _number(re.search(r"^jobs.*?:\s*(\d+)", text, re.MULTILINE), "number of jobs", path)
    needs = _precedence(text, tasks, path)
    modes = _modes(text, tasks, sum(counts), path)
    limits = _rows(text, "RESOURCE ?AVAILABILITIES", path)[-1:]
    renewable, total, both = counts
    if not limits or len(limits[0]) != renewable + total + 2 * both:
        raise Unreadable(
            f"{path}: {renewable + total + 2 * both} availabilities are needed, doubly constrained two each"
        )
    row = limits[0]
    pairs = row[renewable + total :]
    return Selection(
        choices=tuple(
            tuple(_alternative(mode, tuple(sorted(needs[task])), counts) for mode in modes[task])
            for task in range(tasks)
        ),
        roots=tuple(range(tasks)),
        components=0,
        levels=(Level((), 1),),
        budgets=(*row[renewable : renewable + total], *pairs[1::2]),
        capacities=(*row[:renewable], *pairs[::2]),
        names=tuple(str(task + 1) for task in range(tasks)),
    )


def _alternative(mode: list[int], needs: tuple[int, ...], counts: list[int]) -> Alternative:
    renewable, total, _ = counts
    duration, demands = mode[1], mode[2:]
    both = demands[renewable + total :]
    return Alternative(
        costs=(),
        needs=needs,
        spends=(*demands[renewable : renewable + total], *(demand * duration for demand in both)),
        duration=duration,
        occupies=(*demands[:renewable], *both),
        name=f"mode {mode[0]}",
    )


def _number(match: re.Match[str] | None, what: str, path: Path) -> int:
    if match is None:
        raise Unreadable(f"{path}: no {what}")
    return int(match[1])


def _count(text: str, kind: str, path: Path) -> int:
    return _number(re.search(rf"^\s*-\s*{kind}\s*:\s*(\d+)", text, re.MULTILINE), f"number of {kind} resources", path)


def _rows(text: str, section: str, path: Path) -> list[list[int]]:
    """Rows of integers below a heading, up to the next line of stars."""
    found = re.search(rf"^[ \t]*{section}.*?\n(.*?)(?:^\*|\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise Unreadable(f"{path}: no section {section.replace(' ?', ' ')}")
    return [list(map(int, line.split())) for line in found[1].splitlines() if re.fullmatch(r"[\s\d]*\d[\s\d]*", line)]


def _precedence(text: str, tasks: int, path: Path) -> list[set[int]]:
    needs: list[set[int]] = [set() for _ in range(tasks)]
    for row in _rows(text, "PRECEDENCE RELATIONS", path):
        for successor in row[3 : 3 + row[2]]:
            if not 1 <= successor <= tasks:
                raise Unreadable(f"{path}: job {row[0]} precedes job {successor}, which does not exist")
            needs[successor - 1].add(row[0] - 1)
    return needs


def _modes(text: str, tasks: int, resources: int, path: Path) -> list[list[list[int]]]:
    """Per task, rows of mode number, duration and demands."""
    modes: list[list[list[int]]] = [[] for _ in range(tasks)]
    task = -1
    for row in _rows(text, "REQUESTS/DURATIONS", path):
        if len(row) == resources + 3:
            task, row = row[0] - 1, row[1:]
        if len(row) != resources + 2 or not 0 <= task < tasks:
            raise Unreadable(f"{path}: a mode needs a number, a duration and {resources} demands: {row}")
        modes[task].append(row)
    return modes


def instances(folder: Path) -> Iterator[Path]:
    """The files of a folder in this format, in order."""
    return iter(sorted(folder.glob("*.mm")))
