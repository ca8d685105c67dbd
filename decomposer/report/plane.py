"""A picture of a regime map: the plane of two parameters in log scale, as SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape

from decomposer.errors import Diagnostic, ExpressionError, ProblemError
from decomposer.expr import Expr, parse, parse_relation
from decomposer.expr.nodes import App, Sym
from decomposer.growth.curves import scale_beside
from decomposer.growth.partition import Leaf, Tree
from decomposer.problem.suggest import suggest
from decomposer.report.document import Writer
from decomposer.verbs.regimes import RegimeMap

SPAN = 4
"""Both axes run from 1 to this power of the scale."""

SIDE, LEFT, TOP, LINE = 480, 70, 50, 22
BLANK = "#eee"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
COLOURS = ("#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#b07aa1", "#76b7b2", "#edc948", "#9c755f")

Point = tuple[Fraction, Fraction]
Line = tuple[Fraction, Fraction, Fraction]
"""``(a, b, c)``: the half-plane ``a x + b y + c >= 0``."""


def svg(found: RegimeMap, plane: Sequence[str] = (), fix: Mapping[str, str] | None = None) -> str:
    """Draw the plane of two parameters as powers of a scale t; what the assumptions rule out stays blank.

    Parameters
    ----------
    found : RegimeMap
    plane : sequence of two str
        The parameters of the axes; by default the first two that the tree asks about.
    fix : mapping of parameter to formula
        How the others grow: products of powers of the axes' parameters and of t. By default like t.

    Raises
    ------
    ProblemError
        For unknown parameters, growths that are no products of powers, exponentials (which have no place in a
        log scale), and where the assumptions leave nothing of the plane.

    Notes
    -----
    On the log scale every hyperplane of the tree is a straight line: regions are clipped by them exactly, in
    rational numbers. Logarithms count as constants.
    """
    names = _axes(found, tuple(plane))
    scale = scale_beside(found.problem.parameters)
    logs = _logs(found, names, dict(fix or {}), scale)
    zero, span = Fraction(0), Fraction(SPAN)
    area: list[Point] = [(zero, zero), (span, zero), (span, span), (zero, span)]
    for name in found.problem.parameters:
        if found.problem.parameters[name].kind != "constant":
            area = _clip(area, logs[name])
    for text in found.problem.assume:
        for line in _assumed(text, logs):
            area = _clip(area, line)
    regions, alike = _regions(found.tree, area, logs)
    if not regions:
        hint = "fix the other parameters so that the assumptions can hold, such as --fix k=n"
        raise ProblemError(Diagnostic("the assumptions leave nothing of this plane", "empty", hint=hint))
    others = [
        f"{name} = {dict(fix or {}).get(name, scale)}"
        for name, one in found.problem.parameters.items()
        if name not in names and one.kind != "constant"
    ]
    blank = _area(area) < 2 * span * span
    return _draw(found, names, scale, regions, _legend(found, regions, alike, blank), others)


def _axes(found: RegimeMap, plane: tuple[str, ...]) -> tuple[str, str]:
    growing = [name for name, one in found.problem.parameters.items() if one.kind != "constant"]
    for name in plane:
        if name not in growing:
            hint = suggest(name, growing)
            raise ProblemError(Diagnostic(f"no parameter that grows is called `{name}`", "unknown-name", hint=hint))
    if plane:
        if len(set(plane)) != 2:
            raise ProblemError(Diagnostic("a plane has two different parameters", "plane", hint="--plane m_d,n"))
        return plane[0], plane[1]
    asked = [name for name in growing if name in _asked(found.tree)]
    chosen = [*asked, *(name for name in growing if name not in asked)][:2]
    if len(chosen) < 2:
        raise ProblemError(Diagnostic("a plane needs two parameters that grow", "plane"))
    return chosen[0], chosen[1]


def _asked(tree: Tree) -> frozenset[str]:
    if isinstance(tree, Leaf):
        return frozenset()
    return tree.below.symbols | tree.above.symbols | _asked(tree.yes) | _asked(tree.no)


def _logs(found: RegimeMap, names: tuple[str, str], fix: dict[str, str], scale: str) -> dict[str, Line]:
    """The logarithm of every parameter, to base t, as a function of the point."""
    one, zero = Fraction(1), Fraction(0)
    logs: dict[str, Line] = {names[0]: (one, zero, zero), names[1]: (zero, one, zero), scale: (zero, zero, one)}
    for name, text in fix.items():
        if name not in found.problem.parameters:
            hint = suggest(name, found.problem.parameters)
            raise ProblemError(Diagnostic(f"no parameter is called `{name}`", "unknown-name", hint=hint))
        if name in names:
            raise ProblemError(Diagnostic(f"`{name}` is an axis of the plane, it cannot be fixed", "plane"))
        logs[name] = _log(_formula(name, text, (*names, scale)), logs)
    for name, parameter in found.problem.parameters.items():
        logs.setdefault(name, (zero, zero, zero if parameter.kind == "constant" else one))
    return logs


def _formula(name: str, text: str, names: tuple[str, ...]) -> Expr:
    try:
        return parse(text, names)
    except ExpressionError as error:
        raise ProblemError(*error.diagnostics, file=f"--fix {name}") from None


def _log(value: Expr, logs: Mapping[str, Line]) -> Line:
    """The logarithm of a product of powers; of logarithms, that of a constant."""
    if len(value.terms) != 1:
        raise ProblemError(Diagnostic(f"`{value}` is not a product of powers", "plane"))
    total = [Fraction(0)] * 3
    for atom, exponent in value.terms[0][0]:
        if isinstance(atom, Sym):
            total = [x + Fraction(exponent) * y for x, y in zip(total, logs[atom.name], strict=True)]
        elif atom.symbols and not (isinstance(atom, App) and atom.fn == "log"):
            raise ProblemError(Diagnostic(f"`{value}` has no place in a log scale", "plane", hint="use the tree"))
    return total[0], total[1], total[2]


def _difference(below: Expr, above: Expr, logs: Mapping[str, Line]) -> Line:
    low, high = _log(below, logs), _log(above, logs)
    return high[0] - low[0], high[1] - low[1], high[2] - low[2]


def _assumed(text: str, logs: Mapping[str, Line]) -> list[Line]:
    """The half-planes of an assumption; what lies on the edge of one is drawn with it."""
    left, relation, right = parse_relation(text)
    if relation in (">=", ">>", ">"):
        left, right = right, left
    if relation == "==":
        return [_difference(left, right, logs), _difference(right, left, logs)]
    # A sum is at most a product where each of its terms is; one that is the larger side is a union, and not convex.
    if len(right.terms) != 1:
        raise ProblemError(Diagnostic(f"the assumption `{text}` cannot be drawn", "plane"))
    return [_difference(Expr((term,)), right, logs) for term in left.terms]


def _clip(polygon: list[Point], line: Line) -> list[Point]:
    """The part of a convex polygon in a half-plane."""
    a, b, c = line
    result: list[Point] = []
    for place, point in enumerate(polygon):
        before = polygon[place - 1]
        here, there = a * point[0] + b * point[1] + c, a * before[0] + b * before[1] + c
        if here * there < 0:
            share = there / (there - here)
            result.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
        if here >= 0:
            result.append(point)
    return result


def _area(polygon: list[Point]) -> Fraction:
    """Twice the area."""
    pairs = zip(polygon, [*polygon[1:], *polygon[:1]], strict=True)
    return abs(sum((one[0] * two[1] - two[0] * one[1] for one, two in pairs), Fraction(0)))


Regions = list[tuple[Leaf, list[Point]]]


def _regions(tree: Tree, polygon: list[Point], logs: Mapping[str, Line]) -> tuple[Regions, frozenset[str]]:
    """The leaves on a polygon, and the designs that are as good there as some design drawn."""
    if len(polygon) < 3 or not _area(polygon):
        return [], frozenset()
    if isinstance(tree, Leaf):
        return [(tree, polygon)], frozenset()
    line = _difference(tree.below, tree.above, logs)
    if not any(line):  # all of the plane lies on the border, where both answers hold
        drawn, alike = _regions(tree.yes, polygon, logs)
        others, more = _regions(tree.no, polygon, logs)
        return drawn, alike | more | {leaf.winner for leaf, _ in others}
    a, b, c = line
    yes, one = _regions(tree.yes, _clip(polygon, line), logs)
    no, other = _regions(tree.no, _clip(polygon, (-a, -b, -c)), logs)
    return [*yes, *no], one | other


# -- drawing ------------------------------------------------------------------------------------------


def _legend(found: RegimeMap, regions: Regions, alike: frozenset[str], blank: bool) -> list[tuple[str, str]]:
    """Colours and what they mean."""
    writer = Writer(found.problem)
    drawn = {leaf.winner for leaf, _ in regions}
    entries = []
    for name in dict.fromkeys(leaf.winner for leaf in found.leaves):
        text = f"{name}: {writer.theta(found.named(name).theta)}"
        if name not in drawn:
            where = "as good here, logarithms aside" if name in alike else "no region of its own on this plane"
            text += f" ({where})"
        entries.append((_colour(found, name) if name in drawn else "#fff", text))
    return [*entries, *([(BLANK, "ruled out by what is assumed")] if blank else [])]


def _colour(found: RegimeMap, name: str) -> str:
    winners = list(dict.fromkeys(leaf.winner for leaf in found.leaves))
    return COLOURS[winners.index(name) % len(COLOURS)]


def _draw(
    found: RegimeMap,
    names: tuple[str, str],
    scale: str,
    regions: Regions,
    legend: list[tuple[str, str]],
    others: list[str],
) -> str:
    writer = Writer(found.problem)
    bottom, right = TOP + SIDE, LEFT + SIDE
    given = textwrap.wrap("where " + ", ".join(others), 76) if others else []
    height = bottom + 62 + LINE * (len(legend) + len(given))
    width = max(right + 40, LEFT + 40 + max(_width(text) for _, text in legend))
    title = escape(f"{found.problem.name}: the best design")
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{title}" font-family="sans-serif" font-size="13" fill="#222">',
        f"<title>{title}</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{LEFT}" y="30" font-size="15" font-weight="bold">{title}</text>',
        f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="{BLANK}"/>',
    ]
    for leaf, polygon in regions:
        corners = " ".join(",".join(_place(point)) for point in polygon)
        lines.append(
            f'<polygon points="{corners}" fill="{_colour(found, leaf.winner)}" fill-opacity="0.75" stroke="#fff">'
            f"<title>{escape(f'{leaf.winner}: {writer.theta(leaf.theta)}')}</title></polygon>"
        )
    for power in range(SPAN + 1):
        x, y = _place((Fraction(power), Fraction(power)))
        label = "1" if power == 0 else scale + (str(power).translate(SUPERSCRIPTS) if power > 1 else "")
        if 0 < power < SPAN:
            lines.append(f'<path d="M{x},{TOP}V{bottom}M{LEFT},{y}H{right}" stroke="#fff" stroke-opacity="0.35"/>')
        lines.append(f'<path d="M{x},{bottom}v5M{LEFT},{y}h-5" stroke="#222"/>')
        lines.append(f'<text x="{x}" y="{bottom + 19}" text-anchor="middle">{label}</text>')
        lines.append(f'<text x="{LEFT - 9}" y="{y}" dy="4" text-anchor="end">{label}</text>')
    lines.append(f'<path d="M{LEFT},{TOP}V{bottom}H{right}" fill="none" stroke="#222"/>')
    for leaf, polygon in regions:  # over the grid
        text, middle = writer.theta(leaf.theta), _middle(polygon)
        if _width(text) < _chord(polygon, middle) * SIDE / SPAN:
            x, y = _place(middle)
            lines.append(f'<text x="{x}" y="{y}" dy="4" text-anchor="middle">{escape(text)}</text>')
    across, up = LEFT + SIDE // 2, TOP + SIDE // 2
    lines.append(
        f'<text x="{across}" y="{bottom + 40}" text-anchor="middle" font-style="italic">{escape(names[0])}</text>'
    )
    lines.append(
        f'<text x="26" y="{up}" transform="rotate(-90 26 {up})" text-anchor="middle" font-style="italic">'
        f"{escape(names[1])}</text>"
    )
    y_line = bottom + 66
    for colour, text in legend:
        lines.append(
            f'<rect x="{LEFT}" y="{y_line - 12}" width="14" height="14" fill="{colour}" fill-opacity="0.75" '
            f'stroke="#999"/><text x="{LEFT + 22}" y="{y_line}">{escape(text)}</text>'
        )
        y_line += LINE
    for text in given:
        lines.append(f'<text x="{LEFT}" y="{y_line}" fill="#666">{escape(text)}</text>')
        y_line += LINE
    lines.append("</svg>")
    return "\n".join(lines) + "\n"


def _width(text: str) -> int:
    """About how wide a text is, in the unit of the picture."""
    return 8 * len(text)


def _chord(polygon: list[Point], middle: Point) -> Fraction:
    """How wide a convex polygon is at the height of a point."""
    height = middle[1]
    crossings = []
    for one, two in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
        if one[1] != two[1] and (one[1] - height) * (two[1] - height) <= 0:
            crossings.append(one[0] + (height - one[1]) / (two[1] - one[1]) * (two[0] - one[0]))
    return max(crossings) - min(crossings)


def _middle(polygon: list[Point]) -> Point:
    """The centre of gravity."""
    total, x, y = Fraction(0), Fraction(0), Fraction(0)
    for one, two in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
        part = one[0] * two[1] - two[0] * one[1]
        total, x, y = total + part, x + part * (one[0] + two[0]), y + part * (one[1] + two[1])
    return x / (3 * total), y / (3 * total)


def _place(point: Point) -> tuple[str, str]:
    """A point of the plane on the paper, to a tenth."""
    x = LEFT + point[0] * SIDE / SPAN
    y = TOP + SIDE - point[1] * SIDE / SPAN
    return _tenths(x), _tenths(y)


def _tenths(value: Fraction) -> str:
    tenths = round(value * 10)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
