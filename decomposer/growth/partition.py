"""Which of several growths is least, where: a decision tree of hyperplanes over a regime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from decomposer.errors import OutsideClassError
from decomposer.expr import Expr, parse
from decomposer.growth.cells import Cell, condition_text, over, simplified
from decomposer.growth.formal import Monomial
from decomposer.growth.forms import form_expr
from decomposer.growth.regime import Regime
from decomposer.growth.relation import is_big_o
from decomposer.growth.theta import theta

MAX_LEAVES = 256
"""Most leaves that a tree may have."""

MAX_SPLITS = 16
"""Most hyperplanes that are tried at one branch."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where `conditions` hold, `winner` grows no faster than any rival.

    Attributes
    ----------
    winner : str
    theta : Expr
        Its growth there.
    conditions : tuple of str
        Such as ``"k = O(n)"``; none follows from the others and the regime.
    verified : bool
        Whether winner = O(rival) was proved there for every rival.
    regime : Regime
        The regime with these conditions.
    """

    winner: str
    theta: Expr
    conditions: tuple[str, ...]
    verified: bool
    regime: Regime = field(repr=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """Go to `yes` where `below` = O(`above`), to `no` where `above` = O(`below`)."""

    below: Expr
    above: Expr
    yes: Tree
    no: Tree

    @property
    def condition(self) -> str:
        """The question, such as ``"k = O(n)"``."""
        return f"{self.below} = O({self.above})"


Tree = Leaf | Branch


def partition(growths: Mapping[str, Expr], regime: Regime) -> Tree:
    """Find out where in a regime which growth is least.

    Parameters
    ----------
    growths : mapping of name to Expr
        Where several are alike, the first wins.
    regime : Regime

    Raises
    ------
    OutsideClassError
        When growths cannot be compared, or there are more than `MAX_LEAVES` leaves.

    Notes
    -----
    The leaves cover the regime by construction. Each hyperplane separates a monomial of one growth that
    outgrows another growth from a monomial of that other one, so both of its sides have room. Of those, one is
    taken that leaves the fewest rivals. Time grows with the number of leaves times the square of the number of
    growths.
    """
    if not growths:
        raise OutsideClassError("there is nothing to compare")
    return _Builder(dict(growths), regime).tree(regime, (), tuple(growths))


def leaves(tree: Tree) -> Iterator[Leaf]:
    """The leaves of a tree, from left to right."""
    if isinstance(tree, Leaf):
        yield tree
    else:
        yield from leaves(tree.yes)
        yield from leaves(tree.no)


def alive(growths: Mapping[str, Expr], names: tuple[str, ...], regime: Regime) -> tuple[str, ...]:
    """The names whose growths no other undercuts in all of a regime; the first of those alike."""
    kept: list[str] = []
    for name in names:
        if any(is_big_o(growths[old], growths[name], regime) for old in kept):
            continue
        kept = [old for old in kept if not is_big_o(growths[name], growths[old], regime)]
        kept.append(name)
    return tuple(kept)


class _Builder:
    def __init__(self, growths: dict[str, Expr], regime: Regime) -> None:
        self.growths = growths
        self.regime = regime
        self.count = 0

    def tree(self, regime: Regime, path: tuple[Monomial, ...], names: tuple[str, ...]) -> Tree:
        rivals = alive(self.growths, names, regime)
        if len(rivals) == 1:
            return self.leaf(regime, path, rivals[0])
        best: tuple[tuple[int, int], Monomial, Regime, Regime] | None = None
        for condition in self.splits(regime, rivals):
            below, above = sides(condition)
            yes, no = regime.extended([(below, "<=", above)]), regime.extended([(above, "<=", below)])
            left, right = (len(alive(self.growths, rivals, side)) for side in (yes, no))
            score = (left + right, max(left, right))
            if best is None or score < best[0]:
                best = (score, condition, yes, no)
        if best is None:
            names_text = " and ".join(rivals)
            raise OutsideClassError(f"{names_text} cannot be told apart by products of powers")
        _, condition, yes, no = best
        opposite = over((), condition)
        below, above = sides(condition)
        return Branch(
            below,
            above,
            self.tree(yes, (*path, condition), rivals),
            self.tree(no, (*path, opposite), rivals),
        )

    def splits(self, regime: Regime, rivals: tuple[str, ...]) -> list[Monomial]:
        """Hyperplanes between a monomial that outgrows a rival and one of that rival's."""
        found: dict[Monomial, None] = {}
        for name in rivals:
            for other in rivals:
                if name == other:
                    continue
                rival = theta(self.growths[other], regime=regime)
                for part in theta(self.growths[name], regime=regime).form:
                    if is_big_o(form_expr((part,)), rival.expr, regime):
                        continue
                    for below in part:
                        for above in (monomial for parts in rival.form for monomial in parts):
                            condition = over(above, below)
                            # One monomial may be in both: what is alike everywhere separates nothing.
                            if condition and over((), condition) not in found and self.open(condition, regime):
                                found[condition] = None
        return list(found)[:MAX_SPLITS]

    @staticmethod
    def open(condition: Monomial, regime: Regime) -> bool:
        """Whether the regime leaves open on which side of a hyperplane it lies."""
        below, above = sides(condition)
        return is_big_o(below, above, regime) is False and is_big_o(above, below, regime) is False

    def leaf(self, regime: Regime, path: tuple[Monomial, ...], winner: str) -> Leaf:
        self.count += 1
        if self.count > MAX_LEAVES:
            raise OutsideClassError(f"a map of more than {MAX_LEAVES} leaves")
        own = self.growths[winner]
        needed = simplified([Cell((), path)], self.regime) if path else []
        conditions = needed[0].conditions if needed else path
        return Leaf(
            winner=winner,
            theta=theta(own, regime=regime).expr,
            conditions=tuple(map(condition_text, conditions)),
            verified=all(is_big_o(own, rival, regime) is True for rival in self.growths.values()),
            regime=regime,
        )


def sides(condition: Monomial) -> tuple[Expr, Expr]:
    """The two sides of a hyperplane: the monomial is at least about 1 where the first is O of the second."""
    below, above = condition_text(condition).removesuffix(")").split(" = O(", 1)
    return parse(below), parse(above)
