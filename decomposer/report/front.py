"""The report of `front`: cost against span."""

from __future__ import annotations

from decomposer.design.write import tree
from decomposer.report.document import Block, Code, Facts, Heading, Hint, Points, Table, Title, Writer, illegal_designs
from decomposer.report.numerals import number
from decomposer.verbs.front import Front, Point


def document(found: Front) -> list[Block]:
    """Lay out a front: a table, then the design of each of its rows."""
    problem, writer = found.problem, Writer(found.problem)
    points = found.points
    many = "one design is the best in both" if len(points) == 1 else f"{len(points)} designs, none better in both"
    rows = [("front", many + ("" if found.complete else "; not proved to be all, see below"))]
    if found.at:
        rows.append(("at numbers", ", ".join(f"{name} = {value}" for name, value in found.at)))
    elif found.workers is not None and any(point.when != ((),) for point in points):
        rows.append((found.workers, "calls that run at once: each design is the best for so many as is said"))
    used = dict.fromkeys((policy.name, policy.about) for point in points for policy in point.policies)
    rows += (row for row in used if row[1])
    blocks: list[Block] = [Title(f"{problem.name}: cost against span"), Facts(tuple(rows))]
    table = tuple((str(place), *_measures(found, writer, point)) for place, point in enumerate(points, 1))
    headers = ("design", "cost", "span", "free parameters")
    shown = len(headers) if used else 3
    blocks.append(Table(headers[:shown], tuple(row[:shown] for row in table)))
    for place, point in enumerate(points, 1):
        blocks += [Heading(f"design {place}"), Code(tuple(tree(problem, point.design)))]
        places = tuple(f"best where {writer.conditions(each)}" for each in point.when if each)
        if places:
            blocks.append(Points(places))
    if found.hand_designs:
        show = number if found.at else writer.theta
        lines = []
        for hand in found.hand_designs:
            beaten = "" if hand.beaten_by is None else f": design {hand.beaten_by + 1} is better"
            lines.append(f"{hand.name}: cost {show(hand.cost)}, span {show(hand.span)}{beaten}")
        blocks += [Heading("hand designs"), Points(tuple(lines))]
    blocks += illegal_designs(found.illegal)
    if found.doubts:
        blocks += [Heading("not proved"), Points(found.doubts)]
    if found.notes:
        blocks += [Heading("note"), Points(found.notes)]
    numbers = "".join(f" --set {name}={value}" for name, value in found.at)
    blocks.append(Hint(f"decomposer optimize {problem.file or problem.name}{numbers}"))
    return blocks


def _measures(found: Front, writer: Writer, point: Point) -> tuple[str, str, str]:
    show = number if found.at else writer.theta
    values = ", ".join(f"{one.name} = {writer.formula(one.value)}" for one in point.policies)
    return show(point.cost), show(point.span), values
