"""The report of `simulate`: predicted against counted, line by line."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from decomposer.expr import ONE
from decomposer.report.document import Block, Code, Facts, Heading, Hint, Points, Table, Title, Writer
from decomposer.verbs.simulation_results import Fit, Line, Point, Schedule, Simulation

if TYPE_CHECKING:
    from decomposer.process.intervals import Interval

VERDICTS = {"within": "within", "bound": "a bound", "outside": "OUTSIDE"}
METHODS = {
    "t": "interval of the mean, by Student's t",
    "Wilson": "interval of the share of runs in which all came out right, by Wilson's score",
    "exact": "all runs counted the same",
    "largest": "the largest of all runs",
}


def document(simulation: Simulation) -> list[Block]:
    """Lay out a simulation."""
    problem = simulation.problem
    level = f"{100 * simulation.level:g} %"
    rows = [("runs", f"{simulation.runs:,}, seed {simulation.seed}"), ("level", level)]
    points = simulation.points
    if len(points) == 1:
        rows.append(("at", ", ".join(f"{name} = {value}" for name, value in points[0].at)))
    blocks: list[Block] = [Title(f"{problem.name}: {simulation.name}"), Facts(tuple(rows))]
    for point in points:
        if len(points) > 1:
            value = dict(point.at)[str(simulation.parameter)]
            blocks.append(Heading(f"{simulation.parameter} = {value}"))
            blocks.append(_lines((*point.lines, *_called(point))))
        else:
            blocks += _point(problem_writer(simulation), point, simulation)
        if point.schedule is not None:
            blocks += _schedule(point.schedule, level)
    if simulation.fits:
        blocks += _fits(simulation)
    blocks += _remarks(simulation)
    # At the largest size of a sweep: other designs are told about with the numbers that these runs had.
    *_, largest = simulation.points
    numbers = "".join(f" --set {name}={value}" for name, value in largest.at)
    blocks.append(Hint(f"decomposer compare {problem.file or problem.name}{numbers}"))
    return blocks


def problem_writer(simulation: Simulation) -> Writer:
    """A writer of formulas in the order of the problem."""
    return Writer(simulation.problem)


def _point(writer: Writer, point: Point, simulation: Simulation) -> list[Block]:
    from decomposer.design.write import tree

    blocks: list[Block] = [
        Heading("design"),
        Code(tuple(tree(simulation.problem, point.design))),
        Heading("predicted and counted"),
        _lines((*point.lines, *_called(point))),
        Heading("counted only"),
        Facts(tuple((name, _range(value)) for name, value in point.counts) + _specialists(point)),
    ]
    return blocks


def _called(point: Point) -> tuple[Line, ...]:
    """The calls of each agent, where there is more than one."""
    from dataclasses import replace

    if len(point.agents) < 2:
        return ()
    return tuple(replace(line, name=f"calls of {line.name}") for line in point.agents)


def _specialists(point: Point) -> tuple[tuple[str, str], ...]:
    return tuple((f"specialists for {task}", f"{number:,} different ones needed") for task, number in point.specialists)


def _lines(lines: tuple[Line, ...]) -> Table:
    rows = tuple(
        (line.name, _number(line.predicted), _number(line.counted.value), _spread(line.counted), _verdict(line))
        for line in lines
    )
    return Table(("", "predicted", "counted", "interval", "verdict"), rows)


def _verdict(line: Line) -> str:
    return VERDICTS[line.verdict] + (", exact" if line.method == "exact" and line.verdict == "within" else "")


def _spread(value: Interval) -> str:
    if value.low == value.high:
        return "-"
    if not isfinite(value.low):
        return "unknown from one run"
    return f"{_number(value.low)} .. {_number(value.high)}"


def _range(value: Interval) -> str:
    spread = _spread(value)
    return _number(value.value) + (f" ({spread})" if spread != "-" else "")


def _number(value: float) -> str:
    """A count: whole ones in full, others to six digits."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.6g}" if abs(value) < 1e6 or abs(value) >= 1e15 else f"{value:,.0f}"


def _schedule(schedule: Schedule, level: str) -> list[Block]:
    kept = "kept in every run" if schedule.kept else "BROKEN in some run"
    workers = f"{schedule.workers} worker" + ("s" if schedule.workers > 1 else "")
    return [
        Heading(f"on {workers}"),
        Facts(
            (
                ("time", _range(schedule.time)),
                ("all calls in a row", _number(schedule.busy)),
                ("critical path", _number(schedule.span)),
                ("bounds", f"{_number(schedule.least)} .. {_number(schedule.most)}, {kept}"),
            )
        ),
    ]


def _fits(simulation: Simulation) -> list[Block]:
    writer, name = problem_writer(simulation), str(simulation.parameter)
    verdicts = {
        "agrees": "agrees",
        "not yet": "cannot be told yet",
        "bound": "only bounded",
        "differs": "DIFFERS",
    }
    rows = tuple(
        (
            fit.name,
            writer.theta(fit.theta),
            str(fit.exponent),
            _exponent(fit),
            f"{fit.formula:.3f}",
            verdicts[fit.verdict],
        )
        for fit in simulation.fits
    )
    headers = ("", "growth", f"exponent of {name}", "fitted", "formula fitted", "verdict")
    blocks: list[Block] = [Heading(f"growth in {name}, the other parameters fixed"), Table(headers, rows)]
    divided = [f"{fit.name}: {writer.formula(fit.divided)}" for fit in simulation.fits if fit.divided != ONE]
    if divided:
        blocks += [Heading("divided out before the fit"), Points(tuple(divided))]
    return blocks


def _exponent(fit: Fit) -> str:
    half = (fit.fitted.high - fit.fitted.low) / 2
    return f"{fit.fitted.value:.3f} ± {half:.3f}"


def _remarks(simulation: Simulation) -> list[Block]:
    """What the intervals are, and why a prediction is only a bound."""
    used = dict.fromkeys(line.method for point in simulation.points for line in point.lines)
    lines = [f"{line.name}: {line.note}" for line in _bounds(simulation)]
    methods = [f"{method}: {METHODS[method]}" for method in used if method in ("t", "Wilson")]
    blocks: list[Block] = []
    if lines:
        blocks += [Heading("only bounded"), Points(tuple(dict.fromkeys(lines)))]
    if simulation.notes:
        blocks += [Heading("note"), Points(simulation.notes)]
    return [*blocks, Heading("intervals"), Points(tuple(methods))]


def _bounds(simulation: Simulation) -> list[Line]:
    return [line for point in simulation.points for line in point.lines if line.verdict == "bound"]
