"""Exact symbolic expressions: canonical form, parser, printer, exact evaluation."""

from __future__ import annotations

from decomposer.expr.evaluate import compare, enclose, evaluate
from decomposer.expr.functions import ceil, factorial, floor, loggamma, maximum, minimum, rounds
from decomposer.expr.nodes import (
    MINUS_ONE,
    ONE,
    ZERO,
    App,
    Atom,
    Exp,
    Expr,
    ExprLike,
    Group,
    Mono,
    Number,
    Root,
    Sym,
    as_expr,
    atom_expr,
    mono_expr,
    normal,
    num,
    sym,
)
from decomposer.expr.parse import parse, parse_relation
from decomposer.expr.powers import exp, factorise, log, power
from decomposer.expr.printing import pretty, text

__all__ = [
    "MINUS_ONE",
    "ONE",
    "ZERO",
    "App",
    "Atom",
    "Exp",
    "Expr",
    "ExprLike",
    "Group",
    "Mono",
    "Number",
    "Root",
    "Sym",
    "as_expr",
    "atom_expr",
    "ceil",
    "compare",
    "enclose",
    "evaluate",
    "exp",
    "factorial",
    "factorise",
    "floor",
    "log",
    "loggamma",
    "maximum",
    "minimum",
    "mono_expr",
    "normal",
    "num",
    "parse",
    "parse_relation",
    "power",
    "pretty",
    "rounds",
    "sym",
    "text",
]
