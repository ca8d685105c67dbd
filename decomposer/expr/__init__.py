"""Exact symbolic expressions: canonical form, parser, printer, exact evaluation."""

from __future__ import annotations

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
    ceil,
    exp,
    factorial,
    factorise,
    floor,
    log,
    loggamma,
    maximum,
    minimum,
    mono_expr,
    normal,
    num,
    power,
    rounds,
    sym,
)
from decomposer.expr.printing import pretty, text
