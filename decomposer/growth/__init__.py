"""Asymptotic algebra: comparing, minimising and mapping growths of several parameters, decided exactly."""

from __future__ import annotations

from decomposer.growth.integer import best_constant
from decomposer.growth.minimise import Minimum, Policy, minimise
from decomposer.growth.order import at_most, eventually
from decomposer.growth.ratio import Ratio, RatioCase, ratio
from decomposer.growth.regime import Regime
from decomposer.growth.relation import Relation, is_big_o, relation
from decomposer.growth.theta import Theta, theta
from decomposer.growth.witness import Claim, Step

__all__ = [
    "Claim",
    "Minimum",
    "Policy",
    "Ratio",
    "RatioCase",
    "Regime",
    "Relation",
    "Step",
    "Theta",
    "at_most",
    "best_constant",
    "eventually",
    "is_big_o",
    "minimise",
    "ratio",
    "relation",
    "theta",
]
